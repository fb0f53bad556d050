#include "report_merge_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "utc.h"

/* -- whether two runs belong together -- */

static bool texts_eq(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

static bool value_eq(const struct rep_value *a, const struct rep_value *b)
{
	if (strcmp(a->name, b->name) != 0 || a->kind != b->kind)
		return false;
	switch (a->kind) {
	case REP_VALUE_BOOL:
		return a->boolean == b->boolean;
	case REP_VALUE_INT:
		return a->integer == b->integer;
	case REP_VALUE_TEXT:
		return strcmp(a->text, b->text) == 0;
	case REP_VALUE_TEXTS:
		return texts_eq(a->texts, a->text_count, b->texts, b->text_count);
	case REP_VALUE_NULL:
		break;
	}
	return true;
}

/* Each shard may have a plan of its own: what is in it is another matter. */
static bool is_own(const struct rep_value *value)
{
	return strcmp(value->name, "plan") == 0;
}

static bool selection_eq(const struct rep_run *a, const struct rep_run *b)
{
	if (a->selection_count != b->selection_count)
		return false;
	for (size_t i = 0; i < a->selection_count; i++) {
		const struct rep_value *value = &a->selection[i];

		if (is_own(value) ? strcmp(value->name, b->selection[i].name) != 0
				  : !value_eq(value, &b->selection[i]))
			return false;
	}
	return true;
}

static uint32_t shards_of(const struct rep_run *run)
{
	return run->part_count > 0 ? run->parts[0].shard_n : run->shard_n;
}

const char *rep_merge_difference(const struct rep_run *a, const struct rep_run *b)
{
	if (strcmp(a->command, b->command) != 0)
		return "commands";
	if (shards_of(a) != shards_of(b))
		return "numbers of shards";
	if (strcmp(a->backend, b->backend) != 0 || a->simulated != b->simulated)
		return "backends";
	if (a->dry_run != b->dry_run)
		return "--dry-run";
	if (a->inventory_hosts != b->inventory_hosts)
		return "inventories";
	if (strcmp(a->limit, b->limit) != 0)
		return "limits";
	return selection_eq(a, b) ? NULL : "selections";
}

/* -- the run of all of them -- */

static int by_shard(const void *a, const void *b)
{
	const struct rep_run *left = a, *right = b;

	return left->shard_k < right->shard_k ? -1 : left->shard_k > right->shard_k;
}

static int collect_parts(struct rep_merge *merge)
{
	struct rep_run *run = &merge->run;
	struct rep_run *parts;
	size_t count = 0;

	for (size_t f = 0; f < merge->file_count; f++)
		count += merge->files[f]->part_count;
	parts = arena_alloc(&merge->texts, count * sizeof(*parts));
	if (!parts)
		return REP_MERGE_NO_MEMORY;
	run->parts = parts;
	run->part_count = count;
	for (size_t f = 0; f < merge->file_count; f++)
		for (size_t i = 0; i < merge->files[f]->part_count; i++)
			*parts++ = merge->files[f]->parts[i];
	qsort(parts - count, count, sizeof(*parts), by_shard);
	merge->missing = merge->n - (uint32_t)count;
	return 0;
}

/* A text that all parts share, or "". */
static const char *shared(const struct rep_run *run, size_t offset)
{
	const char *first = NULL;

	for (size_t i = 0; i < run->part_count; i++) {
		const char *text;

		memcpy(&text, (const char *)&run->parts[i] + offset, sizeof(text));
		if (first && strcmp(first, text) != 0)
			return "";
		first = text;
	}
	return first ? first : "";
}

static void merge_times(struct rep_run *run)
{
	int64_t start = UTC_UNKNOWN, end = UTC_UNKNOWN;

	for (size_t i = 0; i < run->part_count; i++) {
		const struct rep_run *part = &run->parts[i];

		if (part->started_at_ms != UTC_UNKNOWN &&
		    (start == UTC_UNKNOWN || part->started_at_ms < start))
			start = part->started_at_ms;
		if (part->finished_at_ms != UTC_UNKNOWN && part->finished_at_ms > end)
			end = part->finished_at_ms;
	}
	run->started_at_ms = start;
	run->finished_at_ms = end;
	run->duration_ms =
		start != UTC_UNKNOWN && end != UTC_UNKNOWN && end >= start ? end - start : -1;
}

/* As the exit codes of one run: the first of these that any part has. That nothing matched (3) holds only where it
 * holds for all. */
static int merged_exit_code(const struct rep_run *run)
{
	static const int order[] = { 70, 129, 130, 143, 4, 5, 1, 0, 3 };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (size_t p = 0; p < run->part_count; p++)
			if (run->parts[p].exit_code == order[i])
				return order[i];
	return 1;
}

static bool any_part(const struct rep_run *run, enum rep_run_outcome outcome)
{
	for (size_t i = 0; i < run->part_count; i++)
		if (run->parts[i].outcome == outcome)
			return true;
	return false;
}

static enum rep_run_outcome merged_outcome(const struct rep_run *run)
{
	bool good = any_part(run, REP_RUN_SUCCEEDED);

	if (any_part(run, REP_RUN_INTERRUPTED))
		return REP_RUN_INTERRUPTED;
	if (any_part(run, REP_RUN_ABORTED))
		return REP_RUN_ABORTED;
	if (any_part(run, REP_RUN_PARTIAL) || (good && any_part(run, REP_RUN_FAILED)))
		return REP_RUN_PARTIAL;
	return good ? REP_RUN_SUCCEEDED : REP_RUN_FAILED;
}

static void merge_ends(struct rep_run *run, bool complete)
{
	run->outcome = complete ? merged_outcome(run) : REP_RUN_PARTIAL;
	run->exit_code = complete ? merged_exit_code(run) : 1;
	run->stopped_by = "";
	for (size_t i = 0; i < run->part_count && run->stopped_by[0] == '\0'; i++)
		run->stopped_by = run->parts[i].stopped_by;
}

/* The same parts have the same id. */
static int make_id(struct rep_merge *merge)
{
	char text[SHA256_HEX_SIZE + 32], hex[SHA256_HEX_SIZE];
	struct rep_run *run = &merge->run;
	struct sha256 sha;

	sha256_init(&sha);
	for (size_t i = 0; i < run->part_count; i++) {
		(void)snprintf(text, sizeof(text), "%" PRIu32 "/%" PRIu32 " ",
			       run->parts[i].shard_k, merge->n);
		sha256_add(&sha, text, strlen(text));
		sha256_add(&sha, run->parts[i].id, strlen(run->parts[i].id) + 1);
	}
	sha256_hex(&sha, hex);
	(void)snprintf(text, sizeof(text), "merged-%.16s", hex);
	run->id = arena_strdup(&merge->texts, text);
	return run->id ? 0 : REP_MERGE_NO_MEMORY;
}

/* The report that has the first shard there is: the others are held against it. */
static const struct rep_run *first_run(const struct rep_merge *merge)
{
	const struct rep_merge_file *first = merge->files[0];

	for (size_t f = 1; f < merge->file_count; f++)
		if (merge->files[f]->parts[0].shard_k < first->parts[0].shard_k)
			first = merge->files[f];
	return &first->kept.run;
}

static const struct rep_value *value_named(const struct rep_value *values, size_t count,
					   const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(values[i].name, name) == 0)
			return &values[i];
	return NULL;
}

