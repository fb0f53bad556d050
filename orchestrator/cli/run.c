/* run.c - see run.h. */
#include "run.h"

#include "cli_error.h"
#include "executor_uv.h"
#include "outputs.h"
#include "platform_console.h"
#include "platform_process.h"
#include "report_fold.h"
#include "report_text.h"
#include "text.h"

#include <assert.h>
#include <string.h>

static void warning(void *ctx, const char *text)
{
	struct run *run = ctx;
	struct strbuf line;

	strbuf_init(&line);
	strbuf_addf(&line, "warning: %s", text);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

static void finished(void *ctx)
{
	struct run *run = ctx;

	prompt_stop(&run->prompt);
	run_guard_finished(run);
	exec_stop(run->executor);
}

static struct fleet *make_fleet(struct run *run, uint64_t seed)
{
	const struct options *options = run->options;
	const struct fleet_options fleet_options = {
		.command = run->call->self->id == COMMAND_LOGOFF ? FLEET_LOGOFF : FLEET_SESSIONS,
		.executor = run->executor,
		.backend = run->backend.backend,
		.hosts = run->input.hosts,
		.host_count = run->input.selected.count,
		.selection = &run->who.selection,
		.dry_run = options->dry_run,
		.wait = options->wait,
		.probe = options->probe == PROBE_TCP,
		.concurrency = run->concurrency,
		.pool_threads = run->threads,
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
		.one_host_first = !run->backend.backend->ops->simulated,
		.seed = seed,
	};
	const struct fleet_observer observer = { run, run_gate, warning, finished };

	return fleet_create(&fleet_options, &observer, &run->record);
}

static void say_start(struct run *run)
{
	const struct options *options = run->options;
	size_t hosts = run->input.selected.count;
	struct strbuf line;

	if (run->record.run.simulated) {
		strbuf_init(&line);
		strbuf_adds(&line, "SIMULATED: the fleet of '");
		text_escape_add(&line, options->sim, strlen(options->sim));
		strbuf_adds(&line, "'; no real host is contacted");
		writer_line(run->writer, strbuf_text(&line));
		strbuf_release(&line);
	}
	if (options->quiet)
		return;
	strbuf_init(&line);
	strbuf_addf(&line, "run %s: %s%s on %lu host%s", run->record.run.id, run->call->self->name,
		    options->dry_run ? " (dry run)" : "", (unsigned long)hosts,
		    hosts == 1 ? "" : "s");
	if (options->verbose)
		strbuf_addf(&line, ", %u calls in flight, %u threads", run->concurrency,
			    run->threads);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

/* Everything up to a fleet that can be started. 0, or the exit code. */
static int make_ready(struct run *run)
{
	uint64_t seed = 0;
	int code;

	(void)uv_random(NULL, NULL, &seed, sizeof(seed), 0, NULL);
	run->executor = executor_uv_create(&run->loop, run->threads);
	if (!run->executor)
		return cli_no_memory();
	code = run_backend_open(&run->backend, run->options, &run->executor->clock);
	if (code)
		return code;
	run->who.selection.own_domain = run->backend.own_domain;
	run->who.selection.own_user = run->backend.own_user;
	if (rep_record_init(&run->record, run->input.selected.count) < 0 || run_describe(run) < 0)
		return cli_no_memory();
	run->fleet = make_fleet(run, seed);
	run->writer = writer_create(NULL, NULL);
	return run->fleet && run->writer ? 0 : cli_no_memory();
}

static void say_summary(struct run *run, int code)
{
	struct strbuf text;
	struct rep_fold fold;

	if (run->options->quiet)
		return;
	if (run->call->self->id == COMMAND_SESSIONS && code == EXIT_DONE && !run->options->verbose)
		return;
	if (rep_fold_record(&fold, &run->record) < 0)
		return;
	strbuf_init(&text);
	rep_text_summary(&text, &fold.head, console_width(CONSOLE_ERR));
	writer_add(run->writer, strbuf_text(&text), text.len);
	strbuf_release(&text);
	rep_fold_release(&fold);
}

static void say_reports(struct run *run)
{
	struct strbuf line;

	if (run->options->quiet)
		return;
	for (size_t i = 0; i < run->options->reports.count; i++) {
		const char *path = run->options->reports.items[i];

		strbuf_init(&line);
		strbuf_adds(&line, "report: ");
		text_escape_add(&line, path, strlen(path));
		writer_line(run->writer, strbuf_text(&line));
		strbuf_release(&line);
	}
}

static void say_not_printed(struct run *run, const char *why)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_addf(&line, "rdsweep: cannot write standard output: %s", why);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

/* Reports first, as they matter most; signals keep being caught until those are written, so that no
 * half a report stays behind. Standard output may block for as long as a pager likes: there Ctrl-C
 * ends the program as usual. */
static int conclude(struct run *run, run_results results)
{
	int code = run->record.run.exit_code;
	int written = outputs_write(run->options, &run->record, run->writer);
	const char *why = NULL;

	run_guard_stop(run);
	if (results) {
		run_signals_stop(run);
		why = results(run);
	}
	if (why)
		say_not_printed(run, why);
	if (run->call->self->id == COMMAND_LOGOFF && !run->plan_shown && !run->options->quiet)
		run_show_patterns(run);
	say_summary(run, code);
	if (!written)
		say_reports(run);
	return written || why ? EXIT_NOT_WRITTEN : code;
}

static int run_loop(struct run *run, run_results results)
{
	run_signals_start(run);
	say_start(run);
	run_guard_start(run);
	fleet_start(run->fleet);
	if (exec_run(run->executor) < 0)
		return cli_failed("the event loop failed");
	return conclude(run, results);
}

/* What is still held by a worker that does not come back, or by a terminal that is not read, cannot
 * be freed. */
static bool tear_down(struct run *run)
{
	bool clean;

	run_guard_stop(run);
	clean = !run->writer || writer_end(run->writer, RUN_WRITER_PATIENCE_MS);
	run_signals_stop(run);
	if (run->fleet && fleet_calls_out(run->fleet))
		return false;
	fleet_free(run->fleet); /* its timers are the executor's */
	if (run->executor && !exec_destroy(run->executor))
		return false;
	rep_record_release(&run->record);
	run_backend_release(&run->backend);
	return clean;
}

static void close_loop(struct run *run)
{
	int status;

	(void)uv_run(&run->loop, UV_RUN_DEFAULT);
	status = uv_loop_close(&run->loop);
	assert(status == 0);
	(void)status;
}

int run_fleet(const struct command_call *call, const struct options *options, run_results results)
{
	struct run run = { .call = call, .options = options };
	bool clean;
	int code;

	fleet_input_init(&run.input);
	who_init(&run.who);
	run_backend_init(&run.backend);
	code = run_setup(&run);
	if (!code && uv_loop_init(&run.loop) < 0)
		code = cli_no_memory();
	else if (!code) {
		code = make_ready(&run);
		if (!code)
			code = run_loop(&run, results);
		clean = tear_down(&run);
		run_guard_leave(&run);
		if (!clean)
			process_end_now(code);
		close_loop(&run);
	} else {
		run_backend_release(&run.backend);
	}
	who_release(&run.who);
	fleet_input_release(&run.input);
	return code;
}
