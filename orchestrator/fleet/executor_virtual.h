/*
 * executor_virtual.h - the executor of tests: time is a number that jumps from event to event.
 *
 * A call's work runs at once, on the loop thread, on a clock of its own that starts at the present
 * and moves when the call sleeps; its result is delivered when virtual time gets there. A call that
 * sleeps for ever never comes back. Effects of a call that takes long are therefore computed early:
 * backends keep times with their effects (sim_model.h does).
 */
#ifndef RDSWEEP_EXECUTOR_VIRTUAL_H
#define RDSWEEP_EXECUTOR_VIRTUAL_H

#include "executor.h"

/* `wall_ms` is the time of day at the start. NULL when memory is short. */
struct executor *executor_virtual_create(int64_t wall_ms);

/* For tests: calls and probes that were started, and calls that are still out. */
struct executor_virtual_stats {
	uint64_t calls, probes;
	unsigned in_flight, in_flight_max;
};
struct executor_virtual_stats executor_virtual_stats(const struct executor *executor);

/* For tests of real (unscripted) probes: what each gets, in order of start; the default is
 * CONNECTED after 1 ms. */
typedef void (*executor_virtual_network)(void *ctx, const struct exec_probe *probe,
					 struct session_probe_script *ret_script);
void executor_virtual_set_network(struct executor *executor, executor_virtual_network network,
				  void *ctx);

#endif
