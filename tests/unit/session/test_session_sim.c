#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "session_sim.h"
#include "sim_test.h"
#include "strbuf.h"
#include "utc.h"

#define START (EPOCH + INT64_C(3600000))

/* A clock whose time passes in sleeps only. */
struct rig {
	struct session_clock clock;
	struct session_backend *backend;
	struct sim_scenario *scenario; /* while nobody has taken it */
	struct strbuf lines;
	int64_t now_us;	 /* since START */
	int64_t ends_us; /* a sleep past it never comes back */
	int locked;
	int locks;
	bool full;
};

static int64_t rig_now_us(void *ctx)
{
	return ((struct rig *)ctx)->now_us;
}

static int64_t rig_wall_ms(void *ctx)
{
	return START + ((struct rig *)ctx)->now_us / 1000;
}

static bool rig_sleep_us(void *ctx, int64_t us)
{
	struct rig *rig = ctx;

	assert_int_equal(rig->locked, 0); /* never asleep with the lock */
	if (us == SESSION_SLEEP_FOREVER || rig->now_us + us > rig->ends_us)
		return false;
	rig->now_us += us;
	return true;
}

static void rig_lock(void *ctx)
{
	struct rig *rig = ctx;

	assert_int_equal(rig->locked++, 0);
	rig->locks++;
}

static void rig_unlock(void *ctx)
{
	assert_int_equal(--((struct rig *)ctx)->locked, 0);
}

static int rig_write(void *ctx, const char *line, size_t len)
{
	struct rig *rig = ctx;

	assert_int_equal(rig->locked, 1);
	if (rig->full)
		return -1;
	strbuf_add(&rig->lines, line, len);
	return 0;
}

static void rig_up_from(struct rig *rig, struct sim_scenario *scenario, const char *state_bytes)
{
	struct session_sim_options options = { .scenario = scenario,
					       .clock = &rig->clock,
					       .start_ms = START,
					       .lock = rig_lock,
					       .unlock = rig_unlock,
					       .lock_ctx = rig,
					       .state_write = rig_write,
					       .state_ctx = rig,
					       .state_bytes = state_bytes,
					       .state_len = state_bytes ? strlen(state_bytes) : 0 };
	struct sim_replay replay;

	*rig = (struct rig){ .ends_us = INT64_C(1) << 50 };
	rig->clock = (struct session_clock){ rig, rig_now_us, rig_wall_ms, rig_sleep_us };
	strbuf_init(&rig->lines);
	assert_int_equal(session_sim_create(&rig->backend, &options, &replay), 0);
}

static void rig_up(struct rig *rig, struct sim_scenario *scenario)
{
	rig_up_from(rig, scenario, NULL);
}

static void rig_down(struct rig *rig)
{
	session_backend_destroy(rig->backend);
	strbuf_release(&rig->lines);
}

static struct session_host *open_host(struct rig *rig, const char *name)
{
	struct session_host *host = NULL;
	struct session_error error;

	assert_int_equal(session_open(rig->backend, name, name, &host, &error), 0);
	return host;
}

#define SCENARIO(more)                                                                             \
	"{\"schema\":\"rdsweep.sim/1\",\"self\":{\"host\":\"RDSH001\",\"session\":2,"              \
	"\"user\":\"CORP\\\\admin\"},\"defaults\":{\"jitter\":0},\"hosts\":{\"rdsh001\":"          \
	"{\"sessions\":[{\"id\":2,\"user\":\"CORP\\\\alice\",\"idle_s\":60,\"client\":\"PC1\","    \
	"\"farm\":\"f\",\"vm\":\"v\"},{\"id\":3,\"user\":\"CORP\\\\bob\",\"state\":"               \
	"\"disconnected\"}]" more "}}}"

#define FAULTS(faults) ",\"faults\":[" faults "]"

