/*
 * fake_ledger.h - what the stand-in wtsapi32.dll counts: handles and blocks given and taken back,
 * and every misuse.
 *
 * The counts live in a mapped file (RDSWEEP_FAKE_BALANCE), so that they outlast a process that ends
 * itself while a call hangs: no DLL is told of such an end. Records of 24 bytes name (zero-padded)
 * and 8 bytes value, little-endian, in the order of the enum.
 * Threads: any.
 */
#ifndef FAKE_LEDGER_H
#define FAKE_LEDGER_H

#include "wts_compat.h"

#include <stdbool.h>
#include <stdint.h>

enum fake_count {
	FAKE_HANDLES_OPENED,
	FAKE_HANDLES_CLOSED,
	FAKE_BLOCKS_GIVEN,
	FAKE_BLOCKS_FREED,
	FAKE_CALLS_ENTERED,
	FAKE_CALLS_LEFT,   /* entered minus left: the calls that were still out at the end */
	FAKE_LOGOFFS,	   /* of WTSLogoffSession, whatever became of them */
	FAKE_LOGOFFS_WAIT, /* those with bWait TRUE */
	FAKE_MESSAGES,
	FAKE_LOCAL_CALLS, /* on WTS_CURRENT_SERVER_HANDLE */
	FAKE_BAD_NAMES,	  /* WTSOpenServer with NULL, "", or leading backslashes */
	FAKE_BAD_HANDLES, /* calls on handles that were never given, or closed */
	FAKE_BAD_FREES,	  /* blocks freed twice, by the wrong function, or with another count */
	FAKE_BAD_ARGUMENTS,
	FAKE_COUNT_COUNT
};

void fake_ledger_start(void); /* once, before anything is counted */
void fake_count(enum fake_count count);
int64_t fake_counted(const char *name); /* -1: there is no such count */

/* Zeroed memory for the caller of the API; NULL when memory is short. Then one of: */
void *fake_block_new(size_t bytes);
/* it is the caller's, to be freed by WTSFreeMemory, or (ex) by WTSFreeMemoryEx with just so many
 * rows; */
void fake_block_give(void *memory, bool ex, ULONG rows);
/* the call failed. NULL is fine. */
void fake_block_drop(void *memory);

/* The caller frees it. False: it was no such block; counted as a misuse. The memory is overwritten
 * and never used again, so that who reads it later reads rubbish. */
bool fake_block_free(void *memory, bool ex, ULONG rows);

#endif
