#include "report_merge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report_grow.h"
#include "report_merge_run.h"
#include "text.h"

void rep_merge_init(struct rep_merge *merge, uint32_t (*shard_of)(const char *name, uint32_t n))
{
	memset(merge, 0, sizeof(*merge));
	merge->shard_of = shard_of;
	strbuf_init(&merge->why);
	strbuf_init(&merge->key);
	arena_init(&merge->texts);
	str_map_init(&merge->host_map);
}

void rep_merge_release(struct rep_merge *merge)
{
	for (size_t i = 0; i < merge->file_count; i++) {
		rep_head_release(&merge->files[i]->kept);
		free(merge->files[i]);
	}
	free(merge->files);
	free(merge->hosts);
	free(merge->steps);
	free(merge->errors);
	str_map_release(&merge->host_map);
	arena_release(&merge->texts);
	strbuf_release(&merge->key);
	strbuf_release(&merge->why);
	memset(merge, 0, sizeof(*merge));
}

static struct rep_merge_file *current(struct rep_merge *merge)
{
	return merge->files[merge->file_count - 1];
}

static int refuse(struct rep_merge *merge, const char *format, ...) STRBUF_PRINTF(2, 3);
static int refuse(struct rep_merge *merge, const char *format, ...)
{
	va_list args;

	strbuf_clear(&merge->why);
	va_start(args, format);
	strbuf_vaddf(&merge->why, format, args);
	va_end(args);
	return merge->why.failed ? REP_MERGE_NO_MEMORY : REP_MERGE_REFUSED;
}

int rep_merge_next(struct rep_merge *merge, const char *name)
{
	struct rep_merge_file *file = calloc(1, sizeof(*file));
	struct rep_merge_file **files = rep_grow(merge->files, merge->file_count, &merge->file_cap,
						 sizeof(struct rep_merge_file *));

	if (files)
		merge->files = files;
	if (!file || !files) {
		free(file);
		return REP_MERGE_NO_MEMORY;
	}
	file->name = name;
	rep_head_init(&file->kept);
	files[merge->file_count++] = file;
	merge->last_k = 0;
	return 0;
}

/* -- the first pass: runs -- */

static const struct rep_run *part_of(const struct rep_merge_file *file, uint32_t k)
{
	for (size_t i = 0; i < file->part_count; i++)
		if (file->parts[i].shard_k == k)
			return &file->parts[i];
	return NULL;
}

/* A shard that two reports have: nobody could say which of them is right. */
static int check_parts(struct rep_merge *merge, const struct rep_merge_file *file)
{
	for (size_t i = 0; i + 1 < merge->file_count; i++)
		for (size_t j = 0; j < file->part_count; j++)
			if (part_of(merge->files[i], file->parts[j].shard_k))
				return refuse(merge,
					      "shard %" PRIu32 " of %" PRIu32
					      " is in '%s' and in '%s'",
					      file->parts[j].shard_k, merge->n,
					      merge->files[i]->name, file->name);
	return 0;
}

static int see_run(void *ctx, const struct rep_run *run)
{
	struct rep_merge *merge = ctx;
	struct rep_merge_file *file = current(merge);
	const char *difference;

	if (rep_head_keep_run(&file->kept, run) < 0)
		return REP_MERGE_NO_MEMORY;
	run = &file->kept.run;
	file->have_run = true;
	file->own = *run;
	file->parts = run->part_count > 0 ? run->parts : &file->own;
	file->part_count = run->part_count > 0 ? run->part_count : 1;
	if (run->part_count == 0 && run->shard_n == 0)
		return refuse(merge, "'%s' is of no shard: only runs with --shard are merged",
			      file->name);
	if (merge->file_count == 1) {
		merge->n = file->parts[0].shard_n;
		return 0;
	}
	difference = rep_merge_difference(&merge->files[0]->kept.run, run);
	if (difference)
		return refuse(merge, "'%s' and '%s' are no shards of one run: their %s differ",
			      merge->files[0]->name, file->name, difference);
	return check_parts(merge, file);
}

static int see_totals(void *ctx, const struct rep_totals *totals)
{
	return rep_head_keep_totals(&current(ctx)->kept, totals) < 0 ? REP_MERGE_NO_MEMORY : 0;
}

