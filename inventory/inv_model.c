/* inv_model.c - hosts and groups as they are read: made once, found by folded name. */
#include "inv_internal.h"

#include <stdlib.h>
#include <string.h>

#include "host_range.h"

/* The folded name for keeps: the name itself where folding changes nothing, which saves a copy
 * for most hosts. */
static const char *key_keep(struct inventory *inv, const char *name, size_t len, const char *folded,
			    size_t folded_len)
{
	if (folded_len == len && memcmp(name, folded, len) == 0)
		return name;
	return inv_strndup(inv, folded, folded_len);
}

bool inv_group_find(const struct inventory *inv, const char *name, size_t len, uint32_t *ret_group)
{
	char key[INV_FOLD_MAX];
	size_t key_len = inv_fold(key, name, len);

	return key_len > 0 && str_map_get(&inv->group_map, key, key_len, ret_group);
}

uint32_t inv_group_get(struct inventory *inv, const char *name, size_t len)
{
	struct inv_group_rec *recs, *rec;
	char key[INV_FOLD_MAX];
	size_t key_len = inv_fold(key, name, len);
	uint32_t index = (uint32_t)inv->group_count;

	if (str_map_get(&inv->group_map, key, key_len, &index))
		return index;
	recs = inv_grown(inv, inv->group_recs, inv->group_count, &inv->group_cap, sizeof(*recs));
	if (!recs)
		return INV_NONE;
	inv->group_recs = recs;
	rec = &recs[index];
	*rec = (struct inv_group_rec){ .name = inv_strndup(inv, name, len) };
	rec->key = rec->name ? key_keep(inv, rec->name, len, key, key_len) : NULL;
	if (!rec->key)
		return INV_NONE;
	if (str_map_put(&inv->group_map, rec->key, key_len, index)) {
		inv->failed = true;
		return INV_NONE;
	}
	inv->group_count++;
	return index;
}

void inv_edge_add(struct inventory *inv, const struct inv_place *place, uint32_t parent,
		  uint32_t child)
{
	struct inv_edge *edges =
		inv_grown(inv, inv->edges, inv->edge_count, &inv->edge_cap, sizeof(*edges));

	if (!edges)
		return;
	inv->edges = edges;
	edges[inv->edge_count++] =
		(struct inv_edge){ .parent = parent, .child = child, .place = *place };
}

static void group_own_add(struct inventory *inv, uint32_t group, uint32_t host)
{
	struct inv_group_rec *rec = &inv->group_recs[group];
	uint32_t *own;

	/* a host listed twice in a row is common enough; the rest is thinned out at the end */
	if (rec->own_count > 0 && rec->own[rec->own_count - 1] == host)
		return;
	own = inv_grown(inv, rec->own, rec->own_count, &rec->own_cap, sizeof(*own));
	if (!own)
		return;
	rec->own = own;
	own[rec->own_count++] = host;
}

static bool host_arrays_grow(struct inventory *inv)
{
	struct inv_host *hosts =
		inv_grown(inv, inv->hosts, inv->host_count, &inv->host_cap, sizeof(*hosts));
	struct inv_host_rec *recs;

	if (!hosts)
		return false;
	inv->hosts = hosts;
	recs = inv_grown(inv, inv->host_recs, inv->host_count, &inv->host_rec_cap, sizeof(*recs));
	if (!recs)
		return false;
	inv->host_recs = recs;
	return true;
}

/* The index of a new host, INV_NONE when memory is short. */
static uint32_t host_new(struct inventory *inv, const struct inv_place *place, const char *name,
			 size_t len, const char *folded, size_t folded_len)
{
	uint32_t index = (uint32_t)inv->host_count;
	const char *kept, *key;

	if (!host_arrays_grow(inv))
		return INV_NONE;
	kept = inv_strndup(inv, name, len);
	key = kept ? key_keep(inv, kept, len, folded, folded_len) : NULL;
	if (!key)
		return INV_NONE;
	if (str_map_put(&inv->host_map, key, folded_len, index)) {
		inv->failed = true;
		return INV_NONE;
	}
	inv->hosts[index] = (struct inv_host){ .name = kept, .key = key };
	inv->host_recs[index] = (struct inv_host_rec){ .place = *place };
	inv->host_count++;
	return index;
}

