/* host_survey.c - what one host's job decides while the fleet is surveyed: nothing here changes
 * anything on a host. */
#include "fleet_internal.h"

#include <string.h>

#include "account.h"
#include "plan.h"
#include "utc.h"
#include "win_error.h"

enum job_state survey_probed(struct host_job *job, enum exec_probe_result result)
{
	static const enum session_finding findings[] = {
		[EXEC_PROBE_CONNECTED] = SESSION_FINDING_NONE,
		[EXEC_PROBE_REFUSED] = SESSION_FINDING_CONNECT_REFUSED,
		[EXEC_PROBE_SILENT] = SESSION_FINDING_CONNECT_TIMEOUT,
		[EXEC_PROBE_FAILED] = SESSION_FINDING_CONNECT_FAILED,
		[EXEC_PROBE_NAME_UNKNOWN] = SESSION_FINDING_NAME_UNKNOWN,
	};
	struct session_error error = fleet_finding(findings[result]);

	if (result == EXEC_PROBE_CONNECTED)
		return job_first_call(job);
	if (job->restoring)
		return drain_failed(job, &error, result == EXEC_PROBE_SILENT);
	return job_give_up(job, &error, result == EXEC_PROBE_SILENT);
}

enum job_state survey_opened(struct host_job *job, const struct fleet_call *call)
{
	if (call->status == 0) {
		job->connection = call->opened;
		return (enum job_state)job->resume;
	}
	fleet_credential_answer(job->fleet, &call->error);
	if (job_retry(job, &call->error, (enum job_state)job->resume) == JOB_FAILURE_RETRY)
		return JOB_CLOSE;
	return job_give_up(job, &call->error, false);
}

static struct plan_entry entry_of(const struct host_job *job, const struct rep_session *row)
{
	return (struct plan_entry){
		.host = job_host(job)->name,
		.id = row->id,
		.domain = row->domain,
		.user = row->user,
		.vm = row->vm,
		.logon_at_ms = row->logon_at_ms,
	};
}

/* With a plan only its identities count; a logon time is known only once the details are there. */
static enum rep_reason decide_by_plan(const struct host_job *job, const struct rep_session *row,
				      bool details_known)
{
	const struct plan *plan = job->fleet->options.plan;
	struct plan_entry entry = entry_of(job, row);

	if (details_known ? plan_has(plan, &entry)
			  : plan_may_have(plan, entry.host, entry.id, entry.domain, entry.user))
		return REP_REASON_NONE;
	return details_known ? REP_REASON_NEW : REP_REASON_NOT_SELECTED;
}

/* Whether a row is somebody the run is about, as far as is known; others are settled here. */
static bool is_candidate(struct host_job *job, struct rep_session *row, bool details_known)
{
	struct fleet *fleet = job->fleet;
	struct selection_subject subject;
	enum rep_reason reason;

	sighting_subject(fleet, job->index, row, &subject);
	subject.details_known = details_known;
	reason = selection_decide(fleet->options.selection, &subject);
	if (reason == REP_REASON_NONE && fleet->options.plan)
		reason = decide_by_plan(job, row, details_known);
	row->selected = reason == REP_REASON_NONE;
	if (row->selected)
		return true;
	row->outcome = REP_SESSION_SKIPPED;
	row->reason = (uint8_t)reason;
	return false;
}

static int add_all(struct host_job *job, const struct session_list *list)
{
	struct fleet *fleet = job->fleet;
	struct rep_host *host = job_host(job);
	bool services = false;

	if (rep_host_reserve(host, list->count) < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		struct selection_subject subject;
		int64_t at = sighting_add(fleet, host, &list->items[i]);

		if (at < 0)
			return -1;
		services |= list->items[i].id == SESSION_ID_SERVICES;
		sighting_subject(fleet, job->index, &host->sessions[at], &subject);
		if (subject.user[0])
			selection_count(fleet->options.selection, &subject);
		(void)is_candidate(job, &host->sessions[at], false);
	}
	if (!services)
		fleet_warn(fleet,
			   "%s: the list of sessions lacks session 0, it may be cut short (missing "
			   "Query Information permission?)",
			   host->name);
	return 0;
}

enum job_state survey_enumerated(struct host_job *job, struct fleet_call *call)
{
	struct session_error error = call->error;

