/* test_platform_process_win.c - any name goes in by the command line and out to a console, and the
 * process ends at once where threads hang. The test runs itself as the child that is looked at. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <uv.h>

#include "platform_console.h"
#include "platform_file.h"
#include "platform_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

/* e acute, euro, CJK, and a face outside the basic plane */
#define NAME_UTF8  "h\xC3\xA9 \xE2\x82\xAC \xE6\x97\xA5 \xF0\x9F\x98\x80"
#define NAME_UTF16 L"h\x00E9 \x20AC \x65E5 \xD83D\xDE00"

/* Runs this program again, with what it writes in *ret_out. Its exit code. */
static DWORD run_self(const wchar_t *arguments, struct strbuf *ret_out)
{
	SECURITY_ATTRIBUTES inherit = { .nLength = sizeof(inherit), .bInheritHandle = TRUE };
	STARTUPINFOW start = { .cb = sizeof(start), .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION child;
	wchar_t self[MAX_PATH], line[2 * MAX_PATH];
	HANDLE reading, writing;
	char piece[256];
	DWORD code, got;

	assert_true(GetModuleFileNameW(NULL, self, MAX_PATH) > 0);
	(void)swprintf(line, 2 * MAX_PATH, L"\"%ls\" %ls", self, arguments);
	assert_true(CreatePipe(&reading, &writing, &inherit, 0));
	start.hStdOutput = writing;
	start.hStdError = writing;
	assert_true(CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child));
	assert_true(CloseHandle(writing));
	while (ReadFile(reading, piece, sizeof(piece), &got, NULL) && got)
		strbuf_add(ret_out, piece, got);
	assert_int_equal(WaitForSingleObject(child.hProcess, INFINITE), WAIT_OBJECT_0);
	assert_true(GetExitCodeProcess(child.hProcess, &code));
	(void)CloseHandle(child.hProcess);
	(void)CloseHandle(child.hThread);
	(void)CloseHandle(reading);
	return code;
}

static void child_says(const wchar_t *arguments, DWORD code, const char *wanted)
{
	struct strbuf out;

	strbuf_init(&out);
	assert_int_equal(run_self(arguments, &out), code);
	assert_string_equal(strbuf_text(&out), wanted);
	strbuf_release(&out);
}

static void arguments__any_name__comes_and_goes_as_utf8(void **state)
{
	(void)state;
	child_says(L"echo \"" NAME_UTF16 L"\" \"a \\\"b\\\" c\\\\\" \"\" *", 0,
		   NAME_UTF8 "\na \"b\" c\\\n\n*\n");
}

static void arguments__half_a_pair__is_not_valid_utf8(void **state)
{
	(void)state;
	child_says(L"echo a\xD83D"
		   L"b \xDE00",
		   0,
		   "a\xFF"
		   "b\n\xFF\n");
}

/* The pool's threads sit in calls that never return. */
static void end_now__threads_hang__ends_with_its_code(void **state)
{
	(void)state;
	child_says(L"hang", 129, "ready\n");
}

static void env__pool_size__reaches_libuv(void **state)
{
	(void)state;
	child_says(L"pool", 0, "9 at once\n");
}

static void names__machine_and_operator__are_known(void **state)
{
	struct strbuf machine, operator_;

	(void)state;
	strbuf_init(&machine);
	strbuf_init(&operator_);
	process_machine(&machine);
	process_operator(&operator_);
	assert_true(machine.len > 0);
	assert_non_null(strchr(strbuf_text(&operator_), '\\')); /* DOMAIN\user */
	strbuf_release(&machine);
	strbuf_release(&operator_);
}

static void wall__now__is_this_century(void **state)
{
	uv_timeval64_t now;
	int64_t apart_ms;

	(void)state;
	assert_int_equal(uv_gettimeofday(&now), 0);
	apart_ms = process_wall_ms() - (now.tv_sec * 1000 + now.tv_usec / 1000);
	assert_true(apart_ms > -1000 && apart_ms < 1000);
}

/* Without a console, or with the empty one that Wine gives a program without a terminal, one is
 * made. */
