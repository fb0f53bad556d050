/*
 * executor.h - time, timers, blocking calls and TCP probes, as the engine sees them.
 *
 * Two sides: executor_uv.c on libuv for real runs, executor_virtual.c where time is a number and
 * nothing sleeps. The engine takes time only from here.
 *
 * Threads:   everything is called on, and calls back on, the loop thread; only exec_call.work runs
 *            on a pool worker.
 * Order:     timers that are due are run after the results of completed calls were delivered, so
 *            that a busy loop never turns a call that came back in time into a timeout. Timers due
 *            at the same time run in the order in which they were set.
 * Callbacks: never from inside the function that started the work, always from executor_run().
 * Ownership: timers, calls and probes belong to the caller and stay where they are from their start
 *            to their last callback.
 */
#ifndef RDSWEEP_EXECUTOR_H
#define RDSWEEP_EXECUTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session_api.h"

struct executor;

/* Zero it before first use. The fields are private, but for `fire`. */
struct exec_timer {
	void (*fire)(struct exec_timer *timer);
	int64_t due_us;
	uint64_t order;
	size_t place; /* in the heap, from 1; 0: not set */
};

/* A blocking call. It cannot be cancelled: until done() it owns a pool thread and its own
 * memory. */
struct exec_call {
	void (*work)(struct exec_call *call); /* pool worker; sees this block and nothing else */
	void (*done)(struct exec_call *call); /* loop thread, once; may free the block */
	void *executor_data;		      /* private */
};

enum exec_probe_result {
	EXEC_PROBE_CONNECTED,
	EXEC_PROBE_REFUSED,
	EXEC_PROBE_SILENT, /* still nothing after timeout_ms */
	EXEC_PROBE_FAILED, /* no route, ... */
	EXEC_PROBE_NAME_UNKNOWN
};

/* Whether anything answers on a TCP port. */
struct exec_probe {
	const char *address; /* name or literal; kept until `released` */
	uint16_t port;
	int64_t timeout_ms;
	bool scripted; /* play `script` instead of using the network */
	struct session_probe_script script;
	void (*done)(struct exec_probe *probe, enum exec_probe_result result); /* once */
	/* Once, where exec_probe_needs_lookup(): the look-up does not hold its pool thread any
	 * more. May be NULL. */
	void (*looked_up)(struct exec_probe *probe);
	/* Once, at the same time or later: nothing refers to the probe any more; may free it. A
	 * name look-up cannot be cancelled and holds a pool thread until then. */
	void (*released)(struct exec_probe *probe);
	void *executor_data; /* private */
};

struct exec_ops {
	int64_t (*now_us)(const struct executor *executor);  /* monotonic */
	int64_t (*wall_ms)(const struct executor *executor); /* UTC */
	/* 0, -1 when memory is short: not on the real side, which has what it takes before */
	int (*call)(struct executor *executor, struct exec_call *call);
	/* 0, -1 when memory is short */
	int (*probe)(struct executor *executor, struct exec_probe *probe);
	void (*probe_cancel)(struct executor *executor, struct exec_probe *probe);
	void (*rearm)(struct executor *executor); /* the earliest timer has changed */
	/* until executor_stop() or nothing is left to wait for */
	int (*run)(struct executor *executor);
	void (*stop)(struct executor *executor);
	bool (*destroy)(struct executor *executor);
};

/* The common head of both sides. */
struct executor {
	const struct exec_ops *ops;
	struct session_clock clock; /* for backends; valid on every worker */
	struct exec_timer **heap;   /* private */
	size_t heap_count, heap_cap;
	uint64_t next_order;
};

int64_t exec_now_us(const struct executor *executor);
int64_t exec_wall_ms(const struct executor *executor);

/* Makes room for so many timers more than are set now: setting those cannot fail. 0, -1 when memory
 * is short. */
int exec_timer_reserve(struct executor *executor, size_t more);
/* Sets (or moves) a timer. 0, -1 when memory is short: the timer is then not set. */
int exec_timer_set(struct executor *executor, struct exec_timer *timer, int64_t due_us);
void exec_timer_stop(struct executor *executor, struct exec_timer *timer); /* not set: fine */

int exec_call(struct executor *executor, struct exec_call *call);
int exec_probe(struct executor *executor, struct exec_probe *probe);
/* Only while it is not done: done() is not called any more, released() is, now or later. */
void exec_probe_cancel(struct executor *executor, struct exec_probe *probe);
/* True where probing this address takes a pool thread for a name look-up. */
bool exec_probe_needs_lookup(const struct exec_probe *probe);

/* 0; -1 when the loop itself failed. */
int exec_run(struct executor *executor);
void exec_stop(struct executor *executor);

/* True: everything has come back and was freed. False: calls are still held by workers; the process
 * has to be ended without waiting for them (platform: end_now), and the executor is left as it is.
 */
bool exec_destroy(struct executor *executor);

/* Between the two sides: the earliest timer, or NULL; and running all that are due at `now_us`. */
struct exec_timer *exec_timer_first(const struct executor *executor);
void exec_timers_fire(struct executor *executor, int64_t now_us);
void exec_head_release(struct executor *executor);

#endif
