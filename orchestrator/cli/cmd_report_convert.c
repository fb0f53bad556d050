/* cmd_report_convert.c - `rdsweep report convert FILE -o FILE...`: a report in other formats, byte for byte what the
 * run would have written. */
#include "cmd_report.h"

#include "cli_error.h"
#include "report_copy.h"
#include "report_input.h"
#include "report_output.h"

struct conversion {
	struct report_outputs outputs;
	const char *path;
	struct rep_copy copy;
	struct rep_visitor inner;
};

/* From a copy's word to that of report_input.h. An output that failed is told of when it is closed. */
static int heed(struct conversion *conversion, int status)
{
	if (status == REP_COPY_ORDER)
		(void)cli_usage("%s: has 'hosts' before 'run', 'totals' or 'errors', which no "
				"rdsweep writes",
				report_input_name(conversion->path));
	if (status == REP_COPY_FAILED)
		return report_outputs_failed(&conversion->outputs) ? REPORT_ENOUGH
								   : REPORT_NO_MEMORY;
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

	rep_copy_init(&conversion->copy, conversion->outputs.writers, conversion->outputs.count);
	rep_copy_visitor(&conversion->copy, &conversion->inner);
	code = report_input_read(conversion->path, &visitor);
	if (!code && !report_outputs_failed(&conversion->outputs) &&
	    rep_copy_end(&conversion->copy) && !report_outputs_failed(&conversion->outputs))
		code = cli_no_memory();
	rep_copy_release(&conversion->copy);
	return code;
}

int report_convert(const struct report_call *call)
{
	const struct options *options = call->options;
	struct conversion conversion = { .path = call->files[0] };
	int code = report_outputs_check(call->command, options, call->files, call->file_count);
	int closed;

	if (code)
		return code;
	code = report_outputs_open(&conversion.outputs, options);
	if (!code)
		code = copy(&conversion);
	closed = report_outputs_close(&conversion.outputs, code == 0);
	return code ? code : closed;
}
