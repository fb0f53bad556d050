/*
 * platform_folder.h - folders: where this process works, and where it keeps what outlives it.
 *
 * Paths are UTF-8. Threads: any one thread at a time; the working folder is taken as it is.
 * Errors:    -1 with a short static text in *reterr_what ("permission denied").
 */
#ifndef RDSWEEP_PLATFORM_FOLDER_H
#define RDSWEEP_PLATFORM_FOLDER_H

#include "strbuf.h"

/* Appends the working folder. 0 or -1. */
int folder_working(struct strbuf *out, const char **reterr_what);

/* Appends the path as it is valid from any other folder: what is relative is put behind `folder`,
 * nothing is resolved. Errors are the buffer's. */
void folder_absolute(struct strbuf *out, const char *folder, const char *path);

/* Appends the user's folder for state, made if it is missing (for this user alone): `rdsweep` in
 * $XDG_STATE_HOME or ~/.local/state; in %LOCALAPPDATA% on Windows. 0 or -1; then `out` may hold the
 * folder that could not be had. */
int folder_state(struct strbuf *out, const char **reterr_what);

/* Appends the name of a file in a folder. */
void folder_join(struct strbuf *out, const char *name);

#endif
