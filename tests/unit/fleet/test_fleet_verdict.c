/* Exit codes 0, 1 and 3 where somebody is on who matches and may not be touched: one row, and every command that acts on
 * sessions and its dry run have to agree. */
#include "farm.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SCENARIO                                                                                   \
	"\"self\": {\"host\": \"h1\", \"session\": 2, \"user\": \"CORP\\\\admin\"}, \"hosts\": {"  \
	"\"h1\": {\"sessions\": [{\"id\": 2, \"user\": \"CORP\\\\admin\"}, "                       \
	"{\"id\": 5, \"user\": \"CORP\\\\svc-x\", \"idle_s\": 60}]}, "                             \
	"\"h2\": {\"sessions\": [{\"id\": 4, \"user\": \"CORP\\\\bob\", \"idle_s\": 7200}]}}"

struct row {
	const char *name; /* subject__circumstance__expectation */
	const char *users[2], *not_users[1], *protect[2], *own;
	uint32_t states;
	int64_t idle_ms; /* 0: none */
	int exit_code;
	uint32_t selected, spared, left_alone;
};

static const struct row rows[] = {
	{ "nobody_matches__nobody_is_protected__3", .users = { "nobody" }, .exit_code = 3 },
	{ "nobody_matches__others_are_protected__3", .users = { "nobody*", "LAB\\svc-x" },
	  .protect = { "*" }, .exit_code = 3 },
	{ "named__protected__1", .users = { "CORP\\svc-x" }, .protect = { "svc-x" }, .exit_code = 1,
	  .spared = 1 },
	{ "named__protected_beside_one_who_is_done__1", .users = { "svc-x", "bob" },
	  .protect = { "svc-x" }, .exit_code = 1, .selected = 1, .spared = 1 },
	{ "named__protected_and_taken_out__3", .users = { "svc-x" }, .not_users = { "svc-*" },
	  .protect = { "svc-x" }, .exit_code = 3 },
	{ "named__protected_in_another_state__3", .users = { "svc-x" }, .protect = { "svc-x" },
	  .states = 1u << SESSION_DISCONNECTED, .exit_code = 3 },
	{ "named__operators_other_session__1", .users = { "bob" }, .own = "bob", .exit_code = 1,
	  .spared = 1 },
	{ "named__only_the_session_this_runs_in__3", .users = { "CORP\\admin" }, .own = "admin",
	  .exit_code = 3 },
	{ "pattern__protected__0", .users = { "svc-*" }, .protect = { "svc-*" }, .exit_code = 0,
	  .left_alone = 1 },
	{ "pattern__protected_beside_one_who_is_done__0", .users = { "svc-*", "b?b" },
	  .protect = { "svc-*" }, .exit_code = 0, .selected = 1, .left_alone = 1 },
	{ "pattern_and_name__the_named_one_is_protected__1", .users = { "*", "svc-x" },
	  .protect = { "*" }, .exit_code = 1, .spared = 1, .left_alone = 1 },
	{ "all__everybody_protected__0", .protect = { "*\\*" }, .exit_code = 0, .left_alone = 2 },
	{ "all__one_protected__0", .protect = { "bob" }, .exit_code = 0, .selected = 1,
	  .left_alone = 1 },
	{ "idle__protected_and_not_known__0", .idle_ms = 86400000, .protect = { "svc-x" },
	  .exit_code = 0, .left_alone = 1 },
	{ "idle__nobody_so_long__3", .idle_ms = 86400000, .exit_code = 3 },
	{ "state__nobody_in_it__3", .states = 1u << SESSION_DISCONNECTED, .protect = { "*" },
	  .exit_code = 3 },
};

static struct selection_pattern *patterns(struct selection_pattern *to, const char *const *from,
					  size_t max, size_t *ret_count)
{
	for (*ret_count = 0; *ret_count < max && from[*ret_count]; (*ret_count)++)
		to[*ret_count] = (struct selection_pattern){ from[*ret_count], 0 };
	return to;
}

static void check(const struct row *row, enum fleet_command command, bool dry_run)
{
	struct selection_pattern users[2], not_users[1], protect[2];
	struct fleet_proof proof;
	struct rep_totals totals;
	struct selection *selection;
	struct farm farm;

	farm_init(&farm, "h[1:2]", SCENARIO);
	selection = &farm.selection;
	selection->users = patterns(users, row->users, 2, &selection->user_count);
	selection->not_users = patterns(not_users, row->not_users, 1, &selection->not_user_count);
	selection->protect = patterns(protect, row->protect, 2, &selection->protect_count);
	selection->states = row->states;
	selection->min_idle_ms = row->idle_ms ? row->idle_ms : -1;
	selection->all = !row->users[0] && !row->states && !row->idle_ms;
	selection->own_domain = row->own ? "CORP" : "";
	selection->own_user = row->own ? row->own : "";
	selection->for_disconnect = command == FLEET_DISCONNECT;
	farm.options.command = command;
	farm.options.message = "hi";
	farm.options.dry_run = dry_run;
	farm_run(&farm);
	rep_totals_count(&farm.record, &totals);
	fleet_proof(farm.fleet, &proof);
	assert_int_equal(farm.record.run.exit_code, row->exit_code);
	assert_int_equal(totals.selected, row->selected);
	assert_int_equal(proof.spared, row->spared);
	assert_int_equal(proof.left_alone, row->left_alone);
	if (!row->selected || dry_run)
		assert_int_equal(farm.state.len, 0);
	farm_release(&farm);
}

static void every_command(void **state)
{
	static const enum fleet_command commands[] = { FLEET_LOGOFF, FLEET_DISCONNECT,
						       FLEET_MESSAGE };

	for (size_t i = 0; i < COUNT(commands); i++) {
		check(*state, commands[i], false);
		check(*state, commands[i], true);
	}
}

/* Who is as `disconnect` would have him is on all the same. */
static void disconnect__is_disconnected_already__0(void **state)
{
	static struct selection_pattern bob = { .text = "bob" };

	(void)state;
	for (int dry_run = 0; dry_run < 2; dry_run++) {
		struct farm farm;

		farm_init(&farm, "h1",
			  "\"hosts\": {\"h1\": {\"sessions\": [{\"id\": 3, \"user\": "
			  "\"CORP\\\\bob\", \"state\": \"disconnected\", \"idle_s\": 60}]}}");
		farm.selection.all = false;
		farm.selection.users = &bob;
		farm.selection.user_count = 1;
		farm.selection.for_disconnect = true;
		farm.options.command = FLEET_DISCONNECT;
		farm.options.dry_run = dry_run;
		farm_run(&farm);
		assert_int_equal(farm.record.run.exit_code, 0);
		assert_string_equal(farm_picture(&farm),
				    "h1 succeeded: 3 bob skipped/already_disconnected\n");
		farm_release(&farm);
	}
}

int main(void)
{
	struct CMUnitTest tests[COUNT(rows) + 1];

	for (size_t i = 0; i < COUNT(rows); i++) {
		union {
			const struct row *row;
			void *state;
		} initial = { &rows[i] };

		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = every_command,
						.initial_state = initial.state };
	}
	tests[COUNT(rows)] =
		(struct CMUnitTest)cmocka_unit_test(disconnect__is_disconnected_already__0);
	return cmocka_run_group_tests_name("fleet_verdict", tests, NULL, NULL);
}
