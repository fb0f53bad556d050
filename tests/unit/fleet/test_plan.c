/* Exactly the sessions that were planned. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "plan.h"
#include "utc.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct plan_entry entry(const char *host, uint32_t id, const char *domain, const char *user,
			       int64_t logon_at_ms)
{
	return (struct plan_entry){ .host = host,
				    .id = id,
				    .domain = domain,
				    .user = user,
				    .station = "",
				    .vm = "",
				    .logon_at_ms = logon_at_ms };
}

static struct plan *plan_of(const struct plan_entry *entries, size_t count)
{
	struct plan *plan = plan_create();

	assert_non_null(plan);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(plan_add(plan, &entries[i]), 0);
	return plan;
}

static void has__identities__only_the_very_same(void **state)
{
	static const struct {
		const char *host, *domain, *user;
		uint32_t id;
		int64_t logon_at_ms;
		bool has, may_have;
	} rows[] = {
		{ "rdsh1", "CORP", "alice", 2, 1000, true, true },
		{ "RDSH1", "corp", "Alice", 2, 1000, true, true },
		{ "rdsh1", "CORP", "d\xC3\x96rte", 3, UTC_UNKNOWN, true, true },
		{ "rdsh1", "CORP", "d\xC3\xB6rte", 3, 1000, false, true },
		{ "rdsh1", "CORP", "alice", 2, 1001, false, true },
		{ "rdsh1", "CORP", "alice", 2, UTC_UNKNOWN, false, true },
		{ "rdsh2", "CORP", "alice", 2, 1000, false, false },
		{ "rdsh1", "CORP", "alice", 3, 1000, false, false },
		{ "rdsh1", "CORP", "alic", 2, 1000, false, false },
		{ "rdsh1", "", "alice", 2, 1000, false, false },
		{ "rdsh1", NULL, "alice", 2, 1000, false, false },
		{ "rdsh", "1CORP", "alice", 2, 1000, false, false },
		{ "rdsh1", "", "local", 4, 1000, true, true },
		{ "rdsh1", NULL, "local", 4, 1000, true, true },
		{ "", "", "", 0, 0, false, false },
	};
	const struct plan_entry entries[] = {
		entry("rdsh1", 2, "CORP", "alice", 1000),
		entry("rdsh1", 3, "CORP", "d\xC3\xB6rte", UTC_UNKNOWN),
		entry("rdsh1", 4, NULL, "local", 1000),
	};
	struct plan *plan = plan_of(entries, COUNT(entries));

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct plan_entry asked = entry(rows[i].host, rows[i].id, rows[i].domain,
						rows[i].user, rows[i].logon_at_ms);

		assert_int_equal(plan_has(plan, &asked), rows[i].has);
		assert_int_equal(
			plan_may_have(plan, asked.host, asked.id, asked.domain, asked.user),
			rows[i].may_have);
	}
	plan_free(plan);
}

static void add__twice__is_once(void **state)
{
	const struct plan_entry entries[] = {
		entry("rdsh1", 2, "CORP", "alice", 1000),
		entry("RDSH1", 2, "corp", "ALICE", 1000),
		entry("rdsh1", 2, "CORP", "alice", 1001),
	};
	struct plan *plan = plan_of(entries, COUNT(entries));

	(void)state;
	assert_int_equal(plan_count(plan), 2);
	plan_free(plan);
	plan_free(NULL);
}

static void empty__anything__is_not_planned(void **state)
{
	const struct plan_entry asked = entry("rdsh1", 2, "CORP", "alice", 1000);
	const struct plan_entry *found = NULL;
	struct plan *plan = plan_create();

	(void)state;
	assert_non_null(plan);
	assert_int_equal(plan_count(plan), 0);
	assert_false(plan_has(plan, &asked));
	assert_false(plan_may_have(plan, "rdsh1", 2, "CORP", "alice"));
	assert_int_equal(plan_next(plan, "rdsh1", 0, &found), -1);
	assert_null(found);
	plan_free(plan);
}

static void next__entries_of_a_host__in_order_from_anywhere(void **state)
{
	const struct plan_entry entries[] = {
		entry("a", 0, "", "u", 1), entry("b", 1, "", "u", 1), entry("A", 2, "", "u", 1),
		entry("b", 3, "", "u", 1), entry("a", 4, "", "u", 1),
	};
	static const int64_t next_of_a[] = { 0, 2, 2, 4, 4, -1, -1 };
	const struct plan_entry *found;
	struct plan *plan = plan_of(entries, COUNT(entries));

	(void)state;
	for (size_t from = 0; from < COUNT(next_of_a); from++) {
		assert_int_equal(plan_next(plan, "a", from, &found), next_of_a[from]);
		if (next_of_a[from] >= 0)
			assert_int_equal(found->id, next_of_a[from]);
	}
	assert_int_equal(plan_next(plan, "B", 2, &found), 3);
	assert_string_equal(found->host, "b");
	assert_int_equal(plan_next(plan, "c", 0, &found), -1);
	plan_free(plan);
}

/* Texts are copied: those that were added may go. And 100,000 of them are no burden. */
static void add__many_from_one_buffer__all_found(void **state)
{
	struct plan *plan = plan_create();
	const struct plan_entry *found = NULL;
	char host[32], user[32];
	size_t seen = 0;

	(void)state;
	assert_non_null(plan);
	for (uint32_t i = 0; i < 100000; i++) {
		struct plan_entry made = entry(host, i, "CORP", user, i);

		made.station = user;
		made.vm = host;
		(void)snprintf(host, sizeof(host), "rdsh%u", (unsigned)(i % 100));
		(void)snprintf(user, sizeof(user), "user%u", (unsigned)i);
		assert_int_equal(plan_add(plan, &made), 0);
	}
	assert_int_equal(plan_count(plan), 100000);
	for (int64_t at = plan_next(plan, "rdsh42", 0, &found); at >= 0;
	     at = plan_next(plan, "rdsh42", (size_t)at + 1, &found)) {
		assert_int_equal(at, 42 + 100 * seen);
		(void)snprintf(user, sizeof(user), "user%u", (unsigned)at);
		assert_string_equal(found->user, user);
		assert_string_equal(found->station, user);
		assert_string_equal(found->vm, "rdsh42");
		assert_true(plan_has(plan, found));
		seen++;
	}
	assert_int_equal(seen, 1000);
	plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has__identities__only_the_very_same),
		cmocka_unit_test(add__twice__is_once),
		cmocka_unit_test(empty__anything__is_not_planned),
		cmocka_unit_test(next__entries_of_a_host__in_order_from_anywhere),
		cmocka_unit_test(add__many_from_one_buffer__all_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
