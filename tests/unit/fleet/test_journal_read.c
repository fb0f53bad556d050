/* Journals written by hand: what each line means to its reader, and nothing wrong in them goes by.
 * Journals of whole runs are in test_journal_runs.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "journal_test.h"
#include "win_error.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define MEMBER(name)                                                                               \
	"{\"event\":\"member\"," T ",\"host\":{\"name\":\"" name "\",\"address\":\"10.0.0.1\","    \
	"\"probe_port\":445,\"call_timeout_ms\":null,\"protect\":[],\"groups\":[\"g\"]}}\n"
#define SESSION_OF(id, more)                                                                       \
	"{\"id\":" #id ",\"station\":null,\"user\":\"u\",\"domain\":\"D\",\"state\":\"active\","   \
	"\"logon_at\":null,\"idle_s\":null,\"client\":null,\"vm\":null,\"farm\":null,"             \
	"\"selected\":true," more ",\"attempts\":0,\"duration_ms\":null}"
#define OPEN_SESSION(id) SESSION_OF(id, "\"reason\":null,\"outcome\":null,\"error\":null")
#define WITH_OUTCOME(id, outcome)                                                                  \
	SESSION_OF(id, "\"reason\":null,\"outcome\":\"" outcome "\",\"error\":null")
#define SURVEYED(name, sessions)                                                                   \
	"{\"event\":\"surveyed\"," T ",\"host\":{\"host\":\"" name "\",\"address\":null,"          \
	"\"groups\":[],\"wave\":null,\"outcome\":null,\"error\":null,\"attempts\":1,"              \
	"\"duration_ms\":5,\"drain\":null,\"sessions\":[" sessions "]}}\n"
#define CONFIRMED "{\"event\":\"confirmed\"," T "}\n"
#define INTENT(name, rows)                                                                         \
	"{\"event\":\"intent\"," T ",\"host\":\"" name "\",\"rows\":[" rows "]}\n"
#define LATER_INTENT(name, rows)                                                                   \
	"{\"event\":\"intent\",\"t\":\"2026-01-01T22:00:01.000Z\",\"host\":\"" name                \
	"\",\"rows\":[" rows "]}\n"
#define RESULT(name, row, session)                                                                 \
	"{\"event\":\"result\"," T ",\"host\":\"" name "\",\"row\":" #row ",\"session\":" session  \
	"}\n"
#define SEEN(name, row, session)                                                                   \
	"{\"event\":\"seen\"," T ",\"host\":\"" name "\",\"row\":" #row ",\"session\":" session    \
	"}\n"
#define LEFT(name, row) "{\"event\":\"left\"," T ",\"host\":\"" name "\",\"row\":" #row "}\n"
#define DONE(name)                                                                                 \
	"{\"event\":\"done\"," T ",\"host\":\"" name "\",\"outcome\":\"partial\",\"error\":null,"  \
	"\"wave\":1,\"attempts\":2,\"duration_ms\":9,\"drain\":null}\n"
#define END(settled)                                                                               \
	"{\"event\":\"end\"," T ",\"outcome\":null,\"stopped_by\":\"SIGINT\",\"exit_code\":130,"   \
	"\"settled\":" settled "}\n"
#define TWO RUN_LINE MEMBER("a") SURVEYED("a", OPEN_SESSION(2) "," OPEN_SESSION(3)) CONFIRMED

static void read__doubts__intent_without_a_result(void **state)
{
	static const struct {
		const char *journal;
		const char *doubts, *reopened; /* rows; with a * where the later intent counts */
	} rows[] = {
		{ TWO, "", "" },
		{ TWO INTENT("a", "0,1"), "0 1 ", "0 1 " },
		{ TWO INTENT("a", "1"), "1 ", "1 " },
		{ TWO INTENT("a", ""), "", "" },
		{ TWO INTENT("a", "1") LEFT("a", 1), "1 ", "1 " },
		{ TWO INTENT("a", "0,1") RESULT("a", 0, WITH_OUTCOME(2, "logged_off")), "1 ",
		  "1 " },
		{ TWO INTENT("a", "0") RESULT("a", 0, WITH_OUTCOME(2, "failed")), "", "" },
		{ TWO INTENT("a", "0") LEFT("a", 0) RESULT("a", 0, WITH_OUTCOME(2, "failed")), "",
		  "" },
		{ TWO INTENT("a", "0") RESULT("a", 0, WITH_OUTCOME(2, "in_doubt")), "", "0 " },
		{ TWO INTENT("a", "0") RESULT("a", 0, WITH_OUTCOME(2, "in_doubt")) DONE("a")
			  RESULT("a", 0, WITH_OUTCOME(2, "logged_off")),
		  "", "" },
		{ TWO RESULT("a", 0, WITH_OUTCOME(2, "failed")), "", "" },
		{ TWO INTENT("a", "0") LATER_INTENT("a", "0"), "0* ", "0* " },
		{ TWO INTENT("a", "0") RESULT("a", 0, WITH_OUTCOME(2, "failed"))
			  LATER_INTENT("a", "0"),
		  "0* ", "0* " },
		{ TWO INTENT("a", "0") RESULT("a", 0, WITH_OUTCOME(2, "in_doubt"))
			  LATER_INTENT("a", "0"),
		  "0* ", "0* " },
		{ TWO INTENT("a", "0,1") DONE("a") END("false"), "0 1 ", "0 1 " },
		{ TWO SEEN("a", 2, OPEN_SESSION(9)) INTENT("a", "2"), "2 ", "2 " },
		{ TWO INTENT("a", "0") SEEN("a", 2, OPEN_SESSION(9)) INTENT("a", "2"), "0 2 ",
		  "0 2 " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct journal_read read;

		read_ok(&read, rows[i].journal, strlen(rows[i].journal));
		for (int reopened = 0; reopened < 2; reopened++) {
			struct strbuf found;

			strbuf_init(&found);
			if (reopened)
				assert_int_equal(journal_reopen(&read), 0);
			for (size_t d = 0; d < read.doubt_count; d++) {
				const struct journal_doubt *doubt = &read.doubts[d];

				assert_int_equal(doubt->host, 0);
				assert_int_equal(read.record.hosts[0].sessions[doubt->row].outcome,
						 REP_SESSION_NONE);
				strbuf_addf(&found, "%u%s ", (unsigned)doubt->row,
					    doubt->intent_at_ms == T_MS ? "" : "*");
			}
			assert_string_equal(strbuf_text(&found),
					    reopened ? rows[i].reopened : rows[i].doubts);
			strbuf_release(&found);
		}
		journal_read_release(&read);
	}
}

