/* run_setup.c - what is checked and made ready before a host is contacted. */
#include "cli_error.h"
#include "executor_uv.h"
#include "platform_console.h"
#include "platform_process.h"
#include "run_drain.h"
#include "run_resume.h"

#include <inttypes.h>
#include <stdio.h>

#define SPARE_THREADS 4
#define SPARE_FILES   128  /* for everything that is no probe */
#define PROBES_MOST   4096 /* enough for a third of 10,000 hosts to be silent at once */

unsigned run_pool_size(size_t hosts, unsigned *concurrency)
{
	size_t most = EXECUTOR_UV_MAX_THREADS;
	size_t calls = *concurrency, reserve;

	if (hosts < 1)
		hosts = 1;
	if (calls > hosts)
		calls = hosts; /* a host has one call at a time */
	reserve = calls > hosts / 16 ? calls : hosts / 16;
	if (reserve > hosts)
		reserve = hosts;
	if (calls > most - 1)
		calls = most - 1;
	if (reserve > most - calls)
		reserve = most - calls;
	*concurrency = (unsigned)calls;
	return (unsigned)(calls + reserve);
}

/* libuv ends the process when it cannot start a thread of its pool, so all are tried before. */
static int size_pool(struct run *run)
{
	unsigned more = run_keeps_journal(run) ? 1 : 0; /* a thread of its own */
	unsigned wanted, have;
	char text[16];

	run->concurrency = (unsigned)run->options->concurrency;
	wanted = run_pool_size(run->host_count, &run->concurrency) + more;
	if (wanted > EXECUTOR_UV_MAX_THREADS)
		wanted = EXECUTOR_UV_MAX_THREADS;
	/* with room for the writer and whoever else */
	have = executor_uv_try_threads(wanted + SPARE_THREADS);
	have = have > SPARE_THREADS ? have - SPARE_THREADS : 0;
	if (have < 2 + more)
		return cli_usage(
			"this process may not start enough threads: at least %u are needed",
			2 + more + SPARE_THREADS);
	run->threads = (have < wanted ? have : wanted) - more;
	if (run->concurrency > run->threads - 1)
		run->concurrency = run->threads - 1;
	(void)snprintf(text, sizeof(text), "%u", run->threads + more);
	if (process_set_env("UV_THREADPOOL_SIZE", text) < 0)
		return cli_no_memory();
	return 0;
}

/* A probe can have one socket open for IPv6 and one for IPv4. */
static void size_probes(struct run *run)
{
	unsigned files = process_file_limit();
	unsigned probes = files > SPARE_FILES + 2 ? (files - SPARE_FILES) / 2 : 1;

	run->probes = probes < PROBES_MOST ? probes : PROBES_MOST;
}

bool run_changes(const struct run *run)
{
	return run->call->self->id != COMMAND_SESSIONS && !run_drain_is_status(run);
}

static bool someone_answers(const struct run *run)
{
	return run->options->yes || run->options->dry_run || console_is_terminal(CONSOLE_IN);
}

static int check_arguments(const struct run *run)
{
	const struct options *options = run->options;
	int code = 0;

	if (run->call->self->id == COMMAND_MESSAGE)
		code = run_take_message(run);
	else if (run->call->self->id == COMMAND_DRAIN)
		code = run_drain_check(run);
	else if (options->arguments.count)
		code = cli_usage_of(run->call->self, "'%s' takes no argument, but got '%s'",
				    run->call->self->name, options->arguments.items[0]);
	if (code)
		return code;
	if (!run_changes(run))
		return 0;
	if (options->dry_run && options->journal)
		return cli_usage("a dry run changes nothing and keeps no journal: '--journal' and "
				 "'--dry-run' exclude each other");
	code = run_check_notify(run);
	if (code)
		return code;
	if (options->max_age_ms >= 0 && !options->plan)
		return cli_usage("'--max-age' is the age of a plan: it goes with '--plan'");
	if (options->sweep >= 0 && options->plan)
		return cli_usage(
			"'--plan' acts on what was planned and on nobody else: '--sweep' cannot "
			"be given with it");
	if (options->drain_failed != FAILED_UNSET && options->drain == DRAIN_UNSET)
		return cli_usage(
			"'--drain-failed' says what becomes of hosts that cannot be drained: "
			"it goes with '--drain'");
	if (!someone_answers(run))
		return cli_usage(
			"nobody can be asked, as standard input is no terminal: give --yes or "
			"--dry-run");
	return 0;
}

