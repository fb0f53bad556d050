/* Threads that are kept away from libuv's queue come back when they are needed: none is lost to works. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "platform_process.h"
#include "pool_park.h"

#define THREADS 8

static uv_barrier_t all;
static unsigned came_back;

static void meet(uv_work_t *work)
{
	(void)work;
	(void)uv_barrier_wait(&all);
}

static void has_met(uv_work_t *work, int status)
{
	(void)work;
	assert_int_equal(status, 0);
	came_back++;
}

/* As many works as threads, which end only when all of them are on, each on a thread of its own. */
static void meet_once(struct pool_park *park, uv_loop_t *loop)
{
	uv_work_t works[THREADS];

	came_back = 0;
	assert_int_equal(uv_barrier_init(&all, THREADS), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		pool_park_need(park, i + 1);
		assert_int_equal(uv_queue_work(loop, &works[i], meet, has_met), 0);
	}
	assert_int_equal(uv_run(loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(came_back, THREADS);
	uv_barrier_destroy(&all);
}

static void park__works_for_every_thread__are_all_on_at_once(void **state)
{
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	for (unsigned keep_free = 1; keep_free <= THREADS + 1; keep_free++) {
		struct pool_park park;

		pool_park_init(&park, THREADS, keep_free);
		assert_int_equal(park.parked, keep_free < THREADS ? THREADS - keep_free : 0);
		meet_once(&park, &loop);
		assert_int_equal(park.parked, 0);
		meet_once(&park, &loop); /* whoever was needed stays */
		pool_park_release(&park);
	}
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void park__released_without_being_needed__lets_all_go(void **state)
{
	struct pool_park park;

	(void)state;
	for (int i = 0; i < 100; i++) {
		pool_park_init(&park, THREADS, 1);
		pool_park_need(&park, 3);
		assert_int_equal(park.free, 3);
		pool_park_release(&park);
		pool_park_release(&park); /* twice is fine */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(park__works_for_every_thread__are_all_on_at_once),
		cmocka_unit_test(park__released_without_being_needed__lets_all_go),
	};

	if (process_set_env("UV_THREADPOOL_SIZE", "8") < 0)
		return 1;
	return cmocka_run_group_tests_name("pool_park", tests, NULL, NULL);
}
