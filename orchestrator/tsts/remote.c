/* remote.c - see remote.h. */
#include "remote.h"

#include "nt_status.h"
#include "reach.h"
#include "tsts_ndr.h"
#include "utc.h"
#include "wts_text.h"
#include "wts_time.h"

#include <string.h>
#include <time.h>

#include <core/error.h>
#include <dcerpc.h>
#include <tevent.h>

#define WIN32_FILE_NOT_FOUND	       2u
#define WIN32_NOT_ENOUGH_MEMORY	       8u
#define WIN32_NOT_CONNECTED	       2250u
#define WIN32_CALL_FAILED	       1726u
#define WIN32_CALL_FAILED_DNE	       1727u
#define WIN32_BAD_STUB_DATA	       1783u
#define WIN32_CTX_WINSTATION_NOT_FOUND 7022u
#define MESSAGE_STYLE		       0x00050030u /* MB_OK, ICONWARNING, SETFOREGROUND, TOPMOST */
#define CALL_MOST_S		       86400u	   /* the deadline is not ours */
#define TICKS_PER_SECOND	       INT64_C(10000000)
#define FROM_1601_TO_1970_S	       INT64_C(11644473600)

/* What libdcerpc wants to know of an interface; calls are marshalled by tsts_ndr.h. */
static const char *const service_names[] = { "host" };
static const struct ndr_interface_string_array services = { 1, service_names };
static const char *const lsm_endpoint_names[] = { "ncacn_np:[\\pipe\\" TSTS_PIPE "]" };
static const struct ndr_interface_string_array lsm_endpoints = { 1, lsm_endpoint_names };
static const char *const srvsvc_endpoint_names[] = { "ncacn_np:[\\pipe\\" SRVSVC_PIPE "]" };
static const struct ndr_interface_string_array srvsvc_endpoints = { 1, srvsvc_endpoint_names };

static const struct ndr_interface_table enumeration_interface = {
	.name = "TermSrvEnumeration",
	.syntax_id = { { 0x88143fd0,
			 0xc28d,
			 0x4b2b,
			 { 0x8f, 0xef },
			 { 0x8d, 0x88, 0x2f, 0x6a, 0x93, 0x90 } },
		       1 },
	.endpoints = &lsm_endpoints,
	.authservices = &services,
};
static const struct ndr_interface_table session_interface = {
	.name = "TermSrvSession",
	.syntax_id = { { 0x484809d6,
			 0x4239,
			 0x471b,
			 { 0xb5, 0xbc },
			 { 0x61, 0xdf, 0x8c, 0x23, 0xac, 0x48 } },
		       1 },
	.endpoints = &lsm_endpoints,
	.authservices = &services,
};
static const struct ndr_interface_table srvsvc_interface = {
	.name = "srvsvc",
	.syntax_id = { { 0x4b324fc8,
			 0x1670,
			 0x01d3,
			 { 0x12, 0x78 },
			 { 0x5a, 0x47, 0xbf, 0x6e, 0xe1, 0x88 } },
		       3 },
	.endpoints = &srvsvc_endpoints,
	.authservices = &services,
};

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

static int fail_status(struct failure *reterr, enum session_api api, NTSTATUS status)
{
	return failure_set(reterr, api, NT_STATUS_V(status));
}

/* An HRESULT is a Windows error in disguise, an NTSTATUS in disguise, or itself. */
static int fail_hresult(struct failure *reterr, enum session_api api, uint32_t hresult)
{
	if ((hresult & UINT32_C(0xFFFF0000)) == UINT32_C(0x80070000))
		return failure_set(reterr, api, hresult & UINT32_C(0xFFFF));
	if ((hresult & UINT32_C(0xF0000000)) == UINT32_C(0xD0000000))
		return failure_set(reterr, api, hresult & ~UINT32_C(0x10000000));
	return failure_set(reterr, api, hresult);
}

static int fail_stub(struct failure *reterr, enum session_api api, const char *what)
{
	return failure_say(reterr, api, WIN32_BAD_STUB_DATA, "%s", what);
}

struct remote *remote_create(TALLOC_CTX *mem, struct loadparm_context *lp,
			     const struct credentials *credentials)
{
	struct remote *remote = talloc_zero(mem, struct remote);

	if (remote) {
		remote->lp = lp;
		remote->credentials = credentials;
	}
	return remote;
}

/* --- pipes */

