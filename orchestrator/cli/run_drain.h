/*
 * run_drain.h - what is particular to the command `drain`: which mode, and what is said of it.
 *
 * Threads: loop thread.
 */
#ifndef RDSWEEP_RUN_DRAIN_H
#define RDSWEEP_RUN_DRAIN_H

#include "run.h"

/* The arguments of a run that begins; takes the mode into the options. Of one that goes on: what its journal says. 0, or
 * the exit code with the error printed. */
int run_drain_check(const struct run *run);
int run_drain_check_again(const struct run *run);

/* `drain status`: nothing is changed. False for every other command. */
bool run_drain_is_status(const struct run *run);
enum session_drain run_drain_mode(const struct options *options);
const char *run_drain_question(const struct options *options); /* "turns drain mode on" */

/* Which hosts are in which mode, and in a dry run which would be changed: folded, a line each. */
void run_drain_say(struct run *run);

#endif
