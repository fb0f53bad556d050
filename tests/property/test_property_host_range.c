/* test_property_host_range.c - a list of hosts, folded and expanded, is the same list. */
#include "property.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_range.h"
#include "str_map.h"

#define NAMES_MAX 80
#define NAME_SIZE 48

struct names {
	char items[NAMES_MAX][NAME_SIZE];
	size_t count;
};

/* Names that are near each other: few stems, few widths, numbers close by; and odd ones. */
static void make_name(char out[NAME_SIZE], uint64_t *rng)
{
	static const char *const stems[] = {
		"rdsh", "web", "a", "1", "x-0", "b\xc3\xbcro", "", "-"
	};
	static const char *const tails[] = { "", ".corp", "b", "-7", ".10.0.0.1" };
	static const char *const odd[] = { "gw",
					   "2001:db8::5",
					   "18446744073709551616",
					   "h99999999999999999999",
					   "=cmd",
					   "a\\b",
					   "*" };
	unsigned number = (unsigned)(pick(rng, 3) ? pick(rng, 12) : 95 + pick(rng, 10));

	if (pick(rng, 12) == 0)
		(void)snprintf(out, NAME_SIZE, "%s", PICK_TEXT(rng, odd));
	else
		(void)snprintf(out, NAME_SIZE, "%s%0*u%s", PICK_TEXT(rng, stems), (int)pick(rng, 4),
			       number, PICK_TEXT(rng, tails));
}

static int keep(void *ctx, const char *name, size_t len)
{
	struct names *names = ctx;

	assert_true(names->count < NAMES_MAX && len < NAME_SIZE);
	memcpy(names->items[names->count], name, len);
	names->items[names->count++][len] = '\0';
	return 0;
}

static void fold(struct strbuf *out, const struct names *names)
{
	const char *list[NAMES_MAX];

	for (size_t i = 0; i < names->count; i++)
		list[i] = names->items[i];
	host_range_fold(out, list, names->count);
	assert_false(out->failed);
}

static void expand(struct names *ret, const char *folded)
{
	struct host_range_error error;

	ret->count = 0;
	for (const char *at = folded, *end; *at; at = *end ? end + 1 : end) {
		end = at + strcspn(at, ",");
		if (host_range_expand(at, (size_t)(end - at), keep, ret, &error) != 0)
			fail_msg("'%s': %s", folded, error.message);
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Each name once, in order of bytes. */
static void sort(struct names *names)
{
	size_t kept = 0;

	qsort(names->items, names->count, NAME_SIZE, compare);
	for (size_t i = 0; i < names->count; i++)
		if (kept == 0 || strcmp(names->items[kept - 1], names->items[i]) != 0)
			memmove(names->items[kept++], names->items[i], NAME_SIZE);
	names->count = kept;
}

static void check_names(uint64_t *rng)
{
	static struct names names, again;
	struct strbuf folded;
	size_t expanded;

	names.count = 1 + pick(rng, NAMES_MAX);
	for (size_t i = 0; i < names.count; i++)
		make_name(names.items[i], rng);
	strbuf_init(&folded);
	fold(&folded, &names);
	expand(&again, strbuf_text(&folded));
	expanded = again.count;
	sort(&names);
	sort(&again);
	if (expanded != again.count)
		fail_msg("'%s' names a host twice", strbuf_text(&folded));
	assert_int_equal(names.count, again.count);
	for (size_t i = 0; i < names.count; i++)
		assert_string_equal(names.items[i], again.items[i]);
	strbuf_release(&folded);
}

static void host_range__folded_and_expanded__same_hosts(void **state)
{
	(void)state;
	property_each(3000, check_names);
}

/* What a run of numbers is folded to is no longer than what it began with, and is one range. */
static void check_run(uint64_t *rng)
{
	static struct names names;
	unsigned from = (unsigned)pick(rng, 950), count = 3 + (unsigned)pick(rng, 40);
	struct strbuf folded;

	names.count = count;
	for (unsigned i = 0; i < count; i++)
		(void)snprintf(names.items[i], NAME_SIZE, "rdsh%03u.corp", from + i);
	strbuf_init(&folded);
	fold(&folded, &names);
	assert_null(strchr(strbuf_text(&folded), ','));
	strbuf_release(&folded);
}

static void host_range__run_of_numbers__one_range(void **state)
{
	(void)state;
	property_each(500, check_run);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_range__folded_and_expanded__same_hosts),
		cmocka_unit_test(host_range__run_of_numbers__one_range),
	};

	return property_main(argc, argv, "host_range", tests, sizeof(tests) / sizeof(tests[0]));
}
