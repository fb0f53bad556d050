/* The engine once on real threads, in real time: what the virtual executor shows holds there too,
 * and every run ends with a loop that closes. No time is asserted but deadlines that were set. */
#include "farm.h"
#include "platform_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 24
#define FAST                                                                                       \
	"\"defaults\": {\"sessions\": {\"min\": 3, \"max\": 6}, \"logoff_takes_ms\": 20, "         \
	"\"latency_ms\": {"                                                                        \
	"\"probe\": 1, \"open\": 2, \"enumerate\": 2, \"query\": 1, \"logoff\": 2, \"close\": 1}}"
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void quick(struct farm *farm)
{
	farm->options.verify_interval_ms = 25;
	farm->options.retry_delay_ms = 20;
}

static void threads__healthy_fleet__everybody_is_off(void **state)
{
	struct farm farm;

	(void)state;
	farm_init_real(&farm, THREADS, "h[1:60]", FAST);
	quick(&farm);
	farm_run(&farm);
	assert_int_equal(farm.record.run.exit_code, 0);
	assert_int_equal(farm_users_present(&farm), 0);
	farm_check_truth(&farm);
	farm_release(&farm);
}

static void threads__as_many_stuck_as_workers__every_other_host_is_served(void **state)
{
	struct farm farm;

	(void)state;
	farm_init_real(&farm, THREADS, "s[1:8],h[1:40]",
		       FAST ", \"hosts\": {\"s[1:8]\": {\"faults\": [{\"call\": \"enumerate\", "
			    "\"hang\": true}]}}");
	quick(&farm);
	farm.options.call_timeout_ms = 1500;
	farm_run(&farm);
	assert_int_equal(farm.record.run.exit_code, 1);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(farm.record.hosts[i].outcome, REP_HOST_TIMED_OUT);
		assert_string_equal(farm_error(&farm, farm.record.hosts[i].error), "CALL_TIMEOUT");
	}
	for (unsigned i = 8; i < 48; i++)
		assert_int_equal(farm.record.hosts[i].outcome, REP_HOST_SUCCEEDED);
	assert_int_equal(farm.calls_left, 8);
	farm_check_truth(&farm);
	farm_release(&farm);
}

static void threads__logoff_hangs__in_doubt_and_verified(void **state)
{
	struct farm farm;

	(void)state;
	farm_init_real(
		&farm, THREADS, "h1",
		"\"defaults\": {\"logoff_takes_ms\": 10}, \"hosts\": {\"h1\": {\"sessions\": ["
		"{\"id\": 2, \"user\": \"CORP\\\\alice\"}, {\"id\": 3, \"user\": "
		"\"CORP\\\\bob\"}], "
		"\"faults\": [{\"call\": \"logoff\", \"session\": 2, \"hang\": true}]}}");
	quick(&farm);
	farm.options.call_timeout_ms = 1000;
	farm.options.verify_timeout_ms = 300;
	farm_run(&farm);
	assert_string_equal(farm_picture(&farm),
			    "h1 partial: 2 alice still_present CALL_TIMEOUT; 3 bob logged_off\n");
	farm_check_truth(&farm);
	farm_release(&farm);
}

static void interrupt(uv_timer_t *timer)
{
	fleet_stop(((struct farm *)timer->data)->fleet, FLEET_STOP_SIGINT);
}

static void closed(uv_handle_t *handle)
{
	(void)handle;
}

static void interrupt_run(unsigned after_ms, unsigned again_ms)
{
	struct farm farm;
	uv_timer_t timers[2];

	farm_init_real(&farm, THREADS, "h[1:30]", FAST);
	quick(&farm);
	farm_start(&farm);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(uv_timer_init(farm.loop, &timers[i]), 0);
		timers[i].data = &farm;
		assert_int_equal(uv_timer_start(&timers[i], interrupt, i ? again_ms : after_ms, 0),
				 0);
	}
	for (int i = 0; i < 2; i++)
		uv_unref((uv_handle_t *)&timers[i]); /* they are nothing to wait for */
	farm_finish(&farm);
	for (int i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&timers[i], closed);
	assert_int_equal(exec_run(farm.executor), 0);
	if (*farm.record.run.stopped_by)
		assert_int_equal(farm.record.run.exit_code, 130);
	/* Not check_rows' presence: an in-doubt logoff may still take effect. Every row and host
	 * has an outcome, and whoever was made to go is in the record. */
	farm_check_truth(&farm);
	farm_release(&farm);
}

static void threads__interrupted_at_any_moment__record_matches_the_fleet(void **state)
{
	(void)state;
	for (unsigned after_ms = 1; after_ms < 200; after_ms += 11) {
		interrupt_run(after_ms, 60000);	       /* once */
		interrupt_run(after_ms, after_ms + 3); /* and again */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads__healthy_fleet__everybody_is_off),
		cmocka_unit_test(threads__as_many_stuck_as_workers__every_other_host_is_served),
		cmocka_unit_test(threads__logoff_hangs__in_doubt_and_verified),
		cmocka_unit_test(threads__interrupted_at_any_moment__record_matches_the_fleet),
	};

	if (process_set_env("UV_THREADPOOL_SIZE", "24") < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
