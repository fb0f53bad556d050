/* cmd_report_merge.c - `rdsweep report merge FILE... -o FILE`: the reports of a fleet's shards as one. Each is read twice: once
 * to know what stands before the hosts, once for the hosts. */
#include "cmd_report.h"

#include "cli_error.h"
#include "inventory.h"
#include "report_input.h"
#include "report_merge.h"
#include "report_output.h"

#include <inttypes.h>

struct merging {
	struct rep_merge merge;
	struct report_outputs outputs;
	struct rep_visitor inner;
};

/* From a merge's word to that of report_input.h. An output that failed is told of when it is closed. */
static int heed(struct merging *merging, int status)
{
	switch (status) {
	case 0:
		return 0;
	case REP_MERGE_REFUSED:
		(void)cli_usage("%s", strbuf_text(&merging->merge.why));
		return REPORT_SAID;
	case REP_MERGE_ENOUGH:
		return REPORT_ENOUGH;
	case REP_MERGE_FAILED:
		if (report_outputs_failed(&merging->outputs))
			return REPORT_ENOUGH;
		break;
	}
	return REPORT_NO_MEMORY;
}

static int pass_run(void *ctx, const struct rep_run *run)
{
	struct merging *merging = ctx;

	return heed(merging, merging->inner.run(merging->inner.ctx, run));
}

static int pass_totals(void *ctx, const struct rep_totals *totals)
{
	struct merging *merging = ctx;

	return heed(merging, merging->inner.totals(merging->inner.ctx, totals));
}

static int pass_error(void *ctx, const struct rep_error_entry *entry)
{
	struct merging *merging = ctx;

	return heed(merging, merging->inner.error(merging->inner.ctx, entry));
}

static int pass_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct merging *merging = ctx;

	return heed(merging, merging->inner.host(merging->inner.ctx, host, kind));
}

static int pass_session(void *ctx, const struct rep_session *session,
			const struct rep_error_kind *kind)
{
	struct merging *merging = ctx;

	return heed(merging, merging->inner.session(merging->inner.ctx, session, kind));
}

static int pass_host_end(void *ctx)
{
	struct merging *merging = ctx;

	return heed(merging, merging->inner.host_end(merging->inner.ctx));
}

static int read_first(struct merging *merging, const char *path)
{
	const struct rep_visitor visitor = { .ctx = merging,
					     .run = pass_run,
					     .totals = pass_totals,
					     .error = pass_error,
					     .host = pass_host };

	if (rep_merge_next(&merging->merge, path))
		return cli_no_memory();
	rep_merge_visitor(&merging->merge, &merging->inner);
	return report_input_read(path, &visitor);
}

static int read_step(struct merging *merging, const char *path, const struct rep_merge_step *step)
{
	const struct rep_visitor visitor = { .ctx = merging,
					     .host = pass_host,
					     .session = pass_session,
					     .host_end = pass_host_end };

	rep_merge_step_visitor(&merging->merge, step, merging->outputs.writers,
			       merging->outputs.count, &merging->inner);
	return report_input_read(path, &visitor);
}

static int begin_or_end(struct merging *merging, bool begin)
{
	for (size_t i = 0; i < merging->outputs.count; i++) {
		struct rep_writer *writer = merging->outputs.writers[i];
		int status = begin ? rep_writer_begin(writer, &merging->merge.head)
				   : rep_writer_end(writer);

		if (status < 0 && !report_outputs_failed(&merging->outputs))
			return cli_no_memory();
	}
	return 0;
}

static int write_all(struct merging *merging, const struct report_call *call)
{
	const struct rep_merge *merge = &merging->merge;
	int code = begin_or_end(merging, true);

	for (size_t i = 0; i < merge->step_count && !code; i++) {
		if (report_outputs_failed(&merging->outputs))
			return 0;
		code = read_step(merging, call->files[merge->steps[i].file], &merge->steps[i]);
	}
	if (code || report_outputs_failed(&merging->outputs))
		return code;
	if (!rep_merge_complete(merge))
		return cli_usage(
			"the reports do not hold what their totals say, or were changed while they "
			"were read");
	return begin_or_end(merging, false);
}

static int merge_files(struct merging *merging, const struct report_call *call)
{
	int code = 0, closed;

	for (size_t i = 0; i < call->file_count && !code; i++)
		code = read_first(merging, call->files[i]);
	if (code)
		return code;
	switch (heed(merging, rep_merge_settle(&merging->merge))) {
	case 0:
		break;
	case REPORT_SAID:
		return EXIT_USAGE;
	default:
		return cli_no_memory();
	}
	code = report_outputs_open(&merging->outputs, call->options);
	if (!code)
		code = write_all(merging, call);
	closed = report_outputs_close(&merging->outputs, code == 0);
	return code ? code : closed;
}

static int tell_missing(const struct rep_merge *merge)
{
	struct strbuf missing;

	strbuf_init(&missing);
	rep_merge_missing(&missing, merge->head.run);
	(void)cli_failed("merged, but %" PRIu32 " of %" PRIu32 " shards %s missing: %s",
			 merge->missing, merge->n, merge->missing == 1 ? "is" : "are",
			 strbuf_text(&missing));
	strbuf_release(&missing);
	return EXIT_UNFINISHED;
}

int report_merge(const struct report_call *call)
{
	struct merging merging = { .outputs = { .count = 0 } };
	int code =
		report_outputs_check(call->command, call->options, call->files, call->file_count);

	for (size_t i = 0; i < call->file_count && !code; i++)
		if (report_input_is_stdin(call->files[i]))
			code = cli_usage(
				"'report merge' reads each report twice: standard input cannot be "
				"one of them");
	if (code)
		return code;
	rep_merge_init(&merging.merge, inv_shard_of);
	code = merge_files(&merging, call);
	if (!code && merging.merge.missing > 0)
		code = tell_missing(&merging.merge);
	rep_merge_release(&merging.merge);
	return code;
}
