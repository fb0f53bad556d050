/* json_read.c - the JSON reader: its life, the grammar token by token, and what is asked about the
 * token taken. */
#include "json_internal.h"

#include <stdlib.h>
#include <string.h>

struct json_reader *json_reader_create_memory(const char *bytes, size_t len, size_t text_limit)
{
	struct json_reader *reader = calloc(1, sizeof(*reader));
	if (!reader) {
		return NULL;
	}
	reader->text_limit = text_limit ? text_limit : JSON_TEXT_LIMIT_DEFAULT;
	reader->at = reader->window = bytes ? bytes : "";
	reader->end = reader->at + len;
	reader->source_ended = true;
	reader->line = 1;
	reader->place = (struct json_place){ 1, 1 };
	strbuf_init(&reader->spill);
	strbuf_init(&reader->few_text);
	strbuf_init(&reader->text);
	strbuf_init(&reader->next_text);
	return reader;
}

struct json_reader *json_reader_create(json_source source, void *ctx, size_t text_limit)
{
	struct json_reader *reader = json_reader_create_memory("", 0, text_limit);
	if (!reader) {
		return NULL;
	}
	reader->buffer = malloc(JSON_BUFFER_BYTES);
	if (!reader->buffer) {
		json_reader_free(reader);
		return NULL;
	}
	reader->source = source;
	reader->ctx = ctx;
	reader->source_ended = false;
	reader->at = reader->end = reader->window = reader->buffer;
	return reader;
}

void json_reader_free(struct json_reader *reader)
{
	if (!reader) {
		return;
	}
	for (size_t i = 0; i < reader->depth; i++) {
		json_level_release(&reader->levels[i]);
	}
	strbuf_release(&reader->spill);
	strbuf_release(&reader->few_text);
	strbuf_release(&reader->text);
	strbuf_release(&reader->next_text);
	free(reader->buffer);
	free(reader);
}

void json_reader_restart(struct json_reader *reader, const char *bytes, size_t len)
{
	while (reader->depth > 0) {
		json_level_release(&reader->levels[--reader->depth]);
	}
	reader->at = reader->window = bytes ? bytes : "";
	reader->end = reader->at + len;
	reader->line = 1;
	reader->passed_bytes = 0;
	reader->line_from = reader->line_trailing = 0;
	reader->mark = NULL;
	reader->keep_mark = false;
	reader->expect = JSON_EXPECT_VALUE;
	reader->few_count = 0;
	reader->text_is_number = false;
	reader->place = (struct json_place){ 1, 1 };
	reader->have_next = false;
	reader->failed = false;
	strbuf_clear(&reader->spill);
	strbuf_clear(&reader->few_text);
	strbuf_clear(&reader->text);
	strbuf_clear(&reader->next_text);
}

/* --- between tokens --- */

static void skip_bom(struct json_reader *reader)
{
	if (json_have(reader, 3) >= 3 && memcmp(reader->at, "\xef\xbb\xbf", 3) == 0) {
		reader->at += 3;
		reader->line_from = 3;
	}
}

static void skip_space(struct json_reader *reader)
{
	for (;;) {
		int byte = json_look(reader);
		if (byte == '\n') {
			reader->at++;
			reader->line += reader->line < INT_MAX ? 1 : 0;
			reader->line_from =
				reader->passed_bytes + (uint64_t)(reader->at - reader->window);
			reader->line_trailing = 0;
		} else if (byte == ' ' || byte == '\t' || byte == '\r') {
			reader->at++;
		} else {
			return;
		}
	}
}

/* Takes the comma or the colon between two tokens, so that the next byte begins one. False after an
 * error. */
static bool read_separator(struct json_reader *reader)
{
	skip_space(reader);
	if (reader->expect == JSON_EXPECT_COLON) {
		if (json_look(reader) != ':') {
			(void)json_fail_expected(reader, "expected ':' after a key");
			return false;
		}
		reader->at++;
		reader->expect = JSON_EXPECT_VALUE;
		skip_space(reader);
	} else if (reader->expect == JSON_EXPECT_COMMA) {
		bool is_object = reader->levels[reader->depth - 1].is_object;
		int byte = json_look(reader);
		if (byte == (is_object ? '}' : ']')) {
			return true;
		}
		if (byte != ',') {
			(void)json_fail_expected(
				reader, is_object ? "expected ',' or '}' after a member"
						  : "expected ',' or ']' after an element");
			return false;
		}
		reader->at++;
		reader->expect = is_object ? JSON_EXPECT_KEY : JSON_EXPECT_VALUE;
		skip_space(reader);
	}
	return true;
}

/* --- tokens --- */

