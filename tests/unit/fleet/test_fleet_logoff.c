/* The main job on the virtual executor, one run a row: survey, gate, act, verify. */
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

static void dry_run(struct farm *farm)
{
	farm->options.dry_run = true;
}

static void check_untouched(struct farm *farm)
{
	assert_int_equal(farm->gates, 0);
	assert_int_equal(farm->state.len, 0);
}

static void decline(struct farm *farm)
{
	farm->answer = false;
}

static void check_declined(struct farm *farm)
{
	assert_int_equal(farm->gates, 1);
	assert_int_equal(farm->plan.sessions, 3);
	assert_int_equal(farm->plan.users, 3);
	assert_int_equal(farm->plan.hosts, 1);
	assert_int_equal(farm->state.len, 0);
}

static void two_at_most(struct farm *farm)
{
	farm->options.max_sessions = 2;
}

static void three_at_most(struct farm *farm)
{
	farm->options.max_sessions = 3;
}

static void listing(struct farm *farm)
{
	farm->options.command = FLEET_SESSIONS;
	farm->selection.listing = true;
}

static void wait_for_it(struct farm *farm)
{
	farm->options.wait = true;
}

static void no_probe(struct farm *farm)
{
	farm->options.probe = false;
}

static void only_alice(struct farm *farm)
{
	static struct selection_pattern patterns[1];

	patterns[0] = (struct selection_pattern){ "alice", 0 };
	farm->selection.all = false;
	farm->selection.users = patterns;
	farm->selection.user_count = 1;
}

static void check_alice_counted(struct farm *farm)
{
	assert_int_equal(farm->selection.users[0].matched, 1);
	assert_true(farm_present(farm, "h1", 3, "bob"));
}

static void idle_an_hour(struct farm *farm)
{
	farm->selection.all = false;
	farm->selection.min_idle_ms = 3600000;
}

static void check_times(struct farm *farm)
{
	const struct rep_session *alice = farm_row(farm, "h1", 2);

	/* look, act, one second to the first look, and what these took */
	assert_in_range(alice->duration_ms, 1000, 2500);
	assert_int_equal(alice->attempts, 1);
	assert_int_equal(farm_host(farm, "h1")->attempts, 2); /* survey and act */
	assert_int_equal(farm_host(farm, "h1")->wave, 1);
}

static void check_waited(struct farm *farm)
{
	/* the call itself took the 800 ms; the look follows at once */
	assert_in_range(farm_row(farm, "h1", 2)->duration_ms, 800, 1000);
}

static void check_one_ask(struct farm *farm)
{
	assert_int_equal(farm_row(farm, "h1", 2)->attempts, 1);
}

