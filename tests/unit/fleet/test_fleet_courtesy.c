/* Kindness on the virtual executor: messages, disconnects, warnings and graces, one run a row. */
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
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static unsigned state_has(struct farm *farm, const char *text)
{
	unsigned count = 0;

	for (const char *at = strbuf_text(&farm->state); (at = strstr(at, text)); at++)
		count++;
	return count;
}

static void disconnect(struct farm *farm)
{
	farm->options.command = FLEET_DISCONNECT;
	farm->selection.for_disconnect = true;
}

static void disconnect_dry(struct farm *farm)
{
	disconnect(farm);
	farm->options.dry_run = true;
}

static void message(struct farm *farm)
{
	farm->options.command = FLEET_MESSAGE;
	farm->options.message = "{user} on {host}: {{{reason}}}";
	farm->options.reason = "patches";
}

static void message_once(struct farm *farm)
{
	message(farm);
	farm->options.retries = 0;
}

static void message_to_two_at_most(struct farm *farm)
{
	message(farm);
	farm->options.max_sessions = 2;
}

static void message_stops_at_first(struct farm *farm)
{
	static const struct fleet_wave one = { 1, false };

	message(farm);
	farm->options.max_failures = 0;
	farm->options.waves = &one;
	farm->options.wave_count = 1;
}

static void check_messages(struct farm *farm)
{
	assert_int_equal(state_has(farm, "\"messaged\""), 3);
	assert_int_equal(state_has(farm, "\"text\":\"bob on h1: {patches}\""), 1);
	/* no looking afterwards: survey and act are all */
	assert_in_range(farm->record.run.duration_ms, 1, 1000);
	assert_int_equal(farm_row(farm, "h1", 2)->attempts, 1);
}

static void check_two_boxes(struct farm *farm)
{
	assert_int_equal(farm_row(farm, "h1", 2)->attempts, 2);
}

static void check_nothing_done(struct farm *farm)
{
	assert_int_equal(farm->state.len, 0);
}

static void check_one_ask(struct farm *farm)
{
	assert_int_equal(farm_row(farm, "h1", 2)->attempts, 1);
}

static void check_still_there(struct farm *farm)
{
	assert_true(farm_present(farm, "h1", 2, "alice"));
	assert_int_equal(state_has(farm, "\"disconnected\""), 2);
}

/* Warnings and graces: a quarter of an hour, in no time. */

#define MINUTE INT64_C(60000)

static void notify(struct farm *farm)
{
	farm->options.notify = (struct fleet_notify){
		.text = FARM_WARNING,
		.grace_ms = 15 * MINUTE,
		.again_ms = -1,
		.called_off = FARM_CALLED_OFF,
	};
}

static void notify_again(struct farm *farm)
{
	notify(farm);
	farm->options.notify.again_ms = 2 * MINUTE;
}

static void notify_disconnected(struct farm *farm)
{
	notify(farm);
	farm->options.notify.disconnected = true;
}

static void notify_or_not(struct farm *farm)
{
	notify(farm);
	farm->options.notify.failed = FLEET_FAILED_CONTINUE;
}

static void notify_or_abort(struct farm *farm)
{
	notify(farm);
	farm->options.notify.failed = FLEET_FAILED_ABORT;
}

static void notify_in_the_hour_of(struct farm *farm)
{
	notify(farm);
	farm->options.host_timeout_ms = 5000; /* the grace does not count */
}

static void notify_one_at_a_time(struct farm *farm)
{
	notify_again(farm);
	farm->options.max_closing = 1;
}

static void notify_dry(struct farm *farm)
{
	notify(farm);
	farm->options.dry_run = true;
}

static int64_t an_hour_east(int64_t utc_ms)
{
	(void)utc_ms;
	return 60 * MINUTE;
}

static void notify_in_the_east(struct farm *farm)
{
	notify(farm);
	farm->options.local_offset_ms = an_hour_east;
}

/* The time of the n-th line of the state that holds a text; from 1. */
static int64_t time_of(struct farm *farm, const char *text, unsigned n)
{
	const char *at = strbuf_text(&farm->state);
	struct farm_effect effect;

	for (;;) {
		size_t len = strcspn(at, "\n");

		if (!len)
			fail_msg("no line %u of %s in\n%s", n, text, strbuf_text(&farm->state));
		(void)farm_effect_read(at, len, &effect);
		if ((strstr(effect.text, text) || strcmp(effect.call, text) == 0) && !--n)
			return effect.t_ms - FARM_EPOCH_MS;
		at += len + 1;
	}
}

