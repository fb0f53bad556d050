/*
 * The JSON document as a stream: the frame is written here, every value by cJSON, one host or
 * session at a time. Run, totals and errors have a line for each member or error, hosts and
 * sessions a line each.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "record_names.h"
#include "report_writer.h"
#include "utc.h"

#define VALUE_BYTES 1024 /* a usual session; cJSON grows it where it is not enough */

struct json_writer {
	struct rep_writer base; /* first: the two are cast into each other */
	bool any_host, any_session;
	bool build_failed; /* memory was short somewhere in the object that is being built */
};

/* An object that is being built. The first failure sticks; members added after it are dropped. */
struct building {
	struct json_writer *json;
	cJSON *object; /* owned by the outermost one; NULL after a failure */
};

static struct json_writer *json_of(struct rep_writer *writer)
{
	return (struct json_writer *)writer;
}

static struct building build_begin(struct rep_writer *writer)
{
	struct building object = { json_of(writer), cJSON_CreateObject() };

	object.json->build_failed = !object.object;
	return object;
}

/* Takes `item`, which may be NULL after a failure. Keys are constants or outlive the object. */
static void put(struct building *to, const char *key, cJSON *item)
{
	if (item && cJSON_AddItemToObjectCS(to->object, key, item))
		return;
	cJSON_Delete(item);
	to->json->build_failed = true;
}

/* Texts are borrowed: they outlive the object, which lives for one call of the writer. */
static cJSON *text_item(struct building *to, const char *text)
{
	const char *utf8 = rep_writer_utf8(&to->json->base, text);

	return utf8 ? cJSON_CreateStringReference(utf8) : NULL;
}

static void put_null(struct building *to, const char *key)
{
	put(to, key, cJSON_CreateNull());
}

static void put_text(struct building *to, const char *key, const char *text)
{
	put(to, key, text_item(to, text));
}

static void put_text_or_null(struct building *to, const char *key, const char *text)
{
	if (text && text[0] != '\0')
		put_text(to, key, text);
	else
		put_null(to, key);
}

static void put_bool(struct building *to, const char *key, bool value)
{
	put(to, key, cJSON_CreateBool(value));
}

/* cJSON's numbers are doubles and print with an exponent when large: those go in as they are
 * written. */
static void put_int(struct building *to, const char *key, int64_t value)
{
	char digits[24];

	if (value >= INT_MIN && value <= INT_MAX) {
		put(to, key, cJSON_CreateNumber((double)value));
		return;
	}
	snprintf(digits, sizeof(digits), "%" PRId64, value);
	put(to, key, cJSON_CreateRaw(digits));
}

static void put_count_or_null(struct building *to, const char *key, int64_t value)
{
	if (value >= 0)
		put_int(to, key, value);
	else
		put_null(to, key);
}

static void put_time(struct building *to, const char *key, int64_t ms)
{
	char text[UTC_TEXT_SIZE];

	utc_format(ms, text);
	if (text[0] != '\0')
		put(to, key, cJSON_CreateString(text));
	else
		put_null(to, key);
}

static void put_texts(struct building *to, const char *key, const char *const *texts, size_t count)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; array && i < count; i++) {
		cJSON *item = text_item(to, texts[i]);

		if (item && cJSON_AddItemToArray(array, item))
			continue;
		cJSON_Delete(item);
		cJSON_Delete(array);
		array = NULL;
	}
	put(to, key, array);
}

/* An object inside of an object. */
static struct building put_object(struct building *to, const char *key)
{
	struct building inner = { to->json, cJSON_CreateObject() };

	if (!inner.object || !cJSON_AddItemToObjectCS(to->object, key, inner.object)) {
		cJSON_Delete(inner.object);
		inner.object = NULL;
		to->json->build_failed = true;
	}
	return inner;
}

static void put_error(struct building *to, const char *key, const struct rep_error_kind *kind)
{
	struct building error;

	if (!kind) {
		put_null(to, key);
		return;
	}
	error = put_object(to, key);
	put_text(&error, "api", kind->api);
	put_int(&error, "code", kind->code);
	put_text(&error, "name", kind->name);
	put_text(&error, "message", kind->message);
}

/* Appends a value on one line; `cut` leaves its last byte out. */
static int add_value(struct strbuf *out, const cJSON *value, size_t cut)
{
	char *text = cJSON_PrintBuffered(value, VALUE_BYTES, false);
	size_t len;

	if (!text)
		return -1;
	len = strlen(text);
	strbuf_add(out, text, len - cut);
	cJSON_free(text);
	return 0;
}

static int add_key(struct strbuf *out, const char *key)
{
	cJSON *text = cJSON_CreateStringReference(key);
	int result = text ? add_value(out, text, 0) : -1;

	cJSON_Delete(text);
	strbuf_adds(out, ": ");
	return result;
}

