#include "sim_walk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "utc.h"

void sim_problems_init(struct sim_problems *problems)
{
	*problems = (struct sim_problems){ 0 };
}

void sim_problems_release(struct sim_problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		free(problems->items[i].message);
	free(problems->items);
	sim_problems_init(problems);
}

/* Takes the text out of `message`. 0, or -1 when memory is short. */
static int problems_add(struct sim_problems *problems, struct sim_place place,
			struct strbuf *message)
{
	char *text = strbuf_steal(message, NULL);

	if (!text)
		return -1;
	if (problems->count == SIM_PROBLEMS_MAX) {
		free(text);
		return 0;
	}
	if (problems->count == problems->cap) {
		size_t cap = problems->cap ? 2 * problems->cap : 8;
		struct sim_problem *items = realloc(problems->items, cap * sizeof(*items));
		if (!items) {
			free(text);
			return -1;
		}
		problems->items = items;
		problems->cap = cap;
	}
	problems->items[problems->count++] = (struct sim_problem){ place.line, place.column, text };
	return 0;
}

struct sim_place walk_here(const struct sim_walk *walk)
{
	return (struct sim_place){ json_line(walk->json), json_column(walk->json) };
}

void walk_problem(struct sim_walk *walk, struct sim_place place, const char *format, ...)
{
	struct strbuf text;
	va_list args;

	strbuf_init(&text);
	va_start(args, format);
	strbuf_vaddf(&text, format, args);
	va_end(args);
	if (problems_add(walk->problems, place, &text) != 0)
		walk->stop = true;
	strbuf_release(&text);
}

const char *walk_quoted(struct strbuf *buf, const char *text)
{
	size_t len = strlen(text);

	strbuf_init(buf);
	strbuf_addc(buf, '\'');
	if (len > 60) {
		len = 60;
		while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
			len--;
	}
	text_escape_add(buf, text, len);
	strbuf_adds(buf, text[len] ? "...'" : "'");
	return strbuf_text(buf);
}

enum json_token walk_take(struct sim_walk *walk)
{
	if (walk->stop)
		return JSON_ERROR;
	enum json_token token = json_next(walk->json);
	if (token == JSON_ERROR) {
		walk_problem(walk, walk_here(walk), "%s", json_error_text(walk->json));
		walk->stop = true;
	}
	return token;
}

void walk_drop(struct sim_walk *walk, enum json_token token)
{
	int depth = token == JSON_OBJECT || token == JSON_ARRAY;

	while (depth > 0 && !walk->stop) {
		token = walk_take(walk);
		depth += token == JSON_OBJECT || token == JSON_ARRAY;
		depth -= token == JSON_OBJECT_END || token == JSON_ARRAY_END;
	}
}

bool walk_expect(struct sim_walk *walk, const char *name, enum json_token want)
{
	enum json_token token = walk_take(walk);

	if (token == want)
		return true;
	if (token != JSON_ERROR) {
		walk_problem(walk, walk_here(walk), "'%s': expected %s, found %s", name,
			     json_token_name(want), json_token_name(token));
		walk_drop(walk, token);
	}
	return false;
}

static void *keep(struct sim_walk *walk, size_t bytes)
{
	void *memory = arena_alloc(walk->arena, bytes);

	if (!memory)
		walk->stop = true;
	return memory;
}

const char *walk_keep_text(struct sim_walk *walk, const char *text, size_t len)
{
	const char *copy = arena_strndup(walk->arena, text, len);

	if (!copy)
		walk->stop = true;
	return copy;
}

void *walk_one_more(struct sim_walk *walk, void *items, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return items;
	size_t more = *cap ? 2 * *cap : 4;
	void *bigger = keep(walk, more * size);
	if (!bigger)
		return NULL;
	if (count > 0)
		memcpy(bigger, items, count * size);
	*cap = more;
	return bigger;
}

