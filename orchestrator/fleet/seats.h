/*
 * seats.h - who may use the pool: one ledger, so that nothing ever queues inside libuv.
 *
 * Every pool thread in use is on the ledger: calls (counting, lent or left behind), late closes and
 * name look-ups. The *window* are the calls that count against --concurrency. A call that takes
 * unusually long lends its place in the window to the next host, as long as the reserve of threads
 * lasts; a call past its deadline is left behind and does not count any more either, but its thread
 * stays taken until it comes back, if ever.
 *
 * Usage:     seats_ask() queues a request; `granted` is called when it may start a call, with
 *            seats_start(); it may also let the chance pass. Continuing hosts come before new ones,
 *            so that hosts finish rather than pile up.
 * Threads:   loop thread only.
 */
#ifndef RDSWEEP_SEATS_H
#define RDSWEEP_SEATS_H

#include "call.h"

#define SEATS_BUCKETS 128 /* quarter-octaves of microseconds */

struct seat_request {
	void (*granted)(struct seat_request *request); /* start a call now, or let it pass */
	/* every thread is held for good: there will be none */
	void (*refused)(struct seat_request *request);
	struct seat_request *prev, *next; /* private */
	struct seat_queue *queue;	  /* NULL: not waiting */
};

struct seat_queue {
	struct seat_request *first, *last;
	unsigned count;
};

enum seat_priority { SEAT_CONTINUING, SEAT_NEW, SEAT_PRIORITY_COUNT };

struct seats {
	struct executor *executor;
	unsigned concurrency; /* size of the window; may be changed at any time */
	/* no call lends its place, however slow it is: a window of one is really one at a time */
	bool strict;
	unsigned threads;  /* of the pool */
	unsigned counting; /* calls in the window */
	unsigned lent;	   /* still within their deadline, but not in the window any more */
	/* past their deadline (look-ups too): for all that is known they never come back */
	unsigned left_behind;
	unsigned late_closes; /* of connections that came too late */
	unsigned lookups;
	struct seat_queue queues[SEAT_PRIORITY_COUNT];
	struct fleet_call *calls; /* all that are out */
	/* late closes that wait for a thread to come free; linked by `next` */
	struct fleet_call *late;
	uint32_t took[CALL_KIND_COUNT][SEATS_BUCKETS]; /* how long calls of a kind took so far */
	uint32_t took_count[CALL_KIND_COUNT];
	struct exec_timer watch_timer; /* while somebody waits: who has become slow? */
	bool pumping;
};

void seats_init(struct seats *seats, struct executor *executor, unsigned concurrency,
		unsigned threads);

/* Pool threads in use. */
unsigned seats_used(const struct seats *seats);

void seats_ask(struct seats *seats, struct seat_request *request, enum seat_priority priority);
void seats_cancel(struct seats *seats, struct seat_request *request); /* not waiting: fine */
bool seats_waiting(const struct seat_request *request);

/* Starts a call on the seat just granted; `finished` is called once when it is back. 0; -1 when
 * memory is short (nothing was started, the seat is free again). */
int seats_start(struct seats *seats, struct fleet_call *call);

/* A call that nobody waits for (closing a connection that came too late): it takes a thread of the
 * reserve, now or when one comes free. Takes the call; `finished` is called if it was started at
 * all. */
void seats_start_late(struct seats *seats, struct fleet_call *call);

/* The deadline has passed: the call does not count any more. */
void seats_leave_behind(struct seats *seats, struct fleet_call *call);

/* A name look-up wants a thread: true when it has one, until seats_lookup_end(). */
bool seats_lookup_begin(struct seats *seats);
void seats_lookup_end(struct seats *seats, bool lost);
/* It has had its time and does not come back: it counts with the calls that were left behind. */
void seats_lookup_lost(struct seats *seats);

/* Every thread is held by what does not come back: nothing can be begun any more. */
bool seats_all_lost(const struct seats *seats);

/* Grants what can be granted; called by whoever frees something. */
void seats_pump(struct seats *seats);

/* Frees every call that is still out: only where no worker can touch them any more. Their
 * connections are handed to `close` first. */
void seats_release(struct seats *seats, void (*close)(struct session_host *connection));

#endif
