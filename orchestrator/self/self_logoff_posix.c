/* self_logoff_posix.c - see self_logoff.h: only on Windows. */
#include "self_logoff.h"

#define ERROR_NOT_SUPPORTED_CODE 50u

bool self_supported(void)
{
	return false;
}

int self_session_id(uint32_t *ret_id)
{
	(void)ret_id;
	return -1;
}

int self_logoff(enum self_logoff_way way, struct session_error *reterr)
{
	*reterr = (struct session_error){
		.api = way == SELF_LOGOFF_RESET ? SESSION_API_LOGOFF_SESSION
						: SESSION_API_EXIT_WINDOWS,
		.code = ERROR_NOT_SUPPORTED_CODE,
	};
	return -1;
}
