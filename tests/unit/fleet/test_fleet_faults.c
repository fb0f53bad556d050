/* Slow, stuck and failing hosts, stops and limits, on the virtual executor, one run a row. */
#include "farm.h"

#include <stdio.h>
#include <string.h>

#define ALICE "{\"id\": 2, \"user\": \"CORP\\\\alice\"}"
#define BOB   "{\"id\": 3, \"user\": \"CORP\\\\bob\"}"
#define EVE   "{\"id\": 4, \"user\": \"LAB\\\\eve\"}"
#define FAULTS(host, sessions, faults)                                                             \
	"\"" host "\": {\"sessions\": [" sessions "], \"faults\": [" faults "]}"
#define HOSTS(hosts) "\"hosts\": {" hosts "}"
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Retries by class of error */

static void no_retries(struct farm *farm)
{
	farm->options.retries = 0;
}

static void check_four_opens(struct farm *farm)
{
	/* three in the survey, one in the act */
	assert_int_equal(farm_host(farm, "h1")->attempts, 4);
}

static void check_asked_twice(struct farm *farm)
{
	assert_int_equal(farm_row(farm, "h1", 2)->attempts, 2);
}

static void check_asked_three_times(struct farm *farm)
{
	assert_int_equal(farm_row(farm, "h1", 2)->attempts, 3);
}

static void check_asked_once(struct farm *farm)
{
	assert_int_equal(farm_row(farm, "h1", 2)->attempts, 1);
}

/* Looks that fail while sessions are verified: the backend's enumerate, replaced for the test. */

static struct session_ops broken_ops;
static const struct session_ops *sound_ops;
static struct session_error broken_error;
static unsigned broken_from, broken_until, enumerates;

static int broken_enumerate(struct session_host *host, struct session_list *ret_list,
			    struct session_error *reterr)
{
	enumerates++;
	if (enumerates >= broken_from && enumerates < broken_until) {
		*reterr = broken_error;
		return -1;
	}
	return sound_ops->enumerate(host, ret_list, reterr);
}

static int empty_enumerate(struct session_host *host, struct session_list *ret_list,
			   struct session_error *reterr)
{
	if (++enumerates >= broken_from) {
		(void)host;
		(void)reterr;
		session_list_init(ret_list);
		return 0;
	}
	return sound_ops->enumerate(host, ret_list, reterr);
}

static void break_looks(struct farm *farm, uint32_t code, unsigned from, unsigned until)
{
	sound_ops = farm->backend->ops;
	broken_ops = *sound_ops;
	broken_ops.enumerate = broken_enumerate;
	broken_error = (struct session_error){ SESSION_API_ENUMERATE_SESSIONS_EX, code };
	broken_from = from;
	broken_until = until;
	enumerates = 0;
	farm->backend->ops = &broken_ops;
}

static void looks_denied(struct farm *farm)
{
	break_looks(farm, 5, 3, 1000);
}

static void looks_fail_for_ever(struct farm *farm)
{
	break_looks(farm, 1722, 3, 100000);
}

static void looks_fail_for_a_while(struct farm *farm)
{
	break_looks(farm, 1722, 3, 6);
}

static void looks_are_empty(struct farm *farm)
{
	looks_denied(farm);
	broken_ops.enumerate = empty_enumerate;
}

static void always_empty(struct farm *farm)
{
	looks_are_empty(farm);
	broken_from = 1;
}

/* Stuck calls */

static void three_workers(struct farm *farm)
{
	farm->options.concurrency = 2;
	farm->options.pool_threads = 3;
}

static void check_starved(struct farm *farm)
{
	assert_non_null(strstr(strbuf_text(&farm->warnings), "every one of 3 worker threads"));
	/* The hosts that are not attempted end with the last stuck call, not later. */
	assert_in_range(farm->record.run.duration_ms, 30000, 31000);
}

static void eight_workers(struct farm *farm)
{
	farm->options.concurrency = 4;
	farm->options.pool_threads = 8;
}

