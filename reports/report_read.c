#include "report_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_fields.h"
#include "report_grow.h"
#include "report_object.h"

/* Hosts, with their sessions. */

static int read_host(struct rep_reader *reader, void *object)
{
	(void)object;
	return rep_object_read_host(reader);
}

static int read_hosts(struct rep_reader *reader, void *object)
{
	return rep_read_array(reader, "hosts", object, read_host);
}

/* The run. */

struct run_item {
	struct rep_run run;
	uint8_t outcome;
	int32_t exit_code;
};

static const struct rep_field inventory_fields[] = {
	REP_MEMBER_TEXTS(rep_run, "sources", inventory_sources, inventory_source_count),
	REP_MEMBER(rep_run, "fleet_sha256", REP_FIELD_TEXT, true, fleet_sha256),
	REP_MEMBER(rep_run, "hosts", REP_FIELD_U32, false, inventory_hosts),
};
static const struct rep_shape inventory_shape = REP_SHAPE("the inventory", inventory_fields);

static int read_inventory(struct rep_reader *reader, void *object)
{
	struct run_item *item = object;

	return rep_read_object(reader, &inventory_shape, &item->run);
}

static const struct rep_field shard_fields[] = {
	REP_MEMBER(rep_run, "k", REP_FIELD_U32, false, shard_k),
	REP_MEMBER(rep_run, "n", REP_FIELD_U32, false, shard_n),
};
static const struct rep_shape shard_shape = REP_SHAPE("the shard", shard_fields);

static int read_shard(struct rep_reader *reader, void *object)
{
	struct run_item *item = object;

	if (rep_read_null(reader))
		return 0;
	if (rep_read_object(reader, &shard_shape, &item->run) < 0)
		return -1;
	if (item->run.shard_k < 1 || item->run.shard_k > item->run.shard_n)
		return rep_read_fail(reader, "there is no shard %u of %u",
				     (unsigned)item->run.shard_k, (unsigned)item->run.shard_n);
	return 0;
}

/* The value of a selection or policy; its member name was just kept as value->name. */
static int read_value(struct rep_reader *reader, struct rep_value *value)
{
	char shown[REP_SHOWN_SIZE];
	enum json_token token;

	if (json_peek(reader->json) == JSON_ARRAY) {
		value->kind = REP_VALUE_TEXTS;
		return rep_read_texts(reader, value->name, &value->texts, &value->text_count);
	}
	token = json_next(reader->json);
	if (token == JSON_NULL) {
		value->kind = REP_VALUE_NULL;
	} else if (token == JSON_TRUE || token == JSON_FALSE) {
		value->kind = REP_VALUE_BOOL;
		value->boolean = token == JSON_TRUE;
	} else if (token == JSON_STRING) {
		value->kind = REP_VALUE_TEXT;
		value->text = rep_keep_text(reader);
		return value->text ? 0 : -1;
	} else if (token == JSON_NUMBER) {
		value->kind = REP_VALUE_INT;
		if (json_int64(reader->json, &value->integer) < 0)
			return rep_read_fail(reader, "'%s' is no whole number",
					     rep_read_shown(value->name, shown));
	} else {
		return rep_read_fail_type(reader, value->name, token,
					  "null, a boolean, a number, a string or an array");
	}
	return 0;
}

/* An object of any names; *ret_values is malloc'ed also when it fails. */
static int read_values(struct rep_reader *reader, const char *name, struct rep_value **ret_values,
		       size_t *ret_count)
{
	size_t cap = 0;
	enum json_token token;

	if (rep_read_token(reader, JSON_OBJECT, name) < 0)
		return -1;
	while ((token = json_next(reader->json)) == JSON_KEY) {
		struct rep_value value = { .name = rep_keep_text(reader) };

		if (!value.name || read_value(reader, &value) < 0)
			return -1;
		if (*ret_count == cap) {
			struct rep_value *grown;

			cap = cap ? cap * 2 : 16;
			grown = realloc(*ret_values, cap * sizeof(*grown));
			if (!grown)
				return rep_read_fail_memory(reader);
			*ret_values = grown;
		}
		(*ret_values)[(*ret_count)++] = value;
	}
	return token == JSON_ERROR ? rep_read_fail_json(reader) : 0;
}

