/* comeback.c - who was logged off and is on again.
 *
 * A session that the survey did not have and whose account is that of one which was logged off: that
 * one becomes `returned`, and the new one keeps its own row. What counts is the last look that was
 * good: whoever is gone again by then was logged off, and nothing else is said of him. */
#include "fleet_internal.h"

#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "win_error.h"

bool comeback_was_logged_off(const struct rep_session *row)
{
	return row->outcome == REP_SESSION_LOGGED_OFF || row->outcome == REP_SESSION_RETURNED;
}

/* One flag for each row that is later than the survey's. -1 when memory is short. */
static int make_room(struct host_job *job)
{
	uint32_t count = job_host(job)->session_count - job->survey_rows;
	bool *on;

	if (count <= job->later_count)
		return 0;
	on = realloc(job->later_on, count * sizeof(*on));
	if (!on)
		return -1;
	memset(on + job->later_count, 0, (count - job->later_count) * sizeof(*on));
	job->later_on = on;
	job->later_count = count;
	return 0;
}

static bool is_on(const struct host_job *job, uint32_t row)
{
	return row >= job->survey_rows && row - job->survey_rows < job->later_count &&
	       job->later_on[row - job->survey_rows];
}

/* Who is under an id that was another session's. */
void comeback_add_other(struct host_job *job, uint32_t id, const struct session_details *details)
{
	int64_t row = sighting_add_other(job->fleet, job->index, id, details);

	if (row < 0 || make_room(job) < 0)
		fleet_warn(job->fleet, "%s: out of memory", job_host(job)->name);
	else if (row >= job->survey_rows)
		job->later_on[row - job->survey_rows] = true;
}

/* Whether `later` is another session of that account under the id that `row` had. */
static bool is_twin(const struct rep_host *host, uint32_t row, uint32_t later)
{
	const struct rep_session *a = &host->sessions[row], *b = &host->sessions[later];

	return later > row && a->id == b->id && comeback_was_logged_off(a) &&
	       account_eq(a->domain, a->user, b->domain, b->user) && strcmp(a->vm, b->vm) == 0;
}

static bool has_twin(const struct rep_host *host, const bool *shown, uint32_t later)
{
	for (uint32_t i = 0; i < later; i++)
		if (shown[i] && is_twin(host, i, later))
			return true;
	return false;
}

static void no_twin(struct host_job *job, uint32_t row)
{
	const struct rep_host *host = job_host(job);

	for (uint32_t i = job->survey_rows; i < host->session_count; i++)
		if (is_on(job, i) && is_twin(host, row, i))
			job->later_on[i - job->survey_rows] = false;
}

void comeback_look(struct host_job *job, const bool *shown)
{
	const struct rep_host *host = job_host(job);

	if (make_room(job) < 0) {
		fleet_warn(job->fleet, "%s: out of memory", host->name);
		return;
	}
	for (uint32_t row = job->survey_rows; row < host->session_count; row++) {
		bool on = shown[row];

		/* Under the id that he had before, it is the old row that a list shows: a closer look
		 * has told, or will (comeback_rechecked()). */
		if (!on && is_on(job, row))
			on = has_twin(host, shown, row);
		job->later_on[row - job->survey_rows] = on;
	}
}

bool comeback_wants_recheck(const struct host_job *job, const struct session_job *session)
{
	return session->state == SESSION_SETTLED && session->asked &&
	       comeback_was_logged_off(&job_host(job)->sessions[session->row]);
}

void comeback_rechecked(struct host_job *job, const struct session_job *session,
			const struct fleet_call *call)
{
	const struct rep_session *row = &job_host(job)->sessions[session->row];
	struct session_identity was = { row->id, row->domain, row->user, row->logon_at_ms };
	bool gone = call->status < 0 &&
		    win_error_lookup(call->error.api, call->error.code)->class_ == WIN_ERROR_GONE;

	if (call->status == 0 && !session_identity_is(&was, &call->details))
		comeback_add_other(job, row->id, &call->details);
	else if (call->status == 0 || gone) /* a look that failed says nothing */
		no_twin(job, session->row);
}

static bool is_back(const struct host_job *job, const struct rep_session *row)
{
	const struct rep_host *host = job_host(job);

	for (uint32_t i = job->survey_rows; i < host->session_count; i++)
		if (&host->sessions[i] != row && is_on(job, i) &&
		    account_eq(row->domain, row->user, host->sessions[i].domain,
			       host->sessions[i].user))
			return true;
	return false;
}

static void set_outcome(struct host_job *job, uint32_t row, bool back)
{
	struct rep_session *session = &job_host(job)->sessions[row];
	uint8_t outcome = back ? REP_SESSION_RETURNED : REP_SESSION_LOGGED_OFF;

	if (session->outcome == outcome)
		return;
	session->outcome = outcome;
	journal_result(job->fleet->options.journal, job->fleet->record, job->index, row);
}

void comeback_decide(struct host_job *job)
{
	const struct rep_host *host = job_host(job);

	for (uint32_t row = 0; job->later_count && row < host->session_count; row++)
		if (comeback_was_logged_off(&host->sessions[row]))
			set_outcome(job, row, is_back(job, &host->sessions[row]));
}
