/* verdict.c - outcomes: of a host from its sessions, of the run from its hosts. */
#include "fleet_internal.h"

#include "plan.h"

enum rep_host_outcome verdict_host(const struct rep_host *host, bool reached, bool silent)
{
	/* What is still to be acted on counts with what is done: it has not failed. */
	uint32_t done = 0, not_done = 0, not_come_to = 0, timed_out = 0;

	for (uint32_t i = 0; i < host->session_count; i++) {
		enum rep_session_outcome outcome =
			(enum rep_session_outcome)host->sessions[i].outcome;

		done += rep_session_outcome_is_done(outcome) || outcome == REP_SESSION_NONE;
		not_done += rep_session_outcome_is_not_done(outcome);
		/* A warning that could not be shown is a failure of the host's. */
		not_come_to += outcome == REP_SESSION_NOT_ATTEMPTED &&
			       host->sessions[i].reason != REP_REASON_NOT_WARNED;
		timed_out += outcome == REP_SESSION_TIMED_OUT;
	}
	if (!reached && done)
		return REP_HOST_PARTIAL;
	if (!reached)
		return silent ? REP_HOST_TIMED_OUT : REP_HOST_FAILED;
	if (!not_done)
		return REP_HOST_SUCCEEDED;
	if (done)
		return REP_HOST_PARTIAL;
	if (not_come_to == not_done)
		return REP_HOST_NOT_ATTEMPTED;
	return timed_out == not_done ? REP_HOST_TIMED_OUT : REP_HOST_FAILED;
}

/* What stops a run decides its exit code, in this order of weight. */
static const struct {
	enum fleet_stop stop;
	int exit_code;
	enum rep_run_outcome outcome;
} stops[] = {
	{ FLEET_STOP_SIGHUP, 129, REP_RUN_INTERRUPTED },
	{ FLEET_STOP_SIGINT, 130, REP_RUN_INTERRUPTED },
	{ FLEET_STOP_SIGTERM, 143, REP_RUN_INTERRUPTED },
	{ FLEET_STOP_MAX_FAILURES, 4, REP_RUN_ABORTED },
	{ FLEET_STOP_CREDENTIALS, 4, REP_RUN_ABORTED },
	{ FLEET_STOP_DRAIN_FAILED, 4, REP_RUN_ABORTED },
	{ FLEET_STOP_NOTIFY_FAILED, 4, REP_RUN_ABORTED },
	{ FLEET_STOP_DECLINED, 5, REP_RUN_ABORTED },
	{ FLEET_STOP_MAX_SESSIONS, 5, REP_RUN_ABORTED },
};

/* `matched`: there was something to find; `others`: sessions that are on and match, and were seen too
 * late to be selected, or were named and may not be. */
static void conclude_unstopped(const struct rep_totals *totals, bool matched, uint32_t others,
			       struct rep_run *run)
{
	uint32_t done = 0, not_done = 0;
	uint32_t reached = totals->hosts_by[REP_HOST_SUCCEEDED];

	for (int outcome = 0; outcome < REP_SESSION_OUTCOME_COUNT; outcome++) {
		if (rep_session_outcome_is_done((enum rep_session_outcome)outcome))
			done += totals->sessions_by[outcome];
		if (rep_session_outcome_is_not_done((enum rep_session_outcome)outcome))
			not_done += totals->sessions_by[outcome];
	}
	if (reached < totals->hosts || not_done || others) {
		run->exit_code = 1;
		run->outcome = done || (reached && !not_done) ? REP_RUN_PARTIAL : REP_RUN_FAILED;
	} else {
		run->exit_code = matched ? 0 : 3;
		run->outcome = REP_RUN_SUCCEEDED;
	}
}

static bool is_of_hosts(const struct fleet *fleet)
{
	return fleet->options.command == FLEET_DRAIN ||
	       fleet->options.command == FLEET_DRAIN_STATUS;
}

