/* journal_lines.c - see journal_lines.h. */
#include "journal_lines.h"

#include <inttypes.h>

#include "fleet.h"
#include "json_write.h"
#include "report_object.h"
#include "utc.h"

/* Every line begins with its event: the reader decides by it what else to expect. */
static void begin(struct strbuf *out, const char *event, int64_t t_ms)
{
	char t[UTC_TEXT_SIZE];

	utc_format(t_ms, t);
	strbuf_addf(out, "{\"event\":\"%s\",\"t\":", event);
	json_add_string(out, t[0] != '\0' ? t : NULL);
}

static void begin_of_host(struct strbuf *out, const char *event, int64_t t_ms,
			  const struct rep_host *host)
{
	begin(out, event, t_ms);
	strbuf_adds(out, ",\"host\":");
	json_add_string(out, host->name);
}

static void end(struct strbuf *out)
{
	strbuf_adds(out, "}\n");
}

static const char *text_or_null(const char *text)
{
	return text && text[0] != '\0' ? text : NULL;
}

static void add_texts(struct strbuf *out, const char *const *texts, size_t count)
{
	strbuf_addc(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			strbuf_addc(out, ',');
		json_add_string(out, texts[i]);
	}
	strbuf_addc(out, ']');
}

void journal_line_surveyed(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			   uint32_t host)
{
	begin(out, "surveyed", t_ms);
	strbuf_adds(out, ",\"host\":");
	rep_object_host(out, record, &record->hosts[host]);
	end(out);
}

void journal_line_confirmed(struct strbuf *out, int64_t t_ms)
{
	begin(out, "confirmed", t_ms);
	end(out);
}

void journal_line_sweep(struct strbuf *out, int64_t t_ms, uint32_t number, bool acting)
{
	begin(out, "sweep", t_ms);
	strbuf_addf(out, ",\"number\":%" PRIu32 ",\"acting\":%s", number,
		    acting ? "true" : "false");
	end(out);
}

static void line_of_rows(struct strbuf *out, const char *event, int64_t t_ms,
			 const struct rep_host *host, const uint32_t *rows, size_t count)
{
	begin_of_host(out, event, t_ms, host);
	strbuf_adds(out, ",\"rows\":[");
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%s%" PRIu32, i > 0 ? "," : "", rows[i]);
	strbuf_addc(out, ']');
	end(out);
}

void journal_line_intent(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			 uint32_t host, const uint32_t *rows, size_t count)
{
	line_of_rows(out, "intent", t_ms, &record->hosts[host], rows, count);
}

void journal_line_warn(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
		       uint32_t host, const uint32_t *rows, size_t count)
{
	line_of_rows(out, "warn", t_ms, &record->hosts[host], rows, count);
}

static void add_error(struct strbuf *out, const struct rep_record *record, uint16_t error)
{
	const struct rep_error_kind *kind = rep_kind_at(record, error);

	strbuf_adds(out, ",\"error\":");
	if (!kind) {
		strbuf_adds(out, "null");
		return;
	}
	strbuf_adds(out, "{\"api\":");
	json_add_string(out, kind->api);
	strbuf_addf(out, ",\"code\":%" PRIu32 ",\"name\":", kind->code);
	json_add_string(out, kind->name);
	strbuf_adds(out, ",\"message\":");
	json_add_string(out, kind->message);
	strbuf_addc(out, '}');
}

void journal_line_warned(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			 uint32_t host, uint32_t row, int64_t until_ms, uint16_t error)
{
	char until[UTC_TEXT_SIZE];

	utc_format(until_ms, until);
	begin_of_host(out, "warned", t_ms, &record->hosts[host]);
	strbuf_addf(out, ",\"row\":%" PRIu32 ",\"until\":", row);
	json_add_string(out, text_or_null(until));
	add_error(out, record, error);
	end(out);
}

