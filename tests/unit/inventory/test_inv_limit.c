#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "inv_testing.h"

/* a host and a group called `both`, a group without hosts, an IPv6 host */
static const char fleet[] = "gw01\n2001:db8::5\nboth\n[web]\nweb[01:04]\n[db]\nDB01\ndb02\n[site:"
			    "children]\nweb\ndb\n[old]\nweb02\n"
			    "DB01\n[none]\n[both]\nweb04\n";
#define ALL "gw01 2001:db8::5 both web01 web02 web03 web04 DB01 db02"

#define SUB "(brackets are ranges of names as in rdsh[001:010], not subscripts)"

static const struct limit_row {
	const char *name, *limit;
	const char *expect; /* hosts, or the errors */
	uint32_t shard_k, shard_n;
} rows[] = {
	/* -- what it means -- */
	{ "limit__none__all", NULL, ALL, 0, 0 },
	{ "limit__all__all", "all", ALL, 0, 0 },
	{ "limit__star__all", "*", ALL, 0, 0 },
	{ "limit__all_in_capitals__all", "ALL", ALL, 0, 0 },
	{ "limit__ungrouped__hosts_in_no_group", "ungrouped", "gw01 2001:db8::5 both", 0, 0 },
	{ "limit__name_in_any_case__host", "db01,GW01", "gw01 DB01", 0, 0 },
	{ "limit__order_of_terms__inventory_order", "db02,web01", "web01 db02", 0, 0 },
	{ "limit__group__its_hosts_and_its_childrens", "SITE", "web01 web02 web03 web04 DB01 db02",
	  0, 0 },
	{ "limit__glob__hosts_and_groups", "w*,d?0?", "web01 web02 web03 web04 DB01 db02", 0, 0 },
	{ "limit__glob__matches_groups", "o?d", "web02 DB01", 0, 0 },
	{ "limit__glob_that_fits_all__does_not_mean_it", "a*",
	  "--limit:1:1: 'a*' matches no host of the inventory\n", 0, 0 },
	{ "limit__colons_and_commas__both_separate", "web01:gw01,db02", "gw01 web01 db02", 0, 0 },
	{ "limit__spaces__trimmed", " web01 , & web ,! web02 ", "web01", 0, 0 },
	{ "limit__intersection__of_union", "site:&old", "web02 DB01", 0, 0 },
	{ "limit__intersections__all_of_them", "&site,&old,&web", "web02", 0, 0 },
	{ "limit__exclusion_first__same", "!old:site", "web01 web03 web04 db02", 0, 0 },
	{ "limit__exclusions_only__from_all", "!site,!gw*", "2001:db8::5 both", 0, 0 },
	{ "limit__host_and_group_of_one_name__both", "both", "both web04", 0, 0 },
	{ "limit__range__names_that_exist", "web[03:09]", "web03 web04", 0, 0 },
	{ "limit__ranges__not_split_inside", "web[01:03:2],db[01:02]:gw[01:01]",
	  "gw01 web01 web03 DB01 db02", 0, 0 },
	{ "limit__range_excluded__too", "web:!web[01:02]", "web03 web04", 0, 0 },
	{ "limit__range_of_groups__too", "o[k:l]d", "web02 DB01", 0, 0 },
	{ "limit__ipv6__is_one_term", "2001:db8::5,gw01", "gw01 2001:db8::5", 0, 0 },
	{ "limit__ipv6_excluded__is_one_term", "!2001:DB8::5,!site", "gw01 both", 0, 0 },
	{ "limit__one_term_twice__intersects_once", "&old,&old", "web02 DB01", 0, 0 },

	/* -- files -- */
	{ "file__names__one_a_line", "@names", "gw01 web01 web02 DB01 db02", 0, 0 },
	{ "file__colon_in_its_name__runs_to_the_comma", "@C:\\x\\names,both",
	  "gw01 both web01 web04", 0, 0 },
	{ "file__excluded__its_names_taken_away", "!@names", "2001:db8::5 both web03 web04", 0, 0 },
	{ "file__intersected_after_a_colon__too", "web:&@names", "web01 web02", 0, 0 },
	{ "file__wrong_names__each_at_its_line", "web01,@wrong",
	  "wrong:2:3: 'web9' is no host and no group of the inventory\n"
	  "wrong:3:1: 'web05' of 'web[04:05]' is no host and no group of the inventory\n"
	  "wrong:4:1: 'web*': expected one name a line, without patterns\n"
	  "wrong:5:1: '!gw01': expected one name a line, without patterns\n"
	  "wrong:6:4: 'w[2:1]': the range is empty: its first value is after its last\n"
	  "wrong:7:1: 'web01 web02' is no host and no group of the inventory\n",
	  0, 0 },
	{ "file__nothing_in_it__refused", "@empty", "empty: holds no name of a host\n", 0, 0 },
	{ "file__not_there__refused", "web01,&@gone", "--limit:1:7: 'gone': no such file\n", 0, 0 },
	{ "file__no_text__refused", "@latin1",
	  "latin1:2:2: neither UTF-8 nor UTF-16LE with a BOM\n", 0, 0 },
	{ "file__no_name__refused", "web01,@", "--limit:1:7: expected a file name after '@'\n", 0,
	  0 },

	/* -- what is wrong -- */
	{ "limit__empty__refused", "",
	  "--limit: the limit is empty: leave it out to mean all hosts\n", 0, 0 },
	{ "limit__blank__refused", " \t",
	  "--limit: the limit is empty: leave it out to mean all hosts\n", 0, 0 },
	{ "limit__empty_terms__refused", ",web01::!,&",
	  "--limit:1:1: the limit has an empty term\n--limit:1:8: the limit has an empty term\n"
	  "--limit:1:9: the limit has an empty term\n--limit:1:11: the limit has an empty term\n",
	  0, 0 },
	{ "limit__comma_at_the_end__refused", "web01,",
	  "--limit:1:7: the limit has an empty term\n", 0, 0 },
	{ "limit__misspelt__each_refused_at_its_place",
	  "w\xC3\xAB"
	  "b:!web9,&sote,web9*",
	  "--limit:1:1: 'w\xC3\xAB"
	  "b' is no host and no group of the inventory\n"
	  "--limit:1:5: 'web9' is no host and no group of the inventory\n"
	  "--limit:1:11: 'sote' is no host and no group of the inventory\n"
	  "--limit:1:17: 'web9*' matches no host of the inventory\n",
	  0, 0 },
	{ "limit__group_without_hosts__refused", "web,!none",
	  "--limit:1:5: the group 'none' has no hosts\n", 0, 0 },
	{ "limit__regex__refused", "~web.*",
	  "--limit:1:1: regular expressions ('~') are not supported: use '*' and '?'\n", 0, 0 },
	{ "limit__regex_excluded__refused", "web:!~x",
	  "--limit:1:5: regular expressions ('~') are not supported: use '*' and '?'\n", 0, 0 },
	{ "limit__subscript__refused", "web[0]",
	  "--limit:1:4: 'web[0]': expected [first:last] or [first:last:step] " SUB "\n", 0, 0 },
	{ "limit__slice__refused", "site[0:2]",
	  "--limit:1:1: none of the names of 'site[0:2]' is in the inventory " SUB "\n", 0, 0 },
	{ "limit__open_slice__refused", "gw01,site[1:]",
	  "--limit:1:13: 'site[1:]': the range has no last value " SUB "\n", 0, 0 },
	{ "limit__glob_with_brackets__refused", "w*[0:1]",
	  "--limit:1:1: 'w*[0:1]': a range of names cannot hold '*' or '?' " SUB "\n", 0, 0 },
	{ "limit__bracket_not_closed__refused", "web[01:02,gw01",
	  "--limit:1:4: 'web[01:02,gw01': '[' without a ']' after it " SUB "\n", 0, 0 },
	{ "limit__two_prefixes__refused", "web,!&db",
	  "--limit:1:5: expected a name after '!', found '&'\n", 0, 0 },
	{ "limit__nothing_left__refused", "web:&db", "--limit: the limit leaves no host\n", 0, 0 },
	{ "limit__everything_excluded__refused", "web:!site", "--limit: the limit leaves no host\n",
	  0, 0 },

	/* -- shards: FNV-1a 64 of the folded name, mod n, plus 1 -- */
	{ "shard__of_one__all", NULL, ALL, 1, 1 },
	{ "shard__after_the_limit__of_what_is_left", "db", "DB01", 1, 2 },
	{ "shard__empty__is_no_error", "gw01", "", 1, 100 },
	{ "shard__beyond_the_last__refused", NULL, "there is no shard 3 of 2\n", 3, 2 },
	{ "shard__of_none__refused", NULL, "there is no shard 1 of 0\n", 1, 0 },
};

