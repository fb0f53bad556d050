/* host_sweep.c - what one host's job decides while the fleet is surveyed again: who is there that
 * the survey had not seen, and who of those is meant. Nothing here changes anything on a host. */
#include "fleet_internal.h"

#include <stdlib.h>

#include "account.h"
#include "utc.h"
#include "win_error.h"

void sweep_start(struct host_job *job)
{
	struct rep_host *host = job_host(job);

	job->look_count = job->look_next = 0;
	job->rows_before = host->session_count;
	job->error_before = host->error;
	job->error_kept = job->drain_error;
	host->error = 0; /* it has another chance */
}

static struct rep_session *row_at(const struct host_job *job, uint32_t row)
{
	return &job_host(job)->sessions[row];
}

static int look_at(struct host_job *job, uint32_t row)
{
	if (job->look_count == job->look_cap) {
		uint32_t cap = job->look_cap ? job->look_cap * 2 : 8;
		uint32_t *looks = realloc(job->looks, cap * sizeof(*looks));

		if (!looks)
			return -1;
		job->looks = looks;
		job->look_cap = cap;
	}
	job->looks[job->look_count++] = row;
	return 0;
}

/* Whether it is to be acted on, as far as is known; otherwise it is left alone, as one that is new. */
static bool decide(struct host_job *job, uint32_t row, bool details_known)
{
	struct fleet *fleet = job->fleet;
	struct rep_session *session = row_at(job, row);
	struct selection_subject subject;
	enum rep_reason reason;

	sighting_subject(fleet, job->index, session, &subject);
	subject.details_known = details_known;
	reason = selection_decide(fleet->options.selection, &subject);
	session->selected = reason == REP_REASON_NONE;
	session->outcome = session->selected ? REP_SESSION_NONE : REP_SESSION_SKIPPED;
	session->reason = (uint8_t)(reason == REP_REASON_NOT_SELECTED ? REP_REASON_NEW : reason);
	return session->selected;
}

/* Seen when it was too late to be confirmed, and not acted on yet. */
static bool is_new(const struct host_job *job, uint32_t row)
{
	const struct rep_session *session = row_at(job, row);

	return session->outcome == REP_SESSION_SKIPPED && session->reason == REP_REASON_NEW;
}

static bool is_gone(const struct rep_session *session)
{
	return comeback_was_logged_off(session) || session->outcome == REP_SESSION_ALREADY_GONE;
}

/* Whether a listed session wants a closer look: one that is new, and one that is listed under the id
 * and account of a session that is gone. */
static int take_listed(struct host_job *job, uint32_t row)
{
	if (is_new(job, row) || row >= job->rows_before)
		return decide(job, row, false) ? look_at(job, row) : 0;
	return is_gone(row_at(job, row)) ? look_at(job, row) : 0;
}

/* What was not known before is known now: it was asked, and a look that is good lacks it. */
static void settle_unlisted(struct host_job *job, const bool *listed)
{
	for (uint32_t row = 0; row < job->rows_before; row++) {
		struct rep_session *session = row_at(job, row);

		if (listed[row] || (session->outcome != REP_SESSION_IN_DOUBT &&
				    session->outcome != REP_SESSION_STILL_PRESENT))
			continue;
		session->outcome = REP_SESSION_LOGGED_OFF;
		session->reason = REP_REASON_NONE;
		session->error = 0;
		journal_result(job->fleet->options.journal, job->fleet->record, job->index, row);
	}
}

int sweep_listed(struct host_job *job, const struct session_list *list)
{
	struct rep_host *host = job_host(job);
	bool *listed = calloc(host->session_count + list->count + 1, sizeof(*listed));
	uint32_t cursor = 0;
	int status = listed ? 0 : -1;

	job->look_count = job->look_next = 0;
	for (size_t i = 0; status == 0 && i < list->count; i++) {
		int64_t at = sighting_find(host, &list->items[i], &cursor);

		if (at < 0)
			at = sighting_add(job->fleet, host, &list->items[i]);
		if (at < 0) {
			status = -1;
			break;
		}
		listed[at] = true;
		status = take_listed(job, (uint32_t)at);
	}
	if (status == 0) {
		settle_unlisted(job, listed);
		comeback_look(job, listed);
	}
	free(listed);
	return status;
}

bool sweep_prepare_details(struct host_job *job)
{
	if (job->look_next >= job->look_count)
		return false;
	job->row = job->looks[job->look_next];
	return true;
}

static void next_look(struct host_job *job)
{
	job->look_next++;
	job->tries = 0;
}

static void settle_row(struct host_job *job, uint32_t row, enum rep_session_outcome outcome,
		       const struct session_error *error)
{
	struct rep_session *session = row_at(job, row);

	session->outcome = (uint8_t)outcome;
	session->error = error ? fleet_error(job->fleet, error) : 0;
}

static void leave_new(struct host_job *job, uint32_t row)
{
	struct rep_session *session = row_at(job, row);

	session->selected = false;
	session->outcome = REP_SESSION_SKIPPED;
	session->reason = REP_REASON_NEW;
	session->error = 0;
}

/* Now all is known of it. At the last look nobody is selected any more. */
static void decide_for_good(struct host_job *job, uint32_t row)
{
	if (!decide(job, row, true) || !job->fleet->last_look)
		return;
	leave_new(job, row);
	job->fleet->newcomers++;
}

