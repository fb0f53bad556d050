#include "rpc_auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gssapi/gssapi_ext.h>

#include "ntlm_seal.h"

#define NTLM_NEGOTIATE_LEN 32 /* without the version */
#define NTLM_VERSION_LEN   8

struct rpc_auth {
	gss_ctx_id_t context;
	bool done;
	bool is_spnego;
	bool is_ntlm;
	struct ntlm_seal seal; /* is_ntlm */
	char user[256];
};

/* GSSAPI has no const. */
static char ntlm_bytes[] = "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a";
static char session_key_bytes[] = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x05";
static gss_OID_desc ntlm_mechanism = { sizeof(ntlm_bytes) - 1, ntlm_bytes };
/* GSS_C_INQ_SSPI_SESSION_KEY */
static gss_OID_desc session_key = { sizeof(session_key_bytes) - 1, session_key_bytes };

struct rpc_auth *rpc_auth_create(uint8_t type)
{
	struct rpc_auth *auth = NULL;

	/* Which of them it is shows in the token. */
	if (type == RPC_AUTH_SPNEGO || type == RPC_AUTH_NTLMSSP || type == RPC_AUTH_KERBEROS)
		auth = calloc(1, sizeof(*auth));
	if (auth)
		auth->is_spnego = type == RPC_AUTH_SPNEGO;
	return auth;
}

void rpc_auth_free(struct rpc_auth *auth)
{
	OM_uint32 minor;

	if (auth)
		(void)gss_delete_sec_context(&minor, &auth->context, GSS_C_NO_BUFFER);
	free(auth);
}

static int tell(const char *what, OM_uint32 major, OM_uint32 minor)
{
	const OM_uint32 codes[2] = { major, minor };
	const int types[2] = { GSS_C_GSS_CODE, GSS_C_MECH_CODE };

	fprintf(stderr, "%s:", what);
	for (int i = 0; i < 2; i++) {
		gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
		OM_uint32 ignored, more = 0;

		(void)gss_display_status(&ignored, codes[i], types[i], GSS_C_NO_OID, &more, &text);
		fprintf(stderr, " %.*s (0x%x)", (int)text.length,
			text.value ? (const char *)text.value : "", codes[i]);
		(void)gss_release_buffer(&ignored, &text);
	}
	fputc('\n', stderr);
	return -1;
}

/* `CORP\alice` and `alice@REALM` are alice. */
static void keep_user(struct rpc_auth *auth, gss_name_t name)
{
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;
	const char *start, *end, *backslash;

	if (GSS_ERROR(gss_display_name(&minor, name, &text, NULL)))
		return;
	start = text.value;
	end = start + text.length;
	backslash = memchr(start, '\\', text.length);
	if (backslash)
		start = backslash + 1;
	for (const char *at = start; at < end; at++)
		if (*at == '@')
			end = at;
	snprintf(auth->user, sizeof(auth->user), "%.*s", (int)(end - start), start);
	(void)gss_release_buffer(&minor, &text);
}

static int start_ntlm(struct rpc_auth *auth)
{
	gss_buffer_set_t keys = GSS_C_NO_BUFFER_SET;
	OM_uint32 minor, major;
	int result = -1;

	auth->is_ntlm = true;
	major = gss_inquire_sec_context_by_oid(&minor, auth->context, &session_key, &keys);
	if (GSS_ERROR(major))
		return tell("no session key", major, minor);
	if (keys->count && keys->elements[0].length == NTLM_KEY_SIZE) {
		/* SPNEGO has signed its list of mechanisms with number 0; the cipher starts anew. */
		ntlm_seal_init(&auth->seal, keys->elements[0].value, auth->is_spnego ? 1 : 0);
		result = 0;
	}
	(void)gss_release_buffer_set(&minor, &keys);
	return result;
}

static int finish(struct rpc_auth *auth, gss_name_t name)
{
	gss_OID mechanism = GSS_C_NO_OID;
	OM_uint32 minor, major;

	keep_user(auth, name);
	major = gss_inquire_context(&minor, auth->context, NULL, NULL, NULL, &mechanism, NULL, NULL,
				    NULL);
	if (GSS_ERROR(major))
		return tell("no mechanism", major, minor);
	auth->done = true;
	if (gss_oid_equal(mechanism, &ntlm_mechanism))
		return start_ntlm(auth);
	return 0;
}

static int accept_token(struct rpc_auth *auth, const struct strbuf *token, struct strbuf *out)
{
	gss_buffer_desc in = { .length = token->len, .value = token->data };
	gss_buffer_desc answer = GSS_C_EMPTY_BUFFER;
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor, ignored, major;
	int result = 0;

	if (auth->done)
		return -1;
	major = gss_accept_sec_context(&minor, &auth->context, GSS_C_NO_CREDENTIAL, &in,
				       GSS_C_NO_CHANNEL_BINDINGS, &name, NULL, &answer, NULL, NULL,
				       NULL);
	if (answer.length)
		strbuf_add(out, answer.value, answer.length);
	(void)gss_release_buffer(&ignored, &answer);
	if (GSS_ERROR(major))
		result = tell("authentication refused", major, minor);
	else if (!(major & GSS_S_CONTINUE_NEEDED))
		result = finish(auth, name);
	(void)gss_release_name(&ignored, &name);
	return result;
}

