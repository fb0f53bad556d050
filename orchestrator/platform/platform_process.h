/*
 * platform_process.h - this process: its arguments, who runs it where, the time of day, and its
 * end.
 */
#ifndef RDSWEEP_PLATFORM_PROCESS_H
#define RDSWEEP_PLATFORM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "strbuf.h"

#if defined(_MSC_VER)
#define PROCESS_NORETURN __declspec(noreturn)
#else
#define PROCESS_NORETURN _Noreturn
#endif

/* Call first in main(): a closed pipe becomes an error of the write instead of a silent death (a
 * file size limit too), and standard streams that are closed are opened on nothing, so that no file
 * of ours ever takes their place. */
void process_prepare(void);

/* The arguments as UTF-8, NULL-terminated: where main() does not get them so, they are fetched from
 * the system. 0 with *ret_argv, freed by process_arguments_free(); -1 when memory is short. Bytes
 * that are not UTF-8 stay as they are. */
int process_arguments(int argc, char **argv, char ***ret_argv);
void process_arguments_free(char **argv);

/* Appends this machine's name; nothing where it is not known. */
void process_machine(struct strbuf *out);

/* Appends who runs this: `DOMAIN\user` on Windows, the user's name elsewhere; nothing where it is
 * not known. */
void process_operator(struct strbuf *out);

/* Sets a variable of the environment for this process and for its C library. 0 or -1. */
int process_set_env(const char *name, const char *value);

/* The variable's value, or NULL. Borrowed; call before threads exist. */
const char *process_env(const char *name);

/* Raises the limit of open files as far as this process may, and tells what it is then; UINT_MAX
 * where there is none. */
unsigned process_file_limit(void);

/* True where whoever started us wants a signal ignored (nohup, a shell's background job): it then
 * has to stay so. */
bool process_ignores(int signal);
/* For the last moments of a process, in which nothing is left to stop: Ctrl-C, SIGTERM and a closed terminal do not change
 * its exit code any more. */
void process_ignore_stops(void);

/* UTC, milliseconds since 1970. */
int64_t process_wall_ms(void);

/* What this machine's clock on the wall shows beyond UTC at that time, in milliseconds; 0 where it is not
 * known. */
int64_t process_local_offset_ms(int64_t utc_ms);

/* Ends the process at once, without waiting for threads that sit in a call: temporary files are
 * removed, files that are appended to are closed, nothing else is cleaned up. */
PROCESS_NORETURN void process_end_now(int exit_code);

#endif
