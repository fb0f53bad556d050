/*
 * bench_engine.c - runs one case of the benchmark.
 *
 *   bench_engine fleet hosts=FILE sim=FILE [command=sessions|logoff] [calls=FILE] [concurrency=N]
 *                      [threads=N] [call_timeout_ms=N] [connect_timeout_ms=N]
 *                      [journal=none|FILE [sync_ms=N]] [time=real|virtual]
 *   bench_engine pool calls=FILE [concurrency=N]
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "platform_process.h"

void bench_cost_now(struct bench_cost *ret)
{
	uv_rusage_t usage;

	memset(ret, 0, sizeof(*ret));
	ret->wall_us = (int64_t)(uv_hrtime() / 1000);
	if (uv_getrusage(&usage) < 0)
		return;
	ret->cpu_us = (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
		      usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
	ret->peak_rss_kib = (int64_t)usage.ru_maxrss;
}

int bench_failed(const char *what)
{
	(void)fprintf(stderr, "bench_engine: %s\n", what);
	return 2;
}

static const char *value_of(const char *argument, const char *name)
{
	size_t len = strlen(name);

	return strncmp(argument, name, len) == 0 && argument[len] == '=' ? argument + len + 1
									 : NULL;
}

static int take_argument(struct bench_options *options, const char *argument)
{
	const char *value;

	if ((value = value_of(argument, "hosts")) != NULL)
		options->hosts = value;
	else if ((value = value_of(argument, "sim")) != NULL)
		options->sim = value;
	else if ((value = value_of(argument, "calls")) != NULL)
		options->calls = value;
	else if ((value = value_of(argument, "command")) != NULL)
		options->command = strcmp(value, "logoff") == 0 ? FLEET_LOGOFF : FLEET_SESSIONS;
	else if ((value = value_of(argument, "concurrency")) != NULL)
		options->concurrency = (unsigned)strtoul(value, NULL, 10);
	else if ((value = value_of(argument, "threads")) != NULL)
		options->threads = (unsigned)strtoul(value, NULL, 10);
	else if ((value = value_of(argument, "journal")) != NULL)
		options->journal = value;
	else if ((value = value_of(argument, "time")) != NULL)
		options->virtual_time = strcmp(value, "virtual") == 0;
	else if ((value = value_of(argument, "sync_ms")) != NULL)
		options->sync_ms = strtoll(value, NULL, 10);
	else if ((value = value_of(argument, "call_timeout_ms")) != NULL)
		options->call_timeout_ms = strtoll(value, NULL, 10);
	else if ((value = value_of(argument, "connect_timeout_ms")) != NULL)
		options->connect_timeout_ms = strtoll(value, NULL, 10);
	else
		return -1;
	return 0;
}

int main(int argc, char **argv)
{
	/* As the program has them when nothing is said. */
	struct bench_options options = { .concurrency = 64,
					 .call_timeout_ms = 30000,
					 .connect_timeout_ms = 3000 };

	process_prepare();
	for (int i = 2; i < argc; i++)
		if (take_argument(&options, argv[i]) < 0)
			return bench_failed("unknown argument");
	if (argc > 1 && strcmp(argv[1], "fleet") == 0 && options.hosts && options.sim)
		return bench_fleet(&options);
	if (argc > 1 && strcmp(argv[1], "pool") == 0 && options.calls)
		return bench_pool(&options);
	return bench_failed("expected 'fleet hosts=FILE sim=FILE ...' or 'pool calls=FILE ...'");
}
