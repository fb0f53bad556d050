/*
 * fleet.h - the engine: surveys every host, has the plan confirmed, acts on it wave by wave, and
 * keeps the record.
 *
 * Usage:     fleet_create(), fleet_start(), exec_run(); when `finished` is called the record is
 *            complete. Then fleet_free().
 * Threads:   loop thread only. Workers see call blocks, never the fleet.
 * Ownership: the fleet borrows everything in its options for its whole life, and fills the record,
 *            which belongs to the caller.
 */
#ifndef RDSWEEP_FLEET_H
#define RDSWEEP_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "executor.h"
#include "record.h"
#include "selection.h"
#include "session_api.h"

enum fleet_command {
	FLEET_SESSIONS,
	FLEET_LOGOFF,
	FLEET_DISCONNECT,
	FLEET_MESSAGE,
	FLEET_DRAIN,
	FLEET_DRAIN_STATUS
};

/* `--drain` of a logoff: new logons are refused from before the first warning on. A host that
 * refuses them already is left as it is. */
enum fleet_drain {
	FLEET_DRAIN_NONE,
	FLEET_DRAIN_FOR_RUN,	 /* put back when the run ends, however it ends */
	FLEET_DRAIN_FOR_RESTART, /* until the host restarts */
	FLEET_DRAIN_KEEP,	 /* stays, also where it was only until a restart */
};

/* What becomes of a host or session where something that goes before its act has failed. */
enum fleet_failed {
	FLEET_FAILED_SKIP,     /* it is not attempted */
	FLEET_FAILED_CONTINUE, /* it is acted on all the same */
	FLEET_FAILED_ABORT,    /* the run is stopped */
};

/* What users are told before they are logged off, and how long they have. Texts are checked (notice.h). */
struct fleet_notify {
	const char *text;  /* NULL: nobody is warned, and the rest is not looked at */
	int64_t grace_ms;  /* > 0 */
	int64_t again_ms;  /* a second warning when so much of it is left; -1: none; < grace_ms */
	bool disconnected; /* they have the grace too */
	enum fleet_failed failed;
	const char *called_off; /* where the run is stopped; NULL: NOTICE_CALLED_OFF */
};

struct fleet_host {
	const char *name, *address;
	uint16_t probe_port;
	int64_t call_timeout_ms; /* -1: the run's */
	const char *const *protect;
	size_t protect_count;
	const char *const *groups;
	size_t group_count;
};

/* The size of a wave: so many hosts, or percent of the acting hosts (rounded down, at least 1). */
struct fleet_wave {
	uint32_t amount;
	bool percent;
};

/* A session of a run that is resumed: the host may have been asked already. */
struct fleet_doubt {
	uint32_t host, row;
	int64_t asked_at_ms; /* UTC: its intent */
	uint16_t warn_error; /* of the record's: why he could not be warned before; 0 none */
};

struct journal;
struct plan;

