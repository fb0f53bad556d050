/*
 * session_service.h - the methods of [MS-TSTS] that rdsweep uses, as a session host answers them, and
 * the time of day from [MS-SRVS].
 *
 * Where a scenario's calls are on the wire:
 *   open       the first RpcOpenEnum of a connection
 *   enumerate  RpcGetEnumResult
 *   query      RpcGetSessionInformationEx, but for the first one for each session after an
 *              RpcGetEnumResult on the host: that one is part of listing, takes no time, meets no fault,
 *              and tells the names and the state that the list was made from, without times
 *   logoff, disconnect, message
 *              RpcLogoff, RpcDisconnect, RpcShowMessageBox
 *   close      nothing: an RPC connection just ends
 * A scenario's error N is the HRESULT 0x80070000 | N. What no scenario can say is in wire_faults.h.
 */
#ifndef SMBD_SESSION_SERVICE_H
#define SMBD_SESSION_SERVICE_H

#include <stdio.h>

#include "fleet.h"
#include "wire_faults.h"

struct session_service {
	struct fleet *fleet;
	struct wire_faults *faults;
	const char *const *administrators; /* accounts that may; NULL-terminated */
	FILE *log;			   /* one JSON line for each call; NULL: none */
};

/* Serves one pipe that smbd has handed over, and closes it. */
void session_service_pipe(struct session_service *service, int fd);

#endif
