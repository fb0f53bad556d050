/*
 * fuzz_glob.c - a pattern matches what a plain table of all its parts says it does; accounts
 * beside it.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "text.h"
#include "wildcard.h"

#define UNITS_MAX 128

/* A text as folded code points; bytes that are no UTF-8 stand for themselves, past all of them. */
static size_t units_of(const char *text, uint32_t out[UNITS_MAX])
{
	size_t len = strlen(text), count = 0;

	for (size_t at = 0; at < len && count < UNITS_MAX; count++) {
		uint32_t code_point;
		size_t used = utf8_decode(text + at, len - at, &code_point);

		out[count] = used ? text_fold(code_point) : 0x110000u | (unsigned char)text[at];
		at += used ? used : 1;
	}
	return count;
}

/* Row by row: whether the first p units of the pattern match the first t of the text. */
static bool match_simply(const char *pattern, const char *text)
{
	uint32_t want[UNITS_MAX], have[UNITS_MAX];
	size_t wants = units_of(pattern, want), haves = units_of(text, have);
	static bool table[UNITS_MAX + 1][UNITS_MAX + 1];

	for (size_t p = 0; p <= wants; p++) {
		for (size_t t = 0; t <= haves; t++) {
			if (p == 0)
				table[p][t] = t == 0;
			else if (want[p - 1] == '*')
				table[p][t] = table[p - 1][t] || (t > 0 && table[p][t - 1]);
			else
				table[p][t] = t > 0 && table[p - 1][t - 1] &&
					      (want[p - 1] == '?' || want[p - 1] == have[t - 1]);
		}
	}
	return table[wants][haves];
}

static void check_account(const char *pattern, const char *user)
{
	const char *cut = strchr(pattern, '\\');
	bool matches = account_match(pattern, "CORP", user);

	FUZZ_CHECK(!account_match(pattern, "CORP", ""));
	FUZZ_CHECK(!account_match(pattern, "CORP", NULL));
	if (account_pattern_error(pattern) || !*user)
		return;
	if (!cut) {
		FUZZ_CHECK(matches == match_simply(pattern, user));
		FUZZ_CHECK(account_match(pattern, NULL, user) == matches);
	} else {
		char *domain = fuzz_text((const uint8_t *)pattern, strlen(pattern));

		domain[cut - pattern] = '\0';
		FUZZ_CHECK(matches ==
			   (match_simply(domain, "CORP") && match_simply(cut + 1, user)));
		free(domain);
	}
	if (account_pattern_is_exact(pattern) && matches)
		FUZZ_CHECK(text_fold_eq(cut + 1, user));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *pattern = fuzz_first_line(&bytes, &len);
	char *text = fuzz_text(bytes, len);

	if (strlen(pattern) < UNITS_MAX && strlen(text) < UNITS_MAX) {
		FUZZ_CHECK(wildcard_match(pattern, text) == match_simply(pattern, text));
		FUZZ_CHECK(wildcard_is_literal(pattern) == !strpbrk(pattern, "*?"));
		if (wildcard_is_literal(pattern))
			FUZZ_CHECK(wildcard_match(pattern, text) == text_fold_eq(pattern, text));
		check_account(pattern, text);
	}
	free(pattern);
	free(text);
	return 0;
}