/* The same host, another pipe. Names of hosts are set as options and never parsed. */
static struct dcerpc_binding *make_binding(struct remote *remote, const char *host,
					   const char *literal)
{
	/* A ticket is used within SPNEGO; with a password there is nothing to negotiate. */
	uint32_t auth = remote->credentials->cache[0] ? DCERPC_AUTH_SPNEGO : DCERPC_AUTH_NTLM;
	struct dcerpc_binding *binding = NULL;

	if (!NT_STATUS_IS_OK(dcerpc_parse_binding(remote->open, "ncacn_np:", &binding)) ||
	    !NT_STATUS_IS_OK(dcerpc_binding_set_string_option(binding, "host", literal)) ||
	    !NT_STATUS_IS_OK(dcerpc_binding_set_string_option(binding, "target_hostname", host)) ||
	    !NT_STATUS_IS_OK(
		    dcerpc_binding_set_flags(binding, DCERPC_SMB2 | DCERPC_SEAL | auth, 0)))
		return NULL;
	return binding;
}

static const struct dcerpc_binding *binding_for(struct remote *remote,
						const struct ndr_interface_table *interface)
{
	const char *pipe =
		interface == &srvsvc_interface ? "\\pipe\\" SRVSVC_PIPE : "\\pipe\\" TSTS_PIPE;

	if (!NT_STATUS_IS_OK(dcerpc_binding_set_string_option(remote->binding, "endpoint", pipe)) ||
	    !NT_STATUS_IS_OK(
		    dcerpc_binding_set_abstract_syntax(remote->binding, &interface->syntax_id)))
		return NULL;
	return remote->binding;
}

static void set_patience(struct dcerpc_pipe *pipe)
{
	(void)dcerpc_binding_handle_set_timeout(pipe->binding_handle, CALL_MOST_S);
}

static NTSTATUS first_pipe(struct remote *remote)
{
	const struct dcerpc_binding *binding = binding_for(remote, &enumeration_interface);
	NTSTATUS status;

	if (!binding)
		return NT_STATUS_NO_MEMORY;
	status = dcerpc_pipe_connect_b(remote->open, &remote->enumeration, binding,
				       &enumeration_interface, remote->credentials->samba,
				       remote->events, remote->lp);
	if (NT_STATUS_IS_OK(status))
		set_patience(remote->enumeration);
	return status;
}

/* Over the SMB session of the first one. */
static NTSTATUS next_pipe(struct remote *remote, const struct ndr_interface_table *interface,
			  struct dcerpc_pipe **ret_pipe)
{
	const struct dcerpc_binding *binding = binding_for(remote, interface);
	NTSTATUS status;

	if (!binding)
		return NT_STATUS_NO_MEMORY;
	status = dcerpc_secondary_auth_connection(remote->enumeration, binding, interface,
						  remote->credentials->samba, remote->lp,
						  remote->open, ret_pipe);
	if (NT_STATUS_IS_OK(status))
		set_patience(*ret_pipe);
	return status;
}

void remote_close(struct remote *remote)
{
	TALLOC_FREE(remote->open);
	remote->events = NULL;
	remote->binding = NULL;
	remote->enumeration = remote->session = NULL;
	remote->aimed = remote->clock_asked = remote->clock_known = false;
}

static bool set_port(struct remote *remote, uint16_t port)
{
	char text[8];

	(void)snprintf(text, sizeof(text), "%u", (unsigned)port);
	return lpcfg_set_cmdline(remote->lp, "smb ports", text);
}

int remote_open(struct remote *remote, const char *host, const char *address, uint16_t port,
		struct failure *reterr)
{
	char literal[REACH_ADDRESS_SIZE];
	NTSTATUS status;

	remote_close(remote);
	if (credentials_check(remote->credentials, reterr) != 0 ||
	    reach_find(address, port, false, literal, reterr) != 0)
		return -1;
	remote->open = talloc_new(remote);
	remote->events = tevent_context_init(remote->open);
	if (!remote->events || !set_port(remote, port))
		return failure_set(reterr, SESSION_API_OPEN_SERVER_EX, WIN32_NOT_ENOUGH_MEMORY);
	remote->binding = make_binding(remote, host, literal);
	status = remote->binding ? first_pipe(remote) : NT_STATUS_NO_MEMORY;
	if (NT_STATUS_IS_OK(status))
		status = next_pipe(remote, &session_interface, &remote->session);
	if (!NT_STATUS_IS_OK(status)) {
		remote_close(remote);
		/* Which may mean that nobody takes connections there: what does the system say? */
		if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY) &&
		    reach_find(address, port, true, literal, reterr) != 0)
			return -1;
		return fail_status(reterr, SESSION_API_OPEN_SERVER_EX, status);
	}
	return 0;
}

/* --- calls */

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

