#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "report_write.h"
#include "sample_model.h"
#include "support.h"

static void assert_sample(int (*sample)(struct rep_record *record), enum rep_format format,
			  const char *path)
{
	struct rep_record record;
	struct strbuf text;

	strbuf_init(&text);
	assert_int_equal(sample(&record), 0);
	assert_int_equal(test_write(&record, format, &text), 0);
	test_assert_file(&text, path);
	strbuf_release(&text);
	rep_record_release(&record);
}

static void json__hostile_record__is_as_recorded(void **state)
{
	(void)state;
	assert_sample(sample_hostile, REP_FORMAT_JSON, "tests/data/reports/hostile.json");
}

static void csv__hostile_record__is_as_recorded(void **state)
{
	(void)state;
	assert_sample(sample_hostile, REP_FORMAT_CSV, "tests/data/reports/hostile.csv");
}

static void examples__as_shipped__are_current(void **state)
{
	(void)state;
	assert_sample(sample_example, REP_FORMAT_JSON, "reports/examples/report.json");
	assert_sample(sample_example, REP_FORMAT_CSV, "reports/examples/report.csv");
}

/* The rows of one host with one session, after the header. */
static void assert_rows(struct rep_record *record, const char *rows)
{
	struct strbuf text;

	strbuf_init(&text);
	assert_int_equal(test_write(record, REP_FORMAT_CSV, &text), 0);
	assert_string_equal(strstr(text.data, "\r\n") + 2, rows);
	strbuf_release(&text);
}

