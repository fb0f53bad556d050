/*
 * report_merge_run.h - private to reports: `run` of a merged report.
 *
 * What all shards share stays; what they differ in is null, and kept for each of them in `merged`. Everything is worked out
 * from the parts in the order of their shards, so that it does not matter how they came together.
 */
#ifndef RDSWEEP_REPORT_MERGE_RUN_H
#define RDSWEEP_REPORT_MERGE_RUN_H

#include "report_merge.h"

/* What makes two runs no shards of one run ("commands", "selections", ...); NULL: nothing. Each is a shard or a
 * merged report. */
const char *rep_merge_difference(const struct rep_run *a, const struct rep_run *b);

/* Makes merge->run from the runs of all files, and counts what is missing. 0 or REP_MERGE_NO_MEMORY. */
int rep_merge_runs(struct rep_merge *merge);

#endif
