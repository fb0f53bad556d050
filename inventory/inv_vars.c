/* inv_vars.c - the variables: one table says their names and how each is read and compared. */
#include "inv_internal.h"

#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "duration.h"
#include "text.h"

static bool parse_address(struct inventory *inv, struct inv_var *var, const char *text, size_t len);
static bool parse_probe_port(struct inventory *inv, struct inv_var *var, const char *text,
			     size_t len);
static bool parse_protect(struct inventory *inv, struct inv_var *var, const char *text, size_t len);
static bool parse_call_timeout(struct inventory *inv, struct inv_var *var, const char *text,
			       size_t len);
static bool same_text(const struct inv_var *a, const struct inv_var *b);
static bool same_number(const struct inv_var *a, const struct inv_var *b);
static bool same_patterns(const struct inv_var *a, const struct inv_var *b);

static const struct {
	const char *name;
	bool (*parse)(struct inventory *inv, struct inv_var *var, const char *text, size_t len);
	bool (*same)(const struct inv_var *a, const struct inv_var *b);
} vars[INV_VAR_KINDS] = {
	[INV_VAR_ADDRESS] = { "address", parse_address, same_text },
	[INV_VAR_PROBE_PORT] = { "probe_port", parse_probe_port, same_number },
	[INV_VAR_PROTECT] = { "protect", parse_protect, same_patterns },
	[INV_VAR_CALL_TIMEOUT] = { "call_timeout", parse_call_timeout, same_number },
};

const char inv_var_names[] = "address, probe_port, protect or call_timeout";

#define ANSIBLE_PREFIX	 "ansible_"
#define ANSIBLE_ADDRESS	 "ansible_host"
#define ANSIBLE_PRIORITY "ansible_group_priority"

static bool is(const char *name, size_t len, const char *wanted)
{
	return strlen(wanted) == len && memcmp(name, wanted, len) == 0;
}

enum inv_var_kind inv_var_kind(const char *name, size_t len)
{
	for (int kind = 0; kind < INV_VAR_KINDS; kind++)
		if (is(name, len, vars[kind].name))
			return (enum inv_var_kind)kind;
	if (is(name, len, ANSIBLE_ADDRESS))
		return INV_VAR_ADDRESS;
	if (len > strlen(ANSIBLE_PREFIX) &&
	    memcmp(name, ANSIBLE_PREFIX, strlen(ANSIBLE_PREFIX)) == 0)
		return INV_VAR_IGNORED;
	return INV_VAR_UNKNOWN;
}

const char *inv_var_name(enum inv_var_kind kind)
{
	return kind < INV_VAR_KINDS ? vars[kind].name : "";
}

void inv_var_unknown(struct inventory *inv, const struct inv_place *place, const char *name,
		     size_t len)
{
	char shown[INV_SHOW_SIZE];

	inv_error(inv, place, "unknown variable %s, expected %s", inv_show(shown, name, len),
		  inv_var_names);
}

void inv_var_ignored(struct inventory *inv, const struct inv_place *place, const char *name,
		     size_t len)
{
	/* all others say how to reach a host by SSH; this one would change which group wins */
	if (is(name, len, ANSIBLE_PRIORITY))
		inv_note(inv, place,
			 "%s is ignored: of groups at the same depth the last in the alphabet wins",
			 ANSIBLE_PRIORITY);
}

static bool parse_address(struct inventory *inv, struct inv_var *var, const char *text, size_t len)
{
	if (!inv_name_check(inv, &var->place, "address", INV_NAME_PLAIN, text, len))
		return false;
	var->value.text = inv_strndup(inv, text, len);
	return var->value.text;
}

static bool parse_probe_port(struct inventory *inv, struct inv_var *var, const char *text,
			     size_t len)
{
	char shown[INV_SHOW_SIZE];
	int64_t port = 0;
	size_t i = 0;

	for (; i < len && i < 6 && text[i] >= '0' && text[i] <= '9'; i++)
		port = port * 10 + (text[i] - '0');
	if (i < len || port < 1 || port > 65535) {
		inv_error(inv, &var->place, "probe_port %s is no port, expected 1 to 65535",
			  inv_show(shown, text, len));
		return false;
	}
	var->value.number = port;
	return true;
}

