/* test_property_inventory.c - limits are sets and obey their laws; shards part a fleet; its sum knows no order. */
#include "property.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inventory.h"

#define HOSTS  24
#define GROUPS 5

typedef uint32_t host_bits;
#define EVERY ((host_bits)((1u << HOSTS) - 1))

/* A fleet h01 to h24, the first groups of which are random; no group is empty. */
struct fleet {
	host_bits groups[GROUPS];
	struct strbuf text;
};

static void fleet_init(struct fleet *fleet, uint64_t *rng)
{
	strbuf_init(&fleet->text);
	strbuf_adds(&fleet->text, "h[01:24]\n");
	for (unsigned g = 0; g < GROUPS; g++) {
		fleet->groups[g] = (host_bits)rng_next(rng) & (host_bits)rng_next(rng) & EVERY;
		fleet->groups[g] |= (host_bits)1 << pick(rng, HOSTS);
		strbuf_addf(&fleet->text, "[g%u]\n", g);
		for (unsigned h = 0; h < HOSTS; h++)
			if (fleet->groups[g] >> h & 1)
				strbuf_addf(&fleet->text, "h%02u\n", h + 1);
	}
}

static struct inventory *load(const char *text)
{
	struct inventory *inv = inv_create();

	assert_non_null(inv);
	assert_int_equal(inv_add(inv, "in", text, strlen(text)), 0);
	assert_int_equal(inv_finish(inv), 0);
	assert_int_equal(inv_error_count(inv), 0);
	return inv;
}

/* 0: refused, as a limit that leaves no host is. */
static host_bits narrowed(const struct fleet *fleet, const struct inv_narrow *narrow)
{
	struct inventory *inv = load(strbuf_text(&fleet->text));
	struct inv_selection selection;
	host_bits bits = 0;
	int status = inv_select(inv, narrow, &selection);

	assert_true(status == 0 || status == 1);
	if (status == 0) {
		for (size_t i = 0; i < selection.count; i++)
			bits |= (host_bits)1 << selection.hosts[i];
		free(selection.hosts);
	}
	assert_true((status == 1) == (inv_error_count(inv) > 0));
	inv_free(inv);
	return bits;
}

static host_bits selected(const struct fleet *fleet, const char *limit)
{
	const struct inv_narrow narrow = { .limit = limit };

	return narrowed(fleet, &narrow);
}

/* --- any list of terms is what its sets say, in any order and spelling --- */

#define TERMS_MAX 6

struct term {
	char op; /* 0: union */
	char text[32];
	host_bits bits;
};

static struct term make_term(const struct fleet *fleet, uint64_t *rng)
{
	static const char ops[] = { 0, 0, 0, '&', '!', '!' };
	unsigned group = (unsigned)pick(rng, GROUPS), host = (unsigned)pick(rng, HOSTS);
	struct term term = { .op = ops[pick(rng, sizeof(ops))] };

	switch (pick(rng, 4)) {
	case 0:
		(void)snprintf(term.text, sizeof(term.text), "h%02u", host + 1);
		term.bits = (host_bits)1 << host;
		break;
	case 1:
		(void)snprintf(term.text, sizeof(term.text), "h%u*", host % 3);
		for (unsigned h = 0; h < HOSTS; h++)
			term.bits |= (host_bits)((h + 1) / 10 == host % 3) << h;
		break;
	case 2:
		(void)snprintf(term.text, sizeof(term.text), "h[%02u:%02u]", host / 2 + 1,
			       host + 1);
		for (unsigned h = host / 2; h <= host; h++)
			term.bits |= (host_bits)1 << h;
		break;
	default:
		(void)snprintf(term.text, sizeof(term.text), "g%u", group);
		term.bits = fleet->groups[group];
		break;
	}
	return term;
}

