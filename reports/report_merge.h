/*
 * report_merge.h - the reports of a fleet's shards as one report, in two passes over each of them.
 *
 * What comes out depends on the set of shards alone: merged in any order and grouping, it is the same, byte for byte.
 * Hosts stand shard by shard, each in its own order. `run.merged` keeps what the runs of the shards were; a merged
 * report can be merged again.
 * Usage:     rep_merge_init(); for each report rep_merge_next() and rep_read() with rep_merge_visitor();
 *            rep_merge_settle(); then `head` is what a writer begins with, and for each of `steps` rep_read() of the
 *            report files[step.file] with rep_merge_step_visitor(); rep_merge_complete() says whether the second
 *            pass saw what the first did.
 * Errors:    REP_MERGE_NO_MEMORY; REP_MERGE_REFUSED with one line in `why` (unescaped); REP_MERGE_FAILED: a
 *            writer failed. A visitor's slot may also return REP_MERGE_ENOUGH: what the step wanted is read.
 * Memory:    grows with hosts, not with sessions.
 * Ownership: names of reports and writers are borrowed until the release. Do not move the struct.
 * Threads:   one thread at a time.
 */
#ifndef RDSWEEP_REPORT_MERGE_H
#define RDSWEEP_REPORT_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "report_head.h"
#include "report_read.h"
#include "report_write.h"
#include "str_map.h"
#include "strbuf.h"

#define REP_MERGE_NO_MEMORY 1
#define REP_MERGE_REFUSED   2
#define REP_MERGE_FAILED    3
#define REP_MERGE_ENOUGH    4

/* Hosts of one report that stand together in the result: those of the shards first_k to last_k. */
struct rep_merge_step {
	size_t file;
	uint32_t first_k, last_k;
};

struct rep_merge_file {
	const char *name;
	struct rep_kept_head kept;
	const struct rep_run *parts; /* its shards, by k */
	size_t part_count;
	struct rep_run own; /* private: the run of a report that is one shard */
	bool have_run;	    /* private */
};

struct rep_merge_host {
	const char *name; /* folded */
	uint32_t k, file;
	uint32_t position; /* in its report */
};

struct rep_merge {
	/* The shard of a host's name, 1 to n. */
	uint32_t (*shard_of)(const char *name, uint32_t n);
	struct strbuf why;
	struct rep_head head;
	struct rep_merge_step *steps;
	size_t step_count;
	uint32_t n, missing; /* shards; and how many of them no report has */
	/* private */
	struct rep_merge_file **files;
	size_t file_count, file_cap;
	struct rep_merge_host *hosts;
	size_t host_count, host_cap;
	struct str_map host_map;
	struct arena texts;
	struct strbuf key;
	uint32_t last_k; /* of the host before, in the report at hand */
	struct rep_run run;
	struct rep_totals totals;
	struct rep_error_entry *errors;
	/* the second pass */
	struct rep_writer *const *writers;
	size_t writer_count;
	const struct rep_merge_step *step;
	bool passes;
	uint64_t written_hosts, written_sessions;
};

void rep_merge_init(struct rep_merge *merge, uint32_t (*shard_of)(const char *name, uint32_t n));
void rep_merge_release(struct rep_merge *merge);

/* Begins with the next report, called `name`. 0 or an error as above. */
int rep_merge_next(struct rep_merge *merge, const char *name);
void rep_merge_visitor(struct rep_merge *merge, struct rep_visitor *ret);

/* After the first pass. 0 or an error as above. */
int rep_merge_settle(struct rep_merge *merge);

/* The second pass: hosts of a step go to all writers, which have begun with `head`. */
void rep_merge_step_visitor(struct rep_merge *merge, const struct rep_merge_step *step,
			    struct rep_writer *const *writers, size_t writer_count,
			    struct rep_visitor *ret);
bool rep_merge_complete(const struct rep_merge *merge);

/* Appends the shards that are missing as `2-5,8`; nothing where none is. `run` has parts. */
void rep_merge_missing(struct strbuf *out, const struct rep_run *run);

#endif
