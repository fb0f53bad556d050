/* Each line of a journal, byte for byte: what a later version has to be able to read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fleet.h"
#include "journal_lines.h"
#include "utc.h"

#define T_MS INT64_C(1767304800417) /* 2026-01-01T22:00:00.417Z */
#define T    "\"t\":\"2026-01-01T22:00:00.417Z\""

static struct rep_record record;
static struct strbuf line;

static int set_up(void **state)
{
	static const char *const groups[] = { "berlin", "farm \"a\"" };
	static const struct rep_error_kind denied = {
		.api = "WTSLogoffSession", .code = 5, .name = "ERROR_ACCESS_DENIED", .message = "no"
	};
	struct rep_session *session;
	struct rep_host *host;

	(void)state;
	strbuf_init(&line);
	if (rep_record_init(&record, 2) < 0)
		return -1;
	host = &record.hosts[1];
	host->name = "rdsh1";
	host->address = "10.0.0.1";
	host->groups = groups;
	host->group_count = 2;
	host->attempts = 1;
	session = rep_host_add_session(host);
	if (!session || !rep_host_add_session(host))
		return -1;
	session = &host->sessions[1];
	session->id = 7;
	session->user = "d\xC3\xB6rte";
	session->domain = "CORP";
	session->station = "RDP-Tcp#2";
	session->logon_at_ms = T_MS - 1000;
	session->state = REP_STATE_ACTIVE;
	session->selected = true;
	session->outcome = REP_SESSION_FAILED;
	session->error = rep_error_kind(&record, &denied);
	session->attempts = 3;
	session->duration_ms = 1840;
	return session->error ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	rep_record_release(&record);
	strbuf_release(&line);
	return 0;
}

static void assert_line(const char *expected)
{
	assert_false(line.failed);
	assert_string_equal(strbuf_text(&line), expected);
	strbuf_clear(&line);
}

#define BLANK_SESSION                                                                              \
	"{\"id\":0,\"station\":null,\"user\":null,\"domain\":null,\"state\":\"unknown\","          \
	"\"logon_at\":null,\"idle_s\":null,\"client\":null,\"vm\":null,\"farm\":null,"             \
	"\"selected\":false,\"reason\":null,\"outcome\":null,\"error\":null,\"attempts\":0,"       \
	"\"duration_ms\":null}"
#define SESSION                                                                                    \
	"{\"id\":7,\"station\":\"RDP-Tcp#2\",\"user\":\"d\xC3\xB6rte\",\"domain\":\"CORP\","       \
	"\"state\":\"active\",\"logon_at\":\"2026-01-01T21:59:59.417Z\",\"idle_s\":null,"          \
	"\"client\":null,\"vm\":null,\"farm\":null,\"selected\":true,\"reason\":null,"             \
	"\"outcome\":\"failed\",\"error\":{\"api\":\"WTSLogoffSession\",\"code\":5,"               \
	"\"name\":\"ERROR_ACCESS_DENIED\",\"message\":\"no\"},\"attempts\":3,\"duration_ms\":"     \
	"1840}"

static void line__surveyed__host_of_the_report(void **state)
{
	(void)state;
	journal_line_surveyed(&line, T_MS, &record, 1);
	assert_line("{\"event\":\"surveyed\"," T ",\"host\":{\"host\":\"rdsh1\","
		    "\"address\":\"10.0.0.1\",\"groups\":[\"berlin\",\"farm \\\"a\\\"\"],"
		    "\"wave\":null,\"outcome\":null,\"error\":null,\"attempts\":1,"
		    "\"duration_ms\":null,\"drain\":null,\"sessions\":[" BLANK_SESSION "," SESSION
		    "]}}\n");
	journal_line_surveyed(&line, T_MS, &record, 0);
	assert_line("{\"event\":\"surveyed\"," T ",\"host\":{\"host\":\"\",\"address\":null,"
		    "\"groups\":[],\"wave\":null,\"outcome\":null,\"error\":null,\"attempts\":0,"
		    "\"duration_ms\":null,\"drain\":null,\"sessions\":[]}}\n");
}

