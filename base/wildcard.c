#include "wildcard.h"

#include <string.h>

#include "text.h"

/* Bytes that are not UTF-8 are units of their own, past every code point: they equal themselves
 * only. */
#define RAW_BYTE 0x110000u

/* The next unit of a text that is not empty: a folded code point or a raw byte; returns its length.
 */
static size_t next_unit(const char *text, size_t len, uint32_t *ret_unit)
{
	uint32_t code_point;
	size_t used = utf8_decode(text, len, &code_point);
	if (used == 0) {
		*ret_unit = RAW_BYTE | (unsigned char)text[0];
		return 1;
	}
	*ret_unit = text_fold(code_point);
	return used;
}

/*
 * Only the last `*` has to be tried with another length: whatever an earlier one took, the part
 * between both has matched at its first place, and a later place would leave less text for the
 * rest.
 */
bool wildcard_match_n(const char *pattern, size_t pattern_len, const char *text, size_t text_len)
{
	size_t p = 0, t = 0;
	bool have_star = false;
	size_t star_p = 0, star_t = 0; /* just after the last `*`, and where its run ends */

	while (t < text_len) {
		uint32_t want = 0, have;
		size_t have_len = next_unit(text + t, text_len - t, &have);
		size_t want_len = 0;
		if (p < pattern_len) {
			if (pattern[p] == '*') {
				have_star = true;
				star_p = ++p;
				star_t = t;
				continue;
			}
			want_len = next_unit(pattern + p, pattern_len - p, &want);
		}
		if (want_len && (want == '?' || want == have)) {
			p += want_len;
			t += have_len;
			continue;
		}
		if (!have_star) {
			return false;
		}
		uint32_t skipped;
		star_t += next_unit(text + star_t, text_len - star_t, &skipped);
		p = star_p;
		t = star_t;
	}
	while (p < pattern_len && pattern[p] == '*') {
		p++;
	}
	return p == pattern_len;
}

bool wildcard_match(const char *pattern, const char *text)
{
	return wildcard_match_n(pattern, strlen(pattern), text, strlen(text));
}

bool wildcard_is_literal(const char *pattern)
{
	return strpbrk(pattern, "*?") == NULL;
}
