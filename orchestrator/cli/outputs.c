/* outputs.c - see outputs.h. */
#include "outputs.h"

#include "cli_error.h"
#include "platform_file.h"
#include "report_read.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static bool ends_in(const char *path, const char *extension)
{
	size_t len = strlen(path), extension_len = strlen(extension);

	return len > extension_len && text_fold_eq(path + len - extension_len, extension) &&
	       !strchr(FILE_SEPARATORS, path[len - extension_len - 1]);
}

int output_format(const char *path, enum rep_format *ret_format)
{
	if (ends_in(path, ".json"))
		*ret_format = REP_FORMAT_JSON;
	else if (ends_in(path, ".csv"))
		*ret_format = REP_FORMAT_CSV;
	else if (ends_in(path, ".html"))
		*ret_format = REP_FORMAT_HTML;
	else
		return cli_usage("report '%s': the name has to end in .json, .csv or .html", path);
	return 0;
}

/* A report in the place of something this run reads would destroy it. */
static int check_inputs(const struct options *options, const char *path)
{
	const struct option_texts *lists[] = { &options->inventories, &options->user_files };
	const char *single[] = { options->sim, options->sim_state, options->plan };

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

/* A report has its run's id near its start, in every format. */
#define ID_WITHIN_BYTES 4096

static bool is_report_of(const char *path, const char *run_id)
{
	char start[ID_WITHIN_BYTES + 1];
	struct file_source *source;
	const char *why;
	size_t len = 0;
	long got = 1;

	if (!run_id || file_target_check(path, true, &why) < 0)
		return false;
	source = file_source_open(path, &why);
	if (!source)
		return false;
	while (got > 0 && len < ID_WITHIN_BYTES) {
		got = file_source_read(source, start + len, ID_WITHIN_BYTES - len);
		len += got > 0 ? (size_t)got : 0;
	}
	file_source_close(source);
	start[len] = '\0';
	return strstr(start, run_id) != NULL;
}

static bool may_replace(const struct outputs *outputs, const struct output *output)
{
	return output->overwrite || (output->own && is_report_of(output->path, outputs->run_id));
}

/* What a report says of its run's end, held against the record. */
struct comparison {
	const struct rep_record *record;
	struct rep_totals totals;
	bool same_end, same_totals;
};

static int compare_run(void *ctx, const struct rep_run *run)
{
	struct comparison *comparison = ctx;
	const struct rep_run *ours = &comparison->record->run;

	comparison->same_end = run->outcome == ours->outcome && run->exit_code == ours->exit_code &&
			       strcmp(run->stopped_by, ours->stopped_by) == 0;
	return comparison->same_end ? 0 : 1;
}

static int compare_totals(void *ctx, const struct rep_totals *totals)
{
	struct comparison *comparison = ctx;

	comparison->same_totals = memcmp(totals->hosts_by, comparison->totals.hosts_by,
					 sizeof(totals->hosts_by)) == 0 &&
				  memcmp(totals->sessions_by, comparison->totals.sessions_by,
					 sizeof(totals->sessions_by)) == 0;
	return 1; /* enough */
}

/* A report that an earlier part of the run has written tells of another end. CSV has none of that: writing it again
 * changes nothing where it was right. */
static bool tells_of_the_end(const char *path, const struct rep_record *record)
{
	struct comparison comparison = { .record = record };
	const struct rep_visitor visitor = { .ctx = &comparison,
					     .run = compare_run,
					     .totals = compare_totals };
	struct rep_read_error error;
	const char *why;
	struct file_source *source = ends_in(path, ".json") ? file_source_open(path, &why) : NULL;

	if (!source)
		return false;
	rep_totals_count(record, &comparison.totals);
	(void)rep_read(file_source_read, source, &visitor, &error);
	file_source_close(source);
	return comparison.same_end && comparison.same_totals;
}

static bool is_left_alone(const struct outputs *outputs, const struct output *output,
			  const struct rep_record *record)
{
	const char *why;

	if (!output->own || file_target_check(output->path, false, &why) == 0)
		return false; /* asked for now, or not there */
	if (is_report_of(output->path, outputs->run_id))
		return tells_of_the_end(output->path, record);
	return !output->overwrite;
}

void outputs_drop_settled(struct outputs *outputs, const struct rep_record *record)
{
	size_t kept = 0;

	for (size_t i = 0; i < outputs->count; i++)
		if (!is_left_alone(outputs, &outputs->items[i], record))
			outputs->items[kept++] = outputs->items[i];
	outputs->count = kept;
}

void outputs_init(struct outputs *outputs)
{
	*outputs = (struct outputs){ 0 };
}

void outputs_release(struct outputs *outputs)
{
	free(outputs->items);
	outputs_init(outputs);
}

static bool is_among(const struct outputs *outputs, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (file_same(outputs->items[i].path, path))
			return true;
	return false;
}

int outputs_add(struct outputs *outputs, const struct option_texts *reports,
		const struct output *about)
{
	size_t before = outputs->count;
	struct output *items =
		realloc(outputs->items, (before + reports->count + 1) * sizeof(*items));

	if (!items)
		return -1;
	outputs->items = items;
	for (size_t i = 0; i < reports->count; i++) {
		if (is_among(outputs, before, reports->items[i]))
			continue;
		items[outputs->count] = *about;
		items[outputs->count++].path = reports->items[i];
	}
	return 0;
}

static int check_one(const struct outputs *outputs, const struct options *options, size_t i)
{
	const char *path = outputs->items[i].path;
	enum rep_format format;
	const char *why;
	int code = output_format(path, &format);

	if (code)
		return code;
	if (is_among(outputs, i, path))
		return cli_usage("report '%s' is named twice", path);
	code = check_inputs(options, path);
	if (code)
		return code;
	if (file_target_check(path, true, &why) < 0)
		return cli_usage("cannot write report '%s': %s", path, why);
	if (file_target_check(path, may_replace(outputs, &outputs->items[i]), &why) < 0)
		return cli_usage("report '%s' exists already; --overwrite replaces it", path);
	return 0;
}

int outputs_check(const struct outputs *outputs, const struct options *options)
{
	int first = 0;

	for (size_t i = 0; i < outputs->count; i++) {
		int code = check_one(outputs, options, i);

		first = first ? first : code;
	}
	return first;
}

static int write_one(const char *path, bool overwrite, const struct rep_record *record,
		     const char **reterr_why)
{
	struct file_whole *file;
	struct rep_sink sink = { .write = file_whole_write };
	enum rep_format format = REP_FORMAT_JSON;

	(void)output_format(path, &format); /* was checked before the run */
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

static bool write_or_say(const struct output *output, bool overwrite,
			 const struct rep_record *record, struct writer *writer)
{
	struct strbuf why_text;
	const char *why;

	if (write_one(output->path, overwrite, record, &why) == 0)
		return true;
	strbuf_init(&why_text);
	strbuf_addf(&why_text, "': %s", why);
	say(writer, "rdsweep: cannot write report '", output->path, strbuf_text(&why_text));
	strbuf_release(&why_text);
	return false;
}

int outputs_write(struct outputs *outputs, const struct rep_record *record, struct writer *writer)
{
	int code = 0;

	for (size_t i = 0; i < outputs->count; i++) {
		struct output *output = &outputs->items[i];

		output->written =
			write_or_say(output, may_replace(outputs, output), record, writer);
		if (!output->written)
			code = EXIT_NOT_WRITTEN;
	}
	return code;
}

void outputs_write_again(struct outputs *outputs, const struct rep_record *record,
			 struct writer *writer)
{
	for (size_t i = 0; i < outputs->count; i++)
		if (outputs->items[i].written)
			(void)write_or_say(&outputs->items[i], true, record, writer);
}
