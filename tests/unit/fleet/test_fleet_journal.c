/* The journal, and runs that go on after a crash, on the virtual executor: intents are durable
 * before the call, a journal that fails stops the run, and what an earlier process has done is not
 * forgotten. Random crashes are in test_fleet_crashes.c. */
#include "farm.h"

#include <string.h>

#define FARM "\"defaults\": {\"sessions\": {\"min\": 2, \"max\": 5}}"

static void journal__slow_disk__intents_before_calls(void **state)
{
	struct farm farm;

	(void)state;
	farm_init(&farm, "h[1:20]", FARM);
	farm.sync_us = 30000;
	farm_keep_journal(&farm);
	farm_run(&farm); /* the check is in farm.c, at each logoff */
	assert_int_equal(farm.record.run.exit_code, 0);
	assert_non_null(strstr(strbuf_text(&farm.journal_bytes), "\"event\":\"end\""));
	assert_non_null(strstr(strbuf_text(&farm.journal_bytes), "\"settled\":true"));
	farm_check_truth(&farm);
	farm_release(&farm);
}

static void journal__many_hosts_at_once__share_commits(void **state)
{
	struct farm farm;

	(void)state;
	farm_init(&farm, "h[1:40]", FARM);
	farm.sync_us = 10000;
	farm.options.concurrency = 40;
	farm.options.pool_threads = 80;
	farm_keep_journal(&farm);
	farm_run(&farm);
	assert_int_equal(farm.record.run.exit_code, 0);
	/* some 140 sessions with an intent and a result each */
	assert_in_range(farm.syncs, 3, 400);
	for (size_t i = 1; i < farm.commit_count; i++)
		assert_true(farm.commits[i].at_us - farm.commits[i - 1].at_us >= 10000);
	farm_release(&farm);
}

static void journal__fails__nothing_new_is_begun(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 30; n++) {
		struct farm farm;

		farm_init(&farm, "h[1:6]", FARM);
		farm.sync_us = 5000;
		farm.fail_sync = n;
		farm_keep_journal(&farm);
		farm_run(&farm);
		if (farm.syncs >= n) {
			assert_int_equal(farm.record.run.exit_code, 70);
			/* else it was the very end that could not be kept */
			if (*farm.record.run.stopped_by)
				assert_string_equal(farm.record.run.stopped_by, "journal");
		} else {
			assert_int_equal(farm.record.run.exit_code, 0);
		}
		farm_check_truth(&farm);
		farm_release(&farm);
	}
}

/* When hosts acted before the crash is known after it. */
static void journal__killed_between_waves__times_are_kept(void **state)
{
	static const struct fleet_wave waves[] = { { 1, false } };
	struct farm before, farm;
	const struct rep_host *hosts;

	(void)state;
	farm_init(&before, "h[1:2]", FARM);
	before.options.waves = waves;
	before.options.wave_count = 1;
	before.options.wave_pause_ms = 600000;
	farm_keep_journal(&before);
	farm_run_until(&before, 300000);
	assert_int_not_equal(before.record.hosts[0].ended_at_ms, UTC_UNKNOWN);
	assert_int_equal(before.record.hosts[1].acted_at_ms, UTC_UNKNOWN);
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	farm_keep_journal(&farm);
	farm_run(&farm);
	hosts = farm.record.hosts;
	assert_int_equal(hosts[0].acted_at_ms, before.record.hosts[0].acted_at_ms);
	assert_int_equal(hosts[0].ended_at_ms, before.record.hosts[0].ended_at_ms);
	assert_in_range(hosts[1].acted_at_ms - FARM_EPOCH_MS, 300000, 310000);
	assert_true(hosts[1].ended_at_ms > hosts[1].acted_at_ms);
	farm_release(&farm);
	farm_release(&before);
}

/* Warned is not asked: a run that goes on has nobody in doubt, and knows who was told. */
static void journal__killed_in_the_grace__nobody_is_in_doubt(void **state)
{
	struct farm before, farm;
	size_t active = 0;

	(void)state;
	farm_init(&before, "h[1:10]", FARM ", \"seed\": 3");
	before.options.notify = (struct fleet_notify){ .text = FARM_WARNING,
						       .grace_ms = 900000,
						       .again_ms = 60000,
						       .called_off = FARM_CALLED_OFF };
	farm_keep_journal(&before);
	farm_run_until(&before, 850000); /* after the second warning */
	for (size_t i = 0; i < before.record.host_count; i++)
		for (uint32_t k = 0; k < before.record.hosts[i].session_count; k++)
			active += before.record.hosts[i].sessions[k].outcome == REP_SESSION_NONE;
	assert_in_range(active, 10, 60);
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	assert_int_equal(farm.read.doubt_count, 0);
	assert_int_equal(farm.read.warned_count, active);
	farm_keep_journal(&farm);
	farm_run(&farm);
	assert_int_equal(farm.record.run.exit_code, 0);
	/* warned anew, with the whole grace */
	assert_true(exec_wall_ms(farm.executor) - FARM_EPOCH_MS >= 850000 + 900000);
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&before);
}

