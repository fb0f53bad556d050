#include "json_read.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "str_map.h"
#include "text.h"

#define BUFFER_BYTES 65536
#define DEPTH_MAX    64

/* Keys of small objects are compared one by one, without taking memory for each object; what is
 * more or longer goes into a map. Together they bound what a hostile object costs. */
#define FEW_KEYS     16
#define FEW_KEY_SIZE 256

/* What the grammar allows next. */
enum expect {
	EXPECT_VALUE,
	EXPECT_FIRST_VALUE, /* after `[`: or the end */
	EXPECT_FIRST_KEY,   /* after `{`: or the end */
	EXPECT_KEY,
	EXPECT_COLON,
	EXPECT_COMMA, /* or the end of the object or array */
	EXPECT_NOTHING
};

struct key_span {
	size_t start, len; /* in `few_text` */
};

struct level {
	bool is_object;
	size_t few_from;     /* first of its keys in `few` */
	struct str_map keys; /* in use once `many` is set */
	struct arena key_text;
	bool many;
};

struct place {
	int line, column;
};

struct json_reader {
	json_source source;
	void *ctx;
	size_t text_limit;

	/* The input: what is read and not used yet, and where it stands in the document. */
	char *buffer; /* NULL: `at` walks the caller's memory */
	const char *at, *end;
	bool source_ended, source_failed;
	int line;
	uint64_t passed_bytes;	/* of the document, before `window` */
	const char *window;	/* start of what `at` and `end` are in */
	uint64_t line_from;	/* where the line begins in the document */
	uint64_t line_trailing; /* UTF-8 continuation bytes in the line so far: they are no columns
				 */

	/* For json_raw(): the text from the token's start. It is still in the window, from `mark`,
	 * but for what a refill had to move to `spill`. */
	const char *mark; /* NULL: nothing is kept */
	struct strbuf spill;
	bool keep_mark;

	enum expect expect;
	struct level levels[DEPTH_MAX];
	size_t depth;
	struct key_span few[DEPTH_MAX * FEW_KEYS];
	size_t few_count;
	struct strbuf few_text;

	/* The token taken and the one looked at ahead of time. */
	struct strbuf text, next_text;
	bool text_is_number;
	struct place place, next_place;
	enum json_token next;
	bool have_next;

	bool failed;
	char error[300];
};

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
	reader->place = (struct place){ 1, 1 };
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
	reader->buffer = malloc(BUFFER_BYTES);
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

static void level_release(struct level *level)
{
	if (level->many) {
		str_map_release(&level->keys);
		arena_release(&level->key_text);
		level->many = false;
	}
}

void json_reader_free(struct json_reader *reader)
{
	if (!reader) {
		return;
	}
	for (size_t i = 0; i < reader->depth; i++) {
		level_release(&reader->levels[i]);
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
		level_release(&reader->levels[--reader->depth]);
	}
	reader->at = reader->window = bytes ? bytes : "";
	reader->end = reader->at + len;
	reader->line = 1;
	reader->passed_bytes = 0;
	reader->line_from = reader->line_trailing = 0;
	reader->mark = NULL;
	reader->keep_mark = false;
	reader->expect = EXPECT_VALUE;
	reader->few_count = 0;
	reader->text_is_number = false;
	reader->place = (struct place){ 1, 1 };
	reader->have_next = false;
	reader->failed = false;
	strbuf_clear(&reader->spill);
	strbuf_clear(&reader->few_text);
	strbuf_clear(&reader->text);
	strbuf_clear(&reader->next_text);
}

/* --- places and errors --- */

static struct place place_here(const struct json_reader *reader)
{
	uint64_t offset = reader->passed_bytes + (uint64_t)(reader->at - reader->window);
	uint64_t column = offset - reader->line_from - reader->line_trailing + 1;
	return (struct place){ reader->line, column < INT_MAX ? (int)column : INT_MAX };
}

/* Always JSON_ERROR, so that failing is one line. The first error stays. */
static enum json_token fail_at(struct json_reader *reader, struct place place, const char *format,
			       ...) STRBUF_PRINTF(3, 4);
static enum json_token fail_at(struct json_reader *reader, struct place place, const char *format,
			       ...)
{
	if (!reader->failed) {
		va_list args;
		va_start(args, format);
		(void)vsnprintf(reader->error, sizeof(reader->error), format, args);
		va_end(args);
		reader->failed = true;
		reader->place = place;
	}
	if (reader->source_failed) { /* what looks wrong is only what could not be read */
		snprintf(reader->error, sizeof(reader->error), "reading failed");
	}
	return JSON_ERROR;
}