static void session_sim__every_slot__takes_its_latency_and_answers(void **state)
{
	struct rig rig;
	struct session_error error;
	struct session_list list;
	struct session_details details;
	enum session_drain drain;
	const struct session_message message = { "Maintenance", "Please log off", 60 };

	(void)state;
	rig_up(&rig, scenario_of(SCENARIO("")));
	assert_string_equal(rig.backend->ops->name, "sim");
	assert_true(rig.backend->ops->simulated);
	struct session_host *host = open_host(&rig, "rdsh001");
	assert_int_equal(rig.now_us, 20000);
	assert_int_equal(session_enumerate(host, &list, &error), 0);
	assert_int_equal(rig.now_us, 50000);
	assert_int_equal(list.count, 5);
	assert_int_equal(list.items[2].id, 2);
	assert_string_equal(list.items[2].user, "alice");
	assert_string_equal(list.items[2].domain, "CORP");
	assert_string_equal(list.items[2].station, "RDP-Tcp#2");
	assert_string_equal(list.items[2].farm, "f");
	assert_string_equal(list.items[2].vm, "v");
	assert_int_equal(list.items[4].state, SESSION_LISTEN);
	session_list_release(&list);
	assert_int_equal(session_details(host, 2, &details, &error), 0);
	assert_int_equal(rig.now_us, 55000);
	assert_string_equal(details.user, "alice");
	assert_string_equal(details.domain, "CORP");
	assert_string_equal(details.station, "RDP-Tcp#2");
	assert_string_equal(details.client, "PC1");
	assert_int_equal(details.idle_s, 60);
	assert_true(details.logon_at_ms == EPOCH - 3600000);
	assert_int_equal(details.state, SESSION_ACTIVE);
	assert_int_equal(session_message(host, 2, &message, &error), 0);
	assert_int_equal(rig.now_us, 60000);
	assert_int_equal(rig.backend->ops->disconnect(host, 2, &error), 0);
	assert_int_equal(rig.now_us, 80000);
	assert_int_equal(rig.backend->ops->logoff(host, 2, false, &error), 0);
	assert_int_equal(rig.now_us, 120000);
	session_close(host);
	assert_int_equal(rig.now_us, 121000);
	assert_int_equal(
		session_drain_set(rig.backend, "rdsh001", "a", SESSION_DRAIN_RESTART, &error), 0);
	assert_int_equal(rig.now_us, 131000);
	assert_int_equal(session_drain_get(rig.backend, "RDSH001", "a", &drain, &error), 0);
	assert_int_equal(drain, SESSION_DRAIN_RESTART);
	assert_true(rig.locks > 8);
	rig_down(&rig);
}

static int probe_of(struct rig *rig, const char *name, int64_t *ret_us)
{
	struct session_probe_script script;

	rig->backend->ops->probe_script(rig->backend, name, &script);
	*ret_us = script.after_us;
	return (int)script.result;
}

static void session_sim_probe__fault__decides(void **state)
{
	struct rig rig;
	int64_t us;

	(void)state;
	rig_up(&rig,
	       scenario_of(SCENARIO(FAULTS("{\"call\":\"probe\",\"refused\":true,\"times\":1},"
					   "{\"call\":\"probe\",\"hang\":true,\"times\":1},"
					   "{\"call\":\"probe\",\"delay_ms\":7,\"times\":1}"))));
	assert_int_equal(probe_of(&rig, "rdsh001", &us), SESSION_PROBE_REFUSED);
	assert_int_equal(us, 1000);
	assert_int_equal(probe_of(&rig, "rdsh001", &us), SESSION_PROBE_SILENT);
	assert_int_equal(probe_of(&rig, "rdsh001", &us), SESSION_PROBE_CONNECTED);
	assert_int_equal(us, 8000);
	assert_int_equal(probe_of(&rig, "rdsh001", &us), SESSION_PROBE_CONNECTED);
	assert_int_equal(us, 1000);
	assert_int_equal(probe_of(&rig, "not-in-the-scenario", &us), SESSION_PROBE_CONNECTED);
	assert_int_equal(rig.now_us, 0);
	rig_down(&rig);
}

static void session_sim_is_self__only_the_scenarios_host__is(void **state)
{
	struct rig rig;
	uint32_t session = 4711;

	(void)state;
	rig_up(&rig, scenario_of(SCENARIO("")));
	assert_true(rig.backend->ops->is_self(rig.backend, "rdsh001", "10.0.0.1", &session));
	assert_int_equal(session, 2);
	assert_false(rig.backend->ops->is_self(rig.backend, "rdsh002", "rdsh001", &session));
	assert_string_equal(session_sim_self_user(rig.backend), "CORP\\admin");
	rig_down(&rig);
	rig_up(&rig, scenario_from("minimal.json"));
	assert_false(rig.backend->ops->is_self(rig.backend, "rdsh001", "rdsh001", &session));
	assert_null(session_sim_self_user(rig.backend));
	rig_down(&rig);
}

#define FAILS(call, api_, code_)                                                                   \
	do {                                                                                       \
		error = (struct session_error){ SESSION_API_COUNT, 4711 };                         \
		assert_int_equal((call), -1);                                                      \
		assert_int_equal(error.api, (api_));                                               \
		assert_int_equal(error.code, (code_));                                             \
	} while (0)

