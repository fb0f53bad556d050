/* main.c - the table of commands. */
#include "cli_error.h"
#include "commands.h"
#include "platform_process.h"
#include "text.h"

#include <string.h>

static const struct command commands[] = {
	{ COMMAND_SESSIONS, "sessions", cmd_sessions, "-i FILE [OPTIONS]",
	  "lists sessions across the fleet",
	  "Lists who is logged on where. Nothing is changed and nothing is asked.\n"
	  "Selection options narrow the list; '--format json' and 'csv' print the very\n"
	  "bytes that -o writes.\n" },
	{ COMMAND_LOGOFF, "logoff", cmd_logoff, "-i FILE SELECTION [OPTIONS]",
	  "logs sessions off: survey, question, act, verify, report",
	  "Surveys the fleet, shows what it would do, asks, logs the selected sessions\n"
	  "off and looks whether they are gone. Services, listeners, the console and\n"
	  "your own sessions are not touched unless you say so; protected users never.\n"
	  "Try --dry-run first.\n" },
	{ COMMAND_RESUME, "resume", cmd_resume, "JOURNAL [OPTIONS]",
	  "settles and finishes a run that was interrupted or killed",
	  "The journal of a run is all that is needed. Sessions that may have been asked\n"
	  "are looked at first, what is left is done after the same question, and the\n"
	  "run's reports are written again, as one run. A run that is finished is left\n"
	  "alone; -o then writes its report once more.\n" },
	{ COMMAND_INVENTORY, "inventory", cmd_inventory, "list|check|graph -i FILE [OPTIONS]",
	  "what the inventory means: list, check, graph",
	  "Shows the hosts after groups, ranges, --limit and --shard: 'list' one name a\n"
	  "line, 'check' every mistake and remark, 'graph' the groups as a tree.\n" },
	{ COMMAND_REPORT, "report", cmd_report, "show|hosts|convert FILE... [OPTIONS]",
	  "reviews finished runs: show, hosts, convert",
	  "'show' prints what a report says: outcome, totals, errors and what to do\n"
	  "about them; --by counts its sessions; --only, --host and --user list them.\n"
	  "'hosts' prints the names of hosts that did not succeed, one a line, for\n"
	  "'--limit @FILE'. 'convert' writes it as CSV or HTML. '-' is standard input.\n" },
	{ COMMAND_ERROR, "error", cmd_error, "CODE... [--format table|json]",
	  "explains an error code: name, meaning, class, remedy",
	  "A code is a decimal number, 0x and hexadecimal, an HRESULT, or a name such\n"
	  "as ERROR_ACCESS_DENIED or CALL_TIMEOUT. Exit code 1: not in the table.\n" },
	{ COMMAND_SELF, "self", cmd_self, "logoff [--force-if-hung | --reset] [--yes]",
	  "logs off the session it runs in (Windows)",
	  "'logoff' ends your own session as planned maintenance. Every program is asked\n"
	  "and may object; --force-if-hung ends those that do not answer, --reset asks none,\n"
	  "and unsaved work is lost.\n" },
	{ COMMAND_HELP, "help", cmd_help, "[COMMAND]", "explains a command",
	  "Shows all commands, or the options of one.\n" },
};

#define COMMAND_TABLE_COUNT (sizeof(commands) / sizeof(commands[0]))

static int run_command(const char *name, int argc, char **argv)
{
	for (size_t i = 0; i < COMMAND_TABLE_COUNT; i++) {
		const struct command_call call = { &commands[i], argc, argv, commands,
						   COMMAND_TABLE_COUNT };

		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(&call);
	}
	return cli_usage("unknown command '%s'; see 'rdsweep help'", name);
}

/* What is not UTF-8 could neither be compared with a user nor be kept in a report. */
static int check_texts(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!utf8_valid(argv[i], strlen(argv[i]), NULL))
			return cli_usage("argument %d is not valid UTF-8: '%s'", i, argv[i]);
	return 0;
}

static int run(int argc, char **argv)
{
	int code = check_texts(argc, argv);

	if (code)
		return code;
	if (argc < 2)
		return cli_usage("no command; see 'rdsweep help'");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return cmd_help_overview(commands, COMMAND_TABLE_COUNT);
	if (strcmp(argv[1], "--version") == 0)
		return cmd_version();
	if (argv[1][0] == '-')
		return cli_usage("options follow the command: rdsweep COMMAND %s ...", argv[1]);
	return run_command(argv[1], argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
	char **arguments;
	int code;

	process_prepare();
	if (process_arguments(argc, argv, &arguments) < 0)
		return cli_no_memory();
	code = run(argc, arguments);
	process_arguments_free(arguments);
	return code;
}
