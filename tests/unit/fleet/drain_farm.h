/*
 * drain_farm.h - for tests of drain mode: hosts with one session or two, faults of a certain call,
 * and what most runs ask for.
 */
#ifndef RDSWEEP_TESTS_DRAIN_FARM_H
#define RDSWEEP_TESTS_DRAIN_FARM_H

#include "farm.h"

#define ALICE "{\"id\": 2, \"user\": \"CORP\\\\alice\"}"
#define BOB   "{\"id\": 3, \"user\": \"CORP\\\\bob\"}"
#define FAULTS(host, sessions, faults)                                                             \
	"\"" host "\": {\"sessions\": [" sessions "], \"faults\": [" faults "]}"
#define PLAIN(host, sessions) "\"" host "\": {\"sessions\": [" sessions "]}"
#define HOSTS(hosts)	      "\"hosts\": {" hosts "}"

/* Calls on a host in `--drain run`: look; look and set; look. Then, to put it back: look and set;
 * look. A fault after the first so many of them: 1 is before it is set, 2 where it is set, 3 at the
 * look after it; 4, 5 and 6 are the same when it is put back. */
#define AFTER(calls, fault)                                                                        \
	"{\"call\": \"drain\", \"delay_ms\": 1, \"times\": " #calls                                \
	"}, {\"call\": \"drain\", " fault "}"

/* To be called after farm_init(): `--drain run` and `--drain keep`, without retries. */
void drain_for_run(struct farm *farm);
void drain_keep(struct farm *farm);

/* The command `drain`, without retries, and `drain on`. */
void drain_turn(struct farm *farm, enum session_drain to);
void drain_turn_on(struct farm *farm);

#endif
