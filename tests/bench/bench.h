/*
 * bench.h - one case of the benchmark, run in a process of its own; tests/bench/run puts cases side
 * by side.
 *
 * Each prints one line of JSON to standard output. Times and costs are those from the first host's
 * start to the moment at which the record is complete (the last call's end, for the pool), without
 * the making of inputs.
 */
#ifndef RDSWEEP_BENCH_H
#define RDSWEEP_BENCH_H

#include <stdint.h>

#include "fleet.h"

struct bench_options {
	const char *hosts; /* file, a name a line */
	const char *sim;   /* file, a scenario */
	const char *
		/* file, a line of sleeps a call: the fleet writes it (NULL: not), the pool
		 * replays it */
		calls;
	enum fleet_command command;
	unsigned concurrency; /* calls in flight; threads of the bare pool */
	unsigned threads;     /* of the engine's pool; 0: as many as the program would take */
	int64_t call_timeout_ms, connect_timeout_ms;
	/* What the journal costs: nothing is metered, only time and CPU are told. */
	const char *journal; /* "none", or the file to keep it in; NULL: not this case */
	int64_t sync_ms;     /* added to each of its syncs */
	/* On the virtual executor, where time is a number: how large a fleet the engine and its
	 * record can bear. Nothing is metered. */
	bool virtual_time;
};

/* The engine on a simulated fleet. 0, or 2 with a line on standard error. */
int bench_fleet(const struct bench_options *options);

/* What is compared with it: libuv's pool alone, making the same calls. 0, or 2. */
int bench_pool(const struct bench_options *options);

/* What this process has used so far. */
struct bench_cost {
	int64_t wall_us; /* monotonic */
	int64_t cpu_us;	 /* user and system, all threads */
	int64_t peak_rss_kib;
};
void bench_cost_now(struct bench_cost *ret);

int bench_failed(const char *what); /* prints it; 2 */

#endif
