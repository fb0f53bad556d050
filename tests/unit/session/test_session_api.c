#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "session_api.h"
#include "utc.h"
#include "win_error.h"

/* A backend that answers as it is told and counts what it is asked. */
struct fake {
	struct session_backend head;
	struct session_details details;
	uint32_t details_code; /* 0: they are given */
	int64_t now_us;
	uint32_t act_code; /* 0: it is accepted */
	struct session_permit *withdraw_at_look;
	uint32_t aim_code; /* 0: it is made ready */
	int aims;
	int abandons;
	int looks;
	int logoffs;
	int waits;
	int disconnects;
	int messages;
	int closes;
};

static struct fake *fake_of(struct session_host *host)
{
	return (struct fake *)(void *)host->backend;
}

static int fail_with(struct session_error *reterr, enum session_api api, uint32_t code)
{
	*reterr = (struct session_error){ api, code };
	return -1;
}

static int fake_details(struct session_host *host, uint32_t id, struct session_details *ret_details,
			struct session_error *reterr)
{
	struct fake *fake = fake_of(host);

	assert_int_equal(id, 7);
	fake->looks++;
	if (fake->withdraw_at_look)
		assert_true(session_permit_withdraw(fake->withdraw_at_look));
	if (fake->details_code)
		return fail_with(reterr, SESSION_API_QUERY_SESSION_INFORMATION, fake->details_code);
	*ret_details = fake->details;
	return 0;
}

static int fake_logoff(struct session_host *host, uint32_t id, bool wait,
		       struct session_error *reterr)
{
	struct fake *fake = fake_of(host);

	assert_int_equal(id, 7);
	fake->logoffs++;
	fake->waits += wait;
	return fake->act_code ? fail_with(reterr, SESSION_API_LOGOFF_SESSION, fake->act_code) : 0;
}

static int fake_disconnect(struct session_host *host, uint32_t id, struct session_error *reterr)
{
	struct fake *fake = fake_of(host);

	assert_int_equal(id, 7);
	fake->disconnects++;
	return fake->act_code ? fail_with(reterr, SESSION_API_DISCONNECT_SESSION, fake->act_code)
			      : 0;
}

static int fake_message(struct session_host *host, uint32_t id,
			const struct session_message *message, struct session_error *reterr)
{
	struct fake *fake = fake_of(host);

	assert_int_equal(id, 7);
	assert_string_equal(message->title, "title");
	assert_string_equal(message->text, "text");
	assert_int_equal(message->timeout_s, 90);
	fake->messages++;
	return fake->act_code ? fail_with(reterr, SESSION_API_SEND_MESSAGE, fake->act_code) : 0;
}

static int fake_aim(struct session_host *host, uint32_t id, struct session_error *reterr)
{
	struct fake *fake = fake_of(host);

	assert_int_equal(id, 7);
	assert_int_equal(fake->looks, 0); /* before the look, always */
	assert_int_equal(fake->logoffs + fake->disconnects, 0);
	fake->aims++;
	return fake->aim_code
		       ? fail_with(reterr, SESSION_API_QUERY_SESSION_INFORMATION, fake->aim_code)
		       : 0;
}

static void fake_abandon(struct session_host *host)
{
	fake_of(host)->abandons++;
}

static void fake_close(struct session_host *host)
{
	fake_of(host)->closes++;
}

static int64_t fake_now(void *ctx)
{
	return ((struct fake *)ctx)->now_us;
}

static const struct session_ops fake_ops = { .name = "fake",
					     .details = fake_details,
					     .logoff = fake_logoff,
					     .disconnect = fake_disconnect,
					     .message = fake_message,
					     .close = fake_close };
static const struct session_ops aiming_ops = { .name = "aiming",
					       .aim = fake_aim,
					       .details = fake_details,
					       .logoff = fake_logoff,
					       .abandon = fake_abandon,
					       .close = fake_close };
static const struct session_ops no_ops = { .name = "none" };

/* --- session_act_if */