static bool parse_call_timeout(struct inventory *inv, struct inv_var *var, const char *text,
			       size_t len)
{
	char shown[INV_SHOW_SIZE], copy[DURATION_TEXT_SIZE];
	int64_t ms = 0;

	if (len < sizeof(copy)) {
		memcpy(copy, text, len);
		copy[len] = '\0';
		if (!duration_parse(copy, &ms) && ms > 0) {
			var->value.number = ms;
			return true;
		}
	}
	inv_error(inv, &var->place,
		  "call_timeout %s is no duration above 0, expected one such as 30s or 2m",
		  inv_show(shown, text, len));
	return false;
}

/* The index of a pattern, which is kept once however often it is given. False when memory is
 * short. */
static bool pattern_intern(struct inventory *inv, const char *pattern, size_t len, uint32_t *ret_id)
{
	const char **patterns = inv_grown(inv, inv->patterns, inv->pattern_count, &inv->pattern_cap,
					  sizeof(*patterns));
	struct strbuf key;
	const char *kept;
	int was_there = -1;

	if (!patterns)
		return false;
	inv->patterns = patterns;
	strbuf_init(&key);
	text_fold_add(&key, pattern, len);
	if (key.failed)
		goto out;
	if (str_map_get(&inv->pattern_map, key.data, key.len, ret_id)) {
		was_there = 1;
		goto out;
	}
	kept = inv_strndup(inv, key.data, key.len);
	patterns[inv->pattern_count] = inv_strndup(inv, pattern, len);
	if (!kept || !patterns[inv->pattern_count])
		goto out;
	was_there = str_map_put_new(&inv->pattern_map, kept, key.len, (uint32_t)inv->pattern_count,
				    ret_id);
	if (was_there == 0)
		*ret_id = (uint32_t)inv->pattern_count++;
out:
	strbuf_release(&key);
	if (was_there < 0)
		inv->failed = true;
	return was_there >= 0;
}

/* Signs that Windows allows in no account or domain name. A pattern that holds one is a slip, most
 * likely a wrong separator, and would protect nobody. */
static const char account_never[] = "\"/[]:;|=+<>,";

static bool pattern_check(struct inventory *inv, const struct inv_place *place, const char *pattern,
			  size_t len)
{
	const char *error = account_pattern_error(pattern);
	char shown[INV_SHOW_SIZE];
	size_t sign;

	inv_show(shown, pattern, len);
	if (error) {
		inv_error(inv, place, "protect pattern %s %s", shown, error);
		return false;
	}
	sign = strcspn(pattern, account_never);
	if (pattern[sign] != '\0') {
		inv_error(inv, place,
			  "protect pattern %s holds '%c', which no account name has; commas "
			  "separate patterns",
			  shown, pattern[sign]);
		return false;
	}
	return true;
}

bool inv_protect_add(struct inventory *inv, const struct inv_place *place,
		     struct inv_pattern_list *list, const char *text, size_t len)
{
	struct strbuf pattern;
	uint32_t *ids;
	bool good = false;

	inv_trim(&text, &len);
	strbuf_init(&pattern);
	strbuf_add(&pattern, text, len);
	if (pattern.failed) {
		inv->failed = true;
		goto out;
	}
	if (!pattern_check(inv, place, strbuf_text(&pattern), len))
		goto out;
	ids = inv_grown(inv, list->ids, list->count, &list->cap, sizeof(*ids));
	if (!ids)
		goto out;
	list->ids = ids;
	good = pattern_intern(inv, strbuf_text(&pattern), len, &ids[list->count]);
	if (good)
		list->count++;
out:
	strbuf_release(&pattern);
	return good;
}

