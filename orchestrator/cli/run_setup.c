/* run_setup.c - what is checked and made ready before a host is contacted. */
#include "cli_error.h"
#include "executor_uv.h"
#include "outputs.h"
#include "platform_console.h"
#include "platform_process.h"
#include "run.h"

#include <inttypes.h>
#include <stdio.h>

#define SPARE_THREADS 4

unsigned run_pool_size(size_t hosts, unsigned *concurrency)
{
	size_t most = EXECUTOR_UV_MAX_THREADS;
	size_t calls = *concurrency, reserve;

	if (hosts < 1)
		hosts = 1;
	if (calls > hosts)
		calls = hosts; /* a host has one call at a time */
	reserve = calls > hosts / 8 ? calls : hosts / 8;
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
	unsigned wanted, have;
	char text[16];

	run->concurrency = (unsigned)run->options->concurrency;
	wanted = run_pool_size(run->input.selected.count, &run->concurrency);
	have = executor_uv_try_threads(wanted);
	if (have < wanted) /* the limit was met: leave room for the writer and whoever else */
		have = have > SPARE_THREADS ? have - SPARE_THREADS : 0;
	if (have < 2)
		return cli_usage(
			"this process may not start enough threads: at least %u are needed",
			2 + SPARE_THREADS);
	run->threads = have < wanted ? have : wanted;
	if (run->concurrency > run->threads - 1)
		run->concurrency = run->threads - 1;
	(void)snprintf(text, sizeof(text), "%u", run->threads);
	if (process_set_env("UV_THREADPOOL_SIZE", text) < 0)
		return cli_no_memory();
	return 0;
}

static int check_arguments(const struct run *run)
{
	const struct options *options = run->options;

	if (options->arguments.count)
		return cli_usage_of(run->call->self, "'%s' takes no argument, but got '%s'",
				    run->call->self->name, options->arguments.items[0]);
	if (run->call->self->id == COMMAND_LOGOFF && !options->yes && !options->dry_run &&
	    !console_is_terminal(CONSOLE_IN))
		return cli_usage(
			"nobody can be asked, as standard input is no terminal: give --yes or "
			"--dry-run");
	return 0;
}

int run_setup(struct run *run)
{
	const struct options *options = run->options;
	const struct command *command = run->call->self;
	int code = check_arguments(run);

	code = code ? code : run_guard_check(run);
	code = code ? code : run_backend_check(options);
	code = code ? code : who_load(&run->who, options, command);
	code = code ? code : outputs_check(options);
	code = code ? code : fleet_input_load(&run->input, options, command);
	code = code ? code : who_check_fleet(options, run->input.selected.count);
	code = code ? code : fleet_input_hosts(&run->input);
	code = code ? code : run_backend_load(&run->backend, options);
	return code ? code : size_pool(run);
}
