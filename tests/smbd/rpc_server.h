/*
 * rpc_server.h - one connection of DCE/RPC over a pipe, from the server's side: bind, authentication,
 * sealed requests in fragments, responses in fragments, faults. As strict as it can be: what a
 * request holds beyond what was read, other than a right verification trailer, is a fault.
 *
 * Threads: rpc_serve() blocks until the client has gone; one thread for each connection.
 */
#ifndef SMBD_RPC_SERVER_H
#define SMBD_RPC_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ndr.h"
#include "rpc_pdu.h"
#include "strbuf.h"

#define RPC_STATUS_ACCESS_DENIED    0x00000005u
#define RPC_STATUS_BAD_STUB	    0x000006f7u
#define RPC_STATUS_OUT_OF_RANGE	    0x1c010002u /* no such operation */
#define RPC_STATUS_UNKNOWN_CONTEXT  0x1c010003u /* no such interface */
#define RPC_STATUS_PROTOCOL	    0x1c01000bu
#define RPC_STATUS_CONTEXT_MISMATCH 0x1c00001au /* no such handle */

struct rpc_interface {
	const char *name;
	uint8_t uuid[RPC_UUID_LEN]; /* as on the wire */
	uint32_t version;
	bool is_private; /* answers sealed requests only; otherwise also plain ones */
};

struct rpc_call {
	size_t interface; /* index */
	uint16_t opnum;
	const char *user; /* who was authenticated, and how */
	const char *mechanism;
	struct ndr_in in;	       /* the stub */
	struct strbuf *out;	       /* the answer's */
	uint32_t fault;		       /* non-zero: answered with a fault of this status instead */
	bool drops;		       /* the connection ends here, without an answer */
	const struct rpc_pdu *request; /* private */
	const struct rpc_interface *interface_; /* private */
	uint16_t context_id;			/* private */
};

/* To be called when all of the stub was read, before anything is done. False, with the fault set:
 * there was less, or there is more than a verification trailer that fits this call. */
bool rpc_call_is_whole(struct rpc_call *call);

struct rpc_handler {
	const struct rpc_interface *interfaces;
	size_t interface_count;
	void (*call)(void *ctx, struct rpc_call *call);
	/* A bind came in, before it is answered. False: the connection ends. NULL: nothing to do. */
	bool (*bind)(void *ctx, size_t interface);
};

/* Serves until the client has gone, or broke the protocol. */
void rpc_serve(int fd, const struct rpc_handler *handler, void *ctx);

#endif
