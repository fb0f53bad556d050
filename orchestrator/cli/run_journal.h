/*
 * run_journal.h - the first line of a journal: what the run is, with all that resuming it needs.
 *
 * What this writes it reads back: texts of options as they could be typed, so that the option table checks them again.
 * Paths are absolute and patterns of --user-file are in place of the files, so that neither the working folder nor those
 * files matter any more.
 * Ownership: run_journal_read() copies everything; run_journal_release() frees it.
 * Threads:   no state.
 */
#ifndef RDSWEEP_RUN_JOURNAL_H
#define RDSWEEP_RUN_JOURNAL_H

#include "arena.h"
#include "options.h"
#include "record.h"
#include "strbuf.h"

struct run_journal {
	struct rep_run about;		   /* from id to shard; what follows is not kept here */
	const char *folder;		   /* where it was started */
	const char *own_domain, *own_user; /* who ran it, for the selection; "" unknown */
	const char *plan_run_id;	   /* of --plan's report; "" none */
	size_t members;	     /* hosts of the fleet: so many lines follow before anything begins */
	size_t users_listed; /* the first so many of options.users were given with --user */
	struct options options;
	struct arena arena; /* private */
};

/* Appends the line, without its end. Errors are the buffer's. */
void run_journal_write(struct strbuf *out, const struct run_journal *run);

/* 0; -1 with *reterr saying what is wrong (empty: memory is short) and nothing to release. */
int run_journal_read(struct run_journal *ret, const char *line, size_t len, struct strbuf *reterr);

/* The line that ends a journal: fills outcome, stopped_by, exit_code, finished_at_ms and duration_ms (where it is not
 * told, by started_at_ms). 0, or -1 as above; texts are the arena's. */
int run_journal_read_end(struct rep_run *ret, struct arena *arena, const char *line, size_t len,
			 struct strbuf *reterr);
void run_journal_release(struct run_journal *run);

#endif
