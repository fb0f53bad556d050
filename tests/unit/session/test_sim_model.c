#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>

#include "sim_model.h"
#include "sim_test.h"
#include "strbuf.h"
#include "utc.h"

#define START (EPOCH + INT64_C(3600000))

/* A model with everything it lives on. */
struct rig {
	struct sim_scenario *scenario;
	struct sim_model *model;
	struct strbuf lines; /* what the sink was given */
	bool full;	     /* the sink refuses */
	uint32_t host;
};

static int keep_line(void *ctx, const char *line, size_t len)
{
	struct rig *rig = ctx;

	if (rig->full)
		return -1;
	strbuf_add(&rig->lines, line, len);
	return 0;
}

static void rig_up(struct rig *rig, struct sim_scenario *scenario, bool with_sink)
{
	struct sim_model_options options = { .scenario = scenario,
					     .start_ms = START,
					     .sink = with_sink ? keep_line : NULL,
					     .sink_ctx = rig };

	*rig = (struct rig){ .scenario = scenario };
	strbuf_init(&rig->lines);
	assert_int_equal(sim_model_create(&rig->model, &options), 0);
	assert_int_equal(sim_model_host(rig->model, "rdsh001", &rig->host), 0);
}

static void rig_down(struct rig *rig)
{
	sim_model_free(rig->model);
	sim_scenario_free(rig->scenario);
	strbuf_release(&rig->lines);
}

static const struct sim_step no_fault = { 0 };

static struct sim_step plan(struct rig *rig, enum sim_call call, uint32_t id, int64_t now_ms)
{
	struct sim_step step;

	sim_model_plan(rig->model, rig->host, call, id, now_ms, &step);
	return step;
}

/* The codes that calls end with, 0 for success. */
static uint32_t logoff(struct rig *rig, uint32_t id, int64_t now_ms)
{
	struct sim_step step = plan(rig, SIM_LOGOFF, id, now_ms);
	int64_t until_ms;
	uint32_t code;

	return sim_model_logoff(rig->model, rig->host, id, &step, now_ms, &until_ms, &code) == 0
		       ? 0
		       : code;
}

static uint32_t disconnect(struct rig *rig, uint32_t id, int64_t now_ms)
{
	struct sim_step step = plan(rig, SIM_DISCONNECT, id, now_ms);
	uint32_t code;

	return sim_model_disconnect(rig->model, rig->host, id, &step, now_ms, &code) == 0 ? 0
											  : code;
}

static uint32_t message(struct rig *rig, uint32_t id, int64_t now_ms)
{
	struct sim_step step = plan(rig, SIM_MESSAGE, id, now_ms);
	uint32_t code;

	return sim_model_message(rig->model, rig->host, id, NULL, &step, now_ms, &code) == 0 ? 0
											     : code;
}

static uint32_t drain(struct rig *rig, enum session_drain mode, int64_t now_ms)
{
	struct sim_step step = plan(rig, SIM_DRAIN, 0, now_ms);
	uint32_t code;

	return sim_model_drain_set(rig->model, rig->host, &step, now_ms, mode, &code) == 0 ? 0
											   : code;
}

static uint32_t query(struct rig *rig, uint32_t id, int64_t now_ms, struct sim_view *view)
{
	struct sim_step step = plan(rig, SIM_QUERY, id, now_ms);
	uint32_t code;

	return sim_model_query(rig->model, rig->host, id, &step, now_ms, view, &code) == 0 ? 0
											   : code;
}

/* A listing as text: "2 active CORP\alice logon idle station client closing", one session a
 * line. */
static int add_row(void *ctx, const struct sim_view *view)
{
	char logon[UTC_TEXT_SIZE];

	utc_format(view->logon_at_ms, logon);
	strbuf_addf(ctx, "%" PRIu32 " %s %s\\%s %s %" PRId64 " '%s' '%s'%s\n", view->id,
		    session_state_name(view->state), view->domain, view->user, logon, view->idle_s,
		    view->station, view->client, view->closing ? " closing" : "");
	return 0;
}

/* Only the sessions with a user. */
static int add_user(void *ctx, const struct sim_view *view)
{
	if (*view->user)
		strbuf_addf(ctx, "%" PRIu32 " %s%s,", view->id, view->user,
			    view->closing ? "!" : "");
	return 0;
}

static void listing(struct rig *rig, int64_t t_ms, sim_model_row row, struct strbuf *out)
{
	uint32_t code;

	strbuf_clear(out);
	assert_int_equal(sim_model_sessions_at(rig->model, rig->host, t_ms, row, out, &code), 0);
}

static void assert_users(struct rig *rig, int64_t t_ms, const char *want)
{
	struct strbuf out;

	strbuf_init(&out);
	listing(rig, t_ms, add_user, &out);
	assert_string_equal(strbuf_text(&out), want);
	strbuf_release(&out);
}

static void enumerate(struct rig *rig, int64_t now_ms, struct strbuf *out)
{
	struct sim_step step = plan(rig, SIM_ENUMERATE, 0, now_ms);
	uint32_t code;

	strbuf_clear(out);
	assert_int_equal(
		sim_model_enumerate(rig->model, rig->host, &step, now_ms, add_user, out, &code), 0);
}

#define THREE                                                                                      \
	"{\"schema\":\"rdsweep.sim/1\",\"defaults\":{\"jitter\":0},\"hosts\":{\"RDSH001\":"        \
	"{\"sessions\":[{\"id\":2,\"user\":\"CORP\\\\alice\",\"idle_s\":60,\"client\":\"PC1\"},"   \
	"{\"id\":3,\"user\":\"CORP\\\\bob\",\"state\":\"disconnected\"},"                          \
	"{\"id\":5,\"state\":\"connected\"}]"
#define END		    "}}}"
#define WITH_FAULTS(faults) THREE ",\"faults\":[" faults "]" END

/* --- the derived fleet */

/* Worked out apart from this code. If it differs on a platform, that platform simulates another
 * fleet. */