static HANDLE make_screen(void)
{
	HANDLE screen = INVALID_HANDLE_VALUE;

	for (int tries = 0; tries < 2 && screen == INVALID_HANDLE_VALUE; tries++) {
		if (tries) {
			(void)FreeConsole();
			(void)AllocConsole();
		}
		screen = CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, 0, NULL,
						   CONSOLE_TEXTMODE_BUFFER, NULL);
	}
	return screen;
}

/* What a console shows is read back from its screen, long texts in pieces included. */
static void console__any_name__is_shown(void **state)
{
	enum { LONG = 6000 };
	wchar_t shown[LONG];
	char text[LONG + 1];
	HANDLE screen, before = GetStdHandle(STD_OUTPUT_HANDLE);
	COORD size = { 100, 200 }, top = { 0, 0 };
	DWORD got = 0;

	(void)state;
	screen = make_screen();
	assert_true(screen != INVALID_HANDLE_VALUE);
	assert_true(SetConsoleScreenBufferSize(screen, size));
	assert_true(SetStdHandle(STD_OUTPUT_HANDLE, screen));
	assert_true(console_is_terminal(CONSOLE_OUT));
	assert_true(console_width(CONSOLE_OUT) > 0);
	assert_int_equal(console_write(CONSOLE_OUT, "h\xC3\xA9 \xE2\x82\xAC\n", 8, NULL), 0);
	for (int i = 0; i < LONG; i += 2) /* two bytes each: a piece would cut one */
		memcpy(text + i, "\xC3\xA9", 2);
	text[LONG] = 'x';
	assert_int_equal(console_write(CONSOLE_OUT, text + 1, LONG, NULL), 0);
	(void)SetStdHandle(STD_OUTPUT_HANDLE, before);
	assert_true(ReadConsoleOutputCharacterW(screen, shown, 4, top, &got));
	assert_int_equal(got, 4);
	assert_memory_equal(shown, L"h\x00E9 \x20AC", 4 * sizeof(wchar_t));
	top.Y = 1;
	assert_true(ReadConsoleOutputCharacterW(screen, shown, LONG / 2 + 1, top, &got));
	assert_int_equal(shown[0], 0xFFFD); /* half a character is shown as what it is */
	for (int i = 1; i < LONG / 2; i++)
		assert_int_equal(shown[i], 0xE9);
	assert_int_equal(shown[LONG / 2], 'x');
	(void)CloseHandle(screen);
}

static void type(HANDLE keyboard, const wchar_t *text)
{
	for (; *text; text++) {
		INPUT_RECORD key = { .EventType = KEY_EVENT };
		DWORD done;

		key.Event.KeyEvent.bKeyDown = TRUE;
		key.Event.KeyEvent.wRepeatCount = 1;
		key.Event.KeyEvent.wVirtualKeyCode = *text == L'\r'  ? VK_RETURN
						     : *text == 0x1A ? 'Z'
								     : 0;
		key.Event.KeyEvent.dwControlKeyState = *text == 0x1A ? LEFT_CTRL_PRESSED : 0;
		key.Event.KeyEvent.uChar.UnicodeChar = *text;
		assert_true(WriteConsoleInputW(keyboard, &key, 1, &done));
	}
}