/* Whoever may have been asked before the crash may be gone: a run that does not go on cannot call him not attempted, and can
 * be taken up later. */
static void resume__declined__who_may_have_been_asked_is_in_doubt(void **state)
{
	struct farm before, declined, farm;
	int64_t at_ms = 0;

	(void)state;
	do {
		if (at_ms)
			farm_release(&before);
		farm_init(&before, "h[1:2]", FARM ", \"seed\": 3");
		before.options.concurrency = 1;
		farm_keep_journal(&before);
		farm_run_until(&before, at_ms += 5);
	} while (!strstr(strbuf_text(&before.state), "\"logoff\""));
	farm_init_resumed(&declined, &before, farm_durable(&before, NULL));
	assert_true(declined.read.doubt_count > 0);
	farm_keep_journal(&declined);
	declined.answer = false;
	farm_run(&declined);
	assert_int_equal(declined.record.run.exit_code, 5);
	assert_non_null(strstr(farm_picture(&declined), " in_doubt"));
	assert_non_null(strstr(farm_picture(&declined), " not_attempted/declined"));
	farm_check_truth(&declined);

	farm_init_resumed(&farm, &declined, farm_durable(&declined, NULL));
	assert_int_equal(farm.read.doubt_count, declined.read.doubt_count);
	farm_keep_journal(&farm);
	farm_run(&farm);
	assert_int_equal(farm.record.run.exit_code, 0);
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&declined);
	farm_release(&before);
}

/* --notify-failed continue: who could not be warned and was logged off has the reason in the record, also when nobody saw him
 * go before the crash. */
static void resume__could_not_be_warned__stays_on_record(void **state)
{
	struct farm before, farm;
	int64_t at_ms = 0;

	(void)state;
	do {
		if (at_ms)
			farm_release(&before);
		farm_init(&before, "h1",
			  "\"hosts\": {\"h1\": {\"sessions\": [{\"id\": 2, \"user\": "
			  "\"CORP\\\\alice\"}], \"faults\": [{\"call\": \"message\", "
			  "\"error\": 5}]}}");
		before.options.notify = (struct fleet_notify){ .text = FARM_WARNING,
							       .grace_ms = 1000,
							       .failed = FLEET_FAILED_CONTINUE,
							       .called_off = FARM_CALLED_OFF };
		farm_keep_journal(&before);
		farm_run_until(&before, at_ms += 5);
	} while (!strstr(strbuf_text(&before.state), "\"logoff\""));
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	assert_int_equal(farm.read.doubt_count, 1);
	farm_keep_journal(&farm);
	farm_run(&farm);
	assert_string_equal(farm_picture(&farm),
			    "h1 succeeded: 2 alice logged_off ERROR_ACCESS_DENIED\n");
	farm_check_courtesy(&farm, false);
	farm_release(&farm);
	farm_release(&before);
}

/* A run that was turned down is settled: its journal tells of its hosts what the report has told. */
static void journal__declined__tells_the_same_of_hosts(void **state)
{
	struct farm farm, again;

	(void)state;
	farm_init(&farm, "h[1:2]", FARM ", \"seed\": 3");
	farm_keep_journal(&farm);
	farm.answer = false;
	farm_run(&farm);
	assert_host(&farm, "h1", "not_attempted");
	farm_init_resumed(&again, &farm, farm_durable(&farm, NULL));
	assert_true(again.read.ended && again.read.settled);
	assert_int_equal(again.read.record.hosts[0].outcome, REP_HOST_NOT_ATTEMPTED);
	farm_release(&again);
	farm_release(&farm);
}

static void warn_in_time(struct farm *farm)
{
	farm_init(farm, "h[1:2]",
		  "\"defaults\": {\"sessions\": {\"min\": 2, \"max\": 2}, \"disconnected\": 0}");
	farm->options.notify = (struct fleet_notify){ .text = FARM_WARNING,
						      .grace_ms = 60000,
						      .again_ms = -1,
						      .called_off = FARM_CALLED_OFF };
	farm_keep_journal(farm);
}

