#include "wts_api.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define FUNCTION(name, field, required)                                                            \
	{                                                                                          \
		name, offsetof(struct wts_api, field), required                                    \
	}

static const struct {
	const char *name;
	size_t offset;
	bool required;
} functions[] = {
	FUNCTION("WTSOpenServerExW", open_server_ex, false),
	FUNCTION("WTSOpenServerW", open_server, true),
	FUNCTION("WTSCloseServer", close_server, true),
	FUNCTION("WTSEnumerateSessionsExW", enumerate_ex, false),
	FUNCTION("WTSFreeMemoryExW", free_memory_ex, false),
	FUNCTION("WTSEnumerateSessionsW", enumerate, true),
	FUNCTION("WTSQuerySessionInformationW", query, true),
	FUNCTION("WTSLogoffSession", logoff, true),
	FUNCTION("WTSDisconnectSession", disconnect, true),
	FUNCTION("WTSSendMessageW", send_message, true),
	FUNCTION("WTSFreeMemory", free_memory, true),
};

int wts_api_load(struct wts_api *ret, uint32_t *reterr_code)
{
	struct wts_api api = { 0 };
	HMODULE library;

	/* Beside the program or the system's own: never from the current folder or the PATH. */
	library =
		LoadLibraryExW(L"wtsapi32.dll", NULL,
			       LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
	if (!library) {
		*reterr_code = GetLastError();
		return -1;
	}
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		FARPROC function = GetProcAddress(library, functions[i].name);

		if (!function && functions[i].required) {
			*reterr_code = GetLastError();
			return -1;
		}
		/* Every member is a pointer to a function: the same size and representation. */
		memcpy((char *)&api + functions[i].offset, &function, sizeof(function));
	}
	if (!api.free_memory_ex)
		api.enumerate_ex = NULL;
	*ret = api;
	return 0;
}
