/* seats.c - see seats.h. */
#include "seats.h"

#include <assert.h>
#include <string.h>

/* What a stuck call costs is this time in one place of the window: with 500 of 10,000 hosts stuck,
 * every 100 ms of it are 0.8 s of the survey. */
#define WATCH_US	  10000
#define LEND_AT_LEAST_US  100000
#define LEND_MEDIAN_TIMES 3
#define LOOKUPS_MAX	  32
#define LATE_CLOSE_US	  30000000 /* a late close that takes longer is taken for stuck */

static void on_watch(struct exec_timer *timer);

void seats_init(struct seats *seats, struct executor *executor, unsigned concurrency,
		unsigned threads)
{
	memset(seats, 0, sizeof(*seats));
	seats->executor = executor;
	seats->concurrency = concurrency;
	seats->threads = threads;
	seats->watch_timer.fire = on_watch;
}

unsigned seats_used(const struct seats *seats)
{
	return seats->counting + seats->lent + seats->left_behind + seats->late_closes +
	       seats->lookups;
}

bool seats_waiting(const struct seat_request *request)
{
	return request->queue != NULL;
}

static void queue_add(struct seat_queue *queue, struct seat_request *request)
{
	request->queue = queue;
	request->next = NULL;
	request->prev = queue->last;
	if (queue->last)
		queue->last->next = request;
	else
		queue->first = request;
	queue->last = request;
	queue->count++;
}

static void queue_remove(struct seat_request *request)
{
	struct seat_queue *queue = request->queue;

	if (request->prev)
		request->prev->next = request->next;
	else
		queue->first = request->next;
	if (request->next)
		request->next->prev = request->prev;
	else
		queue->last = request->prev;
	queue->count--;
	request->queue = NULL;
	request->prev = request->next = NULL;
}

void seats_ask(struct seats *seats, struct seat_request *request, enum seat_priority priority)
{
	assert(!request->queue);
	queue_add(&seats->queues[priority], request);
	seats_pump(seats);
}

void seats_cancel(struct seats *seats, struct seat_request *request)
{
	(void)seats;
	if (request->queue)
		queue_remove(request);
}

static struct seat_request *first_waiting(const struct seats *seats)
{
	for (int priority = 0; priority < SEAT_PRIORITY_COUNT; priority++)
		if (seats->queues[priority].first)
			return seats->queues[priority].first;
	return NULL;
}

static bool seat_free(const struct seats *seats)
{
	return seats->counting < seats->concurrency && seats_used(seats) < seats->threads;
}

static void watch(struct seats *seats)
{
	/* Needed only while somebody waits. */
	if (!seats->watch_timer.place && first_waiting(seats))
		(void)exec_timer_set(seats->executor, &seats->watch_timer,
				     exec_now_us(seats->executor) + WATCH_US);
}

void seats_pump(struct seats *seats)
{
	struct seat_request *request;

	if (seats->pumping)
		return; /* the loop below goes on */
	seats->pumping = true;
	while ((request = first_waiting(seats)) != NULL) {
		if (seat_free(seats)) {
			queue_remove(request);
			request->granted(request);
		} else if (seats_all_lost(seats)) {
			queue_remove(request);
			request->refused(request);
		} else {
			break;
		}
	}
	seats->pumping = false;
	watch(seats);
}

static unsigned bucket_of(int64_t us)
{
	unsigned octave = 0, quarter;

	if (us < 1)
		us = 1;
	while (octave < 31 && us >> (octave + 1))
		octave++;
	quarter = octave < 2 ? 0 : (unsigned)((us >> (octave - 2)) & 3);
	return octave * 4 + quarter;
}

static int64_t bucket_top_us(unsigned bucket)
{
	unsigned octave = bucket / 4, quarter = bucket % 4;

	return ((INT64_C(1) << octave) * (4 + (int64_t)quarter + 1)) / 4;
}

static int64_t median_us(const struct seats *seats, enum call_kind kind)
{
	uint32_t half = (seats->took_count[kind] + 1) / 2, sum = 0;

	for (unsigned bucket = 0; bucket < SEATS_BUCKETS; bucket++) {
		sum += seats->took[kind][bucket];
		if (sum >= half && sum)
			return bucket_top_us(bucket);
	}
	return 0;
}

