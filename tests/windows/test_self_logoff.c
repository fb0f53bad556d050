/* Windows only. ExitWindowsEx is replaced at link time: whatever this test does, no session
 * ends. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "self_logoff.h"

#include <windows.h>

static BOOL WINAPI spy(UINT flags, DWORD reason)
{
	check_expected(flags);
	check_expected(reason);
	SetLastError(mock_type(DWORD));
	return mock_type(BOOL);
}

extern BOOL(WINAPI *__wrap___imp_ExitWindowsEx)(UINT, DWORD);
BOOL(WINAPI *__wrap___imp_ExitWindowsEx)(UINT, DWORD) = spy;

/* From the documentation, not from the headers: the operating system, maintenance, planned. */
#define PLANNED_MAINTENANCE 0x80020001u

static void expect(UINT flags, DWORD code, BOOL result)
{
	expect_value(spy, flags, flags);
	expect_value(spy, reason, PLANNED_MAINTENANCE);
	will_return(spy, code);
	will_return(spy, result);
}

static void self_logoff__ask__is_a_planned_logoff(void **state)
{
	struct session_error error;

	(void)state;
	expect(0, 0, TRUE);
	assert_int_equal(self_logoff(SELF_LOGOFF_ASK, &error), 0);
}

static void self_logoff__force_if_hung__adds_just_that_flag(void **state)
{
	struct session_error error;

	(void)state;
	expect(0x10, 0, TRUE);
	assert_int_equal(self_logoff(SELF_LOGOFF_FORCE_IF_HUNG, &error), 0);
}

static void self_logoff__refused__gives_call_and_code(void **state)
{
	struct session_error error = { 0 };

	(void)state;
	expect(0, ERROR_PRIVILEGE_NOT_HELD, FALSE);
	assert_int_equal(self_logoff(SELF_LOGOFF_ASK, &error), -1);
	assert_int_equal(error.api, SESSION_API_EXIT_WINDOWS);
	assert_int_equal(error.code, ERROR_PRIVILEGE_NOT_HELD);
}

/* No wtsapi32.dll is beside this test, and it runs where the system's own may not be used: the
 * failure is reported, and nothing else is tried instead. */
static void self_logoff__reset_without_service__never_exits_windows(void **state)
{
	struct session_error error = { 0 };

	(void)state;
	if (GetModuleHandleW(L"ntdll.dll") &&
	    !GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version"))
		skip(); /* here it would really end the session */
	assert_int_equal(self_logoff(SELF_LOGOFF_RESET, &error), -1);
	assert_int_equal(error.api, SESSION_API_LOGOFF_SESSION);
	assert_int_equal(error.code, ERROR_MOD_NOT_FOUND);
}

static void self_session_id__here__is_the_systems(void **state)
{
	uint32_t id = UINT32_MAX;
	DWORD want;

	(void)state;
	assert_true(self_supported());
	assert_true(ProcessIdToSessionId(GetCurrentProcessId(), &want));
	assert_int_equal(self_session_id(&id), 0);
	assert_int_equal(id, want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(self_logoff__ask__is_a_planned_logoff),
		cmocka_unit_test(self_logoff__force_if_hung__adds_just_that_flag),
		cmocka_unit_test(self_logoff__refused__gives_call_and_code),
		cmocka_unit_test(self_logoff__reset_without_service__never_exits_windows),
		cmocka_unit_test(self_session_id__here__is_the_systems),
	};

	return cmocka_run_group_tests_name("self_logoff", tests, NULL, NULL);
}
