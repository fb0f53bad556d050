/*
 * inventory.h - which hosts there are: bytes in, hosts out.
 *
 * Usage:     inv_create(), inv_add() for each source in the order given, inv_finish(); then, if
 *            inv_error_count() is 0, the hosts and groups can be read and inv_select() narrows
 *            them. Nothing is read from disk here.
 * Formats:   INI, JSON and CSV are told apart by content; UTF-8 with or without BOM, or UTF-16LE
 *            with BOM.
 * Names:     compare without regard to case (simple folding); the spelling first seen is kept.
 * Errors:    every mistake of every source is collected, not only the first; one that is found
 *            makes the whole inventory unusable. Functions return -1 only when memory is short.
 * Ownership: everything returned belongs to the inventory and lives until inv_free().
 * Threads:   one thread at a time; once finished, it is only read.
 */
#ifndef RDSWEEP_INVENTORY_H
#define RDSWEEP_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"

#define INV_PROBE_PORT_DEFAULT 445

struct inv_host {
	const char *name; /* as first spelt */
	const char *key;  /* folded: what names are compared by */
	/* for probe and backend: the variable `address`, else the name */
	const char *address;
	uint16_t probe_port;	 /* TCP */
	int64_t call_timeout_ms; /* -1: not set here */
	/* account patterns (account.h) of all, its groups and itself, added up */
	const char *const *protect;
	size_t protect_count;
	/* indices of every group it is in, direct or by children, in order of appearance;
	 * without `all`, `ungrouped` */
	const uint32_t *groups;
	size_t group_count;
};

struct inv_group {
	const char *name;
	const uint32_t *hosts; /* effective: own and of children, in inventory order */
	size_t host_count;
	const uint32_t *children; /* direct ones, in order of appearance */
	size_t child_count;
	const uint32_t *own_hosts; /* direct ones only */
	size_t own_host_count;
};

struct inv_error {
	const char *source; /* as given to inv_add(), or the name of a limit file */
	int line, column;   /* from 1, columns in code points; 0 where there is no place */
	const char *message;
};

/* A remark that stops nothing: an entry left out because its Roles lack RDS-RD-SERVER, a `#TYPE`
 * line, ... */
struct inv_note {
	const char *source;
	int line;
	const char *message;
};

struct inventory;

struct inventory *inv_create(void); /* NULL when memory is short */
void inv_free(struct inventory *inv);

/* Parses one source; `source` names it in messages (copied), the bytes are only read. 0, -1 when
 * memory is short. */
int inv_add(struct inventory *inv, const char *source, const char *bytes, size_t len);

/* Resolves groups, variables and addresses over all sources and checks the whole. Once. 0, -1
 * when memory is short. */
int inv_finish(struct inventory *inv);

size_t inv_error_count(const struct inventory *inv);
/* by source, then place */
const struct inv_error *inv_error_at(const struct inventory *inv, size_t i);
size_t inv_note_count(const struct inventory *inv);
const struct inv_note *inv_note_at(const struct inventory *inv, size_t i);

/* `file:line:column: message`, escaped for a terminal; parts that are not known are left out. */
void inv_error_format(struct strbuf *out, const struct inv_error *error);

size_t inv_host_count(const struct inventory *inv);
/* in the order of appearance */
const struct inv_host *inv_host_at(const struct inventory *inv, size_t i);
/* Looks a host up by name in any case: its index, or -1. */
int64_t inv_host_find(const struct inventory *inv, const char *name);

size_t inv_group_count(const struct inventory *inv); /* `all` and `ungrouped` are index 0 and 1 */
const struct inv_group *inv_group_at(const struct inventory *inv, size_t i);

/* Reads a whole file for `@FILE`: 0 with the bytes appended, -1 with a short text in
 * *reterr_what ("no such file"). */
typedef int (*inv_read_file)(void *ctx, const char *path, struct strbuf *out,
			     const char **reterr_what);

struct inv_narrow {
	const char *limit; /* pattern, or NULL: all hosts */
	uint32_t shard_k;  /* 1..shard_n; 0: no shards */
	uint32_t shard_n;
	inv_read_file read_file; /* for @FILE; NULL refuses it */
	void *read_ctx;
};

struct inv_selection {
	uint32_t *hosts; /* indices into the inventory, in inventory order; free() it */
	size_t count;
};

/* Applies limit, then shard. 0 with *ret; 1 where the limit is wrong or leaves no host (errors,
 * with the place inside the pattern as column, are added to the inventory's); -1 when memory is
 * short. A shard may be empty: that is count 0, not an error. */
int inv_select(struct inventory *inv, const struct inv_narrow *narrow, struct inv_selection *ret);

/* Whether an inventory can hold a host of that name: such a name stands in a limit's @FILE as it is. */
bool inv_name_is_host(const char *name);

/* The shard of a host name, 1..n: FNV-1a 64 of the folded name, mod n, plus 1. */
uint32_t inv_shard_of(const char *name, uint32_t n);

/* SHA-256, in hex, of the selected hosts' folded names and folded addresses in sorted order: the
 * same fleet has the same sum whatever the order, format or grouping of its inventory. 0, -1 when
 * memory is short. */
int inv_fleet_sha256(const struct inventory *inv, const struct inv_selection *selection,
		     char out[65]);

#endif
