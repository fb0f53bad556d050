/* `--drain`, the phase that puts drain modes back, and the command `drain`, on the virtual
 * executor: whatever fails or hangs, a host ends in the mode it was in, or the record says that it
 * is not. Every run is checked against the simulated fleet's own lines, too. Runs that are stopped
 * or killed are in test_fleet_drain_stop.c. */
#include "drain_farm.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* As somebody else has left it. */
static void h1_is(struct farm *farm, enum session_drain mode)
{
	assert_true(farm_set_drain(farm, "h1", mode));
}

static void one_host_a_wave(struct farm *farm)
{
	static const struct fleet_wave one[] = { { 1, false } };

	farm->options.waves = one;
	farm->options.wave_count = 1;
}

static void for_run_retrying(struct farm *farm)
{
	drain_for_run(farm);
	farm->options.retries = 2;
}

static void until_restart(struct farm *farm)
{
	drain_for_run(farm);
	farm->options.drain = FLEET_DRAIN_FOR_RESTART;
}

static void is_on(struct farm *farm)
{
	drain_for_run(farm);
	h1_is(farm, SESSION_DRAIN_ON);
}

static void is_until_restart(struct farm *farm)
{
	drain_for_run(farm);
	h1_is(farm, SESSION_DRAIN_RESTART);
}

static void keep_is_until_restart(struct farm *farm)
{
	drain_keep(farm);
	h1_is(farm, SESSION_DRAIN_RESTART);
}

static void until_restart_is_on(struct farm *farm)
{
	until_restart(farm);
	h1_is(farm, SESSION_DRAIN_ON);
}

static void only_alice(struct farm *farm)
{
	static struct selection_pattern alice[1];

	drain_for_run(farm);
	alice[0] = (struct selection_pattern){ .text = "alice" };
	farm->selection.all = false;
	farm->selection.users = alice;
	farm->selection.user_count = 1;
}

static void only_nobody(struct farm *farm)
{
	only_alice(farm);
	farm->selection.users[0].text = "nobody";
}

static void for_run_continue(struct farm *farm)
{
	drain_for_run(farm);
	farm->options.drain_failed = FLEET_FAILED_CONTINUE;
}

static void for_run_abort(struct farm *farm)
{
	drain_for_run(farm);
	farm->options.drain_failed = FLEET_FAILED_ABORT;
	one_host_a_wave(farm);
}

static void for_run_no_failures(struct farm *farm)
{
	for_run_abort(farm);
	farm->options.drain_failed = FLEET_FAILED_SKIP;
	farm->options.max_failures = 0;
}

static void dry(struct farm *farm)
{
	drain_for_run(farm);
	farm->options.dry_run = true;
}

static void declined(struct farm *farm)
{
	drain_for_run(farm);
	farm->answer = false;
}

static void two_seconds(struct farm *farm)
{
	drain_for_run(farm);
	farm->options.run_timeout_ms = 2000;
}

static void no_probe(struct farm *farm)
{
	drain_for_run(farm);
	farm->options.probe = false;
}

static void check_plan_of_two(struct farm *farm)
{
	assert_int_equal(farm->plan.hosts, 1);
	assert_int_equal(farm->plan.drain_hosts, 2);
	assert_int_equal(farm_host(farm, "h1")->wave, 1);
	assert_int_equal(farm_host(farm, "h2")->wave, 1);
}

static void check_untouched(struct farm *farm)
{
	assert_null(strstr(strbuf_text(&farm->state), "\"drain\""));
}

/* Nobody comes back while the door is closed, and everybody may once it is open. */
static void check_came_back_afterwards(struct farm *farm)
{
	(void)farm_users_present(farm);
	assert_null(strstr(strbuf_text(&farm->state), "logged_on"));
}

static void check_came_back(struct farm *farm)
{
	(void)farm_users_present(farm);
	assert_non_null(strstr(strbuf_text(&farm->state), "logged_on"));
}

static void no_drain(struct farm *farm)
{
	farm->options.retries = 0;
}