static int load_fleet(struct run *run)
{
	int code = fleet_input_load(&run->input, run->options, run->call->self);

	code = code ? code : who_check_fleet(run->options, run->input.selected.count);
	code = code ? code : fleet_input_hosts(&run->input);
	run->hosts = run->input.hosts;
	run->host_count = run->input.selected.count;
	return code;
}

/* What the dry run was told comes along, into the options too: they are what a journal keeps. */
static int load_plan(struct run *run)
{
	struct options *options = run->options;
	struct plan_file_want want = {
		.command = run->call->self->name,
		.backend = run_backend_name(options),
		.simulated = options->sim != NULL,
		.fleet_sha256 = run->input.sha256,
		.now_ms = process_wall_ms(),
		.max_age_ms = options->max_age_ms < 0 ? OPTION_MAX_AGE_MS : options->max_age_ms,
		.run_id = "",
	};
	int code;

	if (!options->plan)
		return 0;
	if (run->resume) { /* its age was looked at when the run began */
		want.fleet_sha256 = run->resume->head.about.fleet_sha256;
		want.max_age_ms = -1;
		want.run_id = run->resume->head.plan_run_id;
	}
	code = plan_file_load(&run->plan, options->plan, &want);
	options->states |= run->plan.states;
	options->idle_ms = run->plan.idle_ms >= 0 ? run->plan.idle_ms : options->idle_ms;
	options->include_console |= run->plan.include_console;
	options->include_vms |= run->plan.include_vms;
	/* A run that goes on has them from its journal. */
	if (!code && !run->resume)
		code = who_take_planned(&run->who, run->plan.users, run->plan.user_count);
	who_take_options(&run->who, options);
	return code;
}

static int setup_new(struct run *run)
{
	int code = check_arguments(run);

	code = code ? code : run_backend_check(run->options);
	if (run->call->self->id != COMMAND_DRAIN)
		code = code ? code : who_check(run->options, run->call->self);
	code = code ? code : who_load(&run->who, run->options, run->call->self);
	code = code ? code : outputs_check(&run->outputs, run->options);
	code = code ? code : load_fleet(run);
	return code ? code : load_plan(run);
}

int run_setup_again(struct run *run)
{
	int code = who_load(&run->who, run->options, run->call->self);

	run->who.listed_users = run->resume->head.users_listed;
	for (size_t i = 0; !code && i < run->outputs.count; i++)
		if (file_same(run->outputs.items[i].path, run->resume->path))
			code = cli_usage("report '%s' is the journal", run->outputs.items[i].path);
	return code;
}

static int setup_again(struct run *run)
{
	int code = run_backend_check(run->options);

	if (!code && !someone_answers(run))
		code = cli_usage(
			"nobody can be asked, as standard input is no terminal: give --yes");
	if (run->call->self->id == COMMAND_DRAIN)
		code = code ? code : run_drain_check_again(run);
	code = code ? code : run_setup_again(run);
	code = code ? code : outputs_check(&run->outputs, run->options);
	if (code || run_resume_is_confirmed(run->resume))
		return code;
	return load_plan(run);
}

int run_setup(struct run *run)
{
	int code = run->resume ? setup_again(run) : setup_new(run);

	code = code ? code : run_guard_check(run);
	code = code ? code : run_backend_load(&run->backend, run->options);
	size_probes(run);
	return code ? code : size_pool(run);
}
