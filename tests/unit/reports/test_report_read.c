#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_read.h"
#include "sample_model.h"
#include "support.h"
#include "utc.h"

static const char small[] =
	"{\n"
	"\"schema\": \"rdsweep.report/1\",\n"
	"\"run\": {\"id\":\"r\",\"command\":\"logoff\",\"arguments\":[\"a\"],\"dry_run\":false,\n"
	" \"backend\":\"sim\",\"simulated\":true,\"operator\":null,\"machine\":null,\"reason\":"
	"null,\n"
	" \"started_at\":\"2026-01-01T22:00:00.000Z\",\"finished_at\":null,\"duration_ms\":null,\n"
	" \"inventory\":{\"sources\":[],\"fleet_sha256\":null,\"hosts\":1},\"limit\":null,\n"
	" \"shard\":{\"k\":1,\"n\":2},\"selection\":{\"all\":true},\"policy\":{},\n"
	" \"outcome\":\"partial\",\"stopped_by\":null,\"exit_code\":1},\n"
	"\"totals\": "
	"{\"hosts\":{\"total\":1,\"succeeded\":0,\"partial\":1,\"failed\":0,\"timed_out\":0,\n"
	" \"not_attempted\":0},\"sessions\":{\"total\":1,\"selected\":1,\"logged_off\":0,\n"
	" \"already_gone\":0,\"disconnected\":0,\"messaged\":0,\"planned\":0,\"listed\":0,"
	"\"failed\":1,\n"
	" \"timed_out\":0,\"in_doubt\":0,\"still_present\":0,\"identity_changed\":0,\"returned\":0,"
	"\n"
	" \"not_attempted\":0,\"skipped\":0}},\n"
	"\"errors\": [{\"api\":\"x\",\"code\":5,\"name\":\"N\",\"message\":\"m\",\"class\":\"c\",\n"
	" \"remedy\":null,\"hosts\":[\"h\"],\"sessions\":1}],\n"
	"\"hosts\": [\n"
	" {\"host\":\"h\",\"address\":null,\"groups\":[\"g\"],\"wave\":null,\"outcome\":"
	"\"partial\",\n"
	"  \"error\":null,\"attempts\":1,\"duration_ms\":5,\"drain\":null,\"sessions\":[\n"
	"  "
	"{\"id\":2,\"station\":null,\"user\":\"d\xC3\xB6rte\",\"domain\":null,\"state\":\"active\","
	"\n"
	"   \"logon_at\":null,\"idle_s\":null,\"client\":null,\"vm\":null,\"farm\":null,\n"
	"   \"selected\":true,\"reason\":null,\"outcome\":\"failed\",\n"
	"   \"error\":{\"api\":\"x\",\"code\":5,\"name\":\"N\",\"message\":\"m\"},\n"
	"   \"attempts\":1,\"duration_ms\":10}\n"
	" ]}\n"
	"]}\n";

/* What a reading has shown, as text: one line a call. */
struct trace {
	struct strbuf text;
	const char *stop_at; /* the call that ends the reading with 7 */
};

static int traced(struct trace *trace, const char *call)
{
	return trace->stop_at && strcmp(trace->stop_at, call) == 0 ? 7 : 0;
}

static int trace_run(void *ctx, const struct rep_run *run)
{
	struct trace *trace = ctx;

	strbuf_addf(&trace->text, "run %s %s %u/%u\n", run->id, rep_run_outcome_name(run->outcome),
		    (unsigned)run->shard_k, (unsigned)run->shard_n);
	return traced(trace, "run");
}

static int trace_totals(void *ctx, const struct rep_totals *totals)
{
	struct trace *trace = ctx;

	strbuf_addf(&trace->text, "totals %u %u %u\n", (unsigned)totals->hosts,
		    (unsigned)totals->sessions, (unsigned)totals->sessions_by[REP_SESSION_FAILED]);
	return traced(trace, "totals");
}

