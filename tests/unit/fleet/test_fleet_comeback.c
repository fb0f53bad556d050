/* Users who were logged off and log on again, on the virtual executor: who is back at the last look
 * is `returned`, and the new session has its own row. */
#include "farm.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* BOB cannot be logged off: his host is looked at until the verify timeout. */
#define BOB_STAYS	       "{\"call\": \"logoff\", \"user\": \"CORP\\\\bob\", \"ignored\": true}"
#define HOST(sessions, faults) "{\"sessions\": [" sessions "], \"faults\": [" faults "]}"
#define ONE(sessions, faults)  "\"hosts\": {\"h1\": " HOST(sessions, faults) "}"
#define ALICE		       "{\"id\": 2, \"user\": \"CORP\\\\alice\"}"
#define ALICE_RETURNS	       "{\"id\": 2, \"user\": \"CORP\\\\alice\", \"returns_after_ms\": 500}"
#define BOB		       "{\"id\": 3, \"user\": \"CORP\\\\bob\"}"

static void five_seconds(struct farm *farm)
{
	farm->options.verify_timeout_ms = 5000;
}

static void check_one_more_row(struct farm *farm)
{
	assert_int_equal(farm_users_present(farm), 2);
	assert_false(farm_row_of(farm, "h1", 4, "alice")->selected);
	assert_true(farm_row(farm, "h1", 2)->selected);
}

static const struct farm_row rows[] = {
	{ .name = "comeback__seen_while_verified__returned",
	  .hosts = "h1",
	  .scenario = ONE(ALICE_RETURNS ", " BOB, BOB_STAYS),
	  .set = five_seconds,
	  .exit_code = 1,
	  .stopped_by = "",
	  .picture = "h1 failed: 2 alice returned; 3 bob still_present VERIFY_TIMEOUT; 4 alice "
		     "skipped/new\n",
	  .check = check_one_more_row },
	{ .name = "comeback__after_the_last_look__nothing_said",
	  .hosts = "h1",
	  .scenario = ONE(ALICE_RETURNS, ""),
	  .exit_code = 0,
	  .stopped_by = "",
	  .picture = "h1 succeeded: 2 alice logged_off\n" },
	{ .name = "comeback__of_who_left_by_himself__is_no_comeback",
	  .hosts = "h1",
	  .scenario = ONE("{\"id\": 2, \"user\": \"CORP\\\\alice\", \"leaves_after_ms\": 95, "
			  "\"returns_after_ms\": 500}, " BOB,
			  BOB_STAYS ", {\"call\": \"open\", \"delay_ms\": 30}"),
	  .exit_code = 1,
	  .stopped_by = "",
	  .picture = "h1 partial: 2 alice already_gone; 3 bob still_present VERIFY_TIMEOUT; 4 "
		     "alice skipped/new\n" },
};

/* More people than the simulator has: a host's list and details with guests in them, each from a
 * time to a time. */
struct guest {
	uint32_t id;
	const char *user;
	int64_t from_ms, until_ms, logon_at_ms;
};

static struct {
	struct session_ops ops;
	const struct session_ops *real;
	const struct guest *guests;
	size_t count;
} visit;

static bool is_there(struct session_host *host, const struct guest *guest)
{
	const struct session_clock *clock = host->backend->clock;
	int64_t now_ms = clock->now_us(clock->ctx) / 1000;

	return guest->from_ms <= now_ms && now_ms < guest->until_ms;
}

static int enumerate(struct session_host *host, struct session_list *ret_list,
		     struct session_error *reterr)
{
	struct session_info *items;
	size_t count;

	if (visit.real->enumerate(host, ret_list, reterr) < 0)
		return -1;
	count = ret_list->count;
	items = arena_alloc(&ret_list->arena, (count + visit.count) * sizeof(*items));
	assert_non_null(items);
	memcpy(items, ret_list->items, count * sizeof(*items));
	for (size_t i = 0; i < visit.count; i++)
		if (is_there(host, &visit.guests[i]))
			items[count++] = (struct session_info){ .id = visit.guests[i].id,
								.station = "",
								.user = visit.guests[i].user,
								.domain = "CORP",
								.vm = "",
								.farm = "" };
	ret_list->items = items;
	ret_list->count = count;
	return 0;
}

