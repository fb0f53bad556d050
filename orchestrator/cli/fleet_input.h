/*
 * fleet_input.h - the fleet of a command: its inventories read, narrowed by --limit and --shard.
 *
 * Errors:    every mistake is printed, one line each; the functions return the exit code.
 * Ownership: everything lives until fleet_input_release().
 */
#ifndef RDSWEEP_FLEET_INPUT_H
#define RDSWEEP_FLEET_INPUT_H

#include "arena.h"
#include "fleet.h"
#include "inventory.h"
#include "options.h"

struct fleet_input {
	struct inventory *inv;
	struct inv_selection selected;
	struct fleet_host *hosts; /* fleet_input_hosts(); as many as are selected */
	char sha256[65];	  /* fleet_input_hosts() */
	struct arena arena;	  /* private */
};

void fleet_input_init(struct fleet_input *input);
void fleet_input_release(struct fleet_input *input);

/* 0, or the exit code. */
int fleet_input_load(struct fleet_input *input, const struct options *options,
		     const struct command *command);

/* The selected hosts as the engine wants them. 0, or the exit code. */
int fleet_input_hosts(struct fleet_input *input);

/* A remark on an inventory as `file:line: note: what`, escaped, without a line end. */
void fleet_input_add_note(struct strbuf *out, const struct inv_note *note);

#endif
