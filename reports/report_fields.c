#include "report_fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "utc.h"

/* Texts that went by are kept until there are so many: giving memory back each time costs more. */
#define ARENA_KEEP_BYTES ((size_t)64 * 1024)

void rep_reader_init(struct rep_reader *reader, struct json_reader *json,
		     const struct rep_visitor *visitor, const char *schema_wanted)
{
	memset(reader, 0, sizeof(*reader));
	reader->json = json;
	reader->visitor = visitor;
	reader->schema_wanted = schema_wanted;
	arena_init(&reader->texts);
	arena_init(&reader->session_texts);
	reader->arena = &reader->texts;
}

void rep_reader_release(struct rep_reader *reader)
{
	free(reader->list);
	arena_release(&reader->session_texts);
	arena_release(&reader->texts);
}

void rep_reader_use(struct rep_reader *reader, struct arena *arena)
{
	if (arena->reserved_bytes >= ARENA_KEEP_BYTES)
		arena_release(arena);
	reader->arena = arena;
}

int rep_heed(struct rep_reader *reader, int result)
{
	if (result == 0)
		return 0;
	reader->stopped = result;
	reader->error.line = 0;
	reader->error.column = 0;
	snprintf(reader->error.message, sizeof(reader->error.message), "the reading was stopped");
	return -1;
}

int rep_read_fail(struct rep_reader *reader, const char *format, ...)
{
	struct rep_read_error *error = &reader->error;
	va_list args;

	error->line = json_line(reader->json);
	error->column = json_column(reader->json);
	va_start(args, format);
	if (reader->schema_wanted)
		snprintf(error->message, sizeof(error->message), "this is no %s",
			 reader->schema_wanted);
	else
		(void)vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
	return -1;
}

int rep_read_fail_memory(struct rep_reader *reader)
{
	reader->error.line = 0;
	reader->error.column = 0;
	snprintf(reader->error.message, sizeof(reader->error.message), "memory is short");
	return -1;
}

int rep_read_fail_json(struct rep_reader *reader)
{
	reader->error.line = json_line(reader->json);
	reader->error.column = json_column(reader->json);
	snprintf(reader->error.message, sizeof(reader->error.message), "%s",
		 json_error_text(reader->json));
	return -1;
}

const char *rep_read_shown(const char *text, char out[REP_SHOWN_SIZE])
{
	static const char more[] = "...";
	struct strbuf shown;
	size_t used = 0;

	strbuf_init(&shown);
	text_escape_add(&shown, text, strlen(text));
	while (used < shown.len) {
		uint32_t code_point;
		size_t step = utf8_decode(shown.data + used, shown.len - used, &code_point);

		if (used + step + sizeof(more) > REP_SHOWN_SIZE)
			break;
		used += step > 0 ? step : 1;
	}
	if (used > 0)
		memcpy(out, shown.data, used);
	memcpy(out + used, more, sizeof(more));
	if (used == shown.len)
		out[used] = '\0';
	strbuf_release(&shown);
	return out;
}

int rep_read_fail_type(struct rep_reader *reader, const char *name, enum json_token found,
		       const char *expected)
{
	char shown[REP_SHOWN_SIZE];

	if (found == JSON_ERROR)
		return rep_read_fail_json(reader);
	return rep_read_fail(reader, "'%s' is %s, expected %s", rep_read_shown(name, shown),
			     json_token_name(found), expected);
}

int rep_read_token(struct rep_reader *reader, enum json_token wanted, const char *name)
{
	enum json_token token = json_next(reader->json);

	if (token == wanted)
		return 0;
	return rep_read_fail_type(reader, name, token, json_token_name(wanted));
}

int rep_read_null(struct rep_reader *reader)
{
	if (json_peek(reader->json) != JSON_NULL)
		return 0;
	(void)json_next(reader->json);
	return 1;
}

const char *rep_keep_text(struct rep_reader *reader)
{
	size_t len = json_text_len(reader->json);
	const char *copy;

	if (len == 0)
		return "";
	copy = arena_strndup(reader->arena, json_text(reader->json), len);
	if (!copy)
		(void)rep_read_fail_memory(reader);
	return copy;
}

static int list_add(struct rep_reader *reader, size_t count, const char *text)
{
	if (count == reader->list_cap) {
		size_t cap = count ? count * 2 : 64;
		const char **list = realloc(reader->list, cap * sizeof(*list));

		if (!list)
			return rep_read_fail_memory(reader);
		reader->list = list;
		reader->list_cap = cap;
	}
	reader->list[count] = text;
	return 0;
}

