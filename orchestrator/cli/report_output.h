/*
 * report_output.h - a report that a command writes from other reports: a file written whole or not at all, or
 * standard output.
 *
 * Usage:     report_outputs_check(), report_outputs_open(); the writers take the report; report_outputs_close() in
 *            any case.
 * Errors:    printed, one line each; the exit code is returned.
 * Threads:   one thread.
 */
#ifndef RDSWEEP_REPORT_OUTPUT_H
#define RDSWEEP_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "report_write.h"

struct report_output {
	const char *path; /* NULL: standard output */
	struct file_whole *file;
	const char *why; /* standard output could not be written */
};

struct report_outputs {
	struct rep_writer **writers;
	size_t count;
	struct report_output *items; /* private */
};

/* Either -o or --format, whose files can be written and are none of the inputs. 0 or 2. */
int report_outputs_check(const struct command *command, const struct options *options,
			 const char *const *inputs, size_t input_count);

/* The files of -o, or standard output. 0, or the exit code. */
int report_outputs_open(struct report_outputs *outputs, const struct options *options);

/* Puts the files in their places where `complete`, else leaves nothing behind. 0, or the exit
 * code. */
int report_outputs_close(struct report_outputs *outputs, bool complete);

/* A write failed, which closing tells of. */
bool report_outputs_failed(const struct report_outputs *outputs);

#endif
