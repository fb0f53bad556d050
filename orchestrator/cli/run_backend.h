/*
 * run_backend.h - which side of the session port a run talks to; for the simulator its scenario and
 * its state file.
 *
 * Errors: printed, one line each; the exit code is returned.
 */
#ifndef RDSWEEP_RUN_BACKEND_H
#define RDSWEEP_RUN_BACKEND_H

#include "fleet.h"
#include "options.h"
#include "session_api.h"
#include "strbuf.h"

struct run_sim;

struct run_backend {
	struct session_backend *backend;   /* run_backend_open() */
	const char *own_domain, *own_user; /* who runs this, for the selection; "" where unknown */
	struct run_sim *sim;		   /* private */
	struct strbuf own_text;		   /* private */
};

void run_backend_init(struct run_backend *backend);
/* Only where no call is out. */
void run_backend_release(struct run_backend *backend);

/* Whether there is such a backend here, and its options belong to it. 0, or the exit code. */
int run_backend_check(const struct options *options);

/* The name of the backend that these options, once checked, mean. */
const char *run_backend_name(const struct options *options);

/* Reads what the backend needs. 0, or the exit code. */
int run_backend_load(struct run_backend *backend, const struct options *options);

/* What a backend may want to know of the run. */
struct run_backend_fleet {
	const struct fleet_host *hosts; /* names are kept */
	size_t host_count;
	unsigned calls; /* in flight at once */
};

/* Makes it, on this clock, which is kept. No host is contacted. 0, or the exit code. */
int run_backend_open(struct run_backend *backend, const struct options *options,
		     const struct session_clock *clock, const struct run_backend_fleet *fleet);

/* The names of the backends of this build, comma-separated: for `--version`. */
const char *run_backend_names(void);

#endif
