/*
 * width_table.h - the table behind text_width() and text_escape_add(); private to base.
 *
 * Sorted by `first`, without overlaps; what is not in it takes one column.
 */
#ifndef RDSWEEP_WIDTH_TABLE_H
#define RDSWEEP_WIDTH_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum width_kind {
	WIDTH_ONE,    /* not in the table */
	WIDTH_HIDDEN, /* controls, format characters and whatever else shows nothing */
	WIDTH_MARK,   /* stands on the character before it */
	WIDTH_WIDE    /* two columns */
};

struct width_range {
	uint32_t first, last;
	enum width_kind kind;
};

extern const struct width_range width_table[];
extern const size_t width_table_count;

/* The kind of any code point (text_width.c). */
enum width_kind width_kind_of(uint32_t code_point);

#endif