static void on_watch(struct exec_timer *timer)
{
	struct seats *seats =
		(struct seats *)(void *)((char *)timer - offsetof(struct seats, watch_timer));
	int64_t now_us = exec_now_us(seats->executor);
	int64_t limit_us[CALL_KIND_COUNT];

	for (int kind = 0; kind < CALL_KIND_COUNT; kind++) {
		limit_us[kind] = LEND_MEDIAN_TIMES * median_us(seats, (enum call_kind)kind);
		if (limit_us[kind] < LEND_AT_LEAST_US)
			limit_us[kind] = LEND_AT_LEAST_US;
	}
	for (struct fleet_call *call = seats->calls; call; call = call->next) {
		int64_t age_us = now_us - call->started_us;

		if (call->late_close && age_us > LATE_CLOSE_US) {
			call->late_close = false;
			call->left_behind = true;
			seats->late_closes--;
			seats->left_behind++;
		} else if (!seats->strict && !call->lent && !call->left_behind &&
			   !call->late_close && age_us > limit_us[call->kind] &&
			   seats_used(seats) < seats->threads) {
			call->lent = true;
			seats->counting--;
			seats->lent++;
		}
	}
	seats_pump(seats);
}

static void call_done(struct exec_call *exec);

static int start(struct seats *seats, struct fleet_call *call, unsigned *count)
{
	call->owner = seats;
	call->exec.done = call_done;
	call->started_us = exec_now_us(seats->executor);
	call->prev = NULL;
	call->next = seats->calls;
	if (seats->calls)
		seats->calls->prev = call;
	seats->calls = call;
	(*count)++;
	if (exec_call(seats->executor, &call->exec) == 0)
		return 0;
	(*count)--;
	seats->calls = call->next;
	if (call->next)
		call->next->prev = NULL;
	return -1;
}

int seats_start(struct seats *seats, struct fleet_call *call)
{
	assert(seat_free(seats));
	return start(seats, call, &seats->counting);
}

static void start_late(struct seats *seats)
{
	while (seats->late && seats_used(seats) < seats->threads) {
		struct fleet_call *call = seats->late;

		seats->late = call->next;
		call->late_close = true;
		if (start(seats, call, &seats->late_closes) < 0)
			call_free(call); /* no memory: the connection ends with the process */
	}
}

void seats_start_late(struct seats *seats, struct fleet_call *call)
{
	call->next = seats->late;
	seats->late = call;
	start_late(seats);
}

static void call_done(struct exec_call *exec)
{
	struct fleet_call *call = (struct fleet_call *)exec;
	struct seats *seats = call->owner;

	if (call->prev)
		call->prev->next = call->next;
	else
		seats->calls = call->next;
	if (call->next)
		call->next->prev = call->prev;
	if (call->left_behind) {
		seats->left_behind--;
	} else if (call->late_close) {
		seats->late_closes--;
	} else {
		unsigned bucket = bucket_of(exec_now_us(seats->executor) - call->started_us);

		seats->took[call->kind][bucket]++;
		seats->took_count[call->kind]++;
		if (call->lent)
			seats->lent--;
		else
			seats->counting--;
	}
	call->finished(call);
	start_late(seats);
	seats_pump(seats);
}

void seats_leave_behind(struct seats *seats, struct fleet_call *call)
{
	if (call->left_behind)
		return;
	call->left_behind = true;
	if (call->lent)
		seats->lent--;
	else
		seats->counting--;
	seats->left_behind++;
	seats_pump(seats);
}

bool seats_lookup_begin(struct seats *seats)
{
	if (seats->lookups >= LOOKUPS_MAX || seats_used(seats) >= seats->threads)
		return false;
	seats->lookups++;
	return true;
}

void seats_lookup_lost(struct seats *seats)
{
	seats->lookups--;
	seats->left_behind++;
	seats_pump(seats);
}

void seats_lookup_end(struct seats *seats, bool lost)
{
	if (lost)
		seats->left_behind--;
	else
		seats->lookups--;
	seats_pump(seats);
}

bool seats_all_lost(const struct seats *seats)
{
	return seats->left_behind >= seats->threads;
}

void seats_release(struct seats *seats, void (*close)(struct session_host *connection))
{
	exec_timer_stop(seats->executor, &seats->watch_timer);
	while (seats->calls) {
		struct fleet_call *call = seats->calls;

		seats->calls = call->next;
		if (call->connection && call->kind != CALL_CLOSE)
			close(call->connection);
		if (call->opened)
			close(call->opened);
		call_free(call);
	}
	while (seats->late) {
		struct fleet_call *call = seats->late;

		seats->late = call->next;
		close(call->connection);
		call_free(call);
	}
}
