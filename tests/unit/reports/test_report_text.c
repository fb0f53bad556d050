#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "report_fold.h"
#include "report_text.h"
#include "sample_model.h"
#include "support.h"

static void summarize(const struct rep_record *record, int width, struct strbuf *out)
{
	struct rep_fold fold;

	assert_int_equal(rep_fold_record(&fold, record), 0);
	rep_text_summary(out, &fold.head, width);
	assert_false(out->failed);
	rep_fold_release(&fold);
}

static void assert_summary(int (*sample)(struct rep_record *record), int width, const char *path)
{
	struct rep_record record;
	struct strbuf text;

	strbuf_init(&text);
	assert_int_equal(sample(&record), 0);
	summarize(&record, width, &text);
	test_assert_file(&text, path);
	strbuf_release(&text);
	rep_record_release(&record);
}

static void summary__example__is_as_recorded(void **state)
{
	(void)state;
	assert_summary(sample_example, 80, "tests/data/reports/example-80.txt");
}

static void summary__hostile_and_narrow__is_as_recorded(void **state)
{
	(void)state;
	assert_summary(sample_hostile, 60, "tests/data/reports/hostile-60.txt");
}

static void summary__any_width__obeys_it_and_hides_nothing(void **state)
{
	(void)state;
	for (int width = 56; width < 140; width++) { /* the counts need that much */
		struct rep_record record;
		struct strbuf text;
		int column = 0;

		strbuf_init(&text);
		assert_int_equal(sample_hostile(&record), 0);
		record.run.simulated = false; /* the first line is one line */
		summarize(&record, width, &text);
		for (size_t i = 0; i < text.len; i++) {
			unsigned char byte = (unsigned char)text.data[i];

			assert_true(byte == '\n' || (byte >= 0x20 && byte != 0x7F));
			column = byte == '\n' ? 0 : column + ((byte & 0xC0) != 0x80);
			if (column > width)
				fail_msg("a line is longer than %d", width);
		}
		assert_non_null(strstr(text.data, "\\x1b[31mred\\x1b[0m"));
		strbuf_release(&text);
		rep_record_release(&record);
	}
}

static void summary__nothing_known__is_short(void **state)
{
	struct rep_record record;
	struct strbuf text;

	(void)state;
	strbuf_init(&text);
	assert_int_equal(rep_record_init(&record, 0), 0);
	record.run.command = "sessions";
	summarize(&record, 80, &text);
	assert_string_equal(text.data, "sessions  NO OUTCOME  (exit 0)\n"
				       "  inventory   0 hosts\n"
				       "\n"
				       "hosts                          0\n"
				       "\n"
				       "sessions                       0   (0 selected)\n");
	strbuf_release(&text);
	rep_record_release(&record);
}

/* `count` hosts with an error, named a100x, a101x, a104x, a109x, ... */
static void error_on(struct rep_record *record, size_t count)
{
	const struct rep_error_kind kind = { "api", 5, "NAME", "", "", "" };

	assert_int_equal(rep_record_init(record, count), 0);
	for (size_t i = 0; i < count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "a%zux", i * i + 100);
		record->hosts[i].name = arena_strdup(&record->hosts[i].arena, name);
		record->hosts[i].error = rep_error_kind(record, &kind);
	}
}

static void summary__many_hosts__cut_and_counted(void **state)
{
	struct rep_record record;
	struct strbuf text;
	const char *list;
	size_t shown = 0;
	unsigned more = 0;

	(void)state;
	strbuf_init(&text);
	error_on(&record, 100); /* squares have no runs, but for the first two */
	summarize(&record, 0, &text);
	list = strstr(text.data, "hosts     100: a[100:101]x,a104x,");
	assert_non_null(list);
	for (const char *at = list; *at != '\n'; at++)
		shown += *at == 'x';
	assert_int_equal(sscanf(strstr(list, " and "), " and %u more", &more), 1);
	assert_int_equal(shown + 1 + more, 100);
	assert_true(strcspn(list, "\n") < 280);
	strbuf_release(&text);
	rep_record_release(&record);
}

static void summary__errors__most_hosts_first_then_as_met(void **state)
{
	static const char *const names[] = { "ONE", "THREE", "TWO", "ALSO_ONE" };
	static const int of_host[] = { 0, 1, 2, 1, 3, 2, 1 };
	struct rep_record record;
	struct strbuf text;
	const char *at;

	(void)state;
	strbuf_init(&text);
	assert_int_equal(rep_record_init(&record, 7), 0);
	for (size_t i = 0; i < 7; i++) {
		struct rep_error_kind kind = { "rdsweep", 0, names[of_host[i]], "", "", "" };

		record.hosts[i].name = "h";
		record.hosts[i].error = rep_error_kind(&record, &kind);
	}
	summarize(&record, 80, &text);
	at = text.data;
	for (size_t i = 0; i < 4; i++) {
		static const char *const order[] = { "rdsweep  THREE\n", "rdsweep  TWO\n",
						     "rdsweep  ONE\n", "rdsweep  ALSO_ONE\n" };

		at = strstr(at, order[i]);
		assert_non_null(at);
	}
	strbuf_release(&text);
	rep_record_release(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(summary__example__is_as_recorded),
		cmocka_unit_test(summary__hostile_and_narrow__is_as_recorded),
		cmocka_unit_test(summary__any_width__obeys_it_and_hides_nothing),
		cmocka_unit_test(summary__nothing_known__is_short),
		cmocka_unit_test(summary__many_hosts__cut_and_counted),
		cmocka_unit_test(summary__errors__most_hosts_first_then_as_met),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
