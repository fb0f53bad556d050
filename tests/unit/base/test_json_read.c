/* The tokens of a JSON document, their places, and what is refused; the same from memory and in
 * pieces of every size. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "hash.h"
#include "json_pieces.h"
#include "json_read.h"
#include "json_write.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *short_name(enum json_token token)
{
	static const char *const names[] = { "!",   "end", "{",	  "}",	  "[",	   "]",
					     "key", "str", "num", "true", "false", "null" };
	return names[token];
}

/* Every token as `LINE:COLUMN name text`, one a line. */
static void trace_reader(struct strbuf *out, struct json_reader *reader)
{
	assert_non_null(reader);
	for (;;) {
		enum json_token token = json_next(reader);
		strbuf_addf(out, "%d:%d %s", json_line(reader), json_column(reader),
			    short_name(token));
		if (token == JSON_KEY || token == JSON_STRING || token == JSON_NUMBER) {
			assert_int_equal(strlen(json_text(reader)), json_text_len(reader));
			strbuf_addf(out, " %s", json_text(reader));
		}
		if (token == JSON_ERROR) {
			strbuf_addf(out, " %s\n", json_error_text(reader));
		}
		if (token == JSON_ERROR || token == JSON_END) {
			assert_int_equal(json_next(reader), token); /* both stay */
			assert_int_equal(json_peek(reader), token);
			break;
		}
		strbuf_addc(out, '\n');
	}
	json_reader_free(reader);
}

static void trace_pieces(struct strbuf *out, const char *bytes, size_t len, size_t piece)
{
	struct pieces pieces = { bytes, len, 0, piece, SIZE_MAX };
	trace_reader(out, json_reader_create(read_piece, &pieces, 0));
}

struct row {
	const char *json;
	size_t len;
	const char *trace; /* all of it, or for an error its last line */
};
#define ROW(json, trace)                                                                           \
	{                                                                                          \
		json, sizeof(json) - 1, trace                                                      \
	}

/* From memory and in pieces of 1 to 7 bytes: always the same. */
static void check_everywhere(const struct row *row)
{
	struct strbuf whole, part;
	strbuf_init(&whole);
	strbuf_init(&part);
	trace_reader(&whole, json_reader_create_memory(row->json, row->len, 0));
	const char *text = strbuf_text(&whole);
	if (strchr(row->trace, '!')) {
		assert_true(whole.len >= strlen(row->trace) + 1);
		text += whole.len - strlen(row->trace) - 1;
		assert_memory_equal(text, row->trace, strlen(row->trace));
	} else {
		assert_string_equal(text, row->trace);
	}
	for (size_t piece = 1; piece <= 7; piece++) {
		strbuf_clear(&part);
		trace_pieces(&part, row->json, row->len, piece);
		assert_string_equal(strbuf_text(&part), strbuf_text(&whole));
	}
	strbuf_release(&whole);
	strbuf_release(&part);
}

