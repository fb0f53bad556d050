/* host_acted.c - what one host's job makes of an act: its result, that it has none, or a late one. */
#include "fleet_internal.h"

#include "win_error.h"

static void now_asked(struct host_job *job, struct session_job *session, bool sure)
{
	session->asked = true;
	session->sure = sure;
	session->again = session->refused = false;
	session->present = true;
	session->asked_us = job_now_us(job);
	session_job_move(session, SESSION_ASKED);
	job->interval_ms =
		job->fleet->options.wait && sure ? 0 : job->fleet->options.verify_interval_ms;
}

/* Who was asked before is not left alone: he is still there, or has the message. */
static void settle_no_longer_matches(struct host_job *job, struct session_job *session)
{
	struct session_error timeout = fleet_finding(SESSION_FINDING_VERIFY_TIMEOUT);
	bool message = act_command(job) == FLEET_MESSAGE;

	if (!session->asked)
		act_settle_as(job, session, REP_SESSION_SKIPPED, 0, REP_REASON_NO_LONGER_MATCHES);
	else
		act_settle_to(job, session,
			      message ? REP_SESSION_IN_DOUBT : REP_SESSION_STILL_PRESENT,
			      session->error ? session->error : fleet_error(job->fleet, &timeout));
}

void act_seen_otherwise(struct host_job *job, struct session_job *session, struct fleet_call *call)
{
	switch (call->seen) {
	case SESSION_SEEN_SAME:
		break;
	case SESSION_SEEN_GONE:
		act_settle_gone(job, session);
		break;
	case SESSION_SEEN_OTHER:
		act_settle_changed(job, session);
		comeback_add_other(job, call->order.want.id, &call->details);
		comeback_decide(job);
		break;
	case SESSION_SEEN_NO_LONGER_MATCHES:
		if (!act_settle_disconnected(job, session, &call->details))
			settle_no_longer_matches(job, session);
		break;
	}
}

static enum job_state acted_without_error(struct host_job *job, struct session_job *session,
					  struct fleet_call *call)
{
	if (call->seen == SESSION_SEEN_NO_LONGER_MATCHES &&
	    warn_is_back(job, session, &call->details))
		act_not_closing(job, session); /* he is warned now */
	else if (call->seen != SESSION_SEEN_SAME)
		act_seen_otherwise(job, session, call);
	else if (act_command(job) == FLEET_MESSAGE)
		act_settle_to(job, session, REP_SESSION_MESSAGED, 0);
	else
		now_asked(job, session, true);
	return JOB_NEXT;
}

/* An act that may be tried again later; a connection that may be broken is opened anew. */
static enum job_state act_again(struct host_job *job, struct session_job *session,
				const struct session_error *error)
{
	bool of_the_session = error->code >= 7000 && error->code < 7100;

	act_not_closing(job, session); /* while it waits, others may go */
	session->not_before_us = job_now_us(job) + job_backoff_us(job, ++session->tries);
	job->then = JOB_NEXT;
	return of_the_session ? JOB_NEXT : JOB_CLOSE;
}

static enum job_state message_failed(struct host_job *job, struct session_job *session,
				     const struct session_error *error, enum win_error_class class_,
				     bool more)
{
	session->asked |= class_ == WIN_ERROR_AMBIGUOUS;
	if (class_ != WIN_ERROR_PERMANENT && more) /* the next look tells who has gone */
		return act_again(job, session, error);
	act_settle_to(job, session, session->asked ? REP_SESSION_IN_DOUBT : REP_SESSION_FAILED,
		      session->error);
	return JOB_NEXT;
}

static enum job_state acted_with_error(struct host_job *job, struct session_job *session,
				       const struct session_error *error)
{
	enum win_error_class class_ = win_error_lookup(error->api, error->code)->class_;
	bool looking = error->api == SESSION_API_QUERY_SESSION_INFORMATION;
	bool more = session->tries < job->fleet->options.retries && !job_stopping(job);

	session->error = fleet_error(job->fleet, error);
	if (error->api == SESSION_API_RDSWEEP) {
		act_settle_to(job, session,
			      session->asked ? REP_SESSION_IN_DOUBT : REP_SESSION_TIMED_OUT,
			      session->error);
		return JOB_NEXT;
	}
	if (!looking && act_command(job) == FLEET_DISCONNECT && error->code == 5023) {
		/* "Not in a state for it": he may have gone just before, which is as well. */
		bool asked = session->asked;

		now_asked(job, session, true);
		session->asked = asked;
		session->refused = true;
		return JOB_NEXT;
	}
	/* A message is not looked for: it is sent once more, rather two boxes than none. */
	if (!looking && act_command(job) == FLEET_MESSAGE)
		return message_failed(job, session, error, class_, more);
	if (!looking && (class_ == WIN_ERROR_GONE || error->code == 7007)) {
		/* Gone or going in the very moment of the act: a look decides, and whether we
		 * asked. */
		bool asked = session->asked || error->code == 7007;

		now_asked(job, session, true);
		session->asked = asked;
		return JOB_NEXT;
	}
	if (!looking && class_ == WIN_ERROR_AMBIGUOUS) {
		now_asked(job, session, false);
		session->again = more;
		session->tries++;
		job->then = JOB_NEXT;
		return JOB_CLOSE;
	}
	if ((class_ == WIN_ERROR_TRANSIENT || class_ == WIN_ERROR_AMBIGUOUS) && more)
		return act_again(job, session, error);
	act_settle_to(job, session, session->asked ? REP_SESSION_IN_DOUBT : REP_SESSION_FAILED,
		      session->error);
	return JOB_NEXT;
}

