/* What users are told: placeholders, what is wrong with a text, and where it is cut. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "notice.h"
#include "wts_text.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define MINUTE	     60000

static const struct notice_values values = {
	.user = "alice",
	.host = "rdsh001",
	.reason = "patch night",
	.grace = true,
	.left_ms = 15 * MINUTE,
	.until_local_ms = INT64_C(1767225600000) + 22 * 3600000 + 5 * MINUTE,
};

static void fills(const char *text, const struct notice_values *with, const char *expected)
{
	struct strbuf out;

	strbuf_init(&out);
	assert_int_equal(notice_check(text, with, &out), 0);
	notice_fill(&out, text, with);
	assert_string_equal(strbuf_text(&out), expected);
	strbuf_release(&out);
}

static void notice_fill__placeholders__are_filled(void **state)
{
	struct notice_values other = values;

	(void)state;
	fills("plain", &values, "plain");
	fills("{user}{host}", &values, "alicerdsh001");
	fills("Dear {user}, {reason}: {minutes} min, until {time}.", &values,
	      "Dear alice, patch night: 15 min, until 22:05.");
	fills("{{user}} {{{user}}} }}{{", &values, "{user} {alice} }{");
	fills("zwei\nZeilen, größer 😀", &values, "zwei\nZeilen, größer 😀");
	other.left_ms = 15 * MINUTE + 1; /* rounded up */
	fills("{minutes}", &other, "16");
	other.left_ms = 1;
	fills("{minutes}", &other, "1");
	other.left_ms = -5;
	fills("{minutes}", &other, "0");
	other.until_local_ms = -1; /* just before midnight, long ago */
	fills("{time}", &other, "23:59");
	other.user = "{host}"; /* what is filled in is not looked at again */
	fills("{user}", &other, "{host}");
}

static void notice_check__wrong_text__says_where_and_what_there_is(void **state)
{
	static const struct notice_values no_grace = { .reason = "x" },
					  no_reason = { .grace = true };
	static const struct {
		const char *text;
		const struct notice_values *offered;
		const char *error;
	} rows[] = {
		{ "", &values, "is empty: there is nothing to show" },
		{ " \n\t ", &values, "is empty: there is nothing to show" },
		{ "für {usr}", &values,
		  "has an unknown placeholder '{usr}' at character 5; there are {user} {host} "
		  "{minutes} {time} {reason}, and {{ and }} stand for braces" },
		{ "{user", &values,
		  "has a placeholder that is not closed at character 1; there are {user} {host} "
		  "{minutes} {time} {reason}, and {{ and }} stand for braces" },
		{ "{user}{", &values,
		  "has a placeholder that is not closed at character 7; there are {user} {host} "
		  "{minutes} {time} {reason}, and {{ and }} stand for braces" },
		{ "{us{user}", &values,
		  "has a placeholder that is not closed at character 1; there are {user} {host} "
		  "{minutes} {time} {reason}, and {{ and }} stand for braces" },
		{ "{{ok}} 1 }", &values,
		  "has a '}' without its '{' at character 10; there are {user} {host} {minutes} "
		  "{time} {reason}, and {{ and }} stand for braces" },
		{ "{USER}", &values,
		  "has an unknown placeholder '{USER}' at character 1; there are {user} {host} "
		  "{minutes} {time} {reason}, and {{ and }} stand for braces" },
		{ "at {time}", &no_grace,
		  "has {time} at character 4, but there is no grace that ends; there are {user} "
		  "{host} {reason}, and {{ and }} stand for braces" },
		{ "{reason}", &no_reason,
		  "has {reason} at character 1, but there is no --reason; there are {user} {host} "
		  "{minutes} {time}, and {{ and }} stand for braces" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct strbuf error;

		strbuf_init(&error);
		assert_int_equal(notice_check(rows[i].text, rows[i].offered, &error), -1);
		assert_string_equal(strbuf_text(&error), rows[i].error);
		strbuf_release(&error);
	}
}

static void repeat(struct strbuf *out, const char *text, size_t count)
{
	strbuf_clear(out);
	for (size_t i = 0; i < count; i++)
		strbuf_adds(out, text);
}

static void notice_check__too_long__is_refused(void **state)
{
	struct strbuf text, error;

	(void)state;
	strbuf_init(&text);
	strbuf_init(&error);
	repeat(&text, "ü", 511);
	assert_int_equal(notice_check(strbuf_text(&text), &values, &error), 0);
	repeat(&text, "ü", 512);
	assert_int_equal(notice_check(strbuf_text(&text), &values, &error), -1);
	assert_string_equal(strbuf_text(&error),
			    "is too long: 512 UTF-16 units, and a message box takes 511");
	strbuf_clear(&error);
	repeat(&text, "😀", 255);
	assert_int_equal(notice_check(strbuf_text(&text), &values, &error), 0);
	repeat(&text, "😀", 256);
	assert_int_equal(notice_check(strbuf_text(&text), &values, &error), -1);
	/* what placeholders will take is not known yet; braces count once */
	repeat(&text, "{{", 511);
	strbuf_adds(&text, "{user}");
	strbuf_clear(&error);
	assert_int_equal(notice_check(strbuf_text(&text), &values, &error), 0);
	strbuf_release(&text);
	strbuf_release(&error);
}

/* The units that reach the API, and none of them half a character. */
static size_t units_of(const char *text)
{
	uint16_t units[2048];
	size_t len = wts_text_units(units, COUNT(units), text);

	assert_true(len == 0 || units[len - 1] < 0xD800 || units[len - 1] >= 0xDC00);
	return len;
}

static void notice_fill__too_long_when_filled__is_cut_at_a_character(void **state)
{
	static const struct {
		const char *unit;
		size_t count, units;
	} rows[] = { { "x", 600, 511 }, { "ü", 600, 511 }, { "€", 600, 511 }, { "😀", 300, 510 } };
	struct notice_values long_name = values;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct strbuf name, out;

		strbuf_init(&name);
		strbuf_init(&out);
		repeat(&name, rows[i].unit, rows[i].count);
		long_name.user = strbuf_text(&name);
		notice_fill(&out, "{user}", &long_name);
		assert_int_equal(units_of(strbuf_text(&out)), rows[i].units);
		assert_memory_equal(strbuf_text(&out), strbuf_text(&name), out.len);
		/* a pair that would be torn apart is left out whole */
		strbuf_clear(&out);
		notice_fill(&out, "1{user}", &long_name);
		assert_int_equal(units_of(strbuf_text(&out)), 511);
		strbuf_release(&name);
		strbuf_release(&out);
	}
	assert_true(units_of(NOTICE_TITLE) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notice_fill__placeholders__are_filled),
		cmocka_unit_test(notice_check__wrong_text__says_where_and_what_there_is),
		cmocka_unit_test(notice_check__too_long__is_refused),
		cmocka_unit_test(notice_fill__too_long_when_filled__is_cut_at_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
