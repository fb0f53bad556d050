/*
 * commands.h - the commands: the table that main() dispatches on, and what each of them gets.
 *
 * A command prints its own errors, results to standard output, everything else to standard error,
 * and returns the exit code.
 */
#ifndef RDSWEEP_COMMANDS_H
#define RDSWEEP_COMMANDS_H

#include <stddef.h>

/* Also the bit of a command in the option table. */
enum command_id {
	COMMAND_SESSIONS,
	COMMAND_LOGOFF,
	COMMAND_DISCONNECT,
	COMMAND_MESSAGE,
	COMMAND_DRAIN,
	COMMAND_RESUME,
	COMMAND_INVENTORY,
	COMMAND_REPORT,
	COMMAND_ERROR,
	COMMAND_SELF,
	COMMAND_HELP,
	COMMAND_COUNT
};

/* Those that act on sessions, as bits: they ask, and keep a journal. */
#define COMMANDS_THAT_ACT (1u << COMMAND_LOGOFF | 1u << COMMAND_DISCONNECT | 1u << COMMAND_MESSAGE)

/* Those whose runs can be resumed: `drain` changes hosts. */
#define COMMANDS_THAT_CHANGE (COMMANDS_THAT_ACT | 1u << COMMAND_DRAIN)

/* Exit codes; once given, a code never changes its meaning. */
enum exit_code {
	EXIT_DONE = 0,	     /* every host was reached, everything selected was done and verified */
	EXIT_UNFINISHED = 1, /* finished, some host or session was not done */
	EXIT_USAGE = 2,	     /* usage or invalid input, found before any host is contacted */
	EXIT_NO_MATCH = 3,   /* every host was reached and nothing matched */
	EXIT_STOPPED = 4, /* by --max-failures, credential errors, or an abort that was asked for */
	EXIT_DECLINED = 5,	/* at the question, or over --max-sessions; nothing touched */
	EXIT_NOT_WRITTEN = 70,	/* a report, the journal or the output could not be written */
	EXIT_HANGUP = 129,	/* the terminal was closed, or the own session ended */
	EXIT_INTERRUPTED = 130, /* Ctrl-C */
	EXIT_TERMINATED = 143	/* SIGTERM */
};

/* What each code means, in order, for help and man page (exit_codes.c). */
struct exit_code_row {
	int code;
	const char *meaning; /* one line */
};
const struct exit_code_row *exit_code_table(size_t *ret_count);

struct command;

/* What was typed: the arguments after the command's name, and the table it was found in. */
struct command_call {
	const struct command *self;
	int argc;
	char **argv; /* UTF-8, NULL-terminated */
	const struct command *commands;
	size_t command_count;
};

struct command {
	enum command_id id;
	const char *name;
	int (*run)(const struct command_call *call);
	const char *usage;   /* what follows the name: "inventory list|check|graph ..." without the
				name */
	const char *summary; /* one line */
	const char *about;   /* a paragraph or two for `help COMMAND`; lines end with \n */
};

/* All of them, in the order of the help (command_table.c). */
const struct command *command_table(size_t *ret_count);

int cmd_sessions(const struct command_call *call);
int cmd_logoff(const struct command_call *call);
int cmd_disconnect(const struct command_call *call);
int cmd_message(const struct command_call *call);
int cmd_drain(const struct command_call *call);
int cmd_resume(const struct command_call *call);
int cmd_inventory(const struct command_call *call);
int cmd_report(const struct command_call *call);
int cmd_error(const struct command_call *call);
int cmd_self(const struct command_call *call);
int cmd_help(const struct command_call *call);

/* The help without any command, and the version: for `--help` and `--version`. */
int cmd_help_overview(const struct command *commands, size_t count);
int cmd_version(void);

#endif
