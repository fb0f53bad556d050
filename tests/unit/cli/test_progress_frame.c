/* test_progress_frame.c - golden frames: what an administrator sees of a run, at any width. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "progress_frame.h"
#include "text_width.h"

static const struct rep_error_kind kinds[] = {
	{ 0 },
	{ .api = "rdsweep", .code = 0, .name = "CONNECT_TIMEOUT" },
	{ .api = "WTSLogoffSession", .code = 5, .name = "ERROR_ACCESS_DENIED" },
	{ .api = "WTSOpenServerEx", .code = 1722, .name = "RPC_S_SERVER_UNAVAILABLE" },
};

static const struct fleet_progress survey = {
	.phase = FLEET_SURVEY,
	.elapsed_ms = 12400,
	.phase_ms = 12400,
	.hosts = 600,
	.hosts_surveyed = 450,
	.round_done = 450,
	.round_hosts = 600,
	.hosts_by = { [REP_HOST_FAILED] = 1, [REP_HOST_TIMED_OUT] = 3 },
	.sessions = 4761,
	.sessions_selected = 3420,
	.pause_left_ms = -1,
	.grace_left_ms = -1,
	.in_flight = 64,
	.slow = { { "rdsh015", "listing", 12000 }, { "rdsh335", "looking", 4100 } },
	.slow_count = 2,
	.troubles = { { 1, 3, "rdsh022" }, { 3, 1, "rdsh013" } },
	.trouble_count = 2,
	.trouble_kinds = 2,
};

static const struct fleet_progress act = {
	.phase = FLEET_ACT,
	.elapsed_ms = 75000,
	.phase_ms = 60000,
	.hosts = 600,
	.hosts_surveyed = 600,
	.hosts_acting = 595,
	.hosts_done = 214,
	.round_done = 214,
	.round_hosts = 595,
	.hosts_by = { [REP_HOST_FAILED] = 2, [REP_HOST_TIMED_OUT] = 4, [REP_HOST_PARTIAL] = 1 },
	.sessions = 6259,
	.sessions_selected = 4474,
	.sessions_done = 1700,
	.sessions_not_done = 13,
	.sessions_by = { [REP_SESSION_LOGGED_OFF] = 1698,
			 [REP_SESSION_ALREADY_GONE] = 2,
			 [REP_SESSION_FAILED] = 7,
			 [REP_SESSION_IN_DOUBT] = 6,
			 [REP_SESSION_SKIPPED] = 1785 },
	.closing = 512,
	.wave = 2,
	.waves = 3,
	.pause_left_ms = -1,
	.grace_left_ms = -1,
	.calls_left_behind = 1,
	.slow = { { "rdsh016", "verifying", 61000 } },
	.slow_count = 1,
	.troubles = { { 2, 1, "rdsh030" } },
	.trouble_count = 1,
	.trouble_kinds = 3,
};

static const char *frame(const struct fleet_progress *run, size_t columns, size_t rows, bool colors)
{
	static struct strbuf out;
	const struct progress_view view = {
		.command = "logoff", .simulated = true, .run = run, .kinds = kinds
	};

	strbuf_release(&out);
	strbuf_init(&out);
	progress_frame(&out, &view, columns, rows, colors);
	return strbuf_text(&out);
}

static const char *line(const struct fleet_progress *run)
{
	static struct strbuf out;
	const struct progress_view view = { .command = "logoff", .run = run, .kinds = kinds };

	strbuf_release(&out);
	strbuf_init(&out);
	progress_line(&out, &view);
	return strbuf_text(&out);
}

/* clang-format off */
static void frame__survey__100_columns(void **state)
{
	(void)state;
	assert_string_equal(frame(&survey, 100, 24, false),
		"logoff  survey  0:12, about 0:04 left  SIMULATED\n"
		"hosts    [######################........] 450/600  1 failed, 3 timed out\n"
		"sessions 4761 seen, 3420 selected\n"
		"slow     rdsh015 listing 0:12, rdsh335 looking 0:04\n"
		"errors   CONNECT_TIMEOUT  3 hosts: rdsh022 and 2 more\n"
		"         WTSOpenServerEx 1722 RPC_S_SERVER_UNAVAILABLE  1 host: rdsh013\n");
}

static void frame__act__100_columns(void **state)
{
	(void)state;
	assert_string_equal(frame(&act, 100, 24, false),
		"logoff  wave 2/3  1:15, about 1:36 left  SIMULATED\n"
		"hosts    [##########....................] 214/595  2 failed, 4 timed out, 1 partial\n"
		"sessions [###########...................] 1713/4474  7 failed, 6 in doubt, 512 closing, 1698 logge\xe2\x80\xa6\n"
		"slow     1 call left behind; rdsh016 verifying 1:01\n"
		"errors   WTSLogoffSession 5 ERROR_ACCESS_DENIED  1 host: rdsh030; and 2 other kinds\n");
}

