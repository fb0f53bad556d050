#include "session_sim.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define CODE_NOT_ENOUGH_MEMORY 8u
#define CODE_ABORTED	       995u

struct sim_backend {
	struct session_backend head;
	struct sim_scenario *scenario;
	struct sim_model *model;
	void (*lock)(void *ctx);
	void (*unlock)(void *ctx);
	void *lock_ctx;
};

struct sim_connection {
	struct session_host head;
	uint32_t host;
};

/* The heads are first members. */
static struct sim_backend *sim_of(struct session_backend *backend)
{
	return (struct sim_backend *)(void *)backend;
}

static struct sim_connection *connection_of(struct session_host *host)
{
	return (struct sim_connection *)(void *)host;
}

static void lock(struct sim_backend *sim)
{
	if (sim->lock)
		sim->lock(sim->lock_ctx);
}

static void unlock(struct sim_backend *sim)
{
	if (sim->unlock)
		sim->unlock(sim->lock_ctx);
}

static int64_t now_ms(const struct sim_backend *sim)
{
	return sim->head.clock->wall_ms(sim->head.clock->ctx);
}

static bool sleep_us(const struct sim_backend *sim, int64_t us)
{
	return us <= 0 || sim->head.clock->sleep_us(sim->head.clock->ctx, us);
}

static int fail(struct session_error *reterr, enum session_api api, uint32_t code)
{
	*reterr = (struct session_error){ .api = api, .code = code };
	return -1;
}

/* One call, from its start to the moment before its end. */
struct call {
	struct sim_backend *sim;
	uint32_t host;
	enum sim_call kind;
	enum session_api api;
	uint32_t id; /* of a session, else 0 */
	struct sim_step step;
};

/* Waits until the call's end. 0: now it is there; -1 with *reterr: it never comes. */
static int call_wait(struct call *call, struct session_error *reterr)
{
	struct sim_backend *sim = call->sim;
	int64_t start_ms = now_ms(sim);

	lock(sim);
	sim_model_plan(sim->model, call->host, call->kind, call->id, start_ms, &call->step);
	unlock(sim);
	if (!sleep_us(sim, call->step.latency_us))
		return fail(reterr, call->api, CODE_ABORTED);
	if (!call->step.hang)
		return 0;
	(void)sleep_us(sim, SESSION_SLEEP_FOREVER);
	return fail(reterr, call->api, CODE_ABORTED);
}

/* The same for a call that names its host. */
static int call_wait_named(struct call *call, const char *name, struct session_error *reterr)
{
	lock(call->sim);
	int found = sim_model_host(call->sim->model, name, &call->host);
	unlock(call->sim);
	if (found != 0)
		return fail(reterr, call->api, CODE_NOT_ENOUGH_MEMORY);
	return call_wait(call, reterr);
}

static struct call call_on(struct session_host *host, enum sim_call kind, enum session_api api,
			   uint32_t id)
{
	return (struct call){ .sim = sim_of(host->backend),
			      .host = connection_of(host)->host,
			      .kind = kind,
			      .api = api,
			      .id = id };
}

static int sim_open(struct session_backend *backend, const char *name, const char *address,
		    struct session_host **ret_host, struct session_error *reterr)
{
	struct call call = { .sim = sim_of(backend),
			     .kind = SIM_OPEN,
			     .api = SESSION_API_OPEN_SERVER_EX };
	uint32_t code;

	(void)address;
	if (call_wait_named(&call, name, reterr) != 0)
		return -1;
	lock(call.sim);
	int result =
		sim_model_open(call.sim->model, call.host, &call.step, now_ms(call.sim), &code);
	unlock(call.sim);
	if (result != 0)
		return fail(reterr, call.api, code);
	struct sim_connection *connection = malloc(sizeof(*connection));
	if (!connection)
		return fail(reterr, call.api, CODE_NOT_ENOUGH_MEMORY);
	*connection = (struct sim_connection){ .head = { .backend = backend }, .host = call.host };
	*ret_host = &connection->head;
	return 0;
}