static bool is_spared(const struct rep_session *row)
{
	/* Not the session this runs in, which is known to be on: whoever names himself, or everybody, means
	 * the others. */
	static const bool never_touched[REP_REASON_COUNT] = {
		[REP_REASON_OWN_USER] = true,
		[REP_REASON_CONSOLE] = true,
		[REP_REASON_VM] = true,
		[REP_REASON_PROTECTED] = true,
	};

	return row->outcome == REP_SESSION_SKIPPED && never_touched[row->reason];
}

/* Sessions that are on and match, and that the run does not act on. */
struct matching {
	uint32_t named;	   /* never touched, and their users were named without wildcards */
	uint32_t others;   /* never touched, and meant by everything else that selects */
	uint32_t as_asked; /* what was to be done is so already */
};

static void count_row(const struct fleet *fleet, uint32_t host, const struct rep_session *row,
		      struct matching *matching)
{
	struct selection_subject subject;
	bool named;

	matching->as_asked += row->outcome == REP_SESSION_SKIPPED &&
			      row->reason == REP_REASON_ALREADY_DISCONNECTED;
	if (!is_spared(row))
		return;
	if (fleet->options.selection->planned) {
		matching->others +=
			plan_may_have(fleet->options.plan, fleet->record->hosts[host].name, row->id,
				      row->domain, row->user);
		return;
	}
	sighting_subject(fleet, host, row, &subject);
	if (!selection_would_match(fleet->options.selection, &subject, &named))
		return;
	matching->named += named;
	matching->others += !named;
}

static void count_matching(const struct fleet *fleet, struct matching *ret)
{
	const struct selection *selection = fleet->options.selection;

	*ret = (struct matching){ 0 };
	if (is_of_hosts(fleet) || selection->listing)
		return;
	if (selection->planned && !fleet->options.plan)
		return; /* a run that goes on has all of it in its record, and no plan any more */
	for (size_t i = 0; i < fleet->record->host_count; i++) {
		const struct rep_host *host = &fleet->record->hosts[i];

		for (uint32_t row = 0; row < host->session_count; row++)
			count_row(fleet, (uint32_t)i, &host->sessions[row], ret);
	}
}

void fleet_proof(const struct fleet *fleet, struct fleet_proof *ret)
{
	struct matching matching;

	count_matching(fleet, &matching);
	*ret = (struct fleet_proof){
		.looked_from_ms = fleet->looked_from_ms,
		.looked_until_ms = fleet->looked_until_ms,
		.looked_last = fleet->looked_until_ms && !fleet->acted_since,
		.newcomers = fleet->newcomers,
		.spared = matching.named,
		.left_alone = matching.others,
	};
}

void fleet_conclude(const struct fleet *fleet)
{
	struct rep_run *run = &fleet->record->run;
	struct rep_totals totals;
	struct matching matching;
	bool matched;

	rep_totals_count(fleet->record, &totals);
	count_matching(fleet, &matching);
	run->stopped_by = fleet_stop_name(fleet->stop);
	/* A host that is in the mode already is done: only sessions can be absent. Exit code 3 says that nobody
	 * who matches is on. */
	matched = is_of_hosts(fleet) || fleet->options.selection->planned || totals.selected ||
		  matching.others || matching.as_asked;
	conclude_unstopped(&totals, matched, fleet->newcomers + matching.named, run);
	for (size_t i = 0; i < sizeof(stops) / sizeof(*stops); i++) {
		if (stops[i].stop == fleet->stop) {
			run->exit_code = stops[i].exit_code;
			run->outcome = stops[i].outcome;
		}
	}
	if (fleet->stop == FLEET_STOP_RUN_TIMEOUT) {
		run->exit_code = 1;
		if (run->outcome ==
		    REP_RUN_SUCCEEDED) /* what was asked for is done; the run was not */
			run->outcome = REP_RUN_PARTIAL;
	}
	if (journal_failed(fleet->options.journal))
		run->exit_code = 70;
}
