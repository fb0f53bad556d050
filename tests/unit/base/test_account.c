#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "account.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void pattern_error__patterns__reason_or_none(void **state)
{
	(void)state;
	static const struct {
		const char *pattern;
		const char *reason; /* how it begins; NULL: usable */
	} rows[] = {
		{ "alice", NULL },
		{ "CORP\\alice", NULL },
		{ "*\\svc_*", NULL },
		{ "*", NULL },
		{ "M\xc3\xbcller", NULL },
		{ "\xff", NULL },
		{ "al ice", NULL },
		{ NULL, "is empty" },
		{ "", "is empty" },
		{ "\\alice", "has no domain before the backslash" },
		{ "CORP\\", "has no user after the backslash" },
		{ "\\", "has no domain before the backslash" },
		{ "A\\B\\C", "holds a second backslash" },
		{ "CORP\\\\alice", "holds a second backslash" },
		{ "alice@corp.example", "holds an '@'" },
		{ "a\nb", "holds a control character" },
		{ "a\x7f", "holds a control character" },
		{ "a\xc2\x85", "holds a control character" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *reason = account_pattern_error(rows[i].pattern);
		if (!rows[i].reason) {
			assert_null(reason);
		} else {
			assert_non_null(reason);
			assert_int_equal(strncmp(reason, rows[i].reason, strlen(rows[i].reason)),
					 0);
		}
	}
}

static void match__accounts__as_documented(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *domain, *user;
		bool match;
	} rows[] = {
		{ "alice", "CORP", "Alice", true },
		{ "alice", NULL, "alice", true },
		{ "alice", "OTHER", "alice", true },
		{ "alice", "CORP", "alice2", false },
		{ "ali*", "CORP", "alice", true },
		{ "corp\\ALICE", "CORP", "alice", true },
		{ "corp\\alice", "OTHER", "alice", false },
		{ "corp\\alice", "", "alice", false },
		{ "corp\\alice", NULL, "alice", false },
		{ "c*\\a?ice", "CORP", "alice", true },
		{ "*\\alice", "", "alice", true },
		{ "*\\alice", NULL, "alice", true },
		{ "?*\\alice", NULL, "alice", false },
		{ "*", "CORP", "", false },
		{ "*", "CORP", NULL, false },
		{ "*\\*", "CORP", "", false },
		{ "*", "", "x", true },
		{ "b\xc3\x9cro\\*", "B\xc3\xbcRO", "x", true },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (account_match(rows[i].pattern, rows[i].domain, rows[i].user) != rows[i].match) {
			fail_msg("row %d, '%s'", (int)i, rows[i].pattern);
		}
	}
}

static void is_exact__patterns__full_account_only(void **state)
{
	(void)state;
	assert_true(account_pattern_is_exact("CORP\\alice"));
	static const char *const others[] = { "alice",	 "CORP\\a*", "C?RP\\alice", "CORP\\",
					      "\\alice", "",	     "A\\B\\C",	    "CORP\\a@b" };
	for (size_t i = 0; i < COUNT(others); i++) {
		assert_false(account_pattern_is_exact(others[i]));
	}
}

static void eq__accounts__folded_and_null_is_empty(void **state)
{
	(void)state;
	assert_true(account_eq("CORP", "Alice", "corp", "ALICE"));
	assert_true(account_eq(NULL, "alice", "", "alice"));
	assert_true(account_eq(NULL, NULL, "", ""));
	assert_false(account_eq("CORP", "alice", NULL, "alice"));
	assert_false(account_eq("CORP", "alice", "CORP", "bob"));
	assert_false(account_eq("CORP", "alice", "CORP", NULL));
	assert_false(account_eq("CORP", "*", "CORP", "alice"));
	assert_false(account_eq("ab", "c", "a", "bc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pattern_error__patterns__reason_or_none),
		cmocka_unit_test(match__accounts__as_documented),
		cmocka_unit_test(is_exact__patterns__full_account_only),
		cmocka_unit_test(eq__accounts__folded_and_null_is_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
