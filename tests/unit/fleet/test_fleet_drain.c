/* `--drain`, the phase that puts drain modes back, and the command `drain`, on the virtual executor:
 * whatever fails, hangs or stops, a host ends in the mode it was in, or the record says that it is
 * not. Every run is checked against the simulated fleet's own lines, too. */
#include "farm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALICE "{\"id\": 2, \"user\": \"CORP\\\\alice\"}"
#define BOB   "{\"id\": 3, \"user\": \"CORP\\\\bob\"}"
#define FAULTS(host, sessions, faults)                                                             \
	"\"" host "\": {\"sessions\": [" sessions "], \"faults\": [" faults "]}"
#define PLAIN(host, sessions) "\"" host "\": {\"sessions\": [" sessions "]}"
#define HOSTS(hosts)	      "\"hosts\": {" hosts "}"
#define COUNT(array)	      (sizeof(array) / sizeof(*(array)))

/* Calls on a host in `--drain run`: look; look and set; look. Then, to put it back: look and set;
 * look. A fault after the first so many of them: 1 is before it is set, 2 where it is set, 3 at the
 * look after it; 4, 5 and 6 are the same when it is put back. */
#define AFTER(calls, fault)                                                                        \
	"{\"call\": \"drain\", \"delay_ms\": 1, \"times\": " #calls                                \
	"}, {\"call\": \"drain\", " fault "}"

static void for_run(struct farm *farm)
{
	farm->options.drain = FLEET_DRAIN_FOR_RUN;
	farm->options.retries = 0;
}

static void for_run_retrying(struct farm *farm)
{
	for_run(farm);
	farm->options.retries = 2;
}

static void until_restart(struct farm *farm)
{
	for_run(farm);
	farm->options.drain = FLEET_DRAIN_FOR_RESTART;
}

static void keep(struct farm *farm)
{
	for_run(farm);
	farm->options.drain = FLEET_DRAIN_KEEP;
}

static void is_on(struct farm *farm)
{
	for_run(farm);
	assert_true(farm_set_drain(farm, "h1", SESSION_DRAIN_ON));
}

static void is_until_restart(struct farm *farm)
{
	for_run(farm);
	assert_true(farm_set_drain(farm, "h1", SESSION_DRAIN_RESTART));
}

static void keep_is_until_restart(struct farm *farm)
{
	keep(farm);
	assert_true(farm_set_drain(farm, "h1", SESSION_DRAIN_RESTART));
}

static void until_restart_is_on(struct farm *farm)
{
	until_restart(farm);
	assert_true(farm_set_drain(farm, "h1", SESSION_DRAIN_ON));
}

static void only_alice(struct farm *farm)
{
	static struct selection_pattern alice[1];

	for_run(farm);
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
	for_run(farm);
	farm->options.drain_failed = FLEET_FAILED_CONTINUE;
}

static void for_run_abort(struct farm *farm)
{
	static const struct fleet_wave one[] = { { 1, false } };

	for_run(farm);
	farm->options.drain_failed = FLEET_FAILED_ABORT;
	farm->options.waves = one;
	farm->options.wave_count = 1;
}

static void for_run_no_failures(struct farm *farm)
{
	for_run_abort(farm);
	farm->options.drain_failed = FLEET_FAILED_SKIP;
	farm->options.max_failures = 0;
}

static void dry(struct farm *farm)
{
	for_run(farm);
	farm->options.dry_run = true;
}

static void declined(struct farm *farm)
{
	for_run(farm);
	farm->answer = false;
}

static void two_seconds(struct farm *farm)
{
	for_run(farm);
	farm->options.run_timeout_ms = 2000;
}

