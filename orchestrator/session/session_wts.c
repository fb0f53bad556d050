/* session_wts.c - see session_wts.h: the backend's life, open and close, acts, drain mode. The
 * looks are in wts_list.c and wts_details.c.
 *
 * The last error is taken on the line after each call, always: everything else, freeing memory
 * included, may overwrite it. */
#include "session_wts.h"

#include <stdlib.h>
#include <string.h>

#include "wts_host.h"
#include "wts_text.h"

#define MESSAGE_UNITS (SESSION_MESSAGE_UNITS + 1) /* with the zero */
#define MESSAGE_STYLE (MB_OK | MB_ICONWARNING | MB_SETFOREGROUND | MB_TOPMOST)

/* --- open and close */

static bool is_handle(HANDLE server)
{
	return server && server != INVALID_HANDLE_VALUE;
}

static int open_server(const struct wts_api *api, WCHAR *name, HANDLE *ret_server,
		       struct session_error *reterr)
{
	HANDLE server;
	DWORD code;

	if (api->open_server_ex) {
		SetLastError(0);
		server = api->open_server_ex(name);
		code = GetLastError();
		if (is_handle(server))
			goto opened;
		if (!wts_is_not_offered(code))
			return wts_fail(reterr, SESSION_API_OPEN_SERVER_EX, code);
	}
	SetLastError(0);
	server = api->open_server(name);
	code = GetLastError();
	if (!is_handle(server))
		return wts_fail(reterr, SESSION_API_OPEN_SERVER, code);
opened:
	*ret_server = server;
	return 0;
}

static int wts_open(struct session_backend *backend, const char *name, const char *address,
		    struct session_host **ret_host, struct session_error *reterr)
{
	struct wts_backend *wts = wts_of(backend);
	const char *bare = address + strspn(address, "\\");
	size_t size = strlen(bare) + 1;
	struct wts_host *host;
	WCHAR *units;
	int result = 0;

	(void)name;
	if (!*bare) /* to the API this would be this machine */
		return wts_fail(reterr, SESSION_API_OPEN_SERVER_EX, ERROR_INVALID_PARAMETER);
	host = calloc(1, sizeof(*host) + size);
	units = calloc(size, sizeof(*units));
	if (!host || !units) {
		result = wts_fail(reterr, SESSION_API_OPEN_SERVER_EX, ERROR_NOT_ENOUGH_MEMORY);
		goto out;
	}
	host->head.backend = backend;
	memcpy(host->name, bare, size);
	host->is_local = wts_self_is(&wts->self, bare);
	if (!host->is_local) {
		(void)wts_text_units(units, size, bare);
		result = open_server(&wts->api, units, &host->server, reterr);
	}
out:
	free(units);
	if (result == 0)
		*ret_host = &host->head;
	else
		free(host);
	return result;
}

static void wts_close(struct session_host *opened)
{
	struct wts_host *host = wts_host_of(opened);

	if (!host->is_local)
		wts_api_of(host)->close_server(host->server);
	free(host);
}

/* --- acts */

/* Resetting a listener ends every session on it, and the highest ids mean "my own session" and
 * "any". */
static int check_target(uint32_t id, enum session_api api, struct session_error *reterr)
{
	if (id == SESSION_ID_SERVICES || id >= SESSION_ID_LISTENER_FIRST)
		return wts_fail(reterr, api, ERROR_INVALID_PARAMETER);
	return 0;
}

static int wts_logoff(struct session_host *opened, uint32_t id, bool wait,
		      struct session_error *reterr)
{
	struct wts_host *host = wts_host_of(opened);
	DWORD code;
	BOOL ok;

	if (check_target(id, SESSION_API_LOGOFF_SESSION, reterr) != 0)
		return -1;
	SetLastError(0);
	ok = wts_api_of(host)->logoff(host->server, id, wait);
	code = GetLastError();
	return ok ? 0 : wts_fail(reterr, SESSION_API_LOGOFF_SESSION, code);
}