static host_bits meaning(const struct term *terms, size_t count)
{
	host_bits in = 0, meets = EVERY, out = 0;
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		any |= terms[i].op == 0;
		in |= terms[i].op == 0 ? terms[i].bits : 0;
		meets &= terms[i].op == '&' ? terms[i].bits : EVERY;
		out |= terms[i].op == '!' ? terms[i].bits : 0;
	}
	return (any ? in : EVERY) & meets & ~out;
}

static void spell(struct strbuf *out, const struct term *terms, size_t count, uint64_t *rng)
{
	strbuf_clear(out);
	for (size_t i = 0; i < count; i++) {
		strbuf_adds(out, i == 0 ? "" : pick(rng, 2) ? "," : ":");
		strbuf_adds(out, pick(rng, 4) ? "" : " ");
		if (terms[i].op)
			strbuf_addc(out, terms[i].op);
		for (const char *at = terms[i].text; *at; at++)
			strbuf_addc(out, (char)(pick(rng, 3) ? *at : toupper(*at)));
	}
}

static void shuffle(struct term *terms, size_t count, uint64_t *rng)
{
	for (size_t i = count; i > 1; i--) {
		size_t other = pick(rng, i);
		struct term held = terms[i - 1];

		terms[i - 1] = terms[other];
		terms[other] = held;
	}
}

static void check_terms(uint64_t *rng)
{
	size_t count = 1 + pick(rng, TERMS_MAX - 1);
	struct term terms[TERMS_MAX];
	struct fleet fleet;
	struct strbuf limit;
	host_bits bits;

	fleet_init(&fleet, rng);
	strbuf_init(&limit);
	for (size_t i = 0; i < count; i++)
		terms[i] = make_term(&fleet, rng);
	for (int again = 0; again < 3; again++) {
		spell(&limit, terms, count, rng);
		bits = selected(&fleet, strbuf_text(&limit));
		if (bits != meaning(terms, count))
			fail_msg("'%s' of\n%s\nselects %06x, not %06x", strbuf_text(&limit),
				 strbuf_text(&fleet.text), (unsigned)bits,
				 (unsigned)meaning(terms, count));
		shuffle(terms, count, rng);
	}
	/* One term more: a union never narrows what is not excluded, the others never widen. */
	terms[count] = make_term(&fleet, rng);
	spell(&limit, terms, count + 1, rng);
	if (terms[count].op)
		assert_true((selected(&fleet, strbuf_text(&limit)) & ~bits) == 0);
	strbuf_release(&limit);
	strbuf_release(&fleet.text);
}

static void limit__any_terms__what_their_sets_say(void **state)
{
	(void)state;
	property_each(800, check_terms);
}

/* --- the laws by name --- */

/* A pattern in which a, b and c stand for groups. */
static host_bits of(const struct fleet *fleet, const char *pattern, const unsigned groups[3])
{
	struct strbuf limit;
	host_bits bits;

	strbuf_init(&limit);
	for (; *pattern; pattern++) {
		if (*pattern >= 'a' && *pattern <= 'c')
			strbuf_addf(&limit, "g%u", groups[*pattern - 'a']);
		else
			strbuf_addc(&limit, *pattern);
	}
	bits = selected(fleet, strbuf_text(&limit));
	strbuf_release(&limit);
	return bits;
}