static void keyboard__any_name__is_read_up_to_ctrl_z(void **state)
{
	HANDLE keyboard, before = GetStdHandle(STD_INPUT_HANDLE);
	struct strbuf bytes;
	const char *why = NULL;

	(void)state;
	(void)CloseHandle(make_screen()); /* there is a console now */
	keyboard = CreateFileW(L"CONIN$", GENERIC_READ | GENERIC_WRITE,
			       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
	assert_true(keyboard != INVALID_HANDLE_VALUE);
	assert_true(SetStdHandle(STD_INPUT_HANDLE, keyboard));
	assert_true(console_is_terminal(CONSOLE_IN));
	type(keyboard, NAME_UTF16 L"\rhost2\r\x1A\r");
	strbuf_init(&bytes);
	assert_int_equal(file_read_stdin(&bytes, &why), 0);
	assert_string_equal(strbuf_text(&bytes), NAME_UTF8 "\r\nhost2\r\n");
	strbuf_release(&bytes);
	(void)SetStdHandle(STD_INPUT_HANDLE, before);
	(void)CloseHandle(keyboard);
}

static void console__pipe_or_file__gets_the_bytes(void **state)
{
	const char *why = NULL;
	HANDLE reading, writing, before = GetStdHandle(STD_OUTPUT_HANDLE);
	char got[16];
	DWORD len;

	(void)state;
	assert_true(CreatePipe(&reading, &writing, NULL, 0));
	assert_true(SetStdHandle(STD_OUTPUT_HANDLE, writing));
	assert_false(console_is_terminal(CONSOLE_OUT));
	assert_int_equal(console_width(CONSOLE_OUT), 0);
	assert_int_equal(console_write(CONSOLE_OUT, "\xC3\xA9\n\x1A\xFF", 5, NULL), 0);
	assert_true(ReadFile(reading, got, sizeof(got), &len, NULL));
	assert_int_equal(len, 5);
	assert_memory_equal(got, "\xC3\xA9\n\x1A\xFF", 5);
	(void)CloseHandle(reading);
	assert_int_equal(console_write(CONSOLE_OUT, "x", 1, &why), -1);
	assert_string_equal(why, "broken pipe");
	(void)SetStdHandle(STD_OUTPUT_HANDLE, before);
	(void)CloseHandle(writing);
}

/* --- the child --- */

static int child_echo(char **arguments)
{
	int status = 0;

	for (char **at = arguments; *at; at++)
		status |= console_write(CONSOLE_OUT, *at, strlen(*at), NULL) |
			  console_write(CONSOLE_OUT, "\n", 1, NULL);
	return status ? 1 : 0;
}

static uv_barrier_t together;

static void hang(uv_work_t *work)
{
	(void)work;
	uv_barrier_wait(&together);
	Sleep(INFINITE);
}

static void meet(uv_work_t *work)
{
	(void)work;
	(void)uv_barrier_wait(&together);
}

static int child_hang(void)
{
	static uv_work_t works[4];

	if (uv_barrier_init(&together, 5) < 0)
		return 1;
	for (int i = 0; i < 4; i++)
		if (uv_queue_work(uv_default_loop(), &works[i], hang, NULL) < 0)
			return 1;
	(void)uv_barrier_wait(&together);
	(void)console_write(CONSOLE_OUT, "ready\n", 6, NULL);
	process_end_now(129);
}

/* As many threads as were asked for, and so more than libuv's own four, meet; fewer never would. */
static int child_pool(void)
{
	static uv_work_t works[9];

	if (process_set_env("UV_THREADPOOL_SIZE", "9") < 0 || uv_barrier_init(&together, 9) < 0)
		return 1;
	for (int i = 0; i < 9; i++)
		if (uv_queue_work(uv_default_loop(), &works[i], meet, NULL) < 0)
			return 1;
	(void)uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	return console_write(CONSOLE_OUT, "9 at once\n", 10, NULL) < 0;
}

static int child(char **arguments)
{
	process_prepare();
	if (strcmp(arguments[1], "echo") == 0)
		return child_echo(arguments + 2);
	return strcmp(arguments[1], "hang") == 0 ? child_hang() : child_pool();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments__any_name__comes_and_goes_as_utf8),
		cmocka_unit_test(arguments__half_a_pair__is_not_valid_utf8),
		cmocka_unit_test(end_now__threads_hang__ends_with_its_code),
		cmocka_unit_test(env__pool_size__reaches_libuv),
		cmocka_unit_test(names__machine_and_operator__are_known),
		cmocka_unit_test(wall__now__is_this_century),
		cmocka_unit_test(console__any_name__is_shown),
		cmocka_unit_test(keyboard__any_name__is_read_up_to_ctrl_z),
		cmocka_unit_test(console__pipe_or_file__gets_the_bytes),
	};
	char **arguments;
	int code;

	if (process_arguments(argc, argv, &arguments) < 0)
		return 1;
	code = arguments[1] ? child(arguments) : cmocka_run_group_tests(tests, NULL, NULL);
	process_arguments_free(arguments);
	return code;
}
