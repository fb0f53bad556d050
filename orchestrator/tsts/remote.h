/*
 * remote.h - the session service of one host, over Samba's libdcerpc: synchronous calls, each for
 * as long as it takes. Whoever waits for them ends this process when it has waited long enough.
 *
 * Pipes:   TermSrvEnumeration and TermSrvSession have one each, sealed; a third one asks for the
 *          host's time of day, when the first idle time is to be told. All share one SMB session.
 * Errors:  0, or -1: api and code as the session port wants them. An NTSTATUS stays one.
 */
#ifndef RDSWEEP_TSTS_REMOTE_H
#define RDSWEEP_TSTS_REMOTE_H

#include "credentials.h"
#include "failure.h"
#include "session_api.h"

struct remote;

/* NULL when memory is short. The credentials are kept. */
struct remote *remote_create(TALLOC_CTX *mem, struct loadparm_context *lp,
			     const struct credentials *credentials);

/* Connects; what was open before is closed. */
int remote_open(struct remote *remote, const char *host, const char *address, uint16_t port,
		struct failure *reterr);
void remote_close(struct remote *remote); /* not open: fine */

/* The list, with the account of every session: each takes a call of its own, as the list has none.
 * The arena of `ret_list` owns the texts. */
int remote_enumerate(struct remote *remote, struct session_list *ret_list, struct failure *reterr);
/* Opens the session, for the next act. */
int remote_aim(struct remote *remote, uint32_t id, struct failure *reterr);
int remote_details(struct remote *remote, uint32_t id, struct session_details *ret_details,
		   struct failure *reterr);
/* On the session that was aimed at, and no other. */
int remote_logoff(struct remote *remote, uint32_t id, struct failure *reterr);
int remote_disconnect(struct remote *remote, uint32_t id, struct failure *reterr);
int remote_message(struct remote *remote, uint32_t id, const struct session_message *message,
		   struct failure *reterr);
/* What can be done after the answer is out: closing the session that was aimed at. */
void remote_tidy(struct remote *remote);

#endif
