/* report_output.c - see report_output.h. */
#include "report_output.h"

#include "cli_error.h"
#include "outputs.h"
#include "platform_console.h"
#include "platform_file.h"
#include "report_input.h"

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

int report_outputs_check(const struct options *options, const char *const *inputs,
			 size_t input_count)
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

static int write_stdout(void *ctx, const char *bytes, size_t len)
{
	struct report_output *output = ctx;

	return console_write(CONSOLE_OUT, bytes, len, &output->why);
}

int report_output_open(struct report_output *output, const char *path, enum rep_format format,
		       bool overwrite)
{
	struct rep_sink sink = { .ctx = output, .write = write_stdout };
	const char *why;
	int code;

	*output = (struct report_output){ .path = path };
	if (path) {
		code = output_format(path, &format);
		if (code)
			return code;
		output->file = file_whole_create(path, overwrite, &why);
		if (!output->file)
			return cli_not_written(path, why);
		sink = (struct rep_sink){ .ctx = output->file, .write = file_whole_write };
	}
	output->writer = rep_writer_create(format, &sink);
	if (output->writer)
		return 0;
	file_whole_abandon(output->file);
	return cli_no_memory();
}

bool report_output_failed(const struct report_output *output)
{
	return output->why || (output->file && file_whole_failed(output->file));
}

int report_output_close(struct report_output *output, bool complete)
{
	bool failed = report_output_failed(output);
	const char *why = output->why;

	rep_writer_free(output->writer);
	output->writer = NULL;
	if (!output->file)
		return failed ? cli_not_written("standard output", why) : 0;
	if (!complete && !failed) {
		file_whole_abandon(output->file);
		return 0;
	}
	return file_whole_commit(output->file, &why) < 0 ? cli_not_written(output->path, why) : 0;
}
