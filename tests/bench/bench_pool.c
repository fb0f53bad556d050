/* bench_pool.c - libuv's pool with nothing around it: so many calls in flight, and the next one
 * when one is back. */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

#include "executor_uv.h"
#include "platform_file.h"
#include "platform_process.h"

struct pool {
	uv_loop_t loop;
	struct executor *executor; /* only for its clock: the sleeps are to be the same */
	struct strbuf text;	   /* the calls */
	const char *next;
	int64_t calls, sleep_us;
	struct lane *lanes;
};

/* A place in the window. */
struct lane {
	uv_work_t work;
	struct pool *pool;
	const char *sleeps; /* the call's line */
};

static void work(uv_work_t *uv_work)
{
	struct lane *lane = uv_work->data;
	const struct session_clock *clock = &lane->pool->executor->clock;
	const char *at = lane->sleeps;

	while (*at != '\n') {
		char *end;
		long long us = strtoll(at, &end, 10);

		(void)clock->sleep_us(clock->ctx, us);
		at = end + (*end == ' ');
	}
}

static void start_next(struct lane *lane);

static void after_work(uv_work_t *uv_work, int status)
{
	(void)status;
	start_next(uv_work->data);
}

static void start_next(struct lane *lane)
{
	struct pool *pool = lane->pool;

	if (!*pool->next)
		return;
	lane->sleeps = pool->next;
	while (*pool->next++ != '\n')
		continue;
	pool->calls++;
	(void)uv_queue_work(&pool->loop, &lane->work, work, after_work);
}

static bool is_sound(const struct strbuf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if ((text->data[i] < '0' || text->data[i] > '9') && text->data[i] != ' ' &&
		    text->data[i] != '\n')
			return false;
	return text->len && text->data[text->len - 1] == '\n';
}

static int64_t sum_sleeps(const char *at)
{
	int64_t sum = 0;

	while (*at) {
		char *end;

		if (*at == ' ' || *at == '\n') {
			at++;
			continue;
		}
		sum += strtoll(at, &end, 10);
		at = end;
	}
	return sum;
}

static void run(struct pool *pool, unsigned threads)
{
	struct bench_cost before, after;

	bench_cost_now(&before);
	for (unsigned i = 0; i < threads; i++) {
		pool->lanes[i].pool = pool;
		pool->lanes[i].work.data = &pool->lanes[i];
		start_next(&pool->lanes[i]);
	}
	(void)uv_run(&pool->loop, UV_RUN_DEFAULT);
	bench_cost_now(&after);
	printf("{\"wall_us\": %" PRId64 ", \"cpu_us\": %" PRId64 ", \"peak_rss_kib\": %" PRId64
	       ", \"calls\": %" PRId64 ", \"sleep_us\": %" PRId64 ", \"threads\": %u}\n",
	       after.wall_us - before.wall_us, after.cpu_us - before.cpu_us, after.peak_rss_kib,
	       pool->calls, pool->sleep_us, threads);
}

int bench_pool(const struct bench_options *options)
{
	struct pool pool = { 0 };
	char threads[16];
	const char *why;
	int code = 2;

	strbuf_init(&pool.text);
	(void)snprintf(threads, sizeof(threads), "%u", options->concurrency);
	if (process_set_env("UV_THREADPOOL_SIZE", threads) < 0 || uv_loop_init(&pool.loop) < 0)
		return bench_failed("out of memory");
	pool.executor = executor_uv_create(&pool.loop, 1); /* for its clock */
	pool.lanes = calloc(options->concurrency, sizeof(*pool.lanes));
	if (file_read(options->calls, &pool.text, &why) < 0) {
		(void)bench_failed(why);
	} else if (!is_sound(&pool.text)) {
		(void)bench_failed("expected lines of numbers");
	} else if (!pool.executor || !pool.lanes) {
		(void)bench_failed("out of memory");
	} else {
		pool.next = pool.text.data;
		pool.sleep_us = sum_sleeps(pool.text.data);
		run(&pool, options->concurrency);
		code = 0;
	}
	(void)exec_destroy(pool.executor);
	(void)uv_loop_close(&pool.loop);
	free(pool.lanes);
	strbuf_release(&pool.text);
	return code;
}
