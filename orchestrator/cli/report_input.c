/* report_input.c - see report_input.h. */
#include "report_input.h"

#include "cli_error.h"
#include "platform_file.h"

#include <string.h>

bool report_input_is_stdin(const char *path)
{
	return strcmp(path, "-") == 0;
}

const char *report_input_name(const char *path)
{
	return report_input_is_stdin(path) ? "standard input" : path;
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

int report_input_read(const char *path, const struct rep_visitor *visitor)
{
	const char *why;
	struct file_source *source = report_input_is_stdin(path) ? file_source_stdin(&why)
								 : file_source_open(path, &why);
	struct rep_read_error error = { 0 };
	int status, code = 0;

	if (!source)
		return cli_usage("cannot read report '%s': %s", path, why);
	status = rep_read(file_source_read, source, visitor, &error);
	if (status == REPORT_NO_MEMORY)
		code = cli_no_memory();
	else if (status == REPORT_SAID)
		code = EXIT_USAGE;
	else if (status < 0)
		code = read_failed(report_input_name(path), source, &error);
	file_source_close(source);
	return code;
}

int report_keep_run(void *kept, const struct rep_run *run)
{
	return rep_head_keep_run(kept, run) < 0 ? REPORT_NO_MEMORY : 0;
}

int report_keep_totals(void *kept, const struct rep_totals *totals)
{
	return rep_head_keep_totals(kept, totals) < 0 ? REPORT_NO_MEMORY : 0;
}

int report_keep_error(void *kept, const struct rep_error_entry *entry)
{
	return rep_head_keep_error(kept, entry) < 0 ? REPORT_NO_MEMORY : 0;
}