static int trace_error(void *ctx, const struct rep_error_entry *entry)
{
	struct trace *trace = ctx;

	strbuf_addf(&trace->text, "error %s %u %s %zu %u\n", entry->kind.api,
		    (unsigned)entry->kind.code, entry->kind.class_, entry->host_count,
		    (unsigned)entry->sessions);
	return traced(trace, "error");
}

static int trace_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct trace *trace = ctx;

	strbuf_addf(&trace->text, "host %s %s %s\n", host->name,
		    rep_host_outcome_name((enum rep_host_outcome)host->outcome),
		    kind ? kind->name : "-");
	return traced(trace, "host");
}

static int trace_session(void *ctx, const struct rep_session *session,
			 const struct rep_error_kind *kind)
{
	struct trace *trace = ctx;

	strbuf_addf(&trace->text, "session %u %s %s %s\n", (unsigned)session->id, session->user,
		    rep_session_outcome_name((enum rep_session_outcome)session->outcome),
		    kind ? kind->name : "-");
	return traced(trace, "session");
}

static int trace_host_end(void *ctx)
{
	struct trace *trace = ctx;

	strbuf_adds(&trace->text, "end\n");
	return traced(trace, "end");
}

static int read_traced(const char *text, struct trace *trace, struct rep_read_error *reterr)
{
	struct test_source source = { .bytes = text, .len = strlen(text) };
	const struct rep_visitor visitor = { trace,	 trace_run,	trace_totals,  trace_error,
					     trace_host, trace_session, trace_host_end };

	return rep_read(test_source_read, &source, &visitor, reterr);
}

static const char small_trace[] = "run r partial 1/2\n"
				  "totals 1 1 1\n"
				  "error x 5 c 1 1\n"
				  "host h partial -\n"
				  "session 2 d\xC3\xB6rte failed N\n"
				  "end\n";

static void assert_trace(const char *text, const char *expected)
{
	struct rep_read_error error = { 0 };
	struct trace trace = { 0 };
	int result = read_traced(text, &trace, &error);

	if (result != 0)
		fail_msg("%d:%d: %s", error.line, error.column, error.message);
	assert_string_equal(strbuf_text(&trace.text), expected);
	strbuf_release(&trace.text);
}

/* `small` with the first `from` replaced; free() it. Fails the test where there is none. */
static char *edited(const char *from, const char *to)
{
	const char *at = strstr(small, from);
	char *made = malloc(sizeof(small) + strlen(to));

	if (!at || !made)
		fail_msg("'%s' is not in the document", from);
	snprintf(made, sizeof(small) + strlen(to), "%.*s%s%s", (int)(at - small), small, to,
		 at + strlen(from));
	return made;
}

static void read__small_report__is_passed_in_order(void **state)
{
	(void)state;
	assert_trace(small, small_trace);
}

static void read__unknown_members__are_passed_over(void **state)
{
	static const char *const edits[][2] = {
		{ "\"schema\"", "\"new\":{\"a\":[1,{\"b\":null}]},\"schema\"" },
		{ "\"run\": {", "\"run\": {\"new\":[]," },
		{ "\"shard\":{", "\"shard\":{\"new\":1," },
		{ "\"sources\"", "\"new\":1,\"sources\"" },
		{ "\"hosts\":{\"total\"", "\"hosts\":{\"exploded\":0,\"total\"" },
		{ "{\"api\":\"x\"", "{\"new\":\"x\",\"api\":\"x\"" },
		{ "{\"host\":\"h\"", "{\"new\":false,\"host\":\"h\"" },
		{ "\"attempts\":1,\"duration_ms\":10",
		  "\"attempts\":1,\"duration_ms\":10,\"new\":[[]]" },
		{ "\n ]}\n", "\n ],\"new\":{\"id\":1}}\n" }, /* after a host's sessions */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		char *text = edited(edits[i][0], edits[i][1]);

		assert_trace(text, small_trace);
		free(text);
	}
}