static void no_probe(struct farm *farm)
{
	for_run(farm);
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
	{ "drain__run__put_back", "h[1:2]", HOSTS(PLAIN("h1", ALICE) "," PLAIN("h2", BOB)), for_run,
	  0, "",
	  "h1 succeeded [off on off]: 2 alice logged_off\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },
	{ "drain__no_probe__put_back", "h1", HOSTS(PLAIN("h1", ALICE)), no_probe, 0, "",
	  "h1 succeeded [off on off]: 2 alice logged_off\n", NULL },
	{ "drain__restart__stays", "h1", HOSTS(PLAIN("h1", ALICE)), until_restart, 0, "",
	  "h1 succeeded [off restart restart]: 2 alice logged_off\n", NULL },
	{ "drain__keep__stays", "h1", HOSTS(PLAIN("h1", ALICE)), keep, 0, "",
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
	  for_run, 0, "",
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
	  HOSTS(PLAIN("h1", "") "," PLAIN("h2", "")), for_run, 3, "",
	  "h1 succeeded\nh2 succeeded\n", check_untouched },
	{ "drain__dry_run__nothing_touched", "h1", HOSTS(PLAIN("h1", ALICE)), dry, 0, "",
	  "h1 succeeded: 2 alice planned\n", check_untouched },
	{ "drain__declined__nothing_touched", "h1", HOSTS(PLAIN("h1", ALICE)), declined, 5,
	  "declined", "h1 not_attempted: 2 alice not_attempted/declined\n", check_untouched },

	{ "drain__off__users_come_back", "h1", HOSTS(PLAIN("h1", RETURNS)), no_drain, 1, "", NULL,
	  check_came_back },
	{ "drain__kept__nobody_comes_back", "h1", HOSTS(PLAIN("h1", RETURNS)), keep, 0, "",
	  "h1 succeeded [off on on]: 2 alice logged_off\n", check_came_back_afterwards },
	{ "drain__restart__nobody_comes_back", "h1", HOSTS(PLAIN("h1", RETURNS)), until_restart, 0,
	  "", "h1 succeeded [off restart restart]: 2 alice logged_off\n",
	  check_came_back_afterwards },

	/* It cannot be done */
	{ "drain__look_denied__skipped", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"drain\", \"error\": 5}") "," PLAIN("h2", BOB)),
	  for_run, 1, "",
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
	  HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"error\": 5, \"times\": 1"))), for_run, 1, "",
	  "h1 failed ERROR_ACCESS_DENIED [off - off]: 2 alice not_attempted/not_drained\n", NULL },
	{ "drain__look_before_set_fails__skipped", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(1, "\"error\": 1722, \"times\": 1"))), for_run, 1, "",
	  "h1 failed RPC_S_SERVER_UNAVAILABLE [off - off]: 2 alice not_attempted/not_drained\n",
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
	  HOSTS(FAULTS("h1", ALICE, AFTER(3, "\"error\": 64, \"times\": 1"))), for_run, 1, "",
	  "h1 failed ERROR_NETNAME_DELETED [off - off]: 2 alice not_attempted/not_drained\n",
	  NULL },
	{ "drain__check_fails__kept_in_doubt", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(3, "\"error\": 64, \"times\": 1"))), keep, 1, "",
	  "h1 failed ERROR_NETNAME_DELETED [off - -]: 2 alice not_attempted/not_drained\n", NULL },
	{ "drain__look_hangs__skipped_others_go_on", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, "{\"call\": \"drain\", \"hang\": true}") "," PLAIN("h2", BOB)),
	  for_run, 1, "",
	  "h1 timed_out CALL_TIMEOUT: 2 alice not_attempted/not_drained\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },
	{ "drain__set_hangs__in_doubt", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"hang\": true, \"times\": 1"))), for_run, 1, "",
	  "h1 timed_out CALL_TIMEOUT [off - -]: 2 alice not_attempted/not_drained\n", NULL },
	{ "drain__set_is_late__seen_and_put_back", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"delay_ms\": 29985, \"times\": 1"))), for_run, 0, "",
	  "h1 succeeded [off on off]: 2 alice logged_off\n", NULL },
	{ "drain__set_comes_after_the_look__put_back", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"delay_ms\": 31000, \"times\": 1")) "," FAULTS(
		  "h2", BOB,
		  "{\"call\": \"logoff\", \"delay_ms\": 29000}, {\"call\": \"enumerate\", "
		  "\"delay_ms\": 4000}")),
	  for_run, 1, "",
	  "h1 timed_out CALL_TIMEOUT [off - off]: 2 alice not_attempted/not_drained\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },

	/* It cannot be put back */
	{ "restore__look_denied__error", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"error\": 5")) "," PLAIN("h2", BOB)), for_run, 1, "",
	  "h1 partial ERROR_ACCESS_DENIED [off on -]: 2 alice logged_off\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },
	{ "restore__set_denied__known_to_be_on", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(5, "\"error\": 5, \"times\": 1"))), for_run, 1, "",
	  "h1 partial ERROR_ACCESS_DENIED [off on on]: 2 alice logged_off\n", NULL },
	{ "restore__fails_once__tried_again", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"error\": 1722, \"times\": 2"))), for_run_retrying,
	  0, "", "h1 succeeded [off on off]: 2 alice logged_off\n", NULL },
	{ "restore__empty_host_denied__failed", "h[1:2]",
	  HOSTS(PLAIN("h1", ALICE) "," FAULTS("h2", "", AFTER(4, "\"error\": 53"))), for_run, 1, "",
	  "h1 succeeded [off on off]: 2 alice logged_off\n"
	  "h2 failed ERROR_BAD_NETPATH [off on -]\n",
	  NULL },
	{ "restore__ignored__error", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"ignored\": true"))), for_run, 1, "",
	  "h1 partial DRAIN_NOT_SET [off on on]: 2 alice logged_off\n", NULL },
	{ "restore__hangs__left_behind", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"hang\": true")) "," PLAIN("h2", BOB)), for_run, 1,
	  "",
	  "h1 partial CALL_TIMEOUT [off on -]: 2 alice logged_off\n"
	  "h2 succeeded [off on off]: 3 bob logged_off\n",
	  NULL },
	{ "restore__set_hangs__known_to_be_on", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(5, "\"hang\": true, \"times\": 1"))), for_run, 1, "",
	  "h1 partial CALL_TIMEOUT [off on on]: 2 alice logged_off\n", NULL },
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

