/*
 * rpc_pdu.h - PDUs of connection-oriented DCE/RPC ([C706] 12.6, [MS-RPCE] 2.2.2): taken apart and put
 * together.
 */
#ifndef SMBD_RPC_PDU_H
#define SMBD_RPC_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ndr.h"
#include "strbuf.h"

enum rpc_pdu_type {
	RPC_REQUEST = 0,
	RPC_RESPONSE = 2,
	RPC_FAULT = 3,
	RPC_BIND = 11,
	RPC_BIND_ACK = 12,
	RPC_BIND_NAK = 13,
	RPC_ALTER_CONTEXT = 14,
	RPC_ALTER_CONTEXT_ANSWER = 15,
	RPC_AUTH3 = 16,
	RPC_CANCEL = 18,
	RPC_ORPHANED = 19,
};

#define RPC_FLAG_FIRST	     0x01
#define RPC_FLAG_LAST	     0x02
#define RPC_FLAG_SIGN_HEADER 0x04 /* of bind and its answer */
#define RPC_FLAG_NOT_RUN     0x20 /* of a fault: the call was not executed */
#define RPC_FLAG_OBJECT	     0x80 /* of a request: an object's UUID follows the header */

#define RPC_HEADER_LEN	    16 /* common to all */
#define RPC_CALL_HEADER_LEN 24 /* of request, response and fault */
#define RPC_TRAILER_LEN	    8  /* without the token or signature behind it */
#define RPC_UUID_LEN	    16

/* The auth trailer. */
struct rpc_trailer {
	uint8_t type;
	uint8_t level;
	uint8_t pad_len;
	uint32_t context_id;
};

struct rpc_pdu {
	uint8_t type;
	uint8_t flags;
	uint32_t call_id;
	struct ndr_in body; /* behind the common header, without padding and trailer */
	bool has_auth;	    /* then what follows is valid: */
	struct rpc_trailer trailer;
	size_t trailer_at;
	uint8_t *token; /* or signature; lies in the bytes that were given */
	size_t token_len;
};

/* Takes the bytes of one PDU apart; what it gives lies in them. 0; -1: its lengths contradict each
 * other, or it is not little endian. */
int rpc_pdu_parse(struct rpc_pdu *ret, uint8_t *bytes, size_t len);

/* Starts a PDU in `out`, which is cleared; rpc_pdu_end() enters its lengths. */
void rpc_pdu_begin(struct strbuf *out, uint8_t type, uint8_t flags, uint32_t call_id);
/* Appends trailer and token. The body's padding is there already. */
void rpc_pdu_put_auth(struct strbuf *out, const struct rpc_trailer *trailer, const void *token,
		      size_t token_len);
void rpc_pdu_end(struct strbuf *out, size_t token_len);

#endif