	if (call->status == 0 && call->list.count == 0) {
		error = fleet_finding(SESSION_FINDING_SHORT_LIST);
		call->status = -1;
	}
	if (call->status < 0) {
		fleet_credential_answer(job->fleet, &error);
		if (job_retry(job, &error, JOB_ENUMERATE) == JOB_FAILURE_RETRY)
			return JOB_CLOSE;
		return job_give_up(job, &error, false);
	}
	fleet_credential_answer(job->fleet, NULL);
	job->tries = 0;
	if ((job->fleet->again ? sweep_listed(job, &call->list) : add_all(job, &call->list)) < 0) {
		error = (struct session_error){ SESSION_API_ENUMERATE_SESSIONS_EX, 8 };
		return job_give_up(job, &error, false);
	}
	job->row = 0;
	return JOB_DETAILS;
}

bool survey_prepare_details(struct host_job *job)
{
	const struct rep_host *host = job_host(job);

	if (job->fleet->again)
		return sweep_prepare_details(job);
	while (job->row < host->session_count) {
		const struct rep_session *row = &host->sessions[job->row];

		if (row->selected && row->outcome == REP_SESSION_NONE)
			return true;
		job->row++;
	}
	return false;
}

static void settle_row(struct host_job *job, struct rep_session *row,
		       enum rep_session_outcome outcome, const struct session_error *error)
{
	row->outcome = (uint8_t)outcome;
	row->error = error ? fleet_error(job->fleet, error) : 0;
	job->row++;
	job->tries = 0;
}

/* What was listed and what the details say can differ: somebody else has come in between. To a listing he is as good as
 * whoever was there before. */
static void changed_hands(struct host_job *job, struct fleet_call *call)
{
	struct session_error changed = fleet_finding(SESSION_FINDING_IDENTITY_CHANGED);
	bool lists = job->fleet->options.command == FLEET_SESSIONS;
	struct rep_session *row = &job_host(job)->sessions[job->row];
	int64_t at;

	if (lists)
		settle_row(job, row, REP_SESSION_ALREADY_GONE, NULL);
	else
		settle_row(job, row, REP_SESSION_IDENTITY_CHANGED, &changed);
	at = sighting_add_other(job->fleet, job->index, call->id, &call->details);
	row = lists && at >= 0 ? &job_host(job)->sessions[at] : NULL;
	if (!row || row->outcome != REP_SESSION_SKIPPED || !is_candidate(job, row, true))
		return;
	row->outcome = REP_SESSION_LISTED;
	row->reason = REP_REASON_NONE;
}

enum job_state survey_detailed(struct host_job *job, struct fleet_call *call)
{
	struct rep_host *host = job_host(job);
	struct rep_session *row = &host->sessions[job->row];

	if (job->fleet->again)
		return sweep_detailed(job, call);
	if (call->status == 0) {
		if (!account_eq(row->domain, row->user, call->details.domain, call->details.user)) {
			changed_hands(job, call);
			return JOB_DETAILS;
		}
		sighting_details(job->fleet, host, row, &call->details);
		(void)is_candidate(job, row, true);
		job->row++;
		job->tries = 0;
		return JOB_DETAILS;
	}
	if (win_error_lookup(call->error.api, call->error.code)->class_ == WIN_ERROR_GONE) {
		settle_row(job, row, REP_SESSION_ALREADY_GONE, NULL);
		return JOB_DETAILS;
	}
	if (job_retry(job, &call->error, JOB_DETAILS) == JOB_FAILURE_RETRY)
		return JOB_CLOSE;
	/* Who cannot be identified cannot be acted on, and the report says why. */
	settle_row(job, row, REP_SESSION_FAILED, &call->error);
	return JOB_DETAILS;
}

enum job_state survey_overdue(struct host_job *job)
{
	struct session_error error = job_timeout_error(job);

	return job_give_up(job, &error, true);
}

