/* bench_fleet.c - the engine on real threads and in real time, on a simulated fleet, with the
 * program's own defaults. */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "executor_uv.h"
#include "executor_virtual.h"
#include "journal.h"
#include "meter.h"
#include "platform_file.h"
#include "platform_process.h"
#include "run.h"
#include "session_sim.h"

#define VERIFY_INTERVAL_MS 1000
#define START_MS	   INT64_C(1767225600000) /* of virtual time: 2026-01-01T00:00:00Z */
#define PROBES_MAX	   4096 /* what the program takes where enough files may be open */

struct bench_run {
	const struct bench_options *options;
	struct strbuf names; /* NUL-terminated */
	struct fleet_host *hosts;
	size_t host_count;
	unsigned concurrency, threads;
	uv_loop_t loop;
	uv_mutex_t mutex; /* of the simulator's model */
	struct executor *executor;
	struct meter meter;
	struct session_backend *backend;
	struct selection selection;
	struct rep_record record;
	struct fleet *fleet;
	struct file_journal *journal_file;
	struct journal *journal;
	struct bench_cost before, after;
};

static int read_hosts(struct bench_run *run)
{
	const char *why;
	size_t lines = 0;

	if (file_read(run->options->hosts, &run->names, &why) < 0)
		return bench_failed(why);
	strbuf_addc(&run->names, '\n');
	if (run->names.failed)
		return bench_failed("out of memory");
	for (size_t i = 0; i < run->names.len; i++)
		lines += run->names.data[i] == '\n';
	run->hosts = calloc(lines, sizeof(*run->hosts));
	if (!run->hosts)
		return bench_failed("out of memory");
	for (char *at = run->names.data; *at;) {
		char *end = strchr(at, '\n');

		*end = '\0';
		if (end > at)
			run->hosts[run->host_count++] = (struct fleet_host){
				.name = at, .address = at, .probe_port = 445, .call_timeout_ms = -1
			};
		at = end + 1;
	}
	return run->host_count ? 0 : bench_failed("no hosts");
}

/* Before anything uses the pool. */
static int size_pool(struct bench_run *run)
{
	char text[16];

	run->concurrency = run->options->concurrency;
	run->threads = run_pool_size(run->host_count, &run->concurrency);
	if (run->options->threads)
		run->threads = run->options->threads;
	(void)snprintf(text, sizeof(text), "%u", run->threads);
	return process_set_env("UV_THREADPOOL_SIZE", text) < 0 ? bench_failed("out of memory") : 0;
}

static bool is_metered(const struct bench_run *run)
{
	return !run->options->journal && !run->options->virtual_time;
}

static void lock(void *ctx)
{
	uv_mutex_lock(ctx);
}

static void unlock(void *ctx)
{
	uv_mutex_unlock(ctx);
}

static int make_backend(struct bench_run *run)
{
	struct session_sim_options options = {
		.clock = is_metered(run) ? &run->meter.clock : &run->executor->clock,
		.start_ms = exec_wall_ms(run->executor),
		.lock = lock,
		.unlock = unlock,
		.lock_ctx = &run->mutex,
	};
	struct sim_problems problems;
	struct sim_replay replay;
	struct strbuf text;
	const char *why = "out of memory";
	int status;

	strbuf_init(&text);
	sim_problems_init(&problems);
	status = file_read(run->options->sim, &text, &why);
	if (!status) {
		status = sim_scenario_parse(&options.scenario, strbuf_text(&text), text.len,
					    &problems);
		if (problems.count)
			why = problems.items[0].message;
	}
	if (!status && (status = session_sim_create(&run->backend, &options, &replay)) < 0)
		sim_scenario_free(options.scenario);
	if (status < 0)
		(void)bench_failed(why);
	sim_problems_release(&problems);
	strbuf_release(&text);
	return status;
}

static void finished(void *ctx)
{
	struct bench_run *run = ctx;

	bench_cost_now(&run->after);
	if (is_metered(run))
		meter_mark(&run->meter);
	exec_stop(run->executor);
}