struct listing {
	struct session_list list;
	size_t cap;
};

static int list_row(void *ctx, const struct sim_view *view)
{
	struct listing *listing = ctx;
	struct arena *arena = &listing->list.arena;
	struct session_info info = {
		.id = view->id,
		.state = view->state,
		.station = arena_strdup(arena, view->station),
		.user = arena_strdup(arena, view->user),
		.domain = arena_strdup(arena, view->domain),
		.vm = arena_strdup(arena, view->vm),
		.farm = arena_strdup(arena, view->farm),
	};

	if (!info.station || !info.user || !info.domain || !info.vm || !info.farm ||
	    listing->list.count == listing->cap)
		return -1;
	listing->list.items[listing->list.count++] = info;
	return 0;
}

static int sim_enumerate(struct session_host *host, struct session_list *ret_list,
			 struct session_error *reterr)
{
	struct call call = call_on(host, SIM_ENUMERATE, SESSION_API_ENUMERATE_SESSIONS_EX, 0);
	struct listing listing;
	uint32_t code = CODE_NOT_ENOUGH_MEMORY;
	int result = -1;

	if (call_wait(&call, reterr) != 0)
		return -1;
	session_list_init(&listing.list);
	int64_t end_ms = now_ms(call.sim);
	lock(call.sim);
	listing.cap = sim_model_session_bound(call.sim->model, call.host);
	listing.list.items =
		arena_alloc(&listing.list.arena, listing.cap * sizeof(*listing.list.items));
	if (listing.list.items)
		result = sim_model_enumerate(call.sim->model, call.host, &call.step, end_ms,
					     list_row, &listing, &code);
	unlock(call.sim);
	if (result != 0) {
		session_list_release(&listing.list);
		return fail(reterr, call.api, code);
	}
	*ret_list = listing.list;
	return 0;
}

/* The scenario keeps texts shorter than SESSION_TEXT_SIZE. */
static void copy_text(char out[SESSION_TEXT_SIZE], const char *text)
{
	size_t len = strlen(text);

	if (len >= SESSION_TEXT_SIZE)
		len = SESSION_TEXT_SIZE - 1;
	memcpy(out, text, len);
	out[len] = '\0';
}

static int sim_details(struct session_host *host, uint32_t id, struct session_details *ret_details,
		       struct session_error *reterr)
{
	struct call call = call_on(host, SIM_QUERY, SESSION_API_QUERY_SESSION_INFORMATION, id);
	struct sim_view view;
	uint32_t code;

	if (call_wait(&call, reterr) != 0)
		return -1;
	int64_t end_ms = now_ms(call.sim);
	lock(call.sim);
	int result =
		sim_model_query(call.sim->model, call.host, id, &call.step, end_ms, &view, &code);
	unlock(call.sim);
	if (result != 0)
		return fail(reterr, call.api, code);
	ret_details->state = view.state;
	ret_details->logon_at_ms = view.logon_at_ms;
	ret_details->idle_s = view.idle_s;
	copy_text(ret_details->user, view.user);
	copy_text(ret_details->domain, view.domain);
	copy_text(ret_details->station, view.station);
	copy_text(ret_details->client, view.client);
	return 0;
}

static int sim_logoff(struct session_host *host, uint32_t id, bool wait,
		      struct session_error *reterr)
{
	struct call call = call_on(host, SIM_LOGOFF, SESSION_API_LOGOFF_SESSION, id);
	int64_t until_ms;
	uint32_t code;

