/* test_run_setup.c - the size of the pool, and what counts as yes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "prompt.h"
#include "run.h"

static void pool_size__fleet_and_concurrency__leave_a_reserve(void **state)
{
	static const struct {
		size_t hosts;
		unsigned concurrency, calls, threads;
	} rows[] = {
		{ 0, 64, 1, 2 },	{ 1, 64, 1, 2 },
		{ 10, 64, 10, 20 },	{ 200, 64, 64, 128 },
		{ 100, 64, 64, 128 },	{ 2000, 64, 64, 64 + 125 },
		{ 10000, 64, 64, 689 }, { 10000, 1, 1, 626 },
		{ 70, 64, 64, 128 },	{ 10000, 1000, 1000, 1024 },
		{ 5000, 1, 1, 313 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned calls = rows[i].concurrency;

		assert_int_equal(run_pool_size(rows[i].hosts, &calls), rows[i].threads);
		assert_int_equal(calls, rows[i].calls);
		assert_true(calls + 1 <= rows[i].threads);
	}
}

static void prompt__answer__is_yes_only_as_the_exact_number(void **state)
{
	static const struct {
		const char *line;
		bool yes;
	} rows[] = {
		{ "412", true },   { "412 ", true },  { " \t412", true }, { "", false },
		{ "41", false },   { "4120", false }, { "yes", false },	  { "y", false },
		{ "+412", false }, { "0412", false }, { "412 1", false }, { "412.", false },
		{ "4 12", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(prompt_is_number(rows[i].line, 412), rows[i].yes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pool_size__fleet_and_concurrency__leave_a_reserve),
		cmocka_unit_test(prompt__answer__is_yes_only_as_the_exact_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
