/* The real backend against functions of the test's own, which answer as badly as the API may. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wts_api.h"

#include <stdlib.h>
#include <string.h>

#include "session_wts.h"
#include "utc.h"

#define SERVER	      ((HANDLE)(uintptr_t)0x1230)
#define LATER_CODE    0xDEADu /* what calls in between leave as the last error */
#define LOGON_TICKS   INT64_C(134116992000000000) /* 2026-01-01T00:00:00Z */
#define LOGON_MS      INT64_C(1767225600000)
#define TICKS_PER_SEC INT64_C(10000000)

/* One answer of WTSQuerySessionInformationW. */
struct answer {
	DWORD code; /* 0: it succeeds */
	bool fails; /* with code 0 */
	const WCHAR *text;
	const WTSINFOW *info;
	DWORD bytes; /* of the info; 0: all */
};

/* What the functions do, and what was asked of them. */
static struct fake {
	HANDLE ex_server, server;
	DWORD ex_code, code;
	const WTS_SESSION_INFO_1W *ex_rows;
	DWORD ex_count, ex_level, ex_enumerate_code;
	const WTS_SESSION_INFOW *rows;
	DWORD count;
	struct answer client, user, domain, info[3];
	DWORD act_code;

	int ex_opens, opens, closes, ex_frees, frees, blocks, enumerates, infos;
	DWORD asked_of_listener, last_class, freed_count, freed_type;
	WCHAR name[64];
	HANDLE acted_on;
	DWORD acted_id;
	BOOL waited;
	int acts;
	WCHAR title[600], text[600];
	DWORD title_bytes, text_bytes, style, timeout_s;
} fake;

static BOOL result(DWORD code)
{
	SetLastError(code ? code : LATER_CODE);
	return code == 0;
}

static HANDLE WINAPI open_server_ex(LPWSTR name)
{
	fake.ex_opens++;
	lstrcpynW(fake.name, name, 64);
	SetLastError(fake.ex_server ? LATER_CODE : fake.ex_code);
	return fake.ex_server;
}

static HANDLE WINAPI open_server(LPWSTR name)
{
	fake.opens++;
	lstrcpynW(fake.name, name, 64);
	SetLastError(fake.server ? LATER_CODE : fake.code);
	return fake.server;
}

static void WINAPI close_server(HANDLE server)
{
	assert_ptr_equal(server, SERVER);
	fake.closes++;
}

/* The rows of the test are lent, not copied: only their number of frees counts. */
static BOOL WINAPI enumerate_ex(HANDLE server, DWORD *level, DWORD filter,
				WTS_SESSION_INFO_1W **rows, DWORD *count)
{
	(void)server;
	assert_int_equal(*level, 1);
	assert_int_equal(filter, 0);
	fake.enumerates++;
	*rows = (WTS_SESSION_INFO_1W *)(uintptr_t)fake.ex_rows;
	*count = fake.ex_count;
	if (fake.ex_level)
		*level = fake.ex_level;
	return result(fake.ex_enumerate_code);
}

static BOOL WINAPI free_memory_ex(WTS_TYPE_CLASS type, void *memory, ULONG count)
{
	assert_non_null(memory);
	fake.ex_frees++;
	fake.freed_type = (DWORD)type;
	fake.freed_count = count;
	SetLastError(LATER_CODE);
	return TRUE;
}

static BOOL WINAPI enumerate(HANDLE server, DWORD reserved, DWORD version, WTS_SESSION_INFOW **rows,
			     DWORD *count)
{
	(void)server;
	assert_int_equal(reserved, 0);
	assert_int_equal(version, 1);
	fake.enumerates++;
	*rows = (WTS_SESSION_INFOW *)(uintptr_t)fake.rows;
	*count = fake.count;
	fake.blocks += fake.rows != NULL;
	return result(fake.code);
}

static const struct answer *answer_of(DWORD id, WTS_INFO_CLASS class_)
{
	fake.last_class = (DWORD)class_;
	if (id >= SESSION_ID_LISTENER_FIRST)
		fake.asked_of_listener++;
	if (class_ == WTSUserName)
		return &fake.user;
	if (class_ == WTSDomainName)
		return &fake.domain;
	if (class_ == WTSClientName)
		return &fake.client;
	assert_int_equal(class_, WTSSessionInfo);
	return &fake.info[fake.infos++];
}

