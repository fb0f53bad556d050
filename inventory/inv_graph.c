/*
 * inv_graph.c - which group is in which: cycles, depth, and the order in which variables apply.
 *
 * Nothing here recurses, and every step is linear in groups and edges, so that a file with ten
 * thousand nested groups is as harmless as any other.
 */
#include "inv_internal.h"

#include <stdlib.h>
#include <string.h>

#define PATH_SHOWN 16 /* names at either end of a long cycle */

static void report_undefined(struct inventory *inv)
{
	char shown[INV_SHOW_SIZE];

	for (size_t i = 0; i < inv->edge_count; i++) {
		const struct inv_edge *edge = &inv->edges[i];
		const struct inv_group_rec *child = &inv->group_recs[edge->child];

		if (child->declared)
			continue;
		inv_show(shown, child->name, strlen(child->name));
		if (edge->parent == INV_NONE)
			inv_error(inv, &edge->place,
				  "variables for the group %s, which is not defined", shown);
		else
			inv_error(inv, &edge->place, "the group %s is not defined", shown);
	}
}

/* `all` holds every group and `ungrouped` what is in none: neither can be inside of another one. */
static bool edge_allowed(struct inventory *inv, const struct inv_edge *edge)
{
	char shown[INV_SHOW_SIZE];

	if (edge->parent == INV_NONE)
		return false;
	inv_show(shown, inv->group_recs[edge->parent].name,
		 strlen(inv->group_recs[edge->parent].name));
	if (edge->child == INV_GROUP_ALL)
		inv_error(inv, &edge->place,
			  "the group 'all' holds every group and cannot be in %s", shown);
	else if (edge->parent == INV_GROUP_UNGROUPED)
		inv_error(inv, &edge->place,
			  "the group 'ungrouped' holds the hosts of no group and has no children");
	else if (edge->child == INV_GROUP_UNGROUPED && edge->parent != INV_GROUP_ALL)
		inv_error(inv, &edge->place,
			  "the group 'ungrouped' holds the hosts of no group and cannot be in %s",
			  shown);
	else
		return edge->child != INV_GROUP_UNGROUPED;
	return false;
}

static uint32_t *array_new(struct inventory *inv, size_t count)
{
	uint32_t *array = calloc(count ? count : 1, sizeof(*array));

	if (!array)
		inv->failed = true;
	return array;
}

/* Turns counts (at[i + 1] = how many of i) into starts. */
static void counts_to_starts(uint32_t *at, size_t count)
{
	for (size_t i = 0; i < count; i++)
		at[i + 1] += at[i];
}

/* Drops edges that are not allowed or were there before, keeping the order. The edges by parent are
 * needed for that: `by_parent` gets their indices, `at` where each parent's begin. */
static bool edges_thin(struct inventory *inv)
{
	uint32_t *at = array_new(inv, inv->group_count + 2);
	uint32_t *by_parent = array_new(inv, inv->edge_count);
	uint32_t *seen = array_new(inv, inv->group_count);
	size_t kept = 0;

	if (!at || !by_parent || !seen)
		goto out;
	for (size_t i = 0; i < inv->edge_count; i++)
		if (edge_allowed(inv, &inv->edges[i]))
			inv->edges[kept++] = inv->edges[i];
	inv->edge_count = kept;
	for (size_t i = 0; i < kept; i++)
		at[inv->edges[i].parent + 1]++;
	counts_to_starts(at, inv->group_count);
	for (size_t i = 0; i < kept; i++)
		by_parent[at[inv->edges[i].parent]++] = (uint32_t)i;
	for (size_t i = 0; i < kept; i++) {
		struct inv_edge *edge = &inv->edges[by_parent[i]];

		if (seen[edge->child] == edge->parent + 1)
			edge->child = INV_NONE;
		else
			seen[edge->child] = edge->parent + 1;
	}
	kept = 0;
	for (size_t i = 0; i < inv->edge_count; i++)
		if (inv->edges[i].child != INV_NONE)
			inv->edges[kept++] = inv->edges[i];
	inv->edge_count = kept;
out:
	free(at);
	free(by_parent);
	free(seen);
	return !inv->failed;
}

static bool graph_alloc(struct inventory *inv, struct inv_graph *graph)
{
	graph->child_at = array_new(inv, inv->group_count + 2);
	graph->children = array_new(inv, inv->edge_count);
	graph->child_edges = array_new(inv, inv->edge_count);
	graph->parent_at = array_new(inv, inv->group_count + 2);
	graph->parents = array_new(inv, inv->edge_count);
	graph->parent_edges = array_new(inv, inv->edge_count);
	graph->depth = array_new(inv, inv->group_count);
	graph->rank = array_new(inv, inv->group_count);
	return !inv->failed;
}

