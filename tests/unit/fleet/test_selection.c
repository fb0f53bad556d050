/* Who is meant and who is never touched: every rule, one row each. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "selection.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define STATE(state) (1u << (state))

struct rules {
	bool all;
	const char *users[3], *not_users[2], *protect[2];
	uint32_t states;
	int64_t min_idle_ms; /* 0: none */
	int64_t session_id;  /* 0: none */
	bool include_console, include_vms, listing, for_disconnect;
	const char *own_domain, *own_user;
};

struct who {
	uint32_t id;
	enum session_state state;
	int64_t idle_s; /* 0: unknown, and the details are not there */
	const char *domain, *user, *station, *vm;
	bool own_session;
	const char *host_protects;
};

struct row {
	const char *name;
	struct rules rules;
	struct who who;
	enum rep_reason reason;
};

#define ALL .all = true
#define ALICE                                                                                      \
	{                                                                                          \
		.id = 2, .domain = "CORP", .user = "alice"                                         \
	}
#define IDLE_ALICE(seconds)                                                                        \
	{                                                                                          \
		.id = 2, .domain = "CORP", .user = "alice", .idle_s = seconds                      \
	}

static const struct row rows[] = {
	{ "all__a_user__selected", { ALL }, ALICE, REP_REASON_NONE },
	/* never touched, whatever is selected */
	{ "services__session_0__never",
	  { ALL },
	  { .id = 0, .state = SESSION_DISCONNECTED },
	  REP_REASON_SERVICES },
	{ "services__session_0_with_a_user__never",
	  { ALL },
	  { .id = 0, .domain = "NT", .user = "x" },
	  REP_REASON_SERVICES },
	{ "listener__id_65536__never",
	  { ALL },
	  { .id = 65536, .user = "x", .domain = "" },
	  REP_REASON_LISTENER },
	{ "listener__state_listen__never",
	  { ALL },
	  { .id = 5, .state = SESSION_LISTEN, .user = "x", .domain = "" },
	  REP_REASON_LISTENER },
	{ "listener__id_65535__is_none",
	  { ALL },
	  { .id = 65535, .user = "x", .domain = "" },
	  REP_REASON_NONE },
	{ "no_user__connected__never",
	  { ALL },
	  { .id = 3, .state = SESSION_CONNECTED },
	  REP_REASON_NO_USER },
	{ "own_session__never",
	  { ALL },
	  { .id = 2, .domain = "CORP", .user = "alice", .own_session = true },
	  REP_REASON_OWN_SESSION },
	{ "own_session__named_literally__still_never",
	  { .users = { "CORP\\alice" }, .own_domain = "CORP", .own_user = "alice" },
	  { .id = 2, .domain = "CORP", .user = "alice", .own_session = true },
	  REP_REASON_OWN_SESSION },
	{ "own_user__other_session__spared",
	  { ALL, .own_domain = "corp", .own_user = "ALICE" },
	  ALICE,
	  REP_REASON_OWN_USER },
	{ "own_user__by_pattern__spared",
	  { .users = { "CORP\\a*" }, .own_domain = "CORP", .own_user = "alice" },
	  ALICE,
	  REP_REASON_OWN_USER },
	{ "own_user__by_bare_name__spared",
	  { .users = { "alice" }, .own_domain = "CORP", .own_user = "alice" },
	  ALICE,
	  REP_REASON_OWN_USER },
	{ "own_user__named_literally__selected",
	  { .users = { "corp\\Alice" }, .own_domain = "CORP", .own_user = "alice" },
	  ALICE,
	  REP_REASON_NONE },
	{ "own_user__same_name_elsewhere__selected",
	  { ALL, .own_domain = "LAB", .own_user = "alice" },
	  ALICE,
	  REP_REASON_NONE },
	{ "own_user__domain_unknown__spared",
	  { ALL, .own_user = "alice" },
	  ALICE,
	  REP_REASON_OWN_USER },
	{ "console__never",
	  { ALL },
	  { .id = 1, .domain = "H", .user = "admin", .station = "console" },
	  REP_REASON_CONSOLE },
	{ "console__included__selected",
	  { ALL, .include_console = true },
	  { .id = 1, .domain = "H", .user = "admin", .station = "Console" },
	  REP_REASON_NONE },
	{ "vm__never",
	  { ALL },
	  { .id = 2, .domain = "CORP", .user = "alice", .vm = "vm7" },
	  REP_REASON_VM },
	{ "vm__included__selected",
	  { ALL, .include_vms = true },
	  { .id = 2, .domain = "CORP", .user = "alice", .vm = "vm7" },
	  REP_REASON_NONE },
	{ "protect__option__never",
	  { ALL, .protect = { "CORP\\ali?e" } },
	  ALICE,
	  REP_REASON_PROTECTED },
	{ "protect__named_literally__still_never",
	  { .users = { "CORP\\alice" }, .protect = { "alice" } },
	  ALICE,
	  REP_REASON_PROTECTED },
	{ "protect__inventory__never",
	  { ALL },
	  { .id = 2, .domain = "CORP", .user = "svc-backup", .host_protects = "CORP\\svc-*" },
	  REP_REASON_PROTECTED },
	{ "protect__another__selected", { ALL, .protect = { "bob" } }, ALICE, REP_REASON_NONE },
	{ "protect__before_not_selected__says_protected",
	  { .users = { "bob" }, .protect = { "alice" } },
	  ALICE,
	  REP_REASON_PROTECTED },
	/* kinds are ANDed, values of one kind ORed */
	{ "user__one_of_two__selected", { .users = { "bob", "alice" } }, ALICE, REP_REASON_NONE },
	{ "user__case__folded", { .users = { "ALICE" } }, ALICE, REP_REASON_NONE },
	{ "user__umlaut__folded",
	  { .users = { "JÜRGEN" } },
	  { .id = 2, .domain = "CORP", .user = "jürgen" },
	  REP_REASON_NONE },
	{ "user__nobody_of_that_name__not_selected",
	  { .users = { "bob" } },
	  ALICE,
	  REP_REASON_NOT_SELECTED },
	{ "user__other_domain__not_selected",
	  { .users = { "LAB\\alice" } },
	  ALICE,
	  REP_REASON_NOT_SELECTED },
	{ "user__prefix__is_no_match", { .users = { "ali" } }, ALICE, REP_REASON_NOT_SELECTED },
	{ "state__matches__selected",
	  { .states = STATE(SESSION_DISCONNECTED) },
	  { .id = 2, .domain = "C", .user = "a", .state = SESSION_DISCONNECTED },
	  REP_REASON_NONE },
	{ "state__other__not_selected",
	  { .states = STATE(SESSION_DISCONNECTED) },
	  ALICE,
	  REP_REASON_NOT_SELECTED },
	{ "state_and_user__both_needed",
	  { .states = STATE(SESSION_DISCONNECTED), .users = { "alice" } },
	  ALICE,
	  REP_REASON_NOT_SELECTED },
	{ "idle__long_enough__selected",
	  { .min_idle_ms = 60000 },
	  IDLE_ALICE(60),
	  REP_REASON_NONE },
	{ "idle__a_second_short__not_selected",
	  { .min_idle_ms = 60000 },
	  IDLE_ALICE(59),
	  REP_REASON_NOT_SELECTED },
	{ "idle__fraction_of_a_second__rounded_up",
	  { .min_idle_ms = 59500 },
	  IDLE_ALICE(59),
	  REP_REASON_NOT_SELECTED },
	{ "idle__unknown__never_matches",
	  { .min_idle_ms = 60000 },
	  IDLE_ALICE(-1),
	  REP_REASON_NOT_SELECTED },
	{ "idle__details_not_there_yet__taken_as_met",
	  { .min_idle_ms = 60000 },
	  ALICE,
	  REP_REASON_NONE },
	{ "session__that_id__selected", { .session_id = 2 }, ALICE, REP_REASON_NONE },
	{ "session__other_id__not_selected", { .session_id = 3 }, ALICE, REP_REASON_NOT_SELECTED },
	{ "not_user__takes_away",
	  { ALL, .not_users = { "alice" } },
	  ALICE,
	  REP_REASON_NOT_SELECTED },
	{ "not_user__another__selected", { ALL, .not_users = { "bob" } }, ALICE, REP_REASON_NONE },
	{ "disconnect__already_disconnected__left_alone",
	  { ALL, .for_disconnect = true },
	  { .id = 2, .domain = "C", .user = "a", .state = SESSION_DISCONNECTED },
	  REP_REASON_ALREADY_DISCONNECTED },
	{ "disconnect__active__selected", { ALL, .for_disconnect = true }, ALICE, REP_REASON_NONE },
	/* nothing is touched by a listing, so nobody is spared */
	{ "listing__protected__listed",
	  { .listing = true, ALL, .protect = { "alice" } },
	  ALICE,
	  REP_REASON_NONE },
	{ "listing__own_session__listed",
	  { .listing = true, ALL },
	  { .id = 2, .domain = "C", .user = "a", .own_session = true },
	  REP_REASON_NONE },
	{ "listing__services__left_out",
	  { .listing = true, ALL },
	  { .id = 0 },
	  REP_REASON_SERVICES },
	{ "listing__filter__applies",
	  { .listing = true, .users = { "bob" } },
	  ALICE,
	  REP_REASON_NOT_SELECTED },
};