/* Whom the killed run had warned nobody tells: the one that goes on has not warned them, and says so. */
static void resume__interrupted_at_once__says_who_still_waits(void **state)
{
	struct farm before, farm, last;

	(void)state;
	warn_in_time(&before);
	farm_run_until(&before, 30000);
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	assert_int_equal(farm.read.warned_count, 4);
	farm_keep_journal(&farm);
	farm_stop_at(&farm, 20, FLEET_STOP_SIGINT);
	farm_run(&farm);
	assert_int_equal(farm.record.run.exit_code, 130);
	assert_non_null(strstr(strbuf_text(&farm.warnings),
			       "4 sessions on 2 hosts were warned and not told"));
	farm_check_untold(&farm);
	/* and they wait until somebody does */
	farm_init_resumed(&last, &farm, farm_durable(&farm, NULL));
	assert_int_equal(last.read.warned_count, 4);
	farm_release(&last);
	farm_release(&farm);
	farm_release(&before);
}

/* The run that goes on is turned down: who was warned before is counted. Both are over then. */
static void decline_and_check_untold(struct farm *farm, struct farm *before)
{
	farm_keep_journal(farm);
	farm->answer = false;
	farm_run(farm);
	farm_check_untold(farm);
	farm_release(farm);
	farm_release(before);
}

/* What the journal has not is a warning that may have been shown. */
static void resume__killed_while_warning__who_may_have_been_warned_counts(void **state)
{
	struct farm before, farm;
	int64_t at_ms = 0;

	(void)state;
	do {
		if (at_ms)
			farm_release(&before);
		warn_in_time(&before);
		farm_run_until(&before, at_ms += 5);
	} while (!strstr(strbuf_text(&before.state), "\"message\""));
	assert_null(strstr(strbuf_text(&before.journal_bytes), "\"warned\""));
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	assert_in_range(farm.read.warned_count, 2, 4);
	decline_and_check_untold(&farm, &before);
}

/* An intent that came to nothing takes no warning back. */
static void resume__stopped_after_an_intent__who_was_warned_still_waits(void **state)
{
	struct farm before, farm;
	int64_t at_ms = 0;

	(void)state;
	do {
		if (at_ms)
			farm_release(&before);
		warn_in_time(&before);
		farm_start(&before);
		at_ms = at_ms ? at_ms + 5 : 60000;
		farm_stop_at(&before, at_ms, FLEET_STOP_SIGINT);
		farm_stop_at(&before, at_ms + 1, FLEET_STOP_SIGINT);
		farm_finish(&before);
	} while (!strstr(strbuf_text(&before.journal_bytes), "\"intent\""));
	assert_non_null(strstr(farm_picture(&before), "not_attempted/interrupted"));
	farm_check_untold(&before);
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	assert_true(farm.read.warned_count > 0);
	decline_and_check_untold(&farm, &before);
}

/* A message that may have been sent before the crash is in doubt where the run that goes on does not come to it. */
static void resume__message_not_come_to__in_doubt(void **state)
{
	struct farm before, farm;
	int64_t at_ms = 0;

	(void)state;
	do {
		if (at_ms)
			farm_release(&before);
		farm_init(&before, "h1", FARM ", \"seed\": 3");
		before.options.command = FLEET_MESSAGE;
		before.options.message = "{user} on {host}";
		farm_keep_journal(&before);
		farm_run_until(&before, at_ms += 5);
	} while (!strstr(strbuf_text(&before.state), "\"message\""));
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	assert_true(farm.read.doubt_count > 0);
	farm_keep_journal(&farm);
	farm_stop_at(&farm, 20, FLEET_STOP_SIGINT); /* while its connection is opened */
	farm_run(&farm);
	assert_non_null(strstr(farm_picture(&farm), " in_doubt"));
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&before);
}

/* Killed when Alice has just been asked, who takes a minute to go and has two seconds for it. */
static void kill_when_asked(struct farm *before, bool warned)
{
	int64_t at_ms = 0;

	do {
		if (at_ms)
			farm_release(before);
		farm_init(before, "h1",
			  "\"defaults\": {\"logoff_takes_ms\": 60000}, \"hosts\": {\"h1\": "
			  "{\"sessions\": [{\"id\": 2, \"user\": \"CORP\\\\alice\"}]}}");
		if (warned)
			before->options.notify =
				(struct fleet_notify){ .text = FARM_WARNING,
						       .grace_ms = 1000,
						       .again_ms = -1,
						       .called_off = FARM_CALLED_OFF };
		before->options.verify_timeout_ms = 2000;
		farm_keep_journal(before);
		farm_run_until(before, at_ms += 5);
	} while (!strstr(strbuf_text(&before->state), "\"logoff\""));
}