static const struct farm_row rows[] = {
	{ "logoff__three_users__all_off_and_verified", "h1", ONE(ALICE "," BOB "," EVE), NULL, 0,
	  "", "h1 succeeded: 2 alice logged_off; 3 bob logged_off; 4 eve logged_off\n",
	  check_times },
	{ "logoff__empty_host__nothing_matched", "h1", ONE(""), NULL, 3, "", "h1 succeeded\n",
	  check_untouched },
	{ "logoff__dry_run__planned_and_untouched", "h1", ONE(ALICE "," BOB), dry_run, 0, "",
	  "h1 succeeded: 2 alice planned; 3 bob planned\n", check_untouched },
	{ "logoff__declined__nothing_touched", "h1", ONE(ALICE "," BOB "," EVE), decline, 5,
	  "declined",
	  "h1 not_attempted: 2 alice not_attempted/declined; 3 bob not_attempted/declined; 4 eve "
	  "not_attempted/declined\n",
	  check_declined },
	{ "logoff__more_than_max_sessions__nothing_touched", "h1", ONE(ALICE "," BOB "," EVE),
	  two_at_most, 5, "max_sessions",
	  "h1 not_attempted: 2 alice not_attempted/max_sessions; 3 bob not_attempted/max_sessions; "
	  "4 eve "
	  "not_attempted/max_sessions\n",
	  check_untouched },
	{ "logoff__just_max_sessions__done", "h1", ONE(ALICE "," BOB "," EVE), three_at_most, 0, "",
	  "h1 succeeded: 2 alice logged_off; 3 bob logged_off; 4 eve logged_off\n", NULL },
	{ "logoff__one_user__others_left_alone", "h1", ONE(ALICE "," BOB), only_alice, 0, "",
	  "h1 succeeded: 2 alice logged_off; 3 bob skipped/not_selected\n", check_alice_counted },
	{ "logoff__idle__only_who_is_idle_long_enough", "h1", ONE(ALICE "," BOB "," EVE),
	  idle_an_hour, 0, "",
	  "h1 succeeded: 2 alice skipped/not_selected; 3 bob logged_off; 4 eve "
	  "skipped/not_selected\n",
	  NULL },
	{ "logoff__no_probe__works", "h1", ONE(ALICE), no_probe, 0, "",
	  "h1 succeeded: 2 alice logged_off\n", NULL },
	{ "logoff__wait__outcome_from_the_look", "h1", ONE(ALICE), wait_for_it, 0, "",
	  "h1 succeeded: 2 alice logged_off\n", check_waited },
	{ "sessions__listing__everybody_listed", "h1", ONE(ALICE "," BOB), listing, 0, "",
	  "h1 succeeded: 2 alice listed; 3 bob listed\n", check_untouched },
	{ "sessions__nobody__proof_of_absence", "h[1:3]",
	  "\"defaults\": {\"sessions\": {\"min\": 0, \"max\": 0}}", listing, 3, "",
	  "h1 succeeded\nh2 succeeded\nh3 succeeded\n", check_untouched },

	/* hosts that cannot be asked */
	{ "survey__refused__failed", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"probe\", \"refused\": true}"), NULL, 1, "",
	  "h1 failed CONNECT_REFUSED\n", NULL },
	{ "survey__silent__timed_out", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"probe\", \"hang\": true}"), NULL, 1, "",
	  "h1 timed_out CONNECT_TIMEOUT\n", NULL },
	{ "survey__open_denied__failed", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"open\", \"error\": 5}"), NULL, 1, "",
	  "h1 failed ERROR_ACCESS_DENIED\n", NULL },
	{ "survey__enumerate_hangs__ends_at_its_deadline", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"enumerate\", \"hang\": true}"), NULL, 1, "",
	  "h1 timed_out CALL_TIMEOUT\n", NULL },
	{ "survey__details_denied__failed_and_not_acted_on", "h1",
	  ONE_WITH(ALICE "," BOB, "{\"call\": \"query\", \"session\": 2, \"error\": 5}"), NULL, 1,
	  "", "h1 partial: 2 alice failed ERROR_ACCESS_DENIED; 3 bob logged_off\n", NULL },
	{ "survey__user_leaves_before_details__already_gone", "h1",
	  "\"hosts\": {\"h1\": {\"sessions\": [" BOB
	  ", {\"id\": 4, \"user\": \"LAB\\\\eve\", \"leaves_after_ms\": 54}]}}",
	  dry_run, 0, "", "h1 succeeded: 3 bob planned; 4 eve already_gone\n", NULL },

	/* acts that go wrong */
	{ "act__denied__failed_with_its_code", "h1",
	  ONE_WITH(ALICE "," BOB,
		   "{\"call\": \"logoff\", \"user\": \"CORP\\\\bob\", \"error\": 5}"),
	  NULL, 1, "", "h1 partial: 2 alice logged_off; 3 bob failed ERROR_ACCESS_DENIED\n", NULL },
	{ "act__ignored__still_present", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"logoff\", \"ignored\": true}"), NULL, 1, "",
	  "h1 failed: 2 alice still_present VERIFY_TIMEOUT\n", check_one_ask },
	{ "act__ignored_with_wait__still_present", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"logoff\", \"ignored\": true}"), wait_for_it, 1, "",
	  "h1 failed: 2 alice still_present CALL_TIMEOUT\n", NULL },
	{ "act__swapped__other_user_stays", "h1",
	  ONE_WITH(ALICE "," BOB,
		   "{\"call\": \"logoff\", \"session\": 2, \"swap_user\": \"CORP\\\\mallory\"}"),
	  NULL, 1, "",
	  "h1 partial: 2 alice identity_changed IDENTITY_CHANGED; 3 bob logged_off; 2 mallory "
	  "skipped/new\n",
	  NULL },
	{ "act__leaves_between_survey_and_act__already_gone", "h1",
	  "\"hosts\": {\"h1\": {\"sessions\": [" BOB
	  ", {\"id\": 4, \"user\": \"LAB\\\\eve\", \"leaves_after_ms\": 70}]}}",
	  NULL, 0, "", "h1 succeeded: 3 bob logged_off; 4 eve already_gone\n", NULL },
	{ "act__already_closing__verified", "h1",
	  ONE_WITH(ALICE, "{\"call\": \"logoff\", \"error\": 7007}"), NULL, 1, "",
	  "h1 failed: 2 alice still_present ERROR_CTX_CLOSE_PENDING\n", NULL },
};

int main(void)
{
	return farm_run_table("fleet_logoff", rows, COUNT(rows));
}
