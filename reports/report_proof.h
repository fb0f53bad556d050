/*
 * report_proof.h - whether a logoff of named users (-u, --user-file) has shown that they are nowhere:
 * a host that could not be looked at to the end proves nothing, so that it is named.
 *
 * Errors:    memory that is short sets `failed` of the buffer.
 * Threads:   no state.
 */
#ifndef RDSWEEP_REPORT_PROOF_H
#define RDSWEEP_REPORT_PROOF_H

#include "record.h"
#include "strbuf.h"

/* Whether it is that kind of run. */
bool rep_proof_is_wanted(const struct rep_run *run);

/* Whether the report does not know who is on that host; `kind` is its error's, or NULL. */
bool rep_proof_lacks_host(const struct rep_host *host, const struct rep_error_kind *kind);

/* Appends the line about hosts that could not be looked at to the end, escaped for a terminal; nothing where there
 * are none. */
void rep_text_not_asked(struct strbuf *out, const char *const *names, size_t count);

#endif