/* Asked, still there after his time, and not to be warned anew before he is asked again: he may be going all the same. */
static void resume__asked_and_not_warned_anew__in_doubt(void **state)
{
	struct farm before, farm;

	(void)state;
	kill_when_asked(&before, true);
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	farm_keep_journal(&farm);
	farm_run(&farm);
	assert_string_equal(farm_picture(&farm),
			    "h1 failed: 2 alice in_doubt ERROR_CTX_CLOSE_PENDING\n");
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&before);
}

/* Asked, and not idle any more: he is not asked again, and was not left alone. */
static void resume__asked_and_matches_no_longer__still_present(void **state)
{
	struct farm before, farm;

	(void)state;
	kill_when_asked(&before, false);
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	farm.selection.min_idle_ms = INT64_C(86400000);
	farm_keep_journal(&farm);
	farm_run(&farm);
	assert_string_equal(farm_picture(&farm),
			    "h1 failed: 2 alice still_present VERIFY_TIMEOUT\n");
	assert_int_equal(farm.record.run.exit_code, 1);
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&before);
}

/* --max-sessions leaves alone who was not come to, and nobody who may have been asked. */
static void resume__more_than_max_sessions__who_was_asked_is_in_doubt(void **state)
{
	struct farm before, farm;

	(void)state;
	kill_when_asked(&before, false);
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	farm.options.max_sessions = 0;
	farm_keep_journal(&farm);
	farm_run(&farm);
	assert_string_equal(farm_picture(&farm), "h1 failed: 2 alice in_doubt/max_sessions\n");
	assert_int_equal(farm.record.run.exit_code, 5);
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&before);
}

/* Stopped while a sweep looks around: whom it has only listed is new to the run that goes on, and not acted on as he is. */
static void resume__stopped_in_a_sweep__listed_only_is_new(void **state)
{
	struct farm before, farm;
	const struct rep_session *row;
	int64_t at_ms = 1000;

	(void)state;
	do {
		if (at_ms > 1000)
			farm_release(&before);
		farm_init(&before, "h1",
			  "\"hosts\": {\"h1\": {\"sessions\": [{\"id\": 2, \"user\": "
			  "\"CORP\\\\alice\", "
			  "\"returns_after_ms\": 100}], \"faults\": [{\"call\": \"enumerate\", "
			  "\"delay_ms\": 300}]}}");
		before.options.sweeps = 1;
		farm_keep_journal(&before);
		farm_start(&before);
		farm_stop_at(&before, at_ms += 20, FLEET_STOP_SIGINT);
		farm_finish(&before);
		row = &before.record.hosts[0].sessions[before.record.hosts[0].session_count - 1];
	} while (row->outcome != REP_SESSION_NOT_ATTEMPTED || row->logon_at_ms != UTC_UNKNOWN);
	assert_string_equal(row->user, "alice");
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	row = &farm.record.hosts[0].sessions[farm.record.hosts[0].session_count - 1];
	assert_int_equal(row->outcome, REP_SESSION_SKIPPED);
	assert_false(row->selected);
	farm_keep_journal(&farm);
	farm_run(&farm);
	assert_int_equal(farm.record.run.exit_code, 1); /* she comes back each time */
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(journal__slow_disk__intents_before_calls),
		cmocka_unit_test(journal__many_hosts_at_once__share_commits),
		cmocka_unit_test(journal__fails__nothing_new_is_begun),
		cmocka_unit_test(journal__killed_between_waves__times_are_kept),
		cmocka_unit_test(journal__killed_in_the_grace__nobody_is_in_doubt),
		cmocka_unit_test(resume__declined__who_may_have_been_asked_is_in_doubt),
		cmocka_unit_test(resume__could_not_be_warned__stays_on_record),
		cmocka_unit_test(journal__declined__tells_the_same_of_hosts),
		cmocka_unit_test(resume__interrupted_at_once__says_who_still_waits),
		cmocka_unit_test(resume__killed_while_warning__who_may_have_been_warned_counts),
		cmocka_unit_test(resume__stopped_after_an_intent__who_was_warned_still_waits),
		cmocka_unit_test(resume__message_not_come_to__in_doubt),
		cmocka_unit_test(resume__asked_and_not_warned_anew__in_doubt),
		cmocka_unit_test(resume__asked_and_matches_no_longer__still_present),
		cmocka_unit_test(resume__stopped_in_a_sweep__listed_only_is_new),
		cmocka_unit_test(resume__more_than_max_sessions__who_was_asked_is_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
