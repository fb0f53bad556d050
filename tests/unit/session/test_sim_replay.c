/* A model that is given the lines of another goes on as that one would have. */
#include "sim_rig.h"

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
		rig_listing(a, t, rig_add_row, &text_a);
		rig_listing(b, t, rig_add_row, &text_b);
		assert_string_equal(strbuf_text(&text_a), strbuf_text(&text_b));
		assert_int_equal(
			sim_model_drain_get(a->model, a->host, &rig_no_fault, t, &mode_a, &code),
			0);
		assert_int_equal(
			sim_model_drain_get(b->model, b->host, &rig_no_fault, t, &mode_b, &code),
			0);
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
		int64_t now = RIG_START + 1234;
		rig_up(&a, scenario_from("comings-and-goings.json"), true);
		for (int step = 0; step < steps; step++, now += 700) {
			switch (step) {
			case 0:
				assert_int_equal(rig_message(&a, 4, now), 0);
				break;
			case 1:
				assert_int_equal(rig_logoff(&a, 3, now), 0);
				break;
			case 2:
				assert_int_equal(rig_disconnect(&a, 4, now), 0);
				break;
			case 3:
				assert_int_equal(rig_drain(&a, SESSION_DRAIN_ON, now), 0);
				break;
			case 4: /* whoever would have come back was refused */
				assert_int_equal(rig_drain(&a, SESSION_DRAIN_OFF, now), 0);
				break;
			case 5:
				assert_int_equal(rig_logoff(&a, 4, now), 0);
				break;
			case 6:
				(void)rig_logoff(&a, 5, now);
				break;
			case 7:
				assert_users(&a, now, "");
				break;
			default:
				assert_int_equal(rig_drain(&a, SESSION_DRAIN_RESTART, now), 0);
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
	assert_int_equal(rig_logoff(&a, 3, RIG_START), 0);
	assert_users(&a, RIG_START + 2000, "4 stayer,5 returner,");
	rig_up(&b, scenario_from("comings-and-goings.json"), true);
	replay(&b, &a.lines);
	assert_int_equal(rig_logoff(&b, 5, RIG_START + 3000), 0);
	assert_int_equal(rig_query(&b, 6, RIG_START + 5000, &view), 0);
	assert_true(view.logon_at_ms == EPOCH + 2000);
	assert_same_from(&b, &b, RIG_START + 5000);
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
			(void)rig_disconnect(&a, id, RIG_START + id);
		else
			(void)rig_logoff(&a, id, RIG_START + id);
	}
	assert_true(a.lines.len > 500);
	replay(&b, &a.lines);
	assert_same_from(&a, &b, RIG_START - 100);
	strbuf_release(&out);
	rig_down(&a);
	rig_down(&b);
}

static void sim_model_replay__swapped_user_who_was_logged_off__stays_gone(void **state)
{
	static const char faults[] = RIG_WITH_FAULTS(
		"{\"call\":\"logoff\",\"session\":2,\"swap_user\":\"EVIL\\\\mallory\"}");
	struct rig a;
	struct rig b;
	struct strbuf out;

	(void)state;
	rig_up(&a, scenario_of(faults), true);
	rig_up(&b, scenario_of(faults), true);
	strbuf_init(&out);
	rig_enumerate(&a, RIG_START, &out);
	assert_int_equal(rig_disconnect(&a, 2, RIG_START + 5), 0);
	assert_int_equal(rig_logoff(&a, 2, RIG_START + 10), 0);
	replay(&b, &a.lines);
	assert_same_from(&a, &b, RIG_START + 10);
	rig_enumerate(&b, RIG_START + 100, &out);
	assert_string_equal(strbuf_text(&out), "2 mallory!,3 bob,");
	rig_enumerate(&b, RIG_START + 900, &out);
	assert_string_equal(strbuf_text(&out), "3 bob,");
	rig_down(&b);

	/* A swap that had no effect is no effect: it happens again. */
	rig_up(&b, scenario_of(faults), true);
	rig_enumerate(&b, RIG_START + 100, &out);
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
	assert_int_equal(rig_logoff(&before, 3, RIG_START), 0);
	rig_up(&a, scenario_of(scenario), true);
	replay(&a, &before.lines);
	strbuf_add(&a.lines, strbuf_text(&before.lines), before.lines.len);
	strbuf_init(&out);
	rig_enumerate(&a, RIG_START + 400, &out);
	assert_users(&a, RIG_START + 401, "2 mallory,3 eve,");
	assert_int_equal(rig_logoff(&a, 2, RIG_START + 600), 0); /* alice would have left at 500 */
	assert_int_equal(rig_logoff(&a, 3, RIG_START + 900),
			 0); /* bob would have been gone at 800 */
	rig_up(&b, scenario_of(scenario), true);
	replay(&b, &a.lines);
	assert_same_from(&a, &b, RIG_START + 900);
	assert_users(&b, RIG_START + 5000, ""); /* nor does bob come back */
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
	rig_up(&a, scenario_of(RIG_THREE RIG_END), true);
	assert_int_equal(rig_logoff(&a, 2, RIG_START), 0);
	size_t first = a.lines.len;
	assert_int_equal(rig_logoff(&a, 3, RIG_START), 0);
	for (size_t len = first + 1; len < a.lines.len; len++) {
		struct rig b;
		rig_up(&b, scenario_of(RIG_THREE RIG_END), true);
		assert_int_equal(sim_model_replay_all(b.model, strbuf_text(&a.lines), len, &done),
				 0);
		assert_true(done.torn);
		assert_int_equal(done.lines, 1);
		assert_int_equal(done.sound_len, first);
		assert_users(&b, RIG_START + 900, "3 bob,");
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
		rig_up(&rig, scenario_of(RIG_THREE RIG_END), true);
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
	assert_int_equal(rig_message(&a, 4, RIG_START + 300), 0);
	assert_users(&a, RIG_START + 799, "2 leaver,3 returner,4 stayer,");
	rig_up(&b, scenario_from("comings-and-goings.json"), true);
	replay(&b, &a.lines);
	assert_users(&b, RIG_START + 799, "2 leaver,3 returner,4 stayer,");
	assert_users(&a, RIG_START + 800, "3 returner,4 stayer,");
	assert_users(&b, RIG_START + 800, "3 returner,4 stayer,");
	rig_down(&a);
	rig_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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

	return cmocka_run_group_tests_name("sim_replay", tests, NULL, NULL);
}
