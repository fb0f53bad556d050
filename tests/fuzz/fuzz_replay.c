/*
 * fuzz_replay.c - runs a fuzz target on files, without a fuzzer: FUZZ_NAME FOLDER|FILE...
 *
 * Each input is copied to memory of just its size, so that sanitizers see a byte too many; and
 * each is tried whole and cut at a few places, as what a crash leaves of a file is an input too.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CUTS 16

static size_t inputs;

static void run(const char *bytes, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);

	FUZZ_CHECK(exact);
	if (len)
		memcpy(exact, bytes, len);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static void replay_file(const char *path)
{
	static char bytes[1u << 20];
	FILE *file = fopen(path, "rb");
	size_t len;

	FUZZ_CHECK(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	FUZZ_CHECK(len < sizeof(bytes));
	(void)fclose(file);
	for (size_t i = 1; i < CUTS; i++)
		run(bytes, len * i / CUTS);
	run(bytes, len);
	inputs++;
}

static void replay(const char *path)
{
	struct stat about;
	struct dirent *entry;
	char file[1024];
	DIR *folder;

	FUZZ_CHECK(stat(path, &about) == 0);
	if (!S_ISDIR(about.st_mode)) {
		replay_file(path);
		return;
	}
	folder = opendir(path);
	FUZZ_CHECK(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		replay_file(file);
	}
	(void)closedir(folder);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	(void)printf("%zu inputs\n", inputs);
	return inputs ? 0 : 1;
}
