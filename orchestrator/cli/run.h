/*
 * run.h - what `sessions` and `logoff` have in common: everything from the options to the exit
 * code.
 *
 *   run.c          the order of things, and the end
 *   run_setup.c    inputs checked, threads counted
 *   run_backend.c  which backend, and the simulator's files
 *   run_record.c   what the report says of the run itself
 *   run_gate.c     the plan and the question
 *   run_signals.c  Ctrl-C and its relatives
 *
 * Threads: the loop thread; the writer has its own.
 */
#ifndef RDSWEEP_RUN_H
#define RDSWEEP_RUN_H

#include "fleet.h"
#include "fleet_input.h"
#include "options.h"
#include "prompt.h"
#include "record.h"
#include "run_backend.h"
#include "who.h"
#include "writer.h"

#include <uv.h>

#define RUN_SIGNAL_COUNT       3
#define RUN_WRITER_PATIENCE_MS 500 /* what a stalled terminal gets at the end */
#define RUN_CALLS_PATIENCE_MS  250 /* what calls get that were left behind */

struct run {
	const struct command_call *call;
	const struct options *options;
	struct fleet_input input;
	struct who who;
	struct run_backend backend;
	unsigned concurrency; /* calls in flight: what was asked for, as far as hosts and threads go
			       */
	unsigned threads;     /* of the pool */
	unsigned probes;      /* at once: what the limit of open files allows */
	uv_loop_t loop;
	struct executor *executor;
	struct rep_record record;
	struct fleet *fleet;
	struct writer *writer;
	struct prompt prompt;
	uv_signal_t signals[RUN_SIGNAL_COUNT];
	bool catching;
	bool plan_shown;
	uint32_t expected; /* the number that means yes */
};

/* Writes the results of a finished run to standard output: NULL, or a static text that says why it
 * could not. */
typedef const char *(*run_results)(const struct run *run);

/* Does it all: `options` are parsed. Returns the exit code, or ends the process where calls or the
 * terminal never come back. */
int run_fleet(const struct command_call *call, const struct options *options, run_results results);

/* run_setup.c: everything that can be found wrong before a host is contacted. 0, or the exit code
 * with the errors printed. */
int run_setup(struct run *run);

/* How many threads a fleet of `hosts` wants with so many calls in flight: a reserve stands in for
 * those that do not come back. *concurrency is cut to what the fleet can use. */
unsigned run_pool_size(size_t hosts, unsigned *concurrency);

/* run_record.c: fills the record's run section but for its end. 0, -1 when memory is short. */
int run_describe(struct run *run);

/* run_gate.c: the observer's slots, and the lines that also stand where nothing was asked. */
void run_gate(void *ctx, const struct fleet_plan *plan);
void run_show_patterns(struct run *run);

/* run_signals.c */
void run_signals_start(struct run *run);
void run_signals_stop(struct run *run); /* not started, or stopped before: fine */

#endif