static int read_file(void *ctx, const char *path, struct strbuf *out, const char **reterr_what)
{
	static const struct {
		const char *path, *text;
		size_t len;
	} files[] = {
		{ "names",
		  "\xEF\xBB\xBF"
		  "# who\r\nWEB01\r\n  web02  # spare\r\n\r\ndb\r\ngw[01:01]",
		  0 },
		{ "C:\\x\\names",
		  "\xFF\xFEg\0w\0"
		  "0\0"
		  "1\0\r\0\n\0w\0e\0b\0"
		  "0\0"
		  "1\0",
		  24 },
		{ "wrong", "web01\n  web9\nweb[04:05]\nweb*\n!gw01\n w[2:1]\nweb01 web02\n", 0 },
		{ "empty", "# nothing\n\n", 0 },
		{ "latin1", "web01\nM\xFCller\n", 0 },
	};

	(void)ctx;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(files[i].path, path) == 0) {
			strbuf_add(out, files[i].text,
				   files[i].len ? files[i].len : strlen(files[i].text));
			return 0;
		}
	}
	*reterr_what = "no such file";
	return -1;
}

static void row_run(void **state)
{
	const struct limit_row *row = *state;
	struct inventory *inv = inv_load("in", fleet, sizeof(fleet) - 1, NULL);
	struct inv_narrow narrow = { .limit = row->limit,
				     .shard_k = row->shard_k,
				     .shard_n = row->shard_n,
				     .read_file = read_file };
	struct inv_selection selection = { .hosts = NULL };
	struct strbuf out;
	int result;

	strbuf_init(&out);
	assert_int_equal(inv_error_count(inv), 0);
	result = inv_select(inv, &narrow, &selection);
	assert_int_equal(result, inv_error_count(inv) > 0);
	inv_render_errors(&out, inv, 0);
	for (size_t i = 0; i < selection.count; i++)
		strbuf_addf(&out, "%s%s", i ? " " : "", inv_host_at(inv, selection.hosts[i])->name);
	assert_string_equal(strbuf_text(&out), row->expect);
	free(selection.hosts);
	strbuf_release(&out);
	inv_free(inv);
}