static void sim_model__derived_host__is_the_same_everywhere(void **state)
{
	struct rig rig;
	struct strbuf out;

	(void)state;
	rig_up(&rig,
	       scenario_of("{\"schema\":\"rdsweep.sim/1\",\"seed\":7,\"defaults\":{\"sessions\":"
			   "{\"min\":4,\"max\":9}}}"),
	       false);
	strbuf_init(&out);
	listing(&rig, START, add_row, &out);
	assert_string_equal(
		strbuf_text(&out),
		"0 disconnected \\  -1 'Services' ''\n"
		"1 connected \\  -1 'Console' ''\n"
		"2 disconnected CORP\\user37866 2025-12-30T16:30:47.000Z 65829 '' 'PC-0656'\n"
		"5 disconnected CORP\\user7364 2025-12-29T10:52:11.000Z 126878 '' 'PC-4424'\n"
		"7 disconnected CORP\\user30804 2025-12-30T02:58:01.000Z 10082 '' 'PC-1471'\n"
		"8 active CORP\\user43604 2025-12-31T20:21:45.000Z 584 'RDP-Tcp#8' 'PC-0672'\n"
		"11 disconnected CORP\\user35945 2025-12-30T06:35:34.000Z 78387 '' 'PC-2949'\n"
		"13 disconnected CORP\\user23510 2025-12-31T23:39:54.000Z 112 '' 'PC-6328'\n"
		"65536 listen \\  -1 'RDP-Tcp' ''\n");
	strbuf_release(&out);
	rig_down(&rig);
}

static void sim_model__derived_host__depends_on_seed_and_name_alone(void **state)
{
	struct rig a;
	struct rig b;
	struct strbuf text_a;
	struct strbuf text_b;

	(void)state;
	rig_up(&a, scenario_of("{\"schema\":\"rdsweep.sim/1\",\"seed\":7}"), false);
	rig_up(&b, scenario_of("{\"schema\":\"rdsweep.sim/1\",\"seed\":7,\"hosts\":{\"x\":{}}}"),
	       false);
	strbuf_init(&text_a);
	strbuf_init(&text_b);
	/* Another case, another order of first use. */
	assert_int_equal(sim_model_host(b.model, "other", &b.host), 0);
	listing(&b, START + 5, add_row, &text_b);
	listing(&a, START, add_row, &text_a);
	assert_string_not_equal(strbuf_text(&text_a), strbuf_text(&text_b));
	uint32_t again;
	assert_int_equal(sim_model_host(b.model, "RDSH001", &b.host), 0);
	assert_int_equal(sim_model_host(b.model, "rdsh001", &again), 0);
	assert_int_equal(again, b.host);
	listing(&b, START, add_row, &text_b);
	assert_string_equal(strbuf_text(&text_a), strbuf_text(&text_b));
	rig_down(&b);
	rig_up(&b, scenario_of("{\"schema\":\"rdsweep.sim/1\",\"seed\":8}"), false);
	listing(&b, START, add_row, &text_b);
	assert_string_not_equal(strbuf_text(&text_a), strbuf_text(&text_b));
	strbuf_release(&text_a);
	strbuf_release(&text_b);
	rig_down(&a);
	rig_down(&b);
}

struct census {
	size_t sessions;
	size_t disconnected;
	uint32_t last_id;
	int64_t hosts;
};

static int count_row(void *ctx, const struct sim_view *view)
{
	struct census *census = ctx;

	if (view->id == 0)
		census->last_id = 0;
	assert_true(view->id == 0 || view->id > census->last_id);
	census->last_id = view->id;
	if (!*view->user)
		return 0;
	bool disconnected = view->state == SESSION_DISCONNECTED;
	census->sessions++;
	census->disconnected += disconnected;
	assert_string_equal(view->domain, "CORP");
	assert_int_equal(strncmp(view->user, "user", 4), 0);
	assert_int_equal(strncmp(view->client, "PC-", 3), 0);
	assert_true(disconnected == (view->station[0] == '\0'));
	assert_true(view->idle_s >= 0 && view->logon_at_ms + view->idle_s * 1000 <= EPOCH);
	return 0;
}

static void sim_model__derived_fleet__looks_as_the_defaults_say(void **state)
{
	struct rig rig;
	struct census census = { 0 };
	char name[16];
	uint32_t code;

	(void)state;
	rig_up(&rig, scenario_from("contract.json"), false);
	for (int i = 100; i < 600; i++) {
		size_t before = census.sessions;
		(void)snprintf(name, sizeof(name), "rdsh%03d", i);
		assert_int_equal(sim_model_host(rig.model, name, &rig.host), 0);
		assert_int_equal(sim_model_sessions_at(rig.model, rig.host, START, count_row,
						       &census, &code),
				 0);
		assert_in_range(census.sessions - before, 5, 30);
	}
	assert_in_range(census.sessions / 500, 16, 19);
	assert_in_range(census.disconnected * 100 / census.sessions, 37, 43);
	rig_down(&rig);
}

static void sim_model__built_in_sessions__are_there_and_cannot_be_acted_on(void **state)
{
	struct rig rig;
	struct strbuf out;
	struct sim_view view;

	(void)state;
	rig_up(&rig,
	       scenario_of("{\"schema\":\"rdsweep.sim/1\",\"hosts\":{\"rdsh001\":{\"sessions\":"
			   "[]}}}"),
	       false);
	strbuf_init(&out);
	listing(&rig, START, add_row, &out);
	assert_string_equal(strbuf_text(&out), "0 disconnected \\  -1 'Services' ''\n"
					       "1 connected \\  -1 'Console' ''\n"
					       "65536 listen \\  -1 'RDP-Tcp' ''\n");
	assert_int_equal(query(&rig, 65536, START, &view), 0);
	assert_int_equal(view.state, SESSION_LISTEN);
	assert_int_equal(logoff(&rig, 0, START), 5);
	assert_int_equal(logoff(&rig, 65536, START), 5);
	assert_int_equal(logoff(&rig, 1, START), 5023);
	assert_int_equal(disconnect(&rig, 65536, START), 5);
	assert_int_equal(message(&rig, 1, START), 5023);
	assert_int_equal(logoff(&rig, 2, START), 7022);
	assert_int_equal(query(&rig, 2, START, &view), 7022);
	strbuf_release(&out);
	rig_down(&rig);
}

static void sim_model__user_on_the_console__takes_its_place(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, scenario_from("every-key.json"), false);
	assert_int_equal(sim_model_host(rig.model, "HOST-A", &rig.host), 0);
	assert_users(&rig, START, "1 console,3 bob,7 carol,");
	assert_int_equal(disconnect(&rig, 1, START), 7041);
	assert_int_equal(logoff(&rig, 1, START), 0);
	struct sim_view view;
	assert_int_equal(query(&rig, 1, START + 1000, &view), 0);
	assert_string_equal(view.user, "");
	assert_int_equal(view.state, SESSION_CONNECTED);
	rig_down(&rig);
}

