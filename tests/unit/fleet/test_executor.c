/* What both executors promise: order of timers, callbacks from the loop only, results before
 * deadlines; and the TCP probe against sockets of this machine. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "executor_uv.h"
#include "executor_virtual.h"
#include "platform_process.h"

#define THREADS 8

struct fixture {
	uv_loop_t loop;
	bool real;
	struct executor *executor;
};

static void open_fixture(struct fixture *fixture, bool real)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->real = real;
	if (real) {
		assert_int_equal(uv_loop_init(&fixture->loop), 0);
		fixture->executor = executor_uv_create(&fixture->loop, THREADS);
	} else {
		fixture->executor = executor_virtual_create(0);
	}
	assert_non_null(fixture->executor);
}

static void close_fixture(struct fixture *fixture)
{
	assert_true(exec_destroy(fixture->executor));
	if (fixture->real)
		assert_int_equal(uv_loop_close(&fixture->loop), 0);
}

static char trace[64];

struct tagged {
	struct exec_timer timer;
	struct exec_call call;
	struct executor *executor;
	struct tagged *other;
	char tag;
	int64_t sleep_us;
	bool slept;
};

static void note(char tag)
{
	size_t len = strlen(trace);

	assert_true(len + 1 < sizeof(trace));
	trace[len] = tag;
	trace[len + 1] = '\0';
}

static void note_timer(struct exec_timer *timer)
{
	note(((struct tagged *)timer)->tag);
}

static void timers__any_order__fire_by_time_then_by_setting(void **state)
{
	static const struct {
		char tag;
		int64_t after_us;
	} set[] = { { 'd', 9000 }, { 'b', 3000 }, { 'a', 1000 }, { 'c', 3000 }, { 'x', 5000 } };

	(void)state;
	for (int real = 0; real < 2; real++) {
		struct fixture fixture;
		struct tagged timers[5];
		int64_t now_us;

		open_fixture(&fixture, real);
		memset(timers, 0, sizeof(timers));
		trace[0] = '\0';
		now_us = exec_now_us(fixture.executor);
		for (int i = 0; i < 5; i++) {
			timers[i].timer.fire = note_timer;
			timers[i].tag = set[i].tag;
			assert_int_equal(exec_timer_set(fixture.executor, &timers[i].timer,
							now_us + set[i].after_us),
					 0);
		}
		exec_timer_stop(fixture.executor, &timers[4].timer);
		exec_timer_stop(fixture.executor, &timers[4].timer); /* twice is fine */
		assert_int_equal(exec_run(fixture.executor), 0);
		assert_string_equal(trace, "abcd");
		close_fixture(&fixture);
	}
}

static void timers__thousands_moved_and_stopped__heap_keeps_order(void **state)
{
	struct fixture fixture;
	struct tagged *timers = calloc(5000, sizeof(*timers));
	uint64_t seed = 1;

	(void)state;
	assert_non_null(timers);
	open_fixture(&fixture, false);
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 5000; i++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
			timers[i].timer.fire = note_timer;
			if (seed >> 62)
				assert_int_equal(exec_timer_set(fixture.executor, &timers[i].timer,
								(int64_t)(seed >> 40) % 100000),
						 0);
			else
				exec_timer_stop(fixture.executor, &timers[i].timer);
		}
	for (size_t i = 2; i <= fixture.executor->heap_count; i++)
		assert_true(fixture.executor->heap[i / 2]->due_us <=
			    fixture.executor->heap[i]->due_us);
	for (int i = 0; i < 5000; i++)
		exec_timer_stop(fixture.executor, &timers[i].timer);
	assert_int_equal(fixture.executor->heap_count, 0);
	close_fixture(&fixture);
	free(timers);
}

static void work_sleep(struct exec_call *call)
{
	struct tagged *tagged =
		(struct tagged *)(void *)((char *)call - offsetof(struct tagged, call));
	const struct session_clock *clock = &tagged->executor->clock;

	tagged->slept = clock->sleep_us(clock->ctx, tagged->sleep_us);
}

static void done_note(struct exec_call *call)
{
	note(((struct tagged *)(void *)((char *)call - offsetof(struct tagged, call)))->tag);
}

