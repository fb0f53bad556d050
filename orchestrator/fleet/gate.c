/* gate.c - between survey and act: the plan counted, guards, the question and its answer. */
#include "fleet_internal.h"

#include <string.h>

#include "account_set.h"

/* Hosts whose drain mode it is about. */
static void count_drains(const struct fleet *fleet, struct fleet_plan *plan)
{
	bool anything = plan->sessions || fleet->options.command == FLEET_DRAIN;

	for (size_t i = 0; anything && i < fleet->record->host_count; i++) {
		const struct rep_host *host = &fleet->record->hosts[i];

		plan->drain_hosts += drain_acts(fleet, host, fleet_has_open_sessions(host));
	}
	plan->restore_hosts = fleet->options.resume ? fleet_count_owed(fleet) : 0;
}

/* Numbers the plan; false when memory is short (users are then not counted). */
static bool count_plan(const struct fleet *fleet, struct fleet_plan *plan)
{
	struct account_set users;
	bool counted;

	account_set_init(&users);
	memset(plan, 0, sizeof(*plan));
	for (size_t i = 0; i < fleet->record->host_count; i++) {
		const struct rep_host *host = &fleet->record->hosts[i];
		uint32_t before = plan->sessions;

		for (uint32_t row = 0; row < host->session_count; row++) {
			const struct rep_session *session = &host->sessions[row];

			if (!session->selected || session->outcome != REP_SESSION_NONE)
				continue;
			plan->sessions++;
			(void)account_set_add(&users, session->domain, session->user);
		}
		plan->hosts += plan->sessions > before;
	}
	plan->users = users.count;
	count_drains(fleet, plan);
	counted = !users.failed;
	account_set_release(&users);
	return counted;
}

/* Nothing will be touched: everything selected on the host has its outcome. */
static void settle_host(struct rep_host *host, enum rep_session_outcome outcome)
{
	bool settled = false;

	for (uint32_t row = 0; row < host->session_count; row++) {
		struct rep_session *session = &host->sessions[row];

		if (!session->selected || session->outcome != REP_SESSION_NONE)
			continue;
		session->outcome = (uint8_t)outcome;
		settled = true;
	}
	if (host->outcome == REP_HOST_PARTIAL || host->outcome == REP_HOST_FAILED ||
	    (settled && host->outcome == REP_HOST_NOT_ATTEMPTED))
		host->outcome = (uint8_t)verdict_host(host, !host->error, false);
}

static void settle_all(struct fleet *fleet, enum rep_session_outcome outcome)
{
	for (size_t i = 0; i < fleet->record->host_count; i++)
		settle_host(&fleet->record->hosts[i], outcome);
}

bool fleet_only_looks(const struct fleet *fleet)
{
	return fleet->options.command == FLEET_SESSIONS ||
	       fleet->options.command == FLEET_DRAIN_STATUS || fleet->options.dry_run;
}

/* Who was seen was seen; but nothing is planned on a host whose survey was not let come to its end. */
void fleet_keep_seen(struct fleet *fleet)
{
	bool lists = fleet->options.command == FLEET_SESSIONS;

	if (fleet->phase != FLEET_SURVEY || !fleet_only_looks(fleet))
		return;
	for (size_t i = 0; i < fleet->record->host_count; i++) {
		struct rep_host *host = &fleet->record->hosts[i];

		if (lists)
			settle_host(host, REP_SESSION_LISTED);
		else if (host->outcome != REP_HOST_NONE && host->outcome != REP_HOST_NOT_ATTEMPTED)
			settle_host(host, REP_SESSION_PLANNED);
	}
}

void fleet_stop_before_act(struct fleet *fleet, enum fleet_stop reason)
{
	if (fleet->stop == FLEET_STOP_NONE)
		fleet->stop = reason;
	fleet_wind_up(fleet);
}

/* A run that goes on and has done all that was found so far: a last look needs no answer. */
static void ask_to_go_on(struct fleet *fleet, const struct fleet_plan *plan)
{
	if ((plan->sweeps || plan->restore_hosts) && fleet->observer.gate)
		fleet->observer.gate(fleet->observer.ctx, plan);
	else
		fleet_answer(fleet, true);
}

/* Hosts that `drain` is to change have no outcome until that is done. */
static void open_drains(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->record->host_count; i++) {
		struct rep_host *host = &fleet->record->hosts[i];

		if (fleet->options.command == FLEET_DRAIN && drain_acts(fleet, host, false))
			host->outcome = REP_HOST_NONE;
	}
}

static bool nothing_to_do(const struct fleet *fleet, const struct fleet_plan *plan)
{
	if (fleet->options.command == FLEET_DRAIN)
		return !plan->drain_hosts;
	return !plan->sessions && !plan->restore_hosts;
}

void fleet_gate(struct fleet *fleet)
{
	struct fleet_plan plan;

	fleet->phase = FLEET_GATE;
	if (fleet->options.command == FLEET_SESSIONS ||
	    fleet->options.command == FLEET_DRAIN_STATUS) {
		settle_all(fleet, REP_SESSION_LISTED);
		fleet_finish(fleet);
		return;
	}
	if (fleet->options.resume)
		(void)sweep_over_limit(fleet);
	if (!count_plan(fleet, &plan))
		fleet_warn(fleet, "out of memory while counting users");
	plan.sweeps = fleet->options.sweeps - fleet->sweep;
	if (!fleet->options.dry_run)
		open_drains(fleet);
	if (fleet->options.max_sessions >= 0 && plan.sessions > fleet->options.max_sessions) {
		fleet_warn(fleet,
			   "%u sessions are selected, more than --max-sessions %lld: nothing is "
			   "touched",
			   (unsigned)plan.sessions, (long long)fleet->options.max_sessions);
		fleet_stop_before_act(fleet, FLEET_STOP_MAX_SESSIONS);
	} else if (!plan.sessions && fleet->options.resume && sweep_is_due(fleet)) {
		ask_to_go_on(fleet, &plan);
	} else if (fleet->options.dry_run || nothing_to_do(fleet, &plan)) {
		settle_all(fleet, REP_SESSION_PLANNED);
		fleet_finish(fleet);
	} else if (fleet->observer.gate) {
		fleet->observer.gate(fleet->observer.ctx, &plan);
	} else {
		fleet_answer(fleet, true);
	}
}

void fleet_answer(struct fleet *fleet, bool yes)
{
	if (fleet->phase != FLEET_GATE)
		return; /* stopped in the meantime */
	if (yes) {
		journal_confirmed(fleet->options.journal);
		fleet_begin_act(fleet);
	} else {
		fleet_stop_before_act(fleet, FLEET_STOP_DECLINED);
	}
}