static BOOL WINAPI query(HANDLE server, DWORD id, WTS_INFO_CLASS class_, LPWSTR *buffer,
			 DWORD *bytes)
{
	const struct answer *answer = answer_of(id, class_);
	DWORD size = answer->info   ? (answer->bytes ? answer->bytes : sizeof(*answer->info))
		     : answer->text ? (DWORD)((size_t)(lstrlenW(answer->text) + 1) * sizeof(WCHAR))
				    : 0;

	(void)server;
	*buffer = NULL;
	if (answer->code || answer->fails) {
		SetLastError(answer->code);
		return FALSE;
	}
	if (size) {
		*buffer = malloc(size); /* just so much: a read past it would be seen */
		assert_non_null(*buffer);
		memcpy(*buffer, answer->info ? (const void *)answer->info : answer->text, size);
		fake.blocks++;
	}
	*bytes = size;
	SetLastError(LATER_CODE);
	return TRUE;
}

static void WINAPI free_memory(void *memory)
{
	assert_non_null(memory);
	if (memory != (const void *)fake.rows)
		free(memory);
	fake.frees++;
	SetLastError(LATER_CODE);
}

static BOOL WINAPI logoff(HANDLE server, DWORD id, BOOL wait)
{
	fake.acts++;
	fake.acted_on = server;
	fake.acted_id = id;
	fake.waited = wait;
	return result(fake.act_code);
}

static BOOL WINAPI send_message(HANDLE server, DWORD id, LPWSTR title, DWORD title_bytes,
				LPWSTR text, DWORD text_bytes, DWORD style, DWORD timeout_s,
				DWORD *response, BOOL wait)
{
	fake.acts++;
	fake.acted_on = server;
	fake.acted_id = id;
	assert_non_null(response);
	assert_false(wait);
	assert_true(title_bytes < sizeof(fake.title) && text_bytes < sizeof(fake.text));
	memcpy(fake.title, title, title_bytes);
	memcpy(fake.text, text, text_bytes);
	fake.title_bytes = title_bytes;
	fake.text_bytes = text_bytes;
	fake.style = style;
	fake.timeout_s = timeout_s;
	return result(fake.act_code);
}

static const struct wts_api all_functions = {
	.open_server_ex = open_server_ex,
	.open_server = open_server,
	.close_server = close_server,
	.enumerate_ex = enumerate_ex,
	.free_memory_ex = free_memory_ex,
	.enumerate = enumerate,
	.query = query,
	.logoff = logoff,
	.disconnect = logoff,
	.send_message = send_message,
	.free_memory = free_memory,
};

static struct session_backend *make_backend(bool has_ex)
{
	struct wts_api api = all_functions;
	const struct session_wts_options options = { .api = &api };
	struct session_backend *backend = NULL;
	uint32_t code;

	if (!has_ex) {
		api.open_server_ex = NULL;
		api.enumerate_ex = NULL;
		api.free_memory_ex = NULL;
	}
	assert_int_equal(session_wts_create(&backend, &options, &code), 0);
	return backend;
}

static struct session_host *open_name(struct session_backend *backend, const char *name)
{
	struct session_host *host = NULL;
	struct session_error error;

	assert_int_equal(session_open(backend, name, name, &host, &error), 0);
	return host;
}

/* A backend with one open host; the functions answer as `script` says. */
static struct session_host *start(const struct fake *script, bool has_ex)
{
	fake = *script;
	fake.ex_server = fake.server = SERVER;
	return open_name(make_backend(has_ex), "rdsh1");
}

/* Every block was freed, the handle closed. */
static void finish(struct session_host *host)
{
	struct session_backend *backend = host->backend;

	session_close(host);
	session_backend_destroy(backend);
	assert_int_equal(fake.closes, 1);
	assert_int_equal(fake.frees, fake.blocks);
}

/* --- open */

