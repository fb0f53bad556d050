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

static void table__not_ascii__counts_code_points(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table__no_rows__is_its_heading),
		cmocka_unit_test(table__wide_cells__move_their_column_only),
		cmocka_unit_test(table__not_ascii__counts_code_points),
		cmocka_unit_test(table__empty_cells__are_dashes),
		cmocka_unit_test(table__hostile_bytes__are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
