/*
 * guard.h - being asked when the session that rdsweep runs in ends (sign-out, shutdown, restart).
 *
 * On Windows: a hidden, titled top-level window on a thread of its own, which answers
 * WM_QUERYENDSESSION and WM_ENDSESSION. Elsewhere nothing: there a signal says so.
 *
 * Usage:     guard_open() at the start of a run, guard_close() when its report is written.
 * Threads:   guard_open() and guard_close() from one thread; the listener is called on the guard's
 *            own thread, and there only. guard_close() waits for a call that is under way.
 * Ownership: the listener is copied; its ctx must outlive the guard.
 */
#ifndef RDSWEEP_GUARD_H
#define RDSWEEP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long the two calls may take: after 5 s without an answer the system takes a program for hung,
 * shows it as such, and may end it. */
#define GUARD_QUERY_MS 2000
#define GUARD_END_MS   4000

#define GUARD_REASON_SIZE 200 /* bytes with the NUL; the system cuts longer texts */

struct guard_listener {
	void *ctx;
	/* The session wants to end: whether it may. False objects to it, with what is at stake in
	 * `reason`, which the system shows to the user. Not called for a critical end, which cannot
	 * be objected to. */
	bool (*query)(void *ctx, char reason[GUARD_REASON_SIZE]);
	/* The session does end: returns when everything is on disk, or after GUARD_END_MS. The
	 * process may be ended at any time after that. */
	void (*end)(void *ctx);
};

struct guard;

/* 0 with *ret_guard (NULL where there is nothing to guard); -1 with the system's error code in
 * *reterr_code: nobody can be asked then. */
int guard_open(const struct guard_listener *listener, struct guard **ret_guard,
	       uint32_t *reterr_code);
void guard_close(struct guard *guard); /* NULL is fine */

/* True where a process whose terminal was closed is ended within seconds, whatever it does. */
bool guard_hangup_is_final(void);

#endif
