/* test_account_set.c - different accounts are counted once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "account_set.h"

static void add__accounts__those_that_differ_count(void **state)
{
	static const struct {
		const char *domain, *user;
		uint32_t count;
	} rows[] = {
		{ "CORP", "alice", 1 },	       { "corp", "ALICE", 1 },
		{ "OTHER", "alice", 2 },       { "", "alice", 3 },
		{ "CORP", "\xc3\xb6ller", 4 }, { "CORP", "\xc3\x96LLER", 4 },
	};
	struct account_set set;

	(void)state;
	account_set_init(&set);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		account_set_add(&set, rows[i].domain, rows[i].user);
		assert_int_equal(set.count, rows[i].count);
	}
	assert_false(set.failed);
	account_set_release(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add__accounts__those_that_differ_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
