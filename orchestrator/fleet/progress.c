/* progress.c - a picture of the run while it is on. */
#include "fleet_internal.h"

#include <string.h>

/* Entries of the queue that are looked at for hosts that hold up others: with a million hosts not all of them, ten
 * times a second. */
#define LOOKED_AT_MAX 20000

/* What a host is doing, for people; NULL: it rests on purpose, or does nothing worth a word. */
static const char *const doings[JOB_STATE_COUNT] = {
	[JOB_PROBE] = "connecting",   [JOB_DRAIN_LOOK] = "draining",
	[JOB_DRAIN_SET] = "draining", [JOB_DRAIN_CHECK] = "draining",
	[JOB_OPEN] = "opening",	      [JOB_ENUMERATE] = "listing",
	[JOB_DETAILS] = "looking",    [JOB_ACT] = "acting",
	[JOB_WARN] = "warning",	      [JOB_CALL_OFF] = "calling off",
	[JOB_TICK] = "verifying",     [JOB_VERIFY] = "verifying",
	[JOB_RECHECK] = "verifying",  [JOB_BACKOFF] = "trying again",
	[JOB_CLOSE] = "hanging up",
};

/* A host that takes longer holds up the others; sessions take a while to close, and that is no news. */
#define SLOW_MS	       3000
#define SLOW_VERIFY_MS 10000

static bool is_active(const struct host_job *job)
{
	return job->state != JOB_IDLE && job->state != JOB_DONE;
}

/* A new phase or wave counts from its own start, and settles hosts that no job has moved. */
static void notice_phase(struct fleet *fleet, int64_t now_us)
{
	if (fleet->phase != fleet->seen_phase) {
		fleet->seen_phase = fleet->phase;
		fleet->seen_phase_us = now_us;
		fleet->seen_settled = UINT32_MAX;
		fleet->seen_act = false;
		fleet->queue_done = 0;
		tally_mark_all(&fleet->tally);
	}
	if (fleet->waves.number != fleet->seen_wave) {
		fleet->seen_wave = fleet->waves.number;
		fleet->queue_done = 0;
	}
	if (fleet->queue_done > fleet->queue_next)
		fleet->queue_done = 0;
	if (fleet->phase == FLEET_FINISHED)
		tally_mark_all(&fleet->tally);
}

/* Among those found so far, in their order; the quickest of too many goes. */
static void add_slow(const struct fleet *fleet, const struct host_job *job, int64_t now_us,
		     struct fleet_progress *ret)
{
	bool verifies =
		job->state == JOB_TICK || job->state == JOB_VERIFY || job->state == JOB_RECHECK;
	int64_t age_ms = (now_us - job->busy_us) / 1000;
	size_t at = ret->slow_count;

	if (!is_active(job) || !doings[job->state] || seats_waiting(&job->seat) ||
	    age_ms < (verifies ? SLOW_VERIFY_MS : SLOW_MS))
		return;
	while (at > 0 && age_ms > ret->slow[at - 1].age_ms)
		at--;
	if (at == FLEET_SLOW_MAX)
		return;
	if (ret->slow_count < FLEET_SLOW_MAX)
		ret->slow_count++;
	memmove(&ret->slow[at + 1], &ret->slow[at],
		(ret->slow_count - 1 - at) * sizeof(ret->slow[0]));
	ret->slow[at] = (struct fleet_slow){ fleet->options.hosts[job->index].name,
					     doings[job->state], age_ms };
}

/* Hosts begin in the order of the queue. */
static void find_slow(struct fleet *fleet, int64_t now_us, struct fleet_progress *ret)
{
	size_t end = fleet->queue_next;

	if (fleet->phase == FLEET_GATE || fleet->phase == FLEET_FINISHED)
		return;
	while (fleet->queue_done < end &&
	       fleet->jobs[fleet->queue[fleet->queue_done]].state == JOB_DONE)
		fleet->queue_done++;
	ret->in_flight = (uint32_t)(fleet->queue_left - (fleet->queue_count - fleet->queue_next));
	if (end > fleet->queue_done + LOOKED_AT_MAX)
		end = fleet->queue_done + LOOKED_AT_MAX;
	for (size_t i = fleet->queue_done; i < end; i++)
		add_slow(fleet, &fleet->jobs[fleet->queue[i]], now_us, ret);
}

/* What comes before the first session of the act is through (drain, warnings, a grace) says nothing about how long the
 * others take. */
static void notice_first(struct fleet *fleet, int64_t now_us, const struct fleet_progress *now)
{
	uint32_t settled = now->sessions_done + now->sessions_not_done;

	if (fleet->seen_act || fleet->phase != FLEET_ACT)
		return;
	fleet->seen_phase_us = now_us;
	if (fleet->seen_settled == UINT32_MAX)
		fleet->seen_settled = settled;
	fleet->seen_act =
		settled != fleet->seen_settled || (!now->sessions_selected && now->round_done);
}

