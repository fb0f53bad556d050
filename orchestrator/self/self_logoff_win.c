/* self_logoff_win.c - see self_logoff.h. */
#include "self_logoff.h"

#include "wts_api.h"

#include <reason.h>

/* Without a reason the event log would call it unplanned. */
#define PLANNED_MAINTENANCE                                                                        \
	(SHTDN_REASON_MAJOR_OPERATINGSYSTEM | SHTDN_REASON_MINOR_MAINTENANCE |                     \
	 SHTDN_REASON_FLAG_PLANNED)

bool self_supported(void)
{
	return true;
}

int self_session_id(uint32_t *ret_id)
{
	DWORD id;

	if (!ProcessIdToSessionId(GetCurrentProcessId(), &id))
		return -1;
	*ret_id = id;
	return 0;
}

static int fail(struct session_error *reterr, enum session_api api, DWORD code)
{
	*reterr = (struct session_error){ .api = api, .code = code };
	return -1;
}

static int exit_windows(UINT flags, struct session_error *reterr)
{
	DWORD code;
	BOOL accepted;

	SetLastError(ERROR_SUCCESS);
	accepted = ExitWindowsEx(flags, PLANNED_MAINTENANCE);
	code = GetLastError();
	return accepted ? 0 : fail(reterr, SESSION_API_EXIT_WINDOWS, code);
}

/* Loaded only here: without the session service everything else still works. */
static int reset(struct session_error *reterr)
{
	struct wts_api api;
	uint32_t missing;
	DWORD code;
	BOOL accepted;

	if (wts_api_load(&api, &missing) < 0)
		return fail(reterr, SESSION_API_LOGOFF_SESSION, missing);
	SetLastError(ERROR_SUCCESS);
	accepted = api.logoff(WTS_CURRENT_SERVER_HANDLE, WTS_CURRENT_SESSION, FALSE);
	code = GetLastError();
	return accepted ? 0 : fail(reterr, SESSION_API_LOGOFF_SESSION, code);
}

int self_logoff(enum self_logoff_way way, struct session_error *reterr)
{
	switch (way) {
	case SELF_LOGOFF_ASK:
		return exit_windows(EWX_LOGOFF, reterr);
	case SELF_LOGOFF_FORCE_IF_HUNG:
		return exit_windows(EWX_LOGOFF | EWX_FORCEIFHUNG, reterr);
	case SELF_LOGOFF_RESET:
		return reset(reterr);
	case SELF_LOGOFF_WAY_COUNT:
	default:
		return fail(reterr, SESSION_API_EXIT_WINDOWS, ERROR_INVALID_PARAMETER);
	}
}