static const struct open_row {
	const char *name;
	bool no_ex;
	HANDLE ex_server, server;
	DWORD ex_code, code;
	/* expected */
	bool opened;
	enum session_api api;
	uint32_t error;
	int ex_opens, opens;
} open_rows[] = {
	{ "wts_open__ex_works__plain_is_not_called", .ex_server = SERVER, .opened = true,
	  .ex_opens = 1 },
	{ "wts_open__no_ex__plain_is_called", .no_ex = true, .server = SERVER, .opened = true,
	  .opens = 1 },
	{ "wts_open__ex_is_a_stub__plain_is_called", .ex_code = 120, .server = SERVER,
	  .opened = true, .ex_opens = 1, .opens = 1 },
	{ "wts_open__ex_fails__fails_with_its_code", .ex_code = 1722, .server = SERVER,
	  .api = SESSION_API_OPEN_SERVER_EX, .error = 1722, .ex_opens = 1 },
	{ "wts_open__ex_fails_without_code__fails", .api = SESSION_API_OPEN_SERVER_EX,
	  .server = SERVER, .ex_opens = 1 },
	{ "wts_open__both_fail__fails_with_the_last_ones_code", .ex_code = 120, .code = 53,
	  .api = SESSION_API_OPEN_SERVER, .error = 53, .ex_opens = 1, .opens = 1 },
	{ "wts_open__invalid_handle_value__is_a_failure", .ex_server = (HANDLE)(intptr_t)-1,
	  .api = SESSION_API_OPEN_SERVER_EX, .error = LATER_CODE, .ex_opens = 1 },
};

static void check_open(void **state)
{
	const struct open_row *row = *state;
	struct session_backend *backend = make_backend(!row->no_ex);
	struct session_host *host = NULL;
	struct session_error error = { 0 };

	fake = (struct fake){ .ex_server = row->ex_server,
			      .server = row->server,
			      .ex_code = row->ex_code,
			      .code = row->code };
	int status = session_open(backend, "rdsh1", "rdsh1", &host, &error);
	assert_int_equal(status, row->opened ? 0 : -1);
	assert_int_equal(fake.ex_opens, row->ex_opens);
	assert_int_equal(fake.opens, row->opens);
	if (row->opened) {
		session_close(host);
		assert_int_equal(fake.closes, 1);
	} else {
		assert_null(host);
		assert_int_equal(error.api, row->api);
		assert_int_equal(error.code, row->error);
	}
	session_backend_destroy(backend);
}

static void wts_open__backslashes__are_stripped_and_alone_refused(void **state)
{
	struct session_backend *backend = make_backend(true);
	struct session_host *host;
	struct session_error error = { 0 };

	(void)state;
	fake = (struct fake){ .ex_server = SERVER };
	session_close(open_name(backend, "\\\\rdsh1"));
	assert_int_equal(lstrcmpW(fake.name, L"rdsh1"), 0);
	fake = (struct fake){ .ex_server = SERVER };
	assert_int_equal(session_open(backend, "x", "\\\\", &host, &error), -1);
	assert_int_equal(session_open(backend, "x", "", &host, &error), -1);
	assert_int_equal(error.code, ERROR_INVALID_PARAMETER);
	assert_int_equal(fake.ex_opens + fake.opens, 0);
	session_backend_destroy(backend);
}

static void wts_open__this_machine__needs_no_server(void **state)
{
	char netbios[256] = "", dns[256] = "";
	DWORD netbios_size = sizeof(netbios), dns_size = sizeof(dns);
	const char *names[] = { "localhost",  "LOCALHOST", ".",	    "\\\\.", "127.0.0.1",
				"127.8.9.10", "::1",	   netbios, dns };
	struct session_backend *backend = make_backend(true);
	DWORD session;
	uint32_t own = 77;

	(void)state;
	assert_true(GetComputerNameExA(ComputerNameNetBIOS, netbios, &netbios_size));
	assert_true(GetComputerNameExA(ComputerNameDnsHostname, dns, &dns_size));
	assert_true(ProcessIdToSessionId(GetCurrentProcessId(), &session));
	fake = (struct fake){ .ex_server = SERVER, .server = SERVER };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct session_host *host = open_name(backend, names[i]);
		struct session_error error;

		assert_int_equal(host->backend->ops->logoff(host, 2, false, &error), 0);
		assert_ptr_equal(fake.acted_on, WTS_CURRENT_SERVER_HANDLE);
		session_close(host);
		assert_true(backend->ops->is_self(backend, names[i], names[i], &own));
		assert_int_equal(own, session);
	}
	assert_int_equal(fake.ex_opens + fake.opens + fake.closes, 0);
	/* Either name is enough for being protected; only the address decides where a call goes. */
	assert_true(backend->ops->is_self(backend, "localhost", "rdsh1", &own));
	assert_true(backend->ops->is_self(backend, "rdsh1", "localhost", &own));
	assert_false(backend->ops->is_self(backend, "rdsh1", "10.99.98.97", &own));
	session_backend_destroy(backend);
}

