/* host_verify.c - what one host's job decides while it waits for sessions to be gone. Asked is not
 * done: only a look that succeeds and lacks an identity settles it as gone. */
#include "fleet_internal.h"

#include <stdlib.h>

#include "win_error.h"

#define INTERVAL_MAX_MS 5000

/* The looks of one tick are over: settle what has had its time. */
static enum job_state looks_done(struct host_job *job)
{
	struct session_error timeout = fleet_finding(SESSION_FINDING_VERIFY_TIMEOUT);
	int64_t now = exec_now_us(job->fleet->options.executor);

	for (uint32_t i = 0; i < job->session_count; i++) {
		struct session_job *session = &job->sessions[i];

		if (session->state != SESSION_ASKED)
			continue;
		if (session->present && session->refused) {
			act_settle_as(job, session,
				      session->asked ? REP_SESSION_IN_DOUBT : REP_SESSION_FAILED,
				      session->error, REP_REASON_NONE);
		} else if (session->present && session->again && !job_stopping(job)) {
			act_not_closing(job, session);
			session->not_before_us = 0;
			session_job_move(session, SESSION_PLANNED);
		} else if (session->present && session->resumed &&
			   now >= act_verify_until_us(job, session)) {
			/* it had its time: ask again, with an intent of its own */
			session->resumed = false;
			if (!job_stopping(job) && !job->not_drained)
				session_job_move(session, SESSION_PLANNED);
		} else if (now >= act_verify_until_us(job, session)) {
			uint16_t error =
				session->error ? session->error : fleet_error(job->fleet, &timeout);

			act_settle_as(job, session,
				      session->present ? REP_SESSION_STILL_PRESENT
						       : REP_SESSION_IN_DOUBT,
				      error, REP_REASON_NONE);
		}
	}
	job->interval_ms = job->interval_ms * 3 / 2;
	if (job->interval_ms < job->fleet->options.verify_interval_ms)
		job->interval_ms = job->fleet->options.verify_interval_ms;
	else if (job->interval_ms > INTERVAL_MAX_MS)
		job->interval_ms = INTERVAL_MAX_MS;
	return JOB_NEXT;
}

enum job_state act_look_failed(struct host_job *job, const struct session_error *error)
{
	enum win_error_class class_ = win_error_lookup(error->api, error->code)->class_;
	bool hopeless = class_ == WIN_ERROR_PERMANENT;

	for (uint32_t i = 0; i < job->session_count; i++) {
		struct session_job *session = &job->sessions[i];

		session->recheck = false;
		if (session->state != SESSION_ASKED)
			continue;
		session->present = false;
		session->error = fleet_error(job->fleet, error);
		if (hopeless)
			act_settle_as(job, session, REP_SESSION_IN_DOUBT, session->error,
				      REP_REASON_NONE);
	}
	(void)looks_done(job);
	job->then = JOB_NEXT;
	return JOB_CLOSE;
}

static enum job_state next_recheck(struct host_job *job)
{
	for (uint32_t i = 0; i < job->session_count; i++) {
		if (job->sessions[i].recheck) {
			job->current = i;
			return JOB_RECHECK;
		}
	}
	comeback_decide(job);
	return looks_done(job);
}

enum job_state act_verified(struct host_job *job, struct fleet_call *call)
{
	bool *shown;

	if (!act_look_is_good(call))
		return act_look_failed(job, &call->error);
	shown = act_rows_shown(job, &call->list);
	if (!shown)
		return act_look_failed(job, &act_out_of_memory);
	for (uint32_t i = 0; i < job->session_count; i++) {
		struct session_job *session = &job->sessions[i];

		if (session->state == SESSION_ASKED && !shown[session->row])
			act_settle_gone(job, session);
		else
			session->recheck =
				shown[session->row] && (session->state == SESSION_ASKED ||
							comeback_wants_recheck(job, session));
	}
	comeback_look(job, shown);
	free(shown);
	return next_recheck(job);
}

enum job_state act_rechecked(struct host_job *job, struct fleet_call *call)
{
	struct session_job *session = &job->sessions[job->current];
	const struct rep_session *row = &job_host(job)->sessions[session->row];
	struct session_identity want = { row->id, row->domain, row->user, row->logon_at_ms };

	session->recheck = false;
	if (session->state == SESSION_SETTLED) {
		comeback_rechecked(job, session, call);
	} else if (call->status == 0) {
		session->present = session_identity_is(&want, &call->details);
		if (!session->present) {
			act_settle_gone(job, session);
			comeback_add_other(job, want.id, &call->details);
		} else {
			(void)act_settle_disconnected(job, session, &call->details);
		}
	} else if (win_error_lookup(call->error.api, call->error.code)->class_ == WIN_ERROR_GONE) {
		act_settle_gone(job, session);
	} else {
		session->present = false;
		session->error = fleet_error(job->fleet, &call->error);
	}
	return next_recheck(job);
}
