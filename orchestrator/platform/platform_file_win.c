/* platform_file_win.c - the writing half of platform_file.h: targets, files that appear whole,
 * files of lines. */
#include <uv.h>

#include "platform_file.h"

#include "platform_files_open.h"
#include "platform_win.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define TEMPORARY_TRIES 100
#define SHARE_ALL	(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* What has to be looked after when the process ends at once: files that are appended to, and
 * temporary files. */
struct open_handle {
	struct open_handle *next;
	HANDLE handle;
	bool temporary; /* to be removed */
};

static struct open_handle *open_files;
static SRWLOCK open_files_lock = SRWLOCK_INIT;

struct file_whole {
	struct open_handle open;
	wchar_t *path;
	bool overwrite;
	DWORD failed; /* error of the first write that failed */
};

struct file_lines {
	struct open_handle open;
};

static void open_file_add(struct open_handle *file)
{
	AcquireSRWLockExclusive(&open_files_lock);
	file->next = open_files;
	open_files = file;
	ReleaseSRWLockExclusive(&open_files_lock);
}

static void open_file_remove(struct open_handle *file)
{
	struct open_handle **at = &open_files;

	AcquireSRWLockExclusive(&open_files_lock);
	while (*at != file)
		at = &(*at)->next;
	*at = file->next;
	ReleaseSRWLockExclusive(&open_files_lock);
}

/* By its handle: whatever has that name by now, only our own file goes. */
static void remove_open(HANDLE handle)
{
	FILE_DISPOSITION_INFO gone = { .DeleteFile = TRUE };

	(void)SetFileInformationByHandle(handle, FileDispositionInfo, &gone, sizeof(gone));
}

void files_open_end(void)
{
	AcquireSRWLockExclusive(&open_files_lock);
	for (struct open_handle *file = open_files; file; file = file->next) {
		if (file->temporary)
			remove_open(file->handle);
		(void)CloseHandle(file->handle);
	}
	/* Stays locked: whoever comes now has nothing left to open. */
}

/* --- targets --- */

/* Its folder, as "C:\here\". Free it. */
static wchar_t *folder_of(wchar_t *path)
{
	size_t len = (size_t)(win_base_name(path) - path);
	wchar_t *folder = malloc((len + 1) * sizeof(*folder));

	if (!folder) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	memcpy(folder, path, len * sizeof(*folder));
	folder[len] = L'\0';
	return folder;
}

/* Links in a folder's place are followed, in a file's place never. */
static HANDLE look_at(const wchar_t *path, DWORD access, DWORD flags)
{
	return CreateFileW(path, access, SHARE_ALL, NULL, OPEN_EXISTING,
			   FILE_FLAG_BACKUP_SEMANTICS | flags, NULL);
}

static DWORD attributes_of(HANDLE handle)
{
	FILE_BASIC_INFO info;

	if (!GetFileInformationByHandleEx(handle, FileBasicInfo, &info, sizeof(info)))
		return 0;
	return info.FileAttributes;
}

/* 0, or the error why nothing can be made there. */
static DWORD check_folder(wchar_t *path)
{
	wchar_t *folder = folder_of(path);
	HANDLE handle = INVALID_HANDLE_VALUE;
	DWORD error = 0;

	if (folder)
		handle = look_at(folder, FILE_ADD_FILE | FILE_READ_ATTRIBUTES, 0);
	if (handle == INVALID_HANDLE_VALUE)
		error = GetLastError();
	else if (!(attributes_of(handle) & FILE_ATTRIBUTE_DIRECTORY))
		error = ERROR_DIRECTORY;
	if (handle != INVALID_HANDLE_VALUE)
		(void)CloseHandle(handle);
	free(folder);
	return error;
}

/* A name with a colon is a stream inside another file, and NUL or COM1 are no files at all. */
static int check_there(wchar_t *path, bool overwrite, const char **reterr_what)
{
	HANDLE handle;
	DWORD attributes, type;

	if (wcschr(win_base_name(path), L':')) {
		*reterr_what = "is no regular file";
		return -1;
	}
	handle = look_at(path, FILE_READ_ATTRIBUTES, FILE_FLAG_OPEN_REPARSE_POINT);
	if (handle == INVALID_HANDLE_VALUE) {
		DWORD error = GetLastError();

		return error == ERROR_FILE_NOT_FOUND ? 0 : win_fail(reterr_what, error);
	}
	attributes = attributes_of(handle);
	type = GetFileType(handle);
	(void)CloseHandle(handle);
	if (type != FILE_TYPE_DISK) {
		*reterr_what = "is no regular file";
		return -1;
	}
	if (attributes & FILE_ATTRIBUTE_DIRECTORY) {
		*reterr_what = uv_strerror(UV_EISDIR);
		return -1;
	}
	if (!overwrite)
		return win_fail(reterr_what, ERROR_FILE_EXISTS);
	return attributes & FILE_ATTRIBUTE_READONLY ? win_fail(reterr_what, ERROR_ACCESS_DENIED)
						    : 0;
}