static int see_error(void *ctx, const struct rep_error_entry *entry)
{
	return rep_head_keep_error(&current(ctx)->kept, entry) < 0 ? REP_MERGE_NO_MEMORY : 0;
}

/* -- the first pass: hosts -- */

static int add_host(struct rep_merge *merge, const char *name, uint32_t k)
{
	struct rep_merge_host *hosts =
		rep_grow(merge->hosts, merge->host_count, &merge->host_cap, sizeof(*hosts));
	struct rep_merge_host *host;

	if (!hosts)
		return REP_MERGE_NO_MEMORY;
	merge->hosts = hosts;
	host = &merge->hosts[merge->host_count];
	host->name = arena_strdup(&merge->texts, name);
	host->k = k;
	host->file = (uint32_t)(merge->file_count - 1);
	host->position = (uint32_t)merge->host_count;
	if (!host->name || str_map_put(&merge->host_map, host->name, strlen(host->name),
				       (uint32_t)merge->host_count) < 0)
		return REP_MERGE_NO_MEMORY;
	merge->host_count++;
	return 0;
}

/* The host of that name, or NULL. */
static const struct rep_merge_host *find_host(struct rep_merge *merge, const char *name)
{
	uint32_t index;

	strbuf_clear(&merge->key);
	text_fold_add(&merge->key, name, strlen(name));
	if (!str_map_get(&merge->host_map, strbuf_text(&merge->key), merge->key.len, &index))
		return NULL;
	return &merge->hosts[index];
}

static int see_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct rep_merge *merge = ctx;
	const struct rep_merge_file *file = current(merge);
	const struct rep_merge_host *other = find_host(merge, host->name);
	uint32_t k;

	(void)kind;
	if (!file->have_run)
		return refuse(merge, "'%s' has 'hosts' before 'run', which no rdsweep writes",
			      file->name);
	if (merge->key.failed)
		return REP_MERGE_NO_MEMORY;
	if (other && merge->files[other->file] == file)
		return refuse(merge, "host '%s' is twice in '%s'", host->name, file->name);
	if (other)
		return refuse(merge, "host '%s' is in '%s' and in '%s'", host->name,
			      merge->files[other->file]->name, file->name);
	k = merge->shard_of(host->name, merge->n);
	if (!part_of(file, k))
		return refuse(merge, "host '%s' in '%s' belongs to shard %" PRIu32 " of %" PRIu32,
			      host->name, file->name, k, merge->n);
	if (k < merge->last_k)
		return refuse(merge, "the hosts of '%s' do not stand shard by shard", file->name);
	merge->last_k = k;
	return add_host(merge, strbuf_text(&merge->key), k);
}

void rep_merge_visitor(struct rep_merge *merge, struct rep_visitor *ret)
{
	*ret = (struct rep_visitor){ .ctx = merge,
				     .run = see_run,
				     .totals = see_totals,
				     .error = see_error,
				     .host = see_host };
}

/* -- what stands before the hosts -- */

static void add_totals(struct rep_merge *merge)
{
	struct rep_totals *sum = &merge->totals;

	for (size_t f = 0; f < merge->file_count; f++) {
		const struct rep_totals *totals = &merge->files[f]->kept.totals;

		sum->hosts += totals->hosts;
		sum->sessions += totals->sessions;
		sum->selected += totals->selected;
		for (size_t i = 0; i < REP_HOST_OUTCOME_COUNT; i++)
			sum->hosts_by[i] += totals->hosts_by[i];
		for (size_t i = 0; i < REP_SESSION_OUTCOME_COUNT; i++)
			sum->sessions_by[i] += totals->sessions_by[i];
	}
}

/* One host of one entry of one report. */
struct mention {
	const struct rep_error_entry *entry;
	const char *host; /* as written */
	uint32_t group;	  /* entries of one (api, code, name) */
	uint32_t k, position;
	uint32_t place; /* of the entry in its report */
};

struct error_merge {
	struct rep_merge *merge;
	struct mention *mentions;
	size_t count;
	struct str_map groups;
	uint32_t group_count;
	const struct mention **first; /* [group] */
};

