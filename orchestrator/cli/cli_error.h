/*
 * cli_error.h - one function per kind of failure: prints one line on standard error and returns the
 * exit code.
 *
 * Lines begin with `rdsweep: `; whatever came from outside is escaped. Not during a run: then the
 * writer prints (writer.h).
 */
#ifndef RDSWEEP_CLI_ERROR_H
#define RDSWEEP_CLI_ERROR_H

#include "commands.h"
#include "session_api.h"
#include "strbuf.h"

/* A mistake in how the command was called or in what it was given: 2. */
int cli_usage(const char *format, ...) STRBUF_PRINTF(1, 2);
/* The same with a pointer to the command's help. */
int cli_usage_of(const struct command *command, const char *format, ...) STRBUF_PRINTF(2, 3);
int cli_no_memory(void); /* 1 */
/* Something that is not the caller's fault, before anything was done: 1. */
int cli_failed(const char *format, ...) STRBUF_PRINTF(1, 2);
/* A system call on this machine failed: `what`, the call, its code and name, and on a line of its own
 * what can be done about it: 1. */
int cli_api_failed(const char *what, const struct session_error *error);
/* Standard output or a report could not be written: 70. */
int cli_not_written(const char *name, const char *why);

/* One line as it is (already escaped, without line end). */
void cli_line(const char *text);

/* Writes data to standard output: 0, or 70 with the error printed. */
int cli_output(const struct strbuf *data);

#endif
