/* The simulated fleet: who is there, what calls do to them and when, and the lines that are kept of
 * it. Faults are in test_sim_faults.c, the way back from the lines in test_sim_replay.c. */
#include "sim_rig.h"

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
	rig_listing(&rig, RIG_START, rig_add_row, &out);
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
	rig_listing(&b, RIG_START + 5, rig_add_row, &text_b);
	rig_listing(&a, RIG_START, rig_add_row, &text_a);
	assert_string_not_equal(strbuf_text(&text_a), strbuf_text(&text_b));
	uint32_t again;
	assert_int_equal(sim_model_host(b.model, "RDSH001", &b.host), 0);
	assert_int_equal(sim_model_host(b.model, "rdsh001", &again), 0);
	assert_int_equal(again, b.host);
	rig_listing(&b, RIG_START, rig_add_row, &text_b);
	assert_string_equal(strbuf_text(&text_a), strbuf_text(&text_b));
	rig_down(&b);
	rig_up(&b, scenario_of("{\"schema\":\"rdsweep.sim/1\",\"seed\":8}"), false);
	rig_listing(&b, RIG_START, rig_add_row, &text_b);
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
		assert_int_equal(sim_model_sessions_at(rig.model, rig.host, RIG_START, count_row,
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
	rig_listing(&rig, RIG_START, rig_add_row, &out);
	assert_string_equal(strbuf_text(&out), "0 disconnected \\  -1 'Services' ''\n"
					       "1 connected \\  -1 'Console' ''\n"
					       "65536 listen \\  -1 'RDP-Tcp' ''\n");
	assert_int_equal(rig_query(&rig, 65536, RIG_START, &view), 0);
	assert_int_equal(view.state, SESSION_LISTEN);
	assert_int_equal(rig_logoff(&rig, 0, RIG_START), 5);
	assert_int_equal(rig_logoff(&rig, 65536, RIG_START), 5);
	assert_int_equal(rig_logoff(&rig, 1, RIG_START), 5023);
	assert_int_equal(rig_disconnect(&rig, 65536, RIG_START), 5);
	assert_int_equal(rig_message(&rig, 1, RIG_START), 5023);
	assert_int_equal(rig_logoff(&rig, 2, RIG_START), 7022);
	assert_int_equal(rig_query(&rig, 2, RIG_START, &view), 7022);
	strbuf_release(&out);
	rig_down(&rig);
}

static void sim_model__user_on_the_console__takes_its_place(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, scenario_from("every-key.json"), false);
	assert_int_equal(sim_model_host(rig.model, "HOST-A", &rig.host), 0);
	assert_users(&rig, RIG_START, "1 console,3 bob,7 carol,");
	assert_int_equal(rig_disconnect(&rig, 1, RIG_START), 7041);
	assert_int_equal(rig_logoff(&rig, 1, RIG_START), 0);
	struct sim_view view;
	assert_int_equal(rig_query(&rig, 1, RIG_START + 1000, &view), 0);
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
	rig_up(&rig, scenario_of(RIG_THREE RIG_END), false);
	assert_int_equal(rig_logoff(&rig, 2, RIG_START + 1000), 0);
	assert_users(&rig, RIG_START + 999, "2 alice,3 bob,");
	assert_users(&rig, RIG_START + 1000, "2 alice!,3 bob,");
	assert_users(&rig, RIG_START + 1799, "2 alice!,3 bob,");
	assert_users(&rig, RIG_START + 1800, "3 bob,");
	assert_int_equal(rig_query(&rig, 2, RIG_START + 1799, &view), 0);
	assert_true(view.closing && view.until_ms == RIG_START + 1800);
	assert_int_equal(view.state, SESSION_ACTIVE);
	assert_int_equal(rig_query(&rig, 2, RIG_START + 1800, &view), 7022);
	assert_int_equal(rig_logoff(&rig, 2, RIG_START + 1500), 7007);
	assert_int_equal(rig_disconnect(&rig, 2, RIG_START + 1500), 7007);
	assert_int_equal(rig_message(&rig, 2, RIG_START + 1500), 7007);
	assert_int_equal(rig_logoff(&rig, 2, RIG_START + 1800), 7022);
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
	rig_up(&rig, scenario_of(RIG_THREE RIG_END), false);
	assert_int_equal(rig_disconnect(&rig, 2, RIG_START + 100), 0);
	assert_int_equal(rig_query(&rig, 2, RIG_START + 50, &view), 0);
	assert_int_equal(view.state, SESSION_ACTIVE);
	assert_int_equal(view.idle_s, 60);
	assert_string_equal(view.station, "RDP-Tcp#2");
	assert_int_equal(rig_drain(&rig, SESSION_DRAIN_ON, RIG_START + 200), 0);
	assert_int_equal(rig_drain(&rig, SESSION_DRAIN_RESTART, RIG_START + 150), 0);
	enum session_drain mode;
	const struct {
		int64_t after_ms;
		enum session_drain mode;
	} modes[] = { { 149, SESSION_DRAIN_OFF },
		      { 150, SESSION_DRAIN_RESTART },
		      { 199, SESSION_DRAIN_RESTART },
		      { 200, SESSION_DRAIN_ON } };
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(sim_model_drain_get(rig.model, rig.host, &rig_no_fault,
						     RIG_START + modes[i].after_ms, &mode, &code),
				 0);
		assert_int_equal(mode, modes[i].mode);
	}
	/* A second logoff for an earlier moment: accepted then, and the session is gone the
	 * earlier. */
	assert_int_equal(rig_logoff(&rig, 2, RIG_START + 1000), 0);
	assert_int_equal(rig_query(&rig, 2, RIG_START + 500, &view), 0);
	assert_false(view.closing);
	assert_int_equal(sim_model_logoff(rig.model, rig.host, 2, &rig_no_fault, RIG_START + 400,
					  &until_ms, &code),
			 0);
	assert_true(until_ms == RIG_START + 1200);
	assert_users(&rig, RIG_START + 1199, "2 alice!,3 bob,");
	assert_users(&rig, RIG_START + 1200, "3 bob,");
	assert_users(&rig, RIG_START + 399, "2 alice,3 bob,");
	rig_down(&rig);
}

