#include "sim_model.h"

#include <string.h>

#include "account.h"
#include "hash.h"
#include "sim_lives.h"
#include "utc.h"

/* Hands a line to the sink. 0, or -1 with the code. */
static int record(struct sim_model *model, const struct sim_event *event, uint32_t *reterr_code)
{
	struct strbuf *line = &model->text;

	if (!model->sink)
		return 0;
	strbuf_clear(line);
	sim_event_format(line, event);
	if (line->failed)
		return sim_fail(reterr_code, SIM_CODE_NOT_ENOUGH_MEMORY);
	if (model->sink(model->sink_ctx, strbuf_text(line), line->len) != 0)
		return sim_fail(reterr_code, SIM_CODE_DISK_FULL);
	sim_first_line_at(model, event->t_ms);
	return 0;
}

static struct sim_event event_of(enum sim_event_kind kind, const struct sim_fleet_host *host,
				 const struct sim_view *view, int64_t t_ms, int64_t due_ms)
{
	return (struct sim_event){ .kind = kind,
				   .t_ms = t_ms,
				   .host = host->name,
				   .has_session = true,
				   .session = view->id,
				   .domain = view->domain,
				   .user = view->user,
				   .logon_at_ms = view->logon_at_ms,
				   .due_ms = due_ms };
}

/* Keeps a change and its line: both or neither. After sim_stand(). */
static int change_life(struct sim_model *model, struct sim_fleet_host *host,
		       enum sim_event_kind kind, enum sim_change_kind change, uint32_t life,
		       int64_t at_ms, int64_t due_ms, uint32_t *reterr_code)
{
	struct sim_view view;

	if (sim_reserve_change(host) != 0)
		return sim_fail(reterr_code, SIM_CODE_NOT_ENOUGH_MEMORY);
	sim_view_life(model, host, life, at_ms, &view);
	struct sim_event event = event_of(kind, host, &view, at_ms,
					  change == SIM_CHANGE_DISCONNECT ? UTC_UNKNOWN : due_ms);
	if (record(model, &event, reterr_code) != 0)
		return -1;
	sim_change_add(host, change, life, at_ms, due_ms);
	return 0;
}

/* The next id that nobody on the host has had; past the highest, the lowest that is free. */
static uint32_t next_id(const struct sim_model *model, const struct sim_fleet_host *host,
			int64_t t_ms)
{
	uint32_t count = sim_lives_of(host);
	uint32_t highest = SIM_CONSOLE_ID;

	for (uint32_t i = 0; i < count; i++) {
		if (sim_life_id(host, i) > highest)
			highest = sim_life_id(host, i);
	}
	if (highest + 1 < SIM_LISTENER_ID)
		return highest + 1;
	for (uint32_t id = SIM_CONSOLE_ID + 1; id < SIM_LISTENER_ID; id++) {
		if (sim_life_under(model, host, id, t_ms) == SIM_NO_LIFE)
			return id;
	}
	return highest;
}

static int come_back(struct sim_model *model, struct sim_fleet_host *host, uint32_t parent,
		     int64_t at_ms, uint32_t *reterr_code)
{
	struct sim_view view;

	if (sim_reserve_life(model, host) != 0)
		return sim_fail(reterr_code, SIM_CODE_NOT_ENOUGH_MEMORY);
	struct sim_life life = { .from_ms = at_ms,
				 .id = next_id(model, host, at_ms),
				 .generation = host->generation + 1,
				 .parent = parent };
	sim_view_life(model, host, parent, at_ms, &view);
	view.id = life.id;
	sim_view_stored(model, &life, &view);
	struct sim_event event = event_of(SIM_EVENT_RETURN, host, &view, at_ms, UTC_UNKNOWN);
	if (record(model, &event, reterr_code) != 0)
		return -1;
	sim_life_add(host, life);
	return 0;
}

