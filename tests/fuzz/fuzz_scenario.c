/*
 * fuzz_scenario.c - a scenario is refused with the place of each mistake, or makes a fleet that
 * behaves.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "sim_model.h"
#include "text.h"

#define T_MS INT64_C(1767225660000) /* a minute after most epochs */

struct seen {
	uint32_t last_id, act_on;
	bool any;
};

static int check_row(void *ctx, const struct sim_view *view)
{
	struct seen *seen = ctx;

	FUZZ_CHECK(!seen->any || view->id > seen->last_id);
	FUZZ_CHECK(view->station && view->domain && view->user && view->client && view->vm);
	FUZZ_CHECK(utf8_valid(view->user, strlen(view->user), NULL));
	FUZZ_CHECK((unsigned)view->state <= SESSION_STATE_UNKNOWN && view->idle_s >= -1);
	seen->any = true;
	seen->last_id = view->id;
	if (*view->user)
		seen->act_on = view->id;
	return 0;
}

static int keep_line(void *ctx, const char *line, size_t len)
{
	strbuf_add(ctx, line, len);
	return 0;
}

/* Whoever is logged off is gone when that was said, and a model that replays it agrees. */
static void check_logoff(struct sim_model *model, uint32_t host, uint32_t id)
{
	struct sim_step step;
	int64_t until_ms;
	uint32_t code;

	sim_model_plan(model, host, SIM_LOGOFF, id, T_MS, &step);
	FUZZ_CHECK(step.latency_us >= 0);
	if (step.hang || sim_model_logoff(model, host, id, &step, T_MS, &until_ms, &code) != 0)
		return;
	FUZZ_CHECK(until_ms >= T_MS);
}

static void check_host(struct sim_model *model, const char *name)
{
	struct seen seen = { 0 };
	struct sim_step step;
	uint32_t host, code;

	FUZZ_CHECK(sim_model_host(model, name, &host) == 0);
	FUZZ_CHECK(sim_model_sessions_at(model, host, T_MS, check_row, &seen, &code) == 0);
	FUZZ_CHECK(seen.any && seen.last_id >= SIM_LISTENER_ID);
	sim_model_plan(model, host, SIM_ENUMERATE, 0, T_MS, &step);
	if (!step.hang) {
		seen = (struct seen){ 0 };
		(void)sim_model_enumerate(model, host, &step, T_MS, check_row, &seen, &code);
	}
	if (seen.act_on)
		check_logoff(model, host, seen.act_on);
	seen = (struct seen){ 0 };
	FUZZ_CHECK(!sim_model_sessions_at(model, host, T_MS + 600000, check_row, &seen, &code));
}

static void check_fleet(const struct sim_scenario *scenario)
{
	static const char *const names[] = { "rdsh001", "rdsh017", "a", "plain" };
	struct sim_model_options options = { .scenario = scenario, .start_ms = T_MS };
	struct strbuf lines;
	struct sim_model *model;
	struct sim_replay replay;

	strbuf_init(&lines);
	options.sink = keep_line;
	options.sink_ctx = &lines;
	FUZZ_CHECK(sim_model_create(&model, &options) == 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check_host(model, names[i]);
	if (scenario->self.host)
		check_host(model, scenario->self.host);
	sim_model_free(model);
	options.sink = NULL;
	FUZZ_CHECK(sim_model_create(&model, &options) == 0);
	FUZZ_CHECK(!sim_model_replay_all(model, strbuf_text(&lines), lines.len, &replay));
	FUZZ_CHECK(replay.sound_len == lines.len && !replay.torn);
	sim_model_free(model);
	strbuf_release(&lines);
}

static void check_problems(const struct sim_problems *problems)
{
	FUZZ_CHECK(problems->count > 0 && problems->count <= SIM_PROBLEMS_MAX);
	for (size_t i = 0; i < problems->count; i++) {
		const struct sim_problem *problem = &problems->items[i];

		FUZZ_CHECK(problem->line >= 1 && problem->column >= 1 && *problem->message);
		fuzz_check_shown(problem->message, strlen(problem->message), false);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct sim_scenario *scenario = NULL;
	struct sim_problems problems;

	sim_problems_init(&problems);
	if (sim_scenario_parse(&scenario, (const char *)bytes, len, &problems) == 0) {
		FUZZ_CHECK(scenario && problems.count == 0);
		check_fleet(scenario);
		sim_scenario_free(scenario);
	} else {
		check_problems(&problems);
	}
	sim_problems_release(&problems);
	return 0;
}
