#include "account_set.h"

#include <string.h>

#include "text.h"

void account_set_init(struct account_set *set)
{
	set->count = 0;
	set->failed = false;
	str_map_init(&set->seen);
	arena_init(&set->arena);
	strbuf_init(&set->key);
}

void account_set_release(struct account_set *set)
{
	str_map_release(&set->seen);
	arena_release(&set->arena);
	strbuf_release(&set->key);
}

/* The key of an account, in the set's buffer. */
static const struct strbuf *key_of(struct account_set *set, const char *domain, const char *user)
{
	struct strbuf *key = &set->key;

	strbuf_clear(key);
	text_fold_add(key, domain, strlen(domain));
	strbuf_addc(key, '\\');
	text_fold_add(key, user, strlen(user));
	return key;
}

uint32_t account_set_find(struct account_set *set, const char *domain, const char *user)
{
	const struct strbuf *key = key_of(set, domain, user);
	uint32_t number;

	return str_map_get(&set->seen, strbuf_text(key), key->len, &number) ? number : UINT32_MAX;
}

uint32_t account_set_add(struct account_set *set, const char *domain, const char *user)
{
	uint32_t number = account_set_find(set, domain, user);
	const struct strbuf *key = &set->key;
	const char *copy;

	if (number != UINT32_MAX)
		return number;
	copy = key->failed ? NULL : arena_strndup(&set->arena, strbuf_text(key), key->len);
	if (!copy || str_map_put(&set->seen, copy, key->len, set->count) < 0) {
		set->failed = true;
		return UINT32_MAX;
	}
	return set->count++;
}
