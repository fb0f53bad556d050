#include "rpc_pdu.h"

#define VERSION	       5
#define LITTLE_ENDIAN_ 0x10
#define LENGTH_AT      8

static int parse_trailer(struct rpc_pdu *pdu, uint8_t *bytes, size_t len, size_t token_len)
{
	struct ndr_in in = { .bytes = bytes, .len = len };

	if (token_len + RPC_TRAILER_LEN + RPC_HEADER_LEN > len)
		return -1;
	pdu->trailer_at = len - token_len - RPC_TRAILER_LEN;
	in.at = pdu->trailer_at;
	pdu->trailer.type = ndr_u8(&in);
	pdu->trailer.level = ndr_u8(&in);
	pdu->trailer.pad_len = ndr_u8(&in);
	(void)ndr_u8(&in);
	pdu->trailer.context_id = ndr_u32(&in);
	pdu->token = bytes + len - token_len;
	pdu->token_len = token_len;
	if (in.failed || pdu->trailer.pad_len > pdu->trailer_at - RPC_HEADER_LEN)
		return -1;
	pdu->body.len = pdu->trailer_at - pdu->trailer.pad_len;
	return 0;
}

int rpc_pdu_parse(struct rpc_pdu *ret, uint8_t *bytes, size_t len)
{
	struct ndr_in in = { .bytes = bytes, .len = len };
	uint16_t frag_len, token_len;

	*ret = (struct rpc_pdu){ 0 };
	if (ndr_u8(&in) != VERSION || ndr_u8(&in) > 1)
		return -1;
	ret->type = ndr_u8(&in);
	ret->flags = ndr_u8(&in);
	if (ndr_u32(&in) != LITTLE_ENDIAN_)
		return -1;
	frag_len = ndr_u16(&in);
	token_len = ndr_u16(&in);
	ret->call_id = ndr_u32(&in);
	if (in.failed || frag_len != len)
		return -1;
	ret->body = in;
	ret->has_auth = token_len > 0;
	return ret->has_auth ? parse_trailer(ret, bytes, len, token_len) : 0;
}

void rpc_pdu_begin(struct strbuf *out, uint8_t type, uint8_t flags, uint32_t call_id)
{
	strbuf_clear(out);
	ndr_put_u8(out, VERSION);
	ndr_put_u8(out, 0);
	ndr_put_u8(out, type);
	ndr_put_u8(out, flags);
	ndr_put_u32(out, LITTLE_ENDIAN_);
	ndr_put_u32(out, 0); /* lengths */
	ndr_put_u32(out, call_id);
}

void rpc_pdu_put_auth(struct strbuf *out, const struct rpc_trailer *trailer, const void *token,
		      size_t token_len)
{
	ndr_put_u8(out, trailer->type);
	ndr_put_u8(out, trailer->level);
	ndr_put_u8(out, trailer->pad_len);
	ndr_put_u8(out, 0);
	strbuf_addc(out, (char)(trailer->context_id));
	strbuf_addc(out, (char)(trailer->context_id >> 8));
	strbuf_addc(out, (char)(trailer->context_id >> 16));
	strbuf_addc(out, (char)(trailer->context_id >> 24));
	strbuf_add(out, token, token_len);
}

void rpc_pdu_end(struct strbuf *out, size_t token_len)
{
	if (out->failed)
		return;
	out->data[LENGTH_AT] = (char)out->len;
	out->data[LENGTH_AT + 1] = (char)(out->len >> 8);
	out->data[LENGTH_AT + 2] = (char)token_len;
	out->data[LENGTH_AT + 3] = (char)(token_len >> 8);
}
