/*
 * run_tsts.h - the backend `tsts`: its connector program, and what of a run it cannot do.
 *
 * Errors: printed, one line each; the exit code is returned.
 */
#ifndef RDSWEEP_RUN_TSTS_H
#define RDSWEEP_RUN_TSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "fleet.h"
#include "options.h"
#include "session_api.h"

/* Whether this build has it: it is made where Samba's libdcerpc is found, and never for Windows. */
bool run_tsts_is_built(void);

/* Whether it can do what the options want. 0, or the exit code. */
int run_tsts_check(const struct options *options);

/* Makes it, with a look at the credentials; no host is contacted. `calls`: in flight at once. Names
 * of hosts are kept. 0, or the exit code. */
int run_tsts_open(struct session_backend **ret, const struct options *options,
		  const struct session_clock *clock, const struct fleet_host *hosts,
		  size_t host_count, unsigned calls);

/* Who asks, `DOMAIN\user`; of a backend that run_tsts_open() made. */
const char *run_tsts_account(const struct session_backend *backend);

#endif
