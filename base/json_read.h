/*
 * json_read.h - a strict JSON reader that pulls one token at a time from a stream and knows where
 * each stands.
 *
 * RFC 8259 and stricter: UTF-8 only (a leading BOM is skipped), no NUL (neither a byte nor \u0000),
 * no lone surrogate escapes, no duplicate key in one object, nesting up to 64, strings and numbers
 * up to the limit, one document and nothing after it. Memory does not grow with the input, but for
 * the keys of the objects that are open. Where a small subtree is wanted as a tree, json_raw()
 * hands its text on, already checked, for a tree parser.
 *
 * Usage:    json_reader_create(), then json_next() until JSON_END or JSON_ERROR.
 * Threads:  one reader serves one thread.
 * Errors:   after JSON_ERROR (sticky) json_error_text() and json_line()/json_column() tell what and
 *           where.
 */
#ifndef RDSWEEP_JSON_READ_H
#define RDSWEEP_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"

enum json_token {
	JSON_ERROR,
	JSON_END, /* the document is complete */
	JSON_OBJECT,
	JSON_OBJECT_END,
	JSON_ARRAY,
	JSON_ARRAY_END,
	JSON_KEY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL
};

/* Fills `out` with up to `cap` bytes; returns how many, 0 at the end, -1 when reading failed. */
typedef long (*json_source)(void *ctx, char *out, size_t cap);

/* bytes of one string, key, number or json_raw() value */
#define JSON_TEXT_LIMIT_DEFAULT (1u << 20)

struct json_reader;

/* `source` and `ctx` are kept. NULL when memory is short. `text_limit` 0 =
 * JSON_TEXT_LIMIT_DEFAULT. */
struct json_reader *json_reader_create(json_source source, void *ctx, size_t text_limit);

/* The same over bytes in memory, which are kept, not copied. */
struct json_reader *json_reader_create_memory(const char *bytes, size_t len, size_t text_limit);
void json_reader_free(struct json_reader *reader); /* NULL is fine */

/* Begins again with another document in memory, for a reader that was created over memory: spares a
 * new one for each of many small documents. Bytes are kept; lines count from 1 again. */
void json_reader_restart(struct json_reader *reader, const char *bytes, size_t len);

enum json_token json_next(struct json_reader *reader);

/* The token that the next json_next() will return, without taking it. */
enum json_token json_peek(struct json_reader *reader);

/* Of the last KEY, STRING or NUMBER taken: its text, escapes resolved, NUL-terminated. Borrowed
 * until the next call. */
const char *json_text(const struct json_reader *reader);
size_t json_text_len(const struct json_reader *reader);

/* Of the last token taken, or of the error: both count from 1, columns in code points. */
int json_line(const struct json_reader *reader);
int json_column(const struct json_reader *reader);

/* What is wrong, one line without place, after JSON_ERROR. */
const char *json_error_text(const struct json_reader *reader);

/* Takes and drops the next value, whatever it is. 0, or -1 on JSON_ERROR. */
int json_skip(struct json_reader *reader);

/* Takes the next whole value and appends its text as it stands in the input. 0, or -1 on JSON_ERROR
 * (also when it is larger than the limit). */
int json_raw(struct json_reader *reader, struct strbuf *out);

/* The last NUMBER as an integer: 0, or -1 where it has a fraction, an exponent that leaves one, or
 * does not fit. The value counts, not the spelling: 1.0 and 1e3 are integers. */
int json_int64(const struct json_reader *reader, int64_t *ret_value);
double json_double(const struct json_reader *reader); /* the last NUMBER */

/* "an object", "a string", ...: for messages that say what was found. */
const char *json_token_name(enum json_token token);

#endif