static void check_only_stuck_were_lost(struct farm *farm)
{
	struct farm healthy;

	farm_init(&healthy, "h[1:40]", "");
	eight_workers(&healthy);
	farm_run(&healthy);
	for (unsigned i = 1; i <= 4; i++) {
		char name[8];

		(void)snprintf(name, sizeof(name), "s%u", i);
		assert_host(farm, name, "timed_out");
	}
	for (unsigned i = 1; i <= 40; i++) {
		char name[8];

		(void)snprintf(name, sizeof(name), "h%u", i);
		assert_host(farm, name, "succeeded");
	}
	/* What four stuck workers of four cost in all is one deadline, and the half second until
	 * a seat is lent. */
	assert_in_range(farm->record.run.duration_ms, 30000,
			30000 + 700 + healthy.record.run.duration_ms);
	farm_release(&healthy);
}

static void short_call_timeout(struct farm *farm)
{
	farm->options.call_timeout_ms = 5000;
}

static void short_host_timeout(struct farm *farm)
{
	farm->options.call_timeout_ms = 5000;
	farm->options.host_timeout_ms = 8000;
}

/* Stops */

static struct exec_timer stop_timers[2];
static struct farm *stopped_farm;
static enum fleet_stop stop_reason;

static void on_stop(struct exec_timer *timer)
{
	(void)timer;
	fleet_stop(stopped_farm->fleet, stop_reason);
}

static void stop_at(struct farm *farm, enum fleet_stop reason, int64_t first_ms, int64_t second_ms)
{
	memset(stop_timers, 0, sizeof(stop_timers));
	stopped_farm = farm;
	stop_reason = reason;
	stop_timers[0].fire = stop_timers[1].fire = on_stop;
	assert_int_equal(exec_timer_set(farm->executor, &stop_timers[0], first_ms * 1000), 0);
	if (second_ms)
		assert_int_equal(exec_timer_set(farm->executor, &stop_timers[1], second_ms * 1000),
				 0);
}

static void interrupt_in_survey(struct farm *farm)
{
	farm->options.concurrency = 1;
	stop_at(farm, FLEET_STOP_SIGINT, 120, 0);
}

static void interrupt_in_act(struct farm *farm)
{
	farm->options.concurrency = 1;
	stop_at(farm, FLEET_STOP_SIGTERM, 240, 0);
}

static void interrupt_twice(struct farm *farm)
{
	farm->options.concurrency = 1;
	stop_at(farm, FLEET_STOP_SIGINT, 240, 300);
}

static void hang_up(struct farm *farm)
{
	stop_at(farm, FLEET_STOP_SIGHUP, 50, 0);
}

static void run_timeout(struct farm *farm)
{
	farm->options.run_timeout_ms = 600;
}

static void run_timeout_in_survey(struct farm *farm)
{
	farm->options.run_timeout_ms = 100;
}

static void check_no_wait(struct farm *farm)
{
	assert_in_range(farm->record.run.duration_ms, 0, 700);
}

static void check_nothing_asked(struct farm *farm)
{
	assert_int_equal(farm->gates, 0);
	assert_int_equal(farm->state.len, 0);
	assert_in_range(farm->record.run.duration_ms, 0, 500);
	for (size_t i = 0; i < farm->host_count; i++)
		assert_int_equal(farm->record.hosts[i].outcome, REP_HOST_NOT_ATTEMPTED);
}

/* Limits */

static void no_failure_allowed(struct farm *farm)
{
	farm->options.concurrency = 1;
	farm->options.max_failures = 0;
}

static void one_failure_allowed(struct farm *farm)
{
	farm->options.concurrency = 1;
	farm->options.max_failures = 1;
}

static void half_may_fail(struct farm *farm)
{
	farm->options.concurrency = 1;
	farm->options.max_failures = 50;
	farm->options.max_failures_percent = true;
}

static void waves_of_one_then_rest(struct farm *farm)
{
	static const struct fleet_wave waves[] = { { 1, false }, { 50, true }, { 100, true } };

	farm->options.waves = waves;
	farm->options.wave_count = 3;
	farm->options.wave_pause_ms = 10000;
}

/* A wave begins when the pause after the end of the one before is over, and takes a second at least: the
 * first look of the verification. */
