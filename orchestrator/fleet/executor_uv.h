/*
 * executor_uv.h - the real executor: libuv's loop, pool, TCP and clocks.
 *
 * libuv starts its whole pool at first use and aborts the process when a thread cannot be started,
 * so the limit is tried first. The pool's size can only be chosen once per process.
 */
#ifndef RDSWEEP_EXECUTOR_UV_H
#define RDSWEEP_EXECUTOR_UV_H

#include "executor.h"

#include <uv.h>

#define EXECUTOR_UV_MAX_THREADS 1024 /* libuv's own limit */

/* How many of `wanted` threads this process can start right now (they are started, counted and
 * ended), less a few that others will need. */
unsigned executor_uv_try_threads(unsigned wanted);

/* `loop` is kept and not closed by us; `threads` is what the pool is set to
 * (UV_THREADPOOL_SIZE). NULL when memory is short. */
struct executor *executor_uv_create(uv_loop_t *loop, unsigned threads);

/* Lets workers that sleep for ever (a simulated hang) go, for tests that end with a clean loop:
 * their sleep returns false. */
void executor_uv_release_sleepers(struct executor *executor);

#endif
