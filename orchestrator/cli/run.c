/* run.c - see run.h. */
#include "run.h"

#include "cli_error.h"
#include "executor_uv.h"
#include "platform_process.h"
#include "run_drain.h"
#include "run_resume.h"

#include <assert.h>

static void warning(void *ctx, const char *text)
{
	struct run *run = ctx;
	struct strbuf line;

	if (!run->writer)
		return; /* it is over, and this came late */
	strbuf_init(&line);
	strbuf_addf(&line, "warning: %s", text);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

static void note(void *ctx, const char *text)
{
	struct run *run = ctx;

	if (run->writer && !run->options->quiet)
		writer_line(run->writer, text);
}

static void finished(void *ctx)
{
	struct run *run = ctx;

	run->ended = true;
	prompt_stop(&run->prompt);
	run_guard_finished(run);
	exec_stop(run->executor);
}

/* Somebody is meant, wherever he is: nobody may call him gone who has not looked at the end. */
static bool looks_again(const struct run *run)
{
	const struct selection *selection = &run->who.selection;

	return run->call->self->id == COMMAND_LOGOFF && selection->user_count &&
	       !selection->planned && run->options->sweep != 0;
}

static enum fleet_drain drain_of(const struct options *options)
{
	static const enum fleet_drain drains[] = {
		[DRAIN_RUN] = FLEET_DRAIN_FOR_RUN,
		[DRAIN_RESTART] = FLEET_DRAIN_FOR_RESTART,
		[DRAIN_KEEP] = FLEET_DRAIN_KEEP,
	};

	return options->drain == DRAIN_UNSET ? FLEET_DRAIN_NONE : drains[options->drain];
}

static enum fleet_failed failed_policy(int given)
{
	static const enum fleet_failed policies[] = {
		[FAILED_SKIP] = FLEET_FAILED_SKIP,
		[FAILED_CONTINUE] = FLEET_FAILED_CONTINUE,
		[FAILED_ABORT] = FLEET_FAILED_ABORT,
	};

	return given == FAILED_UNSET ? FLEET_FAILED_SKIP : policies[given];
}

static enum fleet_command fleet_command(const struct run *run)
{
	static const enum fleet_command commands[COMMAND_COUNT] = {
		[COMMAND_SESSIONS] = FLEET_SESSIONS,	 [COMMAND_LOGOFF] = FLEET_LOGOFF,
		[COMMAND_DISCONNECT] = FLEET_DISCONNECT, [COMMAND_MESSAGE] = FLEET_MESSAGE,
		[COMMAND_DRAIN] = FLEET_DRAIN,
	};

	return run_drain_is_status(run) ? FLEET_DRAIN_STATUS : commands[run->call->self->id];
}

static struct fleet *make_fleet(struct run *run, uint64_t seed)
{
	const struct options *options = run->options;
	bool goes_on = run->resume && run_resume_is_confirmed(run->resume);
	const struct fleet_options fleet_options = {
		.command = fleet_command(run),
		.message = options->message,
		.notify = run_notify(run),
		.local_offset_ms = process_local_offset_ms,
		.reason = run->record.run.reason[0] ? run->record.run.reason : NULL,
		.executor = run->executor,
		.backend = run->backend.backend,
		.hosts = run->hosts,
		.host_count = run->host_count,
		.selection = &run->who.selection,
		.dry_run = options->dry_run,
		.wait = options->wait,
		.probe = options->probe == PROBE_TCP,
		.concurrency = run->concurrency,
		.pool_threads = run->threads,
		.probes_max = run->probes,
		.one_host_first = !run->backend.backend->ops->simulated,
		.connect_timeout_ms = options->connect_timeout_ms,
		.call_timeout_ms = options->call_timeout_ms,
		.host_timeout_ms = options->host_timeout_ms,
		.run_timeout_ms = options->run_timeout_ms,
		.verify_timeout_ms = options->verify_timeout_ms,
		.verify_interval_ms = options->verify_interval_ms,
		.retries = (unsigned)options->retries,
		.retry_delay_ms = options->retry_delay_ms,
		.max_sessions = options->max_sessions,
		.max_failures = options->max_failures.amount,
		.max_failures_percent = options->max_failures.percent,
		.waves = options->waves.items,
		.wave_count = options->waves.count,
		.wave_pause_ms = options->wave_pause_ms,
		.max_closing = options->max_closing,
		.sweeps = options->sweep > 0 ? (uint32_t)options->sweep : 0,
		.sweeps_begun = goes_on ? run->resume->read.sweeps : 0,
		.look_again = looks_again(run),
		.drain = drain_of(options),
		.drain_to = run_drain_mode(options),
		.drain_failed = failed_policy(options->drain_failed),
		.journal = run->keep.journal,
		.plan = goes_on ? NULL : run->plan.plan,
		.resume = goes_on,
		.begun_before = run->resume != NULL,
		.doubts = goes_on ? run->resume->doubts : NULL,
		.warned = goes_on ? run->resume->warned : NULL,
		.warned_count = goes_on ? run->resume->read.warned_count : 0,
		.survey_rows = goes_on ? run->resume->read.survey_rows : NULL,
		.doubt_count = goes_on ? run->resume->read.doubt_count : 0,
		.drain_doubts = goes_on ? run->resume->drain_doubts : NULL,
		.drain_doubt_count = goes_on ? run->resume->read.drain_doubt_count : 0,
		.seed = seed,
	};
	const struct fleet_observer observer = { run, run_gate, warning, finished, note };

	return fleet_create(&fleet_options, &observer, &run->record);
}

/* Where the backend does not know who we are, the one who began the run is spared all the same. */
static void take_own_account(struct run *run)
{
	struct selection *selection = &run->who.selection;
	bool known = run->backend.own_user[0] || !run->resume;

	selection->own_domain = known ? run->backend.own_domain : run->resume->head.own_domain;
	selection->own_user = known ? run->backend.own_user : run->resume->head.own_user;
}

/* Everything up to a fleet that can be started. 0, or the exit code. */
static int make_ready(struct run *run)
{
	const struct run_backend_fleet fleet = { run->hosts, run->host_count, run->concurrency };
	unsigned pool = run->threads + (run_keeps_journal(run) ? 1 : 0);
	uint64_t seed = 0;
	int code;

	(void)uv_random(NULL, NULL, &seed, sizeof(seed), 0, NULL);
	run->executor = executor_uv_create(&run->loop, pool);
	if (!run->executor)
		return cli_no_memory();
	code = run_backend_open(&run->backend, run->options, &run->executor->clock, &fleet);
	if (code)
		return code;
	take_own_account(run);
	if (run_make_record(run) < 0)
		return cli_no_memory();
	code = run_keeps_journal(run) ? run_keep_begin(run) : 0;
	if (code)
		return code;
	if (run->resume)
		run_resume_spare_own(run);
	run->fleet = make_fleet(run, seed);
	run->writer = writer_create(NULL, NULL);
	return run->fleet && run->writer ? 0 : cli_no_memory();
}

static void say_not_printed(struct run *run, const char *why)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_addf(&line, "rdsweep: cannot write standard output: %s", why);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

/* Something that was to be written could not be: that is how the run ends, and what its reports say. */
static int not_written(struct run *run)
{
	struct rep_run *about = &run->record.run;

	about->exit_code = EXIT_NOT_WRITTEN;
	if (about->outcome == REP_RUN_SUCCEEDED)
		about->outcome = REP_RUN_PARTIAL;
	outputs_write_again(&run->outputs, &run->record, run->writer);
	return EXIT_NOT_WRITTEN;
}

/* Reports first, as they matter most; signals keep being caught until those are written, so that no
 * half a report stays behind. Standard output may block for as long as a pager likes: there Ctrl-C
 * ends the program as usual. */
static int conclude(struct run *run, run_results results)
{
	struct rep_run *about = &run->record.run;
	const char *why = NULL;
	int code, written;

	if (run_keep_failed(run))
		about->exit_code = EXIT_NOT_WRITTEN;
	code = about->exit_code;
	run_progress_stop(run);
	written = outputs_write(&run->outputs, &run->record, run->writer);
	if (written)
		code = not_written(run);
	run_guard_stop(run);
	if (results) {
		run_signals_stop(run);
		/* The terminal may be the same one: first our frame is off it. */
		(void)writer_settle(run->writer, RUN_FRAME_PATIENCE_MS);
		why = results(run);
	}
	if (why) {
		say_not_printed(run, why);
		code = not_written(run);
	}
	if (run_changes(run) && !run->plan_shown && !run->options->quiet)
		run_show_patterns(run);
	run_say_summary(run, code);
	run_say_reports(run);
	run_say_resume(run);
	return code;
}

static int run_loop(struct run *run, run_results results)
{
	int64_t started_at_ms = run->record.run.started_at_ms;

	run_signals_start(run);
	run_say_start(run);
	run_progress_start(run);
	run_guard_start(run);
	fleet_start(run->fleet);
	/* The journal has it already, and a run that goes on was begun long ago. */
	run->record.run.started_at_ms = started_at_ms;
	if (exec_run(run->executor) < 0)
		return cli_failed("the event loop failed");
	return conclude(run, results);
}

static void on_patience(uv_timer_t *timer)
{
	(void)timer; /* it only wakes the loop */
}

static bool anything_out(const struct run *run)
{
	return (run->fleet && fleet_calls_out(run->fleet)) || journal_busy(run->keep.journal);
}

/* Calls that were left behind a moment ago, and connections that are being closed, mostly come back at once: the process
 * can then end in order. Those that do not are not waited for. */
static void wait_for_calls(struct run *run)
{
	uv_timer_t timer;

	if (!anything_out(run) || uv_timer_init(&run->loop, &timer) < 0)
		return;
	(void)uv_timer_start(&timer, on_patience, RUN_CALLS_PATIENCE_MS, 0);
	while (anything_out(run) && uv_is_active((uv_handle_t *)&timer))
		(void)uv_run(&run->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	(void)uv_run(&run->loop, UV_RUN_NOWAIT);
}

/* What is still held by a worker that does not come back, or by a terminal that is not read, cannot
 * be freed. */
static bool tear_down(struct run *run)
{
	bool clean;

	/* Also where it was broken off: a signal finds nothing to stop any more. */
	run->ended = true;
	run_guard_stop(run);
	run_progress_stop(run);
	clean = !run->writer || writer_end(run->writer, RUN_WRITER_PATIENCE_MS);
	run->writer = NULL;
	wait_for_calls(run);
	if (run->fleet && fleet_calls_out(run->fleet))
		return false;
	fleet_free(run->fleet); /* its timers are the executor's */
	if (!run_keep_end(run) || (run->executor && !exec_destroy(run->executor)))
		return false;
	rep_record_release(&run->record);
	run_backend_release(&run->backend);
	return clean;
}

static void close_loop(struct run *run)
{
	int status;

	process_ignore_stops();
	run_signals_stop(run);
	(void)uv_run(&run->loop, UV_RUN_DEFAULT);
	status = uv_loop_close(&run->loop);
	assert(status == 0);
	(void)status;
	process_ignore_stops(); /* its signals are libuv's no more */
}

static int run_all(struct run *run, run_results results)
{
	int code = run_setup(run);
	int status = code ? 0 : uv_loop_init(&run->loop);
	bool clean;

	if (status < 0)
		code = cli_failed("cannot begin: %s", uv_strerror(status));
	if (code) {
		run_backend_release(&run->backend);
		return code;
	}
	code = make_ready(run);
	if (!code)
		code = run_loop(run, results);
	clean = tear_down(run);
	run_guard_leave(run);
	if (!clean)
		process_end_now(code);
	close_loop(run);
	return code;
}

static void run_init(struct run *run, const struct command_call *call, struct options *options)
{
	*run = (struct run){ .call = call, .options = options };
	fleet_input_init(&run->input);
	plan_file_init(&run->plan);
	who_init(&run->who);
	run_backend_init(&run->backend);
	outputs_init(&run->outputs);
	run_keep_init(&run->keep);
}

static void run_release(struct run *run)
{
	run_keep_release(&run->keep);
	outputs_release(&run->outputs);
	who_release(&run->who);
	plan_file_release(&run->plan);
	fleet_input_release(&run->input);
}

int run_fleet(const struct command_call *call, struct options *options, run_results results)
{
	const struct output output = { .overwrite = options->overwrite };
	struct run run;
	int code;

	run_init(&run, call, options);
	code = outputs_add(&run.outputs, &options->reports, &output) < 0 ? cli_no_memory()
									 : run_all(&run, results);
	run_release(&run);
	return code;
}

int run_again(const struct command_call *call, struct options *options, struct run_resume *resume)
{
	struct run run;
	int code;

	run_init(&run, call, options);
	run.resume = resume;
	run.hosts = resume->read.hosts;
	run.host_count = resume->read.host_count;
	run.outputs = resume->outputs;
	outputs_init(&resume->outputs);
	code = run_resume_is_settled(resume) ? run_settled(&run) : run_all(&run, NULL);
	run_release(&run);
	return code;
}