/* The user who is the next to come back, not later than `t_ms`. After sim_stand(). */
static uint32_t next_comeback(const struct sim_model *model, const struct sim_fleet_host *host,
			      int64_t t_ms, int64_t *ret_at_ms)
{
	uint32_t found = SIM_NO_LIFE;
	uint32_t count = sim_lives_of(host);

	for (uint32_t i = 0; i < count; i++) {
		const struct sim_standing *standing = &model->standings[i];
		int64_t after = sim_returns_after(host, i);
		if (after == SIM_NEVER || standing->returned || standing->swapped ||
		    standing->until_ms > t_ms || t_ms - standing->until_ms < after)
			continue;
		int64_t at_ms = standing->until_ms + after;
		if (sim_drain_at(host, at_ms) != SESSION_DRAIN_OFF ||
		    (found != SIM_NO_LIFE && at_ms >= *ret_at_ms))
			continue;
		*ret_at_ms = at_ms;
		found = i;
	}
	return found;
}

static int record_leaves(struct sim_model *model, struct sim_fleet_host *host, int64_t t_ms,
			 uint32_t *reterr_code)
{
	for (uint32_t i = 0; i < host->base_count; i++) {
		const struct sim_standing *standing = &model->standings[i];
		int64_t at_ms = standing->leaves_at_ms;
		if (at_ms > t_ms || standing->left_recorded || standing->until_ms != at_ms)
			continue;
		if (change_life(model, host, SIM_EVENT_LEAVE, SIM_CHANGE_LEAVE, i, at_ms, at_ms,
				reterr_code) != 0)
			return -1;
		sim_stand(model, host); /* the first line moves the start */
	}
	return 0;
}

/* Everything that a look at `t_ms` sees for the first time; leaves the standings worked out. */
static int catch_up(struct sim_model *model, struct sim_fleet_host *host, int64_t t_ms,
		    uint32_t *reterr_code)
{
	int64_t at_ms = 0;
	uint32_t life;

	sim_stand(model, host);
	if (!host->spec || !host->spec->has_timers)
		return 0;
	if (record_leaves(model, host, t_ms, reterr_code) != 0)
		return -1;
	while ((life = next_comeback(model, host, t_ms, &at_ms)) != SIM_NO_LIFE) {
		if (come_back(model, host, life, at_ms, reterr_code) != 0)
			return -1;
		sim_stand(model, host);
	}
	return 0;
}

static bool fault_matches(struct sim_model *model, const struct sim_fleet_host *host,
			  const struct sim_fault *fault, uint32_t id, int64_t now_ms)
{
	struct sim_view view;

	if (fault->has_session && fault->session != id)
		return false;
	if (!fault->has_user)
		return true;
	sim_stand(model, host);
	uint32_t life = sim_life_under(model, host, id, now_ms);
	if (life == SIM_NO_LIFE)
		return false;
	sim_view_life(model, host, life, now_ms, &view);
	return account_eq(fault->user.domain, fault->user.user, view.domain, view.user);
}

/* The first fault that matches and is not used up; counts its use. */
static const struct sim_fault *fault_hit(struct sim_model *model, struct sim_fleet_host *host,
					 enum sim_call call, uint32_t id, int64_t now_ms)
{
	if (!host->spec || host->spec->fault_count == 0)
		return NULL;
	for (size_t i = 0; i < host->spec->fault_count; i++) {
		const struct sim_fault *fault = &host->spec->faults[i];
		if (fault->call != call || fault->kind == SIM_FAULT_SWAP)
			continue;
		if (fault->times != SIM_NEVER && host->fault_uses[i] >= fault->times)
			continue;
		if (!fault_matches(model, host, fault, id, now_ms))
			continue;
		if (fault->times != SIM_NEVER)
			host->fault_uses[i]++;
		return fault;
	}
	return NULL;
}

