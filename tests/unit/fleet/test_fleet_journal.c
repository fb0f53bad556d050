/* The journal, and runs that go on after a crash, on the virtual executor: intents are durable
 * before the call, a journal that fails stops the run, and whatever moment the process is killed
 * at, the resumed run's record tells the truth.
 *
 *   test_fleet_journal [FIRST_SEED [COUNT]]      crashes; a failing seed is printed and runs again
 *   alone
 */
#include "farm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define FARM "\"defaults\": {\"sessions\": {\"min\": 2, \"max\": 5}}"

static uint64_t first_seed = 1, seed_count = 1500, running;

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

static void farm_settings(struct farm *farm, uint64_t *rng)
{
	farm->options.concurrency = (unsigned)rng_below(rng, 6) + 1;
	farm->options.pool_threads = farm->options.concurrency + 1 + (unsigned)rng_below(rng, 4);
	farm->options.call_timeout_ms = 2000;
	farm->options.verify_timeout_ms = 4000;
	farm->options.drain = (enum fleet_drain)rng_below(rng, FLEET_DRAIN_KEEP + 1);
	farm->options.drain_failed = (enum fleet_failed)rng_below(rng, FLEET_FAILED_ABORT + 1);
	farm->sync_us = (int64_t)rng_below(rng, 20000);
	farm->options.sweeps = (uint32_t)rng_below(rng, 4);
	farm->options.look_again = rng_below(rng, 3) == 0;
	if (rng_below(rng, 4) == 0)
		farm->options.max_sessions = 12 + (int64_t)rng_below(rng, 6);
	switch (rng_below(rng, 8)) {
	case 0:
		farm->options.command = FLEET_DISCONNECT;
		farm->selection.for_disconnect = true;
		break;
	case 1:
		farm->options.command = FLEET_MESSAGE;
		farm->options.message = "{user} on {host}";
		break;
	case 2:
	case 3:
	case 4: /* nobody loses his grace by a crash */
		farm->options.notify = (struct fleet_notify){ .text = FARM_WARNING,
							      .grace_ms = 1500,
							      .again_ms = -1,
							      .called_off = FARM_CALLED_OFF };
		break;
	default:
		break;
	}
	if (farm->options.command != FLEET_LOGOFF)
		farm->options.sweeps = 0;
}

/* Sweeps take longer: a later moment is then as likely. */
static int64_t moment_ms(struct farm *farm, uint64_t *rng)
{
	return (int64_t)rng_below(rng, 2500 + 2500 * farm->options.sweeps +
					       (farm->options.notify.text ? 2000 : 0));
}

/* Up to now, whatever the number of processes. */
static uint32_t selected_in_all(const struct farm *farm)
{
	struct rep_totals totals;

	rep_totals_count(&farm->record, &totals);
	return totals.selected - totals.sessions_by[REP_SESSION_NOT_ATTEMPTED];
}

/* Nobody is made to go twice, over all processes. */
static void check_asked_once(struct farm *farm)
{
	const char *text = strbuf_text(&farm->state);

	for (const char *a = text; *a; a += strcspn(a, "\n") + 1) {
		const char *host = strstr(a, "\"host\"");
		size_t len = strcspn(host, "\n");
		size_t key = (size_t)(strstr(host, "\"effect\"") - host);
		const char *logoff = strstr(host, "\"call\":\"logoff\"");

		if (!logoff || logoff > host + len)
			continue; /* a drain mode may be set again */
		for (const char *b = host + len + 1; *b; b += strcspn(b, "\n") + 1) {
			const char *other = strstr(b, "\"host\"");

			if (strncmp(host, other, key) == 0)
				fail_msg("asked twice: %.*s", (int)key, host);
		}
	}
}