static void read__documents__tokens_with_places(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("null", "1:1 null\n1:5 end"),
		ROW(" true ", "1:2 true\n1:7 end"),
		ROW("false\n", "1:1 false\n2:1 end"),
		ROW("{}", "1:1 {\n1:2 }\n1:3 end"),
		ROW("[]", "1:1 [\n1:2 ]\n1:3 end"),
		ROW("[ ]", "1:1 [\n1:3 ]\n1:4 end"),
		ROW("\"\"", "1:1 str \n1:3 end"),
		ROW("{\"a\":1,\"b\":[true,null]}",
		    "1:1 {\n1:2 key a\n1:6 num 1\n1:8 key b\n1:12 [\n1:13 true\n1:18 null\n1:22 ]\n"
		    "1:23 }\n1:24 end"),
		ROW("\t{ \"a\" :\r\n  [1 , 2]\n}\n",
		    "1:2 {\n1:4 key a\n2:3 [\n2:4 num 1\n2:8 num 2\n2:9 ]\n3:1 }\n4:1 end"),
		ROW("[{},[],{\"a\":{}}]",
		    "1:1 [\n1:2 {\n1:3 }\n1:5 [\n1:6 ]\n1:8 {\n1:9 key a\n1:13 {\n1:14 }\n1:15 }\n"
		    "1:16 ]\n1:17 end"),
		ROW("\xef\xbb\xbf[1]", "1:1 [\n1:2 num 1\n1:3 ]\n1:4 end"),
		ROW("[\"M\xc3\xbcller\",\"\xf0\x9f\x98\x80\", 3]",
		    "1:1 [\n1:2 str M\xc3\xbcller\n1:11 str \xf0\x9f\x98\x80\n1:16 num 3\n1:17 ]\n"
		    "1:18 end"),
		ROW("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
		    "1:1 [\n1:2 str \"\\/\b\f\n\r\t\n1:20 ]\n1:21 end"),
		ROW("[\"\\u0041\\u00fc\\u20AC\\uD83d\\uDE00x\"]",
		    "1:1 [\n1:2 str A\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80x\n1:35 ]\n1:36 end"),
		ROW("\"\x7f\"", "1:1 str \x7f\n1:4 end"),
		ROW("{\"a\":{\"a\":1},\"b\":{\"a\":1}}", /* once an object is not once a document */
		    "1:1 {\n1:2 key a\n1:6 {\n1:7 key a\n1:11 num 1\n1:12 }\n1:14 key b\n1:18 {\n"
		    "1:19 key a\n1:23 num 1\n1:24 }\n1:25 }\n1:26 end"),
		ROW("{\"\":0,\"A\":0,\"a\":0}",
		    "1:1 {\n1:2 key \n1:5 num 0\n1:7 key A\n1:11 num 0\n1:13 key a\n1:17 num 0\n"
		    "1:18 }\n1:19 end"),
		ROW("[0,-0,1.5,-1e5,1E+5,12e-3,0.0]",
		    "1:1 [\n1:2 num 0\n1:4 num -0\n1:7 num 1.5\n1:11 num -1e5\n1:16 num 1E+5\n"
		    "1:21 num 12e-3\n1:27 num 0.0\n1:30 ]\n1:31 end"),
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_everywhere(&rows[i]);
	}
}

