/*
 * probe.h - does anything answer on this TCP port? On the loop, without a worker.
 *
 * A name is looked up first (libuv does that on a pool thread, the only one a probe ever takes);
 * then IPv6 and IPv4 are raced as RFC 8305 (Happy Eyeballs) has it: the next address is tried 250
 * ms after the one before, or at once when that failed. The first that connects wins; nothing is
 * ever sent.
 * Threads:   loop thread.
 */
#ifndef RDSWEEP_PROBE_H
#define RDSWEEP_PROBE_H

#include "executor.h"

#include <uv.h>

/* Whoever keeps probes, and counts what they take. */
struct probe_keeper {
	unsigned probes_out; /* from the start of one until it is released */
	/* A look-up is about to take a thread of the pool (1), or has given it back (-1). */
	void (*looks_up)(struct probe_keeper *keeper, int by);
};

/* Starts it; `probe` as executor.h says. `keeper` outlives it. 0, -1 when memory is short. */
int probe_start(uv_loop_t *loop, struct exec_probe *probe, struct probe_keeper *keeper);

/* Ends a probe that is not done: only released() follows. */
void probe_cancel(struct exec_probe *probe);

#endif
