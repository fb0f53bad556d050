/*
 * platform_win.h - what the Windows side of the platform shares; private to it.
 *
 * Threads: any.
 */
#ifndef RDSWEEP_PLATFORM_WIN_H
#define RDSWEEP_PLATFORM_WIN_H

#include <stddef.h>

#include <windows.h>

/* A short static text for a GetLastError code. */
const char *win_what(DWORD error);

/* Sets *reterr_what; always -1. */
int win_fail(const char **reterr_what, DWORD error);

/* The absolute form of a UTF-8 path, in the spelling that has no limit of length where it is a long
 * one. Free it. NULL with the error set (GetLastError). */
wchar_t *win_path(const char *path);

/* The last part of an absolute path: "" where it ends in a backslash. Borrowed. */
wchar_t *win_base_name(wchar_t *path);

/* From the keyboard, as UTF-8: bytes, 0 at the end (Ctrl-Z), -1 with the error set. One thread at a
 * time; `cap` has to be at least 8. */
long win_console_read(HANDLE console, char *out, size_t cap);

/* The consoles get the modes back that console_takes_escapes() has changed; loop thread. */
void win_console_switch_back(void);

#endif