static int wts_disconnect(struct session_host *opened, uint32_t id, struct session_error *reterr)
{
	struct wts_host *host = wts_host_of(opened);
	DWORD code;
	BOOL ok;

	if (check_target(id, SESSION_API_DISCONNECT_SESSION, reterr) != 0)
		return -1;
	SetLastError(0);
	ok = wts_api_of(host)->disconnect(host->server, id, FALSE);
	code = GetLastError();
	return ok ? 0 : wts_fail(reterr, SESSION_API_DISCONNECT_SESSION, code);
}

static int wts_message(struct session_host *opened, uint32_t id,
		       const struct session_message *message, struct session_error *reterr)
{
	struct wts_host *host = wts_host_of(opened);
	const char *title = message->title && message->title[0] ? message->title : " ";
	WCHAR title_units[MESSAGE_UNITS], text_units[MESSAGE_UNITS];
	size_t title_len = wts_text_units(title_units, MESSAGE_UNITS, title);
	size_t text_len = wts_text_units(text_units, MESSAGE_UNITS, message->text);
	DWORD response = 0, code;
	BOOL ok;

	if (check_target(id, SESSION_API_SEND_MESSAGE, reterr) != 0)
		return -1;
	/* Lengths are bytes, without the zero. Nobody waits for an answer: a user may be away for
	 * days. */
	SetLastError(0);
	ok = wts_api_of(host)->send_message(host->server, id, title_units,
					    (DWORD)(title_len * sizeof(WCHAR)), text_units,
					    (DWORD)(text_len * sizeof(WCHAR)), MESSAGE_STYLE,
					    message->timeout_s, &response, FALSE);
	code = GetLastError();
	return ok ? 0 : wts_fail(reterr, SESSION_API_SEND_MESSAGE, code);
}

/* --- drain mode */

static int wts_drain_get(struct session_backend *backend, const char *name, const char *address,
			 enum session_drain *ret_drain, struct session_error *reterr)
{
	const struct wts_backend *wts = wts_of(backend);

	(void)name;
	return wts_registry_get(&wts->registry, &wts->self, address, ret_drain, reterr);
}

static int wts_drain_set(struct session_backend *backend, const char *name, const char *address,
			 enum session_drain drain, struct session_error *reterr)
{
	const struct wts_backend *wts = wts_of(backend);

	(void)name;
	return wts_registry_set(&wts->registry, &wts->self, address, drain, reterr);
}

/* --- the backend */

/* Either name is enough: protecting one session too many is the smaller mistake. */
static bool wts_is_self(struct session_backend *backend, const char *name, const char *address,
			uint32_t *ret_session)
{
	const struct wts_self *self = &wts_of(backend)->self;

	if (!wts_self_is(self, name + strspn(name, "\\")) &&
	    !wts_self_is(self, address + strspn(address, "\\")))
		return false;
	*ret_session = self->session;
	return true;
}

static void wts_destroy(struct session_backend *backend)
{
	struct wts_backend *wts = wts_of(backend);

	wts_self_release(&wts->self);
	free(wts);
}

static const struct session_ops wts_ops = {
	.name = "windows",
	.open = wts_open,
	.enumerate = wts_enumerate,
	.details = wts_details,
	.logoff = wts_logoff,
	.disconnect = wts_disconnect,
	.message = wts_message,
	.close = wts_close,
	.drain_get = wts_drain_get,
	.drain_set = wts_drain_set,
	.is_self = wts_is_self,
	.destroy = wts_destroy,
};

int session_wts_create(struct session_backend **ret, const struct session_wts_options *options,
		       uint32_t *reterr_code)
{
	struct wts_backend *wts = calloc(1, sizeof(*wts));

	if (!wts) {
		*reterr_code = ERROR_NOT_ENOUGH_MEMORY;
		return -1;
	}
	if (options->api)
		wts->api = *options->api;
	else if (wts_api_load(&wts->api, reterr_code) != 0)
		goto fail;
	if (wts_self_load(&wts->self, reterr_code) != 0)
		goto fail;
	wts->registry = options->registry ? *options->registry : wts_registry_system;
	wts->head = (struct session_backend){ .ops = &wts_ops, .clock = options->clock };
	*ret = &wts->head;
	return 0;
fail:
	free(wts);
	return -1;
}
