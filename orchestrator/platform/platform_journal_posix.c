/* platform_journal_posix.c - file_journal_* of platform_file.h. */
#include "platform_file.h"

#include "platform_files_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK)

struct file_journal {
	struct open_file open;
	char *path;
	const char *error; /* the first that an append or a sync met: nothing follows it */
};

static const char removed[] = "the file has been removed";
static const char in_use[] = "in use by another process";

/* Whether the path still names the file: what is appended to a file without a name helps nobody. */
static bool is_in_place(const struct file_journal *file)
{
	struct stat here, there;

	return fstat(file->open.fd, &here) == 0 && lstat(file->path, &there) == 0 &&
	       here.st_nlink > 0 && here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/* The lock of the whole file, which ends with the process. NULL, or why not. */
static const char *lock(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_SETLK, &whole) == 0)
		return NULL;
	if (errno == EACCES || errno == EAGAIN)
		return in_use;
	return file_error_text(errno);
}

static void journal_free(struct file_journal *file)
{
	if (file->open.fd >= 0)
		(void)close(file->open.fd);
	free(file->path);
	free(file);
}

/* Opens with `more_flags`. NULL with *reterr_what. */
static struct file_journal *journal_open(const char *path, int more_flags, const char **reterr_what)
{
	struct file_journal *file = calloc(1, sizeof(*file));

	if (!file) {
		*reterr_what = file_error_text(ENOMEM);
		return NULL;
	}
	file->open.fd = -1;
	file->path = strdup(path);
	if (!file->path) {
		*reterr_what = file_error_text(ENOMEM);
		journal_free(file);
		return NULL;
	}
	file->open.fd = open(path, OPEN_FLAGS | more_flags, S_IRUSR | S_IWUSR);
	if (file->open.fd < 0) {
		*reterr_what = errno == ELOOP ? "is a symbolic link" : file_error_text(errno);
		journal_free(file);
		return NULL;
	}
	return file;
}

struct file_journal *file_journal_create(const char *path, const char **reterr_what)
{
	struct file_journal *file = journal_open(path, O_CREAT | O_EXCL, reterr_what);
	const char *wrong;
	int error;

	if (!file)
		return NULL;
	wrong = lock(file->open.fd);
	error = wrong ? 0 : file_flush_folder(path);
	if (error)
		wrong = file_error_text(error);
	if (wrong) {
		*reterr_what = wrong;
		if (wrong != in_use && is_in_place(file))
			(void)unlink(path);
		journal_free(file);
		return NULL;
	}
	open_file_add(&file->open);
	return file;
}

struct file_journal *file_journal_open(const char *path, const char **reterr_what)
{
	struct file_journal *file = journal_open(path, 0, reterr_what);
	const char *wrong = NULL;
	struct stat about;

	if (!file)
		return NULL;
	if (fstat(file->open.fd, &about) < 0)
		wrong = file_error_text(errno);
	else if (!S_ISREG(about.st_mode))
		wrong = "is no regular file";
	else
		wrong = lock(file->open.fd);
	if (!wrong && !is_in_place(file))
		wrong = removed;
	if (wrong) {
		*reterr_what = wrong;
		journal_free(file);
		return NULL;
	}
	open_file_add(&file->open);
	return file;
}

int file_journal_read(struct file_journal *file, struct strbuf *out, const char **reterr_what)
{
	if (lseek(file->open.fd, 0, SEEK_SET) < 0) {
		*reterr_what = file_error_text(errno);
		return -1;
	}
	return file_read_all(file->open.fd, FILE_JOURNAL_MAX_BYTES, out, reterr_what);
}

int file_journal_cut(struct file_journal *file, size_t len, const char **reterr_what)
{
	if (ftruncate(file->open.fd, (off_t)len) == 0)
		return 0;
	*reterr_what = file_error_text(errno);
	return -1;
}

static int fail(struct file_journal *file, const char *error)
{
	file->error = error;
	return -1;
}

int file_journal_append(void *file, const char *bytes, size_t len)
{
	struct file_journal *self = file;

	if (self->error)
		return -1;
	if (!is_in_place(self))
		return fail(self, removed);
	while (len) {
		ssize_t done = write(self->open.fd, bytes, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return fail(self, file_error_text(done < 0 ? errno : ENOSPC));
		bytes += done;
		len -= (size_t)done;
	}
	return 0;
}

int file_journal_sync(void *file)
{
	struct file_journal *self = file;
	int status;

	if (self->error)
		return -1;
	do
		status = fdatasync(self->open.fd);
	while (status < 0 && errno == EINTR);
	/* Some file systems know no flushing: what was written is as safe there as it can be. */
	if (status < 0 && errno != EINVAL && errno != ENOTSUP)
		return fail(self, file_error_text(errno));
	return is_in_place(self) ? 0 : fail(self, removed);
}

const char *file_journal_error(const struct file_journal *file)
{
	return file->error ? file->error : "no error";
}

void file_journal_close(struct file_journal *file)
{
	if (!file)
		return;
	open_file_remove(&file->open);
	journal_free(file);
}

void file_journal_discard(struct file_journal *file, const char *path)
{
	if (is_in_place(file))
		(void)unlink(path);
	file_journal_close(file);
}
