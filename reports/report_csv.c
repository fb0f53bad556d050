/* One row a session; one row a host that has no session or an error of its own. */
#include <inttypes.h>
#include <stdlib.h>

#include "csv.h"
#include "report_writer.h"
#include "utc.h"

static const char header[] =
	"run_id,host,groups,wave,host_outcome,session_id,station,user,domain,state,logon_at,idle_s,"
	"client,selected,reason,outcome,api,error_code,error_name,error_message,attempts,"
	"duration_ms,address,vm,farm,simulated,dry_run" CSV_EOL;

struct csv_writer {
	struct rep_writer base; /* first: the two are cast into each other */
	const struct rep_run *run;
	struct strbuf host_cells; /* run_id to host_outcome of the host at hand */
	struct strbuf address;
	struct strbuf host_row; /* its own row, for as long as no row was written */
	bool host_written;
};

static struct csv_writer *csv_of(struct rep_writer *writer)
{
	return (struct csv_writer *)writer;
}

/* A cell of text from outside; the comma before it is the caller's. */
static int add_text(struct rep_writer *writer, struct strbuf *out, const char *text)
{
	const char *utf8 = rep_writer_utf8(writer, text);

	if (!utf8)
		return -1;
	csv_add_text(out, utf8);
	return 0;
}

static int add_comma_text(struct rep_writer *writer, struct strbuf *out, const char *text)
{
	strbuf_addc(out, ',');
	return add_text(writer, out, text);
}

static void add_comma_int(struct strbuf *out, int64_t value)
{
	strbuf_addf(out, ",%" PRId64, value);
}

/* Negative is unknown: an empty cell. */
static void add_comma_count(struct strbuf *out, int64_t value)
{
	if (value < 0)
		strbuf_addc(out, ',');
	else
		add_comma_int(out, value);
}

static void add_comma_name(struct strbuf *out, const char *name)
{
	strbuf_addc(out, ',');
	strbuf_adds(out, name);
}

static void add_comma_bool(struct strbuf *out, bool value)
{
	add_comma_name(out, value ? "true" : "false");
}

/* api, error_code, error_name, error_message */
static int add_error(struct rep_writer *writer, struct strbuf *out,
		     const struct rep_error_kind *kind)
{
	if (!kind) {
		strbuf_adds(out, ",,,,");
		return 0;
	}
	if (add_comma_text(writer, out, kind->api) < 0)
		return -1;
	add_comma_int(out, kind->code);
	if (add_comma_text(writer, out, kind->name) < 0)
		return -1;
	return add_comma_text(writer, out, kind->message);
}

/* From `address` to the end of the row; vm and farm are a session's. */
static int add_tail(struct csv_writer *csv, struct strbuf *out, const char *vm, const char *farm)
{
	strbuf_addc(out, ',');
	strbuf_adds(out, strbuf_text(&csv->address));
	if (add_comma_text(&csv->base, out, vm) < 0 || add_comma_text(&csv->base, out, farm) < 0)
		return -1;
	add_comma_bool(out, csv->run->simulated);
	add_comma_bool(out, csv->run->dry_run);
	strbuf_adds(out, CSV_EOL);
	return 0;
}

static int add_groups(struct rep_writer *writer, struct strbuf *out, const struct rep_host *host)
{
	struct strbuf joined;
	int result;

	strbuf_init(&joined);
	for (size_t i = 0; i < host->group_count; i++) {
		if (i > 0)
			strbuf_addc(&joined, ';');
		strbuf_adds(&joined, host->groups[i]);
	}
	result = joined.failed ? -1 : add_comma_text(writer, out, strbuf_text(&joined));
	strbuf_release(&joined);
	return result;
}

static int keep_host_cells(struct csv_writer *csv, const struct rep_host *host)
{
	struct strbuf *out = &csv->host_cells;

	strbuf_clear(out);
	strbuf_clear(&csv->address);
	if (add_text(&csv->base, out, csv->run->id) < 0 ||
	    add_comma_text(&csv->base, out, host->name) < 0 ||
	    add_groups(&csv->base, out, host) < 0)
		return -1;
	add_comma_count(out, host->wave > 0 ? (int64_t)host->wave : -1);
	add_comma_name(out, rep_host_outcome_name((enum rep_host_outcome)host->outcome));
	if (add_text(&csv->base, &csv->address, host->address) < 0)
		return -1;
	return out->failed || csv->address.failed ? -1 : 0;
}

