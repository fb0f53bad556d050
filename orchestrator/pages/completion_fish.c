/* completion_fish.c - for fish. */
#include "pages.h"

/* In single quotes: only the quote and the backslash mean something there. */
static void add_text(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, *text);
	}
}

static void add_option(struct strbuf *out, const struct option *option)
{
	size_t count;
	const struct command *commands = command_table(&count);

	strbuf_adds(out, "complete -c rdsweep -n '__rdsweep_is");
	for (size_t i = 0; i < count; i++)
		if (page_belongs(option, &commands[i]))
			strbuf_addf(out, " %s", commands[i].name);
	strbuf_adds(out, "'");
	if (option->letter)
		strbuf_addf(out, " -s %c", option->letter);
	strbuf_addf(out, " -l %s", option->name);
	switch (page_value(option)) {
	case PAGE_VALUE_NONE:
		break;
	case PAGE_VALUE_FILE:
		strbuf_adds(out, " -r -F");
		break;
	case PAGE_VALUE_CHOICES:
		strbuf_adds(out, " -x -a '");
		for (size_t i = 0; option->choices[i]; i++)
			strbuf_addf(out, "%s%s", i ? " " : "", option->choices[i]);
		strbuf_addc(out, '\'');
		break;
	case PAGE_VALUE_OTHER:
		strbuf_adds(out, " -x");
		break;
	}
	strbuf_adds(out, " -d '");
	add_text(out, option->help);
	strbuf_adds(out, "'\n");
}

static void add_arguments(struct strbuf *out, const struct command *command)
{
	struct strbuf words;

	strbuf_init(&words);
	if (page_words(&words, command, " "))
		strbuf_addf(
			out,
			"complete -c rdsweep -n '__rdsweep_is %s; and __rdsweep_words 2' -a '%s'\n",
			command->name, strbuf_text(&words));
	if (page_argument(command) == PAGE_ARGUMENT_FILES)
		strbuf_addf(out, "complete -c rdsweep -n '__rdsweep_is %s%s' -F\n", command->name,
			    words.len ? "; and not __rdsweep_words 2" : "");
	strbuf_release(&words);
}

static void add_command(struct strbuf *out, const struct command *command, const char *condition)
{
	strbuf_addf(out, "complete -c rdsweep -n '%s' -a %s -d '", condition, command->name);
	add_text(out, command->summary);
	strbuf_adds(out, "'\n");
}

void page_fish(struct strbuf *out)
{
	size_t count, command_count;
	const struct command *commands = command_table(&command_count);
	const struct option *options = options_table(&count);

	strbuf_adds(
		out,
		"# fish completion for rdsweep. Made from the program's own tables: do not "
		"edit.\n\n"
		"function __rdsweep_words\n"
		"\ttest (count (commandline -opc)) -eq $argv[1]\nend\n\n"
		"function __rdsweep_is\n"
		"\tset -l words (commandline -opc)\n"
		"\ttest (count $words) -ge 2; and contains -- $words[2] $argv\nend\n\n"
		"complete -c rdsweep -f\n"
		"complete -c rdsweep -n '__rdsweep_words 1' -l help -d 'shows all commands'\n"
		"complete -c rdsweep -n '__rdsweep_words 1' -l version -d 'shows the version'\n");
	for (size_t i = 0; i < command_count; i++)
		add_command(out, &commands[i], "__rdsweep_words 1");
	for (size_t i = 0; i < command_count; i++) {
		add_arguments(out, &commands[i]);
		for (size_t j = 0;
		     page_argument(&commands[i]) == PAGE_ARGUMENT_COMMAND && j < command_count;
		     j++) {
			struct strbuf condition;

			strbuf_init(&condition);
			strbuf_addf(&condition, "__rdsweep_is %s; and __rdsweep_words 2",
				    commands[i].name);
			add_command(out, &commands[j], strbuf_text(&condition));
			strbuf_release(&condition);
		}
	}
	for (size_t i = 0; i < count; i++)
		add_option(out, &options[i]);
}