struct answer {
	uint8_t *bytes;
	size_t len;
};

/* One call; the answer belongs to `mem`. */
static int call(struct dcerpc_pipe *pipe, uint32_t opnum, const struct tsts_request_stub *stub,
		TALLOC_CTX *mem, struct answer *ret, enum session_api api, struct failure *reterr)
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
		return fail_status(reterr, api, status);
	if (flags & DCERPC_PULL_BIGENDIAN)
		return fail_stub(reterr, api, "the reply is big endian");
	return 0;
}

/* A call whose answer is a handle. */
static int call_handle(struct dcerpc_pipe *pipe, uint32_t opnum,
		       const struct tsts_request_stub *stub, struct tsts_handle *ret,
		       enum session_api api, struct failure *reterr)
{
	TALLOC_CTX *mem = talloc_new(pipe);
	struct answer answer = { NULL, 0 };
	uint32_t hresult = 0;
	const char *what;
	int result = call(pipe, opnum, stub, mem, &answer, api, reterr);

	if (result == 0 && tsts_get_handle(answer.bytes, answer.len, ret, &hresult, &what) != 0)
		result = fail_stub(reterr, api, what);
	else if (result == 0 && !tsts_hresult_ok(hresult))
		result = fail_hresult(reterr, api, hresult);
	talloc_free(mem);
	return result;
}

/* What is closed was of no more use anyway: a failure changes nothing. */
static void close_handle(struct dcerpc_pipe *pipe, uint32_t opnum, const struct tsts_handle *handle,
			 enum session_api api)
{
	struct tsts_request_stub stub;
	struct tsts_handle zero;
	struct failure ignored;

	tsts_put_handle(&stub, handle);
	(void)call_handle(pipe, opnum, &stub, &zero, api, &ignored);
}

static int call_information(struct remote *remote, uint32_t id, struct tsts_information *ret,
			    enum session_api api, struct failure *reterr)
{
	TALLOC_CTX *mem = talloc_new(remote);
	struct tsts_request_stub stub;
	struct answer answer = { NULL, 0 };
	uint32_t hresult = 0;
	const char *what;
	int result;

	tsts_put_get_session_information_ex(&stub, id);
	result = call(remote->session, TSTS_GET_SESSION_INFORMATION_EX, &stub, mem, &answer, api,
		      reterr);
	if (result == 0 &&
	    tsts_get_information(answer.bytes, answer.len, ret, &hresult, &what) != 0)
		result = fail_stub(reterr, api, what);
	else if (result == 0 && !tsts_hresult_ok(hresult))
		result = fail_hresult(reterr, api, hresult);
	talloc_free(mem);
	return result;
}

/* --- the list */

static enum session_state state_of(int32_t state)
{
	return state >= 0 && state < SESSION_STATE_COUNT ? (enum session_state)state
							 : SESSION_STATE_UNKNOWN;
}

static bool is_gone(const struct failure *failure)
{
	return failure->error.code == WIN32_FILE_NOT_FOUND ||
	       failure->error.code == WIN32_CTX_WINSTATION_NOT_FOUND;
}

/* Whose session a row of the list is. *ret_gone: it went away in between. */
static int add_account(struct remote *remote, struct arena *arena, struct session_info *row,
		       bool *ret_gone, struct failure *reterr)
{
	struct tsts_information information;

	*ret_gone = false;
	/* Neither ever has one. */
	if (row->id == SESSION_ID_SERVICES || row->state == SESSION_LISTEN)
		return 0;
	if (call_information(remote, row->id, &information, SESSION_API_QUERY_SESSION_INFORMATION,
			     reterr) != 0) {
		*ret_gone = is_gone(reterr);
		return *ret_gone ? 0 : -1;
	}
	row->user = wts_text_keep(arena, information.user);
	row->domain = wts_text_keep(arena, information.domain);
	if (!row->user || !row->domain)
		return failure_set(reterr, SESSION_API_ENUMERATE_SESSIONS_EX,
				   WIN32_NOT_ENOUGH_MEMORY);
	return 0;
}

static int take_rows(struct remote *remote, const struct tsts_enum *rows, struct session_list *list,
		     struct failure *reterr)
{
	list->items = arena_alloc(&list->arena, (size_t)rows->count * sizeof(*list->items));
	for (uint32_t i = 0; list->items && i < rows->count; i++) {
		struct session_info info = { .user = "", .domain = "", .vm = "", .farm = "" };
		struct tsts_enum_row row;
		bool gone;

		tsts_enum_row(rows, i, &row);
		info.id = row.id;
		info.state = state_of(row.state);
		info.station = wts_text_keep(&list->arena, row.station);
		if (!info.station)
			break;
		if (add_account(remote, &list->arena, &info, &gone, reterr) != 0)
			return -1;
		if (!gone)
			list->items[list->count++] = info;
		else
			continue;
	}
	return 0;
}

