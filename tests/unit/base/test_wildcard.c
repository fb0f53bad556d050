#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "hash.h"
#include "wildcard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void match__patterns__as_documented(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *text;
		bool match;
	} rows[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "*", "", true },
		{ "***", "", true },
		{ "?", "", false },
		{ "*?", "", false },
		{ "rdsh01", "RDSH01", true },
		{ "rdsh01", "rdsh012", false },
		{ "rdsh012", "rdsh01", false },
		{ "rdsh*", "rdsh01.corp.example", true },
		{ "*.example", "rdsh01.corp.example", true },
		{ "*corp*", "rdsh01.corp.example", true },
		{ "*corp", "rdsh01.corp.example", false },
		{ "r?sh??", "rdsh01", true },
		{ "r?sh???", "rdsh01", false },
		{ "a*b*c", "aXbYbZc", true },
		{ "a*b*c", "aXbYbZ", false },
		{ "*ab", "aab", true },
		{ "*aab*", "aaaab", true },
		{ "a**b", "ab", true },
		{ "?*?", "a", false },
		{ "?*?", "ab", true },
		{ "[ab]", "a", false }, /* brackets are nothing special */
		{ "[ab]", "[AB]", true },
		{ "\\*", "\\anything", true }, /* and there is no escape */
		{ "M?LLER", "m\xc3\xbcller", true },
		{ "M??LLER", "m\xc3\xbcller", false },
		{ "m\xc3\x9cller", "M\xc3\xbcLLER", true },
		{ "\xe2\x84\xaa*", "kelvin", true },
		{ "stra?e",
		  "STRA\xe1\xba\x9e"
		  "E",
		  true },
		{ "?", "\xf0\x9f\x98\x80", true },
		{ "?", "\xff", true },
		{ "??", "\xff\xfe", true },
		{ "?", "\xff\xfe", false },
		{ "\xff*",
		  "\xff"
		  "a",
		  true },
		{ "\xff", "\xfe", false },
		{ "\xe9", "\xc3\xa9", false },
		{ "\xc3*", "\xc3\xa9", false }, /* half a character matches no whole one */
		{ "*\xa9", "\xc3\xa9", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (wildcard_match(rows[i].pattern, rows[i].text) != rows[i].match) {
			fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].text);
		}
	}
}

static void match_n__parts__reads_no_further(void **state)
{
	(void)state;
	static const char both[] = "CORP\\alice";
	assert_true(wildcard_match_n("corp\\*", 4, both, 4));
	assert_false(wildcard_match_n("corp\\*", 4, both, 5));
	assert_true(wildcard_match_n("*xyz", 1, both, 0));
	assert_true(wildcard_match_n("a\0b", 3, "A\0B", 3));
	assert_false(wildcard_match_n("a\0b", 3, "A\0C", 3));
	assert_false(wildcard_match_n("\xc3\xa9", 2, "\xc3\xa9", 1));
}

/* The obvious recursion, as the yardstick. */
static bool slow_match(const char *pattern, const char *text)
{
	if (*pattern == '\0') {
		return *text == '\0';
	}
	if (*pattern == '*') {
		return slow_match(pattern + 1, text) || (*text && slow_match(pattern, text + 1));
	}
	return *text && (*pattern == '?' || *pattern == *text) && slow_match(pattern + 1, text + 1);
}

static void match__random__agrees_with_recursion(void **state)
{
	(void)state;
	uint64_t rng = 2;
	int matches = 0;
	for (int round = 0; round < 200000; round++) {
		char pattern[8] = "", text[10] = "";
		size_t pattern_len = (size_t)rng_below(&rng, sizeof(pattern));
		size_t text_len = (size_t)rng_below(&rng, sizeof(text));
		for (size_t i = 0; i < pattern_len; i++) {
			pattern[i] = "ab?**"[rng_below(&rng, 5)];
		}
		for (size_t i = 0; i < text_len; i++) {
			text[i] = "ab"[rng_below(&rng, 2)];
		}
		bool expected = slow_match(pattern, text);
		matches += expected;
		if (wildcard_match(pattern, text) != expected) {
			fail_msg("'%s' and '%s'", pattern, text);
		}
	}
	assert_in_range(matches, 20000, 180000); /* both answers were asked for */
}

static void match__made_to_be_slow__ends(void **state)
{
	(void)state;
	static char text[20001], pattern[201];
	memset(text, 'a', sizeof(text) - 1);
	for (size_t i = 0; i + 1 < sizeof(pattern); i += 2) {
		memcpy(pattern + i, "a*", 2);
	}
	pattern[sizeof(pattern) - 2] = 'b';
	assert_false(wildcard_match(pattern, text));
	pattern[sizeof(pattern) - 2] = '*';
	assert_true(wildcard_match(pattern, text));
}

static void is_literal__patterns__no_wildcard(void **state)
{
	(void)state;
	assert_true(wildcard_is_literal(""));
	assert_true(wildcard_is_literal("CORP\\alice [1]"));
	assert_false(wildcard_is_literal("a*"));
	assert_false(wildcard_is_literal("?b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(match__patterns__as_documented),
		cmocka_unit_test(match_n__parts__reads_no_further),
		cmocka_unit_test(match__random__agrees_with_recursion),
		cmocka_unit_test(match__made_to_be_slow__ends),
		cmocka_unit_test(is_literal__patterns__no_wildcard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
