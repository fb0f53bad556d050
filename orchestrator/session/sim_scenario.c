#include "sim_scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_range.h"
#include "json_read.h"
#include "sim_walk.h"
#include "strbuf.h"
#include "text.h"

#define HOST_NAME_MAX_ 255
#define DAY_MS	       INT64_C(86400000)
#define YEAR_MS	       (366 * DAY_MS)
#define LONGEST_S      (INT64_C(10) * 366 * 86400)

static const char *const call_names[SIM_CALL_COUNT] = {
	[SIM_PROBE] = "probe",	 [SIM_OPEN] = "open",	    [SIM_ENUMERATE] = "enumerate",
	[SIM_QUERY] = "query",	 [SIM_MESSAGE] = "message", [SIM_DISCONNECT] = "disconnect",
	[SIM_LOGOFF] = "logoff", [SIM_DRAIN] = "drain",	    [SIM_CLOSE] = "close",
};

const char *sim_call_name(enum sim_call call)
{
	return (size_t)call < SIM_CALL_COUNT ? call_names[call] : "unknown";
}

static void read_self_user(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	if (!walk_take_text(walk, key->name, SIM_TEXT_MAX))
		return;
	if (!walk_account_cut(json_text(walk->json))) {
		walk_not_an_account(walk, key->name);
		return;
	}
	*(const char **)field =
		walk_keep_text(walk, json_text(walk->json), json_text_len(walk->json));
}

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

static void read_call(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	int found = -1;

	walk_read_word(walk, key->name, call_names, SIM_CALL_COUNT, &found);
	if (found >= 0)
		*(enum sim_call *)field = (enum sim_call)found;
}

static void read_schema(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	struct strbuf text;

	(void)field;
	if (!walk_expect(walk, key->name, JSON_STRING) ||
	    strcmp(json_text(walk->json), SIM_SCHEMA) == 0)
		return;
	walk_problem(walk, walk_here(walk), "'%s': expected '" SIM_SCHEMA "', found %s", key->name,
		     walk_quoted(&text, json_text(walk->json)));
	strbuf_release(&text);
}

static void read_self(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	static const struct sim_key keys[] = {
		{ "host", walk_read_text, offsetof(struct sim_self, host), 0, 0 },
		{ "session", walk_read_u32, offsetof(struct sim_self, session), 0, 65535 },
		{ "user", read_self_user, offsetof(struct sim_self, user), 0, 0 },
	};
	struct sim_place seen[SIM_KEYS_MAX];
	struct sim_place start;
	struct sim_self *self = field;

	if (!WALK_OBJECT(walk, key->name, keys, self, seen, &start))
		return;
	if (!seen[0].line != !seen[1].line)
		walk_problem(walk, seen[0].line ? seen[0] : seen[1],
			     "'self': 'host' and 'session' go together");
	if (self->host && !*self->host)
		walk_problem(walk, seen[0], "'host': expected a name, found an empty string");
}

static void read_counts(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	static const struct sim_key keys[] = {
		{ "min", walk_read_integer, offsetof(struct sim_defaults, sessions_min), 0,
		  SIM_SESSIONS_MAX },
		{ "max", walk_read_integer, offsetof(struct sim_defaults, sessions_max), 0,
		  SIM_SESSIONS_MAX },
	};
	struct sim_place seen[SIM_KEYS_MAX];
	struct sim_place start;
	struct sim_defaults *defaults = field;

	if (WALK_OBJECT(walk, key->name, keys, defaults, seen, &start) &&
	    defaults->sessions_min > defaults->sessions_max)
		walk_problem(walk, start,
			     "'sessions': 'min' is more than 'max' (%" PRId64 ", %" PRId64 ")",
			     defaults->sessions_min, defaults->sessions_max);
}