/* --- time */

static void sim_model_logoff__accepted__closes_until_due(void **state)
{
	struct rig rig;
	struct sim_view view;

	(void)state;
	rig_up(&rig, scenario_of(THREE END), false);
	assert_int_equal(logoff(&rig, 2, START + 1000), 0);
	assert_users(&rig, START + 999, "2 alice,3 bob,");
	assert_users(&rig, START + 1000, "2 alice!,3 bob,");
	assert_users(&rig, START + 1799, "2 alice!,3 bob,");
	assert_users(&rig, START + 1800, "3 bob,");
	assert_int_equal(query(&rig, 2, START + 1799, &view), 0);
	assert_true(view.closing && view.until_ms == START + 1800);
	assert_int_equal(view.state, SESSION_ACTIVE);
	assert_int_equal(query(&rig, 2, START + 1800, &view), 7022);
	assert_int_equal(logoff(&rig, 2, START + 1500), 7007);
	assert_int_equal(disconnect(&rig, 2, START + 1500), 7007);
	assert_int_equal(message(&rig, 2, START + 1500), 7007);
	assert_int_equal(logoff(&rig, 2, START + 1800), 7022);
	rig_down(&rig);
}

/* Calls end in another order than they are computed in. */
static void sim_model__calls_out_of_order__see_their_own_time(void **state)
{
	struct rig rig;
	struct sim_view view;
	int64_t until_ms;
	uint32_t code;

	(void)state;
	rig_up(&rig, scenario_of(THREE END), false);
	assert_int_equal(disconnect(&rig, 2, START + 100), 0);
	assert_int_equal(query(&rig, 2, START + 50, &view), 0);
	assert_int_equal(view.state, SESSION_ACTIVE);
	assert_int_equal(view.idle_s, 60);
	assert_string_equal(view.station, "RDP-Tcp#2");
	assert_int_equal(drain(&rig, SESSION_DRAIN_ON, START + 200), 0);
	assert_int_equal(drain(&rig, SESSION_DRAIN_RESTART, START + 150), 0);
	enum session_drain mode;
	const struct {
		int64_t after_ms;
		enum session_drain mode;
	} modes[] = { { 149, SESSION_DRAIN_OFF },
		      { 150, SESSION_DRAIN_RESTART },
		      { 199, SESSION_DRAIN_RESTART },
		      { 200, SESSION_DRAIN_ON } };
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(sim_model_drain_get(rig.model, rig.host, &no_fault,
						     START + modes[i].after_ms, &mode, &code),
				 0);
		assert_int_equal(mode, modes[i].mode);
	}
	/* A second logoff for an earlier moment: accepted then, and the session is gone the
	 * earlier. */
	assert_int_equal(logoff(&rig, 2, START + 1000), 0);
	assert_int_equal(query(&rig, 2, START + 500, &view), 0);
	assert_false(view.closing);
	assert_int_equal(
		sim_model_logoff(rig.model, rig.host, 2, &no_fault, START + 400, &until_ms, &code),
		0);
	assert_true(until_ms == START + 1200);
	assert_users(&rig, START + 1199, "2 alice!,3 bob,");
	assert_users(&rig, START + 1200, "3 bob,");
	assert_users(&rig, START + 399, "2 alice,3 bob,");
	rig_down(&rig);
}

static void sim_model_disconnect__accepted__changes_state_and_idle(void **state)
{
	struct rig rig;
	struct sim_view view;

	(void)state;
	rig_up(&rig, scenario_of(THREE END), false);
	assert_int_equal(disconnect(&rig, 2, START), 0);
	assert_int_equal(query(&rig, 2, START + 5999, &view), 0);
	assert_int_equal(view.state, SESSION_DISCONNECTED);
	assert_string_equal(view.station, "");
	assert_int_equal(view.idle_s, 5);
	assert_string_equal(view.client, "PC1");
	assert_int_equal(disconnect(&rig, 2, START + 1), 5023);
	assert_int_equal(disconnect(&rig, 3, START + 1), 5023);
	assert_int_equal(disconnect(&rig, 9, START + 1), 7022);
	rig_down(&rig);
}

/* --- faults */

static void sim_model_plan__latency__is_jittered_by_host_call_and_count_alone(void **state)
{
	struct rig a;
	struct rig b;
	int64_t lowest = INT64_MAX;
	int64_t highest = 0;

	(void)state;
	rig_up(&a, scenario_from("contract.json"), false);
	rig_up(&b, scenario_from("contract.json"), false);
	uint32_t other;
	assert_int_equal(sim_model_host(b.model, "other", &other), 0);
	for (int i = 0; i < 1000; i++) {
		struct sim_step step;
		/* What happens on other hosts and in other calls changes nothing. */
		sim_model_plan(b.model, other, SIM_LOGOFF, 2, START, &step);
		(void)plan(&b, SIM_QUERY, 2, START);
		int64_t latency = plan(&a, SIM_LOGOFF, 2, START).latency_us;
		assert_true(latency == plan(&b, SIM_LOGOFF, 2, START + i).latency_us);
		lowest = latency < lowest ? latency : lowest;
		highest = latency > highest ? latency : highest;
	}
	assert_in_range(lowest, 32000, 32500);
	assert_in_range(highest, 47500, 48000);
	assert_true(plan(&a, SIM_LOGOFF, 2, START).latency_us !=
		    plan(&b, SIM_LOGOFF, 3, START).latency_us);
	rig_down(&a);
	rig_down(&b);
}

static void sim_model_plan__golden_latencies__are_the_same_everywhere(void **state)
{
	struct rig rig;
	const int64_t want[SIM_CALL_COUNT] = { 1087,  16458, 29717, 5607, 4028,
					       18171, 43449, 11558, 855 };

	(void)state;
	rig_up(&rig, scenario_from("contract.json"), false);
	for (int call = 0; call < SIM_CALL_COUNT; call++)
		assert_int_equal(plan(&rig, (enum sim_call)call, 2, START).latency_us, want[call]);
	rig_down(&rig);
}

static void sim_model_plan__no_jitter__is_the_latency_itself(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, scenario_of(THREE END), false);
	assert_int_equal(plan(&rig, SIM_OPEN, 0, START).latency_us, 20000);
	assert_int_equal(plan(&rig, SIM_CLOSE, 0, START).latency_us, 1000);
	rig_down(&rig);
}