static int slow_sync(void *ctx)
{
	struct bench_run *run = ctx;
	const struct session_clock *clock = &run->executor->clock;

	if (run->options->sync_ms)
		(void)clock->sleep_us(clock->ctx, run->options->sync_ms * 1000);
	return file_journal_sync(run->journal_file);
}

static int append(void *ctx, const char *bytes, size_t len)
{
	return file_journal_append(((struct bench_run *)ctx)->journal_file, bytes, len);
}

static int make_journal(struct bench_run *run)
{
	const struct journal_sink sink = { run, append, slow_sync };
	const char *why;

	if (!run->options->journal || strcmp(run->options->journal, "none") == 0)
		return 0;
	run->journal_file = file_journal_create(run->options->journal, &why);
	if (!run->journal_file)
		return bench_failed(why);
	run->journal = journal_create(run->executor, &sink, NULL, NULL);
	return run->journal ? 0 : bench_failed("out of memory");
}

static int make_fleet(struct bench_run *run)
{
	const struct bench_options *bench = run->options;
	const struct fleet_options options = {
		.command = bench->command,
		.executor = run->executor,
		.backend = run->backend,
		.hosts = run->hosts,
		.host_count = run->host_count,
		.selection = &run->selection,
		.probe = true,
		.concurrency = run->concurrency,
		.pool_threads = run->options->journal ? run->threads - 1 : run->threads,
		.probes_max = PROBES_MAX,
		.journal = run->journal,
		.connect_timeout_ms = bench->connect_timeout_ms,
		.call_timeout_ms = bench->call_timeout_ms,
		.host_timeout_ms = 900000,
		.run_timeout_ms = -1,
		.verify_timeout_ms = 180000,
		.verify_interval_ms = VERIFY_INTERVAL_MS,
		.retries = 2,
		.retry_delay_ms = 1000,
		.max_sessions = -1,
		.max_failures = -1,
		.max_closing = -1,
	};
	const struct fleet_observer observer = { .ctx = run, .finished = finished };

	run->selection = (struct selection){ .all = true,
					     .min_idle_ms = -1,
					     .session_id = -1,
					     .own_domain = "",
					     .own_user = "",
					     .listing = bench->command == FLEET_SESSIONS };
	if (rep_record_init(&run->record, run->host_count) < 0)
		return -1;
	run->fleet = fleet_create(&options, &observer, &run->record);
	return run->fleet ? 0 : -1;
}

static int make_ready(struct bench_run *run)
{
	run->executor = run->options->virtual_time ? executor_virtual_create(START_MS)
						   : executor_uv_create(&run->loop, run->threads);
	if (!run->executor ||
	    (is_metered(run) && meter_attach(&run->meter, run->executor, run->host_count) < 0))
		return bench_failed("out of memory");
	if (make_backend(run) < 0 || make_journal(run) != 0)
		return 2;
	return make_fleet(run) < 0 ? bench_failed("out of memory") : 0;
}

/* When the last host that went well had been asked everything. */
static int64_t last_closed_us(const struct bench_run *run)
{
	int64_t last_us = run->before.wall_us;

	for (size_t i = 0; i < run->host_count; i++)
		if (run->record.hosts[i].outcome == REP_HOST_SUCCEEDED &&
		    run->meter.closed_us[i] > last_us)
			last_us = run->meter.closed_us[i];
	return last_us - run->before.wall_us;
}

static int print_plain(const struct bench_run *run)
{
	struct rep_totals totals;

	rep_totals_count(&run->record, &totals);
	printf("{\"wall_us\": %" PRId64 ", \"cpu_us\": %" PRId64 ", \"peak_rss_kib\": %" PRId64
	       ", \"run_ms\": %" PRId64 ", \"hosts_succeeded\": %lu, \"sessions\": %lu"
	       ", \"sessions_logged_off\": %lu}\n",
	       run->after.wall_us - run->before.wall_us, run->after.cpu_us - run->before.cpu_us,
	       run->after.peak_rss_kib, run->record.run.duration_ms,
	       (unsigned long)totals.hosts_by[REP_HOST_SUCCEEDED], (unsigned long)totals.sessions,
	       (unsigned long)totals.sessions_by[REP_SESSION_LOGGED_OFF]);
	return 0;
}

