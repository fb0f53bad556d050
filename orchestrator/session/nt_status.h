/*
 * nt_status.h - NTSTATUS, which SMB and RPC speak, as the Windows error an administrator knows.
 *
 * Facts:   [MS-ERREF] 2.3 and 2.2; the pairs are those that RtlNtStatusToDosError() makes, where
 *          it makes one worth having: UNSUCCESSFUL and the like stay what they are.
 * Threads: everything is constant.
 */
#ifndef RDSWEEP_NT_STATUS_H
#define RDSWEEP_NT_STATUS_H

#include <stdint.h>

/* Its Windows error; 0 where the table has none. */
uint32_t nt_status_win32(uint32_t status);

#endif