/* Sessions that were seen but not looked at closely, when the host's survey ends early. */
static void settle_open_rows(struct host_job *job)
{
	struct rep_host *host = job_host(job);
	enum rep_reason reason = fleet_stop_reason(job->fleet->stop);

	for (uint32_t i = job->row; i < host->session_count; i++) {
		struct rep_session *row = &host->sessions[i];

		if (!row->selected || row->outcome != REP_SESSION_NONE)
			continue;
		if (host->error) {
			row->outcome = job->silent ? REP_SESSION_TIMED_OUT : REP_SESSION_FAILED;
			row->error = host->error;
		} else {
			row->outcome = REP_SESSION_NOT_ATTEMPTED;
			row->reason = (uint8_t)reason;
		}
	}
}

static const struct rep_session *find_planned(const struct rep_host *host,
					      const struct plan_entry *entry, bool *ret_id_used)
{
	*ret_id_used = false;
	for (uint32_t i = 0; i < host->session_count; i++) {
		const struct rep_session *row = &host->sessions[i];

		if (row->id != entry->id || strcmp(row->vm, entry->vm) != 0)
			continue;
		*ret_id_used |= row->user[0] != '\0';
		/* Without a logon time it was listed and then could not be looked at: it is
		 * accounted for. */
		if ((row->logon_at_ms == entry->logon_at_ms || row->logon_at_ms == UTC_UNKNOWN) &&
		    account_eq(row->domain, row->user, entry->domain, entry->user))
			return row;
	}
	return NULL;
}

/* A planned session that the survey did not find: gone, or somebody else has its id by now. */
static int add_missing(struct host_job *job, const struct plan_entry *entry)
{
	struct session_error changed = fleet_finding(SESSION_FINDING_IDENTITY_CHANGED);
	struct session_info info = { .id = entry->id,
				     .state = SESSION_STATE_UNKNOWN,
				     .station = entry->station,
				     .user = entry->user,
				     .domain = entry->domain,
				     .vm = entry->vm,
				     .farm = "" };
	struct rep_host *host = job_host(job);
	struct rep_session *row;
	bool id_used;
	int64_t at;

	if (find_planned(host, entry, &id_used))
		return 0;
	at = sighting_add(job->fleet, host, &info);
	if (at < 0)
		return -1;
	row = &host->sessions[at];
	row->logon_at_ms = entry->logon_at_ms;
	row->selected = true;
	if (host->error) {
		row->outcome = job->silent ? REP_SESSION_TIMED_OUT : REP_SESSION_FAILED;
		row->error = host->error;
	} else if (job->gave_up) {
		row->outcome = REP_SESSION_NOT_ATTEMPTED;
		row->reason = (uint8_t)fleet_stop_reason(job->fleet->stop);
	} else if (id_used) {
		row->outcome = REP_SESSION_IDENTITY_CHANGED;
		row->error = fleet_error(job->fleet, &changed);
	} else {
		row->outcome = REP_SESSION_ALREADY_GONE;
	}
	return 0;
}

static void account_for_plan(struct host_job *job)
{
	const struct plan *plan = job->fleet->options.plan;
	const struct plan_entry *entry;
	int64_t at = -1;

	while (plan && (at = plan_next(plan, job_host(job)->name, (size_t)(at + 1), &entry)) >= 0)
		if (add_missing(job, entry) < 0)
			fleet_warn(job->fleet, "%s: out of memory", job_host(job)->name);
}

/* Its list, which is never empty, and all the details it takes are there: a stop came too late to cut it short. */
static bool is_whole(struct host_job *job)
{
	const struct rep_host *host = job_host(job);
	bool listed = !job->gave_up || (host->session_count && !host->error);

	return listed && !survey_prepare_details(job);
}

void survey_settle(struct host_job *job)
{
	struct fleet *fleet = job->fleet;
	struct rep_host *host = job_host(job);

	if (fleet->again) {
		sweep_settle(job);
		return;
	}
	fleet->hosts_surveyed++;
	drain_settle(job);
	if (is_whole(job))
		job->gave_up = false;
	else
		settle_open_rows(job);
	account_for_plan(job);
	comeback_count_from(job, host->session_count);
	if (job->gave_up && !host->error && host->outcome == REP_HOST_NONE)
		host->outcome = REP_HOST_NOT_ATTEMPTED;
	else if (host->outcome == REP_HOST_NONE)
		host->outcome = (uint8_t)verdict_host(host, !host->error, job->silent);
	journal_surveyed(fleet->options.journal, fleet->record, job->index);
}
