/* rpc_stub.c - the end of a request's stub: nothing, or a verification trailer ([MS-RPCE] 2.2.2.13) that
 * tells the truth. */
#include "rpc_server.h"

#include <string.h>

#define COMMAND_BITMASK 1
#define COMMAND_CONTEXT 2
#define COMMAND_HEADER2 3
#define COMMAND_KIND	0x3fff
#define COMMAND_IS_LAST 0x4000
#define CONTEXT_LEN	40
#define HEADER2_LEN	16
#define LITTLE_ENDIAN_	0x10

static const uint8_t magic[8] = { 0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71 };

static bool context_fits(const struct rpc_call *call, struct ndr_in *in)
{
	const uint8_t *uuid = ndr_bytes(in, RPC_UUID_LEN);
	uint32_t version = ndr_u32(in);

	(void)ndr_bytes(in, CONTEXT_LEN - RPC_UUID_LEN - 4); /* the transfer syntax */
	return uuid && !in->failed && version == call->interface_->version &&
	       memcmp(uuid, call->interface_->uuid, RPC_UUID_LEN) == 0;
}

static bool header_fits(const struct rpc_call *call, struct ndr_in *in)
{
	bool fits = ndr_u8(in) == RPC_REQUEST;

	(void)ndr_u8(in);
	(void)ndr_u16(in);
	fits &= ndr_u32(in) == LITTLE_ENDIAN_;
	fits &= ndr_u32(in) == call->request->call_id;
	fits &= ndr_u16(in) == call->context_id;
	fits &= ndr_u16(in) == call->opnum;
	return fits && !in->failed;
}

/* One command; false: it lies, or is none. */
static bool command_fits(const struct rpc_call *call, struct ndr_in *in, bool *ret_last)
{
	uint16_t command = ndr_u16(in);
	uint16_t len = ndr_u16(in);

	*ret_last = command & COMMAND_IS_LAST;
	switch (command & COMMAND_KIND) {
	case COMMAND_BITMASK:
		return len == 4 && ndr_bytes(in, len);
	case COMMAND_CONTEXT:
		return len == CONTEXT_LEN && context_fits(call, in);
	case COMMAND_HEADER2:
		return len == HEADER2_LEN && header_fits(call, in);
	default:
		return false;
	}
}

static bool trailer_fits(const struct rpc_call *call, struct ndr_in *in)
{
	const uint8_t *found;
	bool last = false;

	ndr_align(in, 4);
	found = ndr_bytes(in, sizeof(magic));
	if (!found || memcmp(found, magic, sizeof(magic)) != 0)
		return false;
	while (!last && !in->failed)
		if (!command_fits(call, in, &last))
			return false;
	return !in->failed && in->at == in->len;
}

bool rpc_call_is_whole(struct rpc_call *call)
{
	struct ndr_in *in = &call->in;

	if (!in->failed && (in->at == in->len || trailer_fits(call, in)))
		return true;
	call->fault = RPC_STATUS_BAD_STUB;
	return false;
}