static struct tagged tagged_call(struct fixture *fixture, char tag, int64_t sleep_us)
{
	struct tagged tagged = { .executor = fixture->executor, .tag = tag, .sleep_us = sleep_us };

	tagged.call.work = work_sleep;
	tagged.call.done = done_note;
	tagged.timer.fire = note_timer;
	return tagged;
}

static void calls__come_back__in_order_of_their_ends(void **state)
{
	(void)state;
	for (int real = 0; real < 2; real++) {
		struct fixture fixture;
		struct tagged slow, fast;

		open_fixture(&fixture, real);
		slow = tagged_call(&fixture, 's', 60000);
		fast = tagged_call(&fixture, 'f', 1000);
		trace[0] = '\0';
		assert_int_equal(exec_call(fixture.executor, &slow.call), 0);
		assert_int_equal(exec_call(fixture.executor, &fast.call), 0);
		assert_string_equal(trace, ""); /* never from within */
		assert_int_equal(exec_run(fixture.executor), 0);
		assert_string_equal(trace, "fs");
		assert_true(slow.slept && fast.slept);
		close_fixture(&fixture);
	}
}

static void block_the_loop(struct exec_timer *timer)
{
	struct tagged *tagged = (struct tagged *)timer;
	int64_t until_us = exec_now_us(tagged->executor) + 80000;

	/* A busy loop: meanwhile the call comes back and the deadline passes. */
	while (exec_now_us(tagged->executor) < until_us)
		;
	note('L');
}

static void deadline__call_came_back_while_the_loop_was_busy__result_first(void **state)
{
	struct fixture fixture;
	struct tagged call, deadline, blocker;

	(void)state;
	open_fixture(&fixture, true);
	call = tagged_call(&fixture, 'c', 10000);
	deadline = tagged_call(&fixture, 'd', 0);
	blocker = tagged_call(&fixture, 'b', 0);
	blocker.timer.fire = block_the_loop;
	trace[0] = '\0';
	assert_int_equal(exec_call(fixture.executor, &call.call), 0);
	assert_int_equal(
		exec_timer_set(fixture.executor, &blocker.timer, exec_now_us(fixture.executor)), 0);
	assert_int_equal(exec_timer_set(fixture.executor, &deadline.timer,
					exec_now_us(fixture.executor) + 40000),
			 0);
	assert_int_equal(exec_run(fixture.executor), 0);
	assert_string_equal(trace, "Lcd");
	close_fixture(&fixture);
}

static void call__sleeps_for_ever__released_for_a_clean_end(void **state)
{
	struct fixture fixture;
	struct tagged stuck, stop;

	(void)state;
	open_fixture(&fixture, true);
	stuck = tagged_call(&fixture, 's', SESSION_SLEEP_FOREVER);
	trace[0] = '\0';
	assert_int_equal(exec_call(fixture.executor, &stuck.call), 0);
	stop = tagged_call(&fixture, 't', 0);
	assert_int_equal(
		exec_timer_set(fixture.executor, &stop.timer, exec_now_us(fixture.executor) + 1000),
		0);
	while (!trace[0])
		(void)uv_run(&fixture.loop, UV_RUN_ONCE);
	assert_false(exec_destroy(fixture.executor)); /* a worker holds it: it is left as it is */
	executor_uv_release_sleepers(fixture.executor);
	assert_int_equal(exec_run(fixture.executor), 0);
	assert_string_equal(trace, "ts");
	assert_false(stuck.slept);
	close_fixture(&fixture);
}

/* Probes */

struct probing {
	struct exec_probe probe;
	struct executor *executor;
	int result; /* -1 not done */
	bool released;
};

static void probe_done(struct exec_probe *probe, enum exec_probe_result result)
{
	((struct probing *)probe)->result = (int)result;
}

static void probe_released(struct exec_probe *probe)
{
	((struct probing *)probe)->released = true;
}

