/* Beyond token after token: looking ahead, values skipped, as raw text and as numbers, and
 * beginning again. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "json_pieces.h"
#include "json_read.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void peek__any_token__disturbs_nothing(void **state)
{
	(void)state;
	static const char json[] = "{\"first\":\n\"second\",\"third\":[17]}";
	struct json_reader *reader = json_reader_create_memory(json, sizeof(json) - 1, 0);
	assert_non_null(reader);
	assert_int_equal(json_peek(reader), JSON_OBJECT);
	assert_int_equal(json_peek(reader), JSON_OBJECT);
	assert_int_equal(json_next(reader), JSON_OBJECT);
	assert_int_equal(json_next(reader), JSON_KEY);
	assert_int_equal(json_peek(reader), JSON_STRING);
	assert_string_equal(json_text(reader), "first");
	assert_int_equal(json_text_len(reader), 5);
	assert_int_equal(json_line(reader), 1);
	assert_int_equal(json_column(reader), 2);
	assert_int_equal(json_next(reader), JSON_STRING);
	assert_string_equal(json_text(reader), "second");
	assert_int_equal(json_line(reader), 2);
	assert_int_equal(json_next(reader), JSON_KEY);
	assert_int_equal(json_next(reader), JSON_ARRAY);
	assert_string_equal(json_text(reader), "third"); /* of the last key taken */
	assert_int_equal(json_next(reader), JSON_NUMBER);
	assert_int_equal(json_peek(reader), JSON_ARRAY_END);
	int64_t number;
	assert_int_equal(json_int64(reader, &number), 0);
	assert_int_equal(number, 17);
	json_reader_free(reader);
}

static void peek__mistake__tells_where(void **state)
{
	(void)state;
	struct json_reader *reader = json_reader_create_memory("[1 x", 4, 0);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_ARRAY);
	assert_int_equal(json_next(reader), JSON_NUMBER);
	assert_int_equal(json_peek(reader), JSON_ERROR);
	assert_int_equal(json_column(reader), 4);
	assert_string_equal(json_error_text(reader),
			    "expected ',' or ']' after an element, found 'x'");
	assert_int_equal(json_next(reader), JSON_ERROR);
	json_reader_free(reader);
}

static void skip__values__next_one_follows(void **state)
{
	(void)state;
	static const char json[] = "[{\"a\":[1,{\"b\":2}],\"c\":[]},[[],[]],\"s\",1,null,7]";
	struct json_reader *reader = json_reader_create_memory(json, sizeof(json) - 1, 0);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_ARRAY);
	for (int i = 0; i < 5; i++) {
		if (i % 2) {
			(void)json_peek(reader);
		}
		assert_int_equal(json_skip(reader), 0);
	}
	assert_int_equal(json_next(reader), JSON_NUMBER);
	assert_string_equal(json_text(reader), "7");
	assert_int_equal(json_skip(reader), -1);
	assert_string_equal(json_error_text(reader), "expected a value, found the end of an array");
	assert_int_equal(json_column(reader), (int)sizeof(json) - 1);
	json_reader_free(reader);
}

static void skip__mistake_inside__error(void **state)
{
	(void)state;
	struct json_reader *reader = json_reader_create_memory("[[1,{\"a\":1,\"a\":2}]]", 19, 0);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_ARRAY);
	assert_int_equal(json_skip(reader), -1);
	assert_string_equal(json_error_text(reader), "duplicate key 'a'");
	assert_int_equal(json_skip(reader), -1);
	json_reader_free(reader);
}

static void skip__at_a_key_or_the_end__error(void **state)
{
	(void)state;
	struct json_reader *reader = json_reader_create_memory("{\"a\":1}", 7, 0);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_OBJECT);
	assert_int_equal(json_skip(reader), -1);
	assert_string_equal(json_error_text(reader), "expected a value, found a key");
	json_reader_free(reader);
	reader = json_reader_create_memory("1", 1, 0);
	assert_non_null(reader);
	assert_int_equal(json_skip(reader), 0);
	assert_int_equal(json_skip(reader), -1);
	assert_string_equal(json_error_text(reader),
			    "expected a value, found the end of the document");
	json_reader_free(reader);
}

