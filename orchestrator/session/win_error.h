/*
 * win_error.h - the one table of error codes: what a GetLastError code (or a finding of our own)
 * means here, whether to try again, and what an administrator does about it.
 *
 * Texts are ours, never FormatMessage: English everywhere, and about sessions rather than files.
 * Threads: everything is constant.
 */
#ifndef RDSWEEP_WIN_ERROR_H
#define RDSWEEP_WIN_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session_api.h"

enum win_error_class {
	WIN_ERROR_TRANSIENT, /* try again, with backoff */
	WIN_ERROR_AMBIGUOUS, /* the request may have been carried out: look first */
	WIN_ERROR_PERMANENT, /* until someone mends something */
	WIN_ERROR_GONE,	     /* the session is not there (any more): for a logoff, done */
	WIN_ERROR_OURS,	     /* a mistake in rdsweep, or its own finding */
	WIN_ERROR_CLASS_COUNT
};
const char *win_error_class_name(enum win_error_class class_); /* "transient", ... */

struct win_error {
	uint32_t code;
	const char *name;    /* ERROR_ACCESS_DENIED; a finding: CALL_TIMEOUT */
	const char *message; /* what it means here, one sentence without full stop */
	enum win_error_class class_;
	const char *remedy; /* what an administrator does; "" where nothing helps */
};

/* What (api, code) means. Never NULL: a code that is not in the table gives the one row
 * UNKNOWN_ERROR, of class ambiguous (so that it is looked at before anything is repeated). The same
 * code can differ by API: 2 on open or enumerate is permanent (no TermService), on a session call
 * it is gone. HRESULTs 0x8007xxxx are looked up by their low word, an NTSTATUS by its Windows error
 * (nt_status.h). For SESSION_API_RDSWEEP the code is an enum session_finding. */
const struct win_error *win_error_lookup(enum session_api api, uint32_t code);

/* Every row of one code (a code can mean different things to different APIs): for `rdsweep
 * error`. Fills up to `cap`, returns how many there are. */
size_t win_error_find(uint32_t code, const struct win_error **out, size_t cap);
/* The same by name, in any case; with or without the `ERROR_`, `RPC_S_` prefix, findings
 * included. */
size_t win_error_find_name(const char *name, const struct win_error **out, size_t cap);

/* Errors that say the administrator's own account or password is refused: going on would lock
 * it. */
bool win_error_is_credential(uint32_t code);

#endif
