#include "wts_time.h"

#include "utc.h"

#define TICKS_PER_MS	  INT64_C(10000)
#define FROM_1601_TO_1970 INT64_C(11644473600000) /* ms */
#define YEAR_1980	  INT64_C(315532800000)	  /* ms since 1970 */
#define YEAR_10000	  INT64_C(253402300800000)

int64_t wts_time_ms(int64_t filetime)
{
	int64_t ms = filetime / TICKS_PER_MS - FROM_1601_TO_1970;

	return ms >= YEAR_1980 && ms < YEAR_10000 ? ms : UTC_UNKNOWN;
}

int64_t wts_idle_s(enum session_state state, const struct wts_times *times)
{
	int64_t since =
		wts_time_ms(state == SESSION_DISCONNECTED ? times->disconnect : times->last_input);
	int64_t now = wts_time_ms(times->current);

	if (since == UTC_UNKNOWN || now == UTC_UNKNOWN)
		return -1;
	return now > since ? (now - since) / 1000 : 0;
}
