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
#include "hash.h"
#include "host_range.h"
#include "str_map.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int join(void *ctx, const char *name, size_t len)
{
	struct strbuf *out = ctx;
	assert_int_equal(strlen(name), len);
	strbuf_adds(out, out->len ? " " : "");
	strbuf_add(out, name, len);
	return 0;
}

static void expand__patterns__names_in_order(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *names;
	} rows[] = {
		{ "", "" },
		{ "web01.corp.example", "web01.corp.example" },
		{ "rdsh[001:003]", "rdsh001 rdsh002 rdsh003" },
		{ "rdsh[001:003].corp.example",
		  "rdsh001.corp.example rdsh002.corp.example rdsh003.corp.example" },
		{ "a[5:5]b", "a5b" },
		{ "a[9:11]", "a9 a10 a11" },
		{ "a[09:11]", "a09 a10 a11" },
		{ "a[0:2]", "a0 a1 a2" },
		{ "a[00:02]", "a00 a01 a02" },
		{ "a[:2]", "a0 a1 a2" },
		{ "a[1:010]", "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10" },
		{ "a[1:10:3]", "a1 a4 a7 a10" },
		{ "a[1:9:3]", "a1 a4 a7" },
		{ "a[01:10:03]", "a01 a04 a07 a10" },
		{ "a[1:3:99999999999]", "a1" },
		{ "[a:f]", "a b c d e f" },
		{ "x[A:C]y", "xAy xBy xCy" },
		{ "[y:B]", "y z A B" },
		{ "[a:e:2]", "a c e" },
		{ "r[1:2]-[a:b]", "r1-a r1-b r2-a r2-b" },
		{ "[1:2][1:2][1:2]", "111 112 121 122 211 212 221 222" },
		{ "a[18446744073709551614:18446744073709551615]",
		  "a18446744073709551614 a18446744073709551615" },
		{ "a[00000000000000000000000001:00000000000000000000000002]",
		  "a00000000000000000000000001 a00000000000000000000000002" },
		{ "a|b", "a|b" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct strbuf out;
		struct host_range_error error;
		uint64_t count = 0, expected = 1;
		strbuf_init(&out);
		assert_int_equal(host_range_expand(rows[i].pattern, strlen(rows[i].pattern), join,
						   &out, &error),
				 0);
		assert_string_equal(strbuf_text(&out), rows[i].names);
		strbuf_release(&out);
		for (const char *at = rows[i].names; *at; at++) {
			expected += *at == ' ';
		}
		assert_int_equal(
			host_range_count(rows[i].pattern, strlen(rows[i].pattern), &count, &error),
			0);
		assert_int_equal(count, expected);
	}
}

static int must_not_emit(void *ctx, const char *name, size_t len)
{
	(void)ctx;
	(void)len;
	fail_msg("'%s' was emitted", name);
	return 0;
}

