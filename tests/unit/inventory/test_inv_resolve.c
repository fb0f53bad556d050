#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "inv_testing.h"

static const struct inv_row rows[] = {
	/* -- which value a host gets -- */
	{ .name = "precedence__all_parent_child_host__nearest_wins",
	  .text = "[g]\na "
		  "probe_port=4\nb\n[p:children]\ng\n[all:vars]\nprobe_port=1\ncall_timeout=1\n[p:"
		  "vars]\nprobe_port=2\n"
		  "[g:vars]\nprobe_port=3\n[q]\nc\n[r:children]\nq\n[r:vars]\nprobe_port=5\n",
	  .expect = "a probe_port=4 call_timeout=1000 groups=g,p\n"
		    "b probe_port=3 call_timeout=1000 groups=g,p\n"
		    "c probe_port=5 call_timeout=1000 groups=q,r\n" },
	{ .name = "precedence__same_depth__last_in_the_alphabet_wins",
	  .text = "[z]\na\n[m]\na\n[z:vars]\nprobe_port=1\n[m:vars]\nprobe_port=2\n",
	  .expect = "a probe_port=1 groups=z,m\n" },
	{ .name = "precedence__depth_is_the_longest_way__deeper_wins",
	  .text = "[z]\na\n[c]\na\n[p:children]\nc\n[z:vars]\nprobe_port=1\n[c:vars]\nprobe_port="
		  "2\n",
	  .expect = "a probe_port=2 groups=z,c,p\n" },
	{ .name = "precedence__ungrouped__between_all_and_host",
	  .text = "a\nb "
		  "probe_port=3\n[g]\nc\n[ungrouped]\nc\n[ungrouped:vars]\nprobe_port=2\n[all:vars]"
		  "\nprobe_port=1\n",
	  .expect = "a probe_port=2\nb probe_port=3\nc probe_port=1 groups=g\n" },
	{ .name = "protect__adds_up_everywhere__none_twice",
	  .text = "[g]\na "
		  "protect=h,CORP\\All\nb\n[p:children]\ng\n[all:vars]\nprotect=corp\\all\n[p:vars]"
		  "\nprotect=p,g\n[g:vars]\n"
		  "protect=G,x\nprotect=y\n",
	  .expect = "a protect=CORP\\All,p,g,x,y,h groups=g,p\nb protect=CORP\\All,p,g,x,y "
		    "groups=g,p\n" },

	/* -- addresses -- */
	{ .name = "addresses__two_names__refused_at_the_second",
	  .text = "a address=10.0.0.1\n[g]\nb\n c address=10.0.0.1\nd address=B\n",
	  .expect =
		  "in:4:12: host 'c' has the address '10.0.0.1', which is that of host 'a' at "
		  "in:1:1\n"
		  "in:5:11: host 'd' has the address 'B', which is that of host 'b' at in:3:1\n" },
	{ .name = "addresses__range_or_group_with_one__refused",
	  .text = "a[1:3] address=x\n[g]\nb\nc\n[g:vars]\naddress=y\n",
	  .expect = "in:1:16: host 'a2' has the address 'x', which is that of host 'a1' at in:1:1\n"
		    "in:1:16: host 'a3' has the address 'x', which is that of host 'a1' at in:1:1\n"
		    "in:4:1: host 'c' has the address 'y', which is that of host 'b' at in:3:1\n" },
	{ .name = "addresses__one_address_spelt_in_two_ways__refused",
	  .text = "a address=fe80::1\nb address=FE80:0:0:0:0:0:0:1\nc address=::ffff:10.0.0.1\nd "
		  "address=::ffff:a00:1\ne.x\nE.X.\n"
		  "f address=fe80::1%2\n",
	  .expect = "in:2:11: host 'b' has the address 'FE80:0:0:0:0:0:0:1', which is that of host "
		    "'a' at in:1:1\n"
		    "in:4:11: host 'd' has the address '::ffff:a00:1', which is that of host 'c' "
		    "at in:3:1\n"
		    "in:6:1: host 'E.X.' has the address 'E.X.', which is that of host 'e.x' at "
		    "in:5:1\n" },
	{ .name = "addresses__no_ipv6_literal__refused",
	  .text = "a address=1::2::3\nb address=12345::\nc address=1:2:3:4:5:6:7\nd "
		  "address=::1%\ne address=::1.2.3\nf address=:::\n"
		  "g address=1:\nh address=::1.2.3.256\ni address=1:2:3:4:5:6:7:8:9\n",
	  .expect = "in:1:11: address '1::2::3' holds ':', which only IPv6 addresses have\n"
		    "in:2:11: address '12345::' holds ':', which only IPv6 addresses have\n"
		    "in:3:11: address '1:2:3:4:5:6:7' holds ':', which only IPv6 addresses have\n"
		    "in:4:11: address '::1%' holds ':', which only IPv6 addresses have\n"
		    "in:5:11: address '::1.2.3' holds ':', which only IPv6 addresses have\n"
		    "in:6:11: address ':::' holds ':', which only IPv6 addresses have\n"
		    "in:7:11: address '1:' holds ':', which only IPv6 addresses have\n"
		    "in:8:11: address '::1.2.3.256' holds ':', which only IPv6 addresses have\n"
		    "in:9:11: address '1:2:3:4:5:6:7:8:9' holds ':', which only IPv6 addresses "
		    "have\n" },

	/* -- cycles -- */
	{ .name = "cycle__two_groups__named_from_the_closing_line",
	  .text = "h\n[a:children]\nb\n[b:children]\na\n",
	  .expect = "in:5:1: the groups form a cycle: a -> b -> a\n" },
	{ .name = "cycle__itself__named",
	  .text = "h\n[a:children]\na\n",
	  .expect = "in:3:1: the groups form a cycle: a -> a\n" },
	{ .name = "cycle__two_separate__both_named",
	  .text = "h\n[a:children]\nb\nx\n[b:children]\nc\n[c:children]\na\n[x:children]\ny\n[y:"
		  "children]\nx\nlow\n[low]\nh\n",
	  .expect = "in:8:1: the groups form a cycle: a -> b -> c -> a\nin:12:1: the groups form a "
		    "cycle: x -> y -> x\n" },
	{ .name = "cycle__all_or_ungrouped_inside__refused",
	  .text = "h\n[a:children]\nall\nungrouped\n[ungrouped:children]\na\n[all:children]"
		  "\na\nungrouped\n",
	  .expect =
		  "in:3:1: the group 'all' holds every group and cannot be in 'a'\n"
		  "in:4:1: the group 'ungrouped' holds the hosts of no group and cannot be in 'a'\n"
		  "in:6:1: the group 'ungrouped' holds the hosts of no group and has no "
		  "children\n" },
};

