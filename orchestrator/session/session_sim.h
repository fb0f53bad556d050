/*
 * session_sim.h - the simulated fleet behind the session port: sim_model.h with a clock, latencies,
 * hanging calls, a lock and a place to keep its state.
 *
 * Threads:   the backend may be called by any number of workers at once if `lock` is given. The
 * lock is held only while the model works (microseconds) and while a state line is kept, never
 * during a sleep.
 * Errors:    what a scenario's fault says; a call that was told not to come back
 * (session_clock.sleep_us() false, or a hang) ends with 995 ERROR_OPERATION_ABORTED and without any
 * effect.
 */
#ifndef RDSWEEP_SESSION_SIM_H
#define RDSWEEP_SESSION_SIM_H

#include <stddef.h>
#include <stdint.h>

#include "session_api.h"
#include "sim_model.h"
#include "sim_scenario.h"

struct session_sim_options {
	struct sim_scenario *scenario;	   /* takes */
	const struct session_clock *clock; /* kept */
	int64_t start_ms;		   /* UTC: when this fleet started, for `leaves_after_ms` */
	void (*lock)(void *ctx);	   /* both NULL: one thread only */
	void (*unlock)(void *ctx);
	void *lock_ctx; /* kept */
	/* Keeps one state line, newline included, under the lock. Non-zero: it could not, and the
	 * call fails with 112 ERROR_DISK_FULL and has no effect. NULL: nothing is kept. */
	int (*state_write)(void *ctx, const char *line, size_t len);
	void *state_ctx;	 /* kept */
	const char *state_bytes; /* borrowed: the lines that earlier processes kept; NULL: none */
	size_t state_len;
};

/* 0; or -1 and *ret_or_err says what is wrong with the state (its `message` is empty where memory
 * is short). On success it tells how much of the state is sound. */
int session_sim_create(struct session_backend **ret, const struct session_sim_options *options,
		       struct sim_replay *ret_or_err);

/* Of a backend made by session_sim_create() only. */

/* The operator, `DOMAIN\user`, as the scenario's `self` says; NULL where it does not. Lives as long
 * as the backend. */
const char *session_sim_self_user(const struct session_backend *backend);

/* sim_model_sessions_at() under the lock: the truth at `t_ms`. */
int session_sim_sessions_at(struct session_backend *backend, const char *host, int64_t t_ms,
			    sim_model_row row, void *ctx, uint32_t *reterr_code);
/* The same of a host's drain mode. */
int session_sim_drain_at(struct session_backend *backend, const char *host, int64_t t_ms,
			 enum session_drain *ret_drain, uint32_t *reterr_code);

#endif
