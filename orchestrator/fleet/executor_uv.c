/* executor_uv.c - see executor_uv.h. */
#include "executor_uv.h"

#include "pool_park.h"
#include "probe.h"

#include <assert.h>
#include <stdlib.h>

/* Of a pool that is not larger no thread is parked: waking one only when it is needed costs more than it saves. */
#define KEEP_FREE 128

/* Where workers sleep: a few places instead of one, so that hundreds of sleepers do not meet at
 * one lock. */
#define BEDS 32
struct bed {
	uv_mutex_t mutex;
	uv_cond_t wake;
	bool released; /* whoever sleeps for ever may go */
};

struct uv_call;

struct uv_executor {
	struct executor head;
	uv_loop_t *loop;
	uv_timer_t timer; /* wakes the loop for the earliest timer of the heap */
	uv_check_t check; /* runs due timers, after the results of completed calls */
	uv_idle_t idle;	  /* keeps the poll between the two from blocking */
	unsigned threads;
	/* One for each thread, and there are never more calls out: a call can always be made, also
	 * the one that closes a connection when memory is short. */
	struct uv_call *calls, *free_calls;
	unsigned calls_out, lookups_out;
	struct probe_keeper probes;
	struct pool_park park; /* of the pool's threads those that are not needed yet */
	unsigned handles_open;
	struct bed beds[BEDS];
};

struct uv_call {
	uv_work_t work;
	struct exec_call *call;
	struct uv_executor *executor;
	struct uv_call *next_free;
};

/* A simulated probe: its answer after a while. */
struct uv_script {
	struct exec_timer timer;
	struct exec_probe *probe;
	struct uv_executor *executor;
	enum exec_probe_result result;
};

static int64_t uv_side_now_us(const struct executor *executor)
{
	(void)executor;
	return (int64_t)(uv_hrtime() / 1000);
}

static int64_t wall_now_ms(void)
{
	uv_timeval64_t now;

	if (uv_gettimeofday(&now) < 0)
		return 0;
	return now.tv_sec * 1000 + now.tv_usec / 1000;
}

static int64_t uv_side_wall_ms(const struct executor *executor)
{
	(void)executor;
	return wall_now_ms();
}

static int64_t clock_now_us(void *ctx)
{
	(void)ctx;
	return (int64_t)(uv_hrtime() / 1000);
}

static int64_t clock_wall_ms(void *ctx)
{
	(void)ctx;
	return wall_now_ms();
}

static struct bed *choose_bed(struct uv_executor *executor)
{
	/* Every thread has its own stack: its address is as good as a number for the thread. */
	int here;
	uintptr_t place = (uintptr_t)&here;

	return &executor->beds[(place >> 12 ^ place >> 20) % BEDS];
}

static bool clock_sleep_us(void *ctx, int64_t us)
{
	struct bed *bed = choose_bed(ctx);
	int64_t until_us = clock_now_us(ctx) + (us == SESSION_SLEEP_FOREVER ? 0 : us);
	bool released;

	uv_mutex_lock(&bed->mutex);
	while (!bed->released) {
		int64_t left_us = until_us - clock_now_us(ctx);

		if (us == SESSION_SLEEP_FOREVER)
			uv_cond_wait(&bed->wake, &bed->mutex);
		else if (left_us <= 0)
			break;
		else
			(void)uv_cond_timedwait(&bed->wake, &bed->mutex, (uint64_t)left_us * 1000);
	}
	released = bed->released;
	uv_mutex_unlock(&bed->mutex);
	return !released;
}

static void work_cb(uv_work_t *work)
{
	struct exec_call *call = ((struct uv_call *)work->data)->call;

	call->work(call);
}

static void after_work_cb(uv_work_t *work, int status)
{
	struct uv_call *uv_call = work->data;
	struct exec_call *call = uv_call->call;
	struct uv_executor *executor = uv_call->executor;

	(void)status; /* UV_ECANCELED cannot be: nothing is cancelled */
	executor->calls_out--;
	uv_call->next_free = executor->free_calls;
	executor->free_calls = uv_call;
	call->done(call);
}

static int uv_side_call(struct executor *executor, struct exec_call *call)
{
	struct uv_executor *self = (struct uv_executor *)executor;
	struct uv_call *uv_call = self->free_calls;

	/* The ledger of seats keeps this true: nothing may ever queue inside libuv. */
	assert(uv_call && self->calls_out < self->threads);
	uv_call->call = call;
	uv_call->executor = self;
	uv_call->work.data = uv_call;
	pool_park_need(&self->park, self->calls_out + 1 + self->lookups_out);
	if (uv_queue_work(self->loop, &uv_call->work, work_cb, after_work_cb) < 0)
		return -1;
	self->free_calls = uv_call->next_free;
	self->calls_out++;
	return 0;
}

