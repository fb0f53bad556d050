/*
 * cmd_report.h - the subcommands of `rdsweep report`, a file each.
 *
 * Each prints its own errors and returns the exit code. The arguments after its name are
 * options->arguments from `first` on.
 */
#ifndef RDSWEEP_CMD_REPORT_H
#define RDSWEEP_CMD_REPORT_H

#include "options.h"

struct report_call {
	const struct command *command;
	const struct options *options;
	const char *const *files;
	size_t file_count;
};

int report_show(const struct report_call *call);
int report_hosts(const struct report_call *call);
int report_convert(const struct report_call *call);
int report_diff(const struct report_call *call);
int report_merge(const struct report_call *call);

#endif