static void check_wave_times(struct farm *farm)
{
	const struct rep_run *run = &farm->record.run;
	int64_t began_ms[4] = { run->started_at_ms }, ended_ms[4] = { run->started_at_ms };

	for (size_t i = 0; i < farm->record.host_count; i++) {
		const struct rep_host *host = &farm->record.hosts[i];

		assert_in_range(host->ended_at_ms - host->acted_at_ms, 1000, 3000);
		if (began_ms[host->wave] == 0)
			began_ms[host->wave] = host->acted_at_ms;
		assert_int_equal(host->acted_at_ms, began_ms[host->wave]);
		if (host->ended_at_ms > ended_ms[host->wave])
			ended_ms[host->wave] = host->ended_at_ms;
	}
	assert_in_range(began_ms[1] - run->started_at_ms, 1, 3000); /* the survey */
	assert_int_equal(began_ms[2], ended_ms[1] + 10000);
	assert_int_equal(began_ms[3], ended_ms[2] + 10000);
	assert_int_equal(ended_ms[3], run->finished_at_ms);
}

static void check_waves(struct farm *farm)
{
	static const uint32_t expected[] = { 1, 2, 2, 2, 3, 3 };

	for (size_t i = 0; i < COUNT(expected); i++)
		assert_int_equal(farm->record.hosts[i].wave, expected[i]);
	assert_in_range(farm->record.run.duration_ms, 20000 + 3000, 20000 + 6000);
	check_wave_times(farm);
}

/* Those whose wave never came have no times. */
static void check_waves_stopped(struct farm *farm)
{
	assert_int_not_equal(farm->record.hosts[0].acted_at_ms, UTC_UNKNOWN);
	assert_int_not_equal(farm->record.hosts[0].ended_at_ms, UTC_UNKNOWN);
	for (size_t i = 1; i < farm->record.host_count; i++) {
		assert_int_equal(farm->record.hosts[i].acted_at_ms, UTC_UNKNOWN);
		assert_int_equal(farm->record.hosts[i].ended_at_ms, UTC_UNKNOWN);
	}
}

static void waves_stop_at_failure(struct farm *farm)
{
	waves_of_one_then_rest(farm);
	farm->options.max_failures = 0;
}

static void three_closing(struct farm *farm)
{
	farm->options.max_closing = 3;
}

static void check_three_closing(struct farm *farm)
{
	/* 12 sessions, three at a time, each batch seen gone after a second: four seconds at
	 * least */
	assert_in_range(farm->record.run.duration_ms, 4000, 20000);
}

static void first_host_alone(struct farm *farm)
{
	farm->options.one_host_first = true;
}

static void check_one_was_asked(struct farm *farm)
{
	unsigned asked = 0;

	for (size_t i = 0; i < farm->host_count; i++)
		asked += farm->record.hosts[i].attempts;
	assert_int_equal(asked, 1);
}

/* h1 was left behind at the end of its time; the others were through long before. */
static void check_others_did_not_wait(struct farm *farm)
{
	for (size_t i = 1; i < farm->host_count; i++)
		assert_int_equal(farm->record.hosts[i].outcome, REP_HOST_SUCCEEDED);
	assert_in_range(farm_host(farm, "h1")->duration_ms, 10000, 60000);
}

static void check_few_were_asked(struct farm *farm)
{
	unsigned asked = 0;

	for (size_t i = 0; i < farm->host_count; i++)
		asked += farm->record.hosts[i].attempts;
	assert_in_range(asked, 3, 3 + farm->options.concurrency);
}

