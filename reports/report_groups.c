#include "report_groups.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "record_names.h"
#include "report_grow.h"
#include "report_words.h"
#include "text.h"

void rep_groups_init(struct rep_groups *groups, enum rep_by by, const struct rep_filter *filter)
{
	memset(groups, 0, sizeof(*groups));
	groups->by = by;
	groups->filter = filter;
	arena_init(&groups->texts);
	str_map_init(&groups->map);
	str_map_init(&groups->errors);
	strbuf_init(&groups->key);
	strbuf_init(&groups->name);
}

void rep_groups_release(struct rep_groups *groups)
{
	free(groups->items);
	free(groups->error_names);
	str_map_release(&groups->map);
	str_map_release(&groups->errors);
	arena_release(&groups->texts);
	strbuf_release(&groups->key);
	strbuf_release(&groups->name);
	memset(groups, 0, sizeof(*groups));
}

/* A new group called `name`, already copied. NULL: memory is short. */
static struct rep_group *add_group(struct rep_groups *groups, const char *name)
{
	struct rep_group *items =
		rep_grow(groups->items, groups->count, &groups->cap, sizeof(*groups->items));

	if (!items)
		return NULL;
	groups->items = items;
	items[groups->count] = (struct rep_group){ .name = name, .error = "", .duration_ms = -1 };
	return &items[groups->count++];
}

/* The group whose name is in groups->name, made when it is new. Names that differ only in case are one. */
static struct rep_group *group_of_name(struct rep_groups *groups)
{
	const char *name = strbuf_text(&groups->name);
	uint32_t index;
	const char *key, *copy;

	strbuf_clear(&groups->key);
	text_fold_add(&groups->key, name, strlen(name));
	if (groups->key.failed || groups->name.failed)
		return NULL;
	if (str_map_get(&groups->map, strbuf_text(&groups->key), groups->key.len, &index))
		return &groups->items[index];
	copy = arena_strdup(&groups->texts, name);
	if (!copy)
		return NULL;
	key = strcmp(strbuf_text(&groups->key), name) == 0
		      ? copy
		      : arena_strdup(&groups->texts, strbuf_text(&groups->key));
	if (!key || str_map_put(&groups->map, key, groups->key.len, (uint32_t)groups->count) < 0)
		return NULL;
	return add_group(groups, copy);
}

static void put_account(struct strbuf *out, const struct rep_session *session)
{
	if (session->user[0] != '\0' && session->domain[0] != '\0')
		strbuf_addf(out, "%s\\", session->domain);
	strbuf_adds(out, session->user);
}

/* The group of a session, or of the host itself where that is NULL. */
static struct rep_group *group_of(struct rep_groups *groups, const struct rep_session *session,
				  const struct rep_error_kind *kind)
{
	struct strbuf *name = &groups->name;
	struct rep_group *group;

	if (groups->by == REP_BY_HOST)
		return &groups->items[groups->host_group];
	strbuf_clear(name);
	if (groups->by == REP_BY_WAVE && groups->host_wave > 0)
		strbuf_addf(name, "%" PRIu32, groups->host_wave);
	else if (groups->by == REP_BY_ERROR && kind)
		rep_words_error(name, kind, " ");
	else if (groups->by == REP_BY_USER && session)
		put_account(name, session);
	else if (groups->by == REP_BY_OUTCOME && session)
		strbuf_adds(name, rep_names_at(&rep_session_outcome_names, session->outcome));
	group = group_of_name(groups);
	if (group && groups->by == REP_BY_WAVE)
		group->wave = groups->host_wave;
	return group;
}

static void count_host(struct rep_groups *groups, struct rep_group *group)
{
	if (group->last_host == groups->host_number)
		return;
	group->last_host = groups->host_number;
	group->hosts++;
}

static int intern_error(struct rep_groups *groups, const char *name, const char **ret)
{
	const char **names;
	uint32_t index;

	if (str_map_get(&groups->errors, name, strlen(name), &index)) {
		*ret = groups->error_names[index];
		return 0;
	}
	names = rep_grow(groups->error_names, groups->error_count, &groups->error_cap,
			 sizeof(*names));
	if (!names)
		return -1;
	groups->error_names = names;
	*ret = arena_strdup(&groups->texts, name);
	if (!*ret ||
	    str_map_put(&groups->errors, *ret, strlen(*ret), (uint32_t)groups->error_count) < 0)
		return -1;
	names[groups->error_count++] = *ret;
	return 0;
}

