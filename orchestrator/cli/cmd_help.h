/*
 * cmd_help.h - what every command does first: read its options, and show its help where that is
 * asked for.
 */
#ifndef RDSWEEP_CMD_HELP_H
#define RDSWEEP_CMD_HELP_H

#include "options.h"
#include "strbuf.h"

#define COMMAND_GO_ON (-1)

/* Parses into `options` (initialised; released by the caller in any case). COMMAND_GO_ON, or the
 * exit code: of a mistake, or of help that was shown. */
int command_options(const struct command_call *call, struct options *options);

/* Appends the help of one command. */
void help_of_command(struct strbuf *out, const struct command *command);

#endif
