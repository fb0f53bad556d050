/*
 * console_event.c - console_event break|close PROGRAM ARGUMENTS...: runs a program in a console of its own and, when a line comes on
 * standard input, does to it what Ctrl-Break does, or closes the console.
 *
 * The program's exit code is ours. Standard streams are passed on.
 */
#include <windows.h>

#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* What follows the first two words of our own command line, as it stands. */
static wchar_t *rest_of_line(void)
{
	wchar_t *at = GetCommandLineW();

	for (int word = 0; word < 2; word++) {
		while (*at && *at != L' ') {
			if (*at == L'"')
				for (at++; *at && *at != L'"';)
					at++;
			at += *at != L'\0';
		}
		at += wcsspn(at, L" ");
	}
	return at;
}

static int cause(const char *event, DWORD process)
{
	if (strcmp(event, "break") == 0)
		return GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, process) ? 0 : -1;
	return PostMessageW(GetConsoleWindow(), WM_CLOSE, 0, 0) ? 0 : -1;
}

static BOOL WINAPI outlive(DWORD event)
{
	(void)event;
	Sleep(INFINITE); /* until the system ends us */
	return TRUE;
}

int main(int argc, char **argv)
{
	STARTUPINFOW start = { .cb = sizeof(start), .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION child;
	DWORD code = 99;
	HANDLE streams[3] = { GetStdHandle(STD_INPUT_HANDLE), GetStdHandle(STD_OUTPUT_HANDLE),
			      GetStdHandle(STD_ERROR_HANDLE) };

	if (argc < 3)
		return 98;
	(void)FreeConsole();
	if (!AllocConsole() || !SetConsoleCtrlHandler(outlive, TRUE))
		return 97;
	start.hStdInput = streams[0];
	start.hStdOutput = streams[1];
	start.hStdError = streams[2];
	if (!CreateProcessW(NULL, rest_of_line(), NULL, NULL, TRUE, CREATE_NEW_PROCESS_GROUP, NULL, NULL,
			    &start, &child))
		return 96;
	if (getchar() == EOF || cause(argv[1], child.dwProcessId) < 0)
		return 95;
	(void)WaitForSingleObject(child.hProcess, INFINITE);
	(void)GetExitCodeProcess(child.hProcess, &code);
	return (int)code;
}
