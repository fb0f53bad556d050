#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "report_merge.h"
#include "support.h"

#define HOSTS_MOST  60
#define SHARDS_MOST 7
#define MODELS	    40

/* Not rdsweep's own shards, but as good. */
static uint32_t shard_of(const char *name, uint32_t n)
{
	return (uint32_t)(fnv1a_64(FNV1A_64_START, name, strlen(name)) % n) + 1;
}

/* -- a fleet made at random, and the report of each of its shards -- */

struct model {
	uint64_t seed;
	uint32_t n;
	size_t host_count;
	char names[HOSTS_MOST][32];
	struct strbuf shards[SHARDS_MOST]; /* as JSON */
};

static uint16_t random_kind(struct rep_record *record, uint64_t *rng)
{
	static const struct rep_error_kind kinds[] = {
		{ "WTSOpenServerEx", 1722, "RPC_S_SERVER_UNAVAILABLE", "not there", "transient",
		  "look" },
		{ "WTSLogoffSession", 5, "ERROR_ACCESS_DENIED", "denied", "permanent", "" },
		{ "WTSLogoffSession", 5, "ERROR_ACCESS_DENIED", "denied, said otherwise",
		  "permanent", "ask" },
		{ "rdsweep", 0, "CALL_TIMEOUT", "silent", "ours", "wait" },
		{ "WTSOpenServerEx", 5, "ERROR_ACCESS_DENIED", "denied", "permanent", "" },
	};
	uint64_t which = rng_below(rng, 12);
	uint16_t kind;

	if (which >= sizeof(kinds) / sizeof(kinds[0]))
		return 0;
	kind = rep_error_kind(record, &kinds[which]);
	assert_int_not_equal(kind, 0);
	return kind;
}

/* The same host whatever record it is in: its numbers come from its name. */
static void fill_host(struct rep_record *record, struct rep_host *host, const char *name,
		      uint64_t seed)
{
	uint64_t rng = fnv1a_64(seed, name, strlen(name));
	size_t sessions = (size_t)rng_below(&rng, 5);

	host->name = arena_strdup(&host->arena, name);
	host->address = "";
	assert_non_null(host->name);
	host->outcome = (uint8_t)(1 + rng_below(&rng, REP_HOST_OUTCOME_COUNT - 1));
	host->error = random_kind(record, &rng);
	host->duration_ms = (int64_t)rng_below(&rng, 100000);
	host->acted_at_ms = INT64_C(1767304800000) + (int64_t)rng_below(&rng, 100000);
	host->ended_at_ms = host->acted_at_ms + host->duration_ms;
	for (size_t i = 0; i < sessions; i++) {
		struct rep_session *session = rep_host_add_session(host);

		assert_non_null(session);
		session->id = (uint32_t)(2 + i);
		session->user = "alice";
		session->outcome = (uint8_t)(1 + rng_below(&rng, REP_SESSION_OUTCOME_COUNT - 1));
		session->selected = rng_below(&rng, 2) == 1;
		session->error = random_kind(record, &rng);
	}
}

/* All hosts of the shard in a record; of shard 0 all hosts, shard by shard. */
static void make_record(const struct model *model, uint32_t k, struct rep_record *record)
{
	size_t count = 0;

	assert_int_equal(rep_record_init(record, model->host_count), 0);
	for (uint32_t shard = k ? k : 1; shard <= (k ? k : model->n); shard++)
		for (size_t i = 0; i < model->host_count; i++)
			if (shard_of(model->names[i], model->n) == shard)
				fill_host(record, &record->hosts[count++], model->names[i],
					  model->seed);
	record->host_count = count;
}