static void turn(struct farm *farm, enum session_drain to)
{
	farm->options.command = FLEET_DRAIN;
	farm->options.drain_to = to;
	farm->options.retries = 0;
	farm->selection.all = false;
}

static void turn_on(struct farm *farm)
{
	turn(farm, SESSION_DRAIN_ON);
}

static void turn_off(struct farm *farm)
{
	turn(farm, SESSION_DRAIN_OFF);
	assert_true(farm_set_drain(farm, "h1", SESSION_DRAIN_ON));
}

static void turn_restart(struct farm *farm)
{
	turn(farm, SESSION_DRAIN_RESTART);
	assert_true(farm_set_drain(farm, "h1", SESSION_DRAIN_ON));
}

static void turn_on_where_it_is(struct farm *farm)
{
	turn(farm, SESSION_DRAIN_ON);
	assert_true(farm_set_drain(farm, "h1", SESSION_DRAIN_ON));
	assert_true(farm_set_drain(farm, "h2", SESSION_DRAIN_ON));
}

static void turn_on_dry(struct farm *farm)
{
	turn_on(farm);
	farm->options.dry_run = true;
}

static void turn_on_declined(struct farm *farm)
{
	turn_on(farm);
	farm->answer = false;
}

static void turn_on_no_failures(struct farm *farm)
{
	static const struct fleet_wave one[] = { { 1, false } };

	turn_on(farm);
	farm->options.waves = one;
	farm->options.wave_count = 1;
	farm->options.max_failures = 0;
}

static void look_only(struct farm *farm)
{
	turn(farm, SESSION_DRAIN_OFF);
	farm->options.command = FLEET_DRAIN_STATUS;
	assert_true(farm_set_drain(farm, "h2", SESSION_DRAIN_RESTART));
}

static void look_at_dead_ones(struct farm *farm)
{
	turn(farm, SESSION_DRAIN_OFF);
	farm->options.command = FLEET_DRAIN_STATUS;
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
	{ "command__on__every_host", "h[1:2]", TWO, turn_on, 0, "",
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
	  look_at_dead_ones, 1, "",
	  "h1 failed CONNECT_REFUSED\nh2 failed ERROR_BAD_NETPATH\nh3 timed_out CALL_TIMEOUT\n",
	  NULL },
	{ "command__denied__others_go_on", "h[1:2]",
	  HOSTS(FAULTS("h1", ALICE, AFTER(3, "\"error\": 5, \"times\": 1")) "," PLAIN("h2", BOB)),
	  turn_on, 1, "", "h1 failed ERROR_ACCESS_DENIED [off - off]\nh2 succeeded [off - on]\n",
	  NULL },
	{ "command__set_hangs__in_doubt", "h1",
	  HOSTS(FAULTS("h1", ALICE, AFTER(3, "\"hang\": true, \"times\": 1"))), turn_on, 1, "",
	  "h1 timed_out CALL_TIMEOUT [off - -]\n", NULL },
	{ "command__max_failures__stops", "h[1:3]",
	  HOSTS(PLAIN("h1", ALICE) "," FAULTS("h2", BOB,
					      AFTER(3, "\"error\": 5")) "," PLAIN("h3", ALICE)),
	  turn_on_no_failures, 4, "max_failures",
	  "h1 succeeded [off - on]\nh2 failed ERROR_ACCESS_DENIED [off - -]\n"
	  "h3 not_attempted [off - off]\n",
	  NULL },
};

