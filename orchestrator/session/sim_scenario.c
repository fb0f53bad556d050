/* sim_scenario.c - see sim_scenario.h: the document, but for the larger parts of a host, which are
 * in files of their own (sim_scenario_parts.h). */
#include "sim_scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host_range.h"
#include "json_read.h"
#include "sim_scenario_parts.h"
#include "strbuf.h"
#include "text.h"

#define HOST_NAME_MAX_ 255

const char *const sim_call_names[SIM_CALL_COUNT] = {
	[SIM_PROBE] = "probe",	 [SIM_OPEN] = "open",	    [SIM_ENUMERATE] = "enumerate",
	[SIM_QUERY] = "query",	 [SIM_MESSAGE] = "message", [SIM_DISCONNECT] = "disconnect",
	[SIM_LOGOFF] = "logoff", [SIM_DRAIN] = "drain",	    [SIM_CLOSE] = "close",
};

const char *sim_call_name(enum sim_call call)
{
	return (size_t)call < SIM_CALL_COUNT ? sim_call_names[call] : "unknown";
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
		keys[i] = (struct sim_key){ sim_call_names[i], walk_read_ms_as_us,
					    i * sizeof(int64_t), 0, SIM_DAY_MS };
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
		  offsetof(struct sim_defaults, logoff_takes_ms), 0, SIM_DAY_MS },
	};
	struct sim_place seen[SIM_KEYS_MAX];
	struct sim_place start;

	WALK_OBJECT(walk, key->name, keys, field, seen, &start);
}

static const struct sim_key host_keys[] = {
	{ "sessions", sim_read_sessions, 0, 0, 0 },
	{ "faults", sim_read_faults, 0, 0, 0 },
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