static void read_user_pattern(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	struct sim_defaults *defaults = field;
	struct strbuf quote;

	/* Room for the digits. */
	if (!walk_take_text(walk, key->name, SIM_TEXT_MAX - 16))
		return;
	const char *text = json_text(walk->json);
	const char *cut = walk_account_cut(text);
	const char *number = cut ? strstr(cut, "{n}") : NULL;
	if (!number || strstr(number + 3, "{n}")) {
		walk_problem(walk, walk_here(walk),
			     "'%s': expected DOMAIN\\user with one {n}, found %s", key->name,
			     walk_quoted(&quote, text));
		strbuf_release(&quote);
		return;
	}
	defaults->user_domain = walk_keep_text(walk, text, (size_t)(cut - text));
	defaults->user_before = walk_keep_text(walk, cut + 1, (size_t)(number - cut - 1));
	defaults->user_after = walk_keep_text(walk, number + 3, strlen(number + 3));
}

static void read_latencies(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	struct sim_key keys[SIM_CALL_COUNT];
	struct sim_place seen[SIM_KEYS_MAX];
	struct sim_place start;

	for (size_t i = 0; i < SIM_CALL_COUNT; i++)
		keys[i] = (struct sim_key){ call_names[i], walk_read_ms_as_us, i * sizeof(int64_t),
					    0, DAY_MS };
	WALK_OBJECT(walk, key->name, keys, field, seen, &start);
}