void journal_line_called_off(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			     uint32_t host, uint32_t row, uint16_t error)
{
	begin_of_host(out, "called_off", t_ms, &record->hosts[host]);
	strbuf_addf(out, ",\"row\":%" PRIu32, row);
	add_error(out, record, error);
	end(out);
}

void journal_line_session(struct strbuf *out, const char *event, int64_t t_ms,
			  const struct rep_record *record, uint32_t host, uint32_t row)
{
	begin_of_host(out, event, t_ms, &record->hosts[host]);
	strbuf_addf(out, ",\"row\":%" PRIu32 ",\"session\":", row);
	rep_object_session(out, record, &record->hosts[host].sessions[row]);
	end(out);
}

void journal_line_left(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
		       uint32_t host, uint32_t row)
{
	begin_of_host(out, "left", t_ms, &record->hosts[host]);
	strbuf_addf(out, ",\"row\":%" PRIu32, row);
	end(out);
}

void journal_line_done(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
		       uint32_t host)
{
	begin_of_host(out, "done", t_ms, &record->hosts[host]);
	strbuf_addc(out, ',');
	rep_object_host_end(out, record, &record->hosts[host]);
	end(out);
}

static void add_mode(struct strbuf *out, const char *key, uint8_t mode)
{
	strbuf_addf(out, "\"%s\":", key);
	json_add_string(out, text_or_null(rep_drain_name((enum rep_drain)mode)));
}

static void add_drain(struct strbuf *out, const struct rep_host *host)
{
	strbuf_adds(out, ",\"drain\":{");
	add_mode(out, "before", host->drain_before);
	strbuf_addc(out, ',');
	add_mode(out, "during", host->drain_during);
	strbuf_addc(out, ',');
	add_mode(out, "after", host->drain_after);
	strbuf_addc(out, '}');
}

void journal_line_drain(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			uint32_t host, enum rep_drain to)
{
	begin_of_host(out, "drain", t_ms, &record->hosts[host]);
	strbuf_addc(out, ',');
	add_mode(out, "to", (uint8_t)to);
	add_drain(out, &record->hosts[host]);
	end(out);
}

void journal_line_drained(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			  uint32_t host)
{
	begin_of_host(out, "drained", t_ms, &record->hosts[host]);
	add_drain(out, &record->hosts[host]);
	end(out);
}

void journal_line_end(struct strbuf *out, int64_t t_ms, const struct rep_run *run, bool settled)
{
	begin(out, "end", t_ms);
	strbuf_adds(out, ",\"outcome\":");
	json_add_string(out, text_or_null(rep_run_outcome_name(run->outcome)));
	strbuf_adds(out, ",\"stopped_by\":");
	json_add_string(out, text_or_null(run->stopped_by));
	strbuf_addf(out, ",\"exit_code\":%d", run->exit_code);
	if (run->duration_ms >= 0)
		strbuf_addf(out, ",\"duration_ms\":%" PRId64, run->duration_ms);
	strbuf_addf(out, ",\"settled\":%s", settled ? "true" : "false");
	end(out);
}

void journal_line_member(struct strbuf *out, int64_t t_ms, const struct fleet_host *host)
{
	begin(out, "member", t_ms);
	strbuf_adds(out, ",\"host\":{\"name\":");
	json_add_string(out, host->name);
	strbuf_adds(out, ",\"address\":");
	json_add_string(out, host->address);
	strbuf_addf(out, ",\"probe_port\":%" PRIu16 ",\"call_timeout_ms\":", host->probe_port);
	if (host->call_timeout_ms >= 0)
		strbuf_addf(out, "%" PRId64, host->call_timeout_ms);
	else
		strbuf_adds(out, "null");
	strbuf_adds(out, ",\"protect\":");
	add_texts(out, host->protect, host->protect_count);
	strbuf_adds(out, ",\"groups\":");
	add_texts(out, host->groups, host->group_count);
	strbuf_addc(out, '}');
	end(out);
}
