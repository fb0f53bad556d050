/*
 * utc.h - times of day as milliseconds since 1970-01-01T00:00:00Z, and RFC 3339 in UTC.
 */
#ifndef RDSWEEP_UTC_H
#define RDSWEEP_UTC_H

#include <stdint.h>

#define UTC_UNKNOWN   INT64_MIN /* no time is known; never 0, which is 1970 */
#define UTC_TEXT_SIZE 32

/* `2026-01-01T00:00:00.000Z`. Years 1 to 9999; outside of them, and for UTC_UNKNOWN, an empty
 * text. */
void utc_format(int64_t ms, char out[UTC_TEXT_SIZE]);

/* Reads RFC 3339 with up to 9 decimals (cut to milliseconds), `Z` or an offset; 0 or -1. */
int utc_parse(const char *text, int64_t *ret_ms);

#endif
