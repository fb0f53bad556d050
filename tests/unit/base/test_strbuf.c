#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "strbuf.h"

static void text__nothing_added__empty_not_null(void **state)
{
	(void)state;
	struct strbuf buf;
	strbuf_init(&buf);
	assert_null(buf.data);
	assert_string_equal(strbuf_text(&buf), "");
	strbuf_release(&buf);
}

static void add__bytes__kept_with_nul_inside(void **state)
{
	(void)state;
	struct strbuf buf;
	strbuf_init(&buf);
	strbuf_add(&buf, "a\0b", 3);
	strbuf_adds(&buf, "cd");
	strbuf_addc(&buf, 'e');
	assert_int_equal(buf.len, 6);
	assert_memory_equal(buf.data, "a\0bcde", 7);
	strbuf_release(&buf);
	assert_null(buf.data);
}

static void add__nothing__terminated(void **state)
{
	(void)state;
	struct strbuf buf;
	strbuf_init(&buf);
	strbuf_add(&buf, NULL, 0);
	assert_non_null(buf.data);
	assert_int_equal(buf.data[0], '\0');
	assert_int_equal(buf.len, 0);
	strbuf_release(&buf);
}

static void addc__many__all_there(void **state)
{
	(void)state;
	struct strbuf buf;
	strbuf_init(&buf);
	for (int i = 0; i < 100000; i++) {
		strbuf_addc(&buf, (char)('a' + i % 26));
	}
	assert_int_equal(buf.len, 100000);
	for (int i = 0; i < 100000; i++) {
		assert_int_equal(buf.data[i], 'a' + i % 26);
	}
	assert_int_equal(strlen(buf.data), 100000);
	strbuf_release(&buf);
}

static void addf__every_length__as_printf(void **state)
{
	(void)state;
	for (int width = 1; width < 200; width++) { /* crosses every growth of the buffer */
		struct strbuf buf;
		strbuf_init(&buf);
		strbuf_adds(&buf, "<");
		strbuf_addf(&buf, "%*d", width, 7);
		strbuf_adds(&buf, ">");
		assert_int_equal(buf.len, width + 2);
		assert_int_equal(strlen(buf.data), width + 2);
		assert_int_equal(buf.data[width], '7');
		assert_int_equal(buf.data[width + 1], '>');
		strbuf_release(&buf);
	}
}

static void addf__empty_result__nothing_added(void **state)
{
	(void)state;
	struct strbuf buf;
	strbuf_init(&buf);
	strbuf_addf(&buf, "%s", "");
	assert_int_equal(buf.len, 0);
	assert_false(buf.failed);
	strbuf_release(&buf);
}

static void clear__after_use__memory_kept(void **state)
{
	(void)state;
	struct strbuf buf;
	strbuf_init(&buf);
	strbuf_adds(&buf, "something");
	const char *data = buf.data;
	strbuf_clear(&buf);
	assert_string_equal(strbuf_text(&buf), "");
	assert_int_equal(buf.len, 0);
	strbuf_adds(&buf, "again");
	assert_ptr_equal(buf.data, data);
	assert_string_equal(buf.data, "again");
	strbuf_release(&buf);
	strbuf_clear(&buf); /* also where there is nothing */
}

static void add__absurd_length__fails_and_stays_so(void **state)
{
	(void)state;
	struct strbuf buf;
	strbuf_init(&buf);
	strbuf_adds(&buf, "kept");
	strbuf_add(&buf, "", SIZE_MAX - 2);
	assert_true(buf.failed);
	strbuf_adds(&buf, "more");
	strbuf_addc(&buf, 'x');
	strbuf_addf(&buf, "%d", 1);
	assert_string_equal(strbuf_text(&buf), "kept");
	size_t len = 77;
	assert_null(strbuf_steal(&buf, &len));
	assert_int_equal(len, 77);
	assert_null(buf.data);
	assert_false(buf.failed);
	strbuf_add(&buf, "", SIZE_MAX);
	strbuf_clear(&buf);
	assert_false(buf.failed);
	strbuf_release(&buf);
}

static void steal__text__handed_over(void **state)
{
	(void)state;
	struct strbuf buf;
	strbuf_init(&buf);
	strbuf_adds(&buf, "mine");
	size_t len = 0;
	char *text = strbuf_steal(&buf, &len);
	assert_string_equal(text, "mine");
	assert_int_equal(len, 4);
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
	free(text);
	strbuf_adds(&buf, "new");
	text = strbuf_steal(&buf, NULL);
	assert_string_equal(text, "new");
	free(text);
}

static void steal__empty__empty_text(void **state)
{
	(void)state;
	struct strbuf buf;
	strbuf_init(&buf);
	size_t len = 1;
	char *text = strbuf_steal(&buf, &len);
	assert_string_equal(text, "");
	assert_int_equal(len, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text__nothing_added__empty_not_null),
		cmocka_unit_test(add__bytes__kept_with_nul_inside),
		cmocka_unit_test(add__nothing__terminated),
		cmocka_unit_test(addc__many__all_there),
		cmocka_unit_test(addf__every_length__as_printf),
		cmocka_unit_test(addf__empty_result__nothing_added),
		cmocka_unit_test(clear__after_use__memory_kept),
		cmocka_unit_test(add__absurd_length__fails_and_stays_so),
		cmocka_unit_test(steal__text__handed_over),
		cmocka_unit_test(steal__empty__empty_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
