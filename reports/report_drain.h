/*
 * report_drain.h - hosts that a run has put in drain mode for its own time and not taken out again:
 * their users find the door closed until somebody opens it, so that it is said before all else.
 *
 * Errors:    memory that is short sets `failed` of the buffer.
 * Threads:   no state.
 */
#ifndef RDSWEEP_REPORT_DRAIN_H
#define RDSWEEP_REPORT_DRAIN_H

#include "record.h"
#include "strbuf.h"

/* Whether that host is one, as far as the report knows: `--drain run` has changed its mode, or may
 * have, and no look has shown that it is back. */
bool rep_drain_is_owed(const struct rep_run *run, const struct rep_host *host);

/* Appends what there is to say of such hosts and what to do about it, escaped for a terminal, and
 * an empty line; nothing where there are none. */
void rep_text_owed(struct strbuf *out, const char *const *names, size_t count);

#endif