	if (call_wait(&call, reterr) != 0)
		return -1;
	int64_t end_ms = now_ms(call.sim);
	lock(call.sim);
	int result = sim_model_logoff(call.sim->model, call.host, id, &call.step, end_ms, &until_ms,
				      &code);
	unlock(call.sim);
	if (result != 0)
		return fail(reterr, call.api, code);
	if (!wait)
		return 0;
	/* Accepted; with bWait TRUE it returns only when the session is gone, which may be never.
	 */
	if (until_ms == SIM_FOREVER)
		(void)sleep_us(call.sim, SESSION_SLEEP_FOREVER);
	else if (sleep_us(call.sim, (until_ms - end_ms) * 1000))
		return 0;
	return fail(reterr, call.api, CODE_ABORTED);
}

static int sim_disconnect(struct session_host *host, uint32_t id, struct session_error *reterr)
{
	struct call call = call_on(host, SIM_DISCONNECT, SESSION_API_DISCONNECT_SESSION, id);
	uint32_t code;

	if (call_wait(&call, reterr) != 0)
		return -1;
	int64_t end_ms = now_ms(call.sim);
	lock(call.sim);
	int result =
		sim_model_disconnect(call.sim->model, call.host, id, &call.step, end_ms, &code);
	unlock(call.sim);
	return result == 0 ? 0 : fail(reterr, call.api, code);
}

static int sim_message(struct session_host *host, uint32_t id,
		       const struct session_message *message, struct session_error *reterr)
{
	struct call call = call_on(host, SIM_MESSAGE, SESSION_API_SEND_MESSAGE, id);
	uint32_t code;

	if (call_wait(&call, reterr) != 0)
		return -1;
	int64_t end_ms = now_ms(call.sim);
	lock(call.sim);
	int result = sim_model_message(call.sim->model, call.host, id, message->text, &call.step,
				       end_ms, &code);
	unlock(call.sim);
	return result == 0 ? 0 : fail(reterr, call.api, code);
}

static void sim_close(struct session_host *host)
{
	struct call call = call_on(host, SIM_CLOSE, SESSION_API_OPEN_SERVER_EX, 0);
	struct session_error ignored;

	(void)call_wait(&call, &ignored); /* a close has no result */
	free(connection_of(host));
}

static int sim_drain_get(struct session_backend *backend, const char *name, const char *address,
			 enum session_drain *ret_drain, struct session_error *reterr)
{
	struct call call = { .sim = sim_of(backend),
			     .kind = SIM_DRAIN,
			     .api = SESSION_API_REG_QUERY_VALUE };
	uint32_t code;

	(void)address;
	if (call_wait_named(&call, name, reterr) != 0)
		return -1;
	int64_t end_ms = now_ms(call.sim);
	lock(call.sim);
	int result = sim_model_drain_get(call.sim->model, call.host, &call.step, end_ms, ret_drain,
					 &code);
	unlock(call.sim);
	return result == 0 ? 0 : fail(reterr, call.api, code);
}

static int sim_drain_set(struct session_backend *backend, const char *name, const char *address,
			 enum session_drain drain, struct session_error *reterr)
{
	struct call call = { .sim = sim_of(backend),
			     .kind = SIM_DRAIN,
			     .api = SESSION_API_REG_SET_VALUE };
	uint32_t code;

	(void)address;
	if (call_wait_named(&call, name, reterr) != 0)
		return -1;
	int64_t end_ms = now_ms(call.sim);
	lock(call.sim);
	int result =
		sim_model_drain_set(call.sim->model, call.host, &call.step, end_ms, drain, &code);
	unlock(call.sim);
	return result == 0 ? 0 : fail(reterr, call.api, code);
}

static void sim_probe_script(struct session_backend *backend, const char *name,
			     struct session_probe_script *ret_script)
{
	struct sim_backend *sim = sim_of(backend);
	struct sim_step step = { 0 };
	int64_t start_ms = now_ms(sim);
	uint32_t host;

