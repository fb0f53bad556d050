/*
 * The JSON document as a stream: the frame is written here, every value by cJSON, one host or
 * session at a time. Run, totals and errors have a line for each member or error, hosts and
 * sessions a line each.
 */
#include <stdlib.h>

#include "record_names.h"
#include "report_build.h"
#include "report_object.h"
#include "report_writer.h"

struct json_writer {
	struct rep_writer base; /* first: the two are cast into each other */
	bool any_host, any_session;
	struct rep_build build; /* the object at hand */
};

static struct json_writer *json_of(struct rep_writer *writer)
{
	return (struct json_writer *)writer;
}

static struct rep_building begin_object(struct rep_writer *writer)
{
	struct json_writer *json = json_of(writer);

	json->build.repaired = &writer->repaired;
	return rep_build_begin(&json->build);
}

/* A name that is a key must be UTF-8 like any other text. */
static void put_values(struct rep_building *to, const char *key, const struct rep_value *values,
		       size_t count)
{
	struct rep_building object = rep_put_object(to, key);

	for (size_t i = 0; i < count; i++) {
		const struct rep_value *value = &values[i];
		const char *name = rep_utf8(to->build->repaired, value->name);

		if (!name) {
			to->build->failed = true;
			return;
		}
		switch (value->kind) {
		case REP_VALUE_NULL:
			rep_put_null(&object, name);
			break;
		case REP_VALUE_BOOL:
			rep_put_bool(&object, name, value->boolean);
			break;
		case REP_VALUE_INT:
			rep_put_int(&object, name, value->integer);
			break;
		case REP_VALUE_TEXT:
			rep_put_text(&object, name, value->text);
			break;
		case REP_VALUE_TEXTS:
			rep_put_texts(&object, name, value->texts, value->text_count);
			break;
		}
	}
}

static void put_inventory(struct rep_building *to, const struct rep_run *run)
{
	struct rep_building object = rep_put_object(to, "inventory");

	rep_put_texts(&object, "sources", run->inventory_sources, run->inventory_source_count);
	rep_put_text_or_null(&object, "fleet_sha256", run->fleet_sha256);
	rep_put_int(&object, "hosts", run->inventory_hosts);
}

static void put_shard(struct rep_building *to, const struct rep_run *run)
{
	struct rep_building object;

	if (run->shard_n == 0) {
		rep_put_null(to, "shard");
		return;
	}
	object = rep_put_object(to, "shard");
	rep_put_int(&object, "k", run->shard_k);
	rep_put_int(&object, "n", run->shard_n);
}

/* What `merged` keeps of the run of a shard; the rest is that of the merged run. */
static void put_part(struct rep_building *to, const struct rep_run *part)
{
	rep_put_int(to, "k", part->shard_k);
	rep_put_text(to, "id", part->id);
	rep_put_texts(to, "arguments", part->arguments, part->argument_count);
	rep_put_text_or_null(to, "operator", part->operator_);
	rep_put_text_or_null(to, "machine", part->machine);
	rep_put_text_or_null(to, "reason", part->reason);
	rep_put_time(to, "started_at", part->started_at_ms);
	rep_put_time(to, "finished_at", part->finished_at_ms);
	rep_put_count_or_null(to, "duration_ms", part->duration_ms);
	rep_put_texts(to, "sources", part->inventory_sources, part->inventory_source_count);
	rep_put_text_or_null(to, "fleet_sha256", part->fleet_sha256);
	rep_put_text_or_null(to, "outcome", rep_run_outcome_name(part->outcome));
	rep_put_text_or_null(to, "stopped_by", part->stopped_by);
	rep_put_int(to, "exit_code", part->exit_code);
}

/* Only a merged report has it. */
static void put_merged(struct rep_building *to, const struct rep_run *run)
{
	struct rep_building object, list;

	if (run->part_count == 0)
		return;
	object = rep_put_object(to, "merged");
	rep_put_int(&object, "n", run->parts[0].shard_n);
	list = rep_put_array(&object, "parts");
	for (size_t i = 0; i < run->part_count; i++) {
		struct rep_building part = rep_put_element(&list);

		put_part(&part, &run->parts[i]);
	}
}

static void put_run(struct rep_building *to, const struct rep_run *run)
{
	rep_put_text(to, "id", run->id);
	rep_put_text(to, "command", run->command);
	rep_put_texts(to, "arguments", run->arguments, run->argument_count);
	rep_put_bool(to, "dry_run", run->dry_run);
	rep_put_text_or_null(to, "backend", run->backend);
	rep_put_bool(to, "simulated", run->simulated);
	rep_put_text_or_null(to, "operator", run->operator_);
	rep_put_text_or_null(to, "machine", run->machine);
	rep_put_text_or_null(to, "reason", run->reason);
	rep_put_time(to, "started_at", run->started_at_ms);
	rep_put_time(to, "finished_at", run->finished_at_ms);
	rep_put_count_or_null(to, "duration_ms", run->duration_ms);
	put_inventory(to, run);
	rep_put_text_or_null(to, "limit", run->limit);
	put_shard(to, run);
	put_values(to, "selection", run->selection, run->selection_count);
	put_values(to, "policy", run->policy, run->policy_count);
	rep_put_text_or_null(to, "outcome", rep_run_outcome_name(run->outcome));
	rep_put_text_or_null(to, "stopped_by", run->stopped_by);
	rep_put_int(to, "exit_code", run->exit_code);
	put_merged(to, run);
}