static const struct act_row {
	const char *name;
	struct session_details details;
	uint32_t details_code;
	struct session_condition condition;
	enum session_act act;
	uint32_t act_code;
	int64_t now_us; /* not_after_us is 100 */
	bool withdrawn;
	bool withdrawn_at_look;
	/* expected */
	int result;
	enum session_seen seen;
	enum session_api api;
	uint32_t code;
	int logoffs;
	int waits;
	int disconnects;
	int messages;
} act_rows[] = {
#define ALICE                                                                                      \
	{                                                                                          \
		.state = SESSION_ACTIVE, .logon_at_ms = 5000, .idle_s = 60, .user = "alice",       \
		.domain = "CORP"                                                                   \
	}
#define ANY                                                                                        \
	{                                                                                          \
		.states = 0, .min_idle_s = -1                                                      \
	}
	{ "session_act_if__same__is_logged_off", .details = ALICE, .condition = ANY, .logoffs = 1 },
	{ "session_act_if__same_in_other_case__is_logged_off",
	  .details = { .state = SESSION_ACTIVE,
		       .logon_at_ms = 5000,
		       .user = "ALICE",
		       .domain = "corp" },
	  .condition = ANY, .logoffs = 1 },
	{ "session_act_if__wait__is_passed_on", .details = ALICE, .condition = ANY,
	  .act = SESSION_ACT_LOGOFF_WAIT, .logoffs = 1, .waits = 1 },
	{ "session_act_if__disconnect__is_another_call", .details = ALICE, .condition = ANY,
	  .act = SESSION_ACT_DISCONNECT, .disconnects = 1 },
	{ "session_act_if__message__is_delivered", .details = ALICE, .condition = ANY,
	  .act = SESSION_ACT_MESSAGE, .messages = 1 },
	{ "session_act_if__message_for_another_logon__is_not_delivered",
	  .details = { .logon_at_ms = 5001, .user = "alice", .domain = "CORP" }, .condition = ANY,
	  .act = SESSION_ACT_MESSAGE, .seen = SESSION_SEEN_OTHER },
	{ "session_act_if__message_too_late__is_not_delivered", .details = ALICE, .condition = ANY,
	  .act = SESSION_ACT_MESSAGE, .now_us = 101, .result = -1, .api = SESSION_API_RDSWEEP,
	  .code = SESSION_FINDING_CALL_TIMEOUT },
	{ "session_act_if__message_fails__fails_with_its_error", .details = ALICE, .condition = ANY,
	  .act = SESSION_ACT_MESSAGE, .act_code = 1783, .result = -1,
	  .api = SESSION_API_SEND_MESSAGE, .code = 1783, .messages = 1 },
	{ "session_act_if__look_says_7022__is_gone", .details_code = 7022, .condition = ANY,
	  .seen = SESSION_SEEN_GONE },
	{ "session_act_if__look_says_2__is_gone", .details_code = 2, .condition = ANY,
	  .seen = SESSION_SEEN_GONE },
	{ "session_act_if__look_says_1168__is_gone", .details_code = 1168, .condition = ANY,
	  .seen = SESSION_SEEN_GONE },
	{ "session_act_if__look_says_hresult_2__is_gone", .details_code = 0x80070002u,
	  .condition = ANY, .seen = SESSION_SEEN_GONE },
	{ "session_act_if__look_fails__fails_with_the_looks_error", .details_code = 1722,
	  .condition = ANY, .result = -1, .api = SESSION_API_QUERY_SESSION_INFORMATION,
	  .code = 1722 },
	{ "session_act_if__look_says_shutdown__is_not_gone", .details_code = 1115, .condition = ANY,
	  .result = -1, .api = SESSION_API_QUERY_SESSION_INFORMATION, .code = 1115 },
	{ "session_act_if__other_user__is_left_alone",
	  .details = { .logon_at_ms = 5000, .user = "bob", .domain = "CORP" }, .condition = ANY,
	  .seen = SESSION_SEEN_OTHER },
	{ "session_act_if__other_domain__is_left_alone",
	  .details = { .logon_at_ms = 5000, .user = "alice", .domain = "LAB" }, .condition = ANY,
	  .seen = SESSION_SEEN_OTHER },
	{ "session_act_if__other_logon__is_left_alone",
	  .details = { .logon_at_ms = 5001, .user = "alice", .domain = "CORP" }, .condition = ANY,
	  .seen = SESSION_SEEN_OTHER },
	{ "session_act_if__logon_no_longer_known__is_left_alone",
	  .details = { .logon_at_ms = UTC_UNKNOWN, .user = "alice", .domain = "CORP" },
	  .condition = ANY, .seen = SESSION_SEEN_OTHER },
	{ "session_act_if__nobody_under_the_id__is_left_alone",
	  .details = { .logon_at_ms = 5000, .user = "", .domain = "" }, .condition = ANY,
	  .seen = SESSION_SEEN_OTHER },
	{ "session_act_if__state_no_longer_meets__is_left_alone", .details = ALICE,
	  .condition = { .states = 1u << SESSION_DISCONNECTED, .min_idle_s = -1 },
	  .seen = SESSION_SEEN_NO_LONGER_MATCHES },
	{ "session_act_if__state_still_meets__is_logged_off", .details = ALICE,
	  .condition = { .states = 1u << SESSION_DISCONNECTED | 1u << SESSION_ACTIVE,
			 .min_idle_s = 60 },
	  .logoffs = 1 },
	{ "session_act_if__no_longer_idle__is_left_alone", .details = ALICE,
	  .condition = { .states = 0, .min_idle_s = 61 }, .seen = SESSION_SEEN_NO_LONGER_MATCHES },
	{ "session_act_if__last_moment__is_logged_off", .details = ALICE, .condition = ANY,
	  .now_us = 100, .logoffs = 1 },
	{ "session_act_if__too_late__asks_nothing", .details = ALICE, .condition = ANY,
	  .now_us = 101, .result = -1, .api = SESSION_API_RDSWEEP,
	  .code = SESSION_FINDING_CALL_TIMEOUT },
	{ "session_act_if__permit_withdrawn__asks_nothing", .details = ALICE, .condition = ANY,
	  .withdrawn = true, .result = -1, .api = SESSION_API_RDSWEEP,
	  .code = SESSION_FINDING_CALL_TIMEOUT },
	{ "session_act_if__permit_withdrawn_during_the_look__asks_nothing", .details = ALICE,
	  .condition = ANY, .withdrawn_at_look = true, .result = -1, .api = SESSION_API_RDSWEEP,
	  .code = SESSION_FINDING_CALL_TIMEOUT },
	{ "session_act_if__act_fails__fails_with_the_acts_error", .details = ALICE,
	  .condition = ANY, .act_code = 5, .result = -1, .api = SESSION_API_LOGOFF_SESSION,
	  .code = 5, .logoffs = 1 },
	{ "session_act_if__disconnect_fails__fails_with_its_error", .details = ALICE,
	  .condition = ANY, .act = SESSION_ACT_DISCONNECT, .act_code = 7024, .result = -1,
	  .api = SESSION_API_DISCONNECT_SESSION, .code = 7024, .disconnects = 1 },
};

