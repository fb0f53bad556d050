/* pool_park.c - see pool_park.h. */
#include "pool_park.h"

#include <assert.h>
#include <stdlib.h>

static void wait_at_the_gate(uv_work_t *work)
{
	uv_sem_wait(&((struct pool_park *)work->data)->gate);
}

static void has_gone(uv_work_t *work, int status)
{
	(void)work;
	(void)status;
}

static int make_room(struct pool_park *park, unsigned count)
{
	park->works = calloc(count, sizeof(*park->works));
	if (!park->works)
		return -1;
	if (uv_loop_init(&park->loop) < 0) {
		free(park->works);
		return -1;
	}
	if (uv_sem_init(&park->gate, 0) == 0)
		return 0;
	(void)uv_loop_close(&park->loop);
	free(park->works);
	return -1;
}

void pool_park_init(struct pool_park *park, unsigned threads, unsigned keep_free)
{
	unsigned spare = threads > keep_free ? threads - keep_free : 0;

	assert(keep_free);
	*park = (struct pool_park){ .free = threads };
	if (!spare || make_room(park, spare) < 0)
		return;
	park->ready = true;
	for (unsigned i = 0; i < spare; i++) {
		park->works[i].data = park;
		if (uv_queue_work(&park->loop, &park->works[i], wait_at_the_gate, has_gone) < 0)
			break;
		park->parked++;
		park->free--;
	}
}

void pool_park_need(struct pool_park *park, unsigned busy)
{
	for (; park->free < busy && park->parked; park->parked--, park->free++)
		uv_sem_post(&park->gate);
}

void pool_park_release(struct pool_park *park)
{
	int status;

	if (!park->ready)
		return;
	pool_park_need(park, park->free + park->parked);
	(void)uv_run(&park->loop, UV_RUN_DEFAULT);
	status = uv_loop_close(&park->loop);
	assert(status == 0);
	(void)status;
	uv_sem_destroy(&park->gate);
	free(park->works);
	park->ready = false;
}
