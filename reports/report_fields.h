/*
 * report_fields.h - private to reports: reads JSON objects into structs by tables of their members.
 *
 * An object's shape lists its members: name, kind, where the value goes. All are required, unknown ones are
 * passed over (a newer rdsweep may write them), and what is wrong ends with the place of the value.
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
	bool schema_seen; /* before that, a mistake means that this is something else */
	int stopped;	  /* what a visitor returned, or 0 */
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
	bool closes; /* all other members must have come before it */
};

struct rep_shape {
	const char *what; /* "a session" */
	const struct rep_field *fields;
	size_t count; /* at most 32 */
};

/* All of these: 0, or -1 with reader->error or reader->stopped set. */

int rep_read_object(struct rep_reader *reader, const struct rep_shape *shape, void *object);

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
