/*
 * table.h - a plain aligned table: one row a line, columns as wide as their widest cell.
 *
 * Cells are escaped for a terminal when they are added; width is counted in code points. Ends of
 * lines carry no blanks.
 * Errors: as strbuf.h says, in the table; table_print() then reports it.
 */
#ifndef RDSWEEP_TABLE_H
#define RDSWEEP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "strbuf.h"

struct table_column {
	const char *title;
	bool right; /* numbers */
};

struct table {
	const struct table_column *columns; /* kept */
	size_t column_count;
	struct strbuf cells; /* escaped, each with its NUL; private */
	size_t cell_count;
	size_t *widths; /* NULL when memory was short */
};

void table_init(struct table *table, const struct table_column *columns, size_t column_count);
void table_release(struct table *table);

/* The next cell, row by row; NULL and "" print as `-`, so that columns can be told apart. */
void table_add(struct table *table, const char *cell);

/* Appends heading and rows; a row that is not full ends early. 0, or -1 when memory was short at
 * any time. */
int table_print(const struct table *table, struct strbuf *out);

#endif