/* `^` in the new text marks where the error is expected; it is taken out before the reading. */
static const struct {
	const char *from, *to;
	int line;
	const char *message;
} mistakes[] = {
	{ "{\n\"schema\"", "^[\n\"schema\"", 1, "this is no rdsweep.report/1" },
	{ "\"rdsweep.report/1\"", "^\"rdsweep.report/2\"", 2, "this is no rdsweep.report/1" },
	{ "\"rdsweep.report/1\"", "^1", 2, "this is no rdsweep.report/1" },
	{ "\"rdsweep.report/1\"", "\"rdsweep.report/1\" ^5", 2, NULL },
	{ "\"id\":\"r\"", "\"id\":^null", 3, "'id' is null, expected a string" },
	{ "\"id\":\"r\"", "\"id\":^[]", 3, "'id' is an array, expected a string" },
	{ "[\"a\"]", "[\"a\",^1]", 3, "'arguments' is a number, expected strings only" },
	{ "[\"a\"]", "^\"a\"", 3, "'arguments' is a string, expected an array" },
	{ "\"dry_run\":false", "\"dry_run\":^0", 3,
	  "'dry_run' is a number, expected true or false" },
	{ "\"dry_run\":false", "\"dry_run\":^null", 3,
	  "'dry_run' is null, expected true or false" },
	{ "\"backend\":\"sim\"", "\"backend\":^1", 4,
	  "'backend' is a number, expected a string or null" },
	{ "\"2026-01-01T22:00:00.000Z\"", "^\"yesterday\\u001b\"", 5,
	  "'started_at' is 'yesterday\\x1b', expected a time like 2026-01-01T00:00:00.000Z" },
	{ "\"duration_ms\":null", "\"duration_ms\":^-1", 5,
	  "'duration_ms' is no whole number from 0 to 9223372036854775807" },
	{ "{\"k\":1,\"n\":2}", "{\"k\":3,\"n\":2^}", 7, "there is no shard 3 of 2" },
	{ "{\"k\":1,\"n\":2}", "{\"k\":1^}", 7, "the shard has no 'n'" },
	{ "{\"k\":1,\"n\":2}", "^true", 7, "this is true, expected the shard as an object" },
	{ "{\"all\":true}", "{\"all\":^{}}", 7,
	  "'all' is an object, expected null, a boolean, a number, a string or an array" },
	{ "{\"all\":true}", "{\"all\":^1.5}", 7, "'all' is no whole number" },
	{ "{\"all\":true}", "{\"all\":[^null]}", 7, "'all' is null, expected strings only" },
	{ "\"policy\":{}", "\"policy\":^[]", 7, "'policy' is an array, expected an object" },
	{ "\"outcome\":\"partial\",\"stopped", "\"outcome\":^\"great\",\"stopped", 8,
	  "'great' is no name of an outcome of a run" },
	{ ",\"exit_code\":1}", "^}", 8, "the run has no 'exit_code'" },
	{ "\"exit_code\":1}", "\"exit_code\":^1.5}", 8,
	  "'exit_code' is no whole number from 0 to 2147483647" },
	{ "\"succeeded\":0,", "", 10, "the totals of hosts has no 'succeeded'" },
	{ "\"succeeded\":0", "\"succeeded\":^4294967296", 9,
	  "'succeeded' is no whole number from 0 to 4294967295" },
	{ ",\"skipped\":0}", "^}", 13, "the totals of sessions has no 'skipped'" },
	{ "\"code\":5", "\"code\":^\"5\"", 14, "'code' is a string, expected a whole number" },
	{ "[\"h\"],", "[\"h\",^{}],", 15, "'hosts' is an object, expected strings only" },
	{ "\"errors\": [", "\"errors\": [^null,", 14,
	  "this is null, expected an entry of 'errors' as an object" },
	{ "\"hosts\": [\n", "\"hosts\": ^{\n", 16, "'hosts' is an object, expected an array" },
	{ "\"hosts\": [\n", "\"hosts\": [^\"h\",\n", 16,
	  "this is a string, expected a host as an object" },
	{ "\"outcome\":\"partial\",\n  ", "\"outcome\":^\"logged_off\",\n  ", 17,
	  "'logged_off' is no name of an outcome of a host" },
	{ "\"outcome\":\"partial\",\n  ", "\"outcome\":^null,\n  ", 17,
	  "'outcome' is null, expected a string" },
	{ "\"wave\":null", "\"wave\":^true", 17,
	  "'wave' is true, expected a whole number or null" },
	{ "\"drain\":null,\"sessions\"", "^\"sessions\"", 18,
	  "a host has no 'drain' before its 'sessions'" },
	{ "\"drain\":null", "\"drain\":{\"before\":^\"of\",\"during\":null,\"after\":null}", 18,
	  "'of' is no name of a drain mode" },
	{ "\"attempts\":1,\"duration_ms\":5", "\"attempts\":^65536,\"duration_ms\":5", 18,
	  "'attempts' is no whole number from 0 to 65535" },
	{ "\"duration_ms\":5,", "\"duration_ms\":5,\"acted_at\":^\"soon\",", 18,
	  "'acted_at' is 'soon', expected a time like 2026-01-01T00:00:00.000Z" },
	{ "\"duration_ms\":5,", "\"duration_ms\":5,\"ended_at\":^null,", 18,
	  "'ended_at' is null, expected a string" },
	{ "\n ]}\n", "\n ],^\"wave\":3}\n", 24, NULL }, /* the same member again */
	{ "\"id\":2,\"station\"", "\"id\":^-2,\"station\"", 19,
	  "'id' is no whole number from 0 to 4294967295" },
	{ "\"domain\":null,\"state\":\"active\"", "\"domain\":null,\"state\":^\"asleep\"", 19,
	  "'asleep' is no name of a state of a session" },
	{ "\"reason\":null,\"outcome\"", "\"reason\":^\"because\",\"outcome\"", 21,
	  "'because' is no name of a reason" },
	{ "\"outcome\":\"failed\"", "\"outcome\":^\"exploded\"", 21,
	  "'exploded' is no name of an outcome of a session" },
	{ "\"outcome\":\"failed\"", "\"outcome\":^\"\"", 21,
	  "'' is no name of an outcome of a session" },
	{ ",\"name\":\"N\",\"message\":\"m\"},\n   \"attempts\"", "^},\n   \"attempts\"", 22,
	  "an error has no 'name'" },
	{ "\"attempts\":1,\"duration_ms\":10}", "\"attempts\":1^}", 23,
	  "a session has no 'duration_ms'" },
	{ "\"duration_ms\":10}", "\"duration_ms\":^2147483648}", 23,
	  "'duration_ms' is no whole number from 0 to 2147483647" },
	{ "]}\n]}\n", "]}\n]} ^x\n", 25, NULL },
};

