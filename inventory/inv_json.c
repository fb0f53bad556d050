/*
 * inv_json.c - JSON: our own shape with hosts and groups, or what ConvertTo-Json makes of
 * PowerShell's objects.
 *
 * Functions return false where the text is no JSON from there on (said once, by the caller at the
 * top): the rest of the source cannot be read. A value of the wrong type is an error too, but is
 * passed over.
 */
#include "inv_internal.h"

#include <stdlib.h>
#include <string.h>

#include "json_read.h"

struct inv_json {
	struct inventory *inv;
	uint32_t source;
	struct json_reader *reader;
	struct strbuf name; /* the key of what is being read, kept while its value is */
	struct inv_entry entry;
};

static struct inv_place place_here(const struct inv_json *json)
{
	return (struct inv_place){ .source = json->source,
				   .line = json_line(json->reader),
				   .column = json_column(json->reader) };
}

/* Passes over what is left of a value whose first token was `token`. */
static bool skip_rest(struct inv_json *json, enum json_token token)
{
	int depth = token == JSON_OBJECT || token == JSON_ARRAY;

	while (depth > 0) {
		token = json_next(json->reader);
		if (token == JSON_ERROR)
			return false;
		if (token == JSON_OBJECT || token == JSON_ARRAY)
			depth++;
		if (token == JSON_OBJECT_END || token == JSON_ARRAY_END)
			depth--;
	}
	return token != JSON_ERROR;
}

/* Says that `token`, just taken, is not what was expected of `what`, and passes over the value. */
static bool refuse(struct inv_json *json, enum json_token token, const char *what,
		   const char *expected)
{
	struct inv_place place = place_here(json);

	if (token == JSON_ERROR)
		return false;
	inv_error(json->inv, &place, "%s: expected %s, found %s", what, expected,
		  json_token_name(token));
	return skip_rest(json, token);
}

static bool key_is(const struct inv_json *json, const char *name)
{
	return strcmp(json_text(json->reader), name) == 0;
}

/* An array of account patterns, its bracket taken; *ret_var stays where one is wrong. */
static bool read_protect_array(struct inv_json *json, struct inv_var **ret_var)
{
	struct inv_pattern_list list = { .ids = NULL };
	struct inv_place place = place_here(json);
	enum json_token token = json_next(json->reader);
	bool good = true, readable = true;

	for (; readable && token != JSON_ARRAY_END; token = json_next(json->reader)) {
		struct inv_place at = place_here(json);

		if (token == JSON_STRING) {
			good = inv_protect_add(json->inv, &at, &list, json_text(json->reader),
					       json_text_len(json->reader)) &&
			       good;
		} else {
			good = false;
			readable = refuse(json, token, "protect", "a string");
		}
		if (!readable)
			break;
	}
	if (good)
		*ret_var = inv_protect_var(json->inv, &place, &list);
	free(list.ids);
	return readable;
}

/* The value of the variable `kind`; *ret_var stays where it is wrong (said). */
static bool read_var_value(struct inv_json *json, enum inv_var_kind kind, struct inv_var **ret_var)
{
	enum json_token token = json_next(json->reader);
	struct inv_place place = place_here(json);

	if (token == JSON_ARRAY && kind == INV_VAR_PROTECT)
		return read_protect_array(json, ret_var);
	if (token != JSON_STRING && token != JSON_NUMBER)
		return refuse(json, token, inv_var_name(kind),
			      kind == INV_VAR_PROTECT ? "a string or an array of strings"
						      : "a string or a number");
	*ret_var = inv_var_parse(json->inv, kind, &place, json_text(json->reader),
				 json_text_len(json->reader));
	return true;
}

/* Takes an object of variables one by one. `take` gets each that is right. */
typedef void (*var_take)(struct inv_json *json, void *ctx, struct inv_var *var);

