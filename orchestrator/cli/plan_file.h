/*
 * plan_file.h - `--plan REPORT.json`: what a dry run planned, read back from its report.
 *
 * What the dry run was given to choose by and what is evaluated again right before each call (state, idle time), or says
 * who is in question at all (console sessions, guests, the operator's own account where it was named in full), comes
 * along: carrying a plan out is what the dry run said, nothing looser and nobody less.
 * Errors:    printed, one line; the exit code is returned.
 * Ownership: everything lives until plan_file_release().
 */
#ifndef RDSWEEP_PLAN_FILE_H
#define RDSWEEP_PLAN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "plan.h"
#include "strbuf.h"

struct plan_file {
	struct plan *plan; /* NULL: no plan */
	struct strbuf run_id;
	uint32_t states; /* bits of --state; 0: any */
	int64_t idle_ms; /* -1: any */
	bool include_console, include_vms;
	uint32_t gaps;	    /* hosts whose survey the dry run did not bring to its end */
	const char **users; /* patterns of --user and --user-file; they can be used */
	size_t user_count;
	struct arena arena; /* private */
};

/* What the plan has to fit to. */
struct plan_file_want {
	const char *command, *backend, *fleet_sha256;
	bool simulated;
	int64_t now_ms;
	int64_t max_age_ms; /* -1: any */
	const char *run_id; /* of the very dry run; "": any */
};

void plan_file_init(struct plan_file *file);
void plan_file_release(struct plan_file *file);

/* 0, or the exit code. */
int plan_file_load(struct plan_file *file, const char *path, const struct plan_file_want *want);

#endif