/* An object with a line for each member, objects inside of it too. They nest three deep at most. */
static int add_lines(struct strbuf *out, const cJSON *object, int depth)
{
	const cJSON *member;
	const char *before = "";

	strbuf_addc(out, '{');
	cJSON_ArrayForEach(member, object)
	{
		strbuf_addf(out, "%s\n%*s", before, 2 * depth, "");
		before = ",";
		if (add_key(out, member->string) < 0)
			return -1;
		if (cJSON_IsObject(member) && member->child) {
			if (add_lines(out, member, depth + 1) < 0)
				return -1;
		} else if (add_value(out, member, 0) < 0) {
			return -1;
		}
	}
	if (object->child)
		strbuf_addf(out, "\n%*s", 2 * (depth - 1), "");
	strbuf_addc(out, '}');
	return 0;
}

/* Print what was built and free it. */
static int build_end(struct building *built, size_t cut)
{
	struct json_writer *json = built->json;
	int result = json->build_failed ? -1 : add_value(&json->base.out, built->object, cut);

	cJSON_Delete(built->object);
	return result;
}

static int build_end_lines(struct building *built)
{
	struct json_writer *json = built->json;
	int result = json->build_failed ? -1 : add_lines(&json->base.out, built->object, 2);

	cJSON_Delete(built->object);
	return result;
}

/* A name that is a key must be UTF-8 like any other text. */
static void put_values(struct building *to, const char *key, const struct rep_value *values,
		       size_t count)
{
	struct building object = put_object(to, key);

	for (size_t i = 0; i < count; i++) {
		const struct rep_value *value = &values[i];
		const char *name = rep_writer_utf8(&to->json->base, value->name);

		if (!name) {
			to->json->build_failed = true;
			return;
		}
		switch (value->kind) {
		case REP_VALUE_NULL:
			put_null(&object, name);
			break;
		case REP_VALUE_BOOL:
			put_bool(&object, name, value->boolean);
			break;
		case REP_VALUE_INT:
			put_int(&object, name, value->integer);
			break;
		case REP_VALUE_TEXT:
			put_text(&object, name, value->text);
			break;
		case REP_VALUE_TEXTS:
			put_texts(&object, name, value->texts, value->text_count);
			break;
		}
	}
}

static void put_inventory(struct building *to, const struct rep_run *run)
{
	struct building object = put_object(to, "inventory");

	put_texts(&object, "sources", run->inventory_sources, run->inventory_source_count);
	put_text_or_null(&object, "fleet_sha256", run->fleet_sha256);
	put_int(&object, "hosts", run->inventory_hosts);
}

static void put_shard(struct building *to, const struct rep_run *run)
{
	struct building object;

	if (run->shard_n == 0) {
		put_null(to, "shard");
		return;
	}
	object = put_object(to, "shard");
	put_int(&object, "k", run->shard_k);
	put_int(&object, "n", run->shard_n);
}

static void put_run(struct building *to, const struct rep_run *run)
{
	put_text(to, "id", run->id);
	put_text(to, "command", run->command);
	put_texts(to, "arguments", run->arguments, run->argument_count);
	put_bool(to, "dry_run", run->dry_run);
	put_text_or_null(to, "backend", run->backend);
	put_bool(to, "simulated", run->simulated);
	put_text_or_null(to, "operator", run->operator_);
	put_text_or_null(to, "machine", run->machine);
	put_text_or_null(to, "reason", run->reason);
	put_time(to, "started_at", run->started_at_ms);
	put_time(to, "finished_at", run->finished_at_ms);
	put_count_or_null(to, "duration_ms", run->duration_ms);
	put_inventory(to, run);
	put_text_or_null(to, "limit", run->limit);
	put_shard(to, run);
	put_values(to, "selection", run->selection, run->selection_count);
	put_values(to, "policy", run->policy, run->policy_count);
	put_text_or_null(to, "outcome", rep_run_outcome_name(run->outcome));
	put_text_or_null(to, "stopped_by", run->stopped_by);
	put_int(to, "exit_code", run->exit_code);
}

/* `by` counted by every name of the table but the first, which is no outcome. */
static void put_counts(struct building *to, const struct rep_names *names, const uint32_t *by)
{
	for (size_t i = 1; i < names->count; i++)
		put_int(to, names->names[i], by[i]);
}

static void put_totals(struct building *to, const struct rep_totals *totals)
{
	struct building hosts = put_object(to, "hosts");
	struct building sessions = put_object(to, "sessions");

	put_int(&hosts, "total", totals->hosts);
	put_counts(&hosts, &rep_host_outcome_names, totals->hosts_by);
	put_int(&sessions, "total", totals->sessions);
	put_int(&sessions, "selected", totals->selected);
	put_counts(&sessions, &rep_session_outcome_names, totals->sessions_by);
}