static void read__mistakes__place_and_reason(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("", "1:1 ! unexpected end of input"),
		ROW(" \n ", "2:2 ! unexpected end of input"),
		ROW("\xef\xbb\xbf", "1:1 ! unexpected end of input"),
		ROW("{", "1:2 ! unexpected end of input"),
		ROW("[1", "1:3 ! unexpected end of input"),
		ROW("[1,", "1:4 ! unexpected end of input"),
		ROW("{\"a\"", "1:5 ! unexpected end of input"),
		ROW("{\"a\":", "1:6 ! unexpected end of input"),
		ROW("{\"a\":1,", "1:8 ! unexpected end of input"),
		ROW("\"abc", "1:5 ! unexpected end of input"),
		ROW("\"abc\\", "1:6 ! unexpected end of input"),
		ROW("-", "1:2 ! unexpected end of input"),
		ROW("1.", "1:3 ! unexpected end of input"),
		ROW("1e+", "1:4 ! unexpected end of input"),
		ROW("x", "1:1 ! expected a value, found 'x'"),
		ROW("'a'", "1:1 ! expected a value, found '''"),
		ROW("nul", "1:1 ! expected a value, found 'n'"),
		ROW("NaN", "1:1 ! expected a value, found 'N'"),
		ROW("+1", "1:1 ! expected a value, found '+'"),
		ROW(".5", "1:1 ! expected a value, found '.'"),
		ROW("// x", "1:1 ! expected a value, found '/'"),
		ROW("]", "1:1 ! expected a value, found ']'"),
		ROW("[,1]", "1:2 ! expected a value or ']', found ','"),
		ROW("[1,]", "1:4 ! expected a value, found ']'"),
		ROW("[1,,2]", "1:4 ! expected a value, found ','"),
		ROW("[1 2]", "1:4 ! expected ',' or ']' after an element, found '2'"),
		ROW("[1}", "1:3 ! expected ',' or ']' after an element, found '}'"),
		ROW("[truex]", "1:6 ! expected ',' or ']' after an element, found 'x'"),
		ROW("{\"a\":1 \"b\":2}", "1:8 ! expected ',' or '}' after a member, found '\"'"),
		ROW("{\"a\":1]", "1:7 ! expected ',' or '}' after a member, found ']'"),
		ROW("{\"a\":1\n,\n x}", "3:2 ! expected a key in quotes after ',', found 'x'"),
		ROW("{\"a\":1,}", "1:8 ! expected a key in quotes after ',', found '}'"),
		ROW("{a:1}", "1:2 ! expected a key in quotes or '}', found 'a'"),
		ROW("{1:1}", "1:2 ! expected a key in quotes or '}', found '1'"),
		ROW("{\"a\" 1}", "1:6 ! expected ':' after a key, found '1'"),
		ROW("{\"a\":}", "1:6 ! expected a value, found '}'"),
		ROW("[\"\xc3\xbc\" x]", "1:6 ! expected ',' or ']' after an element, found 'x'"),
		ROW("[\xe2\x80\xae]", "1:2 ! expected a value or ']', found '\\u{202e}'"),
		ROW("[\x1b]", "1:2 ! expected a value or ']', found '\\x1b'"),
		ROW("[\0]", "1:2 ! expected a value or ']', found '\\x00'"),
		ROW("[\xff]", "1:2 ! not UTF-8"),
		ROW("01", "1:2 ! a number must not begin with 0"),
		ROW("[-01]", "1:4 ! a number must not begin with 0"),
		ROW("[-x]", "1:3 ! expected a digit, found 'x'"),
		ROW("[1.x]", "1:4 ! expected a digit, found 'x'"),
		ROW("[1e]", "1:4 ! expected a digit, found ']'"),
		ROW("[1.2.3]", "1:5 ! expected ',' or ']' after an element, found '.'"),
		ROW("0x10", "1:2 ! text after the end of the document"),
		ROW("{}\n{}", "2:1 ! text after the end of the document"),
		ROW("1 \0", "1:3 ! text after the end of the document"),
		ROW("\"a\nb\"",
		    "1:3 ! a control character in a string must be written as '\\u000a'"),
		ROW("\"a\0b\"", "1:3 ! NUL is not allowed in a string"),
		ROW("\"\\u0000\"", "1:2 ! NUL is not allowed in a string"),
		ROW("\"a\\x\"", "1:3 ! unknown escape in a string"),
		ROW("\"a\\\0\"", "1:3 ! unknown escape in a string"),
		ROW("\"a\\u12g4\"", "1:3 ! expected four hexadecimal digits after '\\u'"),
		ROW("\"a\\u12\"", "1:3 ! expected four hexadecimal digits after '\\u'"),
		ROW("\"\\ud800\"", "1:2 ! lone surrogate escape"),
		ROW("\"\\ud800\\n\"", "1:2 ! lone surrogate escape"),
		ROW("\"\\ud800\\u0041\"", "1:2 ! lone surrogate escape"),
		ROW("\"\\ud800\\ud800\"", "1:2 ! lone surrogate escape"),
		ROW("\"x\\udc00\"", "1:3 ! lone surrogate escape"),
		ROW("\"\xc3\xbc\xff\"", "1:3 ! not UTF-8"),
		ROW("\"\xc0\x80\"", "1:2 ! not UTF-8"),
		ROW("\"\xed\xa0\x80\"", "1:2 ! not UTF-8"),
		ROW("\"\xe2\x82", "1:2 ! not UTF-8"),
		ROW("{\"hosts\":1,\n \"hosts\":2}", "2:2 ! duplicate key 'hosts'"),
		ROW("{\"\\u0061\":1,\"a\":2}", "1:13 ! duplicate key 'a'"),
		ROW("{\"\":1,\"\":2}", "1:7 ! duplicate key ''"),
		ROW("{\"a\":{\"b\":1},\"a\":{}}", "1:14 ! duplicate key 'a'"),
		ROW("{\"\\u001b[2J\":1,\"\\u001b[2J\":2}", "1:16 ! duplicate key '\\x1b[2J'"),
		ROW("{\"0123456789012345678901234567890123456789012345678901234567890123456789\":1,"
		    "\"0123456789012345678901234567890123456789012345678901234567890123456789\":1}",
		    "1:77 ! duplicate key "
		    "'012345678901234567890123456789012345678901234567890123456789...'"),
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_everywhere(&rows[i]);
	}
}

static void read__nesting__up_to_64(void **state)
{
	(void)state;
	struct strbuf json, trace;
	strbuf_init(&json);
	strbuf_init(&trace);
	for (int i = 0; i < 64; i++) {
		strbuf_adds(&json, i % 2 ? "[" : "{\"a\":");
	}
	strbuf_adds(&json, "1");
	for (int i = 63; i >= 0; i--) {
		strbuf_addc(&json, i % 2 ? ']' : '}');
	}
	trace_reader(&trace, json_reader_create_memory(json.data, json.len, 0));
	assert_null(strchr(strbuf_text(&trace), '!'));
	strbuf_clear(&json);
	for (int i = 0; i < 100000; i++) {
		strbuf_addc(&json, '[');
	}
	strbuf_clear(&trace);
	trace_reader(&trace, json_reader_create_memory(json.data, json.len, 0));
	assert_non_null(strstr(strbuf_text(&trace), "1:65 ! nested deeper than 64\n"));
	strbuf_release(&json);
	strbuf_release(&trace);
}