static void describe_run(const struct model *model, uint32_t k, struct rep_run *run, char id[32])
{
	static const int exit_codes[] = { 0, 1, 3, 130, 4, 0, 0 };
	static const enum rep_run_outcome outcomes[] = { REP_RUN_SUCCEEDED, REP_RUN_PARTIAL,
							 REP_RUN_SUCCEEDED, REP_RUN_INTERRUPTED,
							 REP_RUN_ABORTED };
	uint64_t rng = model->seed + k;
	uint64_t end = rng_below(&rng, 5);

	snprintf(id, 32, "run-%u", (unsigned)k);
	run->id = id;
	run->command = "logoff";
	run->backend = "sim";
	run->operator_ = rng_below(&rng, 4) ? "CORP\\admin" : "CORP\\other";
	run->machine = "JUMP";
	run->started_at_ms = (int64_t)rng_below(&rng, 1000000);
	run->finished_at_ms = run->started_at_ms + (int64_t)rng_below(&rng, 1000000);
	run->duration_ms = run->finished_at_ms - run->started_at_ms;
	run->inventory_hosts = (uint32_t)model->host_count;
	run->shard_k = k;
	run->shard_n = model->n;
	run->exit_code = exit_codes[end];
	run->outcome = outcomes[end];
}

static void model_init(struct model *model, uint64_t seed)
{
	uint64_t rng = seed;

	memset(model, 0, sizeof(*model));
	model->seed = seed;
	model->n = 1 + (uint32_t)rng_below(&rng, SHARDS_MOST);
	model->host_count = (size_t)rng_below(&rng, HOSTS_MOST);
	for (size_t i = 0; i < model->host_count; i++)
		snprintf(model->names[i], sizeof(model->names[i]), "host%zu-%x", i,
			 (unsigned)rng_below(&rng, 1u << 16));
	for (uint32_t k = 1; k <= model->n; k++) {
		const struct rep_value values[] = {
			{ .name = "concurrency",
			  .kind = REP_VALUE_INT,
			  .integer = 60 + (int64_t)rng_below(&rng, 2) },
			{ .name = "probe", .kind = REP_VALUE_TEXT, .text = "tcp" },
		};
		struct rep_record record;
		char id[32];

		make_record(model, k, &record);
		describe_run(model, k, &record.run, id);
		record.run.policy = values;
		record.run.policy_count = 2;
		strbuf_init(&model->shards[k - 1]);
		assert_int_equal(test_write(&record, REP_FORMAT_JSON, &model->shards[k - 1]), 0);
		rep_record_release(&record);
	}
}

static void model_release(struct model *model)
{
	for (uint32_t k = 0; k < model->n; k++)
		strbuf_release(&model->shards[k]);
}

/* -- merging in memory -- */

static int to_buffer(void *ctx, const char *bytes, size_t len)
{
	strbuf_add(ctx, bytes, len);
	return 0;
}

static int read_text(const struct strbuf *text, const struct rep_visitor *visitor)
{
	struct test_source source = { .bytes = text->data, .len = text->len };
	struct rep_read_error error = { 0 };
	int status = rep_read(test_source_read, &source, visitor, &error);

	if (status < 0)
		fail_msg("%d:%d: %s", error.line, error.column, error.message);
	return status;
}

static void merge_texts(const struct strbuf *const *texts, size_t count, struct strbuf *out)
{
	const struct rep_sink sink = { out, to_buffer };
	struct rep_writer *writer = rep_writer_create(REP_FORMAT_JSON, &sink);
	struct rep_visitor visitor;
	struct rep_merge merge;

	strbuf_init(out);
	assert_non_null(writer);
	rep_merge_init(&merge, shard_of);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(rep_merge_next(&merge, "a report"), 0);
		rep_merge_visitor(&merge, &visitor);
		if (read_text(texts[i], &visitor))
			fail_msg("%s", strbuf_text(&merge.why));
	}
	assert_int_equal(rep_merge_settle(&merge), 0);
	assert_int_equal(rep_writer_begin(writer, &merge.head), 0);
	for (size_t i = 0; i < merge.step_count; i++) {
		int status;

		rep_merge_step_visitor(&merge, &merge.steps[i], &writer, 1, &visitor);
		status = read_text(texts[merge.steps[i].file], &visitor);
		assert_true(status == 0 || status == REP_MERGE_ENOUGH);
	}
	assert_true(rep_merge_complete(&merge));
	assert_int_equal(rep_writer_end(writer), 0);
	rep_writer_free(writer);
	rep_merge_release(&merge);
	assert_false(out->failed);
}

