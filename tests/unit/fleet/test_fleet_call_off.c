/* A run that is stopped while users wait for the end of their grace, on the virtual executor: whoever was
 * warned and stays is told, once, within the time of a call, whatever stops the run; a second interrupt
 * waits for nothing. And what a look finds that has changed since the list. */
#include "farm.h"
#include "farm_effect.h"

#include <stdio.h>
#include <string.h>

#define ALICE	      "{\"id\": 2, \"user\": \"CORP\\\\alice\"}"
#define BOB	      "{\"id\": 3, \"user\": \"CORP\\\\bob\", \"state\": \"disconnected\", \"idle_s\": 7200}"
#define EVE	      "{\"id\": 4, \"user\": \"LAB\\\\eve\", \"idle_s\": 60}"
#define ONE(sessions) "\"hosts\": {\"h1\": {\"sessions\": [" sessions "]}}"
#define ONE_WITH(sessions, faults)                                                                 \
	"\"hosts\": {\"h1\": {\"sessions\": [" sessions "], \"faults\": [" faults "]}}"
#define FARM	     "\"defaults\": {\"sessions\": {\"min\": 2, \"max\": 5}, \"disconnected\": 0.3}"
#define MINUTE	     INT64_C(60000)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static unsigned count_of(const struct strbuf *text, const char *wanted)
{
	unsigned count = 0;

	for (const char *at = strbuf_text(text); (at = strstr(at, wanted)); at++)
		count++;
	return count;
}

static unsigned told(struct farm *farm)
{
	return count_of(&farm->state, "\"text\":\"not at 00:15\"");
}

static unsigned warned(struct farm *farm)
{
	return count_of(&farm->state, "\"text\":\"15 min until 00:15\"");
}

static struct stop {
	struct exec_timer timer;
	enum fleet_stop reason;
	struct farm *farm;
} stops[2];

static void on_stop(struct exec_timer *timer)
{
	struct stop *stop = (struct stop *)(void *)timer;

	fleet_stop(stop->farm->fleet, stop->reason);
}

static void stop_at(struct farm *farm, unsigned which, int64_t at_ms, enum fleet_stop reason)
{
	stops[which] =
		(struct stop){ .timer = { .fire = on_stop }, .reason = reason, .farm = farm };
	assert_int_equal(exec_timer_set(farm->executor, &stops[which].timer, at_ms * 1000), 0);
}

static void notify(struct farm *farm)
{
	farm->options.notify = (struct fleet_notify){
		.text = FARM_WARNING,
		.grace_ms = 15 * MINUTE,
		.again_ms = -1,
		.called_off = FARM_CALLED_OFF,
	};
}

static void interrupt_in_the_grace(struct farm *farm)
{
	notify(farm);
	stop_at(farm, 0, MINUTE, FLEET_STOP_SIGINT);
}

static void interrupt_twice(struct farm *farm)
{
	interrupt_in_the_grace(farm);
	stop_at(farm, 1, MINUTE + 1, FLEET_STOP_SIGINT);
}

static void run_timeout_in_the_grace(struct farm *farm)
{
	notify(farm);
	farm->options.run_timeout_ms = 5 * MINUTE;
}

static void credentials_in_the_grace(struct farm *farm)
{
	notify(farm);
	stop_at(farm, 0, MINUTE, FLEET_STOP_CREDENTIALS);
}

static void journal_in_the_grace(struct farm *farm)
{
	notify(farm);
	stop_at(farm, 0, MINUTE, FLEET_STOP_JOURNAL);
}

/* The first host is through when the second one's wave stops the run. */
static void breaker_in_the_grace(struct farm *farm)
{
	notify(farm);
	farm->options.max_failures = 0;
}

static void interrupt_after_the_grace(struct farm *farm)
{
	notify(farm);
	farm->options.verify_timeout_ms = 5000;
	stop_at(farm, 0, 15 * MINUTE + 1500, FLEET_STOP_SIGINT);
}

static void check_nobody_told(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(told(farm), 0);
	assert_int_equal(farm->warnings.len, 0);
}

static void check_told(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(warned(farm), 2);
	assert_int_equal(told(farm), 2);
	assert_int_equal(farm->warnings.len, 0);
	assert_true(farm_present(farm, "h1", 2, "alice"));
	/* it does not wait for anything */
	assert_in_range(farm->record.run.duration_ms, MINUTE, 6 * MINUTE);
}

