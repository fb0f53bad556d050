/* property.c - see property.h. */
#include "property.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t first = 1, wanted;
static uint64_t running; /* 0: none; a test that fails leaves it */

static void tell(void)
{
	if (running)
		(void)fprintf(stderr, "the seed was %" PRIu64 "\n", running);
	running = 0;
}

void property_each(uint64_t count, void (*check)(uint64_t *rng))
{
	tell();
	for (uint64_t i = 0; i < (wanted ? wanted : count); i++) {
		uint64_t rng = first + i;

		running = first + i;
		check(&rng);
	}
	running = 0;
}

int property_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests,
		  size_t count)
{
	int failed;

	if (argc > 1)
		first = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		wanted = strtoull(argv[2], NULL, 10);
	failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
	tell();
	return failed;
}

size_t pick(uint64_t *rng, size_t bound)
{
	return (size_t)rng_below(rng, bound);
}

const char *pick_text(uint64_t *rng, const char *const *texts, size_t count)
{
	return texts[pick(rng, count)];
}
