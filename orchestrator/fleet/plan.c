/* plan.c - see plan.h. */
#include "plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "str_map.h"
#include "strbuf.h"
#include "text.h"

#define NONE UINT32_MAX

struct row {
	struct plan_entry entry;
	uint32_t host; /* which of the hosts */
	uint32_t next; /* of the same host, or NONE */
};

struct host {
	uint32_t first, last; /* rows */
};

struct plan {
	struct row *rows;
	size_t count, cap;
	struct host *hosts;
	size_t host_count, host_cap;
	/* All folded: host names -> hosts; accounts with their id, with and without the logon
	 * time -> rows. */
	struct str_map host_map, identities, accounts;
	struct arena arena;
};

struct plan *plan_create(void)
{
	struct plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		return NULL;
	str_map_init(&plan->host_map);
	str_map_init(&plan->identities);
	str_map_init(&plan->accounts);
	arena_init(&plan->arena);
	return plan;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	str_map_release(&plan->host_map);
	str_map_release(&plan->identities);
	str_map_release(&plan->accounts);
	arena_release(&plan->arena);
	free(plan->hosts);
	free(plan->rows);
	free(plan);
}

size_t plan_count(const struct plan *plan)
{
	return plan->count;
}

static void add_folded(struct strbuf *key, const char *text)
{
	if (text)
		text_fold_add(key, text, strlen(text));
	strbuf_addc(key, '\0');
}

static void account_key(struct strbuf *key, const char *host, uint32_t id, const char *domain,
			const char *user)
{
	add_folded(key, host);
	add_folded(key, domain);
	add_folded(key, user);
	strbuf_add(key, &id, sizeof(id));
}

/* Looks a key up; when memory is short nothing is planned, which is the safe answer. */
static bool is_in(const struct str_map *map, const struct strbuf *key, uint32_t *ret_value)
{
	return !key->failed && str_map_get(map, key->data, key->len, ret_value);
}

bool plan_has(const struct plan *plan, const struct plan_entry *entry)
{
	struct strbuf key;
	uint32_t row;
	bool has;

	strbuf_init(&key);
	account_key(&key, entry->host, entry->id, entry->domain, entry->user);
	strbuf_add(&key, &entry->logon_at_ms, sizeof(entry->logon_at_ms));
	has = is_in(&plan->identities, &key, &row);
	strbuf_release(&key);
	return has;
}

bool plan_may_have(const struct plan *plan, const char *host, uint32_t id, const char *domain,
		   const char *user)
{
	struct strbuf key;
	uint32_t row;
	bool has;

	strbuf_init(&key);
	account_key(&key, host, id, domain, user);
	has = is_in(&plan->accounts, &key, &row);
	strbuf_release(&key);
	return has;
}

static bool find_host(const struct plan *plan, const char *name, uint32_t *ret_host)
{
	struct strbuf key;
	bool found;

	strbuf_init(&key);
	add_folded(&key, name);
	found = is_in(&plan->host_map, &key, ret_host);
	strbuf_release(&key);
	return found;
}

/* Puts a copy of the key. 1: it was there; 0: put; -1: memory is short. */
static int put_key(struct plan *plan, struct str_map *map, const char *key, size_t len,
		   uint32_t value, uint32_t *ret_value)
{
	char *copy;

	if (str_map_get(map, key, len, ret_value))
		return 1;
	copy = arena_alloc(&plan->arena, len);
	if (!copy)
		return -1;
	memcpy(copy, key, len);
	*ret_value = value;
	return str_map_put(map, copy, len, value);
}

static int copy_text(struct plan *plan, const char **text)
{
	*text = *text && **text ? arena_strdup(&plan->arena, *text) : "";
	return *text ? 0 : -1;
}

/* Room for one more row and one more host. */
static int grow(struct plan *plan)
{
	if (plan->count == plan->cap) {
		size_t cap = plan->cap ? plan->cap * 2 : 64;
		struct row *rows = cap < NONE ? realloc(plan->rows, cap * sizeof(*rows)) : NULL;

		if (!rows)
			return -1;
		plan->rows = rows;
		plan->cap = cap;
	}
	if (plan->host_count == plan->host_cap) {
		size_t cap = plan->host_cap ? plan->host_cap * 2 : 64;
		struct host *hosts = realloc(plan->hosts, cap * sizeof(*hosts));

		if (!hosts)
			return -1;
		plan->hosts = hosts;
		plan->host_cap = cap;
	}
	return 0;
}

/* The host of a name, made if it is new. */
static int take_host(struct plan *plan, const char *name, uint32_t *ret_host)
{
	static const struct host without = { NONE, NONE };
	struct strbuf key;
	int result = -1;

	strbuf_init(&key);
	add_folded(&key, name);
	if (!key.failed)
		result = put_key(plan, &plan->host_map, key.data, key.len,
				 (uint32_t)plan->host_count, ret_host);
	if (result == 0)
		plan->hosts[plan->host_count++] = without;
	strbuf_release(&key);
	return result < 0 ? -1 : 0;
}

static void append(struct plan *plan, const struct row *row)
{
	struct host *host = &plan->hosts[row->host];
	uint32_t index = (uint32_t)plan->count;

	if (host->first == NONE)
		host->first = index;
	else
		plan->rows[host->last].next = index;
	host->last = index;
	plan->rows[plan->count++] = *row;
}

int plan_add(struct plan *plan, const struct plan_entry *entry)
{
	struct row row = { .entry = *entry, .next = NONE };
	struct plan_entry *copy = &row.entry;
	struct strbuf key;
	size_t account_len;
	uint32_t there;
	int result = -1;

	strbuf_init(&key);
	account_key(&key, entry->host, entry->id, entry->domain, entry->user);
	account_len = key.len;
	strbuf_add(&key, &entry->logon_at_ms, sizeof(entry->logon_at_ms));
	if (is_in(&plan->identities, &key, &there)) {
		result = 0;
		goto out;
	}
	if (key.failed || grow(plan) < 0 || take_host(plan, entry->host, &row.host) < 0 ||
	    copy_text(plan, &copy->host) < 0 || copy_text(plan, &copy->domain) < 0 ||
	    copy_text(plan, &copy->user) < 0 || copy_text(plan, &copy->station) < 0 ||
	    copy_text(plan, &copy->vm) < 0)
		goto out;
	/* The identity last: it is what is planned. */
	if (put_key(plan, &plan->accounts, key.data, account_len, (uint32_t)plan->count, &there) <
		    0 ||
	    put_key(plan, &plan->identities, key.data, key.len, (uint32_t)plan->count, &there) < 0)
		goto out;
	append(plan, &row);
	result = 0;
out:
	strbuf_release(&key);
	return result;
}

int64_t plan_next(const struct plan *plan, const char *host, size_t from,
		  const struct plan_entry **ret_entry)
{
	uint32_t number, at;

	if (!find_host(plan, host, &number))
		return -1;
	/* Usually right behind the one that was returned before. */
	if (from > 0 && from <= plan->count && plan->rows[from - 1].host == number)
		at = plan->rows[from - 1].next;
	else
		for (at = plan->hosts[number].first; at != NONE && at < from;)
			at = plan->rows[at].next;
	if (at == NONE)
		return -1;
	*ret_entry = &plan->rows[at].entry;
	return at;
}