static enum json_token fail_memory(struct json_reader *reader)
{
	return fail_at(reader, place_here(reader), "memory is short");
}

/* Appends up to `most` bytes of a text from outside, cut between code points, safe for a terminal.
 */
static void quote(char *out, size_t out_size, const char *text, size_t len, size_t most)
{
	size_t cut = len;
	if (len > most) {
		cut = most;
		while (cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80) {
			cut--;
		}
	}
	struct strbuf shown;
	strbuf_init(&shown);
	text_escape_add(&shown, text, cut);
	strbuf_adds(&shown, cut < len ? "..." : "");
	snprintf(out, out_size, "%s", shown.failed ? "?" : strbuf_text(&shown));
	strbuf_release(&shown);
}

/* --- input --- */

/* Makes `want` bytes stand together at `at`, as far as the input has them. */
static void refill(struct json_reader *reader, size_t want)
{
	if (reader->source_ended || reader->source_failed) {
		return;
	}
	/* What json_raw() will refuse as too long need not be kept in full. */
	if (reader->mark && reader->spill.len <= reader->text_limit) {
		strbuf_add(&reader->spill, reader->mark, (size_t)(reader->at - reader->mark));
		if (reader->spill.failed) {
			(void)fail_memory(reader);
		}
	}
	size_t held = (size_t)(reader->end - reader->at);
	reader->passed_bytes += (uint64_t)(reader->at - reader->window);
	memmove(reader->buffer, reader->at, held);
	reader->at = reader->window = reader->buffer;
	if (reader->mark) {
		reader->mark = reader->buffer;
	}
	while (held < want && !reader->source_ended && !reader->source_failed) {
		size_t room = BUFFER_BYTES - held;
		long got = reader->source(reader->ctx, reader->buffer + held, room);
		if (got < 0 || (unsigned long)got > room) {
			reader->source_failed = true;
		} else if (got == 0) {
			reader->source_ended = true;
		} else {
			held += (size_t)got;
		}
	}
	reader->end = reader->buffer + held;
}

/* Bytes that stand together at `at`: at least `want`, unless the input ends before. */
static inline size_t have(struct json_reader *reader, size_t want)
{
	if ((size_t)(reader->end - reader->at) < want) {
		refill(reader, want);
	}
	return (size_t)(reader->end - reader->at);
}

/* The next byte, or -1 where the input ends; it is not taken. */
static inline int look(struct json_reader *reader)
{
	if (reader->at == reader->end && have(reader, 1) == 0) {
		return -1;
	}
	return (unsigned char)*reader->at;
}

/* Says what was expected and what stands there instead. */
static enum json_token fail_expected(struct json_reader *reader, const char *expected)
{
	struct place here = place_here(reader);
	uint32_t code_point;
	char found[40];
	if (have(reader, 4) == 0) {
		return fail_at(reader, here, "unexpected end of input");
	}
	size_t used = utf8_decode(reader->at, (size_t)(reader->end - reader->at), &code_point);
	if (used == 0) {
		return fail_at(reader, here, "not UTF-8");
	}
	quote(found, sizeof(found), reader->at, used, used);
	return fail_at(reader, here, "%s, found '%s'", expected, found);
}

static void skip_bom(struct json_reader *reader)
{
	if (have(reader, 3) >= 3 && memcmp(reader->at, "\xef\xbb\xbf", 3) == 0) {
		reader->at += 3;
		reader->line_from = 3;
	}
}

