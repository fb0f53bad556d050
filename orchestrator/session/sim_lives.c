#include "sim_lives.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "text.h"
#include "utc.h"

uint64_t sim_mix(uint64_t seed, uint64_t value)
{
	uint64_t state = seed ^ (value * UINT64_C(0xD6E8FEB86659FD93));

	return rng_next(&state);
}

static uint64_t host_seed(const struct sim_scenario *scenario, const char *folded, size_t len)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(scenario->seed >> (8 * i));
	return fnv1a_64(fnv1a_64(FNV1A_64_START, bytes, sizeof(bytes)), folded, len);
}

static bool is_derived(const struct sim_fleet_host *host)
{
	return !host->spec || !host->spec->has_sessions;
}

static uint32_t derived_count(const struct sim_defaults *defaults, uint64_t seed)
{
	uint64_t state = sim_mix(seed, 0);
	uint64_t span = (uint64_t)(defaults->sessions_max - defaults->sessions_min) + 1;

	return (uint32_t)defaults->sessions_min + (uint32_t)rng_below(&state, span);
}

/* Ids ascend from 2 with gaps, and can be told from the index and back without the others. */
static uint32_t derived_id(const struct sim_fleet_host *host, uint32_t index)
{
	return 2 + 2 * index + (uint32_t)(sim_mix(host->seed, index + 1) & 1);
}

static void derived_view(const struct sim_model *model, const struct sim_fleet_host *host,
			 uint32_t index, struct sim_view *view)
{
	const struct sim_defaults *defaults = &model->scenario->defaults;
	uint64_t state = sim_mix(host->seed ^ UINT64_C(0x5E5510A5), index + 1);
	uint64_t number = 1 + rng_below(&state, SIM_USER_NUMBERS);
	bool disconnected = rng_unit(&state) < defaults->disconnected;
	uint64_t logon_s = 300 + rng_below(&state, disconnected ? 3 * 86400 : 11 * 3600);
	bool at_work = rng_below(&state, 10) < 7;
	uint64_t idle_most = !disconnected && at_work && logon_s > 600 ? 600 : logon_s;

	view->idle_s = (int64_t)rng_below(&state, idle_most + 1);
	view->logon_at_ms = model->scenario->epoch_ms - (int64_t)logon_s * 1000;
	view->state = disconnected ? SESSION_DISCONNECTED : SESSION_ACTIVE;
	view->domain = defaults->user_domain;
	(void)snprintf(view->user_text, sizeof(view->user_text), "%s%" PRIu64 "%s",
		       defaults->user_before, number, defaults->user_after);
	view->user = view->user_text;
	(void)snprintf(view->client_text, sizeof(view->client_text), "PC-%04u",
		       (unsigned)rng_below(&state, 10000));
	view->client = view->client_text;
	view->vm = "";
	view->farm = "";
}

int sim_model_create(struct sim_model **ret, const struct sim_model_options *options)
{
	struct sim_model *model = calloc(1, sizeof(*model));

	if (!model)
		return -1;
	model->scenario = options->scenario;
	model->start_ms = options->start_ms;
	model->sink = options->sink;
	model->sink_ctx = options->sink_ctx;
	str_map_init(&model->names);
	arena_init(&model->arena);
	strbuf_init(&model->text);
	*ret = model;
	return 0;
}

void sim_model_free(struct sim_model *model)
{
	if (!model)
		return;
	for (size_t i = 0; i < model->host_count; i++) {
		free(model->hosts[i].changes);
		free(model->hosts[i].lives);
		free(model->hosts[i].fault_uses);
	}
	free(model->hosts);
	free(model->standings);
	free(model->order);
	strbuf_release(&model->text);
	str_map_release(&model->names);
	arena_release(&model->arena);
	free(model);
}

/* Room for one more item, by doubling. 0, or -1 when memory is short. */
static int reserve(void **items, size_t size, uint32_t count, uint32_t *cap)
{
	if (count < *cap)
		return 0;
	uint32_t more = *cap ? 2 * *cap : 4;
	void *bigger = realloc(*items, more * size);
	if (!bigger)
		return -1;
	*items = bigger;
	*cap = more;
	return 0;
}

