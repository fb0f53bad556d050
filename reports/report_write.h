/*
 * report_write.h - a report as JSON (rdsweep.report/1), CSV or HTML, written as a stream.
 *
 * A writer is fed in order - begin, then for each host: host, its sessions, host_end - and keeps no
 * more than one session in memory, so that a report of any size can be written from a record or
 * from another report that is being read. Nothing here opens a file: bytes go to a sink, which
 * decides (a file written whole or not at all, standard output).
 * Texts:     should be UTF-8; a byte that is not becomes U+FFFD.
 * Errors:    0, or -1: the sink failed, or memory is short. After a failure the writer only wants
 *            to be freed.
 * Threads:   one writer serves one thread.
 */
#ifndef RDSWEEP_REPORT_WRITE_H
#define RDSWEEP_REPORT_WRITE_H

#include <stddef.h>

#include "record.h"

struct rep_sink {
	void *ctx;
	/* Takes all bytes or fails: 0 or -1. Called with pieces of at most 64 KiB. */
	int (*write)(void *ctx, const char *bytes, size_t len);
};

/* One entry of the report's `errors[]`: what the record folds, and what the reader gives. */
struct rep_error_entry {
	struct rep_error_kind kind;
	const char *const *hosts; /* names, in the fleet's order, each once */
	size_t host_count;
	uint32_t sessions;
};

/* What stands before the hosts. */
struct rep_head {
	const struct rep_run *run;
	const struct rep_totals *totals;
	const struct rep_error_entry *errors;
	size_t error_count;
};

struct rep_writer; /* of one format */

enum rep_format { REP_FORMAT_JSON, REP_FORMAT_CSV, REP_FORMAT_HTML };

/* `sink` is copied, its ctx kept. NULL when memory is short. */
struct rep_writer *rep_writer_create(enum rep_format format, const struct rep_sink *sink);
void rep_writer_free(struct rep_writer *writer); /* NULL is fine */

/* All arguments are borrowed, except that `head`'s strings must live until rep_writer_end(). `kind`
 * is the error, or NULL. */
int rep_writer_begin(struct rep_writer *writer, const struct rep_head *head);
int rep_writer_host(struct rep_writer *writer, const struct rep_host *host,
		    const struct rep_error_kind *kind);
int rep_writer_session(struct rep_writer *writer, const struct rep_session *session,
		       const struct rep_error_kind *kind);
int rep_writer_host_end(struct rep_writer *writer);
int rep_writer_end(struct rep_writer *writer);

/* A whole record through a writer: counts totals, folds errors, feeds everything. */
int rep_write_record(const struct rep_record *record, enum rep_format format,
		     const struct rep_sink *sink);

#endif
