/* session_wts.c - see session_wts.h. The last error is taken on the line after each call, always:
 * everything else, freeing memory included, may overwrite it. */
#include "session_wts.h"

#include "wts_api.h"
#include "wts_registry.h"
#include "wts_self.h"
#include "wts_text.h"
#include "wts_time.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "utc.h"
#include "win_error.h"

#define MESSAGE_UNITS (SESSION_MESSAGE_UNITS + 1) /* with the zero */
#define MESSAGE_STYLE (MB_OK | MB_ICONWARNING | MB_SETFOREGROUND | MB_TOPMOST)

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

/* The heads are first members. */
static struct wts_backend *wts_of(struct session_backend *backend)
{
	return (struct wts_backend *)(void *)backend;
}

static struct wts_host *host_of(struct session_host *host)
{
	struct wts_host *wts = (struct wts_host *)(void *)host;

	/* NULL is the handle of this machine: it must never stand for a host that failed to open.
	 */
	assert(wts->is_local == (wts->server == WTS_CURRENT_SERVER_HANDLE));
	return wts;
}

static const struct wts_api *api_of(const struct wts_host *host)
{
	return &wts_of(host->head.backend)->api;
}

static int fail(struct session_error *reterr, enum session_api api, DWORD code)
{
	*reterr = (struct session_error){ .api = api, .code = code };
	return -1;
}

/* The function is there, but not behind it: a stub, or a host that is too old for it. */
static bool is_not_offered(DWORD code)
{
	return code == ERROR_NOT_SUPPORTED || code == ERROR_CALL_NOT_IMPLEMENTED ||
	       code == ERROR_PROC_NOT_FOUND || code == RPC_S_PROCNUM_OUT_OF_RANGE;
}

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
		if (!is_not_offered(code))
			return fail(reterr, SESSION_API_OPEN_SERVER_EX, code);
	}
	SetLastError(0);
	server = api->open_server(name);
	code = GetLastError();
	if (!is_handle(server))
		return fail(reterr, SESSION_API_OPEN_SERVER, code);
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
		return fail(reterr, SESSION_API_OPEN_SERVER_EX, ERROR_INVALID_PARAMETER);
	host = calloc(1, sizeof(*host) + size);
	units = calloc(size, sizeof(*units));
	if (!host || !units) {
		result = fail(reterr, SESSION_API_OPEN_SERVER_EX, ERROR_NOT_ENOUGH_MEMORY);
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
	struct wts_host *host = host_of(opened);

	if (!host->is_local)
		api_of(host)->close_server(host->server);
	free(host);
}

/* --- enumerate */

static enum session_state state_of(WTS_CONNECTSTATE_CLASS state)
{
	/* The same numbers; a later Windows may have more of them. */
	return (unsigned)state < SESSION_STATE_COUNT ? (enum session_state)state
						     : SESSION_STATE_UNKNOWN;
}

/* Whether two names have the same first label: `RDSH1` and `rdsh1.corp.example`. */
static bool is_same_machine(const char *a, const char *b)
{
	struct strbuf labels;
	bool same;

	strbuf_init(&labels);
	strbuf_add(&labels, a, strcspn(a, "."));
	strbuf_addc(&labels, '\0');
	strbuf_add(&labels, b, strcspn(b, "."));
	same = !labels.failed && text_fold_eq(labels.data, labels.data + strlen(labels.data) + 1);
	strbuf_release(&labels);
	return same;
}

static bool is_own_name(const struct wts_host *host, const char *name)
{
	return is_same_machine(name, host->name) ||
	       (host->is_local && wts_self_is(&wts_of(host->head.backend)->self, name));
}

/* 0, or -1 when memory is short. */
static int take_row(const struct wts_host *host, struct arena *arena,
		    const WTS_SESSION_INFO_1W *row, struct session_info *ret)
{
	*ret = (struct session_info){
		.id = row->SessionId,
		.state = state_of(row->State),
		.station = wts_text_keep(arena, row->pSessionName),
		.user = wts_text_keep(arena, row->pUserName),
		.domain = wts_text_keep(arena, row->pDomainName),
		.vm = wts_text_keep(arena, row->pHostName),
		.farm = wts_text_keep(arena, row->pFarmName),
	};
	if (!ret->station || !ret->user || !ret->domain || !ret->vm || !ret->farm)
		return -1;
	/* A session of the host itself has no host name, or the host's own. */
	if (row->ExecEnvId == row->SessionId && is_own_name(host, ret->vm))
		ret->vm = "";
	/* A guest's session id is only unique in the guest: asked for here, it would be one of the
	 * host's own sessions. */
	if (ret->vm[0])
		ret->id = row->ExecEnvId;
	return 0;
}