static void check_grace(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(state_has(farm, "\"messaged\""), 2);
	assert_int_equal(state_has(farm, "\"text\":\"15 min until 00:15\""), 2);
	/* bob, who sees no box, goes at once; the others after the grace of the last warning */
	assert_in_range(time_of(farm, "logoff", 1), 1, 2000);
	assert_true(time_of(farm, "logoff", 2) >= time_of(farm, "15 min", 2) + 15 * MINUTE);
	assert_in_range(time_of(farm, "logoff", 2), 15 * MINUTE, 15 * MINUTE + 2000);
	assert_in_range(time_of(farm, "logoff", 3), 15 * MINUTE, 15 * MINUTE + 2000);
	/* nothing was open meanwhile: survey, warnings, after the grace */
	assert_int_equal(farm_host(farm, "h1")->attempts, 3);
	assert_int_equal(farm_row(farm, "h1", 2)->attempts, 1);
}

static void check_again(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(state_has(farm, "\"messaged\""), 4);
	assert_int_equal(state_has(farm, "\"text\":\"15 min until 00:15\""), 2);
	assert_int_equal(state_has(farm, "\"text\":\"2 min until 00:15\""), 2);
	assert_in_range(time_of(farm, "2 min", 1), 13 * MINUTE, 13 * MINUTE + 2000);
	assert_in_range(time_of(farm, "logoff", 2), 15 * MINUTE, 15 * MINUTE + 2000);
}

/* Warnings that take their time: one grace for all of them, that of the last. */
static void check_one_grace(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(state_has(farm, "\"messaged\""), 3);
	assert_true(time_of(farm, "15 min", 3) - time_of(farm, "15 min", 1) >= 8000);
	assert_true(time_of(farm, "logoff", 1) >= time_of(farm, "15 min", 3) + 15 * MINUTE);
	assert_int_equal(farm_host(farm, "h1")->attempts, 3);
}

static void check_all_have_grace(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(state_has(farm, "\"messaged\""), 3);
	assert_in_range(time_of(farm, "logoff", 1), 15 * MINUTE, 15 * MINUTE + 2000);
}

static void check_local_time(struct farm *farm)
{
	assert_int_equal(state_has(farm, "\"text\":\"15 min until 01:15\""), 1);
}

static void check_courtesy(struct farm *farm)
{
	farm_check_courtesy(farm, true);
}

static void check_reconnected(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(state_has(farm, "\"messaged\""), 1);
}

static void check_kind_of_error(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(state_has(farm, "\"messaged\""), 1);
	assert_in_range(time_of(farm, "logoff", 1), 15 * MINUTE, 15 * MINUTE + 2000);
}

static void check_one_told(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	assert_int_equal(state_has(farm, "\"text\":\"15 min"), 1);
	assert_int_equal(state_has(farm, "\"text\":\"not at 00:15\""), 1);
	assert_int_equal(state_has(farm, "\"logoff\""), 0);
	assert_in_range(farm->record.run.duration_ms, 1, 60000);
}

static void check_paced(struct farm *farm)
{
	farm_check_courtesy(farm, true);
	/* disconnected ones go during the grace, one after the other */
	assert_in_range(time_of(farm, "logoff", 3), 1, 20000);
	assert_in_range(time_of(farm, "2 min", 1), 13 * MINUTE, 13 * MINUTE + 5000);
}

