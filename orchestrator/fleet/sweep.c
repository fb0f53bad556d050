/* sweep.c - going round again: the fleet is surveyed once more, and who has logged on meanwhile is
 * acted on too, as often as was confirmed; or, at the very end, is only looked at. */
#include "fleet_internal.h"

static bool more_sweeps(const struct fleet *fleet)
{
	return fleet->options.command == FLEET_LOGOFF && fleet->sweep < fleet->options.sweeps;
}

static bool looks_again(const struct fleet *fleet)
{
	return fleet->options.command == FLEET_LOGOFF && fleet->options.look_again;
}

bool sweep_is_due(const struct fleet *fleet)
{
	return more_sweeps(fleet) || looks_again(fleet);
}

/* A last look costs little: hosts that could not be asked are named as such anyway. */
static bool is_surveyed_again(const struct fleet *fleet, size_t host)
{
	uint16_t error = fleet->record->hosts[host].error;

	return !fleet->last_look || !error || error == fleet->jobs[host].drain_error;
}

static void begin(struct fleet *fleet)
{
	size_t count = 0;

	fleet->again = true;
	fleet->newcomers = 0;
	fleet->hosts_surveyed = 0;
	for (size_t i = 0; i < fleet->options.host_count; i++) {
		fleet->jobs[i].acting = false;
		fleet->jobs[i].state = JOB_IDLE;
		if (is_surveyed_again(fleet, i))
			fleet->queue[count++] = (uint32_t)i;
	}
	fleet->hosts_surveyed = (uint32_t)(fleet->options.host_count - count);
	fleet_begin_survey(fleet, count);
}

void sweep_next(struct fleet *fleet)
{
	if (seats_all_lost(&fleet->seats)) {
		/* nobody can look any more, and it has been said */
		fleet_wind_up(fleet);
	} else if (more_sweeps(fleet)) {
		fleet->sweep++;
		journal_sweep(fleet->options.journal, fleet->sweep, false);
		fleet_note(fleet, "sweep %u of at most %u: who has logged on meanwhile?",
			   (unsigned)fleet->sweep, (unsigned)fleet->options.sweeps);
		begin(fleet);
	} else if (looks_again(fleet)) {
		fleet->last_look = true;
		begin(fleet);
	} else {
		fleet_wind_up(fleet);
	}
}

struct found {
	uint32_t sessions, hosts; /* to be acted on */
	uint32_t selected;	  /* in the whole run */
};

static struct found count_found(const struct fleet *fleet)
{
	struct found found = { 0 };

	for (size_t i = 0; i < fleet->record->host_count; i++) {
		const struct rep_host *host = &fleet->record->hosts[i];
		uint32_t before = found.sessions;

		for (uint32_t row = 0; row < host->session_count; row++) {
			found.selected += host->sessions[row].selected;
			found.sessions += host->sessions[row].selected &&
					  host->sessions[row].outcome == REP_SESSION_NONE;
		}
		found.hosts += found.sessions > before;
	}
	return found;
}

/* What is still to be acted on was all found by a sweep: the question had let pass what came before. Whoever may have
 * been asked already is not left alone any more. */
static void leave_found(struct fleet *fleet, uint32_t host_index)
{
	struct rep_host *host = &fleet->record->hosts[host_index];
	const struct host_job *job = &fleet->jobs[host_index];
	bool left = false;

	for (uint32_t row = 0; row < host->session_count; row++) {
		struct rep_session *session = &host->sessions[row];

		if (!session->selected || session->outcome != REP_SESSION_NONE ||
		    fleet_doubt_of(fleet, host_index, row))
			continue;
		session->outcome = REP_SESSION_NOT_ATTEMPTED;
		session->reason = REP_REASON_MAX_SESSIONS;
		journal_result(fleet->options.journal, fleet->record, host_index, row);
		left = true;
	}
	if (!left)
		return;
	host->outcome = (uint8_t)verdict_host(host, !host->error, job->silent);
	tally_mark(&fleet->tally, host_index);
	journal_done(fleet->options.journal, fleet->record, host_index);
}

bool sweep_over_limit(struct fleet *fleet)
{
	struct found found = count_found(fleet);
	int64_t limit = fleet->options.max_sessions;

	if (limit < 0 || found.selected <= limit || !found.sessions)
		return false;
	fleet_warn(fleet,
		   "%u sessions are selected in all, more than --max-sessions %lld: who logged on "
		   "meanwhile is left alone",
		   (unsigned)found.selected, (long long)limit);
	for (size_t i = 0; i < fleet->record->host_count; i++)
		leave_found(fleet, (uint32_t)i);
	fleet->sweep = fleet->options.sweeps; /* no more of them */
	return true;
}

void sweep_surveyed(struct fleet *fleet)
{
	struct found found = count_found(fleet);

	comeback_decide_fleet(fleet);
	if (fleet->last_look || !found.sessions) {
		fleet_wind_up(fleet);
	} else if (sweep_over_limit(fleet)) {
		fleet_wind_up(fleet);
	} else {
		fleet_note(fleet, "sweep %u: %u session%s on %u host%s", (unsigned)fleet->sweep,
			   (unsigned)found.sessions, found.sessions == 1 ? "" : "s",
			   (unsigned)found.hosts, found.hosts == 1 ? "" : "s");
		journal_sweep(fleet->options.journal, fleet->sweep, true);
		fleet_begin_act(fleet);
	}
}
