/* inv_format.c - from bytes to text, and which of the three formats a text is. */
#include "inv_internal.h"

#include <string.h>

#include "text.h"

/* The place behind a text. */
static struct inv_place place_after(uint32_t source, const char *text, size_t len)
{
	struct inv_place place = { .source = source, .line = 1 };
	size_t start = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n') {
			place.line++;
			start = i + 1;
		}
	}
	place.column = 1 + inv_columns(text + start, len - start);
	return place;
}

/* The place of the first byte that cannot be decoded: what stands before it can be. */
static struct inv_place place_of(struct inventory *inv, uint32_t source, const char *bytes,
				 size_t offset)
{
	struct inv_place place = { .source = source };
	struct strbuf before;
	const char *what;
	size_t at;

	strbuf_init(&before);
	if (text_from_file(&before, bytes, offset, &at, &what) == 0)
		place = place_after(source, strbuf_text(&before), before.len);
	inv->failed |= before.failed;
	strbuf_release(&before);
	return place;
}

bool inv_decode(struct inventory *inv, uint32_t source, const char *bytes, size_t len,
		struct strbuf *ret_text)
{
	const char *what = "";
	size_t offset = 0;
	struct inv_place place;

	if (len > INT32_MAX / 2) {
		inv_error(inv, &(struct inv_place){ .source = source },
			  "is larger than 1 GiB, which no inventory is");
		return false;
	}
	if (!text_from_file(ret_text, bytes, len, &offset, &what))
		return true;
	if (ret_text->failed) {
		inv->failed = true;
		return false;
	}
	place = place_of(inv, source, bytes, offset);
	inv_error(inv, &place, "%s", what);
	return false;
}

static const char *skip_space(const char *at, const char *end)
{
	while (at < end && (inv_is_blank(*at) || *at == '\n'))
		at++;
	return at;
}

/* A `[` opens JSON where an object, an array, a string or its own end follows; a section's name
 * has none of these. */
static bool is_json(const char *at, const char *end)
{
	if (*at == '{')
		return true;
	if (*at != '[')
		return false;
	at = skip_space(at + 1, end);
	return at < end && (*at == '{' || *at == '[' || *at == '"' || *at == ']');
}

bool inv_header_names_hosts(const char *line, size_t len, char delimiter)
{
	const char *at = line, *end = line + len;

	for (;;) {
		const char *stop = memchr(at, delimiter, (size_t)(end - at));
		const char *cell = at;
		size_t cell_len = (size_t)((stop ? stop : end) - at);

		inv_trim(&cell, &cell_len);
		if (cell_len >= 2 && cell[0] == '"' && cell[cell_len - 1] == '"') {
			cell++;
			cell_len -= 2;
		}
		if (inv_field_is(cell, cell_len, INV_CSV_HOST) ||
		    inv_name_field(cell, cell_len) >= 0)
			return true;
		if (!stop)
			return false;
		at = stop + 1;
	}
}

/* The first line decides. A host line of INI may hold commas, but then in a variable or a
 * comment. */
static bool is_csv(const char *line, size_t len)
{
	if (len >= 5 && memcmp(line, "#TYPE", 5) == 0 && (len == 5 || inv_is_blank(line[5])))
		return true;
	if (memchr(line, '=', len) || memchr(line, '#', len) || line[0] == ';' || line[0] == '[')
		return false;
	return memchr(line, ',', len) || inv_header_names_hosts(line, len, ',') ||
	       inv_header_names_hosts(line, len, ';') || inv_header_names_hosts(line, len, '\t');
}

enum inv_format inv_format_tell(const char *text, size_t len)
{
	const char *end = text + len, *at = skip_space(text, end), *newline;
	size_t line_len;

	if (at == end)
		return INV_FORMAT_INI;
	if (is_json(at, end))
		return INV_FORMAT_JSON;
	newline = memchr(at, '\n', (size_t)(end - at));
	line_len = (size_t)((newline ? newline : end) - at);
	inv_trim(&at, &line_len);
	return is_csv(at, line_len) ? INV_FORMAT_CSV : INV_FORMAT_INI;
}