static void skip_space(struct json_reader *reader)
{
	for (;;) {
		int byte = look(reader);
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

/* --- strings --- */

/* Bytes of a string that stand for themselves: all of ASCII but control characters, the quote and
 * the backslash. */
static inline bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static bool read_hex4(const char *text, uint32_t *ret_unit)
{
	uint32_t unit = 0;
	for (int i = 0; i < 4; i++) {
		char byte = text[i];
		uint32_t digit;
		if (byte >= '0' && byte <= '9') {
			digit = (uint32_t)(byte - '0');
		} else if ((byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F')) {
			digit = (uint32_t)((byte | 0x20) - 'a' + 10);
		} else {
			return false;
		}
		unit = unit << 4 | digit;
	}
	*ret_unit = unit;
	return true;
}

/* `\uXXXX`, or two of them for one code point. At the backslash; takes all of it. */
static bool read_unicode_escape(struct json_reader *reader)
{
	size_t held = have(reader, 12);
	uint32_t unit, low;
	if (held < 6 || !read_hex4(reader->at + 2, &unit)) {
		(void)fail_at(reader, place_here(reader),
			      "expected four hexadecimal digits after '\\u'");
		return false;
	}
	size_t used = 6;
	if (unit >= 0xd800 && unit <= 0xdfff) {
		if (unit > 0xdbff || held < 12 || memcmp(reader->at + 6, "\\u", 2) != 0 ||
		    !read_hex4(reader->at + 8, &low) || low < 0xdc00 || low > 0xdfff) {
			(void)fail_at(reader, place_here(reader), "lone surrogate escape");
			return false;
		}
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
		used = 12;
	}
	if (unit == 0) {
		(void)fail_at(reader, place_here(reader), "NUL is not allowed in a string");
		return false;
	}
	char bytes[4];
	strbuf_add(&reader->next_text, bytes, utf8_encode(unit, bytes));
	reader->at += used;
	return true;
}

static bool read_escape(struct json_reader *reader)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	struct place backslash = place_here(reader);
	if (have(reader, 2) < 2) {
		reader->at = reader->end;
		(void)fail_expected(reader, "");
		return false;
	}
	char name = reader->at[1];
	if (name == 'u') {
		return read_unicode_escape(reader);
	}
	const char *known = name ? strchr(names, name) : NULL;
	if (!known) {
		(void)fail_at(reader, backslash, "unknown escape in a string");
		return false;
	}
	strbuf_addc(&reader->next_text, values[known - names]);
	reader->at += 2;
	return true;
}

/* One byte of a string that is neither plain nor the closing quote, and what belongs to it. */
static bool read_special(struct json_reader *reader)
{
	int byte = look(reader);
	if (byte < 0) {
		(void)fail_expected(reader, "");
		return false;
	}
	if (byte == '\\') {
		return read_escape(reader);
	}
	if (byte == 0) {
		(void)fail_at(reader, place_here(reader), "NUL is not allowed in a string");
		return false;
	}
	if (byte < 0x20) {
		(void)fail_at(reader, place_here(reader),
			      "a control character in a string must be written as '\\u%04x'",
			      (unsigned)byte);
		return false;
	}
	uint32_t code_point;
	size_t held = have(reader, 4); /* may move `at`: not within the call below */
	size_t used = utf8_decode(reader->at, held, &code_point);
	if (used == 0) {
		(void)fail_at(reader, place_here(reader), "not UTF-8");
		return false;
	}
	strbuf_add(&reader->next_text, reader->at, used);
	reader->at += used;
	reader->line_trailing += used - 1;
	return true;
}

/* At the opening quote. True with the text in next_text. */
static bool read_string(struct json_reader *reader)
{
	struct place start = place_here(reader);
	strbuf_clear(&reader->next_text);
	reader->at++;
	for (;;) {
		const char *from = reader->at;
		while (reader->at < reader->end && is_plain((unsigned char)*reader->at)) {
			reader->at++;
		}
		strbuf_add(&reader->next_text, from, (size_t)(reader->at - from));
		if (reader->at < reader->end && *reader->at == '"') {
			reader->at++;
			break;
		}
		if (reader->next_text.len > reader->text_limit) {
			break; /* before more of it is read */
		}
		int byte = look(reader);
		if ((byte < 0 || !is_plain((unsigned char)byte)) && byte != '"' &&
		    !read_special(reader)) {
			return false;
		}
	}
	if (reader->next_text.failed) {
		(void)fail_memory(reader);
		return false;
	}
	if (reader->next_text.len > reader->text_limit) {
		(void)fail_at(reader, start, "string longer than %lu bytes",
			      (unsigned long)reader->text_limit);
		return false;
	}
	return true;
}

/* --- numbers and words --- */

static bool is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

static void take_into_text(struct json_reader *reader)
{
	if (reader->next_text.len <= reader->text_limit) { /* one too many is enough to know */
		strbuf_addc(&reader->next_text, *reader->at);
	}
	reader->at++;
}

static bool read_digits(struct json_reader *reader)
{
	if (!is_digit(look(reader))) {
		(void)fail_expected(reader, "expected a digit");
		return false;
	}
	while (is_digit(look(reader))) {
		take_into_text(reader);
	}
	return true;
}

static bool read_integer_part(struct json_reader *reader)
{
	if (look(reader) != '0') {
		return read_digits(reader);
	}
	take_into_text(reader);
	if (is_digit(look(reader))) {
		(void)fail_at(reader, place_here(reader), "a number must not begin with 0");
		return false;
	}
	return true;
}

static enum json_token read_number(struct json_reader *reader)
{
	struct place start = place_here(reader);
	strbuf_clear(&reader->next_text);
	if (look(reader) == '-') {
		take_into_text(reader);
	}
	if (!read_integer_part(reader)) {
		return JSON_ERROR;
	}
	if (look(reader) == '.') {
		take_into_text(reader);
		if (!read_digits(reader)) {
			return JSON_ERROR;
		}
	}
	int byte = look(reader);
	if (byte == 'e' || byte == 'E') {
		take_into_text(reader);
		byte = look(reader);
		if (byte == '+' || byte == '-') {
			take_into_text(reader);
		}
		if (!read_digits(reader)) {
			return JSON_ERROR;
		}
	}
	if (reader->next_text.failed) {
		return fail_memory(reader);
	}
	if (reader->next_text.len > reader->text_limit) {
		return fail_at(reader, start, "number longer than %lu bytes",
			       (unsigned long)reader->text_limit);
	}
	return JSON_NUMBER;
}

static enum json_token read_word(struct json_reader *reader, const char *expected)
{
	static const struct {
		const char *word;
		size_t len;
		enum json_token token;
	} words[] = {
		{ "true", 4, JSON_TRUE },
		{ "false", 5, JSON_FALSE },
		{ "null", 4, JSON_NULL },
	};
	size_t held = have(reader, 5);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (held >= words[i].len && memcmp(reader->at, words[i].word, words[i].len) == 0) {
			reader->at += words[i].len;
			return words[i].token;
		}
	}
	return fail_expected(reader, expected);
}

/* --- objects and arrays --- */

static enum json_token open_level(struct json_reader *reader, bool is_object)
{
	if (reader->depth == DEPTH_MAX) {
		return fail_at(reader, place_here(reader), "nested deeper than %d", DEPTH_MAX);
	}
	reader->at++;
	struct level *level = &reader->levels[reader->depth++];
	level->is_object = is_object;
	level->few_from = reader->few_count;
	level->many = false;
	reader->expect = is_object ? EXPECT_FIRST_KEY : EXPECT_FIRST_VALUE;
	return is_object ? JSON_OBJECT : JSON_ARRAY;
}

static void after_value(struct json_reader *reader)
{
	reader->expect = reader->depth ? EXPECT_COMMA : EXPECT_NOTHING;
}

static enum json_token close_level(struct json_reader *reader)
{
	reader->at++;
	struct level *level = &reader->levels[--reader->depth];
	if (reader->few_count > level->few_from) {
		reader->few_count = level->few_from;
		reader->few_text.len = reader->few[level->few_from].start;
	}
	level_release(level);
	after_value(reader);
	return level->is_object ? JSON_OBJECT_END : JSON_ARRAY_END;
}

static int put_in_map(struct level *level, const char *key, size_t len)
{
	char *copy = arena_alloc(&level->key_text, len);
	uint32_t before;
	if (!copy) {
		return -1;
	}
	memcpy(copy, key, len);
	return str_map_put_new(&level->keys, copy, len, 0, &before);
}

/* From comparing one by one to a map. */
static int begin_map(struct json_reader *reader, struct level *level)
{
	str_map_init(&level->keys);
	arena_init(&level->key_text);
	level->many = true;
	for (size_t i = level->few_from; i < reader->few_count; i++) {
		const char *key = reader->few_text.data + reader->few[i].start;
		if (put_in_map(level, key, reader->few[i].len) < 0) {
			return -1;
		}
	}
	return 0;
}

/* 1 where the object has this key already, 0 where it is new (and is now kept), -1 when memory is
 * short. */
static int note_key(struct json_reader *reader, const char *key, size_t len)
{
	struct level *level = &reader->levels[reader->depth - 1];
	if (!level->many) {
		for (size_t i = level->few_from; i < reader->few_count; i++) {
			const struct key_span *span = &reader->few[i];
			if (span->len == len &&
			    memcmp(reader->few_text.data + span->start, key, len) == 0) {
				return 1;
			}
		}
		if (reader->few_count - level->few_from < FEW_KEYS && len <= FEW_KEY_SIZE) {
			reader->few[reader->few_count++] =
				(struct key_span){ reader->few_text.len, len };
			strbuf_add(&reader->few_text, key, len);
			return reader->few_text.failed ? -1 : 0;
		}
		if (begin_map(reader, level) != 0) {
			return -1;
		}
	}
	uint32_t before;
	if (str_map_get(&level->keys, key, len, &before)) {
		return 1;
	}
	return put_in_map(level, key, len);
}

static enum json_token read_key(struct json_reader *reader)
{
	struct place start = place_here(reader);
	if (!read_string(reader)) {
		return JSON_ERROR;
	}
	int seen = note_key(reader, strbuf_text(&reader->next_text), reader->next_text.len);
	if (seen < 0) {
		return fail_memory(reader);
	}
	if (seen) {
		char key[260];
		quote(key, sizeof(key), reader->next_text.data, reader->next_text.len, 60);
		return fail_at(reader, start, "duplicate key '%s'", key);
	}
	reader->expect = EXPECT_COLON;
	return JSON_KEY;
}

/* --- tokens --- */

static enum json_token read_value(struct json_reader *reader, const char *expected)
{
	int byte = look(reader);
	enum json_token token;
	if (byte == '{' || byte == '[') {
		return open_level(reader, byte == '{');
	}
	if (byte == '"') {
		token = read_string(reader) ? JSON_STRING : JSON_ERROR;
	} else if (byte == '-' || is_digit(byte)) {
		token = read_number(reader);
	} else {
		token = read_word(reader, expected);
	}
	after_value(reader);
	return token;
}

/* Takes the comma or the colon between two tokens, so that the next byte begins one. False after an
 * error. */
static bool read_separator(struct json_reader *reader)
{
	skip_space(reader);
	if (reader->expect == EXPECT_COLON) {
		if (look(reader) != ':') {
			(void)fail_expected(reader, "expected ':' after a key");
			return false;
		}
		reader->at++;
		reader->expect = EXPECT_VALUE;
		skip_space(reader);
	} else if (reader->expect == EXPECT_COMMA) {
		bool is_object = reader->levels[reader->depth - 1].is_object;
		int byte = look(reader);
		if (byte == (is_object ? '}' : ']')) {
			return true;
		}
		if (byte != ',') {
			(void)fail_expected(reader,
					    is_object ? "expected ',' or '}' after a member"
						      : "expected ',' or ']' after an element");
			return false;
		}
		reader->at++;
		reader->expect = is_object ? EXPECT_KEY : EXPECT_VALUE;
		skip_space(reader);
	}
	return true;
}

static enum json_token read_end(struct json_reader *reader)
{
	if (look(reader) >= 0) {
		return fail_at(reader, place_here(reader), "text after the end of the document");
	}
	return reader->source_failed ? fail_at(reader, place_here(reader), "reading failed")
				     : JSON_END;
}

/* With the next byte being the first of a token. */
static enum json_token read_token(struct json_reader *reader)
{
	int byte = look(reader);
	switch (reader->expect) {
	case EXPECT_VALUE:
		return read_value(reader, "expected a value");
	case EXPECT_FIRST_VALUE:
		return byte == ']' ? close_level(reader)
				   : read_value(reader, "expected a value or ']'");
	case EXPECT_FIRST_KEY:
		if (byte == '"') {
			return read_key(reader);
		}
		return byte == '}' ? close_level(reader)
				   : fail_expected(reader, "expected a key in quotes or '}'");
	case EXPECT_KEY:
		return byte == '"' ? read_key(reader)
				   : fail_expected(reader, "expected a key in quotes after ','");
	case EXPECT_COMMA: /* read_separator() has seen that it is the end */
		return close_level(reader);
	case EXPECT_NOTHING:
		return read_end(reader);
	case EXPECT_COLON: /* was taken by read_separator() */
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
	reader->next_place = place_here(reader);
	if (!reader->keep_mark) {
		(void)look(reader); /* so that the mark is not in a window that is used up */
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

/* --- whole values --- */

static bool is_value(enum json_token token)
{
	return token == JSON_OBJECT || token == JSON_ARRAY || token == JSON_STRING ||
	       token == JSON_NUMBER || token == JSON_TRUE || token == JSON_FALSE ||
	       token == JSON_NULL;
}

static size_t kept_bytes(const struct json_reader *reader)
{
	return reader->spill.len + (size_t)(reader->at - reader->mark);
}

/* Takes one value. With `most` not 0 its text is kept, and is an error where it is longer. */
static int take_value(struct json_reader *reader, size_t most)
{
	enum json_token token = json_peek(reader);
	if (token != JSON_ERROR && !is_value(token)) {
		token = fail_at(reader, reader->next_place, "expected a value, found %s",
				json_token_name(token));
	}
	if (token == JSON_ERROR) {
		return -1;
	}
	struct place start = reader->next_place;
	reader->keep_mark = most > 0;
	size_t depth = 0; /* within the value */
	int result = 0;
	do {
		token = json_next(reader);
		if (token == JSON_OBJECT || token == JSON_ARRAY) {
			depth++;
		} else if (token == JSON_OBJECT_END || token == JSON_ARRAY_END) {
			depth--;
		}
		if (token != JSON_ERROR && most && kept_bytes(reader) > most) {
			token = fail_at(reader, start, "value longer than %lu bytes",
					(unsigned long)most);
		}
		result = token == JSON_ERROR ? -1 : 0;
	} while (depth > 0 && result == 0);
	reader->keep_mark = false;
	return result;
}

int json_skip(struct json_reader *reader)
{
	return take_value(reader, 0);
}

int json_raw(struct json_reader *reader, struct strbuf *out)
{
	if (take_value(reader, reader->text_limit) != 0) {
		return -1;
	}
	strbuf_add(out, strbuf_text(&reader->spill), reader->spill.len);
	strbuf_add(out, reader->mark, (size_t)(reader->at - reader->mark));
	if (out->failed) {
		(void)fail_memory(reader);
		return -1;
	}
	return 0;
}

/* --- numbers as numbers --- */

struct decimal { /* digits x 10^exponent; neither end of the digits is a 0 */
	bool negative;
	char digits[20];
	size_t count;
	int64_t exponent;
};

/* The exponent's size is cut: beyond that it cannot matter. */
static int64_t exponent_part(const char *text)
{
	bool negative = *text == '-';
	int64_t value = 0;
	text += *text == '-' || *text == '+' ? 1 : 0;
	for (; is_digit((unsigned char)*text); text++) {
		if (value < INT64_MAX / 16) {
			value = value * 10 + (*text - '0');
		}
	}
	return negative ? -value : value;
}

/* False where it has more digits than any int64_t. The text is a number of JSON's grammar. */
static bool read_decimal(const char *text, struct decimal *ret)
{
	bool in_fraction = false;
	int64_t zeros =
		0; /* read since the last other digit: they count only if one more follows */
	*ret = (struct decimal){ .negative = *text == '-' };
	text += ret->negative ? 1 : 0;
	for (; is_digit((unsigned char)*text) || *text == '.'; text++) {
		if (*text == '.') {
			in_fraction = true;
			continue;
		}
		ret->exponent -= in_fraction ? 1 : 0;
		if (*text == '0') {
			zeros += ret->count ? 1 : 0;
			continue;
		}
		if (zeros > 20 || ret->count + (size_t)zeros + 1 > sizeof(ret->digits)) {
			return false;
		}
		memset(ret->digits + ret->count, '0', (size_t)zeros);
		ret->count += (size_t)zeros;
		ret->digits[ret->count++] = *text;
		zeros = 0;
	}
	ret->exponent += zeros;
	if (*text) {
		ret->exponent += exponent_part(text + 1);
	}
	return true;
}

int json_int64(const struct json_reader *reader, int64_t *ret_value)
{
	struct decimal decimal;
	if (!reader->text_is_number || !read_decimal(strbuf_text(&reader->text), &decimal)) {
		return -1;
	}
	if (decimal.count == 0) {
		*ret_value = 0;
		return 0;
	}
	if (decimal.exponent < 0 || decimal.exponent > 19) {
		return -1;
	}
	uint64_t limit = (uint64_t)INT64_MAX + (decimal.negative ? 1 : 0);
	uint64_t value = 0;
	for (size_t i = 0; i < decimal.count + (size_t)decimal.exponent; i++) {
		uint64_t digit = i < decimal.count ? (uint64_t)(decimal.digits[i] - '0') : 0;
		if (value > (limit - digit) / 10) {
			return -1;
		}
		value = value * 10 + digit;
	}
	*ret_value = decimal.negative ? -(int64_t)(value - 1) - 1 : (int64_t)value;
	return 0;
}

/* The program never calls setlocale(), so strtod() reads a point as a point. */
double json_double(const struct json_reader *reader)
{
	return reader->text_is_number ? strtod(strbuf_text(&reader->text), NULL) : 0.0;
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
