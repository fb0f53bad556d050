/* inv_errors.c - errors, notes and the memory that everything here is made of. */
#include "inv_internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define SHOW_BYTES 80 /* of a quoted text in a message */

void *inv_grown(struct inventory *inv, void *array, size_t count, size_t *cap, size_t size)
{
	size_t wanted = *cap ? *cap * 2 : 16;
	void *grown;

	if (count < *cap)
		return array;
	grown = wanted > SIZE_MAX / size ? NULL : realloc(array, wanted * size);
	if (!grown) {
		inv->failed = true;
		return NULL;
	}
	*cap = wanted;
	return grown;
}

void *inv_alloc(struct inventory *inv, size_t bytes)
{
	void *memory = arena_alloc(&inv->arena, bytes);

	if (!memory)
		inv->failed = true;
	return memory;
}

char *inv_strndup(struct inventory *inv, const char *text, size_t len)
{
	char *copy = arena_strndup(&inv->arena, text, len);

	if (!copy)
		inv->failed = true;
	return copy;
}

uint32_t inv_source_add(struct inventory *inv, const char *name)
{
	const char **sources =
		inv_grown(inv, inv->sources, inv->source_count, &inv->source_cap, sizeof(*sources));
	char *copy;

	if (!sources)
		return INV_NONE;
	inv->sources = sources;
	copy = inv_strndup(inv, name, strlen(name));
	if (!copy)
		return INV_NONE;
	inv->sources[inv->source_count] = copy;
	return (uint32_t)inv->source_count++;
}

static const char *source_name(const struct inventory *inv, const struct inv_place *place)
{
	return place->source == INV_NONE ? NULL : inv->sources[place->source];
}

static void error_put(struct inventory *inv, const struct inv_place *place, const char *message)
{
	struct inv_error_rec *errors =
		inv_grown(inv, inv->errors, inv->error_count, &inv->error_cap, sizeof(*errors));

	if (!errors)
		return;
	inv->errors = errors;
	errors[inv->error_count] = (struct inv_error_rec){
		.error = { .source = source_name(inv, place),
			   .line = place->line,
			   .column = place->column,
			   .message = message },
		.source = place->source,
		.order = (uint32_t)inv->error_count,
	};
	inv->error_count++;
}

static const char *message_make(struct inventory *inv, const char *format, va_list args)
	STRBUF_PRINTF(2, 0);

/* The message in the arena, NULL when memory is short. */
static const char *message_make(struct inventory *inv, const char *format, va_list args)
{
	struct strbuf text;
	const char *message = NULL;

	strbuf_init(&text);
	strbuf_vaddf(&text, format, args);
	if (text.failed)
		inv->failed = true;
	else
		message = inv_strndup(inv, strbuf_text(&text), text.len);
	strbuf_release(&text);
	return message;
}

void inv_error(struct inventory *inv, const struct inv_place *place, const char *format, ...)
{
	static const struct inv_place nowhere = { .source = INV_NONE };
	const char *message;
	va_list args;

	if (inv->error_count >= INV_ERRORS_MAX) {
		if (inv->error_count == INV_ERRORS_MAX)
			error_put(inv, &nowhere, "too many errors: the rest is left out");
		return;
	}
	va_start(args, format);
	message = message_make(inv, format, args);
	va_end(args);
	if (message)
		error_put(inv, place, message);
}

void inv_note(struct inventory *inv, const struct inv_place *place, const char *format, ...)
{
	struct inv_note *notes =
		inv_grown(inv, inv->notes, inv->note_count, &inv->note_cap, sizeof(*notes));
	const char *message;
	va_list args;

	if (!notes)
		return;
	inv->notes = notes;
	va_start(args, format);
	message = message_make(inv, format, args);
	va_end(args);
	if (message)
		notes[inv->note_count++] = (struct inv_note){ .source = source_name(inv, place),
							      .line = place->line,
							      .message = message };
}

static int error_cmp(const void *left, const void *right)
{
	const struct inv_error_rec *a = left, *b = right;

	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	if (a->error.line != b->error.line)
		return a->error.line < b->error.line ? -1 : 1;
	if (a->error.column != b->error.column)
		return a->error.column < b->error.column ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

void inv_errors_sort(struct inventory *inv)
{
	if (inv->error_count > 1)
		qsort(inv->errors, inv->error_count, sizeof(*inv->errors), error_cmp);
}

const char *inv_show(char out[INV_SHOW_SIZE], const char *text, size_t len)
{
	size_t kept = len, at = 0;

	if (len > SHOW_BYTES) {
		kept = SHOW_BYTES;
		while (kept > 0 && ((unsigned char)text[kept] & 0xC0) == 0x80)
			kept--;
	}
	out[at++] = '\'';
	memcpy(out + at, text, kept);
	at += kept;
	if (kept < len) {
		memcpy(out + at, "...", 3);
		at += 3;
	}
	out[at++] = '\'';
	out[at] = '\0';
	return out;
}

const char *inv_place_text(struct inventory *inv, const struct inv_place *place)
{
	struct strbuf text;
	const char *copy = NULL;

	strbuf_init(&text);
	strbuf_adds(&text, place->source == INV_NONE ? "?" : inv->sources[place->source]);
	if (place->line > 0)
		strbuf_addf(&text, ":%d", place->line);
	if (place->column > 0)
		strbuf_addf(&text, ":%d", place->column);
	if (text.failed)
		inv->failed = true;
	else
		copy = inv_strndup(inv, strbuf_text(&text), text.len);
	strbuf_release(&text);
	return copy ? copy : "";
}

int inv_columns(const char *text, size_t len)
{
	int columns = 0;

	for (size_t i = 0; i < len; i++)
		columns += ((unsigned char)text[i] & 0xC0) != 0x80;
	return columns;
}

void inv_error_format(struct strbuf *out, const struct inv_error *error)
{
	if (error->source) {
		text_escape_add(out, error->source, strlen(error->source));
		if (error->line > 0)
			strbuf_addf(out, ":%d", error->line);
		if (error->column > 0)
			strbuf_addf(out, ":%d", error->column);
		strbuf_adds(out, ": ");
	}
	text_escape_add(out, error->message, strlen(error->message));
}
