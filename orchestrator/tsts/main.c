/*
 * main.c - rdsweep-tsts: the connector process that rdsweep starts for itself. It answers the
 * questions of tsts_wire.h on its standard input, one host at a time, until that is closed.
 *
 * It holds a password, so it leaves no core dump and nobody may look into it. It dies with rdsweep,
 * whatever it is waiting for.
 */
#include "credentials.h"
#include "failure.h"
#include "remote.h"
#include "tsts_wire.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <dcerpc.h>

#define WIN32_NOT_ENOUGH_MEMORY 8u
#define WIN32_INVALID_PARAMETER 87u
#define EXIT_USAGE		2
#define EXIT_TALK		3 /* what is on the other end is not rdsweep */

#if defined(__SANITIZE_ADDRESS__)
/* Nobody may look into this process, and that includes the search for leaks at its end. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

struct connector {
	TALLOC_CTX *mem;
	struct loadparm_context *lp;
	struct credentials credentials;
	struct remote *remote; /* once HELLO is over */
	struct strbuf answer;
};

static bool receive_all(void *bytes, size_t len)
{
	char *at = bytes;

	while (len) {
		ssize_t some = recv(STDIN_FILENO, at, len, 0);

		if (some < 0 && errno == EINTR)
			continue;
		if (some <= 0)
			return false;
		at += some;
		len -= (size_t)some;
	}
	return true;
}

static bool send_all(const char *bytes, size_t len)
{
	while (len) {
		ssize_t some = send(STDIN_FILENO, bytes, len, MSG_NOSIGNAL);

		if (some < 0 && errno == EINTR)
			continue;
		if (some <= 0)
			return false;
		bytes += some;
		len -= (size_t)some;
	}
	return true;
}

/* --- one answer each; 0, or -1 with the failure that is answered instead */

static int load_settings(struct connector *connector, struct failure *reterr)
{
	static const char *const settings[][2] = {
		{ "log level", "0" },
		{ "client min protocol", "SMB2_10" },
		{ "client max protocol", "SMB3" },
		{ "client ipc min protocol", "SMB2_10" },
		{ "client ipc max protocol", "SMB3" },
		{ "client ipc signing", "required" },
		{ "client ntlmv2 auth", "yes" },
		{ "client use spnego", "yes" },
	};

	/* No smb.conf is read: nothing of it is needed, and it is not written for us. */
	connector->lp = loadparm_init(connector->mem);
	for (size_t i = 0; connector->lp && i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!lpcfg_set_cmdline(connector->lp, settings[i][0], settings[i][1]))
			connector->lp = NULL;
	if (!connector->lp || !NT_STATUS_IS_OK(dcerpc_init()))
		return failure_say(reterr, SESSION_API_OPEN_SERVER_EX, WIN32_NOT_ENOUGH_MEMORY,
				   "Samba's libraries cannot be used");
	return 0;
}

static int hello(struct connector *connector, const struct tsts_wire_request *request,
		 struct failure *reterr)
{
	if (request->version != TSTS_WIRE_VERSION) {
		/* rdsweep tells the two versions apart. */
		tsts_wire_put_hello(&connector->answer, request->sequence, "", "");
		return 0;
	}
	if (connector->remote)
		return failure_set(reterr, SESSION_API_OPEN_SERVER_EX, WIN32_INVALID_PARAMETER);
	if (load_settings(connector, reterr) != 0 ||
	    credentials_load(&connector->credentials, connector->mem, connector->lp,
			     request->auth_file, reterr) != 0)
		return -1;
	connector->remote = remote_create(connector->mem, connector->lp, &connector->credentials);
	if (!connector->remote)
		return failure_set(reterr, SESSION_API_OPEN_SERVER_EX, WIN32_NOT_ENOUGH_MEMORY);
	tsts_wire_put_hello(&connector->answer, request->sequence, connector->credentials.domain,
			    connector->credentials.user);
	return 0;
}

static int enumerate(struct connector *connector, uint32_t sequence, struct failure *reterr)
{
	struct session_list list;

	if (remote_enumerate(connector->remote, &list, reterr) != 0)
		return -1;
	tsts_wire_put_list(&connector->answer, sequence, list.items, list.count);
	session_list_release(&list);
	return 0;
}

static int details(struct connector *connector, const struct tsts_wire_request *request,
		   struct failure *reterr)
{
	struct session_details details;

	if (remote_details(connector->remote, request->id, &details, reterr) != 0)
		return -1;
	tsts_wire_put_details(&connector->answer, request->sequence, &details);
	return 0;
}

