/*
 * report_copy.h - a report that is being read, written again as a stream: one format into another.
 *
 * What comes out is what the run itself would have written in that format, byte for byte.
 * Usage:     rep_copy_init(), rep_read() with rep_copy_visitor(), rep_copy_end(), rep_copy_release().
 * Errors:    a visitor's slot returns REP_COPY_FAILED where a writer fails or memory is short, and
 *            REP_COPY_ORDER where hosts come before what a writer has to write first.
 * Ownership: writers are borrowed until the release. Do not move the struct.
 * Threads:   one thread at a time.
 */
#ifndef RDSWEEP_REPORT_COPY_H
#define RDSWEEP_REPORT_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "report_head.h"
#include "report_read.h"
#include "report_write.h"

#define REP_COPY_FAILED 1
#define REP_COPY_ORDER	2

struct rep_copy {
	struct rep_writer *const *writers;
	size_t count;
	struct rep_kept_head kept;
	/* private */
	bool have_run, have_totals, begun;
};

void rep_copy_init(struct rep_copy *copy, struct rep_writer *const *writers, size_t count);
void rep_copy_release(struct rep_copy *copy);
void rep_copy_visitor(struct rep_copy *copy, struct rep_visitor *ret);

/* After the whole report was read. 0 or REP_COPY_FAILED. */
int rep_copy_end(struct rep_copy *copy);

#endif
