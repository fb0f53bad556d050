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

static struct farm *stopped_farm;

static void on_stop(struct exec_timer *timer)
{
	static const enum fleet_stop reasons[] = { FLEET_STOP_SIGINT, FLEET_STOP_SIGTERM,
						   FLEET_STOP_SIGHUP };

	fleet_stop(stopped_farm->fleet, reasons[stopped_farm->options.seed % 3]);
	(void)timer;
}

static void stop_at(struct farm *farm, struct exec_timer *timer, int64_t at_ms)
{
	stopped_farm = farm;
	timer->fire = on_stop;
	assert_int_equal(exec_timer_set(farm->executor, timer, at_ms * 1000), 0);
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
	struct exec_timer stop = { 0 };

	(void)state;
	warn_in_time(&before);
	farm_run_until(&before, 30000);
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	assert_int_equal(farm.read.warned_count, 4);
	farm_keep_journal(&farm);
	stop_at(&farm, &stop, 20);
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
	farm_keep_journal(&farm);
	farm.answer = false;
	farm_run(&farm);
	farm_check_untold(&farm);
	farm_release(&farm);
	farm_release(&before);
}

/* An intent that came to nothing takes no warning back. */
static void resume__stopped_after_an_intent__who_was_warned_still_waits(void **state)
{
	struct farm before, farm;
	struct exec_timer stops[2] = { { 0 }, { 0 } };
	int64_t at_ms = 0;

	(void)state;
	do {
		if (at_ms)
			farm_release(&before);
		warn_in_time(&before);
		farm_start(&before);
		at_ms = at_ms ? at_ms + 5 : 60000;
		stop_at(&before, &stops[0], at_ms);
		stop_at(&before, &stops[1], at_ms + 1);
		farm_finish(&before);
	} while (!strstr(strbuf_text(&before.journal_bytes), "\"intent\""));
	assert_non_null(strstr(farm_picture(&before), "not_attempted/interrupted"));
	farm_check_untold(&before);
	farm_init_resumed(&farm, &before, farm_durable(&before, NULL));
	assert_true(farm.read.warned_count > 0);
	farm_keep_journal(&farm);
	farm.answer = false;
	farm_run(&farm);
	farm_check_untold(&farm);
	farm_release(&farm);
	farm_release(&before);
}

