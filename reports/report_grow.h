/*
 * report_grow.h - private to reports: arrays that grow by half, as old and new are both there for a moment and
 * memory is bounded.
 */
#ifndef RDSWEEP_REPORT_GROW_H
#define RDSWEEP_REPORT_GROW_H

#include <stddef.h>

/* `items`, moved where there is no room for one more of `count`. NULL when memory is short; `items` is then as it was. */
void *rep_grow(void *items, size_t count, size_t *cap, size_t item_size);

#endif