static void check_not_told(struct farm *farm)
{
	farm_check_courtesy(farm, false);
	assert_int_equal(warned(farm), 2);
	assert_int_equal(told(farm), 0);
	assert_non_null(strstr(strbuf_text(&farm->warnings),
			       "2 sessions on 1 host were warned and not told that"));
}

static void check_second_waits_for_nothing(struct farm *farm)
{
	check_not_told(farm);
	assert_in_range(farm->record.run.duration_ms, MINUTE, MINUTE + 1);
}

static void check_within_a_call(struct farm *farm)
{
	check_not_told(farm);
	assert_in_range(farm->record.run.duration_ms, MINUTE, MINUTE + 31000);
}

static void check_one_told(struct farm *farm)
{
	farm_check_courtesy(farm, false);
	assert_int_equal(told(farm), 1);
	assert_non_null(strstr(strbuf_text(&farm->warnings),
			       "1 session on 1 host was warned and not told that"));
}

/* Nobody has looked since: who has left by himself is told of in the next run. */
static void check_one_told_one_gone(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(told(farm), 1);
	assert_int_equal(farm->warnings.len, 0);
}

static void check_breaker(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(warned(farm), 2);
	assert_int_equal(told(farm), 1);
	assert_true(farm_present(farm, "h1", 2, "alice"));
}

#define INTERRUPTED                                                                                \
	"h1 partial: 2 alice not_attempted/interrupted; 3 bob logged_off; 4 eve "                  \
	"not_attempted/interrupted\n"

static const struct farm_row rows[] = {
	{ "call_off__interrupt__those_who_stay_are_told", "h1", ONE(ALICE "," BOB "," EVE),
	  interrupt_in_the_grace, 130, "SIGINT", INTERRUPTED, check_told },
	{ "call_off__second_interrupt__waits_for_nothing", "h1", ONE(ALICE "," BOB "," EVE),
	  interrupt_twice, 130, "SIGINT", INTERRUPTED, check_second_waits_for_nothing },
	{ "call_off__run_timeout__those_who_stay_are_told", "h1", ONE(ALICE "," BOB "," EVE),
	  run_timeout_in_the_grace, 1, "run_timeout",
	  "h1 partial: 2 alice not_attempted/run_timeout; 3 bob logged_off; 4 eve "
	  "not_attempted/run_timeout\n",
	  check_told },
	{ "call_off__credentials__those_who_stay_are_told", "h1", ONE(ALICE "," BOB "," EVE),
	  credentials_in_the_grace, 4, "credentials",
	  "h1 partial: 2 alice not_attempted/credentials; 3 bob logged_off; 4 eve "
	  "not_attempted/credentials\n",
	  check_told },
	{ "call_off__journal__those_who_stay_are_told", "h1", ONE(ALICE "," BOB "," EVE),
	  journal_in_the_grace, 1, "journal",
	  "h1 partial: 2 alice not_attempted/journal; 3 bob logged_off; 4 eve "
	  "not_attempted/journal\n",
	  check_told },
	{ "call_off__one_has_left__nobody_else_is_told", "h1",
	  "\"hosts\": {\"h1\": {\"sessions\": [" ALICE
	  ", {\"id\": 4, \"user\": \"LAB\\\\eve\", \"leaves_after_ms\": 30000}]}}",
	  interrupt_in_the_grace, 130, "SIGINT",
	  "h1 not_attempted: 2 alice not_attempted/interrupted; 4 eve not_attempted/interrupted\n",
	  check_one_told_one_gone },
	{ "call_off__asked_already__not_told", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"logoff\", \"ignored\": true}"), interrupt_after_the_grace,
	  130, "SIGINT", "h1 failed: 2 alice still_present VERIFY_TIMEOUT\n", check_nobody_told },
	{ "call_off__host_hangs__within_the_time_of_a_call", "h1",
	  ONE_WITH(ALICE "," BOB "," EVE,
		   "{\"call\": \"open\", \"delay_ms\": 0, \"times\": 2}, {\"call\": \"open\", "
		   "\"hang\": true}"),
	  interrupt_in_the_grace, 130, "SIGINT",
	  "h1 partial: 2 alice not_attempted/interrupted CALL_TIMEOUT; 3 bob logged_off; 4 eve "
	  "not_attempted/interrupted CALL_TIMEOUT\n",
	  check_within_a_call },
	{ "call_off__message_hangs__within_the_time_of_a_call", "h1",
	  ONE_WITH(
		  ALICE "," BOB "," EVE,
		  "{\"call\": \"message\", \"delay_ms\": 0, \"times\": 2}, {\"call\": \"message\", "
		  "\"hang\": true}"),
	  interrupt_in_the_grace, 130, "SIGINT",
	  "h1 partial: 2 alice not_attempted/interrupted CALL_TIMEOUT; 3 bob logged_off; 4 eve "
	  "not_attempted/interrupted CALL_TIMEOUT\n",
	  check_within_a_call },
	{ "call_off__denied_for_one__the_other_is_told", "h1",
	  ONE_WITH(
		  ALICE "," BOB "," EVE,
		  "{\"call\": \"message\", \"delay_ms\": 0, \"times\": 2}, {\"call\": \"message\", "
		  "\"session\": 2, \"error\": 5}"),
	  interrupt_in_the_grace, 130, "SIGINT",
	  "h1 partial: 2 alice not_attempted/interrupted ERROR_ACCESS_DENIED; 3 bob logged_off; 4 "
	  "eve not_attempted/interrupted\n",
	  check_one_told },
	{ "call_off__breaker__those_in_their_grace_are_told", "h[1:2]",
	  "\"defaults\": {\"sessions\": {\"min\": 0, \"max\": 0}}, \"hosts\": {"
	  "\"h1\": {\"sessions\": [" ALICE "]}, "
	  "\"h2\": {\"sessions\": [" EVE ", " BOB "], "
	  "\"faults\": [{\"call\": \"logoff\", \"session\": 3, \"error\": 5}, "
	  "{\"call\": \"open\", \"delay_ms\": 0, \"times\": 2}, "
	  "{\"call\": \"open\", \"error\": 5}]}}",
	  breaker_in_the_grace, 4, "max_failures", NULL, check_breaker },
};

