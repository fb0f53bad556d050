/*
 * session_wts.h - the real side of the session port: wtsapi32.dll, on Windows only.
 *
 * Hosts:  `localhost`, `.` and this machine's own names and addresses mean
 *         WTS_CURRENT_SERVER_HANDLE; every other name is opened, and a failed open stays a failure:
 *         it never becomes this machine. is_self() tells this process's session.
 * Guests: a row of an RD Virtualization Host that belongs to a virtual machine has `vm` (and
 *         `farm`) set, and its id is the one that is unique in the whole list.
 * Looks:  details() asks for WTSSessionInfo last, so that nothing comes between that look and an
 *         act.
 * Errors: api and GetLastError code of the very call that failed. Acts on session 0 and on ids of
 *         listeners are refused with 87 before they reach the API.
 * Drain:  in the host's registry (wts_registry.h).
 */
#ifndef RDSWEEP_SESSION_WTS_H
#define RDSWEEP_SESSION_WTS_H

#include <stdint.h>

#include "session_api.h"

struct wts_api;
struct wts_registry;

struct session_wts_options {
	const struct session_clock *clock;   /* kept */
	const struct wts_api *api;	     /* copied; NULL: the system's wtsapi32.dll is loaded */
	const struct wts_registry *registry; /* copied; NULL: the system's */
};

/* 0, or -1 with the system's code in *reterr_code. */
int session_wts_create(struct session_backend **ret, const struct session_wts_options *options,
		       uint32_t *reterr_code);

#endif