static void read_defaults(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	static const struct sim_key keys[] = {
		{ "sessions", read_counts, 0, 0, 0 },
		{ "users", read_user_pattern, 0, 0, 0 },
		{ "disconnected", walk_read_number, offsetof(struct sim_defaults, disconnected), 0,
		  1 },
		{ "latency_ms", read_latencies, offsetof(struct sim_defaults, latency_us), 0, 0 },
		{ "jitter", walk_read_number, offsetof(struct sim_defaults, jitter), 0, 1 },
		{ "logoff_takes_ms", walk_read_integer,
		  offsetof(struct sim_defaults, logoff_takes_ms), 0, DAY_MS },
	};
	struct sim_place seen[SIM_KEYS_MAX];
	struct sim_place start;

	WALK_OBJECT(walk, key->name, keys, field, seen, &start);
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

static void read_sessions(struct sim_walk *walk, const struct sim_key *key, void *field)
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

/* As written; checked and turned into a struct sim_fault. */
struct fault_text {
	struct sim_fault fault;
	bool refused;
	bool hang;
	bool ignored;
};

enum fault_key {
	KEY_CALL,
	KEY_SESSION,
	KEY_FAULT_USER,
	KEY_ERROR,
	KEY_REFUSED,
	KEY_HANG,
	KEY_IGNORED,
	KEY_SWAP,
	KEY_TIMES,
	KEY_DELAY
};

#define FAULT(member) (offsetof(struct fault_text, fault) + offsetof(struct sim_fault, member))

static const struct sim_key fault_keys[] = {
	[KEY_CALL] = { "call", read_call, FAULT(call), 0, 0 },
	[KEY_SESSION] = { "session", walk_read_u32, FAULT(session), 0, UINT32_MAX },
	[KEY_FAULT_USER] = { "user", walk_read_account, FAULT(user), 0, 0 },
	[KEY_ERROR] = { "error", walk_read_u32, FAULT(error), 0, UINT32_MAX },
	[KEY_REFUSED] = { "refused", walk_read_flag, offsetof(struct fault_text, refused), 0, 0 },
	[KEY_HANG] = { "hang", walk_read_flag, offsetof(struct fault_text, hang), 0, 0 },
	[KEY_IGNORED] = { "ignored", walk_read_flag, offsetof(struct fault_text, ignored), 0, 0 },
	[KEY_SWAP] = { "swap_user", walk_read_account, FAULT(swap), 0, 0 },
	[KEY_TIMES] = { "times", walk_read_integer, FAULT(times), 1, 1000000000 },
	[KEY_DELAY] = { "delay_ms", walk_read_ms_as_us, FAULT(delay_us), 0, DAY_MS },
};

#define CALL(call) (1u << (call))
#define ANY_CALL   (CALL(SIM_CALL_COUNT) - 1)
#define SESSION_CALLS                                                                              \
	(CALL(SIM_QUERY) | CALL(SIM_MESSAGE) | CALL(SIM_DISCONNECT) | CALL(SIM_LOGOFF))
#define EFFECT_CALLS (CALL(SIM_MESSAGE) | CALL(SIM_DISCONNECT) | CALL(SIM_LOGOFF) | CALL(SIM_DRAIN))

/* With which calls a key makes sense. */
static const unsigned fault_calls[] = {
	[KEY_CALL] = ANY_CALL,
	[KEY_SESSION] = SESSION_CALLS,
	[KEY_FAULT_USER] = SESSION_CALLS,
	[KEY_ERROR] = ANY_CALL & ~(CALL(SIM_PROBE) | CALL(SIM_CLOSE)), /* close() has no result */
	[KEY_REFUSED] = CALL(SIM_PROBE),
	[KEY_HANG] = ANY_CALL,
	[KEY_IGNORED] = EFFECT_CALLS,
	[KEY_SWAP] = SESSION_CALLS,
	[KEY_TIMES] = ANY_CALL,
	[KEY_DELAY] = ANY_CALL,
};

static bool fault_check_calls(struct sim_walk *walk, const struct fault_text *text,
			      const struct sim_place *seen)
{
	bool good = true;

	for (size_t i = 0; i < sizeof(fault_calls) / sizeof(fault_calls[0]); i++) {
		if (!seen[i].line || fault_calls[i] & CALL(text->fault.call))
			continue;
		struct strbuf list;
		strbuf_init(&list);
		for (unsigned call = 0; call < SIM_CALL_COUNT; call++) {
			if (fault_calls[i] & CALL(call))
				strbuf_addf(&list, "%s%s", list.len ? ", " : "", call_names[call]);
		}
		walk_problem(walk, seen[i], "'%s' has no meaning for the call '%s', only for %s",
			     fault_keys[i].name, call_names[text->fault.call], strbuf_text(&list));
		strbuf_release(&list);
		good = false;
	}
	return good;
}

/* The one thing that the fault does. `told`: a value in it is wrong anyway. */
static void fault_check_kind(struct sim_walk *walk, struct fault_text *text,
			     const struct sim_place *seen, struct sim_place start, bool told)
{
	const struct {
		enum sim_fault_kind kind;
		enum fault_key key;
		bool given;
	} kinds[] = {
		{ SIM_FAULT_ERROR, KEY_ERROR, seen[KEY_ERROR].line != 0 },
		{ SIM_FAULT_REFUSED, KEY_REFUSED, text->refused },
		{ SIM_FAULT_HANG, KEY_HANG, text->hang },
		{ SIM_FAULT_IGNORED, KEY_IGNORED, text->ignored },
		{ SIM_FAULT_SWAP, KEY_SWAP, seen[KEY_SWAP].line != 0 },
	};
	const char *first = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!kinds[i].given)
			continue;
		if (first)
			walk_problem(walk, seen[kinds[i].key], "'%s' and '%s' exclude each other",
				     first, fault_keys[kinds[i].key].name);
		else
			first = fault_keys[kinds[i].key].name;
		text->fault.kind = kinds[i].kind;
	}
	if (!first && !seen[KEY_DELAY].line && !told)
		walk_problem(
			walk, start,
			"the fault does nothing: expected one of error, refused, hang, ignored, "
			"swap_user, delay_ms");
	if (text->fault.kind != SIM_FAULT_SWAP)
		return;
	if (!seen[KEY_SESSION].line && !seen[KEY_FAULT_USER].line)
		walk_problem(walk, seen[KEY_SWAP], "'swap_user' needs 'session' or 'user'");
	if (seen[KEY_TIMES].line || seen[KEY_DELAY].line)
		walk_problem(
			walk, seen[KEY_TIMES].line ? seen[KEY_TIMES] : seen[KEY_DELAY],
			"'swap_user' happens once: 'times' and 'delay_ms' have no meaning with it");
}