int sim_reserve_change(struct sim_fleet_host *host)
{
	void *items = host->changes;
	int result = reserve(&items, sizeof(*host->changes), host->change_count, &host->change_cap);

	host->changes = items;
	return result;
}

/* Room to work on a host with so many lives. Made when lives are, so that looking at them never
 * fails. */
static int reserve_scratch(struct sim_model *model, size_t count)
{
	if (count <= model->scratch_cap)
		return 0;
	size_t cap = count + 32;
	struct sim_standing *standings = realloc(model->standings, cap * sizeof(*standings));
	if (standings)
		model->standings = standings;
	uint32_t *order = realloc(model->order, cap * sizeof(*order));
	if (order)
		model->order = order;
	if (!standings || !order)
		return -1;
	model->scratch_cap = cap;
	return 0;
}

int sim_reserve_life(struct sim_model *model, struct sim_fleet_host *host)
{
	void *items = host->lives;
	int result = reserve(&items, sizeof(*host->lives), host->life_count, &host->life_cap);

	host->lives = items;
	return result == 0 ? reserve_scratch(model, host->base_count + host->life_count + 1) : -1;
}

static int host_add(struct sim_model *model, const char *name, const char *folded, size_t len,
		    uint32_t *ret_host)
{
	if (model->host_count == model->host_cap) {
		size_t cap = model->host_cap ? 2 * model->host_cap : 64;
		struct sim_fleet_host *hosts = realloc(model->hosts, cap * sizeof(*hosts));
		if (!hosts)
			return -1;
		model->hosts = hosts;
		model->host_cap = cap;
	}
	struct sim_fleet_host *host = &model->hosts[model->host_count];
	*host = (struct sim_fleet_host){ .spec = sim_scenario_host(model->scenario, folded, len),
					 .seed = host_seed(model->scenario, folded, len) };
	char *key = arena_strndup(&model->arena, folded, len);
	host->name = key && strcmp(key, name) == 0 ? key : arena_strdup(&model->arena, name);
	host->base_count = is_derived(host) ? derived_count(&model->scenario->defaults, host->seed)
					    : (uint32_t)host->spec->session_count;
	if (!key || !host->name || reserve_scratch(model, host->base_count) != 0)
		return -1;
	if (host->spec && host->spec->fault_count > 0) {
		host->fault_uses = calloc(host->spec->fault_count, sizeof(*host->fault_uses));
		if (!host->fault_uses)
			return -1;
	}
	if (str_map_put(&model->names, key, len, (uint32_t)model->host_count) != 0) {
		free(host->fault_uses);
		return -1;
	}
	*ret_host = (uint32_t)model->host_count++;
	return 0;
}

int sim_model_host(struct sim_model *model, const char *name, uint32_t *ret_host)
{
	struct strbuf *folded = &model->text;

	strbuf_clear(folded);
	text_fold_add(folded, name, strlen(name));
	if (folded->failed)
		return -1;
	if (str_map_get(&model->names, strbuf_text(folded), folded->len, ret_host))
		return 0;
	return host_add(model, name, strbuf_text(folded), folded->len, ret_host);
}

uint32_t sim_lives_of(const struct sim_fleet_host *host)
{
	return host->base_count + host->life_count;
}

const struct sim_life *sim_stored_life(const struct sim_fleet_host *host, uint32_t life)
{
	return life < host->base_count ? NULL : &host->lives[life - host->base_count];
}

/* The scenario's session that a life comes from; NULL where it was derived. */
static const struct sim_session *spec_of(const struct sim_fleet_host *host, uint32_t life)
{
	const struct sim_life *stored = sim_stored_life(host, life);
	uint32_t base = stored ? stored->base : life;

	return is_derived(host) ? NULL : &host->spec->sessions[base];
}

uint32_t sim_life_id(const struct sim_fleet_host *host, uint32_t life)
{
	const struct sim_life *stored = sim_stored_life(host, life);

	if (stored)
		return stored->id;
	return is_derived(host) ? derived_id(host, life) : host->spec->sessions[life].id;
}