/* A message that may have been sent before the crash is in doubt where the run that goes on does not come to it. */
static void resume__message_not_come_to__in_doubt(void **state)
{
	struct farm before, farm;
	struct exec_timer stop = { 0 };
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
	stop_at(&farm, &stop, 20); /* while its connection is opened */
	farm_run(&farm);
	assert_non_null(strstr(farm_picture(&farm), " in_doubt"));
	farm_check_truth(&farm);
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
	switch (rng_below(rng, 9)) {
	case 0:
		farm->options.command = FLEET_DISCONNECT;
		farm->selection.for_disconnect = true;
		break;
	case 1:
		farm->options.command = FLEET_MESSAGE;
		farm->options.message = "{user} on {host}";
		break;
	case 2:
		farm->options.command = FLEET_DRAIN;
		farm->options.drain_to = (enum session_drain)rng_below(rng, SESSION_DRAIN_ON + 1);
		break;
	case 3:
	case 4:
	case 5: /* nobody loses his grace by a crash */
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

/* One process: it is killed at some moment, stopped, told no, or comes to its end. */
static void run_part(struct farm *farm, uint64_t *rng)
{
	struct exec_timer stops[2] = { { 0 }, { 0 } };
	int64_t at_ms = moment_ms(farm, rng);
	bool killed = true;

	farm->options.seed = rng_next(rng);
	farm->answer = rng_below(rng, 5) != 0;
	farm->fail_sync = rng_below(rng, 8) ? 0 : farm->syncs + 1 + (unsigned)rng_below(rng, 20);
	farm->options.max_failures = rng_below(rng, 6) ? -1 : (int64_t)rng_below(rng, 2);
	farm->options.one_host_first = rng_below(rng, 4) == 0;
	switch (rng_below(rng, 8)) {
	case 0:
	case 1:
		stop_at(farm, &stops[0], at_ms);
		killed = rng_below(rng, 4) == 0;
		break;
	case 2:
	case 3:
		stop_at(farm, &stops[0], at_ms);
		stop_at(farm, &stops[1], at_ms + (int64_t)rng_below(rng, 500));
		killed = rng_below(rng, 4) == 0;
		break;
	case 4:
		farm->options.run_timeout_ms = at_ms;
		killed = rng_below(rng, 4) == 0;
		break;
	default:
		break;
	}
	if (killed)
		farm_run_until(farm, at_ms + (int64_t)rng_below(rng, 300));
	else
		farm_run(farm);
	for (size_t i = 0; i < 2; i++)
		exec_timer_stop(farm->executor, &stops[i]);
	farm->options.run_timeout_ms = -1;
	farm->options.max_failures = -1;
	farm->options.one_host_first = false;
}

/* What is true after every process that came to an end, however it did. */
static void check_part(struct farm *farm)
{
	if (seed_count == 1)
		(void)printf("%s%s%sexit %d %s\n%s", strbuf_text(&farm->journal_bytes),
			     strbuf_text(&farm->state), farm_picture(farm),
			     farm->record.run.exit_code, farm->record.run.stopped_by,
			     strbuf_text(&farm->warnings));
	farm_check_truth(farm);
	check_asked_once(farm);
	if (farm->options.notify.text) {
		farm_check_courtesy(farm, false);
		farm_check_untold(farm);
	}
	if (farm->options.max_sessions >= 0)
		assert_true(selected_in_all(farm) <= farm->options.max_sessions);
}

/* A run that is settled: its journal tells what its record has told. */
static void check_settled(const struct rep_record *told, const struct rep_record *read)
{
	for (size_t i = 0; i < told->host_count; i++) {
		const struct rep_host *a = &told->hosts[i], *b = &read->hosts[i];

		if (b->outcome ? a->outcome != b->outcome : a->outcome != REP_HOST_NOT_ATTEMPTED)
			fail_msg("%s was %s and is settled as %s", a->name,
				 rep_host_outcome_name((enum rep_host_outcome)a->outcome),
				 rep_host_outcome_name((enum rep_host_outcome)b->outcome));
		assert_int_equal(a->session_count, b->session_count);
		assert_int_equal(a->drain_after, b->drain_after);
		for (uint32_t k = 0; k < a->session_count; k++) {
			uint8_t was = a->sessions[k].outcome, is = b->sessions[k].outcome;

			if (is ? was != is : was != REP_SESSION_NOT_ATTEMPTED)
				fail_msg("%s session %u was %s and is settled as %s", a->name,
					 (unsigned)a->sessions[k].id,
					 rep_session_outcome_name((enum rep_session_outcome)was),
					 rep_session_outcome_name((enum rep_session_outcome)is));
		}
	}
}

static void make_scenario(struct strbuf *scenario, uint64_t *rng)
{
	static const char *const faults[] = {
		"",
		"{\"call\": \"logoff\", \"error\": 1726, \"times\": 1}",
		"{\"call\": \"logoff\", \"session\": 2, \"swap_user\": \"CORP\\\\mallory\"}",
		"{\"call\": \"logoff\", \"error\": 5, \"times\": 1}",
		"{\"call\": \"logoff\", \"delay_ms\": 300}",
		"{\"call\": \"logoff\", \"delay_ms\": 2500, \"times\": 1}",
		"{\"call\": \"logoff\", \"hang\": true, \"times\": 1}",
		"{\"call\": \"open\", \"error\": 1326, \"times\": 1}",
		"{\"call\": \"open\", \"error\": 1722, \"times\": 4}",
		"{\"call\": \"enumerate\", \"delay_ms\": 700}",
		"{\"call\": \"message\", \"error\": 1726, \"times\": 1}",
		"{\"call\": \"message\", \"delay_ms\": 300}",
		"{\"call\": \"message\", \"delay_ms\": 2500, \"times\": 1}",
		"{\"call\": \"message\", \"error\": 5, \"times\": 1}",
		"{\"call\": \"disconnect\", \"error\": 1726, \"times\": 1}",
		"{\"call\": \"disconnect\", \"delay_ms\": 2500, \"times\": 1}",
		"{\"call\": \"drain\", \"delay_ms\": 200}",
		"{\"call\": \"drain\", \"error\": 1726, \"times\": 1}",
		"{\"call\": \"drain\", \"delay_ms\": 1, \"times\": 2}, {\"call\": \"drain\", "
		"\"delay_ms\": 1500, \"times\": 1}",
		"{\"call\": \"drain\", \"delay_ms\": 1, \"times\": 2}, {\"call\": \"drain\", "
		"\"delay_ms\": 2500, \"times\": 1}",
		"{\"call\": \"drain\", \"delay_ms\": 1, \"times\": 4}, {\"call\": \"drain\", "
		"\"error\": 5, \"times\": 1}",
	};

	strbuf_adds(scenario, "\"hosts\": {");
	for (unsigned i = 1; i <= 4; i++)
		strbuf_addf(scenario,
			    "%s\"h%u\": {\"sessions\": [{\"id\": 2, \"user\": \"CORP\\\\a\"}, "
			    "{\"id\": 3, \"user\": "
			    "\"CORP\\\\b\", \"returns_after_ms\": %u}, {\"id\": 4, \"user\": "
			    "\"CORP\\\\c\", "
			    "\"leaves_after_ms\": %u}], \"faults\": [%s]}",
			    i > 1 ? ", " : "", i, (unsigned)rng_below(rng, 3000),
			    (unsigned)rng_below(rng, 4000),
			    faults[rng_below(rng, sizeof(faults) / sizeof(*faults))]);
	strbuf_adds(scenario, "}");
}

/* The next process of that run; NULL: there is nothing to go on with. Takes `before`. */
static struct farm *next_part(struct farm *before, uint64_t *rng)
{
	size_t lost, durable = farm_durable(before, &lost);
	struct farm *farm = NULL;

	if (durable) { /* else not even the first line: the administrator starts again */
		farm = malloc(sizeof(*farm));
		assert_non_null(farm);
		farm_init_resumed(farm, before, durable + (size_t)rng_below(rng, lost + 1));
		farm->sync_us = before->sync_us;
		if (before->finished && farm->read.ended && farm->read.settled)
			check_settled(&before->record,
				      farm->options.resume ? &farm->record : &farm->read.record);
	}
	farm_release(before);
	free(before);
	return farm;
}

static void crash_and_resume(uint64_t seed)
{
	struct farm *farm = malloc(sizeof(*farm));
	struct strbuf scenario;
	uint64_t rng = seed;
	unsigned parts = 1 + (unsigned)rng_below(&rng, 4);

	assert_non_null(farm);
	strbuf_init(&scenario);
	make_scenario(&scenario, &rng);
	farm_init(farm, "h[1:4]", strbuf_text(&scenario));
	farm_settings(farm, &rng);
	while (farm && !(farm->read.settled && farm->read.ended)) {
		farm_keep_journal(farm);
		if (parts) {
			parts--;
			run_part(farm, &rng);
		} else {
			farm_run(farm);
		}
		if (farm->finished)
			check_part(farm);
		if (farm->finished && !parts)
			break;
		farm = next_part(farm, &rng);
	}
	if (farm) {
		farm_release(farm);
		free(farm);
	}
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
		cmocka_unit_test(journal__declined__tells_the_same_of_hosts),
		cmocka_unit_test(resume__interrupted_at_once__says_who_still_waits),
		cmocka_unit_test(resume__killed_while_warning__who_may_have_been_warned_counts),
		cmocka_unit_test(resume__stopped_after_an_intent__who_was_warned_still_waits),
		cmocka_unit_test(resume__message_not_come_to__in_doubt),
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
