/* platform_file_posix.c - see platform_file.h. */
#include "platform_file.h"

#include "platform_files_open.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <uv.h>

#define TEMPORARY_TRIES 100

static struct open_file *open_files;
static pthread_mutex_t open_files_lock = PTHREAD_MUTEX_INITIALIZER;

struct file_source {
	int fd;
	bool borrowed; /* standard input */
	const char *error;
};

struct file_whole {
	struct open_file open;
	char *path, *temporary;
	bool overwrite;
	int failed; /* errno of the first write that failed */
};

struct file_lines {
	struct open_file open;
};

const char *file_error_text(int error)
{
	return uv_strerror(uv_translate_sys_error(error));
}

static int fail(const char **reterr_what, int error)
{
	*reterr_what = file_error_text(error);
	return -1;
}

void open_file_add(struct open_file *file)
{
	(void)pthread_mutex_lock(&open_files_lock);
	file->next = open_files;
	open_files = file;
	(void)pthread_mutex_unlock(&open_files_lock);
}

void open_file_remove(struct open_file *file)
{
	struct open_file **at = &open_files;

	(void)pthread_mutex_lock(&open_files_lock);
	while (*at != file)
		at = &(*at)->next;
	*at = file->next;
	(void)pthread_mutex_unlock(&open_files_lock);
}

void files_open_end(void)
{
	(void)pthread_mutex_lock(&open_files_lock);
	for (struct open_file *file = open_files; file; file = file->next) {
		if (file->temporary)
			(void)unlink(file->temporary);
		(void)close(file->fd);
	}
	/* Stays locked: whoever comes now has nothing left to open. */
}

/* --- reading --- */

int file_read_all(int fd, size_t max, struct strbuf *out, const char **reterr_what)
{
	size_t before = out->len;
	char *piece = malloc(1u << 16);
	ssize_t got = 0;

	if (!piece)
		return fail(reterr_what, ENOMEM);
	do {
		got = read(fd, piece, 1u << 16);
		if (got > 0)
			strbuf_add(out, piece, (size_t)got);
	} while ((got > 0 && out->len - before <= max && !out->failed) ||
		 (got < 0 && errno == EINTR));
	free(piece);
	if (got < 0)
		return fail(reterr_what, errno);
	if (out->failed)
		return fail(reterr_what, ENOMEM);
	if (got > 0)
		return fail(reterr_what, EFBIG);
	return 0;
}

static int open_to_read(const char *path, const char **reterr_what)
{
	struct stat about;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return fail(reterr_what, errno);
	if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
		(void)close(fd);
		return fail(reterr_what, EISDIR);
	}
	return fd;
}

int file_read(const char *path, struct strbuf *out, const char **reterr_what)
{
	int fd = open_to_read(path, reterr_what);
	int status;

	if (fd < 0)
		return -1;
	status = file_read_all(fd, FILE_READ_MAX_BYTES, out, reterr_what);
	(void)close(fd);
	return status;
}

int file_read_stdin(struct strbuf *out, const char **reterr_what)
{
	return file_read_all(STDIN_FILENO, FILE_READ_MAX_BYTES, out, reterr_what);
}

static struct file_source *source_create(int fd, bool borrowed, const char **reterr_what)
{
	struct file_source *source = calloc(1, sizeof(*source));

	if (!source) {
		*reterr_what = file_error_text(ENOMEM);
		return NULL;
	}
	source->fd = fd;
	source->borrowed = borrowed;
	return source;
}

struct file_source *file_source_open(const char *path, const char **reterr_what)
{
	struct file_source *source;
	int fd = open_to_read(path, reterr_what);

	if (fd < 0)
		return NULL;
	source = source_create(fd, false, reterr_what);
	if (!source)
		(void)close(fd);
	return source;
}

struct file_source *file_source_stdin(const char **reterr_what)
{
	return source_create(STDIN_FILENO, true, reterr_what);
}

long file_source_read(void *source, char *out, size_t cap)
{
	struct file_source *self = source;
	ssize_t got;

	do
		got = read(self->fd, out, cap);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		self->error = file_error_text(errno);
	return (long)got;
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
		(void)close(source->fd);
	free(source);
}