static const struct farm_row rows[] = {
	/* retries */
	{ "retry__open_transient_twice__third_time_lucky", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"open\", \"error\": 1722, \"times\": 2}")), NULL,
	  0, "", "h1 succeeded: 2 alice logged_off\n", check_four_opens },
	{ "retry__open_transient_for_ever__failed_with_the_code", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"open\", \"error\": 1722}")), NULL, 1, "",
	  "h1 failed RPC_S_SERVER_UNAVAILABLE\n", NULL },
	{ "retry__none_allowed__failed_at_once", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"open\", \"error\": 1722, \"times\": 1}")),
	  no_retries, 1, "", "h1 failed RPC_S_SERVER_UNAVAILABLE\n", NULL },
	{ "retry__permanent__never", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"open\", \"error\": 5, \"times\": 1}")), NULL, 1,
	  "", "h1 failed ERROR_ACCESS_DENIED\n", NULL },
	{ "retry__enumerate_ambiguous_once__reopened", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"enumerate\", \"error\": 1726, \"times\": 1}")),
	  NULL, 0, "", "h1 succeeded: 2 alice logged_off\n", NULL },
	{ "retry__details_transient_once__done", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"query\", \"error\": 1723, \"times\": 1}")), NULL,
	  0, "", "h1 succeeded: 2 alice logged_off\n", NULL },
	{ "retry__logoff_busy_once__asked_again", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"logoff\", \"error\": 7024, \"times\": 1}")), NULL,
	  0, "", "h1 succeeded: 2 alice logged_off\n", check_asked_twice },
	{ "retry__logoff_busy_for_ever__failed", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"logoff\", \"error\": 7024}")), NULL, 1, "",
	  "h1 failed: 2 alice failed ERROR_CTX_WINSTATION_BUSY\n", check_asked_three_times },
	{ "retry__logoff_ambiguous_once__looked_then_asked_again", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"logoff\", \"error\": 1726, \"times\": 1}")), NULL,
	  0, "", "h1 succeeded: 2 alice logged_off\n", check_asked_twice },
	{ "retry__logoff_ambiguous_for_ever__still_present_with_the_code", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"logoff\", \"error\": 1726}")), NULL, 1, "",
	  "h1 failed: 2 alice still_present RPC_S_CALL_FAILED\n", check_asked_three_times },
	{ "retry__logoff_permanent__asked_once", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"logoff\", \"error\": 5}")), NULL, 1, "",
	  "h1 failed: 2 alice failed ERROR_ACCESS_DENIED\n", check_asked_once },
	{ "retry__logoff_says_gone_but_is_there__still_present", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"logoff\", \"error\": 7022}")), NULL, 1, "",
	  "h1 failed: 2 alice still_present ERROR_CTX_WINSTATION_NOT_FOUND\n", check_asked_once },
	{ "retry__error_zero__is_ambiguous", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"logoff\", \"error\": 0, \"times\": 1}")), NULL, 0,
	  "", "h1 succeeded: 2 alice logged_off\n", check_asked_twice },

	/* looks that are no good */
	{ "verify__denied__in_doubt", "h1", HOSTS(FAULTS("h1", ALICE, "")), looks_denied, 1, "",
	  "h1 failed: 2 alice in_doubt ERROR_ACCESS_DENIED\n", NULL },
	{ "verify__unreachable_to_the_end__in_doubt", "h1", HOSTS(FAULTS("h1", ALICE, "")),
	  looks_fail_for_ever, 1, "", "h1 failed: 2 alice in_doubt RPC_S_SERVER_UNAVAILABLE\n",
	  NULL },
	{ "verify__unreachable_for_a_while__done", "h1", HOSTS(FAULTS("h1", ALICE, "")),
	  looks_fail_for_a_while, 0, "", "h1 succeeded: 2 alice logged_off\n", NULL },
	{ "verify__empty_list__proves_nothing", "h1", HOSTS(FAULTS("h1", ALICE, "")),
	  looks_are_empty, 1, "", "h1 failed: 2 alice in_doubt SHORT_LIST\n", NULL },
	{ "survey__empty_list__proves_nothing", "h1", HOSTS(FAULTS("h1", ALICE, "")), always_empty,
	  1, "", "h1 failed SHORT_LIST\n", NULL },

	/* stuck calls */
	{ "stuck__act_hangs_in_the_look__timed_out_and_the_rest_goes_on", "h1",
	  HOSTS(FAULTS("h1", ALICE "," BOB,
		       "{\"call\": \"logoff\", \"session\": 9, \"hang\": true}, {\"call\": "
		       "\"logoff\", \"session\": 2, "
		       "\"hang\": true, \"times\": 1}")),
	  short_call_timeout, 1, "",
	  "h1 partial: 2 alice still_present CALL_TIMEOUT; 3 bob logged_off\n", NULL },
	{ "stuck__logoff_answers_late__verified_over_a_new_connection", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"logoff\", \"delay_ms\": 20000, \"times\": 1}")),
	  short_call_timeout, 0, "", "h1 succeeded: 2 alice logged_off\n", check_asked_once },
	{ "stuck__logoff_refused_late__enters_the_record", "h1",
	  HOSTS(FAULTS("h1", ALICE,
		       "{\"call\": \"logoff\", \"delay_ms\": 20000, \"error\": 5, \"times\": 1}")),
	  short_call_timeout, 1, "", "h1 failed: 2 alice failed ERROR_ACCESS_DENIED\n",
	  check_asked_once },
	{ "stuck__refused_late_when_asked_before__not_failed", "h1",
	  HOSTS(FAULTS(
		  "h1", ALICE,
		  "{\"call\": \"logoff\", \"error\": 1726, \"times\": 1}, {\"call\": \"logoff\", "
		  "\"delay_ms\": 20000, \"error\": 5, \"times\": 1}")),
	  short_call_timeout, 1, "", "h1 failed: 2 alice still_present CALL_TIMEOUT\n",
	  check_asked_twice },
	{ "stuck__two_hangs__the_host_is_given_up", "h1",
	  HOSTS(FAULTS("h1", ALICE "," BOB "," EVE, "{\"call\": \"logoff\", \"hang\": true}")),
	  short_call_timeout, 1, "",
	  "h1 timed_out CALL_TIMEOUT: 2 alice in_doubt CALL_TIMEOUT; 3 bob in_doubt CALL_TIMEOUT; "
	  "4 eve timed_out "
	  "CALL_TIMEOUT\n",
	  NULL },
	{ "stuck__close_hangs__costs_nobody_anything", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"close\", \"hang\": true}")), short_call_timeout,
	  0, "", "h1 succeeded: 2 alice logged_off\n", NULL },
	{ "stuck__slow_calls_use_up_the_host_timeout__timed_out", "h1",
	  HOSTS(FAULTS("h1", ALICE "," BOB, "{\"call\": \"query\", \"delay_ms\": 3000}")),
	  short_host_timeout, 1, "",
	  "h1 timed_out: 2 alice timed_out HOST_TIMEOUT; 3 bob timed_out HOST_TIMEOUT\n", NULL },
	{ "stuck__as_many_as_workers__every_other_host_is_served", "s[1:4],h[1:40]",
	  HOSTS(FAULTS("s[1:4]", ALICE, "{\"call\": \"enumerate\", \"hang\": true}")),
	  eight_workers, 1, "", NULL, check_only_stuck_were_lost },
	{ "stuck__more_than_threads__rest_not_attempted_at_once", "s[1:3],h[1:3]",
	  "\"defaults\": {\"jitter\": 0}, " HOSTS(
		  FAULTS("s[1:3]", ALICE, "{\"call\": \"open\", \"hang\": true}")),
	  three_workers, 1, "",
	  "s1 timed_out CALL_TIMEOUT\ns2 timed_out CALL_TIMEOUT\ns3 timed_out CALL_TIMEOUT\n"
	  "h1 not_attempted\nh2 not_attempted\nh3 not_attempted\n",
	  check_starved },

	/* stops */
	{ "stop__interrupt_in_survey__nothing_asked", "h[1:3]",
	  HOSTS(FAULTS("h[1:3]", ALICE "," BOB, "")), interrupt_in_survey, 130, "SIGINT", NULL,
	  check_nothing_asked },
	{ "stop__interrupt_in_act__what_was_asked_is_verified", "h[1:2]",
	  HOSTS(FAULTS("h[1:2]", ALICE "," BOB, "")), interrupt_in_act, 143, "SIGTERM", NULL,
	  NULL },
	{ "stop__second_interrupt__in_doubt_and_at_once", "h[1:2]",
	  HOSTS(FAULTS("h[1:2]", ALICE "," BOB, "")), interrupt_twice, 130, "SIGINT",
	  "h1 failed: 2 alice in_doubt/interrupted; 3 bob in_doubt/interrupted\n"
	  "h2 not_attempted: 2 alice not_attempted/interrupted; 3 bob not_attempted/interrupted\n",
	  check_no_wait },
	{ "stop__terminal_closed__its_own_code", "h[1:3]", HOSTS(FAULTS("h[1:3]", ALICE, "")),
	  hang_up, 129, "SIGHUP",
	  "h1 not_attempted: 2 alice not_attempted/interrupted\nh2 not_attempted: 2 alice "
	  "not_attempted/interrupted\n"
	  "h3 not_attempted: 2 alice not_attempted/interrupted\n",
	  check_nothing_asked },
	{ "stop__run_timeout_in_act__in_doubt", "h1", HOSTS(FAULTS("h1", ALICE, "")), run_timeout,
	  1, "run_timeout", "h1 failed: 2 alice in_doubt RUN_TIMEOUT\n", check_no_wait },
	{ "stop__run_timeout_in_survey__not_attempted", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"enumerate\", \"hang\": true}")),
	  run_timeout_in_survey, 1, "run_timeout", "h1 not_attempted\n", check_no_wait },

	/* limits */
	{ "max_failures__first_failure__stops", "h[1:3]",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"open\", \"error\": 5}") "," FAULTS("h[2:3]",
										     ALICE, "")),
	  no_failure_allowed, 4, "max_failures", NULL, NULL },
	{ "max_failures__one_allowed__goes_on", "h[1:3]",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"open\", \"error\": 5}") "," FAULTS("h[2:3]",
										     ALICE, "")),
	  one_failure_allowed, 1, "", NULL, NULL },
	{ "max_failures__half_of_four__two_may_fail", "h[1:4]",
	  HOSTS(FAULTS("h[1:2]", ALICE,
		       "{\"call\": \"open\", \"error\": 5}") "," FAULTS("h[3:4]", ALICE, "")),
	  half_may_fail, 1, "", NULL, NULL },
	{ "max_failures__three_of_four__stops", "h[1:4]",
	  HOSTS(FAULTS("h[1:3]", ALICE,
		       "{\"call\": \"open\", \"error\": 5}") "," FAULTS("h4", ALICE, "")),
	  half_may_fail, 4, "max_failures", NULL, NULL },
	{ "waves__one_half_all__in_order_with_pauses", "h[1:6]", HOSTS(FAULTS("h[1:6]", ALICE, "")),
	  waves_of_one_then_rest, 0, "", NULL, check_waves },
	{ "waves__failure_in_the_first__later_ones_not_attempted", "h[1:3]",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"logoff\", \"error\": 5}") "," FAULTS("h[2:3]",
										       ALICE, "")),
	  waves_stop_at_failure, 4, "max_failures",
	  "h1 failed: 2 alice failed ERROR_ACCESS_DENIED\nh2 not_attempted: 2 alice "
	  "not_attempted/max_failures\n"
	  "h3 not_attempted: 2 alice not_attempted/max_failures\n",
	  check_waves_stopped },
	{ "max_closing__three__never_more_and_all_done", "h[1:4]",
	  HOSTS(FAULTS("h[1:4]", ALICE "," BOB "," EVE, "")), three_closing, 0, "", NULL,
	  check_three_closing },

	/* credentials */
	{ "credentials__first_host_refuses__nobody_else_is_asked", "h[1:9]",
	  HOSTS(FAULTS("h[1:9]", ALICE, "{\"call\": \"open\", \"error\": 1326}")), first_host_alone,
	  4, "credentials", NULL, check_one_was_asked },
	{ "credentials__first_host_refuses_after_a_while__nobody_else_is_asked", "h[1:9]",
	  HOSTS(FAULTS("h[1:9]", ALICE,
		       "{\"call\": \"open\", \"error\": 1326, \"delay_ms\": 5000}")),
	  first_host_alone, 4, "credentials", NULL, check_one_was_asked },
	{ "credentials__first_host_hangs__the_next_one_goes", "h[1:9]",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"enumerate\", \"hang\": true}")), first_host_alone,
	  1, "", NULL, check_others_did_not_wait },
	{ "credentials__three_in_a_row__stop", "h[1:40]",
	  HOSTS(FAULTS("h[1:40]", ALICE, "{\"call\": \"open\", \"error\": 1909}")), NULL, 4,
	  "credentials", NULL, check_few_were_asked },
	{ "credentials__first_is_dead_second_lets_in__all_done", "h[1:9]",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"probe\", \"hang\": true}") "," FAULTS("h[2:9]",
											ALICE, "")),
	  first_host_alone, 1, "", NULL, NULL },
};

int main(void)
{
	return farm_run_table("fleet_faults", rows, COUNT(rows));
}