static void act_if__row__as_told(void **state)
{
	const struct act_row *row = *state;
	const struct session_clock clock = { .now_us = fake_now, .ctx = NULL };
	struct fake fake = { .head = { .ops = &fake_ops },
			     .details = row->details,
			     .details_code = row->details_code,
			     .act_code = row->act_code,
			     .now_us = row->now_us };
	struct session_clock own = clock;
	struct session_host host = { .backend = &fake.head };
	struct session_permit permit;
	const struct session_order order = { .want = { 7, "CORP", "alice", 5000 },
					     .condition = row->condition,
					     .act = row->act,
					     .message = { "title", "text", 90 },
					     .not_after_us = 100,
					     .permit = &permit };
	enum session_seen seen = SESSION_SEEN_SAME;
	struct session_details details = { .idle_s = 4711 };
	struct session_error error = { SESSION_API_COUNT, 4711 };

	own.ctx = &fake;
	fake.head.clock = &own;
	session_permit_init(&permit);
	if (row->withdrawn)
		assert_true(session_permit_withdraw(&permit));
	if (row->withdrawn_at_look)
		fake.withdraw_at_look = &permit;
	assert_int_equal(session_act_if(&host, &order, &seen, &details, &error), row->result);
	assert_int_equal(fake.looks, 1);
	assert_int_equal(fake.logoffs, row->logoffs);
	assert_int_equal(fake.waits, row->waits);
	assert_int_equal(fake.disconnects, row->disconnects);
	assert_int_equal(fake.messages, row->messages);
	assert_true(details.idle_s == (row->details_code ? 4711 : row->details.idle_s));
	/* The permit is taken by an act and by nothing else. */
	bool acted = row->logoffs + row->disconnects + row->messages > 0;
	bool open = !acted && !row->withdrawn && !row->withdrawn_at_look;
	assert_int_equal(session_permit_withdraw(&permit), open);
	if (row->result == 0) {
		assert_int_equal(seen, row->seen);
		assert_int_equal(error.code, 4711);
	} else {
		assert_int_equal(error.api, row->api);
		assert_int_equal(error.code, row->code);
	}
}

