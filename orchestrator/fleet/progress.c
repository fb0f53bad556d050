/* progress.c - a picture of the run while it is on. */
#include "fleet_internal.h"

#include <string.h>

void fleet_progress(const struct fleet *fleet, struct fleet_progress *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->phase = fleet->phase;
	ret->hosts = (uint32_t)fleet->options.host_count;
	ret->hosts_surveyed = fleet->hosts_surveyed;
	ret->hosts_acting = (uint32_t)fleet->waves.count;
	ret->hosts_done = fleet->hosts_done;
	for (size_t i = 0; i < fleet->record->host_count; i++) {
		const struct rep_host *host = &fleet->record->hosts[i];

		for (uint32_t row = 0; row < host->session_count; row++) {
			enum rep_session_outcome outcome =
				(enum rep_session_outcome)host->sessions[row].outcome;

			ret->sessions_selected += host->sessions[row].selected;
			ret->sessions_done += rep_session_outcome_is_done(outcome);
			ret->sessions_not_done += rep_session_outcome_is_not_done(outcome);
		}
	}
	ret->wave = fleet->waves.number;
	ret->waves = waves_total(&fleet->waves);
	ret->sweep = fleet->sweep;
	ret->last_look = fleet->last_look;
	ret->calls = fleet->seats.counting + fleet->seats.lent;
	ret->calls_lent = fleet->seats.lent;
	ret->calls_left_behind = fleet->seats.left_behind;
	ret->stop = fleet->stop;
	ret->hosts_to_restore = fleet_count_owed(fleet);
}

static bool is_unfinished(const struct fleet *fleet, size_t i)
{
	const struct host_job *job = &fleet->jobs[i];
	const struct rep_host *host = &fleet->record->hosts[i];

	if (job->state != JOB_DONE)
		return true;
	for (uint32_t row = 0; row < host->session_count; row++)
		if (host->sessions[row].selected && host->sessions[row].outcome == REP_SESSION_NONE)
			return true;
	return false;
}

size_t fleet_unfinished(const struct fleet *fleet, const char **out, size_t cap)
{
	size_t count = 0;

	for (size_t i = 0; i < fleet->options.host_count; i++) {
		if (!is_unfinished(fleet, i))
			continue;
		if (count < cap)
			out[count] = fleet->options.hosts[i].name;
		count++;
	}
	return count;
}
