#include "report_head.h"

#include <stdlib.h>
#include <string.h>

void rep_head_init(struct rep_kept_head *kept)
{
	memset(kept, 0, sizeof(*kept));
	arena_init(&kept->texts);
	rep_run_init(&kept->run);
	kept->head.run = &kept->run;
	kept->head.totals = &kept->totals;
}

void rep_head_release(struct rep_kept_head *kept)
{
	arena_release(&kept->texts);
	free(kept->errors);
	memset(kept, 0, sizeof(*kept));
}

/* Replaces a borrowed text by a copy; NULL by "". */
static int keep_text(struct arena *arena, const char **text)
{
	*text = *text && **text ? arena_strdup(arena, *text) : "";
	return *text ? 0 : -1;
}

static int keep_texts(struct arena *arena, const char *const **texts, size_t count)
{
	const char **copies = arena_alloc(arena, count * sizeof(*copies));

	if (!copies)
		return -1;
	for (size_t i = 0; i < count; i++) {
		copies[i] = (*texts)[i];
		if (keep_text(arena, &copies[i]) < 0)
			return -1;
	}
	*texts = copies;
	return 0;
}

static int keep_values(struct arena *arena, const struct rep_value **values, size_t count)
{
	struct rep_value *copies = arena_alloc(arena, count * sizeof(*copies));

	if (!copies)
		return -1;
	for (size_t i = 0; i < count; i++) {
		copies[i] = (*values)[i];
		if (keep_text(arena, &copies[i].name) < 0 ||
		    keep_text(arena, &copies[i].text) < 0 ||
		    keep_texts(arena, &copies[i].texts, copies[i].text_count) < 0)
			return -1;
	}
	*values = copies;
	return 0;
}

/* Replaces everything borrowed by copies; its parts are the caller's. */
static int keep_run(struct arena *arena, struct rep_run *run)
{
	const char **const texts[] = { &run->id,	   &run->command, &run->backend,
				       &run->operator_,	   &run->machine, &run->reason,
				       &run->fleet_sha256, &run->limit,	  &run->stopped_by };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (keep_text(arena, texts[i]) < 0)
			return -1;
	if (keep_texts(arena, &run->arguments, run->argument_count) < 0 ||
	    keep_texts(arena, &run->inventory_sources, run->inventory_source_count) < 0 ||
	    keep_values(arena, &run->selection, run->selection_count) < 0 ||
	    keep_values(arena, &run->policy, run->policy_count) < 0)
		return -1;
	return 0;
}

static int keep_parts(struct arena *arena, struct rep_run *run)
{
	struct rep_run *parts;

	if (run->part_count == 0)
		return 0;
	parts = arena_alloc(arena, run->part_count * sizeof(*parts));
	if (!parts)
		return -1;
	for (size_t i = 0; i < run->part_count; i++) {
		parts[i] = run->parts[i];
		if (keep_run(arena, &parts[i]) < 0)
			return -1;
	}
	run->parts = parts;
	return 0;
}

int rep_head_keep_run(struct rep_kept_head *kept, const struct rep_run *run)
{
	struct rep_run copy = *run;

	if (keep_run(&kept->texts, &copy) < 0 || keep_parts(&kept->texts, &copy) < 0)
		return -1;
	kept->run = copy;
	return 0;
}

int rep_head_keep_totals(struct rep_kept_head *kept, const struct rep_totals *totals)
{
	kept->totals = *totals;
	return 0;
}

int rep_head_keep_error(struct rep_kept_head *kept, const struct rep_error_entry *entry)
{
	struct arena *arena = &kept->texts;
	struct rep_error_entry copy = *entry;
	const char **const texts[] = { &copy.kind.api, &copy.kind.name, &copy.kind.message,
				       &copy.kind.class_, &copy.kind.remedy };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (keep_text(arena, texts[i]) < 0)
			return -1;
	if (keep_texts(arena, &copy.hosts, copy.host_count) < 0)
		return -1;
	if (kept->head.error_count == kept->error_cap) {
		size_t cap = kept->error_cap ? kept->error_cap * 2 : 16;
		struct rep_error_entry *grown = realloc(kept->errors, cap * sizeof(*grown));

		if (!grown)
			return -1;
		kept->errors = grown;
		kept->error_cap = cap;
	}
	kept->errors[kept->head.error_count++] = copy;
	kept->head.errors = kept->errors;
	return 0;
}
