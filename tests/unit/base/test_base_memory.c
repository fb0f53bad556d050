#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "csv.h"
#include "host_range.h"
#include "json_read.h"
#include "str_map.h"
#include "strbuf.h"
#include "text.h"

/* The linker turns malloc into __wrap_malloc and __real_malloc into malloc. */
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);

static long until_failure = -1; /* allocations that still succeed; -1: all do */

static bool may_allocate(void)
{
	if (until_failure == 0) {
		return false; /* and so does every later one */
	}
	until_failure -= until_failure > 0;
	return true;
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

/* Runs `work` with the first, the second, ... allocation failing, until it succeeds: it must report
 * each failure (false) and, as the sanitizers watch, lose nothing. */
static void fail_each(bool (*work)(void), long least)
{
	long failures = 0;
	for (;; failures++) {
		until_failure = failures;
		bool done = work();
		bool hit = until_failure == 0;
		until_failure = -1;
		if (done) {
			break;
		}
		assert_true(hit);
		assert_true(failures < 100000);
	}
	assert_true(failures >= least);
}

static bool use_strbuf(void)
{
	struct strbuf buf;
	strbuf_init(&buf);
	for (int i = 0; i < 50; i++) {
		strbuf_addf(&buf, "%d bottles,", i);
		strbuf_addc(&buf, 'x');
		strbuf_adds(&buf, "and more");
	}
	char *text = strbuf_steal(&buf, NULL);
	bool done = text != NULL;
	free(text);
	return done;
}

static bool use_arena(void)
{
	struct arena arena;
	bool done = true;
	arena_init(&arena);
	for (int i = 0; i < 200 && done; i++) {
		done = arena_strdup(&arena, "twenty or thirty bytes of text") &&
		       arena_alloc(&arena, 3000);
	}
	arena_release(&arena);
	return done;
}

static bool use_str_map(void)
{
	static const char bytes[300] = { 0 };
	struct str_map map;
	uint32_t value;
	bool done = true;
	str_map_init(&map);
	for (uint32_t i = 0; i < 300; i++) {
		size_t before = map.count;
		if (str_map_put(&map, bytes, i, i) != 0) {
			done = false;
			assert_int_equal(map.count, before);
			break;
		}
	}
	for (uint32_t i = 0; i < map.count; i++) { /* a failure loses nothing that was there */
		assert_true(str_map_get(&map, bytes, i, &value));
		assert_int_equal(value, i);
	}
	str_map_release(&map);
	return done;
}

static bool use_csv(void)
{
	struct strbuf json;
	struct csv_reader *reader = NULL;
	const struct csv_field *fields;
	size_t count;
	int got = -1;
	strbuf_init(&json);
	for (int i = 0; i < 40; i++) {
		csv_add_text(&json, "=a \"quoted\" cell");
		strbuf_adds(&json, ",");
	}
	if (!json.failed) {
		reader = csv_reader_create(json.data, json.len);
	}
	if (reader) {
		got = csv_next(reader, &fields, &count);
		if (got < 0) {
			assert_string_equal(csv_error_text(reader), "memory is short");
		}
	}
	csv_reader_free(reader);
	strbuf_release(&json);
	return got == 1;
}

static int ignore_name(void *ctx, const char *name, size_t len)
{
	(void)ctx;
	(void)name;
	(void)len;
	return 0;
}

static bool use_expand(void)
{
	struct host_range_error error = { 0 };
	int result = host_range_expand("rdsh[1:3]", 9, ignore_name, NULL, &error);
	if (result != 0) {
		assert_string_equal(error.message, "memory is short");
	}
	return result == 0;
}

static bool use_fold(void)
{
	static const char *const names[] = { "a1", "a2", "b1-x", "b2-x", "c", "a1", "a9", "z7" };
	struct strbuf out;
	strbuf_init(&out);
	host_range_fold(&out, names, sizeof(names) / sizeof(names[0]));
	bool done = !out.failed;
	if (done) {
		assert_string_equal(strbuf_text(&out), "a[1:2],b[1:2]-x,c,a9,z7");
	}
	strbuf_release(&out);
	return done;
}

static bool use_text(void)
{
	struct strbuf out;
	size_t offset;
	const char *what = NULL;
	strbuf_init(&out);
	bool done = text_from_file(&out,
				   "\xff\xfe"
				   "a\0b\0",
				   6, &offset, &what) == 0;
	if (!done) {
		assert_string_equal(what, "memory is short");
	}
	text_escape_add(&out, "\x1b", 1);
	text_fold_add(&out, "ABC", 3);
	done = !out.failed;
	strbuf_release(&out);
	return done;
}

static long read_bytes(void *ctx, char *out, size_t cap)
{
	const char **text = ctx;
	size_t len = strlen(*text) < 5 ? strlen(*text) : 5;
	len = len < cap ? len : cap;
	memcpy(out, *text, len);
	*text += len;
	return (long)len;
}

static bool use_json(void)
{
	static char json[4000];
	if (!json[0]) {
		size_t at = 1;
		json[0] = '{';
		for (int i = 0; i < 60; i++) {
			at += (size_t)snprintf(json + at, sizeof(json) - at,
					       "\"key %d\":[\"some text\",{\"a\":1}],", i);
		}
		snprintf(json + at, sizeof(json) - at, "\"last\":0}");
	}
	const char *rest = json;
	struct json_reader *reader = json_reader_create(read_bytes, &rest, 0);
	if (!reader) {
		return false;
	}
	struct strbuf raw;
	enum json_token token;
	strbuf_init(&raw);
	do {
		token = json_next(reader);
		if (token == JSON_KEY && json_peek(reader) == JSON_ARRAY) {
			strbuf_clear(&raw);
			(void)json_raw(reader, &raw);
		}
	} while (token != JSON_ERROR && token != JSON_END);
	if (token == JSON_ERROR) {
		assert_string_equal(json_error_text(reader), "memory is short");
	}
	strbuf_release(&raw);
	json_reader_free(reader);
	return token == JSON_END;
}

static void strbuf__each_allocation_fails__told(void **state)
{
	(void)state;
	fail_each(use_strbuf, 5);
}

static void arena__each_allocation_fails__told(void **state)
{
	(void)state;
	fail_each(use_arena, 5);
}

static void str_map__each_allocation_fails__told_and_unchanged(void **state)
{
	(void)state;
	fail_each(use_str_map, 5);
}

static void csv__each_allocation_fails__told(void **state)
{
	(void)state;
	fail_each(use_csv, 5);
}

static void host_range__each_allocation_fails__told(void **state)
{
	(void)state;
	fail_each(use_expand, 1);
	fail_each(use_fold, 6);
}

static void text__each_allocation_fails__told(void **state)
{
	(void)state;
	fail_each(use_text, 1);
}

static void json__each_allocation_fails__told(void **state)
{
	(void)state;
	fail_each(use_json, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strbuf__each_allocation_fails__told),
		cmocka_unit_test(arena__each_allocation_fails__told),
		cmocka_unit_test(str_map__each_allocation_fails__told_and_unchanged),
		cmocka_unit_test(csv__each_allocation_fails__told),
		cmocka_unit_test(host_range__each_allocation_fails__told),
		cmocka_unit_test(text__each_allocation_fails__told),
		cmocka_unit_test(json__each_allocation_fails__told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
