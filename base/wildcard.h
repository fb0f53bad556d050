/*
 * wildcard.h - patterns of `*` (any run, also empty) and `?` (one code point), nothing else, no
 * escape.
 *
 * Letters compare by simple case folding (text.h). Time is linear in practice and at worst
 * pattern x text; there is no recursion.
 */
#ifndef RDSWEEP_WILDCARD_H
#define RDSWEEP_WILDCARD_H

#include <stdbool.h>
#include <stddef.h>

bool wildcard_match(const char *pattern, const char *text);

/* The same for parts of larger texts. */
bool wildcard_match_n(const char *pattern, size_t pattern_len, const char *text, size_t text_len);

/* True when the pattern holds neither `*` nor `?`. */
bool wildcard_is_literal(const char *pattern);

#endif