static void raw__values_in_pieces__text_as_it_stands(void **state)
{
	(void)state;
	static const char json[] = "  [ {\"a\" : [1 , {\"\\u0062\":2.50}],\n\t\"c\":[ ]} , [ ],"
				   "\"s\\n\xc3\xbc\" , -1.5e3 ,null,{} ] ";
	static const char *const values[] = { "{\"a\" : [1 , {\"\\u0062\":2.50}],\n\t\"c\":[ ]}",
					      "[ ]",
					      "\"s\\n\xc3\xbc\"",
					      "-1.5e3",
					      "null",
					      "{}" };
	for (size_t piece = 1; piece <= 100; piece++) {
		for (int peek = 0; peek < 2; peek++) {
			struct pieces pieces = { json, sizeof(json) - 1, 0, piece, SIZE_MAX };
			struct json_reader *reader = json_reader_create(read_piece, &pieces, 0);
			assert_non_null(reader);
			assert_int_equal(json_next(reader), JSON_ARRAY);
			for (size_t i = 0; i < COUNT(values); i++) {
				struct strbuf out;
				strbuf_init(&out);
				strbuf_adds(&out, ">");
				if (peek) {
					(void)json_peek(reader);
				}
				assert_int_equal(json_raw(reader, &out), 0);
				assert_string_equal(strbuf_text(&out) + 1, values[i]);
				strbuf_release(&out);
			}
			assert_int_equal(json_next(reader), JSON_ARRAY_END);
			assert_int_equal(json_next(reader), JSON_END);
			json_reader_free(reader);
		}
	}
}

static void raw__mixed_with_next__keeps_its_place(void **state)
{
	(void)state;
	static const char json[] = "{\"run\":{\"id\":1},\"hosts\":[{\"h\":1},{\"h\":2}]}";
	struct json_reader *reader = json_reader_create_memory(json, sizeof(json) - 1, 0);
	struct strbuf out;
	strbuf_init(&out);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_OBJECT);
	assert_int_equal(json_next(reader), JSON_KEY);
	assert_int_equal(json_raw(reader, &out), 0);
	assert_int_equal(json_next(reader), JSON_KEY);
	assert_string_equal(json_text(reader), "hosts");
	assert_int_equal(json_next(reader), JSON_ARRAY);
	while (json_peek(reader) != JSON_ARRAY_END) {
		strbuf_addc(&out, '|');
		assert_int_equal(json_raw(reader, &out), 0);
	}
	assert_string_equal(strbuf_text(&out), "{\"id\":1}|{\"h\":1}|{\"h\":2}");
	assert_int_equal(json_next(reader), JSON_ARRAY_END);
	assert_int_equal(json_next(reader), JSON_OBJECT_END);
	assert_int_equal(json_next(reader), JSON_END);
	json_reader_free(reader);
	strbuf_release(&out);
}

static void raw__larger_than_the_limit__error(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		int result;
	} rows[] = {
		{ "[1,2,3,4,5]", 0 },
		{ "[1,2,3,4,56]", -1 },
		{ "[1,          ]", -1 },
		{ "[          1]", -1 },
		{ "[                       1]", -1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t piece = 1; piece < 30; piece++) {
			struct pieces pieces = { rows[i].json, strlen(rows[i].json), 0, piece,
						 SIZE_MAX };
			struct json_reader *reader = json_reader_create(read_piece, &pieces, 11);
			struct strbuf out;
			strbuf_init(&out);
			assert_non_null(reader);
			assert_int_equal(json_raw(reader, &out), rows[i].result);
			if (rows[i].result != 0) {
				assert_int_equal(out.len, 0);
				assert_int_equal(json_peek(reader), JSON_ERROR);
			}
			json_reader_free(reader);
			strbuf_release(&out);
		}
	}
	struct json_reader *reader = json_reader_create_memory(" [[1,2,3,4,56]]", 15, 11);
	struct strbuf out;
	strbuf_init(&out);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_ARRAY);
	assert_int_equal(json_raw(reader, &out), -1);
	assert_string_equal(json_error_text(reader), "value longer than 11 bytes");
	assert_int_equal(json_column(reader), 3);
	json_reader_free(reader);
	strbuf_release(&out);
}

static void raw__mistake_inside__nothing_appended(void **state)
{
	(void)state;
	struct json_reader *reader = json_reader_create_memory("[[1,tru]]", 9, 0);
	struct strbuf out;
	strbuf_init(&out);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_ARRAY);
	assert_int_equal(json_raw(reader, &out), -1);
	assert_int_equal(out.len, 0);
	assert_int_equal(json_next(reader), JSON_ERROR);
	json_reader_free(reader);
	strbuf_release(&out);
}

