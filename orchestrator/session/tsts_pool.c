/* tsts_pool.c - see tsts_pool.h. Processes are started and ended outside of the lock. */
#include "tsts_pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int tsts_pool_init(struct tsts_pool *pool, const char *program, unsigned wanted)
{
	*pool = (struct tsts_pool){ .program = program, .wanted = wanted ? wanted : 1 };
	return pthread_mutex_init(&pool->mutex, NULL);
}

static void lock(struct tsts_pool *pool)
{
	(void)pthread_mutex_lock(&pool->mutex);
}

static void unlock(struct tsts_pool *pool)
{
	(void)pthread_mutex_unlock(&pool->mutex);
}

static void connector_free(struct tsts_connector *connector)
{
	if (!connector)
		return;
	tsts_child_free(connector->child);
	free(connector);
}

static struct tsts_connector *connector_start(const char *program, int *reterr_errno)
{
	struct tsts_connector *connector = calloc(1, sizeof(*connector));

	if (!connector) {
		*reterr_errno = ENOMEM;
		return NULL;
	}
	connector->child = tsts_child_start(program, reterr_errno);
	if (!connector->child) {
		free(connector);
		return NULL;
	}
	return connector;
}

void tsts_pool_release(struct tsts_pool *pool)
{
	assert(!pool->oldest);
	while (pool->idle) {
		struct tsts_connector *connector = pool->idle;

		pool->idle = connector->next;
		connector_free(connector);
	}
	(void)pthread_mutex_destroy(&pool->mutex);
}

/* The functions named *_locked are called with the lock held. */

static void wait_locked(struct tsts_pool *pool, struct tsts_lease *lease)
{
	lease->next = NULL;
	lease->prev = pool->newest;
	if (pool->newest)
		pool->newest->next = lease;
	else
		pool->oldest = lease;
	pool->newest = lease;
}

static void unwait_locked(struct tsts_pool *pool, struct tsts_lease *lease)
{
	if (lease->prev)
		lease->prev->next = lease->next;
	else
		pool->oldest = lease->next;
	if (lease->next)
		lease->next->prev = lease->prev;
	else
		pool->newest = lease->prev;
	lease->prev = lease->next = NULL;
}

static struct tsts_connector *steal_locked(struct tsts_pool *pool)
{
	struct tsts_lease *victim = pool->oldest;
	struct tsts_connector *connector;

	while (victim && victim->held)
		victim = victim->next;
	if (!victim)
		return NULL;
	unwait_locked(pool, victim);
	connector = victim->connector;
	victim->connector = NULL;
	return connector;
}

/* One that has nothing to do, or is taken from who does not need it now; NULL: start one. */
static struct tsts_connector *find_locked(struct tsts_pool *pool)
{
	struct tsts_connector *connector = pool->idle;

	if (connector)
		pool->idle = connector->next;
	else if (pool->live >= pool->wanted)
		connector = steal_locked(pool);
	if (connector)
		connector->used = true;
	else
		pool->live++;
	return connector;
}

/* Gives it a connector that was started meanwhile. False: it was abandoned meanwhile. */
static bool give(struct tsts_pool *pool, struct tsts_lease *lease, struct tsts_connector *connector)
{
	bool wanted;

	lock(pool);
	wanted = connector && !lease->abandoned;
	if (wanted) {
		lease->connector = connector;
		lease->asking = true;
	} else {
		pool->live--;
	}
	unlock(pool);
	return wanted;
}

enum tsts_pool_result tsts_pool_begin(struct tsts_pool *pool, struct tsts_lease *lease,
				      int *reterr_errno)
{
	enum tsts_pool_result result = TSTS_POOL_NEW;
	struct tsts_connector *connector = NULL;

	lock(pool);
	if (lease->abandoned) {
		result = TSTS_POOL_ABANDONED;
	} else if (lease->connector) {
		unwait_locked(pool, lease);
		result = TSTS_POOL_KEPT;
	} else {
		connector = find_locked(pool);
		lease->connector = connector;
	}
	lease->asking = lease->connector != NULL && result != TSTS_POOL_ABANDONED;
	unlock(pool);
	if (result != TSTS_POOL_NEW || connector)
		return result;
	connector = connector_start(pool->program, reterr_errno);
	if (give(pool, lease, connector))
		return TSTS_POOL_NEW;
	result = connector ? TSTS_POOL_ABANDONED : TSTS_POOL_NONE;
	connector_free(connector);
	return result;
}

bool tsts_pool_begin_kept(struct tsts_pool *pool, struct tsts_lease *lease)
{
	bool kept;

	lock(pool);
	kept = lease->connector && !lease->abandoned;
	if (kept) {
		unwait_locked(pool, lease);
		lease->asking = true;
	}
	unlock(pool);
	return kept;
}

void tsts_pool_end(struct tsts_pool *pool, struct tsts_lease *lease, bool broken)
{
	struct tsts_connector *connector = NULL;

	lock(pool);
	lease->asking = false;
	if (broken || lease->abandoned) {
		connector = lease->connector;
		lease->connector = NULL;
		pool->live--;
	} else {
		wait_locked(pool, lease);
	}
	unlock(pool);
	connector_free(connector);
}

void tsts_pool_hold(struct tsts_pool *pool, struct tsts_lease *lease, bool held)
{
	lock(pool);
	lease->held = held;
	unlock(pool);
}

void tsts_pool_drop(struct tsts_pool *pool, struct tsts_lease *lease)
{
	struct tsts_connector *connector;

	lock(pool);
	connector = lease->connector;
	if (connector) {
		unwait_locked(pool, lease);
		lease->connector = NULL;
		if (pool->live <= pool->wanted) {
			connector->next = pool->idle;
			pool->idle = connector;
			connector = NULL;
		} else {
			pool->live--;
		}
	}
	unlock(pool);
	connector_free(connector);
}

void tsts_pool_abandon(struct tsts_pool *pool, struct tsts_lease *lease)
{
	lock(pool);
	lease->abandoned = true;
	if (lease->asking)
		tsts_child_kill(lease->connector->child);
	unlock(pool);
}

bool tsts_pool_is_abandoned(struct tsts_pool *pool, const struct tsts_lease *lease)
{
	bool abandoned;

	lock(pool);
	abandoned = lease->abandoned;
	unlock(pool);
	return abandoned;
}

unsigned tsts_pool_live(struct tsts_pool *pool)
{
	unsigned live;

	lock(pool);
	live = pool->live;
	unlock(pool);
	return live;
}
