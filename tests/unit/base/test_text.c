#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "hash.h"
#include "text.h"
#include "width_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void utf8__every_code_point__there_and_back(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		if (code >= 0xd800 && code <= 0xdfff) {
			continue;
		}
		char bytes[4];
		size_t len = utf8_encode(code, bytes);
		uint32_t back = 0xffffffff;
		assert_int_equal(utf8_decode(bytes, len, &back), len);
		assert_int_equal(back, code);
		for (size_t shorter = 0; shorter < len; shorter++) {
			assert_int_equal(utf8_decode(bytes, shorter, &back), 0);
		}
	}
}

static void utf8_encode__no_code_point__replacement(void **state)
{
	(void)state;
	static const uint32_t bad[] = { 0xd800, 0xdbff, 0xdc00, 0xdfff, 0x110000, 0xffffffff };
	for (size_t i = 0; i < COUNT(bad); i++) {
		char bytes[4];
		assert_int_equal(utf8_encode(bad[i], bytes), 3);
		assert_memory_equal(bytes, "\xef\xbf\xbd", 3);
	}
}

static void utf8_decode__malformed__nothing(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xc3(",
		"\xe2\x82(",
		"\xf0\x9f\x98(",
		"\xe2(\xac",
		"\xc3",
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		uint32_t code = 77;
		assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &code), 0);
		assert_int_equal(code, 77);
	}
}

static void utf8_valid__texts__place_of_the_break(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len;
		int break_at; /* -1: valid */
	} rows[] = {
		{ "", 0, -1 },
		{ "plain", 5, -1 },
		{ "M\xc3\xbcller", 7, -1 },
		{ "a\0b", 3, 1 },
		{ "a\xc3", 2, 1 },
		{ "ok\xed\xa0\x80", 5, 2 },
		{ "\xf0\x9f\x98\x80\xff", 5, 4 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t offset = 99;
		assert_int_equal(utf8_valid(rows[i].text, rows[i].len, &offset),
				 rows[i].break_at < 0);
		assert_int_equal(offset, rows[i].break_at < 0 ? 99 : rows[i].break_at);
		assert_int_equal(utf8_valid(rows[i].text, rows[i].len, NULL), rows[i].break_at < 0);
	}
}

static void utf16__units__utf8(void **state)
{
	(void)state;
	static const uint16_t units[] = { 'A', 0xfc,   0x20ac, 0xd83d, 0xde00, 0xd83d,
					  'x', 0xde00, 0xd83d, 0xd83d, 0xde00, 0xdbff };
	struct strbuf out;
	strbuf_init(&out);
	utf8_from_utf16(&out, units, COUNT(units));
	assert_string_equal(strbuf_text(&out),
			    "A\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbdx\xef\xbf\xbd"
			    "\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd");
	strbuf_clear(&out);
	utf8_from_utf16(&out, NULL, 0);
	assert_int_equal(out.len, 0);
	strbuf_release(&out);
}

static void fold__chosen_letters__as_unicode_says(void **state)
{
	(void)state;
	static const uint32_t pairs[][2] = {
		{ 'A', 'a' },		{ 'Z', 'z' },	      { '@', '@' },
		{ '[', '[' },		{ 0xc4, 0xe4 },	      { 0xd7, 0xd7 },
		{ 0xb5, 0x3bc },	{ 0x100, 0x101 },     { 0x101, 0x101 },
		{ 0x178, 0xff },	{ 0x17f, 's' },	      { 0x130, 0x130 },
		{ 0x131, 0x131 },	{ 0x1e9e, 0xdf },     { 0xdf, 0xdf },
		{ 0x3a3, 0x3c3 },	{ 0x3c2, 0x3c3 },     { 0x212a, 'k' },
		{ 0x212b, 0xe5 },	{ 0x410, 0x430 },     { 0x13a0, 0x13a0 },
		{ 0xab70, 0x13a0 },	{ 0x10400, 0x10428 }, { 0x1e921, 0x1e943 },
		{ 0x10ffff, 0x10ffff }, { 0x4e00, 0x4e00 },   { 0xff21, 0xff41 },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		assert_int_equal(text_fold(pairs[i][0]), pairs[i][1]);
	}
}