static int message(struct connector *connector, const struct tsts_wire_request *request,
		   struct failure *reterr)
{
	const struct session_message message = { request->title, request->text,
						 request->timeout_s };

	return remote_message(connector->remote, request->id, &message, reterr);
}

static int answer(struct connector *connector, const struct tsts_wire_request *request,
		  struct failure *reterr)
{
	struct remote *remote = connector->remote;
	int result = 0;

	switch (request->type) {
	case TSTS_WIRE_HELLO:
		return hello(connector, request, reterr);
	case TSTS_WIRE_ENUMERATE:
		return enumerate(connector, request->sequence, reterr);
	case TSTS_WIRE_DETAILS:
		return details(connector, request, reterr);
	case TSTS_WIRE_OPEN:
		result =
			remote_open(remote, request->host, request->address, request->port, reterr);
		break;
	case TSTS_WIRE_AIM:
		result = remote_aim(remote, request->id, reterr);
		break;
	case TSTS_WIRE_LOGOFF:
		result = remote_logoff(remote, request->id, reterr);
		break;
	case TSTS_WIRE_DISCONNECT:
		result = remote_disconnect(remote, request->id, reterr);
		break;
	case TSTS_WIRE_MESSAGE:
		result = message(connector, request, reterr);
		break;
	case TSTS_WIRE_CLOSE:
		remote_close(remote);
		break;
	case TSTS_WIRE_FAILED:
	case TSTS_WIRE_TYPE_COUNT:
	default:
		return failure_set(reterr, SESSION_API_OPEN_SERVER_EX, WIN32_INVALID_PARAMETER);
	}
	if (result == 0)
		tsts_wire_put_done(&connector->answer, request->type, request->sequence);
	return result;
}

static bool ends_an_act(enum tsts_wire_type type)
{
	return type == TSTS_WIRE_LOGOFF || type == TSTS_WIRE_DISCONNECT ||
	       type == TSTS_WIRE_MESSAGE || type == TSTS_WIRE_ENUMERATE;
}

/* False: there is nobody to talk to any more. */
static bool serve(struct connector *connector, const struct tsts_wire_request *request)
{
	struct failure failure = { .text = "" };

	strbuf_clear(&connector->answer);
	if (!connector->remote && request->type != TSTS_WIRE_HELLO)
		return false;
	if (answer(connector, request, &failure) != 0) {
		strbuf_clear(&connector->answer);
		tsts_wire_put_failed(&connector->answer, request->sequence, &failure.error,
				     failure.text);
	}
	if (connector->answer.failed) {
		strbuf_clear(&connector->answer);
		(void)failure_set(&failure, SESSION_API_OPEN_SERVER_EX, WIN32_NOT_ENOUGH_MEMORY);
		tsts_wire_put_failed(&connector->answer, request->sequence, &failure.error, "");
	}
	if (connector->answer.failed || !send_all(connector->answer.data, connector->answer.len))
		return false;
	if (ends_an_act(request->type))
		remote_tidy(connector->remote);
	return true;
}

static int serve_all(struct connector *connector)
{
	uint8_t head[TSTS_WIRE_FRAME_HEAD];

	while (receive_all(head, sizeof(head))) {
		uint32_t len = tsts_wire_body_len(head);
		uint8_t *body = len ? malloc(len) : NULL;
		struct tsts_wire_request request;
		bool goes_on = body && receive_all(body, len) &&
			       tsts_wire_get_request(body, len, &request) == 0 &&
			       serve(connector, &request);

		free(body);
		if (!goes_on)
			return EXIT_TALK;
	}
	return EXIT_SUCCESS;
}

static bool is_socket(int fd)
{
	int type = 0;
	socklen_t size = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/* Before anything secret is read. */
static int harden(void)
{
	const struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    setrlimit(RLIMIT_CORE, &none) != 0)
		return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct connector connector = { .mem = NULL };

	(void)argv;
	if (argc > 1 || !is_socket(STDIN_FILENO)) {
		(void)fputs(
			"rdsweep-tsts " RDSWEEP_VERSION " is started by rdsweep, which talks to it "
			"over a socket; by hand there is nothing to be done with it.\n"
			"It contains Samba's libraries: GNU General Public License, version 3 or "
			"later.\n",
			stderr);
		return EXIT_USAGE;
	}
	if (harden() != 0)
		return EXIT_FAILURE;
	strbuf_init(&connector.answer);
	connector.mem = talloc_named_const(NULL, 0, "rdsweep-tsts");
	return connector.mem ? serve_all(&connector) : EXIT_FAILURE;
}
