/*
 * journal_test.h - for tests of the journal's reader: how a journal begins, and a reading that must
 * succeed. Include after cmocka.h.
 */
#ifndef RDSWEEP_TESTS_JOURNAL_TEST_H
#define RDSWEEP_TESTS_JOURNAL_TEST_H

#include "journal_read.h"

#define T_MS INT64_C(1767304800417) /* 2026-01-01T22:00:00.417Z */
#define T    "\"t\":\"2026-01-01T22:00:00.417Z\""
#define RUN_LINE                                                                                   \
	"{\"event\":\"run\"," T ",\"schema\":\"rdsweep.journal/1\",\"more\":{\"a\":[1,{}]}}\n"

/* Fails the test where the journal is refused. The caller releases `ret`. */
static inline void read_ok(struct journal_read *ret, const char *bytes, size_t len)
{
	struct journal_read_error error;

	if (journal_read(ret, bytes, len, &error) < 0)
		fail_msg("%d:%d: %s", error.line, error.column, error.message);
}

#endif
