/*
 * sessions_table.h - the sessions of a fleet as a table for people, in the manner of `quser`.
 *
 * Threads: no state.
 */
#ifndef RDSWEEP_SESSIONS_TABLE_H
#define RDSWEEP_SESSIONS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "strbuf.h"

#define SESSIONS_IDLE_SIZE 32

struct sessions_view {
	bool without_user; /* the sessions nobody is logged on to as well */
	size_t width;	   /* columns of the terminal; 0: as wide as it gets */
	bool colors;
};

/* What the table shows, counted. */
struct sessions_count {
	uint32_t sessions, users,
		hosts; /* users: different accounts; hosts: those of the sessions */
};

/* Idle time as `quser` has it: `.` under a minute, minutes, `2:05`, `5d3h`; "" unknown. */
void sessions_idle(int64_t idle_s, char out[SESSIONS_IDLE_SIZE]);

/* Appends the listed sessions (outcome `listed`) in the record's order. Too wide a table gives way
 * from the right: client, station and logon time are cut or left out before names of hosts and users are.
 * 0, or -1 when memory is short. */
int sessions_table(struct strbuf *out, const struct rep_record *record,
		   const struct sessions_view *view, struct sessions_count *ret_count);

#endif
