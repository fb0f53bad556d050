/*
 * Windows only. The messages of an ending session, sent to the guard's window; the reason that the
 * system would show is caught at link time, as Wine has a stub for it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard.h"

#include <stdio.h>
#include <string.h>

#include <windows.h>

#define PATIENCE_MS 20000

/* What happened, in order; written by the guard's thread, read after a message was answered. */
static char told[256];
static DWORD listener_thread;
static bool agrees;

static void tell(const char *what)
{
	(void)strncat(told, what, sizeof(told) - strlen(told) - 1);
}

static BOOL WINAPI create(HWND window, LPCWSTR reason)
{
	char text[GUARD_REASON_SIZE] = "";

	(void)WideCharToMultiByte(CP_UTF8, 0, reason, -1, text, sizeof(text), NULL, NULL);
	tell("[");
	tell(text);
	tell("]");
	/* Only the thread that owns the window may do this. */
	if (GetWindowThreadProcessId(window, NULL) != GetCurrentThreadId())
		tell("(wrong thread)");
	return TRUE;
}

static BOOL WINAPI destroy(HWND window)
{
	tell("-");
	if (GetWindowThreadProcessId(window, NULL) != GetCurrentThreadId())
		tell("(wrong thread)");
	return TRUE;
}

extern BOOL(WINAPI *__wrap___imp_ShutdownBlockReasonCreate)(HWND, LPCWSTR);
BOOL(WINAPI *__wrap___imp_ShutdownBlockReasonCreate)(HWND, LPCWSTR) = create;
extern BOOL(WINAPI *__wrap___imp_ShutdownBlockReasonDestroy)(HWND);
BOOL(WINAPI *__wrap___imp_ShutdownBlockReasonDestroy)(HWND) = destroy;

static bool query(void *ctx, char reason[GUARD_REASON_SIZE])
{
	tell(ctx ? "query" : "query without ctx");
	listener_thread = GetCurrentThreadId();
	(void)snprintf(reason, GUARD_REASON_SIZE, "at stake: \xC3\xA9");
	return agrees;
}

static void end(void *ctx)
{
	tell(ctx ? "end" : "end without ctx");
}

static HWND find(void)
{
	HWND window = FindWindowW(L"rdsweep.guard", NULL);
	DWORD process = 0;

	if (window)
		(void)GetWindowThreadProcessId(window, &process);
	return process == GetCurrentProcessId() ? window : NULL;
}

static int open_guard(void **state)
{
	static int ctx;
	const struct guard_listener listener = { &ctx, query, end };
	uint32_t code;

	told[0] = '\0';
	return guard_open(&listener, (struct guard **)state, &code);
}

static int close_guard(void **state)
{
	guard_close(*state);
	return 0;
}

static DWORD_PTR send(UINT message, WPARAM wparam, LPARAM lparam)
{
	DWORD_PTR answer = 99;

	assert_true(SendMessageTimeoutW(find(), message, wparam, lparam, SMTO_ABORTIFHUNG,
					PATIENCE_MS, &answer));
	return answer;
}

static void guard_open__window__is_titled_hidden_and_top_level(void **state)
{
	HWND window = find();
	WCHAR title[16] = L"";

	(void)state;
	assert_non_null(window);
	assert_true(GetWindowTextW(window, title, 16) > 0);
	assert_false(IsWindowVisible(window));
	assert_ptr_equal(GetAncestor(window, GA_PARENT), GetDesktopWindow());
	assert_int_not_equal(GetWindowThreadProcessId(window, NULL), GetCurrentThreadId());
}

static void guard__objection__shows_the_reason_until_cancelled(void **state)
{
	(void)state;
	agrees = false;
	assert_int_equal(send(WM_QUERYENDSESSION, 0, (LPARAM)ENDSESSION_LOGOFF), FALSE);
	assert_string_equal(told, "query[at stake: \xC3\xA9]");
	assert_int_equal(send(WM_ENDSESSION, FALSE, (LPARAM)ENDSESSION_LOGOFF), 0);
	assert_string_equal(told, "query[at stake: \xC3\xA9]-");
	assert_int_not_equal(listener_thread, GetCurrentThreadId());
}

static void guard__agreed__ends(void **state)
{
	(void)state;
	agrees = true;
	assert_int_equal(send(WM_QUERYENDSESSION, 0, 0), TRUE);
	assert_string_equal(told, "query-");
	assert_int_equal(send(WM_ENDSESSION, TRUE, 0), 0);
	assert_string_equal(told, "query--end");
}

static void guard__critical__is_not_asked(void **state)
{
	(void)state;
	agrees = false;
	assert_int_equal(send(WM_QUERYENDSESSION, 0, ENDSESSION_CRITICAL), TRUE);
	assert_string_equal(told, "-");
	assert_int_equal(send(WM_ENDSESSION, TRUE, ENDSESSION_CRITICAL), 0);
	assert_string_equal(told, "--end");
}

/* Once more in the same process: the class is known already. */
static void guard_open__after_close__works_again(void **state)
{
	guard_close(*state);
	assert_null(find());
	assert_int_equal(open_guard(state), 0);
	assert_non_null(find());
}

static void guard_close__none__is_fine(void **state)
{
	(void)state;
	guard_close(NULL);
	assert_true(guard_hangup_is_final());
}

#define GUARDED(test) cmocka_unit_test_setup_teardown(test, open_guard, close_guard)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARDED(guard_open__window__is_titled_hidden_and_top_level),
		GUARDED(guard__objection__shows_the_reason_until_cancelled),
		GUARDED(guard__agreed__ends),
		GUARDED(guard__critical__is_not_asked),
		GUARDED(guard_open__after_close__works_again),
		cmocka_unit_test(guard_close__none__is_fine),
	};

	return cmocka_run_group_tests_name("guard_win", tests, NULL, NULL);
}
