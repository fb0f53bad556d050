/* remote.c - see remote.h: the host itself, its SMB session and pipes, open and close. */
#include "remote_internal.h"

#include <stdio.h>

#include "reach.h"

#define CALL_MOST_S 86400u /* the deadline is not ours */

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
const struct ndr_interface_table remote_srvsvc_interface = {
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
	const char *pipe = interface == &remote_srvsvc_interface ? "\\pipe\\" SRVSVC_PIPE
								 : "\\pipe\\" TSTS_PIPE;

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

NTSTATUS remote_next_pipe(struct remote *remote, const struct ndr_interface_table *interface,
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
		status = remote_next_pipe(remote, &session_interface, &remote->session);
	if (!NT_STATUS_IS_OK(status)) {
		remote_close(remote);
		/* Which may mean that nobody takes connections there: what does the system say? */
		if (NT_STATUS_EQUAL(status, NT_STATUS_NO_MEMORY) &&
		    reach_find(address, port, true, literal, reterr) != 0)
			return -1;
		return remote_fail_status(reterr, SESSION_API_OPEN_SERVER_EX, status);
	}
	return 0;
}
