/* The real backend through the API's own entry points, with the stand-in wtsapi32.dll behind them.
 * Runs three times: with the Ex functions, with Ex functions that say that they are not
 * implemented, and without any. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wts_compat.h"

#include <stdio.h>
#include <string.h>

#include "session_wts.h"
#include "utc.h"
#include "win_error.h"

#define EPOCH INT64_C(1767225600000) /* the scenario's */

static struct session_backend *backend;
static bool is_old; /* no Ex functions, one way or the other */
static LONG64(WINAPI *counted)(const char *name);

static int64_t now_us(void *ctx)
{
	(void)ctx;
	return 0;
}

static const struct session_clock clock_of_tests = { .now_us = now_us };

static enum session_api open_api(void)
{
	return is_old ? SESSION_API_OPEN_SERVER : SESSION_API_OPEN_SERVER_EX;
}

static struct session_host *open_host(const char *name)
{
	struct session_error error = { 0 };
	struct session_host *host = NULL;

	if (session_open(backend, name, name, &host, &error) != 0)
		fail_msg("%s: %s %u", name, session_api_name(error.api), (unsigned)error.code);
	return host;
}

static void enumerate(struct session_host *host, struct session_list *list)
{
	struct session_error error = { 0 };

	if (session_enumerate(host, list, &error) != 0)
		fail_msg("%s %u", session_api_name(error.api), (unsigned)error.code);
}

static const struct session_info *find(const struct session_list *list, uint32_t id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].id == id)
			return &list->items[i];
	fail_msg("no session %u in the list", (unsigned)id);
	return list->items; /* not reached */
}

static bool is_listed(struct session_host *host, uint32_t id)
{
	struct session_list list;
	bool found = false;

	enumerate(host, &list);
	for (size_t i = 0; i < list.count; i++)
		found |= list.items[i].id == id && list.items[i].user[0];
	session_list_release(&list);
	return found;
}

/* Looks until WTSQuerySessionInformation says that there is no such session. */
static void wait_until_gone(struct session_host *host, uint32_t id)
{
	struct session_details details;
	struct session_error error = { 0 };
	int looks = 0;

	while (session_details(host, id, &details, &error) == 0) {
		assert_true(++looks < 1000);
		Sleep(10);
	}
	assert_true(looks > 0); /* it was accepted, not done */
	assert_int_equal(error.api, SESSION_API_QUERY_SESSION_INFORMATION);
	assert_int_equal(error.code, 7022);
	assert_false(is_listed(host, id));
}

static enum session_seen act(struct session_host *host, uint32_t id, enum session_act what)
{
	struct session_permit permit;
	struct session_details details;
	struct session_error error = { 0 };
	enum session_seen seen = SESSION_SEEN_GONE;

	assert_int_equal(session_details(host, id, &details, &error), 0);
	struct session_order order = { .want = { id, details.domain, details.user,
						 details.logon_at_ms },
				       .condition = { .min_idle_s = -1 },
				       .act = what,
				       .message = { "Title", "Bitte speichern 😀", 60 },
				       .permit = &permit };
	struct session_details found;
	session_permit_init(&permit);
	if (session_act_if(host, &order, &seen, &found, &error) != 0)
		fail_msg("%s %u", session_api_name(error.api), (unsigned)error.code);
	return seen;
}

static void handle_of_open_server__logoff__is_accepted_and_verified(void **state)
{
	struct session_host *host = open_host("rdsh1");

	(void)state;
	assert_true(is_listed(host, 2)); /* the id comes from the enumeration */
	assert_int_equal(act(host, 2, SESSION_ACT_LOGOFF), SESSION_SEEN_SAME);
	wait_until_gone(host, 2);
	session_close(host);
}

static void current_server_handle__logoff__is_accepted_and_verified(void **state)
{
	LONG64 opened = counted("handles_opened"), local = counted("local_calls");
	struct session_host *host = open_host("localhost");

	(void)state;
	assert_true(is_listed(host, 2));
	assert_int_equal(act(host, 2, SESSION_ACT_LOGOFF), SESSION_SEEN_SAME);
	wait_until_gone(host, 2);
	session_close(host);
	assert_int_equal(counted("handles_opened"), opened);
	assert_true(counted("local_calls") > local);
	/* Any of the names will do. */
	host = open_host(".");
	assert_true(is_listed(host, 3));
	session_close(host);
	assert_int_equal(counted("handles_opened"), opened);
}

static void wait__logoff__returns_when_it_is_gone(void **state)
{
	LONG64 waits = counted("logoffs_wait");
	struct session_host *host = open_host("rdsh1");

	(void)state;
	assert_int_equal(act(host, 3, SESSION_ACT_LOGOFF_WAIT), SESSION_SEEN_SAME);
	assert_false(is_listed(host, 3));
	assert_int_equal(counted("logoffs_wait"), waits + 1);
	session_close(host);
}