static void read__limit__last_that_fits_and_first_that_does_not(void **state)
{
	(void)state;
	static const struct {
		const char *json, *error; /* NULL: fits */
	} rows[] = {
		{ "\"12345678\"", NULL },
		{ "\"123456789\"", "string longer than 8 bytes" },
		{ "\"1234567\\n\"", NULL },
		{ "\"12345678\\n\"", "string longer than 8 bytes" },
		{ "\"\xf0\x9f\x98\x80\xf0\x9f\x98\x80\"", NULL },
		{ "\"\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xc3\xbc\"", "string longer than 8 bytes" },
		{ "{\"123456789\":1}", "string longer than 8 bytes" },
		{ "12345678", NULL },
		{ "123456789", "number longer than 8 bytes" },
		{ "1.23e-0009", "number longer than 8 bytes" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t piece = 1; piece < 20; piece++) {
			struct pieces pieces = { rows[i].json, strlen(rows[i].json), 0, piece,
						 SIZE_MAX };
			struct json_reader *reader = json_reader_create(read_piece, &pieces, 8);
			enum json_token token;
			assert_non_null(reader);
			do {
				token = json_next(reader);
			} while (token != JSON_END && token != JSON_ERROR);
			assert_int_equal(token, rows[i].error ? JSON_ERROR : JSON_END);
			assert_string_equal(json_error_text(reader),
					    rows[i].error ? rows[i].error : "");
			assert_int_equal(json_line(reader), 1);
			json_reader_free(reader);
		}
	}
}

static void read__string_far_over_the_limit__refused_before_it_is_read(void **state)
{
	(void)state;
	static char json[4000000];
	memset(json, 'x', sizeof(json));
	json[0] = '"';
	struct pieces pieces = { json, sizeof(json), 0, 1000, SIZE_MAX };
	struct json_reader *reader = json_reader_create(read_piece, &pieces, 5000);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_ERROR);
	assert_int_equal(json_column(reader), 1);
	assert_true(pieces.at < 100000);
	json_reader_free(reader);
}

static void read__source_fails_anywhere__says_so(void **state)
{
	(void)state;
	static const char json[] =
		"{\"a\\u00fc\\ud83d\\ude00\": [true, -1.5e3, \"M\xc3\xbcller\"], \"b\": null} ";
	size_t len = sizeof(json) - 1;
	for (size_t at = 0; at <= len; at++) {
		for (size_t piece = 1; piece < 9; piece++) {
			struct pieces pieces = { json, len, 0, piece, at };
			struct strbuf out;
			strbuf_init(&out);
			trace_reader(&out, json_reader_create(read_piece, &pieces, 0));
			assert_non_null(strstr(strbuf_text(&out), " ! reading failed\n"));
			strbuf_release(&out);
		}
	}
}

static long read_too_much(void *ctx, char *out, size_t cap)
{
	(void)ctx;
	memset(out, ' ', cap);
	return (long)cap + 1;
}

static void read__source_claims_too_much__reading_failed(void **state)
{
	(void)state;
	struct json_reader *reader = json_reader_create(read_too_much, NULL, 0);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_ERROR);
	assert_string_equal(json_error_text(reader), "reading failed");
	json_reader_free(reader);
}