static struct inventory *load(const char *text)
{
	struct inventory *inv = inv_load("in", text, strlen(text), NULL);

	assert_int_equal(inv_error_count(inv), 0);
	return inv;
}

static void groups__all_of_them__hosts_and_children(void **state)
{
	struct inventory *inv =
		load("a\n[low]\nc\nb\n[up:children]\nlow\nlow\n[low]\nc\n[up]\na\n[all]\nd\n");
	const struct inv_group *group;

	(void)state;
	assert_int_equal(inv_group_count(inv), 4);
	group = inv_group_at(inv, 0);
	assert_string_equal(group->name, "all");
	assert_int_equal(group->host_count, 4);
	assert_int_equal(group->child_count, 2); /* ungrouped, up */
	assert_int_equal(group->children[0], 1);
	assert_int_equal(group->children[1], 3);
	group = inv_group_at(inv, 1);
	assert_string_equal(group->name, "ungrouped");
	assert_int_equal(group->host_count, 1); /* d: in `all` alone */
	assert_int_equal(group->hosts[0], 3);
	assert_int_equal(group->own_host_count, 1);
	group = inv_group_at(inv, 2);
	assert_string_equal(group->name, "low");
	assert_int_equal(group->own_host_count, 2);
	assert_int_equal(group->own_hosts[0], 1);
	group = inv_group_at(inv, 3);
	assert_string_equal(group->name, "up");
	assert_int_equal(group->child_count, 1);
	assert_int_equal(group->host_count, 3);
	assert_int_equal(group->hosts[0], 0); /* in the order of the inventory */
	assert_int_equal(group->hosts[2], 2);
	assert_int_equal(group->own_host_count, 1);
	assert_int_equal(inv_host_find(inv, "B"), 2);
	assert_int_equal(inv_host_find(inv, "low"), -1);
	assert_int_equal(inv_host_find(inv, ""), -1);
	inv_free(inv);
}

static struct inventory *load_strbuf(struct strbuf *text)
{
	struct inventory *inv;

	assert_false(text->failed);
	inv = inv_load("in", strbuf_text(text), text->len, NULL);
	strbuf_release(text);
	return inv;
}

static void groups__ten_thousand_nested__resolve(void **state)
{
	struct strbuf text;
	struct inventory *inv;

	(void)state;
	strbuf_init(&text);
	strbuf_adds(&text, "[g0:vars]\nprobe_port=7\n[g9999]\nh\n");
	for (int i = 0; i < 9999; i++)
		strbuf_addf(&text, "[g%d:children]\ng%d\n", i, i + 1);
	inv = load_strbuf(&text);
	assert_int_equal(inv_error_count(inv), 0);
	assert_int_equal(inv_host_at(inv, 0)->group_count, 10000);
	assert_int_equal(inv_host_at(inv, 0)->probe_port, 7);
	inv_free(inv);
}

