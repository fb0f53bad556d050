/*
 * inv_limit.c - `--limit` and `--shard`.
 *
 * A limit is a list of terms; the order in which they stand does not matter, as in Ansible: unions,
 * then what is in all intersections, then without the exclusions. Every term must match a host, so
 * that a slip of the pen never widens a run.
 */
#include "inv_internal.h"

#include <stdlib.h>
#include <string.h>

#include "host_range.h"
#include "wildcard.h"

#define LIMIT_SOURCE "--limit"

enum term_op { TERM_UNION, TERM_INTERSECT, TERM_EXCLUDE };

struct limit_mark {	/* of one host */
	uint32_t term;	/* the last term that matched it, from 1 */
	uint32_t meets; /* intersections it is in */
	bool in, out;
};

struct limit {
	struct inventory *inv;
	const struct inv_narrow *narrow;
	uint32_t source;
	struct limit_mark *marks;
	uint32_t terms, unions, intersections;
	/* the term at hand */
	enum term_op op;
	struct inv_place place;
	size_t matched; /* hosts */
};

static void mark_host(struct limit *limit, uint32_t host)
{
	struct limit_mark *mark = &limit->marks[host];

	if (mark->term == limit->terms)
		return;
	mark->term = limit->terms;
	limit->matched++;
	switch (limit->op) {
	case TERM_UNION:
		mark->in = true;
		break;
	case TERM_INTERSECT:
		mark->meets++;
		break;
	case TERM_EXCLUDE:
		mark->out = true;
		break;
	}
}

static void mark_group(struct limit *limit, uint32_t group)
{
	const struct inv_group *hosts = &limit->inv->groups[group];

	for (size_t i = 0; i < hosts->host_count; i++)
		mark_host(limit, hosts->hosts[i]);
}

/* A name means the host and the group that are called so. False where there is neither. */
static bool mark_name(struct limit *limit, const char *name, size_t len)
{
	const struct inventory *inv = limit->inv;
	char key[INV_FOLD_MAX];
	size_t key_len = inv_fold(key, name, len);
	uint32_t index;
	bool found = false;

	if (key_len == 0)
		return false;
	if (str_map_get(&inv->host_map, key, key_len, &index)) {
		mark_host(limit, index);
		found = true;
	}
	if (str_map_get(&inv->group_map, key, key_len, &index)) {
		mark_group(limit, index);
		found = true;
	}
	return found;
}

static void term_name(struct limit *limit, const char *term, size_t len)
{
	char shown[INV_SHOW_SIZE];
	bool known = mark_name(limit, term, len);

	if (limit->matched > 0)
		return;
	inv_show(shown, term, len);
	if (known)
		inv_error(limit->inv, &limit->place, "the group %s has no hosts", shown);
	else
		inv_error(limit->inv, &limit->place, "%s is no host and no group of the inventory",
			  shown);
}

/* Hosts and groups by pattern. `all` and `ungrouped` are not meant by one: `a*` is no way to say
 * everything. */
static void term_glob(struct limit *limit, const char *term, size_t len)
{
	const struct inventory *inv = limit->inv;
	char shown[INV_SHOW_SIZE];

	for (uint32_t i = 0; i < inv->host_count; i++)
		if (wildcard_match_n(term, len, inv->hosts[i].name, strlen(inv->hosts[i].name)))
			mark_host(limit, i);
	for (uint32_t i = INV_GROUP_UNGROUPED + 1; i < inv->group_count; i++)
		if (wildcard_match_n(term, len, inv->group_recs[i].name,
				     strlen(inv->group_recs[i].name)))
			mark_group(limit, i);
	if (limit->matched == 0)
		inv_error(limit->inv, &limit->place, "%s matches no host of the inventory",
			  inv_show(shown, term, len));
}

static int mark_range_name(void *ctx, const char *name, size_t len)
{
	(void)mark_name(ctx, name, len);
	return 0;
}

