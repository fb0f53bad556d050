/* executor_virtual.c - see executor_virtual.h. */
#include "executor_virtual.h"

#include <stdlib.h>

/* A call or probe that will come back at a known time. */
struct pending {
	struct exec_timer timer;
	struct virtual_executor *executor;
	struct exec_call *call; /* or */
	struct exec_probe *probe;
	enum exec_probe_result result;
	struct pending *prev, *next; /* of all that are out, to free what never comes back */
};

struct virtual_executor {
	struct executor head;
	int64_t now_us;
	int64_t local_us;   /* the clock of the call whose work is being run */
	bool in_call, lost; /* `lost`: that call slept for ever */
	int64_t wall_start_ms;
	bool stopped;
	struct pending *out;
	struct executor_virtual_stats stats;
	executor_virtual_network network;
	void *network_ctx;
};

static struct virtual_executor *self(struct executor *executor)
{
	return (struct virtual_executor *)executor;
}

static int64_t virtual_now_us(const struct executor *executor)
{
	return ((const struct virtual_executor *)executor)->now_us;
}

static int64_t virtual_wall_ms(const struct executor *executor)
{
	const struct virtual_executor *v = (const struct virtual_executor *)executor;

	return v->wall_start_ms + v->now_us / 1000;
}

static int64_t clock_now_us(void *ctx)
{
	const struct virtual_executor *v = ctx;

	return v->in_call ? v->local_us : v->now_us;
}

static int64_t clock_wall_ms(void *ctx)
{
	const struct virtual_executor *v = ctx;

	return v->wall_start_ms + clock_now_us(ctx) / 1000;
}

static bool clock_sleep_us(void *ctx, int64_t us)
{
	struct virtual_executor *v = ctx;

	if (us == SESSION_SLEEP_FOREVER || v->lost) {
		v->lost = true;
		return false;
	}
	if (us > 0)
		v->local_us += us;
	return true;
}

static struct pending *pending_new(struct virtual_executor *v)
{
	struct pending *pending = calloc(1, sizeof(*pending));

	if (!pending)
		return NULL;
	pending->executor = v;
	pending->next = v->out;
	if (v->out)
		v->out->prev = pending;
	v->out = pending;
	return pending;
}

static void pending_free(struct pending *pending)
{
	if (pending->prev)
		pending->prev->next = pending->next;
	else
		pending->executor->out = pending->next;
	if (pending->next)
		pending->next->prev = pending->prev;
	free(pending);
}

static void call_fire(struct exec_timer *timer)
{
	struct pending *pending = (struct pending *)timer;
	struct exec_call *call = pending->call;

	pending->executor->stats.in_flight--;
	pending_free(pending);
	call->done(call);
}

static int virtual_call(struct executor *executor, struct exec_call *call)
{
	struct virtual_executor *v = self(executor);
	struct pending *pending = pending_new(v);

	if (!pending)
		return -1;
	pending->call = call;
	pending->timer.fire = call_fire;
	v->stats.calls++;
	v->stats.in_flight++;
	if (v->stats.in_flight > v->stats.in_flight_max)
		v->stats.in_flight_max = v->stats.in_flight;
	v->local_us = v->now_us;
	v->in_call = true;
	v->lost = false;
	call->work(call);
	v->in_call = false;
	if (v->lost)
		return 0; /* never comes back */
	if (exec_timer_set(executor, &pending->timer, v->local_us) < 0) {
		pending_free(pending);
		v->stats.in_flight--;
		return -1;
	}
	return 0;
}

static void probe_fire(struct exec_timer *timer)
{
	struct pending *pending = (struct pending *)timer;
	struct exec_probe *probe = pending->probe;
	enum exec_probe_result result = pending->result;

	pending_free(pending);
	probe->done(probe, result);
	probe->released(probe);
}

static int virtual_probe(struct executor *executor, struct exec_probe *probe)
{
	struct virtual_executor *v = self(executor);
	struct session_probe_script script = { SESSION_PROBE_CONNECTED, 1000 };
	int64_t timeout_us = probe->timeout_ms * 1000;
	struct pending *pending = pending_new(v);

	if (!pending)
		return -1;
	v->stats.probes++;
	if (probe->scripted)
		script = probe->script;
	else if (v->network)
		v->network(v->network_ctx, probe, &script);
	pending->probe = probe;
	probe->executor_data = pending;
	pending->timer.fire = probe_fire;
	pending->result =
		script.result == SESSION_PROBE_REFUSED ? EXEC_PROBE_REFUSED : EXEC_PROBE_CONNECTED;
	if (script.result == SESSION_PROBE_SILENT || script.after_us > timeout_us) {
		pending->result = EXEC_PROBE_SILENT;
		script.after_us = timeout_us;
	}
	if (exec_timer_set(executor, &pending->timer, v->now_us + script.after_us) < 0) {
		pending_free(pending);
		return -1;
	}
	return 0;
}

static void virtual_probe_cancel(struct executor *executor, struct exec_probe *probe)
{
	struct pending *pending = probe->executor_data;

	exec_timer_stop(executor, &pending->timer);
	pending_free(pending);
	probe->released(probe);
}

static void virtual_rearm(struct executor *executor)
{
	(void)executor; /* run() looks at the heap each time */
}

static int virtual_run(struct executor *executor)
{
	struct virtual_executor *v = self(executor);

	v->stopped = false;
	while (!v->stopped) {
		const struct exec_timer *first = exec_timer_first(executor);

		if (!first)
			break;
		if (first->due_us > v->now_us)
			v->now_us = first->due_us;
		exec_timers_fire(executor, v->now_us);
	}
	return 0;
}

static void virtual_stop(struct executor *executor)
{
	self(executor)->stopped = true;
}

static bool virtual_destroy(struct executor *executor)
{
	struct virtual_executor *v = self(executor);

	/* No thread holds what never comes back, so it can be let go. */
	while (v->out)
		pending_free(v->out);
	exec_head_release(executor);
	free(v);
	return true;
}

static const struct exec_ops virtual_ops = {
	virtual_now_us, virtual_wall_ms, virtual_call, virtual_probe,	virtual_probe_cancel,
	virtual_rearm,	virtual_run,	 virtual_stop, virtual_destroy,
};

struct executor *executor_virtual_create(int64_t wall_ms)
{
	struct virtual_executor *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->head.ops = &virtual_ops;
	v->head.clock = (struct session_clock){ v, clock_now_us, clock_wall_ms, clock_sleep_us };
	v->wall_start_ms = wall_ms;
	return &v->head;
}

struct executor_virtual_stats executor_virtual_stats(const struct executor *executor)
{
	return ((const struct virtual_executor *)executor)->stats;
}

void executor_virtual_set_network(struct executor *executor, executor_virtual_network network,
				  void *ctx)
{
	self(executor)->network = network;
	self(executor)->network_ctx = ctx;
}
