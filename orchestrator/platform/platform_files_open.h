/*
 * platform_files_open.h - what the files of this room share: the list of those that must not stay
 * half-open when the process ends at once; private to platform.
 */
#ifndef RDSWEEP_PLATFORM_FILES_OPEN_H
#define RDSWEEP_PLATFORM_FILES_OPEN_H

#include <stddef.h>

#include "strbuf.h"

/* Closes every file that is appended to and removes every temporary file. Any thread; nothing may
 * be opened afterwards. */
void files_open_end(void);

#ifndef _WIN32 /* the Windows side keeps handles, and has its own */

/* A file that is appended to, or a temporary one. */
struct open_file {
	struct open_file *next; /* private */
	int fd;
	const char *temporary; /* its path, to be removed; NULL: it stays */
};

/* Any thread. The file is kept until it is removed from the list. */
void open_file_add(struct open_file *file);
void open_file_remove(struct open_file *file);

/* The text of an errno. */
const char *file_error_text(int error);

/* Appends what is left to read, up to `max` bytes; more is an error. 0 or -1. */
int file_read_all(int fd, size_t max, struct strbuf *out, const char **reterr_what);

/* Makes a new name in the folder of `path` durable. 0, or the errno of a disk that failed; a folder
 * that cannot be opened or knows no flushing is no failure. */
int file_flush_folder(const char *path);

#endif

#endif