/* Past the few keys that are compared one by one, with short and long ones. */
static void read__many_keys__each_duplicate_found(void **state)
{
	(void)state;
	static const int counts[] = { 1, 15, 16, 17, 18, 40, 1000 };
	for (size_t i = 0; i < COUNT(counts); i++) {
		for (int shape = 0; shape < 3; shape++) {
			struct strbuf json, key, out;
			strbuf_init(&json);
			strbuf_init(&key);
			strbuf_init(&out);
			strbuf_adds(&json, "[{\"x\":0},{");
			for (int n = 0; n < counts[i]; n++) {
				int width = shape == 1 || (shape == 2 && n == 3) ? 300 : 4;
				strbuf_addf(&json, "\"%0*d\":{\"%d\":0},", width, n, n);
			}
			size_t good_len = json.len;
			strbuf_adds(&json, "\"x\":0},{\"x\":0}]");
			trace_reader(&out, json_reader_create_memory(json.data, json.len, 0));
			assert_null(strchr(strbuf_text(&out), '!'));
			for (int n = 0; n<counts[i]; n += counts[i]> 100 ? 99 : 1) {
				int width = shape == 1 || (shape == 2 && n == 3) ? 300 : 4;
				json.len = good_len;
				strbuf_addf(&json, "\"%0*d\":0}]", width, n);
				strbuf_clear(&out);
				trace_reader(&out,
					     json_reader_create_memory(json.data, json.len, 0));
				assert_non_null(strstr(strbuf_text(&out), "! duplicate key '0"));
			}
			strbuf_release(&json);
			strbuf_release(&key);
			strbuf_release(&out);
		}
	}
}

static void read__hundred_thousand_keys__all_taken(void **state)
{
	(void)state;
	struct strbuf json;
	strbuf_init(&json);
	strbuf_addc(&json, '{');
	for (int i = 0; i < 100000; i++) {
		strbuf_addf(&json, "\"rdsh%06d\":{},\n", i);
	}
	strbuf_adds(&json, "\"rdsh050000\":{}}");
	struct json_reader *reader = json_reader_create_memory(json.data, json.len, 0);
	assert_non_null(reader);
	int keys = 0;
	enum json_token token;
	while ((token = json_next(reader)) != JSON_ERROR) {
		assert_true(token != JSON_END);
		keys += token == JSON_KEY;
	}
	assert_int_equal(keys, 100000);
	assert_string_equal(json_error_text(reader), "duplicate key 'rdsh050000'");
	assert_int_equal(json_line(reader), 100001);
	assert_int_equal(json_column(reader), 1);
	json_reader_free(reader);
	strbuf_release(&json);
}

/* A random value; deep ones become rare. */
static void add_random_value(struct strbuf *out, uint64_t *rng, int depth)
{
	static const char *const strings[] = { "",	   "a", "M\xc3\xbcller",
					       "x\ny\"\\", "k", "\xf0\x9f\x98\x80",
					       "\x01" };
	static const char *const numbers[] = { "0", "-1", "12.5", "1e9", "-0.5E-3" };
	static const char *const words[] = { "true", "false", "null" };
	static const char *const spaces[] = { "", "", " ", "\n", "\r\n\t" };
	uint64_t kind = rng_below(rng, depth > 5 ? 3 : 5);
	if (kind == 0) {
		json_add_string(out, strings[rng_below(rng, COUNT(strings))]);
	} else if (kind == 1) {
		strbuf_adds(out, numbers[rng_below(rng, COUNT(numbers))]);
	} else if (kind == 2) {
		strbuf_adds(out, words[rng_below(rng, COUNT(words))]);
	} else {
		uint64_t count = rng_below(rng, 6);
		strbuf_addc(out, kind == 3 ? '{' : '[');
		for (uint64_t i = 0; i < count; i++) {
			strbuf_adds(out, spaces[rng_below(rng, COUNT(spaces))]);
			if (kind == 3) {
				strbuf_addf(out, "\"k%d\":", (int)i);
			}
			add_random_value(out, rng, depth + 1);
			strbuf_adds(out, spaces[rng_below(rng, COUNT(spaces))]);
			strbuf_adds(out, i + 1 < count ? "," : "");
		}
		strbuf_addc(out, kind == 3 ? '}' : ']');
	}
}

