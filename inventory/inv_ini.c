/*
 * inv_ini.c - the INI format, as Ansible's `ini` plugin reads it.
 *
 * It is stricter where Ansible guesses, and differs in one thing: a backslash that stands before
 * nothing special stays, also outside of quotes, so that `protect=CORP\svc` means what it says.
 * (Ansible's shlex would make it `CORPsvc`.)
 */
#include "inv_internal.h"

#include <stdint.h>
#include <string.h>

enum ini_section { INI_HOSTS, INI_CHILDREN, INI_VARS, INI_SKIP };

struct ini {
	struct inventory *inv;
	uint32_t source;
	int line;
	enum ini_section section;
	uint32_t group;	    /* of the section; INV_NONE before the first and after a wrong one */
	struct strbuf name; /* of the host whose line it is */
	struct strbuf word; /* the word last read */
};

/* The rest of a line. */
struct ini_cursor {
	const char *at, *end;
	int column; /* of `at` */
};

/* A word of a host line, quotes resolved; its text is in ini.word. */
struct ini_word {
	int column;
	size_t equals;	  /* offset of the first `=` in the text; SIZE_MAX: there is none */
	int value_column; /* of what follows it */
};

static struct inv_place place_at(const struct ini *ini, int column)
{
	return (struct inv_place){ .source = ini->source, .line = ini->line, .column = column };
}

static void step(struct ini_cursor *cursor)
{
	cursor->column += ((unsigned char)*cursor->at & 0xC0) != 0x80;
	cursor->at++;
}

static void step_to(struct ini_cursor *cursor, const char *to)
{
	while (cursor->at < to)
		step(cursor);
}

static void skip_blanks(struct ini_cursor *cursor)
{
	while (cursor->at < cursor->end && inv_is_blank(*cursor->at))
		step(cursor);
}

static void take(struct ini *ini, struct ini_cursor *cursor, struct ini_word *word)
{
	if (*cursor->at == '=' && word->equals == SIZE_MAX) {
		word->equals = ini->word.len;
		word->value_column = cursor->column + 1;
	}
	strbuf_addc(&ini->word, *cursor->at);
	step(cursor);
}

/* At a backslash: it goes away before what it escapes and stays before anything else. */
static void take_escape(struct ini *ini, struct ini_cursor *cursor, struct ini_word *word,
			const char *escapable)
{
	if (cursor->end - cursor->at > 1 && cursor->at[1] != '\0' &&
	    strchr(escapable, cursor->at[1]))
		step(cursor);
	take(ini, cursor, word);
}

/* At an opening quote: takes what it holds. False where it is never closed (said). */
static bool take_quoted(struct ini *ini, struct ini_cursor *cursor, struct ini_word *word)
{
	struct inv_place place = place_at(ini, cursor->column);
	char quote = *cursor->at;

	step(cursor);
	while (cursor->at < cursor->end && *cursor->at != quote) {
		if (quote == '"' && *cursor->at == '\\')
			take_escape(ini, cursor, word, "\\\"");
		else
			take(ini, cursor, word);
	}
	if (cursor->at == cursor->end) {
		inv_error(ini->inv, &place, "the quote %c is never closed", quote);
		return false;
	}
	step(cursor);
	return true;
}

/* Takes everything up to the next blank. False where it is wrong (said). */
static bool take_word(struct ini *ini, struct ini_cursor *cursor, struct ini_word *word)
{
	while (cursor->at < cursor->end && !inv_is_blank(*cursor->at)) {
		struct inv_place place = place_at(ini, cursor->column);

		switch (*cursor->at) {
		case '"':
		case '\'':
			if (!take_quoted(ini, cursor, word))
				return false;
			break;
		case '\\':
			take_escape(ini, cursor, word, "\\\"' #");
			break;
		case '#':
			inv_error(ini->inv, &place,
				  "'#' inside a word: put a space before a comment, or quote the "
				  "value");
			return false;
		default:
			take(ini, cursor, word);
			break;
		}
	}
	return true;
}

/* The next word: 1, or 0 at the end of the line or at a comment, or -1 where it is wrong (said). */
static int next_word(struct ini *ini, struct ini_cursor *cursor, struct ini_word *ret_word)
{
	struct ini_word word = { .equals = SIZE_MAX };

	skip_blanks(cursor);
	if (cursor->at == cursor->end || *cursor->at == '#')
		return 0;
	strbuf_clear(&ini->word);
	word.column = cursor->column;
	if (!take_word(ini, cursor, &word))
		return -1;
	if (ini->word.failed) {
		ini->inv->failed = true;
		return -1;
	}
	*ret_word = word;
	return 1;
}

/* A variable and its value in text; NULL where it is none of ours or wrong (said). */
static struct inv_var *read_var(struct ini *ini, int name_column, const char *name, size_t name_len,
				int value_column, const char *value, size_t value_len)
{
	struct inv_place name_place = place_at(ini, name_column);
	struct inv_place value_place = place_at(ini, value_column);
	enum inv_var_kind kind = inv_var_kind(name, name_len);

	if (kind == INV_VAR_UNKNOWN)
		inv_var_unknown(ini->inv, &name_place, name, name_len);
	if (kind == INV_VAR_IGNORED)
		inv_var_ignored(ini->inv, &name_place, name, name_len);
	if (kind >= INV_VAR_KINDS)
		return NULL;
	return inv_var_parse(ini->inv, kind, &value_place, value, value_len);
}

