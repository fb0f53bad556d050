/* remote_call.c - one call over a pipe, its answer, and what a failure is called. */
#include "remote_internal.h"

#include "nt_status.h"

#define WIN32_BAD_STUB_DATA 1783u

int remote_fail_status(struct failure *reterr, enum session_api api, NTSTATUS status)
{
	return failure_set(reterr, api, NT_STATUS_V(status));
}

int remote_fail_hresult(struct failure *reterr, enum session_api api, uint32_t hresult)
{
	if ((hresult & UINT32_C(0xFFFF0000)) == UINT32_C(0x80070000))
		return failure_set(reterr, api, hresult & UINT32_C(0xFFFF));
	if ((hresult & UINT32_C(0xF0000000)) == UINT32_C(0xD0000000))
		return failure_set(reterr, api, hresult & ~UINT32_C(0x10000000));
	return failure_set(reterr, api, hresult);
}

int remote_fail_stub(struct failure *reterr, enum session_api api, const char *what)
{
	return failure_say(reterr, api, WIN32_BAD_STUB_DATA, "%s", what);
}

/* What RPC itself says instead of an answer: a Windows error, or a status of DCE's own. */
static int fail_fault(struct failure *reterr, enum session_api api, uint32_t fault)
{
	static const struct {
		uint32_t fault, win32;
	} known[] = {
		{ 0x1C010002, 1745 }, /* nca_s_op_rng_error: RPC_S_PROCNUM_OUT_OF_RANGE */
		{ 0x1C010003, 1717 }, /* nca_s_unk_if: RPC_S_UNKNOWN_IF */
		{ 0x1C01000B, 1728 }, /* nca_s_proto_error: RPC_S_PROTOCOL_ERROR */
		{ 0x1C010014, 1723 }, /* nca_s_server_too_busy */
		{ 0x1C00001A, 6 },    /* nca_s_fault_context_mismatch: ERROR_INVALID_HANDLE */
		{ 0x1C00001B, 14 },   /* nca_s_fault_remote_no_memory: ERROR_OUTOFMEMORY */
		{ 0x1C00000D, 1818 }, /* nca_s_fault_cancel: RPC_S_CALL_CANCELLED */
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].fault == fault)
			return failure_set(reterr, api, known[i].win32);
	return failure_set(reterr, api, fault);
}

int remote_call(struct dcerpc_pipe *pipe, uint32_t opnum, const struct tsts_request_stub *stub,
		TALLOC_CTX *mem, struct remote_answer *ret, enum session_api api,
		struct failure *reterr)
{
	uint32_t flags = 0;
	NTSTATUS status;

	if (!pipe)
		return failure_set(reterr, api, WIN32_NOT_CONNECTED);
	pipe->last_fault_code = 0;
	status = dcerpc_binding_handle_raw_call(pipe->binding_handle, NULL, opnum, 0, stub->bytes,
						stub->len, mem, &ret->bytes, &ret->len, &flags);
	if (!NT_STATUS_IS_OK(status) && pipe->last_fault_code)
		return fail_fault(reterr, api, pipe->last_fault_code);
	if (!NT_STATUS_IS_OK(status))
		return remote_fail_status(reterr, api, status);
	if (flags & DCERPC_PULL_BIGENDIAN)
		return remote_fail_stub(reterr, api, "the reply is big endian");
	return 0;
}

int remote_call_handle(struct dcerpc_pipe *pipe, uint32_t opnum,
		       const struct tsts_request_stub *stub, struct tsts_handle *ret,
		       enum session_api api, struct failure *reterr)
{
	TALLOC_CTX *mem = talloc_new(pipe);
	struct remote_answer answer = { NULL, 0 };
	uint32_t hresult = 0;
	const char *what;
	int result = remote_call(pipe, opnum, stub, mem, &answer, api, reterr);

	if (result == 0 && tsts_get_handle(answer.bytes, answer.len, ret, &hresult, &what) != 0)
		result = remote_fail_stub(reterr, api, what);
	else if (result == 0 && !tsts_hresult_ok(hresult))
		result = remote_fail_hresult(reterr, api, hresult);
	talloc_free(mem);
	return result;
}

void remote_close_handle(struct dcerpc_pipe *pipe, uint32_t opnum, const struct tsts_handle *handle,
			 enum session_api api)
{
	struct tsts_request_stub stub;
	struct tsts_handle zero;
	struct failure ignored;

	tsts_put_handle(&stub, handle);
	(void)remote_call_handle(pipe, opnum, &stub, &zero, api, &ignored);
}

int remote_call_information(struct remote *remote, uint32_t id, struct tsts_information *ret,
			    enum session_api api, struct failure *reterr)
{
	TALLOC_CTX *mem = talloc_new(remote);
	struct tsts_request_stub stub;
	struct remote_answer answer = { NULL, 0 };
	uint32_t hresult = 0;
	const char *what;
	int result;

	tsts_put_get_session_information_ex(&stub, id);
	result = remote_call(remote->session, TSTS_GET_SESSION_INFORMATION_EX, &stub, mem, &answer,
			     api, reterr);
	if (result == 0 &&
	    tsts_get_information(answer.bytes, answer.len, ret, &hresult, &what) != 0)
		result = remote_fail_stub(reterr, api, what);
	else if (result == 0 && !tsts_hresult_ok(hresult))
		result = remote_fail_hresult(reterr, api, hresult);
	talloc_free(mem);
	return result;
}

enum session_state remote_state_of(int32_t state)
{
	return state >= 0 && state < SESSION_STATE_COUNT ? (enum session_state)state
							 : SESSION_STATE_UNKNOWN;
}
