/*
 * inv_resolve.c - what every host ends up with: its groups, its variables, its address.
 *
 * Hosts that are listed in the same groups share all that follows from it: one "set" is worked out
 * for each different combination of groups, of which even a large fleet has few.
 */
#include "inv_internal.h"

#include <stdlib.h>
#include <string.h>

/* What follows from being listed in certain groups. */
struct set {
	const uint32_t *groups; /* with all they are in, in order of appearance */
	size_t group_count;
	const char *address; /* NULL: not set */
	uint16_t probe_port;
	int64_t call_timeout_ms;
	const uint32_t *pattern_ids;
	const char *const *protect;
	size_t protect_count;
};

struct resolve {
	struct inventory *inv;
	struct inv_graph graph;
	uint32_t budget;     /* steps left */
	uint32_t *listed_at; /* of each host, in `listed`: the groups that list it, ascending */
	uint32_t *listed;
	uint32_t *set_of; /* each host's */
	struct set *sets; /* 0: of hosts in no group */
	size_t set_count, set_cap;
	uint32_t *stamps;	  /* of groups: the last set that met them */
	uint32_t *pattern_stamps; /* of patterns: the last list that took them */
	uint32_t pattern_stamp;
	uint32_t *found; /* groups, or pattern ids, being collected */
};

static uint32_t *array_new(struct inventory *inv, size_t count)
{
	uint32_t *array = calloc(count ? count : 1, sizeof(*array));

	if (!array)
		inv->failed = true;
	return array;
}

/* Takes steps off the budget; false, and said once, where it is used up. */
static bool spend(struct resolve *resolve, size_t steps)
{
	static const struct inv_place nowhere = { .source = INV_NONE };

	if (steps <= resolve->budget) {
		resolve->budget -= (uint32_t)steps;
		return true;
	}
	if (!resolve->inv->full)
		inv_error(resolve->inv, &nowhere,
			  "nested groups and protect patterns come to more than %lu memberships",
			  (unsigned long)INV_RESOLVE_MAX);
	resolve->inv->full = true;
	resolve->budget = 0;
	return false;
}

static int u32_cmp(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

/* -- which groups list a host -- */

/* Thins each group's own hosts out to one entry a host. */
static bool own_hosts_thin(struct inventory *inv)
{
	uint32_t *seen = array_new(inv, inv->host_count);

	if (!seen)
		return false;
	for (uint32_t group = 0; group < inv->group_count; group++) {
		struct inv_group_rec *rec = &inv->group_recs[group];
		size_t kept = 0;

		for (size_t i = 0; i < rec->own_count; i++) {
			if (seen[rec->own[i]] == group + 1)
				continue;
			seen[rec->own[i]] = group + 1;
			rec->own[kept++] = rec->own[i];
		}
		rec->own_count = kept;
	}
	free(seen);
	return true;
}

/* Turns "hosts of a group" round into "groups of a host". */
static bool listed_build(struct resolve *resolve)
{
	struct inventory *inv = resolve->inv;
	size_t total = 0;
	uint32_t *next;

	resolve->listed_at = array_new(inv, inv->host_count + 2);
	if (!resolve->listed_at)
		return false;
	next = resolve->listed_at + 1;
	for (size_t group = INV_GROUP_UNGROUPED + 1; group < inv->group_count; group++) {
		const struct inv_group_rec *rec = &inv->group_recs[group];

		for (size_t i = 0; i < rec->own_count; i++)
			next[rec->own[i] + 1]++;
		total += rec->own_count;
	}
	for (size_t i = 0; i < inv->host_count; i++)
		next[i + 1] += next[i];
	resolve->listed = array_new(inv, total);
	if (!resolve->listed)
		return false;
	for (uint32_t group = INV_GROUP_UNGROUPED + 1; group < inv->group_count; group++) {
		const struct inv_group_rec *rec = &inv->group_recs[group];

		for (size_t i = 0; i < rec->own_count; i++)
			resolve->listed[next[rec->own[i]]++] = group;
	}
	return true;
}

/* -- sets -- */

/* Collects the groups in `from` and all they are in, ascending, into resolve->found. */
static size_t ancestors_collect(struct resolve *resolve, const uint32_t *from, size_t count)
{
	const struct inv_graph *graph = &resolve->graph;
	uint32_t stamp = (uint32_t)resolve->set_count + 1;
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		resolve->stamps[from[i]] = stamp;
		resolve->found[found++] = from[i];
	}
	for (size_t head = 0; head < found; head++) {
		uint32_t group = resolve->found[head];
		uint32_t start = graph->parent_at[group], end = graph->parent_at[group + 1];

		if (!spend(resolve, end - start + 1))
			break;
		for (uint32_t i = start; i < end; i++) {
			uint32_t parent = graph->parents[i];

			if (parent == INV_GROUP_ALL || resolve->stamps[parent] == stamp)
				continue;
			resolve->stamps[parent] = stamp;
			resolve->found[found++] = parent;
		}
	}
	qsort(resolve->found, found, sizeof(*resolve->found), u32_cmp);
	return found;
}