#define NOT_SUBSCRIPTS "brackets are ranges of names as in rdsh[001:010], not subscripts"

static void term_range(struct limit *limit, const char *term, size_t len)
{
	struct host_range_error error = { .offset = 0 };
	struct inv_place place = limit->place;
	char shown[INV_SHOW_SIZE];

	inv_show(shown, term, len);
	if (memchr(term, '*', len) || memchr(term, '?', len)) {
		inv_error(limit->inv, &place,
			  "%s: a range of names cannot hold '*' or '?' (" NOT_SUBSCRIPTS ")",
			  shown);
		return;
	}
	if (host_range_expand(term, len, mark_range_name, limit, &error)) {
		place.column += inv_columns(term, error.offset < len ? error.offset : len);
		inv_error(limit->inv, &place, "%s: %s (" NOT_SUBSCRIPTS ")", shown, error.message);
		return;
	}
	if (limit->matched == 0)
		inv_error(limit->inv, &place,
			  "none of the names of %s is in the inventory (" NOT_SUBSCRIPTS ")",
			  shown);
}

/* -- @FILE -- */

struct limit_file {
	struct limit *limit;
	struct inv_place place;
	const char *name; /* as written in the file */
	size_t name_len;
};

/* One name of a line; a range must be complete, as rdsweep prints only complete ones. */
static int file_name(void *ctx, const char *name, size_t len)
{
	struct limit_file *file = ctx;
	char shown[INV_SHOW_SIZE], shown_line[INV_SHOW_SIZE];
	bool whole = len == file->name_len;

	if (mark_name(file->limit, name, len))
		return 0;
	inv_show(shown, name, len);
	inv_show(shown_line, file->name, file->name_len);
	if (whole)
		inv_error(file->limit->inv, &file->place,
			  "%s is no host and no group of the inventory", shown);
	else
		inv_error(file->limit->inv, &file->place,
			  "%s of %s is no host and no group of the inventory", shown, shown_line);
	return 1;
}

static void file_line(struct limit_file *file, const char *line, size_t len)
{
	struct host_range_error error = { .offset = 0 };
	const char *start = line;
	char shown[INV_SHOW_SIZE];

	/* a comment begins the line or follows a blank */
	for (size_t i = 0; i < len; i++) {
		if (line[i] == '#' && (i == 0 || inv_is_blank(line[i - 1]))) {
			len = i;
			break;
		}
	}
	inv_trim(&line, &len);
	if (len == 0)
		return;
	file->place.column = 1 + inv_columns(start, (size_t)(line - start));
	file->name = line;
	file->name_len = len;
	if (strchr("!&~@", line[0]) || memchr(line, '*', len) || memchr(line, '?', len)) {
		inv_error(file->limit->inv, &file->place,
			  "%s: expected one name a line, without patterns",
			  inv_show(shown, line, len));
		return;
	}
	if (host_range_expand(line, len, file_name, file, &error) < 0) {
		file->place.column += inv_columns(line, error.offset < len ? error.offset : len);
		inv_error(file->limit->inv, &file->place, "%s: %s", inv_show(shown, line, len),
			  error.message);
	}
}

/* Reads the names of a file that was opened; `source` is its own. */
static void file_read(struct limit *limit, uint32_t source, const char *bytes, size_t len)
{
	struct inventory *inv = limit->inv;
	struct limit_file file = { .limit = limit, .place = { .source = source } };
	size_t errors = inv->error_count;
	struct strbuf text;
	const char *at, *end;

	strbuf_init(&text);
	if (inv_decode(inv, source, bytes, len, &text)) {
		at = strbuf_text(&text);
		end = at + text.len;
		while (at < end && !inv->failed) {
			const char *newline = memchr(at, '\n', (size_t)(end - at));
			size_t line_len = (size_t)((newline ? newline : end) - at);

			file.place.line++;
			file_line(&file, at, line_len);
			at += line_len + (newline ? 1 : 0);
		}
		if (limit->matched == 0 && inv->error_count == errors)
			inv_error(inv, &(struct inv_place){ .source = source },
				  "holds no name of a host");
	}
	strbuf_release(&text);
}