static void fold__every_code_point__folding_twice_changes_nothing(void **state)
{
	(void)state;
	uint32_t changed = 0;
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		if (code >= 0xd800 && code <= 0xdfff) {
			continue;
		}
		uint32_t folded = text_fold(code);
		changed += folded != code;
		assert_true(folded <= 0x10ffff && !(folded >= 0xd800 && folded <= 0xdfff));
		assert_int_equal(text_fold(folded), folded);
	}
	assert_in_range(changed, 1428 + 26, 2000); /* later versions of Unicode only add */
}

static void fold_cmp__pairs__order_of_the_folded_texts(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		int order;
	} rows[] = {
		{ "", "", 0 },
		{ "RDSH01", "rdsh01", 0 },
		{ "M\xc3\x9cLLER", "m\xc3\xbcller", 0 },
		{ "stra\xc3\x9f"
		  "e",
		  "strasse", 1 },
		{ "a", "B", -1 },
		{ "b", "A", 1 },
		{ "a", "ab", -1 },
		{ "ab", "a", 1 },
		{ "\xff", "\xff", 0 },
		{ "\xe9", "\xc3\xa9", 1 }, /* a byte is not the code point of its number */
		{ "\xc3", "\xc3\xa9", -1 },
		{ "K", "\xe2\x84\xaa", 0 }, /* KELVIN SIGN */
		{ "z", "\xc3\xa4", -1 },
		{ "_", "A", -1 }, /* folded before it is compared */
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int order = text_fold_cmp(rows[i].a, rows[i].b);
		assert_int_equal((order > 0) - (order < 0), rows[i].order);
		order = text_fold_cmp(rows[i].b, rows[i].a);
		assert_int_equal((order > 0) - (order < 0), -rows[i].order);
		assert_int_equal(text_fold_eq(rows[i].a, rows[i].b), rows[i].order == 0);
	}
}

/* text_fold_cmp() promises to be strcmp() of what text_fold_add() gives. */
static void fold_cmp__random_bytes__agrees_with_fold_add(void **state)
{
	(void)state;
	static const char *const pieces[] = {
		"a",	    "A",    "\xc3",	    "\xa4", "\xc3\xa4",
		"\xc3\x84", "\xff", "\xe2\x84\xaa", "k",    "\xf0\x90\x90\x80"
	};
	uint64_t rng = 11;
	struct strbuf folded[2];
	strbuf_init(&folded[0]);
	strbuf_init(&folded[1]);
	for (int round = 0; round < 20000; round++) {
		char text[2][32] = { "", "" };
		for (int side = 0; side < 2; side++) {
			for (uint64_t left = rng_below(&rng, 5); left; left--) {
				strcat(text[side], pieces[rng_below(&rng, COUNT(pieces))]);
			}
			strbuf_clear(&folded[side]);
			text_fold_add(&folded[side], text[side], strlen(text[side]));
		}
		int want = strcmp(strbuf_text(&folded[0]), strbuf_text(&folded[1]));
		int have = text_fold_cmp(text[0], text[1]);
		assert_int_equal((have > 0) - (have < 0), (want > 0) - (want < 0));
	}
	strbuf_release(&folded[0]);
	strbuf_release(&folded[1]);
}

static void fold_add__text__appended_folded(void **state)
{
	(void)state;
	struct strbuf out;
	strbuf_init(&out);
	strbuf_adds(&out, "Kept:");
	text_fold_add(&out, "RDSH\xc3\x84\xff", 7);
	assert_string_equal(strbuf_text(&out), "Kept:rdsh\xc3\xa4\xff");
	strbuf_release(&out);
}

