/* Many workers on one simulated fleet, with real threads: what the thread sanitizer watches. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <uv.h>

#include "session_sim.h"
#include "sim_test.h"
#include "strbuf.h"

#define THREADS 64
#define HOSTS	512
#define START	(EPOCH + INT64_C(3600000))

struct fleet {
	struct session_backend *backend;
	uv_mutex_t mutex;
	struct session_clock clock;
	struct strbuf lines;
	atomic_int next_host;
	atomic_int logged_off;
	atomic_int wrong;
};

/* Calls take no time, so that the threads meet at the lock. */
static int64_t fleet_now_us(void *ctx)
{
	(void)ctx;
	return (int64_t)(uv_hrtime() / 1000);
}

static int64_t fleet_wall_ms(void *ctx)
{
	(void)ctx;
	return START;
}

static bool fleet_sleep_us(void *ctx, int64_t us)
{
	(void)ctx;
	return us != SESSION_SLEEP_FOREVER;
}

static void fleet_lock(void *ctx)
{
	uv_mutex_lock(&((struct fleet *)ctx)->mutex);
}

static void fleet_unlock(void *ctx)
{
	uv_mutex_unlock(&((struct fleet *)ctx)->mutex);
}

/* Under the lock. */
static int fleet_write(void *ctx, const char *line, size_t len)
{
	strbuf_add(&((struct fleet *)ctx)->lines, line, len);
	return 0;
}

static int log_off_all(struct fleet *fleet, struct session_host *host,
		       const struct session_list *list)
{
	int done = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct session_details details;
		struct session_permit permit;
		struct session_error error;
		enum session_seen seen;
		if (!*list->items[i].user)
			continue;
		session_permit_init(&permit);
		if (session_details(host, list->items[i].id, &details, &error) != 0)
			return -1;
		const struct session_order order = {
			.want = { list->items[i].id, list->items[i].domain, list->items[i].user,
				  details.logon_at_ms },
			.condition = { 0, -1 },
			.act = SESSION_ACT_LOGOFF,
			.not_after_us = INT64_MAX,
			.permit = &permit
		};
		if (session_act_if(host, &order, &seen, &details, &error) != 0 ||
		    seen != SESSION_SEEN_SAME)
			return -1;
		done++;
	}
	atomic_fetch_add(&fleet->logged_off, done);
	return 0;
}

static int work_host(struct fleet *fleet, const char *name)
{
	struct session_probe_script script;
	struct session_host *host;
	struct session_list list;
	struct session_error error;
	enum session_drain drain;

	fleet->backend->ops->probe_script(fleet->backend, name, &script);
	if (session_drain_set(fleet->backend, name, name, SESSION_DRAIN_ON, &error) != 0 ||
	    session_drain_get(fleet->backend, name, name, &drain, &error) != 0 ||
	    drain != SESSION_DRAIN_ON ||
	    session_open(fleet->backend, name, name, &host, &error) != 0)
		return -1;
	int result = session_enumerate(host, &list, &error);
	if (result == 0) {
		result = log_off_all(fleet, host, &list);
		session_list_release(&list);
	}
	session_close(host);
	return result;
}

static void worker(void *arg)
{
	struct fleet *fleet = arg;
	char name[16];
	int index;

	while ((index = atomic_fetch_add(&fleet->next_host, 1)) < HOSTS) {
		(void)snprintf(name, sizeof(name), "rdsh%04d", index);
		if (work_host(fleet, name) != 0)
			atomic_fetch_add(&fleet->wrong, 1);
	}
}

static size_t count_lines(const struct strbuf *lines, const char *word)
{
	size_t count = 0;

	for (const char *at = strbuf_text(lines); (at = strstr(at, word)); at++)
		count++;
	return count;
}

static void session_sim__many_threads__do_what_one_does(void **state)
{
	struct fleet fleet = { 0 };
	struct session_sim_options options = { .scenario = scenario_from("minimal.json"),
					       .clock = &fleet.clock,
					       .start_ms = START,
					       .lock = fleet_lock,
					       .unlock = fleet_unlock,
					       .lock_ctx = &fleet,
					       .state_write = fleet_write,
					       .state_ctx = &fleet };
	struct sim_replay replay;
	uv_thread_t threads[THREADS];
	int sessions[2];

	(void)state;
	fleet.clock = (struct session_clock){ &fleet, fleet_now_us, fleet_wall_ms, fleet_sleep_us };
	assert_int_equal(uv_mutex_init(&fleet.mutex), 0);
	for (int round = 0; round < 2; round++) {
		int count = round == 0 ? THREADS : 1;
		if (round == 1)
			options.scenario = scenario_from("minimal.json");
		strbuf_init(&fleet.lines);
		atomic_store(&fleet.next_host, 0);
		atomic_store(&fleet.logged_off, 0);
		assert_int_equal(session_sim_create(&fleet.backend, &options, &replay), 0);
		uint64_t before = uv_hrtime();
		for (int i = 0; i < count; i++)
			assert_int_equal(uv_thread_create(&threads[i], worker, &fleet), 0);
		for (int i = 0; i < count; i++)
			assert_int_equal(uv_thread_join(&threads[i]), 0);
		print_message("%d threads: %d sessions of %d hosts in %.1f ms\n", count,
			      atomic_load(&fleet.logged_off), HOSTS,
			      (double)(uv_hrtime() - before) / 1e6);
		assert_int_equal(atomic_load(&fleet.wrong), 0);
		sessions[round] = atomic_load(&fleet.logged_off);
		assert_true(sessions[round] > 5 * HOSTS);
		assert_int_equal(count_lines(&fleet.lines, "\"effect\":\"gone\""), sessions[round]);
		assert_int_equal(count_lines(&fleet.lines, "\"effect\":\"drain\""), HOSTS);
		session_backend_destroy(fleet.backend);
		strbuf_release(&fleet.lines);
	}
	assert_int_equal(sessions[0], sessions[1]);
	uv_mutex_destroy(&fleet.mutex);
}

/* The right to act has one owner, however many ask at once. */
struct contest {
	struct session_permit permit;
	atomic_int taken;
	atomic_int withdrawn;
	atomic_int ready;
};

static void contend(void *arg)
{
	struct contest *contest = arg;
	int turn = atomic_fetch_add(&contest->ready, 1);

	if (turn % 2)
		atomic_fetch_add(&contest->taken, session_permit_take(&contest->permit));
	else
		atomic_fetch_add(&contest->withdrawn, session_permit_withdraw(&contest->permit));
}

static void session_permit__many_threads__have_one_winner(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		struct contest contest = { 0 };
		uv_thread_t threads[8];
		session_permit_init(&contest.permit);
		for (int i = 0; i < 8; i++)
			assert_int_equal(uv_thread_create(&threads[i], contend, &contest), 0);
		for (int i = 0; i < 8; i++)
			assert_int_equal(uv_thread_join(&threads[i]), 0);
		assert_int_equal(atomic_load(&contest.taken) + atomic_load(&contest.withdrawn), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_sim__many_threads__do_what_one_does),
		cmocka_unit_test(session_permit__many_threads__have_one_winner),
	};

	return cmocka_run_group_tests_name("session_sim_threads", tests, NULL, NULL);
}
