/*
 * journal_lines.h - the text of a journal's lines, and nothing about when they are written.
 *
 * Every function appends one line with its line end. `t_ms` is the time of day (UTC). Errors: in
 * the buffer (strbuf.h).
 * Threads:   no state.
 */
#ifndef RDSWEEP_JOURNAL_LINES_H
#define RDSWEEP_JOURNAL_LINES_H

#include "record.h"
#include "strbuf.h"

/* `host` and `session` objects are those of the report (rdsweep.report/1). */
void journal_line_surveyed(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			   uint32_t host);
void journal_line_confirmed(struct strbuf *out, int64_t t_ms);
/* {"event":"sweep","t":...,"number":N,"acting":...} */
void journal_line_sweep(struct strbuf *out, int64_t t_ms, uint32_t number, bool acting);
/* {"event":"intent","t":...,"host":NAME,"rows":[...]}: rows are the sessions' places in the
 * host's list, from 0 */
void journal_line_intent(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			 uint32_t host, const uint32_t *rows, size_t count);
/* {"event":"warn","t":...,"host":NAME,"rows":[...]} */
void journal_line_warn(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
		       uint32_t host, const uint32_t *rows, size_t count);
/* {"event":"warned","t":...,"host":NAME,"row":N,"until":TIME|null,"error":{...}|null} */
void journal_line_warned(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			 uint32_t host, uint32_t row, int64_t until_ms, uint16_t error);
/* {"event":"called_off","t":...,"host":NAME,"row":N,"error":{...}|null} */
void journal_line_called_off(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			     uint32_t host, uint32_t row, uint16_t error);
/* {"event":"seen"|"result","t":...,"host":NAME,"row":N,"session":{...}} */
void journal_line_session(struct strbuf *out, const char *event, int64_t t_ms,
			  const struct rep_record *record, uint32_t host, uint32_t row);
/* {"event":"left","t":...,"host":NAME,"row":N} */
void journal_line_left(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
		       uint32_t host, uint32_t row);
/* {"event":"done","t":...,"host":NAME,"outcome":...,"error":...,"wave":...,"attempts":...,"duration_ms":...,["acted_at":...,"ended_at":...,]"drain":...} */
void journal_line_done(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
		       uint32_t host);
/* {"event":"drain","t":...,"host":NAME,"to":MODE,"drain":{...}}: `drain` is that of the report */
void journal_line_drain(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			uint32_t host, enum rep_drain to);
/* {"event":"drained","t":...,"host":NAME,"drain":{...}} */
void journal_line_drained(struct strbuf *out, int64_t t_ms, const struct rep_record *record,
			  uint32_t host);
/* {"event":"end","t":...,"outcome":...,"stopped_by":...,"exit_code":...,"settled":...} */
void journal_line_end(struct strbuf *out, int64_t t_ms, const struct rep_run *run, bool settled);

/* {"event":"member","t":...,"host":{"name","address","probe_port","call_timeout_ms","protect":[],"groups":[]}} */
struct fleet_host;
void journal_line_member(struct strbuf *out, int64_t t_ms, const struct fleet_host *host);

#endif
