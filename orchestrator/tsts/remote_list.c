/* remote_list.c - the list of a host's sessions, and whose each is. */
#include "remote_internal.h"

#include "wts_text.h"

#define WIN32_FILE_NOT_FOUND	       2u
#define WIN32_CTX_WINSTATION_NOT_FOUND 7022u

static bool is_gone(const struct failure *failure)
{
	return failure->error.code == WIN32_FILE_NOT_FOUND ||
	       failure->error.code == WIN32_CTX_WINSTATION_NOT_FOUND;
}

/* Whose session a row of the list is. *ret_gone: it went away in between. */
static int add_account(struct remote *remote, struct arena *arena, struct session_info *row,
		       bool *ret_gone, struct failure *reterr)
{
	struct tsts_information information;

	*ret_gone = false;
	/* Neither ever has one. */
	if (row->id == SESSION_ID_SERVICES || row->state == SESSION_LISTEN)
		return 0;
	if (remote_call_information(remote, row->id, &information,
				    SESSION_API_QUERY_SESSION_INFORMATION, reterr) != 0) {
		*ret_gone = is_gone(reterr);
		return *ret_gone ? 0 : -1;
	}
	row->user = wts_text_keep(arena, information.user);
	row->domain = wts_text_keep(arena, information.domain);
	if (!row->user || !row->domain)
		return failure_set(reterr, SESSION_API_ENUMERATE_SESSIONS_EX,
				   WIN32_NOT_ENOUGH_MEMORY);
	return 0;
}

static int take_rows(struct remote *remote, const struct tsts_enum *rows, struct session_list *list,
		     struct failure *reterr)
{
	list->items = arena_alloc(&list->arena, (size_t)rows->count * sizeof(*list->items));
	for (uint32_t i = 0; list->items && i < rows->count; i++) {
		struct session_info info = { .user = "", .domain = "", .vm = "", .farm = "" };
		struct tsts_enum_row row;
		bool gone;

		tsts_enum_row(rows, i, &row);
		info.id = row.id;
		info.state = remote_state_of(row.state);
		info.station = wts_text_keep(&list->arena, row.station);
		if (!info.station)
			break;
		if (add_account(remote, &list->arena, &info, &gone, reterr) != 0)
			return -1;
		if (!gone)
			list->items[list->count++] = info;
		else
			continue;
	}
	return 0;
}

static int enumerate(struct remote *remote, const struct tsts_handle *handle,
		     struct session_list *list, struct failure *reterr)
{
	enum session_api api = SESSION_API_ENUMERATE_SESSIONS_EX;
	TALLOC_CTX *mem = talloc_new(remote);
	struct remote_answer answer = { NULL, 0 };
	struct tsts_request_stub stub;
	struct tsts_enum rows;
	uint32_t hresult = 0;
	const char *what;
	int result;

	tsts_put_get_enum_result(&stub, handle);
	result = remote_call(remote->enumeration, TSTS_GET_ENUM_RESULT, &stub, mem, &answer, api,
			     reterr);
	if (result == 0 && tsts_get_enum(answer.bytes, answer.len, &rows, &hresult, &what) != 0)
		result = remote_fail_stub(reterr, api, what);
	else if (result == 0 && !tsts_hresult_ok(hresult))
		result = remote_fail_hresult(reterr, api, hresult);
	else if (result == 0)
		result = take_rows(remote, &rows, list, reterr);
	talloc_free(mem);
	return result;
}

int remote_enumerate(struct remote *remote, struct session_list *ret_list, struct failure *reterr)
{
	enum session_api api = SESSION_API_ENUMERATE_SESSIONS_EX;
	struct tsts_request_stub none = { .len = 0 };
	struct session_list list;
	struct tsts_handle handle;
	int result;

	if (remote_call_handle(remote->enumeration, TSTS_OPEN_ENUM, &none, &handle, api, reterr) !=
	    0)
		return -1;
	session_list_init(&list);
	result = enumerate(remote, &handle, &list, reterr);
	remote_close_handle(remote->enumeration, TSTS_CLOSE_ENUM, &handle, api);
	if (result != 0)
		session_list_release(&list);
	else
		*ret_list = list;
	return result;
}