static bool read_vars(struct inv_json *json, var_take take, void *ctx)
{
	enum json_token token;

	while ((token = json_next(json->reader)) == JSON_KEY) {
		struct inv_place place = place_here(json);
		enum inv_var_kind kind =
			inv_var_kind(json_text(json->reader), json_text_len(json->reader));
		struct inv_var *var = NULL;

		if (kind == INV_VAR_UNKNOWN)
			inv_var_unknown(json->inv, &place, json_text(json->reader),
					json_text_len(json->reader));
		if (kind == INV_VAR_IGNORED)
			inv_var_ignored(json->inv, &place, json_text(json->reader),
					json_text_len(json->reader));
		if (kind >= INV_VAR_KINDS) {
			if (json_skip(json->reader))
				return false;
			continue;
		}
		if (!read_var_value(json, kind, &var))
			return false;
		if (var)
			take(json, ctx, var);
	}
	return token == JSON_OBJECT_END;
}

static void take_host_var(struct inv_json *json, void *ctx, struct inv_var *var)
{
	inv_vars_put(json->inv, ctx, var);
}

static void take_group_var(struct inv_json *json, void *ctx, struct inv_var *var)
{
	inv_group_var_add(json->inv, *(const uint32_t *)ctx, var);
}

/* NAME: {variables} or NAME: null, the key taken. */
static bool read_host(struct inv_json *json, uint32_t group)
{
	struct inv_place place = place_here(json);
	struct inv_var *vars = NULL;
	enum json_token token;

	strbuf_clear(&json->name);
	strbuf_add(&json->name, json_text(json->reader), json_text_len(json->reader));
	if (json->name.failed) {
		json->inv->failed = true;
		return true;
	}
	token = json_next(json->reader);
	if (token == JSON_OBJECT) {
		if (!read_vars(json, take_host_var, &vars))
			return false;
	} else if (token != JSON_NULL) {
		if (!refuse(json, token, "variables of a host", "an object"))
			return false;
	}
	inv_hosts_add(json->inv, &place, strbuf_text(&json->name), json->name.len, vars, group);
	return true;
}

/* `hosts`: an object of names and variables, or an array of names. */
static bool read_hosts(struct inv_json *json, uint32_t group)
{
	enum json_token token = json_next(json->reader);

	if (token == JSON_OBJECT) {
		while (!json->inv->failed && (token = json_next(json->reader)) == JSON_KEY)
			if (!read_host(json, group))
				return false;
		return token != JSON_ERROR;
	}
	if (token != JSON_ARRAY)
		return refuse(json, token, "hosts", "an array or an object");
	while (!json->inv->failed && (token = json_next(json->reader)) != JSON_ARRAY_END) {
		struct inv_place place = place_here(json);

		if (token == JSON_STRING)
			inv_hosts_add(json->inv, &place, json_text(json->reader),
				      json_text_len(json->reader), NULL, group);
		else if (!refuse(json, token, "hosts", "the name of a host"))
			return false;
	}
	return true;
}

static bool read_children(struct inv_json *json, uint32_t group)
{
	enum json_token token = json_next(json->reader);

	if (token != JSON_ARRAY)
		return refuse(json, token, "children", "an array");
	while (!json->inv->failed && (token = json_next(json->reader)) != JSON_ARRAY_END) {
		struct inv_place place = place_here(json);
		const char *name;
		size_t len;
		uint32_t child;

		if (token != JSON_STRING) {
			if (!refuse(json, token, "children", "the name of a group"))
				return false;
			continue;
		}
		name = json_text(json->reader);
		len = json_text_len(json->reader);
		if (!inv_name_check(json->inv, &place, "group name", INV_NAME_PLAIN, name, len))
			continue;
		child = inv_group_get(json->inv, name, len);
		if (child != INV_NONE && group != INV_NONE)
			inv_edge_add(json->inv, &place, group, child);
	}
	return true;
}

static bool read_group_vars(struct inv_json *json, uint32_t group)
{
	enum json_token token = json_next(json->reader);

	if (token != JSON_OBJECT)
		return refuse(json, token, "vars", "an object");
	return read_vars(json, take_group_var, &group);
}

static const struct {
	const char *key;
	bool (*read)(struct inv_json *json, uint32_t group);
} group_keys[] = {
	{ "hosts", read_hosts },
	{ "children", read_children },
	{ "vars", read_group_vars },
};

