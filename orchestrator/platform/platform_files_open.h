/*
 * platform_files_open.h - the files that must not stay half-open when the process ends at once;
 * private to platform.
 */
#ifndef RDSWEEP_PLATFORM_FILES_OPEN_H
#define RDSWEEP_PLATFORM_FILES_OPEN_H

/* Closes every file that is appended to and removes every temporary file. Any thread; nothing may
 * be opened afterwards. */
void files_open_end(void);

#endif