/* --- enumerate */

static WCHAR lone[] = { 'a', 0xD800, 'b', 0xDC00, 0xD83D, 0xDE00, 0 };
static WCHAR empty[] = L"";
static WCHAR rdp[] = L"RDP-Tcp#2", alice[] = L"alice", corp[] = L"CORP", vdi[] = L"VDI-07",
	     pool[] = L"Pool", own_name[] = L"RDSH1.corp.example";

static void wts_enumerate__ex_rows__are_taken_and_freed_once(void **state)
{
	static const WTS_SESSION_INFO_1W rows[] = {
		{ 2, WTSActive, 2, rdp, NULL, alice, corp, NULL },
		{ 3, WTSDisconnected, 3, NULL, empty, lone, empty, empty },
		{ 9, WTSActive, 1, rdp, vdi, alice, corp, pool },
		{ 4, (WTS_CONNECTSTATE_CLASS)77, 4, NULL, own_name, NULL, NULL, NULL },
	};
	const struct fake script = { .ex_rows = rows, .ex_count = 4 };
	struct session_host *host = start(&script, true);
	struct session_list list;
	struct session_error error;

	(void)state;
	assert_int_equal(session_enumerate(host, &list, &error), 0);
	assert_int_equal(fake.ex_frees, 1);
	assert_int_equal(fake.freed_count, 4);
	assert_int_equal(fake.freed_type, WTSTypeSessionInfoLevel1);
	assert_int_equal(list.count, 4);
	assert_string_equal(list.items[0].user, "alice");
	assert_string_equal(list.items[0].vm, "");
	/* lone surrogates become U+FFFD, pairs stay */
	assert_string_equal(list.items[1].user, "a\xEF\xBF\xBD"
						"b\xEF\xBF\xBD\xF0\x9F\x98\x80");
	assert_string_equal(list.items[1].station, "");
	assert_string_equal(list.items[1].farm, "");
	assert_int_equal(list.items[2].id, 9); /* not the guest's own 1 */
	assert_string_equal(list.items[2].vm, "VDI-07");
	assert_string_equal(list.items[2].farm, "Pool");
	assert_int_equal(list.items[3].state, SESSION_STATE_UNKNOWN);
	assert_string_equal(list.items[3].vm, ""); /* the host's own name */
	session_list_release(&list);
	finish(host);
}

static void wts_enumerate__ex_fails__no_rubbish_is_freed(void **state)
{
	static const WTS_SESSION_INFO_1W rubbish[1];
	static const DWORD codes[] = { 5, 1722, 7007 };

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct fake script = { .ex_rows = rubbish,
					     .ex_count = 9,
					     .ex_enumerate_code = codes[i] };
		struct session_host *host = start(&script, true);
		struct session_list list;
		struct session_error error;

		assert_int_equal(session_enumerate(host, &list, &error), -1);
		assert_int_equal(error.api, SESSION_API_ENUMERATE_SESSIONS_EX);
		assert_int_equal(error.code, codes[i]);
		assert_int_equal(fake.ex_frees, 0);
		assert_int_equal(fake.enumerates, 1);
		finish(host);
	}
}

static void wts_enumerate__other_level__is_not_read(void **state)
{
	static const WTS_SESSION_INFO_1W rows[1];
	const struct fake script = { .ex_rows = rows, .ex_count = 1, .ex_level = 2 };
	struct session_host *host = start(&script, true);
	struct session_list list;
	struct session_error error;

	(void)state;
	assert_int_equal(session_enumerate(host, &list, &error), -1);
	assert_int_equal(error.code, ERROR_INVALID_LEVEL);
	finish(host);
}

static const WTS_SESSION_INFOW plain_rows[] = { { 0, NULL, WTSDisconnected },
						{ 2, rdp, WTSActive },
						{ 65536, rdp, WTSListen } };