/* The variables after a host's name. */
static struct inv_var *read_host_vars(struct ini *ini, struct ini_cursor *cursor)
{
	struct inv_var *list = NULL;
	struct ini_word word;

	while (next_word(ini, cursor, &word) > 0) {
		const char *text = strbuf_text(&ini->word);
		struct inv_place place = place_at(ini, word.column);
		char shown[INV_SHOW_SIZE];

		if (word.equals == SIZE_MAX || word.equals == 0) {
			inv_error(ini->inv, &place,
				  "expected key=value after the host, found %s (one host a line)",
				  inv_show(shown, text, ini->word.len));
			break;
		}
		inv_vars_put(ini->inv, &list,
			     read_var(ini, word.column, text, word.equals, word.value_column,
				      text + word.equals + 1, ini->word.len - word.equals - 1));
	}
	return list;
}

static void read_host_line(struct ini *ini, struct ini_cursor *cursor)
{
	struct inv_place place = place_at(ini, cursor->column);
	struct inventory *inv = ini->inv;
	struct inv_var *vars;
	struct ini_word word;

	if (next_word(ini, cursor, &word) <= 0)
		return;
	if (word.equals != SIZE_MAX) {
		char shown[INV_SHOW_SIZE];

		inv_error(inv, &place,
			  "expected a host, found %s (variables of a group go under [GROUP:vars])",
			  inv_show(shown, strbuf_text(&ini->word), ini->word.len));
		return;
	}
	strbuf_clear(&ini->name);
	strbuf_add(&ini->name, strbuf_text(&ini->word), ini->word.len);
	if (ini->name.failed) {
		inv->failed = true;
		return;
	}
	vars = read_host_vars(ini, cursor);
	inv_hosts_add(inv, &place, strbuf_text(&ini->name), ini->name.len, vars, ini->group);
}

static void read_child_line(struct ini *ini, struct ini_cursor *cursor)
{
	struct inv_place place = place_at(ini, cursor->column);
	const char *name = cursor->at;
	char shown[INV_SHOW_SIZE];
	uint32_t child;
	size_t len;

	while (cursor->at < cursor->end && !inv_is_blank(*cursor->at))
		step(cursor);
	len = (size_t)(cursor->at - name);
	skip_blanks(cursor);
	if (cursor->at < cursor->end && *cursor->at != '#') {
		place.column = cursor->column;
		inv_error(ini->inv, &place, "expected one group a line, found %s",
			  inv_show(shown, cursor->at, (size_t)(cursor->end - cursor->at)));
		return;
	}
	if (!inv_name_check(ini->inv, &place, "group name", INV_NAME_PLAIN, name, len) ||
	    ini->group == INV_NONE)
		return;
	child = inv_group_get(ini->inv, name, len);
	if (child != INV_NONE)
		inv_edge_add(ini->inv, &place, ini->group, child);
}

/* Where a comment begins: a `#` after a blank. */
static const char *comment_start(const char *text, const char *end)
{
	for (const char *at = text; at < end; at++)
		if (*at == '#' && (at == text || inv_is_blank(at[-1])))
			return at;
	return end;
}

/* The value of a `:vars` line into ini->word: in quotes, or as it stands up to a comment. */
static bool read_vars_value(struct ini *ini, struct ini_cursor *cursor)
{
	struct ini_word word = { .equals = SIZE_MAX };
	struct inv_place place;
	const char *value = cursor->at;
	size_t len = (size_t)(comment_start(value, cursor->end) - value);

	strbuf_clear(&ini->word);
	if (len > 0 && (*value == '"' || *value == '\'')) {
		if (!take_quoted(ini, cursor, &word))
			return false;
		skip_blanks(cursor);
		place = place_at(ini, cursor->column);
		if (cursor->at < cursor->end && *cursor->at != '#') {
			inv_error(ini->inv, &place, "expected nothing after the closing quote");
			return false;
		}
	} else {
		inv_trim(&value, &len);
		strbuf_add(&ini->word, value, len);
	}
	ini->inv->failed = ini->inv->failed || ini->word.failed;
	return !ini->inv->failed;
}

static void read_vars_line(struct ini *ini, struct ini_cursor *cursor)
{
	struct inv_place place = place_at(ini, cursor->column);
	const char *name = cursor->at;
	const char *equals = memchr(name, '=', (size_t)(cursor->end - name));
	size_t name_len = (size_t)((equals ? equals : cursor->end) - name);
	char shown[INV_SHOW_SIZE];
	int value_column;

	if (!equals || equals == name) {
		inv_error(ini->inv, &place, "expected key=value, found %s",
			  inv_show(shown, name, (size_t)(cursor->end - name)));
		return;
	}
	inv_trim(&name, &name_len);
	step_to(cursor, equals + 1);
	skip_blanks(cursor);
	value_column = cursor->column;
	if (!read_vars_value(ini, cursor))
		return;
	inv_group_var_add(ini->inv, ini->group,
			  read_var(ini, place.column, name, name_len, value_column,
				   strbuf_text(&ini->word), ini->word.len));
}

