/*
 * selection.h - who is meant, and who is never touched.
 *
 * One decision for every session, in one order: what is never touched whatever was selected, then
 * who was selected, then who was taken out. Pure; no I/O.
 * Threads: loop thread.
 */
#ifndef RDSWEEP_SELECTION_H
#define RDSWEEP_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "session_api.h"

/* A pattern and how many sessions it matched: shown before the question, zeros too. */
struct selection_pattern {
	const char *text;
	uint32_t matched;
};

/* As given on the command line. Strings and arrays are kept. */
struct selection {
	bool all;
	/* --plan: a list of identities says who; `users` are those of the dry run */
	bool planned;
	struct selection_pattern *users; /* -u and --user-file, ORed */
	size_t user_count;
	uint32_t states;     /* bits 1 << enum session_state; 0: any */
	int64_t min_idle_ms; /* -1: any */
	int64_t session_id;  /* -1: any */
	struct selection_pattern *not_users;
	size_t not_user_count;
	struct selection_pattern *protect; /* --protect; the inventory's come with the host */
	size_t protect_count;
	bool include_console, include_vms;
	const char *own_domain, *own_user; /* the operator; "" where unknown */
	/* nothing will be touched: only sessions that nobody can be (services, listener, no
	 * user) are left out */
	bool listing;
	bool for_disconnect; /* a session that is disconnected already is left alone */
};

/* One session as far as it is known. */
struct selection_subject {
	uint32_t id;
	enum session_state state;
	int64_t idle_s;	    /* -1 unknown */
	bool details_known; /* idle_s and the times were asked for */
	const char *station, *user, *domain, *vm;
	bool own_session;	    /* the one this process runs in */
	const char *const *protect; /* the host's patterns */
	size_t protect_count;
};

/* The reason why it is left alone, or REP_REASON_NONE: it is selected. With `details_known` false,
 * what only details can tell (idle) is taken as met: the answer says whether details are worth
 * asking for. */
enum rep_reason selection_decide(const struct selection *selection,
				 const struct selection_subject *subject);

/* Whether it would be selected if nobody were protected; *ret_named: and by a pattern of --user
 * without wildcards, as a person is named. Idle times that were not asked for may be long enough. */
bool selection_would_match(const struct selection *selection,
			   const struct selection_subject *subject, bool *ret_named);

/* Adds the subject to the counts of every pattern that matches it (sessions with a user only).
 * Once a session. */
void selection_count(struct selection *selection, const struct selection_subject *subject);

/* What must still hold at the look right before the call. */
struct session_condition selection_condition(const struct selection *selection);
/* Takes one state more out of a condition. False: then none is left, and nobody meets it. */
bool selection_not_in(struct session_condition *condition, enum session_state state);
/* Leaves this state alone in it; the same. */
bool selection_only_in(struct session_condition *condition, enum session_state state);

#endif
