#include "arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A fleet has one arena a host: begin small, grow towards blocks that malloc does not mind. */
#define ARENA_FIRST_BYTES 1024
#define ARENA_MOST_BYTES  65536

struct arena_block {
	struct arena_block *next;
	size_t used, cap;
	alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *arena)
{
	arena->head = NULL;
	arena->reserved_bytes = 0;
}

void arena_release(struct arena *arena)
{
	struct arena_block *block = arena->head;
	while (block) {
		struct arena_block *next = block->next;
		free(block);
		block = next;
	}
	arena_init(arena);
}

static struct arena_block *block_create(struct arena *arena, size_t cap)
{
	struct arena_block *block = calloc(1, sizeof(*block) + cap);
	if (!block) {
		return NULL;
	}
	block->cap = cap;
	arena->reserved_bytes += sizeof(*block) + cap;
	return block;
}

static size_t next_block_bytes(const struct arena *arena)
{
	size_t total = arena->head ? arena->head->cap + sizeof(*arena->head) : 0;
	if (total == 0) {
		total = ARENA_FIRST_BYTES;
	} else if (total < ARENA_MOST_BYTES / 2) {
		total *= 2;
	} else {
		total = ARENA_MOST_BYTES;
	}
	return total - sizeof(struct arena_block);
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	const size_t align = alignof(max_align_t);
	if (bytes > SIZE_MAX / 2) {
		return NULL;
	}
	/* Never 0, so that two objects never share an address. */
	size_t rounded = bytes ? (bytes + align - 1) / align * align : align;

	struct arena_block *head = arena->head;
	if (!head || head->cap - head->used < rounded) {
		size_t cap = next_block_bytes(arena);
		bool own_block = rounded > cap / 2;
		struct arena_block *block = block_create(arena, own_block ? rounded : cap);
		if (!block) {
			return NULL;
		}
		if (own_block && head) {
			/* What is large stands alone, and the head goes on being filled. */
			block->next = head->next;
			head->next = block;
		} else {
			block->next = head;
			arena->head = block;
		}
		head = block;
	}
	void *place = head->bytes + head->used;
	head->used += rounded;
	return place;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	if (!text) {
		return NULL;
	}
	const char *nul = memchr(text, '\0', len);
	if (nul) {
		len = (size_t)(nul - text);
	}
	if (len == SIZE_MAX) {
		return NULL;
	}
	char *copy = arena_alloc(arena, len + 1);
	if (copy) {
		memcpy(copy, text, len);
	}
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

void arena_absorb(struct arena *to, struct arena *from)
{
	if (to == from || !from->head) {
		return;
	}
	if (!to->head) {
		to->head = from->head;
	} else {
		struct arena_block *last = from->head;
		while (last->next) {
			last = last->next;
		}
		last->next = to->head->next;
		to->head->next = from->head;
	}
	to->reserved_bytes += from->reserved_bytes;
	arena_init(from);
}
