/* executor.c - what both executors share: the heap of timers and the calls through the table. */
#include "executor.h"

#include <stdlib.h>
#include <string.h>

int64_t exec_now_us(const struct executor *executor)
{
	return executor->ops->now_us(executor);
}

int64_t exec_wall_ms(const struct executor *executor)
{
	return executor->ops->wall_ms(executor);
}

int exec_call(struct executor *executor, struct exec_call *call)
{
	return executor->ops->call(executor, call);
}

int exec_probe(struct executor *executor, struct exec_probe *probe)
{
	return executor->ops->probe(executor, probe);
}

void exec_probe_cancel(struct executor *executor, struct exec_probe *probe)
{
	executor->ops->probe_cancel(executor, probe);
}

bool exec_probe_needs_lookup(const struct exec_probe *probe)
{
	bool dots = false, colons = false, letters = false;

	/* Only a literal address can do without, and nothing but these makes one. */
	for (const char *c = probe->address; *c; c++) {
		dots |= *c == '.';
		colons |= *c == ':';
		letters |= (*c >= 'a' && *c <= 'f') || (*c >= 'A' && *c <= 'F');
		if (!strchr("0123456789abcdefABCDEF.:", *c))
			return !probe->scripted;
	}
	return !probe->scripted && !colons && (letters || !dots);
}

int exec_run(struct executor *executor)
{
	return executor->ops->run(executor);
}

void exec_stop(struct executor *executor)
{
	executor->ops->stop(executor);
}

bool exec_destroy(struct executor *executor)
{
	return !executor || executor->ops->destroy(executor);
}

/* The heap: place 1 is the earliest; timer->place is its index. Ties run in the order of
 * setting. */

static bool timer_before(const struct exec_timer *a, const struct exec_timer *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->order < b->order;
}

static void heap_put(struct executor *executor, size_t place, struct exec_timer *timer)
{
	executor->heap[place] = timer;
	timer->place = place;
}

static void heap_up(struct executor *executor, struct exec_timer *timer)
{
	size_t place = timer->place;

	while (place > 1 && timer_before(timer, executor->heap[place / 2])) {
		heap_put(executor, place, executor->heap[place / 2]);
		place /= 2;
	}
	heap_put(executor, place, timer);
}

static void heap_down(struct executor *executor, struct exec_timer *timer)
{
	size_t place = timer->place;

	for (;;) {
		size_t child = place * 2;

		if (child > executor->heap_count)
			break;
		if (child < executor->heap_count &&
		    timer_before(executor->heap[child + 1], executor->heap[child]))
			child++;
		if (!timer_before(executor->heap[child], timer))
			break;
		heap_put(executor, place, executor->heap[child]);
		place = child;
	}
	heap_put(executor, place, timer);
}

static void heap_remove(struct executor *executor, struct exec_timer *timer)
{
	struct exec_timer *last = executor->heap[executor->heap_count--];

	if (last != timer) {
		heap_put(executor, timer->place, last);
		heap_up(executor, last);
		heap_down(executor, last);
	}
	timer->place = 0;
}

int exec_timer_reserve(struct executor *executor, size_t more)
{
	size_t wanted = executor->heap_count + 1 + more; /* place 0 is not used */
	size_t cap = executor->heap_cap ? executor->heap_cap * 2 : 64;
	struct exec_timer **heap;

	if (wanted <= executor->heap_cap)
		return 0;
	if (cap < wanted)
		cap = wanted;
	heap = realloc(executor->heap, cap * sizeof(*heap));
	if (!heap)
		return -1;
	executor->heap = heap;
	executor->heap_cap = cap;
	return 0;
}

int exec_timer_set(struct executor *executor, struct exec_timer *timer, int64_t due_us)
{
	if (timer->place)
		heap_remove(executor, timer);
	else if (exec_timer_reserve(executor, 1) < 0)
		return -1;
	timer->due_us = due_us;
	timer->order = executor->next_order++;
	timer->place = ++executor->heap_count;
	executor->heap[timer->place] = timer;
	heap_up(executor, timer);
	if (timer->place == 1)
		executor->ops->rearm(executor);
	return 0;
}

void exec_timer_stop(struct executor *executor, struct exec_timer *timer)
{
	if (timer->place)
		heap_remove(executor, timer);
}

struct exec_timer *exec_timer_first(const struct executor *executor)
{
	return executor->heap_count ? executor->heap[1] : NULL;
}

void exec_timers_fire(struct executor *executor, int64_t now_us)
{
	/* What a timer sets anew, even for now, waits for the next round: no callback can keep
	 * the loop here. */
	uint64_t round = executor->next_order;

	for (;;) {
		struct exec_timer *timer = exec_timer_first(executor);

		if (!timer || timer->due_us > now_us || timer->order >= round)
			break;
		heap_remove(executor, timer);
		timer->fire(timer);
	}
}

void exec_head_release(struct executor *executor)
{
	free(executor->heap);
	executor->heap = NULL;
	executor->heap_count = executor->heap_cap = 0;
}
