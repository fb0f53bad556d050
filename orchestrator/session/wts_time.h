/*
 * wts_time.h - what the session API's times mean: 100 ns since 1601 in UTC, 0 for never, and
 * nonsense from some hosts.
 *
 * Threads: no state.
 */
#ifndef RDSWEEP_WTS_TIME_H
#define RDSWEEP_WTS_TIME_H

#include <stdint.h>

#include "session_api.h"

/* Milliseconds UTC; UTC_UNKNOWN for 0 and for anything before 1980 or after 9999: no session began
 * then. */
int64_t wts_time_ms(int64_t filetime);

/* The times of one session, as they came. */
struct wts_times {
	int64_t current; /* the host's own clock: ours says nothing about its times */
	int64_t disconnect;
	int64_t last_input;
};

/* Seconds without a user: since the disconnect of a disconnected session (its last input is reset),
 * else since the last input. -1 where the host does not say; 0 where its clock went backwards. */
int64_t wts_idle_s(enum session_state state, const struct wts_times *times);

#endif
