/*
 * meter.h - what the engine's calls are: put between the engine and its executor, it keeps every
 * call with its sleeps.
 *
 * Usage:     meter_attach() right after the executor was made; give `clock` to the backend;
 *            meter_mark() when the run is over; meter_sum() and meter_write() once every worker is
 *            back.
 * Threads:   workers write one slot each; all functions here are for the loop thread. One meter a
 *            process.
 * Cost:      a counter and 24 bytes a call.
 */
#ifndef RDSWEEP_BENCH_METER_H
#define RDSWEEP_BENCH_METER_H

#include <stdatomic.h>
#include <stdio.h>

#include "call.h"
#include "executor.h"

#define METER_SLEEPS_MAX 4 /* of one call: an act looks and then acts */

struct meter_call {
	uint32_t host; /* UINT32_MAX: of none any more */
	uint8_t kind;  /* enum call_kind */
	uint8_t sleeps;
	int32_t sleep_us[METER_SLEEPS_MAX];
};

struct meter {
	struct session_clock clock; /* the executor's, metered */
	struct meter_call *calls;   /* in the order in which workers began them */
	size_t cap;
	atomic_size_t count;
	size_t marked;
	int64_t *
		/* a host: when its connection was last closed, on the executor's clock; 0: never */
		closed_us;
	size_t host_count;
};

struct meter_sums {
	size_t calls, sleeps, dropped; /* dropped: came after the table was full */
	int64_t sleep_us;	       /* of all calls */
	size_t calls_of[CALL_KIND_COUNT];
	/* The longest that one host needs, whatever runs beside it: its calls one after the other,
	 * and the shortest wait before each look that verifies. */
	int64_t longest_chain_us;
};

/* 0, or -1 when memory is short. */
int meter_attach(struct meter *meter, struct executor *executor, size_t host_count);
void meter_release(struct meter *meter);

/* The run is over: calls begun later do not count. */
void meter_mark(struct meter *meter);
/* `interval_us`: the wait before a look that verifies. 0, or -1 when memory is short. */
int meter_sum(const struct meter *meter, int64_t interval_us, struct meter_sums *ret);
/* A line a call: its sleeps in microseconds, apart by blanks. 0, or -1. */
int meter_write(const struct meter *meter, FILE *file);

#endif