void sim_model_plan(struct sim_model *model, uint32_t host_index, enum sim_call call,
		    uint32_t session_id, int64_t now_ms, struct sim_step *ret)
{
	struct sim_fleet_host *host = &model->hosts[host_index];
	const struct sim_defaults *defaults = &model->scenario->defaults;
	uint64_t state = sim_mix(sim_mix(sim_mix(host->seed, (uint64_t)call + 1), session_id),
				 host->calls[call]++);
	double factor = 1.0 + defaults->jitter * (2.0 * rng_unit(&state) - 1.0);
	const struct sim_fault *fault = fault_hit(model, host, call, session_id, now_ms);

	*ret = (struct sim_step){
		.latency_us = (int64_t)((double)defaults->latency_us[call] * factor) +
			      (fault ? fault->delay_us : 0),
		.fault = fault,
		.hang = fault && fault->kind == SIM_FAULT_HANG,
	};
}

/* The fault's own error, if that is what it does. */
static int fail_if_told(const struct sim_step *step, uint32_t *reterr_code)
{
	if (!step->fault || step->fault->kind != SIM_FAULT_ERROR)
		return 0;
	return sim_fail(reterr_code, step->fault->error);
}

static bool is_ignored(const struct sim_step *step)
{
	return step->fault && step->fault->kind == SIM_FAULT_IGNORED;
}

int sim_model_open(struct sim_model *model, uint32_t host, const struct sim_step *step,
		   int64_t now_ms, uint32_t *reterr_code)
{
	(void)model;
	(void)host;
	(void)now_ms;
	return fail_if_told(step, reterr_code);
}

size_t sim_model_session_bound(const struct sim_model *model, uint32_t host_index)
{
	const struct sim_fleet_host *host = &model->hosts[host_index];
	size_t bound = sim_lives_of(host) + 3; /* services, console, listener */

	/* Whoever comes back with the next look is not stored yet, once for each life. */
	return host->spec && host->spec->has_timers ? 2 * bound : bound;
}

/* The lives that are there, ascending by id, in model->order. After sim_stand(). */
static uint32_t order_present(struct sim_model *model, const struct sim_fleet_host *host,
			      int64_t t_ms)
{
	uint32_t total = sim_lives_of(host);
	uint32_t count = 0;

	for (uint32_t i = 0; i < total; i++) {
		if (!sim_present(&model->standings[i], t_ms))
			continue;
		/* Nearly sorted: only swapped lives are out of order. */
		uint32_t place = count++;
		uint32_t id = sim_life_id(host, i);
		for (; place > 0 && sim_life_id(host, model->order[place - 1]) > id; place--)
			model->order[place] = model->order[place - 1];
		model->order[place] = i;
	}
	return count;
}

static int each_session(struct sim_model *model, const struct sim_fleet_host *host, int64_t t_ms,
			sim_model_row row, void *ctx)
{
	struct sim_view view;
	uint32_t count = order_present(model, host, t_ms);
	bool has_console = count > 0 && sim_life_id(host, model->order[0]) == SIM_CONSOLE_ID;
	int result;

	sim_view_builtin(SESSION_ID_SERVICES, &view);
	if ((result = row(ctx, &view)) != 0)
		return result;
	if (!has_console && sim_view_builtin(SIM_CONSOLE_ID, &view) &&
	    (result = row(ctx, &view)) != 0)
		return result;
	for (uint32_t i = 0; i < count; i++) {
		sim_view_life(model, host, model->order[i], t_ms, &view);
		if ((result = row(ctx, &view)) != 0)
			return result;
	}
	sim_view_builtin(SIM_LISTENER_ID, &view);
	return row(ctx, &view);
}

/* The users who take others' ids after the first list. Lives that are swapped in are not swapped
 * again. */
