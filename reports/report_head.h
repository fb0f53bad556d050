/*
 * report_head.h - keeps what a reader passes before the hosts, for those who write or show it
 * afterwards.
 *
 * Usage:     rep_head_keep_run(), _totals() and _error() from the visitor's slots of the same
 *            names; once the first host comes, or the reading has ended, `head` is what a writer or
 *            rep_text_summary() wants.
 * Ownership: everything is copied and lives until rep_head_release(). Do not move the struct.
 * Threads:   one thread at a time.
 */
#ifndef RDSWEEP_REPORT_HEAD_H
#define RDSWEEP_REPORT_HEAD_H

#include "arena.h"
#include "report_write.h"

struct rep_kept_head {
	struct rep_head head; /* `run` and `totals` are never NULL: empty until they are kept */
	struct rep_run run;
	struct rep_totals totals;
	struct rep_error_entry *errors; /* private: read head.errors */
	size_t error_cap;		/* private */
	struct arena texts;		/* private */
};

void rep_head_init(struct rep_kept_head *kept);
void rep_head_release(struct rep_kept_head *kept);

/* 0, or -1 when memory is short. */
int rep_head_keep_run(struct rep_kept_head *kept, const struct rep_run *run);
int rep_head_keep_totals(struct rep_kept_head *kept, const struct rep_totals *totals);
int rep_head_keep_error(struct rep_kept_head *kept, const struct rep_error_entry *entry);

#endif
