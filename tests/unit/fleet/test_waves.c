/* The sizes of waves, as Ansible's serial. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "fleet.h"
#include "waves.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct row {
	size_t hosts;
	struct fleet_wave sizes[3];
	size_t size_count;
	size_t expected[8]; /* 0 ends */
} rows[] = {
	{ 10, { { 0, false } }, 0, { 10 } },
	{ 10, { { 3, false } }, 1, { 3, 3, 3, 1 } },
	{ 10, { { 1, false }, { 20, true }, { 100, true } }, 3, { 1, 2, 7 } },
	{ 10, { { 25, true } }, 1, { 2, 2, 2, 2, 2 } }, /* rounded down */
	{ 3, { { 10, true } }, 1, { 1, 1, 1 } },	/* but at least one */
	{ 5, { { 100, true } }, 1, { 5 } },
	{ 5, { { 50, false } }, 1, { 5 } },
	{ 0, { { 1, false } }, 1, { 0 } },
};

static void waves__sizes__as_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t *hosts = calloc(rows[i].hosts + 1, sizeof(*hosts));
		const uint32_t *first = NULL;
		struct waves waves = { 0 };
		uint32_t number = 0;
		size_t at = 0;

		assert_non_null(hosts);
		for (size_t k = 0; k < rows[i].hosts; k++)
			hosts[k] = (uint32_t)(100 + k);
		waves_init(&waves, hosts, rows[i].hosts, rows[i].sizes, rows[i].size_count);
		while (rows[i].expected[number]) {
			assert_int_equal(waves_next(&waves, &first), rows[i].expected[number]);
			assert_int_equal(first[0], 100 + at);
			at += rows[i].expected[number];
			assert_int_equal(waves.number, ++number);
		}
		assert_int_equal(waves_next(&waves, &first), 0);
		assert_int_equal(at, rows[i].hosts);
		assert_int_equal(waves_total(&waves), number);
		waves_release(&waves);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(waves__sizes__as_expected) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