int rep_read_texts(struct rep_reader *reader, const char *name, const char *const **ret_texts,
		   size_t *ret_count)
{
	const char **texts;
	size_t count = 0;
	enum json_token token;

	if (rep_read_token(reader, JSON_ARRAY, name) < 0)
		return -1;
	while ((token = json_next(reader->json)) != JSON_ARRAY_END) {
		const char *text;

		if (token != JSON_STRING)
			return rep_read_fail_type(reader, name, token, "strings only");
		text = rep_keep_text(reader);
		if (!text || list_add(reader, count, text) < 0)
			return -1;
		count++;
	}
	texts = arena_alloc(reader->arena, count * sizeof(*texts));
	if (!texts)
		return rep_read_fail_memory(reader);
	if (count > 0)
		memcpy(texts, reader->list, count * sizeof(*texts));
	*ret_texts = texts;
	*ret_count = count;
	return 0;
}

static int read_text(struct rep_reader *reader, void *to)
{
	const char *text = rep_keep_text(reader);

	if (!text)
		return -1;
	memcpy(to, &text, sizeof(text));
	return 0;
}

static int read_name(struct rep_reader *reader, const struct rep_field *field, void *to)
{
	int value = rep_names_find(field->names, json_text(reader->json));
	char shown[REP_SHOWN_SIZE];
	uint8_t byte;

	if (value < 0)
		return rep_read_fail(reader, "'%s' is no name of %s",
				     rep_read_shown(json_text(reader->json), shown),
				     field->names->what);
	byte = (uint8_t)value;
	memcpy(to, &byte, sizeof(byte));
	return 0;
}

static int read_time(struct rep_reader *reader, const struct rep_field *field, void *to)
{
	char shown[REP_SHOWN_SIZE];
	int64_t ms;

	if (utc_parse(json_text(reader->json), &ms) < 0)
		return rep_read_fail(reader,
				     "'%s' is '%s', expected a time like 2026-01-01T00:00:00.000Z",
				     field->name, rep_read_shown(json_text(reader->json), shown));
	memcpy(to, &ms, sizeof(ms));
	return 0;
}

static void store_number(enum rep_field_kind kind, void *to, int64_t value)
{
	uint16_t u16 = (uint16_t)value;
	uint32_t u32 = (uint32_t)value;
	int32_t i32 = (int32_t)value;

	if (kind == REP_FIELD_U16)
		memcpy(to, &u16, sizeof(u16));
	else if (kind == REP_FIELD_U32)
		memcpy(to, &u32, sizeof(u32));
	else if (kind == REP_FIELD_I32)
		memcpy(to, &i32, sizeof(i32));
	else
		memcpy(to, &value, sizeof(value));
}

/* What each kind of value must be. */
static const struct {
	enum json_token token;
	const char *expected;
	int64_t max; /* of numbers; 0: it is none */
	int64_t null_value;
} kinds[] = {
	[REP_FIELD_TEXT] = { JSON_STRING, "a string", 0, 0 },
	[REP_FIELD_TEXTS] = { JSON_ARRAY, "an array", 0, 0 },
	[REP_FIELD_BOOL] = { JSON_TRUE, "true or false", 0, 0 },
	[REP_FIELD_NAME] = { JSON_STRING, "a string", 0, 0 },
	[REP_FIELD_TIME] = { JSON_STRING, "a string", 0, 0 },
	[REP_FIELD_U16] = { JSON_NUMBER, "a whole number", UINT16_MAX, 0 },
	[REP_FIELD_U32] = { JSON_NUMBER, "a whole number", UINT32_MAX, 0 },
	[REP_FIELD_I32] = { JSON_NUMBER, "a whole number", INT32_MAX, -1 },
	[REP_FIELD_I64] = { JSON_NUMBER, "a whole number", INT64_MAX, -1 },
	[REP_FIELD_OWN] = { JSON_ERROR, "", 0, 0 },
};

/* The number that was just taken. */
static int check_number(struct rep_reader *reader, const char *name, int64_t max, int64_t *ret)
{
	int64_t value;

	if (json_int64(reader->json, &value) < 0 || value < 0 || value > max)
		return rep_read_fail(reader, "'%s' is no whole number from 0 to %" PRId64, name,
				     max);
	*ret = value;
	return 0;
}

int rep_read_number(struct rep_reader *reader, const char *name, int64_t max, int64_t *ret)
{
	if (rep_read_token(reader, JSON_NUMBER, name) < 0)
		return -1;
	return check_number(reader, name, max, ret);
}

static int read_number(struct rep_reader *reader, const struct rep_field *field, void *to)
{
	int64_t value = 0;

	if (check_number(reader, field->name, kinds[field->kind].max, &value) < 0)
		return -1;
	store_number(field->kind, to, value);
	return 0;
}