static int swap_users(struct sim_model *model, struct sim_fleet_host *host, int64_t t_ms)
{
	uint32_t count = sim_lives_of(host);
	struct sim_view view;

	for (size_t i = 0; host->spec && i < host->spec->fault_count; i++) {
		const struct sim_fault *fault = &host->spec->faults[i];
		if (fault->kind != SIM_FAULT_SWAP)
			continue;
		for (uint32_t life = 0; life < count; life++) {
			const struct sim_life *stored = sim_stored_life(host, life);
			if (!sim_present(&model->standings[life], t_ms) || (stored && stored->swap))
				continue;
			sim_view_life(model, host, life, t_ms, &view);
			if ((fault->has_session && fault->session != view.id) ||
			    (fault->has_user && !account_eq(fault->user.domain, fault->user.user,
							    view.domain, view.user)))
				continue;
			if (sim_reserve_life(model, host) != 0 || sim_reserve_change(host) != 0)
				return -1;
			sim_change_add(host, SIM_CHANGE_SWAP, life, t_ms, t_ms);
			sim_life_add(host, (struct sim_life){ .from_ms = t_ms,
							      .id = view.id,
							      .generation = host->generation + 1,
							      .parent = life,
							      .swap = fault });
			sim_stand(model, host);
		}
	}
	return 0;
}

int sim_model_enumerate(struct sim_model *model, uint32_t host_index, const struct sim_step *step,
			int64_t now_ms, sim_model_row row, void *ctx, uint32_t *reterr_code)
{
	struct sim_fleet_host *host = &model->hosts[host_index];

	if (fail_if_told(step, reterr_code) != 0 || catch_up(model, host, now_ms, reterr_code) != 0)
		return -1;
	if (each_session(model, host, now_ms, row, ctx) != 0)
		return sim_fail(reterr_code, SIM_CODE_NOT_ENOUGH_MEMORY);
	if (!host->enumerated && swap_users(model, host, now_ms) != 0)
		return sim_fail(reterr_code, SIM_CODE_NOT_ENOUGH_MEMORY);
	host->enumerated = true;
	return 0;
}

int sim_model_query(struct sim_model *model, uint32_t host_index, uint32_t id,
		    const struct sim_step *step, int64_t now_ms, struct sim_view *ret_view,
		    uint32_t *reterr_code)
{
	struct sim_fleet_host *host = &model->hosts[host_index];

	if (fail_if_told(step, reterr_code) != 0 || catch_up(model, host, now_ms, reterr_code) != 0)
		return -1;
	uint32_t life = sim_life_under(model, host, id, now_ms);
	if (life != SIM_NO_LIFE) {
		sim_view_life(model, host, life, now_ms, ret_view);
		return 0;
	}
	return sim_view_builtin(id, ret_view) ? 0 : sim_fail(reterr_code, SIM_CODE_NOT_FOUND);
}

/* The session that an act is for, if it is one that can be acted on now. */
static int act_on(struct sim_model *model, struct sim_fleet_host *host, uint32_t id,
		  const struct sim_step *step, int64_t now_ms, uint32_t *ret_life,
		  uint32_t *reterr_code)
{
	if (fail_if_told(step, reterr_code) != 0 || catch_up(model, host, now_ms, reterr_code) != 0)
		return -1;
	uint32_t life = sim_life_under(model, host, id, now_ms);
	if (life == SIM_NO_LIFE && (id == SESSION_ID_SERVICES || id == SIM_LISTENER_ID))
		return sim_fail(reterr_code, SIM_CODE_ACCESS_DENIED);
	if (life == SIM_NO_LIFE)
		return sim_fail(reterr_code,
				id == SIM_CONSOLE_ID ? SIM_CODE_INVALID_STATE : SIM_CODE_NOT_FOUND);
	if (sim_closing(&model->standings[life], now_ms))
		return sim_fail(reterr_code, SIM_CODE_CLOSE_PENDING);
	*ret_life = life;
	return 0;
}

int sim_model_logoff(struct sim_model *model, uint32_t host_index, uint32_t id,
		     const struct sim_step *step, int64_t now_ms, int64_t *ret_until_ms,
		     uint32_t *reterr_code)
{
	struct sim_fleet_host *host = &model->hosts[host_index];
	int64_t due_ms = now_ms + model->scenario->defaults.logoff_takes_ms;
	uint32_t life;

	if (act_on(model, host, id, step, now_ms, &life, reterr_code) != 0)
		return -1;
	if (is_ignored(step)) {
		*ret_until_ms = SIM_FOREVER;
		return 0;
	}
	if (change_life(model, host, SIM_EVENT_LOGOFF, SIM_CHANGE_CLOSE, life, now_ms, due_ms,
			reterr_code) != 0)
		return -1;
	/* What was recorded for an earlier time may end it sooner. */
	*ret_until_ms =
		sim_earlier(model->standings[life].left_recorded || model->standings[life].swapped
				    ? model->standings[life].until_ms
				    : due_ms,
			    due_ms);
	return 0;
}