/* Fills the lists of neighbours. Each `at` is one place further while it is filled, hence the +
 * 2 above. */
static void graph_link(const struct inventory *inv, struct inv_graph *graph)
{
	uint32_t *child_next = graph->child_at + 1, *parent_next = graph->parent_at + 1;

	for (size_t i = 0; i < inv->edge_count; i++) {
		child_next[inv->edges[i].parent + 1]++;
		parent_next[inv->edges[i].child + 1]++;
	}
	counts_to_starts(child_next, inv->group_count);
	counts_to_starts(parent_next, inv->group_count);
	for (size_t i = 0; i < inv->edge_count; i++) {
		const struct inv_edge *edge = &inv->edges[i];
		uint32_t down = child_next[edge->parent]++, up = parent_next[edge->child]++;

		graph->children[down] = edge->child;
		graph->child_edges[down] = (uint32_t)i;
		graph->parents[up] = edge->parent;
		graph->parent_edges[up] = (uint32_t)i;
	}
}

/* Groups in an order in which parents come before children, as far as cycles allow. */
struct topo {
	struct inventory *inv;
	struct inv_graph *graph;
	uint32_t *waiting; /* parents that were not reached yet */
	uint32_t *queue;
	size_t head, tail;
	bool *dropped;	 /* edges, to break a cycle that was reported */
	uint32_t *step;	 /* when a walk came by, from 1 */
	uint32_t *trail; /* the walk: groups, each a parent of the one before */
	uint32_t *trail_edges;
};

static void topo_drain(struct topo *topo)
{
	const struct inv_graph *graph = topo->graph;

	while (topo->head < topo->tail) {
		uint32_t group = topo->queue[topo->head++];

		for (uint32_t i = graph->child_at[group]; i < graph->child_at[group + 1]; i++) {
			uint32_t child = graph->children[i];

			if (topo->dropped[graph->child_edges[i]])
				continue;
			if (graph->depth[child] < graph->depth[group] + 1)
				graph->depth[child] = graph->depth[group] + 1;
			if (--topo->waiting[child] == 0)
				topo->queue[topo->tail++] = child;
		}
	}
}

/* A parent of `group` that still waits, which a group in or below a cycle has. *ret_edge is the
 * edge to it. */
static uint32_t waiting_parent(const struct topo *topo, uint32_t group, uint32_t *ret_edge)
{
	const struct inv_graph *graph = topo->graph;

	for (uint32_t i = graph->parent_at[group]; i < graph->parent_at[group + 1]; i++) {
		if (topo->waiting[graph->parents[i]] == 0 || topo->dropped[graph->parent_edges[i]])
			continue;
		*ret_edge = graph->parent_edges[i];
		return graph->parents[i];
	}
	return INV_NONE;
}

static int place_cmp(const struct inv_place *a, const struct inv_place *b)
{
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->column < b->column ? -1 : a->column > b->column;
}

/* The groups of a cycle from parent to child, beginning with the child of the edge that closed it:
 * the last one written, which is the one to look at. `trail` runs the other way. */
static void report_cycle(struct topo *topo, const uint32_t *trail, const uint32_t *edges,
			 size_t count)
{
	struct inventory *inv = topo->inv;
	struct strbuf path;
	size_t last = 0;

	for (size_t i = 1; i < count; i++)
		if (place_cmp(&inv->edges[edges[i]].place, &inv->edges[edges[last]].place) > 0)
			last = i;
	topo->dropped[edges[last]] = true;
	strbuf_init(&path);
	/* edges[last] leads from trail[last + 1] down to trail[last] */
	for (size_t i = 0; i <= count; i++) {
		if (i == PATH_SHOWN && count > (size_t)2 * PATH_SHOWN) {
			strbuf_adds(&path, " -> ...");
			i = count - PATH_SHOWN;
		}
		if (i > 0)
			strbuf_adds(&path, " -> ");
		strbuf_adds(&path, inv->group_recs[trail[(last + count - i % count) % count]].name);
	}
	inv->failed = inv->failed || path.failed;
	inv_error(inv, &inv->edges[edges[last]].place, "the groups form a cycle: %s",
		  strbuf_text(&path));
	strbuf_release(&path);
}

