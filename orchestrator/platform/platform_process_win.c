/* platform_process_win.c - see platform_process.h. */
#include "platform_process.h"

#include "platform_files_open.h"
#include "platform_win.h"
#include "text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <shellapi.h>
#define SECURITY_WIN32
#include <security.h>

#define NAME_MAX_UNITS 1024

/* 1601 to 1970, in units of 100 ns. */
#define EPOCH_100NS INT64_C(116444736000000000)

/* A stream that nobody gave us swallows what is written and is at its end. */
static void open_missing(DWORD which)
{
	HANDLE handle = GetStdHandle(which);

	if (handle && handle != INVALID_HANDLE_VALUE)
		return;
	handle = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE,
			     FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
	if (handle != INVALID_HANDLE_VALUE)
		(void)SetStdHandle(which, handle);
}

void process_prepare(void)
{
	/* A library is never taken from the folder that we happen to be started in. */
	(void)SetDllDirectoryW(L"");
	open_missing(STD_INPUT_HANDLE);
	open_missing(STD_OUTPUT_HANDLE);
	open_missing(STD_ERROR_HANDLE);
}

/* --- arguments --- */

static bool is_high(wchar_t unit)
{
	return (unit & 0xFC00) == 0xD800;
}

static bool is_low(wchar_t unit)
{
	return (unit & 0xFC00) == 0xDC00;
}

/* Half a pair becomes a byte that UTF-8 never has: whoever checks the argument then sees that it is
 * broken, rather than another name. */
static char *argument_from(const wchar_t *wide)
{
	struct strbuf text;

	strbuf_init(&text);
	while (*wide) {
		size_t units = is_high(wide[0]) && is_low(wide[1]) ? 2 : 1;

		if (units == 1 && (is_high(*wide) || is_low(*wide)))
			strbuf_addc(&text, '\xFF');
		else
			utf8_from_utf16(&text, (const uint16_t *)wide, units);
		wide += units;
	}
	strbuf_addc(&text, '\0');
	return strbuf_steal(&text, NULL);
}

/* main() gets them in the ANSI code page, which cannot hold every name. */
int process_arguments(int argc, char **argv, char ***ret_argv)
{
	int count = 0;
	wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
	char **copy;

	(void)argc;
	(void)argv;
	if (!wide)
		return -1;
	copy = calloc((size_t)count + 1, sizeof(*copy));
	for (int i = 0; copy && i < count; i++) {
		copy[i] = argument_from(wide[i]);
		if (!copy[i]) {
			process_arguments_free(copy);
			copy = NULL;
		}
	}
	(void)LocalFree(wide);
	if (!copy)
		return -1;
	*ret_argv = copy;
	return 0;
}

void process_arguments_free(char **argv)
{
	if (!argv)
		return;
	for (char **at = argv; *at; at++)
		free(*at);
	free(argv);
}

/* --- names --- */

void process_machine(struct strbuf *out)
{
	wchar_t name[NAME_MAX_UNITS];
	DWORD size = NAME_MAX_UNITS;

	if (GetComputerNameExW(ComputerNamePhysicalDnsHostname, name, &size))
		utf8_from_utf16(out, (const uint16_t *)name, size);
}

void process_operator(struct strbuf *out)
{
	wchar_t name[NAME_MAX_UNITS];
	DWORD size = NAME_MAX_UNITS;

	if (GetUserNameExW(NameSamCompatible, name, &size)) {
		utf8_from_utf16(out, (const uint16_t *)name, size);
		return;
	}
	size = NAME_MAX_UNITS;
	if (GetUserNameW(name, &size) && size) /* counts the NUL */
		utf8_from_utf16(out, (const uint16_t *)name, size - 1);
}

/* --- environment and end --- */

/* libuv reads the C library's copy of the environment. */
unsigned process_file_limit(void)
{
	return UINT_MAX; /* sockets are handles, of which there are millions */
}

int process_set_env(const char *name, const char *value)
{
	return _putenv_s(name, value) == 0 ? 0 : -1;
}

const char *process_env(const char *name)
{
	return getenv(name);
}

/* Where Ctrl-C is ignored by inheritance, no handler of ours is called anyway. */
bool process_ignores(int signal)
{
	(void)signal;
	return false;
}

static BOOL WINAPI ignore_event(DWORD event)
{
	(void)event;
	return TRUE;
}

void process_ignore_stops(void)
{
	(void)SetConsoleCtrlHandler(ignore_event, TRUE); /* the last one is asked first */
}

int64_t process_wall_ms(void)
{
	FILETIME now;

	GetSystemTimePreciseAsFileTime(&now);
	return ((int64_t)((uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime) - EPOCH_100NS) /
	       10000;
}

int64_t process_local_offset_ms(int64_t utc_ms)
{
	uint64_t ticks = (uint64_t)(utc_ms * 10000 + EPOCH_100NS);
	FILETIME at = { (DWORD)ticks, (DWORD)(ticks >> 32) }, shown;
	SYSTEMTIME utc, local;

	if (!FileTimeToSystemTime(&at, &utc) ||
	    !SystemTimeToTzSpecificLocalTime(NULL, &utc, &local) ||
	    !SystemTimeToFileTime(&local, &shown))
		return 0;
	return (int64_t)(((uint64_t)shown.dwHighDateTime << 32 | shown.dwLowDateTime) - ticks) /
	       10000;
}

/* exit() would wait for locks that stuck threads hold. */
void process_end_now(int exit_code)
{
	files_open_end();
	win_console_switch_back();
	(void)TerminateProcess(GetCurrentProcess(), (UINT)exit_code);
	abort(); /* not reached: tells the compiler so */
}