static void escape__texts__nothing_a_terminal_obeys(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len;
		const char *shown;
	} rows[] = {
		{ "", 0, "" },
		{ "CORP\\alice", 10, "CORP\\alice" },
		{ "M\xc3\xbcller \xe4\xbd\xa0 \xf0\x9f\x98\x80", 16,
		  "M\xc3\xbcller \xe4\xbd\xa0 \xf0\x9f\x98\x80" },
		{ "a\x1b[31mb", 7, "a\\x1b[31mb" },
		{ "a\0b\r\n\t", 6, "a\\x00b\\x0d\\x0a\\x09" },
		{ "\x7f", 1, "\\x7f" },
		{ "\xc2\x9b", 2, "\\u{009b}" },		/* CSI as one C1 character */
		{ "\x9b", 1, "\\x9b" },			/* and as a byte */
		{ "\xc2\xa0", 2, "\xc2\xa0" },		/* no-break space is none of them */
		{ "x\xe2\x80\xaey", 5, "x\\u{202e}y" }, /* right-to-left override */
		{ "\xe2\x81\xa6\xe2\x81\xa9", 6, "\\u{2066}\\u{2069}" },
		{ "\xe2\x80\x8b\xe2\x80\x8d", 6, "\\u{200b}\\u{200d}" },
		{ "\xe2\x80\xa8\xe2\x80\xa9", 6, "\\u{2028}\\u{2029}" },
		{ "\xe2\x80\x90\xe2\x80\xa6", 6, "\xe2\x80\x90\xe2\x80\xa6" },
		{ "\xef\xbb\xbf!", 4, "\\u{feff}!" },
		{ "ok\xff\xfe"
		  "end",
		  7, "ok\\xff\\xfeend" },
		{ "cut\xe2\x82", 5, "cut\\xe2\\x82" },
		{ "\xed\xa0\x80", 3, "\\xed\\xa0\\x80" },
		{ "so\xc2\xad"
		  "ft",
		  6, "so\\u{00ad}ft" },
		{ "\xd8\x9c", 2, "\\u{061c}" },		 /* Arabic letter mark */
		{ "\xe3\x85\xa4", 3, "\\u{3164}" },	 /* Hangul filler: looks like a space */
		{ "\xf3\xa0\x81\x81", 4, "\\u{e0041}" }, /* a tag */
		{ "\xe2\x9d\xa4\xef\xb8\x8f", 6, "\xe2\x9d\xa4\\u{fe0f}" },
		{ "e\xcc\x81", 3, "e\xcc\x81" }, /* a mark has its letter */
		{ "\xcc\x81"
		  "e",
		  3, "\\u{0301}e" },
		{ "\xe2\x80\x8b\xcc\x81", 5, "\\u{200b}\\u{0301}" },
		{ "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", 19,
		  "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\\u{0301}" },
	};
	struct strbuf out;
	strbuf_init(&out);
	for (size_t i = 0; i < COUNT(rows); i++) {
		strbuf_clear(&out);
		strbuf_adds(&out, ">");
		text_escape_add(&out, rows[i].text, rows[i].len);
		assert_string_equal(strbuf_text(&out) + 1, rows[i].shown);
	}
	strbuf_release(&out);
}

static void escape__random_bytes__valid_and_harmless(void **state)
{
	(void)state;
	uint64_t rng = 5;
	struct strbuf out;
	strbuf_init(&out);
	for (int round = 0; round < 20000; round++) {
		char text[24];
		size_t len = (size_t)rng_below(&rng, sizeof(text));
		for (size_t i = 0; i < len; i++) {
			text[i] = (char)rng_next(&rng);
		}
		strbuf_clear(&out);
		text_escape_add(&out, text, len);
		assert_true(utf8_valid(strbuf_text(&out), out.len, NULL));
		for (size_t i = 0; i < out.len; i++) {
			assert_true((unsigned char)out.data[i] >= 0x20 && out.data[i] != 0x7f);
		}
		/* What is harmless once is so again. */
		struct strbuf again;
		strbuf_init(&again);
		text_escape_add(&again, strbuf_text(&out), out.len);
		assert_string_equal(strbuf_text(&again), strbuf_text(&out));
		strbuf_release(&again);
	}
	strbuf_release(&out);
}