/* h1 is left for the end; its limit is twice --call-timeout. */
static void check_bounded(struct farm *farm)
{
	assert_in_range(farm->record.run.duration_ms, 2000, 62500);
}

#define RETURNS "{\"id\": 2, \"user\": \"CORP\\\\alice\", \"returns_after_ms\": 100}"

static const struct farm_row logoffs[] = {
	{ "drain__run__put_back", "h[1:2]", HOSTS(PLAIN("h1", ALICE) "," PLAIN("h2", BOB)),
	  drain_for_run, 0, "",
	  "h1 succeeded [off on off]: 2 alice logged_off\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },
	{ "drain__no_probe__put_back", "h1", HOSTS(PLAIN("h1", ALICE)), no_probe, 0, "",
	  "h1 succeeded [off on off]: 2 alice logged_off\n", NULL },
	{ "drain__restart__stays", "h1", HOSTS(PLAIN("h1", ALICE)), until_restart, 0, "",
	  "h1 succeeded [off restart restart]: 2 alice logged_off\n", NULL },
	{ "drain__keep__stays", "h1", HOSTS(PLAIN("h1", ALICE)), drain_keep, 0, "",
	  "h1 succeeded [off on on]: 2 alice logged_off\n", NULL },
	{ "drain__on_before__stays_on", "h1", HOSTS(PLAIN("h1", ALICE)), is_on, 0, "",
	  "h1 succeeded [on on on]: 2 alice logged_off\n", NULL },
	{ "drain__until_restart_before__stays_so", "h1", HOSTS(PLAIN("h1", ALICE)),
	  is_until_restart, 0, "", "h1 succeeded [restart restart restart]: 2 alice logged_off\n",
	  NULL },
	{ "drain__keep_of_until_restart__is_on", "h1", HOSTS(PLAIN("h1", ALICE)),
	  keep_is_until_restart, 0, "", "h1 succeeded [restart on on]: 2 alice logged_off\n",
	  NULL },
	{ "drain__restart_of_on__stays_on", "h1", HOSTS(PLAIN("h1", ALICE)), until_restart_is_on, 0,
	  "", "h1 succeeded [on on on]: 2 alice logged_off\n", NULL },

	{ "drain__all__empty_hosts_too", "h[1:2]", HOSTS(PLAIN("h1", ALICE) "," PLAIN("h2", "")),
	  drain_for_run, 0, "",
	  "h1 succeeded [off on off]: 2 alice logged_off\n"
	  "h2 succeeded [off on off]\n",
	  check_plan_of_two },
	{ "drain__some__only_their_hosts", "h[1:2]", HOSTS(PLAIN("h1", ALICE) "," PLAIN("h2", BOB)),
	  only_alice, 0, "",
	  "h1 succeeded [off on off]: 2 alice logged_off\n"
	  "h2 succeeded: 3 bob skipped/not_selected\n",
	  NULL },
	{ "drain__nobody_selected__nothing_touched", "h1", HOSTS(PLAIN("h1", BOB)), only_nobody, 3,
	  "", "h1 succeeded: 3 bob skipped/not_selected\n", check_untouched },
	{ "drain__all_and_nobody_there__nothing_touched", "h[1:2]",
	  HOSTS(PLAIN("h1", "") "," PLAIN("h2", "")), drain_for_run, 3, "",
	  "h1 succeeded\nh2 succeeded\n", check_untouched },
	{ "drain__dry_run__nothing_touched", "h1", HOSTS(PLAIN("h1", ALICE)), dry, 0, "",
	  "h1 succeeded: 2 alice planned\n", check_untouched },
	{ "drain__declined__nothing_touched", "h1", HOSTS(PLAIN("h1", ALICE)), declined, 5,
	  "declined", "h1 not_attempted: 2 alice not_attempted/declined\n", check_untouched },

	{ "drain__off__users_come_back", "h1", HOSTS(PLAIN("h1", RETURNS)), no_drain, 1, "", NULL,
	  check_came_back },
	{ "drain__kept__nobody_comes_back", "h1", HOSTS(PLAIN("h1", RETURNS)), drain_keep, 0, "",
	  "h1 succeeded [off on on]: 2 alice logged_off\n", check_came_back_afterwards },
	{ "drain__restart__nobody_comes_back", "h1", HOSTS(PLAIN("h1", RETURNS)), until_restart, 0,
	  "", "h1 succeeded [off restart restart]: 2 alice logged_off\n",
	  check_came_back_afterwards },

	/* It cannot be done */
	{ "drain__look_denied__skipped", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"drain\", \"error\": 5}") "," PLAIN("h2", BOB)),
	  drain_for_run, 1, "",
	  "h1 failed ERROR_ACCESS_DENIED: 2 alice not_attempted/not_drained\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },
	{ "drain__look_denied__continued", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"drain\", \"error\": 5}")), for_run_continue, 1,
	  "", "h1 partial ERROR_ACCESS_DENIED: 2 alice logged_off\n", NULL },
	{ "drain__look_denied__aborted", "h[1:3]",
	  HOSTS(PLAIN("h1", ALICE) "," FAULTS(
		  "h2", BOB, "{\"call\": \"drain\", \"error\": 5}") "," PLAIN("h3", ALICE)),
	  for_run_abort, 4, "drain_failed",
	  "h1 succeeded [off on off]: 2 alice logged_off\n"
	  "h2 failed ERROR_ACCESS_DENIED: 3 bob not_attempted/drain_failed\n"
	  "h3 not_attempted: 2 alice not_attempted/drain_failed\n",
	  NULL },
	{ "drain__look_denied__counts_as_failure", "h[1:3]",
	  HOSTS(PLAIN("h1", ALICE) "," FAULTS(
		  "h2", BOB, "{\"call\": \"drain\", \"error\": 5}") "," PLAIN("h3", ALICE)),
	  for_run_no_failures, 4, "max_failures",
	  "h1 succeeded [off on off]: 2 alice logged_off\n"
	  "h2 failed ERROR_ACCESS_DENIED: 3 bob not_attempted/not_drained\n"
	  "h3 not_attempted: 2 alice not_attempted/max_failures\n",
	  NULL },
	{ "drain__set_denied__skipped", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"error\": 5, \"times\": 1"))), drain_for_run, 1, "",
	  "h1 failed ERROR_ACCESS_DENIED [off - off]: 2 alice not_attempted/not_drained\n", NULL },
	{ "drain__look_before_set_fails__skipped", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(1, "\"error\": 1722, \"times\": 1"))), drain_for_run, 1,
	  "", "h1 failed RPC_S_SERVER_UNAVAILABLE [off - off]: 2 alice not_attempted/not_drained\n",
	  NULL },
	{ "drain__ignored__not_set", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"drain\", \"ignored\": true}")), for_run_retrying,
	  1, "", "h1 failed DRAIN_NOT_SET [off - off]: 2 alice not_attempted/not_drained\n", NULL },
	{ "drain__look_fails_once__tried_again", "h1",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"drain\", \"error\": 1722, \"times\": 1}")),
	  for_run_retrying, 0, "", "h1 succeeded [off on off]: 2 alice logged_off\n", NULL },
	{ "drain__set_fails_once__tried_again", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"error\": 1722, \"times\": 1"))), for_run_retrying,
	  0, "", "h1 succeeded [off on off]: 2 alice logged_off\n", NULL },
	{ "drain__check_fails_once__looked_again", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(3, "\"error\": 64, \"times\": 1"))), for_run_retrying, 0,
	  "", "h1 succeeded [off on off]: 2 alice logged_off\n", NULL },
	{ "drain__check_fails__put_back_all_the_same", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(3, "\"error\": 64, \"times\": 1"))), drain_for_run, 1, "",
	  "h1 failed ERROR_NETNAME_DELETED [off - off]: 2 alice not_attempted/not_drained\n",
	  NULL },
	{ "drain__check_fails__kept_in_doubt", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(3, "\"error\": 64, \"times\": 1"))), drain_keep, 1, "",
	  "h1 failed ERROR_NETNAME_DELETED [off - -]: 2 alice not_attempted/not_drained\n", NULL },
	{ "drain__look_hangs__skipped_others_go_on", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"drain\", \"hang\": true}") "," PLAIN("h2", BOB)),
	  drain_for_run, 1, "",
	  "h1 timed_out CALL_TIMEOUT: 2 alice not_attempted/not_drained\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },
	{ "drain__set_hangs__in_doubt", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"hang\": true, \"times\": 1"))), drain_for_run, 1,
	  "", "h1 timed_out CALL_TIMEOUT [off - -]: 2 alice not_attempted/not_drained\n", NULL },
	{ "drain__set_is_late__seen_and_put_back", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"delay_ms\": 29985, \"times\": 1"))), drain_for_run,
	  0, "", "h1 succeeded [off on off]: 2 alice logged_off\n", NULL },
	{ "drain__set_comes_after_the_look__put_back", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"delay_ms\": 31000, \"times\": 1")) "," FAULTS(
		  "h2", BOB,
		  "{\"call\": \"logoff\", \"delay_ms\": 29000}, {\"call\": \"enumerate\", "
		  "\"delay_ms\": 4000}")),
	  drain_for_run, 1, "",
	  "h1 timed_out CALL_TIMEOUT [off - off]: 2 alice not_attempted/not_drained\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },

	/* It cannot be put back */
	{ "restore__look_denied__error", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"error\": 5")) "," PLAIN("h2", BOB)), drain_for_run,
	  1, "",
	  "h1 partial ERROR_ACCESS_DENIED [off on -]: 2 alice logged_off\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },
	{ "restore__set_denied__known_to_be_on", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(5, "\"error\": 5, \"times\": 1"))), drain_for_run, 1, "",
	  "h1 partial ERROR_ACCESS_DENIED [off on on]: 2 alice logged_off\n", NULL },
	{ "restore__fails_once__tried_again", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"error\": 1722, \"times\": 2"))), for_run_retrying,
	  0, "", "h1 succeeded [off on off]: 2 alice logged_off\n", NULL },
	{ "restore__empty_host_denied__failed", "h[1:2]",
	  HOSTS(PLAIN("h1", ALICE) "," FAULTS("h2", "", AFTER(4, "\"error\": 53"))), drain_for_run,
	  1, "",
	  "h1 succeeded [off on off]: 2 alice logged_off\n"
	  "h2 failed ERROR_BAD_NETPATH [off on -]\n",
	  NULL },
	{ "restore__ignored__error", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"ignored\": true"))), drain_for_run, 1, "",
	  "h1 partial DRAIN_NOT_SET [off on on]: 2 alice logged_off\n", NULL },
	{ "restore__hangs__left_behind", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"hang\": true")) "," PLAIN("h2", BOB)),
	  drain_for_run, 1, "",
	  "h1 partial CALL_TIMEOUT [off on -]: 2 alice logged_off\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },
	{ "restore__set_hangs__known_to_be_on", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(5, "\"hang\": true, \"times\": 1"))), drain_for_run, 1,
	  "", "h1 partial CALL_TIMEOUT [off on on]: 2 alice logged_off\n", NULL },
	{ "restore__failed__does_not_stop_the_run", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"error\": 5")) "," PLAIN("h2", BOB)),
	  for_run_no_failures, 1, "",
	  "h1 partial ERROR_ACCESS_DENIED [off on -]: 2 alice logged_off\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },

	/* Stops */
	{ "restore__run_timeout__put_back", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"logoff\", \"hang\": true}") "," PLAIN("h2", BOB)),
	  two_seconds, 1, "run_timeout",
	  "h1 failed [off on off]: 2 alice in_doubt RUN_TIMEOUT\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },
	{ "restore__run_timeout_and_hangs__bounded", "h1",
	  HOSTS(FAULTS("h1", ALICE,
		       "{\"call\": \"logoff\", \"hang\": true}, " AFTER(4, "\"hang\": true"))),
	  two_seconds, 1, "run_timeout",
	  "h1 timed_out CALL_TIMEOUT [off on -]: 2 alice in_doubt RUN_TIMEOUT\n", check_bounded },
};

