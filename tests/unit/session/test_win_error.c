#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "win_error.h"

/* Typed from the reference, apart from the table: code, name, class of a session call (T, A, P,
 * G, B). */
static const struct expected {
	uint32_t code;
	const char *name;
	char class_;
} expected[] = {
	{ 0, "ERROR_SUCCESS", 'A' },
	{ 2, "ERROR_FILE_NOT_FOUND", 'G' },
	{ 5, "ERROR_ACCESS_DENIED", 'P' },
	{ 6, "ERROR_INVALID_HANDLE", 'B' },
	{ 8, "ERROR_NOT_ENOUGH_MEMORY", 'T' },
	{ 14, "ERROR_OUTOFMEMORY", 'T' },
	{ 31, "ERROR_GEN_FAILURE", 'A' },
	{ 50, "ERROR_NOT_SUPPORTED", 'P' },
	{ 53, "ERROR_BAD_NETPATH", 'P' },
	{ 54, "ERROR_NETWORK_BUSY", 'T' },
	{ 59, "ERROR_UNEXP_NET_ERR", 'A' },
	{ 64, "ERROR_NETNAME_DELETED", 'A' },
	{ 65, "ERROR_NETWORK_ACCESS_DENIED", 'P' },
	{ 67, "ERROR_BAD_NET_NAME", 'P' },
	{ 71, "ERROR_REQ_NOT_ACCEP", 'T' },
	{ 87, "ERROR_INVALID_PARAMETER", 'B' },
	{ 109, "ERROR_BROKEN_PIPE", 'A' },
	{ 120, "ERROR_CALL_NOT_IMPLEMENTED", 'P' },
	{ 121, "ERROR_SEM_TIMEOUT", 'A' },
	{ 122, "ERROR_INSUFFICIENT_BUFFER", 'B' },
	{ 124, "ERROR_INVALID_LEVEL", 'B' },
	{ 170, "ERROR_BUSY", 'T' },
	{ 231, "ERROR_PIPE_BUSY", 'T' },
	{ 233, "ERROR_PIPE_NOT_CONNECTED", 'A' },
	{ 995, "ERROR_OPERATION_ABORTED", 'A' },
	{ 997, "ERROR_IO_PENDING", 'A' },
	{ 1060, "ERROR_SERVICE_DOES_NOT_EXIST", 'P' },
	{ 1062, "ERROR_SERVICE_NOT_ACTIVE", 'P' },
	{ 1113, "ERROR_NO_UNICODE_TRANSLATION", 'B' },
	{ 1115, "ERROR_SHUTDOWN_IN_PROGRESS", 'A' }, /* reported as such: it proves nothing yet */
	{ 1168, "ERROR_NOT_FOUND", 'G' },
	{ 1203, "ERROR_NO_NET_OR_BAD_PATH", 'P' },
	{ 1210, "ERROR_INVALID_COMPUTERNAME", 'P' },
	{ 1219, "ERROR_SESSION_CREDENTIAL_CONFLICT", 'P' },
	{ 1225, "ERROR_CONNECTION_REFUSED", 'P' },
	{ 1231, "ERROR_NETWORK_UNREACHABLE", 'T' },
	{ 1232, "ERROR_HOST_UNREACHABLE", 'T' },
	{ 1236, "ERROR_CONNECTION_ABORTED", 'A' },
	{ 1240, "ERROR_LOGIN_WKSTA_RESTRICTION", 'P' },
	{ 1256, "ERROR_HOST_DOWN", 'T' },
	{ 1265, "ERROR_DOWNGRADE_DETECTED", 'P' },
	{ 1311, "ERROR_NO_LOGON_SERVERS", 'T' },
	{ 1314, "ERROR_PRIVILEGE_NOT_HELD", 'P' },
	{ 1326, "ERROR_LOGON_FAILURE", 'P' },
	{ 1327, "ERROR_ACCOUNT_RESTRICTION", 'P' },
	{ 1328, "ERROR_INVALID_LOGON_HOURS", 'P' },
	{ 1330, "ERROR_PASSWORD_EXPIRED", 'P' },
	{ 1331, "ERROR_ACCOUNT_DISABLED", 'P' },
	{ 1332, "ERROR_NONE_MAPPED", 'P' },
	{ 1355, "ERROR_NO_SUCH_DOMAIN", 'T' },
	{ 1385, "ERROR_LOGON_TYPE_NOT_GRANTED", 'P' },
	{ 1396, "ERROR_WRONG_TARGET_NAME", 'P' },
	{ 1398, "ERROR_TIME_SKEW", 'P' },
	{ 1450, "ERROR_NO_SYSTEM_RESOURCES", 'T' },
	{ 1460, "ERROR_TIMEOUT", 'A' },
	{ 1702, "RPC_S_INVALID_BINDING", 'B' },
	{ 1703, "RPC_S_PROTSEQ_NOT_SUPPORTED", 'P' },
	{ 1706, "RPC_S_INVALID_ENDPOINT_FORMAT", 'B' },
	{ 1707, "RPC_S_INVALID_NET_ADDR", 'P' },
	{ 1715, "RPC_S_NOT_LISTENING", 'T' },
	{ 1717, "RPC_S_UNKNOWN_IF", 'T' },
	{ 1721, "RPC_S_OUT_OF_RESOURCES", 'T' },
	{ 1722, "RPC_S_SERVER_UNAVAILABLE", 'T' },
	{ 1723, "RPC_S_SERVER_TOO_BUSY", 'T' },
	{ 1726, "RPC_S_CALL_FAILED", 'A' },
	{ 1727, "RPC_S_CALL_FAILED_DNE", 'T' },
	{ 1728, "RPC_S_PROTOCOL_ERROR", 'P' },
	{ 1733, "RPC_S_INVALID_TAG", 'P' },
	{ 1745, "RPC_S_PROCNUM_OUT_OF_RANGE", 'P' },
	{ 1753, "EPT_S_NOT_REGISTERED", 'T' },
	{ 1775, "RPC_X_SS_IN_NULL_CONTEXT", 'B' },
	{ 1783, "RPC_X_BAD_STUB_DATA", 'B' },
	{ 1789, "ERROR_TRUSTED_RELATIONSHIP_FAILURE", 'P' },
	{ 1791, "RPC_S_CALL_IN_PROGRESS", 'B' },
	{ 1816, "ERROR_NOT_ENOUGH_QUOTA", 'T' },
	{ 1818, "RPC_S_CALL_CANCELLED", 'A' },
	{ 1825, "RPC_S_SEC_PKG_ERROR", 'P' },
	{ 1907, "ERROR_PASSWORD_MUST_CHANGE", 'P' },
	{ 1909, "ERROR_ACCOUNT_LOCKED_OUT", 'P' },
	{ 2250, "ERROR_NOT_CONNECTED", 'A' },
	{ 5023, "ERROR_INVALID_STATE", 'P' },
	{ 7001, "ERROR_CTX_WINSTATION_NAME_INVALID", 'B' },
	{ 7002, "ERROR_CTX_INVALID_PD", 'P' },
	{ 7003, "ERROR_CTX_PD_NOT_FOUND", 'P' },
	{ 7005, "ERROR_CTX_CANNOT_MAKE_EVENTLOG_ENTRY", 'P' },
	{ 7007, "ERROR_CTX_CLOSE_PENDING", 'T' },
	{ 7022, "ERROR_CTX_WINSTATION_NOT_FOUND", 'G' },
	{ 7023, "ERROR_CTX_WINSTATION_ALREADY_EXISTS", 'P' },
	{ 7024, "ERROR_CTX_WINSTATION_BUSY", 'T' },
	{ 7035, "ERROR_CTX_GRAPHICS_INVALID", 'P' },
	{ 7037, "ERROR_CTX_LOGON_DISABLED", 'P' },
	{ 7038, "ERROR_CTX_NOT_CONSOLE", 'P' },
	{ 7040, "ERROR_CTX_CLIENT_QUERY_TIMEOUT", 'T' },
	{ 7041, "ERROR_CTX_CONSOLE_DISCONNECT", 'P' },
	{ 7042, "ERROR_CTX_CONSOLE_CONNECT", 'P' },
	{ 7044, "ERROR_CTX_SHADOW_DENIED", 'P' },
	{ 7045, "ERROR_CTX_WINSTATION_ACCESS_DENIED", 'P' },
	{ 7049, "ERROR_CTX_INVALID_WD", 'P' },
	{ 7050, "ERROR_CTX_SHADOW_INVALID", 'P' },
	{ 7051, "ERROR_CTX_SHADOW_DISABLED", 'P' },
	{ 7052, "ERROR_CTX_CLIENT_LICENSE_IN_USE", 'P' },
	{ 7053, "ERROR_CTX_CLIENT_LICENSE_NOT_SET", 'P' },
	{ 7054, "ERROR_CTX_LICENSE_NOT_AVAILABLE", 'P' },
	{ 7055, "ERROR_CTX_LICENSE_CLIENT_INVALID", 'P' },
	{ 7056, "ERROR_CTX_LICENSE_EXPIRED", 'P' },
	{ 7057, "ERROR_CTX_SHADOW_NOT_RUNNING", 'P' },
	{ 7058, "ERROR_CTX_SHADOW_ENDED_BY_MODE_CHANGE", 'P' },
	{ 10060, "WSAETIMEDOUT", 'P' },
	{ 10061, "WSAECONNREFUSED", 'P' },
	{ 10065, "WSAEHOSTUNREACH", 'P' },
	{ 11001, "WSAHOST_NOT_FOUND", 'P' },
};
#define EXPECTED_COUNT (sizeof(expected) / sizeof(expected[0]))