static void limit__file_without_a_reader__refused(void **state)
{
	struct inventory *inv = inv_load("in", "a\n", 2, NULL);
	struct inv_narrow narrow = { .limit = "@x" };
	struct inv_selection selection;

	(void)state;
	assert_int_equal(inv_select(inv, &narrow, &selection), 1);
	assert_string_equal(inv_error_at(inv, 0)->message, "'x': files cannot be read here");
	assert_string_equal(inv_error_at(inv, 0)->source, "--limit");
	assert_int_equal(inv_error_at(inv, 0)->column, 1);
	inv_free(inv);
}

static void limit__once_more_after_an_error__works(void **state)
{
	struct inventory *inv = inv_load("in", "a\nb\n", 4, NULL);
	struct inv_narrow wrong = { .limit = "x" }, right = { .limit = "b" };
	struct inv_selection selection;

	(void)state;
	assert_int_equal(inv_select(inv, &wrong, &selection), 1);
	assert_int_equal(inv_select(inv, &right, &selection), 0);
	assert_int_equal(selection.count, 1);
	assert_int_equal(selection.hosts[0], 1);
	free(selection.hosts);
	inv_free(inv);
}

static void shards__of_seven__are_the_fleet_and_disjoint(void **state)
{
	static const char text[] = "rdsh[001:500].corp.example\n";
	struct inventory *inv = inv_load("in", text, sizeof(text) - 1, NULL);
	unsigned char seen[500] = { 0 };
	size_t total = 0;

	(void)state;
	for (uint32_t k = 1; k <= 7; k++) {
		struct inv_narrow narrow = { .shard_k = k, .shard_n = 7 };
		struct inv_selection selection;

		assert_int_equal(inv_select(inv, &narrow, &selection), 0);
		assert_true(selection.count > 30); /* about a seventh */
		for (size_t i = 0; i < selection.count; i++)
			assert_int_equal(seen[selection.hosts[i]]++, 0);
		total += selection.count;
		free(selection.hosts);
	}
	assert_int_equal(total, 500);
	inv_free(inv);
}