/* One key of a group, just taken. */
static bool read_group_key(struct inv_json *json, uint32_t group)
{
	struct inv_place place = place_here(json);
	char shown[INV_SHOW_SIZE];

	for (size_t i = 0; i < sizeof(group_keys) / sizeof(group_keys[0]); i++)
		if (key_is(json, group_keys[i].key))
			return group_keys[i].read(json, group);
	inv_error(json->inv, &place, "unknown key %s in a group, expected hosts, children or vars",
		  inv_show(shown, json_text(json->reader), json_text_len(json->reader)));
	return json_skip(json->reader) == 0;
}

/* NAME: {hosts, children, vars}, the key taken. A wrong name does not hide what is wrong inside. */
static bool read_group(struct inv_json *json)
{
	struct inv_place place = place_here(json);
	const char *name = json_text(json->reader);
	size_t len = json_text_len(json->reader);
	uint32_t group = INV_NONE;
	enum json_token token;

	if (inv_name_check(json->inv, &place, "group name", INV_NAME_PLAIN, name, len))
		group = inv_group_get(json->inv, name, len);
	if (group != INV_NONE)
		json->inv->group_recs[group].declared = true;
	token = json_next(json->reader);
	if (token != JSON_OBJECT)
		return refuse(json, token, "a group", "an object");
	while (!json->inv->failed && (token = json_next(json->reader)) == JSON_KEY)
		if (!read_group_key(json, group))
			return false;
	return token != JSON_ERROR;
}

static bool read_groups(struct inv_json *json)
{
	enum json_token token = json_next(json->reader);

	if (token != JSON_OBJECT)
		return refuse(json, token, "groups", "an object");
	while (!json->inv->failed && (token = json_next(json->reader)) == JSON_KEY)
		if (!read_group(json))
			return false;
	return token != JSON_ERROR;
}

/* {"hosts": ..., "groups": ...} */
static bool read_ours(struct inv_json *json)
{
	enum json_token token = json_next(json->reader);

	while (!json->inv->failed && (token = json_next(json->reader)) == JSON_KEY) {
		struct inv_place place = place_here(json);
		char shown[INV_SHOW_SIZE];
		bool readable;

		if (key_is(json, "hosts")) {
			readable = read_hosts(json, INV_NONE);
		} else if (key_is(json, "groups")) {
			readable = read_groups(json);
		} else {
			inv_error(json->inv, &place, "unknown key %s, expected hosts or groups",
				  inv_show(shown, json_text(json->reader),
					   json_text_len(json->reader)));
			readable = json_skip(json->reader) == 0;
		}
		if (!readable)
			return false;
	}
	return token != JSON_ERROR;
}

/* Roles: one text, an array, or the object that older PowerShells wrap an array in: every string
 * in it counts. */
static bool read_roles(struct inv_json *json)
{
	int depth = 0;

	json->entry.has_roles = true;
	do {
		enum json_token token = json_next(json->reader);

		if (token == JSON_ERROR)
			return false;
		if (token == JSON_OBJECT || token == JSON_ARRAY)
			depth++;
		if (token == JSON_OBJECT_END || token == JSON_ARRAY_END)
			depth--;
		if (token == JSON_STRING)
			inv_entry_role(&json->entry, json_text(json->reader),
				       json_text_len(json->reader));
	} while (depth > 0);
	return true;
}

/* A field that may name the host; what is no string leaves the word to the next one. */
static bool read_name_field(struct inv_json *json, int field)
{
	struct strbuf *name = &json->entry.names[field];
	enum json_token token = json_next(json->reader);

	if (token != JSON_STRING)
		return skip_rest(json, token);
	strbuf_clear(name);
	strbuf_add(name, json_text(json->reader), json_text_len(json->reader));
	json->entry.name_places[field] = place_here(json);
	return true;
}

/* One object, its brace taken. */
static bool read_entry(struct inv_json *json)
{
	enum json_token token;

	inv_entry_clear(&json->entry);
	json->entry.place = place_here(json);
	while ((token = json_next(json->reader)) == JSON_KEY) {
		const char *key = json_text(json->reader);
		size_t len = json_text_len(json->reader);
		int field = inv_name_field(key, len);
		bool readable;

		if (field >= 0)
			readable = read_name_field(json, field);
		else if (inv_is_roles_field(key, len))
			readable = read_roles(json);
		else
			readable = json_skip(json->reader) == 0;
		if (!readable)
			return false;
	}
	if (token == JSON_ERROR)
		return false;
	inv_entry_add(json->inv, &json->entry);
	return true;
}

