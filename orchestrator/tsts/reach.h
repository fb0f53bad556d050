/*
 * reach.h - which of a host's addresses answers on a port, and why none does: Samba does not try a
 * second address, and calls a refused connection "no memory".
 */
#ifndef RDSWEEP_TSTS_REACH_H
#define RDSWEEP_TSTS_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"

#define REACH_ADDRESS_SIZE 64

/* `address` is a name or a literal; what it is, is written as a literal. Of several addresses it is
 * the first that answers; a single one is only tried where `try_one`. 0, or -1. */
int reach_find(const char *address, uint16_t port, bool try_one,
	       char ret_literal[REACH_ADDRESS_SIZE], struct failure *reterr);

#endif
