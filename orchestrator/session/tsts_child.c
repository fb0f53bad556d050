/* tsts_child.c - see tsts_child.h. */
#include "tsts_child.h"

#include "tsts_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct tsts_child {
	pid_t pid; /* until tsts_child_free() it is not waited for: the number stays its own */
	int socket;
};

static int prepare_files(posix_spawn_file_actions_t *files, int socket)
{
	int error = posix_spawn_file_actions_adddup2(files, socket, STDIN_FILENO);

	error = error ? error
		      : posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null",
							 O_WRONLY, 0);
	return error ? error
		     : posix_spawn_file_actions_adddup2(files, STDOUT_FILENO, STDERR_FILENO);
}

/* What we ignore or block it must not. */
static int prepare_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, defaults;
	int error;

	(void)sigemptyset(&none);
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE);
	(void)sigaddset(&defaults, SIGXFSZ);
	error = posix_spawnattr_setsigmask(attributes, &none);
	error = error ? error : posix_spawnattr_setsigdefault(attributes, &defaults);
	error = error ? error : posix_spawnattr_setpgroup(attributes, 0);
	return error ? error
		     : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
								    POSIX_SPAWN_SETSIGDEF |
								    POSIX_SPAWN_SETPGROUP);
}

static int spawn(const char *program, int socket, pid_t *ret_pid)
{
	char *name = strdup(program);
	char *argv[] = { name, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int error = name ? posix_spawn_file_actions_init(&files) : ENOMEM;

	if (error)
		goto out_name;
	error = posix_spawnattr_init(&attributes);
	if (error)
		goto out_files;
	error = prepare_files(&files, socket);
	error = error ? error : prepare_attributes(&attributes);
	error = error ? error : posix_spawn(ret_pid, program, &files, &attributes, argv, environ);
	(void)posix_spawnattr_destroy(&attributes);
out_files:
	(void)posix_spawn_file_actions_destroy(&files);
out_name:
	free(name);
	return error;
}

/* Not inherited by whatever else is being started meanwhile. */
static int make_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0)
		return 0;
	return errno;
}

struct tsts_child *tsts_child_start(const char *program, int *reterr_errno)
{
	struct tsts_child *child = calloc(1, sizeof(*child));
	int pair[2];
	int error = child ? make_pair(pair) : ENOMEM;

	if (!error) {
		error = spawn(program, pair[1], &child->pid);
		(void)close(pair[1]);
		if (error)
			(void)close(pair[0]);
		else
			child->socket = pair[0];
	}
	if (error) {
		free(child);
		*reterr_errno = error;
		return NULL;
	}
	return child;
}

/* How much of it went out. */
static size_t send_all(int socket, const char *bytes, size_t len)
{
	size_t sent = 0;

	while (sent < len) {
		ssize_t some = send(socket, bytes + sent, len - sent, MSG_NOSIGNAL);

		if (some < 0 && errno == EINTR)
			continue;
		if (some < 0)
			break;
		sent += (size_t)some;
	}
	return sent;
}

static bool receive_all(int socket, void *bytes, size_t len)
{
	char *at = bytes;

	while (len) {
		ssize_t some = recv(socket, at, len, 0);

		if (some < 0 && errno == EINTR)
			continue;
		if (some <= 0)
			return false;
		at += some;
		len -= (size_t)some;
	}
	return true;
}

static enum tsts_child_result receive_body(int socket, struct strbuf *ret_body)
{
	uint8_t head[TSTS_WIRE_FRAME_HEAD];
	char some[4096];
	uint32_t left;

	if (!receive_all(socket, head, sizeof(head)))
		return TSTS_CHILD_BROKE;
	left = tsts_wire_body_len(head);
	if (!left)
		return TSTS_CHILD_BROKE;
	/* The length is only believed as far as bytes come. */
	while (left) {
		size_t part = left < sizeof(some) ? left : sizeof(some);

		if (!receive_all(socket, some, part))
			return TSTS_CHILD_BROKE;
		strbuf_add(ret_body, some, part);
		left -= (uint32_t)part;
	}
	return ret_body->failed ? TSTS_CHILD_NO_MEMORY : TSTS_CHILD_OK;
}

enum tsts_child_result tsts_child_tell(struct tsts_child *child, const struct strbuf *frame)
{
	if (frame->failed)
		return TSTS_CHILD_NO_MEMORY;
	/* Half a question is none. */
	return send_all(child->socket, frame->data, frame->len) < frame->len ? TSTS_CHILD_DEAD
									     : TSTS_CHILD_OK;
}

enum tsts_child_result tsts_child_hear(struct tsts_child *child, struct strbuf *ret_body)
{
	strbuf_clear(ret_body);
	return receive_body(child->socket, ret_body);
}

void tsts_child_kill(struct tsts_child *child)
{
	(void)kill(child->pid, SIGKILL);
}

void tsts_child_free(struct tsts_child *child)
{
	if (!child)
		return;
	(void)close(child->socket);
	(void)kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(child);
}
