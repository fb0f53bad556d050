/* Kindness on the virtual executor: messages and disconnects, one run a row. */
#include "farm.h"

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
	{ "disconnect__all_are_already__nothing_matched", "h1", ONE(BOB), disconnect, 3, "",
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