/* `by` counted by every name of the table but the first, which is no outcome. */
static void put_counts(struct rep_building *to, const struct rep_names *names, const uint32_t *by)
{
	for (size_t i = 1; i < names->count; i++)
		rep_put_int(to, names->names[i], by[i]);
}

static void put_totals(struct rep_building *to, const struct rep_totals *totals)
{
	struct rep_building hosts = rep_put_object(to, "hosts");
	struct rep_building sessions = rep_put_object(to, "sessions");

	rep_put_int(&hosts, "total", totals->hosts);
	put_counts(&hosts, &rep_host_outcome_names, totals->hosts_by);
	rep_put_int(&sessions, "total", totals->sessions);
	rep_put_int(&sessions, "selected", totals->selected);
	put_counts(&sessions, &rep_session_outcome_names, totals->sessions_by);
}

static void put_entry(struct rep_building *to, const struct rep_error_entry *entry)
{
	rep_put_text(to, "api", entry->kind.api);
	rep_put_int(to, "code", entry->kind.code);
	rep_put_text(to, "name", entry->kind.name);
	rep_put_text(to, "message", entry->kind.message);
	rep_put_text_or_null(to, "class", entry->kind.class_);
	rep_put_text_or_null(to, "remedy", entry->kind.remedy);
	rep_put_texts(to, "hosts", entry->hosts, entry->host_count);
	rep_put_int(to, "sessions", entry->sessions);
}

static int add_errors(struct rep_writer *writer, const struct rep_head *head)
{
	strbuf_adds(&writer->out, ",\n  \"errors\": [");
	for (size_t i = 0; i < head->error_count; i++) {
		struct rep_building entry = begin_object(writer);

		put_entry(&entry, &head->errors[i]);
		strbuf_adds(&writer->out, i > 0 ? ",\n    " : "\n    ");
		if (rep_build_end(&entry, &writer->out, 0) < 0)
			return -1;
	}
	strbuf_adds(&writer->out, head->error_count > 0 ? "\n  ]" : "]");
	return 0;
}

static int json_begin(struct rep_writer *writer, const struct rep_head *head)
{
	struct rep_building run, totals;

	strbuf_adds(&writer->out, "{\n  \"schema\": \"" REP_SCHEMA_NAME "\",\n  \"run\": ");
	run = begin_object(writer);
	put_run(&run, head->run);
	if (rep_build_end_lines(&run, &writer->out) < 0)
		return -1;
	strbuf_adds(&writer->out, ",\n  \"totals\": ");
	totals = begin_object(writer);
	put_totals(&totals, head->totals);
	if (rep_build_end_lines(&totals, &writer->out) < 0 || add_errors(writer, head) < 0)
		return -1;
	strbuf_adds(&writer->out, ",\n  \"hosts\": [");
	return 0;
}

static int json_host(struct rep_writer *writer, const struct rep_host *host,
		     const struct rep_error_kind *kind)
{
	struct json_writer *json = json_of(writer);
	struct rep_building object = begin_object(writer);

	rep_put_host(&object, host, kind);
	strbuf_adds(&writer->out, json->any_host ? ",\n    " : "\n    ");
	json->any_host = true;
	json->any_session = false;
	if (rep_build_end(&object, &writer->out, 1) <
	    0) /* without its closing brace: the sessions follow */
		return -1;
	strbuf_adds(&writer->out, ",\"sessions\":[");
	return 0;
}

static int json_session(struct rep_writer *writer, const struct rep_session *session,
			const struct rep_error_kind *kind)
{
	struct json_writer *json = json_of(writer);
	struct rep_building object = begin_object(writer);

	rep_put_session(&object, session, kind);
	strbuf_adds(&writer->out, json->any_session ? ",\n      " : "\n      ");
	json->any_session = true;
	return rep_build_end(&object, &writer->out, 0);
}

static int json_host_end(struct rep_writer *writer)
{
	strbuf_adds(&writer->out, json_of(writer)->any_session ? "\n    ]}" : "]}");
	return 0;
}

static int json_end(struct rep_writer *writer)
{
	strbuf_adds(&writer->out, json_of(writer)->any_host ? "\n  ]\n}\n" : "]\n}\n");
	return 0;
}

static void json_free(struct rep_writer *writer)
{
	free(json_of(writer));
}

static const struct rep_writer_ops json_ops = {
	json_begin, json_host, json_session, json_host_end, json_end, json_free,
};

struct rep_writer *rep_json_writer_create(void)
{
	struct json_writer *json = calloc(1, sizeof(*json));

	if (!json)
		return NULL;
	json->base.ops = &json_ops;
	return &json->base;
}