int64_t sim_returns_after(const struct sim_fleet_host *host, uint32_t life)
{
	const struct sim_life *stored = sim_stored_life(host, life);
	const struct sim_session *spec = spec_of(host, life);

	return spec && !(stored && stored->swap) ? spec->returns_after_ms : SIM_NEVER;
}

static void standing_apply(struct sim_standing *standing, const struct sim_change *change)
{
	switch ((enum sim_change_kind)change->kind) {
	case SIM_CHANGE_CLOSE:
		standing->close_at_ms = sim_earlier(standing->close_at_ms, change->at_ms);
		break;
	case SIM_CHANGE_LEAVE:
		standing->left_recorded = true;
		break;
	case SIM_CHANGE_SWAP:
		standing->swapped = true;
		break;
	case SIM_CHANGE_DISCONNECT:
		standing->disconnected_at_ms =
			sim_earlier(standing->disconnected_at_ms, change->at_ms);
		return; /* ends nothing */
	case SIM_CHANGE_DRAIN:
		return;
	}
	standing->until_ms = sim_earlier(standing->until_ms, change->due_ms);
}

void sim_stand(struct sim_model *model, const struct sim_fleet_host *host)
{
	uint32_t count = sim_lives_of(host);

	for (uint32_t i = 0; i < count; i++) {
		const struct sim_life *stored = sim_stored_life(host, i);
		const struct sim_session *spec = stored ? NULL : spec_of(host, i);
		bool leaves = spec && spec->leaves_after_ms != SIM_NEVER;
		model->standings[i] = (struct sim_standing){
			.from_ms = stored ? stored->from_ms : INT64_MIN,
			.until_ms = SIM_FOREVER,
			.close_at_ms = SIM_FOREVER,
			.disconnected_at_ms = SIM_FOREVER,
			.leaves_at_ms =
				leaves ? model->start_ms + spec->leaves_after_ms : SIM_FOREVER,
		};
	}
	for (uint32_t i = 0; i < host->life_count; i++) {
		if (!host->lives[i].swap)
			model->standings[host->lives[i].parent].returned = true;
	}
	for (uint32_t i = 0; i < host->change_count; i++) {
		if (host->changes[i].kind != SIM_CHANGE_DRAIN)
			standing_apply(&model->standings[host->changes[i].life], &host->changes[i]);
	}
	for (uint32_t i = 0; i < count; i++) {
		/* A session that is already being logged off does not leave by itself any more. */
		struct sim_standing *standing = &model->standings[i];
		if (standing->leaves_at_ms < standing->close_at_ms)
			standing->until_ms =
				sim_earlier(standing->until_ms, standing->leaves_at_ms);
	}
}

bool sim_present(const struct sim_standing *standing, int64_t t_ms)
{
	return standing->from_ms <= t_ms && t_ms < standing->until_ms;
}

bool sim_closing(const struct sim_standing *standing, int64_t t_ms)
{
	return standing->close_at_ms <= t_ms;
}

/* The life that holds an id at a time, after sim_stand(). */
uint32_t sim_life_under(const struct sim_model *model, const struct sim_fleet_host *host,
			uint32_t id, int64_t t_ms)
{
	uint32_t count = sim_lives_of(host);

	for (uint32_t i = 0; i < count; i++) {
		if (sim_life_id(host, i) == id && sim_present(&model->standings[i], t_ms))
			return i;
	}
	return SIM_NO_LIFE;
}

enum session_drain sim_drain_at(const struct sim_fleet_host *host, int64_t t_ms)
{
	enum session_drain mode = SESSION_DRAIN_OFF;
	int64_t since = INT64_MIN;

	for (uint32_t i = 0; i < host->change_count; i++) {
		const struct sim_change *change = &host->changes[i];
		if (change->kind == SIM_CHANGE_DRAIN && change->at_ms <= t_ms &&
		    change->at_ms >= since) {
			since = change->at_ms;
			mode = (enum session_drain)change->life;
		}
	}
	return mode;
}