static void session_sim__error_faults__name_the_api(void **state)
{
	struct rig rig;
	struct session_error error;
	struct session_host *host = NULL;
	struct session_list list;
	struct session_details details;
	enum session_drain drain;
	const struct session_message message = { "t", "m", 1 };

	(void)state;
	rig_up(&rig, scenario_of(SCENARIO(FAULTS("{\"call\":\"open\",\"error\":1722,\"times\":1},"
						 "{\"call\":\"enumerate\",\"error\":1726},"
						 "{\"call\":\"query\",\"error\":1733},"
						 "{\"call\":\"message\",\"error\":5},"
						 "{\"call\":\"disconnect\",\"error\":7024},"
						 "{\"call\":\"logoff\",\"error\":0},"
						 "{\"call\":\"drain\",\"error\":53}"))));
	FAILS(session_open(rig.backend, "rdsh001", "a", &host, &error), SESSION_API_OPEN_SERVER_EX,
	      1722);
	assert_null(host);
	host = open_host(&rig, "rdsh001");
	FAILS(session_enumerate(host, &list, &error), SESSION_API_ENUMERATE_SESSIONS_EX, 1726);
	FAILS(session_details(host, 2, &details, &error), SESSION_API_QUERY_SESSION_INFORMATION,
	      1733);
	FAILS(session_message(host, 2, &message, &error), SESSION_API_SEND_MESSAGE, 5);
	FAILS(rig.backend->ops->disconnect(host, 2, &error), SESSION_API_DISCONNECT_SESSION, 7024);
	FAILS(rig.backend->ops->logoff(host, 2, false, &error), SESSION_API_LOGOFF_SESSION, 0);
	FAILS(session_drain_get(rig.backend, "rdsh001", "a", &drain, &error),
	      SESSION_API_REG_QUERY_VALUE, 53);
	FAILS(session_drain_set(rig.backend, "rdsh001", "a", SESSION_DRAIN_ON, &error),
	      SESSION_API_REG_SET_VALUE, 53);
	session_close(host);
	assert_int_equal(rig.lines.len, 0);
	rig_down(&rig);
}

/* A call that hangs, or is told that there is no coming back, has no effect. */
static void session_sim__call_that_never_comes_back__has_no_effect(void **state)
{
	struct rig rig;
	struct session_error error;
	struct session_details details;

	(void)state;
	rig_up(&rig, scenario_of(SCENARIO(
			     FAULTS("{\"call\":\"logoff\",\"session\":2,\"hang\":true,\"times\":1},"
				    "{\"call\":\"close\",\"hang\":true}"))));
	struct session_host *host = open_host(&rig, "rdsh001");
	FAILS(rig.backend->ops->logoff(host, 2, false, &error), SESSION_API_LOGOFF_SESSION, 995);
	assert_int_equal(rig.now_us, 60000);
	rig.ends_us = rig.now_us + 1;
	FAILS(rig.backend->ops->logoff(host, 2, false, &error), SESSION_API_LOGOFF_SESSION, 995);
	FAILS(rig.backend->ops->disconnect(host, 2, &error), SESSION_API_DISCONNECT_SESSION, 995);
	FAILS(session_drain_set(rig.backend, "rdsh001", "a", SESSION_DRAIN_ON, &error),
	      SESSION_API_REG_SET_VALUE, 995);
	rig.ends_us = INT64_C(1) << 50;
	assert_int_equal(session_details(host, 2, &details, &error), 0);
	assert_int_equal(details.state, SESSION_ACTIVE);
	assert_int_equal(rig.lines.len, 0);
	session_close(host); /* hangs; frees all the same */
	rig_down(&rig);
}

static void session_sim_logoff__wait__returns_when_it_is_gone(void **state)
{
	struct rig rig;
	struct session_error error;
	struct session_details details;

	(void)state;
	rig_up(&rig, scenario_of(SCENARIO(
			     FAULTS("{\"call\":\"logoff\",\"session\":3,\"ignored\":true}"))));
	struct session_host *host = open_host(&rig, "rdsh001");
	assert_int_equal(rig.backend->ops->logoff(host, 2, true, &error), 0);
	assert_int_equal(rig.now_us, 20000 + 40000 + 800000);
	FAILS(session_details(host, 2, &details, &error), SESSION_API_QUERY_SESSION_INFORMATION,
	      7022);
	/* An ignored one never returns. */
	FAILS(rig.backend->ops->logoff(host, 3, true, &error), SESSION_API_LOGOFF_SESSION, 995);
	assert_int_equal(rig.backend->ops->logoff(host, 3, false, &error), 0);
	assert_int_equal(session_details(host, 3, &details, &error), 0);
	session_close(host);
	rig_down(&rig);
}

