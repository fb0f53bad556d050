/*
 * ntlm_seal.h - NTLM's sealing of RPC PDUs ([MS-NLMP] 3.4, extended session security, 128 bits, key
 * exchange), which GSSAPI's NTLM does not offer for PDUs: it signs more than it seals.
 *
 * Threads: one at a time.
 */
#ifndef SMBD_NTLM_SEAL_H
#define SMBD_NTLM_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nettle/arcfour.h>

#define NTLM_KEY_SIZE	    16
#define NTLM_SIGNATURE_SIZE 16

struct ntlm_direction {
	uint8_t sign_key[NTLM_KEY_SIZE];
	struct arcfour_ctx cipher;
	uint32_t sequence;
};

struct ntlm_seal {
	struct ntlm_direction from_client;
	struct ntlm_direction from_server;
};

/* `sequence`: the number of the first PDU, in both directions. */
void ntlm_seal_init(struct ntlm_seal *seal, const uint8_t session_key[NTLM_KEY_SIZE],
		    uint32_t sequence);

/* Opens the `body` that lies inside of `signed_bytes` (the PDU up to its signature), in place. False
 * where the signature does not fit. */
bool ntlm_seal_open(struct ntlm_direction *direction, uint8_t *signed_bytes, size_t signed_len,
		    uint8_t *body, size_t body_len, const uint8_t signature[NTLM_SIGNATURE_SIZE]);
/* The way back: seals `body` in place and writes the signature. */
void ntlm_seal_close(struct ntlm_direction *direction, uint8_t *signed_bytes, size_t signed_len,
		     uint8_t *body, size_t body_len, uint8_t ret_signature[NTLM_SIGNATURE_SIZE]);

#endif
