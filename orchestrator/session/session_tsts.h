/*
 * session_tsts.h - [MS-TSTS] behind the session port: real session hosts from Linux, each reached
 * through a connector process (orchestrator/tsts), which tsts_wire.h talks to. Not on Windows.
 *
 * Connectors: a host has one while it is being asked, and keeps it until another host wants it:
 *         there are never many more than calls in flight, however many hosts wait for their
 *         sessions to end. A host whose connector was taken connects again at its next call.
 * Opening: open() only remembers the host, as WTSOpenServer does: the first call that needs the
 *         connection makes it, and fails with the API WTSOpenServerEx where that cannot be done.
 *         So abandon() reaches every call that may hang.
 * Ending: abandon() ends the connector of a host. What was being asked comes back with 995; an act
 *         among it may have been carried out. A connector that dies by itself, or talks nonsense,
 *         gives 1726 (the same holds), or 1727 where it never had the question.
 * Acts:   aim() opens the session before the look, so that nothing but the act itself comes after
 *         it; where the connection was lost in between, the act fails with 1727 and is not carried
 *         out.
 * Names:  the host's name in the inventory is what Kerberos authenticates (host/NAME, cifs/NAME).
 * Idle:   by the host's clock, asked for once a connection; unknown where the host does not tell.
 * Not offered: drain, and waiting for the end of a logoff (50).
 * Threads: any number of workers, one host each. POSIX threads inside.
 */
#ifndef RDSWEEP_SESSION_TSTS_H
#define RDSWEEP_SESSION_TSTS_H

#include <stddef.h>
#include <stdint.h>

#include "session_api.h"

#define SESSION_TSTS_PORT 445

struct session_tsts_port {
	const char *host; /* its name in the inventory */
	uint16_t port;
};

struct session_tsts_options {
	const struct session_clock *clock; /* kept */
	const char *connector;		   /* path of the program */
	const char *auth_file;		   /* NULL: the Kerberos ticket */
	unsigned connectors;		   /* that may wait for work: calls in flight */
	/* kept: hosts with another port than 445 */
	const struct session_tsts_port *ports;
	size_t port_count;
};

#define SESSION_TSTS_WHY_SIZE 512

/* Starts the first connector, which looks at the credentials. 0, or -1 with one line for people in
 * `reterr_why`. */
int session_tsts_create(struct session_backend **ret, const struct session_tsts_options *options,
			char reterr_why[SESSION_TSTS_WHY_SIZE]);

/* Of a backend made by session_tsts_create() only: the account that the hosts see, `DOMAIN\user`,
 * or `\user` where the domain's NetBIOS name is not known. Lives as long as the backend. */
const char *session_tsts_account(const struct session_backend *backend);

/* For tests: connectors that there are. */
unsigned session_tsts_connectors(struct session_backend *backend);

#endif
