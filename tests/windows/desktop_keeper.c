/* desktop_keeper.c - desktop_keeper READY_FILE: keeps Wine's desktop there until it is killed.
 *
 * Without it Wine starts a desktop process for each program that has a window, with that program's
 * standard error, and whoever reads that waits for the desktop to end. A message-only window is no
 * party to the end of a session. */
#include <windows.h>

#include <stdio.h>

int main(int argc, char **argv)
{
	MSG message;
	FILE *ready;

	if (argc != 2 ||
	    !CreateWindowW(L"STATIC", L"keeper", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL))
		return 1;
	ready = fopen(argv[1], "w");
	if (!ready || fclose(ready) != 0)
		return 1;
	while (GetMessageW(&message, NULL, 0, 0) > 0)
		(void)DispatchMessageW(&message);
	return 0;
}