static int details(struct session_host *host, uint32_t id, struct session_details *ret_details,
		   struct session_error *reterr)
{
	for (size_t i = 0; i < visit.count; i++) {
		const struct guest *guest = &visit.guests[i];

		if (guest->id != id || !is_there(host, guest))
			continue;
		memset(ret_details, 0, sizeof(*ret_details));
		ret_details->logon_at_ms = guest->logon_at_ms;
		ret_details->idle_s = -1;
		strcpy(ret_details->user, guest->user);
		strcpy(ret_details->domain, "CORP");
		return 0;
	}
	return visit.real->details(host, id, ret_details, reterr);
}

struct visit_row {
	const char *name;
	struct guest guests[2];
	size_t count;
	const char *picture;
};

static void run_visit(void **state)
{
	const struct visit_row *row = *state;
	struct farm farm;

	farm_init(&farm, "h1", ONE(ALICE ", " BOB, BOB_STAYS));
	farm.options.verify_timeout_ms = 10000;
	visit.real = farm.backend->ops;
	visit.ops = *visit.real;
	visit.ops.enumerate = enumerate;
	visit.ops.details = details;
	visit.guests = row->guests;
	visit.count = row->count;
	farm.backend->ops = &visit.ops;
	farm_run(&farm);
	assert_string_equal(farm_picture(&farm), row->picture);
	farm.backend->ops = visit.real;
	farm_release(&farm);
}

#define ROW_TIME (FARM_EPOCH_MS + 1000)
#define REST	 "3 bob still_present VERIFY_TIMEOUT; "

static const struct visit_row visits[] = {
	{ .name = "comeback__gone_again_at_the_last_look__logged_off",
	  .guests = { { 7, "Alice", 2000, 4000, ROW_TIME } },
	  .count = 1,
	  .picture = "h1 partial: 2 alice logged_off; " REST "7 Alice skipped/new\n" },
	{ .name = "comeback__gone_and_there_once_more__returned",
	  .guests = { { 7, "Alice", 2000, 4000, ROW_TIME }, { 8, "alice", 6000, 99000, ROW_TIME } },
	  .count = 2,
	  .picture = "h1 failed: 2 alice returned; " REST "7 Alice skipped/new; 8 alice "
		     "skipped/new\n" },
	{ .name = "comeback__under_the_same_id__returned",
	  .guests = { { 2, "alice", 2500, 99000, ROW_TIME } },
	  .count = 1,
	  .picture = "h1 failed: 2 alice returned; " REST "2 alice skipped/new\n" },
	{ .name = "comeback__under_the_same_id_and_gone_again__logged_off",
	  .guests = { { 2, "alice", 2500, 6000, ROW_TIME } },
	  .count = 1,
	  .picture = "h1 partial: 2 alice logged_off; " REST "2 alice skipped/new\n" },
	{ .name = "comeback__somebody_else_under_the_id__logged_off",
	  .guests = { { 2, "carol", 2500, 99000, ROW_TIME } },
	  .count = 1,
	  .picture = "h1 partial: 2 alice logged_off; " REST "2 carol skipped/new\n" },
	{ .name = "comeback__logged_on_before_the_logoff__returned",
	  .guests = { { 7, "alice", 120, 99000, ROW_TIME } },
	  .count = 1,
	  .picture = "h1 failed: 2 alice returned; " REST "7 alice skipped/new\n" },
	{ .name = "comeback__second_session_of_the_survey__is_no_comeback",
	  .guests = { { 7, "alice", 0, 99000, ROW_TIME } },
	  .count = 1,
	  .picture = "h1 partial: 2 alice logged_off; " REST "7 alice still_present "
		     "ERROR_CTX_WINSTATION_NOT_FOUND\n" },
};

static int run_visits(void)
{
	struct CMUnitTest tests[COUNT(visits)];

	for (size_t i = 0; i < COUNT(visits); i++) {
		union {
			const struct visit_row *row;
			void *state;
		} initial = { &visits[i] };

		tests[i] = (struct CMUnitTest){ .name = visits[i].name,
						.test_func = run_visit,
						.initial_state = initial.state };
	}
	return _cmocka_run_group_tests("comeback_visits", tests, COUNT(visits), NULL, NULL);
}

int main(void)
{
	int failed = farm_run_table("comeback", rows, COUNT(rows));

	return failed + run_visits();
}
