#include "csv.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct csv_place {
	int line, column;
};

struct csv_reader {
	const char *at, *end;
	struct csv_place here;
	struct strbuf text; /* of the record's fields, each with a NUL after it */
	struct csv_field *fields;
	size_t *starts; /* in `text`, which moves while it grows */
	size_t count, cap;
	bool failed;
	struct csv_place error_place;
	char error[120];
};

struct csv_reader *csv_reader_create(const char *text, size_t len)
{
	struct csv_reader *reader = calloc(1, sizeof(*reader));
	if (!reader) {
		return NULL;
	}
	reader->at = text ? text : "";
	reader->end = reader->at + len;
	reader->here = (struct csv_place){ 1, 1 };
	strbuf_init(&reader->text);
	return reader;
}

void csv_reader_free(struct csv_reader *reader)
{
	if (!reader) {
		return;
	}
	strbuf_release(&reader->text);
	free(reader->fields);
	free(reader->starts);
	free(reader);
}

static int fail(struct csv_reader *reader, struct csv_place place, const char *message)
{
	reader->failed = true;
	reader->error_place = place;
	snprintf(reader->error, sizeof(reader->error), "%s", message);
	return -1;
}

/* The next byte, or -1 at the end; it is not taken. */
static int look(const struct csv_reader *reader)
{
	return reader->at < reader->end ? (unsigned char)*reader->at : -1;
}

/* Takes one byte and counts it: lines end at LF, a column is a code point. */
static void take(struct csv_reader *reader)
{
	unsigned char byte = (unsigned char)*reader->at++;
	if (byte == '\n') {
		reader->here.line += reader->here.line < INT_MAX ? 1 : 0;
		reader->here.column = 1;
	} else if ((byte & 0xc0) != 0x80) {
		reader->here.column += reader->here.column < INT_MAX ? 1 : 0;
	}
}

static bool at_crlf(const struct csv_reader *reader)
{
	return reader->end - reader->at >= 2 && reader->at[0] == '\r' && reader->at[1] == '\n';
}

static bool at_line_end(const struct csv_reader *reader)
{
	return look(reader) == '\n' || at_crlf(reader);
}

static void take_line_end(struct csv_reader *reader)
{
	if (look(reader) == '\r') {
		take(reader);
	}
	take(reader);
}

static int add_field(struct csv_reader *reader)
{
	if (reader->count == reader->cap) {
		size_t cap = reader->cap ? reader->cap * 2 : 32;
		if (cap > SIZE_MAX / sizeof(*reader->fields)) {
			return fail(reader, reader->here, "memory is short");
		}
		struct csv_field *fields = realloc(reader->fields, cap * sizeof(*fields));
		if (!fields) {
			return fail(reader, reader->here, "memory is short");
		}
		reader->fields = fields;
		size_t *starts = realloc(reader->starts, cap * sizeof(*starts));
		if (!starts) {
			return fail(reader, reader->here, "memory is short");
		}
		reader->starts = starts;
		reader->cap = cap;
	}
	reader->starts[reader->count] = reader->text.len;
	reader->fields[reader->count++] = (struct csv_field){
		.line = reader->here.line,
		.column = reader->here.column,
	};
	return 0;
}

/* At the opening quote; takes the closing one too. */
static int read_quoted(struct csv_reader *reader)
{
	struct csv_place start = reader->here;
	take(reader);
	for (;;) {
		int byte = look(reader);
		if (byte < 0) {
			return fail(reader, start, "the quote is never closed");
		}
		if (byte == 0) {
			return fail(reader, reader->here, "NUL is not allowed in a field");
		}
		if (byte == '"') {
			take(reader);
			if (look(reader) != '"') {
				break;
			}
		}
		const char *taken = reader->at;
		take(reader);
		strbuf_addc(&reader->text, *taken);
	}
	if (look(reader) >= 0 && look(reader) != ',' && !at_line_end(reader)) {
		return fail(reader, reader->here,
			    "expected ',' or the end of the line after a closing quote");
	}
	return 0;
}

static int read_plain(struct csv_reader *reader)
{
	while (look(reader) >= 0 && look(reader) != ',' && !at_line_end(reader)) {
		switch (look(reader)) {
		case '"':
			return fail(reader, reader->here,
				    "a quote in a field that does not begin with one");
		case '\r':
			return fail(reader, reader->here,
				    "a carriage return without a line feed after it");
		case 0:
			return fail(reader, reader->here, "NUL is not allowed in a field");
		default:
			break;
		}
		const char *taken = reader->at;
		take(reader);
		strbuf_addc(&reader->text, *taken);
	}
	return 0;
}

/* One record, at its first byte. */
static int read_record(struct csv_reader *reader)
{
	for (;;) {
		if (add_field(reader) != 0) {
			return -1;
		}
		int failed = look(reader) == '"' ? read_quoted(reader) : read_plain(reader);
		if (failed) {
			return -1;
		}
		strbuf_addc(&reader->text, '\0');
		if (look(reader) != ',') {
			break;
		}
		take(reader);
	}
	if (look(reader) >= 0) {
		take_line_end(reader);
	}
	return reader->text.failed ? fail(reader, reader->here, "memory is short") : 0;
}

int csv_next(struct csv_reader *reader, const struct csv_field **ret_fields, size_t *ret_count)
{
	if (reader->failed) {
		return -1;
	}
	while (at_line_end(reader)) {
		take_line_end(reader);
	}
	if (look(reader) < 0) {
		return 0;
	}
	reader->count = 0;
	strbuf_clear(&reader->text);
	if (read_record(reader) != 0) {
		return -1;
	}
	for (size_t i = 0; i < reader->count; i++) {
		size_t next = i + 1 < reader->count ? reader->starts[i + 1] : reader->text.len;
		reader->fields[i].text = reader->text.data + reader->starts[i];
		reader->fields[i].len = next - reader->starts[i] - 1;
	}
	*ret_fields = reader->fields;
	*ret_count = reader->count;
	return 1;
}

const char *csv_error_text(const struct csv_reader *reader)
{
	return reader->error;
}

int csv_error_line(const struct csv_reader *reader)
{
	return reader->error_place.line;
}

int csv_error_column(const struct csv_reader *reader)
{
	return reader->error_place.column;
}

/* `prefix` and the cell, as one cell. */
static void add_cell(struct strbuf *out, const char *prefix, const char *cell)
{
	if (!strpbrk(cell, ",\"\r\n")) {
		strbuf_adds(out, prefix);
		strbuf_adds(out, cell);
		return;
	}
	strbuf_addc(out, '"');
	strbuf_adds(out, prefix);
	for (const char *quote; (quote = strchr(cell, '"')) != NULL; cell = quote + 1) {
		strbuf_add(out, cell, (size_t)(quote - cell));
		strbuf_adds(out, "\"\"");
	}
	strbuf_adds(out, cell);
	strbuf_addc(out, '"');
}

void csv_add(struct strbuf *out, const char *cell)
{
	add_cell(out, "", cell ? cell : "");
}

void csv_add_text(struct strbuf *out, const char *cell)
{
	bool is_formula = cell && cell[0] && strchr("=+-@\t\r", cell[0]);
	add_cell(out, is_formula ? "'" : "", cell ? cell : "");
}
