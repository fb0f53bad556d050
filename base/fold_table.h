/*
 * fold_table.h - the table behind text_fold(); private to base.
 *
 * Sorted by `first`, without overlaps, and without ASCII, which text_fold() does by itself.
 */
#ifndef RDSWEEP_FOLD_TABLE_H
#define RDSWEEP_FOLD_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* Every `stride`-th code point from `first` to `last` (included) folds to itself plus `delta`. */
struct fold_range {
	uint32_t first, last;
	int32_t stride, delta;
};

extern const struct fold_range fold_table[];
extern const size_t fold_table_count;

#endif