static int print(const struct bench_run *run)
{
	static const char *const names[CALL_KIND_COUNT] = {
		[CALL_OPEN] = "open", [CALL_ENUMERATE] = "enumerate", [CALL_DETAILS] = "details",
		[CALL_ACT] = "act",   [CALL_CLOSE] = "close",
	};
	struct meter_sums sums;
	struct rep_totals totals;

	if (meter_sum(&run->meter, VERIFY_INTERVAL_MS * 1000, &sums) < 0)
		return bench_failed("out of memory");
	rep_totals_count(&run->record, &totals);
	printf("{\"wall_us\": %" PRId64 ", \"cpu_us\": %" PRId64 ", \"peak_rss_kib\": %" PRId64
	       ", \"calls\": %lu, \"sleeps\": %lu, \"calls_dropped\": %lu, \"sleep_us\": %" PRId64
	       ", \"longest_chain_us\": %" PRId64 ", \"last_closed_us\": %" PRId64
	       ", \"threads\": %u",
	       run->after.wall_us - run->before.wall_us, run->after.cpu_us - run->before.cpu_us,
	       run->after.peak_rss_kib, (unsigned long)sums.calls, (unsigned long)sums.sleeps,
	       (unsigned long)sums.dropped, sums.sleep_us, sums.longest_chain_us,
	       last_closed_us(run), run->threads);
	for (int kind = 0; kind < CALL_KIND_COUNT; kind++)
		printf(", \"calls_%s\": %lu", names[kind], (unsigned long)sums.calls_of[kind]);
	printf(", \"hosts\": %lu, \"hosts_succeeded\": %lu, \"sessions_logged_off\": %lu, "
	       "\"exit_code\": %d}\n",
	       (unsigned long)totals.hosts, (unsigned long)totals.hosts_by[REP_HOST_SUCCEEDED],
	       (unsigned long)totals.sessions_by[REP_SESSION_LOGGED_OFF],
	       run->record.run.exit_code);
	return 0;
}

static int write_calls(const struct bench_run *run)
{
	FILE *file = fopen(run->options->calls, "w");
	int status = file ? meter_write(&run->meter, file) : -1;

	if (file && fclose(file) != 0)
		status = -1;
	return status < 0 ? bench_failed("the calls cannot be written") : 0;
}

static int measure(struct bench_run *run)
{
	int code;

	bench_cost_now(&run->before);
	fleet_start(run->fleet);
	if (exec_run(run->executor) < 0)
		return bench_failed("the event loop failed");
	/* What hangs in the simulator is let go, so that every worker is back when its notes are
	 * read. */
	if (!run->options->virtual_time)
		executor_uv_release_sleepers(run->executor);
	(void)exec_run(run->executor);
	code = is_metered(run) ? print(run) : print_plain(run);
	return !code && run->options->calls ? write_calls(run) : code;
}

static void tear_down(struct bench_run *run)
{
	fleet_free(run->fleet);
	journal_free(run->journal);
	file_journal_close(run->journal_file);
	session_backend_destroy(run->backend);
	(void)exec_destroy(run->executor);
	meter_release(&run->meter);
	rep_record_release(&run->record);
	(void)uv_loop_close(&run->loop);
	uv_mutex_destroy(&run->mutex);
}

int bench_fleet(const struct bench_options *options)
{
	struct bench_run run = { .options = options };
	int code;

	strbuf_init(&run.names);
	code = read_hosts(&run);
	if (!code)
		code = size_pool(&run);
	if (!code && (uv_loop_init(&run.loop) < 0 || uv_mutex_init(&run.mutex) < 0))
		code = bench_failed("out of memory");
	else if (!code) {
		code = make_ready(&run);
		if (!code)
			code = measure(&run);
		tear_down(&run);
	}
	free(run.hosts);
	strbuf_release(&run.names);
	return code;
}
