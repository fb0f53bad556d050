/* test_text_width.c - what a text takes on a terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "hash.h"
#include "text.h"
#include "text_width.h"
#include "width_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void width__texts__columns_of_a_terminal(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
	} rows[] = {
		{ "", 0 },
		{ "CORP\\alice", 10 },
		{ "J\xc3\xb6rg", 4 },
		{ "Jo\xcc\x88rg", 4 },			       /* o with a combining diaeresis */
		{ "\xe5\xb1\xb1\xe7\x94\xb0", 4 },	       /* two ideographs */
		{ "\xef\xbc\xa1", 2 },			       /* fullwidth A */
		{ "\xef\xbd\xb1", 1 },			       /* halfwidth katakana */
		{ "\xf0\x9f\x98\x80!", 3 },		       /* an emoji */
		{ "\xed\x95\x9c", 2 },			       /* Hangul, one syllable */
		{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2 }, /* the same from its letters */
		{ "\xd7\xa9\xd6\xb8\xd7\x81", 1 },	       /* Hebrew with two points */
		{ "\xe0\xa4\x95\xe0\xa4\xbf", 2 },	       /* Devanagari with a spacing vowel */
		{ "\xf0\xa0\x80\x80", 2 },		       /* an ideograph past U+FFFF */
		{ "\xff", 1 },
		{ "\xe2\x80\xa6", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(text_width(rows[i].text, strlen(rows[i].text)), rows[i].columns);
}

static void cut__texts__never_wider_and_whole_characters(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *cut;
	} rows[] = {
		{ "abc", 3, "abc" },
		{ "abcd", 3, "ab\xe2\x80\xa6" },
		{ "abcd", 1, "\xe2\x80\xa6" },
		{ "abcd", 0, "" },
		{ "", 0, "" },
		{ "\xe5\xb1\xb1\xe7\x94\xb0", 4, "\xe5\xb1\xb1\xe7\x94\xb0" },
		{ "\xe5\xb1\xb1\xe7\x94\xb0", 3, "\xe5\xb1\xb1\xe2\x80\xa6" },
		{ "\xe5\xb1\xb1\xe7\x94\xb0", 2, "\xe2\x80\xa6" },
		{ "ae\xcc\x81xy", 3,
		  "ae\xcc\x81\xe2\x80\xa6" }, /* the mark stays with its letter */
		{ "ae\xcc\x81", 2, "ae\xcc\x81" },
	};
	struct strbuf out;

	(void)state;
	strbuf_init(&out);
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t columns;

		strbuf_clear(&out);
		columns = text_cut_add(&out, rows[i].text, strlen(rows[i].text), rows[i].columns);
		assert_string_equal(strbuf_text(&out), rows[i].cut);
		assert_int_equal(columns, text_width(strbuf_text(&out), out.len));
		assert_true(columns <= rows[i].columns);
	}
	strbuf_release(&out);
}

static void cut__random_texts__fit_in_any_width(void **state)
{
	uint64_t rng = 11;
	struct strbuf text, out;

	(void)state;
	strbuf_init(&text);
	strbuf_init(&out);
	for (int round = 0; round < 5000; round++) {
		size_t columns = (size_t)rng_below(&rng, 12);

		strbuf_clear(&text);
		strbuf_clear(&out);
		for (int i = (int)rng_below(&rng, 10); i > 0; i--) {
			char bytes[4];

			strbuf_add(&text, bytes,
				   utf8_encode((uint32_t)rng_below(&rng, 0x3100), bytes));
		}
		(void)text_cut_add(&out, strbuf_text(&text), text.len, columns);
		assert_true(text_width(strbuf_text(&out), out.len) <= columns);
		assert_true(utf8_valid(strbuf_text(&out), out.len, NULL) ||
			    memchr(text.data, 0, text.len));
	}
	strbuf_release(&text);
	strbuf_release(&out);
}

static void table__ranges__in_order_and_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < width_table_count; i++) {
		assert_true(width_table[i].first <= width_table[i].last);
		assert_true(!i || width_table[i - 1].last < width_table[i].first);
		assert_int_equal(width_kind_of(width_table[i].first), width_table[i].kind);
		assert_int_equal(width_kind_of(width_table[i].last), width_table[i].kind);
	}
	assert_int_equal(width_kind_of(0x10ffff), WIDTH_ONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(width__texts__columns_of_a_terminal),
		cmocka_unit_test(cut__texts__never_wider_and_whole_characters),
		cmocka_unit_test(cut__random_texts__fit_in_any_width),
		cmocka_unit_test(table__ranges__in_order_and_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