/* Values of the first, and null for those that are not the same everywhere. */
static int merge_values(struct rep_merge *merge, size_t values_at, size_t count_at)
{
	const struct rep_run *first = first_run(merge);
	const struct rep_value *values;
	struct rep_value *merged;
	size_t count;

	memcpy(&values, (const char *)first + values_at, sizeof(values));
	memcpy(&count, (const char *)first + count_at, sizeof(count));
	merged = arena_alloc(&merge->texts, count * sizeof(*merged));
	if (!merged)
		return REP_MERGE_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		merged[i] = values[i];
		for (size_t f = 0; f < merge->file_count; f++) {
			const struct rep_run *run = &merge->files[f]->kept.run;
			const struct rep_value *others, *other;
			size_t other_count;

			memcpy(&others, (const char *)run + values_at, sizeof(others));
			memcpy(&other_count, (const char *)run + count_at, sizeof(other_count));
			other = value_named(others, other_count, values[i].name);
			if (!other || !value_eq(&values[i], other))
				merged[i].kind = REP_VALUE_NULL;
		}
	}
	memcpy((char *)&merge->run + values_at, &merged, sizeof(merged));
	memcpy((char *)&merge->run + count_at, &count, sizeof(count));
	return 0;
}

int rep_merge_runs(struct rep_merge *merge)
{
	struct rep_run *run = &merge->run;
	const struct rep_run *first = first_run(merge);

	rep_run_init(run);
	run->command = first->command;
	run->dry_run = first->dry_run;
	run->simulated = first->simulated;
	run->backend = first->backend;
	run->limit = first->limit;
	run->inventory_hosts = first->inventory_hosts;
	if (collect_parts(merge) || make_id(merge))
		return REP_MERGE_NO_MEMORY;
	run->inventory_sources = run->parts[0].inventory_sources;
	run->inventory_source_count = run->parts[0].inventory_source_count;
	run->operator_ = shared(run, offsetof(struct rep_run, operator_));
	run->machine = shared(run, offsetof(struct rep_run, machine));
	run->reason = shared(run, offsetof(struct rep_run, reason));
	merge_times(run);
	merge_ends(run, merge->missing == 0);
	if (merge_values(merge, offsetof(struct rep_run, selection),
			 offsetof(struct rep_run, selection_count)))
		return REP_MERGE_NO_MEMORY;
	return merge_values(merge, offsetof(struct rep_run, policy),
			    offsetof(struct rep_run, policy_count));
}

/* The next shard from `k` on that is missing, or n + 1. */
static uint32_t next_missing(const struct rep_run *run, uint32_t k, size_t *at)
{
	for (; k <= run->parts[0].shard_n; k++) {
		while (*at < run->part_count && run->parts[*at].shard_k < k)
			(*at)++;
		if (*at == run->part_count || run->parts[*at].shard_k != k)
			break;
	}
	return k;
}

void rep_merge_missing(struct strbuf *out, const struct rep_run *run)
{
	uint32_t n = run->parts[0].shard_n;
	const char *comma = "";
	size_t at = 0;

	for (uint32_t k = next_missing(run, 1, &at); k <= n;) {
		uint32_t last = k;
		uint32_t next = next_missing(run, k + 1, &at);

		while (next == last + 1 && next <= n) {
			last = next;
			next = next_missing(run, last + 1, &at);
		}
		if (last > k)
			strbuf_addf(out, "%s%" PRIu32 "-%" PRIu32, comma, k, last);
		else
			strbuf_addf(out, "%s%" PRIu32, comma, k);
		comma = ",";
		k = next;
	}
}
