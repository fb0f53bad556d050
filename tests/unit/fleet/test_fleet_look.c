/* Listings and dry runs: what was seen is told, also where the run was stopped, and whoever is on is listed. */
#include "farm.h"

#define ALICE "{\"id\": 2, \"user\": \"CORP\\\\alice\"}"
#define BOB   "{\"id\": 3, \"user\": \"CORP\\\\bob\"}"
#define USERS "\"h[1:3]\": {\"sessions\": [" ALICE "," BOB "]}"
/* of the three, h3 */
#define STUCK(call)                                                                                \
	"\"hosts\": {\"h[1:2]\": {\"sessions\": [" ALICE "," BOB "]}, \"h3\": {\"sessions\": "     \
	"[" ALICE "," BOB "], \"faults\": [" call "]}}"
#define LIST_HANGS	 "{\"call\": \"enumerate\", \"hang\": true}"
#define BOBS_QUERY_HANGS "{\"call\": \"query\", \"session\": 3, \"hang\": true}"
#define CLOSE_HANGS	 "{\"call\": \"close\", \"hang\": true}"
#define BOTH(outcome)	 " succeeded: 2 alice " outcome "; 3 bob " outcome "\n"

static void list(struct farm *farm)
{
	farm->options.command = FLEET_SESSIONS;
}

static void list_alice(struct farm *farm)
{
	static struct selection_pattern alice = { .text = "alice" };

	list(farm);
	farm->selection.all = false;
	farm->selection.users = &alice;
	farm->selection.user_count = 1;
}

static void plan(struct farm *farm)
{
	farm->options.dry_run = true;
}

static void list_in_time(struct farm *farm)
{
	list(farm);
	farm->options.run_timeout_ms = 1000;
}

static void plan_in_time(struct farm *farm)
{
	plan(farm);
	farm->options.run_timeout_ms = 1000;
}

static void list_interrupted_twice(struct farm *farm)
{
	list(farm);
	farm_stop_at(farm, 1000, FLEET_STOP_SIGTERM);
	farm_stop_at(farm, 1100, FLEET_STOP_SIGTERM);
}

static void plan_interrupted_twice(struct farm *farm)
{
	plan(farm);
	farm_stop_at(farm, 1000, FLEET_STOP_SIGINT);
	farm_stop_at(farm, 1100, FLEET_STOP_SIGINT);
}

/* The first interrupt comes while h3 answers its list: the details are not asked for any more. */
static void list_interrupted(struct farm *farm)
{
	list(farm);
	farm_stop_at(farm, 300, FLEET_STOP_SIGINT);
}

static void no_failure_allowed(struct farm *farm)
{
	list(farm);
	farm->options.max_failures = 0;
}

static void plan_too_many(struct farm *farm)
{
	plan_in_time(farm);
	farm->options.max_sessions = 1;
}

static void check_unfinished(struct farm *farm)
{
	const char *name = "";

	assert_int_equal(fleet_unfinished(farm->fleet, &name, 1), 0);
	assert_int_equal(farm->gates, 0);
	assert_string_equal(rep_run_outcome_name((enum rep_run_outcome)farm->record.run.outcome),
			    farm->record.run.exit_code == 1 ? "partial" : "interrupted");
}