static void sim_model__error_fault__fails_as_often_as_told(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig,
	       scenario_of(WITH_FAULTS(
		       "{\"call\":\"logoff\",\"session\":2,\"error\":5,\"times\":2},"
		       "{\"call\":\"logoff\",\"user\":\"corp\\\\ALICE\",\"error\":0,\"times\":1},"
		       "{\"call\":\"message\",\"error\":1722}")),
	       false);
	assert_int_equal(logoff(&rig, 3, START), 0); /* does not match, is not counted */
	assert_int_equal(logoff(&rig, 2, START), 5);
	assert_int_equal(logoff(&rig, 2, START), 5);
	struct sim_step step = plan(&rig, SIM_LOGOFF, 2, START);
	int64_t until_ms;
	uint32_t code = 99;
	assert_int_equal(sim_model_logoff(rig.model, rig.host, 2, &step, START, &until_ms, &code),
			 -1);
	assert_int_equal(code, 0);
	assert_users(&rig, START + 900, "2 alice,");
	assert_int_equal(logoff(&rig, 2, START), 0);
	assert_int_equal(message(&rig, 5, START), 1722);
	assert_int_equal(message(&rig, 5, START), 1722);
	/* The faults of one host are not those of others. */
	assert_int_equal(sim_model_host(rig.model, "rdsh002", &rig.host), 0);
	assert_null(plan(&rig, SIM_MESSAGE, 2, START).fault);
	rig_down(&rig);
}

static void sim_model__faults_of_every_call__hit_it(void **state)
{
	struct rig rig;
	struct sim_view view;
	enum session_drain mode;
	uint32_t code = 0;

	(void)state;
	rig_up(&rig,
	       scenario_of(WITH_FAULTS("{\"call\":\"open\",\"error\":1722},"
				       "{\"call\":\"enumerate\",\"error\":1723},"
				       "{\"call\":\"query\",\"error\":1726},"
				       "{\"call\":\"disconnect\",\"error\":1727},"
				       "{\"call\":\"drain\",\"error\":1728}")),
	       true);
	struct sim_step step = plan(&rig, SIM_OPEN, 0, START);
	assert_int_equal(sim_model_open(rig.model, rig.host, &step, START, &code), -1);
	assert_int_equal(code, 1722);
	step = plan(&rig, SIM_ENUMERATE, 0, START);
	assert_int_equal(
		sim_model_enumerate(rig.model, rig.host, &step, START, add_user, NULL, &code), -1);
	assert_int_equal(code, 1723);
	assert_int_equal(query(&rig, 2, START, &view), 1726);
	assert_int_equal(disconnect(&rig, 2, START), 1727);
	assert_int_equal(drain(&rig, SESSION_DRAIN_ON, START), 1728);
	step = plan(&rig, SIM_DRAIN, 0, START);
	assert_int_equal(sim_model_drain_get(rig.model, rig.host, &step, START, &mode, &code), -1);
	assert_int_equal(code, 1728);
	assert_int_equal(rig.lines.len, 0);
	rig_down(&rig);
}

static void sim_model_plan__other_kinds__tell_the_caller(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig,
	       scenario_of(WITH_FAULTS("{\"call\":\"probe\",\"refused\":true,\"times\":1},"
				       "{\"call\":\"probe\",\"hang\":true,\"times\":1},"
				       "{\"call\":\"open\",\"delay_ms\":500},"
				       "{\"call\":\"close\",\"hang\":true}")),
	       false);
	assert_int_equal(plan(&rig, SIM_PROBE, 0, START).fault->kind, SIM_FAULT_REFUSED);
	assert_true(plan(&rig, SIM_PROBE, 0, START).hang);
	assert_null(plan(&rig, SIM_PROBE, 0, START).fault);
	struct sim_step step = plan(&rig, SIM_OPEN, 0, START);
	uint32_t code;
	assert_int_equal(step.latency_us, 520000);
	assert_int_equal(sim_model_open(rig.model, rig.host, &step, START, &code), 0);
	assert_true(plan(&rig, SIM_CLOSE, 0, START).hang);
	rig_down(&rig);
}

static void sim_model__ignored_calls__succeed_without_effect(void **state)
{
	struct rig rig;
	int64_t until_ms;
	enum session_drain mode;
	uint32_t code;

	(void)state;
	rig_up(&rig,
	       scenario_of(WITH_FAULTS("{\"call\":\"logoff\",\"ignored\":true},"
				       "{\"call\":\"disconnect\",\"ignored\":true},"
				       "{\"call\":\"message\",\"ignored\":true},"
				       "{\"call\":\"drain\",\"ignored\":true}")),
	       true);
	struct sim_step step = plan(&rig, SIM_LOGOFF, 2, START);
	assert_int_equal(sim_model_logoff(rig.model, rig.host, 2, &step, START, &until_ms, &code),
			 0);
	assert_true(until_ms == SIM_FOREVER);
	assert_int_equal(disconnect(&rig, 2, START), 0);
	assert_int_equal(message(&rig, 2, START), 0);
	assert_int_equal(drain(&rig, SESSION_DRAIN_ON, START), 0);
	assert_int_equal(logoff(&rig, 9, START), 7022);
	assert_users(&rig, START + 100000, "2 alice,3 bob,");
	assert_int_equal(
		sim_model_drain_get(rig.model, rig.host, &no_fault, START + 1, &mode, &code), 0);
	assert_int_equal(mode, SESSION_DRAIN_OFF);
	assert_int_equal(rig.lines.len, 0);
	rig_down(&rig);
}

