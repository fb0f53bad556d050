/*
 * sim_test.h - what the tests of the simulated fleet share: scenarios from texts and files.
 * Include after cmocka.h.
 */
#ifndef SIM_TEST_H
#define SIM_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_scenario.h"

/* 2026-01-01T00:00:00Z, the epoch of most scenarios here, in ms. */
#define EPOCH INT64_C(1767225600000)

static inline struct sim_scenario *scenario_of(const char *text)
{
	struct sim_problems problems;
	struct sim_scenario *scenario = NULL;

	sim_problems_init(&problems);
	if (sim_scenario_parse(&scenario, text, strlen(text), &problems) != 0)
		fail_msg("%d:%d: %s", problems.count ? problems.items[0].line : 0,
			 problems.count ? problems.items[0].column : 0,
			 problems.count ? problems.items[0].message : "no memory");
	sim_problems_release(&problems);
	return scenario;
}

static inline struct sim_scenario *scenario_from(const char *name)
{
	char path[512];
	static char text[65536];

	(void)snprintf(path, sizeof(path), "%s/scenarios/%s", RDSWEEP_TEST_DATA, name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t len = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	assert_true(len > 0 && len < sizeof(text) - 1);
	text[len] = '\0';
	return scenario_of(text);
}

#endif
