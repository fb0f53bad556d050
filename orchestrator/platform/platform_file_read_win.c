/* platform_file_read_win.c - the reading half of platform_file.h. */
#include "platform_file.h"

#include "platform_win.h"

#include <stdlib.h>

#define READ_PIECE (1u << 16)

struct file_source {
	HANDLE handle;
	bool borrowed; /* standard input */
	bool console;
	const char *error;
};

static bool is_folder(HANDLE handle)
{
	FILE_BASIC_INFO info;

	return GetFileInformationByHandleEx(handle, FileBasicInfo, &info, sizeof(info)) &&
	       info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY;
}

/* Opening a folder as if to back it up makes the error its own, instead of "access denied". */
static int open_to_read(const char *path, HANDLE *ret_handle, const char **reterr_what)
{
	wchar_t *wide = win_path(path);
	HANDLE handle;

	if (!wide)
		return win_fail(reterr_what, GetLastError());
	handle = CreateFileW(wide, GENERIC_READ,
			     FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
			     OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
	if (handle == INVALID_HANDLE_VALUE)
		(void)win_fail(reterr_what, GetLastError());
	free(wide);
	if (handle == INVALID_HANDLE_VALUE)
		return -1;
	if (is_folder(handle)) {
		(void)CloseHandle(handle);
		*reterr_what = "illegal operation on a directory";
		return -1;
	}
	*ret_handle = handle;
	return 0;
}

static void source_init(struct file_source *source, HANDLE handle, bool borrowed)
{
	DWORD mode;

	*source = (struct file_source){ .handle = handle, .borrowed = borrowed };
	source->console = borrowed && GetConsoleMode(handle, &mode);
}

/* The other end of a pipe that was closed is its end. */
static long read_some(struct file_source *source, char *out, size_t cap)
{
	DWORD got = 0, error;

	if (source->console) {
		long len = win_console_read(source->handle, out, cap);

		if (len < 0)
			source->error = win_what(GetLastError());
		return len;
	}
	if (ReadFile(source->handle, out, cap > READ_PIECE ? READ_PIECE : (DWORD)cap, &got, NULL))
		return (long)got;
	error = GetLastError();
	if (error == ERROR_HANDLE_EOF || error == ERROR_BROKEN_PIPE)
		return 0;
	source->error = win_what(error);
	return -1;
}

static int read_all(struct file_source *source, struct strbuf *out, const char **reterr_what)
{
	size_t before = out->len;
	char *piece = malloc(READ_PIECE);
	long got;

	if (!piece)
		return win_fail(reterr_what, ERROR_NOT_ENOUGH_MEMORY);
	do {
		got = read_some(source, piece, READ_PIECE);
		if (got > 0)
			strbuf_add(out, piece, (size_t)got);
	} while (got > 0 && out->len - before <= FILE_READ_MAX_BYTES && !out->failed);
	free(piece);
	if (got < 0) {
		*reterr_what = source->error;
		return -1;
	}
	if (out->failed)
		return win_fail(reterr_what, ERROR_NOT_ENOUGH_MEMORY);
	return got > 0 ? win_fail(reterr_what, ERROR_FILE_TOO_LARGE) : 0;
}

int file_read(const char *path, struct strbuf *out, const char **reterr_what)
{
	struct file_source source;
	HANDLE handle;
	int status;

	if (open_to_read(path, &handle, reterr_what) < 0)
		return -1;
	source_init(&source, handle, false);
	status = read_all(&source, out, reterr_what);
	(void)CloseHandle(handle);
	return status;
}

int file_read_stdin(struct strbuf *out, const char **reterr_what)
{
	struct file_source source;

	source_init(&source, GetStdHandle(STD_INPUT_HANDLE), true);
	return read_all(&source, out, reterr_what);
}

static struct file_source *source_create(HANDLE handle, bool borrowed, const char **reterr_what)
{
	struct file_source *source = calloc(1, sizeof(*source));

	if (!source)
		(void)win_fail(reterr_what, ERROR_NOT_ENOUGH_MEMORY);
	else
		source_init(source, handle, borrowed);
	return source;
}

struct file_source *file_source_open(const char *path, const char **reterr_what)
{
	struct file_source *source;
	HANDLE handle;

	if (open_to_read(path, &handle, reterr_what) < 0)
		return NULL;
	source = source_create(handle, false, reterr_what);
	if (!source)
		(void)CloseHandle(handle);
	return source;
}

struct file_source *file_source_stdin(const char **reterr_what)
{
	return source_create(GetStdHandle(STD_INPUT_HANDLE), true, reterr_what);
}

long file_source_read(void *source, char *out, size_t cap)
{
	return read_some(source, out, cap);
}

const char *file_source_error(const struct file_source *source)
{
	return source->error;
}

void file_source_close(struct file_source *source)
{
	if (!source)
		return;
	if (!source->borrowed)
		(void)CloseHandle(source->handle);
	free(source);
}
