/* cmd_report_convert.c - `rdsweep report convert FILE -o FILE...`: a report in other formats, byte for byte what the
 * run would have written. */
#include "cmd_report.h"

#include "cli_error.h"
#include "report_copy.h"
#include "report_input.h"
#include "report_output.h"

#include <stdlib.h>

struct conversion {
	struct report_output *outputs;
	struct rep_writer **writers;
	size_t count;
	const char *path;
	struct rep_copy copy;
	struct rep_visitor inner;
};

static int open_outputs(struct conversion *conversion, const struct options *options)
{
	size_t wanted = options->reports.count ? options->reports.count : 1;

	conversion->outputs = calloc(wanted, sizeof(*conversion->outputs));
	conversion->writers = calloc(wanted, sizeof(struct rep_writer *));
	if (!conversion->outputs || !conversion->writers)
		return cli_no_memory();
	for (size_t i = 0; i < wanted; i++) {
		const char *path = options->reports.count ? options->reports.items[i] : NULL;
		int code = report_output_open(&conversion->outputs[i], path,
					      options->format == FORMAT_CSV ? REP_FORMAT_CSV
									    : REP_FORMAT_JSON,
					      options->overwrite);

		if (code)
			return code;
		conversion->writers[i] = conversion->outputs[i].writer;
		conversion->count++;
	}
	return 0;
}

static bool any_failed(const struct conversion *conversion)
{
	for (size_t i = 0; i < conversion->count; i++)
		if (report_output_failed(&conversion->outputs[i]))
			return true;
	return false;
}

/* From a copy's word to that of report_input.h. An output that failed is told of when it is closed. */
static int heed(struct conversion *conversion, int status)
{
	if (status == REP_COPY_ORDER)
		(void)cli_usage("%s: has 'hosts' before 'run', 'totals' or 'errors', which no "
				"rdsweep writes",
				report_input_name(conversion->path));
	if (status == REP_COPY_FAILED)
		return any_failed(conversion) ? REPORT_ENOUGH : REPORT_NO_MEMORY;
	return status ? REPORT_SAID : 0;
}

static int pass_run(void *ctx, const struct rep_run *run)
{
	struct conversion *conversion = ctx;

	return heed(conversion, conversion->inner.run(conversion->inner.ctx, run));
}

static int pass_totals(void *ctx, const struct rep_totals *totals)
{
	struct conversion *conversion = ctx;

	return heed(conversion, conversion->inner.totals(conversion->inner.ctx, totals));
}

static int pass_error(void *ctx, const struct rep_error_entry *entry)
{
	struct conversion *conversion = ctx;

	return heed(conversion, conversion->inner.error(conversion->inner.ctx, entry));
}

static int pass_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct conversion *conversion = ctx;

	return heed(conversion, conversion->inner.host(conversion->inner.ctx, host, kind));
}

static int pass_session(void *ctx, const struct rep_session *session,
			const struct rep_error_kind *kind)
{
	struct conversion *conversion = ctx;

	return heed(conversion, conversion->inner.session(conversion->inner.ctx, session, kind));
}

static int pass_host_end(void *ctx)
{
	struct conversion *conversion = ctx;

	return heed(conversion, conversion->inner.host_end(conversion->inner.ctx));
}

static int copy(struct conversion *conversion)
{
	const struct rep_visitor visitor = { .ctx = conversion,
					     .run = pass_run,
					     .totals = pass_totals,
					     .error = pass_error,
					     .host = pass_host,
					     .session = pass_session,
					     .host_end = pass_host_end };
	int code;

	rep_copy_init(&conversion->copy, conversion->writers, conversion->count);
	rep_copy_visitor(&conversion->copy, &conversion->inner);
	code = report_input_read(conversion->path, &visitor);
	if (!code && !any_failed(conversion) && rep_copy_end(&conversion->copy) &&
	    !any_failed(conversion))
		code = cli_no_memory();
	rep_copy_release(&conversion->copy);
	return code;
}

int report_convert(const struct report_call *call)
{
	const struct options *options = call->options;
	struct conversion conversion = { .path = call->files[0] };
	int code;

	if (options->format == FORMAT_TABLE)
		return cli_usage_of(call->command,
				    "'report convert' writes json or csv to standard "
				    "output; 'report show' prints tables");
	if ((options->reports.count > 0) == (options->format != FORMAT_UNSET))
		return cli_usage_of(call->command, "'report convert' needs either -o FILE or, for "
						   "standard output, --format");
	code = report_outputs_check(options, call->files, call->file_count);
	if (!code)
		code = open_outputs(&conversion, options);
	if (!code)
		code = copy(&conversion);
	for (size_t i = 0; i < conversion.count; i++) {
		int closed = report_output_close(&conversion.outputs[i], code == 0);

		code = code ? code : closed;
	}
	free(conversion.writers);
	free(conversion.outputs);
	return code;
}
