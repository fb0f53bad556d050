/*
 * report_input.h - a report as the input of a command: read as a stream from a file or, where it is called `-`,
 * from standard input.
 *
 * Errors:    printed, one line each; the exit code is returned.
 * Threads:   one thread.
 */
#ifndef RDSWEEP_REPORT_INPUT_H
#define RDSWEEP_REPORT_INPUT_H

#include <stdbool.h>

#include "report_head.h"
#include "report_read.h"

/* What a visitor's slot returns to end the reading early. */
#define REPORT_NO_MEMORY 1 /* said here */
#define REPORT_ENOUGH	 2 /* is no error: 0 */
#define REPORT_SAID	 3 /* the visitor has printed what is wrong: 2 */

int report_input_read(const char *path, const struct rep_visitor *visitor);

/* `-` cannot be read twice. */
bool report_input_is_stdin(const char *path);

/* As it is called in messages. */
const char *report_input_name(const char *path);

/* Slots that keep what stands before the hosts; ctx is a struct rep_kept_head. */
int report_keep_run(void *kept, const struct rep_run *run);
int report_keep_totals(void *kept, const struct rep_totals *totals);
int report_keep_error(void *kept, const struct rep_error_entry *entry);

#endif
