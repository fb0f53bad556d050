/* wts_details.c - one session, looked at closely: what tells it from every other, and its times. */
#include "wts_host.h"

#include <string.h>

#include "utc.h"
#include "wts_text.h"
#include "wts_time.h"

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

	if (wts_query(host, id, WTSSessionInfo, &buffer, &bytes, reterr) != 0)
		return -1;
	whole = buffer && bytes >= sizeof(*ret_info);
	if (whole)
		memcpy(ret_info, buffer, sizeof(*ret_info));
	wts_free_buffer(host, buffer);
	if (!whole)
		return wts_fail(reterr, SESSION_API_QUERY_SESSION_INFORMATION,
				ERROR_INSUFFICIENT_BUFFER);
	return 0;
}

static void take_info(const WTSINFOW *info, struct session_details *ret)
{
	struct wts_times times = { info->CurrentTime.QuadPart, info->DisconnectTime.QuadPart,
				   info->LastInputTime.QuadPart };

	ret->state = wts_state_of(info->State);
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

	if (wts_query_text(host, id, WTSUserName, details->user, reterr) != 0 ||
	    wts_query_text(host, id, WTSDomainName, details->domain, reterr) != 0 ||
	    query_info(host, id, &again, reterr) != 0)
		return -1;
	if (again.LogonTime.QuadPart != info->LogonTime.QuadPart ||
	    memcmp(again.UserName, info->UserName, sizeof(again.UserName)) != 0 ||
	    memcmp(again.Domain, info->Domain, sizeof(again.Domain)) != 0)
		/* Somebody else came in between: busy, so that it is looked at again. */
		return wts_fail(reterr, SESSION_API_QUERY_SESSION_INFORMATION, ERROR_BUSY);
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

int wts_details(struct session_host *opened, uint32_t id, struct session_details *ret_details,
		struct session_error *reterr)
{
	const struct wts_host *host = wts_host_of(opened);
	struct session_details details = { .logon_at_ms = UTC_UNKNOWN };
	struct session_error error;
	WTSINFOW info;

	/* The client's name is for the report only: without it the session is still known. */
	if (wts_query_text(host, id, WTSClientName, details.client, &error) != 0) {
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
