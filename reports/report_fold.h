/*
 * report_fold.h - what stands before the hosts of a report, counted from a record: totals, and
 * errors grouped by (api, code, name).
 *
 * Threads:   one thread at a time.
 * Ownership: the strings stay the record's, which must outlive the fold and stay unchanged.
 */
#ifndef RDSWEEP_REPORT_FOLD_H
#define RDSWEEP_REPORT_FOLD_H

#include "record.h"
#include "report_write.h"

struct rep_fold {
	struct rep_head head; /* points into the record and this struct: do not move it */
	struct rep_totals totals;
	struct rep_error_entry *errors; /* in the fleet's order; private: read head.errors */
	const char **hosts;		/* private: the entries' host names, one after the other */
};

/* Linear in hosts and sessions. Errors come in order of first appearance in the fleet; of kinds
 * that share (api, code, name) the first one gives message, class and remedy. 0, or -1 when memory
 * is short; then there is nothing to release. */
int rep_fold_record(struct rep_fold *fold, const struct rep_record *record);
void rep_fold_release(struct rep_fold *fold);

#endif
