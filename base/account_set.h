/*
 * account_set.h - how many different accounts there are: `DOMAIN\user` under case folding.
 *
 * Accounts are numbered from 0 in the order in which they come.
 * Errors: memory that is short sets `failed`; the count is then too low.
 */
#ifndef RDSWEEP_ACCOUNT_SET_H
#define RDSWEEP_ACCOUNT_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "str_map.h"
#include "strbuf.h"

struct account_set {
	uint32_t count;
	bool failed;
	/* private */
	struct str_map seen;
	struct arena arena;
	struct strbuf key;
};

void account_set_init(struct account_set *set);
void account_set_release(struct account_set *set);
/* Its number; UINT32_MAX when memory is short. Twice is fine. */
uint32_t account_set_add(struct account_set *set, const char *domain, const char *user);
/* Its number, or UINT32_MAX: it is not there (or memory is short). */
uint32_t account_set_find(struct account_set *set, const char *domain, const char *user);

#endif
