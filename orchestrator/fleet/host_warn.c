/* host_warn.c - warnings before a logoff, and the grace that follows them.
 *
 * Whoever is not disconnected is told first and has the grace from then on; the sessions of one host that are
 * warned in one go have the grace of the last of them. Disconnected users see no box: unless they are to have
 * the grace too, their sessions go at once, as long as a look finds them disconnected. Nothing stays open
 * while a grace runs. */
#include "fleet_internal.h"

#include <stdlib.h>

#include "utc.h"
#include "win_error.h"

static const struct fleet_notify *notify_of(const struct host_job *job)
{
	return &job->fleet->options.notify;
}

bool warn_applies(const struct host_job *job)
{
	return notify_of(job)->text && job->fleet->options.command == FLEET_LOGOFF;
}

/* Not told anything yet, and not without need of it. */
static bool wants_first(const struct host_job *job, const struct session_job *session)
{
	return session->state == SESSION_PLANNED && session->warning == WARNING_NONE &&
	       (!session->disconnected || notify_of(job)->disconnected);
}

static int64_t again_us(const struct host_job *job, const struct session_job *session)
{
	return session->grace_until_us - notify_of(job)->again_ms * 1000;
}

static bool wants_again(const struct host_job *job, const struct session_job *session)
{
	return session->state == SESSION_PLANNED && session->warning == WARNING_GIVEN &&
	       notify_of(job)->again_ms >= 0 && job_now_us(job) < session->grace_until_us;
}

bool warn_in_grace(const struct host_job *job, const struct session_job *session)
{
	return session->state == SESSION_PLANNED && session->warning != WARNING_NONE &&
	       job_now_us(job) < session->grace_until_us;
}

int64_t warn_due_us(const struct host_job *job, const struct session_job *session)
{
	int64_t due_us = 0;

	if (warn_applies(job) && session->warning != WARNING_NONE)
		due_us = wants_again(job, session) ? again_us(job, session)
						   : session->grace_until_us;
	return due_us > session->not_before_us ? due_us : session->not_before_us;
}

bool warn_is_wanted(const struct host_job *job, const struct session_job *session)
{
	return warn_applies(job) &&
	       (wants_first(job, session) ||
		(wants_again(job, session) && again_us(job, session) <= job_now_us(job)));
}

/* Whether it is to be told something now. */
static bool is_due(const struct host_job *job, const struct session_job *session)
{
	return warn_is_wanted(job, session) && warn_due_us(job, session) <= job_now_us(job);
}

bool warn_next(struct host_job *job, enum job_state *ret_next)
{
	for (uint32_t i = 0; warn_applies(job) && i < job->session_count; i++) {
		if (!is_due(job, &job->sessions[i]))
			continue;
		job->current = i;
		*ret_next = job->fleet->options.journal && !job->sessions[i].warn_intended
				    ? JOB_INTENT
				    : JOB_WARN;
		return true;
	}
	return false;
}

int warn_intend(struct host_job *job)
{
	uint32_t *rows = malloc((job->session_count + 1) * sizeof(*rows));
	size_t count = 0;

	if (!rows)
		return -1;
	for (uint32_t i = 0; warn_applies(job) && i < job->session_count; i++) {
		struct session_job *session = &job->sessions[i];

		if (session->warn_intended || !is_due(job, session))
			continue;
		session->warn_intended = true;
		rows[count++] = session->row;
	}
	if (count)
		journal_warn(job->fleet->options.journal, job->fleet->record, job->index, rows,
			     count);
	free(rows);
	return 0;
}

void warn_listed(struct host_job *job, const struct session_list *list)
{
	const struct rep_host *host = job_host(job);
	uint32_t cursor = 0;

	for (size_t i = 0; warn_applies(job) && i < list->count; i++) {
		int64_t at = sighting_find(host, &list->items[i], &cursor);

		for (uint32_t k = 0; at >= 0 && k < job->session_count; k++)
			if (job->sessions[k].row == (uint32_t)at)
				job->sessions[k].disconnected =
					list->items[i].state == SESSION_DISCONNECTED;
	}
}

bool warn_is_back(struct host_job *job, struct session_job *session,
		  const struct session_details *details)
{
	struct session_condition condition = selection_condition(job->fleet->options.selection);

	if (!warn_applies(job) || session->warning != WARNING_NONE ||
	    details->state == SESSION_DISCONNECTED ||
	    !session_condition_met(&condition, details->state, details->idle_s))
		return false;
	session->disconnected = false;
	return true;
}