static void script_fire(struct exec_timer *timer)
{
	struct uv_script *script = (struct uv_script *)timer;
	struct exec_probe *probe = script->probe;
	enum exec_probe_result result = script->result;

	script->executor->probes.probes_out--;
	free(script);
	probe->done(probe, result);
	probe->released(probe);
}

static int play_script(struct uv_executor *self, struct exec_probe *probe)
{
	struct uv_script *script = calloc(1, sizeof(*script));
	int64_t timeout_us = probe->timeout_ms * 1000;
	int64_t after_us = probe->script.after_us;

	if (!script)
		return -1;
	script->timer.fire = script_fire;
	probe->executor_data = script;
	script->probe = probe;
	script->executor = self;
	script->result = probe->script.result == SESSION_PROBE_REFUSED ? EXEC_PROBE_REFUSED
								       : EXEC_PROBE_CONNECTED;
	if (probe->script.result == SESSION_PROBE_SILENT || after_us > timeout_us) {
		script->result = EXEC_PROBE_SILENT;
		after_us = timeout_us;
	}
	if (exec_timer_set(&self->head, &script->timer, uv_side_now_us(&self->head) + after_us) <
	    0) {
		free(script);
		return -1;
	}
	self->probes.probes_out++;
	return 0;
}

static void looks_up(struct probe_keeper *keeper, int by)
{
	struct uv_executor *self =
		(struct uv_executor *)(void *)((char *)keeper -
					       offsetof(struct uv_executor, probes));

	self->lookups_out += (unsigned)by;
	pool_park_need(&self->park, self->calls_out + self->lookups_out);
}

static int uv_side_probe(struct executor *executor, struct exec_probe *probe)
{
	struct uv_executor *self = (struct uv_executor *)executor;

	if (probe->scripted)
		return play_script(self, probe);
	return probe_start(self->loop, probe, &self->probes);
}

static void uv_side_probe_cancel(struct executor *executor, struct exec_probe *probe)
{
	struct uv_script *script = probe->executor_data;

	if (!probe->scripted) {
		probe_cancel(probe);
		return;
	}
	exec_timer_stop(executor, &script->timer);
	script->executor->probes.probes_out--;
	free(script);
	probe->released(probe);
}

static void idle_cb(uv_idle_t *idle)
{
	(void)idle;
}

static void timer_cb(uv_timer_t *timer)
{
	/* Not here: libuv runs its timers before it reads what came back. The check comes after. */
	(void)uv_idle_start(&((struct uv_executor *)timer->data)->idle, idle_cb);
}

static void uv_side_rearm(struct executor *executor)
{
	struct uv_executor *self = (struct uv_executor *)executor;
	const struct exec_timer *first = exec_timer_first(executor);
	int64_t left_us;

	if (!first) {
		(void)uv_timer_stop(&self->timer);
		return;
	}
	left_us = first->due_us - uv_side_now_us(executor);
	uv_update_time(self->loop);
	(void)uv_timer_start(&self->timer, timer_cb,
			     left_us <= 0 ? 0 : (uint64_t)(left_us + 999) / 1000, 0);
}

static void check_cb(uv_check_t *check)
{
	struct uv_executor *self = check->data;
	int64_t now_us = uv_side_now_us(&self->head);
	const struct exec_timer *first = exec_timer_first(&self->head);
	bool due = first && first->due_us <= now_us;

	(void)uv_idle_stop(&self->idle);
	if (due)
		exec_timers_fire(&self->head, now_us);
	if (due || !uv_is_active((uv_handle_t *)&self->timer))
		uv_side_rearm(&self->head);
}

static int uv_side_run(struct executor *executor)
{
	struct uv_executor *self = (struct uv_executor *)executor;
	int status;

	uv_side_rearm(executor);
	status = uv_run(self->loop, UV_RUN_DEFAULT);
	return status < 0 ? -1 : 0;
}

static void uv_side_stop(struct executor *executor)
{
	uv_stop(((struct uv_executor *)executor)->loop);
}

static void closed_cb(uv_handle_t *handle)
{
	((struct uv_executor *)handle->data)->handles_open--;
}

static void remove_beds(struct uv_executor *self, unsigned count)
{
	while (count--) {
		uv_cond_destroy(&self->beds[count].wake);
		uv_mutex_destroy(&self->beds[count].mutex);
	}
}

