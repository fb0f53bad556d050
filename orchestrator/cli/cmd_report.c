/* cmd_report.c - `rdsweep report show FILE`: a finished run as text. The report is read as a
 * stream. */
#include "cli_error.h"
#include "cmd_help.h"
#include "platform_console.h"
#include "platform_file.h"
#include "report_drain.h"
#include "report_head.h"
#include "report_read.h"
#include "report_text.h"

#include <stdlib.h>
#include <string.h>

/* What is kept of a report while it goes by. */
struct shown {
	struct rep_kept_head kept;
	const char **owed; /* hosts left in drain mode */
	size_t owed_count;
};

static int keep_run(void *ctx, const struct rep_run *run)
{
	struct shown *shown = ctx;

	return rep_head_keep_run(&shown->kept, run) < 0 ? 1 : 0;
}

static int keep_totals(void *ctx, const struct rep_totals *totals)
{
	struct shown *shown = ctx;

	return rep_head_keep_totals(&shown->kept, totals) < 0 ? 1 : 0;
}

static int keep_error(void *ctx, const struct rep_error_entry *entry)
{
	struct shown *shown = ctx;

	return rep_head_keep_error(&shown->kept, entry) < 0 ? 1 : 0;
}

/* Hosts come after the run. */
static int note_owed(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct shown *shown = ctx;
	const char **grown;

	(void)kind;
	if (!rep_drain_is_owed(&shown->kept.run, host))
		return 0;
	grown = realloc(shown->owed, (shown->owed_count + 1) * sizeof(*grown));
	if (!grown)
		return 1;
	shown->owed = grown;
	grown[shown->owed_count] = arena_strdup(&shown->kept.texts, host->name);
	return grown[shown->owed_count++] ? 0 : 1;
}

static int read_failed(const char *path, const struct file_source *source,
		       const struct rep_read_error *error)
{
	const char *why = file_source_error(source);

	if (why)
		return cli_usage("cannot read report '%s': %s", path, why);
	if (error->line > 0)
		return cli_usage("%s:%d:%d: %s", path, error->line, error->column, error->message);
	return cli_usage("%s: %s", path, error->message);
}

static int show_source(const char *path, struct file_source *source)
{
	struct shown shown = { .owed = NULL };
	const struct rep_visitor visitor = { .ctx = &shown,
					     .run = keep_run,
					     .totals = keep_totals,
					     .error = keep_error,
					     .host = note_owed };
	struct rep_read_error error = { 0 };
	struct strbuf text;
	int code, status;

	rep_head_init(&shown.kept);
	strbuf_init(&text);
	status = rep_read(file_source_read, source, &visitor, &error);
	if (status > 0) {
		code = cli_no_memory();
	} else if (status < 0) {
		code = read_failed(path, source, &error);
	} else {
		rep_text_owed(&text, shown.owed, shown.owed_count);
		rep_text_summary(&text, &shown.kept.head, console_width(CONSOLE_OUT));
		code = cli_output(&text);
	}
	strbuf_release(&text);
	free(shown.owed);
	rep_head_release(&shown.kept);
	return code;
}

static int show(const char *path)
{
	const char *why;
	bool from_stdin = strcmp(path, "-") == 0;
	struct file_source *source =
		from_stdin ? file_source_stdin(&why) : file_source_open(path, &why);
	int code;

	if (!source)
		return cli_usage("cannot read report '%s': %s", path, why);
	code = show_source(from_stdin ? "standard input" : path, source);
	file_source_close(source);
	return code;
}

static int report(const struct command *command, const struct option_texts *arguments)
{
	int first = 0;

	if (!arguments->count)
		return cli_usage_of(command, "'report' needs what to do: show");
	if (strcmp(arguments->items[0], "show") != 0)
		return cli_usage_of(command, "'report' knows 'show', not '%s'",
				    arguments->items[0]);
	if (arguments->count < 2)
		return cli_usage_of(command,
				    "'report show' needs a report file; '-' is standard input");
	for (size_t i = 1; i < arguments->count; i++) {
		int code = show(arguments->items[i]);

		first = first ? first : code;
	}
	return first;
}

int cmd_report(const struct command_call *call)
{
	struct options options;
	int code;

	options_init(&options);
	code = command_options(call, &options);
	if (code == COMMAND_GO_ON)
		code = report(call->self, &options.arguments);
	options_release(&options);
	return code;
}
