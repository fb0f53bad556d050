/*
 * farm_effect.h - for tests: one line of the simulator's state, what the fleet was really made to do.
 */
#ifndef RDSWEEP_TESTS_FARM_EFFECT_H
#define RDSWEEP_TESTS_FARM_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct farm_effect {
	char call[16], host[64], user[300], effect[16], mode[16], text[2048];
	uint32_t session;
	int64_t t_ms, logon_at_ms;
};

/* Reads a line without its end. True where it tells that somebody goes. */
bool farm_effect_read(const char *line, size_t len, struct farm_effect *ret);

#endif