static void sim_model__swap_user__happens_after_the_first_enumerate(void **state)
{
	struct rig rig;
	struct strbuf out;
	struct sim_view view;

	(void)state;
	rig_up(&rig,
	       scenario_of(WITH_FAULTS(
		       "{\"call\":\"enumerate\",\"error\":1722,\"times\":1},"
		       "{\"call\":\"logoff\",\"session\":2,\"swap_user\":\"EVIL\\\\mallory\"},"
		       "{\"call\":\"query\",\"user\":\"CORP\\\\bob\",\"swap_user\":"
		       "\"EVIL\\\\trudy\"},"
		       "{\"call\":\"query\",\"user\":\"EVIL\\\\mallory\",\"swap_user\":"
		       "\"X\\\\y\"}")),
	       true);
	strbuf_init(&out);
	assert_int_equal(query(&rig, 2, START, &view), 0);
	assert_string_equal(view.user, "alice");
	struct sim_step step = plan(&rig, SIM_ENUMERATE, 0, START);
	uint32_t code;
	assert_int_equal(
		sim_model_enumerate(rig.model, rig.host, &step, START, add_user, &out, &code), -1);
	assert_int_equal(query(&rig, 2, START + 5, &view), 0);
	assert_string_equal(view.user, "alice"); /* that one failed */
	enumerate(&rig, START + 10, &out);
	assert_string_equal(strbuf_text(&out), "2 alice,3 bob,");
	enumerate(&rig, START + 10, &out);
	assert_string_equal(strbuf_text(&out), "2 mallory,3 trudy,");
	assert_int_equal(query(&rig, 2, START + 20, &view), 0);
	assert_string_equal(view.domain, "EVIL");
	assert_true(view.logon_at_ms == EPOCH + 1000);
	assert_string_equal(view.station, "RDP-Tcp#2");
	assert_int_equal(view.state, SESSION_ACTIVE);
	assert_int_equal(query(&rig, 3, START + 20, &view), 0);
	assert_true(view.logon_at_ms == EPOCH + 2000);
	assert_int_equal(view.state, SESSION_DISCONNECTED);
	assert_users(&rig, START + 9, "2 alice,3 bob,");
	assert_int_equal(rig.lines.len, 0);
	assert_int_equal(logoff(&rig, 2, START + 30), 0);
	assert_string_equal(strbuf_text(&rig.lines),
			    "{\"t\":\"2026-01-01T01:00:00.030Z\",\"host\":\"rdsh001\",\"call\":"
			    "\"logoff\",\"session\":2,\"user\":\"EVIL\\\\mallory\",\"logon_at\":"
			    "\"2026-01-01T00:00:01.000Z\",\"effect\":\"gone\",\"due\":"
			    "\"2026-01-01T01:00:00.830Z\"}\n");
	assert_users(&rig, START + 1000, "3 trudy,");
	strbuf_release(&out);
	rig_down(&rig);
}

static void sim_model__fault_by_user__follows_the_identity(void **state)
{
	struct rig rig;
	struct strbuf out;

	(void)state;
	rig_up(&rig,
	       scenario_of(WITH_FAULTS(
		       "{\"call\":\"logoff\",\"session\":2,\"swap_user\":\"EVIL\\\\mallory\"},"
		       "{\"call\":\"logoff\",\"user\":\"CORP\\\\alice\",\"error\":5},"
		       "{\"call\":\"logoff\",\"user\":\"EVIL\\\\mallory\",\"error\":6}")),
	       false);
	strbuf_init(&out);
	assert_int_equal(logoff(&rig, 2, START), 5);
	enumerate(&rig, START + 10, &out);
	assert_int_equal(logoff(&rig, 2, START + 10), 6);
	assert_int_equal(logoff(&rig, 2, START + 5),
			 5); /* computed late, about an earlier moment */
	strbuf_release(&out);
	rig_down(&rig);
}

/* --- users who come and go by themselves */

static void sim_model__user_who_leaves__is_gone_from_then_on(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, scenario_from("comings-and-goings.json"), false);
	assert_users(&rig, START + 499, "2 leaver,3 returner,4 stayer,");
	assert_users(&rig, START + 500, "3 returner,4 stayer,");
	assert_users(&rig, START + 499, "2 leaver,3 returner,4 stayer,");
	assert_int_equal(logoff(&rig, 2, START + 600), 7022);
	rig_down(&rig);

	/* Whoever is logged off before leaves with the logoff. */
	rig_up(&rig, scenario_from("comings-and-goings.json"), true);
	assert_int_equal(logoff(&rig, 2, START + 400), 0);
	assert_users(&rig, START + 1199, "2 leaver!,3 returner,4 stayer,");
	assert_users(&rig, START + 1200, "3 returner,4 stayer,");
	assert_null(strstr(strbuf_text(&rig.lines), "leave\""));
	rig_down(&rig);
}

static void sim_model__user_who_returns__has_a_new_id_and_logon(void **state)
{
	struct rig rig;
	struct sim_view view;

	(void)state;
	rig_up(&rig, scenario_from("comings-and-goings.json"), true);
	assert_int_equal(logoff(&rig, 3, START), 0);
	assert_users(&rig, START + 800 + 999, "4 stayer,");
	assert_int_equal(query(&rig, 5, START + 1799, &view), 7022);
	assert_int_equal(query(&rig, 5, START + 1800, &view), 0);
	assert_string_equal(view.user, "returner");
	assert_string_equal(view.client, "PC2");
	assert_string_equal(view.station, "RDP-Tcp#5");
	assert_int_equal(view.state, SESSION_ACTIVE);
	assert_int_equal(view.idle_s, 0);
	assert_true(view.logon_at_ms == EPOCH + 1000);
	/* Once for each time, and again and again. */
	assert_int_equal(logoff(&rig, 5, START + 2000), 0);
	assert_users(&rig, START + 3800, "4 stayer,6 returner,");
	assert_int_equal(query(&rig, 6, START + 3800, &view), 0);
	assert_true(view.logon_at_ms == EPOCH + 2000);
	assert_users(&rig, START + 2500, "4 stayer,5 returner!,");
	rig_down(&rig);
}

static void sim_model__drain__keeps_users_from_returning(void **state)
{
	static const struct {
		enum session_drain mode;
		int64_t from_ms;
		int64_t to_ms; /* 0: stays */
		const char *at_5000;
	} rows[] = {
		{ SESSION_DRAIN_ON, 0, 0, "4 stayer," },
		{ SESSION_DRAIN_RESTART, 0, 0, "4 stayer," },
		{ SESSION_DRAIN_ON, 1800, 0, "4 stayer," },
		{ SESSION_DRAIN_ON, 1801, 0, "4 stayer,5 returner," },
		{ SESSION_DRAIN_ON, 0, 1800, "4 stayer,5 returner," },
		{ SESSION_DRAIN_ON, 0, 1801, "4 stayer," },
		{ SESSION_DRAIN_OFF, 0, 0, "4 stayer,5 returner," },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;
		rig_up(&rig, scenario_from("comings-and-goings.json"), false);
		assert_int_equal(logoff(&rig, 3, START), 0);
		assert_int_equal(drain(&rig, rows[i].mode, START + rows[i].from_ms), 0);
		if (rows[i].to_ms)
			assert_int_equal(drain(&rig, SESSION_DRAIN_OFF, START + rows[i].to_ms), 0);
		assert_users(&rig, START + 5000, rows[i].at_5000);
		rig_down(&rig);
	}
}