/* Interrupts: at every moment of a run, once, twice or three times */

#define WINDOW                                                                                     \
	HOSTS(PLAIN("h1", ALICE "," BOB) "," PLAIN("h2", BOB) "," PLAIN("h3", "") "," FAULTS(      \
		"h4", ALICE, "{\"call\": \"drain\", \"delay_ms\": 40}"))

static struct farm *current;

static void on_interrupt(struct exec_timer *timer)
{
	(void)timer;
	fleet_stop(current->fleet, FLEET_STOP_SIGINT);
}

static void set_interrupts(struct farm *farm, struct exec_timer *timers, unsigned count,
			   int64_t at_ms)
{
	current = farm;
	for (unsigned i = 0; i < count; i++) {
		timers[i] = (struct exec_timer){ .fire = on_interrupt };
		assert_int_equal(exec_timer_set(farm->executor, &timers[i],
						(at_ms + (int64_t)i * 15) * 1000),
				 0);
	}
}

static bool is_owed(const struct rep_host *host)
{
	return host->drain_before == REP_DRAIN_OFF && host->drain_after != REP_DRAIN_OFF;
}

static void interrupted_once__any_moment__doors_as_before(void **state)
{
	int64_t at_ms = 0;
	bool ended = false;

	(void)state;
	for (; !ended; at_ms += 3 * FARM_STRIDE) {
		struct exec_timer timer;
		struct farm farm;

		farm_init(&farm, "h[1:4]", WINDOW);
		for_run(&farm);
		set_interrupts(&farm, &timer, 1, at_ms);
		farm_run(&farm);
		ended = farm.record.run.exit_code == 0;
		if (!ended)
			assert_int_equal(farm.record.run.exit_code, 130);
		for (size_t i = 0; i < farm.record.host_count; i++) {
			assert_false(is_owed(&farm.record.hosts[i]));
			assert_int_equal(farm_drain_at(&farm, farm.record.hosts[i].name,
						       exec_wall_ms(farm.executor)),
					 SESSION_DRAIN_OFF);
		}
		farm_check_truth(&farm);
		farm_release(&farm);
	}
	assert_true(at_ms > 500);
}

static void interrupted_again__any_moment__told_in_the_record(void **state)
{
	unsigned owed = 0;

	(void)state;
	for (unsigned count = 2; count < 4; count++) {
		bool ended = false;

		for (int64_t at_ms = 0; !ended; at_ms += 3 * FARM_STRIDE) {
			struct exec_timer timers[3];
			struct farm farm;

			farm_init(&farm, "h[1:4]", WINDOW);
			for_run(&farm);
			set_interrupts(&farm, timers, count, at_ms);
			farm_run(&farm);
			ended = farm.record.run.exit_code == 0;
			for (size_t i = 0; i < farm.record.host_count; i++) {
				owed += is_owed(&farm.record.hosts[i]);
				assert_true(!is_owed(&farm.record.hosts[i]) ||
					    farm.record.hosts[i].error);
			}
			farm_check_truth(&farm);
			farm_release(&farm);
		}
	}
	assert_true(owed > 0); /* else nothing of this was tried */
}

