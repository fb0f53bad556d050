/*
 * record.h - the record of one run: every host of the fleet and every session that was seen, with
 * what became of it.
 *
 * The engine fills it while it runs; the writers (report_write.h) turn it into JSON and CSV; the
 * reader (report_read.h) gives the same structures back, one at a time.
 *
 * Threads:   one owner (the loop thread while a run is on).
 * Ownership: a host owns its sessions and, in its arena, their strings. Domains and stations come
 *            from the run's pool of interned strings. Error kinds are owned by the run and named by
 *            index, 0 = no error.
 * Size:      at 300,000 sessions every byte counts: keep struct rep_session small.
 */
#ifndef RDSWEEP_RECORD_H
#define RDSWEEP_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "str_map.h"

#define REP_SCHEMA_NAME "rdsweep.report/1"

enum rep_run_outcome {
	REP_RUN_NONE,
	REP_RUN_SUCCEEDED,
	REP_RUN_PARTIAL,
	REP_RUN_FAILED,
	REP_RUN_ABORTED,
	REP_RUN_INTERRUPTED,
	REP_RUN_OUTCOME_COUNT
};

enum rep_host_outcome {
	REP_HOST_NONE,
	REP_HOST_SUCCEEDED, /* reached, and all selected done, if any */
	REP_HOST_PARTIAL,   /* reached; some selected sessions were not done */
	/* could not be asked, or nothing selected was done; also refused, unknown name */
	REP_HOST_FAILED,
	REP_HOST_TIMED_OUT,	/* silent */
	REP_HOST_NOT_ATTEMPTED, /* the run was over before its turn */
	REP_HOST_OUTCOME_COUNT
};

enum rep_session_outcome {
	REP_SESSION_NONE,
	/* done */
	REP_SESSION_LOGGED_OFF,	  /* asked, and that identity is gone */
	REP_SESSION_ALREADY_GONE, /* gone before anything was asked */
	REP_SESSION_DISCONNECTED,
	REP_SESSION_MESSAGED,
	REP_SESSION_PLANNED, /* dry run */
	REP_SESSION_LISTED,
	/* not done */
	REP_SESSION_FAILED,
	REP_SESSION_TIMED_OUT, /* nothing was asked */
	REP_SESSION_IN_DOUBT,  /* asked, not known */
	REP_SESSION_STILL_PRESENT,
	REP_SESSION_IDENTITY_CHANGED, /* another identity under the id before anything was asked */
	REP_SESSION_RETURNED,	      /* logged off, logged on again, still on at the end */
	REP_SESSION_NOT_ATTEMPTED,    /* with a reason */
	/* left alone */
	REP_SESSION_SKIPPED, /* with a reason */
	REP_SESSION_OUTCOME_COUNT
};

/* Why a session was left alone (skipped) or not come to (not_attempted). */
enum rep_reason {
	REP_REASON_NONE,
	/* skipped: never touched, whatever is selected */
	REP_REASON_SERVICES,
	REP_REASON_LISTENER,
	REP_REASON_OWN_SESSION,
	REP_REASON_OWN_USER,
	REP_REASON_NO_USER,
	REP_REASON_CONSOLE,
	REP_REASON_VM,
	REP_REASON_PROTECTED,
	/* skipped: not meant */
	REP_REASON_NOT_SELECTED,
	REP_REASON_NEW,
	REP_REASON_NO_LONGER_MATCHES,
	REP_REASON_ALREADY_DISCONNECTED,
	/* not attempted */
	REP_REASON_DECLINED,	 /* the question was answered with no */
	REP_REASON_MAX_SESSIONS, /* more sessions than --max-sessions */
	REP_REASON_MAX_FAILURES, /* stopped by the failure budget */
	REP_REASON_CREDENTIALS,	 /* stopped to protect the operator's account */
	REP_REASON_RUN_TIMEOUT,
	REP_REASON_HOST_TIMEOUT,
	REP_REASON_INTERRUPTED,
	REP_REASON_NO_WORKERS, /* every pool thread is held by a call that does not return */
	REP_REASON_JOURNAL,    /* the journal could not be written, so nothing more was begun */
	REP_REASON_NOT_WARNED, /* the warning could not be delivered */
	REP_REASON_NOT_DRAINED,
	REP_REASON_DRAIN_FAILED,  /* stopped, as a host could not be put in drain mode */
	REP_REASON_NOTIFY_FAILED, /* stopped, as a warning could not be delivered */
	REP_REASON_COUNT
};

