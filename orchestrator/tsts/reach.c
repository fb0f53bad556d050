/* reach.c - see reach.h. */
#include "reach.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define API		  SESSION_API_OPEN_SERVER_EX
#define CONNECT_MOST_MS	  10000 /* for one address; the caller's own deadline may be shorter */
#define WSATRY_AGAIN	  11002u
#define WSAHOST_NOT_FOUND 11001u

static uint32_t windows_error(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return 1225;
	case ETIMEDOUT:
		return 121; /* ERROR_SEM_TIMEOUT: of the transport; tried again */
	case ENETUNREACH:
		return 1231;
	case EHOSTUNREACH:
		return 1232;
	case EHOSTDOWN:
		return 1256;
	case ECONNRESET:
		return 10054;
	case EMFILE:
	case ENFILE:
		return 10024;
	case ENOMEM:
	case ENOBUFS:
		return 8;
	default:
		return 59; /* ERROR_UNEXP_NET_ERR */
	}
}

/* 0, or an errno. */
static int wait_connected(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int error = 0, ready;
	socklen_t size = sizeof(error);

	do
		ready = poll(&wait, 1, CONNECT_MOST_MS);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return ETIMEDOUT;
	if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		return errno;
	return error;
}

static int try_address(const struct addrinfo *at)
{
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, at->ai_addr, at->ai_addrlen) != 0)
		error = errno == EINPROGRESS ? wait_connected(fd) : errno;
	(void)close(fd);
	return error;
}

static bool is_written(const struct addrinfo *at, char out[REACH_ADDRESS_SIZE])
{
	return getnameinfo(at->ai_addr, at->ai_addrlen, out, REACH_ADDRESS_SIZE, NULL, 0,
			   NI_NUMERICHOST) == 0;
}

/* 0, or an errno. */
static int find(const struct addrinfo *found, bool try_one, char ret_literal[REACH_ADDRESS_SIZE])
{
	int error = EHOSTUNREACH;

	for (const struct addrinfo *at = found; at; at = at->ai_next) {
		bool known = !found->ai_next && !try_one;

		error = known ? 0 : try_address(at);
		if (error == 0 && is_written(at, ret_literal))
			return 0;
	}
	return error ? error : EHOSTUNREACH;
}

int reach_find(const char *address, uint16_t port, bool try_one,
	       char ret_literal[REACH_ADDRESS_SIZE], struct failure *reterr)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
					.ai_socktype = SOCK_STREAM,
					.ai_flags = AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	char service[8];
	int error;

	(void)snprintf(service, sizeof(service), "%u", (unsigned)port);
	error = getaddrinfo(address, service, &hints, &found);
	if (error)
		return failure_set(reterr, API,
				   error == EAI_AGAIN ? WSATRY_AGAIN : WSAHOST_NOT_FOUND);
	error = find(found, try_one, ret_literal);
	freeaddrinfo(found);
	return error ? failure_set(reterr, API, windows_error(error)) : 0;
}