int sim_model_disconnect(struct sim_model *model, uint32_t host_index, uint32_t id,
			 const struct sim_step *step, int64_t now_ms, uint32_t *reterr_code)
{
	struct sim_fleet_host *host = &model->hosts[host_index];
	struct sim_view view;
	uint32_t life;

	if (act_on(model, host, id, step, now_ms, &life, reterr_code) != 0)
		return -1;
	if (id == SIM_CONSOLE_ID)
		return sim_fail(reterr_code, SIM_CODE_CONSOLE_DISCONNECT);
	sim_view_life(model, host, life, now_ms, &view);
	if (view.state == SESSION_DISCONNECTED)
		return sim_fail(reterr_code, SIM_CODE_INVALID_STATE);
	if (is_ignored(step))
		return 0;
	return change_life(model, host, SIM_EVENT_DISCONNECT, SIM_CHANGE_DISCONNECT, life, now_ms,
			   SIM_FOREVER, reterr_code);
}

int sim_model_message(struct sim_model *model, uint32_t host_index, uint32_t id, const char *text,
		      const struct sim_step *step, int64_t now_ms, uint32_t *reterr_code)
{
	struct sim_fleet_host *host = &model->hosts[host_index];
	struct sim_view view;
	uint32_t life;

	if (act_on(model, host, id, step, now_ms, &life, reterr_code) != 0)
		return -1;
	if (is_ignored(step))
		return 0;
	sim_view_life(model, host, life, now_ms, &view);
	struct sim_event event = event_of(SIM_EVENT_MESSAGE, host, &view, now_ms, UTC_UNKNOWN);
	event.text = text;
	return record(model, &event, reterr_code);
}

int sim_model_drain_get(struct sim_model *model, uint32_t host_index, const struct sim_step *step,
			int64_t now_ms, enum session_drain *ret_drain, uint32_t *reterr_code)
{
	if (fail_if_told(step, reterr_code) != 0)
		return -1;
	*ret_drain = sim_drain_at(&model->hosts[host_index], now_ms);
	return 0;
}

int sim_model_drain_set(struct sim_model *model, uint32_t host_index, const struct sim_step *step,
			int64_t now_ms, enum session_drain drain, uint32_t *reterr_code)
{
	struct sim_fleet_host *host = &model->hosts[host_index];
	struct sim_event event = { .kind = SIM_EVENT_DRAIN,
				   .t_ms = now_ms,
				   .host = host->name,
				   .domain = "",
				   .user = "",
				   .logon_at_ms = UTC_UNKNOWN,
				   .due_ms = UTC_UNKNOWN,
				   .mode = drain };

	/* Whoever comes back before the mode changes has come back; at the very moment he is
	 * refused. */
	if (fail_if_told(step, reterr_code) != 0 ||
	    catch_up(model, host, now_ms - 1, reterr_code) != 0)
		return -1;
	if (is_ignored(step))
		return 0;
	if (sim_reserve_change(host) != 0)
		return sim_fail(reterr_code, SIM_CODE_NOT_ENOUGH_MEMORY);
	if (record(model, &event, reterr_code) != 0)
		return -1;
	sim_change_add(host, SIM_CHANGE_DRAIN, (uint32_t)drain, now_ms, SIM_FOREVER);
	return 0;
}

int sim_model_sessions_at(struct sim_model *model, uint32_t host_index, int64_t t_ms,
			  sim_model_row row, void *ctx, uint32_t *reterr_code)
{
	struct sim_fleet_host *host = &model->hosts[host_index];

	if (catch_up(model, host, t_ms, reterr_code) != 0)
		return -1;
	return each_session(model, host, t_ms, row, ctx);
}
