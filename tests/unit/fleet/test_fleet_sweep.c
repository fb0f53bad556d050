/* Sweeps on the virtual executor: after the act the fleet is surveyed again, and who has logged on
 * meanwhile is logged off too, or at least told. */
#include "farm.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define ALICE "{\"id\": 2, \"user\": \"CORP\\\\alice\", \"returns_after_ms\": 700}"
#define BOB   "{\"id\": 3, \"user\": \"CORP\\\\bob\"}"
#define CAROL "{\"id\": 2, \"user\": \"CORP\\\\carol\"}"
#define LATE                                                                                       \
	"{\"call\": \"open\", \"delay_ms\": 1500}" /* so that the others are surveyed again later */
#define H1	  "\"h1\": {\"sessions\": [" ALICE ", " BOB "]}"
#define H2	  "\"h2\": {\"sessions\": [" CAROL "], \"faults\": [" LATE "]}"
#define TWO_HOSTS "\"hosts\": {" H1 ", " H2 "}"

static void sweeps(struct farm *farm, uint32_t count)
{
	farm->options.sweeps = count;
	farm->options.verify_timeout_ms = 20000;
}

static void once(struct farm *farm)
{
	sweeps(farm, 1);
}

static void once_and_look(struct farm *farm)
{
	sweeps(farm, 1);
	farm->options.look_again = true;
}

static void ten_times(struct farm *farm)
{
	sweeps(farm, 10);
}

static void look(struct farm *farm)
{
	farm->options.look_again = true;
}

static void dry(struct farm *farm)
{
	ten_times(farm);
	farm->options.look_again = true;
	farm->options.dry_run = true;
}

static void three_in_all(struct farm *farm)
{
	once(farm);
	farm->options.max_sessions = 3;
}

static void four_in_all(struct farm *farm)
{
	once(farm);
	farm->options.max_sessions = 4;
}

static void only_idle(struct farm *farm)
{
	once(farm);
	farm->selection.all = false;
	farm->selection.min_idle_ms = 60000;
}

static void spare_carol(struct farm *farm)
{
	static struct selection_pattern protect[1] = { { "carol", 0 } };

	once(farm);
	farm->selection.protect = protect;
	farm->selection.protect_count = 1;
}

static uint32_t sweeps_made(struct farm *farm)
{
	struct fleet_progress progress;

	fleet_progress(farm->fleet, &progress);
	return progress.sweep;
}

static void check_one_sweep(struct farm *farm)
{
	assert_int_equal(sweeps_made(farm), 1);
	assert_int_equal(farm->gates, 1);
}

static void check_carol_spared(struct farm *farm)
{
	assert_reason(farm_row(farm, "h2", 2), "protected");
	assert_true(farm_present(farm, "h2", 2, "carol"));
	check_one_sweep(farm);
}

static void waves_of_one(struct farm *farm)
{
	static const struct fleet_wave waves[] = { { 1, false } };

	once(farm);
	farm->options.waves = waves;
	farm->options.wave_count = 1;
}

static void check_waves(struct farm *farm)
{
	assert_int_equal(farm_host(farm, "h2")->wave, 2);
	assert_int_equal(farm_host(farm, "h1")->wave, 3);
	assert_int_equal(farm->gates, 1);
	/* of the wave that is told, which was not its first */
	assert_true(farm_host(farm, "h1")->acted_at_ms > farm_host(farm, "h2")->ended_at_ms);
	assert_true(farm_host(farm, "h1")->ended_at_ms > farm_host(farm, "h1")->acted_at_ms);
}

static void check_ten_sweeps(struct farm *farm)
{
	assert_int_equal(sweeps_made(farm), 10);
}

static void check_no_sweep(struct farm *farm)
{
	assert_int_equal(sweeps_made(farm), 0);
}

static void check_asked_about_sweeps(struct farm *farm)
{
	assert_int_equal(farm->plan.sweeps, 1);
	check_one_sweep(farm);
}

