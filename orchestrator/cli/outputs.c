/* outputs.c - see outputs.h. */
#include "outputs.h"

#include "cli_error.h"
#include "platform_file.h"
#include "text.h"

#include <string.h>

static bool ends_in(const char *path, const char *extension)
{
	size_t len = strlen(path), extension_len = strlen(extension);

	return len > extension_len && text_fold_eq(path + len - extension_len, extension) &&
	       !strchr(FILE_SEPARATORS, path[len - extension_len - 1]);
}

static int format_of(const char *path, enum rep_format *ret_format)
{
	if (ends_in(path, ".json")) {
		*ret_format = REP_FORMAT_JSON;
	} else if (ends_in(path, ".csv")) {
		*ret_format = REP_FORMAT_CSV;
	} else if (ends_in(path, ".html")) {
		return cli_usage(
			"report '%s': HTML reports are not available in this version; use .json "
			"or .csv",
			path);
	} else {
		return cli_usage("report '%s': the name has to end in .json or .csv", path);
	}
	return 0;
}

/* A report in the place of something this run reads would destroy it. */
static int check_inputs(const struct options *options, const char *path)
{
	const struct option_texts *lists[] = { &options->inventories, &options->user_files };
	const char *single[] = { options->sim, options->sim_state };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (size_t j = 0; j < lists[i]->count; j++)
			if (strcmp(lists[i]->items[j], "-") != 0 &&
			    file_same(path, lists[i]->items[j]))
				return cli_usage("report '%s' is also an input of this run", path);
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (single[i] && file_same(path, single[i]))
			return cli_usage("report '%s' is also an input of this run", path);
	return 0;
}

static int check_one(const struct options *options, size_t i)
{
	const char *path = options->reports.items[i];
	enum rep_format format;
	const char *why;
	int code = format_of(path, &format);

	if (code)
		return code;
	for (size_t j = 0; j < i; j++)
		if (file_same(path, options->reports.items[j]))
			return cli_usage("report '%s' is named twice", path);
	code = check_inputs(options, path);
	if (code)
		return code;
	if (file_target_check(path, true, &why) < 0)
		return cli_usage("cannot write report '%s': %s", path, why);
	if (file_target_check(path, options->overwrite, &why) < 0)
		return cli_usage("report '%s' exists already; --overwrite replaces it", path);
	return 0;
}

int outputs_check(const struct options *options)
{
	int first = 0;

	for (size_t i = 0; i < options->reports.count; i++) {
		int code = check_one(options, i);

		first = first ? first : code;
	}
	return first;
}

static int write_one(const char *path, bool overwrite, const struct rep_record *record,
		     const char **reterr_why)
{
	struct file_whole *file;
	struct rep_sink sink = { .write = file_whole_write };
	enum rep_format format = ends_in(path, ".csv") ? REP_FORMAT_CSV : REP_FORMAT_JSON;

	file = file_whole_create(path, overwrite, reterr_why);
	if (!file)
		return -1;
	sink.ctx = file;
	if (rep_write_record(record, format, &sink) < 0 && !file_whole_failed(file)) {
		file_whole_abandon(file);
		*reterr_why = "out of memory";
		return -1;
	}
	return file_whole_commit(file, reterr_why);
}

static void say(struct writer *writer, const char *before, const char *path, const char *after)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_adds(&line, before);
	text_escape_add(&line, path, strlen(path));
	strbuf_adds(&line, after);
	writer_line(writer, strbuf_text(&line));
	strbuf_release(&line);
}

int outputs_write(const struct options *options, const struct rep_record *record,
		  struct writer *writer)
{
	int code = 0;

	for (size_t i = 0; i < options->reports.count; i++) {
		const char *path = options->reports.items[i];
		struct strbuf why_text;
		const char *why;

		if (write_one(path, options->overwrite, record, &why) == 0)
			continue;
		strbuf_init(&why_text);
		strbuf_addf(&why_text, "': %s", why);
		say(writer, "rdsweep: cannot write report '", path, strbuf_text(&why_text));
		strbuf_release(&why_text);
		code = EXIT_NOT_WRITTEN;
	}
	return code;
}
