/*
 * fuzz_json.c - the reader gives the same tokens however the bytes come, and takes nothing that
 * cJSON refuses.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "json_read.h"
#include "text.h"

#define TEXT_LIMIT 4096

struct drops {
	const char *bytes;
	size_t len, at;
};

/* One byte, then two, then three. */
static long next_drop(void *ctx, char *out, size_t cap)
{
	struct drops *drops = ctx;
	size_t len = 1 + drops->at % 3;

	if (len > drops->len - drops->at)
		len = drops->len - drops->at;
	if (len > cap)
		len = cap;
	memcpy(out, drops->bytes + drops->at, len);
	drops->at += len;
	return (long)len;
}

static bool has_text(enum json_token token)
{
	return token == JSON_KEY || token == JSON_STRING || token == JSON_NUMBER;
}

/* Of the number taken last, which is whole where json_int64() says so. */
static void check_number(const struct json_reader *reader)
{
	int64_t value;

	if (json_int64(reader, &value) == 0 && value > -(INT64_C(1) << 53) &&
	    value < INT64_C(1) << 53)
		FUZZ_CHECK(json_double(reader) == (double)value);
}

/* Both read the same. JSON_END or JSON_ERROR. */
static enum json_token read_both(struct json_reader *a, struct json_reader *b,
				 bool *ret_long_number)
{
	int line = 1, column = 1;

	for (;;) {
		enum json_token peeked = json_peek(a);
		enum json_token token = json_next(a);

		FUZZ_CHECK(token == peeked && token == json_next(b));
		FUZZ_CHECK(json_line(a) == json_line(b) && json_column(a) == json_column(b));
		if (token == JSON_ERROR) {
			FUZZ_CHECK(strcmp(json_error_text(a), json_error_text(b)) == 0);
			FUZZ_CHECK(*json_error_text(a) && !strchr(json_error_text(a), '\n'));
			FUZZ_CHECK(json_next(a) == JSON_ERROR);
			FUZZ_CHECK(json_line(a) >= 1 && json_column(a) >= 1);
			return token;
		}
		FUZZ_CHECK(json_line(a) > line ||
			   (json_line(a) == line && json_column(a) >= column));
		line = json_line(a);
		column = json_column(a);
		if (has_text(token)) {
			FUZZ_CHECK(strcmp(json_text(a), json_text(b)) == 0);
			FUZZ_CHECK(strlen(json_text(a)) == json_text_len(a));
			FUZZ_CHECK(json_text_len(a) <= TEXT_LIMIT);
			FUZZ_CHECK(utf8_valid(json_text(a), json_text_len(a), NULL));
		}
		if (token == JSON_NUMBER) {
			check_number(a);
			*ret_long_number |= json_text_len(a) > 60;
		}
		if (token == JSON_END)
			return token;
	}
}

/* Skipping a value and taking its text find the same mistakes as reading it. */
static void check_whole(const char *bytes, size_t len, bool good)
{
	struct json_reader *skipped = json_reader_create_memory(bytes, len, TEXT_LIMIT);
	struct json_reader *raw = json_reader_create_memory(bytes, len, TEXT_LIMIT);
	struct strbuf text;

	strbuf_init(&text);
	FUZZ_CHECK(skipped && raw);
	FUZZ_CHECK((json_skip(skipped) == 0 && json_next(skipped) == JSON_END) == good);
	if (json_raw(raw, &text) == 0) {
		FUZZ_CHECK(text.len <= TEXT_LIMIT);
		FUZZ_CHECK((json_next(raw) == JSON_END) == good);
		json_reader_restart(raw, strbuf_text(&text), text.len);
		FUZZ_CHECK(json_skip(raw) == 0 && json_next(raw) == JSON_END);
	} else {
		FUZZ_CHECK(!good || len > TEXT_LIMIT);
	}
	json_reader_free(skipped);
	json_reader_free(raw);
	strbuf_release(&text);
}

/* cJSON does not skip a byte order mark that less than two bytes follow. */
static void check_tree(const char *text, size_t len)
{
	size_t mark = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	cJSON *tree = cJSON_ParseWithLength(text + mark, len - mark);

	FUZZ_CHECK(tree);
	cJSON_Delete(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = (const char *)bytes;
	struct drops drops = { .bytes = text, .len = len };
	struct json_reader *whole = json_reader_create_memory(text, len, TEXT_LIMIT);
	struct json_reader *dropped = json_reader_create(next_drop, &drops, TEXT_LIMIT);
	bool long_number = false, good;

	FUZZ_CHECK(whole && dropped);
	good = read_both(whole, dropped, &long_number) == JSON_END;
	check_whole(text, len, good);
	if (good && !long_number) /* cJSON has a limit there */
		check_tree(text, len);
	json_reader_free(whole);
	json_reader_free(dropped);
	return 0;
}