static void line__sessions__host_and_row(void **state)
{
	static const uint32_t rows[] = { 0, 1, UINT32_MAX };

	(void)state;
	journal_line_session(&line, "result", T_MS, &record, 1, 1);
	assert_line("{\"event\":\"result\"," T ",\"host\":\"rdsh1\",\"row\":1,\"session\":" SESSION
		    "}\n");
	journal_line_session(&line, "seen", T_MS, &record, 1, 0);
	assert_line("{\"event\":\"seen\"," T
		    ",\"host\":\"rdsh1\",\"row\":0,\"session\":" BLANK_SESSION "}\n");
	journal_line_left(&line, T_MS, &record, 1, 1);
	assert_line("{\"event\":\"left\"," T ",\"host\":\"rdsh1\",\"row\":1}\n");
	journal_line_intent(&line, T_MS, &record, 1, rows, 3);
	assert_line("{\"event\":\"intent\"," T ",\"host\":\"rdsh1\",\"rows\":[0,1,4294967295]}\n");
	journal_line_intent(&line, T_MS, &record, 1, rows, 0);
	assert_line("{\"event\":\"intent\"," T ",\"host\":\"rdsh1\",\"rows\":[]}\n");
}

static void line__warnings__who_was_told_what(void **state)
{
	static const uint32_t rows[] = { 0, 1 };

	(void)state;
	journal_line_warn(&line, T_MS, &record, 1, rows, 2);
	assert_line("{\"event\":\"warn\"," T ",\"host\":\"rdsh1\",\"rows\":[0,1]}\n");
	journal_line_warned(&line, T_MS, &record, 1, 1, T_MS + 900000, 0);
	assert_line("{\"event\":\"warned\"," T
		    ",\"host\":\"rdsh1\",\"row\":1,\"until\":\"2026-01-01T22:15:00.417Z\","
		    "\"error\":null}\n");
	journal_line_warned(&line, T_MS, &record, 1, 1, UTC_UNKNOWN, 1);
	assert_line("{\"event\":\"warned\"," T ",\"host\":\"rdsh1\",\"row\":1,\"until\":null,"
		    "\"error\":{\"api\":\"WTSLogoffSession\",\"code\":5,"
		    "\"name\":\"ERROR_ACCESS_DENIED\",\"message\":\"no\"}}\n");
	journal_line_called_off(&line, T_MS, &record, 1, 0, 0);
	assert_line("{\"event\":\"called_off\"," T
		    ",\"host\":\"rdsh1\",\"row\":0,\"error\":null}\n");
}

static void line__done__what_the_act_changed(void **state)
{
	struct rep_host *host = &record.hosts[1];

	(void)state;
	host->outcome = REP_HOST_PARTIAL;
	host->wave = 2;
	host->error = 1;
	host->duration_ms = 5000000000;
	host->drain_before = REP_DRAIN_OFF;
	host->drain_during = REP_DRAIN_ON;
	host->acted_at_ms = T_MS - 1000;
	host->ended_at_ms = T_MS;
	journal_line_done(&line, T_MS, &record, 1);
	assert_line("{\"event\":\"done\"," T ",\"host\":\"rdsh1\",\"outcome\":\"partial\","
		    "\"error\":{\"api\":\"WTSLogoffSession\",\"code\":5,"
		    "\"name\":\"ERROR_ACCESS_DENIED\",\"message\":\"no\"},\"wave\":2,"
		    "\"attempts\":1,\"duration_ms\":5000000000,"
		    "\"acted_at\":\"2026-01-01T21:59:59.417Z\",\"ended_at\":\"2026-01-01T22:00:00."
		    "417Z\","
		    "\"drain\":{\"before\":\"off\",\"during\":\"on\",\"after\":null}}\n");
}