/* --- targets --- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The folder a path lies in: "." where it names none. Free it. */
static char *folder_of(const char *path)
{
	size_t len = (size_t)(base_name(path) - path);
	char *folder;

	if (!len)
		return strdup(".");
	folder = strndup(path, len > 1 ? len - 1 : 1);
	return folder;
}

int file_target_check(const char *path, bool overwrite, const char **reterr_what)
{
	struct stat about;
	char *folder;
	int error = 0;

	if (!*base_name(path))
		return fail(reterr_what, EISDIR);
	folder = folder_of(path);
	if (!folder)
		return fail(reterr_what, ENOMEM);
	if (stat(folder, &about) < 0 || (!S_ISDIR(about.st_mode) && (errno = ENOTDIR)) ||
	    access(folder, W_OK | X_OK) < 0)
		error = errno;
	free(folder);
	if (error)
		return fail(reterr_what, error);
	if (lstat(path, &about) < 0)
		return errno == ENOENT ? 0 : fail(reterr_what, errno);
	if (S_ISDIR(about.st_mode))
		return fail(reterr_what, EISDIR);
	if (!overwrite)
		return fail(reterr_what, EEXIST);
	if (!S_ISREG(about.st_mode) && !S_ISLNK(about.st_mode)) {
		*reterr_what = "is no regular file";
		return -1;
	}
	return 0;
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool file_same(const char *a, const char *b)
{
	struct stat about_a, about_b;
	char *folder_a, *folder_b;
	bool same;

	if (stat(a, &about_a) == 0 && stat(b, &about_b) == 0 && same_inode(&about_a, &about_b))
		return true;
	if (strcmp(base_name(a), base_name(b)) != 0)
		return false;
	folder_a = folder_of(a);
	folder_b = folder_of(b);
	same = folder_a && folder_b && stat(folder_a, &about_a) == 0 &&
	       stat(folder_b, &about_b) == 0 && same_inode(&about_a, &about_b);
	free(folder_a);
	free(folder_b);
	return same;
}

/* --- written whole or not at all --- */

static int temporary_create(struct file_whole *file)
{
	size_t folder_len = (size_t)(base_name(file->path) - file->path);
	size_t size = strlen(file->path) + 48;

	file->temporary = malloc(size);
	if (!file->temporary)
		return -1;
	for (unsigned i = 0; i < TEMPORARY_TRIES; i++) {
		unsigned mark = 0;

		(void)uv_random(NULL, NULL, &mark, sizeof(mark), 0, NULL);
		/* Long names are cut, so that the temporary one fits where the target's does. */
		(void)snprintf(file->temporary, size, "%.*s.%.200s.%08x.tmp", (int)folder_len,
			       file->path, base_name(file->path), mark + i);
		file->open.fd =
			open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			     S_IRUSR | S_IWUSR);
		if (file->open.fd >= 0 || errno != EEXIST)
			break;
	}
	return file->open.fd < 0 ? -1 : 0;
}

static void whole_free(struct file_whole *file)
{
	free(file->temporary);
	free(file->path);
	free(file);
}

struct file_whole *file_whole_create(const char *path, bool overwrite, const char **reterr_what)
{
	struct file_whole *file;

	if (file_target_check(path, overwrite, reterr_what) < 0)
		return NULL;
	file = calloc(1, sizeof(*file));
	if (!file) {
		*reterr_what = file_error_text(ENOMEM);
		return NULL;
	}
	file->overwrite = overwrite;
	file->path = strdup(path);
	if (!file->path || temporary_create(file) < 0) {
		*reterr_what = file_error_text(file->path ? errno : ENOMEM);
		whole_free(file);
		return NULL;
	}
	file->open.temporary = file->temporary;
	open_file_add(&file->open);
	return file;
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t done = write(fd, bytes, len);

		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0) {
			bytes += done;
			len -= (size_t)done;
		}
	}
	return 0;
}

