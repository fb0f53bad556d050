/* probe.c - see probe.h. */
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBE_ADDRESSES_MAX 8
#define PROBE_STAGGER_MS    250

struct tcp_probe;

struct attempt {
	uv_tcp_t tcp;
	uv_connect_t connect;
	struct tcp_probe *owner;
};

struct tcp_probe {
	struct exec_probe *probe;
	uv_loop_t *loop;
	struct probe_keeper *keeper;
	uv_getaddrinfo_t lookup;
	uv_timer_t timeout, stagger;
	struct sockaddr_storage addresses[PROBE_ADDRESSES_MAX];
	struct attempt attempts[PROBE_ADDRESSES_MAX];
	unsigned address_count, started, failed;
	bool refused, done;
	unsigned held; /* handles and requests libuv still knows */
};

static void let_go(struct tcp_probe *tcp)
{
	struct exec_probe *probe = tcp->probe;

	if (--tcp->held)
		return;
	tcp->keeper->probes_out--;
	free(tcp);
	probe->released(probe);
}

static void on_closed(uv_handle_t *handle)
{
	let_go(handle->data);
}

static void end(struct tcp_probe *tcp)
{
	tcp->done = true;
	uv_close((uv_handle_t *)&tcp->timeout, on_closed);
	uv_close((uv_handle_t *)&tcp->stagger, on_closed);
	for (unsigned i = 0; i < tcp->started; i++)
		uv_close((uv_handle_t *)&tcp->attempts[i].tcp, on_closed);
}

static void finish(struct tcp_probe *tcp, enum exec_probe_result result)
{
	if (tcp->done)
		return;
	end(tcp);
	tcp->probe->done(tcp->probe, result);
}

static void note_failure(struct tcp_probe *tcp, int status)
{
	tcp->refused |= status == UV_ECONNREFUSED;
	if (++tcp->failed < tcp->address_count)
		return;
	if (tcp->refused)
		finish(tcp, EXEC_PROBE_REFUSED);
	else
		finish(tcp, status == UV_ETIMEDOUT ? EXEC_PROBE_SILENT : EXEC_PROBE_FAILED);
}

static void start_next(struct tcp_probe *tcp);

static void on_connect(uv_connect_t *connect, int status)
{
	struct tcp_probe *tcp = ((struct attempt *)connect->data)->owner;

	if (tcp->done)
		return;
	if (status == 0) {
		finish(tcp, EXEC_PROBE_CONNECTED);
		return;
	}
	note_failure(tcp, status);
	if (!tcp->done && tcp->failed == tcp->started)
		start_next(tcp);
}

static void on_stagger(uv_timer_t *timer)
{
	start_next(timer->data);
}

static void start_next(struct tcp_probe *tcp)
{
	while (!tcp->done && tcp->started < tcp->address_count) {
		unsigned i = tcp->started++;
		struct attempt *attempt = &tcp->attempts[i];
		int status;

		(void)uv_tcp_init(tcp->loop, &attempt->tcp); /* makes no socket yet: cannot fail */
		tcp->held++;
		attempt->owner = tcp;
		attempt->tcp.data = tcp;
		attempt->connect.data = attempt;
		status = uv_tcp_connect(&attempt->connect, &attempt->tcp,
					(const struct sockaddr *)&tcp->addresses[i], on_connect);
		if (status == 0) {
			if (tcp->started < tcp->address_count)
				(void)uv_timer_start(&tcp->stagger, on_stagger, PROBE_STAGGER_MS,
						     0);
			return;
		}
		note_failure(tcp, status);
	}
}

static void on_timeout(uv_timer_t *timer)
{
	finish(timer->data, EXEC_PROBE_SILENT);
}

