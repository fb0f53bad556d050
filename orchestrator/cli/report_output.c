/* report_output.c - see report_output.h. */
#include "report_output.h"

#include "cli_error.h"
#include "outputs.h"
#include "platform_console.h"
#include "platform_file.h"
#include "report_input.h"

#include <stdlib.h>

static int check_one(const char *path, bool overwrite, const char *const *inputs, size_t count)
{
	enum rep_format format;
	const char *why;
	int code = output_format(path, &format);

	if (code)
		return code;
	for (size_t i = 0; i < count; i++)
		if (!report_input_is_stdin(inputs[i]) && file_same(path, inputs[i]))
			return cli_usage("report '%s' is also what is read", path);
	if (file_target_check(path, true, &why) < 0)
		return cli_usage("cannot write report '%s': %s", path, why);
	if (file_target_check(path, overwrite, &why) < 0)
		return cli_usage("report '%s' exists already; --overwrite replaces it", path);
	return 0;
}

static int check_files(const struct options *options, const char *const *inputs, size_t input_count)
{
	const struct option_texts *outputs = &options->reports;

	for (size_t i = 0; i < outputs->count; i++) {
		int code = check_one(outputs->items[i], options->overwrite, inputs, input_count);

		if (code)
			return code;
		for (size_t j = 0; j < i; j++)
			if (file_same(outputs->items[i], outputs->items[j]))
				return cli_usage("report '%s' is named twice", outputs->items[i]);
	}
	return 0;
}

int report_outputs_check(const struct command *command, const struct options *options,
			 const char *const *inputs, size_t input_count)
{
	if (options->format == FORMAT_TABLE)
		return cli_usage_of(command,
				    "a report is written to standard output as json or csv; "
				    "'report show' prints tables");
	if ((options->reports.count > 0) == (options->format != FORMAT_UNSET))
		return cli_usage_of(command,
				    "'report %s' needs either -o FILE or, for standard output, "
				    "--format",
				    options->arguments.items[0]);
	return check_files(options, inputs, input_count);
}

static int write_stdout(void *ctx, const char *bytes, size_t len)
{
	struct report_output *output = ctx;

	return console_write(CONSOLE_OUT, bytes, len, &output->why);
}

static int open_one(struct report_outputs *outputs, const char *path, const struct options *options)
{
	struct report_output *output = &outputs->items[outputs->count];
	enum rep_format format = options->format == FORMAT_CSV ? REP_FORMAT_CSV : REP_FORMAT_JSON;
	struct rep_sink sink = { .ctx = output, .write = write_stdout };
	const char *why;

	*output = (struct report_output){ .path = path };
	if (path) {
		(void)output_format(path, &format); /* was checked */
		output->file = file_whole_create(path, options->overwrite, &why);
		if (!output->file)
			return cli_not_written(path, why);
		sink = (struct rep_sink){ .ctx = output->file, .write = file_whole_write };
	}
	outputs->writers[outputs->count] = rep_writer_create(format, &sink);
	if (!outputs->writers[outputs->count]) {
		file_whole_abandon(output->file);
		return cli_no_memory();
	}
	outputs->count++;
	return 0;
}

int report_outputs_open(struct report_outputs *outputs, const struct options *options)
{
	size_t wanted = options->reports.count ? options->reports.count : 1;
	int code = 0;

	*outputs = (struct report_outputs){ .count = 0 };
	outputs->items = calloc(wanted, sizeof(*outputs->items));
	outputs->writers = calloc(wanted, sizeof(struct rep_writer *));
	if (!outputs->items || !outputs->writers)
		return cli_no_memory();
	for (size_t i = 0; i < wanted && !code; i++)
		code = open_one(outputs, options->reports.count ? options->reports.items[i] : NULL,
				options);
	return code;
}

static bool failed(const struct report_output *output)
{
	return output->why || (output->file && file_whole_failed(output->file));
}

bool report_outputs_failed(const struct report_outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		if (failed(&outputs->items[i]))
			return true;
	return false;
}

static int close_one(struct report_output *output, bool complete)
{
	const char *why = output->why;

	if (!output->file)
		return why ? cli_not_written("standard output", why) : 0;
	if (!complete && !failed(output)) {
		file_whole_abandon(output->file);
		return 0;
	}
	return file_whole_commit(output->file, &why) < 0 ? cli_not_written(output->path, why) : 0;
}

int report_outputs_close(struct report_outputs *outputs, bool complete)
{
	int first = 0;

	complete = complete && !report_outputs_failed(outputs);
	for (size_t i = 0; i < outputs->count; i++) {
		int code = close_one(&outputs->items[i], complete);

		rep_writer_free(outputs->writers[i]);
		first = first ? first : code;
	}
	free(outputs->writers);
	free(outputs->items);
	*outputs = (struct report_outputs){ .count = 0 };
	return first;
}
