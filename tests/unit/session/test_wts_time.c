#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "utc.h"
#include "wts_time.h"

#define Y2026	  INT64_C(134116992000000000) /* 2026-01-01T00:00:00Z */
#define SECOND	  INT64_C(10000000)
#define NOW	  (Y2026 + 3600 * SECOND)
#define AGO(secs) (NOW - (secs)*SECOND)

static void wts_time_ms__sound_and_nonsense__are_told_apart(void **state)
{
	static const struct {
		int64_t filetime, ms;
	} rows[] = {
		{ Y2026, INT64_C(1767225600000) },
		{ Y2026 + 9999, INT64_C(1767225600000) }, /* less than a millisecond */
		{ Y2026 + 10000, INT64_C(1767225600001) },
		{ 0, UTC_UNKNOWN },
		{ 1, UTC_UNKNOWN },
		{ -1, UTC_UNKNOWN },
		{ INT64_MIN, UTC_UNKNOWN },
		{ INT64_MAX, UTC_UNKNOWN },
		{ INT64_C(116444736000000000), UTC_UNKNOWN },		/* 1970 */
		{ INT64_C(119600064000000000), INT64_C(315532800000) }, /* 1980 */
		{ INT64_C(2650467743999999999), INT64_C(253402300799999) },
		{ INT64_C(2650467744000000000), UTC_UNKNOWN }, /* 10000 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(wts_time_ms(rows[i].filetime) == rows[i].ms);
}

static void wts_idle_s__by_state__follows_the_hosts_clock(void **state)
{
	static const struct {
		enum session_state state;
		struct wts_times times; /* current, disconnect, last input */
		int64_t idle_s;
	} rows[] = {
		{ SESSION_ACTIVE, { NOW, 0, AGO(60) }, 60 },
		{ SESSION_ACTIVE, { NOW, AGO(5), AGO(60) }, 60 },
		{ SESSION_ACTIVE, { NOW, AGO(5), 0 }, -1 },
		{ SESSION_ACTIVE, { NOW, 0, NOW }, 0 },
		{ SESSION_ACTIVE, { NOW, 0, AGO(-30) }, 0 }, /* its clock went backwards */
		{ SESSION_ACTIVE, { 0, 0, AGO(60) }, -1 },
		{ SESSION_ACTIVE, { NOW, 0, 1 }, -1 }, /* what made quser show 24692 days */
		{ SESSION_DISCONNECTED, { NOW, AGO(90), 0 }, 90 },
		{ SESSION_DISCONNECTED, { NOW, AGO(90), AGO(5) }, 90 },
		{ SESSION_DISCONNECTED, { NOW, 0, AGO(5) }, -1 },
		{ SESSION_DISCONNECTED, { NOW, INT64_MAX, 0 }, -1 },
		{ SESSION_SHADOW, { NOW, 0, AGO(60) }, 60 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(wts_idle_s(rows[i].state, &rows[i].times) == rows[i].idle_s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wts_time_ms__sound_and_nonsense__are_told_apart),
		cmocka_unit_test(wts_idle_s__by_state__follows_the_hosts_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
