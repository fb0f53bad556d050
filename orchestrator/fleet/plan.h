/*
 * plan.h - a list of confirmed identities: what a dry run planned, and nothing else may be touched.
 *
 * Usage:     plan_create(), plan_add() for each planned session; then it is only read.
 * Threads:   loop thread.
 */
#ifndef RDSWEEP_PLAN_H
#define RDSWEEP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan;

struct plan_entry {
	const char *host; /* compared without regard to case, as are user and domain */
	uint32_t id;
	const char *domain, *user, *station, *vm;
	int64_t logon_at_ms;
};

struct plan *plan_create(void);	   /* NULL when memory is short */
void plan_free(struct plan *plan); /* NULL is fine */
/* copied; 0, -1 when memory is short; twice is once */
int plan_add(struct plan *plan, const struct plan_entry *entry);
size_t plan_count(const struct plan *plan);

/* Whether this very identity is planned. Both say no when memory is short. */
bool plan_has(const struct plan *plan, const struct plan_entry *entry);
/* Whether that account with that id is planned on that host, whatever its logon time: worth a
 * closer look. */
bool plan_may_have(const struct plan *plan, const char *host, uint32_t id, const char *domain,
		   const char *user);

/* The entries of one host: the first at `from` or after, its index, or -1. Entries are in the
 * order of plan_add(). */
int64_t plan_next(const struct plan *plan, const char *host, size_t from,
		  const struct plan_entry **ret_entry);

#endif