static int column_of(const char *text, const char *at)
{
	int column = 1;

	while (at > text && at[-1] != '\n')
		column += ((unsigned char)*--at & 0xC0) != 0x80;
	return column;
}

static void read__mistake__is_told_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		char *text = edited(mistakes[i].from, mistakes[i].to);
		char *mark = strchr(text, '^');
		struct rep_read_error error = { 0 };
		struct trace trace = { 0 };
		int column = 0;

		if (mark) {
			column = column_of(text, mark);
			memmove(mark, mark + 1, strlen(mark));
		}
		if (read_traced(text, &trace, &error) != -1)
			fail_msg("'%s' was taken", mistakes[i].to);
		if (mistakes[i].message)
			assert_string_equal(error.message, mistakes[i].message);
		assert_true(error.message[0] != '\0');
		if (error.line != mistakes[i].line || (mark && error.column != column))
			fail_msg("'%s': %d:%d: %s, expected at %d:%d", mistakes[i].to, error.line,
				 error.column, error.message, mistakes[i].line, column);
		strbuf_release(&trace.text);
		free(text);
	}
}

static void read__a_member_is_missing__is_told(void **state)
{
	static const char *const members[] = { "schema", "run", "totals", "errors", "hosts" };

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		char from[32], to[32], expected[64];
		struct rep_read_error error = { 0 };
		struct trace trace = { 0 };
		char *text;

		snprintf(from, sizeof(from), "\n\"%s\": ", members[i]);
		snprintf(to, sizeof(to), "\n\"not_%s\": ", members[i]);
		text = edited(from, to);
		assert_int_equal(read_traced(text, &trace, &error), -1);
		snprintf(expected, sizeof(expected), "the report has no '%s'", members[i]);
		assert_string_equal(error.message,
				    i == 0 ? "this is no rdsweep.report/1" : expected);
		if (i > 0)
			assert_int_equal(error.line, 25);
		strbuf_release(&trace.text);
		free(text);
	}
}