struct fleet_options {
	enum fleet_command command;
	struct executor *executor;
	struct session_backend *backend;
	/* in the fleet's order: the record's hosts have the same index */
	const struct fleet_host *hosts;
	size_t host_count;
	struct selection *selection; /* its counts are filled */
	bool dry_run;
	bool wait;		    /* WTSLogoffSession with bWait TRUE */
	const char *message;	    /* FLEET_MESSAGE: what is sent (notice.h, checked) */
	const char *reason;	    /* for {reason}; NULL: none was given */
	struct fleet_notify notify; /* FLEET_LOGOFF */
	/* what a clock on the wall shows beyond UTC at that time, in ms; NULL: nothing */
	int64_t (*local_offset_ms)(int64_t utc_ms);
	bool probe;	      /* TCP before a worker is spent */
	unsigned concurrency; /* blocking calls in flight that count */
	/* TCP probes out at once (each may take two file descriptors); 0: 256 */
	unsigned probes_max;
	unsigned pool_threads; /* all there are; >= concurrency + 1 */
	int64_t connect_timeout_ms, call_timeout_ms, host_timeout_ms;
	int64_t run_timeout_ms; /* -1: none */
	int64_t verify_timeout_ms, verify_interval_ms;
	unsigned retries;
	int64_t retry_delay_ms;
	int64_t max_sessions; /* -1: no limit */
	int64_t max_failures; /* -1: no limit */
	bool max_failures_percent;
	const struct fleet_wave *waves; /* the last repeats; none: one wave of all */
	size_t wave_count;
	int64_t wave_pause_ms;
	int64_t max_closing; /* -1: no limit */
	/* Protect the operator's account: nobody is asked alongside until one host has let us in,
	 * and one credential error before that stops the run (later, three in a row). For real
	 * backends. */
	bool one_host_first;
	struct journal *journal; /* NULL: none is kept. Takes one pool thread beyond pool_threads */
	/* Those whom a run that goes on had warned, and not told otherwise. In order of host; the time is unused. */
	const struct fleet_doubt *warned;
	size_t warned_count;
	/* A run that goes on: the record is filled with what was confirmed (selected rows without
	 * an outcome are still to be acted on), there is no survey, and the gate shows what is
	 * left. */
	bool resume;
	/* Another process has begun it (also where it is surveyed anew): it takes as long as since then. */
	bool begun_before;
	const struct fleet_doubt *doubts; /* in order of host */
	size_t doubt_count;
	enum fleet_drain drain; /* FLEET_LOGOFF */
	enum fleet_failed drain_failed;
	enum session_drain drain_to; /* FLEET_DRAIN: the mode that hosts are to have */
	/* of a run that goes on: hosts whose drain mode may have been asked to change; `row` is
	 * unused. In order of host. */
	const struct fleet_doubt *drain_doubts;
	size_t drain_doubt_count;
	const uint32_t
		*survey_rows; /* with `resume`, of each host: how many rows are the survey's */
	/* exactly these sessions (plan.h), and no others; NULL: the selection decides */
	const struct plan *plan;
	/* Logoff: how often, at most, the fleet is surveyed again after the act and who was seen for
	 * the first time since then is acted on too. Not with a plan. */
	uint32_t sweeps;
	uint32_t sweeps_begun; /* with `resume`: that the run before had surveyed for */
	/* Logoff: where nobody has looked at the fleet since the last act, it is looked at once more
	 * at the end: is anybody on who matches the selection? Nothing is acted on. */
	bool look_again;
	uint64_t seed; /* of retry jitter */
};

/* What the gate shows: the sessions that would be acted on. */
struct fleet_plan {
	uint32_t sessions, users, hosts; /* users: different accounts */
	uint32_t sweeps;		 /* may follow, and are confirmed with it */
	uint32_t drain_hosts;	/* whose drain mode will be looked at, and set where need be */
	uint32_t restore_hosts; /* whose drain mode a run that goes on still has to put back */
};

/* Why the run stops before its end; the first one given wins, but a second interrupt hastens
 * any. */
enum fleet_stop {
	FLEET_STOP_NONE,
	FLEET_STOP_MAX_FAILURES,
	FLEET_STOP_CREDENTIALS,
	FLEET_STOP_DECLINED,
	FLEET_STOP_MAX_SESSIONS,
	FLEET_STOP_RUN_TIMEOUT,
	FLEET_STOP_DRAIN_FAILED,  /* with FLEET_FAILED_ABORT */
	FLEET_STOP_NOTIFY_FAILED, /* the same */
	FLEET_STOP_JOURNAL,	  /* it could not be written: exit 70 */
	FLEET_STOP_SIGINT,
	FLEET_STOP_SIGTERM,
	FLEET_STOP_SIGHUP, /* the terminal was closed */
	FLEET_STOP_COUNT
};
const char *
fleet_stop_name(enum fleet_stop stop); /* as in `stopped_by`: "max_failures", ..., "SIGINT" */

/* RESTORE puts back the drain mode that the run has changed, also when the run is being stopped. */
enum fleet_phase { FLEET_SURVEY, FLEET_GATE, FLEET_ACT, FLEET_RESTORE, FLEET_FINISHED };

/* All on the loop thread. A slot may be NULL (a gate that is NULL answers yes). */
struct fleet_observer {
	void *ctx;
	/* The plan stands and wants an answer: fleet_answer(), now or later. Not called for a dry
	 * run, a listing, an empty plan (unless of a run that goes on and has sweeps left), or where
	 * a guard already said no. */
	void (*gate)(void *ctx, const struct fleet_plan *plan);
	/* Something an administrator should see now; one line, escaped. */
	void (*warning)(void *ctx, const char *text);
	/* the record is complete; calls that were left behind may still be out */
	void (*finished)(void *ctx);
	/* What has come up, and is nothing to worry about; one line, escaped. */
	void (*note)(void *ctx, const char *text);
};