static void csv__text_cells__are_quoted_and_disarmed(void **state)
{
	static const struct {
		const char *text, *cell;
	} cases[] = {
		{ "plain", "plain" },
		{ "", "" },
		{ "=1+1", "'=1+1" },
		{ "+1", "'+1" },
		{ "-1", "'-1" },
		{ "@x", "'@x" },
		{ "\tx", "'\tx" },
		{ "\rx", "\"'\rx\"" },
		{ "=a,\"b\"", "\"'=a,\"\"b\"\"\"" },
		{ "a,b", "\"a,b\"" },
		{ "a\"b", "\"a\"\"b\"" },
		{ "a\nb", "\"a\nb\"" },
		{ "a\r\nb", "\"a\r\nb\"" },
		{ "1=1", "1=1" },
		{ "d\xC3\xB6rte", "d\xC3\xB6rte" },
		{ "bad\xFF", "bad\xEF\xBF\xBD" },
		{ "CORP\\x", "CORP\\x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rep_record record;
		char row[200];

		assert_int_equal(rep_record_init(&record, 1), 0);
		record.run.id = "r";
		record.hosts[0].name = cases[i].text;
		snprintf(row, sizeof(row), "r,%s,,,,,,,,,,,,,,,,,,,0,,,,,false,false\r\n",
			 cases[i].cell);
		assert_rows(&record, row);
		rep_record_release(&record);
	}
}

static void csv__host_rows__where_no_session_or_own_error(void **state)
{
	const struct rep_error_kind kind = { "open", 5, "DENIED", "no", "", "" };
	const char *const groups[] = { "a", "b" };
	struct rep_record record;
	struct rep_session *session;

	(void)state;
	assert_int_equal(rep_record_init(&record, 2), 0);
	record.run.id = "r";
	record.run.simulated = true;
	record.hosts[0].name = "h0";
	record.hosts[0].address = "10.0.0.1";
	record.hosts[0].groups = groups;
	record.hosts[0].group_count = 2;
	record.hosts[0].wave = 3;
	record.hosts[0].outcome = REP_HOST_PARTIAL;
	record.hosts[0].error = rep_error_kind(&record, &kind);
	record.hosts[0].attempts = 2;
	record.hosts[0].duration_ms = 0;
	session = rep_host_add_session(&record.hosts[0]);
	assert_non_null(session);
	session->id = 7;
	session->user = "u";
	session->idle_s = 0;
	session->logon_at_ms = 0;
	session->outcome = REP_SESSION_LISTED;
	record.hosts[1].name = "h1";
	record.hosts[1].outcome = REP_HOST_SUCCEEDED;
	assert_rows(
		&record,
		"r,h0,a;b,3,partial,,,,,,,,,,,,open,5,DENIED,no,2,0,10.0.0.1,,,true,false\r\n"
		"r,h0,a;b,3,partial,7,,u,,unknown,1970-01-01T00:00:00.000Z,0,,false,,listed,,,,,"
		"0,,10.0.0.1,,,true,false\r\n"
		"r,h1,,,succeeded,,,,,,,,,,,,,,,,0,,,,,true,false\r\n");
	rep_record_release(&record);
}

static void json__no_hosts__is_a_whole_document(void **state)
{
	static const char end[] = "  \"errors\": [],\n  \"hosts\": []\n}\n";
	struct rep_record record;
	struct strbuf text;

	(void)state;
	strbuf_init(&text);
	assert_int_equal(rep_record_init(&record, 0), 0);
	assert_int_equal(test_write(&record, REP_FORMAT_JSON, &text), 0);
	assert_true(text.len > strlen(end));
	assert_string_equal(text.data + text.len - strlen(end), end);
	strbuf_release(&text);
	rep_record_release(&record);
}

/* A record whose text takes several pieces. */
static void large_record(struct rep_record *record)
{
	assert_int_equal(rep_record_init(record, 3), 0);
	record->run.id = "large";
	for (size_t h = 0; h < 3; h++) {
		record->hosts[h].name = "host";
		record->hosts[h].outcome = REP_HOST_SUCCEEDED;
		for (uint32_t i = 0; i < 400; i++) {
			struct rep_session *session = rep_host_add_session(&record->hosts[h]);

			assert_non_null(session);
			session->id = i;
			session->user = "somebody with a name that is not short at all, to make "
					"the text long";
			session->outcome = REP_SESSION_LISTED;
		}
	}
}

static void writer__sink_fails_at_any_call__fails_and_stops(void **state)
{
	(void)state;
	for (int format = REP_FORMAT_JSON; format <= REP_FORMAT_CSV; format++) {
		struct rep_record record;
		size_t n;

		large_record(&record);
		for (n = 1;; n++) {
			struct test_sink to = { .fail_at = n };
			struct rep_sink sink = test_sink(&to);
			int result = rep_write_record(&record, (enum rep_format)format, &sink);

			strbuf_release(&to.bytes);
			assert_true(to.largest <= 65536);
			if (to.calls < n) { /* it was never reached */
				assert_int_equal(result, 0);
				break;
			}
			assert_int_equal(result, -1);
			assert_int_equal(to.calls, n);
		}
		assert_true(n > 3);
		rep_record_release(&record);
	}
}

static void writer__after_a_failure__calls_nobody(void **state)
{
	struct test_sink to = { .fail_at = 1 };
	struct rep_sink sink = test_sink(&to);
	struct rep_writer *writer = rep_writer_create(REP_FORMAT_JSON, &sink);
	const struct rep_totals totals = { 0 };
	const struct rep_host host = { .name = "h", .address = "" };
	struct rep_run run;
	struct rep_head head = { &run, &totals, NULL, 0 };

	(void)state;
	rep_run_init(&run);
	assert_non_null(writer);
	assert_int_equal(rep_writer_begin(writer, &head), 0);
	assert_int_equal(rep_writer_end(writer), -1);
	assert_int_equal(rep_writer_host(writer, &host, NULL), -1);
	assert_int_equal(rep_writer_host_end(writer), -1);
	assert_int_equal(rep_writer_end(writer), -1);
	assert_int_equal(to.calls, 1);
	rep_writer_free(writer);
	rep_writer_free(NULL);
	strbuf_release(&to.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json__hostile_record__is_as_recorded),
		cmocka_unit_test(csv__hostile_record__is_as_recorded),
		cmocka_unit_test(examples__as_shipped__are_current),
		cmocka_unit_test(csv__text_cells__are_quoted_and_disarmed),
		cmocka_unit_test(csv__host_rows__where_no_session_or_own_error),
		cmocka_unit_test(json__no_hosts__is_a_whole_document),
		cmocka_unit_test(writer__sink_fails_at_any_call__fails_and_stops),
		cmocka_unit_test(writer__after_a_failure__calls_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
