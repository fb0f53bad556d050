/*
 * platform_file.h - files: read whole or as a stream, written whole or not at all, appended to line
 * by line.
 *
 * Paths are UTF-8 and never interpreted: `-` is a file of that name here, standard input has
 * functions of its own.
 * Threads:   any one thread at a time, except file_lines_append(): any thread at any time.
 * Errors:    -1 or NULL with a short static text in *reterr_what ("permission denied").
 * Ownership: paths are copied where they are needed later.
 */
#ifndef RDSWEEP_PLATFORM_FILE_H
#define RDSWEEP_PLATFORM_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "strbuf.h"

#define FILE_READ_MAX_BYTES                                                                        \
	(256u << 20) /* more is refused: no inventory or scenario is that large */

#if defined(_WIN32)
#define FILE_SEPARATORS "/\\" /* what folders in a path end in */
#else
#define FILE_SEPARATORS "/"
#endif

/* Appends the whole content. 0 or -1. A folder is an error. */
int file_read(const char *path, struct strbuf *out, const char **reterr_what);
int file_read_stdin(struct strbuf *out, const char **reterr_what);

/* Bytes one after the other; its read function fits json_source (json_read.h). */
struct file_source;
struct file_source *file_source_open(const char *path, const char **reterr_what);
struct file_source *file_source_stdin(const char **reterr_what);
long file_source_read(void *source, char *out, size_t cap); /* bytes, 0 at the end, -1 */
/* Why file_source_read() failed; NULL where it did not. */
const char *file_source_error(const struct file_source *source);
void file_source_close(struct file_source *source); /* NULL is fine */

/* Whether a file could be written there at the end: the folder exists and can be written to,
 * nothing but a regular file is in its place, and that only with `overwrite`. 0 or -1. Nothing is
 * created. */
int file_target_check(const char *path, bool overwrite, const char **reterr_what);

/* True when both name the same file, also where it does not exist yet (same folder, same name;
 * links in a name that exists are followed). */
bool file_same(const char *a, const char *b);

/*
 * A file that appears whole or not at all: a temporary file beside the target (mode 0600; on
 * Windows with the folder's rights), flushed to the disk, then put in place in one step. Without
 * `overwrite` a file that appeared in the meantime stays and commit fails; a symbolic link in the
 * target's place is never followed.
 *
 * Usage: file_whole_create(), file_whole_write() (fits rep_sink), then commit or abandon, which
 * both free it. After a write that failed commit fails too, with that write's error, and leaves
 * nothing behind.
 */
struct file_whole;
struct file_whole *file_whole_create(const char *path, bool overwrite, const char **reterr_what);
int file_whole_write(void *file, const char *bytes, size_t len);
bool file_whole_failed(const struct file_whole *file); /* a write has failed */
int file_whole_commit(struct file_whole *file, const char **reterr_what);
void file_whole_abandon(struct file_whole *file); /* NULL is fine */

/* A file that lines are appended to, each by one write, so that lines of several processes never
 * mix (mode 0600 when it is made). A symbolic link is not followed, and what is no regular file is
 * refused. */
struct file_lines;
struct file_lines *file_lines_open(const char *path, const char **reterr_what);
/* `line` with its line end. 0; -1 when not all of it was written. */
int file_lines_append(struct file_lines *file, const char *line, size_t len);
/* Drops what comes after so many bytes: a line that a crash has torn. 0 or -1. */
int file_lines_cut(struct file_lines *file, size_t len, const char **reterr_what);
void file_lines_close(struct file_lines *file); /* NULL is fine */

/* A journal: appended to by one process at a time, which holds a lock that a crash releases (mode
 * 0600). create: the file must not exist. open: it must, and whoever holds it is a reason ("in use
 * by another process"). While it is open, open it in no other way in this process: closing that
 * would release the lock. A relative path must go on meaning the same file: do not change the
 * working folder. */
#define FILE_JOURNAL_MAX_BYTES ((size_t)1 << 30) /* more is not read back */
struct file_journal;
struct file_journal *file_journal_create(const char *path, const char **reterr_what);
struct file_journal *file_journal_open(const char *path, const char **reterr_what);
/* Reads it whole, from the start. 0 or -1. */
int file_journal_read(struct file_journal *file, struct strbuf *out, const char **reterr_what);
/* Drops what comes after so many bytes. 0 or -1. */
int file_journal_cut(struct file_journal *file, size_t len, const char **reterr_what);
/* For a pool worker: all bytes at the end, and to the disk. 0, or -1: also when the file has
 * been deleted or replaced. */
int file_journal_append(void *file, const char *bytes, size_t len);
int file_journal_sync(void *file);
/* Why the last of these two failed. */
const char *file_journal_error(const struct file_journal *file);
void file_journal_close(struct file_journal *file); /* NULL is fine */
/* Closes and removes what file_journal_create() made at `path`: nothing has begun that it could tell
 * of. */
void file_journal_discard(struct file_journal *file, const char *path);

#endif
