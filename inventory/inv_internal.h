/*
 * inv_internal.h - what the files of the inventory share; nobody else includes it.
 *
 * Errors:    a mistake in the input goes to inv_error() and reading goes on. Memory that is short
 *            sets inventory.failed for good; loops look at it and the public functions return -1
 *            for it.
 * Ownership: texts and variables live in inventory.arena; growing arrays are freed by inv_free().
 */
#ifndef RDSWEEP_INV_INTERNAL_H
#define RDSWEEP_INV_INTERNAL_H

#include "arena.h"
#include "inventory.h"
#include "str_map.h"
#include "strbuf.h"

#define INV_NAME_MAX 253 /* bytes of a host, group or address: what DNS allows */
#define INV_FOLD_MAX 512 /* bytes of such a name when folded: 2 bytes become 3 at most */

/* Bounds against files that are small and mean much; far beyond any real fleet. */
#define INV_HOSTS_MAX	    1000000
#define INV_APPEARANCES_MAX 10000000 /* hosts as written, ranges expanded */
#define INV_RESOLVE_MAX                                                                            \
	(UINT32_C(1) << 25) /* steps, memberships and patterns when groups are resolved */
#define INV_ERRORS_MAX 10000
#define INV_CYCLES_MAX 20

#define INV_NONE	    UINT32_MAX /* no group, no source */
#define INV_GROUP_ALL	    0
#define INV_GROUP_UNGROUPED 1

struct inv_place {
	uint32_t source; /* index, or INV_NONE */
	int line, column;
};

enum inv_var_kind {
	INV_VAR_ADDRESS,
	INV_VAR_PROBE_PORT,
	INV_VAR_PROTECT,
	INV_VAR_CALL_TIMEOUT,
	INV_VAR_KINDS,
	INV_VAR_IGNORED, /* Ansible's own */
	INV_VAR_UNKNOWN
};

struct inv_patterns {
	size_t count;
	uint32_t ids[]; /* into inventory.patterns; none twice */
};

/* One variable that was given. Lists are shared by all hosts of a line and never changed once a
 * host has them. */
struct inv_var {
	struct inv_var *next;
	union {
		const char *text;		     /* address */
		int64_t number;			     /* port, or milliseconds */
		const struct inv_patterns *patterns; /* protect */
	} value;
	struct inv_place place; /* of the value */
	enum inv_var_kind kind;
};

struct inv_host_rec { /* beside each struct inv_host */
	struct inv_var *vars;
	struct inv_place place; /* where it was seen first */
};

struct inv_group_rec { /* beside each struct inv_group */
	const char *name;
	const char *key;
	bool declared; /* by a section or a key of its own, not only by being named */
	struct inv_var *vars, *vars_last; /* in the order given */
	uint32_t *own;			  /* hosts; may hold one twice until inv_finish() */
	size_t own_count, own_cap;
};

/* `child` was named as a child of `parent`, or, with INV_NONE as parent, was given variables. */
struct inv_edge {
	uint32_t parent, child;
	struct inv_place place;
};

struct inv_error_rec {
	struct inv_error error;
	uint32_t source;
	uint32_t order;
};

struct inventory {
	struct arena arena;
	bool failed;   /* memory was short */
	bool finished; /* inv_finish() was called */
	bool full;     /* a bound was reached and said so */

	const char **sources;
	size_t source_count, source_cap;
	struct inv_error_rec *errors;
	size_t error_count, error_cap;
	struct inv_note *notes;
	size_t note_count, note_cap;

	struct inv_host *hosts;
	struct inv_host_rec *host_recs;
	size_t host_count, host_cap, host_rec_cap;
	struct str_map host_map; /* key -> index */
	size_t appearances;

	struct inv_group *groups; /* made by inv_finish() */
	struct inv_group_rec *group_recs;
	size_t group_count, group_cap;
	struct str_map group_map;

	struct inv_edge *edges;
	size_t edge_count, edge_cap;

	const char **patterns; /* of `protect`, each once, as first spelt */
	size_t pattern_count, pattern_cap;
	struct str_map pattern_map; /* folded -> index */
};