static const struct sim_key *key_find(const struct sim_key *keys, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

bool walk_read_object(struct sim_walk *walk, const char *name, const struct sim_key *keys,
		      size_t count, void *into, struct sim_place seen[SIM_KEYS_MAX],
		      struct sim_place *ret_start)
{
	memset(seen, 0, SIM_KEYS_MAX * sizeof(*seen));
	if (!walk_expect(walk, name, JSON_OBJECT))
		return false;
	*ret_start = walk_here(walk);
	while (walk_take(walk) == JSON_KEY) {
		const struct sim_key *key = key_find(keys, count, json_text(walk->json));
		if (!key) {
			struct strbuf text;
			walk_problem(walk, walk_here(walk), "unknown key %s in '%s'",
				     walk_quoted(&text, json_text(walk->json)), name);
			strbuf_release(&text);
			walk_drop(walk, walk_take(walk));
			continue;
		}
		seen[key - keys] = walk_here(walk);
		key->read(walk, key, (char *)into + key->offset);
	}
	return !walk->stop;
}

/* Takes an integer within the key's bounds. */
static bool take_integer(struct sim_walk *walk, const struct sim_key *key, int64_t *ret)
{
	int64_t value = 0;
	enum json_token token = walk_take(walk);
	bool good = token == JSON_NUMBER && json_int64(walk->json, &value) == 0;

	if (token == JSON_ERROR)
		return false;
	if (good && value >= key->min && value <= key->max) {
		*ret = value;
		return true;
	}
	walk_problem(walk, walk_here(walk),
		     "'%s': expected an integer from %" PRId64 " to %" PRId64 ", found %s",
		     key->name, key->min, key->max,
		     token == JSON_NUMBER ? json_text(walk->json) : json_token_name(token));
	walk_drop(walk, token);
	return false;
}

void walk_read_integer(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	take_integer(walk, key, field);
}

void walk_read_u32(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	int64_t value;

	if (take_integer(walk, key, &value))
		*(uint32_t *)field = (uint32_t)value;
}

void walk_read_u64(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	int64_t value;

	if (take_integer(walk, key, &value))
		*(uint64_t *)field = (uint64_t)value;
}

void walk_read_seconds(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	if (!walk->stop && json_peek(walk->json) == JSON_NULL) {
		walk_take(walk);
		*(int64_t *)field = SIM_NEVER;
		return;
	}
	take_integer(walk, key, field);
}

/* Takes a number within the key's bounds; fractions are fine. */
static bool take_number(struct sim_walk *walk, const struct sim_key *key, double *ret)
{
	enum json_token token = walk_take(walk);

	if (token == JSON_ERROR)
		return false;
	if (token == JSON_NUMBER) {
		double value = json_double(walk->json);
		if (value >= (double)key->min && value <= (double)key->max) {
			*ret = value;
			return true;
		}
	}
	walk_problem(walk, walk_here(walk),
		     "'%s': expected a number from %" PRId64 " to %" PRId64 ", found %s", key->name,
		     key->min, key->max,
		     token == JSON_NUMBER ? json_text(walk->json) : json_token_name(token));
	walk_drop(walk, token);
	return false;
}

void walk_read_number(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	take_number(walk, key, field);
}

void walk_read_ms_as_us(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	double ms;

	if (take_number(walk, key, &ms))
		*(int64_t *)field = (int64_t)(ms * 1000 + 0.5);
}

void walk_read_flag(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	enum json_token token = walk_take(walk);

	if (token == JSON_TRUE || token == JSON_FALSE) {
		*(bool *)field = token == JSON_TRUE;
	} else if (token != JSON_ERROR) {
		walk_problem(walk, walk_here(walk), "'%s': expected true or false, found %s",
			     key->name, json_token_name(token));
		walk_drop(walk, token);
	}
}

bool walk_take_text(struct sim_walk *walk, const char *name, size_t max)
{
	if (!walk_expect(walk, name, JSON_STRING))
		return false;
	if (json_text_len(walk->json) <= max)
		return true;
	walk_problem(walk, walk_here(walk), "'%s': expected at most %d bytes, found %d", name,
		     (int)max, (int)json_text_len(walk->json));
	return false;
}

void walk_read_text(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	if (walk_take_text(walk, key->name, SIM_TEXT_MAX))
		*(const char **)field =
			walk_keep_text(walk, json_text(walk->json), json_text_len(walk->json));
}

const char *walk_account_cut(const char *text)
{
	const char *cut = strchr(text, '\\');

	return cut && cut != text && cut[1] && !strchr(cut + 1, '\\') ? cut : NULL;
}

void walk_not_an_account(struct sim_walk *walk, const char *name)
{
	struct strbuf text;

	walk_problem(walk, walk_here(walk), "'%s': expected DOMAIN\\user, found %s", name,
		     walk_quoted(&text, json_text(walk->json)));
	strbuf_release(&text);
}

/* The text just taken, as an account. */
static void keep_account(struct sim_walk *walk, const char *name, struct sim_account *account)
{
	const char *text = json_text(walk->json);
	const char *cut = walk_account_cut(text);

	if (!cut) {
		walk_not_an_account(walk, name);
		return;
	}
	account->domain = walk_keep_text(walk, text, (size_t)(cut - text));
	account->user = walk_keep_text(walk, cut + 1, strlen(cut + 1));
}

void walk_read_account(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	if (walk_take_text(walk, key->name, SIM_TEXT_MAX))
		keep_account(walk, key->name, field);
}

void walk_read_account_or_none(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	if (walk_take_text(walk, key->name, SIM_TEXT_MAX) && json_text_len(walk->json) > 0)
		keep_account(walk, key->name, field);
}

void walk_read_word(struct sim_walk *walk, const char *name, const char *const *words, int count,
		    int *ret)
{
	struct strbuf text;

	if (!walk_expect(walk, name, JSON_STRING))
		return;
	for (int i = 0; i < count; i++) {
		if (strcmp(words[i], json_text(walk->json)) == 0) {
			*ret = i;
			return;
		}
	}
	struct strbuf list;
	strbuf_init(&list);
	for (int i = 0; i < count; i++)
		strbuf_addf(&list, "%s%s", i ? ", " : "", words[i]);
	walk_problem(walk, walk_here(walk), "'%s': expected one of %s, found %s", name,
		     strbuf_text(&list), walk_quoted(&text, json_text(walk->json)));
	strbuf_release(&list);
	strbuf_release(&text);
}

void walk_read_utc(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	struct strbuf text;

	if (!walk_expect(walk, key->name, JSON_STRING) ||
	    utc_parse(json_text(walk->json), (int64_t *)field) == 0)
		return;
	walk_problem(walk, walk_here(walk),
		     "'%s': expected a time like '2026-01-01T00:00:00Z', found %s", key->name,
		     walk_quoted(&text, json_text(walk->json)));
	strbuf_release(&text);
}