static bool read_fault(struct sim_walk *walk, struct sim_fault *fault)
{
	struct sim_place seen[SIM_KEYS_MAX];
	struct sim_place start;
	struct fault_text text = { .fault = { .call = SIM_CALL_COUNT,
					      .kind = SIM_FAULT_SLOW,
					      .times = SIM_NEVER,
					      .user = { "", "" },
					      .swap = { "", "" } } };

	size_t before = walk->problems->count;
	if (!WALK_OBJECT(walk, "faults", fault_keys, &text, seen, &start))
		return false;
	if (!seen[KEY_CALL].line)
		walk_problem(walk, start, "a fault needs a 'call'");
	if (text.fault.call == SIM_CALL_COUNT) /* missing or wrong, told already */
		return false;
	if (fault_check_calls(walk, &text, seen))
		fault_check_kind(walk, &text, seen, start, walk->problems->count > before);
	text.fault.has_session = seen[KEY_SESSION].line != 0;
	text.fault.has_user = seen[KEY_FAULT_USER].line != 0;
	*fault = text.fault;
	return !walk->stop;
}

static void read_faults(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	struct sim_host *host = field;
	size_t cap = 0;

	if (!walk_expect(walk, key->name, JSON_ARRAY))
		return;
	while (!walk->stop && json_peek(walk->json) != JSON_ARRAY_END) {
		struct sim_fault fault;
		if (!read_fault(walk, &fault))
			continue;
		struct sim_fault *items =
			walk_one_more(walk, host->faults, host->fault_count, &cap, sizeof(*items));
		if (!items)
			return;
		host->faults = items;
		host->faults[host->fault_count++] = fault;
	}
	walk_take(walk);
}

static const struct sim_key host_keys[] = {
	{ "sessions", read_sessions, 0, 0, 0 },
	{ "faults", read_faults, 0, 0, 0 },
};

struct naming {
	struct sim_walk *walk;
	struct sim_scenario *scenario;
	struct sim_place place;
	uint32_t index;
	bool told; /* one problem a range is enough */
};

/* One name of a range: kept folded, with the host's index. */
static int name_host(void *ctx, const char *name, size_t len)
{
	struct naming *naming = ctx;
	struct sim_walk *walk = naming->walk;
	struct strbuf folded;
	struct strbuf quote;
	uint32_t other;
	int put = -1;

	strbuf_init(&folded);
	text_fold_add(&folded, name, len);
	if (!folded.failed) {
		const char *text = walk_keep_text(walk, strbuf_text(&folded), folded.len);
		if (text)
			put = str_map_put_new(&naming->scenario->names, text, folded.len,
					      naming->index, &other);
	}
	if (put < 0)
		walk->stop = true;
	if (put > 0 && !naming->told) {
		walk_problem(walk, naming->place, "host %s is there twice",
			     walk_quoted(&quote, strbuf_text(&folded)));
		strbuf_release(&quote);
		naming->told = true;
	}
	strbuf_release(&folded);
	return walk->stop ? -1 : 0;
}

/* All the names that a key of `hosts` stands for. */
static void name_hosts(struct sim_walk *walk, struct sim_scenario *scenario, const char *pattern,
		       size_t len, uint32_t index)
{
	struct naming naming = {
		.walk = walk, .scenario = scenario, .place = walk_here(walk), .index = index
	};
	struct host_range_error error = { 0 };
	uint64_t count;
	struct strbuf quote;

	if (len == 0 || len > HOST_NAME_MAX_) {
		walk_problem(walk, naming.place,
			     "'hosts': expected a name of 1 to %d bytes, found %d", HOST_NAME_MAX_,
			     (int)len);
		return;
	}
	if (host_range_count(pattern, len, &count, &error) != 0) {
		walk_problem(walk, naming.place, "host %s: %s", walk_quoted(&quote, pattern),
			     error.message);
		strbuf_release(&quote);
		return;
	}
	if (scenario->names.count + count > HOST_RANGE_MAX_NAMES) {
		walk_problem(walk, naming.place, "'hosts': expected at most %d names",
			     HOST_RANGE_MAX_NAMES);
		return;
	}
	if (host_range_expand(pattern, len, name_host, &naming, &error) != 0)
		walk->stop = true;
}