/* What a journal tells of the drain mode of its only host, and whether a look has confirmed it. */
static void read__drain__the_last_word_counts(void **state)
{
#define MODES(before, during, after)                                                               \
	",\"drain\":{\"before\":" before ",\"during\":" during ",\"after\":" after "}}\n"
#define TO_ON                                                                                      \
	"{\"event\":\"drain\"," T ",\"host\":\"a\",\"to\":\"on\"" MODES("\"off\"", "null", "null")
#define IS_ON "{\"event\":\"drained\"," T ",\"host\":\"a\"" MODES("\"off\"", "\"on\"", "null")
#define TO_OFF                                                                                     \
	"{\"event\":\"drain\"," T                                                                  \
	",\"host\":\"a\",\"to\":\"off\"" MODES("\"off\"", "\"on\"", "null")
#define IS_BACK "{\"event\":\"drained\"," T ",\"host\":\"a\"" MODES("\"off\"", "\"on\"", "\"off\"")
	static const struct {
		const char *journal;
		enum rep_drain before, during, after;
		bool doubt;
	} rows[] = {
		{ TWO, REP_DRAIN_UNKNOWN, REP_DRAIN_UNKNOWN, REP_DRAIN_UNKNOWN, false },
		{ TWO TO_ON, REP_DRAIN_OFF, REP_DRAIN_UNKNOWN, REP_DRAIN_UNKNOWN, true },
		{ TWO TO_ON IS_ON, REP_DRAIN_OFF, REP_DRAIN_ON, REP_DRAIN_UNKNOWN, false },
		{ TWO TO_ON IS_ON TO_OFF, REP_DRAIN_OFF, REP_DRAIN_ON, REP_DRAIN_UNKNOWN, true },
		{ TWO TO_ON IS_ON TO_OFF IS_BACK, REP_DRAIN_OFF, REP_DRAIN_ON, REP_DRAIN_OFF,
		  false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct rep_host *host;
		struct journal_read read;

		read_ok(&read, rows[i].journal, strlen(rows[i].journal));
		host = &read.record.hosts[0];
		assert_int_equal(host->drain_before, rows[i].before);
		assert_int_equal(host->drain_during, rows[i].during);
		assert_int_equal(host->drain_after, rows[i].after);
		assert_int_equal(read.drain_doubt_count, rows[i].doubt);
		if (rows[i].doubt)
			assert_int_equal(read.drain_doubts[0].intent_at_ms, T_MS);
		journal_read_release(&read);
	}
}

static void reopen__what_the_stop_has_cut_off__is_open_again(void **state)
{
	static const struct {
		const char *reason;
		bool open;
	} rows[] = {
		{ "interrupted", true },   { "max_failures", true },  { "credentials", true },
		{ "run_timeout", true },   { "no_workers", true },    { "journal", true },
		{ "host_timeout", false }, { "declined", false },     { "max_sessions", false },
		{ "not_warned", true },	   { "notify_failed", true }, { "not_drained", false },
		{ "drain_failed", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct rep_session *session;
		struct journal_read read;
		char text[4096];
		int len = snprintf(text, sizeof(text),
				   TWO "{\"event\":\"result\"," T
				       ",\"host\":\"a\",\"row\":1,\"session\":{\"id\":3,"
				       "\"station\":null,\"user\":\"u\",\"domain\":\"D\","
				       "\"state\":\"active\",\"logon_at\":null,\"idle_s\":null,"
				       "\"client\":null,\"vm\":null,\"farm\":null,"
				       "\"selected\":true,\"reason\":\"%s\","
				       "\"outcome\":\"not_attempted\",\"error\":null,"
				       "\"attempts\":0,\"duration_ms\":null}}\n" END("false"),
				   rows[i].reason);

		assert_in_range(len, 1, sizeof(text) - 1);
		read_ok(&read, text, (size_t)len);
		session = &read.record.hosts[0].sessions[1];
		assert_int_equal(session->outcome, REP_SESSION_NOT_ATTEMPTED);
		assert_int_equal(journal_reopen(&read), 0);
		assert_int_equal(read.doubt_count, 0);
		assert_int_equal(session->outcome,
				 rows[i].open ? REP_SESSION_NONE : REP_SESSION_NOT_ATTEMPTED);
		assert_int_equal(session->reason == REP_REASON_NONE, rows[i].open);
		assert_true(session->selected);
		journal_read_release(&read);
	}
}

static void read__end__what_comes_after_it_opens_again(void **state)
{
	static const struct {
		const char *journal;
		bool ended, settled;
	} rows[] = {
		{ TWO, false, false },
		{ TWO END("false"), true, false },
		{ TWO END("true"), true, true },
		{ TWO END("true") CONFIRMED, false, false },
		{ TWO END("true") "{\"event\":\"from the future\"}\n", false, false },
		{ TWO END("false") INTENT("a", "0") DONE("a") END("true"), true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct journal_read read;

		read_ok(&read, rows[i].journal, strlen(rows[i].journal));
		assert_int_equal(read.ended, rows[i].ended);
		assert_int_equal(read.settled, rows[i].settled);
		assert_true(read.confirmed);
		journal_read_release(&read);
	}
}

static void read__run_and_members__as_they_were(void **state)
{
	static const char journal[] =
		RUN_LINE "{\"event\":\"member\",\"new\":{\"x\":1}," T
			 ",\"host\":{\"name\":\"a\",\"address\":\"10.0.0.1\",\"probe_port\":4450,"
			 "\"call_timeout_ms\":60000,\"protect\":[\"CORP\\\\svc_*\",\"root\"],"
			 "\"groups\":[\"g\",\"h\"],\"newer\":null}}\n" MEMBER("b");
	const struct fleet_host *host;
	struct journal_read read;

	(void)state;
	read_ok(&read, journal, sizeof(journal) - 1);
	assert_int_equal(read.run_line_len, sizeof(RUN_LINE) - 2);
	assert_memory_equal(read.run_line, RUN_LINE, sizeof(RUN_LINE) - 2);
	assert_true(read.started_at_ms == T_MS);
	assert_int_equal(read.sound_bytes, sizeof(journal) - 1);
	assert_false(read.torn || read.confirmed || read.ended || read.settled);
	assert_int_equal(read.host_count, 2);
	host = &read.hosts[0];
	assert_string_equal(host->name, "a");
	assert_string_equal(host->address, "10.0.0.1");
	assert_int_equal(host->probe_port, 4450);
	assert_int_equal(host->call_timeout_ms, 60000);
	assert_int_equal(host->protect_count, 2);
	assert_string_equal(host->protect[0], "CORP\\svc_*");
	assert_string_equal(host->protect[1], "root");
	assert_int_equal(host->group_count, 2);
	assert_string_equal(host->groups[1], "h");
	assert_int_equal(read.hosts[1].call_timeout_ms, -1);
	assert_int_equal(read.record.host_count, 2);
	assert_string_equal(read.record.hosts[1].name, "b");
	assert_string_equal(read.record.hosts[0].address, "10.0.0.1");
	assert_int_equal(read.record.hosts[0].group_count, 2);
	journal_read_release(&read);
}

static void read__surveyed_again__the_last_one_counts(void **state)
{
	static const char journal[] = RUN_LINE MEMBER("a")
		SURVEYED("a", OPEN_SESSION(2) "," OPEN_SESSION(3)) SURVEYED("a", OPEN_SESSION(4));
	struct journal_read read;

	(void)state;
	read_ok(&read, journal, sizeof(journal) - 1);
	assert_int_equal(read.record.hosts[0].session_count, 1);
	assert_int_equal(read.record.hosts[0].sessions[0].id, 4);
	journal_read_release(&read);
}

static void read__error_kinds__class_and_remedy_of_the_table(void **state)
{
	static const struct {
		const char *api, *name;
		uint32_t code;
		enum session_api known; /* SESSION_API_COUNT: none */
		uint32_t known_code;
	} rows[] = {
		{ "WTSLogoffSession", "ERROR_ACCESS_DENIED", 5, SESSION_API_LOGOFF_SESSION, 5 },
		{ "WTSOpenServerEx", "ERROR_FILE_NOT_FOUND", 2, SESSION_API_OPEN_SERVER_EX, 2 },
		{ "WTSLogoffSession", "ERROR_FILE_NOT_FOUND", 2, SESSION_API_LOGOFF_SESSION, 2 },
		{ "WTSLogoffSession", "UNKNOWN_ERROR", 987654, SESSION_API_LOGOFF_SESSION, 987654 },
		{ "rdsweep", "VERIFY_TIMEOUT", 0, SESSION_API_RDSWEEP,
		  SESSION_FINDING_VERIFY_TIMEOUT },
		{ "rdsweep", "FROM_THE_FUTURE", 0, SESSION_API_COUNT, 0 },
		{ "WTSFromTheFuture", "ERROR_ACCESS_DENIED", 5, SESSION_API_COUNT, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct rep_error_kind *kind;
		struct journal_read read;
		char text[2048];
		int len = snprintf(text, sizeof(text),
				   RUN_LINE MEMBER("a") "{\"event\":\"done\"," T
							",\"host\":\"a\",\"outcome\":null,"
							"\"error\":{\"api\":\"%s\",\"code\":%u,"
							"\"name\":\"%s\",\"message\":\"m\"},"
							"\"wave\":1,\"attempts\":2,"
							"\"duration_ms\":9,\"drain\":null}\n",
				   rows[i].api, (unsigned)rows[i].code, rows[i].name);

		assert_in_range(len, 1, sizeof(text) - 1);
		read_ok(&read, text, (size_t)len);
		assert_int_equal(read.record.hosts[0].error, 1);
		kind = &read.record.kinds[1];
		assert_string_equal(kind->api, rows[i].api);
		assert_int_equal(kind->code, rows[i].code);
		assert_string_equal(kind->name, rows[i].name);
		if (rows[i].known == SESSION_API_COUNT) {
			assert_string_equal(kind->class_, "ambiguous");
			assert_string_equal(kind->remedy, "");
		} else {
			const struct win_error *row =
				win_error_lookup(rows[i].known, rows[i].known_code);

			assert_string_equal(kind->class_, win_error_class_name(row->class_));
			assert_string_equal(kind->remedy, row->remedy);
		}
		journal_read_release(&read);
	}
}

static void read__mistakes__line_column_and_reason(void **state)
{
	static const struct {
		const char *journal;
		int line, column;
		const char *message;
	} rows[] = {
		/* the first line */
		{ "", 1, 1, "this is no rdsweep.journal/1" },
		{ "{\"event\":\"run\"", 1, 1, "this is no rdsweep.journal/1" },
		{ "\n", 1, 1, "unexpected end of input" },
		{ "[]\n", 1, 1, "this is no rdsweep.journal/1" },
		{ "{}\n", 1, 2, "this is no rdsweep.journal/1" },
		{ MEMBER("a"), 1, 10, "this is no rdsweep.journal/1" },
		{ CONFIRMED, 1, 10, "this is no rdsweep.journal/1" },
		{ "{\"event\":\"run\"," T ",\"schema\":\"rdsweep.journal/2\"}\n", 1, 56,
		  "this is no rdsweep.journal/1" },
		{ "{\"event\":\"run\"," T "}\n", 1, 46, "this is no rdsweep.journal/1" },
		{ "{\"event\":\"run\",\"schema\":\"rdsweep.journal/1\"}\n", 1, 44,
		  "the run has no 't'" },
		{ "{\"event\":\"run\",\"schema\":\"rdsweep.journal/1\",\"t\":5}\n", 1, 49,
		  "'t' is a number, expected a string" },
		{ RUN_LINE RUN_LINE, 2, 96,
		  "a second 'run', expected only the first line to be one" },
		/* lines as such */
		{ RUN_LINE "\n", 2, 1, "unexpected end of input" },
		{ RUN_LINE "{} {}\n", 2, 2, "expected an object that begins with its 'event'" },
		{ RUN_LINE "[\"event\"]\n", 2, 1,
		  "expected an object that begins with its 'event'" },
		{ RUN_LINE "{" T ",\"event\":\"confirmed\"}\n", 2, 2,
		  "expected an object that begins with its 'event'" },
		{ RUN_LINE "{\"event\":7}\n", 2, 10, "'event' is a number, expected a string" },
		{ RUN_LINE "{\"event\":\"new\",\"a\":[}\n", 2, 21, NULL },
		{ RUN_LINE "{\"event\":\"confirmed\"," T "}}\n", 2, 53,
		  "text after the end of the document" },
		{ RUN_LINE "{\"event\":\"confirmed\"," T "}{}\n", 2, 53,
		  "text after the end of the document" },
		{ RUN_LINE "{\"event\":\"confirmed\"," T "\n}\n", 2, 52,
		  "unexpected end of input" },
		{ RUN_LINE "{\"event\":\"confirmed\"}\n", 2, 21, "the confirmation has no 't'" },
		{ RUN_LINE "{\"event\":\"confirmed\",\"event\":\"end\"}\n", 2, 22, NULL },
		{ RUN_LINE CONFIRMED "{\"event\":\"confirmed\",\"t\":\"yesterday\"}\n", 3, 26,
		  "'t' is 'yesterday', expected a time like 2026-01-01T00:00:00.000Z" },
		{ RUN_LINE MEMBER("a") "{\"event\":\"con" CONFIRMED, 3, 16,
		  "expected ',' or '}' after a member, found 'e'" },
		/* members */
		{ RUN_LINE MEMBER("a") MEMBER("b") MEMBER("a"), 4, 159, "host 'a' is there twice" },
		{ RUN_LINE MEMBER("a") CONFIRMED MEMBER("b"), 4, 159,
		  "a member after the first other event" },
		{ RUN_LINE MEMBER(""), 2, 156, "a member without a name or an address" },
		{ RUN_LINE "{\"event\":\"member\"," T ",\"host\":{\"name\":\"a\",\"address\":\"b\","
			   "\"probe_port\":65536}}\n",
		  2, 96, "'probe_port' is no whole number from 0 to 65535" },
		{ RUN_LINE "{\"event\":\"member\"," T ",\"host\":{\"name\":\"a\"}}\n", 2, 68,
		  "a member has no 'address'" },
		{ RUN_LINE
		  "{\"event\":\"member\"," T ",\"host\":{\"name\":\"a\",\"address\":\"b\","
		  "\"probe_port\":445,\"call_timeout_ms\":null,\"protect\":[\"a\\\\b\\\\c\"],"
		  "\"groups\":[]}}\n",
		  2, 156, "'a\\b\\c' in 'protect' holds a second backslash: write DOMAIN\\user" },
		/* hosts and rows */
		{ TWO SURVEYED("b", ""), 5, 180, "'b' is no host of this fleet" },
		{ TWO SURVEYED("a\\n", ""), 5, 182, "'a\\x0a' is no host of this fleet" },
		{ TWO INTENT("b", ""), 5, 57, "'b' is no host of this fleet" },
		{ TWO INTENT("A", ""), 5, 57, "'A' is no host of this fleet" },
		{ TWO DONE("b"), 5, 55, "'b' is no host of this fleet" },
		{ TWO INTENT("a", "0,2"), 5, 71, "host 'a' has no row 2" },
		{ TWO INTENT("a", "-1"), 5, 69, "'rows' is no whole number from 0 to 4294967295" },
		{ TWO INTENT("a", "0.5"), 5, 69, "'rows' is no whole number from 0 to 4294967295" },
		{ TWO INTENT("a", "null"), 5, 69, "'rows' is null, expected a number" },
		{ TWO LEFT("a", 2), 5, 65, "host 'a' has no row 2" },
		{ TWO LEFT("a", 99999999999), 5, 65,
		  "'row' is no whole number from 0 to 4294967295" },
		{ TWO RESULT("a", 2, OPEN_SESSION(4)), 5, 67, "host 'a' has no row 2" },
		{ TWO RESULT("a", 1, OPEN_SESSION(4)), 5, 300, "row 1 is session 3, not 4" },
		{ TWO SEEN("a", 3, OPEN_SESSION(4)), 5, 65, "host 'a' has no row 3" },
		{ TWO SEEN("a", 1, OPEN_SESSION(4)), 5, 65, "row 1 is there already, expected 2" },
		{ TWO "{\"event\":\"left\"," T ",\"row\":0,\"host\":\"a\"}\n", 5, 48,
		  "'row' stands before the line's 'host'" },
		{ TWO "{\"event\":\"intent\"," T ",\"rows\":[],\"host\":\"a\"}\n", 5, 50,
		  "'rows' stands before the line's 'host'" },
		{ TWO "{\"event\":\"intent\"," T ",\"host\":\"a\"}\n", 5, 60,
		  "an intent has no 'rows'" },
		{ TWO INTENT("a", "0") SURVEYED("a", OPEN_SESSION(4)), 6, 180,
		  "a host that was acted on is surveyed again" },
		{ TWO RESULT("a", 0, WITH_OUTCOME(2, "vanished")), 5, 249,
		  "'vanished' is no name of an outcome of a session" },
		{ TWO SEEN("a", 2, "null"), 5, 77,
		  "this is null, expected a session as an object" },
		{ TWO "{\"event\":\"end\"," T ",\"outcome\":\"ok\"}\n", 5, 57,
		  "'ok' is no name of an outcome of a run" },
		{ TWO "{\"event\":\"end\"," T ",\"settled\":1}\n", 5, 57,
		  "'settled' is a number, expected true or false" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct journal_read_error error = { 0, 0, "" };
		struct journal_read read;

		if (journal_read(&read, rows[i].journal, strlen(rows[i].journal), &error) == 0)
			fail_msg("row %zu was read: %s", i, rows[i].journal);
		if ((rows[i].message && strcmp(error.message, rows[i].message) != 0) ||
		    error.line != rows[i].line || error.column != rows[i].column)
			fail_msg("row %zu: %d:%d: %s, expected %d:%d: %s", i, error.line,
				 error.column, error.message, rows[i].line, rows[i].column,
				 rows[i].message ? rows[i].message : "anything");
		assert_true(error.message[0] != '\0');
	}
}

static void read__file_grown_but_not_written__torn(void **state)
{
	static const char journal[] = TWO INTENT("a", "1") "\0\0\0\0\0\0\0\0\0\0";
	struct journal_read read;

	(void)state;
	read_ok(&read, journal, sizeof(journal) - 1);
	assert_true(read.torn);
	assert_int_equal(read.sound_bytes, sizeof(journal) - 1 - 10);
	assert_int_equal(read.doubt_count, 1);
	journal_read_release(&read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__run_and_members__as_they_were),
		cmocka_unit_test(read__doubts__intent_without_a_result),
		cmocka_unit_test(read__drain__the_last_word_counts),
		cmocka_unit_test(reopen__what_the_stop_has_cut_off__is_open_again),
		cmocka_unit_test(read__end__what_comes_after_it_opens_again),
		cmocka_unit_test(read__surveyed_again__the_last_one_counts),
		cmocka_unit_test(read__error_kinds__class_and_remedy_of_the_table),
		cmocka_unit_test(read__mistakes__line_column_and_reason),
		cmocka_unit_test(read__file_grown_but_not_written__torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
