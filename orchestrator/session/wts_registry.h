/*
 * wts_registry.h - the drain mode of a host in its registry, over the network: TSServerDrainMode under
 * HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server. Windows only.
 *
 * The number there is 0 (takes logons), 1 (refuses them until the next restart) or 2 (refuses them); no
 * value is 0. Anything else is an error (RegQueryValueEx, 13), not a guess.
 * Hosts:  names and addresses of this machine mean its own registry (wts_self.h); every other name is
 *         connected to, and a failed connect stays a failure: it never becomes this machine. The
 *         64-bit view is meant, whatever this program is.
 * Errors: the code of the very call that failed, as it returned it; these functions set no last error.
 * Threads: any; a call may block for as long as the network likes.
 *
 * The functions are a table, so that a test can put its own in.
 */
#ifndef RDSWEEP_WTS_REGISTRY_H
#define RDSWEEP_WTS_REGISTRY_H

#include <windows.h>

#include "session_api.h"
#include "wts_self.h"

struct wts_registry {
	LSTATUS(WINAPI *connect)(LPCWSTR machine, HKEY root, PHKEY ret_key);
	LSTATUS(WINAPI *open)
	(HKEY key, LPCWSTR path, DWORD options, REGSAM access, PHKEY ret_key);
	LSTATUS(WINAPI *query)
	(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD type, LPBYTE data, LPDWORD bytes);
	LSTATUS(WINAPI *set)
	(HKEY key, LPCWSTR name, DWORD reserved, DWORD type, const BYTE *data, DWORD bytes);
	LSTATUS(WINAPI *close)(HKEY key);
};

extern const struct wts_registry wts_registry_system;

/* `address` is what to connect to, with or without leading backslashes. 0, -1 with *reterr. */
int wts_registry_get(const struct wts_registry *registry, const struct wts_self *self,
		     const char *address, enum session_drain *ret_drain,
		     struct session_error *reterr);
int wts_registry_set(const struct wts_registry *registry, const struct wts_self *self,
		     const char *address, enum session_drain drain, struct session_error *reterr);

#endif
