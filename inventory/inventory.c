/* inventory.c - an inventory from the outside: made, filled, finished, read. */
#include "inventory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "inv_internal.h"

struct inventory *inv_create(void)
{
	struct inventory *inv = calloc(1, sizeof(*inv));

	if (!inv)
		return NULL;
	arena_init(&inv->arena);
	str_map_init(&inv->host_map);
	str_map_init(&inv->group_map);
	str_map_init(&inv->pattern_map);
	if (inv_group_get(inv, "all", strlen("all")) != INV_GROUP_ALL ||
	    inv_group_get(inv, "ungrouped", strlen("ungrouped")) != INV_GROUP_UNGROUPED) {
		inv_free(inv);
		return NULL;
	}
	inv->group_recs[INV_GROUP_ALL].declared = true;
	inv->group_recs[INV_GROUP_UNGROUPED].declared = true;
	return inv;
}

void inv_free(struct inventory *inv)
{
	if (!inv)
		return;
	for (size_t i = 0; i < inv->group_count; i++)
		free(inv->group_recs[i].own);
	free(inv->group_recs);
	free(inv->edges);
	free(inv->hosts);
	free(inv->host_recs);
	free(inv->patterns);
	free(inv->sources);
	free(inv->errors);
	free(inv->notes);
	str_map_release(&inv->host_map);
	str_map_release(&inv->group_map);
	str_map_release(&inv->pattern_map);
	arena_release(&inv->arena);
	free(inv);
}

static void (*const readers[])(struct inventory *inv, const struct inv_text *text) = {
	[INV_FORMAT_INI] = inv_read_ini,
	[INV_FORMAT_JSON] = inv_read_json,
	[INV_FORMAT_CSV] = inv_read_csv,
};

int inv_add(struct inventory *inv, const char *source, const char *bytes, size_t len)
{
	struct inv_text text = { .source = inv_source_add(inv, source) };
	struct strbuf decoded;

	assert(!inv->finished);
	if (inv->failed)
		return -1;
	strbuf_init(&decoded);
	if (inv_decode(inv, text.source, bytes, len, &decoded)) {
		text.bytes = strbuf_text(&decoded);
		text.len = decoded.len;
		readers[inv_format_tell(text.bytes, text.len)](inv, &text);
	}
	strbuf_release(&decoded);
	return inv->failed ? -1 : 0;
}

int inv_finish(struct inventory *inv)
{
	struct inv_place place = { .source = INV_NONE };

	assert(!inv->finished);
	inv->finished = true;
	if (inv->failed)
		return -1;
	inv_resolve(inv);
	/* after other errors this would be one more that follows from them */
	if (inv->host_count == 0 && inv->error_count == 0) {
		if (inv->source_count == 1)
			place.source = 0;
		inv_error(inv, &place, "the inventory has no hosts");
	}
	inv_errors_sort(inv);
	return inv->failed ? -1 : 0;
}

size_t inv_error_count(const struct inventory *inv)
{
	return inv->error_count;
}

const struct inv_error *inv_error_at(const struct inventory *inv, size_t i)
{
	return &inv->errors[i].error;
}

size_t inv_note_count(const struct inventory *inv)
{
	return inv->note_count;
}

const struct inv_note *inv_note_at(const struct inventory *inv, size_t i)
{
	return &inv->notes[i];
}

size_t inv_host_count(const struct inventory *inv)
{
	return inv->host_count;
}

const struct inv_host *inv_host_at(const struct inventory *inv, size_t i)
{
	return &inv->hosts[i];
}

int64_t inv_host_find(const struct inventory *inv, const char *name)
{
	char key[INV_FOLD_MAX];
	size_t len = inv_fold(key, name, strlen(name));
	uint32_t index;

	return len > 0 && str_map_get(&inv->host_map, key, len, &index) ? (int64_t)index : -1;
}

size_t inv_group_count(const struct inventory *inv)
{
	return inv->group_count;
}

const struct inv_group *inv_group_at(const struct inventory *inv, size_t i)
{
	return &inv->groups[i];
}

uint32_t inv_shard_of(const char *name, uint32_t n)
{
	const char *at = name, *end = name + strlen(name);
	uint64_t hash = FNV1A_64_START;
	char folded[4];

	assert(n > 0);
	while (at < end) {
		size_t len = inv_fold_next(&at, end, folded);

		hash = fnv1a_64(hash, folded, len);
	}
	return (uint32_t)(hash % n) + 1;
}

/* -- the fleet's sum -- */

static int host_cmp(const void *left, const void *right)
{
	const struct inv_host *const *a = left, *const *b = right;

	return strcmp((*a)->key, (*b)->key);
}

static void sum_folded(struct sha256 *sha, const char *text)
{
	const char *at = text, *end = text + strlen(text);
	char folded[4];

	while (at < end) {
		size_t len = inv_fold_next(&at, end, folded);

		sha256_add(sha, folded, len);
	}
	sha256_add(sha, "", 1); /* the NUL keeps names and addresses apart */
}

int inv_fleet_sha256(const struct inventory *inv, const struct inv_selection *selection,
		     char out[65])
{
	const struct inv_host **hosts;
	struct sha256 sha;

	hosts = calloc(selection->count ? selection->count : 1, sizeof(*hosts));
	if (!hosts)
		return -1;
	for (size_t i = 0; i < selection->count; i++)
		hosts[i] = &inv->hosts[selection->hosts[i]];
	qsort(hosts, selection->count, sizeof(*hosts), host_cmp);
	sha256_init(&sha);
	for (size_t i = 0; i < selection->count; i++) {
		sum_folded(&sha, hosts[i]->key);
		sum_folded(&sha, hosts[i]->address);
	}
	sha256_hex(&sha, out);
	free(hosts);
	return 0;
}