static size_t take(struct selection_pattern *to, const char *const *from, size_t max)
{
	size_t count = 0;

	while (count < max && from[count]) {
		to[count] = (struct selection_pattern){ from[count], 0 };
		count++;
	}
	return count;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void run(void **state)
{
	const struct row *row = *state;
	struct selection_pattern users[3], not_users[2], protect[2];
	struct selection selection = { .all = row->rules.all, .states = row->rules.states };
	struct selection_subject subject = { .id = row->who.id, .state = row->who.state };

	selection.min_idle_ms = row->rules.min_idle_ms ? row->rules.min_idle_ms : -1;
	selection.session_id = row->rules.session_id ? row->rules.session_id : -1;
	selection.include_console = row->rules.include_console;
	selection.include_vms = row->rules.include_vms;
	selection.listing = row->rules.listing;
	selection.for_disconnect = row->rules.for_disconnect;
	selection.own_domain = or_empty(row->rules.own_domain);
	selection.own_user = or_empty(row->rules.own_user);
	selection.users = users;
	selection.user_count = take(users, row->rules.users, 3);
	selection.not_users = not_users;
	selection.not_user_count = take(not_users, row->rules.not_users, 2);
	selection.protect = protect;
	selection.protect_count = take(protect, row->rules.protect, 2);
	subject.idle_s = row->who.idle_s ? row->who.idle_s : -1;
	subject.details_known = row->who.idle_s != 0;
	subject.domain = or_empty(row->who.domain);
	subject.user = or_empty(row->who.user);
	subject.station = or_empty(row->who.station);
	subject.vm = or_empty(row->who.vm);
	subject.own_session = row->who.own_session;
	subject.protect = &row->who.host_protects;
	subject.protect_count = row->who.host_protects != NULL;
	assert_string_equal(rep_reason_name(selection_decide(&selection, &subject)),
			    rep_reason_name(row->reason));
	if (row->rules.users[0]) {
		bool matches = row->reason != REP_REASON_NOT_SELECTED;

		selection_count(&selection, &subject);
		/* whoever is spared although named is counted as matched all the same */
		if (matches && selection.user_count == 1 && !row->rules.states &&
		    !row->rules.protect[0])
			assert_int_equal(users[0].matched, 1);
		if (!matches && selection.user_count == 1 && !row->rules.states)
			assert_int_equal(users[0].matched, 0);
	}
}

int main(void)
{
	struct CMUnitTest tests[COUNT(rows)];

	for (size_t i = 0; i < COUNT(rows); i++) {
		union {
			const struct row *row;
			void *state;
		} initial = { &rows[i] };

		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = run,
						.initial_state = initial.state };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
