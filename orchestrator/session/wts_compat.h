/*
 * wts_compat.h - <wtsapi32.h> with what older headers of mingw-w64 leave out: the *Ex functions'
 * types.
 *
 * RDSWEEP_HAVE_WTS_SESSION_INFO_1 comes from a check at configure time. The layouts are those of
 * the API's pages.
 */
#ifndef RDSWEEP_WTS_COMPAT_H
#define RDSWEEP_WTS_COMPAT_H

#include <windows.h>
#include <wtsapi32.h>

#include <stddef.h>

#ifndef RDSWEEP_HAVE_WTS_SESSION_INFO_1
typedef struct _WTS_SESSION_INFO_1W {
	DWORD ExecEnvId;
	WTS_CONNECTSTATE_CLASS State;
	DWORD SessionId;
	LPWSTR pSessionName;
	LPWSTR pHostName;
	LPWSTR pUserName;
	LPWSTR pDomainName;
	LPWSTR pFarmName;
} WTS_SESSION_INFO_1W;

typedef enum _WTS_TYPE_CLASS {
	WTSTypeProcessInfoLevel0,
	WTSTypeProcessInfoLevel1,
	WTSTypeSessionInfoLevel1
} WTS_TYPE_CLASS;
#endif

/* The DLL fills these as its own compiler laid them out: a header that disagrees must not build. */
#ifdef _WIN64
_Static_assert(sizeof(WTS_SESSION_INFOW) == 24, "WTS_SESSION_INFOW");
_Static_assert(sizeof(WTS_SESSION_INFO_1W) == 56, "WTS_SESSION_INFO_1W");
_Static_assert(offsetof(WTS_SESSION_INFO_1W, pSessionName) == 16, "WTS_SESSION_INFO_1W");
#else
_Static_assert(sizeof(WTS_SESSION_INFOW) == 12, "WTS_SESSION_INFOW");
_Static_assert(sizeof(WTS_SESSION_INFO_1W) == 32, "WTS_SESSION_INFO_1W");
_Static_assert(offsetof(WTS_SESSION_INFO_1W, pSessionName) == 12, "WTS_SESSION_INFO_1W");
#endif
_Static_assert(WTSTypeSessionInfoLevel1 == 2, "WTS_TYPE_CLASS");
_Static_assert(sizeof(WTSINFOW) == 216, "WTSINFOW");
_Static_assert(offsetof(WTSINFOW, ConnectTime) == 176, "WTSINFOW");
_Static_assert(WTSUserName == 5 && WTSDomainName == 7 && WTSClientName == 10, "WTS_INFO_CLASS");
_Static_assert(WTSSessionInfo == 24, "WTS_INFO_CLASS");

#endif
