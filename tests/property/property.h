/*
 * property.h - tests of what has to hold for everything, tried on many things made at random.
 *
 * Every program runs as PROGRAM [SEED [COUNT]]: from that seed on, so many. Without arguments both
 * are fixed, so that a build that was good stays good; a failure tells the seed that shows it
 * again, alone.
 */
#ifndef RDSWEEP_PROPERTY_H
#define RDSWEEP_PROPERTY_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "hash.h"
#include "strbuf.h"

/* Calls `check` with the generator of each seed; `count` where none is given. */
void property_each(uint64_t count, void (*check)(uint64_t *rng));

/* Runs the tests. What main() returns. */
int property_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests,
		  size_t count);

/* A number from 0 to `bound` - 1; one of so many texts. */
size_t pick(uint64_t *rng, size_t bound);
const char *pick_text(uint64_t *rng, const char *const *texts, size_t count);
#define PICK_TEXT(rng, texts) pick_text(rng, texts, sizeof(texts) / sizeof((texts)[0]))

#endif
