/*
 * duration.h - DUR: `500ms`, `30s`, `5m`, `2h`, `1d`; a bare number is seconds.
 */
#ifndef RDSWEEP_DURATION_H
#define RDSWEEP_DURATION_H

#include <stddef.h>
#include <stdint.h>

#define DURATION_MAX_MS	   (INT64_C(10000) * 86400 * 1000) /* 10,000 days; more is a mistake */
#define DURATION_TEXT_SIZE 24

/* 0, or -1 where it is no DUR: empty, negative, a fraction, another unit, too large. */
int duration_parse(const char *text, int64_t *ret_ms);

/* The shortest exact DUR (`90s` not `1.5m`), which duration_parse() reads back; negative values
 * print as "-". */
void duration_format(int64_t ms, char out[DURATION_TEXT_SIZE]);

/* For people, rounded: `480 ms`, `2.4 s`, `3m 20s`, `1h 05m`, `2d 3h`. */
void duration_format_rough(int64_t ms, char out[DURATION_TEXT_SIZE]);

#endif
