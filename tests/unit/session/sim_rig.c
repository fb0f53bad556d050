/* sim_rig.c - see sim_rig.h. */
#include "sim_rig.h"

#include <inttypes.h>

#include "utc.h"

static int keep_line(void *ctx, const char *line, size_t len)
{
	struct rig *rig = ctx;

	if (rig->full)
		return -1;
	strbuf_add(&rig->lines, line, len);
	return 0;
}

void rig_up(struct rig *rig, struct sim_scenario *scenario, bool with_sink)
{
	struct sim_model_options options = { .scenario = scenario,
					     .start_ms = RIG_START,
					     .sink = with_sink ? keep_line : NULL,
					     .sink_ctx = rig };

	*rig = (struct rig){ .scenario = scenario };
	strbuf_init(&rig->lines);
	assert_int_equal(sim_model_create(&rig->model, &options), 0);
	assert_int_equal(sim_model_host(rig->model, "rdsh001", &rig->host), 0);
}

void rig_down(struct rig *rig)
{
	sim_model_free(rig->model);
	sim_scenario_free(rig->scenario);
	strbuf_release(&rig->lines);
}

const struct sim_step rig_no_fault = { 0 };

struct sim_step rig_plan(struct rig *rig, enum sim_call call, uint32_t id, int64_t now_ms)
{
	struct sim_step step;

	sim_model_plan(rig->model, rig->host, call, id, now_ms, &step);
	return step;
}

uint32_t rig_logoff(struct rig *rig, uint32_t id, int64_t now_ms)
{
	struct sim_step step = rig_plan(rig, SIM_LOGOFF, id, now_ms);
	int64_t until_ms;
	uint32_t code;

	return sim_model_logoff(rig->model, rig->host, id, &step, now_ms, &until_ms, &code) == 0
		       ? 0
		       : code;
}

uint32_t rig_disconnect(struct rig *rig, uint32_t id, int64_t now_ms)
{
	struct sim_step step = rig_plan(rig, SIM_DISCONNECT, id, now_ms);
	uint32_t code;

	return sim_model_disconnect(rig->model, rig->host, id, &step, now_ms, &code) == 0 ? 0
											  : code;
}

uint32_t rig_message(struct rig *rig, uint32_t id, int64_t now_ms)
{
	struct sim_step step = rig_plan(rig, SIM_MESSAGE, id, now_ms);
	uint32_t code;

	return sim_model_message(rig->model, rig->host, id, NULL, &step, now_ms, &code) == 0 ? 0
											     : code;
}

uint32_t rig_drain(struct rig *rig, enum session_drain mode, int64_t now_ms)
{
	struct sim_step step = rig_plan(rig, SIM_DRAIN, 0, now_ms);
	uint32_t code;

	return sim_model_drain_set(rig->model, rig->host, &step, now_ms, mode, &code) == 0 ? 0
											   : code;
}

uint32_t rig_query(struct rig *rig, uint32_t id, int64_t now_ms, struct sim_view *view)
{
	struct sim_step step = rig_plan(rig, SIM_QUERY, id, now_ms);
	uint32_t code;

	return sim_model_query(rig->model, rig->host, id, &step, now_ms, view, &code) == 0 ? 0
											   : code;
}

int rig_add_row(void *ctx, const struct sim_view *view)
{
	char logon[UTC_TEXT_SIZE];

	utc_format(view->logon_at_ms, logon);
	strbuf_addf(ctx, "%" PRIu32 " %s %s\\%s %s %" PRId64 " '%s' '%s'%s\n", view->id,
		    session_state_name(view->state), view->domain, view->user, logon, view->idle_s,
		    view->station, view->client, view->closing ? " closing" : "");
	return 0;
}

int rig_add_user(void *ctx, const struct sim_view *view)
{
	if (*view->user)
		strbuf_addf(ctx, "%" PRIu32 " %s%s,", view->id, view->user,
			    view->closing ? "!" : "");
	return 0;
}

void rig_listing(struct rig *rig, int64_t t_ms, sim_model_row row, struct strbuf *out)
{
	uint32_t code;

	strbuf_clear(out);
	assert_int_equal(sim_model_sessions_at(rig->model, rig->host, t_ms, row, out, &code), 0);
}

void assert_users(struct rig *rig, int64_t t_ms, const char *want)
{
	struct strbuf out;

	strbuf_init(&out);
	rig_listing(rig, t_ms, rig_add_user, &out);
	assert_string_equal(strbuf_text(&out), want);
	strbuf_release(&out);
}

void rig_enumerate(struct rig *rig, int64_t now_ms, struct strbuf *out)
{
	struct sim_step step = rig_plan(rig, SIM_ENUMERATE, 0, now_ms);
	uint32_t code;

	strbuf_clear(out);
	assert_int_equal(
		sim_model_enumerate(rig->model, rig->host, &step, now_ms, rig_add_user, out, &code),
		0);
}