	lock(sim);
	int found = sim_model_host(sim->model, name, &host);
	if (found == 0)
		sim_model_plan(sim->model, host, SIM_PROBE, 0, start_ms, &step);
	unlock(sim);
	/* Without memory for the host the probe lets the open through, which will tell. */
	*ret_script = (struct session_probe_script){ .result = SESSION_PROBE_CONNECTED,
						     .after_us = step.latency_us };
	if (step.hang)
		ret_script->result = SESSION_PROBE_SILENT;
	else if (step.fault && step.fault->kind == SIM_FAULT_REFUSED)
		ret_script->result = SESSION_PROBE_REFUSED;
}

static bool sim_is_self(struct session_backend *backend, const char *name, const char *address,
			uint32_t *ret_session)
{
	const struct sim_self *self = &sim_of(backend)->scenario->self;

	(void)address;
	if (!self->host || !text_fold_eq(self->host, name))
		return false;
	*ret_session = self->session;
	return true;
}

static void sim_destroy(struct session_backend *backend)
{
	struct sim_backend *sim = sim_of(backend);

	sim_model_free(sim->model);
	sim_scenario_free(sim->scenario);
	free(sim);
}

static const struct session_ops sim_ops = {
	.name = "sim",
	.simulated = true,
	.open = sim_open,
	.enumerate = sim_enumerate,
	.details = sim_details,
	.logoff = sim_logoff,
	.disconnect = sim_disconnect,
	.message = sim_message,
	.close = sim_close,
	.drain_get = sim_drain_get,
	.drain_set = sim_drain_set,
	.probe_script = sim_probe_script,
	.is_self = sim_is_self,
	.destroy = sim_destroy,
};

int session_sim_create(struct session_backend **ret, const struct session_sim_options *options,
		       struct sim_replay *ret_or_err)
{
	struct sim_model_options model_options = { .scenario = options->scenario,
						   .start_ms = options->start_ms,
						   .sink = options->state_write,
						   .sink_ctx = options->state_ctx };
	struct sim_backend *sim = calloc(1, sizeof(*sim));

	*ret_or_err = (struct sim_replay){ 0 };
	if (!sim || sim_model_create(&sim->model, &model_options) != 0)
		goto fail;
	if (options->state_bytes && sim_model_replay_all(sim->model, options->state_bytes,
							 options->state_len, ret_or_err) != 0)
		goto fail;
	sim->head = (struct session_backend){ .ops = &sim_ops, .clock = options->clock };
	sim->scenario = options->scenario;
	sim->lock = options->lock;
	sim->unlock = options->unlock;
	sim->lock_ctx = options->lock_ctx;
	*ret = &sim->head;
	return 0;
fail:
	if (sim)
		sim_model_free(sim->model);
	free(sim);
	return -1;
}

const char *session_sim_self_user(const struct session_backend *backend)
{
	const struct sim_backend *sim = (const struct sim_backend *)(const void *)backend;

	return sim->scenario->self.user;
}

int session_sim_sessions_at(struct session_backend *backend, const char *name, int64_t t_ms,
			    sim_model_row row, void *ctx, uint32_t *reterr_code)
{
	struct sim_backend *sim = sim_of(backend);
	uint32_t host;
	int result = -1;

	*reterr_code = CODE_NOT_ENOUGH_MEMORY;
	lock(sim);
	if (sim_model_host(sim->model, name, &host) == 0)
		result = sim_model_sessions_at(sim->model, host, t_ms, row, ctx, reterr_code);
	unlock(sim);
	return result;
}

int session_sim_drain_at(struct session_backend *backend, const char *name, int64_t t_ms,
			 enum session_drain *ret_drain, uint32_t *reterr_code)
{
	struct sim_backend *sim = sim_of(backend);
	const struct sim_step untold = { 0 };
	uint32_t host;
	int result = -1;

	*reterr_code = CODE_NOT_ENOUGH_MEMORY;
	lock(sim);
	if (sim_model_host(sim->model, name, &host) == 0)
		result = sim_model_drain_get(sim->model, host, &untold, t_ms, ret_drain,
					     reterr_code);
	unlock(sim);
	return result;
}
