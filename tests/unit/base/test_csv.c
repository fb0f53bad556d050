#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "csv.h"
#include "hash.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Every record on a line of its own: `LINE:COLUMN{text}` a field; an error as `! LINE:COLUMN text`.
 */
static void trace(struct strbuf *out, const char *text, size_t len)
{
	struct csv_reader *reader = csv_reader_create(text, len);
	const struct csv_field *fields;
	size_t count;
	int got;
	assert_non_null(reader);
	while ((got = csv_next(reader, &fields, &count)) == 1) {
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(strlen(fields[i].text), fields[i].len);
			strbuf_addf(out, "%d:%d{%s}", fields[i].line, fields[i].column,
				    fields[i].text);
		}
		strbuf_addc(out, '\n');
	}
	assert_int_equal(csv_next(reader, &fields, &count), got); /* the end stays the end */
	if (got < 0) {
		strbuf_addf(out, "! %d:%d %s", csv_error_line(reader), csv_error_column(reader),
			    csv_error_text(reader));
	}
	csv_reader_free(reader);
}

struct row {
	const char *text;
	size_t len;
	const char *trace;
};
#define ROW(text, trace)                                                                           \
	{                                                                                          \
		text, sizeof(text) - 1, trace                                                      \
	}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct strbuf out;
		strbuf_init(&out);
		trace(&out, rows[i].text, rows[i].len);
		assert_string_equal(strbuf_text(&out), rows[i].trace);
		strbuf_release(&out);
	}
}

static void read__records__fields_with_places(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("", ""),
		ROW("\n\r\n\n", ""),
		ROW("a", "1:1{a}\n"),
		ROW("host,ip\r\nrdsh1,10.0.0.1\r\n", "1:1{host}1:6{ip}\n2:1{rdsh1}2:7{10.0.0.1}\n"),
		ROW("a,b\nc,d", "1:1{a}1:3{b}\n2:1{c}2:3{d}\n"),
		ROW("a,\n,b\n", "1:1{a}1:3{}\n2:1{}2:2{b}\n"),
		ROW(",", "1:1{}1:2{}\n"),
		ROW("a\n\n\nb", "1:1{a}\n4:1{b}\n"),
		ROW("\"\"\n", "1:1{}\n"),
		ROW("\"a,b\",\"c\"\"d\"", "1:1{a,b}1:7{c\"d}\n"),
		ROW("\"\"\"\"", "1:1{\"}\n"),
		ROW("\"two\r\nlines\",x\ny", "1:1{two\r\nlines}2:8{x}\n3:1{y}\n"),
		ROW("\"a\rb\"", "1:1{a\rb}\n"),
		ROW("M\xc3\xbcller,x", "1:1{M\xc3\xbcller}1:8{x}\n"),
		ROW(" a , b ", "1:1{ a }1:5{ b }\n"), /* spaces are text */
		ROW("'a,b'", "1:1{'a}1:4{b'}\n"),
	};
	check_rows(rows, COUNT(rows));
}

static void read__mistakes__place_and_reason(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("a,\"b\nc", "! 1:3 the quote is never closed"),
		ROW("ok\n\"", "1:1{ok}\n! 2:1 the quote is never closed"),
		ROW("\"a\"b", "! 1:4 expected ',' or the end of the line after a closing quote"),
		ROW("\"a\" ,b", "! 1:4 expected ',' or the end of the line after a closing quote"),
		ROW("\"a\"\r", "! 1:4 expected ',' or the end of the line after a closing quote"),
		ROW("x\n\"\xc3\xbc\n\xc3\xbc\"z",
		    "1:1{x}\n! 3:3 expected ',' or the end of the line after a closing quote"),
		ROW("ab\"c", "! 1:3 a quote in a field that does not begin with one"),
		ROW("a, \"b\"", "! 1:4 a quote in a field that does not begin with one"),
		ROW("a\rb", "! 1:2 a carriage return without a line feed after it"),
		ROW("a\r", "! 1:2 a carriage return without a line feed after it"),
		ROW("a\0b", "! 1:2 NUL is not allowed in a field"),
		ROW("\"a\0\"", "! 1:3 NUL is not allowed in a field"),
	};
	check_rows(rows, COUNT(rows));
}

static void read__no_bytes__end(void **state)
{
	(void)state;
	struct strbuf out;
	strbuf_init(&out);
	trace(&out, NULL, 0);
	assert_int_equal(out.len, 0);
	strbuf_release(&out);
	csv_reader_free(NULL);
}

