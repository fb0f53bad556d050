/*
 * rpc_auth.h - the RPC's own authentication, by GSSAPI: NTLMSSP, SPNEGO and Kerberos, and the
 * sealing of PDUs that follows from it.
 *
 * Accounts of NTLM come from the file that NTLM_USER_FILE names (gss-ntlmssp), keys of Kerberos from
 * the default keytab. Threads: one at a time for each rpc_auth.
 */
#ifndef SMBD_RPC_AUTH_H
#define SMBD_RPC_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"

#define RPC_AUTH_SPNEGO	  9
#define RPC_AUTH_NTLMSSP  10
#define RPC_AUTH_KERBEROS 16

struct rpc_auth;
/* `type` as in a PDU's trailer. NULL: it is not known, or memory is short. */
struct rpc_auth *rpc_auth_create(uint8_t type);
void rpc_auth_free(struct rpc_auth *auth); /* NULL is fine */

/* The client's next token. 0 with ours appended to `out` (nothing: there is none to send); -1: it is
 * refused, and the reason is on standard error. */
int rpc_auth_step(struct rpc_auth *auth, const uint8_t *token, size_t len, struct strbuf *out);
bool rpc_auth_is_done(const struct rpc_auth *auth);
/* Once it is done. The account without domain or realm; "ntlm" or "kerberos". */
const char *rpc_auth_user(const struct rpc_auth *auth);
const char *rpc_auth_mechanism(const struct rpc_auth *auth);

/* One PDU: header, body (stub and its padding), trailer, signature. */
struct rpc_sealed {
	uint8_t *pdu;
	size_t header_len;
	size_t body_len;
	size_t trailer_len;
	size_t signature_len;
	bool signs_header; /* was agreed on at the bind */
};
/* Opens the body in place. 0; -1: it does not fit. */
int rpc_auth_open(struct rpc_auth *auth, const struct rpc_sealed *sealed);
/* The length that a signature will have for a body of this length; 0: unknown. */
size_t rpc_auth_signature_len(struct rpc_auth *auth, const struct rpc_sealed *sealed);
/* Seals the body in place and writes the signature. 0 or -1. */
int rpc_auth_close(struct rpc_auth *auth, const struct rpc_sealed *sealed);

#endif