/* --- the state */

static void sim_model__effects__are_golden_lines(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, scenario_from("comings-and-goings.json"), true);
	assert_int_equal(message(&rig, 4, START), 0);
	assert_int_equal(disconnect(&rig, 4, START + 10), 0);
	assert_int_equal(logoff(&rig, 3, START + 20), 0);
	assert_int_equal(drain(&rig, SESSION_DRAIN_RESTART, START + 1821), 0);
	assert_string_equal(
		strbuf_text(&rig.lines),
		"{\"t\":\"2026-01-01T01:00:00.000Z\",\"host\":\"rdsh001\",\"call\":\"message\","
		"\"session\":4,\"user\":\"CORP\\\\stayer\",\"logon_at\":\"2025-12-31T23:46:40."
		"000Z\","
		"\"effect\":\"messaged\",\"due\":null}\n"
		"{\"t\":\"2026-01-01T01:00:00.010Z\",\"host\":\"rdsh001\",\"call\":\"disconnect\","
		"\"session\":4,\"user\":\"CORP\\\\stayer\",\"logon_at\":\"2025-12-31T23:46:40."
		"000Z\","
		"\"effect\":\"disconnected\",\"due\":null}\n"
		"{\"t\":\"2026-01-01T01:00:00.020Z\",\"host\":\"rdsh001\",\"call\":\"logoff\","
		"\"session\":3,\"user\":\"CORP\\\\returner\",\"logon_at\":\"2025-12-31T23:48:20."
		"000Z\","
		"\"effect\":\"gone\",\"due\":\"2026-01-01T01:00:00.820Z\"}\n"
		"{\"t\":\"2026-01-01T01:00:00.500Z\",\"host\":\"rdsh001\",\"call\":\"leave\","
		"\"session\":2,\"user\":\"CORP\\\\leaver\",\"logon_at\":\"2025-12-31T23:50:00."
		"000Z\","
		"\"effect\":\"gone\",\"due\":\"2026-01-01T01:00:00.500Z\"}\n"
		"{\"t\":\"2026-01-01T01:00:01.820Z\",\"host\":\"rdsh001\",\"call\":\"return\","
		"\"session\":5,\"user\":\"CORP\\\\returner\",\"logon_at\":\"2026-01-01T00:00:01."
		"000Z\","
		"\"effect\":\"logged_on\",\"due\":null}\n"
		"{\"t\":\"2026-01-01T01:00:01.821Z\",\"host\":\"rdsh001\",\"call\":\"drain\","
		"\"session\":null,\"user\":null,\"logon_at\":null,\"effect\":\"drain\",\"due\":"
		"null,"
		"\"mode\":\"restart\"}\n");
	rig_down(&rig);
}

static void sim_model__sink_that_fails__fails_the_call_without_effect(void **state)
{
	struct rig rig;
	struct strbuf out;
	enum session_drain mode;
	uint32_t code = 0;

	(void)state;
	rig_up(&rig, scenario_from("comings-and-goings.json"), true);
	strbuf_init(&out);
	rig.full = true;
	assert_int_equal(logoff(&rig, 4, START), 112);
	assert_int_equal(disconnect(&rig, 4, START), 112);
	assert_int_equal(message(&rig, 4, START), 112);
	assert_int_equal(drain(&rig, SESSION_DRAIN_ON, START), 112);
	assert_int_equal(sim_model_enumerate(rig.model, rig.host, &no_fault, START + 500, add_user,
					     &out, &code),
			 -1);
	assert_int_equal(code, 112); /* somebody left, which could not be kept */
	rig.full = false;
	assert_users(&rig, START + 499, "2 leaver,3 returner,4 stayer,");
	assert_int_equal(
		sim_model_drain_get(rig.model, rig.host, &no_fault, START + 1, &mode, &code), 0);
	assert_int_equal(mode, SESSION_DRAIN_OFF);
	assert_int_equal(logoff(&rig, 3, START), 0);
	rig.full = true;
	assert_int_equal(logoff(&rig, 4, START + 5000), 112);
	rig.full = false;
	/* The leave counts from the first line, which came at START. */
	assert_users(&rig, START + 5000, "4 stayer,5 returner,");
	strbuf_release(&out);
	rig_down(&rig);
}

/* The same questions to two models at many times. */
static void assert_same_from(struct rig *a, struct rig *b, int64_t from_ms)
{
	struct strbuf text_a;
	struct strbuf text_b;

	strbuf_init(&text_a);
	strbuf_init(&text_b);
	for (int64_t t = from_ms; t < from_ms + 8000; t += 50) {
		enum session_drain mode_a;
		enum session_drain mode_b;
		uint32_t code;
		listing(a, t, add_row, &text_a);
		listing(b, t, add_row, &text_b);
		assert_string_equal(strbuf_text(&text_a), strbuf_text(&text_b));
		assert_int_equal(
			sim_model_drain_get(a->model, a->host, &no_fault, t, &mode_a, &code), 0);
		assert_int_equal(
			sim_model_drain_get(b->model, b->host, &no_fault, t, &mode_b, &code), 0);
		assert_int_equal(mode_a, mode_b);
	}
	strbuf_release(&text_a);
	strbuf_release(&text_b);
}

static void replay(struct rig *rig, const struct strbuf *lines)
{
	struct sim_replay done;

	if (sim_model_replay_all(rig->model, strbuf_text(lines), lines->len, &done) != 0)
		fail_msg("line %d: %s", (int)done.lines, done.message);
	assert_false(done.torn);
	assert_int_equal(done.sound_len, lines->len);
}

/* After each step of a story another process starts from the lines so far, and lives on as the
 * first does. */
