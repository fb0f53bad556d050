/* exit_codes.c - what each exit code means: for help, man page and whoever else lists them. */
#include "commands.h"

static const struct exit_code_row rows[] = {
	{ EXIT_DONE, "every host was reached, everything selected was done and verified" },
	{ EXIT_UNFINISHED, "finished, but some host or session was not" },
	{ EXIT_USAGE, "usage or invalid input, found before any host was contacted" },
	{ EXIT_NO_MATCH, "every host was reached and nothing matched" },
	{ EXIT_STOPPED, "stopped by --max-failures, credential errors, or an --...-failed abort" },
	{ EXIT_DECLINED, "declined at the question or over --max-sessions, nothing touched" },
	{ EXIT_NOT_WRITTEN, "a report, the journal or standard output could not be written" },
	{ EXIT_HANGUP, "the terminal was closed, or your session ended" },
	{ EXIT_INTERRUPTED, "Ctrl-C" },
	{ EXIT_TERMINATED, "SIGTERM" },
};

const struct exit_code_row *exit_code_table(size_t *ret_count)
{
	*ret_count = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
