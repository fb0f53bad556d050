/* sim_scenario_faults.c - `faults` of a host in a scenario: which call, what goes wrong with it, and
 * whether that makes sense. */
#include "sim_scenario_parts.h"

static void read_call(struct sim_walk *walk, const struct sim_key *key, void *field)
{
	int found = -1;

	walk_read_word(walk, key->name, sim_call_names, SIM_CALL_COUNT, &found);
	if (found >= 0)
		*(enum sim_call *)field = (enum sim_call)found;
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
	[KEY_DELAY] = { "delay_ms", walk_read_ms_as_us, FAULT(delay_us), 0, SIM_DAY_MS },
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
				strbuf_addf(&list, "%s%s", list.len ? ", " : "",
					    sim_call_names[call]);
		}
		walk_problem(walk, seen[i], "'%s' has no meaning for the call '%s', only for %s",
			     fault_keys[i].name, sim_call_names[text->fault.call],
			     strbuf_text(&list));
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

void sim_read_faults(struct sim_walk *walk, const struct sim_key *key, void *field)
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