/* Of a session; the numbers of WTS_CONNECTSTATE_CLASS. */
enum rep_state {
	REP_STATE_ACTIVE,
	REP_STATE_CONNECTED,
	REP_STATE_CONNECT_QUERY,
	REP_STATE_SHADOW,
	REP_STATE_DISCONNECTED,
	REP_STATE_IDLE,
	REP_STATE_LISTEN,
	REP_STATE_RESET,
	REP_STATE_DOWN,
	REP_STATE_INIT,
	REP_STATE_UNKNOWN,
	REP_STATE_COUNT
};

enum rep_drain {
	REP_DRAIN_UNKNOWN,
	REP_DRAIN_OFF,
	REP_DRAIN_RESTART,
	REP_DRAIN_ON,
	REP_DRAIN_COUNT
};

/* Their names as in reports; "" for NONE/UNKNOWN where the report has null (a state's UNKNOWN is
 * "unknown"). The _parse functions: 0, or -1 where there is no such name. */
const char *rep_run_outcome_name(enum rep_run_outcome outcome);
const char *rep_host_outcome_name(enum rep_host_outcome outcome);
const char *rep_session_outcome_name(enum rep_session_outcome outcome);
const char *rep_reason_name(enum rep_reason reason);
const char *rep_state_name(enum rep_state state);
const char *rep_drain_name(enum rep_drain drain);
int rep_run_outcome_parse(const char *name, enum rep_run_outcome *ret);
int rep_host_outcome_parse(const char *name, enum rep_host_outcome *ret);
int rep_session_outcome_parse(const char *name, enum rep_session_outcome *ret);
int rep_reason_parse(const char *name, enum rep_reason *ret);
int rep_state_parse(const char *name, enum rep_state *ret);
int rep_drain_parse(const char *name, enum rep_drain *ret);

/* Whether an outcome counts as done, not done, or left alone. */
bool rep_session_outcome_is_done(enum rep_session_outcome outcome);
bool rep_session_outcome_is_not_done(enum rep_session_outcome outcome);

/* One kind of error: what `errors[]` of the report lists, and what sessions and hosts point to. */
struct rep_error_kind {
	const char *api;     /* "WTSLogoffSession", or "rdsweep" */
	uint32_t code;	     /* as it came; 0 with api "rdsweep" */
	const char *name;    /* "ERROR_ACCESS_DENIED", "CALL_TIMEOUT" */
	const char *message; /* may differ between kinds of one (api, code, name) */
	const char *class_;
	const char *remedy;
};

struct rep_session {
	const char *user, *domain, *station, *client, *vm, *farm; /* "" = null; never NULL */
	int64_t logon_at_ms;					  /* UTC; UTC_UNKNOWN */
	int64_t idle_s;						  /* -1 unknown */
	int32_t duration_ms; /* from the first call about it to its outcome; -1 unknown */
	uint32_t id;
	uint16_t error;	   /* index of its kind; 0 none */
	uint16_t attempts; /* calls made to act on it */
	uint8_t state;	   /* enum rep_state */
	uint8_t outcome;   /* enum rep_session_outcome */
	uint8_t reason;	   /* enum rep_reason */
	bool selected;	   /* matched and not protected: it was to be acted on */
};

struct rep_host {
	const char *name, *address;
	const char *const *groups;
	size_t group_count;
	uint32_t wave;					 /* from 1; 0: it acted in none */
	uint8_t outcome;				 /* enum rep_host_outcome */
	uint8_t drain_before, drain_during, drain_after; /* enum rep_drain */
	uint16_t error;
	uint16_t attempts; /* connections tried */
	/* from its first probe to its end, without the waits between; -1 unknown */
	int64_t duration_ms;
	/* Its act in `wave`, which may not be its first (sweeps, a resumed run): from the first probe to the
	 * end, by the clock (UTC). Putting its drain mode back comes later. UTC_UNKNOWN: its turn never came, or
	 * whatever wrote it kept no times. */
	int64_t acted_at_ms, ended_at_ms;
	struct rep_session *sessions; /* malloc'ed array */
	uint32_t session_count, session_cap;
	struct arena arena; /* strings of this host and its sessions */
};

