/* meter.c - see meter.h. */
#include "meter.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CALLS_A_HOST 256 /* room; untouched pages of the table cost nothing */

static struct {
	struct meter *meter;
	struct session_clock clock;
	const struct exec_ops *ops;
	struct exec_ops metered_ops;
	void (*work)(struct exec_call *call); /* the same for all calls of the engine */
} real;

static _Thread_local struct meter_call *current;

static int64_t clock_now_us(void *ctx)
{
	(void)ctx;
	return real.clock.now_us(real.clock.ctx);
}

static int64_t clock_wall_ms(void *ctx)
{
	(void)ctx;
	return real.clock.wall_ms(real.clock.ctx);
}

static bool clock_sleep_us(void *ctx, int64_t us)
{
	(void)ctx;
	if (us != SESSION_SLEEP_FOREVER && current && current->sleeps < METER_SLEEPS_MAX)
		current->sleep_us[current->sleeps++] = (int32_t)us;
	return real.clock.sleep_us(real.clock.ctx, us);
}

static void metered_work(struct exec_call *exec)
{
	struct meter *meter = real.meter;
	const struct fleet_call *call = (const struct fleet_call *)exec;
	bool closes = call->kind == CALL_CLOSE && call->host < meter->host_count;
	uint32_t host = call->host;
	size_t slot = atomic_fetch_add(&meter->count, 1);

	current = slot < meter->cap ? &meter->calls[slot] : NULL;
	if (current) {
		current->host = host;
		current->kind = (uint8_t)call->kind;
	}
	real.work(exec);
	if (closes)
		meter->closed_us[host] = clock_now_us(NULL);
	current = NULL;
}

static int metered_call(struct executor *executor, struct exec_call *call)
{
	if (!real.work)
		real.work = call->work;
	call->work = metered_work;
	return real.ops->call(executor, call);
}

int meter_attach(struct meter *meter, struct executor *executor, size_t host_count)
{
	memset(meter, 0, sizeof(*meter));
	meter->cap = (host_count + 1) * CALLS_A_HOST;
	meter->calls = calloc(meter->cap, sizeof(*meter->calls));
	meter->closed_us = calloc(host_count + 1, sizeof(*meter->closed_us));
	if (!meter->calls || !meter->closed_us) {
		meter_release(meter);
		return -1;
	}
	atomic_init(&meter->count, 0);
	meter->host_count = host_count;
	meter->clock = (struct session_clock){ meter, clock_now_us, clock_wall_ms, clock_sleep_us };
	real.meter = meter;
	real.clock = executor->clock;
	real.ops = executor->ops;
	real.metered_ops = *executor->ops;
	real.metered_ops.call = metered_call;
	executor->ops = &real.metered_ops;
	return 0;
}

void meter_release(struct meter *meter)
{
	free(meter->calls);
	free(meter->closed_us);
	meter->calls = NULL;
	meter->closed_us = NULL;
}

void meter_mark(struct meter *meter)
{
	meter->marked = atomic_load(&meter->count);
}

static size_t kept(const struct meter *meter)
{
	return meter->marked < meter->cap ? meter->marked : meter->cap;
}

static int64_t call_sleep_us(const struct meter_call *call)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < call->sleeps; i++)
		sum += call->sleep_us[i];
	return sum;
}

int meter_sum(const struct meter *meter, int64_t interval_us, struct meter_sums *ret)
{
	struct {
		int64_t chain_us;
		unsigned enumerates;
	} *hosts = calloc(meter->host_count + 1, sizeof(*hosts));

	if (!hosts)
		return -1;
	memset(ret, 0, sizeof(*ret));
	ret->calls = kept(meter);
	ret->dropped = meter->marked - ret->calls;
	for (size_t i = 0; i < ret->calls; i++) {
		const struct meter_call *call = &meter->calls[i];
		int64_t us = call_sleep_us(call);

		ret->sleeps += call->sleeps;
		ret->sleep_us += us;
		ret->calls_of[call->kind]++;
		if (call->host >= meter->host_count)
			continue;
		hosts[call->host].chain_us += us;
		/* One in the survey, one to begin the act; the others verify. */
		if (call->kind == CALL_ENUMERATE && ++hosts[call->host].enumerates > 2)
			hosts[call->host].chain_us += interval_us;
	}
	for (size_t i = 0; i < meter->host_count; i++)
		if (hosts[i].chain_us > ret->longest_chain_us)
			ret->longest_chain_us = hosts[i].chain_us;
	free(hosts);
	return 0;
}

int meter_write(const struct meter *meter, FILE *file)
{
	for (size_t i = 0; i < kept(meter); i++) {
		const struct meter_call *call = &meter->calls[i];

		for (unsigned k = 0; k < call->sleeps; k++)
			(void)fprintf(file, k ? " %" PRId32 : "%" PRId32, call->sleep_us[k]);
		(void)fputc('\n', file);
	}
	return ferror(file) ? -1 : 0;
}
