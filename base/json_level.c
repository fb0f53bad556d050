/* json_level.c - the objects and arrays that are open, and the keys they have had.
 *
 * Keys of small objects are compared one by one, without taking memory for each object; what is
 * more or longer goes into a map. Together they bound what a hostile object costs. */
#include "json_internal.h"

#include <string.h>

#define FEW_KEY_SIZE 256

void json_level_release(struct json_level *level)
{
	if (level->many) {
		str_map_release(&level->keys);
		arena_release(&level->key_text);
		level->many = false;
	}
}

enum json_token json_level_open(struct json_reader *reader, bool is_object)
{
	if (reader->depth == JSON_DEPTH_MAX) {
		return json_fail(reader, json_place_here(reader), "nested deeper than %d",
				 JSON_DEPTH_MAX);
	}
	reader->at++;
	struct json_level *level = &reader->levels[reader->depth++];
	level->is_object = is_object;
	level->few_from = reader->few_count;
	level->many = false;
	reader->expect = is_object ? JSON_EXPECT_FIRST_KEY : JSON_EXPECT_FIRST_VALUE;
	return is_object ? JSON_OBJECT : JSON_ARRAY;
}

enum json_token json_level_close(struct json_reader *reader)
{
	reader->at++;
	struct json_level *level = &reader->levels[--reader->depth];
	if (reader->few_count > level->few_from) {
		reader->few_count = level->few_from;
		reader->few_text.len = reader->few[level->few_from].start;
	}
	json_level_release(level);
	json_after_value(reader);
	return level->is_object ? JSON_OBJECT_END : JSON_ARRAY_END;
}

static int put_in_map(struct json_level *level, const char *key, size_t len)
{
	char *copy = arena_alloc(&level->key_text, len);
	uint32_t before;
	if (!copy) {
		return -1;
	}
	memcpy(copy, key, len);
	return str_map_put_new(&level->keys, copy, len, 0, &before);
}

/* From comparing one by one to a map. */
static int begin_map(struct json_reader *reader, struct json_level *level)
{
	str_map_init(&level->keys);
	arena_init(&level->key_text);
	level->many = true;
	for (size_t i = level->few_from; i < reader->few_count; i++) {
		const char *key = reader->few_text.data + reader->few[i].start;
		if (put_in_map(level, key, reader->few[i].len) < 0) {
			return -1;
		}
	}
	return 0;
}

int json_level_key(struct json_reader *reader, const char *key, size_t len)
{
	struct json_level *level = &reader->levels[reader->depth - 1];
	if (!level->many) {
		for (size_t i = level->few_from; i < reader->few_count; i++) {
			const struct json_key_span *span = &reader->few[i];
			if (span->len == len &&
			    memcmp(reader->few_text.data + span->start, key, len) == 0) {
				return 1;
			}
		}
		if (reader->few_count - level->few_from < JSON_FEW_KEYS && len <= FEW_KEY_SIZE) {
			reader->few[reader->few_count++] =
				(struct json_key_span){ reader->few_text.len, len };
			strbuf_add(&reader->few_text, key, len);
			return reader->few_text.failed ? -1 : 0;
		}
		if (begin_map(reader, level) != 0) {
			return -1;
		}
	}
	uint32_t before;
	if (str_map_get(&level->keys, key, len, &before)) {
		return 1;
	}
	return put_in_map(level, key, len);
}