static const struct farm_row rows[] = {
	{ .name = "sweep__comeback__logged_off_too",
	  .hosts = "h[1:2]",
	  .scenario = TWO_HOSTS,
	  .set = once,
	  .exit_code = 0,
	  .stopped_by = "",
	  .picture = "h1 succeeded: 2 alice logged_off; 3 bob logged_off; 4 alice logged_off\n"
		     "h2 succeeded: 2 carol logged_off\n",
	  .check = check_asked_about_sweeps },
	{ .name = "sweep__comeback_after_the_last__told_by_the_last_look",
	  .hosts = "h[1:2]",
	  .scenario = TWO_HOSTS,
	  .set = once_and_look,
	  .exit_code = 0,
	  .stopped_by = "",
	  .picture = "h1 succeeded: 2 alice logged_off; 3 bob logged_off; 4 alice logged_off\n"
		     "h2 succeeded: 2 carol logged_off\n" },
	{ .name = "sweep__nobody_came__ends_early",
	  .hosts = "h1",
	  .scenario = "\"hosts\": {\"h1\": {\"sessions\": [" BOB "]}}",
	  .set = ten_times,
	  .exit_code = 0,
	  .stopped_by = "",
	  .picture = "h1 succeeded: 3 bob logged_off\n",
	  .check = check_one_sweep },
	{ .name = "sweep__who_comes_again_and_again__so_often_at_most",
	  .hosts = "h1",
	  .scenario = "\"defaults\": {\"logoff_takes_ms\": 10}, \"hosts\": {\"h1\": {\"sessions\": "
		      "[{\"id\": 2, \"user\": \"CORP\\\\alice\", \"returns_after_ms\": 1}]}}",
	  .set = ten_times,
	  .exit_code = 1,
	  .stopped_by = "",
	  .check = check_ten_sweeps },
	{ .name = "sweep__host_that_was_down__acted_on_and_reached",
	  .hosts = "h[1:2]",
	  .scenario =
		  "\"hosts\": {\"h1\": {\"sessions\": [" BOB "]}, \"h2\": {\"sessions\": [" CAROL
		  "], \"faults\": [{\"call\": \"probe\", \"refused\": true, \"times\": 1}]}}",
	  .set = once,
	  .exit_code = 0,
	  .stopped_by = "",
	  .picture = "h1 succeeded: 3 bob logged_off\nh2 succeeded: 2 carol logged_off\n" },
	{ .name = "sweep__host_that_cannot_be_asked_again__not_done",
	  .hosts = "h[1:2]",
	  .scenario =
		  "\"hosts\": {\"h1\": {\"sessions\": [" BOB "]}, \"h2\": {\"sessions\": [" CAROL
		  "], \"faults\": [{\"call\": \"logoff\", \"ignored\": true}, {\"call\": "
		  "\"enumerate\", \"error\": 5, \"times\": 1}]}}",
	  .set = once,
	  .exit_code = 1,
	  .stopped_by = "" },
	{ .name = "sweep__more_than_max_sessions_in_all__left_alone",
	  .hosts = "h[1:2]",
	  .scenario = TWO_HOSTS,
	  .set = three_in_all,
	  .exit_code = 1,
	  .stopped_by = "",
	  .picture = "h1 partial: 2 alice returned; 3 bob logged_off; 4 alice "
		     "not_attempted/max_sessions\n"
		     "h2 succeeded: 2 carol logged_off\n",
	  .check = check_one_sweep },
	{ .name = "sweep__as_many_as_max_sessions__logged_off",
	  .hosts = "h[1:2]",
	  .scenario = TWO_HOSTS,
	  .set = four_in_all,
	  .exit_code = 0,
	  .stopped_by = "" },
	{ .name = "sweep__comeback_that_does_not_match__returned",
	  .hosts = "h[1:2]",
	  .scenario =
		  "\"hosts\": {\"h1\": {\"sessions\": [{\"id\": 2, \"user\": \"CORP\\\\alice\", "
		  "\"returns_after_ms\": 700, \"idle_s\": 90}]}, "
		  "\"h2\": {\"sessions\": [{\"id\": 2, \"user\": \"CORP\\\\carol\", \"idle_s\": "
		  "90}], \"faults\": [" LATE "]}}",
	  .set = only_idle,
	  .exit_code = 1,
	  .stopped_by = "",
	  .picture = "h1 failed: 2 alice returned; 3 alice skipped/new\n"
		     "h2 succeeded: 2 carol logged_off\n" },
	{ .name = "sweep__protected__stays_protected",
	  .hosts = "h[1:2]",
	  .scenario = TWO_HOSTS,
	  .set = spare_carol,
	  .exit_code = 0,
	  .stopped_by = "",
	  .check = check_carol_spared },
	{ .name = "sweep__waves__go_on_counting",
	  .hosts = "h[1:2]",
	  .scenario = TWO_HOSTS,
	  .set = waves_of_one,
	  .exit_code = 0,
	  .stopped_by = "",
	  .check = check_waves },
	{ .name = "sweep__dry_run__surveys_once",
	  .hosts = "h[1:2]",
	  .scenario = TWO_HOSTS,
	  .set = dry,
	  .exit_code = 0,
	  .stopped_by = "",
	  .picture =
		  "h1 succeeded: 2 alice planned; 3 bob planned\nh2 succeeded: 2 carol planned\n",
	  .check = check_no_sweep },
	{ .name = "look_again__comeback_on_a_host_that_was_through__returned",
	  .hosts = "h[1:2]",
	  .scenario = TWO_HOSTS,
	  .set = look,
	  .exit_code = 1,
	  .stopped_by = "",
	  .picture = "h1 partial: 2 alice returned; 3 bob logged_off; 4 alice skipped/new\n"
		     "h2 succeeded: 2 carol logged_off\n" },
	{ .name = "look_again__nobody_came__done",
	  .hosts = "h1",
	  .scenario = "\"hosts\": {\"h1\": {\"sessions\": [" BOB "]}}",
	  .set = look,
	  .exit_code = 0,
	  .stopped_by = "",
	  .picture = "h1 succeeded: 3 bob logged_off\n" },
};

int main(void)
{
	return farm_run_table("sweep", rows, COUNT(rows));
}
