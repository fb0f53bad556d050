/*
 * report_writer.h - private to reports: what report_write.c and the formats share.
 *
 * A format only appends text to `out`; report_write.c hands it to the sink piece by piece and
 * remembers failures, so that a format is never called again after one.
 */
#ifndef RDSWEEP_REPORT_WRITER_H
#define RDSWEEP_REPORT_WRITER_H

#include <stdbool.h>

#include "arena.h"
#include "report_write.h"
#include "strbuf.h"

struct rep_writer {
	const struct rep_writer_ops *ops;
	struct rep_sink sink;
	struct strbuf out;
	struct arena repaired; /* texts that were not UTF-8, until the end of the call */
	bool failed;
};

/* Each: 0, or -1 when memory is short (a failure that `out` keeps need not be returned). */
struct rep_writer_ops {
	int (*begin)(struct rep_writer *writer, const struct rep_head *head);
	int (*host)(struct rep_writer *writer, const struct rep_host *host,
		    const struct rep_error_kind *kind);
	int (*session)(struct rep_writer *writer, const struct rep_session *session,
		       const struct rep_error_kind *kind);
	int (*host_end)(struct rep_writer *writer);
	int (*end)(struct rep_writer *writer);
	void (*free)(struct rep_writer
			     *writer); /* the whole; report_write.c has released the fields above */
};

/* Allocate the writer with its ops set and everything else zero. */
struct rep_writer *rep_json_writer_create(void);
struct rep_writer *rep_csv_writer_create(void);
struct rep_writer *rep_html_writer_create(void);

/* `text` if it is UTF-8, else a copy in `repaired` with U+FFFD for each byte that is not. NULL when
 * memory is short. A text that is NULL counts as "". */
const char *rep_writer_utf8(struct rep_writer *writer, const char *text);
const char *rep_utf8(struct arena *repaired, const char *text); /* the same */

#endif