static char letter_of(enum win_error_class class_)
{
	switch (class_) {
	case WIN_ERROR_TRANSIENT:
		return 'T';
	case WIN_ERROR_AMBIGUOUS:
		return 'A';
	case WIN_ERROR_PERMANENT:
		return 'P';
	case WIN_ERROR_GONE:
		return 'G';
	case WIN_ERROR_OURS:
		return 'B';
	case WIN_ERROR_CLASS_COUNT:
		break;
	}
	return '?';
}

static void win_error_lookup__every_code_of_the_reference__has_name_and_class(void **state)
{
	(void)state;
	for (size_t i = 0; i < EXPECTED_COUNT; i++) {
		const struct win_error *error =
			win_error_lookup(SESSION_API_LOGOFF_SESSION, expected[i].code);
		if (error->code != expected[i].code || strcmp(error->name, expected[i].name) != 0 ||
		    letter_of(error->class_) != expected[i].class_)
			fail_msg("%u: %s %c, expected %s %c", (unsigned)expected[i].code,
				 error->name, letter_of(error->class_), expected[i].name,
				 expected[i].class_);
	}
}

/* A row that is for some APIs only must not hide the code from the others. */
static void win_error_lookup__every_row__is_known_to_every_api(void **state)
{
	const struct win_error *rows[8];

	(void)state;
	for (uint32_t code = 0; code < 12000; code++) {
		if (win_error_find(code, rows, 8) == 0)
			continue;
		for (int api = SESSION_API_RDSWEEP + 1; api < SESSION_API_COUNT; api++)
			assert_int_equal(win_error_lookup((enum session_api)api, code)->code, code);
	}
}

