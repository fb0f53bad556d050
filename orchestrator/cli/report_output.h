/*
 * report_output.h - a report that a command writes from other reports: a file written whole or not at all, or
 * standard output.
 *
 * Usage:     report_outputs_check(), then for each report_output_open(); the writer takes the report;
 *            report_output_close() in any case.
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
	struct rep_writer *writer;
	/* private */
	const char *path; /* NULL: standard output */
	struct file_whole *file;
	const char *why; /* standard output could not be written */
};

/* Whether the files of -o can be written, and none is one of the inputs. 0 or 2. */
int report_outputs_check(const struct options *options, const char *const *inputs,
			 size_t input_count);

/* `path` NULL is standard output in that format; otherwise the name decides. 0, or the exit code;
 * then there is nothing to close. */
int report_output_open(struct report_output *output, const char *path, enum rep_format format,
		       bool overwrite);

/* Puts the file in its place where `complete`, else leaves nothing behind. 0, or the exit code. */
int report_output_close(struct report_output *output, bool complete);

/* A write failed, which closing tells of. */
bool report_output_failed(const struct report_output *output);

#endif
