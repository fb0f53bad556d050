/*
 * platform_console.h - the three standard streams: whether a person is at the other end, and
 * writing to it.
 *
 * Threads: any; console_write() may block for as long as the terminal or pipe is not read.
 */
#ifndef RDSWEEP_PLATFORM_CONSOLE_H
#define RDSWEEP_PLATFORM_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

enum console_stream { CONSOLE_IN, CONSOLE_OUT, CONSOLE_ERR };

bool console_is_terminal(enum console_stream stream);

/* Columns, 0 where the stream is no terminal or does not tell. */
int console_width(enum console_stream stream);

/* Rows, in the same way. */
int console_height(enum console_stream stream);

/* The stream is a terminal that obeys escape sequences: TERM is there and not "dumb"; on Windows the
 * console is asked to, and has its old mode back when the process ends. */
bool console_takes_escapes(enum console_stream stream);

/* Not a terminal whose foreground is somebody else's job. */
bool console_is_foreground(enum console_stream stream);

/* All bytes, past any buffer, or -1 with a short static text in *reterr_what (may be NULL). A
 * closed pipe is an error as any other: see process_prepare(). */
int console_write(enum console_stream stream, const char *bytes, size_t len,
		  const char **reterr_what);

#endif