static void expand__bad_range__place_and_reason(void **state)
{
	(void)state;
	static const struct {
		const char *pattern;
		size_t offset;
		const char *message;
	} rows[] = {
		{ "ab[1:2", 2, "'[' without a ']' after it" },
		{ "ab1:2]", 5, "']' without a '[' before it" },
		{ "ab[1:2]]", 7, "']' without a '[' before it" },
		{ "ab[1:[2]", 5, "'[' inside a range" },
		{ "ab[]", 2, "expected [first:last] or [first:last:step]" },
		{ "ab[1]", 2, "expected [first:last] or [first:last:step]" },
		{ "ab[1:2:3:4]", 2, "expected [first:last] or [first:last:step]" },
		{ "ab[1-5]", 2, "expected [first:last] or [first:last:step]" },
		{ "ab[1:]", 5, "the range has no last value" },
		{ "ab[:]", 4, "the range has no last value" },
		{ "ab[5:1]", 3, "the range is empty: its first value is after its last" },
		{ "ab[f:a]", 3, "the range is empty: its first value is after its last" },
		{ "ab[A:a]", 3, "the range is empty: its first value is after its last" },
		{ "ab[1:f]", 5, "a range goes from number to number or from letter to letter" },
		{ "ab[a:5]", 5, "a range goes from number to number or from letter to letter" },
		{ "ab[:f]", 4, "a range goes from number to number or from letter to letter" },
		{ "ab[aa:ff]", 3,
		  "expected a number or a single letter at both ends of the range" },
		{ "ab[1:x9]", 5, "expected a number or a single letter at both ends of the range" },
		{ "ab[-1:5]", 3, "expected a number or a single letter at both ends of the range" },
		{ "ab[ 1:5]", 3, "expected a number or a single letter at both ends of the range" },
		{ "ab[01:100]", 6,
		  "the first number has leading zeros, so the last needs as many digits" },
		{ "ab[001:99]", 7,
		  "the first number has leading zeros, so the last needs as many digits" },
		{ "ab[1:5:0]", 7, "the step must be at least 1" },
		{ "ab[a:f:0]", 7, "the step must be at least 1" },
		{ "ab[1:5:]", 7, "expected a number as the step" },
		{ "ab[1:5:-1]", 7, "expected a number as the step" },
		{ "ab[1:5:x]", 7, "expected a number as the step" },
		{ "ab[1:18446744073709551616]", 5, "the number is too large" },
		{ "ab[99999999999999999999:1]", 3, "the number is too large" },
		{ "ab[0:18446744073709551615]", 2, "the range gives more than 1000000 names" },
		{ "ab[1:1000001]", 2, "the range gives more than 1000000 names" },
		{ "[1:1000]x[1:1001]", 9, "the range gives more than 1000000 names" },
		{ "[1:1000000][1:1000000][1:1000000][1:1000000]", 11,
		  "the range gives more than 1000000 names" },
		{ "[1:1][1:1][1:1][1:1][1:1][1:1][1:1][1:1][1:1][1:1][1:1][1:1][1:1][1:1][1:1][1:1]"
		  "[1:1]",
		  80, "too many ranges in one name" },
		{ "[1:2]ok[3:1]", 8, "the range is empty: its first value is after its last" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len = strlen(rows[i].pattern);
		struct host_range_error error = { 0 }, count_error = { 0 };
		uint64_t count = 77;
		assert_int_equal(
			host_range_expand(rows[i].pattern, len, must_not_emit, NULL, &error), -1);
		assert_string_equal(error.message, rows[i].message);
		assert_int_equal(error.offset, rows[i].offset);
		assert_int_equal(host_range_count(rows[i].pattern, len, &count, &count_error), -1);
		assert_string_equal(count_error.message, rows[i].message);
		assert_int_equal(count_error.offset, rows[i].offset);
		assert_int_equal(count, 77);
	}
}

static void count__largest_pattern__allowed(void **state)
{
	(void)state;
	struct host_range_error error;
	uint64_t count = 0;
	static const char pattern[] = "[1:1000]x[1:1000]";
	assert_int_equal(host_range_count(pattern, strlen(pattern), &count, &error), 0);
	assert_int_equal(count, HOST_RANGE_MAX_NAMES);
}

static void expand__length_given__reads_no_further(void **state)
{
	(void)state;
	struct strbuf out;
	struct host_range_error error;
	strbuf_init(&out);
	assert_int_equal(host_range_expand("a[1:2],b[", 6, join, &out, &error), 0);
	assert_string_equal(strbuf_text(&out), "a1 a2");
	strbuf_release(&out);
}

static int stop_at_third(void *ctx, const char *name, size_t len)
{
	(void)name;
	(void)len;
	return ++*(int *)ctx == 3 ? 42 : 0;
}

static void expand__emit_stops__its_result(void **state)
{
	(void)state;
	int calls = 0;
	struct host_range_error error;
	assert_int_equal(host_range_expand("a[1:9]", 6, stop_at_third, &calls, &error), 42);
	assert_int_equal(calls, 3);
}

/* Folds names given as one text, separated by spaces. */
static void check_fold(const char *names, const char *expected)
{
	char *text = malloc(strlen(names) + 1);
	const char *list[64];
	size_t count = 0;
	assert_non_null(text);
	strcpy(text, names);
	for (char *name = strtok(text, " "); name; name = strtok(NULL, " ")) {
		assert_true(count < COUNT(list));
		list[count++] = name;
	}
	struct strbuf out;
	strbuf_init(&out);
	strbuf_adds(&out, "<");
	host_range_fold(&out, list, count);
	strbuf_adds(&out, ">");
	assert_false(out.failed);
	assert_memory_equal(strbuf_text(&out) + 1, expected, strlen(expected));
	assert_string_equal(strbuf_text(&out) + 1 + strlen(expected), ">");
	strbuf_release(&out);
	free(text);
}

static void fold__names__short_form(void **state)
{
	(void)state;
	static const struct {
		const char *names, *expected;
	} rows[] = {
		{ "", "" },
		{ "web01", "web01" },
		{ "rdsh020 rdsh021 rdsh022 web01", "rdsh[020:022],web01" },
		{ "web01 rdsh021 db rdsh020", "web01,rdsh[020:021],db" },
		{ "rdsh3 rdsh1 rdsh2", "rdsh[1:3]" },
		{ "rdsh1 rdsh3 rdsh5", "rdsh1,rdsh3,rdsh5" },
		{ "rdsh1 rdsh1 rdsh2 rdsh1", "rdsh[1:2]" },
		{ "a1 A2", "a1,A2" }, /* exact bytes */
		{ "a1.corp.example a2.corp.example a3.other.example",
		  "a[1:2].corp.example,a3.other.example" },
		{ "a8 a9 a10 a11", "a[8:11]" },
		{ "a08 a09 a10 a11", "a[08:11]" },
		{ "a099 a100 a101", "a[099:101]" },
		{ "a99 a100", "a[99:100]" },
		{ "a099 a98 a99 a100", "a[099:100],a[98:99]" },
		{ "a9 a010", "a9,a010" }, /* [9:10] would lose the zero */
		{ "a09 a010 a011", "a09,a[010:011]" },
		{ "a01 a1 a2 a02", "a[01:02],a[1:2]" },
		{ "a0 a1 a00 a01", "a[0:1],a[00:01]" },
		{ "rdsh01-a rdsh02-a rdsh03-a", "rdsh[01:03]-a" },
		{ "r1-n5 r2-n5 r3-n5 r3-n6", "r[1:2]-n5,r3-n[5:6]" },
		{ "r1-n1 r1-n2 r2-n1 r2-n2", "r1-n[1:2],r2-n[1:2]" },
		{ "10.0.1.7 10.0.2.7 10.0.3.7", "10.0.[1:3].7" },
		{ "1 2 3", "[1:3]" },
		{ "a123456789012345678 a123456789012345679",
		  "a[123456789012345678:123456789012345679]" },
		{ "a1234567890123456789 a1234567890123456790",
		  "a1234567890123456789,a1234567890123456790" },
		{ "a1[x b1]x2 b1]x3 c,1 c,2 d1 d2", "a1[x,b1]x2,b1]x3,c,1,c,2,d[1:2]" },
		{ "a1b2c3d4e5f6g7h8i9 a2b2c3d4e5f6g7h8i9",
		  "a1b2c3d4e5f6g7h8i9,a2b2c3d4e5f6g7h8i9" }, /* the ninth number is not tried */
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_fold(rows[i].names, rows[i].expected);
	}
}

struct name_set {
	struct str_map map;
	struct arena arena;
	size_t emitted;
};

static int add_to_set(void *ctx, const char *name, size_t len)
{
	struct name_set *set = ctx;
	uint32_t before;
	set->emitted++;
	return str_map_put_new(&set->map, arena_strndup(&set->arena, name, len), len, 0, &before);
}

/* Expands a folded text at its commas; each name must come out once. */
static void expand_all(struct name_set *set, const char *folded)
{
	struct host_range_error error;
	str_map_init(&set->map);
	arena_init(&set->arena);
	set->emitted = 0;
	while (*folded) {
		size_t len = strcspn(folded, ",");
		assert_int_equal(host_range_expand(folded, len, add_to_set, set, &error), 0);
		folded += len + (folded[len] == ',');
	}
}

static void fold__random_fleets__expand_gives_the_set_back(void **state)
{
	(void)state;
	static const char *const shapes[] = {
		"rdsh%03d",  "rdsh%d",	      "web%02d.corp.example", "r%d-node",  "%d",
		"a%02d-b%d", "x%d.y%03d.z%d", "h%05d.site%d",	      "%d.%d.%d.0"
	};
	uint64_t rng = 8;
	for (int round = 0; round < 3000; round++) {
		static char names[200][64];
		const char *list[200];
		size_t count = (size_t)rng_below(&rng, round % 10 ? 30 : 200);
		uint64_t spread = 1 + rng_below(&rng, 130);
		uint64_t shape_count = 1 + rng_below(&rng, COUNT(shapes));
		struct str_map given;
		struct arena keys;
		str_map_init(&given);
		arena_init(&keys);
		for (size_t i = 0; i < count; i++) {
			int a = (int)rng_below(&rng, spread), b = (int)rng_below(&rng, 3);
			int c = (int)rng_below(&rng, 12);
			const char *shape = shapes[rng_below(&rng, shape_count)];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(names[i], sizeof(names[i]), shape, a, b, c);
#pragma GCC diagnostic pop
			list[i] = names[i];
			uint32_t before;
			(void)str_map_put_new(&given, names[i], strlen(names[i]), 0, &before);
		}
		struct strbuf folded, again;
		strbuf_init(&folded);
		strbuf_init(&again);
		host_range_fold(&folded, list, count);
		host_range_fold(&again, list, count);
		assert_string_equal(strbuf_text(&folded), strbuf_text(&again));
		struct name_set back;
		expand_all(&back, strbuf_text(&folded));
		assert_int_equal(back.emitted, given.count); /* nothing twice */
		assert_int_equal(back.map.count, given.count);
		for (size_t i = 0; i < count; i++) {
			uint32_t value;
			assert_true(str_map_get(&back.map, list[i], strlen(list[i]), &value));
		}
		str_map_release(&back.map);
		arena_release(&back.arena);
		str_map_release(&given);
		arena_release(&keys);
		strbuf_release(&folded);
		strbuf_release(&again);
	}
}

static void fold__large_fleet_shuffled__one_range(void **state)
{
	(void)state;
	enum { HOSTS = 100000 };
	static char names[HOSTS][24];
	static const char *list[HOSTS];
	uint64_t rng = 1;
	for (int i = 0; i < HOSTS; i++) {
		snprintf(names[i], sizeof(names[i]), "rdsh%06d.corp", i);
		list[i] = names[i];
	}
	for (size_t i = HOSTS - 1; i > 0; i--) {
		size_t other = (size_t)rng_below(&rng, i + 1);
		const char *name = list[i];
		list[i] = list[other];
		list[other] = name;
	}
	struct strbuf out;
	strbuf_init(&out);
	host_range_fold(&out, list, HOSTS);
	assert_string_equal(strbuf_text(&out), "rdsh[000000:099999].corp");
	strbuf_release(&out);
}

static void fold__more_than_one_pattern_may_give__cut(void **state)
{
	(void)state;
	enum { HOSTS = HOST_RANGE_MAX_NAMES + 2 };
	char(*names)[16] = malloc(HOSTS * sizeof(*names));
	const char **list = malloc(HOSTS * sizeof(*list));
	assert_non_null(names);
	assert_non_null(list);
	for (int i = 0; i < HOSTS; i++) {
		snprintf(names[i], sizeof(names[i]), "r%d", i);
		list[i] = names[i];
	}
	struct strbuf out;
	strbuf_init(&out);
	host_range_fold(&out, list, HOSTS);
	assert_string_equal(strbuf_text(&out), "r[0:999999],r[1000000:1000001]");
	strbuf_release(&out);
	free(list);
	free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expand__patterns__names_in_order),
		cmocka_unit_test(expand__bad_range__place_and_reason),
		cmocka_unit_test(count__largest_pattern__allowed),
		cmocka_unit_test(expand__length_given__reads_no_further),
		cmocka_unit_test(expand__emit_stops__its_result),
		cmocka_unit_test(fold__names__short_form),
		cmocka_unit_test(fold__random_fleets__expand_gives_the_set_back),
		cmocka_unit_test(fold__large_fleet_shuffled__one_range),
		cmocka_unit_test(fold__more_than_one_pattern_may_give__cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
