/*
 * json_internal.h - what the files of the JSON reader share; nobody else includes it.
 *
 * json_input.c   the input: its window, places in it, and what is wrong there
 * json_scan.c    strings, numbers and words: one token's text
 * json_level.c   the objects and arrays that are open, and the keys they have had
 * json_read.c    the reader: the grammar, token by token
 * json_value.c   whole values: skipped, or handed on as they stand
 * json_number.c  numbers as numbers
 *
 * Errors:   json_fail() and its like keep the first error in the reader; whoever calls them only
 *           hands JSON_ERROR or false on.
 * Pointers: `at`, `end` and `mark` may move with every json_look() and json_have().
 */
#ifndef RDSWEEP_JSON_INTERNAL_H
#define RDSWEEP_JSON_INTERNAL_H

#include <limits.h>

#include "arena.h"
#include "json_read.h"
#include "str_map.h"
#include "strbuf.h"

#define JSON_BUFFER_BYTES 65536
#define JSON_DEPTH_MAX	  64
#define JSON_FEW_KEYS	  16 /* of one object, compared one by one: see json_level.c */

/* What the grammar allows next. */
enum json_expect {
	JSON_EXPECT_VALUE,
	JSON_EXPECT_FIRST_VALUE, /* after `[`: or the end */
	JSON_EXPECT_FIRST_KEY,	 /* after `{`: or the end */
	JSON_EXPECT_KEY,
	JSON_EXPECT_COLON,
	JSON_EXPECT_COMMA, /* or the end of the object or array */
	JSON_EXPECT_NOTHING
};

struct json_key_span {
	size_t start, len; /* in `few_text` */
};

struct json_level {
	bool is_object;
	size_t few_from;     /* first of its keys in `few` */
	struct str_map keys; /* in use once `many` is set */
	struct arena key_text;
	bool many;
};

struct json_place {
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

	enum json_expect expect;
	struct json_level levels[JSON_DEPTH_MAX];
	size_t depth;
	struct json_key_span few[JSON_DEPTH_MAX * JSON_FEW_KEYS];
	size_t few_count;
	struct strbuf few_text;

	/* The token taken and the one looked at ahead of time. */
	struct strbuf text, next_text;
	bool text_is_number;
	struct json_place place, next_place;
	enum json_token next;
	bool have_next;

	bool failed;
	char error[300];
};

/* --- json_input.c --- */

/* Makes `want` bytes, at most JSON_BUFFER_BYTES, stand together at `at`, as far as the input has
 * them. A source that fails sets source_failed. */
void json_refill(struct json_reader *reader, size_t want);

/* Bytes that stand together at `at`: at least `want`, unless the input ends before. */
static inline size_t json_have(struct json_reader *reader, size_t want)
{
	if ((size_t)(reader->end - reader->at) < want) {
		json_refill(reader, want);
	}
	return (size_t)(reader->end - reader->at);
}

/* The next byte, or -1 where the input ends; it is not taken. */
static inline int json_look(struct json_reader *reader)
{
	if (reader->at == reader->end && json_have(reader, 1) == 0) {
		return -1;
	}
	return (unsigned char)*reader->at;
}

/* Where the next byte stands. */
static inline struct json_place json_place_here(const struct json_reader *reader)
{
	uint64_t offset = reader->passed_bytes + (uint64_t)(reader->at - reader->window);
	uint64_t column = offset - reader->line_from - reader->line_trailing + 1;
	return (struct json_place){ reader->line, column < INT_MAX ? (int)column : INT_MAX };
}

/* Always JSON_ERROR, so that failing is one line. The first error stays. */
STRBUF_PRINTF(3, 4)
enum json_token json_fail(struct json_reader *reader, struct json_place place, const char *format,
			  ...);
enum json_token json_fail_memory(struct json_reader *reader);

/* Says what was expected and what stands there instead. */
enum json_token json_fail_expected(struct json_reader *reader, const char *expected);

/* Writes up to `most` bytes of a text from outside into `out`, cut between code points, safe for a
 * terminal; "?" when memory is short. */
void json_quote(char *out, size_t out_size, const char *text, size_t len, size_t most);

/* --- json_scan.c: each leaves the text, where there is one, in next_text --- */

static inline bool json_is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

/* At the opening quote. False after an error. */
bool json_scan_string(struct json_reader *reader);

/* At the minus or the first digit: JSON_NUMBER or JSON_ERROR. */
enum json_token json_scan_number(struct json_reader *reader);

/* true, false or null; anything else is an error that says what was `expected` instead. */
enum json_token json_scan_word(struct json_reader *reader, const char *expected);

/* --- json_level.c --- */

/* Takes `{` or `[` and goes one level down: JSON_OBJECT, JSON_ARRAY, or JSON_ERROR where that is
 * too deep. */
enum json_token json_level_open(struct json_reader *reader, bool is_object);

/* Takes `}` or `]` and forgets the keys of that level. */
enum json_token json_level_close(struct json_reader *reader);

/* Frees what a level has taken for its keys; it may be used again. */
void json_level_release(struct json_level *level);

/* 1 where the innermost object has this key already, 0 where it is new (and is now kept), -1 when
 * memory is short. */
int json_level_key(struct json_reader *reader, const char *key, size_t len);

/* A value is complete: what may follow it. */
static inline void json_after_value(struct json_reader *reader)
{
	reader->expect = reader->depth ? JSON_EXPECT_COMMA : JSON_EXPECT_NOTHING;
}

#endif