static const struct {
	const char *name;
	enum ini_section section;
} kinds[] = { { "hosts", INI_HOSTS }, { "children", INI_CHILDREN }, { "vars", INI_VARS } };

/* What stands after the colon of a header; INI_SKIP where it is wrong (said). */
static enum ini_section header_kind(struct ini *ini, int column, const char *text, size_t len)
{
	struct inv_place place = place_at(ini, column);
	char shown[INV_SHOW_SIZE];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, text, len) == 0)
			return kinds[i].section;
	inv_error(ini->inv, &place, "a section cannot be of the kind %s, expected children or vars",
		  inv_show(shown, text, len));
	return INI_SKIP;
}

/* `[group]`, `[group:children]`, `[group:vars]`; `cursor` is at the bracket and `close` at its
 * counterpart. */
static void read_header(struct ini *ini, struct ini_cursor *cursor, const char *close)
{
	struct inventory *inv = ini->inv;
	struct inv_place place;
	const char *name = cursor->at + 1, *colon;
	size_t len;

	step(cursor);
	place = place_at(ini, cursor->column);
	colon = memchr(name, ':', (size_t)(close - name));
	len = (size_t)((colon ? colon : close) - name);
	ini->section = INI_HOSTS;
	ini->group = INV_NONE;
	if (colon) {
		step_to(cursor, colon + 1);
		ini->section =
			header_kind(ini, cursor->column, colon + 1, (size_t)(close - colon - 1));
	}
	if (!inv_name_check(inv, &place, "group name", INV_NAME_PLAIN, name, len))
		return;
	if (ini->section == INI_SKIP)
		return;
	ini->group = inv_group_get(inv, name, len);
	if (ini->group == INV_NONE)
		return;
	if (ini->section == INI_VARS)
		inv_edge_add(inv, &place, INV_NONE, ini->group);
	else
		inv->group_recs[ini->group].declared = true;
}

/* A line that begins with `[`: a header, or a host such as `[2001:db8::1]:3389` or
 * `[a:c].example`. */
static bool try_header(struct ini *ini, struct ini_cursor *cursor)
{
	size_t len = (size_t)(cursor->end - cursor->at);
	const char *close = *cursor->at == '[' ? memchr(cursor->at, ']', len) : NULL;
	struct inv_place place = place_at(ini, cursor->column);
	struct ini_cursor rest = *cursor;

	if (*cursor->at != '[')
		return false;
	if (!close) {
		inv_error(ini->inv, &place, "the section has no ']'");
		ini->section = INI_HOSTS;
		ini->group = INV_NONE;
		return true;
	}
	step_to(&rest, close + 1);
	if (rest.at < rest.end && !inv_is_blank(*rest.at) && *rest.at != '#' && *rest.at != ';')
		return false;
	skip_blanks(&rest);
	place = place_at(ini, rest.column);
	if (rest.at < rest.end && *rest.at != '#' && *rest.at != ';')
		inv_error(ini->inv, &place, "expected nothing after a section");
	read_header(ini, cursor, close);
	return true;
}

static void read_line(struct ini *ini, const char *line, size_t len)
{
	struct ini_cursor cursor = { .at = line, .end = line + len, .column = 1 };

	while (cursor.end > cursor.at && inv_is_blank(cursor.end[-1]))
		cursor.end--;
	skip_blanks(&cursor);
	if (cursor.at == cursor.end || *cursor.at == '#' || *cursor.at == ';' ||
	    try_header(ini, &cursor))
		return;
	switch (ini->section) {
	case INI_HOSTS:
		read_host_line(ini, &cursor);
		break;
	case INI_CHILDREN:
		read_child_line(ini, &cursor);
		break;
	case INI_VARS:
		read_vars_line(ini, &cursor);
		break;
	case INI_SKIP:
		break;
	}
}

/* A YAML inventory would give an error on every line; one says it all. */
static bool is_yaml(const char *line, size_t len)
{
	inv_trim(&line, &len);
	return len == 3 && memcmp(line, "---", 3) == 0;
}

void inv_read_ini(struct inventory *inv, const struct inv_text *text)
{
	struct ini ini = { .inv = inv, .source = text->source, .group = INV_NONE };
	const char *at = text->bytes, *end = text->bytes + text->len;

	strbuf_init(&ini.name);
	strbuf_init(&ini.word);
	while (at < end && !inv->failed) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline ? newline : end) - at);

		ini.line++;
		if (is_yaml(at, len)) {
			struct inv_place place = place_at(&ini, 1);

			inv_error(inv, &place,
				  "'---' begins a YAML file, expected INI, JSON or CSV");
			break;
		}
		read_line(&ini, at, len);
		at += len + (newline ? 1 : 0);
	}
	strbuf_release(&ini.name);
	strbuf_release(&ini.word);
}
