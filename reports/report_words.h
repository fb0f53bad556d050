/*
 * report_words.h - private to reports: how a report is worded for people, in text and in HTML alike.
 *
 * Nothing here is escaped: that is done by whoever knows where the words go.
 * Errors:    memory that is short sets `failed` of the buffer.
 * Threads:   no state.
 */
#ifndef RDSWEEP_REPORT_WORDS_H
#define RDSWEEP_REPORT_WORDS_H

#include <stdbool.h>

#include "report_write.h"
#include "strbuf.h"

/* `timed_out` as `timed out`, or `TIMED OUT`. */
void rep_words_add(struct strbuf *out, const char *name, bool upper);

/* Neither done nor not done. */
bool rep_words_is_left_alone(enum rep_session_outcome outcome);

/* How many sessions have an outcome that belongs. */
uint32_t rep_words_sum(const struct rep_totals *totals,
		       bool (*belongs)(enum rep_session_outcome outcome));

/* `WTSOpenServerEx  1722 RPC_S_SERVER_UNAVAILABLE`, with so much between API and code. */
void rep_words_error(struct strbuf *out, const struct rep_error_kind *kind, const char *between);

/* `rdsh[001:008],web01 and 3 more`, cut at about `columns`. */
void rep_words_host_list(struct strbuf *out, const char *const *hosts, size_t host_count,
			 size_t columns);
/* `12: rdsh[001:008],web01 and 3 more`, cut at about `columns`. */
void rep_words_hosts(struct strbuf *out, const struct rep_error_entry *entry, size_t columns);

/* `inventory.ini: 200 hosts`. */
void rep_words_inventory(struct strbuf *out, const struct rep_run *run);

/* `2 of 8`; of a merged report `all 8, merged` or `6 of 8, merged; missing: 3-4`; nothing where there were none. */
void rep_words_shards(struct strbuf *out, const struct rep_run *run);

/* `CORP\admin on JUMP1`; nothing where neither is known. */
void rep_words_operator(struct strbuf *out, const struct rep_run *run);

/* `2026-01-01 22:00:00 UTC, took 3m 20s`; nothing where neither is known. */
void rep_words_time(struct strbuf *out, const struct rep_run *run);

/* The errors, most hosts first, then in the report's order: malloc'ed, NULL when memory is short. */
const struct rep_error_entry **rep_words_sorted_errors(const struct rep_head *head);

#endif
