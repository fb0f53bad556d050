/*
 * report_diff_text.h - what two reports have apart, as plain text for a person.
 *
 * Everything that came from outside is escaped for a terminal.
 * Errors:    0, or -1: the sink failed, or memory is short.
 * Threads:   no state.
 */
#ifndef RDSWEEP_REPORT_DIFF_TEXT_H
#define RDSWEEP_REPORT_DIFF_TEXT_H

#include "report_diff.h"
#include "report_write.h"

#define REP_DIFF_LINES 20 /* of a list, unless all of it is asked for */

/* `names` are what the two reports are called. */
int rep_diff_tell(const struct rep_diff *diff, const char *const names[2], bool all,
		  const struct rep_sink *sink);

#endif