static int probe(struct fixture *fixture, const char *address, int port, int64_t timeout_ms)
{
	struct probing probing = { .result = -1 };

	probing.probe.address = address;
	probing.probe.port = (uint16_t)port;
	probing.probe.timeout_ms = timeout_ms;
	probing.probe.done = probe_done;
	probing.probe.released = probe_released;
	assert_int_equal(exec_probe(fixture->executor, &probing.probe), 0);
	assert_int_equal(probing.result, -1);
	assert_int_equal(exec_run(fixture->executor), 0);
	assert_true(probing.released);
	return probing.result;
}

static void on_connection(uv_stream_t *server, int status)
{
	(void)server;
	(void)status;
}

static int listen_on(uv_loop_t *loop, uv_tcp_t *server, bool accepts)
{
	struct sockaddr_storage bound;
	struct sockaddr_in address;
	int len = sizeof(bound);
	uv_os_fd_t socket;

	assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &address), 0);
	assert_int_equal(uv_tcp_init(loop, server), 0);
	assert_int_equal(uv_tcp_bind(server, (const struct sockaddr *)&address, 0), 0);
	if (accepts) {
		assert_int_equal(uv_listen((uv_stream_t *)server, 16, on_connection), 0);
	} else { /* past libuv, which accepts ahead on Windows */
		assert_int_equal(uv_fileno((uv_handle_t *)server, &socket), 0);
		assert_int_equal(listen((uv_os_sock_t)(uintptr_t)socket, 0), 0);
	}
	assert_int_equal(uv_tcp_getsockname(server, (struct sockaddr *)&bound, &len), 0);
	uv_unref((uv_handle_t *)server);
	memcpy(&address, &bound, sizeof(address));
	return (address.sin_port >> 8 & 0xff) | (address.sin_port & 0xff) << 8;
}

static void probe__listening_refused_and_no_name__told_apart(void **state)
{
	struct fixture fixture;
	uv_tcp_t server;
	int port;

	(void)state;
	open_fixture(&fixture, true);
	port = listen_on(&fixture.loop, &server, true);
	assert_int_equal(probe(&fixture, "127.0.0.1", port, 3000), EXEC_PROBE_CONNECTED);
	/* a name with both families: [::1] refuses, 127.0.0.1 answers, whichever is tried first */
	assert_int_equal(probe(&fixture, "localhost", port, 3000), EXEC_PROBE_CONNECTED);
	uv_close((uv_handle_t *)&server, NULL);
	while (uv_run(&fixture.loop, UV_RUN_NOWAIT))
		;
	assert_int_equal(probe(&fixture, "127.0.0.1", port, 3000), EXEC_PROBE_REFUSED);
	assert_int_equal(probe(&fixture, "localhost", port, 3000), EXEC_PROBE_REFUSED);
	close_fixture(&fixture);
}

/* A listener whose backlog is full answers nobody: as silent as a host that is off (on Linux,
 * and so on Wine). */
struct black_hole {
	uv_tcp_t server, fillers[8];
	uv_connect_t connects[8];
};

static void on_filled(uv_connect_t *connect, int status)
{
	(void)connect;
	(void)status;
}

static void probe__nothing_answers__silent_after_its_time(void **state)
{
	struct fixture fixture;
	struct black_hole hole;
	struct sockaddr_in address;
	int64_t began_us;
	int port;
	uv_loop_t other; /* never run: its listener accepts nobody */

	(void)state;
	open_fixture(&fixture, true);
	assert_int_equal(uv_loop_init(&other), 0);
	port = listen_on(&other, &hole.server, false);
	assert_int_equal(uv_ip4_addr("127.0.0.1", port, &address), 0);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(uv_tcp_init(&other, &hole.fillers[i]), 0);
		assert_int_equal(uv_tcp_connect(&hole.connects[i], &hole.fillers[i],
						(const struct sockaddr *)&address, on_filled),
				 0);
	}
	began_us = exec_now_us(fixture.executor);
	assert_int_equal(probe(&fixture, "127.0.0.1", port, 200), EXEC_PROBE_SILENT);
	assert_true(exec_now_us(fixture.executor) - began_us >= 199000);
	uv_close((uv_handle_t *)&hole.server, NULL);
	for (int i = 0; i < 8; i++)
		uv_close((uv_handle_t *)&hole.fillers[i], NULL);
	(void)uv_run(&other, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&other), 0);
	close_fixture(&fixture);
}