static void read__cut_anywhere__fails_with_a_place(void **state)
{
	(void)state;
	for (size_t len = 0; len < strlen(small) - 2;
	     len++) { /* without the last brace and line end */
		struct test_source source = { .bytes = small, .len = len };
		const struct rep_visitor nobody = { 0 };
		struct rep_read_error error = { 0 };

		assert_int_equal(rep_read(test_source_read, &source, &nobody, &error), -1);
		assert_true(error.line > 0 && error.column > 0);
		assert_true(error.message[0] != '\0');
	}
}

static void read__source_fails__is_an_error(void **state)
{
	const struct rep_visitor nobody = { 0 };

	(void)state;
	for (size_t after = 1; after < strlen(small); after += 97) {
		struct test_source source = {
			.bytes = small, .len = strlen(small), .step = 1, .fail_after = after
		};
		struct rep_read_error error = { 0 };

		assert_int_equal(rep_read(test_source_read, &source, &nobody, &error), -1);
		assert_true(error.message[0] != '\0');
	}
}

static void read__visitor_without_slots__only_checks(void **state)
{
	struct test_source source = { .bytes = small, .len = strlen(small) };
	const struct rep_visitor nobody = { 0 };
	struct rep_read_error error;

	(void)state;
	assert_int_equal(rep_read(test_source_read, &source, &nobody, &error), 0);
}

static void read__visitor_stops__returns_its_word(void **state)
{
	static const char *const calls[] = { "run", "totals", "error", "host", "session", "end" };

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct trace trace = { .stop_at = calls[i] };
		struct rep_read_error error;
		size_t lines = 0;

		assert_int_equal(read_traced(small, &trace, &error), 7);
		for (size_t at = 0; at < trace.text.len; at++)
			lines += trace.text.data[at] == '\n';
		assert_int_equal(lines, i + 1);
		strbuf_release(&trace.text);
	}
}

static void read__members_in_another_order__are_taken(void **state)
{
	/* errors and totals before schema and run; a host's and a session's members backwards */
	static const char text[] = "{\"hosts\":[{\"drain\":null,\"duration_ms\":5,\"attempts\":1,"
				   "\"error\":null,\"outcome\":"
				   "\"failed\",\"wave\":2,\"groups\":[],\"address\":null,\"host\":"
				   "\"h\",\"sessions\":[{"
				   "\"duration_ms\":1,\"attempts\":1,\"error\":null,\"outcome\":"
				   "\"skipped\",\"reason\":\"vm\","
				   "\"selected\":false,\"farm\":null,\"vm\":null,\"client\":null,"
				   "\"idle_s\":1e1,\"logon_at\":"
				   "null,\"state\":\"idle\",\"domain\":null,\"user\":\"u\","
				   "\"station\":null,\"id\":9}]}],"
				   "\"errors\":[],\"schema\":\"rdsweep.report/1\",";
	const char *rest = strstr(small, "\"run\"");
	const char *end = strstr(small, ",\n\"errors\"");
	struct strbuf joined;

	(void)state;
	strbuf_init(&joined);
	strbuf_adds(&joined, text);
	strbuf_add(&joined, rest, (size_t)(end - rest));
	strbuf_adds(&joined, "}");
	assert_trace(strbuf_text(&joined), "host h failed -\nsession 9 u skipped -\nend\n"
					   "run r partial 1/2\ntotals 1 1 1\n");
	strbuf_release(&joined);
}

