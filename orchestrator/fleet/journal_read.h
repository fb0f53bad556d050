/*
 * journal_read.h - reads a journal back: the fleet, the record as far as it got, and what is in
 * doubt.
 *
 * A torn last line is what a crash leaves: it is dropped and told. Anything else that is wrong is
 * an error with its line.
 * Ownership: all texts live in the struct's arena or in the record.
 * Threads:   one thread at a time.
 */
#ifndef RDSWEEP_JOURNAL_READ_H
#define RDSWEEP_JOURNAL_READ_H

#include "arena.h"
#include "fleet.h"
#include "json_read.h"
#include "record.h"

/* A session that the host had been asked about, or may have been, and of which no result is
 * known. */
struct journal_doubt {
	uint32_t host, row;
	int64_t intent_at_ms; /* UTC: its last intent */
	uint16_t warn_error;  /* of the record's: why a warning could not be shown; 0 none */
};

struct journal_read {
	/* the first line, whole: the program that wrote it reads it itself */
	const char *run_line;
	size_t run_line_len;
	int64_t started_at_ms;	  /* "t" of the first line */
	struct fleet_host *hosts; /* the members, in order */
	size_t host_count;
	struct rep_record record; /* its hosts are the members; run's section is not filled */
	bool confirmed;
	uint32_t sweeps; /* for so many the fleet was surveyed again, and that survey is through */
	bool ended,
		settled; /* the last "end" line; lines after it (a resumed run's) make it not ended again */
	bool torn;	    /* the last line was dropped */
	size_t sound_bytes; /* up to where the file is good: cut it there before appending */
	/* of each host, how many of its sessions the survey had seen: the later ones follow */
	uint32_t *survey_rows;
	struct journal_doubt *doubts; /* in order of host, then row */
	size_t doubt_count;
	/* users who were told that they will be logged off, or may have been, and neither were nor have been told otherwise; in order
	 * of host, then row */
	struct journal_doubt *warned;
	size_t warned_count;
	/* hosts whose drain mode may have been asked to change, without a look since; `row` is 0 */
	struct journal_doubt *drain_doubts;
	size_t drain_doubt_count;
	struct arena arena;	     /* private */
	struct journal_marks *marks; /* private: of each host */
};

struct journal_read_error {
	int line, column; /* from 1; column 0 where there is none */
	char message[200];
};

/* Reads a whole journal from memory. 0; -1 with *reterr and nothing to release. */
int journal_read(struct journal_read *ret, const char *bytes, size_t len,
		 struct journal_read_error *reterr);
void journal_read_release(struct journal_read *read);

/* What resume does with results of a run that was stopped before its end: sessions that were not
 * come to because of it (interrupted, max_failures, credentials, run_timeout, no_workers, journal,
 * notify_failed; also those that could not be warned)
 * get no outcome again, and those that are in_doubt become doubts. Called for a journal that is not
 * settled. 0, -1 when memory is short. */
int journal_reopen(struct journal_read *read);

#endif