/* Credentials that stop working in the middle: one host goes first, and one refusal is the last. */
static void restore__password_refused__tried_on_one_host(void **state)
{
	struct farm farm;
	struct strbuf scenario;
	static const struct fleet_wave waves[] = { { 9, false } };
	unsigned refused = 0, not_tried = 0, owed = 0;

	(void)state;
	strbuf_init(&scenario);
	strbuf_adds(&scenario, "\"hosts\": {");
	for (unsigned i = 1; i <= 9; i++)
		strbuf_addf(&scenario,
			    "%s"
			    "\"h%u\": {\"sessions\": [" ALICE
			    "], \"faults\": [{\"call\": \"enumerate\", \"delay_ms\": 1, \"times\": "
			    "1}, {\"call\": \"enumerate\", \"error\": 1326}, " AFTER(
				    4, "\"error\": 1326") "]}",
			    i > 1 ? ", " : "", i);
	strbuf_adds(&scenario, "}");
	farm_init(&farm, "h[1:9]", strbuf_text(&scenario));
	for_run(&farm);
	farm.options.one_host_first = true;
	farm.options.waves = waves;
	farm.options.wave_count = 1;
	farm_run(&farm);
	assert_string_equal(farm.record.run.stopped_by, "credentials");
	for (size_t i = 0; i < farm.record.host_count; i++) {
		const char *error = farm_error(&farm, farm.record.hosts[i].error);

		owed += is_owed(&farm.record.hosts[i]);
		refused += strcmp(error, "ERROR_LOGON_FAILURE") == 0;
		not_tried += strcmp(error, "DRAIN_NOT_RESTORED") == 0;
	}
	assert_int_equal(refused, 1);
	assert_true(owed >= 3); /* so many refusals have stopped the run */
	assert_int_equal(not_tried, owed - 1);
	farm_check_truth(&farm);
	farm_release(&farm);
	strbuf_release(&scenario);
}

/* Crashes: at any moment, then the run goes on until its journal is settled */

static struct farm *resumed(struct farm *before, bool *ret_over)
{
	struct farm *farm = malloc(sizeof(*farm));
	size_t lost, durable = farm_durable(before, &lost);

	assert_non_null(farm);
	*ret_over = !durable;
	if (*ret_over) {
		free(farm);
		return before;
	}
	farm_init_resumed(farm, before, durable);
	farm_release(before);
	free(before);
	*ret_over = farm->read.ended && farm->read.settled;
	if (!*ret_over)
		farm_keep_journal(farm);
	return farm;
}

static void crash_at(int64_t at_ms, int64_t again_ms, void (*set)(struct farm *farm),
		     const char *scenario, bool *ret_settled)
{
	struct farm *farm = malloc(sizeof(*farm));
	bool over;

	assert_non_null(farm);
	farm_init(farm, "h[1:4]", scenario);
	set(farm);
	farm->sync_us = 4000;
	farm_keep_journal(farm);
	farm_run_until(farm, at_ms);
	*ret_settled = farm->finished;
	farm = resumed(farm, &over);
	if (!over && again_ms >= 0) {
		farm_run_until(farm, again_ms);
		farm = resumed(farm, &over);
	}
	if (!over) {
		farm_run(farm);
		farm_check_truth(farm);
		if (farm->options.drain == FLEET_DRAIN_FOR_RUN)
			for (size_t i = 0; i < farm->record.host_count; i++)
				assert_int_equal(farm_drain_at(farm, farm->record.hosts[i].name,
							       exec_wall_ms(farm->executor)),
						 SESSION_DRAIN_OFF);
		assert_non_null(strstr(strbuf_text(&farm->journal_bytes), "\"settled\":true"));
	}
	farm_release(farm);
	free(farm);
}

static void crash__any_moment__resume_opens_the_doors(void **state)
{
	static void (*const sets[])(struct farm *) = { for_run, keep, turn_on };

	(void)state;
	for (size_t k = 0; k < COUNT(sets); k++) {
		bool settled = false;
		int64_t at_ms = 0;

		for (; !settled; at_ms += 2 * FARM_STRIDE)
			crash_at(at_ms, -1, sets[k], WINDOW, &settled);
		assert_true(at_ms > 200);
	}
}

static void crash__twice__resume_opens_the_doors(void **state)
{
	bool settled = false;

	(void)state;
	for (int64_t at_ms = 0; !settled; at_ms += 7 * FARM_STRIDE)
		for (int64_t again_ms = 0; again_ms < 400; again_ms += 23)
			crash_at(at_ms, again_ms, for_run, WINDOW, &settled);
}

/* What a process has asked before it was killed may get there when it is gone. */
static void crash__set_on_its_way__waited_for(void **state)
{
	static const char scenario[] =
		HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"delay_ms\": 3000, \"times\": 1")));
	bool settled = false;

	(void)state;
	for (int64_t at_ms = 300; at_ms < 1200; at_ms += 50)
		crash_at(at_ms, -1, for_run, scenario, &settled);
}