/* The grace of those who are warned in one go ends together. */
static void begin_grace(struct host_job *job, struct session_job *session, bool warned)
{
	int64_t until_us = job_now_us(job) + notify_of(job)->grace_ms * 1000;

	session->warning = warned ? WARNING_GIVEN : WARNING_FAILED;
	session->warn_round = job->warn_round;
	session->not_before_us = 0;
	if (until_us > job->fleet->grace_until_us)
		job->fleet->grace_until_us = until_us;
	for (uint32_t i = 0; i < job->session_count; i++)
		if (job->sessions[i].warning != WARNING_NONE &&
		    job->sessions[i].warn_round == job->warn_round)
			job->sessions[i].grace_until_us = until_us;
}

static void tell_journal(struct host_job *job, const struct session_job *session, uint16_t error)
{
	struct executor *executor = job->fleet->options.executor;
	int64_t left_ms = (session->grace_until_us - job_now_us(job)) / 1000;
	bool grace = session->warning != WARNING_NONE;

	journal_warned(job->fleet->options.journal, job->fleet->record, job->index, session->row,
		       grace ? exec_wall_ms(executor) + left_ms : UTC_UNKNOWN, error);
}

static void warned(struct host_job *job, struct session_job *session)
{
	if (session->warning == WARNING_NONE)
		begin_grace(job, session, true);
	else
		session->warning = WARNING_AGAIN;
	session->warn_intended = false; /* of the next one */
	session->warn_tries = 0;
	session->not_before_us = 0;
	tell_journal(job, session, 0);
}

/* It cannot be told. The second time that is noted and changes nothing: he knows. */
static void not_warned(struct host_job *job, struct session_job *session,
		       const struct session_error *error)
{
	bool first = session->warning == WARNING_NONE;

	session->warn_error = fleet_error(job->fleet, error);
	session->not_before_us = 0;
	if (!first)
		session->warning = WARNING_AGAIN;
	else if (notify_of(job)->failed == FLEET_FAILED_CONTINUE)
		begin_grace(job, session, false);
	tell_journal(job, session, session->warn_error);
	if (!first || notify_of(job)->failed == FLEET_FAILED_CONTINUE)
		return;
	act_settle_as(job, session, REP_SESSION_NOT_ATTEMPTED, session->warn_error,
		      REP_REASON_NOT_WARNED);
	if (notify_of(job)->failed == FLEET_FAILED_ABORT)
		fleet_stop(job->fleet, FLEET_STOP_NOTIFY_FAILED);
}

static enum job_state warn_failed(struct host_job *job, struct session_job *session,
				  const struct session_error *error)
{
	enum win_error_class class_ = win_error_lookup(error->api, error->code)->class_;
	bool of_the_session = error->code >= 7000 && error->code < 7100;
	bool own = error->api == SESSION_API_RDSWEEP;

	if (job_stopping(job))
		return JOB_NEXT; /* the stop says what becomes of it */
	if (own || class_ == WIN_ERROR_PERMANENT ||
	    session->warn_tries >= job->fleet->options.retries) {
		not_warned(job, session, error);
		return JOB_NEXT;
	}
	/* Also where it may have been shown: rather two boxes than none. The next look tells who has
	 * gone. */
	session->not_before_us = job_now_us(job) + job_backoff_us(job, ++session->warn_tries);
	job->then = JOB_NEXT;
	return of_the_session ? JOB_NEXT : JOB_CLOSE;
}

/* Disconnected by now: no box would be seen, so that there is no grace. Who has been told keeps his. */
static bool has_disconnected(struct host_job *job, struct session_job *session,
			     const struct session_details *details)
{
	struct session_condition condition = selection_condition(job->fleet->options.selection);

	if (details->state != SESSION_DISCONNECTED || notify_of(job)->disconnected ||
	    !session_condition_met(&condition, details->state, details->idle_s))
		return false;
	session->disconnected = true;
	if (session->warning != WARNING_NONE)
		session->warning = WARNING_AGAIN;
	return true;
}

enum job_state warn_warned(struct host_job *job, struct fleet_call *call)
{
	struct session_job *session = &job->sessions[job->current];

	if (call->status < 0)
		return warn_failed(job, session, &call->error);
	if (call->seen == SESSION_SEEN_SAME)
		warned(job, session);
	else if (call->seen != SESSION_SEEN_NO_LONGER_MATCHES ||
		 !has_disconnected(job, session, &call->details))
		act_seen_otherwise(job, session, call);
	return JOB_NEXT;
}

void warn_may_be_shown(struct host_job *job)
{
	struct session_job *session = &job->sessions[job->current];

	if (session->warning != WARNING_NONE)
		return;
	begin_grace(job, session, true);
	tell_journal(job, session, 0);
}

void warn_abandon(struct host_job *job)
{
	struct session_error error = job_timeout_error(job);

	not_warned(job, &job->sessions[job->current], &error);
}

enum job_state warn_sleep(struct host_job *job, int64_t until_us)
{
	job->wake_us = until_us;
	job->warn_round++;
	job->resume = JOB_ENUMERATE;
	job->then = JOB_GRACE;
	return job->connection ? JOB_CLOSE : JOB_GRACE;
}