static void line__drain__intent_and_what_was_seen(void **state)
{
	struct rep_host *host = &record.hosts[1];

	(void)state;
	host->drain_before = REP_DRAIN_OFF;
	host->drain_during = REP_DRAIN_UNKNOWN;
	host->drain_after = REP_DRAIN_UNKNOWN;
	journal_line_drain(&line, T_MS, &record, 1, REP_DRAIN_ON);
	assert_line("{\"event\":\"drain\"," T ",\"host\":\"rdsh1\",\"to\":\"on\","
		    "\"drain\":{\"before\":\"off\",\"during\":null,\"after\":null}}\n");
	host->drain_during = REP_DRAIN_ON;
	host->drain_after = REP_DRAIN_RESTART;
	journal_line_drained(&line, T_MS, &record, 1);
	assert_line("{\"event\":\"drained\"," T ",\"host\":\"rdsh1\","
		    "\"drain\":{\"before\":\"off\",\"during\":\"on\",\"after\":\"restart\"}}\n");
}

static void line__run__confirmed_and_ended(void **state)
{
	struct rep_run run;

	(void)state;
	rep_run_init(&run);
	journal_line_confirmed(&line, T_MS);
	assert_line("{\"event\":\"confirmed\"," T "}\n");
	journal_line_end(&line, T_MS, &run, false);
	assert_line("{\"event\":\"end\"," T
		    ",\"outcome\":null,\"stopped_by\":null,\"exit_code\":0,\"settled\":false}\n");
	run.outcome = REP_RUN_INTERRUPTED;
	run.stopped_by = "SIGINT";
	run.exit_code = 130;
	run.duration_ms = 1007;
	journal_line_end(&line, T_MS, &run, true);
	assert_line("{\"event\":\"end\"," T ",\"outcome\":\"interrupted\","
		    "\"stopped_by\":\"SIGINT\",\"exit_code\":130,\"duration_ms\":1007,"
		    "\"settled\":true}\n");
	journal_line_confirmed(&line, UTC_UNKNOWN);
	assert_line("{\"event\":\"confirmed\",\"t\":null}\n");
}

static void line__member__all_that_resume_needs(void **state)
{
	static const char *const protect[] = { "CORP\\svc_*", "adm\"in" };
	static const char *const groups[] = { "all" };
	struct fleet_host host = {
		.name = "rdsh1", .address = "10.0.0.1", .probe_port = 445, .call_timeout_ms = -1
	};

	(void)state;
	journal_line_member(&line, T_MS, &host);
	assert_line("{\"event\":\"member\"," T ",\"host\":{\"name\":\"rdsh1\","
		    "\"address\":\"10.0.0.1\",\"probe_port\":445,\"call_timeout_ms\":null,"
		    "\"protect\":[],\"groups\":[]}}\n");
	host.call_timeout_ms = 60000;
	host.protect = protect;
	host.protect_count = 2;
	host.groups = groups;
	host.group_count = 1;
	journal_line_member(&line, T_MS, &host);
	assert_line("{\"event\":\"member\"," T ",\"host\":{\"name\":\"rdsh1\","
		    "\"address\":\"10.0.0.1\",\"probe_port\":445,\"call_timeout_ms\":60000,"
		    "\"protect\":[\"CORP\\\\svc_*\",\"adm\\\"in\"],\"groups\":[\"all\"]}}\n");
}

/* A name with a line end in it must not end the line. */
static void line__hostile_names__stay_on_their_line(void **state)
{
	struct rep_host *host = &record.hosts[1];

	(void)state;
	host->name = "a\nb";
	host->sessions[1].user = "x\r\n{\"event\":\"end\"}\xFF";
	journal_line_surveyed(&line, T_MS, &record, 1);
	journal_line_session(&line, "result", T_MS, &record, 1, 1);
	journal_line_done(&line, T_MS, &record, 1);
	assert_false(line.failed);
	for (size_t i = 0, ends = 0; i < line.len; i++) {
		ends += line.data[i] == '\n';
		if (line.data[i] == '\n' && i + 1 < line.len)
			assert_memory_equal(line.data + i + 1, "{\"event\":\"", 10);
		assert_true(ends <= 3);
	}
	strbuf_clear(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(line__surveyed__host_of_the_report, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(line__sessions__host_and_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(line__drain__intent_and_what_was_seen, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(line__warnings__who_was_told_what, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(line__done__what_the_act_changed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(line__run__confirmed_and_ended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(line__member__all_that_resume_needs, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(line__hostile_names__stay_on_their_line, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
