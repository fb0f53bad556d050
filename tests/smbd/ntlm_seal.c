#include "ntlm_seal.h"

#include <string.h>

#include <nettle/hmac.h>
#include <nettle/md5.h>

/* With their terminating zero, as the specification has it. */
static const char sign_from_client[] = "session key to client-to-server signing key magic constant";
static const char sign_from_server[] = "session key to server-to-client signing key magic constant";
static const char seal_from_client[] = "session key to client-to-server sealing key magic constant";
static const char seal_from_server[] = "session key to server-to-client sealing key magic constant";

static void derive(uint8_t out[NTLM_KEY_SIZE], const uint8_t key[NTLM_KEY_SIZE], const char *magic)
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, NTLM_KEY_SIZE, key);
	md5_update(&md5, strlen(magic) + 1, (const uint8_t *)magic);
	md5_digest(&md5, NTLM_KEY_SIZE, out);
}

static void init_direction(struct ntlm_direction *direction, const uint8_t key[NTLM_KEY_SIZE],
			   const char *sign_magic, const char *seal_magic, uint32_t sequence)
{
	uint8_t seal_key[NTLM_KEY_SIZE];

	derive(direction->sign_key, key, sign_magic);
	derive(seal_key, key, seal_magic);
	arcfour_set_key(&direction->cipher, sizeof(seal_key), seal_key);
	direction->sequence = sequence;
}

void ntlm_seal_init(struct ntlm_seal *seal, const uint8_t session_key[NTLM_KEY_SIZE],
		    uint32_t sequence)
{
	init_direction(&seal->from_client, session_key, sign_from_client, seal_from_client,
		       sequence);
	init_direction(&seal->from_server, session_key, sign_from_server, seal_from_server,
		       sequence);
}

static void put_u32(uint8_t out[4], uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

/* The signature of plain bytes; the body must have been through the cipher by then. */
static void sign(struct ntlm_direction *direction, const uint8_t digest[8],
		 uint8_t out[NTLM_SIGNATURE_SIZE])
{
	put_u32(out, 1); /* version */
	arcfour_crypt(&direction->cipher, 8, out + 4, digest);
	put_u32(out + 12, direction->sequence++);
}

static void digest_plain(const struct ntlm_direction *direction, const uint8_t *bytes, size_t len,
			 uint8_t out[8])
{
	struct hmac_md5_ctx hmac;
	uint8_t sequence[4];

	put_u32(sequence, direction->sequence);
	hmac_md5_set_key(&hmac, NTLM_KEY_SIZE, direction->sign_key);
	hmac_md5_update(&hmac, sizeof(sequence), sequence);
	hmac_md5_update(&hmac, len, bytes);
	hmac_md5_digest(&hmac, 8, out);
}

bool ntlm_seal_open(struct ntlm_direction *direction, uint8_t *signed_bytes, size_t signed_len,
		    uint8_t *body, size_t body_len, const uint8_t signature[NTLM_SIGNATURE_SIZE])
{
	uint8_t digest[8], expected[NTLM_SIGNATURE_SIZE];

	arcfour_crypt(&direction->cipher, body_len, body, body);
	digest_plain(direction, signed_bytes, signed_len, digest);
	sign(direction, digest, expected);
	return memcmp(expected, signature, sizeof(expected)) == 0;
}

void ntlm_seal_close(struct ntlm_direction *direction, uint8_t *signed_bytes, size_t signed_len,
		     uint8_t *body, size_t body_len, uint8_t ret_signature[NTLM_SIGNATURE_SIZE])
{
	uint8_t digest[8];

	digest_plain(direction, signed_bytes, signed_len, digest);
	arcfour_crypt(&direction->cipher, body_len, body, body);
	sign(direction, digest, ret_signature);
}
