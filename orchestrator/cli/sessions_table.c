/* sessions_table.c - see sessions_table.h. */
#include "sessions_table.h"

#include "account_set.h"
#include "table.h"
#include "utc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HOST, USER, STATION, ID, STATE, IDLE, LOGON, CLIENT, COLUMN_COUNT };

static const struct table_column columns[COLUMN_COUNT] = {
	[HOST] = { "HOST", false },	  [USER] = { "USER", false },
	[STATION] = { "SESSION", false }, [ID] = { "ID", true },
	[STATE] = { "STATE", false },	  [IDLE] = { "IDLE", true },
	[LOGON] = { "LOGON", false },	  [CLIENT] = { "CLIENT", false },
};

/* The least important first. The beginning of a host's name tells it apart, its domain rarely does. */
static const struct table_cut cuts[] = {
	{ CLIENT, 8, true }, { STATION, 9, true }, { LOGON, 0, true }, { HOST, 12, false },
	{ USER, 10, false }, { IDLE, 0, true },	   { STATE, 0, true },
};

void sessions_idle(int64_t idle_s, char out[SESSIONS_IDLE_SIZE])
{
	int64_t minutes = idle_s / 60;

	if (idle_s < 0)
		out[0] = '\0';
	else if (minutes < 1)
		(void)snprintf(out, SESSIONS_IDLE_SIZE, ".");
	else if (minutes < 60)
		(void)snprintf(out, SESSIONS_IDLE_SIZE, "%" PRId64, minutes);
	else if (minutes < 24 * 60)
		(void)snprintf(out, SESSIONS_IDLE_SIZE, "%" PRId64 ":%02d", minutes / 60,
			       (int)(minutes % 60));
	else
		(void)snprintf(out, SESSIONS_IDLE_SIZE, "%" PRId64 "d%dh", minutes / 1440,
			       (int)(minutes % 1440 / 60));
}

static void add_user(struct table *table, const struct rep_session *session)
{
	struct strbuf text;

	strbuf_init(&text);
	if (*session->user && *session->domain)
		strbuf_addf(&text, "%s\\", session->domain);
	strbuf_adds(&text, session->user);
	table_add(table, strbuf_text(&text));
	strbuf_release(&text);
}

static void add_row(struct table *table, const struct rep_host *host,
		    const struct rep_session *session)
{
	bool away = session->state == REP_STATE_DISCONNECTED;
	char id[16], idle[SESSIONS_IDLE_SIZE], logon[UTC_TEXT_SIZE];

	(void)snprintf(id, sizeof(id), "%" PRIu32, session->id);
	sessions_idle(session->idle_s, idle);
	utc_format(session->logon_at_ms, logon);
	if (strlen(logon) > 16) { /* to the minute, as quser has it; still UTC */
		logon[10] = ' ';
		memcpy(logon + 16, "Z", 2);
	}
	table_add(table, host->name);
	add_user(table, session);
	table_add(table, session->station);
	table_add(table, id);
	table_add_painted(table, away ? "disc" : rep_state_name(session->state),
			  away ? PAINT_DIM : PAINT_PLAIN);
	table_add(table, idle);
	table_add(table, logon);
	table_add(table, session->client);
}

/* What was asked for, and the sessions nobody is logged on to where they are wanted. */
static bool is_shown(const struct sessions_view *view, const struct rep_session *session)
{
	if (session->outcome == REP_SESSION_LISTED)
		return *session->user || view->without_user;
	return view->without_user && !*session->user;
}

static void add_host(struct table *table, const struct rep_host *host,
		     const struct sessions_view *view, struct account_set *users,
		     struct sessions_count *count)
{
	uint32_t before = count->sessions;

	for (uint32_t i = 0; i < host->session_count; i++) {
		const struct rep_session *session = &host->sessions[i];

		if (!is_shown(view, session))
			continue;
		add_row(table, host, session);
		count->sessions++;
		if (*session->user)
			(void)account_set_add(users, session->domain, session->user);
	}
	count->hosts += count->sessions > before;
}

int sessions_table(struct strbuf *out, const struct rep_record *record,
		   const struct sessions_view *view, struct sessions_count *ret_count)
{
	struct sessions_count count = { 0 };
	struct account_set users;
	struct table table;
	int status;

	table_init(&table, columns, COLUMN_COUNT);
	account_set_init(&users);
	for (size_t i = 0; i < record->host_count; i++)
		add_host(&table, &record->hosts[i], view, &users, &count);
	if (view->width)
		table_fit(&table, view->width, cuts, sizeof(cuts) / sizeof(cuts[0]));
	table.colors = view->colors;
	status = table_print(&table, out);
	count.users = users.count;
	if (users.failed)
		status = -1;
	*ret_count = count;
	account_set_release(&users);
	table_release(&table);
	return status;
}
