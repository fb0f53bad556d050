/* json_value.c - whole values of a JSON document: skipped, or handed on as they stand. */
#include "json_internal.h"

static bool is_value(enum json_token token)
{
	return token == JSON_OBJECT || token == JSON_ARRAY || token == JSON_STRING ||
	       token == JSON_NUMBER || token == JSON_TRUE || token == JSON_FALSE ||
	       token == JSON_NULL;
}

static size_t kept_bytes(const struct json_reader *reader)
{
	return reader->spill.len + (size_t)(reader->at - reader->mark);
}

/* Takes one value. With `most` not 0 its text is kept, and is an error where it is longer. */
static int take_value(struct json_reader *reader, size_t most)
{
	enum json_token token = json_peek(reader);
	if (token != JSON_ERROR && !is_value(token)) {
		token = json_fail(reader, reader->next_place, "expected a value, found %s",
				  json_token_name(token));
	}
	if (token == JSON_ERROR) {
		return -1;
	}
	struct json_place start = reader->next_place;
	reader->keep_mark = most > 0;
	size_t depth = 0; /* within the value */
	int result = 0;
	do {
		token = json_next(reader);
		if (token == JSON_OBJECT || token == JSON_ARRAY) {
			depth++;
		} else if (token == JSON_OBJECT_END || token == JSON_ARRAY_END) {
			depth--;
		}
		if (token != JSON_ERROR && most && kept_bytes(reader) > most) {
			token = json_fail(reader, start, "value longer than %lu bytes",
					  (unsigned long)most);
		}
		result = token == JSON_ERROR ? -1 : 0;
	} while (depth > 0 && result == 0);
	reader->keep_mark = false;
	return result;
}

int json_skip(struct json_reader *reader)
{
	return take_value(reader, 0);
}

int json_raw(struct json_reader *reader, struct strbuf *out)
{
	if (take_value(reader, reader->text_limit) != 0) {
		return -1;
	}
	strbuf_add(out, strbuf_text(&reader->spill), reader->spill.len);
	strbuf_add(out, reader->mark, (size_t)(reader->at - reader->mark));
	if (out->failed) {
		(void)json_fail_memory(reader);
		return -1;
	}
	return 0;
}
