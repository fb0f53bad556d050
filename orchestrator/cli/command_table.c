/* command_table.c - the table of commands: what main() dispatches on, and what help, man page and completions are
 * made from. */
#include "commands.h"

static const struct command commands[] = {
	{ COMMAND_SESSIONS, "sessions", cmd_sessions, "-i FILE [OPTIONS]",
	  "lists sessions across the fleet",
	  "Lists who is logged on where. Nothing is changed and nothing is asked.\n"
	  "Selection options narrow the list; '--format json' and 'csv' print the very\n"
	  "bytes that -o writes.\n" },
	{ COMMAND_LOGOFF, "logoff", cmd_logoff, "-i FILE SELECTION [OPTIONS]",
	  "logs sessions off: survey, question, act, verify, report",
	  "Surveys the fleet, shows what it would do, asks, logs the selected sessions\n"
	  "off and looks whether they are gone. Services, listeners, protected users and\n"
	  "the session rdsweep runs in are never touched, the console and your other\n"
	  "sessions only if you say so.\n"
	  "--drain closes the hosts to new logons before anybody is asked to go; with\n"
	  "--all it closes those that nobody is on, too.\n"
	  "Try --dry-run first.\n" },
	{ COMMAND_DISCONNECT, "disconnect", cmd_disconnect, "-i FILE SELECTION [OPTIONS]",
	  "disconnects sessions; what runs in them goes on",
	  "The same as 'logoff', but sessions are disconnected: programs keep running\n"
	  "and users can connect again. Sessions that are disconnected already are left\n"
	  "alone; the others are looked at until they are.\n" },
	{ COMMAND_MESSAGE, "message", cmd_message, "TEXT -i FILE SELECTION [OPTIONS]",
	  "shows users a message",
	  "Shows the selected users a box with TEXT, which stays until it is closed. In\n"
	  "TEXT, {user} and {host} stand for whom it is for and where, {reason} for what\n"
	  "--reason says, {{ and }} for braces. Where a connection breaks the message is\n"
	  "sent once more, and 'resume' sends those again that may not have arrived:\n"
	  "rather two boxes than none.\n" },
	{ COMMAND_DRAIN, "drain", cmd_drain, "on|off|restart|status -i FILE [OPTIONS]",
	  "whether hosts take new logons: on, off, restart, status",
	  "A host in drain mode takes no new logons; users who are on stay, and can\n"
	  "reconnect. 'on' and 'off' switch it, 'restart' switches it on until the host\n"
	  "restarts, 'status' only looks. Each host is looked at before and after; one\n"
	  "that is in the mode already is done. '--format csv' of 'status' has a line a\n"
	  "host. On Windows hosts this needs their Remote Registry service.\n" },
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
	{ COMMAND_REPORT, "report", cmd_report, "show|hosts|diff|convert|merge FILE... [OPTIONS]",
	  "reviews finished runs: show, hosts, diff, convert, merge",
	  "'show' prints what a report says: outcome, totals, errors and what to do\n"
	  "about them; --by counts its sessions; --only, --host and --user list them.\n"
	  "'hosts' prints the names of hosts that did not succeed, one a line, for\n"
	  "'--limit @FILE'. 'diff A B' tells what two reports have apart, a plan and what\n"
	  "was done, last month and this: exit code 0 if nothing, else 1. 'convert' writes\n"
	  "a report as CSV or HTML; 'merge' makes one of the reports of all shards, and\n"
	  "says which are missing (exit code 1). '-' is standard input, but for 'merge',\n"
	  "which reads each report twice.\n" },
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

const struct command *command_table(size_t *ret_count)
{
	*ret_count = sizeof(commands) / sizeof(commands[0]);
	return commands;
}