static const struct farm_row rows[] = {
	{ "message__three_users__each_gets_it", "h1", ONE(ALICE "," BOB "," EVE), message, 0, "",
	  "h1 succeeded: 2 alice messaged; 3 bob messaged; 4 eve messaged\n", check_messages },
	{ "message__denied__failed_with_its_code", "h1",
	  ONE_WITH(ALICE "," EVE, "{\"call\": \"message\", \"session\": 2, \"error\": 5}"), message,
	  1, "", "h1 partial: 2 alice failed ERROR_ACCESS_DENIED; 4 eve messaged\n",
	  check_one_ask },
	{ "message__busy_once__sent_again", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"message\", \"error\": 7024, \"times\": 1}"), message, 0, "",
	  "h1 succeeded: 2 alice messaged\n", check_two_boxes },
	{ "message__ambiguous_once__sent_again", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"message\", \"error\": 1726, \"times\": 1}"), message, 0, "",
	  "h1 succeeded: 2 alice messaged\n", check_two_boxes },
	{ "message__ambiguous_and_no_retry__in_doubt", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"message\", \"error\": 1726}"), message_once, 1, "",
	  "h1 failed: 2 alice in_doubt RPC_S_CALL_FAILED\n", NULL },
	{ "message__hangs__in_doubt_and_others_get_it", "h1",
	  ONE_WITH(ALICE "," EVE, "{\"call\": \"message\", \"session\": 2, \"hang\": true}"),
	  message, 1, "", "h1 partial: 2 alice in_doubt CALL_TIMEOUT; 4 eve messaged\n", NULL },
	{ "message__swapped__other_user_gets_none", "h1",
	  ONE_WITH(ALICE "," EVE,
		   "{\"call\": \"message\", \"session\": 2, \"swap_user\": \"CORP\\\\mallory\"}"),
	  message, 1, "",
	  "h1 partial: 2 alice identity_changed IDENTITY_CHANGED; 4 eve messaged; 2 mallory "
	  "skipped/new\n",
	  NULL },
	{ "message__too_many__nobody_gets_it", "h1", ONE(ALICE "," BOB "," EVE),
	  message_to_two_at_most, 5, "max_sessions",
	  "h1 not_attempted: 2 alice not_attempted/max_sessions; 3 bob not_attempted/max_sessions; "
	  "4 eve not_attempted/max_sessions\n",
	  check_nothing_done },
	{ "message__breaker__stops", "h[1:2]",
	  "\"defaults\": {\"sessions\": {\"min\": 0, \"max\": 0}}, \"hosts\": {"
	  "\"h1\": {\"sessions\": [" ALICE
	  "], \"faults\": [{\"call\": \"message\", \"error\": 5}]}, "
	  "\"h2\": {\"sessions\": [" EVE "]}}",
	  message_stops_at_first, 4, "max_failures",
	  "h1 failed: 2 alice failed ERROR_ACCESS_DENIED\nh2 not_attempted: 4 eve "
	  "not_attempted/max_failures\n",
	  check_nothing_done },

	{ "disconnect__three_users__one_was_already", "h1", ONE(ALICE "," BOB "," EVE), disconnect,
	  0, "",
	  "h1 succeeded: 2 alice disconnected; 3 bob skipped/already_disconnected; 4 eve "
	  "disconnected\n",
	  check_still_there },
	{ "disconnect__all_are_already__nothing_to_do", "h1", ONE(BOB), disconnect, 0, "",
	  "h1 succeeded: 3 bob skipped/already_disconnected\n", check_nothing_done },
	{ "disconnect__dry_run__planned", "h1", ONE(ALICE), disconnect_dry, 0, "",
	  "h1 succeeded: 2 alice planned\n", check_nothing_done },
	{ "disconnect__denied__failed_with_its_code", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"disconnect\", \"error\": 7041}"), disconnect, 1, "",
	  "h1 failed: 2 alice failed ERROR_CTX_CONSOLE_DISCONNECT\n", check_one_ask },
	{ "disconnect__ignored__still_present", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"disconnect\", \"ignored\": true}"), disconnect, 1, "",
	  "h1 failed: 2 alice still_present VERIFY_TIMEOUT\n", check_one_ask },
	{ "disconnect__in_no_state_for_it__one_look_and_failed", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"disconnect\", \"error\": 5023}"), disconnect, 1, "",
	  "h1 failed: 2 alice failed ERROR_INVALID_STATE\n", check_one_ask },
	{ "disconnect__ambiguous_once__looked_for_and_asked_again", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"disconnect\", \"error\": 1726, \"times\": 1}"), disconnect,
	  0, "", "h1 succeeded: 2 alice disconnected\n", check_two_boxes },
	{ "disconnect__hangs__left_behind", "h1",
	  ONE_WITH(ALICE "," EVE, "{\"call\": \"disconnect\", \"session\": 2, \"hang\": true}"),
	  disconnect, 1, "", "h1 partial: 2 alice still_present CALL_TIMEOUT; 4 eve disconnected\n",
	  NULL },
	{ "notify__grace__warned_waited_for_and_off", "h1", ONE(ALICE "," BOB "," EVE), notify, 0,
	  "", "h1 succeeded: 2 alice logged_off; 3 bob logged_off; 4 eve logged_off\n",
	  check_grace },
	{ "notify__again__warned_twice", "h1", ONE(ALICE "," BOB "," EVE), notify_again, 0, "",
	  "h1 succeeded: 2 alice logged_off; 3 bob logged_off; 4 eve logged_off\n", check_again },
	{ "notify__grace_disconnected__all_have_it", "h1", ONE(ALICE "," BOB "," EVE),
	  notify_disconnected, 0, "",
	  "h1 succeeded: 2 alice logged_off; 3 bob logged_off; 4 eve logged_off\n",
	  check_all_have_grace },
	{ "notify__slow_warnings__one_grace", "h1",
	  "\"defaults\": {\"latency_ms\": {\"message\": 5000}}, \"hosts\": {\"h1\": {\"sessions\": "
	  "[" ALICE "," EVE ", {\"id\": 5, \"user\": \"LAB\\\\adam\"}]}}",
	  notify, 0, "", "h1 succeeded: 2 alice logged_off; 4 eve logged_off; 5 adam logged_off\n",
	  check_one_grace },
	{ "notify__local_time__is_what_users_read", "h1", ONE(ALICE), notify_in_the_east, 0, "",
	  "h1 succeeded: 2 alice logged_off\n", check_local_time },
	{ "notify__dry_run__nobody_is_warned", "h1", ONE(ALICE), notify_dry, 0, "",
	  "h1 succeeded: 2 alice planned\n", check_nothing_done },
	{ "notify__leaves_during_the_grace__already_gone", "h1",
	  "\"hosts\": {\"h1\": {\"sessions\": [" ALICE
	  ", {\"id\": 4, \"user\": \"LAB\\\\eve\", \"leaves_after_ms\": 300000}]}}",
	  notify_again, 0, "", "h1 succeeded: 2 alice logged_off; 4 eve already_gone\n",
	  check_courtesy },
	{ "notify__host_timeout__does_not_count_the_grace", "h1", ONE(ALICE), notify_in_the_hour_of,
	  0, "", "h1 succeeded: 2 alice logged_off\n", check_courtesy },
	{ "notify__busy_once__warned_at_the_second_try", "h1",
	  ONE_WITH(ALICE "," EVE,
		   "{\"call\": \"message\", \"session\": 4, \"error\": 7024, \"times\": 1}"),
	  notify, 0, "", "h1 succeeded: 2 alice logged_off; 4 eve logged_off\n", check_courtesy },
	{ "notify__denied__skipped_with_the_error", "h1",
	  ONE_WITH(ALICE "," EVE, "{\"call\": \"message\", \"session\": 2, \"error\": 5}"), notify,
	  1, "",
	  "h1 partial: 2 alice not_attempted/not_warned ERROR_ACCESS_DENIED; 4 eve logged_off\n",
	  check_courtesy },
	{ "notify__denied_for_all__host_failed", "h1",
	  ONE_WITH(ALICE "," EVE, "{\"call\": \"message\", \"error\": 5}"), notify, 1, "",
	  "h1 failed: 2 alice not_attempted/not_warned ERROR_ACCESS_DENIED; 4 eve "
	  "not_attempted/not_warned ERROR_ACCESS_DENIED\n",
	  check_nothing_done },
	{ "notify__denied_and_continue__off_after_the_grace_with_the_error", "h1",
	  ONE_WITH(ALICE "," EVE, "{\"call\": \"message\", \"session\": 2, \"error\": 5}"),
	  notify_or_not, 0, "",
	  "h1 succeeded: 2 alice logged_off ERROR_ACCESS_DENIED; 4 eve logged_off\n",
	  check_kind_of_error },
	{ "notify__denied_and_abort__stops_and_tells_the_others", "h1",
	  ONE_WITH(ALICE "," EVE, "{\"call\": \"message\", \"session\": 4, \"error\": 5}"),
	  notify_or_abort, 4, "notify_failed",
	  "h1 failed: 2 alice not_attempted/notify_failed; 4 eve not_attempted/not_warned "
	  "ERROR_ACCESS_DENIED\n",
	  check_one_told },
	{ "notify__hangs__skipped_and_the_others_have_their_grace", "h1",
	  ONE_WITH(ALICE "," EVE, "{\"call\": \"message\", \"session\": 2, \"hang\": true}"),
	  notify, 1, "",
	  "h1 partial: 2 alice not_attempted/not_warned CALL_TIMEOUT; 4 eve logged_off\n",
	  check_courtesy },
	{ "notify__swapped__other_user_is_not_warned", "h1",
	  ONE_WITH(ALICE "," EVE,
		   "{\"call\": \"message\", \"session\": 2, \"swap_user\": \"CORP\\\\mallory\"}"),
	  notify, 1, "",
	  "h1 partial: 2 alice identity_changed IDENTITY_CHANGED; 4 eve logged_off; 2 mallory "
	  "skipped/new\n",
	  check_reconnected },
	{ "notify__max_closing__disconnected_ones_use_the_grace", "h1",
	  "\"hosts\": {\"h1\": {\"sessions\": [" ALICE
	  ", {\"id\": 5, \"user\": \"C\\\\a\", \"state\": \"disconnected\"}"
	  ", {\"id\": 6, \"user\": \"C\\\\b\", \"state\": \"disconnected\"}"
	  ", {\"id\": 7, \"user\": \"C\\\\c\", \"state\": \"disconnected\"}]}}",
	  notify_one_at_a_time, 0, "",
	  "h1 succeeded: 2 alice logged_off; 5 a logged_off; 6 b logged_off; 7 c logged_off\n",
	  check_paced },

	{ "disconnect__swapped__other_user_stays_connected", "h1",
	  ONE_WITH(
		  ALICE,
		  "{\"call\": \"disconnect\", \"session\": 2, \"swap_user\": \"CORP\\\\mallory\"}"),
	  disconnect, 1, "",
	  "h1 failed: 2 alice identity_changed IDENTITY_CHANGED; 2 mallory skipped/new\n",
	  check_nothing_done },
};

int main(void)
{
	return farm_run_table("fleet_courtesy", rows, COUNT(rows));
}