static void other_identity__logoff__is_not_asked(void **state)
{
	LONG64 logoffs = counted("logoffs");
	struct session_host *host = open_host("rdsh1");
	struct session_permit permit;
	struct session_order order = { .want = { 4, "CORP", "somebody-else", UTC_UNKNOWN },
				       .condition = { .min_idle_s = -1 },
				       .permit = &permit };
	struct session_details details;
	struct session_error error;
	enum session_seen seen = SESSION_SEEN_SAME;

	(void)state;
	session_permit_init(&permit);
	assert_int_equal(session_act_if(host, &order, &seen, &details, &error), 0);
	assert_int_equal(seen, SESSION_SEEN_OTHER);
	assert_string_equal(details.user, "carol");
	assert_int_equal(counted("logoffs"), logoffs);
	session_close(host);
}

static void denied__logoff__tells_code_and_missing_right(void **state)
{
	struct session_host *host = open_host("denies");
	struct session_error error = { 0 };

	(void)state;
	assert_int_equal(host->backend->ops->logoff(host, 2, false, &error), -1);
	assert_int_equal(error.api, SESSION_API_LOGOFF_SESSION);
	assert_int_equal(error.code, ERROR_ACCESS_DENIED);
	const struct win_error *meaning = win_error_lookup(error.api, error.code);
	assert_non_null(strstr(meaning->message, "'Reset' is missing"));
	assert_non_null(strstr(meaning->remedy, "Virtualization Host"));
	session_close(host);
}

static void failed_open__never_becomes_this_machine(void **state)
{
	static const struct {
		const char *name;
		uint32_t code;
	} rows[] = { { "fails", 1722 }, { "fails-without-code", 0 } };
	LONG64 local = counted("local_calls");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session_host *host = NULL;
		struct session_error error = { 0 };

		assert_int_equal(session_open(backend, rows[i].name, rows[i].name, &host, &error),
				 -1);
		assert_null(host);
		assert_int_equal(error.api, open_api());
		assert_int_equal(error.code, rows[i].code);
	}
	assert_int_equal(counted("local_calls"), local);
}

static void enumerate__names_and_states__arrive(void **state)
{
	struct session_host *host = open_host("\\\\rdsh1");
	struct session_list list;

	(void)state;
	enumerate(host, &list);
	assert_string_equal(find(&list, 0)->station, "Services");
	assert_int_equal(find(&list, 1)->state, SESSION_CONNECTED);
	assert_string_equal(find(&list, 1)->user, "");
	assert_int_equal(find(&list, 65536)->state, SESSION_LISTEN);
	assert_string_equal(find(&list, 4)->domain, "CORP");
	assert_string_equal(find(&list, 4)->user, "carol");
	assert_int_equal(find(&list, 4)->state, SESSION_ACTIVE);
	assert_string_equal(find(&list, 5)->user, "AlexandraMaximilianaOfTheVeryLongName");
	assert_string_equal(find(&list, 4)->vm, "");
	session_list_release(&list);
	session_close(host);
}

