/*
 * fuzz_options.c - arguments, one a line, the first one the command: refused in one line, or taken
 * so that they can be typed again and mean the same.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "option_values.h"
#include "options.h"

#define ARGUMENTS_MAX 64

static const struct command commands[] = {
	{ .id = COMMAND_SESSIONS, .name = "sessions" },
	{ .id = COMMAND_LOGOFF, .name = "logoff" },
	{ .id = COMMAND_RESUME, .name = "resume" },
	{ .id = COMMAND_REPORT, .name = "report" },
	{ .id = COMMAND_INVENTORY, .name = "inventory" },
	{ .id = COMMAND_ERROR, .name = "error" },
	{ .id = COMMAND_SELF, .name = "self" },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

struct arguments {
	char *items[ARGUMENTS_MAX + 1];
	int count;
};

static void add(struct arguments *arguments, const char *text)
{
	if (arguments->count < ARGUMENTS_MAX)
		arguments->items[arguments->count++] =
			fuzz_text((const uint8_t *)text, strlen(text));
	arguments->items[arguments->count] = NULL;
}

static void release(struct arguments *arguments)
{
	for (int i = 0; i < arguments->count; i++)
		free(arguments->items[i]);
	*arguments = (struct arguments){ 0 };
}

static int parse(struct options *options, const struct command *command,
		 struct arguments *arguments, struct strbuf *reterr)
{
	options_init(options);
	return options_parse(options, command, commands, COMMANDS, arguments->count,
			     arguments->items, reterr);
}

static void start_option(struct strbuf *text, const struct option *option)
{
	strbuf_clear(text);
	strbuf_addf(text, option->kind == OPTION_FLAG ? "--%s" : "--%s=", option->name);
}

/* What is in force, as it could be typed. False where it is more than we have room for. */
static bool type_again(const struct options *options, const struct command *command,
		       struct arguments *again)
{
	size_t count;
	const struct option *table = options_table(&count);
	struct strbuf text;

	for (size_t i = 0; i < count; i++) {
		if (!(table[i].commands & (1u << command->id)))
			continue;
		strbuf_init(&text);
		for (size_t k = 0;
		     start_option(&text, &table[i]), option_show(options, &table[i], k, &text);
		     k++) {
			add(again, strbuf_text(&text));
			FUZZ_CHECK(k == 0 || option_repeats(&table[i]));
		}
		strbuf_release(&text);
	}
	add(again, "--");
	for (size_t i = 0; i < options->arguments.count; i++)
		add(again, options->arguments.items[i]);
	return again->count < ARGUMENTS_MAX;
}

static void check_again(const struct options *options, const struct command *command)
{
	struct arguments once = { 0 }, twice = { 0 };
	struct options read;
	struct strbuf why;

	strbuf_init(&why);
	if (type_again(options, command, &once)) {
		FUZZ_CHECK(parse(&read, command, &once, &why) == 0);
		(void)type_again(&read, command, &twice);
		FUZZ_CHECK(once.count == twice.count);
		for (int i = 0; i < once.count; i++)
			FUZZ_CHECK(strcmp(once.items[i], twice.items[i]) == 0);
		options_release(&read);
	}
	release(&once);
	release(&twice);
	strbuf_release(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct command *command = &commands[len ? bytes[0] % COMMANDS : 0];
	struct arguments arguments = { 0 };
	struct options options;
	struct strbuf why;

	char *line = fuzz_first_line(&bytes, &len);

	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(line, commands[i].name) == 0)
			command = &commands[i];
	free(line);
	while (len) {
		line = fuzz_first_line(&bytes, &len);
		add(&arguments, line);
		free(line);
	}
	strbuf_init(&why);
	if (parse(&options, command, &arguments, &why) < 0)
		FUZZ_CHECK(why.len > 0);
	else if (!options.help)
		check_again(&options, command);
	options_release(&options);
	release(&arguments);
	strbuf_release(&why);
	return 0;
}