/* The command */

static void turn_off(struct farm *farm)
{
	drain_turn(farm, SESSION_DRAIN_OFF);
	h1_is(farm, SESSION_DRAIN_ON);
}

static void turn_restart(struct farm *farm)
{
	drain_turn(farm, SESSION_DRAIN_RESTART);
	h1_is(farm, SESSION_DRAIN_ON);
}

static void turn_on_where_it_is(struct farm *farm)
{
	drain_turn(farm, SESSION_DRAIN_ON);
	h1_is(farm, SESSION_DRAIN_ON);
	assert_true(farm_set_drain(farm, "h2", SESSION_DRAIN_ON));
}

static void turn_on_dry(struct farm *farm)
{
	drain_turn_on(farm);
	farm->options.dry_run = true;
}

static void turn_on_declined(struct farm *farm)
{
	drain_turn_on(farm);
	farm->answer = false;
}

static void turn_on_no_failures(struct farm *farm)
{
	drain_turn_on(farm);
	one_host_a_wave(farm);
	farm->options.max_failures = 0;
}

static void turn_on_interrupted_twice(struct farm *farm)
{
	drain_turn_on(farm);
	farm_stop_at(farm, 5000, FLEET_STOP_SIGTERM);
	farm_stop_at(farm, 6000, FLEET_STOP_SIGTERM);
}