static const struct plain_row {
	const char *name;
	bool no_ex;
	DWORD ex_code;
	struct answer user, domain;
	/* expected */
	size_t count; /* 0: it fails */
	const char *account_user, *account_domain;
	uint32_t error;
	int enumerates;
} plain_cases[] = {
	{ "wts_enumerate__no_ex__plain_list_with_accounts", .no_ex = true, .user.text = L"alice",
	  .domain.text = L"CORP", .count = 3, .account_user = "alice", .account_domain = "CORP",
	  .enumerates = 1 },
	{ "wts_enumerate__ex_is_a_stub__plain_list", .ex_code = 120, .user.text = L"alice",
	  .domain.text = L"CORP", .count = 3, .account_user = "alice", .account_domain = "CORP",
	  .enumerates = 2 },
	{ "wts_enumerate__host_is_too_old_for_ex__plain_list", .ex_code = 1745,
	  .user.text = L"alice", .domain.text = L"CORP", .count = 3, .account_user = "alice",
	  .account_domain = "CORP", .enumerates = 2 },
	{ "wts_enumerate__property_not_there__is_empty", .no_ex = true, .user.code = 1733,
	  .domain.code = 1733, .count = 3, .account_user = "", .account_domain = "",
	  .enumerates = 1 },
	{ "wts_enumerate__session_gone_in_between__is_left_out", .no_ex = true, .user.code = 7022,
	  .count = 1, .enumerates = 1 },
	{ "wts_enumerate__account_denied__is_a_failed_look", .no_ex = true, .user.code = 5,
	  .error = 5, .enumerates = 1 },
	{ "wts_enumerate__account_fails_without_code__is_a_failed_look", .no_ex = true,
	  .user.text = L"alice", .domain.fails = true, .enumerates = 1 },
};

static void check_plain(void **state)
{
	const struct plain_row *row = *state;
	const struct fake script = { .ex_enumerate_code = row->ex_code,
				     .rows = plain_rows,
				     .count = 3,
				     .user = row->user,
				     .domain = row->domain };
	struct session_host *host = start(&script, !row->no_ex);
	struct session_list list;
	struct session_error error = { 0 };

	assert_int_equal(session_enumerate(host, &list, &error), row->count ? 0 : -1);
	assert_int_equal(fake.enumerates, row->enumerates);
	assert_int_equal(fake.asked_of_listener, 0);
	if (!row->count) {
		assert_int_equal(error.api, SESSION_API_QUERY_SESSION_INFORMATION);
		assert_int_equal(error.code, row->error);
	} else {
		assert_int_equal(list.count, row->count);
		assert_int_equal(list.items[list.count - 1].id, 65536);
		if (row->count == 3) {
			assert_string_equal(list.items[1].user, row->account_user);
			assert_string_equal(list.items[1].domain, row->account_domain);
		}
		session_list_release(&list);
	}
	finish(host);
}

/* --- details */

static WTSINFOW info_of(const WCHAR *domain, const WCHAR *user)
{
	WTSINFOW info = { .State = WTSActive };

	lstrcpynW(info.Domain, domain, DOMAIN_LENGTH);
	lstrcpynW(info.UserName, user, USERNAME_LENGTH + 1);
	info.LogonTime.QuadPart = LOGON_TICKS;
	info.LastInputTime.QuadPart = LOGON_TICKS + 10 * TICKS_PER_SEC;
	info.CurrentTime.QuadPart = LOGON_TICKS + 70 * TICKS_PER_SEC;
	return info;
}

static void wts_details__info__is_the_last_look(void **state)
{
	const WTSINFOW info = info_of(L"CORP", L"alice");
	const struct fake script = { .client.text = L"PC1", .info[0].info = &info };
	struct session_host *host = start(&script, true);
	struct session_details details;
	struct session_error error;

	(void)state;
	assert_int_equal(session_details(host, 2, &details, &error), 0);
	assert_int_equal(fake.last_class, WTSSessionInfo);
	assert_string_equal(details.domain, "CORP");
	assert_string_equal(details.user, "alice");
	assert_string_equal(details.client, "PC1");
	assert_true(details.logon_at_ms == LOGON_MS);
	assert_true(details.idle_s == 60);
	finish(host);
}

static void wts_details__client_not_known__is_empty(void **state)
{
	static const struct answer answers[] = {
		{ .code = 1733 }, { .code = 7022 }, { .fails = true }, { 0 }
	};
	const WTSINFOW info = info_of(L"CORP", L"alice");

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct fake script = { .client = answers[i], .info[0].info = &info };
		struct session_host *host = start(&script, true);
		struct session_details details;
		struct session_error error;

		assert_int_equal(session_details(host, 2, &details, &error), 0);
		assert_string_equal(details.client, "");
		finish(host);
	}
}

