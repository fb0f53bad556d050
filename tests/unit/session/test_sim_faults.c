/* What a scenario does to calls on the simulated fleet: latencies, errors, hangs, calls that are
 * ignored, users who are swapped. */
#include "sim_rig.h"

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
		sim_model_plan(b.model, other, SIM_LOGOFF, 2, RIG_START, &step);
		(void)rig_plan(&b, SIM_QUERY, 2, RIG_START);
		int64_t latency = rig_plan(&a, SIM_LOGOFF, 2, RIG_START).latency_us;
		assert_true(latency == rig_plan(&b, SIM_LOGOFF, 2, RIG_START + i).latency_us);
		lowest = latency < lowest ? latency : lowest;
		highest = latency > highest ? latency : highest;
	}
	assert_in_range(lowest, 32000, 32500);
	assert_in_range(highest, 47500, 48000);
	assert_true(rig_plan(&a, SIM_LOGOFF, 2, RIG_START).latency_us !=
		    rig_plan(&b, SIM_LOGOFF, 3, RIG_START).latency_us);
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
		assert_int_equal(rig_plan(&rig, (enum sim_call)call, 2, RIG_START).latency_us,
				 want[call]);
	rig_down(&rig);
}

static void sim_model_plan__no_jitter__is_the_latency_itself(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, scenario_of(RIG_THREE RIG_END), false);
	assert_int_equal(rig_plan(&rig, SIM_OPEN, 0, RIG_START).latency_us, 20000);
	assert_int_equal(rig_plan(&rig, SIM_CLOSE, 0, RIG_START).latency_us, 1000);
	rig_down(&rig);
}

static void sim_model__error_fault__fails_as_often_as_told(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig,
	       scenario_of(RIG_WITH_FAULTS(
		       "{\"call\":\"logoff\",\"session\":2,\"error\":5,\"times\":2},"
		       "{\"call\":\"logoff\",\"user\":\"corp\\\\ALICE\",\"error\":0,\"times\":1},"
		       "{\"call\":\"message\",\"error\":1722}")),
	       false);
	assert_int_equal(rig_logoff(&rig, 3, RIG_START), 0); /* does not match, is not counted */
	assert_int_equal(rig_logoff(&rig, 2, RIG_START), 5);
	assert_int_equal(rig_logoff(&rig, 2, RIG_START), 5);
	struct sim_step step = rig_plan(&rig, SIM_LOGOFF, 2, RIG_START);
	int64_t until_ms;
	uint32_t code = 99;
	assert_int_equal(
		sim_model_logoff(rig.model, rig.host, 2, &step, RIG_START, &until_ms, &code), -1);
	assert_int_equal(code, 0);
	assert_users(&rig, RIG_START + 900, "2 alice,");
	assert_int_equal(rig_logoff(&rig, 2, RIG_START), 0);
	assert_int_equal(rig_message(&rig, 5, RIG_START), 1722);
	assert_int_equal(rig_message(&rig, 5, RIG_START), 1722);
	/* The faults of one host are not those of others. */
	assert_int_equal(sim_model_host(rig.model, "rdsh002", &rig.host), 0);
	assert_null(rig_plan(&rig, SIM_MESSAGE, 2, RIG_START).fault);
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
	       scenario_of(RIG_WITH_FAULTS("{\"call\":\"open\",\"error\":1722},"
					   "{\"call\":\"enumerate\",\"error\":1723},"
					   "{\"call\":\"query\",\"error\":1726},"
					   "{\"call\":\"disconnect\",\"error\":1727},"
					   "{\"call\":\"drain\",\"error\":1728}")),
	       true);
	struct sim_step step = rig_plan(&rig, SIM_OPEN, 0, RIG_START);
	assert_int_equal(sim_model_open(rig.model, rig.host, &step, RIG_START, &code), -1);
	assert_int_equal(code, 1722);
	step = rig_plan(&rig, SIM_ENUMERATE, 0, RIG_START);
	assert_int_equal(sim_model_enumerate(rig.model, rig.host, &step, RIG_START, rig_add_user,
					     NULL, &code),
			 -1);
	assert_int_equal(code, 1723);
	assert_int_equal(rig_query(&rig, 2, RIG_START, &view), 1726);
	assert_int_equal(rig_disconnect(&rig, 2, RIG_START), 1727);
	assert_int_equal(rig_drain(&rig, SESSION_DRAIN_ON, RIG_START), 1728);
	step = rig_plan(&rig, SIM_DRAIN, 0, RIG_START);
	assert_int_equal(sim_model_drain_get(rig.model, rig.host, &step, RIG_START, &mode, &code),
			 -1);
	assert_int_equal(code, 1728);
	assert_int_equal(rig.lines.len, 0);
	rig_down(&rig);
}

