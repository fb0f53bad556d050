/*
 * wts_host.h - the Windows backend and one host opened by it, for the files of the backend; nobody
 * else includes it. Windows only.
 *
 * session_wts.c  the backend: its life, open and close, acts, drain mode
 * wts_list.c     the list of a host's sessions
 * wts_details.c  one session, looked at closely
 * wts_query.c    one property of one session
 * wts_host.c     what these share
 *
 * Errors:  the last error is taken on the line after each call, always: everything else, freeing
 *          memory included, may overwrite it. Functions return 0, or -1 with *reterr.
 * Threads: one host serves one worker at a time; the backend is constant once it is made.
 */
#ifndef RDSWEEP_WTS_HOST_H
#define RDSWEEP_WTS_HOST_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

#include "session_api.h"
#include "wts_api.h"
#include "wts_registry.h"
#include "wts_self.h"

struct wts_backend {
	struct session_backend head;
	struct wts_api api;
	struct wts_self self;
	struct wts_registry registry;
};

struct wts_host {
	struct session_host head;
	HANDLE server; /* WTS_CURRENT_SERVER_HANDLE if, and only if, `is_local` */
	bool is_local;
	char name[]; /* as it was opened */
};

/* --- wts_host.c --- */

/* What a pointer of the port's stands for; the heads are first members. */
struct wts_backend *wts_of(struct session_backend *backend);
struct wts_host *wts_host_of(struct session_host *host);
const struct wts_api *wts_api_of(const struct wts_host *host);

/* Always -1, so that failing is one line. */
int wts_fail(struct session_error *reterr, enum session_api api, DWORD code);

/* The function is there, but not behind it: a stub, or a host that is too old for it. */
bool wts_is_not_offered(DWORD code);

/* A state that this program does not know is SESSION_STATE_UNKNOWN. */
enum session_state wts_state_of(WTS_CONNECTSTATE_CLASS state);

/* --- wts_query.c --- */

/* One property of one session; *ret_buffer is for wts_free_buffer(). */
int wts_query(const struct wts_host *host, uint32_t id, WTS_INFO_CLASS class_, void **ret_buffer,
	      DWORD *ret_bytes, struct session_error *reterr);
void wts_free_buffer(const struct wts_host *host, void *buffer); /* NULL is fine */

/* A property that is a text, as UTF-8. One that this session has not got is "". */
int wts_query_text(const struct wts_host *host, uint32_t id, WTS_INFO_CLASS class_,
		   char ret_text[SESSION_TEXT_SIZE], struct session_error *reterr);

/* --- wts_list.c and wts_details.c: the slots `enumerate` and `details` of the port --- */

int wts_enumerate(struct session_host *opened, struct session_list *ret_list,
		  struct session_error *reterr);
int wts_details(struct session_host *opened, uint32_t id, struct session_details *ret_details,
		struct session_error *reterr);

#endif