static int store_null(const struct rep_field *field, void *to)
{
	static const char *const empty = "";
	static const int64_t unknown = UTC_UNKNOWN;

	if (field->kind == REP_FIELD_TEXT)
		memcpy(to, &empty, sizeof(empty));
	else if (field->kind == REP_FIELD_NAME)
		memset(to, 0, sizeof(uint8_t));
	else if (field->kind == REP_FIELD_TIME)
		memcpy(to, &unknown, sizeof(unknown));
	else
		store_number(field->kind, to, kinds[field->kind].null_value);
	return 0;
}

/* A value of one token, which was just taken. */
static int read_scalar(struct rep_reader *reader, const struct rep_field *field,
		       enum json_token token, void *to)
{
	bool flag = token == JSON_TRUE;
	char expected[40];

	if (token == JSON_NULL && (field->nullable || (field->outcome && reader->unfinished)))
		return store_null(field, to);
	if (token != kinds[field->kind].token &&
	    !(field->kind == REP_FIELD_BOOL && token == JSON_FALSE)) {
		snprintf(expected, sizeof(expected), "%s%s", kinds[field->kind].expected,
			 field->nullable ? " or null" : "");
		return rep_read_fail_type(reader, field->name, token, expected);
	}
	if (kinds[field->kind].max > 0)
		return read_number(reader, field, to);
	if (field->kind == REP_FIELD_NAME)
		return read_name(reader, field, to);
	if (field->kind == REP_FIELD_TIME)
		return read_time(reader, field, to);
	if (field->kind == REP_FIELD_TEXT)
		return read_text(reader, to);
	memcpy(to, &flag, sizeof(flag));
	return 0;
}

static int read_field(struct rep_reader *reader, const struct rep_field *field, void *object)
{
	char *base = object;
	const char *const *texts;
	size_t count;

	if (field->kind == REP_FIELD_OWN)
		return field->read(reader, object);
	if (field->kind != REP_FIELD_TEXTS)
		return read_scalar(reader, field, json_next(reader->json), base + field->offset);
	if (rep_read_texts(reader, field->name, &texts, &count) < 0)
		return -1;
	memcpy(base + field->offset, &texts, sizeof(texts));
	memcpy(base + field->extra, &count, sizeof(count));
	return 0;
}

int rep_read_array(struct rep_reader *reader, const char *name, void *object,
		   int (*read_one)(struct rep_reader *reader, void *object))
{
	if (rep_read_token(reader, JSON_ARRAY, name) < 0)
		return -1;
	while (json_peek(reader->json) != JSON_ARRAY_END)
		if (read_one(reader, object) < 0)
			return -1;
	(void)json_next(reader->json);
	return 0;
}

/* The member's index in the shape, or its count. A report that we wrote has them in order: `guess`
 * is right then. */
static size_t find_field(const struct rep_shape *shape, const char *name, size_t guess)
{
	if (guess < shape->count && strcmp(shape->fields[guess].name, name) == 0)
		return guess;
	for (size_t i = 0; i < shape->count; i++)
		if (strcmp(shape->fields[i].name, name) == 0)
			return i;
	return shape->count;
}

/* Fails for the first member that was not seen; `closing` is left out of account. */
static int check_seen(struct rep_reader *reader, const struct rep_shape *shape, uint32_t seen,
		      const struct rep_field *closing)
{
	for (size_t i = 0; i < shape->count; i++) {
		if ((seen >> i & 1) != 0 || &shape->fields[i] == closing ||
		    shape->fields[i].optional)
			continue;
		if (closing)
			return rep_read_fail(reader, "%s has no '%s' before its '%s'", shape->what,
					     shape->fields[i].name, closing->name);
		return rep_read_fail(reader, "%s has no '%s'", shape->what, shape->fields[i].name);
	}
	return 0;
}

int rep_read_object(struct rep_reader *reader, const struct rep_shape *shape, void *object)
{
	enum json_token token = json_next(reader->json);

	if (token == JSON_OBJECT)
		return rep_read_members(reader, shape, object);
	if (token == JSON_ERROR)
		return rep_read_fail_json(reader);
	return rep_read_fail(reader, "this is %s, expected %s as an object", json_token_name(token),
			     shape->what);
}

int rep_read_members(struct rep_reader *reader, const struct rep_shape *shape, void *object)
{
	enum json_token token;
	uint32_t seen = 0;
	size_t next = 0;

	while ((token = json_next(reader->json)) == JSON_KEY) {
		size_t i = find_field(shape, json_text(reader->json), next);
		const struct rep_field *field;

		if (i == shape->count) {
			if (json_skip(reader->json) < 0)
				return rep_read_fail_json(reader);
			continue;
		}
		field = &shape->fields[i];
		if (field->closes && check_seen(reader, shape, seen, field) < 0)
			return -1;
		if (read_field(reader, field, object) < 0)
			return -1;
		seen |= UINT32_C(1) << i;
		next = i + 1;
	}
	if (token == JSON_ERROR)
		return rep_read_fail_json(reader);
	return check_seen(reader, shape, seen, NULL);
}