static void groups__ring_of_ten_thousand__one_short_error(void **state)
{
	struct strbuf text;
	struct inventory *inv;

	(void)state;
	strbuf_init(&text);
	strbuf_adds(&text, "h\n");
	for (int i = 0; i < 10000; i++)
		strbuf_addf(&text, "[g%d:children]\ng%d\n", i, (i + 1) % 10000);
	inv = load_strbuf(&text);
	assert_int_equal(inv_error_count(inv), 1);
	assert_int_equal(inv_error_at(inv, 0)->line, 20001);
	assert_non_null(strstr(inv_error_at(inv, 0)->message, "cycle: g0 -> g1 -> "));
	assert_non_null(strstr(inv_error_at(inv, 0)->message, " -> ... -> "));
	assert_non_null(strstr(inv_error_at(inv, 0)->message, " -> g9999 -> g0"));
	assert_true(strlen(inv_error_at(inv, 0)->message) < 400);
	inv_free(inv);
}

/* 60 layers of 10 groups, each with all of the next layer as children: 10^60 ways from top to
 * bottom. */
static void groups__lattice__not_exponential(void **state)
{
	struct strbuf text;
	struct inventory *inv;

	(void)state;
	strbuf_init(&text);
	strbuf_adds(&text, "[g60_0]\nh\n");
	for (int layer = 0; layer < 60; layer++) {
		for (int i = 0; i < 10; i++) {
			strbuf_addf(&text, "[g%d_%d:children]\n", layer, i);
			for (int k = 0; k < (layer == 59 ? 1 : 10); k++)
				strbuf_addf(&text, "g%d_%d\n", layer + 1, k);
		}
	}
	inv = load_strbuf(&text);
	assert_int_equal(inv_error_count(inv), 0);
	assert_int_equal(inv_host_at(inv, 0)->group_count, 601);
	inv_free(inv);
}

/* 20,000 nested groups with a host each would be 200,000,000 memberships. */
static void groups__more_memberships_than_any_fleet__refused(void **state)
{
	struct strbuf text;
	struct inventory *inv;

	(void)state;
	strbuf_init(&text);
	for (int i = 0; i < 20000; i++)
		strbuf_addf(&text, "[g%d]\nh%d\n[g%d:children]\ng%d\n", i, i, i,
			    i < 19999 ? i + 1 : 20000);
	strbuf_adds(&text, "[g20000]\n");
	inv = load_strbuf(&text);
	assert_int_equal(inv_error_count(inv), 1);
	assert_non_null(strstr(inv_error_at(inv, 0)->message, "memberships"));
	inv_free(inv);
}

/* Hosts with patterns of their own beside so many of `all` that each host would need a long
 * list. */
static void protect__more_patterns_than_any_fleet__refused(void **state)
{
	struct strbuf text;
	struct inventory *inv;

	(void)state;
	strbuf_init(&text);
	strbuf_adds(&text, "h[1:5000] protect=own\n[all:vars]\n");
	for (int i = 0; i < 15000; i++)
		strbuf_addf(&text, "protect=user%d\n", i);
	inv = load_strbuf(&text);
	assert_int_equal(inv_error_count(inv), 1);
	assert_non_null(strstr(inv_error_at(inv, 0)->message, "memberships"));
	inv_free(inv);
}

static void hosts__more_than_a_million__refused_once(void **state)
{
	static const char text[] = "a[1:600000]\nb[1:600000]\nc[1:600000]\n";
	struct inventory *inv = inv_load("in", text, sizeof(text) - 1, NULL);

	(void)state;
	assert_int_equal(inv_error_count(inv), 1);
	assert_int_equal(inv_error_at(inv, 0)->line, 2);
	assert_string_equal(inv_error_at(inv, 0)->message, "more than 1000000 hosts");
	inv_free(inv);
}

static void errors__without_end__cut(void **state)
{
	struct strbuf text;
	struct inventory *inv;

	(void)state;
	strbuf_init(&text);
	for (int i = 0; i < 20000; i++)
		strbuf_adds(&text, "a*\n");
	inv = load_strbuf(&text);
	assert_int_equal(inv_error_count(inv), 10001);
	assert_string_equal(inv_error_at(inv, 10000)->message,
			    "too many errors: the rest is left out");
	inv_free(inv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups__all_of_them__hosts_and_children),
		cmocka_unit_test(groups__ten_thousand_nested__resolve),
		cmocka_unit_test(groups__ring_of_ten_thousand__one_short_error),
		cmocka_unit_test(groups__lattice__not_exponential),
		cmocka_unit_test(groups__more_memberships_than_any_fleet__refused),
		cmocka_unit_test(protect__more_patterns_than_any_fleet__refused),
		cmocka_unit_test(hosts__more_than_a_million__refused_once),
		cmocka_unit_test(errors__without_end__cut),
	};
	int failed = inv_rows_run("inv_resolve", rows, sizeof(rows) / sizeof(rows[0]));

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