static void escape__random_characters__nothing_hidden_is_left(void **state)
{
	(void)state;
	uint64_t rng = 6;
	struct strbuf text, out, again;
	strbuf_init(&text);
	strbuf_init(&out);
	strbuf_init(&again);
	for (int round = 0; round < 20000; round++) {
		strbuf_clear(&text);
		strbuf_clear(&out);
		strbuf_clear(&again);
		for (int i = (int)rng_below(&rng, 16); i > 0; i--) {
			char bytes[4];
			uint32_t limit = round % 3 ? 0x3000 : 0xe0200;
			uint32_t code_point =
				rng_below(&rng, 2) ? 0x301 : (uint32_t)rng_below(&rng, limit);
			strbuf_add(&text, bytes, utf8_encode(code_point, bytes));
		}
		text_escape_add(&out, strbuf_text(&text), text.len);
		for (size_t at = 0; at < out.len;) {
			uint32_t code_point;
			at += utf8_decode(out.data + at, out.len - at, &code_point);
			assert_int_not_equal(width_kind_of(code_point), WIDTH_HIDDEN);
		}
		text_escape_add(&again, strbuf_text(&out), out.len);
		assert_string_equal(strbuf_text(&again), strbuf_text(&out));
	}
	strbuf_release(&text);
	strbuf_release(&out);
	strbuf_release(&again);
}

static void from_file__good__utf8_without_bom(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} rows[] = {
		{ NULL, 0, "" },
		{ "", 0, "" },
		{ "plain\n", 6, "plain\n" },
		{ "\xef\xbb\xbfplain", 8, "plain" },
		{ "\xef\xbb\xbf", 3, "" },
		{ "\xff\xfe", 2, "" },
		{ "\xff\xfe"
		  "a\0\n\0",
		  6, "a\n" },
		{ "\xff\xfe\xfc\0\xac\x20\x3d\xd8\x00\xde", 10,
		  "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct strbuf out;
		size_t offset;
		const char *what;
		strbuf_init(&out);
		assert_int_equal(text_from_file(&out, rows[i].bytes, rows[i].len, &offset, &what),
				 0);
		assert_string_equal(strbuf_text(&out), rows[i].text);
		strbuf_release(&out);
	}
}

static void from_file__bad__place_and_reason(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
		size_t offset;
		const char *what;
	} rows[] = {
		{ "ab\xff", 3, 2, "neither UTF-8 nor UTF-16LE with a BOM" },
		{ "\xfe\xff\0a", 4, 0, "neither UTF-8 nor UTF-16LE with a BOM" },
		{ "\xef\xbb\xbf"
		  "a\xc3",
		  5, 4, "neither UTF-8 nor UTF-16LE with a BOM" },
		{ "ab\0c", 4, 2, "NUL is not allowed in text" },
		{ "\xff\xfe"
		  "a\0\0\0",
		  6, 4, "NUL is not allowed in text" },
		{ "\xff\xfe"
		  "a\0b",
		  5, 4, "half a UTF-16 unit at the end" },
		{ "\xff\xfe"
		  "a\0\x3d\xd8",
		  6, 4, "a lone UTF-16 surrogate" },
		{ "\xff\xfe\x3d\xd8"
		  "a\0",
		  6, 2, "a lone UTF-16 surrogate" },
		{ "\xff\xfe\x00\xde", 4, 2, "a lone UTF-16 surrogate" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct strbuf out;
		size_t offset = 99;
		const char *what = NULL;
		strbuf_init(&out);
		assert_int_equal(text_from_file(&out, rows[i].bytes, rows[i].len, &offset, &what),
				 -1);
		assert_int_equal(offset, rows[i].offset);
		assert_string_equal(what, rows[i].what);
		assert_int_equal(out.len, 0);
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8__every_code_point__there_and_back),
		cmocka_unit_test(utf8_encode__no_code_point__replacement),
		cmocka_unit_test(utf8_decode__malformed__nothing),
		cmocka_unit_test(utf8_valid__texts__place_of_the_break),
		cmocka_unit_test(utf16__units__utf8),
		cmocka_unit_test(fold__chosen_letters__as_unicode_says),
		cmocka_unit_test(fold__every_code_point__folding_twice_changes_nothing),
		cmocka_unit_test(fold_cmp__pairs__order_of_the_folded_texts),
		cmocka_unit_test(fold_cmp__random_bytes__agrees_with_fold_add),
		cmocka_unit_test(fold_add__text__appended_folded),
		cmocka_unit_test(escape__texts__nothing_a_terminal_obeys),
		cmocka_unit_test(escape__random_bytes__valid_and_harmless),
		cmocka_unit_test(escape__random_characters__nothing_hidden_is_left),
		cmocka_unit_test(from_file__good__utf8_without_bom),
		cmocka_unit_test(from_file__bad__place_and_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