static void session_identity_is__unknown_logon__matches_unknown_alone(void **state)
{
	const struct session_identity known = { 7, "CORP", "alice", 5000 };
	const struct session_identity unknown = { 7, "CORP", "alice", UTC_UNKNOWN };
	struct session_details details = { .logon_at_ms = UTC_UNKNOWN,
					   .user = "alice",
					   .domain = "CORP" };

	(void)state;
	assert_true(session_identity_is(&unknown, &details));
	assert_false(session_identity_is(&known, &details));
	details.logon_at_ms = 5000;
	assert_false(session_identity_is(&unknown, &details));
	assert_true(session_identity_is(&known, &details));
}

static void session_condition_met__table__as_told(void **state)
{
	static const struct {
		struct session_condition condition;
		enum session_state state;
		int64_t idle_s;
		bool met;
	} rows[] = {
		{ { 0, -1 }, SESSION_ACTIVE, -1, true },
		{ { 0, 0 }, SESSION_ACTIVE, -1, false }, /* unknown is never enough */
		{ { 0, 0 }, SESSION_ACTIVE, 0, true },
		{ { 0, 10 }, SESSION_ACTIVE, 9, false },
		{ { 0, 10 }, SESSION_ACTIVE, 10, true },
		{ { 1u << SESSION_ACTIVE, -1 }, SESSION_ACTIVE, 0, true },
		{ { 1u << SESSION_ACTIVE, -1 }, SESSION_DISCONNECTED, 0, false },
		{ { 1u << SESSION_ACTIVE, -1 }, SESSION_STATE_UNKNOWN, 0, false },
		{ { 1u << SESSION_ACTIVE | 1u << SESSION_DISCONNECTED, 5 },
		  SESSION_DISCONNECTED,
		  5,
		  true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			session_condition_met(&rows[i].condition, rows[i].state, rows[i].idle_s),
			rows[i].met);
}

static void session_permit__whoever_comes_first__has_it(void **state)
{
	struct session_permit permit;

	(void)state;
	session_permit_init(&permit);
	assert_true(session_permit_take(&permit));
	assert_false(session_permit_take(&permit));
	assert_false(session_permit_withdraw(&permit));
	session_permit_init(&permit);
	assert_true(session_permit_withdraw(&permit));
	assert_false(session_permit_withdraw(&permit));
	assert_false(session_permit_take(&permit));
}

/* --- the wrappers */

#define FAILS(call, api_, code_)                                                                   \
	do {                                                                                       \
		struct session_error error = { SESSION_API_COUNT, 4711 };                          \
		assert_int_equal((call), -1);                                                      \
		assert_int_equal(error.api, (api_));                                               \
		assert_int_equal(error.code, (code_));                                             \
	} while (0)

static void session_wrappers__empty_slots__are_not_supported(void **state)
{
	struct session_backend backend = { .ops = &no_ops };
	struct session_host host = { .backend = &backend };
	struct session_host *opened;
	struct session_list list;
	struct session_details details;
	enum session_drain drain;
	enum session_seen seen;
	struct session_permit permit;
	struct session_order order = { .permit = &permit };
	const struct session_message message = { " ", "text", 0 };

	(void)state;
	session_permit_init(&permit);
	FAILS(session_open(&backend, "h", "h", &opened, &error), SESSION_API_OPEN_SERVER_EX, 50);
	FAILS(session_enumerate(&host, &list, &error), SESSION_API_ENUMERATE_SESSIONS_EX, 50);
	FAILS(session_details(&host, 7, &details, &error), SESSION_API_QUERY_SESSION_INFORMATION,
	      50);
	FAILS(session_message(&host, 7, &message, &error), SESSION_API_SEND_MESSAGE, 50);
	FAILS(session_drain_get(&backend, "h", "h", &drain, &error), SESSION_API_REG_QUERY_VALUE,
	      50);
	FAILS(session_drain_set(&backend, "h", "h", SESSION_DRAIN_ON, &error),
	      SESSION_API_REG_SET_VALUE, 50);
	FAILS(session_act_if(&host, &order, &seen, &details, &error), SESSION_API_LOGOFF_SESSION,
	      50);
	order.act = SESSION_ACT_DISCONNECT;
	FAILS(session_act_if(&host, &order, &seen, &details, &error),
	      SESSION_API_DISCONNECT_SESSION, 50);
	order.act = SESSION_ACT_MESSAGE;
	FAILS(session_act_if(&host, &order, &seen, &details, &error), SESSION_API_SEND_MESSAGE, 50);
	assert_true(session_permit_take(&permit)); /* nobody has taken it in vain */
	session_close(&host);
	session_close(NULL);
	session_backend_destroy(&backend);
	session_backend_destroy(NULL);
}

/* For the API an empty name is this very machine. */
static void session_wrappers__no_name__never_reaches_the_backend(void **state)
{
	static const char *const names[][2] = {
		{ "", "h" }, { "h", "" }, { NULL, "h" }, { "h", NULL }, { "", "" }
	};
	struct session_backend backend = { .ops = &no_ops };
	struct session_host *opened;
	enum session_drain drain;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		FAILS(session_open(&backend, names[i][0], names[i][1], &opened, &error),
		      SESSION_API_OPEN_SERVER_EX, 87);
		FAILS(session_drain_get(&backend, names[i][0], names[i][1], &drain, &error),
		      SESSION_API_REG_QUERY_VALUE, 87);
		FAILS(session_drain_set(&backend, names[i][0], names[i][1], SESSION_DRAIN_ON,
					&error),
		      SESSION_API_REG_SET_VALUE, 87);
	}
}