static int keep_host_row(struct csv_writer *csv, const struct rep_host *host,
			 const struct rep_error_kind *kind)
{
	struct strbuf *out = &csv->host_row;

	strbuf_clear(out);
	strbuf_adds(out, strbuf_text(&csv->host_cells));
	strbuf_adds(out, ",,,,,,,,,,,"); /* session_id to outcome */
	if (add_error(&csv->base, out, kind) < 0)
		return -1;
	add_comma_int(out, host->attempts);
	add_comma_count(out, host->duration_ms);
	if (add_tail(csv, out, "", "") < 0)
		return -1;
	return out->failed ? -1 : 0;
}

static int csv_begin(struct rep_writer *writer, const struct rep_head *head)
{
	csv_of(writer)->run = head->run;
	strbuf_adds(&writer->out, header);
	return 0;
}

static int csv_host(struct rep_writer *writer, const struct rep_host *host,
		    const struct rep_error_kind *kind)
{
	struct csv_writer *csv = csv_of(writer);

	if (keep_host_cells(csv, host) < 0 || keep_host_row(csv, host, kind) < 0)
		return -1;
	if (kind)
		strbuf_adds(&writer->out, strbuf_text(&csv->host_row));
	csv->host_written = kind != NULL;
	return 0;
}

static int csv_session(struct rep_writer *writer, const struct rep_session *session,
		       const struct rep_error_kind *kind)
{
	struct csv_writer *csv = csv_of(writer);
	struct strbuf *out = &writer->out;
	char logon_at[UTC_TEXT_SIZE];

	csv->host_written = true;
	utc_format(session->logon_at_ms, logon_at);
	strbuf_adds(out, strbuf_text(&csv->host_cells));
	add_comma_int(out, session->id);
	if (add_comma_text(writer, out, session->station) < 0 ||
	    add_comma_text(writer, out, session->user) < 0 ||
	    add_comma_text(writer, out, session->domain) < 0)
		return -1;
	add_comma_name(out, rep_state_name((enum rep_state)session->state));
	add_comma_name(out, logon_at);
	add_comma_count(out, session->idle_s);
	if (add_comma_text(writer, out, session->client) < 0)
		return -1;
	add_comma_bool(out, session->selected);
	add_comma_name(out, rep_reason_name((enum rep_reason)session->reason));
	add_comma_name(out, rep_session_outcome_name((enum rep_session_outcome)session->outcome));
	if (add_error(writer, out, kind) < 0)
		return -1;
	add_comma_int(out, session->attempts);
	add_comma_count(out, session->duration_ms);
	return add_tail(csv, out, session->vm, session->farm);
}

static int csv_host_end(struct rep_writer *writer)
{
	struct csv_writer *csv = csv_of(writer);

	if (!csv->host_written)
		strbuf_adds(&writer->out, strbuf_text(&csv->host_row));
	return 0;
}

static int csv_end(struct rep_writer *writer)
{
	(void)writer;
	return 0;
}

static void csv_free(struct rep_writer *writer)
{
	struct csv_writer *csv = csv_of(writer);

	strbuf_release(&csv->host_cells);
	strbuf_release(&csv->address);
	strbuf_release(&csv->host_row);
	free(csv);
}

static const struct rep_writer_ops csv_ops = {
	csv_begin, csv_host, csv_session, csv_host_end, csv_end, csv_free,
};

struct rep_writer *rep_csv_writer_create(void)
{
	struct csv_writer *csv = calloc(1, sizeof(*csv));

	if (!csv)
		return NULL;
	csv->base.ops = &csv_ops;
	strbuf_init(&csv->host_cells);
	strbuf_init(&csv->address);
	strbuf_init(&csv->host_row);
	return &csv->base;
}