/* Merges what is left, two or three at a time and in any order, until one report is left. */
static void merge_at_random(const struct model *model, uint64_t *rng, struct strbuf *out)
{
	struct strbuf texts[SHARDS_MOST];
	size_t left = model->n;

	for (size_t i = 0; i < left; i++) {
		strbuf_init(&texts[i]);
		strbuf_add(&texts[i], model->shards[i].data, model->shards[i].len);
	}
	do {
		const struct strbuf *taken[3];
		size_t count = left < 2 ? 1 : 2 + (size_t)rng_below(rng, left > 2 ? 2 : 1);
		struct strbuf merged;

		for (size_t i = 0; i < count; i++) { /* the first `count` are taken from anywhere */
			size_t from = i + (size_t)rng_below(rng, left - i);
			struct strbuf swap = texts[i];

			texts[i] = texts[from];
			texts[from] = swap;
			taken[i] = &texts[i];
		}
		merge_texts(taken, count, &merged);
		for (size_t i = 0; i < count; i++)
			strbuf_release(&texts[i]);
		for (size_t i = count; i < left; i++)
			texts[i - count + 1] = texts[i];
		texts[0] = merged;
		left -= count - 1;
	} while (left > 1);
	*out = texts[0];
}

static void assert_same(const struct strbuf *found, const struct strbuf *wanted)
{
	assert_int_equal(found->len, wanted->len);
	assert_memory_equal(found->data, wanted->data, wanted->len);
}

static int keep_run(void *ctx, const struct rep_run *run)
{
	return rep_head_keep_run(ctx, run);
}

/* But for the run, which a merge makes, a fleet in shards and merged is the fleet in one piece. */
static void assert_is_the_fleet(const struct model *model, const struct strbuf *merged)
{
	struct rep_kept_head kept;
	const struct rep_visitor visitor = { .ctx = &kept, .run = keep_run };
	struct rep_record whole;
	struct strbuf wanted;

	rep_head_init(&kept);
	assert_int_equal(read_text(merged, &visitor), 0);
	make_record(model, 0, &whole);
	whole.run = kept.run;
	strbuf_init(&wanted);
	assert_int_equal(test_write(&whole, REP_FORMAT_JSON, &wanted), 0);
	assert_same(merged, &wanted);
	strbuf_release(&wanted);
	rep_record_release(&whole);
	rep_head_release(&kept);
}

static void merge__any_order_and_grouping__gives_the_same_bytes(void **state)
{
	uint64_t rng = 20261;

	(void)state;
	for (uint64_t seed = 1; seed <= MODELS; seed++) {
		struct model model;
		struct strbuf first, again;

		model_init(&model, seed);
		merge_at_random(&model, &rng, &first);
		assert_is_the_fleet(&model, &first);
		for (int i = 0; i < 3; i++) {
			merge_at_random(&model, &rng, &again);
			assert_same(&again, &first);
			strbuf_release(&again);
		}
		strbuf_release(&first);
		model_release(&model);
	}
}

static void merge__some_shards__names_those_that_are_missing(void **state)
{
	static const struct {
		uint32_t n;
		uint32_t present[6];
		const char *missing;
	} rows[] = {
		{ 1, { 1 }, "" },	 { 5, { 1, 2, 3, 4, 5 }, "" }, { 5, { 2, 3, 4 }, "1,5" },
		{ 9, { 5 }, "1-4,6-9" }, { 4, { 1, 2 }, "3-4" },       { 6, { 1, 3, 5 }, "2,4,6" },
	};

	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		struct rep_run parts[6], run;
		struct strbuf out;

		rep_run_init(&run);
		run.parts = parts;
		for (size_t i = 0; i < 6 && rows[r].present[i] > 0; i++) {
			rep_run_init(&parts[i]);
			parts[i].shard_k = rows[r].present[i];
			parts[i].shard_n = rows[r].n;
			run.part_count++;
		}
		strbuf_init(&out);
		rep_merge_missing(&out, &run);
		assert_string_equal(strbuf_text(&out), rows[r].missing);
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merge__any_order_and_grouping__gives_the_same_bytes),
		cmocka_unit_test(merge__some_shards__names_those_that_are_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
