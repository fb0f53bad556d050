/*
 * str_map.h - a hash table from byte strings to numbers (usually an index into an array).
 *
 * Open addressing; the hash is seeded per process run by nothing: order of iteration is not
 * offered, so results never depend on it. Exact bytes are compared; fold names first where case
 * must not matter.
 * Ownership: keys are kept, not copied: they must outlive the map.
 */
#ifndef RDSWEEP_STR_MAP_H
#define RDSWEEP_STR_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str_map_slot;

struct str_map {
	struct str_map_slot *slots; /* private */
	size_t count;		    /* entries */
	size_t cap;		    /* private */
};

void str_map_init(struct str_map *map);
void str_map_release(struct str_map *map);

bool str_map_get(const struct str_map *map, const char *key, size_t len, uint32_t *ret_value);

/* Sets or replaces. 0, or -1 when memory is short (the map is then unchanged). */
int str_map_put(struct str_map *map, const char *key, size_t len, uint32_t value);

/* The value under `key` if there is one, else `value` is put: one look-up for "have I seen this?".
 * 1: was there, *ret_value tells; 0: put; -1: memory is short. */
int str_map_put_new(struct str_map *map, const char *key, size_t len, uint32_t value,
		    uint32_t *ret_value);

#endif