static void put_entry(struct building *to, const struct rep_error_entry *entry)
{
	put_text(to, "api", entry->kind.api);
	put_int(to, "code", entry->kind.code);
	put_text(to, "name", entry->kind.name);
	put_text(to, "message", entry->kind.message);
	put_text_or_null(to, "class", entry->kind.class_);
	put_text_or_null(to, "remedy", entry->kind.remedy);
	put_texts(to, "hosts", entry->hosts, entry->host_count);
	put_int(to, "sessions", entry->sessions);
}

static int add_errors(struct rep_writer *writer, const struct rep_head *head)
{
	strbuf_adds(&writer->out, ",\n  \"errors\": [");
	for (size_t i = 0; i < head->error_count; i++) {
		struct building entry = build_begin(writer);

		put_entry(&entry, &head->errors[i]);
		strbuf_adds(&writer->out, i > 0 ? ",\n    " : "\n    ");
		if (build_end(&entry, 0) < 0)
			return -1;
	}
	strbuf_adds(&writer->out, head->error_count > 0 ? "\n  ]" : "]");
	return 0;
}

static int json_begin(struct rep_writer *writer, const struct rep_head *head)
{
	struct building run, totals;

	strbuf_adds(&writer->out, "{\n  \"schema\": \"" REP_SCHEMA_NAME "\",\n  \"run\": ");
	run = build_begin(writer);
	put_run(&run, head->run);
	if (build_end_lines(&run) < 0)
		return -1;
	strbuf_adds(&writer->out, ",\n  \"totals\": ");
	totals = build_begin(writer);
	put_totals(&totals, head->totals);
	if (build_end_lines(&totals) < 0 || add_errors(writer, head) < 0)
		return -1;
	strbuf_adds(&writer->out, ",\n  \"hosts\": [");
	return 0;
}

static void put_drain(struct building *to, const struct rep_host *host)
{
	struct building object;

	if (host->drain_before == REP_DRAIN_UNKNOWN && host->drain_during == REP_DRAIN_UNKNOWN &&
	    host->drain_after == REP_DRAIN_UNKNOWN) {
		put_null(to, "drain");
		return;
	}
	object = put_object(to, "drain");
	put_text_or_null(&object, "before", rep_names_at(&rep_drain_names, host->drain_before));
	put_text_or_null(&object, "during", rep_names_at(&rep_drain_names, host->drain_during));
	put_text_or_null(&object, "after", rep_names_at(&rep_drain_names, host->drain_after));
}

static void put_host(struct building *to, const struct rep_host *host,
		     const struct rep_error_kind *kind)
{
	put_text(to, "host", host->name);
	put_text_or_null(to, "address", host->address);
	put_texts(to, "groups", host->groups, host->group_count);
	put_count_or_null(to, "wave", host->wave > 0 ? (int64_t)host->wave : -1);
	put_text_or_null(to, "outcome", rep_names_at(&rep_host_outcome_names, host->outcome));
	put_error(to, "error", kind);
	put_int(to, "attempts", host->attempts);
	put_count_or_null(to, "duration_ms", host->duration_ms);
	put_drain(to, host);
}

static int json_host(struct rep_writer *writer, const struct rep_host *host,
		     const struct rep_error_kind *kind)
{
	struct json_writer *json = json_of(writer);
	struct building object = build_begin(writer);

	put_host(&object, host, kind);
	strbuf_adds(&writer->out, json->any_host ? ",\n    " : "\n    ");
	json->any_host = true;
	json->any_session = false;
	if (build_end(&object, 1) < 0) /* without its closing brace: the sessions follow */
		return -1;
	strbuf_adds(&writer->out, ",\"sessions\":[");
	return 0;
}

static void put_session(struct building *to, const struct rep_session *session,
			const struct rep_error_kind *kind)
{
	put_int(to, "id", session->id);
	put_text_or_null(to, "station", session->station);
	put_text_or_null(to, "user", session->user);
	put_text_or_null(to, "domain", session->domain);
	put_text_or_null(to, "state", rep_names_at(&rep_state_names, session->state));
	put_time(to, "logon_at", session->logon_at_ms);
	put_count_or_null(to, "idle_s", session->idle_s);
	put_text_or_null(to, "client", session->client);
	put_text_or_null(to, "vm", session->vm);
	put_text_or_null(to, "farm", session->farm);
	put_bool(to, "selected", session->selected);
	put_text_or_null(to, "reason", rep_names_at(&rep_reason_names, session->reason));
	put_text_or_null(to, "outcome", rep_names_at(&rep_session_outcome_names, session->outcome));
	put_error(to, "error", kind);
	put_int(to, "attempts", session->attempts);
	put_count_or_null(to, "duration_ms", session->duration_ms);
}

static int json_session(struct rep_writer *writer, const struct rep_session *session,
			const struct rep_error_kind *kind)
{
	struct json_writer *json = json_of(writer);
	struct building object = build_begin(writer);

	put_session(&object, session, kind);
	strbuf_adds(&writer->out, json->any_session ? ",\n      " : "\n      ");
	json->any_session = true;
	return build_end(&object, 0);
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