static void add__cells__quoted_where_needed(void **state)
{
	(void)state;
	static const struct {
		const char *cell, *plain, *text; /* by csv_add(), by csv_add_text() */
	} rows[] = {
		{ NULL, "", "" },
		{ "", "", "" },
		{ "abc", "abc", "abc" },
		{ "a b", "a b", "a b" },
		{ "a,b", "\"a,b\"", "\"a,b\"" },
		{ "say \"hi\"", "\"say \"\"hi\"\"\"", "\"say \"\"hi\"\"\"" },
		{ "\"", "\"\"\"\"", "\"\"\"\"" },
		{ "two\nlines", "\"two\nlines\"", "\"two\nlines\"" },
		{ "=1+1", "=1+1", "'=1+1" },
		{ "+1", "+1", "'+1" },
		{ "-1", "-1", "'-1" },
		{ "@SUM(A1)", "@SUM(A1)", "'@SUM(A1)" },
		{ "\tx", "\tx", "'\tx" },
		{ "\rx", "\"\rx\"", "\"'\rx\"" },
		{ "=\"a\",b", "\"=\"\"a\"\",b\"", "\"'=\"\"a\"\",b\"" },
		{ "a=b", "a=b", "a=b" },
		{ "'x", "'x", "'x" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct strbuf out;
		strbuf_init(&out);
		csv_add(&out, rows[i].cell);
		assert_string_equal(strbuf_text(&out), rows[i].plain);
		strbuf_clear(&out);
		csv_add_text(&out, rows[i].cell);
		assert_string_equal(strbuf_text(&out), rows[i].text);
		strbuf_release(&out);
	}
}

static void round_trip__random_cells__read_as_written(void **state)
{
	(void)state;
	uint64_t rng = 10;
	for (int round = 0; round < 3000; round++) {
		static char cells[60][12];
		size_t columns = 2 + (size_t)rng_below(&rng, 5);
		size_t lines = 1 + (size_t)rng_below(&rng, 8);
		struct strbuf out;
		strbuf_init(&out);
		for (size_t i = 0; i < columns * lines; i++) {
			size_t len = (size_t)rng_below(&rng, sizeof(cells[i]));
			for (size_t at = 0; at < len; at++) {
				cells[i][at] = "ab,\"\r\n \t;'\xc3"[rng_below(&rng, 11)];
			}
			cells[i][len] = '\0';
			csv_add(&out, cells[i]);
			strbuf_adds(&out, (i + 1) % columns ? "," : CSV_EOL);
		}
		struct csv_reader *reader = csv_reader_create(strbuf_text(&out), out.len);
		assert_non_null(reader);
		const struct csv_field *fields;
		size_t count;
		for (size_t line = 0; line < lines; line++) {
			assert_int_equal(csv_next(reader, &fields, &count), 1);
			assert_int_equal(count, columns);
			for (size_t i = 0; i < columns; i++) {
				assert_string_equal(fields[i].text, cells[line * columns + i]);
			}
		}
		assert_int_equal(csv_next(reader, &fields, &count), 0);
		csv_reader_free(reader);
		strbuf_release(&out);
	}
}

static void read__random_bytes__ends(void **state)
{
	(void)state;
	uint64_t rng = 12;
	for (int round = 0; round < 20000; round++) {
		char text[24];
		size_t len = (size_t)rng_below(&rng, sizeof(text));
		for (size_t i = 0; i < len; i++) {
			text[i] = "a,\"\r\n\0\xc3"[rng_below(&rng, 7)];
		}
		struct strbuf out;
		strbuf_init(&out);
		trace(&out, text, len);
		strbuf_release(&out);
	}
}

static void read__wide_record__all_fields(void **state)
{
	(void)state;
	struct strbuf out;
	strbuf_init(&out);
	for (int i = 0; i < 5000; i++) {
		strbuf_addf(&out, "%s%d", i ? "," : "", i);
	}
	struct csv_reader *reader = csv_reader_create(strbuf_text(&out), out.len);
	const struct csv_field *fields;
	size_t count;
	assert_non_null(reader);
	assert_int_equal(csv_next(reader, &fields, &count), 1);
	assert_int_equal(count, 5000);
	assert_string_equal(fields[0].text, "0");
	assert_string_equal(fields[4999].text, "4999");
	csv_reader_free(reader);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__records__fields_with_places),
		cmocka_unit_test(read__mistakes__place_and_reason),
		cmocka_unit_test(read__no_bytes__end),
		cmocka_unit_test(add__cells__quoted_where_needed),
		cmocka_unit_test(round_trip__random_cells__read_as_written),
		cmocka_unit_test(read__random_bytes__ends),
		cmocka_unit_test(read__wide_record__all_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