/* The groups of a set that have variables, in the order in which they apply; `order` has room
 * for them and two more. */
struct ranked_group {
	uint32_t rank, group;
};

static int ranked_cmp(const void *left, const void *right)
{
	const struct ranked_group *a = left, *b = right;

	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static size_t groups_with_vars(const struct resolve *resolve, const struct set *set,
			       struct ranked_group *order)
{
	const struct inventory *inv = resolve->inv;
	size_t count = 0;

	if (inv->group_recs[INV_GROUP_ALL].vars)
		order[count++] = (struct ranked_group){ .group = INV_GROUP_ALL };
	if (set->group_count == 0 && inv->group_recs[INV_GROUP_UNGROUPED].vars)
		order[count++] = (struct ranked_group){ .rank = 1, .group = INV_GROUP_UNGROUPED };
	for (size_t i = 0; i < set->group_count; i++) {
		uint32_t group = set->groups[i];

		if (inv->group_recs[group].vars)
			order[count++] = (struct ranked_group){ .rank = resolve->graph.rank[group],
								.group = group };
	}
	if (count > 1)
		qsort(order, count, sizeof(*order), ranked_cmp);
	return count;
}

static void set_var_apply(struct set *set, const struct inv_var *var)
{
	switch (var->kind) {
	case INV_VAR_ADDRESS:
		set->address = var->value.text;
		break;
	case INV_VAR_PROBE_PORT:
		set->probe_port = (uint16_t)var->value.number;
		break;
	case INV_VAR_CALL_TIMEOUT:
		set->call_timeout_ms = var->value.number;
		break;
	case INV_VAR_PROTECT: /* adds up: patterns_collect() */
	case INV_VAR_KINDS:
	case INV_VAR_IGNORED:
	case INV_VAR_UNKNOWN:
		break;
	}
}

/* Adds the patterns of a list of variables that were not there yet to found[count...]; returns
 * the new count. */
static size_t patterns_collect(struct resolve *resolve, const struct inv_var *vars, size_t count)
{
	for (; vars; vars = vars->next) {
		const struct inv_patterns *patterns = vars->value.patterns;

		if (vars->kind != INV_VAR_PROTECT)
			continue;
		for (size_t i = 0; i < patterns->count; i++) {
			uint32_t id = patterns->ids[i];

			if (resolve->pattern_stamps[id] == resolve->pattern_stamp)
				continue;
			resolve->pattern_stamps[id] = resolve->pattern_stamp;
			resolve->found[count++] = id;
		}
	}
	return count;
}

/* Keeps found[0...count) as the patterns of a set. */
static void patterns_keep(struct resolve *resolve, struct set *set, size_t count)
{
	struct inventory *inv = resolve->inv;
	uint32_t *ids;
	const char **texts;

	set->protect = NULL;
	set->protect_count = 0;
	if (count == 0 || !spend(resolve, count))
		return;
	ids = inv_alloc(inv, count * sizeof(*ids));
	texts = inv_alloc(inv, count * sizeof(*texts));
	if (!ids || !texts)
		return;
	for (size_t i = 0; i < count; i++) {
		ids[i] = resolve->found[i];
		texts[i] = inv->patterns[ids[i]];
	}
	set->pattern_ids = ids;
	set->protect = texts;
	set->protect_count = count;
}

static void set_vars_resolve(struct resolve *resolve, struct set *set)
{
	struct inventory *inv = resolve->inv;
	struct ranked_group *order = calloc(set->group_count + 2, sizeof(*order));
	size_t count, patterns = 0;

	if (!order) {
		inv->failed = true;
		return;
	}
	count = groups_with_vars(resolve, set, order);
	resolve->pattern_stamp++;
	for (size_t i = 0; i < count; i++) {
		const struct inv_var *vars = inv->group_recs[order[i].group].vars;

		for (const struct inv_var *var = vars; var; var = var->next)
			set_var_apply(set, var);
		patterns = patterns_collect(resolve, vars, patterns);
	}
	patterns_keep(resolve, set, patterns);
	free(order);
}

/* Makes the set of what is listed in `from`; its index, INV_NONE when memory is short. */
static uint32_t set_new(struct resolve *resolve, const uint32_t *from, size_t count)
{
	struct inventory *inv = resolve->inv;
	struct set *sets =
		inv_grown(inv, resolve->sets, resolve->set_count, &resolve->set_cap, sizeof(*sets));
	struct set *set;
	uint32_t *groups;

	if (!sets)
		return INV_NONE;
	resolve->sets = sets;
	set = &sets[resolve->set_count];
	*set = (struct set){ .probe_port = INV_PROBE_PORT_DEFAULT, .call_timeout_ms = -1 };
	set->group_count = ancestors_collect(resolve, from, count);
	if (set->group_count > 0) {
		groups = inv_alloc(inv, set->group_count * sizeof(*groups));
		if (!groups)
			return INV_NONE;
		memcpy(groups, resolve->found, set->group_count * sizeof(*groups));
		set->groups = groups;
	}
	set_vars_resolve(resolve, set);
	return inv->failed ? INV_NONE : (uint32_t)resolve->set_count++;
}

/* Finds or makes each host's set. Equal lists of groups are found by their bytes. */
static bool sets_build(struct resolve *resolve)
{
	struct inventory *inv = resolve->inv;
	struct str_map known;
	size_t room = inv->group_count > inv->pattern_count ? inv->group_count : inv->pattern_count;

	str_map_init(&known);
	resolve->set_of = array_new(inv, inv->host_count);
	resolve->stamps = array_new(inv, inv->group_count);
	resolve->pattern_stamps = array_new(inv, inv->pattern_count);
	resolve->found = array_new(inv, room);
	if (inv->failed || set_new(resolve, NULL, 0) == INV_NONE)
		goto out;
	for (size_t host = 0; host < inv->host_count; host++) {
		const uint32_t *listed = resolve->listed + resolve->listed_at[host];
		size_t count = resolve->listed_at[host + 1] - resolve->listed_at[host];
		size_t bytes = count * sizeof(*listed);
		uint32_t *set = &resolve->set_of[host];

		if (count == 0 || str_map_get(&known, (const char *)listed, bytes, set))
			continue;
		*set = set_new(resolve, listed, count);
		if (*set == INV_NONE)
			break;
		if (str_map_put(&known, (const char *)listed, bytes, *set)) {
			inv->failed = true;
			break;
		}
	}
out:
	str_map_release(&known);
	return !inv->failed;
}

/* -- hosts -- */

/* Adds a host's own patterns to those of its set. */
static void host_patterns_add(struct resolve *resolve, struct set *own, const struct inv_var *vars)
{
	size_t count = own->protect_count;

	if (!spend(resolve, count))
		return;
	resolve->pattern_stamp++;
	for (size_t i = 0; i < count; i++) {
		resolve->found[i] = own->pattern_ids[i];
		resolve->pattern_stamps[own->pattern_ids[i]] = resolve->pattern_stamp;
	}
	count = patterns_collect(resolve, vars, count);
	if (count > own->protect_count)
		patterns_keep(resolve, own, count);
}

static void host_resolve(struct resolve *resolve, size_t index)
{
	struct inventory *inv = resolve->inv;
	struct inv_host *host = &inv->hosts[index];
	const struct inv_var *vars = inv->host_recs[index].vars;
	struct set own = resolve->sets[resolve->set_of[index]];

	for (const struct inv_var *var = vars; var; var = var->next)
		set_var_apply(&own, var);
	if (inv_vars_find(vars, INV_VAR_PROTECT))
		host_patterns_add(resolve, &own, vars);
	host->address = own.address ? own.address : host->name;
	host->probe_port = own.probe_port;
	host->call_timeout_ms = own.call_timeout_ms;
	host->protect = own.protect;
	host->protect_count = own.protect_count;
	host->groups = own.groups;
	host->group_count = own.group_count;
}

/* -- groups -- */

/* The hosts of every group, with those of its children, in the order of the inventory. */
static void group_hosts_fill(struct resolve *resolve)
{
	struct inventory *inv = resolve->inv;
	uint32_t *counts = array_new(inv, inv->group_count), **lists;

	lists = calloc(inv->group_count, sizeof(*lists));
	inv->failed = inv->failed || !lists;
	if (inv->failed)
		goto out;
	for (size_t i = 0; i < inv->host_count; i++) {
		if (!spend(resolve, inv->hosts[i].group_count))
			goto out;
		for (size_t k = 0; k < inv->hosts[i].group_count; k++)
			counts[inv->hosts[i].groups[k]]++;
		counts[INV_GROUP_ALL]++;
		counts[INV_GROUP_UNGROUPED] += inv->hosts[i].group_count == 0;
	}
	for (size_t group = 0; group < inv->group_count; group++) {
		lists[group] = inv_alloc(inv, counts[group] * sizeof(**lists));
		if (!lists[group])
			goto out;
		inv->groups[group].hosts = lists[group];
	}
	for (uint32_t i = 0; i < inv->host_count; i++) {
		const struct inv_host *host = &inv->hosts[i];

		lists[INV_GROUP_ALL][inv->groups[INV_GROUP_ALL].host_count++] = i;
		if (host->group_count == 0)
			lists[INV_GROUP_UNGROUPED][inv->groups[INV_GROUP_UNGROUPED].host_count++] =
				i;
		for (size_t k = 0; k < host->group_count; k++)
			lists[host->groups[k]][inv->groups[host->groups[k]].host_count++] = i;
	}
out:
	free(counts);
	free(lists);
}

/* `all` has `ungrouped`, every group that is in no other one, and what it lists itself. */
static void all_children_fill(struct resolve *resolve)
{
	struct inventory *inv = resolve->inv;
	const struct inv_graph *graph = &resolve->graph;
	uint32_t *children = inv_alloc(inv, inv->group_count * sizeof(*children));
	size_t count = 0;

	if (!children)
		return;
	for (uint32_t group = INV_GROUP_UNGROUPED; group < inv->group_count; group++) {
		uint32_t start = graph->parent_at[group], end = graph->parent_at[group + 1];
		bool direct = start == end;

		for (uint32_t i = start; i < end; i++)
			direct = direct || graph->parents[i] == INV_GROUP_ALL;
		if (direct)
			children[count++] = group;
	}
	inv->groups[INV_GROUP_ALL].children = children;
	inv->groups[INV_GROUP_ALL].child_count = count;
}

static void groups_fill(struct resolve *resolve)
{
	struct inventory *inv = resolve->inv;
	const struct inv_graph *graph = &resolve->graph;

	inv->groups = inv_alloc(inv, inv->group_count * sizeof(*inv->groups));
	if (!inv->groups)
		return;
	for (size_t i = 0; i < inv->group_count; i++) {
		struct inv_group *group = &inv->groups[i];
		size_t count = graph->child_at[i + 1] - graph->child_at[i];
		uint32_t *children = inv_alloc(inv, count * sizeof(*children));

		if (!children)
			return;
		if (count > 0)
			memcpy(children, graph->children + graph->child_at[i],
			       count * sizeof(*children));
		group->name = inv->group_recs[i].name;
		group->children = children;
		group->child_count = count;
		group->own_hosts = inv->group_recs[i].own;
		group->own_host_count = inv->group_recs[i].own_count;
	}
	all_children_fill(resolve);
	group_hosts_fill(resolve);
	/* whatever a section [ungrouped] listed: it holds the hosts that no group has */
	inv->groups[INV_GROUP_UNGROUPED].own_hosts = inv->groups[INV_GROUP_UNGROUPED].hosts;
	inv->groups[INV_GROUP_UNGROUPED].own_host_count =
		inv->groups[INV_GROUP_UNGROUPED].host_count;
}

/* -- addresses -- */

/* What addresses are compared by: IPv6 by its value, names folded and without the dot at the end.
 * The text is borrowed where nothing had to be changed. NULL when memory is short. */
static const char *address_key(struct inventory *inv, struct arena *arena,
			       const struct inv_host *host, size_t *ret_len)
{
	static const char digits[] = "0123456789abcdef";
	bool is_name = host->address == host->name;
	const char *text = is_name ? host->key : host->address;
	char key[INV_FOLD_MAX + 40];
	unsigned char bytes[16];
	size_t len = strlen(text), used, zone;

	if (memchr(text, ':', len) && inv_ipv6_parse(text, len, bytes, &zone)) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			key[2 * i] = digits[bytes[i] >> 4];
			key[2 * i + 1] = digits[bytes[i] & 15];
		}
		key[32] = '%'; /* no name has one */
		used = 33 + inv_fold(key + 33, text + zone, len - zone);
		text = NULL;
	} else if (is_name) {
		used = len;
	} else {
		used = inv_fold(key, text, len);
		text = NULL;
	}
	if (!text) {
		text = arena_strndup(arena, key, used);
		inv->failed = inv->failed || !text;
	}
	if (text && used > 1 && text[used - 1] == '.')
		used--;
	*ret_len = used;
	return text;
}

