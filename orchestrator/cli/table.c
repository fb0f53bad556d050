/* table.c - see table.h. */
#include "table.h"

#include "text.h"
#include "text_width.h"

#include <stdlib.h>
#include <string.h>

#define GAP 2 /* between columns */

static size_t width_of(const char *cell)
{
	return text_width(cell, strlen(cell));
}

void table_init(struct table *table, const struct table_column *columns, size_t column_count)
{
	table->columns = columns;
	table->column_count = column_count;
	table->cell_count = 0;
	table->colors = false;
	strbuf_init(&table->cells);
	table->shown = NULL;
	table->widths = calloc(column_count * 2, sizeof(*table->widths));
	if (!table->widths)
		return;
	table->shown = table->widths + column_count;
	for (size_t i = 0; i < column_count; i++)
		table->widths[i] = table->shown[i] = width_of(columns[i].title);
}

void table_release(struct table *table)
{
	strbuf_release(&table->cells);
	free(table->widths);
	table->widths = table->shown = NULL;
}

void table_add_painted(struct table *table, const char *cell, enum paint paint)
{
	size_t start = table->cells.len + 1;
	size_t column = table->cell_count++ % table->column_count;
	size_t width;

	if (!cell || !*cell)
		cell = "-";
	strbuf_addc(&table->cells, (char)('0' + paint));
	text_escape_add(&table->cells, cell, strlen(cell));
	strbuf_addc(&table->cells, '\0');
	if (table->cells.failed || !table->widths)
		return;
	width = width_of(table->cells.data + start);
	if (width > table->widths[column])
		table->widths[column] = table->shown[column] = width;
}

void table_add(struct table *table, const char *cell)
{
	table_add_painted(table, cell, PAINT_PLAIN);
}

static size_t shown_width(const struct table *table)
{
	size_t sum = 0;

	for (size_t i = 0; i < table->column_count; i++)
		if (table->shown[i])
			sum += table->shown[i] + (sum ? GAP : 0);
	return sum;
}

/* With the first `left_out` of those that may leave gone and the others cut as far as needed. */
static bool fits(struct table *table, size_t width, const struct table_cut *cuts, size_t cut_count,
		 size_t left_out)
{
	memcpy(table->shown, table->widths, table->column_count * sizeof(*table->shown));
	for (size_t i = 0; i < cut_count; i++)
		if (cuts[i].leaves && left_out) {
			table->shown[cuts[i].column] = 0;
			left_out--;
		}
	for (size_t i = 0; i < cut_count && shown_width(table) > width; i++) {
		size_t *shown = &table->shown[cuts[i].column];
		size_t over = shown_width(table) - width;

		if (!cuts[i].least || *shown <= cuts[i].least)
			continue;
		*shown = *shown - cuts[i].least > over ? *shown - over : cuts[i].least;
	}
	return shown_width(table) <= width;
}

void table_fit(struct table *table, size_t width, const struct table_cut *cuts, size_t cut_count)
{
	size_t may_leave = 0;

	if (!table->widths)
		return;
	for (size_t i = 0; i < cut_count; i++)
		may_leave += cuts[i].leaves;
	for (size_t left_out = 0; left_out <= may_leave; left_out++)
		if (fits(table, width, cuts, cut_count, left_out))
			return;
}

static void pad(struct strbuf *out, size_t blanks)
{
	while (blanks--)
		strbuf_addc(out, ' ');
}

static bool is_last(const struct table *table, size_t column, size_t cells_after)
{
	for (size_t i = column + 1; i < table->column_count && cells_after--; i++)
		if (table->shown[i])
			return false;
	return true;
}

/* `cells_after`: how many there are behind it in its row. */
static void print_cell(const struct table *table, size_t column, const char *cell, enum paint paint,
		       size_t cells_after, struct strbuf *out)
{
	size_t shown = table->shown[column], len = strlen(cell), blanks;
	bool first = true;

	if (!shown)
		return;
	for (size_t i = 0; i < column; i++)
		first &= !table->shown[i];
	if (!first)
		pad(out, GAP);
	blanks = width_of(cell);
	blanks = blanks < shown ? shown - blanks : 0;
	if (table->columns[column].right)
		pad(out, blanks);
	if (table->colors)
		paint_begin(out, paint);
	blanks = shown - text_cut_add(out, cell, len, shown);
	if (table->colors)
		paint_end(out, paint);
	if (!table->columns[column].right && !is_last(table, column, cells_after))
		pad(out, blanks);
}

int table_print(const struct table *table, struct strbuf *out)
{
	const char *cell = strbuf_text(&table->cells);

	if (!table->widths || table->cells.failed)
		return -1;
	for (size_t i = 0; i < table->column_count; i++)
		print_cell(table, i, table->columns[i].title, PAINT_BOLD,
			   table->column_count - 1 - i, out);
	strbuf_addc(out, '\n');
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t column = i % table->column_count;

		print_cell(table, column, cell + 1, (enum paint)(cell[0] - '0'),
			   table->cell_count - 1 - i, out);
		if (column + 1 == table->column_count || i + 1 == table->cell_count)
			strbuf_addc(out, '\n');
		cell += strlen(cell) + 1;
	}
	return out->failed ? -1 : 0;
}
