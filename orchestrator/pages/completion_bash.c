/* completion_bash.c - for bash, with or without the package bash-completion. */
#include "pages.h"

#include <string.h>

static void add_names(struct strbuf *out, const struct option *option, const char *between)
{
	if (option->letter)
		strbuf_addf(out, "-%c%s", option->letter, between);
	strbuf_addf(out, "--%s", option->name);
}

static void add_commands(struct strbuf *out)
{
	size_t count, option_count;
	const struct command *commands = command_table(&count);
	const struct option *options = options_table(&option_count);

	for (size_t i = 0; i < count; i++) {
		enum page_argument argument = page_argument(&commands[i]);

		strbuf_addf(out, "\t%s)\n\t\twords=\"", commands[i].name);
		if (argument == PAGE_ARGUMENT_COMMAND)
			strbuf_adds(out, "$commands");
		else
			(void)page_words(out, &commands[i], " ");
		strbuf_addf(out, "\"\n\t\tfiles=%s\n\t\toptions='",
			    argument == PAGE_ARGUMENT_FILES ? "yes" : "");
		for (size_t j = 0; j < option_count; j++) {
			if (!page_belongs(&options[j], &commands[i]))
				continue;
			add_names(out, &options[j], " ");
			strbuf_addc(out, ' ');
		}
		strbuf_adds(out, "'\n\t\t;;\n");
	}
}

/* The patterns of all options with this kind of value; false where there is none. */
static bool add_patterns(struct strbuf *out, enum page_value value)
{
	size_t count;
	const struct option *options = options_table(&count);
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (page_value(&options[i]) != value)
			continue;
		strbuf_adds(out, any ? " | " : "\t");
		add_names(out, &options[i], " | ");
		any = true;
	}
	return any;
}

static void add_values(struct strbuf *out)
{
	size_t count;
	const struct option *options = options_table(&count);

	if (add_patterns(out, PAGE_VALUE_FILE))
		strbuf_adds(out, ")\n\t\t_rdsweep_files \"$cur\"\n\t\treturn\n\t\t;;\n");
	for (size_t i = 0; i < count; i++) {
		if (page_value(&options[i]) != PAGE_VALUE_CHOICES)
			continue;
		strbuf_addc(out, '\t');
		add_names(out, &options[i], " | ");
		strbuf_adds(out, ")\n\t\tCOMPREPLY=($(compgen -W '");
		for (size_t j = 0; options[i].choices[j]; j++)
			strbuf_addf(out, "%s%s", j ? " " : "", options[i].choices[j]);
		strbuf_adds(out, "' -- \"$cur\"))\n\t\treturn\n\t\t;;\n");
	}
	if (add_patterns(out, PAGE_VALUE_OTHER))
		strbuf_adds(out, ")\n\t\treturn\n\t\t;;\n");
}

void page_bash(struct strbuf *out)
{
	size_t count;
	const struct command *commands = command_table(&count);

	strbuf_adds(out,
		    "# bash completion for rdsweep. Made from the program's own tables: do not "
		    "edit.\n\n"
		    "_rdsweep_files()\n{\n"
		    "\tcompopt -o filenames 2>/dev/null\n"
		    "\tmapfile -t COMPREPLY < <(compgen -f -- \"$1\")\n}\n\n"
		    "_rdsweep()\n{\n"
		    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
		    "\tlocal words='' files='' options='' commands='");
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", commands[i].name);
	strbuf_adds(
		out,
		"'\n\n\tCOMPREPLY=()\n"
		"\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
		"\t\tCOMPREPLY=($(compgen -W \"$commands --help --version\" -- \"$cur\"))\n"
		"\t\treturn\n\tfi\n"
		"\t# --option=value comes as three words\n"
		"\tif [ \"$cur\" = = ]; then\n\t\tcur=''\n"
		"\telif [ \"$prev\" = = ]; then\n\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n\n"
		"\tcase $prev in\n");
	add_values(out);
	strbuf_adds(out, "\tesac\n\n\tcase ${COMP_WORDS[1]} in\n");
	add_commands(out);
	strbuf_adds(out, "\tesac\n\n"
			 "\tif [[ $cur == -* ]]; then\n"
			 "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
			 "\telif [ -n \"$words\" ] && [ \"$COMP_CWORD\" -eq 2 ]; then\n"
			 "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
			 "\telif [ -n \"$files\" ]; then\n"
			 "\t\t_rdsweep_files \"$cur\"\n"
			 "\tfi\n}\n\ncomplete -F _rdsweep rdsweep\n");
}