static int id_cmp(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

/* The list for keeps, none twice: in the order of the ids, which is that of first appearance. */
static const struct inv_patterns *patterns_keep(struct inventory *inv,
						const struct inv_pattern_list *list)
{
	struct inv_patterns *kept =
		inv_alloc(inv, sizeof(*kept) + list->count * sizeof(kept->ids[0]));

	if (!kept)
		return NULL;
	if (list->count > 1)
		qsort(list->ids, list->count, sizeof(*list->ids), id_cmp);
	for (size_t i = 0; i < list->count; i++)
		if (i == 0 || list->ids[i] != list->ids[i - 1])
			kept->ids[kept->count++] = list->ids[i];
	return kept;
}

static bool parse_protect(struct inventory *inv, struct inv_var *var, const char *text, size_t len)
{
	struct inv_pattern_list list = { .ids = NULL };
	const char *at = text, *end = text + len;
	bool good = true;

	for (;;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma ? comma : end;

		if (!inv_protect_add(inv, &var->place, &list, at, (size_t)(stop - at)))
			good = false;
		if (!comma)
			break;
		at = comma + 1;
	}
	if (good)
		var->value.patterns = patterns_keep(inv, &list);
	free(list.ids);
	return good && var->value.patterns;
}

static struct inv_var *var_new(struct inventory *inv, enum inv_var_kind kind,
			       const struct inv_place *place)
{
	struct inv_var *var = inv_alloc(inv, sizeof(*var));

	if (var) {
		var->kind = kind;
		var->place = *place;
	}
	return var;
}

struct inv_var *inv_var_parse(struct inventory *inv, enum inv_var_kind kind,
			      const struct inv_place *place, const char *text, size_t len)
{
	struct inv_var *var = var_new(inv, kind, place);

	if (!var || !vars[kind].parse(inv, var, text, len))
		return NULL;
	return var;
}

struct inv_var *inv_protect_var(struct inventory *inv, const struct inv_place *place,
				const struct inv_pattern_list *list)
{
	struct inv_var *var = var_new(inv, INV_VAR_PROTECT, place);

	if (var)
		var->value.patterns = patterns_keep(inv, list);
	return var && var->value.patterns ? var : NULL;
}

static bool same_text(const struct inv_var *a, const struct inv_var *b)
{
	return text_fold_eq(a->value.text, b->value.text);
}

static bool same_number(const struct inv_var *a, const struct inv_var *b)
{
	return a->value.number == b->value.number;
}

static bool same_patterns(const struct inv_var *a, const struct inv_var *b)
{
	const struct inv_patterns *left = a->value.patterns, *right = b->value.patterns;

	return left->count == right->count &&
	       memcmp(left->ids, right->ids, left->count * sizeof(left->ids[0])) == 0;
}

bool inv_var_same(const struct inv_var *a, const struct inv_var *b)
{
	return a->kind == b->kind && vars[a->kind].same(a, b);
}

const struct inv_var *inv_vars_find(const struct inv_var *list, enum inv_var_kind kind)
{
	while (list && list->kind != kind)
		list = list->next;
	return list;
}

void inv_vars_put(struct inventory *inv, struct inv_var **list, struct inv_var *var)
{
	const struct inv_var *before;

	if (!var)
		return;
	before = inv_vars_find(*list, var->kind);
	if (!before) {
		var->next = *list;
		*list = var;
	} else if (!inv_var_same(before, var)) {
		inv_error(inv, &var->place, "'%s' is given twice with different values",
			  inv_var_name(var->kind));
	}
}

void inv_group_var_add(struct inventory *inv, uint32_t group, struct inv_var *var)
{
	struct inv_group_rec *rec;

	if (!var || group == INV_NONE)
		return;
	rec = &inv->group_recs[group];
	if (rec->vars_last)
		rec->vars_last->next = var;
	else
		rec->vars = var;
	rec->vars_last = var;
}

void inv_host_vars_add(struct inventory *inv, uint32_t host, struct inv_var *list)
{
	struct inv_host_rec *rec = &inv->host_recs[host];
	char shown[INV_SHOW_SIZE];

	if (!rec->vars) {
		rec->vars = list;
		return;
	}
	for (const struct inv_var *var = rec->vars == list ? NULL : list; var; var = var->next) {
		const struct inv_var *before = inv_vars_find(rec->vars, var->kind);
		struct inv_var *more;

		if (before && inv_var_same(before, var))
			continue;
		if (before) {
			const char *name = inv->hosts[host].name;

			inv_error(inv, &var->place, "host %s has another '%s' here than at %s",
				  inv_show(shown, name, strlen(name)), inv_var_name(var->kind),
				  inv_place_text(inv, &before->place));
			continue;
		}
		/* a new head: the rest of the list may be that of other hosts too */
		more = inv_alloc(inv, sizeof(*more));
		if (!more)
			return;
		*more = *var;
		more->next = rec->vars;
		rec->vars = more;
	}
}
