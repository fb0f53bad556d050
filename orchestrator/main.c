/* main.c - finds the command in the table of commands and runs it. */
#include "cli_error.h"
#include "commands.h"
#include "platform_process.h"
#include "text.h"

#include <string.h>

static int run_command(const char *name, int argc, char **argv)
{
	size_t count;
	const struct command *commands = command_table(&count);

	for (size_t i = 0; i < count; i++) {
		const struct command_call call = { &commands[i], argc, argv, commands, count };

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

static int help_overview(void)
{
	size_t count;
	const struct command *commands = command_table(&count);

	return cmd_help_overview(commands, count);
}

static int run(int argc, char **argv)
{
	int code = check_texts(argc, argv);

	if (code)
		return code;
	if (argc < 2)
		return cli_usage("no command; see 'rdsweep help'");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help_overview();
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