static int check_target(wchar_t *path, bool overwrite, const char **reterr_what)
{
	DWORD error;

	/* A device has no folder: "\\.\NUL". */
	if (wcsncmp(path, L"\\\\.\\", 4) == 0) {
		*reterr_what = "is no regular file";
		return -1;
	}
	if (!*win_base_name(path)) {
		*reterr_what = uv_strerror(UV_EISDIR);
		return -1;
	}
	error = check_folder(path);
	return error ? win_fail(reterr_what, error) : check_there(path, overwrite, reterr_what);
}

int file_target_check(const char *path, bool overwrite, const char **reterr_what)
{
	wchar_t *wide = win_path(path);
	int status;

	if (!wide)
		return win_fail(reterr_what, GetLastError());
	status = check_target(wide, overwrite, reterr_what);
	free(wide);
	return status;
}

/* --- the same file --- */

struct identity {
	ULONGLONG volume;
	BYTE file[16];
};

/* Shares of older servers know the shorter number only. */
static bool identify(const wchar_t *path, struct identity *ret)
{
	HANDLE handle = look_at(path, 0, 0);
	BY_HANDLE_FILE_INFORMATION old;
	FILE_ID_INFO id;
	bool known = true;

	if (handle == INVALID_HANDLE_VALUE)
		return false;
	*ret = (struct identity){ 0 };
	if (GetFileInformationByHandleEx(handle, FileIdInfo, &id, sizeof(id))) {
		ret->volume = id.VolumeSerialNumber;
		memcpy(ret->file, &id.FileId, sizeof(ret->file));
	} else if (GetFileInformationByHandle(handle, &old)) {
		ret->volume = old.dwVolumeSerialNumber;
		memcpy(ret->file, &old.nFileIndexLow, sizeof(old.nFileIndexLow));
		memcpy(ret->file + 4, &old.nFileIndexHigh, sizeof(old.nFileIndexHigh));
	} else {
		known = false;
	}
	(void)CloseHandle(handle);
	return known;
}

static bool identical(const wchar_t *a, const wchar_t *b)
{
	struct identity of_a, of_b;

	return a && b && identify(a, &of_a) && identify(b, &of_b) && of_a.volume == of_b.volume &&
	       memcmp(of_a.file, of_b.file, sizeof(of_a.file)) == 0;
}

static bool same_wide(wchar_t *a, wchar_t *b)
{
	wchar_t *folder_a, *folder_b;
	bool same;

	if (identical(a, b))
		return true;
	if (CompareStringOrdinal(win_base_name(a), -1, win_base_name(b), -1, TRUE) != CSTR_EQUAL)
		return false;
	folder_a = folder_of(a);
	folder_b = folder_of(b);
	same = identical(folder_a, folder_b);
	free(folder_a);
	free(folder_b);
	return same;
}

bool file_same(const char *a, const char *b)
{
	wchar_t *wide_a = win_path(a), *wide_b = win_path(b);
	bool same = wide_a && wide_b && same_wide(wide_a, wide_b);

	free(wide_a);
	free(wide_b);
	return same;
}

/* --- written whole or not at all --- */

