#include "sim_model.h"

#include <stdio.h>
#include <string.h>

#include "account.h"
#include "sim_lives.h"
#include "utc.h"

static int refuse(char message[SIM_EVENT_MESSAGE_SIZE], const char *what)
{
	(void)snprintf(message, SIM_EVENT_MESSAGE_SIZE, "%s", what);
	return -1;
}

static bool is_event_of(const struct sim_model *model, const struct sim_fleet_host *host,
			uint32_t life, const struct sim_event *event)
{
	struct sim_view view;

	if (sim_life_id(host, life) != event->session)
		return false;
	sim_view_life(model, host, life, INT64_MIN, &view);
	return view.logon_at_ms == event->logon_at_ms &&
	       account_eq(view.domain, view.user, event->domain, event->user);
}

/* The generation behind a logon time that is not the scenario's own; 0: it is none. */
static uint32_t generation_of(const struct sim_model *model, const struct sim_event *event)
{
	int64_t after_ms = event->logon_at_ms == UTC_UNKNOWN || event->logon_at_ms < 0
				   ? 0
				   : event->logon_at_ms - model->scenario->epoch_ms;

	return after_ms > 0 && after_ms % 1000 == 0 && after_ms / 1000 < UINT32_MAX
		       ? (uint32_t)(after_ms / 1000)
		       : 0;
}

/* Whose id somebody else has had by a time: the one who has it, or the last who had it and is not on
 * record as having left. When he lost it is not on record: he may have been about to leave. */
static uint32_t swapped_out(const struct sim_model *model, const struct sim_fleet_host *host,
			    uint32_t id, int64_t t_ms)
{
	uint32_t count = sim_lives_of(host);
	uint32_t found = SIM_NO_LIFE;

	for (uint32_t i = 0; i < count; i++) {
		const struct sim_standing *standing = &model->standings[i];
		const struct sim_life *stored = sim_stored_life(host, i);
		if (sim_life_id(host, i) != id || (stored && stored->swap) || standing->swapped ||
		    standing->left_recorded || standing->from_ms > t_ms)
			continue;
		if (found == SIM_NO_LIFE || standing->until_ms > model->standings[found].until_ms)
			found = i;
	}
	return found;
}

static bool swap_hits(const struct sim_model *model, const struct sim_fleet_host *host,
		      const struct sim_fault *fault, uint32_t parent, const struct sim_event *event)
{
	struct sim_view view;

	if (fault->kind != SIM_FAULT_SWAP ||
	    !account_eq(fault->swap.domain, fault->swap.user, event->domain, event->user) ||
	    (fault->has_session && fault->session != event->session))
		return false;
	sim_view_life(model, host, parent, event->t_ms, &view);
	return !fault->has_user ||
	       account_eq(fault->user.domain, fault->user.user, view.domain, view.user);
}

/* A user who had been swapped in when the line was written: swapped in once more, for good. */
static uint32_t replay_swap(struct sim_model *model, struct sim_fleet_host *host,
			    const struct sim_event *event)
{
	uint32_t generation = generation_of(model, event);
	uint32_t parent = swapped_out(model, host, event->session, event->t_ms);

	for (size_t i = 0;
	     generation && parent != SIM_NO_LIFE && host->spec && i < host->spec->fault_count;
	     i++) {
		const struct sim_fault *fault = &host->spec->faults[i];
		if (!swap_hits(model, host, fault, parent, event))
			continue;
		if (sim_reserve_life(model, host) != 0 || sim_reserve_change(host) != 0)
			return SIM_NO_LIFE;
		int64_t at_ms = sim_earlier(event->t_ms, model->standings[parent].until_ms - 1);
		sim_change_add(host, SIM_CHANGE_SWAP, parent, at_ms, at_ms);
		sim_life_add(host, (struct sim_life){ .from_ms = at_ms,
						      .id = event->session,
						      .generation = generation,
						      .parent = parent,
						      .swap = fault });
		sim_stand(model, host);
		return sim_lives_of(host) - 1;
	}
	return SIM_NO_LIFE;
}

static uint32_t replay_find(struct sim_model *model, struct sim_fleet_host *host,
			    const struct sim_event *event)
{
	uint32_t count = sim_lives_of(host);

	for (uint32_t i = 0; i < count; i++) {
		if (is_event_of(model, host, i, event))
			return i;
	}
	return replay_swap(model, host, event);
}