/* Text of one source after decoding. */
struct inv_text {
	uint32_t source;
	const char *bytes;
	size_t len;
};

/* -- inv_errors.c -- */

/* Room for one more element: the array, moved perhaps, or NULL (the old one stays; inv->failed
 * is set). */
void *inv_grown(struct inventory *inv, void *array, size_t count, size_t *cap, size_t size);

void *inv_alloc(struct inventory *inv, size_t bytes); /* from the arena; NULL sets inv->failed */
char *inv_strndup(struct inventory *inv, const char *text, size_t len);

/* The index of a new source, INV_NONE when memory is short. */
uint32_t inv_source_add(struct inventory *inv, const char *name);

void inv_error(struct inventory *inv, const struct inv_place *place, const char *format, ...)
	STRBUF_PRINTF(3, 4);
void inv_note(struct inventory *inv, const struct inv_place *place, const char *format, ...)
	STRBUF_PRINTF(3, 4);
void inv_errors_sort(struct inventory *inv);

/* `'text'` for a message, cut where it is long. Returns `out`. */
#define INV_SHOW_SIZE 100
const char *inv_show(char out[INV_SHOW_SIZE], const char *text, size_t len);

/* `file:3:9` for a message that points to another place; borrowed from the arena, "" when memory
 * is short. */
const char *inv_place_text(struct inventory *inv, const struct inv_place *place);

int inv_columns(const char *text, size_t len); /* code points */

/* -- inv_name.c -- */

/* One code point of *at, folded, into `out`; *at moves on. Returns the bytes written. Bytes that
 * are not UTF-8 stay. */
size_t inv_fold_next(const char **at, const char *end, char out[4]);

/* The folded name; its length, or 0 where it does not fit in `out` (no name of an inventory is
 * that long). */
size_t inv_fold(char out[INV_FOLD_MAX], const char *text, size_t len);

/* True for an IPv6 literal, also with a zone; its 16 bytes, and the zone's offset (`len` where
 * there is none). */
bool inv_ipv6_parse(const char *text, size_t len, unsigned char ret_bytes[16], size_t *ret_zone);
bool inv_is_ipv6(const char *text, size_t len);

/* Says what is wrong with a name and returns false. `what` is "host name", "group name" or
 * "address". With `ranges`, what stands in brackets is left to host_range.h. */
enum inv_name_rules { INV_NAME_PLAIN, INV_NAME_RANGES };
bool inv_name_check(struct inventory *inv, const struct inv_place *place, const char *what,
		    enum inv_name_rules rules, const char *text, size_t len);

bool inv_is_blank(char byte); /* space, tab, CR, VT, FF */
void inv_trim(const char **text, size_t *len);

/* -- inv_model.c -- */

/* The index of a group, made where it is new; INV_NONE when memory is short. The name was
 * checked. */
uint32_t inv_group_get(struct inventory *inv, const char *name, size_t len);
bool inv_group_find(const struct inventory *inv, const char *name, size_t len, uint32_t *ret_group);
void inv_edge_add(struct inventory *inv, const struct inv_place *place, uint32_t parent,
		  uint32_t child);

/* Adds every host that `pattern` means: NAME, a name with ranges, NAME:PORT, [ADDRESS]:PORT (the
 * port is Ansible's and is dropped), with `vars` for each, as members of `group` (or INV_NONE).
 * `place` is the pattern's. */
void inv_hosts_add(struct inventory *inv, const struct inv_place *place, const char *pattern,
		   size_t len, struct inv_var *vars, uint32_t group);

/* -- inv_vars.c -- */

extern const char inv_var_names[]; /* "address, probe_port, ...": for messages */
enum inv_var_kind inv_var_kind(const char *name, size_t len);
const char *inv_var_name(enum inv_var_kind kind);

/* The value as given in text; NULL where it is wrong (said) or memory is short. */
struct inv_var *inv_var_parse(struct inventory *inv, enum inv_var_kind kind,
			      const struct inv_place *place, const char *text, size_t len);