/* The version at the end of NTLM's first message may be missing; gss-ntlmssp wants it there. */
static void mend_token(struct strbuf *token)
{
	static const char start[] = "NTLMSSP\0\1\0\0";

	if (token->len == NTLM_NEGOTIATE_LEN && memcmp(token->data, start, sizeof(start)) == 0)
		strbuf_add(token, "\0\0\0\0\0\0\0", NTLM_VERSION_LEN);
}

int rpc_auth_step(struct rpc_auth *auth, const uint8_t *token, size_t len, struct strbuf *out)
{
	struct strbuf mended;
	int result;

	strbuf_init(&mended);
	strbuf_add(&mended, token, len);
	mend_token(&mended);
	result = mended.failed ? -1 : accept_token(auth, &mended, out);
	strbuf_release(&mended);
	return result;
}

bool rpc_auth_is_done(const struct rpc_auth *auth)
{
	return auth->done;
}

const char *rpc_auth_user(const struct rpc_auth *auth)
{
	return auth->user;
}

const char *rpc_auth_mechanism(const struct rpc_auth *auth)
{
	return auth->is_ntlm ? "ntlm" : "kerberos";
}

/* --- sealing: NTLM signs all that comes before the signature, always */

static size_t signed_len(const struct rpc_sealed *sealed)
{
	return sealed->header_len + sealed->body_len + sealed->trailer_len;
}

enum { IOV_HEADER, IOV_BODY, IOV_TRAILER, IOV_SIGNATURE, IOV_COUNT };

/* Kerberos takes the PDU in its parts, in DCE style; header and trailer only where that was agreed on. */
static void fill_iov(const struct rpc_sealed *sealed, gss_iov_buffer_desc iov[IOV_COUNT])
{
	OM_uint32 around =
		sealed->signs_header ? GSS_IOV_BUFFER_TYPE_SIGN_ONLY : GSS_IOV_BUFFER_TYPE_EMPTY;
	uint8_t *at = sealed->pdu;

	memset(iov, 0, IOV_COUNT * sizeof(*iov));
	iov[IOV_HEADER].type = around;
	iov[IOV_HEADER].buffer = (gss_buffer_desc){ sealed->header_len, at };
	at += sealed->header_len;
	iov[IOV_BODY].type = GSS_IOV_BUFFER_TYPE_DATA;
	iov[IOV_BODY].buffer = (gss_buffer_desc){ sealed->body_len, at };
	at += sealed->body_len;
	iov[IOV_TRAILER].type = around;
	iov[IOV_TRAILER].buffer = (gss_buffer_desc){ sealed->trailer_len, at };
	at += sealed->trailer_len;
	iov[IOV_SIGNATURE].type = GSS_IOV_BUFFER_TYPE_HEADER;
	iov[IOV_SIGNATURE].buffer = (gss_buffer_desc){ sealed->signature_len, at };
}

int rpc_auth_open(struct rpc_auth *auth, const struct rpc_sealed *sealed)
{
	gss_iov_buffer_desc iov[IOV_COUNT];
	OM_uint32 major, minor;
	int sealed_too = 0;

	if (auth->is_ntlm)
		return sealed->signature_len == NTLM_SIGNATURE_SIZE &&
				       ntlm_seal_open(
					       &auth->seal.from_client, sealed->pdu,
					       signed_len(sealed), sealed->pdu + sealed->header_len,
					       sealed->body_len, sealed->pdu + signed_len(sealed))
			       ? 0
			       : -1;
	fill_iov(sealed, iov);
	major = gss_unwrap_iov(&minor, auth->context, &sealed_too, NULL, iov, IOV_COUNT);
	if (GSS_ERROR(major))
		return tell("a sealed request does not open", major, minor);
	return sealed_too ? 0 : -1;
}

size_t rpc_auth_signature_len(struct rpc_auth *auth, const struct rpc_sealed *sealed)
{
	gss_iov_buffer_desc iov[IOV_COUNT];
	OM_uint32 minor;

	if (auth->is_ntlm)
		return NTLM_SIGNATURE_SIZE;
	fill_iov(sealed, iov);
	if (GSS_ERROR(gss_wrap_iov_length(&minor, auth->context, 1, GSS_C_QOP_DEFAULT, NULL, iov,
					  IOV_COUNT)))
		return 0;
	return iov[IOV_SIGNATURE].buffer.length;
}

int rpc_auth_close(struct rpc_auth *auth, const struct rpc_sealed *sealed)
{
	gss_iov_buffer_desc iov[IOV_COUNT];
	OM_uint32 major, minor;

	if (auth->is_ntlm) {
		ntlm_seal_close(&auth->seal.from_server, sealed->pdu, signed_len(sealed),
				sealed->pdu + sealed->header_len, sealed->body_len,
				sealed->pdu + signed_len(sealed));
		return 0;
	}
	fill_iov(sealed, iov);
	major = gss_wrap_iov(&minor, auth->context, 1, GSS_C_QOP_DEFAULT, NULL, iov, IOV_COUNT);
	if (GSS_ERROR(major))
		return tell("a response cannot be sealed", major, minor);
	return iov[IOV_SIGNATURE].buffer.length == sealed->signature_len ? 0 : -1;
}
