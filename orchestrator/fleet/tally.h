/*
 * tally.h - how hosts and sessions stand, counted as the run goes on rather than by walking all of them: a picture is
 * wanted ten times a second, of up to 300,000 sessions.
 *
 * A host's numbers can only have changed where its job has moved, or a late result came in: those are marked, and
 * counted again when somebody looks. A new phase counts everything again.
 * Threads: loop thread only. Memory: about 100 bytes a host, from the first look on.
 */
#ifndef RDSWEEP_TALLY_H
#define RDSWEEP_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* Hosts with the same kind of error: their own, or else the first of their sessions'. */
struct tally_kind {
	uint32_t hosts;
	uint32_t last_host; /* index */
	int64_t last_us;    /* when it became that many; 0: never */
};

struct tally_host {
	uint32_t sessions_by[REP_SESSION_OUTCOME_COUNT];
	uint32_t sessions, selected;
	uint16_t kind;
	uint8_t outcome;
	bool marked; /* it is in `changed` */
};

struct tally {
	const struct rep_record *record;
	struct tally_host *hosts; /* same index; NULL: none is kept yet */
	uint32_t *changed;	  /* hosts to be counted again */
	size_t changed_count;
	bool all_changed;
	/* the sums */
	uint32_t hosts_by[REP_HOST_OUTCOME_COUNT];
	uint32_t sessions_by[REP_SESSION_OUTCOME_COUNT];
	uint32_t sessions, selected;
	struct tally_kind *kinds; /* same index as the record's */
	size_t kind_count;
};

void tally_init(struct tally *tally, const struct rep_record *record);
void tally_release(struct tally *tally);

/* Something about this host may be another now. Cheap, also where nobody looks. */
void tally_mark(struct tally *tally, uint32_t host);
void tally_mark_all(struct tally *tally);

/* Brings the sums up to date. -1 when memory is short: they are then not to be used. */
int tally_count(struct tally *tally, int64_t now_us);

#endif
