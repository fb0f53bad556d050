/* A journal read back is what was journaled, however the run ended; and nothing wrong in it goes
 * by. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "journal_lines.h"
#include "journal_read.h"
#include "report_write.h"
#include "utc.h"
#include "win_error.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define T_MS INT64_C(1767304800417) /* 2026-01-01T22:00:00.417Z */
#define T    "\"t\":\"2026-01-01T22:00:00.417Z\""
#define RUN_LINE                                                                                   \
	"{\"event\":\"run\"," T ",\"schema\":\"rdsweep.journal/1\",\"more\":{\"a\":[1,{}]}}\n"

/* --- what is known of a run, as a text that can be compared --- */

static int add_bytes(void *ctx, const char *bytes, size_t len)
{
	strbuf_add(ctx, bytes, len);
	return 0;
}

/* The run's section is nothing that the reader fills. */
static void describe_record(struct strbuf *out, struct rep_record *record)
{
	const struct rep_sink sink = { out, add_bytes };
	const struct rep_run run = record->run;

	rep_run_init(&record->run);
	assert_int_equal(rep_write_record(record, REP_FORMAT_JSON, &sink), 0);
	record->run = run;
}

static void describe(struct strbuf *out, struct journal_read *read)
{
	describe_record(out, &read->record);
	for (size_t i = 0; i < read->doubt_count; i++)
		strbuf_addf(out, "doubt %u %u %" PRId64 "\n", (unsigned)read->doubts[i].host,
			    (unsigned)read->doubts[i].row, read->doubts[i].intent_at_ms);
	strbuf_addf(out, "%d %d %d\n", read->confirmed, read->ended, read->settled);
}

/* --- reading what was written by hand --- */

static void read_ok(struct journal_read *ret, const char *bytes, size_t len)
{
	struct journal_read_error error;

	if (journal_read(ret, bytes, len, &error) < 0)
		fail_msg("%d:%d: %s", error.line, error.column, error.message);
}

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
#define NOT_ATTEMPTED(id, reason)                                                                  \
	SESSION_OF(id, "\"reason\":\"" reason "\",\"outcome\":\"not_attempted\",\"error\":null")
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

/* --- random runs --- */

#define HOSTS_MAX 6
#define ROWS_MAX  64

struct sim {
	uint64_t seed;
	struct rep_record record;
	struct fleet_host hosts[HOSTS_MAX];
	char names[HOSTS_MAX][16];
	int64_t intent_at_ms[HOSTS_MAX][ROWS_MAX]; /* 0: not open */
	bool confirmed, ended, settled;
	int64_t now_ms;
	struct strbuf journal;
	struct strbuf known; /* what is known after the last line */
};

static uint32_t below(struct sim *sim, uint32_t bound)
{
	return (uint32_t)rng_below(&sim->seed, bound);
}

static const char *any_text(struct sim *sim)
{
	static const char *const texts[] = { "",
					     "",
					     "alice",
					     "CORP",
					     "d\xC3\xB6rte",
					     "a\"b",
					     "a\\b\n\t",
					     "\xF0\x9F\x98\x80",
					     "RDP-Tcp#2" };

	return texts[below(sim, COUNT(texts))];
}

/* As the fleet makes them: class and remedy from the table. */
static uint16_t any_error(struct sim *sim)
{
	static const struct session_error errors[] = {
		{ SESSION_API_LOGOFF_SESSION, 5 },
		{ SESSION_API_OPEN_SERVER_EX, 1722 },
		{ SESSION_API_ENUMERATE_SESSIONS_EX, 4294967295 },
		{ SESSION_API_RDSWEEP, SESSION_FINDING_CALL_TIMEOUT },
		{ SESSION_API_RDSWEEP, SESSION_FINDING_SHORT_LIST },
	};
	const struct session_error *error = &errors[below(sim, COUNT(errors))];
	const struct win_error *row = win_error_lookup(error->api, error->code);
	const struct rep_error_kind kind = {
		.api = session_api_name(error->api),
		.code = error->api == SESSION_API_RDSWEEP ? 0 : error->code,
		.name = row->name,
		.message = row->message,
		.class_ = win_error_class_name(row->class_),
		.remedy = row->remedy,
	};

	return below(sim, 2) ? rep_error_kind(&sim->record, &kind) : 0;
}

