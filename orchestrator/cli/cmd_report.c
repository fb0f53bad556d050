/* cmd_report.c - `rdsweep report show|hosts|convert|diff|merge`: review of finished runs. Which options belong to which. */
#include "cmd_report.h"

#include "cli_error.h"
#include "cmd_help.h"

#include <stdint.h>
#include <string.h>

/* Options that only some of the subcommands take. */
enum review_option {
	BY,
	ONLY,
	HOST,
	USER,
	OUTCOME,
	OUTPUT,
	OVERWRITE,
	FORMAT,
	VERBOSE,
	REVIEW_OPTIONS
};

static const char *const option_names[REVIEW_OPTIONS] = {
	"by", "only", "host", "user", "outcome", "report", "overwrite", "format", "verbose",
};

#define BIT(option) (1u << (option))

static const struct subcommand {
	const char *name;
	int (*run)(const struct report_call *call);
	size_t files_min, files_max;
	uint32_t options;
	const char *needs;
} subcommands[] = {
	{ "show", report_show, 1, SIZE_MAX, BIT(BY) | BIT(ONLY) | BIT(HOST) | BIT(USER),
	  "a report file" },
	{ "hosts", report_hosts, 1, SIZE_MAX, BIT(OUTCOME), "a report file" },
	{ "convert", report_convert, 1, 1, BIT(OUTPUT) | BIT(OVERWRITE) | BIT(FORMAT),
	  "one report file" },
	{ "diff", report_diff, 2, 2, BIT(VERBOSE), "two report files" },
	{ "merge", report_merge, 1, SIZE_MAX, BIT(OUTPUT) | BIT(OVERWRITE) | BIT(FORMAT),
	  "the report files of shards" },
};
#define SUBCOMMAND_COUNT (sizeof(subcommands) / sizeof(subcommands[0]))

static uint32_t options_given(const struct options *options)
{
	const bool given[REVIEW_OPTIONS] = {
		[BY] = options->by >= 0,
		[ONLY] = options->only != NULL,
		[HOST] = options->hosts.count > 0,
		[USER] = options->users.count > 0,
		[OUTCOME] = options->outcome != NULL,
		[OUTPUT] = options->reports.count > 0,
		[OVERWRITE] = options->overwrite,
		[FORMAT] = options->format != FORMAT_UNSET,
		[VERBOSE] = options->verbose,
	};
	uint32_t bits = 0;

	for (size_t i = 0; i < REVIEW_OPTIONS; i++)
		bits |= given[i] ? BIT(i) : 0;
	return bits;
}

static void list_names(struct strbuf *out, uint32_t option)
{
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		if (option == 0 || (subcommands[i].options & option))
			strbuf_addf(out, "%s'%s'", out->len > 0 ? ", " : "", subcommands[i].name);
}

static int unknown(const struct command *command, const char *name)
{
	struct strbuf names;
	int code;

	strbuf_init(&names);
	list_names(&names, 0);
	code = name ? cli_usage_of(command, "'report' knows %s, not '%s'", strbuf_text(&names),
				   name)
		    : cli_usage_of(command, "'report' needs what to do: %s", strbuf_text(&names));
	strbuf_release(&names);
	return code;
}

static int foreign_option(const struct report_call *call, const struct subcommand *subcommand,
			  size_t option)
{
	struct strbuf names;
	int code;

	strbuf_init(&names);
	list_names(&names, BIT(option));
	code = cli_usage_of(call->command, "option '--%s' belongs to %s, not to 'report %s'",
			    option_names[option], strbuf_text(&names), subcommand->name);
	strbuf_release(&names);
	return code;
}

static int run_subcommand(const struct report_call *call, const struct subcommand *subcommand)
{
	uint32_t foreign = options_given(call->options) & ~subcommand->options;

	for (size_t i = 0; i < REVIEW_OPTIONS; i++)
		if (foreign & BIT(i))
			return foreign_option(call, subcommand, i);
	if (call->file_count < subcommand->files_min || call->file_count > subcommand->files_max)
		return cli_usage_of(call->command, "'report %s' needs %s; '-' is standard input",
				    subcommand->name, subcommand->needs);
	return subcommand->run(call);
}

static int report(const struct command *command, const struct options *options)
{
	const struct option_texts *arguments = &options->arguments;

	if (!arguments->count)
		return unknown(command, NULL);
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++) {
		const struct report_call call = { command, options, arguments->items + 1,
						  arguments->count - 1 };

		if (strcmp(subcommands[i].name, arguments->items[0]) == 0)
			return run_subcommand(&call, &subcommands[i]);
	}
	return unknown(command, arguments->items[0]);
}

int cmd_report(const struct command_call *call)
{
	struct options options;
	int code;

	options_init(&options);
	code = command_options(call, &options);
	if (code == COMMAND_GO_ON)
		code = report(call->self, &options);
	options_release(&options);
	return code;
}