/* A closer look at a new session that has shown nothing of it. */
static void settle_new(struct host_job *job, uint32_t row, enum rep_session_outcome outcome,
		       const struct session_error *error)
{
	if (!job->fleet->last_look) {
		settle_row(job, row, outcome, error);
		return;
	}
	leave_new(job, row);
	/* it is on, and as far as is known it is one of those */
	job->fleet->newcomers += outcome == REP_SESSION_FAILED;
}

/* Somebody else than the row says has that id: another user, or the same one who logged on again. */
static void take_other(struct host_job *job, uint32_t id, const struct session_details *details)
{
	int64_t row = comeback_add_other(job, id, details);

	if (row >= 0 && is_new(job, (uint32_t)row))
		decide_for_good(job, (uint32_t)row);
}

/* A session that was gone is listed again: it is another one, or it never went. */
static void look_was_gone(struct host_job *job, uint32_t row, const struct session_details *details)
{
	struct session_error timeout = fleet_finding(SESSION_FINDING_VERIFY_TIMEOUT);
	const struct rep_session *session = row_at(job, row);
	bool same = session->logon_at_ms == details->logon_at_ms &&
		    account_eq(session->domain, session->user, details->domain, details->user);

	if (!same)
		take_other(job, session->id, details);
	else if (comeback_was_logged_off(session))
		settle_row(job, row, REP_SESSION_STILL_PRESENT, &timeout);
}

static void look_was_new(struct host_job *job, uint32_t row, const struct session_details *details)
{
	struct session_error changed = fleet_finding(SESSION_FINDING_IDENTITY_CHANGED);
	struct rep_session *session = row_at(job, row);
	uint32_t id = session->id;

	if (!account_eq(session->domain, session->user, details->domain, details->user)) {
		settle_new(job, row, REP_SESSION_IDENTITY_CHANGED, &changed);
		take_other(job, id, details);
	} else if (session->logon_at_ms != UTC_UNKNOWN &&
		   session->logon_at_ms != details->logon_at_ms) {
		leave_new(job, row); /* he has gone by himself, and come back */
		take_other(job, id, details);
	} else {
		sighting_details(job->fleet, job_host(job), session, details);
		decide_for_good(job, row);
	}
}

enum job_state sweep_detailed(struct host_job *job, const struct fleet_call *call)
{
	uint32_t row = job->row;
	bool was_gone = is_gone(row_at(job, row));

	if (call->status == 0) {
		if (was_gone)
			look_was_gone(job, row, &call->details);
		else
			look_was_new(job, row, &call->details);
	} else if (win_error_lookup(call->error.api, call->error.code)->class_ == WIN_ERROR_GONE) {
		if (!was_gone)
			settle_new(job, row, REP_SESSION_ALREADY_GONE, NULL);
	} else if (job_retry(job, &call->error, JOB_DETAILS) == JOB_FAILURE_RETRY) {
		return JOB_CLOSE;
	} else if (!was_gone) {
		/* Who cannot be identified cannot be acted on, and the report says why. */
		settle_new(job, row, REP_SESSION_FAILED, &call->error);
	}
	next_look(job);
	return JOB_DETAILS;
}

/* New sessions that were not come to. */
static void settle_unlooked(struct host_job *job)
{
	const struct rep_host *host = job_host(job);
	enum rep_reason reason = fleet_stop_reason(job->fleet->stop);

	for (; job->look_next < job->look_count; job->look_next++) {
		struct rep_session *session = row_at(job, job->looks[job->look_next]);

		if (session->outcome != REP_SESSION_NONE)
			continue;
		if (job->fleet->last_look) {
			leave_new(job, job->looks[job->look_next]);
			continue;
		}
		session->outcome =
			host->error ? job->silent ? REP_SESSION_TIMED_OUT : REP_SESSION_FAILED
				    : REP_SESSION_NOT_ATTEMPTED;
		session->error = host->error;
		if (!host->error)
			session->reason =
				(uint8_t)(reason == REP_REASON_NONE ? REP_REASON_NO_WORKERS
								    : reason);
	}
}

static void keep_rows(struct host_job *job)
{
	struct journal *journal = job->fleet->options.journal;
	const struct rep_record *record = job->fleet->record;

	for (uint32_t row = job->rows_before; row < job_host(job)->session_count; row++)
		journal_seen(journal, record, job->index, row);
	for (uint32_t i = 0; i < job->look_count; i++)
		if (job->looks[i] < job->rows_before)
			journal_result(journal, record, job->index, job->looks[i]);
	journal_done(journal, record, job->index);
}

void sweep_settle(struct host_job *job)
{
	struct fleet *fleet = job->fleet;
	struct rep_host *host = job_host(job);
	bool stopped = job->gave_up && !host->error && fleet->stop != FLEET_STOP_NONE;
	bool unasked = job->gave_up && !host->error && !stopped; /* no worker is left */

	fleet->hosts_surveyed++;
	settle_unlooked(job);
	if (stopped)
		host->error = job->error_before; /* what was known of it stays */
	else if (!host->error)
		host->error = job->error_kept;
	job->drain_error = job->error_kept;
	host->outcome = (uint8_t)verdict_host(host, !host->error && !unasked, job->silent);
	if (!job->rows_before)
		comeback_count_from(job, host->session_count); /* it had not been surveyed before */
	keep_rows(job);
	free(job->looks);
	job->looks = NULL;
	job->look_count = job->look_cap = job->look_next = 0;
}