static void change_session(struct sim *sim, struct rep_session *session)
{
	session->user = any_text(sim);
	session->domain = any_text(sim);
	session->station = any_text(sim);
	session->client = any_text(sim);
	session->vm = any_text(sim);
	session->farm = any_text(sim);
	session->logon_at_ms = below(sim, 3) ? T_MS - below(sim, 1000000) : UTC_UNKNOWN;
	session->idle_s = (int64_t)below(sim, 3) * 3000000000 - 1;
	session->duration_ms = (int32_t)below(sim, 3) * 1000 - 1;
	session->attempts = (uint16_t)below(sim, 65536);
	session->state = (uint8_t)below(sim, REP_STATE_COUNT);
	session->outcome = (uint8_t)below(sim, REP_SESSION_OUTCOME_COUNT);
	session->reason = (uint8_t)below(sim, REP_REASON_COUNT);
	session->selected = below(sim, 2);
	session->error = any_error(sim);
}

static void change_host(struct sim *sim, struct rep_host *host)
{
	host->outcome = (uint8_t)below(sim, REP_HOST_OUTCOME_COUNT);
	host->error = any_error(sim);
	host->wave = below(sim, 3);
	host->attempts = (uint16_t)below(sim, 4);
	host->duration_ms = (int64_t)below(sim, 3) * 4000000000 - 1;
	host->acted_at_ms = below(sim, 3) ? T_MS - below(sim, 1000000) : UTC_UNKNOWN;
	host->ended_at_ms = below(sim, 3) ? T_MS + below(sim, 1000000) : UTC_UNKNOWN;
	host->drain_before = (uint8_t)below(sim, REP_DRAIN_COUNT);
	host->drain_during = (uint8_t)below(sim, REP_DRAIN_COUNT);
	host->drain_after = (uint8_t)below(sim, REP_DRAIN_COUNT);
}

/* The session is valid until the next one is added. */
static struct rep_session *sim_add_session(struct sim *sim, struct rep_host *host)
{
	struct rep_session *session = rep_host_add_session(host);

	assert_non_null(session);
	session->id = below(sim, UINT32_MAX);
	change_session(sim, session);
	return session;
}

static void sim_survey(struct sim *sim, uint32_t index)
{
	struct rep_host *host = &sim->record.hosts[index];

	change_host(sim, host);
	host->session_count = 0;
	for (uint32_t count = below(sim, 6); count > 0; count--)
		(void)sim_add_session(sim, host);
	journal_line_surveyed(&sim->journal, sim->now_ms, &sim->record, index);
}

static void sim_intent(struct sim *sim, uint32_t index)
{
	struct rep_host *host = &sim->record.hosts[index];
	uint32_t rows[ROWS_MAX], count = 0;

	for (uint32_t row = 0; row < host->session_count; row++) {
		if (below(sim, 2))
			continue;
		rows[count++] = row;
		sim->intent_at_ms[index][row] = sim->now_ms;
		host->sessions[row].outcome = REP_SESSION_NONE;
		host->sessions[row].reason = REP_REASON_NONE;
		host->sessions[row].error = 0;
	}
	journal_line_intent(&sim->journal, sim->now_ms, &sim->record, index, rows, count);
}

/* One event of the act. */
static void sim_act(struct sim *sim)
{
	uint32_t index = below(sim, (uint32_t)sim->record.host_count);
	struct rep_host *host = &sim->record.hosts[index];
	uint32_t row = host->session_count ? below(sim, host->session_count) : 0;

	switch (below(sim, 8)) {
	case 0:
	case 1:
		sim_intent(sim, index);
		return;
	case 2:
		if (host->session_count == ROWS_MAX)
			return;
		(void)sim_add_session(sim, host);
		journal_line_session(&sim->journal, "seen", sim->now_ms, &sim->record, index,
				     host->session_count - 1);
		return;
	case 3:
		change_host(sim, host);
		journal_line_done(&sim->journal, sim->now_ms, &sim->record, index);
		return;
	case 4:
		if (host->session_count)
			journal_line_left(&sim->journal, sim->now_ms, &sim->record, index, row);
		return;
	default:
		if (!host->session_count)
			return;
		change_session(sim, &host->sessions[row]);
		sim->intent_at_ms[index][row] = 0;
		journal_line_session(&sim->journal, "result", sim->now_ms, &sim->record, index,
				     row);
	}
}