static void read_hosts(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	struct sim_scenario *scenario = field;
	struct sim_place seen[SIM_KEYS_MAX];
	struct sim_place start;
	size_t cap = 0;

	if (!walk_expect(walk, key->name, JSON_OBJECT))
		return;
	while (walk_take(walk) == JSON_KEY) {
		struct sim_host *items = walk_one_more(walk, scenario->hosts, scenario->host_count,
						       &cap, sizeof(*items));
		if (!items)
			return;
		scenario->hosts = items;
		struct sim_host *host = &items[scenario->host_count];
		*host = (struct sim_host){ 0 };
		name_hosts(walk, scenario, json_text(walk->json), json_text_len(walk->json),
			   (uint32_t)scenario->host_count);
		scenario->host_count++;
		WALK_OBJECT(walk, key->name, host_keys, host, seen, &start);
	}
}

static const struct sim_key top_keys[] = {
	{ "schema", read_schema, 0, 0, 0 },
	{ "seed", walk_read_u64, offsetof(struct sim_scenario, seed), 0, INT64_MAX },
	{ "epoch", walk_read_utc, offsetof(struct sim_scenario, epoch_ms), 0, 0 },
	{ "self", read_self, offsetof(struct sim_scenario, self), 0, 0 },
	{ "defaults", read_defaults, offsetof(struct sim_scenario, defaults), 0, 0 },
	{ "hosts", read_hosts, 0, 0, 0 },
};

static struct sim_scenario *scenario_create(void)
{
	struct sim_scenario *scenario = malloc(sizeof(*scenario));

	if (!scenario)
		return NULL;
	*scenario = (struct sim_scenario){
		.seed = 1,
		.epoch_ms = INT64_C(1767225600000), /* 2026-01-01T00:00:00Z */
		.defaults = { .sessions_min = 5,
			      .sessions_max = 30,
			      .user_domain = "CORP",
			      .user_before = "user",
			      .user_after = "",
			      .disconnected = 0.4,
			      .latency_us = { [SIM_PROBE] = 1000,
					      [SIM_OPEN] = 20000,
					      [SIM_ENUMERATE] = 30000,
					      [SIM_QUERY] = 5000,
					      [SIM_MESSAGE] = 5000,
					      [SIM_DISCONNECT] = 20000,
					      [SIM_LOGOFF] = 40000,
					      [SIM_DRAIN] = 10000,
					      [SIM_CLOSE] = 1000 },
			      .jitter = 0.2,
			      .logoff_takes_ms = 800 },
	};
	arena_init(&scenario->arena);
	str_map_init(&scenario->names);
	return scenario;
}

void sim_scenario_free(struct sim_scenario *scenario)
{
	if (!scenario)
		return;
	str_map_release(&scenario->names);
	arena_release(&scenario->arena);
	free(scenario);
}

int sim_scenario_parse(struct sim_scenario **ret, const char *bytes, size_t len,
		       struct sim_problems *problems)
{
	size_t before = problems->count;
	struct sim_place seen[SIM_KEYS_MAX];
	struct sim_place start;
	struct sim_walk walk = { .problems = problems };
	struct sim_scenario *scenario = scenario_create();
	int result = -1;

	walk.json = json_reader_create_memory(bytes, len, 0);
	if (!scenario || !walk.json)
		goto out;
	walk.arena = &scenario->arena;
	if (WALK_OBJECT(&walk, "scenario", top_keys, scenario, seen, &start)) {
		if (!seen[0].line)
			walk_problem(&walk, start,
				     "'schema': expected '" SIM_SCHEMA "', found none");
		walk_take(&walk); /* the end, or what should not follow */
	}
	if (!walk.stop && problems->count == before) {
		*ret = scenario;
		scenario = NULL;
		result = 0;
	}
out:
	json_reader_free(walk.json);
	sim_scenario_free(scenario);
	return result;
}

const struct sim_host *sim_scenario_host(const struct sim_scenario *scenario, const char *folded,
					 size_t len)
{
	uint32_t index;

	if (!str_map_get(&scenario->names, folded, len, &index))
		return NULL;
	return &scenario->hosts[index];
}
