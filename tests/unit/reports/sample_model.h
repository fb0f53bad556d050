/*
 * sample_model.h - records to test with: a small realistic run, the same as merged of shards, and one that
 * holds everything a report can hold.
 */
#ifndef RDSWEEP_TEST_SAMPLE_MODEL_H
#define RDSWEEP_TEST_SAMPLE_MODEL_H

#include "record.h"

/* 0, or -1 when memory is short; then the record is released. */
int sample_example(struct rep_record *record); /* 5 hosts of a patch night */
int sample_merged(struct rep_record *record);  /* shards 1 and 3 of 3 */
int sample_hostile(
	struct rep_record
		*record); /* every outcome, state and reason; nulls; names that want to break out */

#endif