/* Reads values and moves them to the texts of the run. */
static int keep_values(struct rep_reader *reader, const char *name,
		       const struct rep_value **ret_values, size_t *ret_count)
{
	struct rep_value *values = NULL;
	struct rep_value *kept;
	size_t count = 0;
	int result = read_values(reader, name, &values, &count);

	if (result == 0) {
		kept = arena_alloc(reader->arena, count * sizeof(*kept));
		if (kept && count > 0)
			memcpy(kept, values, count * sizeof(*kept));
		*ret_values = kept;
		*ret_count = count;
		result = kept ? 0 : rep_read_fail_memory(reader);
	}
	free(values);
	return result;
}

static int read_selection(struct rep_reader *reader, void *object)
{
	struct run_item *item = object;

	return keep_values(reader, "selection", &item->run.selection, &item->run.selection_count);
}

static int read_policy(struct rep_reader *reader, void *object)
{
	struct run_item *item = object;

	return keep_values(reader, "policy", &item->run.policy, &item->run.policy_count);
}

static int read_merged(struct rep_reader *reader, void *object);

#define RUN(key, kind, nullable, member) REP_MEMBER(run_item, key, kind, nullable, run.member)

static const struct rep_field run_fields[] = {
	RUN("id", REP_FIELD_TEXT, false, id),
	RUN("command", REP_FIELD_TEXT, false, command),
	REP_MEMBER_TEXTS(run_item, "arguments", run.arguments, run.argument_count),
	RUN("dry_run", REP_FIELD_BOOL, false, dry_run),
	RUN("backend", REP_FIELD_TEXT, true, backend),
	RUN("simulated", REP_FIELD_BOOL, false, simulated),
	RUN("operator", REP_FIELD_TEXT, true, operator_),
	RUN("machine", REP_FIELD_TEXT, true, machine),
	RUN("reason", REP_FIELD_TEXT, true, reason),
	RUN("started_at", REP_FIELD_TIME, true, started_at_ms),
	RUN("finished_at", REP_FIELD_TIME, true, finished_at_ms),
	RUN("duration_ms", REP_FIELD_I64, true, duration_ms),
	REP_MEMBER_OWN("inventory", read_inventory),
	RUN("limit", REP_FIELD_TEXT, true, limit),
	REP_MEMBER_OWN("shard", read_shard),
	REP_MEMBER_OWN("selection", read_selection),
	REP_MEMBER_OWN("policy", read_policy),
	REP_MEMBER_NAME(run_item, "outcome", false, outcome, &rep_run_outcome_names),
	RUN("stopped_by", REP_FIELD_TEXT, true, stopped_by),
	REP_MEMBER(run_item, "exit_code", REP_FIELD_I32, false, exit_code),
	{ .name = "merged", .kind = REP_FIELD_OWN, .read = read_merged, .optional = true },
};
static const struct rep_shape run_shape = REP_SHAPE("the run", run_fields);

/* The runs of the shards of a merged report. */

static const struct rep_field part_fields[] = {
	RUN("k", REP_FIELD_U32, false, shard_k),
	RUN("id", REP_FIELD_TEXT, false, id),
	REP_MEMBER_TEXTS(run_item, "arguments", run.arguments, run.argument_count),
	RUN("operator", REP_FIELD_TEXT, true, operator_),
	RUN("machine", REP_FIELD_TEXT, true, machine),
	RUN("reason", REP_FIELD_TEXT, true, reason),
	RUN("started_at", REP_FIELD_TIME, true, started_at_ms),
	RUN("finished_at", REP_FIELD_TIME, true, finished_at_ms),
	RUN("duration_ms", REP_FIELD_I64, true, duration_ms),
	REP_MEMBER_TEXTS(run_item, "sources", run.inventory_sources, run.inventory_source_count),
	RUN("fleet_sha256", REP_FIELD_TEXT, true, fleet_sha256),
	REP_MEMBER_NAME(run_item, "outcome", false, outcome, &rep_run_outcome_names),
	RUN("stopped_by", REP_FIELD_TEXT, true, stopped_by),
	REP_MEMBER(run_item, "exit_code", REP_FIELD_I32, false, exit_code),
};
static const struct rep_shape part_shape = REP_SHAPE("a shard of 'merged'", part_fields);

struct parts {
	struct rep_run *items; /* malloc'ed */
	size_t count, cap;
	uint32_t n;
};