/* The addresses in turns of their families, beginning with the resolver's first choice. */
static void take_addresses(struct tcp_probe *tcp, const struct addrinfo *list)
{
	const struct addrinfo *turn[2] = { list, list };
	int first = list ? list->ai_family : AF_INET6;

	for (int side = 0; tcp->address_count < PROBE_ADDRESSES_MAX; side = !side) {
		const struct addrinfo **at = &turn[side];

		if (!turn[0] && !turn[1])
			break;
		while (*at && ((*at)->ai_family == first) != (side == 0))
			*at = (*at)->ai_next;
		if (!*at)
			continue;
		if ((size_t)(*at)->ai_addrlen <= sizeof(tcp->addresses[0]))
			memcpy(&tcp->addresses[tcp->address_count++], (*at)->ai_addr,
			       (size_t)(*at)->ai_addrlen);
		*at = (*at)->ai_next;
	}
}

static void on_lookup(uv_getaddrinfo_t *lookup, int status, struct addrinfo *list)
{
	struct tcp_probe *tcp = lookup->data;

	tcp->keeper->looks_up(tcp->keeper, -1);
	if (tcp->probe->looked_up)
		tcp->probe->looked_up(tcp->probe);
	if (!tcp->done && status == 0) {
		take_addresses(tcp, list);
		if (tcp->address_count)
			start_next(tcp);
		else
			finish(tcp, EXEC_PROBE_NAME_UNKNOWN);
	} else if (!tcp->done) {
		/* EAI_AGAIN and the like say that nobody could be asked, not that the name is
		 * unknown. */
		finish(tcp, status == UV_EAI_NONAME || status == UV_EAI_NODATA
				    ? EXEC_PROBE_NAME_UNKNOWN
				    : EXEC_PROBE_FAILED);
	}
	uv_freeaddrinfo(list);
	let_go(tcp);
}

static bool take_literal(struct tcp_probe *tcp)
{
	const char *address = tcp->probe->address;
	int port = tcp->probe->port;

	if (uv_ip4_addr(address, port, (struct sockaddr_in *)&tcp->addresses[0]) < 0 &&
	    uv_ip6_addr(address, port, (struct sockaddr_in6 *)&tcp->addresses[0]) < 0)
		return false;
	tcp->address_count = 1;
	return true;
}

static void start_lookup(struct tcp_probe *tcp)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	char port[8];
	int status;

	(void)snprintf(port, sizeof(port), "%u", (unsigned)tcp->probe->port);
	tcp->lookup.data = tcp;
	tcp->held++;
	tcp->keeper->looks_up(tcp->keeper, 1);
	status = uv_getaddrinfo(tcp->loop, &tcp->lookup, on_lookup, tcp->probe->address, port,
				&hints);
	if (status < 0) {
		tcp->held--;
		tcp->keeper->looks_up(tcp->keeper, -1);
		finish(tcp, EXEC_PROBE_NAME_UNKNOWN);
	}
}

/* Everything is decided from the loop, never from within probe_start(): that is what callers
 * rely on. */
static void on_begin(uv_timer_t *timer)
{
	struct tcp_probe *tcp = timer->data;

	(void)uv_timer_start(&tcp->timeout, on_timeout, (uint64_t)tcp->probe->timeout_ms, 0);
	if (take_literal(tcp))
		start_next(tcp);
	else
		start_lookup(tcp);
}

int probe_start(uv_loop_t *loop, struct exec_probe *probe, struct probe_keeper *keeper)
{
	struct tcp_probe *tcp = calloc(1, sizeof(*tcp));

	if (!tcp)
		return -1;
	tcp->probe = probe;
	probe->executor_data = tcp;
	tcp->loop = loop;
	tcp->keeper = keeper;
	(void)uv_timer_init(loop, &tcp->timeout);
	(void)uv_timer_init(loop, &tcp->stagger);
	tcp->timeout.data = tcp->stagger.data = tcp;
	tcp->held = 2;
	(void)uv_timer_start(&tcp->stagger, on_begin, 0, 0);
	keeper->probes_out++;
	return 0;
}

void probe_cancel(struct exec_probe *probe)
{
	struct tcp_probe *tcp = probe->executor_data;

	if (!tcp->done)
		end(tcp);
}