static int replay_change(struct sim_model *model, struct sim_fleet_host *host,
			 const struct sim_event *event, enum sim_change_kind kind, char *message)
{
	if (sim_reserve_change(host) != 0)
		return refuse(message, "memory is short");
	uint32_t life = replay_find(model, host, event);
	if (life == SIM_NO_LIFE)
		return refuse(message, "the scenario has no such session");
	/* A swap that was replayed has used the room. */
	if (sim_reserve_change(host) != 0)
		return refuse(message, "memory is short");
	sim_change_add(host, kind, life, event->t_ms,
		       kind == SIM_CHANGE_DISCONNECT ? SIM_FOREVER : event->due_ms);
	return 0;
}

static int replay_return(struct sim_model *model, struct sim_fleet_host *host,
			 const struct sim_event *event, char *message)
{
	uint32_t generation = generation_of(model, event);
	uint32_t count = sim_lives_of(host);
	struct sim_view view;

	if (sim_reserve_life(model, host) != 0)
		return refuse(message, "memory is short");
	for (uint32_t i = 0; generation && i < count; i++) {
		const struct sim_standing *standing = &model->standings[i];
		int64_t after = sim_returns_after(host, i);
		if (after == SIM_NEVER || standing->returned || standing->swapped ||
		    standing->until_ms > event->t_ms || event->t_ms - standing->until_ms != after)
			continue;
		sim_view_life(model, host, i, event->t_ms, &view);
		if (!account_eq(view.domain, view.user, event->domain, event->user))
			continue;
		sim_life_add(host, (struct sim_life){ .from_ms = event->t_ms,
						      .id = event->session,
						      .generation = generation,
						      .parent = i });
		return 0;
	}
	return refuse(message, "the scenario has no user who could come back so");
}

static int replay_event(struct sim_model *model, const struct sim_event *event, char *message)
{
	uint32_t index;

	if (sim_model_host(model, event->host, &index) != 0)
		return refuse(message, "memory is short");
	struct sim_fleet_host *host = &model->hosts[index];
	sim_first_line_at(model, event->t_ms);
	sim_stand(model, host);
	switch (event->kind) {
	case SIM_EVENT_LOGOFF:
		return replay_change(model, host, event, SIM_CHANGE_CLOSE, message);
	case SIM_EVENT_LEAVE:
		return replay_change(model, host, event, SIM_CHANGE_LEAVE, message);
	case SIM_EVENT_DISCONNECT:
		return replay_change(model, host, event, SIM_CHANGE_DISCONNECT, message);
	case SIM_EVENT_DRAIN:
		if (sim_reserve_change(host) != 0)
			return refuse(message, "memory is short");
		sim_change_add(host, SIM_CHANGE_DRAIN, (uint32_t)event->mode, event->t_ms,
			       SIM_FOREVER);
		return 0;
	case SIM_EVENT_RETURN:
		return replay_return(model, host, event, message);
	case SIM_EVENT_MESSAGE: /* changes nothing */
	case SIM_EVENT_KIND_COUNT:
		break;
	}
	return 0;
}

int sim_model_replay(struct sim_model *model, const char *line, size_t len,
		     char reterr_message[SIM_EVENT_MESSAGE_SIZE])
{
	struct arena arena;
	struct sim_event event;

	arena_init(&arena);
	int result = sim_event_parse(&event, &arena, line, len, reterr_message);
	if (result == 0)
		result = replay_event(model, &event, reterr_message);
	arena_release(&arena);
	return result;
}

int sim_model_replay_all(struct sim_model *model, const char *bytes, size_t len,
			 struct sim_replay *ret_or_err)
{
	*ret_or_err = (struct sim_replay){ 0 };
	while (ret_or_err->sound_len < len) {
		const char *line = bytes + ret_or_err->sound_len;
		const char *end = memchr(line, '\n', len - ret_or_err->sound_len);
		if (!end) {
			ret_or_err->torn = true;
			return 0;
		}
		ret_or_err->lines++;
		if (sim_model_replay(model, line, (size_t)(end - line), ret_or_err->message) != 0)
			return -1;
		ret_or_err->sound_len = (size_t)(end - bytes) + 1;
	}
	return 0;
}