static int enumerate(struct remote *remote, const struct tsts_handle *handle,
		     struct session_list *list, struct failure *reterr)
{
	enum session_api api = SESSION_API_ENUMERATE_SESSIONS_EX;
	TALLOC_CTX *mem = talloc_new(remote);
	struct answer answer = { NULL, 0 };
	struct tsts_request_stub stub;
	struct tsts_enum rows;
	uint32_t hresult = 0;
	const char *what;
	int result;

	tsts_put_get_enum_result(&stub, handle);
	result = call(remote->enumeration, TSTS_GET_ENUM_RESULT, &stub, mem, &answer, api, reterr);
	if (result == 0 && tsts_get_enum(answer.bytes, answer.len, &rows, &hresult, &what) != 0)
		result = fail_stub(reterr, api, what);
	else if (result == 0 && !tsts_hresult_ok(hresult))
		result = fail_hresult(reterr, api, hresult);
	else if (result == 0)
		result = take_rows(remote, &rows, list, reterr);
	talloc_free(mem);
	return result;
}

int remote_enumerate(struct remote *remote, struct session_list *ret_list, struct failure *reterr)
{
	enum session_api api = SESSION_API_ENUMERATE_SESSIONS_EX;
	struct tsts_request_stub none = { .len = 0 };
	struct session_list list;
	struct tsts_handle handle;
	int result;

	if (call_handle(remote->enumeration, TSTS_OPEN_ENUM, &none, &handle, api, reterr) != 0)
		return -1;
	session_list_init(&list);
	result = enumerate(remote, &handle, &list, reterr);
	close_handle(remote->enumeration, TSTS_CLOSE_ENUM, &handle, api);
	if (result != 0)
		session_list_release(&list);
	else
		*ret_list = list;
	return result;
}

/* --- one session */

static int64_t now_ticks(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t)now.tv_sec + FROM_1601_TO_1970_S) * TICKS_PER_SECOND + now.tv_nsec / 100;
}

/* Idle times only mean something by the host's own clock. A host that does not tell it has none. */
static void ask_clock(struct remote *remote)
{
	enum session_api api = SESSION_API_QUERY_SESSION_INFORMATION;
	TALLOC_CTX *mem = talloc_new(remote);
	struct answer answer = { NULL, 0 };
	struct dcerpc_pipe *pipe = NULL;
	struct tsts_request_stub stub;
	struct failure ignored;
	const char *what;
	uint32_t status;
	int64_t theirs;

	remote->clock_asked = true;
	if (NT_STATUS_IS_OK(next_pipe(remote, &srvsvc_interface, &pipe))) {
		tsts_put_time_of_day(&stub);
		if (call(pipe, SRVSVC_REMOTE_TIME_OF_DAY, &stub, mem, &answer, api, &ignored) ==
			    0 &&
		    tsts_get_time_of_day(answer.bytes, answer.len, &theirs, &status, &what) == 0 &&
		    status == 0) {
			remote->clock_known = true;
			remote->clock_ahead = theirs - now_ticks();
		}
	}
	talloc_free(pipe);
	talloc_free(mem);
}

int remote_aim(struct remote *remote, uint32_t id, struct failure *reterr)
{
	enum session_api api = SESSION_API_QUERY_SESSION_INFORMATION;
	struct tsts_request_stub stub;

	remote_tidy(remote);
	if (remote->session && !remote->clock_asked)
		ask_clock(remote); /* so that the look, later, is one call and no more */
	tsts_put_open_session(&stub, id);
	if (!remote->session)
		return failure_set(reterr, api, WIN32_NOT_CONNECTED);
	if (call_handle(remote->session, TSTS_OPEN_SESSION, &stub, &remote->aim, api, reterr) != 0)
		return -1;
	remote->aimed = true;
	remote->aimed_id = id;
	return 0;
}

static int64_t idle_of(const struct remote *remote, enum session_state state,
		       const struct tsts_information *information)
{
	struct wts_times times = { 0, information->disconnect_time, information->last_input_time };

	if (!remote->clock_known)
		return -1;
	times.current = now_ticks() + remote->clock_ahead;
	return wts_idle_s(state, &times);
}

