/* cmd_help.c - `rdsweep help [COMMAND]`, `--help`, `--version`: made from the tables of commands
 * and options. */
#include "cmd_help.h"

#include "cli_error.h"
#include "run_backend.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <uv.h>

#define HELP_COLUMN 36 /* where the texts of options begin */

static void pad_to(struct strbuf *out, size_t start, size_t column)
{
	if (out->len - start >= column) {
		strbuf_addc(out, '\n');
		start = out->len;
	}
	strbuf_addf(out, "%*s", (int)(column - (out->len - start)), "");
}

static void help_of_option(struct strbuf *out, const struct option *option)
{
	size_t start = out->len;

	if (option->letter)
		strbuf_addf(out, "  -%c, --%s", option->letter, option->name);
	else
		strbuf_addf(out, "      --%s", option->name);
	if (option->argument)
		strbuf_addf(out, " %s", option->argument);
	pad_to(out, start, HELP_COLUMN);
	strbuf_addf(out, "%s\n", option->help);
}

void help_of_command(struct strbuf *out, const struct command *command)
{
	size_t count;
	const struct option *table = options_table(&count);
	int group = -1;

	strbuf_addf(out, "Usage: rdsweep %s%s%s\n\n%s", command->name, *command->usage ? " " : "",
		    command->usage, command->about);
	for (size_t i = 0; i < count; i++) {
		if (!(table[i].commands & (1u << command->id)))
			continue;
		if ((int)table[i].group != group)
			strbuf_addf(out, "\n%s:\n", option_group_name(table[i].group));
		group = (int)table[i].group;
		help_of_option(out, &table[i]);
	}
}

int command_options(const struct command_call *call, struct options *options)
{
	struct strbuf text;
	int code = COMMAND_GO_ON;

	strbuf_init(&text);
	if (options_parse(options, call->self, call->commands, call->command_count, call->argc,
			  call->argv, &text) < 0) {
		code = text.len ? cli_usage_of(call->self, "%s", strbuf_text(&text))
				: cli_no_memory();
	} else if (options->help) {
		help_of_command(&text, call->self);
		code = cli_output(&text);
	}
	strbuf_release(&text);
	return code;
}

static void add_exit_codes(struct strbuf *out)
{
	size_t count;
	const struct exit_code_row *rows = exit_code_table(&count);

	strbuf_adds(out, "Exit codes:\n");
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "  %-4d %s\n", rows[i].code, rows[i].meaning);
}

int cmd_help_overview(const struct command *commands, size_t count)
{
	struct strbuf text;
	int code;

	strbuf_init(&text);
	strbuf_adds(&text,
		    "Usage: rdsweep COMMAND [OPTIONS]\n\n"
		    "Lists and logs off user sessions across a fleet of Remote Desktop hosts.\n\n"
		    "Commands:\n");
	for (size_t i = 0; i < count; i++) {
		size_t start = text.len;

		strbuf_addf(&text, "  %s", commands[i].name);
		pad_to(&text, start, 14);
		strbuf_addf(&text, "%s\n", commands[i].summary);
	}
	strbuf_adds(&text, "\n'rdsweep help COMMAND' tells more. 'rdsweep --version' shows the "
			   "version.\n\n");
	add_exit_codes(&text);
	code = cli_output(&text);
	strbuf_release(&text);
	return code;
}

int cmd_version(void)
{
	struct strbuf text;
	int code;

	strbuf_init(&text);
	strbuf_addf(&text, "rdsweep %s\nbackends: %s\nlibuv %s\ncJSON %s\n", RDSWEEP_VERSION,
		    run_backend_names(), uv_version_string(), cJSON_Version());
	code = cli_output(&text);
	strbuf_release(&text);
	return code;
}

static int help_named(const struct command_call *call, const char *name)
{
	struct strbuf text;
	int code;

	for (size_t i = 0; i < call->command_count; i++) {
		if (strcmp(call->commands[i].name, name) != 0)
			continue;
		strbuf_init(&text);
		help_of_command(&text, &call->commands[i]);
		code = cli_output(&text);
		strbuf_release(&text);
		return code;
	}
	return cli_usage("there is no command '%s'; see 'rdsweep help'", name);
}

int cmd_help(const struct command_call *call)
{
	struct options options;
	int code;

	options_init(&options);
	code = command_options(call, &options);
	if (code == COMMAND_GO_ON) {
		if (options.arguments.count > 1)
			code = cli_usage_of(call->self, "'help' takes one command");
		else if (options.arguments.count)
			code = help_named(call, options.arguments.items[0]);
		else
			code = cmd_help_overview(call->commands, call->command_count);
	}
	options_release(&options);
	return code;
}