/* Whenever the stop comes, and whoever is where by then. */
static void call_off__stopped_at_any_moment__each_is_told_once(void **state)
{
	static const enum fleet_stop reasons[] = { FLEET_STOP_SIGINT, FLEET_STOP_CREDENTIALS,
						   FLEET_STOP_RUN_TIMEOUT,
						   FLEET_STOP_MAX_FAILURES };
	unsigned all = 0;

	(void)state;
	for (int64_t at_ms = 0; at_ms < 1200; at_ms += 17 * FARM_STRIDE) {
		struct farm farm;

		farm_init(&farm, "h[1:12]", FARM);
		notify(&farm);
		farm.options.notify.again_ms = MINUTE;
		farm.options.concurrency = 4;
		if (at_ms % 2)
			farm_keep_journal(&farm);
		stop_at(&farm, 0, at_ms, reasons[at_ms / 17 % (int64_t)COUNT(reasons)]);
		farm_run(&farm);
		farm_check_truth(&farm);
		/* calls that the end of the run's time leaves behind may have shown a box */
		farm_check_courtesy(&farm, true);
		all += told(&farm);
		farm_release(&farm);
	}
	assert_in_range(all, 200 / FARM_STRIDE, 100000);
}

/* Around the second warning and the end of the grace too. */
static void call_off__stopped_late__each_is_told_once(void **state)
{
	static const int64_t moments_ms[] = { 14 * MINUTE, 15 * MINUTE };

	(void)state;
	for (size_t i = 0; i < COUNT(moments_ms); i++)
		for (int64_t after_ms = 0; after_ms < 1500; after_ms += 31 * FARM_STRIDE) {
			struct farm farm;

			farm_init(&farm, "h[1:12]", FARM);
			notify(&farm);
			farm.options.notify.again_ms = MINUTE;
			farm.options.concurrency = 4;
			farm_keep_journal(&farm);
			stop_at(&farm, 0, moments_ms[i] + after_ms,
				after_ms % 2 ? FLEET_STOP_SIGINT : FLEET_STOP_RUN_TIMEOUT);
			farm_run(&farm);
			farm_check_truth(&farm);
			farm_check_courtesy(&farm, true);
			farm_release(&farm);
		}
}

/* What has changed between list and look: the states that details tell are bent. */

static const struct session_ops *real;
static uint32_t bent_id;
static enum session_state bent_state;
static unsigned bent_from, bent_to, looks; /* which looks at it are bent, from 1 */