static int take_rows(const struct wts_host *host, const WTS_SESSION_INFO_1W *rows, DWORD count,
		     struct session_list *list)
{
	list->items = arena_alloc(&list->arena, (size_t)count * sizeof(*list->items));
	if (!list->items)
		return -1;
	for (DWORD i = 0; i < count; i++) {
		if (take_row(host, &list->arena, &rows[i], &list->items[i]) != 0)
			return -1;
		list->count++;
	}
	return 0;
}

/* Level 1: names and accounts of all sessions, virtual machines included, in one call. */
static int enumerate_ex(struct wts_host *host, struct session_list *list,
			struct session_error *reterr)
{
	const struct wts_api *api = api_of(host);
	WTS_SESSION_INFO_1W *rows = NULL;
	DWORD level = 1, count = 0, code;
	int result;
	BOOL ok;

	SetLastError(0);
	ok = api->enumerate_ex(host->server, &level, 0, &rows, &count);
	code = GetLastError();
	if (!ok)
		return fail(reterr, SESSION_API_ENUMERATE_SESSIONS_EX, code);
	if (!rows)
		return 0;
	if (level != 1) /* the rows are of some other make */
		return fail(reterr, SESSION_API_ENUMERATE_SESSIONS_EX, ERROR_INVALID_LEVEL);
	result = take_rows(host, rows, count, list);
	(void)api->free_memory_ex(WTSTypeSessionInfoLevel1, rows, count);
	if (result != 0)
		return fail(reterr, SESSION_API_ENUMERATE_SESSIONS_EX, ERROR_NOT_ENOUGH_MEMORY);
	return 0;
}

static void free_buffer(const struct wts_host *host, void *buffer)
{
	if (buffer)
		api_of(host)->free_memory(buffer);
}

/* One property of one session; *ret_buffer is for free_buffer(). */
static int query(const struct wts_host *host, uint32_t id, WTS_INFO_CLASS class_, void **ret_buffer,
		 DWORD *ret_bytes, struct session_error *reterr)
{
	LPWSTR buffer = NULL;
	DWORD bytes = 0, code;
	BOOL ok;

	SetLastError(0);
	ok = api_of(host)->query(host->server, id, class_, &buffer, &bytes);
	code = GetLastError();
	if (!ok)
		return fail(reterr, SESSION_API_QUERY_SESSION_INFORMATION, code);
	*ret_buffer = buffer;
	*ret_bytes = bytes;
	return 0;
}

/* A property that is a text. One that this session has not got is "". */
static int query_text(const struct wts_host *host, uint32_t id, WTS_INFO_CLASS class_,
		      char ret_text[SESSION_TEXT_SIZE], struct session_error *reterr)
{
	struct session_error error;
	void *buffer;
	DWORD bytes;

	if (query(host, id, class_, &buffer, &bytes, &error) != 0) {
		if (error.code == RPC_S_INVALID_TAG) {
			ret_text[0] = '\0';
			return 0;
		}
		*reterr = error;
		return -1;
	}
	wts_text_copy(ret_text, buffer, buffer ? bytes / sizeof(WCHAR) : 0);
	free_buffer(host, buffer);
	return 0;
}

static bool is_gone(const struct session_error *error)
{
	return win_error_lookup(error->api, error->code)->class_ == WIN_ERROR_GONE;
}

/* The plain enumeration tells no account, and a list without accounts would make everyone seem
 * gone: what cannot be asked fails the whole look. *ret_gone: the session went away between the two
 * calls. */
static int query_account(const struct wts_host *host, struct arena *arena,
			 struct session_info *info, bool *ret_gone, struct session_error *reterr)
{
	char user[SESSION_TEXT_SIZE], domain[SESSION_TEXT_SIZE];
	struct session_error error;

	*ret_gone = false;
	if (query_text(host, info->id, WTSUserName, user, &error) != 0 ||
	    query_text(host, info->id, WTSDomainName, domain, &error) != 0) {
		*ret_gone = is_gone(&error);
		if (!*ret_gone)
			*reterr = error;
		return *ret_gone ? 0 : -1;
	}
	info->user = arena_strdup(arena, user);
	info->domain = arena_strdup(arena, domain);
	if (!info->user || !info->domain)
		return fail(reterr, SESSION_API_ENUMERATE_SESSIONS, ERROR_NOT_ENOUGH_MEMORY);
	return 0;
}

