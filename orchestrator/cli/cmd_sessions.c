/* cmd_sessions.c - `rdsweep sessions`: lists sessions across the fleet. */
#include "cmd_help.h"
#include "paint.h"
#include "platform_console.h"
#include "report_write.h"
#include "run.h"
#include "sessions_table.h"

#include <inttypes.h>

static void say_count(const struct run *run, const struct sessions_count *count)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_addf(&line, "%" PRIu32 " session%s of %" PRIu32 " user%s on %" PRIu32 " host%s",
		    count->sessions, count->sessions == 1 ? "" : "s", count->users,
		    count->users == 1 ? "" : "s", count->hosts, count->hosts == 1 ? "" : "s");
	run_add_gaps(run, &line);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

/* With -v also the sessions nobody is logged on to, unless a filter took them out. */
static const char *print_table(const struct run *run)
{
	const struct options *options = run->options;
	const struct sessions_view view = {
		.without_user = options->verbose && !run->who.filtered,
		.width = (size_t)console_width(CONSOLE_OUT),
		.colors = paint_wanted(options->color, CONSOLE_OUT),
	};
	const char *why = "out of memory";
	struct sessions_count count;
	struct strbuf out;

	strbuf_init(&out);
	if (sessions_table(&out, &run->record, &view, &count) == 0 &&
	    console_write(CONSOLE_OUT, strbuf_text(&out), out.len, &why) == 0)
		why = NULL;
	strbuf_release(&out);
	if (!why && !options->quiet)
		say_count(run, &count);
	return why;
}

static int write_output(void *ctx, const char *bytes, size_t len)
{
	return console_write(CONSOLE_OUT, bytes, len, ctx);
}

static const char *print_report(const struct run *run, enum rep_format format)
{
	const char *why = "out of memory";
	const struct rep_sink sink = { .ctx = &why, .write = write_output };

	return rep_write_record(&run->record, format, &sink) == 0 ? NULL : why;
}

static const char *print_results(const struct run *run)
{
	switch ((enum option_format)run->options->format) {
	case FORMAT_JSON:
		return print_report(run, REP_FORMAT_JSON);
	case FORMAT_CSV:
		return print_report(run, REP_FORMAT_CSV);
	case FORMAT_UNSET:
	case FORMAT_TABLE:
		break;
	}
	return print_table(run);
}

int cmd_sessions(const struct command_call *call)
{
	struct options options;
	int code;

	options_init(&options);
	code = command_options(call, &options);
	if (code == COMMAND_GO_ON)
		code = run_fleet(call, &options, print_results);
	options_release(&options);
	return code;
}