/* The group of a kind; UINT32_MAX: memory is short. */
static uint32_t group_of(struct error_merge *errors, const struct rep_error_kind *kind)
{
	struct strbuf *key = &errors->merge->key;
	uint32_t group;
	char *kept;
	int seen;

	strbuf_clear(key);
	strbuf_addf(key, "%" PRIu32 " %s %s", kind->code, kind->api, kind->name);
	kept = key->failed ? NULL : arena_strdup(&errors->merge->texts, strbuf_text(key));
	seen = kept ? str_map_put_new(&errors->groups, kept, key->len, errors->group_count, &group)
		    : -1;
	if (seen < 0)
		return UINT32_MAX;
	return seen ? group : errors->group_count++;
}

static int add_mentions(struct error_merge *errors, const struct rep_merge_file *file,
			uint32_t place)
{
	struct rep_merge *merge = errors->merge;
	const struct rep_error_entry *entry = &file->kept.head.errors[place];
	uint32_t group = group_of(errors, &entry->kind);

	if (group == UINT32_MAX)
		return REP_MERGE_NO_MEMORY;
	for (size_t i = 0; i < entry->host_count; i++) {
		const struct rep_merge_host *host = find_host(merge, entry->hosts[i]);

		if (!host || merge->files[host->file] != file)
			return refuse(merge,
				      "'%s' names host '%s' in its errors and does not have it",
				      file->name, entry->hosts[i]);
		errors->mentions[errors->count++] = (struct mention){
			entry, entry->hosts[i], group, host->k, host->position, place,
		};
	}
	return 0;
}

static int compare_u32(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

/* Within a group as hosts stand in the result: by shard, then as in their report, which has all of a shard. */
static int by_group_and_host(const void *a, const void *b)
{
	const struct mention *left = a, *right = b;
	int order = compare_u32(left->group, right->group);

	if (!order)
		order = compare_u32(left->k, right->k);
	return order ? order : compare_u32(left->position, right->position);
}

/* Groups by their first host; those of one host as its report has them. */
static int by_first(const void *a, const void *b)
{
	const struct mention *left = *(const struct mention *const *)a;
	const struct mention *right = *(const struct mention *const *)b;
	int order = compare_u32(left->k, right->k);

	if (!order)
		order = compare_u32(left->position, right->position);
	return order ? order : compare_u32(left->place, right->place);
}

/* From the first mention of a group on. Each entry of a report is counted at its own first host. */
static int make_entry(struct error_merge *errors, const struct mention *first,
		      struct rep_error_entry *ret)
{
	const struct mention *end = errors->mentions + errors->count;
	const struct mention *at = first;
	const char **hosts;
	size_t count = 0;

	while (at < end && at->group == first->group)
		at++;
	hosts = arena_alloc(&errors->merge->texts, (size_t)(at - first) * sizeof(*hosts));
	if (!hosts)
		return REP_MERGE_NO_MEMORY;
	*ret = (struct rep_error_entry){ .kind = first->entry->kind, .hosts = hosts };
	for (at = first; at < end && at->group == first->group; at++) {
		hosts[count++] = at->host;
		if (at->host == at->entry->hosts[0])
			ret->sessions += at->entry->sessions;
	}
	ret->host_count = count;
	return 0;
}

static int make_entries(struct error_merge *errors)
{
	struct rep_merge *merge = errors->merge;
	size_t count = 0;

	for (size_t i = 0; i < errors->count; i++)
		if (i == 0 || errors->mentions[i].group != errors->mentions[i - 1].group)
			errors->first[count++] = &errors->mentions[i];
	qsort(errors->first, count, sizeof(struct mention *), by_first);
	for (size_t i = 0; i < count; i++) {
		int status = make_entry(errors, errors->first[i], &merge->errors[i]);

		if (status)
			return status;
	}
	merge->head.errors = merge->errors;
	merge->head.error_count = count;
	return 0;
}

static int collect_mentions(struct error_merge *errors)
{
	const struct rep_merge *merge = errors->merge;

	for (size_t f = 0; f < merge->file_count; f++) {
		const struct rep_merge_file *file = merge->files[f];

		for (size_t i = 0; i < file->kept.head.error_count; i++) {
			int status = add_mentions(errors, file, (uint32_t)i);

			if (status)
				return status;
		}
	}
	return 0;
}

static int merge_errors(struct rep_merge *merge)
{
	struct error_merge errors = { .merge = merge };
	size_t entries = 0, mentions = 0;
	int status = REP_MERGE_NO_MEMORY;

	for (size_t f = 0; f < merge->file_count; f++) {
		const struct rep_head *head = &merge->files[f]->kept.head;

		entries += head->error_count;
		for (size_t i = 0; i < head->error_count; i++)
			mentions += head->errors[i].host_count;
	}
	str_map_init(&errors.groups);
	errors.mentions = calloc(mentions + 1, sizeof(*errors.mentions));
	errors.first = calloc(entries + 1, sizeof(struct mention *));
	merge->errors = calloc(entries + 1, sizeof(*merge->errors));
	if (errors.mentions && errors.first && merge->errors)
		status = collect_mentions(&errors);
	if (!status) {
		qsort(errors.mentions, errors.count, sizeof(*errors.mentions), by_group_and_host);
		status = make_entries(&errors);
	}
	free(errors.mentions);
	free(errors.first);
	str_map_release(&errors.groups);
	return status;
}

/* -- the order of the second pass -- */

/* Which report has shard k; file_count where none has. */
static size_t file_of(const struct rep_merge *merge, uint32_t k)
{
	size_t i = 0;

	while (i < merge->file_count && !part_of(merge->files[i], k))
		i++;
	return i;
}

/* Shards that follow one another in the same report are one step; those that no report has are no gap. */
static int make_steps(struct rep_merge *merge)
{
	const struct rep_run *run = &merge->run;
	struct rep_merge_step *steps = calloc(run->part_count + 1, sizeof(*steps));
	size_t count = 0;

	if (!steps)
		return REP_MERGE_NO_MEMORY;
	merge->steps = steps;
	for (size_t i = 0; i < run->part_count; i++) {
		uint32_t k = run->parts[i].shard_k;
		size_t file = file_of(merge, k);

		if (count == 0 || steps[count - 1].file != file)
			steps[count++] = (struct rep_merge_step){ file, k, k };
		steps[count - 1].last_k = k;
	}
	merge->step_count = count;
	return 0;
}

int rep_merge_settle(struct rep_merge *merge)
{
	int status = rep_merge_runs(merge);

	merge->head.run = &merge->run;
	merge->head.totals = &merge->totals;
	add_totals(merge);
	if (!status)
		status = merge_errors(merge);
	return status ? status : make_steps(merge);
}

/* -- the second pass -- */

static int write_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct rep_merge *merge = ctx;
	uint32_t k = merge->shard_of(host->name, merge->n);

	merge->passes = k >= merge->step->first_k && k <= merge->step->last_k;
	if (k > merge->step->last_k)
		return REP_MERGE_ENOUGH;
	if (!merge->passes)
		return 0;
	merge->written_hosts++;
	for (size_t i = 0; i < merge->writer_count; i++)
		if (rep_writer_host(merge->writers[i], host, kind) < 0)
			return REP_MERGE_FAILED;
	return 0;
}