static int take_plain_rows(const struct wts_host *host, const WTS_SESSION_INFOW *rows, DWORD count,
			   struct session_list *list, struct session_error *reterr)
{
	struct arena *arena = &list->arena;

	list->items = arena_alloc(arena, (size_t)count * sizeof(*list->items));
	if (!list->items)
		return fail(reterr, SESSION_API_ENUMERATE_SESSIONS, ERROR_NOT_ENOUGH_MEMORY);
	for (DWORD i = 0; i < count; i++) {
		struct session_info info = {
			.id = rows[i].SessionId,
			.state = state_of(rows[i].State),
			.station = wts_text_keep(arena, rows[i].pWinStationName),
			.user = "",
			.domain = "",
			.vm = "",
			.farm = "",
		};
		bool gone = false;

		if (!info.station)
			return fail(reterr, SESSION_API_ENUMERATE_SESSIONS,
				    ERROR_NOT_ENOUGH_MEMORY);
		if (info.state != SESSION_LISTEN &&
		    query_account(host, arena, &info, &gone, reterr) != 0)
			return -1;
		if (!gone)
			list->items[list->count++] = info;
	}
	return 0;
}

static int enumerate_plain(struct wts_host *host, struct session_list *list,
			   struct session_error *reterr)
{
	const struct wts_api *api = api_of(host);
	WTS_SESSION_INFOW *rows = NULL;
	DWORD count = 0, code;
	int result;
	BOOL ok;

	SetLastError(0);
	ok = api->enumerate(host->server, 0, 1, &rows, &count);
	code = GetLastError();
	if (!ok)
		return fail(reterr, SESSION_API_ENUMERATE_SESSIONS, code);
	if (!rows)
		return 0;
	result = take_plain_rows(host, rows, count, list, reterr);
	api->free_memory(rows);
	return result;
}

static int wts_enumerate(struct session_host *opened, struct session_list *ret_list,
			 struct session_error *reterr)
{
	struct wts_host *host = host_of(opened);
	struct session_error error = { SESSION_API_ENUMERATE_SESSIONS_EX, ERROR_NOT_SUPPORTED };
	struct session_list list;
	int result = -1;

	session_list_init(&list);
	if (api_of(host)->enumerate_ex)
		result = enumerate_ex(host, &list, &error);
	if (result != 0 && is_not_offered(error.code))
		result = enumerate_plain(host, &list, &error);
	if (result != 0) {
		session_list_release(&list);
		*reterr = error;
		return -1;
	}
	*ret_list = list;
	return 0;
}

/* --- details */

/* Fixed fields of WTSINFOW cut longer names off: a full one is not to be trusted. */
static bool may_be_cut(const WTSINFOW *info)
{
	return wts_text_len(info->UserName, USERNAME_LENGTH) == USERNAME_LENGTH ||
	       wts_text_len(info->Domain, DOMAIN_LENGTH) >= DOMAIN_LENGTH - 1;
}

static int query_info(const struct wts_host *host, uint32_t id, WTSINFOW *ret_info,
		      struct session_error *reterr)
{
	void *buffer;
	DWORD bytes;
	bool whole;

	if (query(host, id, WTSSessionInfo, &buffer, &bytes, reterr) != 0)
		return -1;
	whole = buffer && bytes >= sizeof(*ret_info);
	if (whole)
		memcpy(ret_info, buffer, sizeof(*ret_info));
	free_buffer(host, buffer);
	if (!whole)
		return fail(reterr, SESSION_API_QUERY_SESSION_INFORMATION,
			    ERROR_INSUFFICIENT_BUFFER);
	return 0;
}

static void take_info(const WTSINFOW *info, struct session_details *ret)
{
	struct wts_times times = { info->CurrentTime.QuadPart, info->DisconnectTime.QuadPart,
				   info->LastInputTime.QuadPart };

	ret->state = state_of(info->State);
	ret->logon_at_ms = wts_time_ms(info->LogonTime.QuadPart);
	ret->idle_s = wts_idle_s(ret->state, &times);
	wts_text_copy(ret->station, info->WinStationName, WINSTATIONNAME_LENGTH);
}

/* Long names take calls of their own, in between two looks that must agree: so that the names
 * belong to the logon time, and the last look is still the last call. */
static int query_long_names(const struct wts_host *host, uint32_t id, WTSINFOW *info,
			    struct session_details *details, struct session_error *reterr)
{
	WTSINFOW again;