static void session_close__slot__is_called_once(void **state)
{
	struct fake fake = { .head = { .ops = &fake_ops } };
	struct session_host host = { .backend = &fake.head };

	(void)state;
	session_close(&host);
	assert_int_equal(fake.closes, 1);
}

static void session_names__every_value__has_one(void **state)
{
	static const char *const apis[] = { "rdsweep",
					    "WTSOpenServerEx",
					    "WTSOpenServer",
					    "WTSEnumerateSessionsEx",
					    "WTSEnumerateSessions",
					    "WTSQuerySessionInformation",
					    "WTSLogoffSession",
					    "WTSDisconnectSession",
					    "WTSSendMessage",
					    "RegConnectRegistry",
					    "RegOpenKeyEx",
					    "RegQueryValueEx",
					    "RegSetValueEx",
					    "ExitWindowsEx" };
	static const char *const states[] = { "active", "connected",	"connect_query",
					      "shadow", "disconnected", "idle",
					      "listen", "reset",	"down",
					      "init",	"unknown" };

	(void)state;
	assert_int_equal(sizeof(apis) / sizeof(apis[0]), SESSION_API_COUNT);
	for (int i = 0; i < SESSION_API_COUNT; i++) {
		enum session_api api = SESSION_API_COUNT;

		assert_string_equal(session_api_name((enum session_api)i), apis[i]);
		assert_true(session_api_parse(apis[i], &api));
		assert_int_equal(api, i);
	}
	assert_false(session_api_parse("", &(enum session_api){ SESSION_API_RDSWEEP }));
	assert_false(
		session_api_parse("wtslogoffsession", &(enum session_api){ SESSION_API_RDSWEEP }));
	for (int i = 0; i <= SESSION_STATE_UNKNOWN; i++)
		assert_string_equal(session_state_name((enum session_state)i), states[i]);
	assert_string_equal(session_state_name((enum session_state)4711), "unknown");
	assert_string_equal(session_drain_name(SESSION_DRAIN_OFF), "off");
	assert_string_equal(session_drain_name(SESSION_DRAIN_RESTART), "restart");
	assert_string_equal(session_drain_name(SESSION_DRAIN_ON), "on");
}

