#include "str_map.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define STR_MAP_FIRST_CAP 16

struct str_map_slot {
	const char *key; /* NULL: free */
	size_t len;
	uint32_t hash; /* spares most comparisons of keys, and hashing again when the table grows */
	uint32_t value;
};

void str_map_init(struct str_map *map)
{
	map->slots = NULL;
	map->count = 0;
	map->cap = 0;
}

void str_map_release(struct str_map *map)
{
	free(map->slots);
	str_map_init(map);
}

/* FNV-1a leaves the high bits of short keys poor; the final mix of SplitMix64 spreads them over
 * all. */
static uint32_t hash_key(const char *key, size_t len)
{
	uint64_t hash = fnv1a_64(FNV1A_64_START, key, len);
	hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(hash >> 32);
}

/* The slot that holds the key, or the free one where it belongs. The table is never full. */
static struct str_map_slot *find(struct str_map_slot *slots, size_t cap, const char *key,
				 size_t len, uint32_t hash)
{
	size_t at = hash & (cap - 1);
	while (slots[at].key) {
		if (slots[at].hash == hash && slots[at].len == len &&
		    memcmp(slots[at].key, key, len) == 0) {
			break;
		}
		at = (at + 1) & (cap - 1);
	}
	return &slots[at];
}

static int grow(struct str_map *map)
{
	if (map->cap > SIZE_MAX / 2 / sizeof(*map->slots)) {
		return -1;
	}
	size_t cap = map->cap ? map->cap * 2 : STR_MAP_FIRST_CAP;
	struct str_map_slot *slots = calloc(cap, sizeof(*slots));
	if (!slots) {
		return -1;
	}
	for (size_t i = 0; i < map->cap; i++) {
		const struct str_map_slot *old = &map->slots[i];
		if (old->key) {
			*find(slots, cap, old->key, old->len, old->hash) = *old;
		}
	}
	free(map->slots);
	map->slots = slots;
	map->cap = cap;
	return 0;
}

bool str_map_get(const struct str_map *map, const char *key, size_t len, uint32_t *ret_value)
{
	if (map->count == 0) {
		return false;
	}
	key = key ? key : "";
	const struct str_map_slot *slot = find(map->slots, map->cap, key, len, hash_key(key, len));
	if (!slot->key) {
		return false;
	}
	*ret_value = slot->value;
	return true;
}

/* 1 and the slot where the key is there, 0 and the slot it was put in, -1 when memory is short. */
static int find_or_put(struct str_map *map, const char *key, size_t len, uint32_t value,
		       struct str_map_slot **ret_slot)
{
	key = key ? key : "";
	uint32_t hash = hash_key(key, len);
	if (map->cap == 0 && grow(map) != 0) {
		return -1;
	}
	struct str_map_slot *slot = find(map->slots, map->cap, key, len, hash);
	if (slot->key) {
		*ret_slot = slot;
		return 1;
	}
	if ((map->count + 1) * 10 > map->cap * 7) {
		if (grow(map) != 0) {
			return -1;
		}
		slot = find(map->slots, map->cap, key, len, hash);
	}
	*slot = (struct str_map_slot){ .key = key, .len = len, .hash = hash, .value = value };
	map->count++;
	*ret_slot = slot;
	return 0;
}

int str_map_put(struct str_map *map, const char *key, size_t len, uint32_t value)
{
	struct str_map_slot *slot;
	int found = find_or_put(map, key, len, value, &slot);
	if (found == 1) {
		slot->value = value;
	}
	return found < 0 ? -1 : 0;
}

int str_map_put_new(struct str_map *map, const char *key, size_t len, uint32_t value,
		    uint32_t *ret_value)
{
	struct str_map_slot *slot;
	int found = find_or_put(map, key, len, value, &slot);
	if (found == 1) {
		*ret_value = slot->value;
	}
	return found;
}
