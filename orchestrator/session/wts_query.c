/* wts_query.c - one property of one session, as wtsapi32 has it. */
#include "wts_host.h"

#include "wts_text.h"

void wts_free_buffer(const struct wts_host *host, void *buffer)
{
	if (buffer)
		wts_api_of(host)->free_memory(buffer);
}

int wts_query(const struct wts_host *host, uint32_t id, WTS_INFO_CLASS class_, void **ret_buffer,
	      DWORD *ret_bytes, struct session_error *reterr)
{
	LPWSTR buffer = NULL;
	DWORD bytes = 0, code;
	BOOL ok;

	SetLastError(0);
	ok = wts_api_of(host)->query(host->server, id, class_, &buffer, &bytes);
	code = GetLastError();
	if (!ok)
		return wts_fail(reterr, SESSION_API_QUERY_SESSION_INFORMATION, code);
	*ret_buffer = buffer;
	*ret_bytes = bytes;
	return 0;
}

int wts_query_text(const struct wts_host *host, uint32_t id, WTS_INFO_CLASS class_,
		   char ret_text[SESSION_TEXT_SIZE], struct session_error *reterr)
{
	struct session_error error;
	void *buffer;
	DWORD bytes;

	if (wts_query(host, id, class_, &buffer, &bytes, &error) != 0) {
		if (error.code == RPC_S_INVALID_TAG) {
			ret_text[0] = '\0';
			return 0;
		}
		*reterr = error;
		return -1;
	}
	wts_text_copy(ret_text, buffer, buffer ? bytes / sizeof(WCHAR) : 0);
	wts_free_buffer(host, buffer);
	return 0;
}
