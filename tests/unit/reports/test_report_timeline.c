/* The timeline of the HTML report: bars of few hosts, slices of many, and times that cannot be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "utc.h"

#define T0	   INT64_C(1767304800000) /* 2026-01-01T22:00:00Z */
#define RUN_MS	   100000
#define PLOT_LEFT  170.0 /* where T0 is, */
#define PLOT_RIGHT 985.0 /* and the end of the run */
#define MANY	   10000
#define SVG_BYTES  30000 /* of a timeline, at most, however many hosts there are */

static struct rep_record record;
static struct strbuf page;

static void begin(size_t host_count)
{
	assert_int_equal(rep_record_init(&record, host_count), 0);
	record.run.id = "r";
	record.run.command = "logoff";
	record.run.started_at_ms = T0;
	record.run.finished_at_ms = T0 + RUN_MS;
	strbuf_init(&page);
}

static struct rep_host *host_at(size_t i, uint32_t wave, int64_t from_ms, int64_t to_ms)
{
	struct rep_host *host = &record.hosts[i];
	char name[32];

	(void)snprintf(name, sizeof(name), "h%zu", i);
	host->name = arena_strdup(&host->arena, name);
	assert_non_null(host->name);
	host->outcome = REP_HOST_SUCCEEDED;
	host->wave = wave;
	host->acted_at_ms = T0 + from_ms;
	host->ended_at_ms = T0 + to_ms;
	return host;
}

/* The timeline's section; NULL where the page has none. */
static char *write_timeline(void)
{
	char *from, *to;

	assert_int_equal(test_write(&record, REP_FORMAT_HTML, &page), 0);
	from = strstr(page.data, "id=\"timeline-title\"");
	to = from ? strstr(from, "</section>") : NULL;
	if (to)
		*to = '\0';
	return from;
}

static void end(void)
{
	strbuf_release(&page);
	rep_record_release(&record);
}

/* The place of a time, from the run's beginning on, as it is written. */
static const char *place(int64_t ms)
{
	static char text[32];

	(void)snprintf(text, sizeof(text), "x=\"%.1f\"",
		       PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * (double)ms / RUN_MS);
	return text;
}

static void assert_has(const char *timeline, const char *text)
{
	assert_non_null(timeline);
	if (!strstr(timeline, text))
		fail_msg("'%s' is not in: %s", text, timeline);
}

static void timeline__few_hosts__a_bar_each(void **state)
{
	const char *timeline;

	(void)state;
	begin(4);
	(void)host_at(0, 2, 50000, 90000);
	host_at(1, 1, 20000, 30000)->outcome = REP_HOST_PARTIAL;
	host_at(2, 2, 50000, 70000)->outcome = REP_HOST_FAILED;
	(void)host_at(3, 0, 0, 0);
	record.hosts[3].acted_at_ms = record.hosts[3].ended_at_ms = UTC_UNKNOWN;
	timeline = write_timeline();
	assert_has(timeline, "<title>survey and question: 20.0 s</title>");
	assert_has(timeline, "<title>h1: partial, 22:00:20 to 22:00:30, 10.0 s</title>");
	assert_has(timeline, "<title>h0: succeeded, 22:00:50 to 22:01:30, 40.0 s</title>");
	assert_has(timeline, "<rect class=\"doubt\"");
	assert_has(timeline, "<rect class=\"bad\"");
	assert_has(timeline, place(20000));
	assert_has(timeline, place(50000));
	/* wave by wave, and in a wave by their beginning, then by name */
	assert_true(strstr(timeline, "<title>h1") < strstr(timeline, ">wave 2<"));
	assert_true(strstr(timeline, ">wave 2<") < strstr(timeline, "<title>h0"));
	assert_true(strstr(timeline, "<title>h0") < strstr(timeline, "<title>h2"));
	assert_null(strstr(timeline, "h3")); /* it did not act */
	/* for a screen reader */
	assert_has(timeline, "role=\"img\"");
	assert_has(timeline, "wave 2: 2 hosts, 22:00:50 to 22:01:30, 1 succeeded.");
	end();
}

static void timeline__nobody_acted__none(void **state)
{
	(void)state;
	begin(2);
	record.hosts[0].wave = 1; /* of a version that kept no times */
	record.hosts[0].outcome = REP_HOST_SUCCEEDED;
	assert_null(write_timeline());
	end();
	begin(1);
	(void)host_at(0, 1, 1, 2);
	record.run.finished_at_ms = UTC_UNKNOWN;
	assert_null(write_timeline());
	end();
}

static void timeline__some_without_times__counted(void **state)
{
	(void)state;
	begin(2);
	(void)host_at(0, 1, 10000, 20000);
	host_at(1, 1, 0, 0)->acted_at_ms = UTC_UNKNOWN;
	assert_has(write_timeline(), "Without times, and so not shown: 1 host.");
	end();
}

