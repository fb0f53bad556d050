/*
 * report_object.h - one host with its sessions, or one session, as the JSON object of a report, and
 * back: for the report itself and for the journal, whose lines hold the same objects.
 *
 * Threads:   no state; a reader serves one thread.
 */
#ifndef RDSWEEP_REPORT_OBJECT_H
#define RDSWEEP_REPORT_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "report_build.h"
#include "report_fields.h"
#include "strbuf.h"

/* Each appends to `out` on one line. Memory that is short sets its `failed`. */

void rep_object_host(struct strbuf *out, const struct rep_record *record,
		     const struct rep_host *host); /* with all its sessions */
void rep_object_session(struct strbuf *out, const struct rep_record *record,
			const struct rep_session *session);
/* Only the members of a host that its act changes - outcome, error, wave, attempts, duration_ms,
 * drain - without braces. */
void rep_object_host_end(struct strbuf *out, const struct rep_record *record,
			 const struct rep_host *host);

/* The members as they are built; a host's without its sessions. `kind` is the error, or NULL. */
void rep_put_host(struct rep_building *to, const struct rep_host *host,
		  const struct rep_error_kind *kind);
void rep_put_session(struct rep_building *to, const struct rep_session *session,
		     const struct rep_error_kind *kind);

/* The kind of an error's index; NULL for 0. */
const struct rep_error_kind *rep_kind_at(const struct rep_record *record, size_t index);

/* Reading: 0, or -1 as report_fields.h says. Class and remedy of kinds are "". */

struct rep_session_object {
	struct rep_session session; /* its `error` is 0 */
	struct rep_error_kind kind; /* api is NULL where there is no error */
};

/* Takes a session. Its texts live in the reader until the next one is read. */
int rep_object_read_session(struct rep_reader *reader, struct rep_session_object *ret);

/* Takes a host and hands it to the reader's visitor: host, each session, host_end. */
int rep_object_read_host(struct rep_reader *reader);

/* Takes an error, or null (api is then NULL); a drain, or null. Texts go to the reader's arena. */
int rep_object_read_error(struct rep_reader *reader, struct rep_error_kind *ret);
int rep_object_read_drain(struct rep_reader *reader, struct rep_host *ret);

#endif
