/*
 * report_diff.h - two reports held against each other: a plan and what was done, last month and this.
 *
 * Sessions are joined by identity: host, id, domain\user and logon time. Sessions without a user (services,
 * listeners, an empty console) have none and are left out; of who has no logon time in one of the reports the rest of it
 * has to do. Where the identities are others altogether, hosts and
 * accounts still tell what changed.
 * Usage:     rep_diff_init(); rep_read() of A with rep_diff_visitor(.., 0), of B with rep_diff_visitor(.., 1);
 *            rep_diff_settle(); then read it, or have it told (report_diff_text.h).
 * Memory:    some 30 bytes for each identity of either report, and the names of hosts and accounts once: two reports
 *            of 300,000 sessions and users take 40 MiB where the identities are the same, 52 MiB where all are
 *            different.
 * Errors:    0, or REP_DIFF_NO_MEMORY.
 * Ownership: everything is copied. Do not move the struct.
 * Threads:   one thread at a time.
 */
#ifndef RDSWEEP_REPORT_DIFF_H
#define RDSWEEP_REPORT_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "report_head.h"
#include "report_read.h"
#include "str_map.h"
#include "strbuf.h"

#define REP_DIFF_NO_MEMORY 1

/* In one of the reports only: an outcome that is none. */
#define REP_DIFF_ABSENT 0

struct rep_diff_session {
	int64_t logon_at_ms;
	uint32_t host, account; /* indices */
	uint32_t id;
	uint16_t end
		[2]; /* in A and in B: read with the functions below; 24 bytes in all, as there may
			    be half a million of them */
};

struct rep_diff_host {
	const char *name;
	uint32_t sessions[2]; /* with a user */
	uint8_t outcome[2];   /* enum rep_host_outcome; REP_DIFF_ABSENT */
};

struct rep_diff_account {
	const char *user;
	uint32_t domain; /* index of `domains` */
	uint32_t sessions[2];
};

/* One (api, code, name) of `errors`. */
struct rep_diff_error {
	const char *name; /* `api code NAME` */
	uint32_t hosts[2], sessions[2];
};

/* Counted by rep_diff_settle(). */
struct rep_diff_counts {
	uint32_t both, same, changed, only[2];
	/* [from][to] */
	uint32_t moved[REP_SESSION_OUTCOME_COUNT][REP_SESSION_OUTCOME_COUNT];
	uint32_t hosts_both, hosts_only[2], hosts_changed;
	uint32_t accounts_both, accounts_only[2];
	/* where A is a dry run and B is not */
	uint32_t planned, planned_done, planned_not_done, planned_not_seen, unplanned_done;
	uint32_t errors_new, errors_gone;
};

struct rep_diff {
	struct rep_kept_head heads[2]; /* the runs; `errors` are kept below */
	struct rep_diff_session *sessions;
	size_t session_count;
	struct rep_diff_host *hosts;
	size_t host_count;
	struct rep_diff_account *accounts;
	size_t account_count;
	const char **domains; /* "" among them where an account has none */
	size_t domain_count;
	struct rep_diff_error *errors; /* [0] is empty */
	size_t error_count;
	struct rep_diff_counts counts;
	/* private */
	size_t session_cap, host_cap, account_cap, domain_cap, error_cap;
	struct str_map host_map, account_map, domain_map, error_map;
	uint32_t *index; /* open addressing: number of a session, plus 1 */
	size_t index_cap;
	struct arena texts;
	struct strbuf name, key;
	struct rep_diff_side {
		struct rep_diff *diff;
		int side;
		uint32_t host; /* at hand */
	} sides[2];
};

/* What became of a session in A (0) or B (1): enum rep_session_outcome, or REP_DIFF_ABSENT. */
uint8_t rep_diff_outcome(const struct rep_diff_session *session, int side);
/* And the index of its error in `errors`; 0: none, or one of those after the first 4,095. */
uint16_t rep_diff_error_of(const struct rep_diff_session *session, int side);

void rep_diff_init(struct rep_diff *diff);
void rep_diff_release(struct rep_diff *diff);

/* `side` 0 is A, 1 is B, which comes after A was read whole. */
void rep_diff_visitor(struct rep_diff *diff, int side, struct rep_visitor *ret);
int rep_diff_settle(struct rep_diff *diff); /* once */

/* A planned what B carried out: a dry run held against a run. */
bool rep_diff_is_plan(const struct rep_diff *diff);

/* Nothing differs; of a plan: all of it was done, and nothing else. */
bool rep_diff_is_equal(const struct rep_diff *diff);

#endif
