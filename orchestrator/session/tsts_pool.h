/*
 * tsts_pool.h - the connectors of a run: who has which, who gets one, and who has to give one up.
 *
 * A *lease* is a host's claim on a connector. It has one from its first question until it ends, or
 * until another lease wants it: connectors that are not being asked anything right now go, oldest
 * first, to whoever needs one, as soon as there are as many as the pool was made for. So their
 * number follows the calls in flight and not the hosts that wait.
 *
 * Usage:     tsts_pool_begin() gives the lease a connector and tells whether it is a fresh one for
 *            it; questions; tsts_pool_end(). tsts_pool_drop() at the end of the lease.
 * Threads:   any; one lease is used by one thread at a time, but for tsts_pool_abandon().
 */
#ifndef RDSWEEP_TSTS_POOL_H
#define RDSWEEP_TSTS_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "tsts_child.h"

/* A connector. The fields belong to whoever is asking. */
struct tsts_connector {
	struct tsts_child *child;
	uint32_t sequence; /* of the last question */
	bool greeted;	   /* HELLO is over */
	bool owes;	   /* it was told something, and its answer is still to come */
	bool used;	   /* it has served another lease before */
	struct tsts_connector *next;
};

/* Zeroed; all private. */
struct tsts_lease {
	struct tsts_connector *connector;
	bool asking;
	bool abandoned;
	bool held;			/* not to be taken away between two questions */
	struct tsts_lease *prev, *next; /* those that have one and are not asking, oldest first */
};

struct tsts_pool {
	const char *program; /* borrowed */
	unsigned wanted;     /* as many may wait for work */
	pthread_mutex_t mutex;
	unsigned live;
	struct tsts_connector *idle;
	struct tsts_lease *oldest, *newest;
};

/* 0, or an errno. */
int tsts_pool_init(struct tsts_pool *pool, const char *program, unsigned wanted);
/* After every lease was dropped. */
void tsts_pool_release(struct tsts_pool *pool);

enum tsts_pool_result {
	TSTS_POOL_KEPT, /* the same connector as at its last question */
	TSTS_POOL_NEW,	/* another one: what the last one knew is gone */
	TSTS_POOL_ABANDONED,
	TSTS_POOL_NONE /* none can be started: *reterr_errno */
};
enum tsts_pool_result tsts_pool_begin(struct tsts_pool *pool, struct tsts_lease *lease,
				      int *reterr_errno);
/* The same where the lease still has its connector; else false, and nothing has begun. */
bool tsts_pool_begin_kept(struct tsts_pool *pool, struct tsts_lease *lease);
/* The question is over. `broken`: the connector is of no more use. */
void tsts_pool_end(struct tsts_pool *pool, struct tsts_lease *lease, bool broken);

/* While `held` its connector is not given to another lease. */
void tsts_pool_hold(struct tsts_pool *pool, struct tsts_lease *lease, bool held);

/* The lease is over; its connector goes to the next one. Not while it is asking. */
void tsts_pool_drop(struct tsts_pool *pool, struct tsts_lease *lease);

/* Ends the connector that the lease is asking, and every later question of it. */
void tsts_pool_abandon(struct tsts_pool *pool, struct tsts_lease *lease);

/* Whether it was abandoned. */
bool tsts_pool_is_abandoned(struct tsts_pool *pool, const struct tsts_lease *lease);

unsigned tsts_pool_live(struct tsts_pool *pool);

#endif