static int read_part(struct rep_reader *reader, void *object)
{
	struct parts *parts = object;
	struct run_item item = { 0 };
	struct rep_run *grown;

	rep_run_init(&item.run);
	if (rep_read_object(reader, &part_shape, &item) < 0)
		return -1;
	item.run.outcome = (enum rep_run_outcome)item.outcome;
	item.run.exit_code = item.exit_code;
	if (item.run.shard_k <= (parts->count > 0 ? parts->items[parts->count - 1].shard_k : 0))
		return rep_read_fail(reader, "shard %u is not in order",
				     (unsigned)item.run.shard_k);
	grown = rep_grow(parts->items, parts->count, &parts->cap, sizeof(*grown));
	if (!grown)
		return rep_read_fail_memory(reader);
	parts->items = grown;
	parts->items[parts->count++] = item.run;
	return 0;
}

static int read_parts(struct rep_reader *reader, void *object)
{
	return rep_read_array(reader, "parts", object, read_part);
}

static const struct rep_field merged_fields[] = {
	REP_MEMBER(parts, "n", REP_FIELD_U32, false, n),
	REP_MEMBER_OWN("parts", read_parts),
};
static const struct rep_shape merged_shape = REP_SHAPE("'merged'", merged_fields);

/* Moves the parts to the texts of the run, each with the number of all shards. */
static int keep_parts(struct rep_reader *reader, const struct parts *parts, struct rep_run *run)
{
	struct rep_run *kept = arena_alloc(reader->arena, parts->count * sizeof(*kept));

	if (!kept)
		return rep_read_fail_memory(reader);
	for (size_t i = 0; i < parts->count; i++) {
		kept[i] = parts->items[i];
		kept[i].shard_n = parts->n;
	}
	run->parts = kept;
	run->part_count = parts->count;
	return 0;
}

static int read_merged(struct rep_reader *reader, void *object)
{
	struct run_item *item = object;
	struct parts parts = { .count = 0 };
	int result = rep_read_object(reader, &merged_shape, &parts);

	if (result == 0 && parts.count == 0)
		result = rep_read_fail(reader, "'merged' has no shard");
	if (result == 0 && parts.items[parts.count - 1].shard_k > parts.n)
		result = rep_read_fail(reader, "there is no shard %u of %u",
				       (unsigned)parts.items[parts.count - 1].shard_k,
				       (unsigned)parts.n);
	if (result == 0)
		result = keep_parts(reader, &parts, &item->run);
	free(parts.items);
	return result;
}

static int read_run(struct rep_reader *reader, void *object)
{
	const struct rep_visitor *visitor = reader->visitor;
	struct run_item item = { 0 };

	(void)object;
	rep_reader_use(reader, &reader->texts);
	if (rep_read_object(reader, &run_shape, &item) < 0)
		return -1;
	item.run.outcome = (enum rep_run_outcome)item.outcome;
	item.run.exit_code = item.exit_code;
	return visitor->run ? rep_heed(reader, visitor->run(visitor->ctx, &item.run)) : 0;
}

/* Totals: their members are the names of the outcomes. */

static size_t add_count_fields(struct rep_field *fields, size_t count,
			       const struct rep_names *names, size_t offset)
{
	for (size_t i = 1; i < names->count; i++) {
		struct rep_field field = { .name = names->names[i],
					   .kind = REP_FIELD_U32,
					   .offset = offset + i * sizeof(uint32_t) };

		fields[count++] = field;
	}
	return count;
}

static int read_host_totals(struct rep_reader *reader, void *object)
{
	struct rep_field fields[1 + REP_HOST_OUTCOME_COUNT] = {
		REP_MEMBER(rep_totals, "total", REP_FIELD_U32, false, hosts),
	};
	struct rep_shape shape = { "the totals of hosts", fields, 1 };

	shape.count = add_count_fields(fields, shape.count, &rep_host_outcome_names,
				       offsetof(struct rep_totals, hosts_by));
	return rep_read_object(reader, &shape, object);
}

