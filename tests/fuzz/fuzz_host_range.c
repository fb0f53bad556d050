/*
 * fuzz_host_range.c - a pattern expands to as many names as it says, and folding them gives them
 * back.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "host_range.h"
#include "str_map.h"

#define NAMES_MAX 2000

struct names {
	char *items[NAMES_MAX];
	size_t count;
};

static int keep(void *ctx, const char *name, size_t len)
{
	struct names *names = ctx;

	if (names->count == NAMES_MAX)
		return 7;
	names->items[names->count++] = fuzz_text((const uint8_t *)name, len);
	return 0;
}

static void release(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	names->count = 0;
}

/* Every name of `some` is among `others`; `others` may name some twice. */
static void check_within(const struct names *some, const struct names *others)
{
	struct str_map map;
	uint32_t at;

	str_map_init(&map);
	for (size_t i = 0; i < others->count; i++)
		FUZZ_CHECK(!str_map_put(&map, others->items[i], strlen(others->items[i]), 0));
	for (size_t i = 0; i < some->count; i++)
		FUZZ_CHECK(str_map_get(&map, some->items[i], strlen(some->items[i]), &at));
	str_map_release(&map);
}

static bool is_foldable(const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (!*names->items[i] || strpbrk(names->items[i], "[],"))
			return false;
	return names->count > 0;
}

/* What host_range_fold() printed, expanded at its commas; those inside of brackets are none. */
static void check_fold(const struct names *names)
{
	static struct names again;
	struct host_range_error error;
	struct strbuf folded;

	strbuf_init(&folded);
	host_range_fold(&folded, (const char *const *)names->items, names->count);
	FUZZ_CHECK(!folded.failed);
	again.count = 0;
	for (const char *at = strbuf_text(&folded), *end; at; at = end ? end + 1 : NULL) {
		size_t len;

		end = strchr(at, ',');
		len = end ? (size_t)(end - at) : strlen(at);
		FUZZ_CHECK(host_range_expand(at, len, keep, &again, &error) == 0);
	}
	check_within(&again, names);
	check_within(names, &again);
	release(&again);
	strbuf_release(&folded);
}

static void check_pattern(const char *pattern, size_t len, struct names *names)
{
	struct host_range_error error = { .offset = SIZE_MAX };
	size_t before = names->count;
	uint64_t count = 0;
	int counted = host_range_count(pattern, len, &count, &error);
	int expanded = host_range_expand(pattern, len, keep, names, &error);

	if (counted < 0) {
		FUZZ_CHECK(expanded == -1 && names->count == before);
		FUZZ_CHECK(error.offset <= len && *error.message);
		return;
	}
	FUZZ_CHECK(count >= 1 && count <= HOST_RANGE_MAX_NAMES);
	if (expanded == 0)
		FUZZ_CHECK(names->count - before == count);
	else
		FUZZ_CHECK(expanded == 7 && before + count > NAMES_MAX);
}

/* Patterns are one a line. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct names names;

	while (len && names.count < NAMES_MAX) {
		char *line = fuzz_first_line(&bytes, &len);

		check_pattern(line, strlen(line), &names);
		free(line);
	}
	if (is_foldable(&names))
		check_fold(&names);
	release(&names);
	return 0;
}