enum job_state act_acted(struct host_job *job, struct fleet_call *call)
{
	struct session_job *session = &job->sessions[job->current];
	struct rep_session *row = act_row(job, session);

	if (row->attempts < UINT16_MAX)
		row->attempts++;
	if (call->status == 0)
		return acted_without_error(job, session, call);
	return acted_with_error(job, session, &call->error);
}

void act_abandon(struct host_job *job, bool withdrawn, const struct session_error *error)
{
	struct session_job *session = &job->sessions[job->current];

	act_row(job, session)->attempts++;
	if (error)
		session->error = fleet_error(job->fleet, error);
	if (!withdrawn && act_command(job) == FLEET_MESSAGE)
		act_settle_in_doubt(job, session, session->error);
	else if (!withdrawn)
		now_asked(job, session, false);
	else if (!job_stopping(job) || session->asked)
		act_settle_to(job, session,
			      session->asked ? REP_SESSION_IN_DOUBT : REP_SESSION_TIMED_OUT,
			      session->error);
}

enum job_state act_overdue(struct host_job *job, bool withdrawn)
{
	struct session_error error = job_timeout_error(job);
	bool asked = false;
	bool acted = job->state == JOB_ACT || job->state == JOB_WARN;

	if (job->state == JOB_ACT)
		act_abandon(job, withdrawn, &error);
	else if (job->state == JOB_WARN)
		warn_abandon(job, withdrawn);
	for (uint32_t i = 0; i < job->session_count; i++)
		asked |= job->sessions[i].state == SESSION_ASKED;
	if (job->state == JOB_VERIFY || job->state == JOB_RECHECK)
		(void)act_look_failed(job, &error);
	if (job->reopened || (!asked && !acted))
		return job_give_up(job, &error, true);
	job->reopened = true; /* the one new connection */
	return JOB_NEXT;
}

/* Whoever was gone before this call was made: by himself, or asked before. */
static enum rep_session_outcome gone_late(const struct fleet *fleet, const struct fleet_call *call)
{
	return act_outcome_gone(fleet->options.command, call->asked_before);
}

void act_late(struct fleet *fleet, struct fleet_call *call)
{
	struct host_job *job = &fleet->jobs[call->host];
	struct rep_host *host = &fleet->record->hosts[call->host];
	struct rep_session *row = &host->sessions[call->row];
	bool refused =
		call->status < 0 && call->error.api != SESSION_API_RDSWEEP &&
		win_error_lookup(call->error.api, call->error.code)->class_ == WIN_ERROR_PERMANENT;
	bool was_gone = call->status == 0 && call->seen == SESSION_SEEN_GONE;
	bool of_command = (call->order.act == SESSION_ACT_MESSAGE) ==
			  (fleet->options.command == FLEET_MESSAGE);
	bool delivered = call->status == 0 && call->seen == SESSION_SEEN_SAME &&
			 fleet->options.command == FLEET_MESSAGE;

	/* A late yes changes nothing but for a message: only a look tells whether it is done. A refusal says nothing of what
	 * was asked before. */
	refused &= !call->asked_before;
	if (!of_command || (!refused && !was_gone && !delivered))
		return;
	for (uint32_t i = 0; i < job->session_count; i++) {
		struct session_job *session = &job->sessions[i];

		if (session->row != call->row || session->state != SESSION_ASKED || session->sure)
			continue;
		if (was_gone)
			act_settle_to(job, session, gone_late(fleet, call), 0);
		else
			act_settle_to(job, session, REP_SESSION_FAILED,
				      fleet_error(fleet, &call->error));
		return;
	}
	if (row->outcome != REP_SESSION_IN_DOUBT)
		return;
	row->outcome = delivered  ? REP_SESSION_MESSAGED
		       : was_gone ? gone_late(fleet, call)
				  : REP_SESSION_FAILED;
	row->error = refused ? fleet_error(fleet, &call->error) : 0;
	row->reason = REP_REASON_NONE;
	journal_result(fleet->options.journal, fleet->record, call->host, call->row);
	if (host->outcome != REP_HOST_NONE && job->state == JOB_DONE)
		host->outcome = (uint8_t)verdict_host(host, !host->error, job->silent);
}