static void set_station(struct sim_view *view)
{
	(void)snprintf(view->station_text, sizeof(view->station_text), "RDP-Tcp#%" PRIu32,
		       view->id);
	view->station = view->station_text;
}

static void spec_view(const struct sim_model *model, const struct sim_session *spec,
		      struct sim_view *view)
{
	view->state = spec->state;
	view->station = spec->station;
	view->domain = spec->account.domain;
	view->user = spec->account.user;
	view->client = spec->client;
	view->vm = spec->vm;
	view->farm = spec->farm;
	view->idle_s = spec->idle_s;
	view->logon_at_ms = spec->logon_s == SIM_NEVER
				    ? UTC_UNKNOWN
				    : model->scenario->epoch_ms - spec->logon_s * 1000;
}

void sim_view_stored(const struct sim_model *model, const struct sim_life *life,
		     struct sim_view *view)
{
	if (life->swap) {
		view->domain = life->swap->swap.domain;
		view->user = life->swap->swap.user;
	} else {
		view->state = SESSION_ACTIVE;
		set_station(view);
	}
	view->idle_s = 0;
	view->logon_at_ms = model->scenario->epoch_ms + (int64_t)life->generation * 1000;
}

/* After sim_stand(). */
void sim_view_life(const struct sim_model *model, const struct sim_fleet_host *host, uint32_t life,
		   int64_t t_ms, struct sim_view *view)
{
	const struct sim_standing *standing = &model->standings[life];
	const struct sim_life *stored = sim_stored_life(host, life);
	const struct sim_session *spec = spec_of(host, life);

	view->id = sim_life_id(host, life);
	if (spec) {
		spec_view(model, spec, view);
	} else {
		derived_view(model, host, stored ? stored->base : life, view);
		if (view->state == SESSION_ACTIVE)
			set_station(view);
		else
			view->station = "";
	}
	if (stored)
		sim_view_stored(model, stored, view);
	if (standing->disconnected_at_ms <= t_ms) {
		view->state = SESSION_DISCONNECTED;
		view->station = "";
		view->idle_s = (t_ms - standing->disconnected_at_ms) / 1000;
	}
	view->until_ms = standing->until_ms;
	view->closing = sim_closing(standing, t_ms);
}

bool sim_view_builtin(uint32_t id, struct sim_view *view)
{
	static const struct builtin {
		uint32_t id;
		enum session_state state;
		const char *station;
	} builtins[] = {
		{ SESSION_ID_SERVICES, SESSION_DISCONNECTED, "Services" },
		{ SIM_CONSOLE_ID, SESSION_CONNECTED, "Console" },
		{ SIM_LISTENER_ID, SESSION_LISTEN, "RDP-Tcp" },
	};

	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		if (builtins[i].id != id)
			continue;
		view->id = id;
		view->state = builtins[i].state;
		view->station = builtins[i].station;
		view->domain = "";
		view->user = "";
		view->client = "";
		view->vm = "";
		view->farm = "";
		view->logon_at_ms = UTC_UNKNOWN;
		view->idle_s = -1;
		view->until_ms = SIM_FOREVER;
		view->closing = false;
		return true;
	}
	return false;
}

void sim_first_line_at(struct sim_model *model, int64_t t_ms)
{
	if (!model->has_lines)
		model->start_ms = t_ms;
	model->has_lines = true;
}

void sim_change_add(struct sim_fleet_host *host, enum sim_change_kind kind, uint32_t life,
		    int64_t at_ms, int64_t due_ms)
{
	host->changes[host->change_count++] =
		(struct sim_change){ at_ms, due_ms, life, (uint32_t)kind };
}

/* Adds a life that takes another's place. After sim_reserve_life(). */
void sim_life_add(struct sim_fleet_host *host, struct sim_life life)
{
	const struct sim_life *parent = sim_stored_life(host, life.parent);

	life.base = parent ? parent->base : life.parent;
	host->lives[host->life_count++] = life;
	if (life.generation > host->generation)
		host->generation = life.generation;
}