/* A named value of `selection` or `policy`: what was in force, as the run saw it. */
enum rep_value_kind {
	REP_VALUE_NULL,
	REP_VALUE_BOOL,
	REP_VALUE_INT,
	REP_VALUE_TEXT,
	REP_VALUE_TEXTS
};
struct rep_value {
	const char *name;
	enum rep_value_kind kind;
	bool boolean;
	int64_t integer;
	const char *text;
	const char *const *texts;
	size_t text_count;
};

struct rep_run {
	const char *id;
	const char *command;
	const char *const *arguments;
	size_t argument_count;
	bool dry_run, simulated;
	const char *backend;
	const char *operator_; /* DOMAIN\user or user who ran it */
	const char *machine;
	const char *reason; /* "" = null */
	int64_t started_at_ms, finished_at_ms;
	int64_t duration_ms;
	const char *const *inventory_sources;
	size_t inventory_source_count;
	const char *fleet_sha256;
	uint32_t inventory_hosts;  /* of the whole inventory, before limit and shard */
	const char *limit;	   /* "" = null */
	uint32_t shard_k, shard_n; /* 0: null */
	const struct rep_value *selection;
	size_t selection_count;
	const struct rep_value *policy;
	size_t policy_count;
	enum rep_run_outcome outcome;
	/* "" = null; "max_failures", "credentials", "declined", "max_sessions", "run_timeout",
	 * "SIGINT", ... */
	const char *stopped_by;
	int exit_code;
	/* Of a merged report: the runs of its shards, in the order of shard_k, all of one shard_n. Of each of them
	 * only what `merged` of the report keeps is known (report_merge.h). 0: it is the report of one run. */
	const struct rep_run *parts;
	size_t part_count;
};

struct rep_totals {
	uint32_t hosts, sessions;
	uint32_t hosts_by[REP_HOST_OUTCOME_COUNT];
	uint32_t sessions_by[REP_SESSION_OUTCOME_COUNT];
	uint32_t selected;
};

/* The whole record. */
struct rep_record {
	struct rep_run run;
	struct rep_host *hosts; /* malloc'ed; in the fleet's order */
	size_t host_count;
	struct rep_error_kind *kinds; /* [0] is empty: no error */
	size_t kind_count, kind_cap;
	struct arena arena;	     /* strings of run, kinds and the interned pool */
	struct str_map interned;     /* private */
	struct str_map kind_map;     /* private */
	const char **interned_texts; /* private */
	size_t interned_count, interned_cap;
};

/* A run of which nothing is known yet: texts "", times and durations unknown, lists empty. */
void rep_run_init(struct rep_run *run);

/* 0, or -1 when memory is short (all of these). */
int rep_record_init(struct rep_record *record, size_t host_count);
void rep_record_release(struct rep_record *record);

/* The one copy of a text that many sessions share (domains, stations, farms). NULL when memory
 * is short. */
const char *rep_intern(struct rep_record *record, const char *text);

/* The index of a kind, made if it is new; texts are copied. 0 when memory is short or there are
 * more than 65,535. */
uint16_t rep_error_kind(struct rep_record *record, const struct rep_error_kind *kind);

/* Its drain mode was off, and no look has shown that it is not on since: what a run that had set it
 * for its own time has to put right. */
bool rep_host_is_left_drained(const struct rep_host *host);

/* Makes room for so many sessions more, and no larger: a host's list is known before its rows
 * are made. */
int rep_host_reserve(struct rep_host *host, size_t more);

/* A new zeroed session at the end of the host's list (texts "", times and state unknown). NULL when
 * memory is short. Pointers to earlier sessions are invalid afterwards: name sessions by index. */
struct rep_session *rep_host_add_session(struct rep_host *host);

void rep_totals_count(const struct rep_record *record, struct rep_totals *ret);

#endif
