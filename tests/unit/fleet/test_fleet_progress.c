/* test_fleet_progress.c - the picture of a run, at any moment, is what a walk through the record would give. */
#include "farm.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_US 37000 /* virtual time between looks: falls into the middle of things */

struct watcher {
	struct exec_timer timer; /* first */
	struct farm *farm;
	unsigned looks, looks_in[FLEET_FINISHED + 1];
	unsigned slow_seen, pause_seen;
	unsigned grace_seen;
	int64_t longest_grace_ms, longest_act_ms;
	uint32_t most_in_grace;
	uint32_t most_in_flight;
	bool hang_was_first; /* while others were being worked on */
};

static void walk(const struct rep_record *record, struct fleet_progress *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < record->host_count; i++) {
		const struct rep_host *host = &record->hosts[i];

		ret->hosts_by[host->outcome]++;
		ret->sessions += host->session_count;
		for (uint32_t k = 0; k < host->session_count; k++) {
			ret->sessions_by[host->sessions[k].outcome]++;
			ret->sessions_selected += host->sessions[k].selected;
		}
	}
}

static void assert_same(const struct fleet_progress *seen, const struct rep_record *record)
{
	struct fleet_progress walked;

	walk(record, &walked);
	assert_memory_equal(seen->hosts_by, walked.hosts_by, sizeof(walked.hosts_by));
	assert_memory_equal(seen->sessions_by, walked.sessions_by, sizeof(walked.sessions_by));
	assert_int_equal(seen->sessions, walked.sessions);
	assert_int_equal(seen->sessions_selected, walked.sessions_selected);
}

static void look(struct exec_timer *timer)
{
	struct watcher *watcher = (struct watcher *)(void *)timer;
	struct farm *farm = watcher->farm;
	struct fleet_progress seen;

	fleet_progress(farm->fleet, &seen);
	assert_same(&seen, &farm->record);
	watcher->looks++;
	watcher->looks_in[seen.phase]++;
	watcher->pause_seen += seen.pause_left_ms >= 0;
	watcher->grace_seen += seen.grace_left_ms >= 0;
	if (seen.grace_left_ms > watcher->longest_grace_ms)
		watcher->longest_grace_ms = seen.grace_left_ms;
	if (seen.phase == FLEET_ACT && seen.phase_ms > watcher->longest_act_ms)
		watcher->longest_act_ms = seen.phase_ms;
	if (seen.hosts_in_grace > watcher->most_in_grace)
		watcher->most_in_grace = seen.hosts_in_grace;
	if (seen.in_flight > watcher->most_in_flight)
		watcher->most_in_flight = seen.in_flight;
	for (size_t i = 0; i < seen.slow_count; i++) {
		assert_true(seen.slow[i].age_ms >= 0);
		assert_true(!i || seen.slow[i - 1].age_ms >= seen.slow[i].age_ms);
		watcher->slow_seen++;
	}
	if (seen.slow_count && strcmp(seen.slow[0].name, "h5") == 0 && seen.slow[0].age_ms > 5000)
		watcher->hang_was_first = true;
	if (seen.phase != FLEET_FINISHED)
		(void)exec_timer_set(farm->executor, timer, exec_now_us(farm->executor) + LOOK_US);
}

static void watch(struct farm *farm, struct watcher *watcher)
{
	memset(watcher, 0, sizeof(*watcher));
	watcher->timer.fire = look;
	watcher->farm = farm;
	farm_start(farm);
	(void)exec_timer_set(farm->executor, &watcher->timer, exec_now_us(farm->executor));
	farm_finish(farm);
	exec_timer_stop(farm->executor, &watcher->timer);
}

#define TROUBLED                                                                                   \
	"\"defaults\": {\"sessions\": {\"min\": 3, \"max\": 9}}, \"hosts\": {"                     \
	"\"h5\": {\"faults\": [{\"call\": \"enumerate\", \"hang\": true}]}, "                      \
	"\"h7\": {\"faults\": [{\"call\": \"open\", \"error\": 5}]}, "                             \
	"\"h8\": {\"faults\": [{\"call\": \"open\", \"error\": 5}]}, "                             \
	"\"h9\": {\"faults\": [{\"call\": \"logoff\", \"error\": 5}]}, "                           \
	"\"h11\": {\"faults\": [{\"call\": \"probe\", \"hang\": true}]}, "                         \
	"\"h12\": {\"faults\": [{\"call\": \"logoff\", \"ignored\": true}]}}"