/* One line's pattern on its way through host_range_expand(). */
struct host_add {
	struct inventory *inv;
	const struct inv_place *place;
	struct inv_var *vars;
	uint32_t group;
};

static bool bound_reached(struct inventory *inv, const struct inv_place *place, bool is_new)
{
	if (inv->full)
		return true;
	if (is_new && inv->host_count >= INV_HOSTS_MAX)
		inv_error(inv, place, "more than %d hosts", INV_HOSTS_MAX);
	else if (++inv->appearances > INV_APPEARANCES_MAX)
		inv_error(inv, place, "hosts are listed more than %d times", INV_APPEARANCES_MAX);
	else
		return false;
	inv->full = true;
	return true;
}

static int host_add_one(void *ctx, const char *name, size_t len)
{
	struct host_add *add = ctx;
	struct inventory *inv = add->inv;
	char key[INV_FOLD_MAX];
	size_t key_len;
	uint32_t index;
	bool known;

	if (len > INV_NAME_MAX &&
	    !inv_name_check(inv, add->place, "host name", INV_NAME_PLAIN, name, len))
		return 1;
	key_len = inv_fold(key, name, len);
	known = str_map_get(&inv->host_map, key, key_len, &index);
	if (bound_reached(inv, add->place, !known))
		return 1;
	if (!known)
		index = host_new(inv, add->place, name, len, key, key_len);
	if (index == INV_NONE)
		return 1;
	inv_host_vars_add(inv, index, add->vars);
	if (add->group != INV_NONE)
		group_own_add(inv, add->group, index);
	return inv->failed;
}

/* True for the digits of a port, 1 to 65535. */
static bool is_port(const char *text, size_t len)
{
	unsigned value = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' || i > 5)
			return false;
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	return value >= 1 && value <= 65535;
}

/* Where the colon of NAME:PORT stands: the only one outside of brackets. SIZE_MAX: there is
 * none. */
static size_t port_colon(const char *text, size_t len)
{
	size_t found = SIZE_MAX;
	bool inside = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '[' || text[i] == ']')
			inside = text[i] == '[';
		if (text[i] != ':' || inside)
			continue;
		if (found != SIZE_MAX)
			return SIZE_MAX; /* two: an IPv6 address or nothing */
		found = i;
	}
	return found;
}

/* Takes the port off; false where it is none (said). */
static bool port_split(struct inventory *inv, const struct inv_place *place, const char **pattern,
		       size_t *len)
{
	size_t colon = port_colon(*pattern, *len);
	char shown[INV_SHOW_SIZE];

	if (colon == SIZE_MAX)
		return true;
	if (!is_port(*pattern + colon + 1, *len - colon - 1)) {
		inv_error(inv, place, "%s: expected a port from 1 to 65535 after the ':'",
			  inv_show(shown, *pattern, *len));
		return false;
	}
	*len = colon;
	/* [2001:db8::1]:3389; without a colon inside it is a name in brackets, with one else a
	 * range */
	if (colon > 2 && (*pattern)[0] == '[' && (*pattern)[colon - 1] == ']' &&
	    (inv_is_ipv6(*pattern + 1, colon - 2) || !memchr(*pattern + 1, ':', colon - 2))) {
		(*pattern)++;
		*len = colon - 2;
	}
	return true;
}

void inv_hosts_add(struct inventory *inv, const struct inv_place *place, const char *pattern,
		   size_t len, struct inv_var *vars, uint32_t group)
{
	struct host_add add = { .inv = inv, .place = place, .vars = vars, .group = group };
	struct host_range_error error = { .offset = 0 };
	struct inv_place at = *place;
	char shown[INV_SHOW_SIZE];

	if (!port_split(inv, place, &pattern, &len) ||
	    !inv_name_check(inv, place, "host name", INV_NAME_RANGES, pattern, len))
		return;
	if (!memchr(pattern, '[', len) && !memchr(pattern, ']', len)) {
		(void)host_add_one(&add, pattern, len); /* says what is wrong itself */
		return;
	}
	if (host_range_expand(pattern, len, host_add_one, &add, &error) >= 0)
		return;
	at.column += inv_columns(pattern, error.offset < len ? error.offset : len);
	inv_error(inv, &at, "%s: %s", inv_show(shown, pattern, len), error.message);
}