/* Walks from parent to parent until one comes again; reports that cycle and drops an edge of it. */
static uint32_t cycle_break(struct topo *topo, uint32_t group, uint32_t first_step)
{
	uint32_t count = 0, start;

	for (;;) {
		topo->step[group] = first_step + count;
		topo->trail[count] = group;
		group = waiting_parent(topo, group, &topo->trail_edges[count]);
		count++;
		if (group == INV_NONE)
			return count;
		if (topo->step[group] >= first_step)
			break;
	}
	start = topo->step[group] - first_step;
	report_cycle(topo, topo->trail + start, topo->trail_edges + start, count - start);
	return count;
}

/* Lets groups go on whose last edge was dropped. */
static void topo_release(struct topo *topo, uint32_t edge)
{
	uint32_t child = topo->inv->edges[edge].child;

	if (topo->waiting[child] > 0 && --topo->waiting[child] == 0)
		topo->queue[topo->tail++] = child;
}

/* Reports cycles, one after the other, until none is left or enough were said. */
static void topo_cycles(struct topo *topo)
{
	uint32_t group_count = (uint32_t)topo->inv->group_count, first_step = 1, group = 0;

	for (int cycles = 0; cycles < INV_CYCLES_MAX; cycles++) {
		uint32_t walked;

		while (group < group_count && topo->waiting[group] == 0)
			group++;
		if (group == group_count || topo->inv->failed)
			return;
		walked = cycle_break(topo, group, first_step);
		first_step += walked;
		for (uint32_t i = 0; i < walked; i++) {
			if (topo->dropped[topo->trail_edges[i]]) {
				topo_release(topo, topo->trail_edges[i]);
				break;
			}
		}
		topo_drain(topo);
	}
}

static void topo_sort(struct topo *topo)
{
	const struct inv_graph *graph = topo->graph;
	uint32_t group_count = (uint32_t)topo->inv->group_count;

	for (uint32_t group = 0; group < group_count; group++) {
		topo->waiting[group] = graph->parent_at[group + 1] - graph->parent_at[group];
		graph->depth[group] = group == INV_GROUP_ALL ? 0 : 1;
		if (topo->waiting[group] == 0)
			topo->queue[topo->tail++] = group;
	}
	topo_drain(topo);
	if (topo->tail < group_count)
		topo_cycles(topo);
}

static bool graph_sort(struct inventory *inv, struct inv_graph *graph)
{
	struct topo topo = { .inv = inv, .graph = graph };

	topo.waiting = array_new(inv, inv->group_count);
	topo.queue = array_new(inv, inv->group_count);
	topo.step = array_new(inv, inv->group_count);
	topo.trail = array_new(inv, inv->group_count + 1);
	topo.trail_edges = array_new(inv, inv->group_count + 1);
	topo.dropped = calloc(inv->edge_count ? inv->edge_count : 1, sizeof(*topo.dropped));
	inv->failed = inv->failed || !topo.dropped;
	if (!inv->failed)
		topo_sort(&topo);
	free(topo.waiting);
	free(topo.queue);
	free(topo.step);
	free(topo.trail);
	free(topo.trail_edges);
	free(topo.dropped);
	return !inv->failed;
}

struct ranked {
	const char *name;
	uint32_t group, depth;
};

static int ranked_cmp(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->depth != b->depth)
		return a->depth < b->depth ? -1 : 1;
	return strcmp(a->name, b->name);
}

static bool graph_rank(struct inventory *inv, struct inv_graph *graph)
{
	struct ranked *order = calloc(inv->group_count, sizeof(*order));

	if (!order) {
		inv->failed = true;
		return false;
	}
	for (uint32_t group = 0; group < inv->group_count; group++)
		order[group] = (struct ranked){ .name = inv->group_recs[group].name,
						.group = group,
						.depth = graph->depth[group] };
	qsort(order, inv->group_count, sizeof(*order), ranked_cmp);
	for (uint32_t i = 0; i < inv->group_count; i++)
		graph->rank[order[i].group] = i;
	free(order);
	return true;
}

int inv_graph_build(struct inventory *inv, struct inv_graph *graph)
{
	memset(graph, 0, sizeof(*graph));
	report_undefined(inv);
	if (!edges_thin(inv) || !graph_alloc(inv, graph))
		return -1;
	graph_link(inv, graph);
	return graph_sort(inv, graph) && graph_rank(inv, graph) ? 0 : -1;
}

void inv_graph_release(struct inv_graph *graph)
{
	free(graph->child_at);
	free(graph->children);
	free(graph->child_edges);
	free(graph->parent_at);
	free(graph->parents);
	free(graph->parent_edges);
	free(graph->depth);
	free(graph->rank);
	memset(graph, 0, sizeof(*graph));
}
