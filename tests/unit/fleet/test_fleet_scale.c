/* Large fleets on the virtual executor: everything comes out right, and each session is in the
 * record once. */
#include "farm.h"

#include <stdlib.h>
#include <string.h>

static void scale__500_hosts_20_sessions__concurrency_64__all_right(void **state)
{
	struct farm farm;
	uint32_t off = 0;

	(void)state;
	farm_init(&farm, "rdsh[001:500]",
		  "\"defaults\": {\"sessions\": {\"min\": 20, \"max\": 20}}");
	farm.options.concurrency = 64;
	farm.options.pool_threads = 128;
	farm_run(&farm);
	assert_int_equal(farm.record.run.exit_code, 0);
	for (size_t i = 0; i < farm.record.host_count; i++)
		for (uint32_t k = 0; k < farm.record.hosts[i].session_count; k++)
			off += farm.record.hosts[i].sessions[k].outcome == REP_SESSION_LOGGED_OFF;
	assert_int_equal(off, 500 * 20);
	assert_int_equal(farm.plan.sessions, 500 * 20);
	assert_int_equal(farm.plan.hosts, 500);
	assert_int_equal(farm_users_present(&farm), 0);
	assert_in_range(executor_virtual_stats(farm.executor).in_flight_max, 60, 64);
	farm_check_truth(&farm);
	farm_release(&farm);
}

static void scale__10000_hosts_a_third_dead__healthy_ones_are_done(void **state)
{
	struct farm farm;
	uint32_t dead = 0;

	(void)state;
	farm_init(&farm, "d[00001:03000],h[00001:07000]",
		  "\"defaults\": {\"sessions\": {\"min\": 2, \"max\": 2}}, \"hosts\": "
		  "{\"d[00001:03000]\": "
		  "{\"faults\": [{\"call\": \"probe\", \"hang\": true}]}}");
	farm.options.concurrency = 64;
	farm.options.pool_threads = 128;
	farm.options.probes_max = 4096;
	farm_run(&farm);
	for (size_t i = 0; i < farm.record.host_count; i++)
		dead += farm.record.hosts[i].outcome == REP_HOST_TIMED_OUT;
	assert_int_equal(dead, 3000);
	assert_int_equal(farm.plan.hosts, 7000);
	assert_int_equal(farm_users_present(&farm), 3000 * 2);
	/* Dead hosts come first and cost their probes, not a worker: 256 of them start each
	 * quarter of a second. */
	assert_in_range(farm.record.run.duration_ms, 0, 60000);
	farm_release(&farm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scale__500_hosts_20_sessions__concurrency_64__all_right),
		cmocka_unit_test(scale__10000_hosts_a_third_dead__healthy_ones_are_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