	if (query_text(host, id, WTSUserName, details->user, reterr) != 0 ||
	    query_text(host, id, WTSDomainName, details->domain, reterr) != 0 ||
	    query_info(host, id, &again, reterr) != 0)
		return -1;
	if (again.LogonTime.QuadPart != info->LogonTime.QuadPart ||
	    memcmp(again.UserName, info->UserName, sizeof(again.UserName)) != 0 ||
	    memcmp(again.Domain, info->Domain, sizeof(again.Domain)) != 0)
		/* Somebody else came in between: busy, so that it is looked at again. */
		return fail(reterr, SESSION_API_QUERY_SESSION_INFORMATION, ERROR_BUSY);
	*info = again;
	return 0;
}

/* Errors that speak of the connection, after which asking for more would only wait once more. */
static bool is_disconnected(DWORD code)
{
	static const DWORD codes[] = {
		ERROR_BAD_NETPATH,    ERROR_UNEXP_NET_ERR,	ERROR_NETNAME_DELETED,
		ERROR_BROKEN_PIPE,    ERROR_SEM_TIMEOUT,	ERROR_PIPE_NOT_CONNECTED,
		ERROR_TIMEOUT,	      RPC_S_SERVER_UNAVAILABLE, RPC_S_CALL_FAILED,
		RPC_S_CALL_CANCELLED, ERROR_NOT_CONNECTED,	ERROR_CONNECTION_ABORTED,
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == code)
			return true;
	return false;
}

static int wts_details(struct session_host *opened, uint32_t id,
		       struct session_details *ret_details, struct session_error *reterr)
{
	const struct wts_host *host = host_of(opened);
	struct session_details details = { .logon_at_ms = UTC_UNKNOWN };
	struct session_error error;
	WTSINFOW info;

	/* The client's name is for the report only: without it the session is still known. */
	if (query_text(host, id, WTSClientName, details.client, &error) != 0) {
		if (is_disconnected(error.code)) {
			*reterr = error;
			return -1;
		}
		details.client[0] = '\0';
	}
	if (query_info(host, id, &info, reterr) != 0)
		return -1;
	if (!may_be_cut(&info)) {
		wts_text_copy(details.user, info.UserName, USERNAME_LENGTH + 1);
		wts_text_copy(details.domain, info.Domain, DOMAIN_LENGTH);
	} else if (query_long_names(host, id, &info, &details, reterr) != 0) {
		return -1;
	}
	take_info(&info, &details);
	*ret_details = details;
	return 0;
}

/* --- acts */

/* Resetting a listener ends every session on it, and the highest ids mean "my own session" and
 * "any". */
static int check_target(uint32_t id, enum session_api api, struct session_error *reterr)
{
	if (id == SESSION_ID_SERVICES || id >= SESSION_ID_LISTENER_FIRST)
		return fail(reterr, api, ERROR_INVALID_PARAMETER);
	return 0;
}

static int wts_logoff(struct session_host *opened, uint32_t id, bool wait,
		      struct session_error *reterr)
{
	struct wts_host *host = host_of(opened);
	DWORD code;
	BOOL ok;

	if (check_target(id, SESSION_API_LOGOFF_SESSION, reterr) != 0)
		return -1;
	SetLastError(0);
	ok = api_of(host)->logoff(host->server, id, wait);
	code = GetLastError();
	return ok ? 0 : fail(reterr, SESSION_API_LOGOFF_SESSION, code);
}

static int wts_disconnect(struct session_host *opened, uint32_t id, struct session_error *reterr)
{
	struct wts_host *host = host_of(opened);
	DWORD code;
	BOOL ok;

	if (check_target(id, SESSION_API_DISCONNECT_SESSION, reterr) != 0)
		return -1;
	SetLastError(0);
	ok = api_of(host)->disconnect(host->server, id, FALSE);
	code = GetLastError();
	return ok ? 0 : fail(reterr, SESSION_API_DISCONNECT_SESSION, code);
}

static int wts_message(struct session_host *opened, uint32_t id,
		       const struct session_message *message, struct session_error *reterr)
{
	struct wts_host *host = host_of(opened);
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
	ok = api_of(host)->send_message(host->server, id, title_units,
					(DWORD)(title_len * sizeof(WCHAR)), text_units,
					(DWORD)(text_len * sizeof(WCHAR)), MESSAGE_STYLE,
					message->timeout_s, &response, FALSE);
	code = GetLastError();
	return ok ? 0 : fail(reterr, SESSION_API_SEND_MESSAGE, code);
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
