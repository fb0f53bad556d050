/*
 * remote_internal.h - what the files of remote.h share; nobody else includes it.
 *
 * remote.c          the host: SMB, pipes, open and close
 * remote_call.c     one call over a pipe, its answer, and what a failure is called
 * remote_list.c     the list of its sessions
 * remote_session.c  one session: the aim, the look, the acts, the message
 *
 * Errors: 0, or -1 with *reterr.
 */
#ifndef RDSWEEP_TSTS_REMOTE_INTERNAL_H
#define RDSWEEP_TSTS_REMOTE_INTERNAL_H

#include "remote.h"
#include "tsts_ndr.h"

#include <core/error.h>
#include <dcerpc.h>
#include <tevent.h>

#define WIN32_NOT_ENOUGH_MEMORY 8u
#define WIN32_NOT_CONNECTED	2250u

struct remote {
	struct loadparm_context *lp;
	const struct credentials *credentials;
	TALLOC_CTX *open; /* everything of the present host; NULL: there is none */
	struct tevent_context *events;
	struct dcerpc_binding *binding;
	struct dcerpc_pipe *enumeration, *session;
	bool clock_asked;
	bool clock_known;
	int64_t clock_ahead; /* of ours, in ticks of 100 ns */
	bool aimed;
	uint32_t aimed_id;
	struct tsts_handle aim;
};

/* --- remote.c --- */

/* What tells the time of day. */
extern const struct ndr_interface_table remote_srvsvc_interface;

/* One more pipe, over the SMB session of the first one. The host owns it; talloc_free() ends it
 * earlier. */
NTSTATUS remote_next_pipe(struct remote *remote, const struct ndr_interface_table *interface,
			  struct dcerpc_pipe **ret_pipe);

/* --- remote_call.c: the fail functions return -1, so that failing is one line --- */

int remote_fail_status(struct failure *reterr, enum session_api api, NTSTATUS status);
/* An HRESULT is a Windows error in disguise, an NTSTATUS in disguise, or itself. */
int remote_fail_hresult(struct failure *reterr, enum session_api api, uint32_t hresult);
/* `what` is wrong with the bytes of an answer. */
int remote_fail_stub(struct failure *reterr, enum session_api api, const char *what);

struct remote_answer {
	uint8_t *bytes;
	size_t len;
};

/* One call; the answer belongs to `mem`. A pipe that is NULL: not connected. */
int remote_call(struct dcerpc_pipe *pipe, uint32_t opnum, const struct tsts_request_stub *stub,
		TALLOC_CTX *mem, struct remote_answer *ret, enum session_api api,
		struct failure *reterr);
/* A call whose answer is a handle. */
int remote_call_handle(struct dcerpc_pipe *pipe, uint32_t opnum,
		       const struct tsts_request_stub *stub, struct tsts_handle *ret,
		       enum session_api api, struct failure *reterr);
/* What is closed was of no more use anyway: a failure changes nothing. */
void remote_close_handle(struct dcerpc_pipe *pipe, uint32_t opnum, const struct tsts_handle *handle,
			 enum session_api api);
/* All that the host tells of one session. */
int remote_call_information(struct remote *remote, uint32_t id, struct tsts_information *ret,
			    enum session_api api, struct failure *reterr);

/* A state that this program does not know is SESSION_STATE_UNKNOWN. */
enum session_state remote_state_of(int32_t state);

#endif