static void sim_model_replay__at_any_point__answers_as_before(void **state)
{
	(void)state;
	for (int steps = 0; steps <= 9; steps++) {
		struct rig a;
		struct rig b;
		int64_t now = START + 1234;
		rig_up(&a, scenario_from("comings-and-goings.json"), true);
		for (int step = 0; step < steps; step++, now += 700) {
			switch (step) {
			case 0:
				assert_int_equal(message(&a, 4, now), 0);
				break;
			case 1:
				assert_int_equal(logoff(&a, 3, now), 0);
				break;
			case 2:
				assert_int_equal(disconnect(&a, 4, now), 0);
				break;
			case 3:
				assert_int_equal(drain(&a, SESSION_DRAIN_ON, now), 0);
				break;
			case 4: /* whoever would have come back was refused */
				assert_int_equal(drain(&a, SESSION_DRAIN_OFF, now), 0);
				break;
			case 5:
				assert_int_equal(logoff(&a, 4, now), 0);
				break;
			case 6:
				(void)logoff(&a, 5, now);
				break;
			case 7:
				assert_users(&a, now, "");
				break;
			default:
				assert_int_equal(drain(&a, SESSION_DRAIN_RESTART, now), 0);
			}
		}
		rig_up(&b, scenario_from("comings-and-goings.json"), true);
		replay(&b, &a.lines);
		strbuf_add(&b.lines, strbuf_text(&a.lines), a.lines.len);
		if (steps == 0) {
			rig_down(&a);
			rig_down(&b);
			continue; /* nothing to start from */
		}
		assert_same_from(&a, &b, now);
		/* What both see later they record alike. */
		assert_string_equal(strbuf_text(&a.lines), strbuf_text(&b.lines));
		rig_down(&a);
		rig_down(&b);
	}
}

static void sim_model_replay__returners__go_on_returning_with_new_logons(void **state)
{
	struct rig a;
	struct rig b;
	struct sim_view view;

	(void)state;
	rig_up(&a, scenario_from("comings-and-goings.json"), true);
	assert_int_equal(logoff(&a, 3, START), 0);
	assert_users(&a, START + 2000, "4 stayer,5 returner,");
	rig_up(&b, scenario_from("comings-and-goings.json"), true);
	replay(&b, &a.lines);
	assert_int_equal(logoff(&b, 5, START + 3000), 0);
	assert_int_equal(query(&b, 6, START + 5000, &view), 0);
	assert_true(view.logon_at_ms == EPOCH + 2000);
	assert_same_from(&b, &b, START + 5000);
	rig_down(&a);
	rig_down(&b);
}

static void sim_model_replay__derived_hosts__are_restored(void **state)
{
	struct rig a;
	struct rig b;
	struct strbuf out;

	(void)state;
	rig_up(&a, scenario_from("minimal.json"), true);
	rig_up(&b, scenario_from("minimal.json"), true);
	strbuf_init(&out);
	for (uint32_t id = 2; id < 60; id++) {
		if (id % 3 == 0)
			(void)disconnect(&a, id, START + id);
		else
			(void)logoff(&a, id, START + id);
	}
	assert_true(a.lines.len > 500);
	replay(&b, &a.lines);
	assert_same_from(&a, &b, START - 100);
	strbuf_release(&out);
	rig_down(&a);
	rig_down(&b);
}

static void sim_model_replay__swapped_user_who_was_logged_off__stays_gone(void **state)
{
	static const char faults[] = WITH_FAULTS(
		"{\"call\":\"logoff\",\"session\":2,\"swap_user\":\"EVIL\\\\mallory\"}");
	struct rig a;
	struct rig b;
	struct strbuf out;

	(void)state;
	rig_up(&a, scenario_of(faults), true);
	rig_up(&b, scenario_of(faults), true);
	strbuf_init(&out);
	enumerate(&a, START, &out);
	assert_int_equal(disconnect(&a, 2, START + 5), 0);
	assert_int_equal(logoff(&a, 2, START + 10), 0);
	replay(&b, &a.lines);
	assert_same_from(&a, &b, START + 10);
	enumerate(&b, START + 100, &out);
	assert_string_equal(strbuf_text(&out), "2 mallory!,3 bob,");
	enumerate(&b, START + 900, &out);
	assert_string_equal(strbuf_text(&out), "3 bob,");
	rig_down(&b);

	/* A swap that had no effect is no effect: it happens again. */
	rig_up(&b, scenario_of(faults), true);
	enumerate(&b, START + 100, &out);
	assert_string_equal(strbuf_text(&out), "2 alice,3 bob,");
	strbuf_release(&out);
	rig_down(&a);
	rig_down(&b);
}

/* Who loses his id may leave or be gone by the time something happens to the new one; the record
 * says nothing of when he lost it. */
static void sim_model_replay__swapped_out_who_would_have_gone__lost_his_id_before(void **state)
{
	static const char scenario[] =
		"{\"schema\":\"rdsweep.sim/1\",\"epoch\":\"2026-01-01T00:00:00Z\",\"defaults\":{"
		"\"logoff_takes_ms\":800},\"hosts\":{\"rdsh001\":{\"sessions\":["
		"{\"id\":2,\"user\":\"CORP\\\\alice\",\"leaves_after_ms\":500},"
		"{\"id\":3,\"user\":\"CORP\\\\bob\",\"returns_after_ms\":50}],"
		"\"faults\":[{\"call\":\"logoff\",\"session\":2,\"swap_user\":\"EVIL\\\\mallory\"},"
		"{\"call\":\"logoff\",\"session\":3,\"swap_user\":\"EVIL\\\\eve\"}]}}}";
	struct rig before;
	struct rig a;
	struct rig b;
	struct strbuf out;

	(void)state;
	/* bob is being logged off when a second process takes over, and loses his id in it. */
	rig_up(&before, scenario_of(scenario), true);
	assert_int_equal(logoff(&before, 3, START), 0);
	rig_up(&a, scenario_of(scenario), true);
	replay(&a, &before.lines);
	strbuf_add(&a.lines, strbuf_text(&before.lines), before.lines.len);
	strbuf_init(&out);
	enumerate(&a, START + 400, &out);
	assert_users(&a, START + 401, "2 mallory,3 eve,");
	assert_int_equal(logoff(&a, 2, START + 600), 0); /* alice would have left at 500 */
	assert_int_equal(logoff(&a, 3, START + 900), 0); /* bob would have been gone at 800 */
	rig_up(&b, scenario_of(scenario), true);
	replay(&b, &a.lines);
	assert_same_from(&a, &b, START + 900);
	assert_users(&b, START + 5000, ""); /* nor does bob come back */
	strbuf_release(&out);
	rig_down(&before);
	rig_down(&a);
	rig_down(&b);
}