static void win_error_lookup__every_row__has_texts_in_shape(void **state)
{
	size_t seen = 0;

	(void)state;
	for (uint32_t code = 0; code < 12000; code++) {
		const struct win_error *rows[8];
		size_t count = win_error_find(code, rows, 8);
		assert_true(count <= 8);
		for (size_t i = 0; i < count; i++, seen++) {
			const char *message = rows[i]->message;
			assert_true(strlen(message) > 0);
			assert_true(message[strlen(message) - 1] != '.');
			assert_true(strlen(rows[i]->remedy) > 0);
			assert_true(rows[i]->remedy[strlen(rows[i]->remedy) - 1] != '.');
		}
	}
	assert_true(seen > EXPECTED_COUNT);
}

static void win_error_lookup__code_2__depends_on_the_call(void **state)
{
	(void)state;
	const enum session_api connecting[] = {
		SESSION_API_OPEN_SERVER_EX,	   SESSION_API_OPEN_SERVER,
		SESSION_API_ENUMERATE_SESSIONS_EX, SESSION_API_ENUMERATE_SESSIONS,
		SESSION_API_REG_CONNECT_REGISTRY,  SESSION_API_REG_QUERY_VALUE,
		SESSION_API_REG_SET_VALUE
	};
	const enum session_api on_session[] = { SESSION_API_QUERY_SESSION_INFORMATION,
						SESSION_API_LOGOFF_SESSION,
						SESSION_API_DISCONNECT_SESSION,
						SESSION_API_SEND_MESSAGE };

	for (size_t i = 0; i < sizeof(connecting) / sizeof(connecting[0]); i++)
		assert_int_equal(win_error_lookup(connecting[i], 2)->class_, WIN_ERROR_PERMANENT);
	for (size_t i = 0; i < sizeof(on_session) / sizeof(on_session[0]); i++)
		assert_int_equal(win_error_lookup(on_session[i], 2)->class_, WIN_ERROR_GONE);
}

