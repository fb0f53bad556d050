/* table.c - see table.h. */
#include "table.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

/* Code points; the cell is escaped and therefore well-formed UTF-8. */
static size_t width_of(const char *cell)
{
	size_t width = 0;

	for (; *cell; cell++)
		width += ((unsigned char)*cell & 0xC0) != 0x80;
	return width;
}

void table_init(struct table *table, const struct table_column *columns, size_t column_count)
{
	table->columns = columns;
	table->column_count = column_count;
	table->cell_count = 0;
	strbuf_init(&table->cells);
	table->widths = calloc(column_count, sizeof(*table->widths));
	if (!table->widths)
		return;
	for (size_t i = 0; i < column_count; i++)
		table->widths[i] = width_of(columns[i].title);
}

void table_release(struct table *table)
{
	strbuf_release(&table->cells);
	free(table->widths);
	table->widths = NULL;
}

void table_add(struct table *table, const char *cell)
{
	size_t start = table->cells.len;
	size_t column = table->cell_count++ % table->column_count;
	size_t width;

	if (!cell || !*cell)
		cell = "-";
	text_escape_add(&table->cells, cell, strlen(cell));
	strbuf_addc(&table->cells, '\0');
	if (table->cells.failed || !table->widths)
		return;
	width = width_of(table->cells.data + start);
	if (width > table->widths[column])
		table->widths[column] = width;
}

static void pad(struct strbuf *out, size_t blanks)
{
	while (blanks--)
		strbuf_addc(out, ' ');
}

static void print_cell(const struct table *table, size_t column, const char *cell, bool last,
		       struct strbuf *out)
{
	size_t blanks = table->widths[column] - width_of(cell);

	if (column)
		strbuf_adds(out, "  ");
	if (table->columns[column].right)
		pad(out, blanks);
	strbuf_adds(out, cell);
	if (!table->columns[column].right && !last)
		pad(out, blanks);
	if (last)
		strbuf_addc(out, '\n');
}

int table_print(const struct table *table, struct strbuf *out)
{
	const char *cell = strbuf_text(&table->cells);

	if (!table->widths || table->cells.failed)
		return -1;
	for (size_t i = 0; i < table->column_count; i++)
		print_cell(table, i, table->columns[i].title, i + 1 == table->column_count, out);
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t column = i % table->column_count;

		print_cell(table, column, cell,
			   column + 1 == table->column_count || i + 1 == table->cell_count, out);
		cell += strlen(cell) + 1;
	}
	return out->failed ? -1 : 0;
}
