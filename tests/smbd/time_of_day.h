/*
 * time_of_day.h - TIME_OF_DAY_INFO of [MS-SRVS] 2.2.4.105.
 */
#ifndef SMBD_TIME_OF_DAY_H
#define SMBD_TIME_OF_DAY_H

#include <stdint.h>

#include "strbuf.h"

/* Appends the structure for this time, in UTC. */
void time_of_day_put(struct strbuf *out, int64_t utc_ms);

#endif