static void win_error_lookup__hresult__is_its_low_word(void **state)
{
	(void)state;
	const struct win_error *error =
		win_error_lookup(SESSION_API_QUERY_SESSION_INFORMATION, 0x80070002u);
	assert_string_equal(error->name, "ERROR_FILE_NOT_FOUND");
	assert_int_equal(error->class_, WIN_ERROR_GONE);
	assert_int_equal(win_error_lookup(SESSION_API_LOGOFF_SESSION, 0x8007139Fu)->code, 5023);
	assert_string_equal(win_error_lookup(SESSION_API_LOGOFF_SESSION, 0x8000401Au)->name,
			    "CO_E_RUNAS_LOGON_FAILURE");
}

static void win_error_lookup__unknown_code__is_ambiguous(void **state)
{
	(void)state;
	const uint32_t codes[] = { 1, 12345, 0xFFFFFFFFu, 0x80070001u, 0x10000000u };
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct win_error *error =
			win_error_lookup(SESSION_API_LOGOFF_SESSION, codes[i]);
		assert_string_equal(error->name, "UNKNOWN_ERROR");
		assert_int_equal(error->class_, WIN_ERROR_AMBIGUOUS);
	}
	const struct win_error *rows[1];
	assert_int_equal(win_error_find(12345, rows, 1), 0);
}

static void win_error_lookup__finding__has_code_0_and_its_name(void **state)
{
	static const struct {
		enum session_finding finding;
		const char *name;
	} findings[] = {
		{ SESSION_FINDING_CONNECT_TIMEOUT, "CONNECT_TIMEOUT" },
		{ SESSION_FINDING_CONNECT_REFUSED, "CONNECT_REFUSED" },
		{ SESSION_FINDING_CONNECT_FAILED, "CONNECT_FAILED" },
		{ SESSION_FINDING_NAME_UNKNOWN, "NAME_UNKNOWN" },
		{ SESSION_FINDING_CALL_TIMEOUT, "CALL_TIMEOUT" },
		{ SESSION_FINDING_HOST_TIMEOUT, "HOST_TIMEOUT" },
		{ SESSION_FINDING_RUN_TIMEOUT, "RUN_TIMEOUT" },
		{ SESSION_FINDING_VERIFY_TIMEOUT, "VERIFY_TIMEOUT" },
		{ SESSION_FINDING_IDENTITY_CHANGED, "IDENTITY_CHANGED" },
		{ SESSION_FINDING_SHORT_LIST, "SHORT_LIST" },
		{ SESSION_FINDING_DRAIN_NOT_SET, "DRAIN_NOT_SET" },
		{ SESSION_FINDING_DRAIN_NOT_RESTORED, "DRAIN_NOT_RESTORED" },
	};

	(void)state;
	assert_int_equal(sizeof(findings) / sizeof(findings[0]), SESSION_FINDING_COUNT - 1);
	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++) {
		const struct win_error *error =
			win_error_lookup(SESSION_API_RDSWEEP, findings[i].finding);
		const struct win_error *found;
		assert_int_equal(error->code, 0);
		assert_string_equal(error->name, findings[i].name);
		assert_int_equal(error->class_, WIN_ERROR_OURS);
		assert_true(strlen(error->message) > 0 && strlen(error->remedy) > 0);
		assert_int_equal(win_error_find_name(findings[i].name, &found, 1), 1);
		assert_ptr_equal(found, error);
	}
	assert_string_equal(win_error_lookup(SESSION_API_RDSWEEP, SESSION_FINDING_COUNT)->name,
			    "UNKNOWN_ERROR");
}