static void sim_init(struct sim *sim, uint64_t seed)
{
	static const char *const groups[] = { "berlin", "farm" };
	size_t count;

	memset(sim, 0, sizeof(*sim));
	sim->seed = seed;
	sim->now_ms = T_MS;
	strbuf_init(&sim->journal);
	strbuf_init(&sim->known);
	count = 1 + below(sim, HOSTS_MAX);
	assert_int_equal(rep_record_init(&sim->record, count), 0);
	for (size_t i = 0; i < count; i++) {
		struct rep_host *host = &sim->record.hosts[i];

		(void)snprintf(sim->names[i], sizeof(sim->names[i]), "rdsh%u", (unsigned)i);
		sim->hosts[i].name = host->name = sim->names[i];
		sim->hosts[i].address = host->address = "10.0.0.1";
		sim->hosts[i].call_timeout_ms = -1;
		sim->hosts[i].groups = host->groups = groups;
		sim->hosts[i].group_count = host->group_count = below(sim, 3);
	}
}

static void sim_release(struct sim *sim)
{
	rep_record_release(&sim->record);
	strbuf_release(&sim->journal);
	strbuf_release(&sim->known);
}

/* The next line of a run; false after the last one. `step` counts from 0. */
static bool sim_step(struct sim *sim, size_t step, size_t act_lines)
{
	size_t hosts = sim->record.host_count;

	sim->now_ms += below(sim, 1000);
	sim->ended = sim->settled = false;
	if (step == 0) {
		strbuf_adds(&sim->journal, RUN_LINE);
	} else if (step <= hosts) {
		journal_line_member(&sim->journal, sim->now_ms, &sim->hosts[step - 1]);
	} else if (step <= 2 * hosts) {
		sim_survey(sim, (uint32_t)(step - hosts - 1));
	} else if (step == 2 * hosts + 1) {
		journal_line_confirmed(&sim->journal, sim->now_ms);
		sim->confirmed = true;
	} else if (step <= 2 * hosts + 1 + act_lines) {
		sim_act(sim);
	} else if (step == 2 * hosts + 2 + act_lines) {
		sim->ended = true;
		sim->settled = below(sim, 2);
		journal_line_end(&sim->journal, sim->now_ms, &sim->record.run, sim->settled);
	} else {
		return false;
	}
	return true;
}

/* What a reader should know now. While members are coming in, only they are known. */
static void sim_describe(struct sim *sim, size_t step)
{
	size_t hosts = sim->record.host_count;

	strbuf_clear(&sim->known);
	sim->record.host_count = step < hosts ? step : hosts;
	describe_record(&sim->known, &sim->record);
	sim->record.host_count = hosts;
	for (size_t i = 0; i < hosts; i++)
		for (size_t row = 0; row < ROWS_MAX; row++)
			if (sim->intent_at_ms[i][row])
				strbuf_addf(&sim->known, "doubt %zu %zu %" PRId64 "\n", i, row,
					    sim->intent_at_ms[i][row]);
	strbuf_addf(&sim->known, "%d %d %d\n", sim->confirmed, sim->ended, sim->settled);
}

static void assert_known(struct sim *sim, size_t len, bool torn, size_t sound_bytes)
{
	struct journal_read read;
	struct strbuf found;

	strbuf_init(&found);
	read_ok(&read, sim->journal.data, len);
	describe(&found, &read);
	assert_string_equal(strbuf_text(&found), strbuf_text(&sim->known));
	assert_int_equal(read.torn, torn);
	assert_int_equal(read.sound_bytes, sound_bytes);
	journal_read_release(&read);
	strbuf_release(&found);
}

static void read__random_runs__as_they_were_journaled(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 150; seed++) {
		struct sim sim;
		size_t step = 0;

		sim_init(&sim, seed);
		while (sim_step(&sim, step, 40))
			step++;
		assert_false(sim.journal.failed);
		sim.ended = true; /* the step that did nothing has cleared them */
		sim.settled = memcmp(sim.journal.data + sim.journal.len - 6, "true", 4) == 0;
		sim_describe(&sim, step);
		assert_known(&sim, sim.journal.len, false, sim.journal.len);
		sim_release(&sim);
	}
}