static const struct details_row {
	const char *name;
	struct answer client, info;
	uint32_t code;
	int infos; /* looks asked for */
} details_rows[] = {
	{ "wts_details__gone__says_so", .info.code = 7022, .code = 7022, .infos = 1 },
	{ "wts_details__no_code__fails_with_0", .info.fails = true, .code = 0, .infos = 1 },
	{ "wts_details__nothing_returned__is_no_look", .code = ERROR_INSUFFICIENT_BUFFER,
	  .infos = 1 },
	{ "wts_details__connection_broken__is_not_asked_twice", .client.code = 1722, .code = 1722,
	  .infos = 0 },
};

static void check_details_failure(void **state)
{
	const struct details_row *row = *state;
	const struct fake script = { .client = row->client, .info[0] = row->info };
	struct session_host *host = start(&script, true);
	struct session_details details;
	struct session_error error = { 0 };

	assert_int_equal(session_details(host, 2, &details, &error), -1);
	assert_int_equal(error.api, SESSION_API_QUERY_SESSION_INFORMATION);
	assert_int_equal(error.code, row->code);
	assert_int_equal(fake.infos, row->infos);
	finish(host);
}

static void wts_details__short_answer__is_no_look(void **state)
{
	const WTSINFOW info = info_of(L"CORP", L"alice");
	const struct fake script = { .info[0] = { .info = &info, .bytes = sizeof(info) - 1 } };
	struct session_host *host = start(&script, true);
	struct session_details details;
	struct session_error error;

	(void)state;
	assert_int_equal(session_details(host, 2, &details, &error), -1);
	assert_int_equal(error.code, ERROR_INSUFFICIENT_BUFFER);
	finish(host);
}

static void wts_details__long_names__come_whole_between_two_looks(void **state)
{
	const WTSINFOW info = info_of(L"AzureAD", L"AlexandraMaximilianaOfLongName");
	const struct fake script = { .user.text = L"AlexandraMaximilianaOfLongName",
				     .domain.text = L"AzureAD",
				     .info = { { .info = &info }, { .info = &info } } };
	struct session_host *host = start(&script, true);
	struct session_details details;
	struct session_error error;

	(void)state;
	assert_int_equal(session_details(host, 2, &details, &error), 0);
	assert_string_equal(details.user, "AlexandraMaximilianaOfLongName");
	assert_string_equal(details.domain, "AzureAD");
	assert_int_equal(fake.infos, 2);
	assert_int_equal(fake.last_class, WTSSessionInfo);
	finish(host);
}

static void wts_details__somebody_else_in_between__is_no_look(void **state)
{
	const WTSINFOW before = info_of(L"AzureAD", L"AlexandraMaximilianaOfLongName");
	WTSINFOW after = before;
	after.LogonTime.QuadPart++;
	const struct fake script = { .user.text = L"AlexandraMaximilianaOfLongName",
				     .domain.text = L"AzureAD",
				     .info = { { .info = &before }, { .info = &after } } };
	struct session_host *host = start(&script, true);
	struct session_details details;
	struct session_error error;

	(void)state;
	assert_int_equal(session_details(host, 2, &details, &error), -1);
	assert_int_equal(error.code, ERROR_BUSY);
	finish(host);
}

/* --- acts */

static void wts_acts__session_and_flag__are_passed_on(void **state)
{
	const struct fake script = { 0 };
	struct session_host *host = start(&script, true);
	const struct session_ops *ops = host->backend->ops;
	struct session_error error;

	(void)state;
	assert_int_equal(ops->logoff(host, 7, false, &error), 0);
	assert_ptr_equal(fake.acted_on, SERVER);
	assert_int_equal(fake.acted_id, 7);
	assert_false(fake.waited);
	assert_int_equal(ops->logoff(host, 8, true, &error), 0);
	assert_int_equal(fake.acted_id, 8);
	assert_true(fake.waited);
	assert_int_equal(ops->disconnect(host, 9, &error), 0);
	assert_int_equal(fake.acted_id, 9);
	assert_false(fake.waited);
	finish(host);
}

static void wts_acts__failure__has_api_and_code(void **state)
{
	const struct fake script = { .act_code = 5 };
	struct session_host *host = start(&script, true);
	const struct session_ops *ops = host->backend->ops;
	struct session_message message = { "title", "text", 1 };
	struct session_error error;

	(void)state;
	assert_int_equal(ops->logoff(host, 7, false, &error), -1);
	assert_int_equal(error.api, SESSION_API_LOGOFF_SESSION);
	assert_int_equal(error.code, 5);
	assert_int_equal(ops->disconnect(host, 7, &error), -1);
	assert_int_equal(error.api, SESSION_API_DISCONNECT_SESSION);
	assert_int_equal(ops->message(host, 7, &message, &error), -1);
	assert_int_equal(error.api, SESSION_API_SEND_MESSAGE);
	assert_int_equal(error.code, 5);
	finish(host);
}