static void session_sim__act_if__works_end_to_end(void **state)
{
	struct rig rig;
	struct session_error error;
	struct session_details details;
	struct session_permit permit;
	enum session_seen seen;
	struct session_order order = { .want = { 2, "CORP", "alice", EPOCH - 3600000 },
				       .condition = { 0, -1 },
				       .act = SESSION_ACT_LOGOFF,
				       .not_after_us = 10000000,
				       .permit = &permit };

	(void)state;
	rig_up(&rig, scenario_of(SCENARIO("")));
	struct session_host *host = open_host(&rig, "rdsh001");
	session_permit_init(&permit);
	assert_int_equal(session_act_if(host, &order, &seen, &details, &error), 0);
	assert_int_equal(seen, SESSION_SEEN_SAME);
	rig.now_us += 1000000;
	session_permit_init(&permit);
	assert_int_equal(session_act_if(host, &order, &seen, &details, &error), 0);
	assert_int_equal(seen, SESSION_SEEN_GONE);
	order.want.id = 3;
	assert_int_equal(session_act_if(host, &order, &seen, &details, &error), 0);
	assert_int_equal(seen, SESSION_SEEN_OTHER);
	assert_string_equal(details.user, "bob");
	session_close(host);
	rig_down(&rig);
}

static int count_users(void *ctx, const struct sim_view *view)
{
	*(int *)ctx += *view->user != '\0';
	return 0;
}

static void session_sim__state__goes_on_in_the_next_backend(void **state)
{
	struct rig rig;
	struct rig next;
	struct session_error error;
	int users = 0;
	uint32_t code;

	(void)state;
	rig_up(&rig, scenario_of(SCENARIO("")));
	struct session_host *host = open_host(&rig, "rdsh001");
	assert_int_equal(rig.backend->ops->logoff(host, 2, false, &error), 0);
	rig.full = true;
	FAILS(rig.backend->ops->logoff(host, 3, false, &error), SESSION_API_LOGOFF_SESSION, 112);
	session_close(host);
	rig_up_from(&next, scenario_of(SCENARIO("")), strbuf_text(&rig.lines));
	assert_int_equal(session_sim_sessions_at(next.backend, "rdsh001", START + 859, count_users,
						 &users, &code),
			 0);
	assert_int_equal(users, 2);
	users = 0;
	assert_int_equal(session_sim_sessions_at(next.backend, "rdsh001", START + 860, count_users,
						 &users, &code),
			 0);
	assert_int_equal(users, 1);
	rig_down(&next);
	rig_down(&rig);
}

static void session_sim_create__bad_state__leaves_the_scenario_to_the_caller(void **state)
{
	static const char bytes[] = "{}\n";
	struct rig rig = { 0 };
	struct sim_scenario *scenario = scenario_from("minimal.json");
	struct session_sim_options options = { .scenario = scenario,
					       .clock = &rig.clock,
					       .state_bytes = bytes,
					       .state_len = sizeof(bytes) - 1 };
	struct session_backend *backend = NULL;
	struct sim_replay replay;

	(void)state;
	assert_int_equal(session_sim_create(&backend, &options, &replay), -1);
	assert_null(backend);
	assert_int_equal(replay.lines, 1);
	assert_string_equal(replay.message, "'t' is missing");
	sim_scenario_free(scenario);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_sim__every_slot__takes_its_latency_and_answers),
		cmocka_unit_test(session_sim_probe__fault__decides),
		cmocka_unit_test(session_sim_is_self__only_the_scenarios_host__is),
		cmocka_unit_test(session_sim__error_faults__name_the_api),
		cmocka_unit_test(session_sim__call_that_never_comes_back__has_no_effect),
		cmocka_unit_test(session_sim_logoff__wait__returns_when_it_is_gone),
		cmocka_unit_test(session_sim__act_if__works_end_to_end),
		cmocka_unit_test(session_sim__state__goes_on_in_the_next_backend),
		cmocka_unit_test(session_sim_create__bad_state__leaves_the_scenario_to_the_caller),
	};

	return cmocka_run_group_tests_name("session_sim", tests, NULL, NULL);
}