static int write_session(void *ctx, const struct rep_session *session,
			 const struct rep_error_kind *kind)
{
	struct rep_merge *merge = ctx;

	if (!merge->passes)
		return 0;
	merge->written_sessions++;
	for (size_t i = 0; i < merge->writer_count; i++)
		if (rep_writer_session(merge->writers[i], session, kind) < 0)
			return REP_MERGE_FAILED;
	return 0;
}

static int write_host_end(void *ctx)
{
	struct rep_merge *merge = ctx;

	for (size_t i = 0; merge->passes && i < merge->writer_count; i++)
		if (rep_writer_host_end(merge->writers[i]) < 0)
			return REP_MERGE_FAILED;
	return 0;
}

void rep_merge_step_visitor(struct rep_merge *merge, const struct rep_merge_step *step,
			    struct rep_writer *const *writers, size_t writer_count,
			    struct rep_visitor *ret)
{
	merge->step = step;
	merge->writers = writers;
	merge->writer_count = writer_count;
	*ret = (struct rep_visitor){ .ctx = merge,
				     .host = write_host,
				     .session = write_session,
				     .host_end = write_host_end };
}

bool rep_merge_complete(const struct rep_merge *merge)
{
	return merge->written_hosts == merge->host_count &&
	       merge->written_hosts == merge->totals.hosts &&
	       merge->written_sessions == merge->totals.sessions;
}