/* A host is a group of its own, by number: nothing has to be looked up. */
static int add_host_group(struct rep_groups *groups, const struct rep_host *host,
			  const struct rep_error_kind *kind)
{
	const char *name = arena_strdup(&groups->texts, host->name);
	struct rep_group *group = name ? add_group(groups, name) : NULL;

	if (!group)
		return -1;
	groups->host_group = groups->count - 1;
	group->outcome = host->outcome;
	group->wave = host->wave;
	group->duration_ms = host->duration_ms;
	return kind ? intern_error(groups, kind->name, &group->error) : 0;
}

static int see_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct rep_groups *groups = ctx;
	struct rep_group *group;
	bool itself;

	groups->host_number++;
	groups->host_wave = host->wave;
	groups->host_passes = rep_filter_name(groups->filter, host->name);
	if (!groups->host_passes)
		return 0;
	itself = rep_filter_host(groups->filter, host);
	if (groups->by == REP_BY_HOST)
		return add_host_group(groups, host, kind) < 0 ? REP_GROUPS_NO_MEMORY : 0;
	if (!itself || !((groups->by == REP_BY_ERROR && kind) || groups->by == REP_BY_WAVE))
		return 0;
	group = group_of(groups, NULL, kind);
	if (!group)
		return REP_GROUPS_NO_MEMORY;
	count_host(groups, group);
	return 0;
}

static int see_session(void *ctx, const struct rep_session *session,
		       const struct rep_error_kind *kind)
{
	struct rep_groups *groups = ctx;
	enum rep_session_outcome outcome = (enum rep_session_outcome)session->outcome;
	struct rep_group *group;

	if (!groups->host_passes || !rep_filter_session(groups->filter, session) ||
	    (groups->by == REP_BY_ERROR && !kind) ||
	    (groups->by == REP_BY_USER && session->user[0] == '\0'))
		return 0;
	group = group_of(groups, session, kind);
	if (!group)
		return REP_GROUPS_NO_MEMORY;
	count_host(groups, group);
	group->sessions++;
	group->done += rep_session_outcome_is_done(outcome);
	group->not_done += rep_session_outcome_is_not_done(outcome);
	group->left_alone += outcome == REP_SESSION_SKIPPED;
	return 0;
}

/* A host of which nothing was asked for is no group. */
static int see_host_end(void *ctx)
{
	struct rep_groups *groups = ctx;
	const struct rep_filter *filter = groups->filter;
	struct rep_group *group;

	if (groups->by != REP_BY_HOST || !groups->host_passes)
		return 0;
	group = &groups->items[groups->host_group];
	if (group->sessions > 0)
		return 0;
	if (filter->user_count > 0 ||
	    (filter->by_outcome &&
	     !rep_outcomes_have_host(&filter->outcomes, (enum rep_host_outcome)group->outcome)))
		groups->count--;
	return 0;
}

void rep_groups_visitor(struct rep_groups *groups, struct rep_visitor *ret)
{
	*ret = (struct rep_visitor){
		.ctx = groups, .host = see_host, .session = see_session, .host_end = see_host_end
	};
}

/* Groups stand in one array in the order of the report until they are sorted; `last_host` is free by then and keeps
 * that order. */
static int worst_first(const void *a, const void *b)
{
	const struct rep_group *left = a, *right = b;

	if (left->not_done != right->not_done)
		return left->not_done < right->not_done ? 1 : -1;
	if (left->sessions != right->sessions)
		return left->sessions < right->sessions ? 1 : -1;
	return left->last_host < right->last_host ? -1 : left->last_host > right->last_host;
}

/* Those of no wave come last. */
static int by_wave(const void *a, const void *b)
{
	uint32_t left = ((const struct rep_group *)a)->wave - 1;
	uint32_t right = ((const struct rep_group *)b)->wave - 1;

	return left < right ? -1 : left > right;
}

static int by_error(const void *a, const void *b)
{
	const struct rep_group *left = a, *right = b;

	if (left->hosts != right->hosts)
		return left->hosts < right->hosts ? 1 : -1;
	return worst_first(a, b);
}

static int by_host(const void *a, const void *b)
{
	const struct rep_group *left = a, *right = b;
	bool left_bad = left->outcome != REP_HOST_SUCCEEDED;
	bool right_bad = right->outcome != REP_HOST_SUCCEEDED;

	if (left_bad != right_bad)
		return left_bad ? -1 : 1;
	return worst_first(a, b);
}

void rep_groups_sort(struct rep_groups *groups)
{
	static int (*const orders[])(const void *, const void *) = {
		[REP_BY_HOST] = by_host,   [REP_BY_USER] = worst_first,
		[REP_BY_ERROR] = by_error, [REP_BY_OUTCOME] = worst_first,
		[REP_BY_WAVE] = by_wave,
	};

	for (size_t i = 0; i < groups->count; i++)
		groups->items[i].last_host = (uint32_t)i;
	if (groups->count > 1)
		qsort(groups->items, groups->count, sizeof(*groups->items), orders[groups->by]);
}
