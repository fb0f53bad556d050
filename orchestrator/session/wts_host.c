/* wts_host.c - see wts_host.h. */
#include "wts_host.h"

#include <assert.h>

struct wts_backend *wts_of(struct session_backend *backend)
{
	return (struct wts_backend *)(void *)backend;
}

struct wts_host *wts_host_of(struct session_host *host)
{
	struct wts_host *wts = (struct wts_host *)(void *)host;

	/* NULL is the handle of this machine: it must never stand for a host that failed to open.
	 */
	assert(wts->is_local == (wts->server == WTS_CURRENT_SERVER_HANDLE));
	return wts;
}

const struct wts_api *wts_api_of(const struct wts_host *host)
{
	return &wts_of(host->head.backend)->api;
}

int wts_fail(struct session_error *reterr, enum session_api api, DWORD code)
{
	*reterr = (struct session_error){ .api = api, .code = code };
	return -1;
}

bool wts_is_not_offered(DWORD code)
{
	return code == ERROR_NOT_SUPPORTED || code == ERROR_CALL_NOT_IMPLEMENTED ||
	       code == ERROR_PROC_NOT_FOUND || code == RPC_S_PROCNUM_OUT_OF_RANGE;
}

enum session_state wts_state_of(WTS_CONNECTSTATE_CLASS state)
{
	/* The same numbers; a later Windows may have more of them. */
	return (unsigned)state < SESSION_STATE_COUNT ? (enum session_state)state
						     : SESSION_STATE_UNKNOWN;
}
