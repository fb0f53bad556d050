/*
 * table.h - a plain aligned table: one row a line, columns as wide as their widest cell.
 *
 * Cells are escaped for a terminal when they are added; widths are columns of a terminal, so that
 * East Asian and combining characters line up. Ends of lines carry no blanks.
 * Errors: as strbuf.h says, in the table; table_print() then reports it.
 */
#ifndef RDSWEEP_TABLE_H
#define RDSWEEP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "paint.h"
#include "strbuf.h"

struct table_column {
	const char *title;
	bool right; /* numbers */
};

struct table {
	const struct table_column *columns; /* kept */
	size_t column_count;
	bool colors; /* false; the caller may set it before printing */
	struct strbuf
		cells; /* escaped, each after the letter of its paint and with its NUL; private */
	size_t cell_count;
	size_t *widths; /* NULL when memory was short */
	size_t *shown;	/* what of them is printed; 0: nothing; private */
};

/* How one column gives way where the table is too wide. */
struct table_cut {
	size_t column;
	size_t least; /* its cells are cut down to so many columns, with an ellipsis; 0: not at all */
	bool leaves; /* and where that is not enough, it is left out */
};

void table_init(struct table *table, const struct table_column *columns, size_t column_count);
void table_release(struct table *table);

/* The next cell, row by row; NULL and "" print as `-`, so that columns can be told apart. */
void table_add(struct table *table, const char *cell);
void table_add_painted(struct table *table, const char *cell, enum paint paint);

/* Makes the table fit into `width` columns; `cuts` names what gives way, the least important column
 * first: it leaves columns out only where cutting all of them is not enough, and cuts no more than it has to.
 * A table that still does not fit is printed as wide as it is. After the last cell. */
void table_fit(struct table *table, size_t width, const struct table_cut *cuts, size_t cut_count);

/* Appends heading and rows; a row that is not full ends early. 0, or -1 when memory was short at
 * any time. */
int table_print(const struct table *table, struct strbuf *out);

#endif
