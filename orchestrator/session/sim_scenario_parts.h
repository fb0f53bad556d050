/*
 * sim_scenario_parts.h - the parts of a scenario that have a file of their own: readers for tables
 * of keys (sim_walk.h), and what they share. For sim_scenario*.c.
 *
 * sim_scenario.c           the document: defaults, names of hosts, what the program asks of it
 * sim_scenario_sessions.c  `sessions` of a host
 * sim_scenario_faults.c    `faults` of a host
 */
#ifndef RDSWEEP_SIM_SCENARIO_PARTS_H
#define RDSWEEP_SIM_SCENARIO_PARTS_H

#include "sim_walk.h"

#define SIM_DAY_MS INT64_C(86400000)

/* As the document and sim_call_name() have them. */
extern const char *const sim_call_names[SIM_CALL_COUNT];

/* The whole array into a struct sim_host, by id; an id that is there twice is a problem. */
void sim_read_sessions(struct sim_walk *walk, const struct sim_key *key, void *field);

/* The whole array into a struct sim_host, in the order of the document. */
void sim_read_faults(struct sim_walk *walk, const struct sim_key *key, void *field);

#endif