static void frame__act__60_columns(void **state)
{
	(void)state;
	assert_string_equal(frame(&act, 60, 24, false),
		"logoff  wave 2/3  1:15, about 1:36 left  SIMULATED\n"
		"hosts    [######.............] 214/595  2 failed, 4 timed \xe2\x80\xa6\n"
		"sessions [#######............] 1713/4474  7 failed, 6 in d\xe2\x80\xa6\n"
		"slow     1 call left behind; rdsh016 verifying 1:01\n"
		"errors   WTSLogoffSession 5 ERROR_ACCESS_DENIED  1 host: r\xe2\x80\xa6\n");
}

static void frame__act__20_columns_has_no_bars(void **state)
{
	(void)state;
	assert_string_equal(frame(&act, 20, 24, false),
		"wave 2/3 1:15 ~1:3\xe2\x80\xa6\n"
		"hosts 214/595 2 fa\xe2\x80\xa6\n"
		"sessions 1713/4474\xe2\x80\xa6\n"
		"slow 1 call left b\xe2\x80\xa6\n"
		"errors WTSLogoffSe\xe2\x80\xa6\n");
}

static void frame__survey__20_columns(void **state)
{
	(void)state;
	assert_string_equal(frame(&survey, 20, 24, false),
		"survey 0:12 ~0:04 \xe2\x80\xa6\n"
		"hosts 450/600 1 fa\xe2\x80\xa6\n"
		"sessions 4761 seen\xe2\x80\xa6\n"
		"slow rdsh015 listi\xe2\x80\xa6\n"
		"errors CONNECT_TIM\xe2\x80\xa6\n"
		"errors WTSOpenServ\xe2\x80\xa6\n");
}

static void frame__4_rows__the_last_lines_go(void **state)
{
	(void)state;
	assert_string_equal(frame(&act, 80, 4, false),
		"logoff  wave 2/3  1:15, about 1:36 left  SIMULATED\n"
		"hosts    [#########.................] 214/595  2 failed, 4 timed out, 1 partial\n"
		"sessions [#########.................] 1713/4474  7 failed, 6 in doubt, 512 clo\xe2\x80\xa6\n");
}

static void frame__act__colors(void **state)
{
	(void)state;
	assert_string_equal(frame(&act, 100, 24, true),
		"\x1b[1mlogoff\x1b[0m  \x1b[1mwave 2/3\x1b[0m  1:15, about 1:36 left\x1b[33m  SIMULATED\x1b[0m\n"
		"\x1b[2mhosts    \x1b[0m\x1b[2m[\x1b[0m\x1b[32m##########\x1b[0m\x1b[2m....................] \x1b[0m\x1b[1m214/595\x1b[0m  \x1b[31m2 failed\x1b[0m, \x1b[31m4 timed out\x1b[0m, \x1b[33m1 partial\x1b[0m\n"
		"\x1b[2msessions \x1b[0m\x1b[2m[\x1b[0m\x1b[32m###########\x1b[0m\x1b[2m...................] \x1b[0m\x1b[1m1713/4474\x1b[0m  \x1b[31m7 failed\x1b[0m, \x1b[33m6 in doubt\x1b[0m, \x1b[2m512 closing\x1b[0m, 1698 logge\xe2\x80\xa6\n"
		"\x1b[2mslow     \x1b[0m\x1b[33m1 call left behind\x1b[0m; rdsh016\x1b[2m verifying\x1b[0m\x1b[33m 1:01\x1b[0m\n"
		"\x1b[2merrors   \x1b[0m\x1b[31mWTSLogoffSession 5 ERROR_ACCESS_DENIED\x1b[0m  1 host: rdsh030\x1b[2m; and 2 other kinds\x1b[0m\n");
}

static void frame__pause_grace_stop_one_wave__are_in_the_title(void **state)
{
	struct fleet_progress run = act;

	(void)state;
	run.pause_left_ms = 27000;
	run.wave = 1;
	assert_string_equal(frame(&run, 100, 2, false),
		"logoff  pause, wave 2/3 in 0:27  1:15, about 1:36 left  SIMULATED\n");
	run = act;
	run.grace_left_ms = 299001;
	assert_string_equal(frame(&run, 100, 2, false),
		"logoff  wave 2/3, grace 5:00  1:15, about 1:36 left  SIMULATED\n");
	run.hosts_in_grace = 57;
	assert_non_null(strstr(frame(&run, 100, 2, false), "wave 2/3, grace 5:00 (57 hosts)  1:15"));
	run = act;
	run.sweep = 2;
	assert_string_equal(frame(&run, 100, 2, false),
			    "logoff  sweep 2, wave 2/3  1:15, about 1:36 left  SIMULATED\n");
	run.phase = FLEET_RESTORE;
	run.hosts_to_restore = 12;
	assert_non_null(strstr(frame(&run, 100, 2, false), "logoff  drain modes are put back, 12 to go  1:15"));
	run = survey;
	run.last_look = true;
	assert_non_null(strstr(frame(&run, 100, 2, false), "logoff  last look  0:12"));
	run = act;
	run.stop = FLEET_STOP_SIGINT;
	assert_string_equal(frame(&run, 100, 2, false),
		"logoff  stopping (SIGINT)  1:15  SIMULATED\n");
	run = act;
	run.wave = run.waves = 1;
	assert_string_equal(frame(&run, 100, 2, false),
		"logoff  act  1:15, about 1:36 left  SIMULATED\n");
}