static bool read_entries(struct inv_json *json)
{
	enum json_token token = json_next(json->reader);

	if (token == JSON_OBJECT)
		return read_entry(json);
	while (!json->inv->failed && (token = json_next(json->reader)) != JSON_ARRAY_END) {
		struct inv_place place = place_here(json);

		if (token == JSON_OBJECT) {
			if (!read_entry(json))
				return false;
		} else if (token == JSON_STRING) {
			inv_hosts_add(json->inv, &place, json_text(json->reader),
				      json_text_len(json->reader), NULL, INV_NONE);
		} else if (!refuse(json, token, "an entry", "an object")) {
			return false;
		}
	}
	return true;
}

enum json_shape { JSON_SHAPE_UNKNOWN, JSON_SHAPE_OURS, JSON_SHAPE_ENTRIES, JSON_SHAPE_BROKEN };

/* Looks at the top-level keys: `hosts` or `groups` make it ours, a name of a host one of
 * PowerShell's. */
static enum json_shape shape_tell(struct json_reader *reader)
{
	enum json_shape shape = JSON_SHAPE_UNKNOWN;
	enum json_token token = json_next(reader);

	if (token == JSON_ARRAY)
		return JSON_SHAPE_ENTRIES;
	while ((token = json_next(reader)) == JSON_KEY) {
		const char *key = json_text(reader);

		if (strcmp(key, "hosts") == 0 || strcmp(key, "groups") == 0)
			return JSON_SHAPE_OURS;
		if (inv_name_field(key, json_text_len(reader)) >= 0)
			shape = JSON_SHAPE_ENTRIES;
		if (json_skip(reader))
			return JSON_SHAPE_BROKEN;
	}
	return token == JSON_ERROR ? JSON_SHAPE_BROKEN : shape;
}

static void read_shape(struct inv_json *json, enum json_shape shape)
{
	struct inv_place place = { .source = json->source, .line = 1, .column = 1 };
	bool readable = true;

	switch (shape) {
	case JSON_SHAPE_OURS:
		readable = read_ours(json);
		break;
	case JSON_SHAPE_ENTRIES:
		readable = read_entries(json);
		break;
	case JSON_SHAPE_BROKEN:
		readable = false;
		break;
	case JSON_SHAPE_UNKNOWN:
		inv_error(
			json->inv, &place,
			"expected the keys hosts and groups, or objects with SessionHost, Server, "
			"DNSHostName, ComputerName or Name");
		break;
	}
	if (json->inv->failed)
		return;
	/* what follows the document counts too */
	if (readable && shape != JSON_SHAPE_UNKNOWN)
		readable = json_next(json->reader) == JSON_END;
	if (!readable) {
		place = place_here(json);
		inv_error(json->inv, &place, "%s", json_error_text(json->reader));
	}
}

/* Reads with a first reader as far as the shape needs, then with a second one for good. */
static void read_document(struct inv_json *json, const struct inv_text *text)
{
	struct json_reader *look = json->reader;
	enum json_shape shape = shape_tell(look);

	if (shape != JSON_SHAPE_BROKEN) {
		json->reader = json_reader_create_memory(text->bytes, text->len, 0);
		json_reader_free(look);
	}
	if (json->reader)
		read_shape(json, shape);
	else
		json->inv->failed = true;
}

void inv_read_json(struct inventory *inv, const struct inv_text *text)
{
	struct inv_json json = { .inv = inv, .source = text->source };

	strbuf_init(&json.name);
	inv_entry_init(&json.entry);
	json.reader = json_reader_create_memory(text->bytes, text->len, 0);
	if (json.reader)
		read_document(&json, text);
	else
		inv->failed = true;
	json_reader_free(json.reader);
	inv_entry_release(&json.entry);
	strbuf_release(&json.name);
}