static void progress__troubled_run__is_right_at_every_moment(void **state)
{
	static const struct fleet_wave waves[] = { { 5, false }, { 50, true } };
	struct watcher watcher;
	struct fleet_progress last;
	struct farm farm;

	(void)state;
	farm_init(&farm, "h[1:40]", TROUBLED);
	farm.options.concurrency = 8;
	farm.options.pool_threads = 24;
	farm.options.waves = waves;
	farm.options.wave_count = 2;
	farm.options.wave_pause_ms = 2000;
	watch(&farm, &watcher);
	assert_in_range(watcher.looks_in[FLEET_SURVEY], 100, 100000);
	assert_in_range(watcher.looks_in[FLEET_ACT], 100, 100000);
	assert_true(watcher.pause_seen > 10);
	assert_true(watcher.hang_was_first);
	assert_in_range(watcher.most_in_flight, 8, 40);
	fleet_progress(farm.fleet, &last);
	assert_same(&last, &farm.record);
	assert_int_equal(last.in_flight, 0);
	assert_int_equal(last.slow_count, 0);
	farm_release(&farm);
}

static void progress__errors__folded_and_the_latest_first(void **state)
{
	struct fleet_progress seen;
	struct farm farm;

	(void)state;
	farm_init(&farm, "h[1:20]", TROUBLED);
	farm_start(&farm);
	fleet_progress(farm.fleet, &seen);
	assert_int_equal(seen.trouble_count, 0);
	farm_finish(&farm);
	fleet_progress(farm.fleet, &seen);
	assert_in_range(seen.trouble_kinds, 4, 6);
	assert_int_equal(seen.trouble_count, FLEET_TROUBLE_MAX);
	for (size_t i = 0; i < seen.trouble_count; i++) {
		const char *name = farm_error(&farm, seen.troubles[i].kind);

		if (strcmp(farm.record.kinds[seen.troubles[i].kind].api, "WTSOpenServerEx") == 0)
			assert_int_equal(seen.troubles[i].hosts, 2);
		assert_true(*name);
	}
	farm_release(&farm);
}

static void progress__nobody_looks__nothing_is_kept(void **state)
{
	struct fleet_progress seen;
	struct farm farm;

	(void)state;
	farm_init(&farm, "h[1:20]", TROUBLED);
	farm_run(&farm);
	fleet_progress(farm.fleet, &seen); /* the first look, after everything */
	assert_same(&seen, &farm.record);
	farm_release(&farm);
}

static void progress__stopped__counts_what_was_not_attempted(void **state)
{
	struct watcher watcher;
	struct fleet_progress last;
	struct farm farm;

	(void)state;
	farm_init(&farm, "h[1:40]", TROUBLED);
	farm.options.concurrency = 4;
	farm.options.max_failures = 1;
	watch(&farm, &watcher);
	fleet_progress(farm.fleet, &last);
	assert_same(&last, &farm.record);
	assert_int_equal(last.stop, FLEET_STOP_MAX_FAILURES);
	farm_release(&farm);
}

/* A grace is a rest: the hosts in it hold up nobody, neither while it lasts nor right after it. */
static void progress__grace__is_counted_down_and_nobody_is_slow(void **state)
{
	struct watcher watcher;
	struct farm farm;

	(void)state;
	farm_init(&farm, "h[1:12]",
		  "\"defaults\": {\"sessions\": {\"min\": 3, \"max\": 3}, \"disconnected\": 0}");
	farm.options.notify.text = "going down";
	farm.options.notify.grace_ms = 60000;
	farm.options.notify.again_ms = -1;
	watch(&farm, &watcher);
	assert_in_range(watcher.grace_seen, 1000, 100000);
	assert_in_range(watcher.longest_grace_ms, 55000, 60000);
	assert_int_equal(watcher.most_in_grace, 12);
	assert_in_range(watcher.longest_act_ms, 100,
			30000); /* what is left is guessed without the grace */
	assert_in_range(watcher.slow_seen, 0, 0);
	farm_release(&farm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(progress__troubled_run__is_right_at_every_moment),
		cmocka_unit_test(progress__errors__folded_and_the_latest_first),
		cmocka_unit_test(progress__nobody_looks__nothing_is_kept),
		cmocka_unit_test(progress__stopped__counts_what_was_not_attempted),
		cmocka_unit_test(progress__grace__is_counted_down_and_nobody_is_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
