/* json_scan.c - strings, numbers and words of a JSON document: from bytes to one token's text. */
#include "json_internal.h"

#include <string.h>

#include "text.h"

/* --- strings --- */

/* Bytes of a string that stand for themselves: all of ASCII but control characters, the quote and
 * the backslash. */
static inline bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static bool read_hex4(const char *text, uint32_t *ret_unit)
{
	uint32_t unit = 0;
	for (int i = 0; i < 4; i++) {
		char byte = text[i];
		uint32_t digit;
		if (byte >= '0' && byte <= '9') {
			digit = (uint32_t)(byte - '0');
		} else if ((byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F')) {
			digit = (uint32_t)((byte | 0x20) - 'a' + 10);
		} else {
			return false;
		}
		unit = unit << 4 | digit;
	}
	*ret_unit = unit;
	return true;
}

/* `\uXXXX`, or two of them for one code point. At the backslash; takes all of it. */
static bool read_unicode_escape(struct json_reader *reader)
{
	size_t held = json_have(reader, 12);
	uint32_t unit, low;
	if (held < 6 || !read_hex4(reader->at + 2, &unit)) {
		(void)json_fail(reader, json_place_here(reader),
				"expected four hexadecimal digits after '\\u'");
		return false;
	}
	size_t used = 6;
	if (unit >= 0xd800 && unit <= 0xdfff) {
		if (unit > 0xdbff || held < 12 || memcmp(reader->at + 6, "\\u", 2) != 0 ||
		    !read_hex4(reader->at + 8, &low) || low < 0xdc00 || low > 0xdfff) {
			(void)json_fail(reader, json_place_here(reader), "lone surrogate escape");
			return false;
		}
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
		used = 12;
	}
	if (unit == 0) {
		(void)json_fail(reader, json_place_here(reader), "NUL is not allowed in a string");
		return false;
	}
	char bytes[4];
	strbuf_add(&reader->next_text, bytes, utf8_encode(unit, bytes));
	reader->at += used;
	return true;
}

static bool read_escape(struct json_reader *reader)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	struct json_place backslash = json_place_here(reader);
	if (json_have(reader, 2) < 2) {
		reader->at = reader->end;
		(void)json_fail_expected(reader, "");
		return false;
	}
	char name = reader->at[1];
	if (name == 'u') {
		return read_unicode_escape(reader);
	}
	const char *known = name ? strchr(names, name) : NULL;
	if (!known) {
		(void)json_fail(reader, backslash, "unknown escape in a string");
		return false;
	}
	strbuf_addc(&reader->next_text, values[known - names]);
	reader->at += 2;
	return true;
}

/* One byte of a string that is neither plain nor the closing quote, and what belongs to it. */
static bool read_special(struct json_reader *reader)
{
	int byte = json_look(reader);
	if (byte < 0) {
		(void)json_fail_expected(reader, "");
		return false;
	}
	if (byte == '\\') {
		return read_escape(reader);
	}
	if (byte == 0) {
		(void)json_fail(reader, json_place_here(reader), "NUL is not allowed in a string");
		return false;
	}
	if (byte < 0x20) {
		(void)json_fail(reader, json_place_here(reader),
				"a control character in a string must be written as '\\u%04x'",
				(unsigned)byte);
		return false;
	}
	uint32_t code_point;
	size_t held = json_have(reader, 4); /* may move `at`: not within the call below */
	size_t used = utf8_decode(reader->at, held, &code_point);
	if (used == 0) {
		(void)json_fail(reader, json_place_here(reader), "not UTF-8");
		return false;
	}
	strbuf_add(&reader->next_text, reader->at, used);
	reader->at += used;
	reader->line_trailing += used - 1;
	return true;
}

bool json_scan_string(struct json_reader *reader)
{
	struct json_place start = json_place_here(reader);
	strbuf_clear(&reader->next_text);
	reader->at++;
	for (;;) {
		const char *from = reader->at;
		while (reader->at < reader->end && is_plain((unsigned char)*reader->at)) {
			reader->at++;
		}
		strbuf_add(&reader->next_text, from, (size_t)(reader->at - from));
		if (reader->at < reader->end && *reader->at == '"') {
			reader->at++;
			break;
		}
		if (reader->next_text.len > reader->text_limit) {
			break; /* before more of it is read */
		}
		int byte = json_look(reader);
		if ((byte < 0 || !is_plain((unsigned char)byte)) && byte != '"' &&
		    !read_special(reader)) {
			return false;
		}
	}
	if (reader->next_text.failed) {
		(void)json_fail_memory(reader);
		return false;
	}
	if (reader->next_text.len > reader->text_limit) {
		(void)json_fail(reader, start, "string longer than %lu bytes",
				(unsigned long)reader->text_limit);
		return false;
	}
	return true;
}

/* --- numbers and words --- */

static void take_into_text(struct json_reader *reader)
{
	if (reader->next_text.len <= reader->text_limit) { /* one too many is enough to know */
		strbuf_addc(&reader->next_text, *reader->at);
	}
	reader->at++;
}

static bool read_digits(struct json_reader *reader)
{
	if (!json_is_digit(json_look(reader))) {
		(void)json_fail_expected(reader, "expected a digit");
		return false;
	}
	while (json_is_digit(json_look(reader))) {
		take_into_text(reader);
	}
	return true;
}

static bool read_integer_part(struct json_reader *reader)
{
	if (json_look(reader) != '0') {
		return read_digits(reader);
	}
	take_into_text(reader);
	if (json_is_digit(json_look(reader))) {
		(void)json_fail(reader, json_place_here(reader), "a number must not begin with 0");
		return false;
	}
	return true;
}

enum json_token json_scan_number(struct json_reader *reader)
{
	struct json_place start = json_place_here(reader);
	strbuf_clear(&reader->next_text);
	if (json_look(reader) == '-') {
		take_into_text(reader);
	}
	if (!read_integer_part(reader)) {
		return JSON_ERROR;
	}
	if (json_look(reader) == '.') {
		take_into_text(reader);
		if (!read_digits(reader)) {
			return JSON_ERROR;
		}
	}
	int byte = json_look(reader);
	if (byte == 'e' || byte == 'E') {
		take_into_text(reader);
		byte = json_look(reader);
		if (byte == '+' || byte == '-') {
			take_into_text(reader);
		}
		if (!read_digits(reader)) {
			return JSON_ERROR;
		}
	}
	if (reader->next_text.failed) {
		return json_fail_memory(reader);
	}
	if (reader->next_text.len > reader->text_limit) {
		return json_fail(reader, start, "number longer than %lu bytes",
				 (unsigned long)reader->text_limit);
	}
	return JSON_NUMBER;
}

enum json_token json_scan_word(struct json_reader *reader, const char *expected)
{
	static const struct {
		const char *word;
		size_t len;
		enum json_token token;
	} words[] = {
		{ "true", 4, JSON_TRUE },
		{ "false", 5, JSON_FALSE },
		{ "null", 4, JSON_NULL },
	};
	size_t held = json_have(reader, 5);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (held >= words[i].len && memcmp(reader->at, words[i].word, words[i].len) == 0) {
			reader->at += words[i].len;
			return words[i].token;
		}
	}
	return json_fail_expected(reader, expected);
}