/* A crash may tear the last line anywhere: what the lines before it say is known, and no more. */
static void read__torn_at_every_byte__lines_before_it_count(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct sim sim;
		struct sim next;

		sim_init(&sim, seed * 7);
		sim_init(&next, seed * 7);
		for (size_t step = 0; sim_step(&next, step, 8); step++) {
			size_t sound = sim.journal.len;

			/* `next` is one line ahead of what is known. */
			for (size_t len = sound; len < next.journal.len && step > 0; len++) {
				size_t kept = sim.journal.len;

				strbuf_add(&sim.journal, next.journal.data + kept, len - kept);
				assert_known(&sim, len, len > sound, sound);
			}
			sim.journal.len = sound;
			assert_true(sim_step(&sim, step, 8));
			sim_describe(&sim, step);
		}
		sim_release(&sim);
		sim_release(&next);
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

/* Whatever bytes a disk has made of it: it is read or refused, and nothing is touched that should
 * not be (the sanitizers watch). */
static void read__damaged_anywhere__read_or_refused(void **state)
{
	uint64_t seed = 5;
	struct sim sim;
	size_t step = 0, refused = 0;

	(void)state;
	sim_init(&sim, 11);
	while (sim_step(&sim, step, 30))
		step++;
	for (unsigned i = 0; i < 2000; i++) {
		size_t at = (size_t)rng_below(&seed, sim.journal.len);
		char before = sim.journal.data[at];
		struct journal_read_error error;
		struct journal_read read;

		sim.journal.data[at] = (char)rng_below(&seed, 256);
		if (journal_read(&read, sim.journal.data, sim.journal.len, &error) == 0) {
			assert_int_equal(journal_reopen(&read), 0);
			journal_read_release(&read);
		} else {
			assert_true(error.line > 0 && error.message[0] != '\0');
			refused++;
		}
		sim.journal.data[at] = before;
	}
	assert_true(refused > 500);
	sim_release(&sim);
}

static void read__large_fleet__every_session(void **state)
{
	enum { HOSTS = 1000, SESSIONS = 30 };
	struct rep_record record;
	struct rep_totals totals;
	struct journal_read read;
	struct strbuf journal;
	char(*names)[16] = calloc(HOSTS, sizeof(*names));

	(void)state;
	assert_non_null(names);
	strbuf_init(&journal);
	strbuf_adds(&journal, RUN_LINE);
	assert_int_equal(rep_record_init(&record, HOSTS), 0);
	for (uint32_t i = 0; i < HOSTS; i++) {
		struct fleet_host host = { .name = names[i],
					   .address = "a",
					   .call_timeout_ms = -1 };

		(void)snprintf(names[i], sizeof(names[i]), "rdsh%05u", (unsigned)i);
		record.hosts[i].name = names[i];
		journal_line_member(&journal, T_MS, &host);
	}
	for (uint32_t i = 0; i < HOSTS; i++) {
		for (uint32_t row = 0; row < SESSIONS; row++) {
			struct rep_session *session = rep_host_add_session(&record.hosts[i]);

			assert_non_null(session);
			session->id = row + 2;
			session->user = names[i];
			session->domain = "CORP";
			session->station = "RDP-Tcp#2";
			session->logon_at_ms = T_MS;
			session->state = REP_STATE_ACTIVE;
			session->selected = true;
		}
		journal_line_surveyed(&journal, T_MS, &record, i);
	}
	for (uint32_t i = 0; i < HOSTS; i++) {
		uint32_t rows[SESSIONS];

		for (uint32_t row = 0; row < SESSIONS; row++)
			rows[row] = row;
		journal_line_intent(&journal, T_MS, &record, i, rows, SESSIONS);
		for (uint32_t row = 0; row < SESSIONS; row++) {
			record.hosts[i].sessions[row].outcome = REP_SESSION_LOGGED_OFF;
			if (row > 0)
				journal_line_session(&journal, "result", T_MS, &record, i, row);
		}
		journal_line_done(&journal, T_MS, &record, i);
	}
	assert_false(journal.failed);
	read_ok(&read, journal.data, journal.len);
	rep_totals_count(&read.record, &totals);
	assert_int_equal(totals.sessions, HOSTS * SESSIONS);
	assert_int_equal(totals.sessions_by[REP_SESSION_LOGGED_OFF], HOSTS * (SESSIONS - 1));
	assert_int_equal(read.doubt_count, HOSTS);
	assert_int_equal(read.doubts[HOSTS - 1].host, HOSTS - 1);
	journal_read_release(&read);
	rep_record_release(&record);
	strbuf_release(&journal);
	free(names);
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
		cmocka_unit_test(read__random_runs__as_they_were_journaled),
		cmocka_unit_test(read__torn_at_every_byte__lines_before_it_count),
		cmocka_unit_test(read__file_grown_but_not_written__torn),
		cmocka_unit_test(read__damaged_anywhere__read_or_refused),
		cmocka_unit_test(read__large_fleet__every_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
