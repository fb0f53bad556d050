#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "hash.h"
#include "utc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIRST_MS     INT64_C(-62135596800000)
#define LAST_MS	     INT64_C(253402300799999)

static void format__times__rfc3339(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ 1, "1970-01-01T00:00:00.001Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ INT64_C(1767225600000), "2026-01-01T00:00:00.000Z" },
		{ INT64_C(951782400000), "2000-02-29T00:00:00.000Z" },
		{ INT64_C(951868799999), "2000-02-29T23:59:59.999Z" },
		{ INT64_C(951868800000), "2000-03-01T00:00:00.000Z" },
		{ INT64_C(-2203891200000), "1900-03-01T00:00:00.000Z" },
		{ INT64_C(-11644473600000),
		  "1601-01-01T00:00:00.000Z" }, /* where FILETIME begins */
		{ FIRST_MS, "0001-01-01T00:00:00.000Z" },
		{ LAST_MS, "9999-12-31T23:59:59.999Z" },
		{ FIRST_MS - 1, "" },
		{ LAST_MS + 1, "" },
		{ UTC_UNKNOWN, "" },
		{ INT64_MAX, "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[UTC_TEXT_SIZE];
		utc_format(rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void parse__times__milliseconds(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01t00:00:00z", 0 },
		{ "1970-01-01T00:00:00.5Z", 500 },
		{ "1970-01-01T00:00:00.05Z", 50 },
		{ "1970-01-01T00:00:00.123456789Z", 123 },
		{ "1970-01-01T00:00:00.9999Z", 999 },
		{ "1969-12-31T23:59:59.9999Z", -1 },
		{ "1970-01-01T01:00:00+01:00", 0 },
		{ "1969-12-31T18:30:00-05:30", 0 },
		{ "1970-01-01T00:00:00-00:00", 0 },
		{ "1970-01-01T23:59:00+23:59", 0 },
		{ "2024-02-29T12:00:00Z", INT64_C(1709208000000) },
		{ "2016-12-31T23:59:60Z", INT64_C(1483228800000) }, /* a leap second */
		{ "2017-01-01T00:59:60.7+01:00", INT64_C(1483228800000) },
		{ "0001-01-01T00:00:00Z", FIRST_MS },
		{ "9999-12-31T23:59:59.999Z", LAST_MS },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t ms = UTC_UNKNOWN;
		assert_int_equal(utc_parse(rows[i].text, &ms), 0);
		assert_true(ms == rows[i].ms);
	}
}

static void parse__no_time__refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"2026-01-01",
		"2026-01-01T00:00:00",
		"2026-01-01 00:00:00Z",
		"2026-1-01T00:00:00Z",
		"2026-01-01T0:00:00Z",
		"26-01-01T00:00:00Z",
		"12026-01-01T00:00:00Z",
		"+2026-01-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-32T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z",
		"2026-01-01T12:00:60Z",
		"2026-01-01T00:00Z",
		"2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00,5Z",
		"2026-01-01T00:00:00.1234567890Z",
		"2026-01-01T00:00:00+1:00",
		"2026-01-01T00:00:00+0100",
		"2026-01-01T00:00:00+24:00",
		"2026-01-01T00:00:00+00:60",
		"2026-01-01T00:00:00Zx",
		" 2026-01-01T00:00:00Z",
		"0000-12-31T23:59:59Z",
		"0001-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"/Date(1767225600000)/",
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		int64_t ms = 77;
		if (utc_parse(bad[i], &ms) != -1) {
			fail_msg("'%s' was taken", bad[i]);
		}
		assert_true(ms == 77);
	}
}

static void parse__every_shortened_time__refused(void **state)
{
	(void)state;
	static const char whole[] = "2026-01-01T00:00:00.123+01:00";
	for (size_t len = 0; len + 1 < sizeof(whole); len++) {
		char cut[sizeof(whole)] = "";
		int64_t ms;
		memcpy(cut, whole, len);
		assert_int_equal(utc_parse(cut, &ms), -1);
	}
}

static void round_trip__every_day_and_random_times__the_same(void **state)
{
	(void)state;
	uint64_t rng = 6;
	char text[UTC_TEXT_SIZE];
	int64_t back;
	for (int64_t day = FIRST_MS; day <= LAST_MS; day += INT64_C(86400000) * 3) {
		int64_t ms = day + (int64_t)rng_below(&rng, 86400000);
		utc_format(ms, text);
		assert_int_equal(strlen(text), 24);
		assert_int_equal(utc_parse(text, &back), 0);
		assert_true(back == ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format__times__rfc3339),
		cmocka_unit_test(parse__times__milliseconds),
		cmocka_unit_test(parse__no_time__refused),
		cmocka_unit_test(parse__every_shortened_time__refused),
		cmocka_unit_test(round_trip__every_day_and_random_times__the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