static int read_session_totals(struct rep_reader *reader, void *object)
{
	struct rep_field fields[2 + REP_SESSION_OUTCOME_COUNT] = {
		REP_MEMBER(rep_totals, "total", REP_FIELD_U32, false, sessions),
		REP_MEMBER(rep_totals, "selected", REP_FIELD_U32, false, selected),
	};
	struct rep_shape shape = { "the totals of sessions", fields, 2 };

	shape.count = add_count_fields(fields, shape.count, &rep_session_outcome_names,
				       offsetof(struct rep_totals, sessions_by));
	return rep_read_object(reader, &shape, object);
}

static const struct rep_field totals_fields[] = {
	REP_MEMBER_OWN("hosts", read_host_totals),
	REP_MEMBER_OWN("sessions", read_session_totals),
};
static const struct rep_shape totals_shape = REP_SHAPE("the totals", totals_fields);

static int read_totals(struct rep_reader *reader, void *object)
{
	const struct rep_visitor *visitor = reader->visitor;
	struct rep_totals totals = { 0 };

	(void)object;
	if (rep_read_object(reader, &totals_shape, &totals) < 0)
		return -1;
	return visitor->totals ? rep_heed(reader, visitor->totals(visitor->ctx, &totals)) : 0;
}

/* The errors before the hosts. */

static const struct rep_field entry_fields[] = {
	REP_MEMBER(rep_error_entry, "api", REP_FIELD_TEXT, false, kind.api),
	REP_MEMBER(rep_error_entry, "code", REP_FIELD_U32, false, kind.code),
	REP_MEMBER(rep_error_entry, "name", REP_FIELD_TEXT, false, kind.name),
	REP_MEMBER(rep_error_entry, "message", REP_FIELD_TEXT, false, kind.message),
	REP_MEMBER(rep_error_entry, "class", REP_FIELD_TEXT, true, kind.class_),
	REP_MEMBER(rep_error_entry, "remedy", REP_FIELD_TEXT, true, kind.remedy),
	REP_MEMBER_TEXTS(rep_error_entry, "hosts", hosts, host_count),
	REP_MEMBER(rep_error_entry, "sessions", REP_FIELD_U32, false, sessions),
};
static const struct rep_shape entry_shape = REP_SHAPE("an entry of 'errors'", entry_fields);

static int read_entry(struct rep_reader *reader, void *object)
{
	const struct rep_visitor *visitor = reader->visitor;
	struct rep_error_entry entry = { 0 };

	(void)object;
	rep_reader_use(reader, &reader->texts);
	if (rep_read_object(reader, &entry_shape, &entry) < 0)
		return -1;
	return visitor->error ? rep_heed(reader, visitor->error(visitor->ctx, &entry)) : 0;
}

static int read_errors(struct rep_reader *reader, void *object)
{
	return rep_read_array(reader, "errors", object, read_entry);
}

/* The document. */

static int read_schema(struct rep_reader *reader, void *object)
{
	enum json_token token = json_next(reader->json);

	(void)object;
	if (token == JSON_ERROR)
		return rep_read_fail_json(reader);
	if (token != JSON_STRING || strcmp(json_text(reader->json), REP_SCHEMA_NAME) != 0)
		return rep_read_fail(reader, "this is no " REP_SCHEMA_NAME);
	reader->schema_wanted = NULL;
	return 0;
}

static const struct rep_field report_fields[] = {
	REP_MEMBER_OWN("schema", read_schema), REP_MEMBER_OWN("run", read_run),
	REP_MEMBER_OWN("totals", read_totals), REP_MEMBER_OWN("errors", read_errors),
	REP_MEMBER_OWN("hosts", read_hosts),
};
static const struct rep_shape report_shape = REP_SHAPE("the report", report_fields);

static int read_document(struct rep_reader *reader)
{
	if (rep_read_object(reader, &report_shape, NULL) < 0)
		return -1;
	return json_next(reader->json) == JSON_END ? 0 : rep_read_fail_json(reader);
}

int rep_read(json_source source, void *source_ctx, const struct rep_visitor *visitor,
	     struct rep_read_error *reterr)
{
	struct json_reader *json = json_reader_create(source, source_ctx, 0);
	struct rep_reader reader;
	int result = -1;

	rep_reader_init(&reader, json, visitor, REP_SCHEMA_NAME);
	if (json)
		result = read_document(&reader);
	else
		(void)rep_read_fail_memory(&reader);
	if (result < 0)
		*reterr = reader.error;
	rep_reader_release(&reader);
	json_reader_free(json);
	return reader.stopped ? reader.stopped : result;
}
