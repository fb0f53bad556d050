#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "report_diff.h"
#include "report_diff_text.h"
#include "report_fold.h"
#include "report_groups.h"
#include "report_merge.h"
#include "report_text.h"
#include "sample_model.h"
#include "support.h"

/* The linker turns malloc into __wrap_malloc and __real_malloc into malloc. What cJSON takes
 * comes by its hooks. */
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

/* Runs `work` with the first, the second, ... allocation failing, until it needs no more of them:
 * it must report each failure (-1) and, as the sanitizers watch, lose nothing. */
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
static struct strbuf json;

static int make_record(void)
{
	struct rep_record made;

	if (sample_hostile(&made) < 0)
		return -1;
	rep_record_release(&made);
	return 0;
}

static int discard(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	(void)bytes;
	(void)len;
	return 0;
}

static int write_json(void)
{
	const struct rep_sink sink = { NULL, discard };

	return rep_write_record(&record, REP_FORMAT_JSON, &sink);
}

static int write_csv(void)
{
	const struct rep_sink sink = { NULL, discard };

	return rep_write_record(&record, REP_FORMAT_CSV, &sink);
}

static int write_html(void)
{
	const struct rep_sink sink = { NULL, discard };

	return rep_write_record(&record, REP_FORMAT_HTML, &sink);
}

/* Reads the JSON for a visitor: 0, or -1 whatever the failure. */
static int read_json(const struct rep_visitor *visitor)
{
	struct test_source source = { .bytes = json.data, .len = json.len };
	struct rep_read_error error;

	return rep_read(test_source_read, &source, visitor, &error) == 0 ? 0 : -1;
}

static enum rep_by group_by;

static int count_groups(void)
{
	static const struct rep_filter filter = { .by_outcome = false };
	struct rep_groups groups;
	struct rep_visitor visitor;
	int result;

	rep_groups_init(&groups, group_by, &filter);
	rep_groups_visitor(&groups, &visitor);
	result = read_json(&visitor);
	rep_groups_sort(&groups);
	rep_groups_release(&groups);
	return result;
}

static int tell_difference(void)
{
	static const char *const names[2] = { "a", "b" };
	const struct rep_sink sink = { NULL, discard };
	struct rep_visitor visitor;
	struct rep_diff diff;
	int result;

	rep_diff_init(&diff);
	rep_diff_visitor(&diff, 0, &visitor);
	result = read_json(&visitor);
	rep_diff_visitor(&diff, 1, &visitor);
	if (result == 0)
		result = read_json(&visitor);
	if (result == 0)
		result = rep_diff_settle(&diff);
	if (result == 0)
		result = rep_diff_tell(&diff, names, true, &sink);
	rep_diff_release(&diff);
	return result;
}

/* The record is shard 2 of 4. */
static uint32_t shard_of(const char *name, uint32_t n)
{
	(void)name;
	(void)n;
	return 2;
}

static int merge(void)
{
	const struct rep_sink sink = { NULL, discard };
	struct rep_writer *writer = rep_writer_create(REP_FORMAT_JSON, &sink);
	struct rep_visitor visitor;
	struct rep_merge merge;
	int result = -1;

	rep_merge_init(&merge, shard_of);
	if (!writer || rep_merge_next(&merge, "a"))
		goto out;
	rep_merge_visitor(&merge, &visitor);
	if (read_json(&visitor) < 0 || rep_merge_settle(&merge) ||
	    rep_writer_begin(writer, &merge.head) < 0)
		goto out;
	rep_merge_step_visitor(&merge, &merge.steps[0], &writer, 1, &visitor);
	if (read_json(&visitor) == 0 && rep_merge_complete(&merge))
		result = rep_writer_end(writer);
out:
	rep_merge_release(&merge);
	rep_writer_free(writer);
	return result;
}

static int convert(void)
{
	struct test_source source = { .bytes = json.data, .len = json.len };
	struct rep_read_error error;
	struct strbuf out;
	int result;

	strbuf_init(&out);
	result = test_convert(&source, REP_FORMAT_JSON, &out, &error);
	strbuf_release(&out);
	return result;
}

static int summarize(void)
{
	struct rep_fold fold;
	struct strbuf out;
	int result;

	if (rep_fold_record(&fold, &record) < 0)
		return -1;
	strbuf_init(&out);
	rep_text_summary(&out, &fold.head, 60);
	result = out.failed ? -1 : 0;
	strbuf_release(&out);
	rep_fold_release(&fold);
	return result;
}

static void record__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(make_record, 10);
}

static void json_writer__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(write_json, 10);
}

static void csv_writer__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(write_csv, 10);
}

static void html_writer__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(write_html, 10);
}

static void groups__memory_is_short__is_told(void **state)
{
	(void)state;
	for (int by = REP_BY_HOST; by <= REP_BY_WAVE; by++) {
		group_by = (enum rep_by)by;
		fail_each(count_groups, 5);
	}
}

static void diff__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(tell_difference, 30);
}

static void merge__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(merge, 30);
}

static void reader__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(convert, 30);
}

static void summary__memory_is_short__is_told(void **state)
{
	(void)state;
	fail_each(summarize, 10);
}

static int set_up(void **state)
{
	cJSON_Hooks hooks = { __wrap_malloc, free };

	(void)state;
	cJSON_InitHooks(&hooks);
	strbuf_init(&json);
	return sample_hostile(&record) < 0 || test_write(&record, REP_FORMAT_JSON, &json) < 0 ? -1
											      : 0;
}

static int tear_down(void **state)
{
	(void)state;
	strbuf_release(&json);
	rep_record_release(&record);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record__memory_is_short__is_told),
		cmocka_unit_test(json_writer__memory_is_short__is_told),
		cmocka_unit_test(csv_writer__memory_is_short__is_told),
		cmocka_unit_test(html_writer__memory_is_short__is_told),
		cmocka_unit_test(groups__memory_is_short__is_told),
		cmocka_unit_test(diff__memory_is_short__is_told),
		cmocka_unit_test(merge__memory_is_short__is_told),
		cmocka_unit_test(reader__memory_is_short__is_told),
		cmocka_unit_test(summary__memory_is_short__is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
