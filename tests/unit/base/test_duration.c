#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "duration.h"
#include "hash.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void parse__durs__milliseconds(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{ "0", 0 },
		{ "0s", 0 },
		{ "500ms", 500 },
		{ "30s", 30000 },
		{ "30", 30000 },
		{ "007", 7000 },
		{ "5m", 300000 },
		{ "2h", 7200000 },
		{ "1d", 86400000 },
		{ "90m", 5400000 },
		{ "10000d", DURATION_MAX_MS },
		{ "864000000s", DURATION_MAX_MS },
		{ "864000000000ms", DURATION_MAX_MS },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t ms = -1;
		assert_int_equal(duration_parse(rows[i].text, &ms), 0);
		assert_true(ms == rows[i].ms);
	}
}

static void parse__no_dur__refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"s",
		"-1s",
		"+1s",
		"1.5m",
		"1,5m",
		" 1s",
		"1s ",
		"1 s",
		"1S",
		"1w",
		"1min",
		"1m30s",
		"1sm",
		"0x10",
		"10001d",
		"864000001",
		"864000000001ms",
		"99999999999999999999999s",
		"18446744073709551617ms",
		"inf",
		"ms",
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		int64_t ms = 77;
		assert_int_equal(duration_parse(bad[i], &ms), -1);
		assert_true(ms == 77);
	}
}

static void format__values__shortest_exact(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "0s" },	   { 1, "1ms" },       { 1500, "1500ms" },
		{ 90000, "90s" },  { 60000, "1m" },    { 5400000, "90m" },
		{ 7200000, "2h" }, { 86400000, "1d" }, { 90000000, "25h" },
		{ -1, "-" },	   { INT64_MIN, "-" }, { INT64_MAX, "9223372036854775807ms" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[DURATION_TEXT_SIZE];
		duration_format(rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void format__random__parses_back(void **state)
{
	(void)state;
	static const int64_t units[] = { 1, 1000, 60000, 3600000, 86400000 };
	uint64_t rng = 4;
	for (int i = 0; i < 100000; i++) {
		int64_t unit = units[i % 5];
		int64_t ms =
			unit * (int64_t)rng_below(&rng, (uint64_t)(DURATION_MAX_MS / unit) + 1);
		char text[DURATION_TEXT_SIZE];
		int64_t back = -1;
		duration_format(ms, text);
		assert_int_equal(duration_parse(text, &back), 0);
		assert_true(back == ms);
	}
}

static void format_rough__values__for_people(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "0 ms" },	       { 480, "480 ms" },      { 999, "999 ms" },
		{ 1000, "1.0 s" },     { 2400, "2.4 s" },      { 2449, "2.4 s" },
		{ 2450, "2.5 s" },     { 59949, "59.9 s" },    { 59950, "1m 00s" },
		{ 65000, "1m 05s" },   { 200000, "3m 20s" },   { 3599499, "59m 59s" },
		{ 3599500, "1h 00m" }, { 3900000, "1h 05m" },  { 86369999, "23h 59m" },
		{ 86370000, "1d 0h" }, { 183600000, "2d 3h" }, { INT64_MAX, "106751991167d 7h" },
		{ -1, "-" },	       { INT64_MIN, "-" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[DURATION_TEXT_SIZE];
		duration_format_rough(rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse__durs__milliseconds),
		cmocka_unit_test(parse__no_dur__refused),
		cmocka_unit_test(format__values__shortest_exact),
		cmocka_unit_test(format__random__parses_back),
		cmocka_unit_test(format_rough__values__for_people),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