/* 65536 ends every session of a listener; the highest two mean "my own" and "any". */
static void wts_acts__no_users_session__is_refused(void **state)
{
	static const uint32_t ids[] = { 0, 65536, 70000, 0xFFFFFFFEu, 0xFFFFFFFFu };
	const struct fake script = { 0 };
	struct session_host *host = start(&script, true);
	const struct session_ops *ops = host->backend->ops;
	struct session_message message = { "title", "text", 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct session_error error = { 0 };

		assert_int_equal(ops->logoff(host, ids[i], false, &error), -1);
		assert_int_equal(error.code, ERROR_INVALID_PARAMETER);
		assert_int_equal(ops->disconnect(host, ids[i], &error), -1);
		assert_int_equal(ops->message(host, ids[i], &message, &error), -1);
	}
	assert_int_equal(fake.acts, 0);
	finish(host);
}

static void wts_message__title_and_text__are_bytes_within_limits(void **state)
{
	const struct fake script = { 0 };
	struct session_host *host = start(&script, true);
	char text[2100] = "";
	struct session_message message = { "", text, 300 };
	struct session_error error;

	(void)state;
	for (int i = 0; i < 510; i++)
		strcat(text, "x");
	strcat(text, "\xF0\x9F\x98\x80 and more"); /* its second half would be unit 512 */
	assert_int_equal(session_message(host, 7, &message, &error), 0);
	assert_int_equal(fake.title_bytes, 2);
	assert_int_equal(fake.title[0], ' ');
	assert_int_equal(fake.text_bytes, 510 * 2);
	assert_int_equal(fake.timeout_s, 300);
	assert_true(fake.style & MB_TOPMOST);
	finish(host);
}

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct CMUnitTest of_row(const char *name, CMUnitTestFunction test, const void *row)
{
	return (struct CMUnitTest){ .name = name,
				    .test_func = test,
				    .initial_state = (void *)(uintptr_t)row };
}

int main(void)
{
	static const struct CMUnitTest single[] = {
		cmocka_unit_test(wts_open__backslashes__are_stripped_and_alone_refused),
		cmocka_unit_test(wts_open__this_machine__needs_no_server),
		cmocka_unit_test(wts_enumerate__ex_rows__are_taken_and_freed_once),
		cmocka_unit_test(wts_enumerate__ex_fails__no_rubbish_is_freed),
		cmocka_unit_test(wts_enumerate__other_level__is_not_read),
		cmocka_unit_test(wts_details__info__is_the_last_look),
		cmocka_unit_test(wts_details__client_not_known__is_empty),
		cmocka_unit_test(wts_details__short_answer__is_no_look),
		cmocka_unit_test(wts_details__long_names__come_whole_between_two_looks),
		cmocka_unit_test(wts_details__somebody_else_in_between__is_no_look),
		cmocka_unit_test(wts_acts__session_and_flag__are_passed_on),
		cmocka_unit_test(wts_acts__failure__has_api_and_code),
		cmocka_unit_test(wts_acts__no_users_session__is_refused),
		cmocka_unit_test(wts_message__title_and_text__are_bytes_within_limits),
	};
	struct CMUnitTest
		tests[ROWS(single) + ROWS(open_rows) + ROWS(plain_cases) + ROWS(details_rows)];
	size_t count = 0;

	for (size_t i = 0; i < ROWS(open_rows); i++)
		tests[count++] = of_row(open_rows[i].name, check_open, &open_rows[i]);
	for (size_t i = 0; i < ROWS(plain_cases); i++)
		tests[count++] = of_row(plain_cases[i].name, check_plain, &plain_cases[i]);
	for (size_t i = 0; i < ROWS(details_rows); i++)
		tests[count++] =
			of_row(details_rows[i].name, check_details_failure, &details_rows[i]);
	memcpy(&tests[count], single, sizeof(single));
	return _cmocka_run_group_tests("session_wts", tests, ROWS(tests), NULL, NULL);
}