/* Appends one pattern of `protect` to `ids`; false where it is wrong (said) or memory is short. */
struct inv_pattern_list {
	uint32_t *ids; /* free() it */
	size_t count, cap;
};
bool inv_protect_add(struct inventory *inv, const struct inv_place *place,
		     struct inv_pattern_list *list, const char *text, size_t len);
struct inv_var *inv_protect_var(struct inventory *inv, const struct inv_place *place,
				const struct inv_pattern_list *list);

bool inv_var_same(const struct inv_var *a, const struct inv_var *b);
const struct inv_var *inv_vars_find(const struct inv_var *vars, enum inv_var_kind kind);

/* Says that there is no such variable. */
void inv_var_unknown(struct inventory *inv, const struct inv_place *place, const char *name,
		     size_t len);

/* One of Ansible's was passed over: notes it where that may matter. */
void inv_var_ignored(struct inventory *inv, const struct inv_place *place, const char *name,
		     size_t len);

/* One line's variables: refuses the same one twice with different values. NULL is passed over. */
void inv_vars_put(struct inventory *inv, struct inv_var **list, struct inv_var *var);
/* A group's: in order, later ones win when they are resolved. NULL is passed over. */
void inv_group_var_add(struct inventory *inv, uint32_t group, struct inv_var *var);
/* What a host has so far and `vars` together; another value for the same variable is an error. */
void inv_host_vars_add(struct inventory *inv, uint32_t host, struct inv_var *vars);

/* -- inv_format.c and the readers -- */

enum inv_format { INV_FORMAT_INI, INV_FORMAT_JSON, INV_FORMAT_CSV };
enum inv_format inv_format_tell(const char *text, size_t len);

/* True where one of the cells of a line, quoted or not, is a header that names hosts. */
bool inv_header_names_hosts(const char *line, size_t len, char delimiter);

/* Decodes `bytes`: false where they are no text (said) or memory is short. */
bool inv_decode(struct inventory *inv, uint32_t source, const char *bytes, size_t len,
		struct strbuf *ret_text);

void inv_read_ini(struct inventory *inv, const struct inv_text *text);
void inv_read_json(struct inventory *inv, const struct inv_text *text);
void inv_read_csv(struct inventory *inv, const struct inv_text *text);

/* -- inv_powershell.c: objects of Get-RDServer, Get-RDSessionHost, Get-ADComputer -- */

#define INV_NAME_FIELDS 5
extern const char
	*const inv_name_fields[INV_NAME_FIELDS]; /* the first that is not empty names the host */
#define INV_CSV_HOST "host"

int inv_name_field(const char *name, size_t len); /* index in inv_name_fields, or -1 */
bool inv_is_roles_field(const char *name, size_t len);
bool inv_field_is(const char *name, size_t len, const char *field); /* in any case */

struct inv_entry {
	struct strbuf names[INV_NAME_FIELDS];
	struct inv_place name_places[INV_NAME_FIELDS];
	bool has_roles;
	bool has_session_host_role;
	struct inv_place place;
};
void inv_entry_init(struct inv_entry *entry);
void inv_entry_clear(struct inv_entry *entry); /* ready for the next one */
void inv_entry_release(struct inv_entry *entry);
void inv_entry_role(struct inv_entry *entry, const char *text,
		    size_t len); /* one role or several in one text */
void inv_entry_add(struct inventory *inv, const struct inv_entry *entry);

/* -- inv_graph.c -- */

/* Which group is in which, without duplicates: the children of g are children[child_at[g]] to
 * children[child_at[g + 1] - 1]; parents likewise. */
struct inv_graph {
	uint32_t *child_at, *children;
	uint32_t *parent_at, *parents;
	uint32_t *child_edges, *parent_edges; /* beside children and parents: index of the edge */
	uint32_t *depth;		      /* the longest way from `all`, as Ansible counts it */
	uint32_t *rank; /* order in which variables are applied: by depth, then by name */
};

/* Reports groups that are not defined and cycles; what is built is free of neither (look for
 * visited groups). 0, -1 when memory is short. */
int inv_graph_build(struct inventory *inv, struct inv_graph *graph);
void inv_graph_release(struct inv_graph *graph);

/* -- inv_resolve.c -- */
void inv_resolve(struct inventory *inv);

#endif
