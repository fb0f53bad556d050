/*
 * tell_guard.c - sends what the system sends at a session's end to the window of an rdsweep that
 * runs: usage: tell_guard query|end FLAGS. Prints the answer; exit code 1 without any.
 *
 * Wine leaves lParam 0, so that a critical end cannot be had there in another way.
 */
#include <windows.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 30000

int main(int argc, char **argv)
{
	HWND window = FindWindowW(L"rdsweep.guard", NULL);
	DWORD_PTR answer = 0;
	LPARAM flags;
	bool end;

	if (argc != 3 || !window) {
		(void)fprintf(stderr, "tell_guard: no window, or wrong arguments\n");
		return 1;
	}
	end = strcmp(argv[1], "end") == 0;
	flags = (LPARAM)strtoul(argv[2], NULL, 0);
	if (!SendMessageTimeoutW(window, end ? WM_ENDSESSION : WM_QUERYENDSESSION, end, flags,
				 SMTO_NORMAL, PATIENCE_MS, &answer)) {
		(void)fprintf(stderr, "tell_guard: no answer\n");
		return 1;
	}
	(void)printf("%d\n", (int)answer);
	return 0;
}
