/* json_input.c - the input of a JSON reader: its window, places in it, and what is wrong there. */
#include "json_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

void json_refill(struct json_reader *reader, size_t want)
{
	if (reader->source_ended || reader->source_failed) {
		return;
	}
	/* What json_raw() will refuse as too long need not be kept in full. */
	if (reader->mark && reader->spill.len <= reader->text_limit) {
		strbuf_add(&reader->spill, reader->mark, (size_t)(reader->at - reader->mark));
		if (reader->spill.failed) {
			(void)json_fail_memory(reader);
		}
	}
	size_t held = (size_t)(reader->end - reader->at);
	reader->passed_bytes += (uint64_t)(reader->at - reader->window);
	memmove(reader->buffer, reader->at, held);
	reader->at = reader->window = reader->buffer;
	if (reader->mark) {
		reader->mark = reader->buffer;
	}
	while (held < want && !reader->source_ended && !reader->source_failed) {
		size_t room = JSON_BUFFER_BYTES - held;
		long got = reader->source(reader->ctx, reader->buffer + held, room);
		if (got < 0 || (unsigned long)got > room) {
			reader->source_failed = true;
		} else if (got == 0) {
			reader->source_ended = true;
		} else {
			held += (size_t)got;
		}
	}
	reader->end = reader->buffer + held;
}

enum json_token json_fail(struct json_reader *reader, struct json_place place, const char *format,
			  ...)
{
	if (!reader->failed) {
		va_list args;
		va_start(args, format);
		(void)vsnprintf(reader->error, sizeof(reader->error), format, args);
		va_end(args);
		reader->failed = true;
		reader->place = place;
	}
	if (reader->source_failed) { /* what looks wrong is only what could not be read */
		snprintf(reader->error, sizeof(reader->error), "reading failed");
	}
	return JSON_ERROR;
}

enum json_token json_fail_memory(struct json_reader *reader)
{
	return json_fail(reader, json_place_here(reader), "memory is short");
}

void json_quote(char *out, size_t out_size, const char *text, size_t len, size_t most)
{
	size_t cut = len;
	if (len > most) {
		cut = most;
		while (cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80) {
			cut--;
		}
	}
	struct strbuf shown;
	strbuf_init(&shown);
	text_escape_add(&shown, text, cut);
	strbuf_adds(&shown, cut < len ? "..." : "");
	snprintf(out, out_size, "%s", shown.failed ? "?" : strbuf_text(&shown));
	strbuf_release(&shown);
}

enum json_token json_fail_expected(struct json_reader *reader, const char *expected)
{
	struct json_place here = json_place_here(reader);
	uint32_t code_point;
	char found[40];
	if (json_have(reader, 4) == 0) {
		return json_fail(reader, here, "unexpected end of input");
	}
	size_t used = utf8_decode(reader->at, (size_t)(reader->end - reader->at), &code_point);
	if (used == 0) {
		return json_fail(reader, here, "not UTF-8");
	}
	json_quote(found, sizeof(found), reader->at, used, used);
	return json_fail(reader, here, "%s, found '%s'", expected, found);
}
