/*
 * arena.h - memory that is given back all at once.
 *
 * Strings and small arrays that live and die together: a host's names, a list of sessions.
 * Threads:   one arena serves one thread at a time.
 * Errors:    NULL when memory is short; the arena stays usable.
 * Ownership: everything returned belongs to the arena and lives until arena_release().
 */
#ifndef RDSWEEP_ARENA_H
#define RDSWEEP_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *head; /* newest block; private */
	size_t reserved_bytes;	  /* what was taken from the system, headers included */
};

void arena_init(struct arena *arena); /* takes no memory yet */
void arena_release(struct arena *arena);

/* Zeroed memory aligned for any object. `bytes` 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* A copy with a terminating NUL. arena_strdup(NULL) gives NULL without being an error. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);

/* Moves everything of `from` into `to`; `from` is empty and usable afterwards. Never fails. */
void arena_absorb(struct arena *to, struct arena *from);

#endif
