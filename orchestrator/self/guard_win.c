/* guard_win.c - see guard.h. */
#include "guard.h"

#include <process.h>
#include <stdlib.h>

#include <windows.h>

#define CLASS_NAME  L"rdsweep.guard"
#define TITLE	    L"rdsweep" /* shown beside the reason; a window without one cannot object */
#define CLOSE_GUARD (WM_APP + 1)

/* Programs with a higher level are asked first: nothing else was closed yet when we object. */
#define ASKED_FIRST 0x3FF

struct guard {
	struct guard_listener listener;
	HANDLE thread;
	HANDLE ready; /* set once `window` or `code` is */
	HWND window;
	DWORD code;
};

/* The thread owns the window and thereby the reason. Where this fails (Wine has a stub) the
 * objection itself still stands. */
static void show_reason(HWND window, const char *reason)
{
	WCHAR wide[GUARD_REASON_SIZE];

	if (MultiByteToWideChar(CP_UTF8, 0, reason, -1, wide, GUARD_REASON_SIZE) > 0)
		(void)ShutdownBlockReasonCreate(window, wide);
}

/* Nothing here may block: the system gives each program 5 s. The administrator is asked elsewhere,
 * while the objection stands. */
static bool query(struct guard *guard, LPARAM flags)
{
	char reason[GUARD_REASON_SIZE] = "";

	if (((DWORD)flags & ENDSESSION_CRITICAL) ||
	    guard->listener.query(guard->listener.ctx, reason)) {
		(void)ShutdownBlockReasonDestroy(guard->window);
		return true;
	}
	show_reason(guard->window, reason);
	return false;
}

/* `ends` false: it was cancelled, by us or by another program. */
static void ended(struct guard *guard, bool ends)
{
	(void)ShutdownBlockReasonDestroy(guard->window);
	if (ends)
		guard->listener.end(guard->listener.ctx);
}

static LRESULT CALLBACK receive(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
	struct guard *guard = (struct guard *)GetWindowLongPtrW(window, GWLP_USERDATA);

	if (guard && message == WM_QUERYENDSESSION)
		return query(guard, lparam);
	if (guard && message == WM_ENDSESSION) {
		ended(guard, wparam);
		return 0;
	}
	if (message == CLOSE_GUARD) {
		(void)DestroyWindow(window);
		return 0;
	}
	if (message == WM_DESTROY) {
		PostQuitMessage(0);
		return 0;
	}
	return DefWindowProcW(window, message, wparam, lparam);
}

/* Top-level, as windows that are for messages only hear nothing of the session's end. */
static HWND make_window(struct guard *guard)
{
	HINSTANCE instance = GetModuleHandleW(NULL);
	WNDCLASSEXW window_class = {
		.cbSize = sizeof(window_class),
		.lpfnWndProc = receive,
		.hInstance = instance,
		.lpszClassName = CLASS_NAME,
	};
	HWND window = NULL;

	if (RegisterClassExW(&window_class) || GetLastError() == ERROR_CLASS_ALREADY_EXISTS)
		window = CreateWindowExW(0, CLASS_NAME, TITLE, WS_OVERLAPPED, 0, 0, 0, 0, NULL,
					 NULL, instance, NULL);
	guard->code = window ? ERROR_SUCCESS : GetLastError();
	if (window)
		(void)SetWindowLongPtrW(window, GWLP_USERDATA, (LONG_PTR)guard);
	return window;
}

static unsigned __stdcall pump(void *ctx)
{
	struct guard *guard = ctx;
	bool made;
	MSG message;

	guard->window = make_window(guard);
	made = guard->window;
	(void)SetEvent(guard->ready);
	while (made && GetMessageW(&message, NULL, 0, 0) > 0)
		(void)DispatchMessageW(&message);
	return 0;
}

static void guard_free(struct guard *guard)
{
	if (guard->thread) {
		(void)WaitForSingleObject(guard->thread, INFINITE);
		(void)CloseHandle(guard->thread);
	}
	if (guard->ready)
		(void)CloseHandle(guard->ready);
	free(guard);
}

int guard_open(const struct guard_listener *listener, struct guard **ret_guard,
	       uint32_t *reterr_code)
{
	struct guard *guard = calloc(1, sizeof(*guard));

	if (!guard) {
		*reterr_code = ERROR_NOT_ENOUGH_MEMORY;
		return -1;
	}
	guard->listener = *listener;
	guard->ready = CreateEventW(NULL, TRUE, FALSE, NULL);
	guard->code = GetLastError();
	if (guard->ready) {
		guard->thread = (HANDLE)_beginthreadex(NULL, 0, pump, guard, 0, NULL);
		guard->code = GetLastError();
	}
	if (guard->thread)
		(void)WaitForSingleObject(guard->ready, INFINITE);
	if (!guard->window) {
		*reterr_code = guard->code;
		guard_free(guard);
		return -1;
	}
	(void)SetProcessShutdownParameters(ASKED_FIRST, 0);
	*ret_guard = guard;
	return 0;
}

void guard_close(struct guard *guard)
{
	if (!guard)
		return;
	(void)PostMessageW(guard->window, CLOSE_GUARD, 0, 0);
	guard_free(guard);
}

bool guard_hangup_is_final(void)
{
	return true;
}
