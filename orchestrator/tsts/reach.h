/*
 * reach.h - which of a host's addresses answers on a port, before Samba is asked to connect there:
 * it calls a refused connection "no memory", and does not try a second address.
 */
#ifndef RDSWEEP_TSTS_REACH_H
#define RDSWEEP_TSTS_REACH_H

#include <stdint.h>

#include "failure.h"

#define REACH_ADDRESS_SIZE 64

/* `address` is a name or a literal; the one that answered is written as a literal. 0, or -1. */
int reach_find(const char *address, uint16_t port, char ret_literal[REACH_ADDRESS_SIZE],
	       struct failure *reterr);

#endif
