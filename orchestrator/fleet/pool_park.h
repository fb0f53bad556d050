/*
 * pool_park.h - threads of libuv's pool that are not needed yet, kept away from its queue.
 *
 * libuv wakes its idle threads in turn. Of a pool that has a reserve for calls that are left behind, each call would then wake
 * another thread, long cold, and cost more the larger the reserve is. So threads wait here, each in a piece of work of its own,
 * until so many are busy that the next one is needed; it then stays.
 *
 * Threads: loop thread.
 */
#ifndef RDSWEEP_POOL_PARK_H
#define RDSWEEP_POOL_PARK_H

#include <stdbool.h>

#include <uv.h>

struct pool_park {
	uv_loop_t loop; /* of its own, as the works would keep another one running */
	uv_sem_t gate;
	uv_work_t *works;
	unsigned parked; /* threads that wait at the gate, or are on their way to it */
	unsigned free;	 /* threads that serve libuv's queue */
	bool ready;
};

/* For a pool of `threads`: all but `keep_free` (at least one) are parked. Where memory or descriptors are short none is, which
 * is as good, only slower. */
void pool_park_init(struct pool_park *park, unsigned threads, unsigned keep_free);

/* That many threads are about to be busy: none of their works may wait for a thread that is parked. */
void pool_park_need(struct pool_park *park, unsigned busy);

/* Lets all go, and waits until they have: at once, as nothing else is in their way. */
/* Twice is fine. */
void pool_park_release(struct pool_park *park);

#endif
