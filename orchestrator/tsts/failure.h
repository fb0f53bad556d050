/*
 * failure.h - why something did not work: what struct session_error says, and a line for people
 * where there is more to tell.
 */
#ifndef RDSWEEP_TSTS_FAILURE_H
#define RDSWEEP_TSTS_FAILURE_H

#include "session_api.h"

struct failure {
	struct session_error error;
	char text[512]; /* "" where the code says it all */
};

/* Fills it (the text as printf() would) and returns -1. */
int failure_set(struct failure *failure, enum session_api api, uint32_t code);
int failure_say(struct failure *failure, enum session_api api, uint32_t code, const char *format,
		...) __attribute__((format(printf, 4, 5)));

#endif