static void sim_model_replay_all__torn_last_line__is_left_out(void **state)
{
	struct rig a;
	struct sim_replay done;

	(void)state;
	rig_up(&a, scenario_of(THREE END), true);
	assert_int_equal(logoff(&a, 2, START), 0);
	size_t first = a.lines.len;
	assert_int_equal(logoff(&a, 3, START), 0);
	for (size_t len = first + 1; len < a.lines.len; len++) {
		struct rig b;
		rig_up(&b, scenario_of(THREE END), true);
		assert_int_equal(sim_model_replay_all(b.model, strbuf_text(&a.lines), len, &done),
				 0);
		assert_true(done.torn);
		assert_int_equal(done.lines, 1);
		assert_int_equal(done.sound_len, first);
		assert_users(&b, START + 900, "3 bob,");
		rig_down(&b);
	}
	rig_down(&a);
}

static void sim_model_replay_all__bad_line__is_an_error_with_its_number(void **state)
{
	static const char good[] =
		"{\"t\":\"2026-01-01T01:00:00.000Z\",\"host\":\"rdsh001\",\"call\":\"logoff\","
		"\"session\":2,\"user\":\"CORP\\\\alice\",\"logon_at\":\"2025-12-31T23:00:00."
		"000Z\","
		"\"effect\":\"gone\",\"due\":\"2026-01-01T01:00:00.800Z\"}\n";
	static const struct {
		const char *line;
		const char *message;
	} rows[] = {
		{ "\n", NULL },
		{ "nonsense\n", NULL },
		{ "{\"t\":\"2026-01-01T01:00:00.000Z\",\"host\":\"rdsh001\",\"call\":\"logoff\","
		  "\"session\":2,\"user\":\"CORP\\\\carol\",\"logon_at\":\"2025-12-31T23:00:00."
		  "000Z\","
		  "\"effect\":\"gone\",\"due\":\"2026-01-01T01:00:00.800Z\"}\n",
		  "the scenario has no such session" },
		{ "{\"t\":\"2026-01-01T01:00:00.000Z\",\"host\":\"rdsh001\",\"call\":\"return\","
		  "\"session\":9,\"user\":\"CORP\\\\alice\",\"logon_at\":\"2026-01-01T00:00:01."
		  "000Z\","
		  "\"effect\":\"logged_on\",\"due\":null}\n",
		  "the scenario has no user who could come back so" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;
		struct strbuf text;
		struct sim_replay done;
		rig_up(&rig, scenario_of(THREE END), true);
		strbuf_init(&text);
		strbuf_adds(&text, good);
		strbuf_adds(&text, rows[i].line);
		strbuf_adds(&text, good);
		assert_int_equal(
			sim_model_replay_all(rig.model, strbuf_text(&text), text.len, &done), -1);
		assert_int_equal(done.lines, 2);
		assert_true(strlen(done.message) > 0);
		if (rows[i].message)
			assert_string_equal(done.message, rows[i].message);
		strbuf_release(&text);
		rig_down(&rig);
	}
}

/* A file of state counts leaving from its first line, in this process and in the next. */
static void sim_model__leaving_with_a_state__counts_from_the_first_line(void **state)
{
	struct rig a;
	struct rig b;

	(void)state;
	rig_up(&a, scenario_from("comings-and-goings.json"), true);
	assert_int_equal(message(&a, 4, START + 300), 0);
	assert_users(&a, START + 799, "2 leaver,3 returner,4 stayer,");
	rig_up(&b, scenario_from("comings-and-goings.json"), true);
	replay(&b, &a.lines);
	assert_users(&b, START + 799, "2 leaver,3 returner,4 stayer,");
	assert_users(&a, START + 800, "3 returner,4 stayer,");
	assert_users(&b, START + 800, "3 returner,4 stayer,");
	rig_down(&a);
	rig_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sim_model__derived_host__is_the_same_everywhere),
		cmocka_unit_test(sim_model__derived_host__depends_on_seed_and_name_alone),
		cmocka_unit_test(sim_model__derived_fleet__looks_as_the_defaults_say),
		cmocka_unit_test(sim_model__built_in_sessions__are_there_and_cannot_be_acted_on),
		cmocka_unit_test(sim_model__user_on_the_console__takes_its_place),
		cmocka_unit_test(sim_model_logoff__accepted__closes_until_due),
		cmocka_unit_test(sim_model__calls_out_of_order__see_their_own_time),
		cmocka_unit_test(sim_model_disconnect__accepted__changes_state_and_idle),
		cmocka_unit_test(sim_model_plan__latency__is_jittered_by_host_call_and_count_alone),
		cmocka_unit_test(sim_model_plan__golden_latencies__are_the_same_everywhere),
		cmocka_unit_test(sim_model_plan__no_jitter__is_the_latency_itself),
		cmocka_unit_test(sim_model__error_fault__fails_as_often_as_told),
		cmocka_unit_test(sim_model__faults_of_every_call__hit_it),
		cmocka_unit_test(sim_model_plan__other_kinds__tell_the_caller),
		cmocka_unit_test(sim_model__ignored_calls__succeed_without_effect),
		cmocka_unit_test(sim_model__swap_user__happens_after_the_first_enumerate),
		cmocka_unit_test(sim_model__fault_by_user__follows_the_identity),
		cmocka_unit_test(sim_model__user_who_leaves__is_gone_from_then_on),
		cmocka_unit_test(sim_model__user_who_returns__has_a_new_id_and_logon),
		cmocka_unit_test(sim_model__drain__keeps_users_from_returning),
		cmocka_unit_test(sim_model__effects__are_golden_lines),
		cmocka_unit_test(sim_model__sink_that_fails__fails_the_call_without_effect),
		cmocka_unit_test(sim_model_replay__at_any_point__answers_as_before),
		cmocka_unit_test(sim_model_replay__returners__go_on_returning_with_new_logons),
		cmocka_unit_test(sim_model_replay__derived_hosts__are_restored),
		cmocka_unit_test(sim_model_replay__swapped_user_who_was_logged_off__stays_gone),
		cmocka_unit_test(
			sim_model_replay__swapped_out_who_would_have_gone__lost_his_id_before),
		cmocka_unit_test(sim_model_replay_all__torn_last_line__is_left_out),
		cmocka_unit_test(sim_model_replay_all__bad_line__is_an_error_with_its_number),
		cmocka_unit_test(sim_model__leaving_with_a_state__counts_from_the_first_line),
	};

	return cmocka_run_group_tests_name("sim_model", tests, NULL, NULL);
}
