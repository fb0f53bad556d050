/*
 * who.h - the selection of a command, from its options and the files they name.
 *
 * Errors:    printed, one line each; the exit code is returned.
 * Ownership: everything lives until who_release().
 */
#ifndef RDSWEEP_WHO_H
#define RDSWEEP_WHO_H

#include "arena.h"
#include "options.h"
#include "selection.h"

struct who {
	struct selection selection;
	size_t listed_users; /* the first so many of selection.users were given with --user, the
				rest in files */
	bool filtered;	     /* something was selected, not simply everything */
	struct arena arena;  /* private */
};

void who_init(struct who *who);
void who_release(struct who *who);

/* Whether anybody is selected, and in one way. 0, or the exit code. */
int who_check(const struct options *options, const struct command *command);

/* What can be said without knowing the fleet; reads the files. 0, or the exit code. */
int who_load(struct who *who, const struct options *options, const struct command *command);

/* Takes the patterns of users that a plan was made with, which are kept: who they name may be acted on, and nobody
 * besides the planned. 0, or the exit code. */
int who_take_planned(struct who *who, const char *const *users, size_t count);

/* Takes what is no pattern from the options once more. */
void who_take_options(struct who *who, const struct options *options);

/* --session names one session of one host. 0, or the exit code. */
int who_check_fleet(const struct options *options, size_t host_count);

#endif