static void term_file(struct limit *limit, const char *path, size_t len)
{
	const struct inv_narrow *narrow = limit->narrow;
	struct inventory *inv = limit->inv;
	const char *what = "cannot be read";
	char shown[INV_SHOW_SIZE];
	struct strbuf bytes;
	uint32_t source;
	char *name;

	if (len == 0) {
		inv_error(inv, &limit->place, "expected a file name after '@'");
		return;
	}
	inv_show(shown, path, len);
	name = inv_strndup(inv, path, len);
	if (!name)
		return;
	strbuf_init(&bytes);
	if (!narrow->read_file) {
		inv_error(inv, &limit->place, "%s: files cannot be read here", shown);
	} else if (narrow->read_file(narrow->read_ctx, name, &bytes, &what)) {
		inv_error(inv, &limit->place, "%s: %s", shown, what);
	} else if (bytes.failed) {
		inv->failed = true;
	} else {
		source = inv_source_add(inv, name);
		if (source != INV_NONE)
			file_read(limit, source, strbuf_text(&bytes), bytes.len);
	}
	strbuf_release(&bytes);
}

/* -- terms -- */

static void term_apply(struct limit *limit, const char *term, size_t len)
{
	struct inventory *inv = limit->inv;

	limit->terms++;
	limit->unions += limit->op == TERM_UNION;
	limit->intersections += limit->op == TERM_INTERSECT;
	limit->matched = 0;
	if (len == 0)
		inv_error(inv, &limit->place, "the limit has an empty term");
	else if (term[0] == '@')
		term_file(limit, term + 1, len - 1);
	else if (term[0] == '~')
		inv_error(inv, &limit->place,
			  "regular expressions ('~') are not supported: use '*' and '?'");
	else if (term[0] == '!' || term[0] == '&')
		inv_error(inv, &limit->place, "expected a name after '%c', found '%c'",
			  limit->op == TERM_EXCLUDE ? '!' : '&', term[0]);
	else if (memchr(term, '[', len) || memchr(term, ']', len))
		term_range(limit, term, len);
	else if (len == 1 && term[0] == '*')
		mark_group(limit, INV_GROUP_ALL);
	else if (memchr(term, '*', len) || memchr(term, '?', len))
		term_glob(limit, term, len);
	else
		term_name(limit, term, len);
}

/* Where the term at `at` ends: at a comma or colon outside of brackets. A file's name holds colons,
 * and an IPv6 address that fills all the space between commas does too. */
static const char *term_end(const char *at, const char *end)
{
	const char *comma = memchr(at, ',', (size_t)(end - at)), *name = at;
	bool inside = false;
	size_t len;

	while (name < end && inv_is_blank(*name))
		name++;
	if (name < end && (*name == '!' || *name == '&'))
		name++;
	while (name < end && inv_is_blank(*name))
		name++;
	if (name < end && *name == '@')
		return comma ? comma : end;
	len = comma && comma < name ? 0 : (size_t)((comma ? comma : end) - name);
	inv_trim(&name, &len);
	if (inv_is_ipv6(name, len))
		return comma ? comma : end;
	for (; at < end; at++) {
		if (*at == '[' || *at == ']')
			inside = *at == '[';
		if ((*at == ',' || *at == ':') && !inside)
			break;
	}
	return at;
}

/* Reads prefix and name of the text between `at` and `stop`; `pattern` is where columns count
 * from. */
