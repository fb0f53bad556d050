/* Runs that are killed at any moment, stopped, stopped twice, turned down, out of time or without a journal, and go on, on
 * the virtual executor: after every process that came to an end the record tells the truth, nobody is asked twice, and
 * a journal that is settled tells what the report has told.
 *
 *   test_fleet_crashes [FIRST_SEED [COUNT]]      a failing seed is printed and runs again alone
 */
#include "farm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

static uint64_t first_seed = 1, seed_count = 1500, running;

static void farm_settings(struct farm *farm, uint64_t *rng)
{
	static const struct fleet_wave waves[] = { { 1, false }, { 50, true } };

	farm->options.concurrency = (unsigned)rng_below(rng, 6) + 1;
	farm->options.pool_threads = farm->options.concurrency + 1 + (unsigned)rng_below(rng, 4);
	farm->options.call_timeout_ms = 2000;
	farm->options.verify_timeout_ms = 4000;
	farm->options.drain = (enum fleet_drain)rng_below(rng, FLEET_DRAIN_KEEP + 1);
	farm->options.drain_failed = (enum fleet_failed)rng_below(rng, FLEET_FAILED_ABORT + 1);
	farm->sync_us = (int64_t)rng_below(rng, 20000);
	farm->options.sweeps = (uint32_t)rng_below(rng, 4);
	farm->options.look_again = rng_below(rng, 3) == 0;
	farm->options.retries = (unsigned)rng_below(rng, 3);
	farm->options.retry_delay_ms = 1 + (int64_t)rng_below(rng, 1000);
	farm->options.wait = rng_below(rng, 6) == 0;
	if (rng_below(rng, 4) == 0)
		farm->options.max_closing = 1 + (int64_t)rng_below(rng, 4);
	if (rng_below(rng, 3) == 0) {
		farm->options.waves = waves;
		farm->options.wave_count = 2;
		farm->options.wave_pause_ms = (int64_t)rng_below(rng, 300);
	}
	for (size_t i = 0; i < farm->host_count; i++)
		if (rng_below(rng, 8) == 0)
			(void)farm_set_drain(
				farm, farm->hosts[i].name,
				(enum session_drain)rng_below(rng, SESSION_DRAIN_ON + 1));
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
		if (rng_below(rng, 3) == 0)
			farm->options.notify.again_ms = (int64_t)rng_below(rng, 1000);
		farm->options.notify.disconnected = rng_below(rng, 2);
		farm->options.notify.failed = (enum fleet_failed)rng_below(rng, 3);
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
	static const enum fleet_stop signals[] = { FLEET_STOP_SIGINT, FLEET_STOP_SIGTERM,
						   FLEET_STOP_SIGHUP };
	enum fleet_stop reason;
	int64_t at_ms = moment_ms(farm, rng);
	bool killed = true;

	farm->options.seed = rng_next(rng);
	reason = signals[farm->options.seed % 3];
	farm->answer = rng_below(rng, 5) != 0;
	farm->fail_sync = rng_below(rng, 8) ? 0 : farm->syncs + 1 + (unsigned)rng_below(rng, 20);
	farm->options.max_failures = rng_below(rng, 6) ? -1 : (int64_t)rng_below(rng, 2);
	farm->options.one_host_first = rng_below(rng, 4) == 0;
	switch (rng_below(rng, 8)) {
	case 0:
	case 1:
		farm_stop_at(farm, at_ms, reason);
		killed = rng_below(rng, 4) == 0;
		break;
	case 2:
	case 3:
		farm_stop_at(farm, at_ms, reason);
		farm_stop_at(farm, at_ms + (int64_t)rng_below(rng, 500), reason);
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
			    "%s\"h%u\": {\"sessions\": [{\"id\": 2, \"user\": \"CORP\\\\a\"%s}, "
			    "{\"id\": 3, \"user\": "
			    "\"CORP\\\\b\", \"returns_after_ms\": %u}, {\"id\": 4, \"user\": "
			    "\"CORP\\\\c\", "
			    "\"leaves_after_ms\": %u}], \"faults\": [%s]}",
			    i > 1 ? ", " : "", i,
			    rng_below(rng, 4) ? "" : ", \"state\": \"disconnected\"",
			    (unsigned)rng_below(rng, 3000), (unsigned)rng_below(rng, 4000),
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
		cmocka_unit_test(resume__killed_at_any_moment__record_matches_the_fleet),
	};
	int failed;

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		seed_count = strtoull(argv[2], NULL, 10);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (running)
		(void)fprintf(stderr, "test_fleet_crashes: the seed was %llu\n",
			      (unsigned long long)running);
	return failed;
}
