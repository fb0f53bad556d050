/* platform_folder_win.c - see platform_folder.h. */
#include <uv.h>

#include "platform_folder.h"

#include "platform_win.h"

#include <stdlib.h>

static int fail(const char **reterr_what, int status)
{
	*reterr_what = uv_strerror(status);
	return -1;
}

int folder_working(struct strbuf *out, const char **reterr_what)
{
	size_t size = 32768;
	char *buffer = malloc(size);
	int status = buffer ? uv_cwd(buffer, &size) : UV_ENOMEM;

	if (status == 0)
		strbuf_adds(out, buffer);
	free(buffer);
	if (status == 0 && out->failed)
		status = UV_ENOMEM;
	return status < 0 ? fail(reterr_what, status) : 0;
}

static bool is_separator(char byte)
{
	return byte == '\\' || byte == '/';
}

void folder_join(struct strbuf *out, const char *name)
{
	if (!out->len || !is_separator(out->data[out->len - 1]))
		strbuf_addc(out, '\\');
	strbuf_adds(out, name);
}

void folder_absolute(struct strbuf *out, const char *folder, const char *path)
{
	bool drive = ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z')) &&
		     path[1] == ':';

	/* `\x` and `C:x` hang on the present drive: rare, and left as they are. */
	if (!drive && !is_separator(path[0])) {
		strbuf_adds(out, folder);
		folder_join(out, path);
		return;
	}
	strbuf_adds(out, path);
}

static int make(const char *path, const char **reterr_what)
{
	wchar_t *wide = win_path(path);
	DWORD error = 0;

	if (!wide)
		return win_fail(reterr_what, GetLastError());
	if (!CreateDirectoryW(wide, NULL))
		error = GetLastError();
	free(wide);
	return error && error != ERROR_ALREADY_EXISTS ? win_fail(reterr_what, error) : 0;
}

int folder_state(struct strbuf *out, const char **reterr_what)
{
	size_t size = 32768, before = out->len;
	char *buffer = malloc(size);
	int status = buffer ? uv_os_getenv("LOCALAPPDATA", buffer, &size) : UV_ENOMEM;

	if (status == 0) {
		strbuf_adds(out, buffer);
		folder_join(out, "rdsweep");
	}
	free(buffer);
	if (status == 0 && out->failed)
		status = UV_ENOMEM;
	return status < 0 ? fail(reterr_what, status) : make(out->data + before, reterr_what);
}
