#include "rpc_server.h"

#include <stdlib.h>
#include <string.h>

#include "np_front.h"
#include "rpc_auth.h"

#define FRAGMENT_MAX	  4280 /* what Windows offers on a pipe */
#define FRAGMENT_MIN	  1432
#define STUB_MAX	  (1u << 20)
#define CONTEXTS_MAX	  8
#define LEVEL_PRIVACY	  6
#define PAD_ALIGNMENT	  16
#define RESULT_ACCEPTED	  0
#define RESULT_REJECTED	  2
#define REASON_ABSTRACT	  1
#define REASON_TRANSFER	  2
#define NAK_AUTH_TYPE	  8
#define NAK_CHECKSUM	  9
#define PIPE_NAME	  "\\PIPE\\LSM_API_service"
#define ASSOCIATION_GROUP 0x53a1u

static const uint8_t ndr32[RPC_UUID_LEN] = { 0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11,
					     0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60 };
#define NDR32_VERSION 2

/* One presentation context: what a number stands for. */
struct context {
	uint16_t id;
	size_t interface;
};

struct connection {
	int fd;
	const struct rpc_handler *handler;
	void *ctx;
	struct context contexts[CONTEXTS_MAX];
	size_t context_count;
	struct rpc_auth *auth; /* NULL: none so far */
	struct rpc_trailer trailer;
	bool auth_failed;
	bool signs_header;
	bool bound;
	size_t fragment_len;
	struct strbuf stub; /* of a request that is not whole yet */
	struct strbuf out;
};

static bool send_out(struct connection *connection)
{
	return np_write(connection->fd, &connection->out) == 0;
}

static bool send_fault(struct connection *connection, uint32_t call_id, uint16_t context_id,
		       uint32_t status)
{
	struct strbuf *out = &connection->out;

	rpc_pdu_begin(out, RPC_FAULT, RPC_FLAG_FIRST | RPC_FLAG_LAST | RPC_FLAG_NOT_RUN, call_id);
	ndr_put_u32(out, 0);
	ndr_put_u16(out, context_id);
	ndr_put_u16(out, 0);
	ndr_put_u32(out, status);
	ndr_put_u32(out, 0);
	rpc_pdu_end(out, 0);
	return send_out(connection);
}

static bool send_nak(struct connection *connection, uint32_t call_id, uint16_t reason)
{
	struct strbuf *out = &connection->out;

	rpc_pdu_begin(out, RPC_BIND_NAK, RPC_FLAG_FIRST | RPC_FLAG_LAST, call_id);
	ndr_put_u16(out, reason);
	ndr_put_u8(out, 1); /* one version: 5.0 */
	ndr_put_u8(out, 5);
	ndr_put_u8(out, 0);
	rpc_pdu_end(out, 0);
	return send_out(connection);
}

/* --- bind */

static bool find_interface(const struct connection *connection, const uint8_t *uuid,
			   uint32_t version, size_t *ret)
{
	for (size_t i = 0; i < connection->handler->interface_count; i++) {
		const struct rpc_interface *one = &connection->handler->interfaces[i];

		if (memcmp(one->uuid, uuid, RPC_UUID_LEN) == 0 && one->version == version) {
			*ret = i;
			return true;
		}
	}
	return false;
}

