/*
 * sim_scenario.h - what a simulated fleet looks like: the JSON document `rdsweep.sim/1`, checked
 * and in memory.
 *
 * A key that is not known, of the wrong type or out of range is a mistake, and so is a combination
 * that could have no effect. All mistakes of a document are told, each with its place; only broken
 * JSON ends the reading.
 *
 * Threads:   no state; a scenario is constant once it is read and may be used by many threads.
 * Ownership: a scenario owns everything it points to.
 */
#ifndef RDSWEEP_SIM_SCENARIO_H
#define RDSWEEP_SIM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "session_api.h"
#include "str_map.h"

#define SIM_SCHEMA	 "rdsweep.sim/1"
#define SIM_SESSIONS_MAX 1000 /* sessions of one host */
#define SIM_NEVER	 (-1) /* a `..._ms` or `_s` that is not given */
/* The {n} of a derived user is drawn from 1 to this many, whatever the size of the fleet, so that a
 * host's sessions do not depend on the other hosts. With some 3,500 sessions (200 hosts) most users
 * have one session and about 120 have two; with 200,000 the average is four. */
#define SIM_USER_NUMBERS 50000

/* The calls that have a latency of their own and that a fault can name. */
enum sim_call {
	SIM_PROBE,
	SIM_OPEN,
	SIM_ENUMERATE,
	SIM_QUERY,
	SIM_MESSAGE,
	SIM_DISCONNECT,
	SIM_LOGOFF,
	SIM_DRAIN,
	SIM_CLOSE,
	SIM_CALL_COUNT
};
const char *sim_call_name(enum sim_call call); /* "probe", "open", ... */

/* Both parts "" : nobody. */
struct sim_account {
	const char *domain;
	const char *user;
};

/* A session that the scenario names. */
struct sim_session {
	uint32_t id; /* 1 to 65535; 1 takes the place of the empty console */
	struct sim_account account;
	enum session_state state;
	const char *station; /* this and the following: never NULL, "" is none */
	const char *client;
	const char *vm;
	const char *farm;
	int64_t idle_s;		  /* SIM_NEVER: unknown */
	int64_t logon_s;	  /* before the epoch; SIM_NEVER: unknown */
	int64_t leaves_after_ms;  /* SIM_NEVER: stays */
	int64_t returns_after_ms; /* SIM_NEVER: does not come back */
};

enum sim_fault_kind {
	SIM_FAULT_SLOW,	   /* only `delay_us` */
	SIM_FAULT_ERROR,   /* fails with `error` */
	SIM_FAULT_REFUSED, /* the probe's port is closed */
	SIM_FAULT_HANG,	   /* never returns */
	SIM_FAULT_IGNORED, /* reports success and does nothing */
	SIM_FAULT_SWAP	   /* after the first enumerate the id belongs to `swap` */
};

struct sim_fault {
	enum sim_call call;
	enum sim_fault_kind kind;
	bool has_session;
	bool has_user;
	uint32_t session;
	uint32_t error;
	int64_t times; /* SIM_NEVER: every time */
	int64_t delay_us;
	struct sim_account user;
	struct sim_account swap;
};

/* What the scenario says of one host, or of all the hosts of one range. */
struct sim_host {
	bool has_sessions;	      /* false: derived from the defaults */
	bool has_timers;	      /* some session leaves or returns by itself */
	struct sim_session *sessions; /* ascending by id */
	size_t session_count;
	struct sim_fault *faults; /* as written: the first that matches counts */
	size_t fault_count;
};

/* How hosts without `sessions` are filled, and how the calls behave. */
struct sim_defaults {
	int64_t sessions_min;
	int64_t sessions_max;
	const char *user_domain; /* the pattern of `users`, cut at the backslash and at {n} */
	const char *user_before;
	const char *user_after;
	double disconnected; /* share of the sessions, 0 to 1 */
	int64_t latency_us[SIM_CALL_COUNT];
	double jitter; /* of the latency, up and down, 0 to 1 */
	int64_t logoff_takes_ms;
};

/* Who runs rdsweep. */
struct sim_self {
	const char *host; /* NULL: rdsweep runs outside of the fleet */
	uint32_t session;
	const char *user; /* `DOMAIN\user`; NULL: not given */
};

struct sim_scenario {
	uint64_t seed;
	int64_t epoch_ms; /* UTC; what idle_s and logon_s count back from */
	struct sim_self self;
	struct sim_defaults defaults;
	struct sim_host *hosts;
	size_t host_count;
	struct str_map names; /* folded host name to index; private */
	struct arena arena;   /* private */
};

struct sim_problem {
	int line; /* both count from 1, columns in code points */
	int column;
	char *message; /* one line, what is wrong and what was expected */
};

/* In the order of the document. Stops growing at SIM_PROBLEMS_MAX. */
#define SIM_PROBLEMS_MAX 1000
struct sim_problems {
	struct sim_problem *items;
	size_t count;
	size_t cap; /* private */
};
void sim_problems_init(struct sim_problems *problems);
void sim_problems_release(struct sim_problems *problems);

/* Reads a whole document. 0 and *ret (the caller frees it), or -1 with what is wrong added to
 * `problems`; nothing added means that memory is short. What is left out gets the values of the
 * README's example: seed 1, epoch 2026-01-01T00:00:00Z, 5 to 30 sessions, and so on. */
int sim_scenario_parse(struct sim_scenario **ret, const char *bytes, size_t len,
		       struct sim_problems *problems);
void sim_scenario_free(struct sim_scenario *scenario); /* NULL is fine */

/* What is said of the host of this folded name (text_fold_add()); NULL: nothing. */
const struct sim_host *sim_scenario_host(const struct sim_scenario *scenario, const char *folded,
					 size_t len);

#endif
