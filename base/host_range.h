/*
 * host_range.h - `rdsh[001:200].corp.example` and back.
 *
 * As in Ansible: [first:last] or [first:last:step], both ends included; digits keep the width of
 * `first` (leading zeros), or single letters [a:f]; several ranges in one name multiply, the last
 * one fastest.
 */
#ifndef RDSWEEP_HOST_RANGE_H
#define RDSWEEP_HOST_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"

#define HOST_RANGE_MAX_NAMES 1000000 /* one pattern's expansion; more is refused as a mistake */

struct host_range_error {
	size_t offset; /* bytes from the start of the pattern */
	char message[120];
};

/* Called once a name, in order; `name` is borrowed. Non-zero stops and is returned by
 * host_range_expand. */
typedef int (*host_range_emit)(void *ctx, const char *name, size_t len);

/* Expands a pattern; a name without brackets is emitted as it is. 0; -1 with *reterr (a bad range:
 * nothing was emitted, or memory was short); or what `emit` returned. */
int host_range_expand(const char *pattern, size_t len, host_range_emit emit, void *ctx,
		      struct host_range_error *reterr);

/* How many names a pattern gives, without making them. 0 or -1 as above. */
int host_range_count(const char *pattern, size_t len, uint64_t *ret_count,
		     struct host_range_error *reterr);

/* Appends the names in short form, comma-separated: runs that differ in one number become a range
 * (`rdsh[020:022],web01`; without leading zeros a run counts on, `web[8:11]`), first appearance
 * decides the order, duplicates (by exact bytes) appear once. What it prints, expanded at the
 * commas, is exactly the set it was given, as long as no name holds a bracket or a comma. `names`
 * is only read. A failure sets out->failed. */
void host_range_fold(struct strbuf *out, const char *const *names, size_t count);

#endif