static void report_address(struct inventory *inv, size_t host, size_t first)
{
	const struct inv_host_rec *rec = &inv->host_recs[host];
	const struct inv_var *var = inv_vars_find(rec->vars, INV_VAR_ADDRESS);
	const char *name = inv->hosts[host].name, *other = inv->hosts[first].name;
	const char *address = inv->hosts[host].address;
	char shown[INV_SHOW_SIZE], shown_address[INV_SHOW_SIZE], shown_other[INV_SHOW_SIZE];

	inv_error(inv, var ? &var->place : &rec->place,
		  "host %s has the address %s, which is that of host %s at %s",
		  inv_show(shown, name, strlen(name)),
		  inv_show(shown_address, address, strlen(address)),
		  inv_show(shown_other, other, strlen(other)),
		  inv_place_text(inv, &inv->host_recs[first].place));
}

/* Two names for one machine would have its users logged off twice, and the second time nobody
 * looks. */
static void addresses_check(struct inventory *inv)
{
	struct str_map known;
	struct arena keys;

	str_map_init(&known);
	arena_init(&keys);
	for (size_t i = 0; i < inv->host_count && !inv->failed; i++) {
		uint32_t first = 0;
		size_t len = 0;
		const char *key = address_key(inv, &keys, &inv->hosts[i], &len);
		int was_there = key ? str_map_put_new(&known, key, len, (uint32_t)i, &first) : -1;

		if (was_there < 0)
			inv->failed = true;
		else if (was_there > 0)
			report_address(inv, i, first);
	}
	arena_release(&keys);
	str_map_release(&known);
}

static void resolve_release(struct resolve *resolve)
{
	inv_graph_release(&resolve->graph);
	free(resolve->listed_at);
	free(resolve->listed);
	free(resolve->set_of);
	free(resolve->sets);
	free(resolve->stamps);
	free(resolve->pattern_stamps);
	free(resolve->found);
}

void inv_resolve(struct inventory *inv)
{
	struct resolve resolve = { .inv = inv, .budget = INV_RESOLVE_MAX };

	if (inv_graph_build(inv, &resolve.graph) || !own_hosts_thin(inv) ||
	    !listed_build(&resolve) || !sets_build(&resolve))
		goto out;
	for (size_t i = 0; i < inv->host_count; i++)
		host_resolve(&resolve, i);
	if (!inv->failed)
		groups_fill(&resolve);
	if (!inv->failed)
		addresses_check(inv);
out:
	resolve_release(&resolve);
}