static void add_trouble(const struct fleet *fleet, size_t kind, struct fleet_progress *ret)
{
	const struct tally_kind *kinds = fleet->tally.kinds;
	size_t at = ret->trouble_count;

	ret->trouble_kinds++;
	while (at > 0 && kinds[kind].last_us > kinds[ret->troubles[at - 1].kind].last_us)
		at--;
	if (at == FLEET_TROUBLE_MAX)
		return;
	if (ret->trouble_count < FLEET_TROUBLE_MAX)
		ret->trouble_count++;
	memmove(&ret->troubles[at + 1], &ret->troubles[at],
		(ret->trouble_count - 1 - at) * sizeof(ret->troubles[0]));
	ret->troubles[at] =
		(struct fleet_trouble){ (uint16_t)kind, kinds[kind].hosts,
					fleet->options.hosts[kinds[kind].last_host].name };
}

static void count(struct fleet *fleet, int64_t now_us, struct fleet_progress *ret)
{
	const struct tally *tally = &fleet->tally;

	if (tally_count(&fleet->tally, now_us) < 0)
		return; /* out of memory: what else there is must do */
	memcpy(ret->hosts_by, tally->hosts_by, sizeof(ret->hosts_by));
	memcpy(ret->sessions_by, tally->sessions_by, sizeof(ret->sessions_by));
	ret->sessions = tally->sessions;
	ret->sessions_selected = tally->selected;
	for (size_t i = 0; i < REP_SESSION_OUTCOME_COUNT; i++) {
		if (rep_session_outcome_is_done((enum rep_session_outcome)i))
			ret->sessions_done += tally->sessions_by[i];
		else if (rep_session_outcome_is_not_done((enum rep_session_outcome)i))
			ret->sessions_not_done += tally->sessions_by[i];
	}
	for (size_t i = 1; i < tally->kind_count; i++)
		if (tally->kinds[i].hosts)
			add_trouble(fleet, i, ret);
}

/* Going round again begins from the start, while the counts of hosts go on. */
static void count_round(const struct fleet *fleet, struct fleet_progress *ret)
{
	bool act = fleet->phase == FLEET_ACT;

	ret->round_hosts = act ? ret->hosts_acting : (uint32_t)fleet->queue_count;
	ret->round_done = act ? (uint32_t)(fleet->waves.next - fleet->queue_left)
			      : (uint32_t)(fleet->queue_count - fleet->queue_left);
	if (fleet->again || fleet->sweep || fleet->phase == FLEET_RESTORE)
		return;
	ret->round_hosts = act ? ret->hosts_acting : ret->hosts;
	ret->round_done = act ? ret->hosts_done : ret->hosts_surveyed;
}

void fleet_progress(struct fleet *fleet, struct fleet_progress *ret)
{
	int64_t now_us = exec_now_us(fleet->options.executor);

	memset(ret, 0, sizeof(*ret));
	notice_phase(fleet, now_us);
	ret->phase = fleet->phase;
	ret->stop = fleet->stop;
	ret->elapsed_ms = (now_us - fleet->started_us) / 1000;
	ret->hosts = (uint32_t)fleet->options.host_count;
	ret->hosts_surveyed = fleet->hosts_surveyed;
	ret->hosts_acting = (uint32_t)fleet->waves.count;
	ret->hosts_done = fleet->hosts_done;
	count_round(fleet, ret);
	count(fleet, now_us, ret);
	notice_first(fleet, now_us, ret);
	ret->phase_ms = (now_us - fleet->seen_phase_us) / 1000;
	ret->closing = fleet->closing > 0 ? (uint32_t)fleet->closing : 0;
	ret->wave = fleet->waves.number;
	ret->waves = waves_total(&fleet->waves);
	ret->sweep = fleet->sweep;
	ret->last_look = fleet->last_look;
	ret->pause_left_ms =
		fleet->pause_timer.place ? (fleet->pause_timer.due_us - now_us) / 1000 : -1;
	ret->grace_left_ms =
		fleet->grace_until_us > now_us ? (fleet->grace_until_us - now_us) / 1000 : -1;
	ret->hosts_in_grace = fleet->in_grace;
	ret->calls = fleet->seats.counting + fleet->seats.lent;
	ret->calls_lent = fleet->seats.lent;
	ret->calls_left_behind = fleet->seats.left_behind;
	ret->hosts_to_restore = fleet_count_owed(fleet);
	find_slow(fleet, now_us, ret);
}

static bool is_unfinished(const struct fleet *fleet, size_t i)
{
	const struct host_job *job = &fleet->jobs[i];
	const struct rep_host *host = &fleet->record->hosts[i];

	if (job->state != JOB_DONE)
		return true;
	if (fleet_only_looks(fleet))
		return false;
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