static void timeline__hostile_name__stays_text_and_is_cut(void **state)
{
	const char *timeline;

	(void)state;
	begin(1);
	host_at(0, UINT32_MAX, 10000, 20000)->name = "<script>alert('a very long name')</script>";
	timeline = write_timeline();
	assert_null(strstr(timeline, "<script"));
	assert_has(timeline, "\">&lt;script&gt;alert(");
	assert_has(timeline, "wave 4294967295");
	assert_has(timeline, "waves 25 to 4294967295: 1 host");
	end();
}

/* A clock that was set back, a report that lies: within the run, and never backwards. */
static void timeline__times_outside_of_the_run__kept_inside(void **state)
{
	static const int64_t times[][2] = {
		{ 90000, 10000 },
		{ -T0, RUN_MS * 2 },
		{ INT64_C(253402300799999) - T0, -T0 },
	};
	const char *at;

	(void)state;
	begin(3);
	for (size_t i = 0; i < 3; i++)
		(void)host_at(i, 1, times[i][0], times[i][1]);
	at = write_timeline();
	assert_non_null(at);
	for (size_t bars = 0; (at = strstr(at, "<rect class=\"done\" x=\"")) != NULL; bars++) {
		double x = strtod(at + strlen("<rect class=\"done\" x=\""), NULL);

		assert_true(x >= PLOT_LEFT && x <= PLOT_RIGHT);
		at++;
		assert_true(bars < 3);
	}
	assert_null(strstr(page.data, "nan"));
	end();
}

static void timeline__question_waited__the_act_is_seen(void **state)
{
	const char *timeline;

	(void)state;
	begin(1);
	record.run.started_at_ms = T0 - 3600000;
	(void)host_at(0, 1, 0, RUN_MS);
	timeline = write_timeline();
	assert_has(timeline, "survey and question: 1h 00m");
	assert_has(timeline, "Of the time before the act only the end is shown.");
	/* a third of the act's time stands before it */
	assert_has(timeline, "<rect class=\"done\" x=\"373.8\"");
	end();
}

/* Two lots of hosts, one after the other in one wave: as many at once as a lot has. */
static void timeline__many_hosts__counted_by_slices(void **state)
{
	const char *timeline;

	(void)state;
	begin(120);
	for (size_t i = 0; i < 120; i++)
		host_at(i, 1, i < 60 ? 20000 : 60000, i < 60 ? 40000 : 80000)->outcome =
			i == 7 ? REP_HOST_TIMED_OUT : REP_HOST_SUCCEEDED;
	timeline = write_timeline();
	assert_has(timeline, "at most 60;");
	assert_has(timeline, "wave 1: 120 hosts, 22:00:20 to 22:01:20, 119 succeeded.");
	assert_has(timeline, "<path class=\"bad\"");
	assert_null(strstr(timeline, "<path class=\"doubt\""));
	assert_null(strstr(timeline, "<title>h"));
	end();
}

static void timeline__fleet_of_any_size__small_picture(void **state)
{
	const char *timeline;

	(void)state;
	begin(MANY);
	for (size_t i = 0; i < MANY; i++)
		host_at(i, 1 + (uint32_t)(i % 40), (int64_t)(i * 7919 % 60000),
			60000 + (int64_t)(i * 31 % 40000))
			->outcome = (uint8_t)(1 + i % (REP_HOST_OUTCOME_COUNT - 1));
	timeline = write_timeline();
	assert_has(timeline, "waves 25 to 40: 4000 hosts");
	assert_in_range(strlen(timeline), 1000, 10 * SVG_BYTES);
	end();
	/* as waves are: one after the other */
	begin(MANY);
	for (size_t i = 0; i < MANY; i++)
		(void)host_at(i, 1 + (uint32_t)(i / 1000), (int64_t)(i * 9),
			      (int64_t)(i * 9 + 3000 + i % 977));
	assert_in_range(strlen(write_timeline()), 1000, SVG_BYTES);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timeline__few_hosts__a_bar_each),
		cmocka_unit_test(timeline__nobody_acted__none),
		cmocka_unit_test(timeline__some_without_times__counted),
		cmocka_unit_test(timeline__hostile_name__stays_text_and_is_cut),
		cmocka_unit_test(timeline__times_outside_of_the_run__kept_inside),
		cmocka_unit_test(timeline__question_waited__the_act_is_seen),
		cmocka_unit_test(timeline__many_hosts__counted_by_slices),
		cmocka_unit_test(timeline__fleet_of_any_size__small_picture),
	};

	return cmocka_run_group_tests_name("report_timeline", tests, NULL, NULL);
}
