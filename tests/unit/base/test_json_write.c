#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "json_read.h"
#include "json_write.h"
#include "text.h"

static void add_string__texts__rfc8259(void **state)
{
	(void)state;
	static const struct {
		const char *text, *json;
	} rows[] = {
		{ NULL, "null" },
		{ "", "\"\"" },
		{ "CORP\\alice \"x\"", "\"CORP\\\\alice \\\"x\\\"\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\"" },
		{ "M\xc3\xbcller/", "\"M\xc3\xbcller/\"" },
		{ "a\xff\xc3", "\"a\xef\xbf\xbd\xef\xbf\xbd\"" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf out;
		strbuf_init(&out);
		json_add_string(&out, rows[i].text);
		assert_string_equal(strbuf_text(&out), rows[i].json);
		strbuf_release(&out);
	}
}

static void add_string__every_code_point__reads_back(void **state)
{
	(void)state;
	struct strbuf text, out;
	strbuf_init(&text);
	strbuf_init(&out);
	for (uint32_t code = 1; code < 0x110000; code += code < 0x3000 ? 1 : 97) {
		if (code >= 0xd800 && code <= 0xdfff) {
			continue;
		}
		uint16_t units[2] = { (uint16_t)code, 0 };
		size_t count = 1;
		if (code > 0xffff) {
			units[0] = (uint16_t)(0xd800 + ((code - 0x10000) >> 10));
			units[1] = (uint16_t)(0xdc00 + ((code - 0x10000) & 0x3ff));
			count = 2;
		}
		utf8_from_utf16(&text, units, count);
	}
	json_add_string(&out, strbuf_text(&text));
	struct json_reader *reader = json_reader_create_memory(out.data, out.len, 0);
	assert_non_null(reader);
	assert_int_equal(json_next(reader), JSON_STRING);
	assert_int_equal(json_text_len(reader), text.len);
	assert_memory_equal(json_text(reader), text.data, text.len);
	assert_int_equal(json_next(reader), JSON_END);
	json_reader_free(reader);
	strbuf_release(&text);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_string__texts__rfc8259),
		cmocka_unit_test(add_string__every_code_point__reads_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