static void sim_model_disconnect__accepted__changes_state_and_idle(void **state)
{
	struct rig rig;
	struct sim_view view;

	(void)state;
	rig_up(&rig, scenario_of(RIG_THREE RIG_END), false);
	assert_int_equal(rig_disconnect(&rig, 2, RIG_START), 0);
	assert_int_equal(rig_query(&rig, 2, RIG_START + 5999, &view), 0);
	assert_int_equal(view.state, SESSION_DISCONNECTED);
	assert_string_equal(view.station, "");
	assert_int_equal(view.idle_s, 5);
	assert_string_equal(view.client, "PC1");
	assert_int_equal(rig_disconnect(&rig, 2, RIG_START + 1), 5023);
	assert_int_equal(rig_disconnect(&rig, 3, RIG_START + 1), 5023);
	assert_int_equal(rig_disconnect(&rig, 9, RIG_START + 1), 7022);
	rig_down(&rig);
}

/* --- users who come and go by themselves */

static void sim_model__user_who_leaves__is_gone_from_then_on(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, scenario_from("comings-and-goings.json"), false);
	assert_users(&rig, RIG_START + 499, "2 leaver,3 returner,4 stayer,");
	assert_users(&rig, RIG_START + 500, "3 returner,4 stayer,");
	assert_users(&rig, RIG_START + 499, "2 leaver,3 returner,4 stayer,");
	assert_int_equal(rig_logoff(&rig, 2, RIG_START + 600), 7022);
	rig_down(&rig);

	/* Whoever is logged off before leaves with the logoff. */
	rig_up(&rig, scenario_from("comings-and-goings.json"), true);
	assert_int_equal(rig_logoff(&rig, 2, RIG_START + 400), 0);
	assert_users(&rig, RIG_START + 1199, "2 leaver!,3 returner,4 stayer,");
	assert_users(&rig, RIG_START + 1200, "3 returner,4 stayer,");
	assert_null(strstr(strbuf_text(&rig.lines), "leave\""));
	rig_down(&rig);
}