static void look(struct farm *farm)
{
	drain_turn(farm, SESSION_DRAIN_OFF);
	farm->options.command = FLEET_DRAIN_STATUS;
}

static void look_only(struct farm *farm)
{
	look(farm);
	assert_true(farm_set_drain(farm, "h2", SESSION_DRAIN_RESTART));
}

static void check_no_question(struct farm *farm)
{
	assert_int_equal(farm->gates, 0);
}

static void check_question_of_one(struct farm *farm)
{
	assert_int_equal(farm->gates, 1);
	assert_int_equal(farm->plan.drain_hosts, 1);
	assert_int_equal(farm->plan.sessions, 0);
}

#define TWO HOSTS(PLAIN("h1", ALICE) "," PLAIN("h2", BOB))

static const struct farm_row commands[] = {
	{ "command__on__every_host", "h[1:2]", TWO, drain_turn_on, 0, "",
	  "h1 succeeded [off - on]\nh2 succeeded [off - on]\n", NULL },
	{ "command__off__only_where_it_is_on", "h[1:2]", TWO, turn_off, 0, "",
	  "h1 succeeded [on - off]\nh2 succeeded [off - off]\n", check_question_of_one },
	{ "command__restart__of_on_too", "h[1:2]", TWO, turn_restart, 0, "",
	  "h1 succeeded [on - restart]\nh2 succeeded [off - restart]\n", NULL },
	{ "command__on_already__nothing_to_do", "h[1:2]", TWO, turn_on_where_it_is, 0, "",
	  "h1 succeeded [on - on]\nh2 succeeded [on - on]\n", check_no_question },
	{ "command__dry_run__nothing_touched", "h[1:2]", TWO, turn_on_dry, 0, "",
	  "h1 succeeded [off - off]\nh2 succeeded [off - off]\n", check_untouched },
	{ "command__declined__nothing_touched", "h[1:2]", TWO, turn_on_declined, 5, "declined",
	  "h1 not_attempted [off - off]\nh2 not_attempted [off - off]\n", check_untouched },
	{ "command__status__looks", "h[1:2]", TWO, look_only, 0, "",
	  "h1 succeeded [off - off]\nh2 succeeded [restart - restart]\n", check_no_question },
	{ "command__status_of_dead_hosts__named", "h[1:3]",
	  HOSTS(FAULTS("h1", "", "{\"call\": \"probe\", \"refused\": true}") "," FAULTS(
		  "h2", "",
		  "{\"call\": \"drain\", \"error\": 53}") "," FAULTS("h3", "",
								     "{\"call\": \"drain\", "
								     "\"hang\": true}")),
	  look, 1, "",
	  "h1 failed CONNECT_REFUSED\nh2 failed ERROR_BAD_NETPATH\nh3 timed_out CALL_TIMEOUT\n",
	  NULL },
	{ "command__denied__others_go_on", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, AFTER(3, "\"error\": 5, \"times\": 1")) "," PLAIN("h2", BOB)),
	  drain_turn_on, 1, "",
	  "h1 failed ERROR_ACCESS_DENIED [off - off]\nh2 succeeded [off - on]\n", NULL },
	{ "command__set_hangs__in_doubt", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(3, "\"hang\": true, \"times\": 1"))), drain_turn_on, 1,
	  "", "h1 timed_out CALL_TIMEOUT [off - -]\n", NULL },
	{ "turn_on__interrupted_twice_while_set__no_error_of_the_host", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, AFTER(3, "\"hang\": true, \"times\": 1")) "," PLAIN("h2", BOB)),
	  turn_on_interrupted_twice, 143, "SIGTERM",
	  "h1 failed [off - -]\nh2 succeeded [off - on]\n", NULL },
	{ "command__max_failures__stops", "h[1:3]",
	  HOSTS(PLAIN("h1", ALICE) "," FAULTS("h2", BOB,
					      AFTER(3, "\"error\": 5")) "," PLAIN("h3", ALICE)),
	  turn_on_no_failures, 4, "max_failures",
	  "h1 succeeded [off - on]\nh2 failed ERROR_ACCESS_DENIED [off - -]\n"
	  "h3 not_attempted [off - off]\n",
	  NULL },
};