static void read__random_documents__same_in_every_piece_size(void **state)
{
	(void)state;
	uint64_t rng = 14;
	int errors = 0;
	struct strbuf json, whole, part;
	strbuf_init(&json);
	strbuf_init(&whole);
	strbuf_init(&part);
	for (int round = 0; round < 2000; round++) {
		strbuf_clear(&json);
		add_random_value(&json, &rng, 0);
		bool damage = round % 2;
		if (damage) { /* a few bytes go wrong */
			for (uint64_t left = 1 + rng_below(&rng, 3); left; left--) {
				json.data[rng_below(&rng, json.len)] =
					"{}[],:\"\\0\xc3 n"[rng_below(&rng, 12)];
			}
		}
		strbuf_clear(&whole);
		trace_reader(&whole, json_reader_create_memory(json.data, json.len, 0));
		bool failed = strstr(strbuf_text(&whole), " ! ") != NULL;
		assert_true(damage || !failed);
		errors += failed;
		for (size_t piece = 1; piece <= 7; piece++) {
			strbuf_clear(&part);
			trace_pieces(&part, json.data, json.len, piece);
			assert_string_equal(strbuf_text(&part), strbuf_text(&whole));
		}
		if (!failed) { /* and as raw text */
			struct pieces pieces = { json.data, json.len, 0, 1 + (size_t)round % 7,
						 SIZE_MAX };
			struct json_reader *reader = json_reader_create(read_piece, &pieces, 0);
			assert_non_null(reader);
			strbuf_clear(&part);
			assert_int_equal(json_raw(reader, &part), 0);
			assert_int_equal(json_next(reader), JSON_END);
			json_reader_free(reader);
			const char *start = json.data + strspn(json.data, " \r\n\t");
			assert_memory_equal(strbuf_text(&part), start, part.len);
			assert_int_equal(strspn(start + part.len, " \r\n\t"),
					 strlen(start + part.len));
		}
	}
	assert_in_range(errors, 300, 1000); /* the damage was felt */
	strbuf_release(&json);
	strbuf_release(&whole);
	strbuf_release(&part);
}

/* Longer than the reader's own buffer, so that tokens lie across its end. */
static void read__large_document__same_as_from_memory(void **state)
{
	(void)state;
	uint64_t rng = 15;
	struct strbuf json, whole, part;
	strbuf_init(&json);
	strbuf_init(&whole);
	strbuf_init(&part);
	strbuf_adds(&json, "[\n");
	while (json.len < 400000) {
		add_random_value(&json, &rng, 0);
		strbuf_adds(&json, ",\n");
		if (rng_below(&rng, 500) == 0) {
			strbuf_addf(&json, "\"%0*d\xc3\xbc\",%*d,", 70000, 1, 70000, 1);
		}
	}
	strbuf_adds(&json, "0]");
	trace_reader(&whole, json_reader_create_memory(json.data, json.len, 0));
	assert_null(strstr(strbuf_text(&whole), " ! "));
	static const size_t sizes[] = { 1000000, 65536, 4096, 4095, 100 };
	for (size_t i = 0; i < COUNT(sizes); i++) {
		strbuf_clear(&part);
		trace_pieces(&part, json.data, json.len, sizes[i]);
		assert_true(part.len == whole.len && memcmp(part.data, whole.data, part.len) == 0);
		struct pieces pieces = { json.data, json.len, 0, sizes[i], SIZE_MAX };
		struct json_reader *reader = json_reader_create(read_piece, &pieces, 1u << 30);
		assert_non_null(reader);
		strbuf_clear(&part);
		assert_int_equal(json_raw(reader, &part), 0);
		assert_true(part.len == json.len && memcmp(part.data, json.data, part.len) == 0);
		json_reader_free(reader);
	}
	strbuf_release(&json);
	strbuf_release(&whole);
	strbuf_release(&part);
}

static void token_name__every_token__for_messages(void **state)
{
	(void)state;
	assert_string_equal(json_token_name(JSON_OBJECT), "an object");
	assert_string_equal(json_token_name(JSON_STRING), "a string");
	assert_string_equal(json_token_name(JSON_NULL), "null");
	for (int token = JSON_ERROR; token <= JSON_NULL; token++) {
		assert_true(strlen(json_token_name((enum json_token)token)) > 0);
	}
	json_reader_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__documents__tokens_with_places),
		cmocka_unit_test(read__mistakes__place_and_reason),
		cmocka_unit_test(read__nesting__up_to_64),
		cmocka_unit_test(read__limit__last_that_fits_and_first_that_does_not),
		cmocka_unit_test(read__string_far_over_the_limit__refused_before_it_is_read),
		cmocka_unit_test(read__source_fails_anywhere__says_so),
		cmocka_unit_test(read__source_claims_too_much__reading_failed),
		cmocka_unit_test(read__many_keys__each_duplicate_found),
		cmocka_unit_test(read__hundred_thousand_keys__all_taken),
		cmocka_unit_test(read__random_documents__same_in_every_piece_size),
		cmocka_unit_test(read__large_document__same_as_from_memory),
		cmocka_unit_test(token_name__every_token__for_messages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