static void sim_model__user_who_returns__has_a_new_id_and_logon(void **state)
{
	struct rig rig;
	struct sim_view view;

	(void)state;
	rig_up(&rig, scenario_from("comings-and-goings.json"), true);
	assert_int_equal(rig_logoff(&rig, 3, RIG_START), 0);
	assert_users(&rig, RIG_START + 800 + 999, "4 stayer,");
	assert_int_equal(rig_query(&rig, 5, RIG_START + 1799, &view), 7022);
	assert_int_equal(rig_query(&rig, 5, RIG_START + 1800, &view), 0);
	assert_string_equal(view.user, "returner");
	assert_string_equal(view.client, "PC2");
	assert_string_equal(view.station, "RDP-Tcp#5");
	assert_int_equal(view.state, SESSION_ACTIVE);
	assert_int_equal(view.idle_s, 0);
	assert_true(view.logon_at_ms == EPOCH + 1000);
	/* Once for each time, and again and again. */
	assert_int_equal(rig_logoff(&rig, 5, RIG_START + 2000), 0);
	assert_users(&rig, RIG_START + 3800, "4 stayer,6 returner,");
	assert_int_equal(rig_query(&rig, 6, RIG_START + 3800, &view), 0);
	assert_true(view.logon_at_ms == EPOCH + 2000);
	assert_users(&rig, RIG_START + 2500, "4 stayer,5 returner!,");
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
		assert_int_equal(rig_logoff(&rig, 3, RIG_START), 0);
		assert_int_equal(rig_drain(&rig, rows[i].mode, RIG_START + rows[i].from_ms), 0);
		if (rows[i].to_ms)
			assert_int_equal(
				rig_drain(&rig, SESSION_DRAIN_OFF, RIG_START + rows[i].to_ms), 0);
		assert_users(&rig, RIG_START + 5000, rows[i].at_5000);
		rig_down(&rig);
	}
}

/* --- the state */

static void sim_model__effects__are_golden_lines(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, scenario_from("comings-and-goings.json"), true);
	assert_int_equal(rig_message(&rig, 4, RIG_START), 0);
	assert_int_equal(rig_disconnect(&rig, 4, RIG_START + 10), 0);
	assert_int_equal(rig_logoff(&rig, 3, RIG_START + 20), 0);
	assert_int_equal(rig_drain(&rig, SESSION_DRAIN_RESTART, RIG_START + 1821), 0);
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
	assert_int_equal(rig_logoff(&rig, 4, RIG_START), 112);
	assert_int_equal(rig_disconnect(&rig, 4, RIG_START), 112);
	assert_int_equal(rig_message(&rig, 4, RIG_START), 112);
	assert_int_equal(rig_drain(&rig, SESSION_DRAIN_ON, RIG_START), 112);
	assert_int_equal(sim_model_enumerate(rig.model, rig.host, &rig_no_fault, RIG_START + 500,
					     rig_add_user, &out, &code),
			 -1);
	assert_int_equal(code, 112); /* somebody left, which could not be kept */
	rig.full = false;
	assert_users(&rig, RIG_START + 499, "2 leaver,3 returner,4 stayer,");
	assert_int_equal(sim_model_drain_get(rig.model, rig.host, &rig_no_fault, RIG_START + 1,
					     &mode, &code),
			 0);
	assert_int_equal(mode, SESSION_DRAIN_OFF);
	assert_int_equal(rig_logoff(&rig, 3, RIG_START), 0);
	rig.full = true;
	assert_int_equal(rig_logoff(&rig, 4, RIG_START + 5000), 112);
	rig.full = false;
	/* The leave counts from the first line, which came at RIG_START. */
	assert_users(&rig, RIG_START + 5000, "4 stayer,5 returner,");
	strbuf_release(&out);
	rig_down(&rig);
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
		cmocka_unit_test(sim_model__user_who_leaves__is_gone_from_then_on),
		cmocka_unit_test(sim_model__user_who_returns__has_a_new_id_and_logon),
		cmocka_unit_test(sim_model__drain__keeps_users_from_returning),
		cmocka_unit_test(sim_model__effects__are_golden_lines),
		cmocka_unit_test(sim_model__sink_that_fails__fails_the_call_without_effect),
	};

	return cmocka_run_group_tests_name("sim_model", tests, NULL, NULL);
}
