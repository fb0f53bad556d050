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

void account_set_add(struct account_set *set, const char *domain, const char *user)
{
	struct strbuf *key = &set->key;
	const char *copy;
	uint32_t unused;

	strbuf_clear(key);
	text_fold_add(key, domain, strlen(domain));
	strbuf_addc(key, '\\');
	text_fold_add(key, user, strlen(user));
	if (str_map_get(&set->seen, strbuf_text(key), key->len, &unused))
		return;
	copy = arena_strndup(&set->arena, strbuf_text(key), key->len);
	if (!copy || str_map_put(&set->seen, copy, key->len, 1) < 0)
		set->failed = true;
	else
		set->count++;
}
