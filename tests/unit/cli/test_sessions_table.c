/* test_sessions_table.c - sessions across the fleet as a table, cut to a terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sessions_table.h"
#include "text_width.h"

static struct rep_record record;

static struct rep_session *add(size_t host, uint32_t id, const char *user)
{
	struct rep_session *session = rep_host_add_session(&record.hosts[host]);

	assert_non_null(session);
	session->id = id;
	session->user = user;
	session->domain = *user ? "CORP" : "";
	session->station = "RDP-Tcp#2";
	session->client = "DESKTOP-0001";
	session->state = REP_STATE_ACTIVE;
	session->outcome = *user ? REP_SESSION_LISTED : REP_SESSION_SKIPPED;
	session->logon_at_ms = INT64_C(1767225600000);
	session->idle_s = 30;
	return session;
}

static int fill(void **state)
{
	struct rep_session *session;

	(void)state;
	assert_int_equal(rep_record_init(&record, 2), 0);
	record.hosts[0].name = "rdsh001.corp.example";
	record.hosts[1].name = "rdsh002.corp.example";
	(void)add(0, 0, "");
	(void)add(0, 2, "alice");
	session = add(0, 13, "\xe5\xb1\xb1\xe7\x94\xb0");
	session->state = REP_STATE_DISCONNECTED;
	session->idle_s = 2 * 3600 + 300;
	session = add(1, 2, "ALICE");
	session->client = "\x1b[2J\xe2\x80\xae";
	session->idle_s = -1;
	return 0;
}

static int empty(void **state)
{
	(void)state;
	rep_record_release(&record);
	return 0;
}

static void assert_table(struct sessions_view view, const char *wanted)
{
	struct sessions_count count;
	struct strbuf out;

	strbuf_init(&out);
	assert_int_equal(sessions_table(&out, &record, &view, &count), 0);
	assert_string_equal(strbuf_text(&out), wanted);
	assert_int_equal(count.sessions, view.without_user ? 4 : 3);
	assert_int_equal(count.users, 2);
	assert_int_equal(count.hosts, 2);
	strbuf_release(&out);
}

/* clang-format off */
static void sessions__no_terminal__nothing_is_cut(void **state)
{
	(void)state;
	assert_table((struct sessions_view){ 0 },
		"HOST                  USER        SESSION    ID  STATE   IDLE  LOGON              CLIENT\n"
		"rdsh001.corp.example  CORP\\alice  RDP-Tcp#2   2  active     .  2026-01-01 00:00Z  DESKTOP-0001\n"
		"rdsh001.corp.example  CORP\\\xe5\xb1\xb1\xe7\x94\xb0   RDP-Tcp#2  13  disc    2:05  2026-01-01 00:00Z  DESKTOP-0001\n"
		"rdsh002.corp.example  CORP\\ALICE  RDP-Tcp#2   2  active     -  2026-01-01 00:00Z  \\x1b[2J\\u{202e}\n");
}

static void sessions__80_columns__client_leaves_and_hosts_keep_their_first_label(void **state)
{
	(void)state;
	assert_table((struct sessions_view){ .width = 80 },
		"HOST                  USER        SESSION    ID  STATE   IDLE  LOGON\n"
		"rdsh001.corp.example  CORP\\alice  RDP-Tcp#2   2  active     .  2026-01-01 00:00Z\n"
		"rdsh001.corp.example  CORP\\\xe5\xb1\xb1\xe7\x94\xb0   RDP-Tcp#2  13  disc    2:05  2026-01-01 00:00Z\n"
		"rdsh002.corp.example  CORP\\ALICE  RDP-Tcp#2   2  active     -  2026-01-01 00:00Z\n");
}

static void sessions__60_columns__station_and_logon_leave(void **state)
{
	(void)state;
	assert_table((struct sessions_view){ .width = 60 },
		"HOST                  USER        ID  STATE   IDLE\n"
		"rdsh001.corp.example  CORP\\alice   2  active     .\n"
		"rdsh001.corp.example  CORP\\\xe5\xb1\xb1\xe7\x94\xb0   13  disc    2:05\n"
		"rdsh002.corp.example  CORP\\ALICE   2  active     -\n");
}

static void sessions__36_columns__who_and_where_is_left(void **state)
{
	(void)state;
	assert_table((struct sessions_view){ .width = 36 },
		"HOST          USER        ID  STATE\n"
		"rdsh001.cor\xe2\x80\xa6  CORP\\alice   2  active\n"
		"rdsh001.cor\xe2\x80\xa6  CORP\\\xe5\xb1\xb1\xe7\x94\xb0   13  disc\n"
		"rdsh002.cor\xe2\x80\xa6  CORP\\ALICE   2  active\n");
}
/* clang-format on */

static void idle__seconds__as_quser_has_them(void **state)
{
	static const struct {
		int64_t idle_s;
		const char *text;
	} rows[] = {
		{ -1, "" },
		{ 0, "." },
		{ 59, "." },
		{ 60, "1" },
		{ 3599, "59" },
		{ 3600, "1:00" },
		{ 7500, "2:05" },
		{ 86399, "23:59" },
		{ 86400, "1d0h" },
		{ 443000, "5d3h" },
		{ INT64_MAX, "106751991167300d15h" },
	};
	char text[SESSIONS_IDLE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sessions_idle(rows[i].idle_s, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void sessions__any_width__no_line_is_wider(void **state)
{
	(void)state;
	for (size_t width = 34; width < 120; width++) {
		struct sessions_view view = { .width = width, .without_user = width % 2 };
		struct sessions_count count;
		struct strbuf out;

		strbuf_init(&out);
		assert_int_equal(sessions_table(&out, &record, &view, &count), 0);
		for (const char *line = strbuf_text(&out); *line; line = strchr(line, '\n') + 1)
			assert_true(text_width(line, (size_t)(strchr(line, '\n') - line)) <= width);
		strbuf_release(&out);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fill, empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sessions__no_terminal__nothing_is_cut),
		TEST(sessions__80_columns__client_leaves_and_hosts_keep_their_first_label),
		TEST(sessions__60_columns__station_and_logon_leave),
		TEST(sessions__36_columns__who_and_where_is_left),
		TEST(sessions__any_width__no_line_is_wider),
		TEST(idle__seconds__as_quser_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