int file_whole_write(void *file, const char *bytes, size_t len)
{
	struct file_whole *self = file;

	if (!self->failed && write_all(self->open.fd, bytes, len) < 0)
		self->failed = errno;
	return self->failed ? -1 : 0;
}

bool file_whole_failed(const struct file_whole *file)
{
	return file->failed != 0;
}

/* Where the file system knows no hard links: the name is claimed with an empty file of our own,
 * which is then replaced. */
static int place_by_claim(const struct file_whole *file)
{
	int fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      S_IRUSR | S_IWUSR);

	if (fd < 0)
		return -1;
	(void)close(fd);
	if (rename(file->temporary, file->path) < 0) {
		int error = errno;

		(void)unlink(file->path);
		errno = error;
		return -1;
	}
	return 0;
}

static int place(const struct file_whole *file)
{
	if (file->overwrite)
		return rename(file->temporary, file->path);
	if (link(file->temporary, file->path) == 0) {
		(void)unlink(file->temporary);
		return 0;
	}
	return errno == EEXIST ? -1 : place_by_claim(file);
}

/* 0, or errno. Some file systems know no flushing. */
static int flush_whole(int fd)
{
	int status;

	do
		status = fsync(fd);
	while (status < 0 && errno == EINTR);
	return status == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
}

/* The new name is only safe once its folder is. */
int file_flush_folder(const char *path)
{
	char *folder = folder_of(path);
	int fd = folder ? open(folder, O_RDONLY | O_CLOEXEC) : -1;
	int error = 0;

	free(folder);
	if (fd < 0)
		return 0;
	error = flush_whole(fd);
	(void)close(fd);
	return error;
}

int file_whole_commit(struct file_whole *file, const char **reterr_what)
{
	int error = file->failed;

	if (!error)
		error = flush_whole(file->open.fd);
	open_file_remove(&file->open);
	if (close(file->open.fd) < 0 && !error)
		error = errno;
	if (!error && place(file) < 0)
		error = errno;
	if (error)
		(void)unlink(file->temporary);
	else
		(void)file_flush_folder(file->path); /* the report is in place: no reason to fail */
	whole_free(file);
	return error ? fail(reterr_what, error) : 0;
}

void file_whole_abandon(struct file_whole *file)
{
	if (!file)
		return;
	open_file_remove(&file->open);
	(void)close(file->open.fd);
	(void)unlink(file->temporary);
	whole_free(file);
}

/* --- lines --- */

/* Without O_NONBLOCK a FIFO would be waited for; with it, it is found to be one. */
static int lines_open(const char *path, const char **reterr_what)
{
	int fd =
		open(path,
		     O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
		     S_IRUSR | S_IWUSR);
	struct stat about;

	if (fd < 0 && errno != ENXIO) {
		*reterr_what = errno == ELOOP ? "is a symbolic link" : file_error_text(errno);
		return -1;
	}
	if (fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
		return fd;
	if (fd >= 0)
		(void)close(fd);
	*reterr_what = "is no regular file";
	return -1;
}

struct file_lines *file_lines_open(const char *path, const char **reterr_what)
{
	struct file_lines *file = calloc(1, sizeof(*file));

	if (!file) {
		*reterr_what = file_error_text(ENOMEM);
		return NULL;
	}
	file->open.fd = lines_open(path, reterr_what);
	if (file->open.fd < 0) {
		free(file);
		return NULL;
	}
	open_file_add(&file->open);
	return file;
}

int file_lines_append(struct file_lines *file, const char *line, size_t len)
{
	ssize_t done;

	do
		done = write(file->open.fd, line, len);
	while (done < 0 && errno == EINTR);
	return done == (ssize_t)len ? 0 : -1;
}

int file_lines_cut(struct file_lines *file, size_t len, const char **reterr_what)
{
	return ftruncate(file->open.fd, (off_t)len) < 0 ? fail(reterr_what, errno) : 0;
}

void file_lines_close(struct file_lines *file)
{
	if (!file)
		return;
	open_file_remove(&file->open);
	(void)close(file->open.fd);
	free(file);
}