static void win_error_find__code_of_many_rows__gives_them_all(void **state)
{
	const struct win_error *rows[4] = { NULL };

	(void)state;
	assert_int_equal(win_error_find(2, rows, 4), 4);
	assert_non_null(rows[3]);
	assert_int_equal(rows[3]->class_, WIN_ERROR_GONE);
	rows[1] = NULL;
	assert_int_equal(win_error_find(2, rows, 1), 4);
	assert_null(rows[1]);
	assert_int_equal(win_error_find(0x80070005u, rows, 4), 4);
}

static void win_error_find_name__case_and_prefix__do_not_matter(void **state)
{
	static const struct {
		const char *asked;
		size_t count;
		uint32_t code;
	} names[] = {
		{ "ERROR_LOGON_FAILURE", 1, 1326 },
		{ "logon_failure", 1, 1326 },
		{ "Rpc_S_Server_Unavailable", 2, 1722 },
		{ "server_unavailable", 2, 1722 },
		{ "BAD_STUB_DATA", 1, 1783 },
		{ "not_registered", 2, 1753 },
		{ "ETIMEDOUT", 1, 10060 },
		{ "ctx_close_pending", 1, 7007 },
		{ "file_not_found", 4, 2 },
		{ "nonsense", 0, 0 },
		{ "", 0, 0 },
		{ "ERROR_", 0, 0 },
		{ "NONE", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct win_error *rows[4];
		assert_int_equal(win_error_find_name(names[i].asked, rows, 4), names[i].count);
		if (names[i].count > 0)
			assert_int_equal(rows[0]->code, names[i].code);
	}
}

static void win_error_is_credential__only_seven_codes__are(void **state)
{
	static const uint32_t codes[] = { 1326, 1327, 1330, 1331, 1907, 1909, 1931 };
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		assert_true(win_error_is_credential(codes[i]));
		assert_true(win_error_is_credential(0x80070000u | codes[i]));
	}
	for (uint32_t code = 0; code < 12000; code++)
		found += win_error_is_credential(code);
	assert_int_equal(found, 7);
}

static void win_error_class_name__every_class__has_one(void **state)
{
	(void)state;
	assert_string_equal(win_error_class_name(WIN_ERROR_TRANSIENT), "transient");
	assert_string_equal(win_error_class_name(WIN_ERROR_AMBIGUOUS), "ambiguous");
	assert_string_equal(win_error_class_name(WIN_ERROR_PERMANENT), "permanent");
	assert_string_equal(win_error_class_name(WIN_ERROR_GONE), "gone");
	assert_string_equal(win_error_class_name(WIN_ERROR_OURS), "ours");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(win_error_lookup__every_code_of_the_reference__has_name_and_class),
		cmocka_unit_test(win_error_lookup__every_row__is_known_to_every_api),
		cmocka_unit_test(win_error_lookup__every_row__has_texts_in_shape),
		cmocka_unit_test(win_error_lookup__code_2__depends_on_the_call),
		cmocka_unit_test(win_error_lookup__hresult__is_its_low_word),
		cmocka_unit_test(win_error_lookup__unknown_code__is_ambiguous),
		cmocka_unit_test(win_error_lookup__finding__has_code_0_and_its_name),
		cmocka_unit_test(win_error_find__code_of_many_rows__gives_them_all),
		cmocka_unit_test(win_error_find_name__case_and_prefix__do_not_matter),
		cmocka_unit_test(win_error_is_credential__only_seven_codes__are),
		cmocka_unit_test(win_error_class_name__every_class__has_one),
	};

	return cmocka_run_group_tests_name("win_error", tests, NULL, NULL);
}
