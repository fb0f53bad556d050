/* host_call_off.c - a run that is stopped: users who were warned and stay are told so, each once, within
 * the time of one call for each host. What cannot be told is noted and said at the end; so is who was warned
 * by the run that this one goes on with, and not yet by this one. */
#include "fleet_internal.h"

#include "win_error.h"

/* He was told that he will be logged off, and will not be. */
static bool wants_it(const struct host_job *job, const struct session_job *session)
{
	const struct rep_session *row = &job_host(job)->sessions[session->row];

	enum rep_session_outcome outcome = (enum rep_session_outcome)row->outcome;
	bool stays = outcome == REP_SESSION_NONE || (rep_session_outcome_is_not_done(outcome) &&
						     outcome != REP_SESSION_IDENTITY_CHANGED);

	return (session->warning == WARNING_GIVEN || session->warning == WARNING_AGAIN) && stays &&
	       !session->asked;
}

bool call_off_is_owed(const struct host_job *job)
{
	if (!job->acting || !job_stopping(job) || job->called_off || job->fleet->call_off_over)
		return false;
	for (uint32_t i = 0; i < job->session_count; i++)
		if (wants_it(job, &job->sessions[i]))
			return true;
	return false;
}

int64_t call_off_left_us(struct host_job *job)
{
	const struct fleet_options *options = &job->fleet->options;
	int64_t own_ms = options->hosts[job->index].call_timeout_ms;
	int64_t now = exec_now_us(options->executor);

	if (!job->call_off_until_us)
		job->call_off_until_us =
			now + (own_ms > 0 ? own_ms : options->call_timeout_ms) * 1000;
	return job->call_off_until_us > now ? job->call_off_until_us - now : 0;
}

enum job_state call_off_next(struct host_job *job)
{
	for (uint32_t i = 0; i < job->session_count; i++)
		if (wants_it(job, &job->sessions[i])) {
			job->current = i;
			break;
		}
	return JOB_CALL_OFF;
}

/* The record has it why he was not told. */
static void note(struct host_job *job, struct session_job *session,
		 const struct session_error *error)
{
	struct rep_session *row = &job_host(job)->sessions[session->row];
	uint16_t kind = fleet_error(job->fleet, error);

	session->warning = WARNING_NOT_CALLED_OFF;
	journal_called_off(job->fleet->options.journal, job->fleet->record, job->index,
			   session->row, kind);
	if (row->error || row->outcome == REP_SESSION_NONE)
		return;
	row->error = kind;
	journal_result(job->fleet->options.journal, job->fleet->record, job->index, session->row);
}

void call_off_give_up(struct host_job *job, const struct session_error *error)
{
	if (error->api != SESSION_API_RDSWEEP && win_error_is_credential(error->code))
		job->fleet->call_off_over = true; /* not once more: it could lock the account */
	for (uint32_t i = 0; i < job->session_count; i++)
		if (wants_it(job, &job->sessions[i]))
			note(job, &job->sessions[i], error);
	job->called_off = true;
}

enum job_state call_off_told(struct host_job *job, struct fleet_call *call)
{
	struct session_job *session = &job->sessions[job->current];
	enum win_error_class class_;

	if (call->status == 0) {
		/* Also where he has gone meanwhile, and somebody else must not be told. */
		session->warning = WARNING_CALLED_OFF;
		journal_called_off(job->fleet->options.journal, job->fleet->record, job->index,
				   session->row, 0);
		return JOB_NEXT;
	}
	class_ = win_error_lookup(call->error.api, call->error.code)->class_;
	note(job, session, &call->error);
	if (class_ == WIN_ERROR_PERMANENT || (call->error.code >= 7000 && call->error.code < 7100))
		return JOB_NEXT;
	/* The connection may be broken: the others are not told over it, and another try takes time that a
	 * stop has not got. */
	call_off_give_up(job, &call->error);
	return JOB_NEXT;
}

enum job_state call_off_overdue(struct host_job *job)
{
	struct session_error error = fleet_finding(SESSION_FINDING_CALL_TIMEOUT);

	call_off_give_up(job, &error);
	return JOB_NEXT;
}

/* He was not come to, and still believes what he was told: by this run, where no worker was left for him, or by an
 * earlier part of it. */
static bool still_waits(const struct host_job *job, const struct session_job *session)
{
	bool warned = session->warning == WARNING_GIVEN || session->warning == WARNING_AGAIN ||
		      (session->warned_before && session->warning == WARNING_NONE);

	return warned && job_host(job)->sessions[session->row].outcome == REP_SESSION_NOT_ATTEMPTED;
}

void call_off_count(struct host_job *job)
{
	uint32_t untold = 0;

	for (uint32_t i = 0; i < job->session_count; i++)
		untold +=
			still_waits(job, &job->sessions[i]) ||
			(job_stopping(job) && (wants_it(job, &job->sessions[i]) ||
					       job->sessions[i].warning == WARNING_NOT_CALLED_OFF));
	job->fleet->untold_sessions += untold;
	job->fleet->untold_hosts += untold > 0;
}
