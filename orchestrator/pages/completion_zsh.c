/* completion_zsh.c - for zsh's completion system (compsys). */
#include "pages.h"

/* In single quotes, where _arguments and _describe read it: the brackets of an explanation and colons have a meaning. */
static void add_text(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '\'':
			strbuf_adds(out, "'\\''");
			break;
		case '[':
		case ']':
		case ':':
		case '\\':
			strbuf_addf(out, "\\%c", *text);
			break;
		default:
			strbuf_addc(out, *text);
		}
	}
}

/* ":FILE:_files", ":auto|always|never:(auto always never)", ... */
static void add_value(struct strbuf *out, const struct option *option)
{
	if (page_value(option) == PAGE_VALUE_NONE)
		return;
	strbuf_addc(out, ':');
	add_text(out, option->argument);
	switch (page_value(option)) {
	case PAGE_VALUE_FILE:
		strbuf_adds(out, ":_files");
		break;
	case PAGE_VALUE_CHOICES:
		strbuf_adds(out, ":(");
		for (size_t i = 0; option->choices[i]; i++)
			strbuf_addf(out, "%s%s", i ? " " : "", option->choices[i]);
		strbuf_addc(out, ')');
		break;
	case PAGE_VALUE_NONE:
	case PAGE_VALUE_OTHER:
		strbuf_adds(out, ": ");
		break;
	}
}

/* Short names take their value behind them or as the next word (+), long ones behind `=` or so (=). */
static void add_option(struct strbuf *out, const struct option *option)
{
	bool takes = page_value(option) != PAGE_VALUE_NONE;

	strbuf_adds(out, " \\\n\t\t\t");
	if (page_repeats(option))
		strbuf_adds(out, "'*'");
	else if (option->letter)
		strbuf_addf(out, "'(-%c --%s)'", option->letter, option->name);
	if (option->letter)
		strbuf_addf(out, "{-%c%s,--%s%s}", option->letter, takes ? "+" : "", option->name,
			    takes ? "=" : "");
	else
		strbuf_addf(out, "--%s%s", option->name, takes ? "=" : "");
	strbuf_adds(out, "'[");
	add_text(out, option->help);
	strbuf_addc(out, ']');
	add_value(out, option);
	strbuf_addc(out, '\'');
}

static void add_command(struct strbuf *out, const struct command *command)
{
	size_t count;
	const struct option *options = options_table(&count);
	struct strbuf words;

	strbuf_init(&words);
	strbuf_addf(out, "\t%s)\n\t\t_arguments -s -S", command->name);
	for (size_t i = 0; i < count; i++)
		if (page_belongs(&options[i], command))
			add_option(out, &options[i]);
	if (page_words(&words, command, " "))
		strbuf_addf(out, " \\\n\t\t\t'1: :(%s)'", strbuf_text(&words));
	if (page_argument(command) == PAGE_ARGUMENT_FILES)
		strbuf_adds(out, " \\\n\t\t\t'*:file:_files'");
	else if (page_argument(command) == PAGE_ARGUMENT_COMMAND)
		strbuf_adds(out, " \\\n\t\t\t'1: :_rdsweep_commands'");
	strbuf_adds(out, "\n\t\t;;\n");
	strbuf_release(&words);
}

void page_zsh(struct strbuf *out)
{
	size_t count;
	const struct command *commands = command_table(&count);

	strbuf_adds(
		out,
		"#compdef rdsweep\n"
		"# zsh completion for rdsweep. Made from the program's own tables: do not edit.\n\n"
		"_rdsweep_commands() {\n\tlocal -a commands=(\n");
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, "\t\t'%s:", commands[i].name);
		add_text(out, commands[i].summary);
		strbuf_adds(out, "'\n");
	}
	strbuf_adds(out, "\t)\n\t_describe -t commands command commands\n}\n\n"
			 "_rdsweep() {\n"
			 "\tlocal curcontext=$curcontext\n"
			 "\tif (( CURRENT == 2 )); then\n"
			 "\t\t_rdsweep_commands\n"
			 "\t\t[[ $words[2] == -* ]] && compadd -- --help --version\n"
			 "\t\treturn\n\tfi\n"
			 "\tshift words\n\t(( CURRENT-- ))\n"
			 "\tcase $words[1] in\n");
	for (size_t i = 0; i < count; i++)
		add_command(out, &commands[i]);
	strbuf_adds(out, "\tesac\n}\n\n_rdsweep \"$@\"\n");
}
