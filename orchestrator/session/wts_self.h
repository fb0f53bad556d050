/*
 * wts_self.h - which names mean the machine that this process runs on, and which session it runs
 * in. Windows only.
 *
 * Everything is asked of the system once, at the start: afterwards a question costs a few
 * comparisons and never blocks.
 * Threads: constant after wts_self_load().
 */
#ifndef RDSWEEP_WTS_SELF_H
#define RDSWEEP_WTS_SELF_H

#include <stdbool.h>
#include <stdint.h>

#include "strbuf.h"

struct wts_self {
	struct strbuf names; /* each with its NUL, folded; private */
	uint32_t session;
};

/* 0, or -1 with *reterr_code. */
int wts_self_load(struct wts_self *ret, uint32_t *reterr_code);
void wts_self_release(struct wts_self *self);

/* True for `localhost`, `.`, the NetBIOS and DNS names with and without the domain, 127.0.0.0/8,
 * ::1, and this machine's addresses in any spelling. `name` has no leading backslashes. Memory that
 * is short makes it false. */
bool wts_self_is(const struct wts_self *self, const char *name);

#endif
