/* platform_win.c - see platform_win.h. */
#include <uv.h>

#include "platform_win.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Room for what is appended to a path (a temporary name) below the old limit of 260. */
#define PATH_SHORT_MAX 220
#define LONG_DRIVE     L"\\\\?\\"
#define LONG_SHARE     L"\\\\?\\UNC"

/* Codes that libuv has no fitting text for. */
static const struct own_text {
	DWORD error;
	const char *text;
} own_texts[] = {
	{ ERROR_ACCESS_DENIED, "permission denied" },
	{ ERROR_INVALID_NAME, "not a valid file name" },
	{ ERROR_BAD_PATHNAME, "not a valid file name" },
	{ ERROR_NO_UNICODE_TRANSLATION, "not a valid file name" },
	{ ERROR_SHARING_VIOLATION, "in use by another program" },
	{ ERROR_LOCK_VIOLATION, "in use by another program" },
	{ ERROR_BAD_NETPATH, "the network path was not found" },
	{ ERROR_BAD_NET_NAME, "the network share was not found" },
	{ ERROR_FILE_TOO_LARGE, "file too large" },
	{ ERROR_HANDLE_DISK_FULL, "no space left on device" },
};

const char *win_what(DWORD error)
{
	for (size_t i = 0; i < sizeof(own_texts) / sizeof(own_texts[0]); i++)
		if (own_texts[i].error == error)
			return own_texts[i].text;
	return uv_strerror(uv_translate_sys_error((int)error));
}

int win_fail(const char **reterr_what, DWORD error)
{
	*reterr_what = win_what(error);
	return -1;
}

static wchar_t *from_utf8(const char *text)
{
	int count = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
	wchar_t *wide;

	if (!count)
		return NULL;
	wide = malloc((size_t)count * sizeof(*wide));
	if (wide)
		(void)MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, count);
	else
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return wide;
}

/* With room for the longer prefix in front. */
static wchar_t *absolute(const wchar_t *given, size_t *ret_len)
{
	DWORD size = GetFullPathNameW(given, 0, NULL, NULL), len;
	wchar_t *path;

	if (!size)
		return NULL;
	path = malloc((size + sizeof(LONG_SHARE) / sizeof(wchar_t)) * sizeof(*path));
	if (!path) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	len = GetFullPathNameW(given, size, path, NULL);
	if (!len || len >= size) { /* the working folder was another one meanwhile */
		free(path);
		SetLastError(ERROR_PATH_NOT_FOUND);
		return NULL;
	}
	*ret_len = len;
	return path;
}

/* C:\... and \\server\... have a long form; whatever is a device already stays as it is. */
static void make_long(wchar_t *path, size_t len)
{
	bool share = path[0] == L'\\' && path[1] == L'\\';
	const wchar_t *prefix = share ? LONG_SHARE : LONG_DRIVE;
	size_t prefix_len = wcslen(prefix), dropped = share ? 1 : 0; /* one of its backslashes */

	if (share ? path[2] == L'?' || path[2] == L'.' : path[1] != L':')
		return;
	memmove(path + prefix_len, path + dropped, (len + 1 - dropped) * sizeof(*path));
	memcpy(path, prefix, prefix_len * sizeof(*path));
}

wchar_t *win_path(const char *path)
{
	wchar_t *given = from_utf8(path), *full;
	size_t len;

	if (!given)
		return NULL;
	if (!*given) {
		free(given);
		SetLastError(ERROR_FILE_NOT_FOUND);
		return NULL;
	}
	full = absolute(given, &len);
	free(given);
	if (full && len > PATH_SHORT_MAX)
		make_long(full, len);
	return full;
}

wchar_t *win_base_name(wchar_t *path)
{
	wchar_t *backslash = wcsrchr(path, L'\\');

	return backslash ? backslash + 1 : path;
}
