/*
 * report_text.h - a finished run as plain text for a person: outcome, totals, errors folded with
 * host ranges, their class and what to do about them.
 *
 * Everything that came from outside is escaped for a terminal.
 * Errors:    memory that is short sets `failed` of the buffer.
 * Threads:   no state.
 */
#ifndef RDSWEEP_REPORT_TEXT_H
#define RDSWEEP_REPORT_TEXT_H

#include "report_write.h"
#include "strbuf.h"

/* Appends the summary; `head` as the writer gets it (report_fold.h makes it from a record,
 * report_head.h from a report that was read). Lines are wrapped at `width` columns where that is at
 * least 56; 0 is unlimited. */
void rep_text_summary(struct strbuf *out, const struct rep_head *head, int width);

#endif
