/*
 * report_groups.h - the sessions of a report counted by host, account, error, outcome or wave, as the report
 * goes by.
 *
 * Memory grows with the number of groups, not of sessions: about 100 bytes and its name for each.
 * Usage:     rep_groups_init(), rep_read() with rep_groups_visitor(), rep_groups_sort(), then read
 *            `items`.
 * Errors:    a visitor's slot returns REP_GROUPS_NO_MEMORY when memory is short.
 * Ownership: everything is copied, and lives until rep_groups_release(); the filter is kept.
 * Threads:   one thread at a time.
 */
#ifndef RDSWEEP_REPORT_GROUPS_H
#define RDSWEEP_REPORT_GROUPS_H

#include "arena.h"
#include "report_filter.h"
#include "report_read.h"
#include "str_map.h"
#include "strbuf.h"

#define REP_GROUPS_NO_MEMORY 1

enum rep_by { REP_BY_HOST, REP_BY_USER, REP_BY_ERROR, REP_BY_OUTCOME, REP_BY_WAVE };

struct rep_group {
	const char *
		name; /* host, DOMAIN\user, `api code NAME`, outcome, number of a wave; "" for none */
	const char *error; /* by host: the name of the host's own error, or "" */
	uint32_t hosts;	   /* with such sessions, or with that error themselves */
	uint32_t sessions, done, not_done, left_alone;
	uint32_t last_host;  /* private */
	uint32_t wave;	     /* by host: 0 is none */
	uint8_t outcome;     /* by host: enum rep_host_outcome */
	int64_t duration_ms; /* by host; -1 unknown */
};

struct rep_groups {
	struct rep_group *items;
	size_t count;
	/* private */
	size_t cap;
	enum rep_by by;
	const struct rep_filter *filter;
	struct arena texts;
	struct str_map map, errors; /* folded names; names of errors, which many hosts share */
	const char **error_names;
	size_t error_count, error_cap;
	struct strbuf key, name; /* scratch */
	/* the host at hand */
	uint32_t host_number; /* from 1 */
	uint32_t host_wave;
	bool host_passes;
	size_t host_group; /* by host */
};

void rep_groups_init(struct rep_groups *groups, enum rep_by by, const struct rep_filter *filter);
void rep_groups_release(struct rep_groups *groups);
void rep_groups_visitor(struct rep_groups *groups, struct rep_visitor *ret);

/* What is not done first: most sessions not done, then most sessions, then in the order of the
 * report; before that hosts that did not succeed, and errors by their number of hosts; waves by their number. */
void rep_groups_sort(struct rep_groups *groups);

#endif
