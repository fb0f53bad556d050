#include "time_of_day.h"

#include <time.h>

#include "ndr.h"

#define NO_TIMEZONE	0xffffffffu /* UTC is all that is known */
#define TICK_LEN	310	    /* in 0.1 ms */
#define HUNDREDTH_IN_MS 10

void time_of_day_put(struct strbuf *out, int64_t utc_ms)
{
	time_t seconds = (time_t)(utc_ms / 1000);
	struct tm utc;

	(void)gmtime_r(&seconds, &utc);
	ndr_put_u32(out, (uint32_t)seconds);
	ndr_put_u32(out, (uint32_t)utc_ms); /* since the start of the system, which is any time */
	ndr_put_u32(out, (uint32_t)utc.tm_hour);
	ndr_put_u32(out, (uint32_t)utc.tm_min);
	ndr_put_u32(out, (uint32_t)utc.tm_sec);
	ndr_put_u32(out, (uint32_t)(utc_ms % 1000 / HUNDREDTH_IN_MS));
	ndr_put_u32(out, NO_TIMEZONE);
	ndr_put_u32(out, TICK_LEN);
	ndr_put_u32(out, (uint32_t)utc.tm_mday);
	ndr_put_u32(out, (uint32_t)utc.tm_mon + 1);
	ndr_put_u32(out, (uint32_t)utc.tm_year + 1900);
	ndr_put_u32(out, (uint32_t)utc.tm_wday);
}
