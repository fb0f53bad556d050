/*
 * journal.h - what survives a crash: every step of a run as a line on disk, and before each call
 * that changes a session, the intention to make it.
 *
 * Lines are appended by the loop to a buffer and made durable in groups by one pool thread at a
 * time, at least 2 ms apart: one write and one sync for all that has come up meanwhile. Who must
 * not go on before that waits with a journal_waiter.
 *
 * Format:    JSON Lines, `rdsweep.journal/1`; journal_read.h has the way back. Each line is an
 *            object with "event" and "t":
 *            - run: the run's section of the report, its options, working folder: all that resume needs
 *            - member: one host of the fleet: name, address, port, ...
 *            - surveyed: a host as the report will have it, with all its sessions as seen
 *            - confirmed: the question was answered with yes (or --yes): what is selected and has no
 *              outcome may be acted on
 *            - sweep: the fleet is surveyed again, and who is found may be acted on; once more, with
 *              `acting`, when that survey is through
 *            - warn: sessions of one host (rows) whose users are about to be warned; durable before the
 *              first of them is
 *            - warned: one of them was, `until` when his grace ends; or could not be (error)
 *            - intent: sessions of one host (rows) that are about to be acted on; durable before the
 *              first call
 *            - seen: a session that was seen for the first time after the survey
 *            - result: what is known of a session now
 *            - left: a call that was left behind
 *            - called_off: one who had been warned was told that the run is stopped, or could not be
 *            - drain: the drain mode of a host is about to be set; durable before the call
 *            - drained: what a look has told of it since
 *            - done: what is known of a host after its act, or after it was surveyed again
 *            - end: the run's end, `settled` or not
 * Threads:   loop thread. The sink is called on a pool worker, never twice at once.
 * Errors:    once the sink has failed, the journal has failed for good: `failed` is called once,
 *            waiters are called too and have to look at journal_failed().
 */
#ifndef RDSWEEP_JOURNAL_H
#define RDSWEEP_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "executor.h"
#include "record.h"
#include "strbuf.h"

#define JOURNAL_SCHEMA "rdsweep.journal/1"

/* Where lines go. 0, or -1: it could not be written, and never will be. */
struct journal_sink {
	void *ctx;
	int (*append)(void *ctx, const char *bytes, size_t len);
	int (*sync)(void *ctx);
};

struct journal_waiter {
	/* from the loop, never from within journal_wait() */
	void (*durable)(struct journal_waiter *waiter);
	struct journal_waiter *next; /* private */
	bool waiting;
};

struct journal;

/* `executor` and the sink's ctx are kept; `failed` may be NULL. It uses one pool thread. NULL
 * when memory is short. */
struct journal *journal_create(struct executor *executor, const struct journal_sink *sink,
			       void (*failed)(void *ctx), void *failed_ctx);

/* Only when nothing is in flight (journal_busy()), or on a virtual executor. NULL is fine. */
void journal_free(struct journal *journal);
bool journal_failed(const struct journal *journal);
bool journal_busy(const struct journal *journal);

/* Calls the waiter when every line so far is durable, or the journal has failed. */
void journal_wait(struct journal *journal, struct journal_waiter *waiter);
void journal_cancel(struct journal *journal, struct journal_waiter *waiter); /* not waiting: fine */

/* Begins writing what there is without anybody waiting for it. */
void journal_flush(struct journal *journal);

/* The lines. A NULL journal takes them and does nothing. `record` is the run's; hosts and rows
 * are indices into it. */
void journal_surveyed(struct journal *journal, const struct rep_record *record, uint32_t host);
void journal_confirmed(struct journal *journal);
/* The fleet is surveyed again for the n-th time; `acting`: it was, and who was found is acted on. */
void journal_sweep(struct journal *journal, uint32_t number, bool acting);
void journal_intent(struct journal *journal, const struct rep_record *record, uint32_t host,
		    const uint32_t *rows, size_t count);
void journal_seen(struct journal *journal, const struct rep_record *record, uint32_t host,
		  uint32_t row);
void journal_result(struct journal *journal, const struct rep_record *record, uint32_t host,
		    uint32_t row);
void journal_left(struct journal *journal, const struct rep_record *record, uint32_t host,
		  uint32_t row);
/* Users of one host are about to be warned: durable before the first of them is. */
void journal_warn(struct journal *journal, const struct rep_record *record, uint32_t host,
		  const uint32_t *rows, size_t count);
/* One of them was, and has until then (UTC; UTC_UNKNOWN: has no grace); `error`: or could not be. */
void journal_warned(struct journal *journal, const struct rep_record *record, uint32_t host,
		    uint32_t row, int64_t until_ms, uint16_t error);
/* He was told that it is called off, or could not be. */
void journal_called_off(struct journal *journal, const struct rep_record *record, uint32_t host,
			uint32_t row, uint16_t error);
void journal_done(struct journal *journal, const struct rep_record *record, uint32_t host);
/* A host's drain mode is about to be set to `to`; durable before the call. */
void journal_drain(struct journal *journal, const struct rep_record *record, uint32_t host,
		   enum rep_drain to);
/* ... and what a look has told since. */
void journal_drained(struct journal *journal, const struct rep_record *record, uint32_t host);
void journal_end(struct journal *journal, const struct rep_run *run, bool settled);

/* A line that the program itself has made (run, member), without its line end. */
void journal_line(struct journal *journal, const char *line, size_t len);

#endif
