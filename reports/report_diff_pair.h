/*
 * report_diff_pair.h - of a diff: sessions whose logon time one of the two reports does not have.
 *
 * Details are asked of candidates only, so that whoever is selected in one run and left alone in the other has a
 * logon time in one report and none in the other. He is one session all the same, where host, id and account fit and
 * there is nobody else whom he could be.
 * Errors:    0, or REP_DIFF_NO_MEMORY; then nothing is changed.
 * Threads:   one thread at a time.
 */
#ifndef RDSWEEP_REPORT_DIFF_PAIR_H
#define RDSWEEP_REPORT_DIFF_PAIR_H

#include "report_diff.h"

/* After both were read. Sessions keep their order; their indices change. */
int rep_diff_pair(struct rep_diff *diff);

#endif