static void sim_model_plan__other_kinds__tell_the_caller(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig,
	       scenario_of(RIG_WITH_FAULTS("{\"call\":\"probe\",\"refused\":true,\"times\":1},"
					   "{\"call\":\"probe\",\"hang\":true,\"times\":1},"
					   "{\"call\":\"open\",\"delay_ms\":500},"
					   "{\"call\":\"close\",\"hang\":true}")),
	       false);
	assert_int_equal(rig_plan(&rig, SIM_PROBE, 0, RIG_START).fault->kind, SIM_FAULT_REFUSED);
	assert_true(rig_plan(&rig, SIM_PROBE, 0, RIG_START).hang);
	assert_null(rig_plan(&rig, SIM_PROBE, 0, RIG_START).fault);
	struct sim_step step = rig_plan(&rig, SIM_OPEN, 0, RIG_START);
	uint32_t code;
	assert_int_equal(step.latency_us, 520000);
	assert_int_equal(sim_model_open(rig.model, rig.host, &step, RIG_START, &code), 0);
	assert_true(rig_plan(&rig, SIM_CLOSE, 0, RIG_START).hang);
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
	       scenario_of(RIG_WITH_FAULTS("{\"call\":\"logoff\",\"ignored\":true},"
					   "{\"call\":\"disconnect\",\"ignored\":true},"
					   "{\"call\":\"message\",\"ignored\":true},"
					   "{\"call\":\"drain\",\"ignored\":true}")),
	       true);
	struct sim_step step = rig_plan(&rig, SIM_LOGOFF, 2, RIG_START);
	assert_int_equal(
		sim_model_logoff(rig.model, rig.host, 2, &step, RIG_START, &until_ms, &code), 0);
	assert_true(until_ms == SIM_FOREVER);
	assert_int_equal(rig_disconnect(&rig, 2, RIG_START), 0);
	assert_int_equal(rig_message(&rig, 2, RIG_START), 0);
	assert_int_equal(rig_drain(&rig, SESSION_DRAIN_ON, RIG_START), 0);
	assert_int_equal(rig_logoff(&rig, 9, RIG_START), 7022);
	assert_users(&rig, RIG_START + 100000, "2 alice,3 bob,");
	assert_int_equal(sim_model_drain_get(rig.model, rig.host, &rig_no_fault, RIG_START + 1,
					     &mode, &code),
			 0);
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
	       scenario_of(RIG_WITH_FAULTS(
		       "{\"call\":\"enumerate\",\"error\":1722,\"times\":1},"
		       "{\"call\":\"logoff\",\"session\":2,\"swap_user\":\"EVIL\\\\mallory\"},"
		       "{\"call\":\"query\",\"user\":\"CORP\\\\bob\",\"swap_user\":"
		       "\"EVIL\\\\trudy\"},"
		       "{\"call\":\"query\",\"user\":\"EVIL\\\\mallory\",\"swap_user\":"
		       "\"X\\\\y\"}")),
	       true);
	strbuf_init(&out);
	assert_int_equal(rig_query(&rig, 2, RIG_START, &view), 0);
	assert_string_equal(view.user, "alice");
	struct sim_step step = rig_plan(&rig, SIM_ENUMERATE, 0, RIG_START);
	uint32_t code;
	assert_int_equal(sim_model_enumerate(rig.model, rig.host, &step, RIG_START, rig_add_user,
					     &out, &code),
			 -1);
	assert_int_equal(rig_query(&rig, 2, RIG_START + 5, &view), 0);
	assert_string_equal(view.user, "alice"); /* that one failed */
	rig_enumerate(&rig, RIG_START + 10, &out);
	assert_string_equal(strbuf_text(&out), "2 alice,3 bob,");
	rig_enumerate(&rig, RIG_START + 10, &out);
	assert_string_equal(strbuf_text(&out), "2 mallory,3 trudy,");
	assert_int_equal(rig_query(&rig, 2, RIG_START + 20, &view), 0);
	assert_string_equal(view.domain, "EVIL");
	assert_true(view.logon_at_ms == EPOCH + 1000);
	assert_string_equal(view.station, "RDP-Tcp#2");
	assert_int_equal(view.state, SESSION_ACTIVE);
	assert_int_equal(rig_query(&rig, 3, RIG_START + 20, &view), 0);
	assert_true(view.logon_at_ms == EPOCH + 2000);
	assert_int_equal(view.state, SESSION_DISCONNECTED);
	assert_users(&rig, RIG_START + 9, "2 alice,3 bob,");
	assert_int_equal(rig.lines.len, 0);
	assert_int_equal(rig_logoff(&rig, 2, RIG_START + 30), 0);
	assert_string_equal(strbuf_text(&rig.lines),
			    "{\"t\":\"2026-01-01T01:00:00.030Z\",\"host\":\"rdsh001\",\"call\":"
			    "\"logoff\",\"session\":2,\"user\":\"EVIL\\\\mallory\",\"logon_at\":"
			    "\"2026-01-01T00:00:01.000Z\",\"effect\":\"gone\",\"due\":"
			    "\"2026-01-01T01:00:00.830Z\"}\n");
	assert_users(&rig, RIG_START + 1000, "3 trudy,");
	strbuf_release(&out);
	rig_down(&rig);
}

