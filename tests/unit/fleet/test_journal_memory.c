/* Memory that is short is told, whichever allocation fails, and nothing is lost (the sanitizers
 * watch). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "journal_lines.h"
#include "journal_read.h"
#include "plan.h"

/* The linker turns malloc into __wrap_malloc and __real_malloc into malloc. */
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);

static long until_failure = -1; /* allocations that still succeed; -1: all do */
static bool failed;		/* some allocation has failed */

/* Fails one allocation only: those that follow must not hide that it did. */
static bool may_allocate(void)
{
	if (until_failure < 0)
		return true;
	if (until_failure-- > 0)
		return true;
	failed = true;
	return false;
}

void *__wrap_malloc(size_t bytes)
{
	return may_allocate() ? __real_malloc(bytes) : NULL;
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	return may_allocate() ? __real_calloc(count, bytes) : NULL;
}

void *__wrap_realloc(void *old, size_t bytes)
{
	return may_allocate() ? __real_realloc(old, bytes) : NULL;
}

static void fail_each(int (*work)(void), long least)
{
	for (long n = 0;; n++) {
		int result;

		failed = false;
		until_failure = n;
		result = work();
		until_failure = -1;
		if (!failed) {
			assert_int_equal(result, 0);
			assert_true(n >= least);
			return;
		}
		if (result != -1)
			fail_msg("failure %ld was not told", n);
	}
}

static struct rep_record record;
static struct strbuf journal;

static const char *const groups[] = { "berlin", "farm" };
static const struct fleet_host hosts[] = {
	{ .name = "a",
	  .address = "b",
	  .call_timeout_ms = -1,
	  .protect = groups,
	  .protect_count = 2 },
	{ .name = "c", .address = "d", .call_timeout_ms = -1, .groups = groups, .group_count = 2 },
};

static int add_lines(struct strbuf *out)
{
	static const uint32_t rows[] = { 0, 1, 2 };

	strbuf_adds(out, "{\"event\":\"run\",\"t\":\"2026-01-01T22:00:00.000Z\","
			 "\"schema\":\"rdsweep.journal/1\"}\n");
	journal_line_member(out, 0, &hosts[0]);
	journal_line_member(out, 0, &hosts[1]);
	journal_line_surveyed(out, 0, &record, 0);
	journal_line_surveyed(out, 0, &record, 1);
	journal_line_confirmed(out, 0);
	journal_line_intent(out, 0, &record, 1, rows, 3);
	journal_line_session(out, "result", 0, &record, 1, 1);
	journal_line_left(out, 0, &record, 1, 2);
	journal_line_done(out, 0, &record, 1);
	journal_line_end(out, 0, &record.run, false);
	return out->failed ? -1 : 0;
}

static int write_lines(void)
{
	struct strbuf out;
	int result;

	strbuf_init(&out);
	result = add_lines(&out);
	strbuf_release(&out);
	return result;
}

static int read_back(void)
{
	struct journal_read_error error = { 0, 0, "" };
	struct journal_read read;
	int result = journal_read(&read, journal.data, journal.len, &error);

	if (result < 0) {
		assert_string_equal(error.message, "memory is short");
		return -1;
	}
	result = journal_reopen(&read);
	journal_read_release(&read);
	return result;
}

static int make_plan(void)
{
	struct plan *plan = plan_create();
	int result = plan ? 0 : -1;

	for (uint32_t id = 0; result == 0 && id < 100; id++) {
		struct plan_entry entry = { id % 2 ? "a" : "b", id, "CORP", "user", "s", "vm", id };

		result = plan_add(plan, &entry);
	}
	plan_free(plan);
	return result;
}

static void lines__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(write_lines, 5);
}

static void reader__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(read_back, 20);
}

static void plan__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(make_plan, 20);
}

static int set_up(void **state)
{
	const struct rep_error_kind kind = { "WTSLogoffSession", 5, "X", "m", "", "" };
	uint16_t error;

	(void)state;
	if (rep_record_init(&record, 2) < 0)
		return -1;
	error = rep_error_kind(&record, &kind);
	for (uint32_t i = 0; i < 2; i++) {
		record.hosts[i].name = hosts[i].name;
		record.hosts[i].error = error;
		for (uint32_t row = 0; row < 20; row++) {
			struct rep_session *session = rep_host_add_session(&record.hosts[i]);

			if (!session)
				return -1;
			session->id = row;
			session->user = "alice";
			session->domain = i ? "CORP" : "OTHER";
			session->station = "not \xFF UTF-8";
			session->error = row % 2 ? error : 0;
		}
	}
	strbuf_init(&journal);
	return add_lines(&journal);
}

static int tear_down(void **state)
{
	(void)state;
	strbuf_release(&journal);
	rep_record_release(&record);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines__memory_is_short__is_told),
		cmocka_unit_test(reader__memory_is_short__is_told),
		cmocka_unit_test(plan__memory_is_short__is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