static enum json_token read_key(struct json_reader *reader)
{
	struct json_place start = json_place_here(reader);
	if (!json_scan_string(reader)) {
		return JSON_ERROR;
	}
	int seen = json_level_key(reader, strbuf_text(&reader->next_text), reader->next_text.len);
	if (seen < 0) {
		return json_fail_memory(reader);
	}
	if (seen) {
		char key[260];
		json_quote(key, sizeof(key), reader->next_text.data, reader->next_text.len, 60);
		return json_fail(reader, start, "duplicate key '%s'", key);
	}
	reader->expect = JSON_EXPECT_COLON;
	return JSON_KEY;
}

static enum json_token read_value(struct json_reader *reader, const char *expected)
{
	int byte = json_look(reader);
	enum json_token token;
	if (byte == '{' || byte == '[') {
		return json_level_open(reader, byte == '{');
	}
	if (byte == '"') {
		token = json_scan_string(reader) ? JSON_STRING : JSON_ERROR;
	} else if (byte == '-' || json_is_digit(byte)) {
		token = json_scan_number(reader);
	} else {
		token = json_scan_word(reader, expected);
	}
	json_after_value(reader);
	return token;
}

static enum json_token read_end(struct json_reader *reader)
{
	if (json_look(reader) >= 0) {
		return json_fail(reader, json_place_here(reader),
				 "text after the end of the document");
	}
	return reader->source_failed ? json_fail(reader, json_place_here(reader), "reading failed")
				     : JSON_END;
}

/* With the next byte being the first of a token. */
static enum json_token read_token(struct json_reader *reader)
{
	int byte = json_look(reader);
	switch (reader->expect) {
	case JSON_EXPECT_VALUE:
		return read_value(reader, "expected a value");
	case JSON_EXPECT_FIRST_VALUE:
		return byte == ']' ? json_level_close(reader)
				   : read_value(reader, "expected a value or ']'");
	case JSON_EXPECT_FIRST_KEY:
		if (byte == '"') {
			return read_key(reader);
		}
		return byte == '}' ? json_level_close(reader)
				   : json_fail_expected(reader, "expected a key in quotes or '}'");
	case JSON_EXPECT_KEY:
		return byte == '"'
			       ? read_key(reader)
			       : json_fail_expected(reader, "expected a key in quotes after ','");
	case JSON_EXPECT_COMMA: /* read_separator() has seen that it is the end */
		return json_level_close(reader);
	case JSON_EXPECT_NOTHING:
		return read_end(reader);
	case JSON_EXPECT_COLON: /* was taken by read_separator() */
		break;
	}
	return JSON_ERROR;
}

enum json_token json_peek(struct json_reader *reader)
{
	if (reader->failed) {
		return JSON_ERROR;
	}
	if (reader->have_next) {
		return reader->next;
	}
	if (!reader->keep_mark) {
		reader->mark = NULL;
	}
	if (reader->passed_bytes == 0 && reader->at == reader->window) {
		skip_bom(reader);
	}
	if (!read_separator(reader)) {
		return JSON_ERROR;
	}
	reader->next_place = json_place_here(reader);
	if (!reader->keep_mark) {
		(void)json_look(reader); /* so that the mark is not in a window that is used up */
		reader->mark = reader->at;
		strbuf_clear(&reader->spill);
	}
	enum json_token token = read_token(reader);
	if (reader->failed) { /* also: memory was short in between */
		return JSON_ERROR;
	}
	reader->next = token;
	reader->have_next = true;
	return token;
}

enum json_token json_next(struct json_reader *reader)
{
	enum json_token token = json_peek(reader);
	if (token == JSON_ERROR) {
		return token;
	}
	reader->have_next = token == JSON_END; /* which stays */
	reader->place = reader->next_place;
	if (token == JSON_KEY || token == JSON_STRING || token == JSON_NUMBER) {
		struct strbuf taken = reader->next_text;
		reader->next_text = reader->text;
		reader->text = taken;
		reader->text_is_number = token == JSON_NUMBER;
	}
	return token;
}

/* --- the token taken --- */

const char *json_text(const struct json_reader *reader)
{
	return strbuf_text(&reader->text);
}

size_t json_text_len(const struct json_reader *reader)
{
	return reader->text.len;
}

int json_line(const struct json_reader *reader)
{
	return reader->place.line;
}

int json_column(const struct json_reader *reader)
{
	return reader->place.column;
}

const char *json_error_text(const struct json_reader *reader)
{
	return reader->error;
}

const char *json_token_name(enum json_token token)
{
	static const char *const names[] = {
		[JSON_ERROR] = "an error",   [JSON_END] = "the end of the document",
		[JSON_OBJECT] = "an object", [JSON_OBJECT_END] = "the end of an object",
		[JSON_ARRAY] = "an array",   [JSON_ARRAY_END] = "the end of an array",
		[JSON_KEY] = "a key",	     [JSON_STRING] = "a string",
		[JSON_NUMBER] = "a number",  [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",	     [JSON_NULL] = "null",
	};
	return (size_t)token < sizeof(names) / sizeof(names[0]) ? names[token] : "an unknown token";
}