static void term_read(struct limit *limit, const char *pattern, const char *at, const char *stop)
{
	const char *term = at;
	size_t len = (size_t)(stop - at);

	inv_trim(&term, &len);
	limit->place =
		(struct inv_place){ .source = limit->source,
				    .line = 1,
				    .column = 1 + inv_columns(pattern, (size_t)(term - pattern)) };
	limit->op = TERM_UNION;
	if (len > 0 && (*term == '!' || *term == '&')) {
		limit->op = *term == '!' ? TERM_EXCLUDE : TERM_INTERSECT;
		term++;
		len--;
		inv_trim(&term, &len);
	}
	term_apply(limit, term, len);
}

static void terms_read(struct limit *limit, const char *pattern)
{
	const char *at = pattern, *end = pattern + strlen(pattern), *all = pattern;
	size_t len = (size_t)(end - pattern);

	limit->place = (struct inv_place){ .source = limit->source };
	inv_trim(&all, &len);
	if (len == 0) {
		inv_error(limit->inv, &limit->place,
			  "the limit is empty: leave it out to mean all hosts");
		return;
	}
	while (!limit->inv->failed) {
		const char *stop = term_end(at, end);

		term_read(limit, pattern, at, stop);
		if (stop == end)
			return;
		at = stop + 1;
	}
}

static bool is_selected(const struct limit *limit, uint32_t host)
{
	const struct limit_mark *mark = &limit->marks[host];

	return (limit->unions == 0 || mark->in) && mark->meets == limit->intersections &&
	       !mark->out;
}

static bool is_in_shard(const struct inv_narrow *narrow, const struct inv_host *host)
{
	return narrow->shard_k == 0 || inv_shard_of(host->key, narrow->shard_n) == narrow->shard_k;
}

/* Fills the selection; the number of hosts before sharding goes to *ret_limited. */
static void selection_fill(const struct limit *limit, struct inv_selection *selection,
			   size_t *ret_limited)
{
	const struct inventory *inv = limit->inv;

	*ret_limited = 0;
	for (uint32_t i = 0; i < inv->host_count; i++) {
		if (!is_selected(limit, i))
			continue;
		(*ret_limited)++;
		if (is_in_shard(limit->narrow, &inv->hosts[i]))
			selection->hosts[selection->count++] = i;
	}
}

static bool narrow_check(struct limit *limit)
{
	const struct inv_narrow *narrow = limit->narrow;
	static const struct inv_place nowhere = { .source = INV_NONE };

	if (narrow->shard_k == 0 || (narrow->shard_k <= narrow->shard_n))
		return true;
	inv_error(limit->inv, &nowhere, "there is no shard %lu of %lu",
		  (unsigned long)narrow->shard_k, (unsigned long)narrow->shard_n);
	return false;
}

int inv_select(struct inventory *inv, const struct inv_narrow *narrow, struct inv_selection *ret)
{
	struct limit limit = { .inv = inv, .narrow = narrow };
	struct inv_selection selection = { .count = 0 };
	size_t errors = inv->error_count, limited = 0;

	if (inv->failed)
		return -1;
	limit.marks = calloc(inv->host_count ? inv->host_count : 1, sizeof(*limit.marks));
	selection.hosts = calloc(inv->host_count ? inv->host_count : 1, sizeof(*selection.hosts));
	if (narrow->limit)
		limit.source = inv_source_add(inv, LIMIT_SOURCE);
	inv->failed = inv->failed || !limit.marks || !selection.hosts;
	if (inv->failed || !narrow_check(&limit))
		goto out;
	if (narrow->limit)
		terms_read(&limit, narrow->limit);
	if (inv->failed || inv->error_count > errors)
		goto out;
	selection_fill(&limit, &selection, &limited);
	if (limited == 0)
		inv_error(inv,
			  &(struct inv_place){ .source = narrow->limit ? limit.source : INV_NONE },
			  "the limit leaves no host");
out:
	free(limit.marks);
	if (inv->failed || inv->error_count > errors) {
		free(selection.hosts);
		return inv->failed ? -1 : 1;
	}
	*ret = selection;
	return 0;
}