static void int64__numbers__exact_or_refused(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		bool fits;
		int64_t value;
	} rows[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "42", true, 42 },
		{ "-42", true, -42 },
		{ "1000", true, 1000 },
		{ "100200300", true, 100200300 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "18446744073709551617", false, 0 },
		{ "99999999999999999999999999", false, 0 },
		{ "1000000000000000000", true, INT64_C(1000000000000000000) },
		{ "10000000000000000000", false, 0 },
		{ "1e3", true, 1000 },
		{ "1E+3", true, 1000 },
		{ "1e18", true, INT64_C(1000000000000000000) },
		{ "1e19", false, 0 },
		{ "-9e18", true, INT64_C(-9000000000000000000) },
		{ "1.5", false, 0 },
		{ "1.5e1", true, 15 },
		{ "1.0", true, 1 },
		{ "10e-1", true, 1 },
		{ "1e-1", false, 0 },
		{ "0.001e3", true, 1 },
		{ "0.0010e2", false, 0 },
		{ "0e999999999999999999999999", true, 0 },
		{ "0.000e-99999999999999999999", true, 0 },
		{ "1e999999999999999999999999", false, 0 },
		{ "1e-999999999999999999999999", false, 0 },
		{ "100000000000000000000000000000000000001", false, 0 },
		{ "100000000000000000000e-20", true, 1 },
		{ "0.00000000000000000000000000000000000000001e41", true, 1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json_reader *reader =
			json_reader_create_memory(rows[i].json, strlen(rows[i].json), 0);
		int64_t value = 77;
		assert_non_null(reader);
		assert_int_equal(json_int64(reader, &value), -1); /* there is none yet */
		assert_int_equal(json_next(reader), JSON_NUMBER);
		if (json_int64(reader, &value) != (rows[i].fits ? 0 : -1) ||
		    value != (rows[i].fits ? rows[i].value : 77)) {
			fail_msg("%s", rows[i].json);
		}
		json_reader_free(reader);
	}
}

static void double__numbers__nearest(void **state)
{
	(void)state;
	static const char json[] = "[1.5,-2e3,0.1,7,\"8\"]";
	static const double values[] = { 1.5, -2000.0, 0.1, 7.0 };
	struct json_reader *reader = json_reader_create_memory(json, sizeof(json) - 1, 0);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_ARRAY);
	for (size_t i = 0; i < COUNT(values); i++) {
		assert_int_equal(json_next(reader), JSON_NUMBER);
		assert_true(json_double(reader) == values[i]);
	}
	int64_t value;
	assert_int_equal(json_next(reader), JSON_STRING);
	assert_true(json_double(reader) == 0.0); /* a string is no number */
	assert_int_equal(json_int64(reader, &value), -1);
	json_reader_free(reader);
}

/* After a document that ended, one that broke off deep inside, and one with a mistake. */
static void restart__after_anything__as_a_new_reader(void **state)
{
	(void)state;
	static const char *const before[] = { "[1,2]", "{\"a\":{\"b\":[1", "{\"a\":1,\"a\":2}",
					      "\n\n?" };
	static const char json[] = "{\"a\":\n[7]}";
	for (size_t i = 0; i < COUNT(before); i++) {
		struct json_reader *reader =
			json_reader_create_memory(before[i], strlen(before[i]), 0);
		assert_non_null(reader);
		for (int taken = 0; taken < 6; taken++) {
			(void)json_next(reader);
		}
		json_reader_restart(reader, json, sizeof(json) - 1);
		assert_int_equal(json_next(reader), JSON_OBJECT);
		assert_int_equal(json_line(reader), 1);
		assert_int_equal(json_column(reader), 1);
		assert_int_equal(json_next(reader), JSON_KEY);
		assert_string_equal(json_text(reader), "a");
		assert_int_equal(json_next(reader), JSON_ARRAY);
		assert_int_equal(json_line(reader), 2);
		assert_int_equal(json_next(reader), JSON_NUMBER);
		assert_int_equal(json_next(reader), JSON_ARRAY_END);
		assert_int_equal(json_next(reader), JSON_OBJECT_END);
		assert_int_equal(json_next(reader), JSON_END);
		json_reader_free(reader);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peek__any_token__disturbs_nothing),
		cmocka_unit_test(peek__mistake__tells_where),
		cmocka_unit_test(skip__values__next_one_follows),
		cmocka_unit_test(skip__mistake_inside__error),
		cmocka_unit_test(skip__at_a_key_or_the_end__error),
		cmocka_unit_test(raw__values_in_pieces__text_as_it_stands),
		cmocka_unit_test(raw__mixed_with_next__keeps_its_place),
		cmocka_unit_test(raw__larger_than_the_limit__error),
		cmocka_unit_test(raw__mistake_inside__nothing_appended),
		cmocka_unit_test(int64__numbers__exact_or_refused),
		cmocka_unit_test(double__numbers__nearest),
		cmocka_unit_test(restart__after_anything__as_a_new_reader),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