int remote_details(struct remote *remote, uint32_t id, struct session_details *ret_details,
		   struct failure *reterr)
{
	struct session_details details = { .logon_at_ms = UTC_UNKNOWN };
	struct tsts_information information;

	if (remote->session && !remote->clock_asked)
		ask_clock(remote);
	if (call_information(remote, id, &information, SESSION_API_QUERY_SESSION_INFORMATION,
			     reterr) != 0)
		return -1;
	details.state = state_of(information.state);
	details.logon_at_ms = wts_time_ms(information.logon_time);
	details.idle_s = idle_of(remote, details.state, &information);
	wts_text_copy(details.station, information.station, TSTS_STATION_SIZE);
	wts_text_copy(details.domain, information.domain, TSTS_DOMAIN_SIZE);
	wts_text_copy(details.user, information.user, TSTS_USER_SIZE);
	*ret_details = details;
	return 0;
}

static int act(struct remote *remote, uint32_t opnum, uint32_t id, enum session_api api,
	       struct failure *reterr)
{
	struct answer answer = { NULL, 0 };
	struct tsts_request_stub stub;
	uint32_t hresult = 0;
	TALLOC_CTX *mem;
	const char *what;
	int result;

	if (!remote->aimed || remote->aimed_id != id)
		return failure_set(reterr, api, WIN32_CALL_FAILED_DNE);
	mem = talloc_new(remote);
	tsts_put_handle(&stub, &remote->aim);
	result = call(remote->session, opnum, &stub, mem, &answer, api, reterr);
	if (result == 0 && tsts_get_status(answer.bytes, answer.len, &hresult, &what) != 0)
		/* Whatever it means, the host had the request. */
		result = failure_say(reterr, api, WIN32_CALL_FAILED, "%s", what);
	else if (result == 0 && !tsts_hresult_ok(hresult))
		result = fail_hresult(reterr, api, hresult);
	talloc_free(mem);
	return result;
}

int remote_logoff(struct remote *remote, uint32_t id, struct failure *reterr)
{
	return act(remote, TSTS_LOGOFF, id, SESSION_API_LOGOFF_SESSION, reterr);
}

int remote_disconnect(struct remote *remote, uint32_t id, struct failure *reterr)
{
	return act(remote, TSTS_DISCONNECT, id, SESSION_API_DISCONNECT_SESSION, reterr);
}

static int show_message(struct remote *remote, const struct tsts_handle *handle,
			const struct session_message *message, struct failure *reterr)
{
	enum session_api api = SESSION_API_SEND_MESSAGE;
	uint16_t title[TSTS_TEXT_UNITS], text[TSTS_TEXT_UNITS];
	TALLOC_CTX *mem = talloc_new(remote);
	struct answer answer = { NULL, 0 };
	struct tsts_request_stub stub;
	uint32_t hresult = 0;
	const char *what;
	int result;

	(void)wts_text_units(title, TSTS_TEXT_UNITS, message->title);
	(void)wts_text_units(text, TSTS_TEXT_UNITS, message->text);
	tsts_put_show_message_box(&stub, handle, title, text, MESSAGE_STYLE, message->timeout_s);
	result = call(remote->session, TSTS_SHOW_MESSAGE_BOX, &stub, mem, &answer, api, reterr);
	if (result == 0 && tsts_get_message_box(answer.bytes, answer.len, &hresult, &what) != 0)
		result = fail_stub(reterr, api, what);
	else if (result == 0 && !tsts_hresult_ok(hresult))
		result = fail_hresult(reterr, api, hresult);
	talloc_free(mem);
	return result;
}

int remote_message(struct remote *remote, uint32_t id, const struct session_message *message,
		   struct failure *reterr)
{
	enum session_api api = SESSION_API_SEND_MESSAGE;
	struct tsts_request_stub stub;
	struct tsts_handle handle;
	int result;

	if (!remote->session)
		return failure_set(reterr, api, WIN32_NOT_CONNECTED);
	if (remote->aimed && remote->aimed_id == id)
		return show_message(remote, &remote->aim, message, reterr);
	tsts_put_open_session(&stub, id);
	if (call_handle(remote->session, TSTS_OPEN_SESSION, &stub, &handle, api, reterr) != 0)
		return -1;
	result = show_message(remote, &handle, message, reterr);
	close_handle(remote->session, TSTS_CLOSE_SESSION, &handle, api);
	return result;
}

void remote_tidy(struct remote *remote)
{
	if (!remote->aimed)
		return;
	remote->aimed = false;
	close_handle(remote->session, TSTS_CLOSE_SESSION, &remote->aim,
		     SESSION_API_QUERY_SESSION_INFORMATION);
}