static void crash_and_resume(uint64_t seed)
{
	static const char *const faults[] = {
		"",
		"{\"call\": \"logoff\", \"error\": 1726, \"times\": 1}",
		"{\"call\": \"logoff\", \"session\": 2, \"swap_user\": \"CORP\\\\mallory\"}",
		"{\"call\": \"logoff\", \"error\": 5, \"times\": 1}",
		"{\"call\": \"logoff\", \"delay_ms\": 300}",
		"{\"call\": \"message\", \"error\": 1726, \"times\": 1}",
		"{\"call\": \"message\", \"delay_ms\": 300}",
		"{\"call\": \"disconnect\", \"error\": 1726, \"times\": 1}",
		"{\"call\": \"drain\", \"delay_ms\": 200}",
		"{\"call\": \"drain\", \"error\": 1726, \"times\": 1}",
		"{\"call\": \"drain\", \"delay_ms\": 1, \"times\": 2}, {\"call\": \"drain\", "
		"\"delay_ms\": 1500, \"times\": 1}",
		"{\"call\": \"drain\", \"delay_ms\": 1, \"times\": 4}, {\"call\": \"drain\", "
		"\"error\": 5, \"times\": 1}",
	};
	struct farm *before, *farm;
	struct strbuf scenario;
	uint64_t rng = seed;
	unsigned crashes = 1 + (unsigned)rng_below(&rng, 3);

	strbuf_init(&scenario);
	strbuf_adds(&scenario, "\"hosts\": {");
	for (unsigned i = 1; i <= 4; i++)
		strbuf_addf(&scenario,
			    "%s\"h%u\": {\"sessions\": [{\"id\": 2, \"user\": \"CORP\\\\a\"}, "
			    "{\"id\": 3, \"user\": "
			    "\"CORP\\\\b\", \"returns_after_ms\": %u}, {\"id\": 4, \"user\": "
			    "\"CORP\\\\c\", "
			    "\"leaves_after_ms\": %u}], \"faults\": [%s]}",
			    i > 1 ? ", " : "", i, (unsigned)rng_below(&rng, 3000),
			    (unsigned)rng_below(&rng, 4000),
			    faults[rng_below(&rng, sizeof(faults) / sizeof(*faults))]);
	strbuf_adds(&scenario, "}");
	before = malloc(sizeof(*before));
	assert_non_null(before);
	farm_init(before, "h[1:4]", strbuf_text(&scenario));
	farm_settings(before, &rng);
	farm_keep_journal(before);
	farm_run_until(before, moment_ms(before, &rng));
	for (;;) {
		size_t lost, durable = farm_durable(before, &lost);

		farm = malloc(sizeof(*farm));
		assert_non_null(farm);
		if (!durable) { /* not even the first line: the administrator starts again */
			free(farm);
			farm = NULL;
			break;
		}
		farm_init_resumed(farm, before, durable + (size_t)rng_below(&rng, lost + 1));
		farm->sync_us = before->sync_us;
		farm_release(before);
		free(before);
		before = farm;
		if (farm->read.settled && farm->read.ended)
			break;
		farm_keep_journal(farm);
		if (--crashes) {
			farm->answer = rng_below(&rng, 4) != 0;
			farm_run_until(farm, moment_ms(farm, &rng));
			if (farm->finished)
				farm_check_truth(farm);
			continue;
		}
		farm_run(farm);
		break;
	}
	if (farm && seed_count == 1)
		(void)printf("%s%s%s", strbuf_text(&farm->journal_bytes), strbuf_text(&farm->state),
			     farm_picture(farm));
	if (farm) {
		farm_check_truth(farm);
		check_asked_once(farm);
		if (farm->options.notify.text)
			farm_check_courtesy(farm, false);
		if (farm->options.max_sessions >= 0)
			assert_true(selected_in_all(farm) <= farm->options.max_sessions);
	}
	farm_release(before);
	free(before);
	strbuf_release(&scenario);
}

static void resume__killed_at_any_moment__record_matches_the_fleet(void **state)
{
	(void)state;
	for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++) {
		running = seed;
		crash_and_resume(seed);
	}
	running = 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(journal__slow_disk__intents_before_calls),
		cmocka_unit_test(journal__many_hosts_at_once__share_commits),
		cmocka_unit_test(journal__fails__nothing_new_is_begun),
		cmocka_unit_test(journal__killed_between_waves__times_are_kept),
		cmocka_unit_test(journal__killed_in_the_grace__nobody_is_in_doubt),
		cmocka_unit_test(resume__declined__who_may_have_been_asked_is_in_doubt),
		cmocka_unit_test(resume__could_not_be_warned__stays_on_record),
		cmocka_unit_test(resume__killed_at_any_moment__record_matches_the_fleet),
	};
	int failed;

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		seed_count = strtoull(argv[2], NULL, 10);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (running)
		(void)fprintf(stderr, "test_fleet_journal: the seed was %llu\n",
			      (unsigned long long)running);
	return failed;
}
