#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "wts_text.h"

#define FFFD "\xEF\xBF\xBD"
#define FACE "\xF0\x9F\x98\x80" /* U+1F600 */

static const struct from_row {
	const char *name;
	uint16_t units[8]; /* zero-terminated */
	const char *text;
} from_rows[] = {
	{ "wts_text__nothing__is_empty", { 0 }, "" },
	{ "wts_text__letters__stay", { 'J', 0xF8, 'r', 0x5C71 }, "J\xC3\xB8r\xE5\xB1\xB1" },
	{ "wts_text__pair__is_one_code_point", { 0xD83D, 0xDE00, 'x' }, FACE "x" },
	{ "wts_text__lone_high__is_replaced", { 'a', 0xD83D, 'b' }, "a" FFFD "b" },
	{ "wts_text__lone_low__is_replaced", { 0xDE00, 'b' }, FFFD "b" },
	{ "wts_text__high_at_the_end__is_replaced", { 'a', 0xD83D }, "a" FFFD },
	{ "wts_text__pair_the_wrong_way__is_replaced_twice", { 0xDE00, 0xD83D }, FFFD FFFD },
	{ "wts_text__two_highs__first_is_replaced", { 0xD83D, 0xD83D, 0xDE00 }, FFFD FACE },
};

static void check_from(void **state)
{
	const struct from_row *row = *state;
	char out[SESSION_TEXT_SIZE];
	struct arena arena;

	arena_init(&arena);
	assert_string_equal(wts_text_keep(&arena, row->units), row->text);
	arena_release(&arena);
	wts_text_copy(out, row->units, 8);
	assert_string_equal(out, row->text);
}

static void wts_text_keep__null__is_empty(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_string_equal(wts_text_keep(&arena, NULL), "");
	arena_release(&arena);
}

static void wts_text_copy__no_zero__ends_at_the_count(void **state)
{
	static const uint16_t units[3] = { 'a', 'b', 0xD83D };
	char out[SESSION_TEXT_SIZE];

	(void)state;
	wts_text_copy(out, units, 3);
	assert_string_equal(out, "ab" FFFD);
	wts_text_copy(out, units, 1);
	assert_string_equal(out, "a");
	wts_text_copy(out, NULL, 0);
	assert_string_equal(out, "");
}

static void wts_text_copy__too_long__is_cut_at_a_code_point(void **state)
{
	uint16_t units[300];
	char out[SESSION_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < 300; i += 2) {
		units[i] = 0xD83D;
		units[i + 1] = 0xDE00;
	}
	wts_text_copy(out, units, 300);
	assert_int_equal(strlen(out), 252); /* 63 times 4 bytes */
	assert_memory_equal(out + 248, FACE, 5);
}

static const struct to_row {
	const char *name;
	const char *text;
	size_t cap;
	size_t len;
	uint16_t units[8];
} to_rows[] = {
	{ "wts_text_units__fits__is_whole", "J\xC3\xB8" FACE, 8, 4, { 'J', 0xF8, 0xD83D, 0xDE00 } },
	{ "wts_text_units__fits_just__is_whole", "ab" FACE, 5, 4, { 'a', 'b', 0xD83D, 0xDE00 } },
	{ "wts_text_units__pair_does_not_fit__is_left_out", "ab" FACE, 4, 2, { 'a', 'b' } },
	{ "wts_text_units__cap_of_one__is_the_zero", "ab", 1, 0, { 0 } },
	{ "wts_text_units__not_utf8__is_replaced", "a\xFF\xC3", 8, 3, { 'a', 0xFFFD, 0xFFFD } },
};

static void check_to(void **state)
{
	const struct to_row *row = *state;
	uint16_t units[8];

	memset(units, 0x55, sizeof(units));
	assert_int_equal(wts_text_units(units, row->cap, row->text), row->len);
	assert_memory_equal(units, row->units, (row->len + 1) * sizeof(*units));
	assert_true(row->len + 1 <= row->cap);
	assert_int_equal(wts_text_len(units, 8), row->len);
}

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct CMUnitTest of_row(const char *name, CMUnitTestFunction test, const void *row)
{
	return (struct CMUnitTest){ .name = name,
				    .test_func = test,
				    .initial_state = (void *)(uintptr_t)row };
}

int main(void)
{
	static const struct CMUnitTest single[] = {
		cmocka_unit_test(wts_text_keep__null__is_empty),
		cmocka_unit_test(wts_text_copy__no_zero__ends_at_the_count),
		cmocka_unit_test(wts_text_copy__too_long__is_cut_at_a_code_point),
	};
	struct CMUnitTest tests[ROWS(single) + ROWS(from_rows) + ROWS(to_rows)];
	size_t count = 0;

	for (size_t i = 0; i < ROWS(from_rows); i++)
		tests[count++] = of_row(from_rows[i].name, check_from, &from_rows[i]);
	for (size_t i = 0; i < ROWS(to_rows); i++)
		tests[count++] = of_row(to_rows[i].name, check_to, &to_rows[i]);
	memcpy(&tests[count], single, sizeof(single));
	return _cmocka_run_group_tests("wts_text", tests, ROWS(tests), NULL, NULL);
}