/* A failed restore is not settled: resume tries again. */
static void restore__failed__resume_tries_again(void **state)
{
	struct farm before, farm;
	size_t durable;

	(void)state;
	farm_init(&before, "h[1:2]",
		  HOSTS(FAULTS("h1", ALICE,
			       AFTER(4, "\"error\": 5, \"times\": 1")) "," PLAIN("h2", BOB)));
	for_run(&before);
	farm_keep_journal(&before);
	farm_run(&before);
	assert_int_equal(before.record.run.exit_code, 1);
	assert_non_null(strstr(strbuf_text(&before.journal_bytes), "\"settled\":false"));
	durable = farm_durable(&before, NULL);
	farm_init_resumed(&farm, &before, durable);
	farm_keep_journal(&farm);
	farm_run(&farm);
	assert_int_equal(farm.gates, 1);
	assert_int_equal(farm.plan.sessions, 0);
	assert_int_equal(farm.plan.restore_hosts, 1);
	assert_string_equal(farm_picture(&farm), "h1 succeeded [off on off]: 2 alice logged_off\n"
						 "h2 succeeded [off on off]: 3 bob logged_off\n");
	assert_int_equal(farm.record.run.exit_code, 0);
	assert_non_null(strstr(strbuf_text(&farm.journal_bytes), "\"settled\":true"));
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&before);
}

/* What goes wrong in the part that goes on is not wiped out by doors that open well. */
static void resume__act_fails__error_stays_when_put_back(void **state)
{
	struct farm before, farm;
	int64_t at_ms = 0;

	(void)state;
	do { /* until it is killed with the door closed and nobody asked */
		if (at_ms)
			farm_release(&before);
		farm_init(&before, "h1", HOSTS(PLAIN("h1", ALICE)));
		for_run(&before);
		farm_keep_journal(&before);
		farm_run_until(&before, at_ms += 5);
	} while (!strstr(strbuf_text(&before.state), "\"mode\":\"on\""));
	assert_null(strstr(strbuf_text(&before.state), "\"logoff\""));
	before.scenario_text =
		HOSTS(FAULTS("h1", ALICE, "{\"call\": \"enumerate\", \"error\": 5}"));
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	farm_keep_journal(&farm);
	farm_run(&farm);
	assert_string_equal(farm_picture(&farm),
			    "h1 failed ERROR_ACCESS_DENIED [off on off]: 2 alice failed "
			    "ERROR_ACCESS_DENIED\n");
	assert_int_equal(farm.record.run.exit_code, 1);
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&before);
}

static void restore__declined_when_resumed__still_owed(void **state)
{
	struct farm before, farm;

	(void)state;
	farm_init(&before, "h1",
		  HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"error\": 5, \"times\": 1"))));
	for_run(&before);
	farm_keep_journal(&before);
	farm_run(&before);
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	farm_keep_journal(&farm);
	farm.answer = false;
	farm_run(&farm);
	assert_int_equal(farm.record.run.exit_code, 5);
	assert_int_equal(farm_drain_at(&farm, "h1", exec_wall_ms(farm.executor)), SESSION_DRAIN_ON);
	assert_null(strstr(strbuf_text(&farm.journal_bytes), "\"settled\":true"));
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&before);
}

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
	for_run(&farm);
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
		cmocka_unit_test(interrupted_once__any_moment__doors_as_before),
		cmocka_unit_test(interrupted_again__any_moment__told_in_the_record),
		cmocka_unit_test(restore__password_refused__tried_on_one_host),
		cmocka_unit_test(crash__any_moment__resume_opens_the_doors),
		cmocka_unit_test(crash__twice__resume_opens_the_doors),
		cmocka_unit_test(crash__set_on_its_way__waited_for),
		cmocka_unit_test(restore__failed__resume_tries_again),
		cmocka_unit_test(resume__act_fails__error_stays_when_put_back),
		cmocka_unit_test(restore__declined_when_resumed__still_owed),
		cmocka_unit_test(other__sets_a_mode__left_to_them),
	};
	int failed = farm_run_table("logoffs", logoffs, COUNT(logoffs));

	failed += farm_run_table("commands", commands, COUNT(commands));
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
