/*
 * sim_model.h - a simulated fleet: who is logged on where, at any time, and what calls do to it.
 *
 * Pure: no clock, no threads, no I/O. Time is a parameter (UTC, milliseconds), and calls may be
 * computed in any order of their times: nothing is destroyed, every effect is kept with its time,
 * and presence at `t` follows from the effects up to `t`. Hosts are not stored: their sessions
 * follow from the seed and the name, and only what changed takes memory (24 bytes for a logged-off
 * session).
 *
 * A call has two halves. sim_model_plan() at its start says how long it takes and which fault hits
 * it; the caller waits; sim_model_<call>() at its end gives the answer or has the effect.
 *
 * What every host has besides its users: session 0 (services), console session 1 with nobody on it,
 * and the listener 65536. Acts on 0 and 65536 fail with 5, on the empty console with 5023.
 *
 * Codes:     absent id 7022; an act on a session that is already closing 7007; disconnecting a
 * session that is already disconnected 5023 ERROR_INVALID_STATE (Windows' code varies);
 * disconnecting the console 7041; an effect whose state line could not be kept 112; no memory 8. 0
 * is possible: a fault can ask for it.
 * Threads:   one thread at a time; session_sim.h adds a lock.
 * Errors:    0, or -1 with *reterr_code, a GetLastError code; the call then had no effect.
 */
#ifndef RDSWEEP_SIM_MODEL_H
#define RDSWEEP_SIM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session_api.h"
#include "sim_scenario.h"
#include "sim_state.h"

#define SIM_LISTENER_ID 65536u
#define SIM_FOREVER	INT64_MAX

struct sim_model;

struct sim_model_options {
	const struct sim_scenario *scenario; /* kept */
	/* The fleet's start, from which `leaves_after_ms` counts. With a sink or replayed lines it
	 * is the time of the first line instead, as soon as there is one: so that a later process
	 * counts from the same moment. */
	int64_t start_ms;
	/* Keeps one state line (len bytes with its newline) for good; non-zero: it could not. NULL:
	 * nothing is kept. */
	int (*sink)(void *ctx, const char *line, size_t len);
	void *sink_ctx; /* kept */
};

/* 0, or -1 when memory is short. */
int sim_model_create(struct sim_model **ret, const struct sim_model_options *options);
void sim_model_free(struct sim_model *model); /* NULL is fine */

/* Restores the effect of one line that was kept. Call it before anything else, with the lines in
 * their order. 0, or -1 with what is wrong with the line. Effects on an identity that came from
 * `swap_user` restore the swap as well. */
int sim_model_replay(struct sim_model *model, const char *line, size_t len,
		     char reterr_message[SIM_EVENT_MESSAGE_SIZE]);

/* The same for all the lines of a file. A last line without its newline is torn: it is left out. */
struct sim_replay {
	size_t lines;	  /* replayed; after an error: the number of the bad line, from 1 */
	size_t sound_len; /* bytes up to which the file is sound: cut it there before lines are
			     appended */
	bool torn;	  /* sound_len is not the end: the note to give */
	char message[SIM_EVENT_MESSAGE_SIZE]; /* after an error */
};
int sim_model_replay_all(struct sim_model *model, const char *bytes, size_t len,
			 struct sim_replay *ret_or_err);

/* The number of a host, by its name in any case; every name is a host. Stable for the model's life.
 * 0, or -1 when memory is short. */
int sim_model_host(struct sim_model *model, const char *name, uint32_t *ret_host);

/* What is known of a call at its start. */
struct sim_step {
	int64_t latency_us;	       /* jitter and delay included */
	const struct sim_fault *fault; /* the one that hits this call; NULL: none */
	bool hang;		       /* it never returns */
};

/* Starts a call: counts it, and the fault's `times`. `session_id` only for calls on a session. The
 * jitter follows from seed, host, call, session and the number of such calls on the host before:
 * not from what other hosts do. */
void sim_model_plan(struct sim_model *model, uint32_t host, enum sim_call call, uint32_t session_id,
		    int64_t now_ms, struct sim_step *ret);

/* One session at one time. Texts are never NULL and live as long as the view does and the scenario
 * is there; a view cannot be copied. */
struct sim_view {
	uint32_t id;
	enum session_state state;
	const char *station;
	const char *domain;
	const char *user;
	const char *client;
	const char *vm;
	const char *farm;
	int64_t logon_at_ms; /* UTC_UNKNOWN */
	int64_t idle_s;	     /* -1 unknown */
	int64_t until_ms;    /* when it will be gone, as far as is known; SIM_FOREVER */
	bool closing;	     /* a logoff was accepted */
	char user_text[SESSION_TEXT_SIZE]; /* private */
	char station_text[24];		   /* private */
	char client_text[24];		   /* private */
};

/* Non-zero stops and is returned. */
typedef int (*sim_model_row)(void *ctx, const struct sim_view *view);

/* How many sessions a host can have at most at this moment: room for a list. */
size_t sim_model_session_bound(const struct sim_model *model, uint32_t host);

/* Ends of calls. `step` is what sim_model_plan() gave; a hanging call must not be ended. */
int sim_model_open(struct sim_model *model, uint32_t host, const struct sim_step *step,
		   int64_t now_ms, uint32_t *reterr_code);
/* Rows come ascending by id. -1 also where `row` returned non-zero (*reterr_code 8). */
int sim_model_enumerate(struct sim_model *model, uint32_t host, const struct sim_step *step,
			int64_t now_ms, sim_model_row row, void *ctx, uint32_t *reterr_code);
int sim_model_query(struct sim_model *model, uint32_t host, uint32_t id,
		    const struct sim_step *step, int64_t now_ms, struct sim_view *ret_view,
		    uint32_t *reterr_code);
/* *ret_until_ms: when the session will be gone; SIM_FOREVER where the fault ignores the logoff. */
int sim_model_logoff(struct sim_model *model, uint32_t host, uint32_t id,
		     const struct sim_step *step, int64_t now_ms, int64_t *ret_until_ms,
		     uint32_t *reterr_code);
int sim_model_disconnect(struct sim_model *model, uint32_t host, uint32_t id,
			 const struct sim_step *step, int64_t now_ms, uint32_t *reterr_code);
/* `text` is for the state's line; NULL: it does not tell. */
int sim_model_message(struct sim_model *model, uint32_t host, uint32_t id, const char *text,
		      const struct sim_step *step, int64_t now_ms, uint32_t *reterr_code);
int sim_model_drain_get(struct sim_model *model, uint32_t host, const struct sim_step *step,
			int64_t now_ms, enum session_drain *ret_drain, uint32_t *reterr_code);
int sim_model_drain_set(struct sim_model *model, uint32_t host, const struct sim_step *step,
			int64_t now_ms, enum session_drain drain, uint32_t *reterr_code);

/* The truth, for tests and checks of reports: the sessions at `t_ms`, without any fault. It counts
 * as a look: users who left or came back by then are recorded. 0, -1 with *reterr_code, or what
 * `row` returned. */
int sim_model_sessions_at(struct sim_model *model, uint32_t host, int64_t t_ms, sim_model_row row,
			  void *ctx, uint32_t *reterr_code);

#endif
