#include "host_range.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "str_map.h"

/*
 * One number of a name varies, the rest stays: names with the same rest are one group, sorted by
 * that number, and neighbours in it become a range. The last number of the names is tried first;
 * names that found no neighbour try the number before it, and so on.
 */
#define FIELDS_MAX 8  /* numbers tried, from the end of the name */
#define DIGITS_MAX 18 /* what fits an int64_t; longer ones are no counters */
#define NO_RUN	   UINT32_MAX

struct fold_name {
	const char *text;
	size_t len;
	uint32_t run; /* NO_RUN: stands alone */
};

struct fold_field { /* one number of one name */
	uint32_t name, group;
	size_t start, digits;
	uint64_t value;
};

struct fold_run {
	struct fold_field first, last;
	uint32_t leader; /* the member that was named first: it prints the range */
};

struct fold {
	struct fold_name *names;
	size_t name_count;
	struct fold_field *fields; /* of this pass */
	size_t field_count;
	struct fold_run *runs; /* each has two names or more, so there is room for all */
	size_t run_count;
};

/* The names without those said twice. */
static int fold_open(struct fold *fold, const char *const *names, size_t count)
{
	*fold = (struct fold){ 0 };
	if (count >= UINT32_MAX) {
		return -1;
	}
	fold->names = calloc(count + 1, sizeof(*fold->names));
	fold->fields = calloc(count + 1, sizeof(*fold->fields));
	fold->runs = calloc(count / 2 + 1, sizeof(*fold->runs));
	if (!fold->names || !fold->fields || !fold->runs) {
		return -1;
	}
	struct str_map seen;
	str_map_init(&seen);
	int result = 0;
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(names[i]);
		uint32_t before;
		int found = str_map_put_new(&seen, names[i], len, 0, &before);
		if (found < 0) {
			result = -1;
			break;
		}
		if (found == 0) {
			fold->names[fold->name_count++] =
				(struct fold_name){ names[i], len, NO_RUN };
		}
	}
	str_map_release(&seen);
	return result;
}

