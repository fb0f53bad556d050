/* test_table.c - columns line up whatever stands in them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "table.h"

static const struct table_column columns[] = { { "NAME", false },
					       { "ID", true },
					       { "TEXT", false } };

static void assert_prints(const char *const *cells, size_t count, const char *wanted)
{
	struct table table;
	struct strbuf out;

	table_init(&table, columns, 3);
	strbuf_init(&out);
	for (size_t i = 0; i < count; i++)
		table_add(&table, cells[i]);
	assert_int_equal(table_print(&table, &out), 0);
	assert_string_equal(strbuf_text(&out), wanted);
	strbuf_release(&out);
	table_release(&table);
}

static void table__no_rows__is_its_heading(void **state)
{
	(void)state;
	assert_prints(NULL, 0, "NAME  ID  TEXT\n");
}

static void table__wide_cells__move_their_column_only(void **state)
{
	const char *const cells[] = { "a", "12345", "x", "longer", "7", "yy" };

	(void)state;
	assert_prints(cells, 6, "NAME       ID  TEXT\na       12345  x\nlonger      7  yy\n");
}

static void table__not_ascii__counts_columns(void **state)
{
	const char *const cells[] = { "J\xc3\xb6rg\xc3\xa4", "1", "z" };

	(void)state;
	assert_prints(cells, 3, "NAME   ID  TEXT\nJ\xc3\xb6rg\xc3\xa4   1  z\n");
}

static void table__empty_cells__are_dashes(void **state)
{
	const char *const cells[] = { "", NULL, "" };

	(void)state;
	assert_prints(cells, 3, "NAME  ID  TEXT\n-      -  -\n");
}

static void table__hostile_bytes__are_escaped(void **state)
{
	const char *const cells[] = { "a\x1b[2J", "1", "b\n\xff" };

	(void)state;
	assert_prints(cells, 3, "NAME      ID  TEXT\na\\x1b[2J   1  b\\x0a\\xff\n");
}

static void table__wide_characters_and_marks__line_up(void **state)
{
	const char *const cells[] = {
		"\xe5\xb1\xb1\xe7\x94\xb0", "1", "z", "e\xcc\x81x", "2", "\xe2\x80\xae"
	};

	(void)state;
	assert_prints(cells, 6,
		      "NAME  ID  TEXT\n\xe5\xb1\xb1\xe7\x94\xb0   1  z\n"
		      "e\xcc\x81x     2  \\u{202e}\n");
}

static void assert_fits(size_t width, const char *wanted)
{
	static const struct table_cut cuts[] = { { 2, 3, true }, { 0, 2, false } };
	struct table table;
	struct strbuf out;

	table_init(&table, columns, 3);
	strbuf_init(&out);
	table_add(&table, "longname");
	table_add(&table, "12345");
	table_add(&table, "some text");
	table_fit(&table, width, cuts, 2);
	assert_int_equal(table_print(&table, &out), 0);
	assert_string_equal(strbuf_text(&out), wanted);
	strbuf_release(&out);
	table_release(&table);
}

static void table__too_wide__cut_and_then_left_out_in_order(void **state)
{
	(void)state;
	assert_fits(26, "NAME         ID  TEXT\nlongname  12345  some text\n");
	assert_fits(22, "NAME         ID  TEXT\nlongname  12345  some\xe2\x80\xa6\n");
	assert_fits(19,
		    "NAME        ID  TE\xe2\x80\xa6\nlongna\xe2\x80\xa6  12345  so\xe2\x80\xa6\n");
	assert_fits(14,
		    "N\xe2\x80\xa6     ID  TE\xe2\x80\xa6\nl\xe2\x80\xa6  12345  so\xe2\x80\xa6\n");
	assert_fits(13, "NAME       ID\nlongn\xe2\x80\xa6  12345\n");
	assert_fits(5, "N\xe2\x80\xa6     ID\nl\xe2\x80\xa6  12345\n"); /* as narrow as it gets */
}

static void table__colors__only_around_the_text(void **state)
{
	struct table table;
	struct strbuf out;

	(void)state;
	table_init(&table, columns, 3);
	strbuf_init(&out);
	table_add_painted(&table, "a", PAINT_RED);
	table_add(&table, "1");
	table_add_painted(&table, "b", PAINT_DIM);
	table.colors = true;
	assert_int_equal(table_print(&table, &out), 0);
	assert_string_equal(strbuf_text(&out),
			    "\x1b[1mNAME\x1b[0m  \x1b[1mID\x1b[0m  \x1b[1mTEXT\x1b[0m\n"
			    "\x1b[31ma\x1b[0m      1  \x1b[2mb\x1b[0m\n");
	strbuf_release(&out);
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table__no_rows__is_its_heading),
		cmocka_unit_test(table__wide_cells__move_their_column_only),
		cmocka_unit_test(table__not_ascii__counts_columns),
		cmocka_unit_test(table__empty_cells__are_dashes),
		cmocka_unit_test(table__hostile_bytes__are_escaped),
		cmocka_unit_test(table__wide_characters_and_marks__line_up),
		cmocka_unit_test(table__too_wide__cut_and_then_left_out_in_order),
		cmocka_unit_test(table__colors__only_around_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