static const struct farm_row rows[] = {
	{ "listing__run_timeout__lists_who_was_seen", "h[1:3]", STUCK(LIST_HANGS), list_in_time, 1,
	  "run_timeout", "h1" BOTH("listed") "h2" BOTH("listed") "h3 not_attempted\n",
	  check_unfinished },
	{ "listing__run_timeout_in_details__lists_who_was_looked_at", "h[1:3]",
	  STUCK(BOBS_QUERY_HANGS), list_in_time, 1, "run_timeout",
	  "h1" BOTH("listed") "h2" BOTH("listed") "h3 partial: 2 alice listed; 3 bob "
						  "not_attempted/run_timeout\n",
	  check_unfinished },
	{ "listing__run_timeout_in_close__the_host_is_done", "h[1:3]", STUCK(CLOSE_HANGS),
	  list_in_time, 1, "run_timeout",
	  "h1" BOTH("listed") "h2" BOTH("listed") "h3" BOTH("listed"), check_unfinished },
	{ "listing__second_interrupt__lists_who_was_seen", "h[1:3]", STUCK(LIST_HANGS),
	  list_interrupted_twice, 143, "SIGTERM",
	  "h1" BOTH("listed") "h2" BOTH("listed") "h3 not_attempted\n", check_unfinished },
	{ "listing__interrupt__what_is_in_flight_is_taken_in", "h[1:3]",
	  STUCK("{\"call\": \"enumerate\", \"delay_ms\": 500}"), list_interrupted, 130, "SIGINT",
	  "h1" BOTH("listed") "h2" BOTH("listed") "h3 not_attempted: 2 alice "
						  "not_attempted/interrupted; 3 bob "
						  "not_attempted/interrupted\n",
	  NULL },
	{ "listing__max_failures__lists_who_was_seen", "h[1:3]",
	  STUCK("{\"call\": \"enumerate\", \"delay_ms\": 500, \"error\": 5}"), no_failure_allowed,
	  4, "max_failures",
	  "h1" BOTH("listed") "h2" BOTH("listed") "h3 failed ERROR_ACCESS_DENIED\n", NULL },
	{ "dry_run__run_timeout__plans_what_was_surveyed", "h[1:3]", STUCK(LIST_HANGS),
	  plan_in_time, 1, "run_timeout",
	  "h1" BOTH("planned") "h2" BOTH("planned") "h3 not_attempted\n", check_unfinished },
	{ "dry_run__second_interrupt__plans_what_was_surveyed", "h[1:3]", STUCK(LIST_HANGS),
	  plan_interrupted_twice, 130, "SIGINT",
	  "h1" BOTH("planned") "h2" BOTH("planned") "h3 not_attempted\n", check_unfinished },
	{ "dry_run__run_timeout_in_details__plans_nothing_there", "h[1:3]", STUCK(BOBS_QUERY_HANGS),
	  plan_in_time, 1, "run_timeout",
	  "h1" BOTH("planned") "h2" BOTH("planned") "h3 not_attempted: 2 alice "
						    "not_attempted/run_timeout; 3 bob "
						    "not_attempted/run_timeout\n",
	  check_unfinished },
	{ "dry_run__too_many_sessions__plans_nothing", "h1", "\"hosts\": {" USERS "}",
	  plan_too_many, 5, "max_sessions",
	  "h1 not_attempted: 2 alice not_attempted/max_sessions; 3 bob "
	  "not_attempted/max_sessions\n",
	  NULL },
	{ "listing__id_changed_hands__lists_who_is_on", "h1",
	  "\"hosts\": {\"h1\": {\"sessions\": [" ALICE "," BOB "], \"faults\": [{\"call\": "
	  "\"logoff\", \"session\": 2, \"swap_user\": \"CORP\\\\mallory\"}]}}",
	  list, 0, "", "h1 succeeded: 2 alice already_gone; 3 bob listed; 2 mallory listed\n",
	  NULL },
	{ "listing__id_changed_hands__filter_holds_for_the_newcomer", "h1",
	  "\"hosts\": {\"h1\": {\"sessions\": [" ALICE "," BOB "], \"faults\": [{\"call\": "
	  "\"logoff\", \"session\": 2, \"swap_user\": \"CORP\\\\mallory\"}]}}",
	  list_alice, 0, "",
	  "h1 succeeded: 2 alice already_gone; 3 bob skipped/not_selected; 2 mallory "
	  "skipped/not_selected\n",
	  NULL },
};

int main(void)
{
	return farm_run_table("fleet_look", rows, sizeof(rows) / sizeof(*rows));
}
