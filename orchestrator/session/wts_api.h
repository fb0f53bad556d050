/*
 * wts_api.h - the functions of wtsapi32.dll that rdsweep calls, found at run time: the *Ex ones are
 * missing on old systems and from some import libraries. Windows only.
 *
 * A table, so that a test can put its own functions in.
 */
#ifndef RDSWEEP_WTS_API_H
#define RDSWEEP_WTS_API_H

#include <windows.h>

#include <stdint.h>

#include "wts_compat.h"

struct wts_api {
	HANDLE(WINAPI *open_server_ex)(LPWSTR name); /* NULL: not offered */
	HANDLE(WINAPI *open_server)(LPWSTR name);
	void(WINAPI *close_server)(HANDLE server);
	/* Both or neither: without the means to free its rows the enumeration is not used. */
	BOOL(WINAPI *enumerate_ex)
	(HANDLE server, DWORD *level, DWORD filter, WTS_SESSION_INFO_1W **rows, DWORD *count);
	BOOL(WINAPI *free_memory_ex)(WTS_TYPE_CLASS type, void *memory, ULONG count);
	BOOL(WINAPI *enumerate)
	(HANDLE server, DWORD reserved, DWORD version, WTS_SESSION_INFOW **rows, DWORD *count);
	BOOL(WINAPI *query)
	(HANDLE server, DWORD id, WTS_INFO_CLASS class_, LPWSTR *buffer, DWORD *bytes);
	BOOL(WINAPI *logoff)(HANDLE server, DWORD id, BOOL wait);
	BOOL(WINAPI *disconnect)(HANDLE server, DWORD id, BOOL wait);
	BOOL(WINAPI *send_message)
	(HANDLE server, DWORD id, LPWSTR title, DWORD title_bytes, LPWSTR text, DWORD text_bytes,
	 DWORD style, DWORD timeout_s, DWORD *response, BOOL wait);
	void(WINAPI *free_memory)(void *memory);
};

/* Loads the DLL, which then stays loaded. 0, or -1 with *reterr_code: the DLL or a function that
 * cannot be done without is missing. */
int wts_api_load(struct wts_api *ret, uint32_t *reterr_code);

#endif