static void details__times_and_client__arrive(void **state)
{
	static const struct {
		const char *host;
		uint32_t id;
		const char *domain, *user, *client;
		enum session_state state;
		int64_t logon_at_ms, idle_s;
	} rows[] = {
		{ "denies", 2, "CORP", "alice", "PC1", SESSION_DISCONNECTED, EPOCH - 3600 * 1000,
		  60 },
		{ "rdsh1", 5, "AzureAD", "AlexandraMaximilianaOfTheVeryLongName", "PC4",
		  SESSION_ACTIVE, EPOCH - 3600 * 1000, 90 },
		{ "rdsh1", 4, "CORP", "carol", "", SESSION_ACTIVE, UTC_UNKNOWN, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session_host *host = open_host(rows[i].host);
		struct session_details details;
		struct session_error error;

		assert_int_equal(session_details(host, rows[i].id, &details, &error), 0);
		assert_string_equal(details.domain, rows[i].domain);
		assert_string_equal(details.user, rows[i].user);
		assert_string_equal(details.client, rows[i].client);
		assert_int_equal(details.state, rows[i].state);
		assert_true(details.idle_s == rows[i].idle_s);
		assert_true(details.logon_at_ms == rows[i].logon_at_ms);
		session_close(host);
	}
}

static void guest__enumerate__has_vm_farm_and_the_lists_id(void **state)
{
	struct session_host *host = open_host("rdvh");
	struct session_list list;

	(void)state;
	if (is_old) { /* the plain enumeration does not tell guests */
		session_close(host);
		skip();
	}
	enumerate(host, &list);
	assert_string_equal(find(&list, 7)->vm, "VDI-07");
	assert_string_equal(find(&list, 7)->farm, "Pool-A");
	assert_string_equal(find(&list, 2)->vm, "");
	session_list_release(&list);
	assert_int_equal(act(host, 7, SESSION_ACT_LOGOFF), SESSION_SEEN_SAME);
	wait_until_gone(host, 7);
	session_close(host);
}

/* A message for somebody who is not there any more does not reach who is. */
static void message__other_logon__reaches_nobody(void **state)
{
	struct session_host *host = open_host("rdsh1");
	LONG64 messages = counted("messages");
	struct session_permit permit;
	struct session_order order = { .want = { 5, "AzureAD",
						 "AlexandraMaximilianaOfTheVeryLongName", 4711 },
				       .condition = { .min_idle_s = -1 },
				       .act = SESSION_ACT_MESSAGE,
				       .message = { "Title", "for somebody else", 60 },
				       .permit = &permit };
	struct session_details found;
	struct session_error error;
	enum session_seen seen = SESSION_SEEN_SAME;

	(void)state;
	session_permit_init(&permit);
	assert_int_equal(session_act_if(host, &order, &seen, &found, &error), 0);
	assert_int_equal(seen, SESSION_SEEN_OTHER);
	assert_int_equal(counted("messages"), messages);
	session_close(host);
}

static void message_and_disconnect__reach_the_session(void **state)
{
	struct session_host *host = open_host("rdsh1");
	struct session_message message = { "", "Die Wartung beginnt 😀", 60 };
	LONG64 messages = counted("messages");
	struct session_details details;
	struct session_error error;

	(void)state;
	assert_int_equal(session_message(host, 4, &message, &error), 0);
	assert_int_equal(counted("messages"), messages + 1);
	assert_int_equal(act(host, 4, SESSION_ACT_MESSAGE), SESSION_SEEN_SAME);
	assert_int_equal(counted("messages"), messages + 2);
	assert_int_equal(act(host, 4, SESSION_ACT_DISCONNECT), SESSION_SEEN_SAME);
	assert_int_equal(session_details(host, 4, &details, &error), 0);
	assert_int_equal(details.state, SESSION_DISCONNECTED);
	session_close(host);
}

static void all_calls__balance__nothing_is_lost(void **state)
{
	(void)state;
	assert_true(counted("handles_opened") > 5);
	assert_int_equal(counted("handles_opened"), counted("handles_closed"));
	assert_true(counted("blocks_given") > 20);
	assert_int_equal(counted("blocks_given"), counted("blocks_freed"));
	assert_int_equal(counted("calls_entered"), counted("calls_left"));
	assert_int_equal(counted("bad_names"), 0);
	assert_int_equal(counted("bad_handles"), 0);
	assert_int_equal(counted("bad_frees"), 0);
	assert_int_equal(counted("bad_arguments"), 0);
}

/* Fails unless it is the stand-in that was loaded: a name alone does not tell. */
static int setup(void **state)
{
	static const WCHAR scenario[] = L"" RDSWEEP_SOURCE_DIR L"/tests/windows/scenarios/abi.json";
	const struct session_wts_options options = { .clock = &clock_of_tests };
	DWORD(WINAPI * marker)(void);
	HMODULE library;
	FARPROC found;
	WCHAR hidden[4];
	uint32_t code;

	(void)state;
	SetEnvironmentVariableW(L"RDSWEEP_FAKE_SCENARIO", scenario);
	if (session_wts_create(&backend, &options, &code) != 0) {
		print_error("wtsapi32.dll: %u\n", (unsigned)code);
		return -1;
	}
	library = GetModuleHandleW(L"wtsapi32.dll");
	found = GetProcAddress(library, "RdsweepFakeMarker");
	if (!found)
		return -1;
	memcpy(&marker, &found, sizeof(marker));
	found = GetProcAddress(library, "RdsweepFakeCounted");
	memcpy(&counted, &found, sizeof(counted));
	is_old = !GetProcAddress(library, "WTSOpenServerExW") ||
		 GetEnvironmentVariableW(L"RDSWEEP_FAKE_HIDE_EX", hidden, 4);
	return marker() ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	session_backend_destroy(backend);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handle_of_open_server__logoff__is_accepted_and_verified),
		cmocka_unit_test(current_server_handle__logoff__is_accepted_and_verified),
		cmocka_unit_test(wait__logoff__returns_when_it_is_gone),
		cmocka_unit_test(other_identity__logoff__is_not_asked),
		cmocka_unit_test(denied__logoff__tells_code_and_missing_right),
		cmocka_unit_test(failed_open__never_becomes_this_machine),
		cmocka_unit_test(enumerate__names_and_states__arrive),
		cmocka_unit_test(details__times_and_client__arrive),
		cmocka_unit_test(guest__enumerate__has_vm_farm_and_the_lists_id),
		cmocka_unit_test(message__other_logon__reaches_nobody),
		cmocka_unit_test(message_and_disconnect__reach_the_session),
		cmocka_unit_test(all_calls__balance__nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
