/*
 * pages.h - the man page and the completions for shells, made from the program's own tables of commands, options and
 * exit codes. Part of the build, not of the program.
 *
 * Threads: no state. Errors: as strbuf.h says.
 */
#ifndef RDSWEEP_PAGES_H
#define RDSWEEP_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "commands.h"
#include "options.h"
#include "strbuf.h"

/* Each appends a whole file. */
void page_manual(struct strbuf *out);
void page_bash(struct strbuf *out);
void page_zsh(struct strbuf *out);
void page_fish(struct strbuf *out);
void page_powershell(struct strbuf *out);

/* --- what the tables say, for those that write the pages --- */

enum page_value {
	PAGE_VALUE_NONE, /* a flag */
	PAGE_VALUE_FILE,
	PAGE_VALUE_CHOICES, /* of the option's own list */
	PAGE_VALUE_OTHER    /* nothing that could be offered */
};
enum page_value page_value(const struct option *option);

/* It may be given more than once. */
bool page_repeats(const struct option *option);
bool page_belongs(const struct option *option, const struct command *command);

/* What follows a command's name besides options. */
enum page_argument { PAGE_ARGUMENT_NONE, PAGE_ARGUMENT_FILES, PAGE_ARGUMENT_COMMAND };
enum page_argument page_argument(const struct command *command);

/* Appends the command's own words (`list check graph`) with `between`; how many there are. */
size_t page_words(struct strbuf *out, const struct command *command, const char *between);

/* Appends `text` with each `quote` in it replaced by `instead`. */
void page_quoted(struct strbuf *out, const char *text, char quote, const char *instead);

#endif
