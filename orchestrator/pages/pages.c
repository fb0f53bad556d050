/* pages.c - see pages.h: what the tables say. */
#include "pages.h"

#include <string.h>

enum page_value page_value(const struct option *option)
{
	size_t len = option->argument ? strlen(option->argument) : 0;

	if (!option->argument)
		return PAGE_VALUE_NONE;
	if (option->choices)
		return PAGE_VALUE_CHOICES;
	if (strcmp(option->argument, "FILE") == 0 ||
	    (len > 5 && strcmp(option->argument + len - 5, ".json") == 0))
		return PAGE_VALUE_FILE;
	return PAGE_VALUE_OTHER;
}

bool page_repeats(const struct option *option)
{
	return option->kind == OPTION_TEXTS || option->kind == OPTION_CHOICES;
}

bool page_belongs(const struct option *option, const struct command *command)
{
	return option->commands & (1u << command->id);
}

/* The command's own words stand first, in small letters: "list|check|graph -i FILE ...". */
static size_t words_length(const char *usage)
{
	size_t len = strspn(usage, "abcdefghijklmnopqrstuvwxyz|");

	return usage[len] == ' ' || !usage[len] ? len : 0;
}

enum page_argument page_argument(const struct command *command)
{
	const char *at = command->usage + words_length(command->usage);

	at += strspn(at, " ");
	if (strncmp(at, "FILE", 4) == 0 || strncmp(at, "JOURNAL", 7) == 0)
		return PAGE_ARGUMENT_FILES;
	return strncmp(at, "[COMMAND]", 9) == 0 ? PAGE_ARGUMENT_COMMAND : PAGE_ARGUMENT_NONE;
}

size_t page_words(struct strbuf *out, const struct command *command, const char *between)
{
	const char *at = command->usage, *end = at + words_length(at);
	size_t count = 0;

	while (at < end) {
		size_t len = strcspn(at, "| ");

		strbuf_adds(out, count++ ? between : "");
		strbuf_add(out, at, len);
		at += len + 1;
	}
	return count;
}

void page_quoted(struct strbuf *out, const char *text, char quote, const char *instead)
{
	for (; *text; text++) {
		if (*text == quote)
			strbuf_adds(out, instead);
		else
			strbuf_addc(out, *text);
	}
}
