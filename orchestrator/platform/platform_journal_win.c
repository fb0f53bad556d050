/* platform_journal_win.c - file_journal_* of platform_file.h. */
#include <uv.h>

#include "platform_file.h"

#include "platform_win.h"

#include <stdlib.h>

/* The share mode is the lock: others may read, nobody may write, delete or rename, until the handle
 * is gone - also by a crash. That is why nothing has to be closed when the process ends at once. */
#define SHARE_LOCKED FILE_SHARE_READ
#define READ_PIECE   65536

struct file_journal {
	HANDLE handle;
	const char *error; /* the first that an append or a sync met: nothing follows it */
};

static struct file_journal *journal_open(const char *path, DWORD disposition,
					 const char **reterr_what)
{
	struct file_journal *file = calloc(1, sizeof(*file));
	wchar_t *wide = file ? win_path(path) : NULL;
	DWORD error;

	if (!file) {
		(void)win_fail(reterr_what, ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	file->handle = INVALID_HANDLE_VALUE;
	if (wide)
		file->handle = CreateFileW(
			wide, GENERIC_READ | GENERIC_WRITE, SHARE_LOCKED, NULL, disposition,
			FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
	error = GetLastError();
	free(wide);
	if (file->handle != INVALID_HANDLE_VALUE)
		return file;
	if (error == ERROR_SHARING_VIOLATION || error == ERROR_LOCK_VIOLATION)
		*reterr_what = "in use by another process";
	else
		(void)win_fail(reterr_what, error);
	free(file);
	return NULL;
}

struct file_journal *file_journal_create(const char *path, const char **reterr_what)
{
	return journal_open(path, CREATE_NEW, reterr_what);
}

struct file_journal *file_journal_open(const char *path, const char **reterr_what)
{
	struct file_journal *file = journal_open(path, OPEN_EXISTING, reterr_what);
	BY_HANDLE_FILE_INFORMATION about;

	if (!file)
		return NULL;
	if (GetFileType(file->handle) == FILE_TYPE_DISK &&
	    GetFileInformationByHandle(file->handle, &about) &&
	    !(about.dwFileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)))
		return file;
	*reterr_what = "is no regular file";
	file_journal_close(file);
	return NULL;
}

static int seek(struct file_journal *file, long long to, DWORD from)
{
	LARGE_INTEGER distance = { .QuadPart = to };

	return SetFilePointerEx(file->handle, distance, NULL, from) ? 0 : -1;
}

static int too_large(void)
{
	SetLastError(ERROR_FILE_TOO_LARGE);
	return -1;
}

int file_journal_read(struct file_journal *file, struct strbuf *out, const char **reterr_what)
{
	char *piece = malloc(READ_PIECE);
	DWORD done = 0;
	int status = piece ? seek(file, 0, FILE_BEGIN) : -1;

	while (status == 0) {
		if (!ReadFile(file->handle, piece, READ_PIECE, &done, NULL))
			status = -1;
		else if (done == 0)
			break;
		else if (out->len + done > FILE_JOURNAL_MAX_BYTES)
			status = too_large();
		else
			strbuf_add(out, piece, done);
	}
	if (status < 0)
		(void)win_fail(reterr_what, piece ? GetLastError() : ERROR_NOT_ENOUGH_MEMORY);
	else if (out->failed)
		status = win_fail(reterr_what, ERROR_NOT_ENOUGH_MEMORY);
	free(piece);
	return status;
}

int file_journal_cut(struct file_journal *file, size_t len, const char **reterr_what)
{
	FILE_END_OF_FILE_INFO end = { .EndOfFile.QuadPart = (LONGLONG)len };

	if (SetFileInformationByHandle(file->handle, FileEndOfFileInfo, &end, sizeof(end)))
		return 0;
	return win_fail(reterr_what, GetLastError());
}

static int fail(struct file_journal *file)
{
	file->error = win_what(GetLastError());
	return -1;
}

int file_journal_append(void *file, const char *bytes, size_t len)
{
	struct file_journal *self = file;

	if (self->error)
		return -1;
	if (seek(self, 0, FILE_END) < 0)
		return fail(self);
	while (len) {
		DWORD piece = len < MAXDWORD / 2 ? (DWORD)len : MAXDWORD / 2, done = 0;

		if (!WriteFile(self->handle, bytes, piece, &done, NULL) || !done)
			return fail(self);
		bytes += done;
		len -= done;
	}
	return 0;
}

int file_journal_sync(void *file)
{
	struct file_journal *self = file;

	if (self->error)
		return -1;
	return FlushFileBuffers(self->handle) ? 0 : fail(self);
}

const char *file_journal_error(const struct file_journal *file)
{
	return file->error ? file->error : "no error";
}

void file_journal_close(struct file_journal *file)
{
	if (!file)
		return;
	(void)CloseHandle(file->handle);
	free(file);
}

void file_journal_discard(struct file_journal *file, const char *path)
{
	wchar_t *wide = win_path(path);

	file_journal_close(file); /* it cannot be removed while it is open */
	if (wide)
		(void)DeleteFileW(wide);
	free(wide);
}