/* Somebody else sets the mode while the run is on. */
static struct session_ops other_ops;
static const struct session_ops *sound_ops;
static unsigned looks, other_at;
static enum session_drain other_mode;

static int other_drain_get(struct session_backend *backend, const char *host, const char *address,
			   enum session_drain *ret_drain, struct session_error *reterr)
{
	if (++looks == other_at)
		assert_int_equal(sound_ops->drain_set(backend, host, address, other_mode, reterr),
				 0);
	return sound_ops->drain_get(backend, host, address, ret_drain, reterr);
}

static void other_sets(unsigned at, enum session_drain mode, const char *picture, bool warned)
{
	struct farm farm;

	farm_init(&farm, "h1", HOSTS(PLAIN("h1", ALICE)));
	drain_for_run(&farm);
	sound_ops = farm.backend->ops;
	other_ops = *sound_ops;
	other_ops.drain_get = other_drain_get;
	farm.backend->ops = &other_ops;
	looks = 0;
	other_at = at;
	other_mode = mode;
	farm_run(&farm);
	assert_string_equal(farm_picture(&farm), picture);
	assert_int_equal(strstr(strbuf_text(&farm.warnings), "somebody else") != NULL, warned);
	farm_release(&farm);
}

static void other__sets_a_mode__left_to_them(void **state)
{
	(void)state;
	/* between our look and our setting: then it is theirs */
	other_sets(2, SESSION_DRAIN_ON, "h1 succeeded [on on on]: 2 alice logged_off\n", false);
	other_sets(2, SESSION_DRAIN_RESTART,
		   "h1 succeeded [restart restart restart]: 2 alice logged_off\n", false);
	/* after it */
	other_sets(3, SESSION_DRAIN_RESTART,
		   "h1 succeeded [off restart restart]: 2 alice logged_off\n", false);
	/* before it is put back */
	other_sets(4, SESSION_DRAIN_RESTART, "h1 succeeded [off on restart]: 2 alice logged_off\n",
		   true);
	other_sets(4, SESSION_DRAIN_OFF, "h1 succeeded [off on off]: 2 alice logged_off\n", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other__sets_a_mode__left_to_them),
	};
	int failed = farm_run_table("logoffs", logoffs, COUNT(logoffs));

	failed += farm_run_table("commands", commands, COUNT(commands));
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