static void line__survey_and_act__say_the_same_in_one_line(void **state)
{
	(void)state;
	assert_string_equal(line(&survey),
		"logoff: survey, 0:12, about 0:04 left; hosts 450/600, 1 failed, 3 timed out; sessions 4761 seen, 3420 selected; slow: rdsh015 listing 0:12, rdsh335 looking 0:04");
	assert_string_equal(line(&act),
		"logoff: wave 2/3, 1:15, about 1:36 left; hosts 214/595, 2 failed, 4 timed out, 1 partial; sessions 1713/4474, 7 failed, 6 in doubt, 512 closing, 1698 logged off, 2 already gone; slow: rdsh016 verifying 1:01");
}
/* clang-format on */

static void frame__any_size__no_line_too_wide_and_none_too_many(void **state)
{
	(void)state;
	for (size_t columns = 3; columns < 200; columns++) {
		for (size_t rows = 1; rows < 12; rows++) {
			size_t lines = 0;
			const char *at = frame(columns % 2 ? &act : &survey, columns, rows, false),
				   *end;

			for (; (end = strchr(at, '\n')); at = end + 1, lines++)
				assert_true(text_width(at, (size_t)(end - at)) < columns);
			assert_int_equal(*at, 0);
			assert_true(lines < rows || (lines == 0 && rows == 1));
		}
	}
}

/* Colours are the same text with sequences in it. */
static void frame__colors__change_no_text(void **state)
{
	struct strbuf plain;

	(void)state;
	strbuf_init(&plain);
	for (size_t columns = 20; columns < 120; columns++) {
		strbuf_clear(&plain);
		for (const char *at = frame(&act, columns, 24, true); *at; at++) {
			if (*at == '\x1b')
				at = strchr(at, 'm');
			else
				strbuf_addc(&plain, *at);
		}
		assert_string_equal(strbuf_text(&plain), frame(&act, columns, 24, false));
	}
	strbuf_release(&plain);
}

static void frame__hostile_names__are_escaped(void **state)
{
	struct fleet_progress run = survey;

	(void)state;
	run.slow[0].name = "\x1b[2J\xe2\x80\xaetxt";
	run.troubles[0].last_host = "a\nb";
	assert_non_null(strstr(frame(&run, 200, 24, false), "\\x1b[2J\\u{202e}txt listing 0:12"));
	assert_null(strchr(frame(&run, 200, 24, false), '\x1b'));
	assert_non_null(strstr(frame(&run, 200, 24, false), "a\\x0ab and 2 more"));
}

static void left__too_early_or_the_last_ones__is_not_guessed(void **state)
{
	struct fleet_progress run = survey;

	(void)state;
	assert_int_equal(progress_left_ms(&run), 12400 * 150 / 450);
	run.round_done = 599; /* the rest would take 20 ms, but one hangs */
	assert_int_equal(progress_left_ms(&run), -1);
	run.round_done = 0;
	assert_int_equal(progress_left_ms(&run), -1);
	run = survey;
	run.phase_ms = 2999;
	assert_int_equal(progress_left_ms(&run), -1);
	run = survey;
	run.stop = FLEET_STOP_SIGINT;
	assert_int_equal(progress_left_ms(&run), -1);
	assert_int_equal(progress_left_ms(&act), INT64_C(60000) * (4474 - 1713) / 1713);
}

static void clock__times__as_people_write_them(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = { { -1, "" },
		     { 0, "0:00" },
		     { 7999, "0:07" },
		     { 754000, "12:34" },
		     { 3599999, "59:59" },
		     { 3600000, "1:00:00" },
		     { 3723000, "1:02:03" },
		     { INT64_C(360000000), "100:00:00" } };
	char text[PROGRESS_CLOCK_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		progress_clock(rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame__survey__100_columns),
		cmocka_unit_test(frame__act__100_columns),
		cmocka_unit_test(frame__act__60_columns),
		cmocka_unit_test(frame__act__20_columns_has_no_bars),
		cmocka_unit_test(frame__survey__20_columns),
		cmocka_unit_test(frame__4_rows__the_last_lines_go),
		cmocka_unit_test(frame__act__colors),
		cmocka_unit_test(frame__pause_grace_stop_one_wave__are_in_the_title),
		cmocka_unit_test(line__survey_and_act__say_the_same_in_one_line),
		cmocka_unit_test(frame__any_size__no_line_too_wide_and_none_too_many),
		cmocka_unit_test(frame__colors__change_no_text),
		cmocka_unit_test(frame__hostile_names__are_escaped),
		cmocka_unit_test(left__too_early_or_the_last_ones__is_not_guessed),
		cmocka_unit_test(clock__times__as_people_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
