/* cmd_drain.c - `rdsweep drain on|off|restart|status`: whether hosts take new logons. */
#include "cmd_help.h"
#include "csv.h"
#include "platform_console.h"
#include "report_write.h"
#include "run_drain.h"
#include "table.h"

#include <inttypes.h>

static const struct table_column columns[] = {
	{ "HOST", false },
	{ "DRAIN", false },
	{ "ERROR", false },
};

static const char *write_text(const struct strbuf *out)
{
	const char *why = "out of memory";

	if (out->failed || console_write(CONSOLE_OUT, out->data, out->len, &why) < 0)
		return why;
	return NULL;
}

static const struct rep_error_kind *kind_of(const struct run *run, const struct rep_host *host)
{
	return host->error ? &run->record.kinds[host->error] : NULL;
}

static void add_error(struct strbuf *out, const struct rep_error_kind *kind)
{
	if (!kind)
		return;
	if (kind->code)
		strbuf_addf(out, "%" PRIu32 " ", kind->code);
	strbuf_adds(out, kind->name);
}

static const char *print_table(const struct run *run)
{
	struct table table;
	struct strbuf out;
	const char *why = "out of memory";

	strbuf_init(&out);
	table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
	table.colors = paint_wanted(run->options->color, CONSOLE_OUT);
	for (size_t i = 0; i < run->record.host_count; i++) {
		const struct rep_host *host = &run->record.hosts[i];
		struct strbuf error;

		strbuf_init(&error);
		add_error(&error, kind_of(run, host));
		table_add(&table, host->name);
		table_add(&table, rep_drain_name((enum rep_drain)host->drain_after));
		table_add(&table, strbuf_text(&error));
		strbuf_release(&error);
	}
	if (table_print(&table, &out) == 0)
		why = write_text(&out);
	table_release(&table);
	strbuf_release(&out);
	return why;
}

static const char *print_csv(const struct run *run)
{
	struct strbuf out;
	const char *why;

	strbuf_init(&out);
	strbuf_adds(&out, "host,drain,outcome,api,error_code,error_name,error_message" CSV_EOL);
	for (size_t i = 0; i < run->record.host_count; i++) {
		const struct rep_host *host = &run->record.hosts[i];
		const struct rep_error_kind *kind = kind_of(run, host);

		csv_add_text(&out, host->name);
		strbuf_addf(&out, ",%s,%s,", rep_drain_name((enum rep_drain)host->drain_after),
			    rep_host_outcome_name((enum rep_host_outcome)host->outcome));
		if (kind)
			strbuf_addf(&out, "%s,%" PRIu32 ",%s,", kind->api, kind->code, kind->name);
		else
			strbuf_adds(&out, ",,,");
		csv_add_text(&out, kind ? kind->message : "");
		strbuf_adds(&out, CSV_EOL);
	}
	why = write_text(&out);
	strbuf_release(&out);
	return why;
}

static int write_output(void *ctx, const char *bytes, size_t len)
{
	return console_write(CONSOLE_OUT, bytes, len, ctx);
}

static const char *print_json(const struct run *run)
{
	const char *why = "out of memory";
	const struct rep_sink sink = { .ctx = &why, .write = write_output };

	return rep_write_record(&run->record, REP_FORMAT_JSON, &sink) == 0 ? NULL : why;
}

/* Only `status` has results: what the others have changed is in the summary and the report. */
static const char *print_results(const struct run *run)
{
	if (!run_drain_is_status(run))
		return NULL;
	switch ((enum option_format)run->options->format) {
	case FORMAT_JSON:
		return print_json(run);
	case FORMAT_CSV:
		return print_csv(run);
	case FORMAT_UNSET:
	case FORMAT_TABLE:
		break;
	}
	return print_table(run);
}

int cmd_drain(const struct command_call *call)
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