/* Reads one context of a bind and appends what becomes of it. */
static bool take_context(struct connection *connection, struct ndr_in *in, struct strbuf *results)
{
	uint16_t id = ndr_u16(in);
	uint8_t transfer_count = ndr_u8(in);
	const uint8_t *uuid, *transfer;
	uint32_t version;
	size_t interface = 0;
	bool known, readable = false;

	(void)ndr_u8(in);
	uuid = ndr_bytes(in, RPC_UUID_LEN);
	version = ndr_u32(in);
	known = uuid && find_interface(connection, uuid, version, &interface);
	for (unsigned i = 0; i < transfer_count; i++) {
		transfer = ndr_bytes(in, RPC_UUID_LEN);
		if (ndr_u32(in) == NDR32_VERSION && transfer &&
		    memcmp(transfer, ndr32, RPC_UUID_LEN) == 0)
			readable = true;
	}
	if (in->failed)
		return false;
	if (known && readable && connection->context_count < CONTEXTS_MAX) {
		connection->contexts[connection->context_count++] =
			(struct context){ .id = id, .interface = interface };
		if (connection->handler->bind &&
		    !connection->handler->bind(connection->ctx, interface))
			return false;
	}
	ndr_put_u16(results, known && readable ? RESULT_ACCEPTED : RESULT_REJECTED);
	ndr_put_u16(results, known && readable ? 0 : known ? REASON_TRANSFER : REASON_ABSTRACT);
	if (known && readable) {
		strbuf_add(results, ndr32, RPC_UUID_LEN);
		ndr_put_u32(results, NDR32_VERSION);
	} else {
		strbuf_add(results, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
	}
	return true;
}

/* 0, or the reason for a refusal. */
static uint16_t take_token(struct connection *connection, const struct rpc_pdu *pdu,
			   struct strbuf *answer)
{
	if (!pdu->has_auth)
		return 0;
	if (!connection->auth) {
		connection->auth = rpc_auth_create(pdu->trailer.type);
		connection->trailer = pdu->trailer;
	}
	if (!connection->auth || pdu->trailer.type != connection->trailer.type ||
	    pdu->trailer.level != connection->trailer.level ||
	    pdu->trailer.context_id != connection->trailer.context_id)
		return NAK_AUTH_TYPE;
	if (connection->auth_failed ||
	    rpc_auth_step(connection->auth, pdu->token, pdu->token_len, answer) != 0) {
		connection->auth_failed = true;
		return NAK_CHECKSUM;
	}
	return 0;
}

static bool answer_bind(struct connection *connection, const struct rpc_pdu *pdu, uint8_t count,
			const struct strbuf *results, const struct strbuf *token)
{
	bool first = pdu->type == RPC_BIND;
	uint8_t flags = RPC_FLAG_FIRST | RPC_FLAG_LAST;
	struct strbuf *out = &connection->out;
	struct rpc_trailer trailer = connection->trailer;
	size_t body_len;

	if (connection->signs_header)
		flags |= RPC_FLAG_SIGN_HEADER;
	rpc_pdu_begin(out, first ? RPC_BIND_ACK : RPC_ALTER_CONTEXT_ANSWER, flags, pdu->call_id);
	ndr_put_u16(out, (uint16_t)connection->fragment_len);
	ndr_put_u16(out, (uint16_t)connection->fragment_len);
	ndr_put_u32(out, ASSOCIATION_GROUP);
	ndr_put_u16(out, first ? sizeof(PIPE_NAME) : 0);
	if (first)
		strbuf_add(out, PIPE_NAME, sizeof(PIPE_NAME));
	ndr_put_align(out, 4);
	ndr_put_u8(out, count);
	ndr_put_align(out, 4);
	strbuf_add(out, results->data, results->len);
	if (token->len) {
		body_len = out->len;
		ndr_put_align(out, 4);
		trailer.pad_len = (uint8_t)(out->len - body_len);
		rpc_pdu_put_auth(out, &trailer, token->data, token->len);
	}
	rpc_pdu_end(out, token->len);
	return !results->failed && !token->failed && send_out(connection);
}

static bool read_bind(struct connection *connection, struct rpc_pdu *pdu, uint8_t *ret_count,
		      struct strbuf *results)
{
	struct ndr_in *in = &pdu->body;
	uint16_t client_sends = ndr_u16(in);
	uint16_t client_takes = ndr_u16(in);

	(void)client_sends;
	(void)ndr_u32(in); /* the association group: handles stay with their connection here */
	*ret_count = ndr_u8(in);
	ndr_align(in, 4);
	if (pdu->type == RPC_BIND) {
		connection->signs_header = pdu->flags & RPC_FLAG_SIGN_HEADER;
		connection->fragment_len =
			client_takes < FRAGMENT_MAX ? client_takes : FRAGMENT_MAX;
	}
	for (unsigned i = 0; i < *ret_count; i++)
		if (!take_context(connection, in, results))
			return false;
	return !in->failed && connection->fragment_len >= FRAGMENT_MIN;
}

static bool handle_bind(struct connection *connection, struct rpc_pdu *pdu)
{
	struct strbuf results, token;
	uint8_t count = 0;
	uint16_t refusal;
	bool ok = false;

	if ((pdu->type == RPC_BIND) == connection->bound)
		return false;
	strbuf_init(&results);
	strbuf_init(&token);
	if (!read_bind(connection, pdu, &count, &results))
		goto out;
	connection->bound = true;
	refusal = take_token(connection, pdu, &token);
	if (refusal && pdu->type == RPC_BIND)
		ok = send_nak(connection, pdu->call_id, refusal);
	else if (refusal)
		ok = send_fault(connection, pdu->call_id, 0, RPC_STATUS_ACCESS_DENIED);
	else
		ok = answer_bind(connection, pdu, count, &results, &token);
out:
	strbuf_release(&results);
	strbuf_release(&token);
	return ok;
}

/* The third leg has no answer: what is wrong with it shows at the first request. */
static bool handle_auth3(struct connection *connection, const struct rpc_pdu *pdu)
{
	struct strbuf token;

	strbuf_init(&token);
	if (!connection->auth || take_token(connection, pdu, &token) != 0 || token.len)
		connection->auth_failed = true;
	strbuf_release(&token);
	return true;
}

/* --- requests */

static bool is_sealed(const struct connection *connection)
{
	return connection->auth && !connection->auth_failed && rpc_auth_is_done(connection->auth) &&
	       connection->trailer.level == LEVEL_PRIVACY;
}

static bool is_allowed(const struct connection *connection, size_t interface)
{
	return is_sealed(connection) ||
	       (!connection->auth && !connection->handler->interfaces[interface].is_private);
}

/* Appends the stub of a fragment, which is opened first where it has to be sealed. */
static bool take_fragment(struct connection *connection, struct rpc_pdu *pdu, uint8_t *bytes)
{
	size_t header_len = RPC_CALL_HEADER_LEN;
	struct rpc_sealed sealed;
	size_t body_len;

	if (pdu->flags & RPC_FLAG_OBJECT)
		header_len += RPC_UUID_LEN;
	if (!connection->auth) {
		if (pdu->has_auth || pdu->body.len < header_len)
			return false;
		strbuf_add(&connection->stub, bytes + header_len, pdu->body.len - header_len);
		return connection->stub.len <= STUB_MAX;
	}
	if (!pdu->has_auth || pdu->trailer_at < header_len ||
	    pdu->trailer.context_id != connection->trailer.context_id ||
	    pdu->trailer.level != LEVEL_PRIVACY)
		return false;
	body_len = pdu->trailer_at - header_len;
	if (pdu->trailer.pad_len > body_len)
		return false;
	sealed = (struct rpc_sealed){ .pdu = bytes,
				      .header_len = header_len,
				      .body_len = body_len,
				      .trailer_len = RPC_TRAILER_LEN,
				      .signature_len = pdu->token_len,
				      .signs_header = connection->signs_header };
	if (rpc_auth_open(connection->auth, &sealed) != 0)
		return false;
	strbuf_add(&connection->stub, bytes + header_len, body_len - pdu->trailer.pad_len);
	return connection->stub.len <= STUB_MAX;
}

/* One fragment of a response, from `stub`; the last one where it holds all that is left. */
static bool send_fragment(struct connection *connection, const struct rpc_call *call,
			  const struct strbuf *stub, size_t at, size_t len)
{
	struct strbuf *out = &connection->out;
	struct rpc_trailer trailer = connection->trailer;
	struct rpc_sealed sealed = { .header_len = RPC_CALL_HEADER_LEN,
				     .trailer_len = RPC_TRAILER_LEN,
				     .signs_header = connection->signs_header };
	size_t signature_at;
	uint8_t flags = 0;

	flags |= at == 0 ? RPC_FLAG_FIRST : 0;
	flags |= at + len == stub->len ? RPC_FLAG_LAST : 0;
	rpc_pdu_begin(out, RPC_RESPONSE, flags, call->request->call_id);
	ndr_put_u32(out, (uint32_t)(stub->len - at));
	ndr_put_u16(out, call->context_id);
	ndr_put_u16(out, 0);
	strbuf_add(out, stub->data + at, len);
	if (!connection->auth) {
		rpc_pdu_end(out, 0);
		return send_out(connection);
	}
	while ((out->len - RPC_CALL_HEADER_LEN) % PAD_ALIGNMENT && !out->failed)
		strbuf_addc(out, '\0');
	sealed.body_len = out->len - RPC_CALL_HEADER_LEN;
	trailer.pad_len = (uint8_t)(sealed.body_len - len);
	sealed.signature_len = rpc_auth_signature_len(connection->auth, &sealed);
	rpc_pdu_put_auth(out, &trailer, NULL, 0);
	signature_at = out->len;
	while (out->len < signature_at + sealed.signature_len && !out->failed)
		strbuf_addc(out, '\0');
	rpc_pdu_end(out, sealed.signature_len);
	if (out->failed || !sealed.signature_len)
		return false;
	sealed.pdu = (uint8_t *)out->data;
	return rpc_auth_close(connection->auth, &sealed) == 0 && send_out(connection);
}

static bool send_response(struct connection *connection, const struct rpc_call *call,
			  const struct strbuf *stub)
{
	/* Room for the longest signature, that of Kerberos. */
	size_t most = (connection->fragment_len - RPC_CALL_HEADER_LEN - RPC_TRAILER_LEN - 96) /
		      PAD_ALIGNMENT * PAD_ALIGNMENT;
	size_t at = 0;

	do {
		size_t len = stub->len - at < most ? stub->len - at : most;

		if (!send_fragment(connection, call, stub, at, len))
			return false;
		at += len;
	} while (at < stub->len);
	return true;
}

static bool answer_call(struct connection *connection, struct rpc_call *call)
{
	struct strbuf out;
	bool ok;

	strbuf_init(&out);
	call->out = &out;
	connection->handler->call(connection->ctx, call);
	if (call->drops)
		ok = false;
	else if (call->fault || out.failed)
		ok = send_fault(connection, call->request->call_id, call->context_id,
				out.failed ? RPC_STATUS_PROTOCOL : call->fault);
	else
		ok = send_response(connection, call, &out);
	strbuf_release(&out);
	return ok;
}

static const struct context *find_context(const struct connection *connection, uint16_t id)
{
	for (size_t i = 0; i < connection->context_count; i++)
		if (connection->contexts[i].id == id)
			return &connection->contexts[i];
	return NULL;
}

static bool handle_request(struct connection *connection, struct rpc_pdu *pdu, uint8_t *bytes)
{
	struct rpc_call call = { .request = pdu };
	const struct context *context;

	(void)ndr_u32(&pdu->body); /* a hint of the length */
	call.context_id = ndr_u16(&pdu->body);
	call.opnum = ndr_u16(&pdu->body);
	if (pdu->body.failed)
		return false;
	context = find_context(connection, call.context_id);
	if (!context)
		return send_fault(connection, pdu->call_id, call.context_id,
				  RPC_STATUS_UNKNOWN_CONTEXT);
	if (!is_allowed(connection, context->interface))
		return send_fault(connection, pdu->call_id, call.context_id,
				  RPC_STATUS_ACCESS_DENIED);
	if (pdu->flags & RPC_FLAG_FIRST)
		strbuf_clear(&connection->stub);
	if (!take_fragment(connection, pdu, bytes))
		return send_fault(connection, pdu->call_id, call.context_id,
				  RPC_STATUS_ACCESS_DENIED);
	if (!(pdu->flags & RPC_FLAG_LAST))
		return true;
	call.interface = context->interface;
	call.interface_ = &connection->handler->interfaces[context->interface];
	call.user = connection->auth ? rpc_auth_user(connection->auth) : "";
	call.mechanism = connection->auth ? rpc_auth_mechanism(connection->auth) : "smb";
	call.in.bytes = (const uint8_t *)connection->stub.data;
	call.in.len = connection->stub.len;
	return answer_call(connection, &call);
}

static bool handle(struct connection *connection, struct strbuf *bytes)
{
	struct rpc_pdu pdu;

	if (rpc_pdu_parse(&pdu, (uint8_t *)bytes->data, bytes->len) != 0)
		return false;
	switch (pdu.type) {
	case RPC_BIND:
	case RPC_ALTER_CONTEXT:
		return handle_bind(connection, &pdu);
	case RPC_AUTH3:
		return handle_auth3(connection, &pdu);
	case RPC_REQUEST:
		return handle_request(connection, &pdu, (uint8_t *)bytes->data);
	case RPC_CANCEL:
	case RPC_ORPHANED:
		return true; /* a call that is under way goes on */
	default:
		return false;
	}
}

void rpc_serve(int fd, const struct rpc_handler *handler, void *ctx)
{
	struct connection connection = { .fd = fd, .handler = handler, .ctx = ctx };
	struct strbuf bytes;

	strbuf_init(&bytes);
	strbuf_init(&connection.stub);
	strbuf_init(&connection.out);
	while (np_read(fd, &bytes) == 1 && handle(&connection, &bytes))
		;
	rpc_auth_free(connection.auth);
	strbuf_release(&connection.stub);
	strbuf_release(&connection.out);
	strbuf_release(&bytes);
}