static void assert_round_trip(const struct strbuf *text, size_t step)
{
	struct test_source source = { .bytes = text->data, .len = text->len, .step = step };
	struct rep_read_error error = { 0 };
	struct strbuf again;

	strbuf_init(&again);
	if (test_convert(&source, REP_FORMAT_JSON, &again, &error) != 0)
		fail_msg("%d:%d: %s", error.line, error.column, error.message);
	assert_int_equal(again.len, text->len);
	assert_memory_equal(again.data, text->data, text->len);
	strbuf_release(&again);
}

static void round_trip__samples_in_drops__are_byte_equal(void **state)
{
	int (*const samples[])(struct rep_record * record) = { sample_example, sample_hostile,
							       sample_merged };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct rep_record record;
		struct strbuf text;

		strbuf_init(&text);
		assert_int_equal(samples[i](&record), 0);
		assert_int_equal(test_write(&record, REP_FORMAT_JSON, &text), 0);
		for (size_t step = 0; step <= 7; step++)
			assert_round_trip(&text, step);
		strbuf_release(&text);
		rep_record_release(&record);
	}
}

static void round_trip__as_csv__is_what_the_record_gives(void **state)
{
	struct rep_record record;
	struct test_source source = { 0 };
	struct rep_read_error error;
	struct strbuf json, direct, converted;

	(void)state;
	strbuf_init(&json);
	strbuf_init(&direct);
	strbuf_init(&converted);
	assert_int_equal(sample_hostile(&record), 0);
	assert_int_equal(test_write(&record, REP_FORMAT_JSON, &json), 0);
	assert_int_equal(test_write(&record, REP_FORMAT_CSV, &direct), 0);
	source.bytes = json.data;
	source.len = json.len;
	assert_int_equal(test_convert(&source, REP_FORMAT_CSV, &converted, &error), 0);
	assert_string_equal(strbuf_text(&converted), strbuf_text(&direct));
	strbuf_release(&json);
	strbuf_release(&direct);
	strbuf_release(&converted);
	rep_record_release(&record);
}

static void round_trip__ten_thousand_sessions_on_one_host__are_byte_equal(void **state)
{
	const struct rep_error_kind kind = {
		"WTSLogoffSession", 5, "DENIED", "no", "permanent", ""
	};
	struct rep_record record;
	struct strbuf text;

	(void)state;
	strbuf_init(&text);
	assert_int_equal(rep_record_init(&record, 1), 0);
	record.run.id = "r";
	record.run.command = "sessions";
	record.run.outcome = REP_RUN_SUCCEEDED;
	record.hosts[0].name = "h";
	record.hosts[0].outcome = REP_HOST_SUCCEEDED;
	for (uint32_t i = 0; i < 10000; i++) {
		struct rep_session *session = rep_host_add_session(&record.hosts[0]);
		char user[32];

		assert_non_null(session);
		snprintf(user, sizeof(user), "user%u", (unsigned)i);
		session->user = arena_strdup(&record.hosts[0].arena, user);
		session->id = i;
		session->logon_at_ms = INT64_C(1767304800000) + i;
		session->outcome = REP_SESSION_LISTED;
		session->error = i % 3 == 0 ? rep_error_kind(&record, &kind) : 0;
	}
	assert_int_equal(test_write(&record, REP_FORMAT_JSON, &text), 0);
	assert_round_trip(&text, 0);
	strbuf_release(&text);
	rep_record_release(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__small_report__is_passed_in_order),
		cmocka_unit_test(read__unknown_members__are_passed_over),
		cmocka_unit_test(read__mistake__is_told_with_its_place),
		cmocka_unit_test(read__a_member_is_missing__is_told),
		cmocka_unit_test(read__cut_anywhere__fails_with_a_place),
		cmocka_unit_test(read__source_fails__is_an_error),
		cmocka_unit_test(read__visitor_without_slots__only_checks),
		cmocka_unit_test(read__visitor_stops__returns_its_word),
		cmocka_unit_test(read__members_in_another_order__are_taken),
		cmocka_unit_test(round_trip__samples_in_drops__are_byte_equal),
		cmocka_unit_test(round_trip__as_csv__is_what_the_record_gives),
		cmocka_unit_test(round_trip__ten_thousand_sessions_on_one_host__are_byte_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
