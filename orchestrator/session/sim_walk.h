/*
 * sim_walk.h - walking a JSON document whose every mistake is to be told with its place: objects
 * by tables of keys, values by readers that check type and range. For sim_scenario*.c.
 *
 * Every reader takes exactly one value, good or bad, so that what follows can be read as well. A
 * mistake becomes a problem and leaves the field as it was. Broken JSON and short memory set
 * `stop`; from then on nothing is read.
 */
#ifndef RDSWEEP_SIM_WALK_H
#define RDSWEEP_SIM_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "json_read.h"
#include "sim_scenario.h"
#include "strbuf.h"

struct sim_walk {
	struct json_reader *json;
	struct arena *arena; /* where texts are kept */
	struct sim_problems *problems;
	bool stop;
};

struct sim_place {
	int line; /* 0: nowhere, the key was not there */
	int column;
};

struct sim_key;
typedef void (*sim_key_reader)(struct sim_walk *walk, const struct sim_key *key, void *field);

/* One key of an object: who reads it into which member, and its bounds where it is a number. */
struct sim_key {
	const char *name;
	sim_key_reader read;
	size_t offset;
	int64_t min;
	int64_t max;
};

#define SIM_KEYS_MAX 12 /* of one object */
#define SIM_TEXT_MAX (SESSION_TEXT_SIZE - 1)

struct sim_place walk_here(const struct sim_walk *walk); /* of the last token taken */
STRBUF_PRINTF(3, 4)
void walk_problem(struct sim_walk *walk, struct sim_place place, const char *format, ...);
/* A text of the document's in single quotes, harmless for a terminal and not too long. Starts
 * `buf`, which the caller releases. */
const char *walk_quoted(struct strbuf *buf, const char *text);

enum json_token walk_take(struct sim_walk *walk);
/* Drops what is left of a value whose first token was `token`. */
void walk_drop(struct sim_walk *walk, enum json_token token);
/* Takes a value that must begin with `want`. False: it was something else and is dropped. */
bool walk_expect(struct sim_walk *walk, const char *name, enum json_token want);
/* Reads an object's members; `seen[i]` is where the key i stands. False where it is no object or
 * nothing more can be read. */
bool walk_read_object(struct sim_walk *walk, const char *name, const struct sim_key *keys,
		      size_t count, void *into, struct sim_place seen[SIM_KEYS_MAX],
		      struct sim_place *ret_start);
#define WALK_OBJECT(walk, name, keys, into, seen, ret_start)                                       \
	walk_read_object(walk, name, keys, sizeof(keys) / sizeof((keys)[0]), into, seen, ret_start)

/* Memory of the arena: NULL sets `stop`. */
const char *walk_keep_text(struct sim_walk *walk, const char *text, size_t len);
/* Room for one more item of an array. */
void *walk_one_more(struct sim_walk *walk, void *items, size_t count, size_t *cap, size_t size);

/* Readers for tables of keys; the field's type is in brackets. */
void walk_read_integer(struct sim_walk *walk, const struct sim_key *key, void *field); /* int64_t */
void walk_read_u32(struct sim_walk *walk, const struct sim_key *key, void *field); /* uint32_t */
void walk_read_u64(struct sim_walk *walk, const struct sim_key *key, void *field); /* uint64_t */
/* int64_t; null is SIM_NEVER */
void walk_read_seconds(struct sim_walk *walk, const struct sim_key *key, void *field);
void walk_read_number(struct sim_walk *walk, const struct sim_key *key, void *field); /* double */
/* int64_t, microseconds; the document has milliseconds */
void walk_read_ms_as_us(struct sim_walk *walk, const struct sim_key *key, void *field);
void walk_read_flag(struct sim_walk *walk, const struct sim_key *key, void *field); /* bool */
void walk_read_text(struct sim_walk *walk, const struct sim_key *key,
		    void *field); /* const char * */
void walk_read_account(struct sim_walk *walk, const struct sim_key *key,
		       void *field); /* struct sim_account */
/* struct sim_account; "" leaves it as it is */
void walk_read_account_or_none(struct sim_walk *walk, const struct sim_key *key, void *field);
void walk_read_utc(struct sim_walk *walk, const struct sim_key *key, void *field); /* int64_t, ms */

/* Takes a text of at most `max` bytes. */
bool walk_take_text(struct sim_walk *walk, const char *name, size_t max);
/* Takes one word of a list: its index. */
void walk_read_word(struct sim_walk *walk, const char *name, const char *const *words, int count,
		    int *ret);
/* Where the backslash of DOMAIN\user stands; NULL where there is not just one, with something on
 * both sides. */
const char *walk_account_cut(const char *text);
/* The problem that the text just taken is none. */
void walk_not_an_account(struct sim_walk *walk, const char *name);

#endif