/* FNV-1a 64 of "foobar" is 0x85944171f73967e8 and of "a" 0xaf63dc4c8601ec8c
 * (draft-eastlake-fnv). */
static void shard_of__known_sums__as_published(void **state)
{
	(void)state;
	assert_int_equal(inv_shard_of("foobar", 1000), UINT64_C(0x85944171f73967e8) % 1000 + 1);
	assert_int_equal(inv_shard_of("FooBar", 1000), UINT64_C(0x85944171f73967e8) % 1000 + 1);
	assert_int_equal(inv_shard_of("A", UINT32_MAX),
			 UINT64_C(0xaf63dc4c8601ec8c) % UINT32_MAX + 1);
	assert_int_equal(inv_shard_of("\xC3\x9C", 97), inv_shard_of("\xC3\xBC", 97));
	assert_int_equal(inv_shard_of("x", 1), 1);
}

static void sum_of(const char *text, const char *limit, char out[65])
{
	struct inventory *inv = inv_load("in", text, strlen(text), NULL);
	struct inv_narrow narrow = { .limit = limit };
	struct inv_selection selection;

	assert_int_equal(inv_error_count(inv), 0);
	assert_int_equal(inv_select(inv, &narrow, &selection), 0);
	assert_int_equal(inv_fleet_sha256(inv, &selection, out), 0);
	free(selection.hosts);
	inv_free(inv);
}

static void fleet_sha256__same_fleet_written_otherwise__same_sum(void **state)
{
	static const char *const same[] = {
		"a address=10.0.0.1\nb\n",
		"[g]\nB\n[h]\na ansible_host=10.0.0.1 probe_port=1\n",
		"{\"hosts\": {\"b\": {}, \"A\": {\"address\": \"10.0.0.1\"}}}",
		"host,address\nb,B\na,10.0.0.1\n",
	};
	static const char *const other[] = { "a\nb\n", "a address=10.0.0.2\nb\n",
					     "a address=10.0.0.1\nc\n", "a address=10.0.0.1\n" };
	char first[65], sum[65];

	(void)state;
	sum_of(same[0], NULL, first);
	assert_int_equal(strlen(first), 64);
	for (size_t i = 1; i < sizeof(same) / sizeof(same[0]); i++) {
		sum_of(same[i], NULL, sum);
		assert_string_equal(sum, first);
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		sum_of(other[i], NULL, sum);
		assert_string_not_equal(sum, first);
	}
	sum_of("a address=10.0.0.1\nb\nc\n", "!c", sum);
	assert_string_equal(sum, first);
	/* sha256 of "a" NUL "10.0.0.1" NUL "b" NUL "b" NUL */
	assert_string_equal(first,
			    "09a2b682eb76413b7cb595fcc820909d1aef9f39c2ae1903d3db519f13e4a5f1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limit__file_without_a_reader__refused),
		cmocka_unit_test(limit__once_more_after_an_error__works),
		cmocka_unit_test(shards__of_seven__are_the_fleet_and_disjoint),
		cmocka_unit_test(shard_of__known_sums__as_published),
		cmocka_unit_test(fleet_sha256__same_fleet_written_otherwise__same_sum),
	};
	struct CMUnitTest from_rows[sizeof(rows) / sizeof(rows[0])];
	struct limit_row states[sizeof(rows) / sizeof(rows[0])];
	int failed;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		states[i] = rows[i];
		from_rows[i] = (struct CMUnitTest){ .name = rows[i].name,
						    .test_func = row_run,
						    .initial_state = &states[i] };
	}
	failed = cmocka_run_group_tests(from_rows, NULL, NULL);
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
