/*
 * report_read.h - reads rdsweep.report/1 as a stream, in memory that does not grow with its
 * sessions.
 *
 * The report is checked as it is read: unknown outcomes, wrong types, missing fields end with line
 * and column. Members may stand in any order, but for one thing: a host's own fields come before
 * its `sessions`. Members that are not known are passed over.
 * Threads:   one thread at a time.
 */
#ifndef RDSWEEP_REPORT_READ_H
#define RDSWEEP_REPORT_READ_H

#include <stddef.h>

#include "json_read.h"
#include "record.h"
#include "report_write.h"

struct rep_read_error {
	int line, column; /* from 1; 0 where there is no place */
	char message[200];
};

/* Called as the report goes by; what is passed is borrowed for the call. A slot may be NULL.
 * Non-zero stops the reading, and rep_read() returns it. Errors come as `kind`, or NULL: `error` of
 * hosts and sessions is always 0, and class and remedy of their kinds are "" (they stand in
 * `errors` only). */
struct rep_visitor {
	void *ctx;
	int (*run)(void *ctx, const struct rep_run *run);
	int (*totals)(void *ctx, const struct rep_totals *totals);
	int (*error)(void *ctx, const struct rep_error_entry *entry);
	int (*host)(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind);
	int (*session)(void *ctx, const struct rep_session *session,
		       const struct rep_error_kind *kind);
	int (*host_end)(void *ctx);
};

/* 0; -1 with *reterr; or what a visitor returned. */
int rep_read(json_source source, void *source_ctx, const struct rep_visitor *visitor,
	     struct rep_read_error *reterr);

#endif