static void fold_close(struct fold *fold)
{
	free(fold->names);
	free(fold->fields);
	free(fold->runs);
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* The number `from_end` numbers from the end (0: the last). False where there is none that can
 * count. */
static bool find_field(const struct fold_name *name, int from_end, struct fold_field *field)
{
	size_t end = name->len;
	for (;; from_end--) {
		while (end > 0 && !is_digit(name->text[end - 1])) {
			end--;
		}
		size_t start = end;
		while (start > 0 && is_digit(name->text[start - 1])) {
			start--;
		}
		if (start == end) {
			return false;
		}
		if (from_end == 0) {
			field->start = start;
			field->digits = end - start;
			break;
		}
		end = start;
	}
	if (field->digits > DIGITS_MAX) {
		return false;
	}
	field->value = 0;
	for (size_t i = 0; i < field->digits; i++) {
		field->value = field->value * 10 + (uint64_t)(name->text[field->start + i] - '0');
	}
	return true;
}

/* Names with the same text around the number get the same group. The NUL marks the gap: names hold
 * none. */
static int find_group(struct str_map *groups, struct arena *keys, const struct fold_name *name,
		      struct fold_field *field)
{
	size_t tail = field->start + field->digits;
	size_t len = field->start + 1 + (name->len - tail);
	char *key = arena_alloc(keys, len);
	if (!key) {
		return -1;
	}
	memcpy(key, name->text, field->start);
	memcpy(key + field->start + 1, name->text + tail, name->len - tail);
	field->group = (uint32_t)groups->count;
	return str_map_put_new(groups, key, len, field->group, &field->group) < 0 ? -1 : 0;
}

/* Fills fold->fields with that number of every name that stands alone yet. */
static int collect_fields(struct fold *fold, int from_end)
{
	struct arena keys;
	struct str_map groups;
	arena_init(&keys);
	str_map_init(&groups);
	fold->field_count = 0;
	int result = 0;
	for (size_t i = 0; i < fold->name_count && result == 0; i++) {
		const struct fold_name *name = &fold->names[i];
		struct fold_field field = { .name = (uint32_t)i };
		if (name->run != NO_RUN || strpbrk(name->text, "[],") ||
		    !find_field(name, from_end, &field)) {
			continue;
		}
		result = find_group(&groups, &keys, name, &field);
		fold->fields[fold->field_count++] = field;
	}
	str_map_release(&groups);
	arena_release(&keys);
	return result;
}

/* By group, then width, then value: `9` stands before `08`, and `09` before `10`. */
static int compare_fields(const void *left, const void *right)
{
	const struct fold_field *a = left, *b = right;
	if (a->group != b->group) {
		return a->group < b->group ? -1 : 1;
	}
	if (a->digits != b->digits) {
		return a->digits < b->digits ? -1 : 1;
	}
	return a->value == b->value ? 0 : a->value < b->value ? -1 : 1;
}

/* Does `next` follow `last` in the range that begins with `first`? With leading zeros in the first
 * number the width stays; without them a range counts on from 9 to 10. */
static bool continues_run(const struct fold *fold, const struct fold_field *first,
			  const struct fold_field *last, const struct fold_field *next)
{
	if (next->group != last->group || next->value != last->value + 1 ||
	    next->value - first->value >= HOST_RANGE_MAX_NAMES) {
		return false;
	}
	if (next->digits == last->digits) {
		return true;
	}
	bool first_padded = first->digits > 1 && fold->names[first->name].text[first->start] == '0';
	bool next_padded = fold->names[next->name].text[next->start] == '0';
	return !first_padded && !next_padded;
}

/* Makes runs of two or more out of the sorted fields. */
static void make_runs(struct fold *fold)
{
	for (size_t from = 0, to; from < fold->field_count; from = to) {
		const struct fold_field *first = &fold->fields[from];
		uint32_t leader = first->name;
		for (to = from + 1; to < fold->field_count; to++) {
			const struct fold_field *next = &fold->fields[to];
			if (!continues_run(fold, first, &fold->fields[to - 1], next)) {
				break;
			}
			leader = next->name < leader ? next->name : leader;
		}
		if (to - from < 2) {
			continue;
		}
		for (size_t i = from; i < to; i++) {
			fold->names[fold->fields[i].name].run = (uint32_t)fold->run_count;
		}
		fold->runs[fold->run_count++] =
			(struct fold_run){ *first, fold->fields[to - 1], leader };
	}
}

static void print_run(struct strbuf *out, const struct fold *fold, const struct fold_run *run)
{
	const struct fold_name *first = &fold->names[run->first.name];
	const struct fold_name *last = &fold->names[run->last.name];
	size_t tail = run->first.start + run->first.digits;
	strbuf_add(out, first->text, run->first.start);
	strbuf_addc(out, '[');
	strbuf_add(out, first->text + run->first.start, run->first.digits);
	strbuf_addc(out, ':');
	strbuf_add(out, last->text + run->last.start, run->last.digits);
	strbuf_addc(out, ']');
	strbuf_add(out, first->text + tail, first->len - tail);
}

static void print_fold(struct strbuf *out, const struct fold *fold)
{
	bool is_first = true;
	for (size_t i = 0; i < fold->name_count; i++) {
		const struct fold_name *name = &fold->names[i];
		const struct fold_run *run = name->run == NO_RUN ? NULL : &fold->runs[name->run];
		if (run && run->leader != i) {
			continue;
		}
		if (!is_first) {
			strbuf_addc(out, ',');
		}
		is_first = false;
		if (run) {
			print_run(out, fold, run);
		} else {
			strbuf_add(out, name->text, name->len);
		}
	}
}

void host_range_fold(struct strbuf *out, const char *const *names, size_t count)
{
	struct fold fold;
	int result = fold_open(&fold, names, count);
	for (int from_end = 0; from_end < FIELDS_MAX && result == 0; from_end++) {
		result = collect_fields(&fold, from_end);
		if (result != 0 || fold.field_count == 0) {
			break;
		}
		qsort(fold.fields, fold.field_count, sizeof(*fold.fields), compare_fields);
		make_runs(&fold);
	}
	if (result == 0) {
		print_fold(out, &fold);
	} else {
		out->failed = true; /* as if the text itself had not fit */
	}
	fold_close(&fold);
}