#define FLEET_SLOW_MAX	  8
#define FLEET_TROUBLE_MAX 4

/* A host that is being worked on. */
struct fleet_slow {
	const char *name;  /* borrowed, not escaped */
	const char *doing; /* "listing", "verifying", ... */
	int64_t age_ms;	   /* since its turn in this phase began, or its last rest ended */
};

/* Hosts with the same kind of error. */
struct fleet_trouble {
	uint16_t kind; /* of the record */
	uint32_t hosts;
	const char *last_host; /* the latest of them; borrowed, not escaped */
};

/* A picture of the run, for progress. Times are -1 where there is none. */
struct fleet_progress {
	enum fleet_phase phase;
	enum fleet_stop stop;
	int64_t elapsed_ms; /* of the run */
	int64_t phase_ms; /* since the survey began, or the first session of the act was through */
	uint32_t hosts, hosts_surveyed, hosts_acting, hosts_done;
	uint32_t round_done, round_hosts; /* in this phase of this sweep */
	uint32_t hosts_by[REP_HOST_OUTCOME_COUNT];
	uint32_t sessions, sessions_selected, sessions_done, sessions_not_done;
	uint32_t sessions_by[REP_SESSION_OUTCOME_COUNT];
	uint32_t closing;	   /* sessions that were asked and are not gone yet */
	uint32_t hosts_to_restore; /* whose drain mode has to be put back yet */
	uint32_t wave, waves;	   /* from 1; 0 before the act */
	uint32_t sweep;		   /* from 1; 0 the first round */
	bool last_look;		   /* nobody is acted on any more */
	int64_t pause_left_ms;	   /* between waves */
	int64_t grace_left_ms;	   /* until the last of the warned users has had the time */
	uint32_t hosts_in_grace;   /* that only wait for that, or for a second warning */
	unsigned calls, calls_lent, calls_left_behind;
	uint32_t in_flight; /* hosts that have begun and are not done in this phase */
	/* those of them that take long (3 s; 10 s where sessions are closing), the longest first; hosts that rest
	 * on purpose and hosts that wait for a seat do not count */
	struct fleet_slow slow[FLEET_SLOW_MAX];
	size_t slow_count;
	/* the latest first */
	struct fleet_trouble troubles[FLEET_TROUBLE_MAX];
	size_t trouble_count, trouble_kinds; /* listed, and there are */
};

struct fleet;

/* Fills the record's hosts (names, addresses, groups) and keeps both pointers. NULL when memory
 * is short. */
struct fleet *fleet_create(const struct fleet_options *options,
			   const struct fleet_observer *observer, struct rep_record *record);
void fleet_start(struct fleet *fleet); /* then run the executor */
void fleet_answer(struct fleet *fleet, bool yes);

/* Stops the run: nothing new is started, what was asked is verified, the record says what was not
 * come to. The second call (of any reason that is a signal) leaves calls in flight behind and
 * finishes at once. */
void fleet_stop(struct fleet *fleet, enum fleet_stop reason);

/* Cheap enough for ten times a second: it looks only at hosts that have moved since. */
void fleet_progress(struct fleet *fleet, struct fleet_progress *ret);

/* What can be said at the end about who is on: the first four of a logoff of named users (--user). */
struct fleet_proof {
	/* UTC: the last survey, of all hosts that could be asked; */
	int64_t looked_from_ms, looked_until_ms;
	bool looked_last;   /* and nothing was begun after it */
	uint32_t newcomers; /* sessions that are on and match, and were seen too late */
	/* sessions that match and are never touched: of users who were named without wildcards, and others */
	uint32_t spared, left_alone;
};
void fleet_proof(const struct fleet *fleet, struct fleet_proof *ret);

/* Names of hosts that are not finished, for the line at an interrupt: fills up to `cap` names
 * (borrowed), returns how many there are. */
size_t fleet_unfinished(const struct fleet *fleet, const char **out, size_t cap);

/* The run's outcome, stopped_by and exit code, from the record; written into it. Called by the
 * fleet at the end; again by who changes the record afterwards. */
void fleet_conclude(const struct fleet *fleet);

/* Calls still out: their memory, and the fleet's, must then stay. */
unsigned fleet_calls_out(const struct fleet *fleet);
/* Only when fleet_calls_out() is 0, or on a virtual executor, where no worker holds what is
 * still out. NULL is fine. */
void fleet_free(struct fleet *fleet);

#endif
