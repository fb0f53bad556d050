/*
 * wts_text.h - names and messages between the session API's UTF-16 and our UTF-8.
 *
 * Code units are plain 16-bit numbers, so that this builds and is tested everywhere.
 * Threads: no state.
 */
#ifndef RDSWEEP_WTS_TEXT_H
#define RDSWEEP_WTS_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "session_api.h"

/* A copy of a zero-terminated text as UTF-8 that lives in `arena`; lone surrogates become U+FFFD.
 * NULL stands for "": the API gives either. Returns NULL only when memory is short. */
const char *wts_text_keep(struct arena *arena, const uint16_t *units);

/* The text up to its zero or to `count` units, as UTF-8; cut at a code point where it is longer
 * than `out`. */
void wts_text_copy(char out[SESSION_TEXT_SIZE], const uint16_t *units, size_t count);

/* UTF-8 as zero-terminated UTF-16 in `out`, which has room for `cap` units (at least 1). What does
 * not fit is cut off, never between the two halves of a surrogate pair. Bytes that are not UTF-8
 * become U+FFFD. Returns the units written without the zero. */
size_t wts_text_units(uint16_t *out, size_t cap, const char *text);

/* Units before the zero, at most `max`. */
size_t wts_text_len(const uint16_t *units, size_t max);

#endif
