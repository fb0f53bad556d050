#include "report_fold.h"

#include <stdlib.h>
#include <string.h>

#include "str_map.h"
#include "strbuf.h"

#define NO_ENTRY SIZE_MAX

/* Kinds of one (api, code, name) are a group; a group that is met becomes an entry. */
struct folding {
	const struct rep_record *record;
	struct rep_fold *fold;
	size_t *group_of_kind;	/* [kind] */
	size_t *entry_of_group; /* [group]; NO_ENTRY until it is met */
	size_t *last_host;	/* [entry] index of the last host counted, plus 1 */
	size_t entry_count;
	bool filling; /* second pass: host names are put down, nothing is counted */
};

/* Numbers the groups of all kinds. */
static int group_kinds(struct folding *folding)
{
	const struct rep_record *record = folding->record;
	struct arena keys;
	struct str_map map;
	struct strbuf key;
	int result = -1;

	arena_init(&keys);
	str_map_init(&map);
	strbuf_init(&key);
	for (size_t i = 0; i < record->kind_count; i++) {
		const struct rep_error_kind *kind = &record->kinds[i];
		uint32_t group;
		char *kept;
		int seen;

		strbuf_clear(&key);
		strbuf_add(&key, &kind->code, sizeof(kind->code));
		strbuf_add(&key, kind->api, strlen(kind->api) + 1);
		strbuf_adds(&key, kind->name);
		kept = key.failed ? NULL : arena_alloc(&keys, key.len);
		if (!kept)
			goto out;
		memcpy(kept, key.data, key.len);
		seen = str_map_put_new(&map, kept, key.len, (uint32_t)i, &group);
		if (seen < 0)
			goto out;
		folding->group_of_kind[i] = seen ? group : i;
	}
	result = 0;
out:
	strbuf_release(&key);
	str_map_release(&map);
	arena_release(&keys);
	return result;
}

static void meet(struct folding *folding, size_t kind, size_t host, bool is_session)
{
	struct rep_error_entry *entry;
	size_t *slot;

	if (kind == 0 || kind >= folding->record->kind_count)
		return;
	slot = &folding->entry_of_group[folding->group_of_kind[kind]];
	if (*slot == NO_ENTRY) {
		*slot = folding->entry_count++;
		folding->fold->errors[*slot].kind = folding->record->kinds[kind];
	}
	entry = &folding->fold->errors[*slot];
	if (!folding->filling)
		entry->sessions += is_session;
	if (folding->last_host[*slot] == host + 1)
		return;
	folding->last_host[*slot] = host + 1;
	if (folding->filling) {
		/* the entry's part of the one array of names; `hosts` points to its start */
		size_t start = (size_t)(entry->hosts - folding->fold->hosts);

		folding->fold->hosts[start + entry->host_count] = folding->record->hosts[host].name;
	}
	entry->host_count++;
}

static void meet_all(struct folding *folding)
{
	const struct rep_record *record = folding->record;

	memset(folding->last_host, 0, record->kind_count * sizeof(*folding->last_host));
	for (size_t i = 0; i < record->host_count; i++) {
		const struct rep_host *host = &record->hosts[i];

		meet(folding, host->error, i, false);
		for (uint32_t s = 0; s < host->session_count; s++)
			meet(folding, host->sessions[s].error, i, true);
	}
}

/* Gives each entry its part of one array, as large as the first pass has counted. */
static int share_out_hosts(struct folding *folding)
{
	struct rep_fold *fold = folding->fold;
	size_t total = 0;

	for (size_t i = 0; i < folding->entry_count; i++)
		total += fold->errors[i].host_count;
	fold->hosts = calloc(total ? total : 1, sizeof(*fold->hosts));
	if (!fold->hosts)
		return -1;
	total = 0;
	for (size_t i = 0; i < folding->entry_count; i++) {
		fold->errors[i].hosts = fold->hosts + total;
		total += fold->errors[i].host_count;
		fold->errors[i].host_count = 0; /* counted again while filling */
	}
	return 0;
}

static int fold_errors(struct rep_fold *fold, const struct rep_record *record)
{
	struct folding folding = { .record = record, .fold = fold };
	int result = -1;

	folding.group_of_kind = calloc(record->kind_count, sizeof(size_t));
	folding.entry_of_group = calloc(record->kind_count, sizeof(size_t));
	folding.last_host = calloc(record->kind_count, sizeof(size_t));
	fold->errors = calloc(record->kind_count, sizeof(*fold->errors));
	if (!folding.group_of_kind || !folding.entry_of_group || !folding.last_host ||
	    !fold->errors)
		goto out;
	if (group_kinds(&folding) < 0)
		goto out;
	for (size_t i = 0; i < record->kind_count; i++)
		folding.entry_of_group[i] = NO_ENTRY;
	meet_all(&folding);
	if (share_out_hosts(&folding) < 0)
		goto out;
	folding.filling = true;
	meet_all(&folding);
	fold->head.errors = fold->errors;
	fold->head.error_count = folding.entry_count;
	result = 0;
out:
	free(folding.group_of_kind);
	free(folding.entry_of_group);
	free(folding.last_host);
	return result;
}

int rep_fold_record(struct rep_fold *fold, const struct rep_record *record)
{
	memset(fold, 0, sizeof(*fold));
	rep_totals_count(record, &fold->totals);
	fold->head.run = &record->run;
	fold->head.totals = &fold->totals;
	if (fold_errors(fold, record) < 0) {
		rep_fold_release(fold);
		return -1;
	}
	return 0;
}

void rep_fold_release(struct rep_fold *fold)
{
	free(fold->errors);
	free(fold->hosts);
	memset(fold, 0, sizeof(*fold));
}
