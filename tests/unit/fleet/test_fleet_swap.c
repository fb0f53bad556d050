/* The identity rule: an id that changes hands never gets the other user logged off, at any
 * concurrency, after any delay, and also where it changes hands only in the process that goes on
 * after a crash.
 *
 *   test_fleet_swap [FIRST_SEED [VIRTUAL [REAL]]]      schedules on the virtual executor, hosts on
 *   real threads
 */
#include "farm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "platform_process.h"

#define THREADS 24

static uint64_t first_seed = 1, virtual_count = 3000, real_count = 1000, running;

static void add_host(struct strbuf *out, uint64_t *rng, unsigned host, unsigned delay_max_ms)
{
	static const char *const calls[] = { "open", "enumerate", "query", "logoff", "close" };

	strbuf_addf(out, "%s\"h%u\": {\"sessions\": [", host > 1 ? ", " : "", host);
	for (unsigned id = 2; id < 5; id++)
		strbuf_addf(out, "%s{\"id\": %u, \"user\": \"CORP\\\\user%u\"}", id > 2 ? ", " : "",
			    id, id);
	strbuf_addf(out,
		    "], \"faults\": [{\"call\": \"logoff\", \"session\": %u, \"swap_user\": "
		    "\"CORP\\\\mallory\"}",
		    (unsigned)rng_below(rng, 3) + 2);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (rng_below(rng, 2))
			strbuf_addf(out, ", {\"call\": \"%s\", \"delay_ms\": %u, \"times\": %u}",
				    calls[i], (unsigned)rng_below(rng, delay_max_ms) + 1,
				    (unsigned)rng_below(rng, 4) + 1);
	strbuf_adds(out, "]}");
}

static void make_scenario(struct strbuf *out, uint64_t *rng, unsigned hosts, unsigned delay_max_ms,
			  bool fast)
{
	strbuf_addf(out, "\"seed\": %u, ", (unsigned)rng_below(rng, 1000000));
	if (fast)
		strbuf_adds(out, "\"defaults\": {\"logoff_takes_ms\": 5, \"latency_ms\": "
				 "{\"probe\": 0, \"open\": 1, "
				 "\"enumerate\": 1, \"query\": 1, \"logoff\": 1, \"close\": 0}}, ");
	strbuf_adds(out, "\"hosts\": {");
	for (unsigned i = 1; i <= hosts; i++)
		add_host(out, rng, i, delay_max_ms);
	strbuf_adds(out, "}");
}

/* Mallory is on every host, and nobody has asked for that. */
static void check_mallory_stays(struct farm *farm)
{
	assert_null(strstr(strbuf_text(&farm->state), "mallory"));
	for (size_t i = 0; i < farm->host_count; i++) {
		const struct rep_host *host = &farm->record.hosts[i];

		for (uint32_t k = 0; k < host->session_count; k++) {
			const struct rep_session *row = &host->sessions[k];

			if (strcmp(row->user, "mallory") == 0) {
				assert_false(row->selected);
				/* A new process has the swap anew, once it has enumerated the
				 * host. */
				assert_true(farm->resumed ||
					    farm_present(farm, host->name, row->id, "mallory"));
			}
		}
	}
	farm_check_truth(farm);
}

static void one_virtual_schedule(uint64_t seed)
{
	struct farm farm, after;
	struct strbuf scenario;
	uint64_t rng = seed;
	unsigned hosts = (unsigned)rng_below(&rng, 4) + 1;
	bool crash = rng_below(&rng, 2);
	char names[16];

	strbuf_init(&scenario);
	make_scenario(&scenario, &rng, hosts, 4000, false);
	(void)snprintf(names, sizeof(names), "h[1:%u]", hosts);
	farm_init(&farm, names, strbuf_text(&scenario));
	farm.options.concurrency = (unsigned)rng_below(&rng, 8) + 1;
	farm.options.pool_threads = farm.options.concurrency + 1 + (unsigned)rng_below(&rng, 8);
	farm.options.call_timeout_ms = 500 + (int64_t)rng_below(&rng, 5000);
	farm.options.verify_timeout_ms = 2000 + (int64_t)rng_below(&rng, 3000);
	farm_keep_journal(&farm);
	if (!crash) {
		farm_run(&farm);
		check_mallory_stays(&farm);
	} else {
		farm_run_until(&farm, (int64_t)rng_below(&rng, 6000));
		if (farm_durable(&farm, NULL)) {
			farm_init_resumed(&after, &farm, farm_durable(&farm, NULL));
			if (!after.read.ended || !after.read.settled) {
				farm_keep_journal(&after);
				farm_run(&after);
				check_mallory_stays(&after);
			}
			farm_release(&after);
		}
	}
	farm_release(&farm);
	strbuf_release(&scenario);
}

static void swap__virtual_schedules__other_user_stays(void **state)
{
	(void)state;
	for (uint64_t seed = first_seed; seed < first_seed + virtual_count; seed++) {
		running = seed;
		one_virtual_schedule(seed);
	}
	running = 0;
}

static void swap__real_threads__other_user_stays(void **state)
{
	uint64_t rng = first_seed;

	(void)state;
	for (uint64_t done = 0; done < real_count; done += 50) {
		struct strbuf scenario;
		struct farm farm;

		strbuf_init(&scenario);
		make_scenario(&scenario, &rng, 50, 12, true);
		farm_init_real(&farm, THREADS, "h[1:50]", strbuf_text(&scenario));
		farm.options.concurrency = (unsigned)rng_below(&rng, THREADS - 1) + 1;
		farm.options.verify_interval_ms = 5;
		farm.options.retry_delay_ms = 5;
		farm_run(&farm);
		check_mallory_stays(&farm);
		farm_release(&farm);
		strbuf_release(&scenario);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(swap__virtual_schedules__other_user_stays),
		cmocka_unit_test(swap__real_threads__other_user_stays),
	};
	int failed;

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		virtual_count = strtoull(argv[2], NULL, 10);
	if (argc > 3)
		real_count = strtoull(argv[3], NULL, 10);
	if (process_set_env("UV_THREADPOOL_SIZE", "24") < 0)
		return 2;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (running)
		(void)fprintf(stderr, "test_fleet_swap: the seed was %llu\n",
			      (unsigned long long)running);
	return failed;
}
