/* `--drain` in runs that do not get to their end: interrupted, refused, killed and resumed. A host
 * ends in the mode it was in, or the record says that it is not. */
#include "drain_farm.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

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

/* No host refuses logons, in truth. */
static void assert_doors_open(struct farm *farm)
{
	for (size_t i = 0; i < farm->record.host_count; i++)
		assert_int_equal(farm_drain_at(farm, farm->record.hosts[i].name,
					       exec_wall_ms(farm->executor)),
				 SESSION_DRAIN_OFF);
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
		drain_for_run(&farm);
		set_interrupts(&farm, &timer, 1, at_ms);
		farm_run(&farm);
		ended = farm.record.run.exit_code == 0;
		if (!ended)
			assert_int_equal(farm.record.run.exit_code, 130);
		for (size_t i = 0; i < farm.record.host_count; i++)
			assert_false(is_owed(&farm.record.hosts[i]));
		assert_doors_open(&farm);
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
			drain_for_run(&farm);
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
	drain_for_run(&farm);
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
			assert_doors_open(farm);
		assert_non_null(strstr(strbuf_text(&farm->journal_bytes), "\"settled\":true"));
	}
	farm_release(farm);
	free(farm);
}

static void crash__any_moment__resume_opens_the_doors(void **state)
{
	static void (*const sets[])(struct farm *) = { drain_for_run, drain_keep, drain_turn_on };

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
			crash_at(at_ms, again_ms, drain_for_run, WINDOW, &settled);
}

/* What a process has asked before it was killed may get there when it is gone. */
static void crash__set_on_its_way__waited_for(void **state)
{
	static const char scenario[] =
		HOSTS(FAULTS("h1", ALICE, AFTER(2, "\"delay_ms\": 3000, \"times\": 1")));
	bool settled = false;

	(void)state;
	for (int64_t at_ms = 300; at_ms < 1200; at_ms += 50)
		crash_at(at_ms, -1, drain_for_run, scenario, &settled);
}

/* What is still owed when the run goes on */

/* A whole run of `--drain run` with a journal. */
static void run_journaled(struct farm *farm, const char *hosts, const char *scenario)
{
	farm_init(farm, hosts, scenario);
	drain_for_run(farm);
	farm_keep_journal(farm);
	farm_run(farm);
}

/* The run that goes on with the journal of `before`, up to its start. */
static void go_on(struct farm *farm, struct farm *before)
{
	farm_init_resumed(farm, before, farm_durable(before, NULL));
	farm_keep_journal(farm);
}

/* A failed restore is not settled: resume tries again. */
static void restore__failed__resume_tries_again(void **state)
{
	struct farm before, farm;

	(void)state;
	run_journaled(&before, "h[1:2]",
		      HOSTS(FAULTS("h1", ALICE,
				   AFTER(4, "\"error\": 5, \"times\": 1")) "," PLAIN("h2", BOB)));
	assert_int_equal(before.record.run.exit_code, 1);
	assert_non_null(strstr(strbuf_text(&before.journal_bytes), "\"settled\":false"));
	go_on(&farm, &before);
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
		drain_for_run(&before);
		farm_keep_journal(&before);
		farm_run_until(&before, at_ms += 5);
	} while (!strstr(strbuf_text(&before.state), "\"mode\":\"on\""));
	assert_null(strstr(strbuf_text(&before.state), "\"logoff\""));
	before.scenario_text =
		HOSTS(FAULTS("h1", ALICE, "{\"call\": \"enumerate\", \"error\": 5}"));
	go_on(&farm, &before);
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
	run_journaled(&before, "h1",
		      HOSTS(FAULTS("h1", ALICE, AFTER(4, "\"error\": 5, \"times\": 1"))));
	go_on(&farm, &before);
	farm.answer = false;
	farm_run(&farm);
	assert_int_equal(farm.record.run.exit_code, 5);
	assert_int_equal(farm_drain_at(&farm, "h1", exec_wall_ms(farm.executor)), SESSION_DRAIN_ON);
	assert_null(strstr(strbuf_text(&farm.journal_bytes), "\"settled\":true"));
	farm_check_truth(&farm);
	farm_release(&farm);
	farm_release(&before);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
