/*
 * fake_connector.c - a stand-in for rdsweep-tsts that needs no host: it behaves as the host's name
 * says. Every process adds its number to the file that FAKE_LOG names, and every act its line.
 *
 *   open-X list-X look-X logoff-X close-X   with X:
 *     hang   never answers             die    ends without an answer
 *     lie    answers with nonsense     deny   fails with 5
 *     late   answers an older question
 *   anything else answers as a host with one user should.
 *
 * FAKE_HELLO: `mute` ends at once, `old` is of another version, `refuse` does not like the
 * credentials.
 */
#include "tsts_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static char host[256];

static void note(const char *what)
{
	const char *path = getenv("FAKE_LOG");
	char line[300];
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;

	if (fd < 0)
		return;
	(void)snprintf(line, sizeof(line), "%ld %s\n", (long)getpid(), what);
	if (write(fd, line, strlen(line)) < 0)
		abort();
	(void)close(fd);
}

static void receive_all(void *bytes, size_t len)
{
	char *at = bytes;

	while (len) {
		ssize_t some = recv(STDIN_FILENO, at, len, 0);

		if (some < 0 && errno == EINTR)
			continue;
		if (some <= 0)
			exit(0);
		at += some;
		len -= (size_t)some;
	}
}

static void send_all(const struct strbuf *frame)
{
	for (size_t sent = 0; sent < frame->len;) {
		ssize_t some =
			send(STDIN_FILENO, frame->data + sent, frame->len - sent, MSG_NOSIGNAL);

		if (some <= 0)
			exit(0);
		sent += (size_t)some;
	}
}

static const char *const steps[TSTS_WIRE_TYPE_COUNT] = {
	[TSTS_WIRE_FAILED] = "-",	  [TSTS_WIRE_HELLO] = "-",
	[TSTS_WIRE_OPEN] = "open-",	  [TSTS_WIRE_ENUMERATE] = "list-",
	[TSTS_WIRE_AIM] = "aim-",	  [TSTS_WIRE_DETAILS] = "look-",
	[TSTS_WIRE_LOGOFF] = "logoff-",	  [TSTS_WIRE_DISCONNECT] = "disconnect-",
	[TSTS_WIRE_MESSAGE] = "message-", [TSTS_WIRE_CLOSE] = "close-",
};

/* What the host's name says of this step: the part behind it, else "". */
static const char *told(enum tsts_wire_type type)
{
	size_t len = strlen(steps[type]);

	return strncmp(host, steps[type], len) == 0 ? host + len : "";
}

static void answer_well(struct strbuf *out, const struct tsts_wire_request *request)
{
	static const struct session_info rows[] = {
		{ 0, SESSION_DISCONNECTED, "Services", "", "", "", "" },
		{ 2, SESSION_ACTIVE, "RDP-Tcp#2", "alice", "CORP", "", "" },
	};
	const struct session_details details = { .state = SESSION_ACTIVE,
						 .logon_at_ms = 1000,
						 .idle_s = 60,
						 .user = "alice",
						 .domain = "CORP",
						 .station = "RDP-Tcp#2" };

	if (request->type == TSTS_WIRE_ENUMERATE)
		tsts_wire_put_list(out, request->sequence, rows, 2);
	else if (request->type == TSTS_WIRE_DETAILS)
		tsts_wire_put_details(out, request->sequence, &details);
	else
		tsts_wire_put_done(out, request->type, request->sequence);
}

static void answer_hello(struct strbuf *out, const struct tsts_wire_request *request)
{
	const struct session_error error = { .api = SESSION_API_OPEN_SERVER_EX, .code = 1931 };
	const char *how = getenv("FAKE_HELLO");

	how = how ? how : "";
	if (strcmp(how, "mute") == 0)
		exit(0);
	if (strcmp(how, "refuse") == 0) {
		tsts_wire_put_failed(out, request->sequence, &error, "the ticket has expired");
		return;
	}
	tsts_wire_put_hello(out, request->sequence, "CORP",
			    request->auth_file[0] ? request->auth_file : "admin");
	if (strcmp(how, "old") == 0)
		out->data[TSTS_WIRE_FRAME_HEAD + 5]++;
}

static void answer(struct strbuf *out, const struct tsts_wire_request *request)
{
	const struct session_error denied = { .api = SESSION_API_ENUMERATE_SESSIONS_EX, .code = 5 };
	const char *how;

	if (request->type == TSTS_WIRE_HELLO) {
		answer_hello(out, request);
		return;
	}
	if (request->type == TSTS_WIRE_OPEN)
		(void)snprintf(host, sizeof(host), "%s", request->host);
	how = told(request->type);
	if (strcmp(how, "hang") == 0) {
		note("hangs");
		for (;;)
			(void)pause();
	}
	if (strcmp(how, "die") == 0)
		_exit(1);
	if (strcmp(how, "lie") == 0)
		strbuf_add(out, "\7\0\0\0nothing", 11);
	else if (strcmp(how, "late") == 0)
		tsts_wire_put_done(out, request->type, request->sequence - 1);
	else if (strcmp(how, "deny") == 0)
		tsts_wire_put_failed(out, request->sequence, &denied, "");
	else
		answer_well(out, request);
	if (request->type == TSTS_WIRE_LOGOFF)
		note("logoff");
}

int main(void)
{
	uint8_t head[TSTS_WIRE_FRAME_HEAD];

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	note("starts");
	for (;;) {
		struct tsts_wire_request request;
		struct strbuf out;
		uint32_t len;
		uint8_t *body;

		receive_all(head, sizeof(head));
		len = tsts_wire_body_len(head);
		body = malloc(len);
		if (!len || !body)
			return 1;
		receive_all(body, len);
		if (tsts_wire_get_request(body, len, &request) != 0)
			return 1;
		strbuf_init(&out);
		answer(&out, &request);
		send_all(&out);
		strbuf_release(&out);
		free(body);
	}
}