static void probe__literal_addresses__need_no_lookup(void **state)
{
	static const struct {
		const char *address;
		bool lookup;
	} rows[] = { { "127.0.0.1", false }, { "::1", false },	      { "fe80::1", false },
		     { "rdsh01", true },     { "cafe", true },	      { "cafe.fade", true },
		     { "10.0.0.a", true },   { "1.2.3.4.corp", true } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct exec_probe probe = { .address = rows[i].address };

		assert_int_equal(exec_probe_needs_lookup(&probe), rows[i].lookup);
		probe.scripted = true;
		assert_false(exec_probe_needs_lookup(&probe));
	}
}

static void probe__scripted__plays_the_script_on_both_sides(void **state)
{
	static const struct {
		struct session_probe_script script;
		enum exec_probe_result expected;
	} rows[] = { { { SESSION_PROBE_CONNECTED, 2000 }, EXEC_PROBE_CONNECTED },
		     { { SESSION_PROBE_REFUSED, 2000 }, EXEC_PROBE_REFUSED },
		     { { SESSION_PROBE_SILENT, 0 }, EXEC_PROBE_SILENT },
		     { { SESSION_PROBE_CONNECTED, 60000000 }, EXEC_PROBE_SILENT } };

	(void)state;
	for (int real = 0; real < 2; real++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
			struct fixture fixture;
			struct probing probing = { .result = -1 };

			open_fixture(&fixture, real);
			probing.probe = (struct exec_probe){ .address = "h",
							     .timeout_ms = 20,
							     .scripted = true,
							     .script = rows[i].script,
							     .done = probe_done,
							     .released = probe_released };
			assert_int_equal(exec_probe(fixture.executor, &probing.probe), 0);
			assert_int_equal(exec_run(fixture.executor), 0);
			assert_int_equal(probing.result, rows[i].expected);
			assert_true(probing.released);
			close_fixture(&fixture);
		}
}

static void probe__cancelled__released_and_never_done(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++) { /* virtual, scripted on threads, real socket */
		struct fixture fixture;
		struct probing probing = { .result = -1 };

		open_fixture(&fixture, kind > 0);
		probing.probe = (struct exec_probe){ .address = "127.0.0.1",
						     .port = 9,
						     .timeout_ms = 60000,
						     .scripted = kind < 2,
						     .script = { SESSION_PROBE_SILENT, 0 },
						     .done = probe_done,
						     .released = probe_released };
		assert_int_equal(exec_probe(fixture.executor, &probing.probe), 0);
		exec_probe_cancel(fixture.executor, &probing.probe);
		assert_int_equal(exec_run(fixture.executor), 0);
		assert_true(probing.released);
		assert_int_equal(probing.result, -1);
		close_fixture(&fixture);
	}
}

static void try_threads__a_few__can_be_started(void **state)
{
	(void)state;
	assert_int_equal(executor_uv_try_threads(5), 5);
	assert_true(executor_uv_try_threads(100000) <= EXECUTOR_UV_MAX_THREADS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers__any_order__fire_by_time_then_by_setting),
		cmocka_unit_test(timers__thousands_moved_and_stopped__heap_keeps_order),
		cmocka_unit_test(calls__come_back__in_order_of_their_ends),
		cmocka_unit_test(deadline__call_came_back_while_the_loop_was_busy__result_first),
		cmocka_unit_test(call__sleeps_for_ever__released_for_a_clean_end),
		cmocka_unit_test(probe__listening_refused_and_no_name__told_apart),
		cmocka_unit_test(probe__nothing_answers__silent_after_its_time),
		cmocka_unit_test(probe__literal_addresses__need_no_lookup),
		cmocka_unit_test(probe__scripted__plays_the_script_on_both_sides),
		cmocka_unit_test(probe__cancelled__released_and_never_done),
		cmocka_unit_test(try_threads__a_few__can_be_started),
	};

	if (process_set_env("UV_THREADPOOL_SIZE", "8") < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