static int bent_details(struct session_host *host, uint32_t id, struct session_details *ret,
			struct session_error *reterr)
{
	int status = real->details(host, id, ret, reterr);

	if (id == bent_id && ++looks >= bent_from && looks <= bent_to)
		ret->state = bent_state;
	return status;
}

static void bend(struct farm *farm, struct session_ops *ops, uint32_t id, enum session_state state,
		 unsigned from, unsigned to)
{
	real = farm->backend->ops;
	*ops = *real;
	ops->details = bent_details;
	farm->backend->ops = ops;
	bent_id = id;
	bent_state = state;
	bent_from = from;
	bent_to = to;
	looks = 0;
}

/* Listed as disconnected, and active at the look: he is warned, and has his grace. */
static void warn__reconnected_before_the_act__is_warned(void **state)
{
	struct session_ops ops;
	struct farm farm;

	(void)state;
	farm_init(&farm, "h1", ONE(BOB));
	notify(&farm);
	bend(&farm, &ops, 3, SESSION_ACTIVE, 2, 3); /* the act's and the warning's */
	farm_run(&farm);
	assert_outcome(farm_row(&farm, "h1", 3), "logged_off");
	assert_int_equal(warned(&farm), 1);
	assert_in_range(farm.record.run.duration_ms, 15 * MINUTE, 16 * MINUTE);
	farm.backend->ops = real;
	farm_release(&farm);
}

/* Listed as active, and disconnected at the look: he would see no box, and goes at once. */
static void warn__disconnected_before_the_warning__goes_at_once(void **state)
{
	struct session_ops ops;
	struct farm farm;

	(void)state;
	farm_init(&farm, "h1", ONE(ALICE));
	notify(&farm);
	bend(&farm, &ops, 2, SESSION_DISCONNECTED, 2, 9);
	farm_run(&farm);
	assert_outcome(farm_row(&farm, "h1", 2), "logged_off");
	assert_int_equal(warned(&farm), 0);
	assert_in_range(farm.record.run.duration_ms, 1, 10000);
	farm.backend->ops = real;
	farm_release(&farm);
}

/* Disconnected after his warning: he keeps his grace, in which he may come back. */
static void warn__disconnected_in_the_grace__keeps_it(void **state)
{
	struct session_ops ops;
	struct farm farm;

	(void)state;
	farm_init(&farm, "h1", ONE(ALICE));
	notify(&farm);
	farm.options.notify.again_ms = MINUTE;
	bend(&farm, &ops, 2, SESSION_DISCONNECTED, 3, 9);
	farm_run(&farm);
	assert_outcome(farm_row(&farm, "h1", 2), "logged_off");
	assert_int_equal(warned(&farm), 1);
	assert_int_equal(count_of(&farm.state, "messaged"), 1);
	assert_in_range(farm.record.run.duration_ms, 15 * MINUTE, 16 * MINUTE);
	farm.backend->ops = real;
	farm_release(&farm);
}

/* Whoever was selected as active and is not any more is left alone, as ever. */
static void warn__no_longer_selected__is_left_alone(void **state)
{
	struct session_ops ops;
	struct farm farm;

	(void)state;
	farm_init(&farm, "h1", ONE(ALICE));
	notify(&farm);
	farm.selection.all = false;
	farm.selection.states = 1u << SESSION_ACTIVE;
	bend(&farm, &ops, 2, SESSION_DISCONNECTED, 2, 9);
	farm_run(&farm);
	assert_outcome(farm_row(&farm, "h1", 2), "skipped");
	assert_reason(farm_row(&farm, "h1", 2), "no_longer_matches");
	assert_int_equal(farm.state.len, 0);
	farm.backend->ops = real;
	farm_release(&farm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_off__stopped_at_any_moment__each_is_told_once),
		cmocka_unit_test(call_off__stopped_late__each_is_told_once),
		cmocka_unit_test(warn__reconnected_before_the_act__is_warned),
		cmocka_unit_test(warn__disconnected_before_the_warning__goes_at_once),
		cmocka_unit_test(warn__disconnected_in_the_grace__keeps_it),
		cmocka_unit_test(warn__no_longer_selected__is_left_alone),
	};
	int failed = farm_run_table("fleet_call_off", rows, COUNT(rows));

	return failed + cmocka_run_group_tests_name("fleet_call_off moments", tests, NULL, NULL);
}