static int make_beds(struct uv_executor *self)
{
	for (unsigned i = 0; i < BEDS; i++) {
		bool mutex = uv_mutex_init(&self->beds[i].mutex) == 0;

		if (mutex && uv_cond_init(&self->beds[i].wake) == 0)
			continue;
		if (mutex)
			uv_mutex_destroy(&self->beds[i].mutex);
		remove_beds(self, i);
		return -1;
	}
	return 0;
}

static bool uv_side_destroy(struct executor *executor)
{
	struct uv_executor *self = (struct uv_executor *)executor;

	/* Sockets that were cancelled close within a turn of the loop; what is held by a worker
	 * does not. */
	for (int turn = 0; turn < 3 && self->probes.probes_out; turn++)
		(void)uv_run(self->loop, UV_RUN_NOWAIT);
	if (self->calls_out || self->probes.probes_out)
		return false;
	uv_close((uv_handle_t *)&self->timer, closed_cb);
	uv_close((uv_handle_t *)&self->check, closed_cb);
	uv_close((uv_handle_t *)&self->idle, closed_cb);
	while (self->handles_open)
		(void)uv_run(self->loop, UV_RUN_NOWAIT);
	pool_park_release(&self->park);
	remove_beds(self, BEDS);
	exec_head_release(executor);
	free(self->calls);
	free(self);
	return true;
}

static const struct exec_ops uv_ops = {
	uv_side_now_us, uv_side_wall_ms, uv_side_call, uv_side_probe,	uv_side_probe_cancel,
	uv_side_rearm,	uv_side_run,	 uv_side_stop, uv_side_destroy,
};

/* Everything that may fail. */
static struct uv_executor *allocate(unsigned threads)
{
	struct uv_executor *self = calloc(1, sizeof(*self));
	struct uv_call *calls = calloc(threads, sizeof(*calls));

	if (!self || !calls || make_beds(self) < 0) {
		free(calls);
		free(self);
		return NULL;
	}
	self->calls = calls;
	for (unsigned i = 0; i < threads; i++) {
		calls[i].next_free = self->free_calls;
		self->free_calls = &calls[i];
	}
	return self;
}

struct executor *executor_uv_create(uv_loop_t *loop, unsigned threads)
{
	struct uv_executor *self = allocate(threads);

	if (!self)
		return NULL;
	self->head.ops = &uv_ops;
	self->head.clock =
		(struct session_clock){ self, clock_now_us, clock_wall_ms, clock_sleep_us };
	self->loop = loop;
	self->threads = threads;
	self->probes.looks_up = looks_up;
	pool_park_init(&self->park, threads, KEEP_FREE);
	self->handles_open = 3;
	(void)uv_timer_init(loop, &self->timer);
	(void)uv_check_init(loop, &self->check);
	(void)uv_idle_init(loop, &self->idle);
	self->timer.data = self->check.data = self->idle.data = self;
	(void)uv_check_start(&self->check, check_cb);
	uv_unref((uv_handle_t *)&self->check); /* alone it is nothing to wait for */
	return &self->head;
}

void executor_uv_release_sleepers(struct executor *executor)
{
	struct uv_executor *self = (struct uv_executor *)executor;

	for (unsigned i = 0; i < BEDS; i++) {
		uv_mutex_lock(&self->beds[i].mutex);
		self->beds[i].released = true;
		uv_cond_broadcast(&self->beds[i].wake);
		uv_mutex_unlock(&self->beds[i].mutex);
	}
}

static void parked(void *gate)
{
	uv_sem_wait(gate);
}

unsigned executor_uv_try_threads(unsigned wanted)
{
	uv_thread_t *threads;
	uv_sem_t gate;
	unsigned started = 0;

	if (wanted > EXECUTOR_UV_MAX_THREADS)
		wanted = EXECUTOR_UV_MAX_THREADS;
	threads = malloc(wanted * sizeof(*threads));
	if (!threads || uv_sem_init(&gate, 0) < 0) {
		free(threads);
		return 0;
	}
	while (started < wanted && uv_thread_create(&threads[started], parked, &gate) == 0)
		started++;
	for (unsigned i = 0; i < started; i++)
		uv_sem_post(&gate);
	for (unsigned i = 0; i < started; i++)
		(void)uv_thread_join(&threads[i]);
	uv_sem_destroy(&gate);
	free(threads);
	/* Where the limit was met, leave some for the rest of the program. */
	return started < wanted ? started - started / 8 : started;
}
