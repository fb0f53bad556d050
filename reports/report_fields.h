/*
 * report_fields.h - reads JSON objects into structs by tables of their members: those of a report,
 * and the lines of a journal.
 *
 * An object's shape lists its members: name, kind, where the value goes. All are required unless the row says `optional`, unknown
 * ones are passed over (a newer rdsweep may write them), and what is wrong ends with the place of
 * the value.
 * Ownership: texts and lists go to the reader's `arena` at that moment.
 */
#ifndef RDSWEEP_REPORT_FIELDS_H
#define RDSWEEP_REPORT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "json_read.h"
#include "record_names.h"
#include "report_read.h"

struct rep_reader {
	struct json_reader *json;
	const struct rep_visitor *visitor;
	struct arena *arena; /* where texts go now: one of the next two */
	struct arena texts;  /* of the run, of one entry of `errors`, of one host */
	struct arena session_texts;
	const char **list; /* scratch of a list of texts; free() it */
	size_t list_cap;
	/* A schema that is yet to be found: until then a mistake means that this is something
	 * else. NULL: found. */
	const char *schema_wanted;
	bool unfinished; /* a run that is not over: outcomes may be null */
	int stopped;	 /* what a visitor returned, or 0 */
	struct rep_read_error error;
};

enum rep_field_kind {
	REP_FIELD_TEXT,	 /* const char *; null: "" */
	REP_FIELD_TEXTS, /* const char *const *, and a size_t at `extra` */
	REP_FIELD_BOOL,
	REP_FIELD_NAME, /* uint8_t: a value of `names`; null: 0 */
	REP_FIELD_TIME, /* int64_t ms; null: UTC_UNKNOWN */
	REP_FIELD_U16,	/* whole numbers from 0 up; null: 0 */
	REP_FIELD_U32,
	REP_FIELD_I32, /* whole numbers from 0 up; null: -1 */
	REP_FIELD_I64,
	REP_FIELD_OWN /* `read` takes the whole value */
};

struct rep_field {
	const char *name;
	enum rep_field_kind kind;
	bool nullable;
	size_t offset, extra;
	const struct rep_names *names;
	int (*read)(struct rep_reader *reader, void *object);
	bool closes;   /* all other members must have come before it */
	bool optional; /* may be missing; then nothing is stored */
	bool outcome;  /* null is fine where the reader is `unfinished` */
};

struct rep_shape {
	const char *what; /* "a session" */
	const struct rep_field *fields;
	size_t count; /* at most 32 */
};

/* Rows of such a table, for members of struct `type`. */
#define REP_MEMBER(type, key, kind_, nullable_, member)                                            \
	{                                                                                          \
		.name = key, .kind = kind_, .nullable = nullable_,                                 \
		.offset = offsetof(struct type, member)                                            \
	}
/* One that may be missing, but is not null. */
#define REP_MEMBER_OPTIONAL(type, key, kind_, member)                                              \
	{                                                                                          \
		.name = key, .kind = kind_, .optional = true,                                      \
		.offset = offsetof(struct type, member)                                            \
	}
#define REP_MEMBER_TEXTS(type, key, member, count)                                                 \
	{                                                                                          \
		.name = key, .kind = REP_FIELD_TEXTS, .offset = offsetof(struct type, member),     \
		.extra = offsetof(struct type, count)                                              \
	}
#define REP_MEMBER_NAME(type, key, nullable_, member, names_)                                      \
	{                                                                                          \
		.name = key, .kind = REP_FIELD_NAME, .nullable = nullable_,                        \
		.offset = offsetof(struct type, member), .names = names_                           \
	}
#define REP_MEMBER_OUTCOME(type, key, member, names_)                                              \
	{                                                                                          \
		.name = key, .kind = REP_FIELD_NAME, .offset = offsetof(struct type, member),      \
		.names = names_, .outcome = true                                                   \
	}
#define REP_MEMBER_OWN(key, read_)                                                                 \
	{                                                                                          \
		.name = key, .kind = REP_FIELD_OWN, .read = read_                                  \
	}

#define REP_SHAPE(what, fields)                                                                    \
	{                                                                                          \
		what, fields, sizeof(fields) / sizeof((fields)[0])                                 \
	}

/* `json`, `visitor` (may be NULL) and `schema_wanted` (may be NULL) are kept. */
void rep_reader_init(struct rep_reader *reader, struct json_reader *json,
		     const struct rep_visitor *visitor, const char *schema_wanted);
void rep_reader_release(struct rep_reader *reader);

/* From now on texts go to `arena`, which is one of the reader's two: what it held is gone once
 * there is much of it. */
void rep_reader_use(struct rep_reader *reader, struct arena *arena);

/* All of these: 0, or -1 with reader->error or reader->stopped set. */

int rep_read_object(struct rep_reader *reader, const struct rep_shape *shape, void *object);

/* The same for an object of which the first members were taken already; `shape` does not list
 * them. */
int rep_read_members(struct rep_reader *reader, const struct rep_shape *shape, void *object);

/* Takes an array whose elements `read_one` takes. */
int rep_read_array(struct rep_reader *reader, const char *name, void *object,
		   int (*read_one)(struct rep_reader *reader, void *object));

/* Takes a whole number from 0 to `max`. */
int rep_read_number(struct rep_reader *reader, const char *name, int64_t max, int64_t *ret);

/* A visitor's word on whether to go on: 0, or what rep_read() then returns. */
int rep_heed(struct rep_reader *reader, int result);

/* Takes a value, which must be the given token. `name` is the member, for the message. */
int rep_read_token(struct rep_reader *reader, enum json_token wanted, const char *name);

/* Takes `null` if it is the next value: 1, else 0. */
int rep_read_null(struct rep_reader *reader);

/* A list of texts. */
int rep_read_texts(struct rep_reader *reader, const char *name, const char *const **ret_texts,
		   size_t *ret_count);

/* The text of the token that was just taken, copied into the arena. NULL, with the error set, when
 * memory is short. */
const char *rep_keep_text(struct rep_reader *reader);

/* Sets the error, at the place of the token taken last. Always -1. */
int rep_read_fail(struct rep_reader *reader, const char *format, ...) STRBUF_PRINTF(2, 3);
int rep_read_fail_memory(struct rep_reader *reader);
int rep_read_fail_json(struct rep_reader *reader); /* what the JSON reader found */
int rep_read_fail_type(struct rep_reader *reader, const char *name, enum json_token found,
		       const char *expected);

/* `text` as a message may show it: escaped, cut. */
#define REP_SHOWN_SIZE 64
const char *rep_read_shown(const char *text, char out[REP_SHOWN_SIZE]);

#endif
