/* cmd_report_diff.c - `rdsweep report diff A B`: two reports held against each other. As diff(1): 0 nothing differs, 1
 * something does. */
#include "cmd_report.h"

#include "cli_error.h"
#include "platform_console.h"
#include "report_diff.h"
#include "report_diff_text.h"
#include "report_input.h"

static int write_stdout(void *ctx, const char *bytes, size_t len)
{
	return console_write(CONSOLE_OUT, bytes, len, ctx);
}

static int tell(const struct rep_diff *diff, const struct report_call *call)
{
	const char *names[2] = { report_input_name(call->files[0]),
				 report_input_name(call->files[1]) };
	const char *why = NULL;
	const struct rep_sink sink = { .ctx = &why, .write = write_stdout };

	if (rep_diff_tell(diff, names, call->options->verbose, &sink) == 0)
		return rep_diff_is_equal(diff) ? EXIT_DONE : EXIT_UNFINISHED;
	return why ? cli_not_written("standard output", why) : cli_no_memory();
}

int report_diff(const struct report_call *call)
{
	struct rep_diff diff;
	int code = 0;

	if (report_input_is_stdin(call->files[0]) && report_input_is_stdin(call->files[1]))
		return cli_usage("'report diff': only one of the two can be standard input");
	rep_diff_init(&diff);
	for (int side = 0; side < 2 && !code; side++) {
		struct rep_visitor visitor;

		rep_diff_visitor(&diff, side, &visitor);
		code = report_input_read(call->files[side], &visitor);
	}
	if (!code)
		code = rep_diff_settle(&diff) ? cli_no_memory() : tell(&diff, call);
	rep_diff_release(&diff);
	return code;
}
