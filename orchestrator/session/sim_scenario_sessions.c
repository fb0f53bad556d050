/* sim_scenario_sessions.c - `sessions` of a host in a scenario: what is given, checked, and what a
 * session is where nothing is said. */
#include "sim_scenario_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_MS	  (366 * SIM_DAY_MS)
#define LONGEST_S (INT64_C(10) * 366 * 86400)

static void read_state(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	const char *words[SESSION_STATE_COUNT];
	int found = -1;

	for (int i = 0; i < SESSION_STATE_COUNT; i++)
		words[i] = session_state_name((enum session_state)i);
	walk_read_word(walk, key->name, words, SESSION_STATE_COUNT, &found);
	if (found >= 0)
		*(enum session_state *)field = (enum session_state)found;
}

enum session_key {
	KEY_ID,
	KEY_USER,
	KEY_STATE,
	KEY_STATION,
	KEY_CLIENT,
	KEY_VM,
	KEY_FARM,
	KEY_IDLE,
	KEY_LOGON,
	KEY_LEAVES,
	KEY_RETURNS
};

static const struct sim_key session_keys[] = {
	[KEY_ID] = { "id", walk_read_u32, offsetof(struct sim_session, id), 1, 65535 },
	[KEY_USER] = { "user", walk_read_account_or_none, offsetof(struct sim_session, account), 0,
		       0 },
	[KEY_STATE] = { "state", read_state, offsetof(struct sim_session, state), 0, 0 },
	[KEY_STATION] = { "station", walk_read_text, offsetof(struct sim_session, station), 0, 0 },
	[KEY_CLIENT] = { "client", walk_read_text, offsetof(struct sim_session, client), 0, 0 },
	[KEY_VM] = { "vm", walk_read_text, offsetof(struct sim_session, vm), 0, 0 },
	[KEY_FARM] = { "farm", walk_read_text, offsetof(struct sim_session, farm), 0, 0 },
	[KEY_IDLE] = { "idle_s", walk_read_seconds, offsetof(struct sim_session, idle_s), 0,
		       LONGEST_S },
	[KEY_LOGON] = { "logon_s", walk_read_seconds, offsetof(struct sim_session, logon_s), 0,
			LONGEST_S },
	[KEY_LEAVES] = { "leaves_after_ms", walk_read_integer,
			 offsetof(struct sim_session, leaves_after_ms), 0, YEAR_MS },
	[KEY_RETURNS] = { "returns_after_ms", walk_read_integer,
			  offsetof(struct sim_session, returns_after_ms), 0, YEAR_MS },
};

/* What a session is where the scenario does not say. */
static void session_complete(struct sim_walk *walk, struct sim_session *session,
			     const struct sim_place *seen)
{
	bool nobody = !*session->account.user;
	char station[32];

	if (!seen[KEY_STATE].line)
		session->state = nobody ? SESSION_CONNECTED : SESSION_ACTIVE;
	if (!seen[KEY_LOGON].line)
		session->logon_s = nobody		    ? SIM_NEVER
				   : session->idle_s > 3600 ? session->idle_s
							    : 3600;
	if (nobody && !seen[KEY_IDLE].line)
		session->idle_s = SIM_NEVER;
	if (seen[KEY_STATION].line || session->state == SESSION_DISCONNECTED)
		return;
	if (session->id == 1)
		(void)snprintf(station, sizeof(station), "Console");
	else
		(void)snprintf(station, sizeof(station), "RDP-Tcp#%" PRIu32, session->id);
	session->station = walk_keep_text(walk, station, strlen(station));
}

static void session_check(struct sim_walk *walk, const struct sim_session *session,
			  const struct sim_place *seen, struct sim_place start)
{
	static const enum session_key of_a_user[] = { KEY_LOGON, KEY_LEAVES, KEY_RETURNS };

	if (!seen[KEY_ID].line)
		walk_problem(walk, start, "a session needs an 'id'");
	if (seen[KEY_IDLE].line && seen[KEY_LOGON].line && session->logon_s != SIM_NEVER &&
	    session->idle_s > session->logon_s)
		walk_problem(walk, seen[KEY_IDLE],
			     "'idle_s' is more than 'logon_s' (%" PRId64 ", %" PRId64 ")",
			     session->idle_s, session->logon_s);
	for (size_t i = 0; i < sizeof(of_a_user) / sizeof(of_a_user[0]); i++) {
		/* A user that was given but is not valid has been told already. */
		if (seen[of_a_user[i]].line && !*session->account.user && !seen[KEY_USER].line)
			walk_problem(walk, seen[of_a_user[i]], "'%s': the session has no 'user'",
				     session_keys[of_a_user[i]].name);
	}
}

/* Reads one session. False where it is no object or nothing more can be read. */
static bool read_session(struct sim_walk *walk, struct sim_session *session,
			 struct sim_place *ret_place)
{
	struct sim_place seen[SIM_KEYS_MAX];
	struct sim_place start;

	*session = (struct sim_session){ .account = { "", "" },
					 .station = "",
					 .client = "",
					 .vm = "",
					 .farm = "",
					 .leaves_after_ms = SIM_NEVER,
					 .returns_after_ms = SIM_NEVER };
	if (!WALK_OBJECT(walk, "sessions", session_keys, session, seen, &start))
		return false;
	session_check(walk, session, seen, start);
	session_complete(walk, session, seen);
	*ret_place = seen[KEY_ID].line ? seen[KEY_ID] : start;
	return !walk->stop;
}

static int by_id(const void *a, const void *b)
{
	const struct sim_session *left = a;
	const struct sim_session *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

void sim_read_sessions(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	struct sim_host *host = field;
	size_t cap = 0;
	struct sim_place place = { 0, 0 };

	host->has_sessions = true;
	if (!walk_expect(walk, key->name, JSON_ARRAY))
		return;
	struct sim_place start = walk_here(walk);
	while (!walk->stop && json_peek(walk->json) != JSON_ARRAY_END) {
		struct sim_session session;
		if (!read_session(walk, &session, &place))
			continue;
		for (size_t i = 0; i < host->session_count && i < SIM_SESSIONS_MAX; i++) {
			if (session.id != 0 && host->sessions[i].id == session.id)
				walk_problem(walk, place,
					     "'id': session %" PRIu32 " is there twice",
					     session.id);
		}
		struct sim_session *items = walk_one_more(walk, host->sessions, host->session_count,
							  &cap, sizeof(*items));
		if (!items)
			return;
		host->sessions = items;
		host->sessions[host->session_count++] = session;
		host->has_timers |= session.leaves_after_ms != SIM_NEVER ||
				    session.returns_after_ms != SIM_NEVER;
		if (host->session_count == SIM_SESSIONS_MAX + 1)
			walk_problem(walk, start, "'sessions': expected at most %d",
				     SIM_SESSIONS_MAX);
	}
	walk_take(walk);
	if (host->session_count > 1)
		qsort(host->sessions, host->session_count, sizeof(*host->sessions), by_id);
}