static void sim_model__fault_by_user__follows_the_identity(void **state)
{
	struct rig rig;
	struct strbuf out;

	(void)state;
	rig_up(&rig,
	       scenario_of(RIG_WITH_FAULTS(
		       "{\"call\":\"logoff\",\"session\":2,\"swap_user\":\"EVIL\\\\mallory\"},"
		       "{\"call\":\"logoff\",\"user\":\"CORP\\\\alice\",\"error\":5},"
		       "{\"call\":\"logoff\",\"user\":\"EVIL\\\\mallory\",\"error\":6}")),
	       false);
	strbuf_init(&out);
	assert_int_equal(rig_logoff(&rig, 2, RIG_START), 5);
	rig_enumerate(&rig, RIG_START + 10, &out);
	assert_int_equal(rig_logoff(&rig, 2, RIG_START + 10), 6);
	assert_int_equal(rig_logoff(&rig, 2, RIG_START + 5),
			 5); /* computed late, about an earlier moment */
	strbuf_release(&out);
	rig_down(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sim_model_plan__latency__is_jittered_by_host_call_and_count_alone),
		cmocka_unit_test(sim_model_plan__golden_latencies__are_the_same_everywhere),
		cmocka_unit_test(sim_model_plan__no_jitter__is_the_latency_itself),
		cmocka_unit_test(sim_model__error_fault__fails_as_often_as_told),
		cmocka_unit_test(sim_model__faults_of_every_call__hit_it),
		cmocka_unit_test(sim_model_plan__other_kinds__tell_the_caller),
		cmocka_unit_test(sim_model__ignored_calls__succeed_without_effect),
		cmocka_unit_test(sim_model__swap_user__happens_after_the_first_enumerate),
		cmocka_unit_test(sim_model__fault_by_user__follows_the_identity),
	};

	return cmocka_run_group_tests_name("sim_faults", tests, NULL, NULL);
}
