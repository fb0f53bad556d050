/*
 * spy_wineboot.c - stands in for Wine's wineboot.exe, which ExitWindowsEx() starts there: its
 * command line tells which flags were asked for, and no session ends.
 *
 * RDSWEEP_SPY_LOG  a file that gets the arguments, one line a start
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	const char *path = getenv("RDSWEEP_SPY_LOG");
	FILE *file = path ? fopen(path, "ab") : NULL;

	if (!file)
		return 3;
	for (int i = 1; i < argc; i++)
		(void)fprintf(file, "%s%s", i > 1 ? " " : "", argv[i]);
	(void)fputc('\n', file);
	return fclose(file) == 0 ? 0 : 4;
}
