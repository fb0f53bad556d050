#include "fake_ledger.h"

#include <stdlib.h>
#include <string.h>

#define NAME_SIZE   24
#define BLOCK_MAGIC UINT64_C(0x5244535745455042)
#define FREED_MAGIC UINT64_C(0xF4EEDF4EEDF4EED0)

struct record {
	char name[NAME_SIZE];
	volatile LONG64 value;
};

static const char names[FAKE_COUNT_COUNT][NAME_SIZE] = {
	[FAKE_HANDLES_OPENED] = "handles_opened",
	[FAKE_HANDLES_CLOSED] = "handles_closed",
	[FAKE_BLOCKS_GIVEN] = "blocks_given",
	[FAKE_BLOCKS_FREED] = "blocks_freed",
	[FAKE_CALLS_ENTERED] = "calls_entered",
	[FAKE_CALLS_LEFT] = "calls_left",
	[FAKE_LOGOFFS] = "logoffs",
	[FAKE_LOGOFFS_WAIT] = "logoffs_wait",
	[FAKE_MESSAGES] = "messages",
	[FAKE_LOCAL_CALLS] = "local_calls",
	[FAKE_BAD_NAMES] = "bad_names",
	[FAKE_BAD_HANDLES] = "bad_handles",
	[FAKE_BAD_FREES] = "bad_frees",
	[FAKE_BAD_ARGUMENTS] = "bad_arguments",
};

static struct record in_memory[FAKE_COUNT_COUNT];
static struct record *records = in_memory;

/* Without the file the counts are in memory only. */
static void map_file(void)
{
	WCHAR path[MAX_PATH];
	DWORD len = GetEnvironmentVariableW(L"RDSWEEP_FAKE_BALANCE", path, MAX_PATH);
	HANDLE file, mapping;
	void *view;

	if (!len || len >= MAX_PATH)
		return;
	file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
			   NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
	if (file == INVALID_HANDLE_VALUE)
		return;
	mapping = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, sizeof(in_memory), NULL);
	view = mapping ? MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, sizeof(in_memory))
		       : NULL;
	if (view)
		records = view;
	if (mapping)
		CloseHandle(mapping);
	CloseHandle(file);
}

void fake_ledger_start(void)
{
	map_file();
	for (int i = 0; i < FAKE_COUNT_COUNT; i++) {
		memcpy(records[i].name, names[i], NAME_SIZE);
		records[i].value = 0;
	}
}

void fake_count(enum fake_count count)
{
	InterlockedIncrement64(&records[count].value);
}

int64_t fake_counted(const char *name)
{
	for (int i = 0; i < FAKE_COUNT_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return records[i].value;
	return -1;
}

struct block {
	volatile LONG64 magic;
	uint64_t size;
	uint32_t ex;
	uint32_t rows;
	uint64_t pad;
};

void *fake_block_new(size_t bytes)
{
	struct block *block = calloc(1, sizeof(*block) + bytes);

	if (!block)
		return NULL;
	block->size = bytes;
	return block + 1;
}

void fake_block_give(void *memory, bool ex, ULONG rows)
{
	struct block *block = (struct block *)memory - 1;

	block->ex = ex;
	block->rows = rows;
	block->magic = (LONG64)BLOCK_MAGIC;
	fake_count(FAKE_BLOCKS_GIVEN);
}

void fake_block_drop(void *memory)
{
	if (memory)
		free((struct block *)memory - 1);
}

static bool take_back(struct block *block, bool ex, ULONG rows)
{
	LONG64 was = InterlockedCompareExchange64(&block->magic, (LONG64)FREED_MAGIC,
						  (LONG64)BLOCK_MAGIC);

	return was == (LONG64)BLOCK_MAGIC && block->ex == ex && block->rows == rows;
}

bool fake_block_free(void *memory, bool ex, ULONG rows)
{
	if (!memory || !take_back((struct block *)memory - 1, ex, rows)) {
		fake_count(FAKE_BAD_FREES);
		return false;
	}
	memset(memory, 0xDD, (size_t)((struct block *)memory - 1)->size);
	fake_count(FAKE_BLOCKS_FREED);
	return true;
}
