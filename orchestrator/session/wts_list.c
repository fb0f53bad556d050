/* wts_list.c - the list of a host's sessions: in one call where the host offers that, otherwise the
 * plain list and the account of each. */
#include "wts_host.h"

#include <string.h>

#include "text.h"
#include "win_error.h"
#include "wts_text.h"

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
		.state = wts_state_of(row->State),
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
	const struct wts_api *api = wts_api_of(host);
	WTS_SESSION_INFO_1W *rows = NULL;
	DWORD level = 1, count = 0, code;
	int result;
	BOOL ok;

	SetLastError(0);
	ok = api->enumerate_ex(host->server, &level, 0, &rows, &count);
	code = GetLastError();
	if (!ok)
		return wts_fail(reterr, SESSION_API_ENUMERATE_SESSIONS_EX, code);
	if (!rows)
		return 0;
	if (level != 1) /* the rows are of some other make */
		return wts_fail(reterr, SESSION_API_ENUMERATE_SESSIONS_EX, ERROR_INVALID_LEVEL);
	result = take_rows(host, rows, count, list);
	(void)api->free_memory_ex(WTSTypeSessionInfoLevel1, rows, count);
	if (result != 0)
		return wts_fail(reterr, SESSION_API_ENUMERATE_SESSIONS_EX, ERROR_NOT_ENOUGH_MEMORY);
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
	if (wts_query_text(host, info->id, WTSUserName, user, &error) != 0 ||
	    wts_query_text(host, info->id, WTSDomainName, domain, &error) != 0) {
		*ret_gone = is_gone(&error);
		if (!*ret_gone)
			*reterr = error;
		return *ret_gone ? 0 : -1;
	}
	info->user = arena_strdup(arena, user);
	info->domain = arena_strdup(arena, domain);
	if (!info->user || !info->domain)
		return wts_fail(reterr, SESSION_API_ENUMERATE_SESSIONS, ERROR_NOT_ENOUGH_MEMORY);
	return 0;
}

static int take_plain_rows(const struct wts_host *host, const WTS_SESSION_INFOW *rows, DWORD count,
			   struct session_list *list, struct session_error *reterr)
{
	struct arena *arena = &list->arena;

	list->items = arena_alloc(arena, (size_t)count * sizeof(*list->items));
	if (!list->items)
		return wts_fail(reterr, SESSION_API_ENUMERATE_SESSIONS, ERROR_NOT_ENOUGH_MEMORY);
	for (DWORD i = 0; i < count; i++) {
		struct session_info info = {
			.id = rows[i].SessionId,
			.state = wts_state_of(rows[i].State),
			.station = wts_text_keep(arena, rows[i].pWinStationName),
			.user = "",
			.domain = "",
			.vm = "",
			.farm = "",
		};
		bool gone = false;

		if (!info.station)
			return wts_fail(reterr, SESSION_API_ENUMERATE_SESSIONS,
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
	const struct wts_api *api = wts_api_of(host);
	WTS_SESSION_INFOW *rows = NULL;
	DWORD count = 0, code;
	int result;
	BOOL ok;

	SetLastError(0);
	ok = api->enumerate(host->server, 0, 1, &rows, &count);
	code = GetLastError();
	if (!ok)
		return wts_fail(reterr, SESSION_API_ENUMERATE_SESSIONS, code);
	if (!rows)
		return 0;
	result = take_plain_rows(host, rows, count, list, reterr);
	api->free_memory(rows);
	return result;
}

int wts_enumerate(struct session_host *opened, struct session_list *ret_list,
		  struct session_error *reterr)
{
	struct wts_host *host = wts_host_of(opened);
	struct session_error error = { SESSION_API_ENUMERATE_SESSIONS_EX, ERROR_NOT_SUPPORTED };
	struct session_list list;
	int result = -1;

	session_list_init(&list);
	if (wts_api_of(host)->enumerate_ex)
		result = enumerate_ex(host, &list, &error);
	if (result != 0 && wts_is_not_offered(error.code))
		result = enumerate_plain(host, &list, &error);
	if (result != 0) {
		session_list_release(&list);
		*reterr = error;
		return -1;
	}
	*ret_list = list;
	return 0;
}
