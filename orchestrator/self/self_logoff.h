/*
 * self_logoff.h - ends the session rdsweep itself runs in; on Windows only.
 *
 * Threads: any; self_logoff() returns as soon as the request is accepted, and the system may end
 *          this process at any time after that.
 */
#ifndef RDSWEEP_SELF_LOGOFF_H
#define RDSWEEP_SELF_LOGOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "session_api.h"

enum self_logoff_way {
	SELF_LOGOFF_ASK,	   /* every program is asked and may object */
	SELF_LOGOFF_FORCE_IF_HUNG, /* the same, but programs that do not answer are ended */
	SELF_LOGOFF_RESET,	   /* the session service ends it: no program is asked */
	SELF_LOGOFF_WAY_COUNT
};

/* False where there is no such session: then nothing of the rest works. */
bool self_supported(void);

/* The id of our session. 0, -1 where it is not known. */
int self_session_id(uint32_t *ret_id);

/* Asks for the end of our session, as planned maintenance. 0: accepted, though a program, a service
 * or the user may still cancel it (not with SELF_LOGOFF_RESET). -1 with *reterr: ExitWindowsEx, or
 * WTSLogoffSession for SELF_LOGOFF_RESET. */
int self_logoff(enum self_logoff_way way, struct session_error *reterr);

#endif
