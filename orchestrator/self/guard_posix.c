/* guard_posix.c - see guard.h: only on Windows are programs asked; here they get signals. */
#include "guard.h"

int guard_open(const struct guard_listener *listener, struct guard **ret_guard,
	       uint32_t *reterr_code)
{
	(void)listener;
	(void)reterr_code;
	*ret_guard = NULL;
	return 0;
}

void guard_close(struct guard *guard)
{
	(void)guard;
}

bool guard_hangup_is_final(void)
{
	return false;
}