static void check_laws(uint64_t *rng)
{
	static const char *const same[][2] = {
		{ "a,a", "a" },		  { "a:&a", "a" },	 { "a,b", "b,a" },
		{ "a:&b", "b:&a" },	  { "a,b,c", "c,a,b" },	 { "a:&b:&c", "c:&a:&b" },
		{ "a:!b:!c", "a:!c:!b" }, { "a:!b:!b", "a:!b" }, { "a,*", "*" },
		{ "a:&*", "a" },	  { "*:!a", "!a" },	 { "!a:&b", "b:!a" },
		{ "&a,&b", "a:&b" },	  { "a,b:&a", "a" },	 { "a:!b:&c", "a:&c:!b" },
	};
	const unsigned groups[3] = { (unsigned)pick(rng, GROUPS), (unsigned)pick(rng, GROUPS),
				     (unsigned)pick(rng, GROUPS) };
	struct fleet fleet;

	fleet_init(&fleet, rng);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (of(&fleet, same[i][0], groups) != of(&fleet, same[i][1], groups))
			fail_msg("%s is not %s", same[i][0], same[i][1]);
	/* De Morgan: neither b nor c is not b and not c; and unions distribute. */
	assert_int_equal(of(&fleet, "a:!b:!c", groups),
			 of(&fleet, "a:!b", groups) & of(&fleet, "a:!c", groups));
	assert_int_equal(of(&fleet, "!b:!c", groups), EVERY & ~of(&fleet, "b,c", groups));
	assert_int_equal(of(&fleet, "a,b:&c", groups),
			 of(&fleet, "a:&c", groups) | of(&fleet, "b:&c", groups));
	assert_int_equal(of(&fleet, "a:!b", groups) | of(&fleet, "a:&b", groups),
			 of(&fleet, "a", groups));
	strbuf_release(&fleet.text);
}

static void limit__laws_of_sets__hold(void **state)
{
	(void)state;
	property_each(100, check_laws);
}

/* --- shards --- */

static void check_shards(uint64_t *rng)
{
	struct inv_narrow narrow = { .shard_n = 1 + (uint32_t)pick(rng, 40) };
	host_bits all = EVERY, seen = 0;
	struct fleet fleet;

	fleet_init(&fleet, rng);
	if (pick(rng, 2)) {
		narrow.limit = "g0,g1";
		all = fleet.groups[0] | fleet.groups[1];
	}
	for (narrow.shard_k = 1; narrow.shard_k <= narrow.shard_n; narrow.shard_k++) {
		host_bits part = narrowed(&fleet, &narrow);

		assert_true((seen & part) == 0);
		seen |= part;
	}
	assert_int_equal(seen, all);
	strbuf_release(&fleet.text);
}

static void shards__together__are_the_fleet(void **state)
{
	(void)state;
	property_each(60, check_shards);
}

/* --- the fleet's sum --- */

static void sum_of(const char *text, char out[65])
{
	const struct inv_narrow everything = { .limit = NULL };
	struct inventory *inv = load(text);
	struct inv_selection selection;

	assert_int_equal(inv_select(inv, &everything, &selection), 0);
	assert_int_equal(inv_fleet_sha256(inv, &selection, out), 0);
	free(selection.hosts);
	inv_free(inv);
}

static void check_sum(uint64_t *rng)
{
	struct term hosts[HOSTS];
	char first[65], second[65];
	struct strbuf text;
	size_t count = 2 + pick(rng, HOSTS - 2);

	strbuf_init(&text);
	for (size_t i = 0; i < count; i++)
		(void)snprintf(hosts[i].text, sizeof(hosts[i].text), "h%02u", (unsigned)i);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&text, "%s\n", hosts[i].text);
	sum_of(strbuf_text(&text), first);
	shuffle(hosts, count, rng);
	strbuf_clear(&text);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&text, "%s%s\n", pick(rng, 3) ? "" : "[g]\n", hosts[i].text);
	sum_of(strbuf_text(&text), second);
	assert_string_equal(first, second);
	strbuf_adds(&text, "another\n");
	sum_of(strbuf_text(&text), second);
	assert_string_not_equal(first, second);
	strbuf_release(&text);
}

static void sum__order_and_groups__do_not_matter(void **state)
{
	(void)state;
	property_each(100, check_sum);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(limit__any_terms__what_their_sets_say),
		cmocka_unit_test(limit__laws_of_sets__hold),
		cmocka_unit_test(shards__together__are_the_fleet),
		cmocka_unit_test(sum__order_and_groups__do_not_matter),
	};

	return property_main(argc, argv, "inventory", tests, sizeof(tests) / sizeof(tests[0]));
}
