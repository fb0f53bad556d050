/* ending.c - the end of a run: what was not come to gets its outcome, and what has become of the run is told. */
#include "fleet_internal.h"

/* Hosts that were never started. */
static void settle_unstarted_session(struct fleet *fleet, uint32_t host, uint32_t row)
{
	uint16_t error = fleet->record->hosts[host].error;
	struct rep_session *session = &fleet->record->hosts[host].sessions[row];
	const struct fleet_doubt *doubt = fleet_doubt_of(fleet, host, row);

	if (doubt) {
		session->outcome = REP_SESSION_IN_DOUBT; /* its intent is on record */
		session->error = error ? error : doubt->warn_error;
		session->reason =
			(uint8_t)(error ? REP_REASON_NONE : fleet_stop_reason(fleet->stop));
		return;
	}
	if (fleet->stop != FLEET_STOP_NONE || !error) {
		session->outcome = REP_SESSION_NOT_ATTEMPTED;
		session->reason = (uint8_t)fleet_stop_reason(fleet->stop);
		return;
	}
	/* There was no memory to begin with its host. */
	session->outcome = REP_SESSION_FAILED;
	session->error = error;
	journal_result(fleet->options.journal, fleet->record, host, row);
}

/* A first run that was turned down is settled: whoever reads its journal is told the same. One that can go on decides
 * about its hosts anew. */
static bool is_turned_down(const struct fleet *fleet)
{
	return (fleet->stop == FLEET_STOP_DECLINED && !fleet->options.resume) ||
	       fleet->stop == FLEET_STOP_MAX_SESSIONS;
}

void fleet_count_untold(struct fleet *fleet, enum rep_session_outcome outcome)
{
	uint32_t last_host = UINT32_MAX;

	for (size_t i = 0; i < fleet->options.warned_count; i++) {
		const struct fleet_doubt *warned = &fleet->options.warned[i];
		const struct rep_host *host = &fleet->record->hosts[warned->host];

		if (host->sessions[warned->row].outcome != outcome)
			continue;
		fleet->untold_sessions++;
		fleet->untold_hosts += warned->host != last_host;
		last_host = warned->host;
	}
}

static void settle_unstarted(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->record->host_count; i++) {
		struct rep_host *host = &fleet->record->hosts[i];
		uint8_t before = host->outcome;
		bool touched = false;

		for (uint32_t row = 0; row < host->session_count; row++) {
			struct rep_session *session = &host->sessions[row];

			if (!session->selected || session->outcome != REP_SESSION_NONE)
				continue;
			settle_unstarted_session(fleet, (uint32_t)i, row);
			touched = true;
		}
		if (host->outcome == REP_HOST_NONE)
			host->outcome = REP_HOST_NOT_ATTEMPTED;
		else if (touched && host->outcome != REP_HOST_NOT_ATTEMPTED)
			host->outcome = (uint8_t)verdict_host(host, !host->error, false);
		if (host->outcome != before && is_turned_down(fleet))
			journal_done(fleet->options.journal, fleet->record, (uint32_t)i);
	}
}

static void tell_finished(struct journal_waiter *waiter)
{
	struct fleet *fleet =
		(struct fleet *)(void *)((char *)waiter - offsetof(struct fleet, last_words));

	fleet_conclude(fleet); /* again: the journal may just have failed */
	if (fleet->observer.finished)
		fleet->observer.finished(fleet->observer.ctx);
}

/* Nothing is left to resume: no stop but a plan that was turned down, and nothing in doubt. Whoever does not want to go on
 * with a run now may want to later. */
static bool is_settled(const struct fleet *fleet)
{
	struct rep_totals totals;
	bool to_the_end = fleet->stop == FLEET_STOP_NONE || is_turned_down(fleet);

	rep_totals_count(fleet->record, &totals);
	for (size_t i = 0; i < fleet->record->host_count; i++) {
		const struct rep_host *host = &fleet->record->hosts[i];

		to_the_end &= !drain_is_owed(fleet, host);
		to_the_end &= fleet->options.command != FLEET_DRAIN || !drain_is_in_doubt(host);
	}
	return to_the_end && !totals.sessions_by[REP_SESSION_IN_DOUBT];
}

/* Somebody may want to tell them in another way. */
static void tell_untold(struct fleet *fleet)
{
	if (fleet->untold_sessions)
		fleet_warn(fleet,
			   "%u session%s on %u host%s %s warned and not told that it is called off",
			   (unsigned)fleet->untold_sessions, fleet->untold_sessions == 1 ? "" : "s",
			   (unsigned)fleet->untold_hosts, fleet->untold_hosts == 1 ? "" : "s",
			   fleet->untold_sessions == 1 ? "was" : "were");
}

void fleet_finish(struct fleet *fleet)
{
	struct rep_run *run = &fleet->record->run;

	if (fleet->phase == FLEET_FINISHED)
		return;
	fleet_count_untold(fleet, REP_SESSION_NONE);
	fleet_keep_seen(fleet);
	settle_unstarted(fleet);
	/* The run before may have gone round already, and said who is back. */
	if (fleet->again || fleet->sweep ||
	    (fleet->options.resume && (fleet->options.sweeps || fleet->options.look_again)))
		comeback_decide_fleet(fleet);
	tell_untold(fleet);
	fleet_settle_owed(fleet);
	fleet->phase = FLEET_FINISHED;
	exec_timer_stop(fleet->options.executor, &fleet->run_timer);
	exec_timer_stop(fleet->options.executor, &fleet->pause_timer);
	exec_timer_stop(fleet->options.executor, &fleet->wake_timer);
	exec_timer_stop(fleet->options.executor, &fleet->end_timer);
	exec_timer_stop(fleet->options.executor, &fleet->restore_timer);
	run->finished_at_ms = exec_wall_ms(fleet->options.executor);
	run->duration_ms =
		fleet->options.resume || fleet->options.begun_before
			? run->finished_at_ms - run->started_at_ms
			: (exec_now_us(fleet->options.executor) - fleet->started_us) / 1000;
	fleet_conclude(fleet);
	fleet->last_words.durable = tell_finished;
	if (!fleet->options.journal) {
		tell_finished(&fleet->last_words);
		return;
	}
	journal_end(fleet->options.journal, run, is_settled(fleet));
	journal_wait(fleet->options.journal, &fleet->last_words);
}