#define ACT_ROWS (sizeof(act_rows) / sizeof(act_rows[0]))

/* --- aiming and abandoning */

static int act_with_aim(struct fake *fake, enum session_seen *ret_seen,
			struct session_error *reterr)
{
	struct session_host host = { &fake->head };
	struct session_permit permit;
	struct session_details details;
	const struct session_order order = { .want = { 7, "CORP", "alice", 5000 },
					     .condition = { 0, -1 },
					     .act = SESSION_ACT_LOGOFF,
					     .not_after_us = 100,
					     .permit = &permit };

	const struct session_clock clock = { .ctx = fake, .now_us = fake_now };

	session_permit_init(&permit);
	fake->head = (struct session_backend){ &aiming_ops, &clock };
	return session_act_if(&host, &order, ret_seen, &details, reterr);
}

static void session_act_if__backend_aims__before_the_look(void **state)
{
	struct fake fake = { .details = ALICE };
	enum session_seen seen = SESSION_SEEN_GONE;
	struct session_error error;

	(void)state;
	assert_int_equal(act_with_aim(&fake, &seen, &error), 0);
	assert_int_equal(seen, SESSION_SEEN_SAME);
	assert_int_equal(fake.aims, 1);
	assert_int_equal(fake.looks, 1);
	assert_int_equal(fake.logoffs, 1);
}

static void session_act_if__nothing_to_aim_at__is_gone(void **state)
{
	struct fake fake = { .details = ALICE, .aim_code = 2 };
	enum session_seen seen = SESSION_SEEN_SAME;
	struct session_error error;

	(void)state;
	assert_int_equal(act_with_aim(&fake, &seen, &error), 0);
	assert_int_equal(seen, SESSION_SEEN_GONE);
	assert_int_equal(fake.looks + fake.logoffs, 0);
}

static void session_act_if__aim_fails__nothing_is_asked(void **state)
{
	struct fake fake = { .details = ALICE, .aim_code = 5 };
	enum session_seen seen;
	struct session_error error = { .code = 0 };

	(void)state;
	assert_int_equal(act_with_aim(&fake, &seen, &error), -1);
	assert_int_equal(error.code, 5);
	assert_int_equal(fake.looks + fake.logoffs, 0);
}

static void session_abandon__slot_or_none__does_not_matter(void **state)
{
	struct fake fake = { .head = { .ops = &aiming_ops } };
	struct session_host host = { &fake.head };

	(void)state;
	session_abandon(&host);
	assert_int_equal(fake.abandons, 1);
	fake.head.ops = &fake_ops;
	session_abandon(&host);
	session_abandon(NULL);
	assert_int_equal(fake.abandons, 1);
}

int main(void)
{
	struct CMUnitTest rows[ACT_ROWS] = { { 0 } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_identity_is__unknown_logon__matches_unknown_alone),
		cmocka_unit_test(session_condition_met__table__as_told),
		cmocka_unit_test(session_permit__whoever_comes_first__has_it),
		cmocka_unit_test(session_wrappers__empty_slots__are_not_supported),
		cmocka_unit_test(session_wrappers__no_name__never_reaches_the_backend),
		cmocka_unit_test(session_close__slot__is_called_once),
		cmocka_unit_test(session_names__every_value__has_one),
		cmocka_unit_test(session_act_if__backend_aims__before_the_look),
		cmocka_unit_test(session_act_if__nothing_to_aim_at__is_gone),
		cmocka_unit_test(session_act_if__aim_fails__nothing_is_asked),
		cmocka_unit_test(session_abandon__slot_or_none__does_not_matter),
	};

	for (size_t i = 0; i < ACT_ROWS; i++) {
		rows[i].name = act_rows[i].name;
		rows[i].test_func = act_if__row__as_told;
		rows[i].initial_state = (void *)(uintptr_t)&act_rows[i];
	}
	int failed = cmocka_run_group_tests_name("session_act_if", rows, NULL, NULL);
	return failed + cmocka_run_group_tests_name("session_api", tests, NULL, NULL);
}