/* Long names are cut, so that the temporary one fits where the target's does. */
static DWORD temporary_create(struct file_whole *file)
{
	wchar_t *base = win_base_name(file->path);
	size_t folder_len = (size_t)(base - file->path), size = wcslen(file->path) + 48;
	wchar_t *name = malloc(size * sizeof(*name));
	DWORD error = 0;

	if (!name)
		return ERROR_NOT_ENOUGH_MEMORY;
	for (unsigned i = 0; i < TEMPORARY_TRIES; i++) {
		unsigned mark = 0;

		(void)uv_random(NULL, NULL, &mark, sizeof(mark), 0, NULL);
		(void)swprintf(name, size, L"%.*ls.%.200ls.%08x.tmp", (int)folder_len, file->path,
			       base, mark + i);
		file->open.handle = CreateFileW(name, GENERIC_WRITE | DELETE, FILE_SHARE_READ, NULL,
						CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
		error = file->open.handle == INVALID_HANDLE_VALUE ? GetLastError() : 0;
		if (error != ERROR_FILE_EXISTS)
			break;
	}
	free(name);
	return error;
}

static void whole_free(struct file_whole *file)
{
	free(file->path);
	free(file);
}

struct file_whole *file_whole_create(const char *path, bool overwrite, const char **reterr_what)
{
	struct file_whole *file = calloc(1, sizeof(*file));
	DWORD error;

	if (!file) {
		(void)win_fail(reterr_what, ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	file->overwrite = overwrite;
	file->path = win_path(path);
	if (!file->path) {
		(void)win_fail(reterr_what, GetLastError());
		goto fail;
	}
	if (check_target(file->path, overwrite, reterr_what) < 0)
		goto fail;
	error = temporary_create(file);
	if (error) {
		(void)win_fail(reterr_what, error);
		goto fail;
	}
	file->open.temporary = true;
	open_file_add(&file->open);
	return file;
fail:
	whole_free(file);
	return NULL;
}

int file_whole_write(void *file, const char *bytes, size_t len)
{
	struct file_whole *self = file;

	while (!self->failed && len) {
		DWORD piece = len > 1u << 20 ? 1u << 20 : (DWORD)len, done = 0;

		if (!WriteFile(self->open.handle, bytes, piece, &done, NULL))
			self->failed = GetLastError();
		bytes += done;
		len -= done;
	}
	return self->failed ? -1 : 0;
}

bool file_whole_failed(const struct file_whole *file)
{
	return file->failed != 0;
}

/* File systems that flush nothing are no reason to fail. */
static DWORD flush(HANDLE handle)
{
	DWORD error;

	if (FlushFileBuffers(handle))
		return 0;
	error = GetLastError();
	return error == ERROR_INVALID_FUNCTION || error == ERROR_NOT_SUPPORTED ? 0 : error;
}

/* In one step, and by the handle: nobody can put another file under the temporary name meanwhile. A
 * link in the target's place is replaced, not followed. */
static DWORD place(const struct file_whole *file)
{
	size_t bytes = wcslen(file->path) * sizeof(*file->path);
	size_t size = offsetof(FILE_RENAME_INFO, FileName) + bytes + sizeof(*file->path);
	FILE_RENAME_INFO *to = calloc(1, size < sizeof(*to) ? sizeof(*to) : size);
	DWORD error = 0;

	if (!to)
		return ERROR_NOT_ENOUGH_MEMORY;
	to->ReplaceIfExists = file->overwrite;
	to->FileNameLength = (DWORD)bytes;
	memcpy(to->FileName, file->path, bytes);
	if (!SetFileInformationByHandle(file->open.handle, FileRenameInfo, to, (DWORD)size))
		error = GetLastError();
	free(to);
	return error;
}

int file_whole_commit(struct file_whole *file, const char **reterr_what)
{
	DWORD error = file->failed;

	error = error ? error : flush(file->open.handle);
	open_file_remove(&file->open);
	error = error ? error : place(file);
	if (error)
		remove_open(file->open.handle);
	else
		(void)flush(file->open.handle); /* the new name too; it is there either way */
	(void)CloseHandle(file->open.handle);
	whole_free(file);
	return error ? win_fail(reterr_what, error) : 0;
}

void file_whole_abandon(struct file_whole *file)
{
	if (!file)
		return;
	open_file_remove(&file->open);
	remove_open(file->open.handle);
	(void)CloseHandle(file->open.handle);
	whole_free(file);
}

/* --- lines --- */

/* May append and nothing else: the system then finds the end for each write. */
static HANDLE lines_open(const wchar_t *path, const char **reterr_what)
{
	const DWORD not_ours = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT;
	HANDLE handle = CreateFileW(path, FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
				    SHARE_ALL, NULL, OPEN_ALWAYS,
				    FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);

	if (handle == INVALID_HANDLE_VALUE) {
		(void)win_fail(reterr_what, GetLastError());
		return handle;
	}
	if (GetFileType(handle) == FILE_TYPE_DISK && !(attributes_of(handle) & not_ours))
		return handle;
	(void)CloseHandle(handle);
	*reterr_what = "is no regular file";
	return INVALID_HANDLE_VALUE;
}

struct file_lines *file_lines_open(const char *path, const char **reterr_what)
{
	struct file_lines *file = calloc(1, sizeof(*file));
	wchar_t *wide = file ? win_path(path) : NULL;

	if (!wide) {
		(void)win_fail(reterr_what, file ? GetLastError() : ERROR_NOT_ENOUGH_MEMORY);
		free(file);
		return NULL;
	}
	file->open.handle = lines_open(wide, reterr_what);
	free(wide);
	if (file->open.handle == INVALID_HANDLE_VALUE) {
		free(file);
		return NULL;
	}
	open_file_add(&file->open);
	return file;
}

int file_lines_append(struct file_lines *file, const char *line, size_t len)
{
	DWORD done = 0;

	if (len > MAXDWORD)
		return -1;
	return WriteFile(file->open.handle, line, (DWORD)len, &done, NULL) && done == len ? 0 : -1;
}

/* Our own handle may only append. */
int file_lines_cut(struct file_lines *file, size_t len, const char **reterr_what)
{
	FILE_END_OF_FILE_INFO end = { .EndOfFile.QuadPart = (LONGLONG)len };
	HANDLE writable = ReOpenFile(file->open.handle, GENERIC_WRITE, SHARE_ALL, 0);
	int status = 0;

	if (writable == INVALID_HANDLE_VALUE)
		return win_fail(reterr_what, GetLastError());
	if (!SetFileInformationByHandle(writable, FileEndOfFileInfo, &end, sizeof(end)))
		status = win_fail(reterr_what, GetLastError());
	(void)CloseHandle(writable);
	return status;
}

void file_lines_close(struct file_lines *file)
{
	if (!file)
		return;
	open_file_remove(&file->open);
	(void)CloseHandle(file->open.handle);
	free(file);
}
