/* host_act.c - what one host's job decides while sessions are acted on and verified. Asked is not
 * done: only a look that succeeds and lacks an identity settles it as gone. */
#include "fleet_internal.h"

#include <stdlib.h>

/* an older intent would make a resumed run ask again too early: it is renewed */
#define INTENT_FRESH_US 5000000

struct rep_session *act_row(const struct host_job *job, const struct session_job *session)
{
	return &job_host(job)->sessions[session->row];
}

/* It does not count against --max-closing (any more). */
void act_not_closing(struct host_job *job, struct session_job *session)
{
	if (session->closing)
		fleet_closing_changed(job->fleet, -1);
	session->closing = false;
}

void act_settle_as(struct host_job *job, struct session_job *session,
		   enum rep_session_outcome outcome, uint16_t error, enum rep_reason reason)
{
	struct rep_session *row = act_row(job, session);

	session_job_move(session, SESSION_SETTLED);
	act_not_closing(job, session);
	row->outcome = (uint8_t)outcome;
	row->error = error ? error : session->warn_error; /* a warning that failed stays visible */
	row->reason = (uint8_t)reason;
	if (session->started_us)
		row->duration_ms = (int32_t)((job_now_us(job) - session->started_us) / 1000);
	journal_result(job->fleet->options.journal, job->fleet->record, job->index, session->row);
}

void act_settle_to(struct host_job *job, struct session_job *session,
		   enum rep_session_outcome outcome, uint16_t error)
{
	act_settle_as(job, session, outcome, error, REP_REASON_NONE);
}

enum fleet_command act_command(const struct host_job *job)
{
	return job->fleet->options.command;
}

/* Gone, as a look that succeeded has told: by our asking or before it. A message makes nobody go. */
enum rep_session_outcome act_outcome_gone(enum fleet_command command, bool asked)
{
	static const enum rep_session_outcome outcomes[] = {
		[FLEET_LOGOFF] = REP_SESSION_LOGGED_OFF,
		[FLEET_DISCONNECT] = REP_SESSION_DISCONNECTED,
		[FLEET_MESSAGE] = REP_SESSION_ALREADY_GONE,
	};

	return asked ? outcomes[command] : REP_SESSION_ALREADY_GONE;
}

void act_settle_gone(struct host_job *job, struct session_job *session)
{
	act_settle_to(job, session, act_outcome_gone(act_command(job), session->asked), 0);
}

void act_settle_changed(struct host_job *job, struct session_job *session)
{
	struct session_error error = fleet_finding(SESSION_FINDING_IDENTITY_CHANGED);

	if (session->asked)
		act_settle_gone(job, session); /* it went, and another one has its id */
	else
		act_settle_to(job, session, REP_SESSION_IDENTITY_CHANGED,
			      fleet_error(job->fleet, &error));
}

/* What kept the job from going on, where no error did. */
static enum rep_reason why_not(const struct host_job *job)
{
	enum rep_reason reason = fleet_stop_reason(job->fleet->stop);

	if (reason == REP_REASON_NONE && job->not_drained)
		reason = REP_REASON_NOT_DRAINED;
	return reason == REP_REASON_NONE ? REP_REASON_NO_WORKERS : reason;
}

static void settle_not_attempted(struct host_job *job, struct session_job *session)
{
	act_settle_as(job, session, REP_SESSION_NOT_ATTEMPTED, 0, why_not(job));
}

void act_settle_in_doubt(struct host_job *job, struct session_job *session, uint16_t error)
{
	act_settle_as(job, session, REP_SESSION_IN_DOUBT, error,
		      error ? REP_REASON_NONE : why_not(job));
}

/* Sessions that the run before had asked about, or may have: they count as closing since then. A message leaves nothing
 * to look for, and is sent once more: rather two boxes than none. Where it is not come to, it may have been sent all
 * the same. */
static void take_up_doubts(struct host_job *job)
{
	const struct fleet_options *options = &job->fleet->options;
	int64_t wall_ms = exec_wall_ms(options->executor);

	for (size_t i = 0; i < options->doubt_count; i++) {
		const struct fleet_doubt *doubt = &options->doubts[i];

		for (uint32_t k = 0; doubt->host == job->index && k < job->session_count; k++) {
			struct session_job *session = &job->sessions[k];

			if (session->row != doubt->row)
				continue;
			session->asked = true;
			if (act_command(job) == FLEET_MESSAGE)
				continue;
			session->resumed = session->present = true;
			session->asked_us = job_now_us(job) - (wall_ms - doubt->asked_at_ms) * 1000;
			session->started_us = job_now_us(job);
			session->warn_error = doubt->warn_error;
			session_job_move(session, SESSION_ASKED);
		}
	}
}

static void take_up_warned(struct host_job *job)
{
	const struct fleet_options *options = &job->fleet->options;

	size_t i = fleet_doubts_of(options->warned, options->warned_count, job->index);

	for (; i < options->warned_count && options->warned[i].host == job->index; i++)
		for (uint32_t k = 0; k < job->session_count; k++)
			job->sessions[k].warned_before |=
				job->sessions[k].row == options->warned[i].row;
}

int act_begin(struct host_job *job)
{
	const struct rep_host *host = job_host(job);
	uint32_t count = 0;

	for (uint32_t i = 0; i < host->session_count; i++)
		count +=
			host->sessions[i].selected && host->sessions[i].outcome == REP_SESSION_NONE;
	job->session_count = 0;
	job->sessions = calloc(count ? count : 1, sizeof(*job->sessions));
	if (!job->sessions)
		return -1;
	for (uint32_t i = 0; i < host->session_count; i++) {
		const struct rep_session *row = &host->sessions[i];

		if (row->selected && row->outcome == REP_SESSION_NONE)
			job->sessions[job->session_count++] = (struct session_job){
				.row = i, .disconnected = row->state == REP_STATE_DISCONNECTED
			};
	}
	job->interval_ms = job->fleet->options.verify_interval_ms;
	if (job->fleet->options.resume) {
		take_up_doubts(job);
		take_up_warned(job);
	}
	return 0;
}

/* It may be asked now. */
static bool is_ready(const struct host_job *job, const struct session_job *session)
{
	return session->state == SESSION_PLANNED && !warn_is_wanted(job, session) &&
	       warn_due_us(job, session) <= job_now_us(job);
}

int act_intend(struct host_job *job)
{
	uint32_t *rows = malloc((job->session_count + 1) * sizeof(*rows));
	size_t count = 0;

	if (!rows)
		return -1;
	for (uint32_t i = 0; i < job->session_count; i++) {
		if (job->sessions[i].state != SESSION_PLANNED ||
		    (warn_applies(job) && !is_ready(job, &job->sessions[i])))
			continue; /* his grace is not over, nor his warning given */
		job->sessions[i].intent_us = job_now_us(job);
		rows[count++] = job->sessions[i].row;
	}
	if (count)
		journal_intent(job->fleet->options.journal, job->fleet->record, job->index, rows,
			       count);
	free(rows);
	return 0;
}

/* Which rows of the record a list shows: one flag a row, to be freed; NULL when memory is short.
 * Newcomers get rows. */
bool *act_rows_shown(struct host_job *job, const struct session_list *list)
{
	const struct rep_host *host = job_host(job);
	bool *shown;
	uint32_t cursor = 0;

	if (sighting_add_new(job->fleet, job->index, list) < 0)
		return NULL;
	shown = calloc(host->session_count ? host->session_count : 1, sizeof(*shown));
	if (!shown)
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		int64_t at = sighting_find(host, &list->items[i], &cursor);

		if (at >= 0)
			shown[at] = true;
	}
	return shown;
}

static bool id_in_use(const struct session_list *list, uint32_t id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].id == id && list->items[i].user[0])
			return true;
	return false;
}

const struct session_error act_out_of_memory = { SESSION_API_ENUMERATE_SESSIONS_EX, 8 };

/* An empty list proves nothing: it is a look that failed. */
bool act_look_is_good(struct fleet_call *call)
{
	if (call->status == 0 && call->list.count == 0) {
		call->status = -1;
		call->error = fleet_finding(SESSION_FINDING_SHORT_LIST);
	}
	return call->status == 0;
}

enum job_state act_enumerated(struct host_job *job, struct fleet_call *call)
{
	bool *shown = NULL;

	if (act_look_is_good(call))
		shown = act_rows_shown(job, &call->list);
	if (!shown) {
		if (call->status == 0)
			call->error = act_out_of_memory;
		fleet_credential_answer(job->fleet, &call->error);
		if (job_retry(job, &call->error, JOB_ENUMERATE) == JOB_FAILURE_RETRY)
			return JOB_CLOSE;
		return job_give_up(job, &call->error, false);
	}
	job->tries = 0;
	warn_listed(job, &call->list);
	for (uint32_t i = 0; i < job->session_count; i++) {
		struct session_job *session = &job->sessions[i];

		if (session->state == SESSION_SETTLED || shown[session->row])
			continue;
		if (id_in_use(&call->list, act_row(job, session)->id))
			act_settle_changed(job, session);
		else
			act_settle_gone(job, session);
	}
	comeback_look(job, shown);
	comeback_decide(job);
	free(shown);
	return JOB_NEXT;
}

/* What cannot be begun any more is settled; tells whether anything is left to ask. */
static bool settle_what_is_over(struct host_job *job)
{
	struct session_error timeout = fleet_finding(SESSION_FINDING_HOST_TIMEOUT);
	bool spent = job->spent_us >= job->fleet->options.host_timeout_ms * 1000;
	bool planned = false;

	for (uint32_t i = 0; i < job->session_count; i++) {
		struct session_job *session = &job->sessions[i];

		if (session->state != SESSION_PLANNED)
			continue;
		if ((job_stopping(job) || job->not_drained) && session->asked)
			act_settle_in_doubt(job, session, session->error);
		else if (job_stopping(job) || job->not_drained)
			settle_not_attempted(job, session);
		else if (spent)
			act_settle_to(job, session,
				      session->asked ? REP_SESSION_IN_DOUBT : REP_SESSION_TIMED_OUT,
				      fleet_error(job->fleet, &timeout));
		else
			planned = true;
	}
	return planned;
}

int64_t act_verify_until_us(const struct host_job *job, const struct session_job *session)
{
	return session->asked_us + job->fleet->options.verify_timeout_ms * 1000;
}

/* How long until the next look: the interval, or less where a verify window ends or a retry is
 * due before. */
static enum job_state tick(struct host_job *job)
{
	int64_t now = job_now_us(job), until_us = now + job->interval_ms * 1000;

	for (uint32_t i = 0; i < job->session_count; i++) {
		const struct session_job *session = &job->sessions[i];
		int64_t due_us = session->state == SESSION_ASKED ? act_verify_until_us(job, session)
				 : session->state == SESSION_PLANNED ? warn_due_us(job, session)
								     : until_us;

		if (due_us < until_us && due_us > now)
			until_us = due_us;
	}
	job->sleep_us = until_us - now;
	return JOB_TICK;
}

/* The planned session whose turn is next; NULL: none is left. */
static const struct session_job *first_due(const struct host_job *job)
{
	const struct session_job *first = NULL;

	for (uint32_t i = 0; i < job->session_count; i++) {
		const struct session_job *session = &job->sessions[i];

		if (session->state == SESSION_PLANNED && !is_ready(job, session) &&
		    (!first || warn_due_us(job, session) < warn_due_us(job, first)))
			first = session;
	}
	return first;
}

/* --max-closing: until another session is gone, or somebody's grace is over, over which nothing stays
 * open. */
static enum job_state hold(struct host_job *job)
{
	const struct session_job *next = first_due(job);

	job->wake_us = next ? warn_due_us(job, next) : 0;
	if (!next || !warn_in_grace(job, next) || !job->connection)
		return JOB_HOLD;
	job->then = JOB_HOLD;
	return JOB_CLOSE;
}

/* Nothing can be done now, and something has to be done later. */
static enum job_state wait_for_due(struct host_job *job)
{
	const struct session_job *next = first_due(job);

	if (warn_in_grace(job, next))
		return warn_sleep(job, warn_due_us(job, next));
	job->sleep_us = warn_due_us(job, next) - job_now_us(job);
	job->resume = JOB_NEXT;
	return JOB_BACKOFF;
}

/* Asks the first session that may be asked. */
static enum job_state ask(struct host_job *job, struct session_job *session)
{
	if (fleet_closing_full(job->fleet))
		return job_anything_asked(job) ? tick(job) : hold(job);
	if (job->fleet->options.journal &&
	    (!session->intent_us || job_now_us(job) - session->intent_us > INTENT_FRESH_US))
		return JOB_INTENT;
	job->current = (uint32_t)(session - job->sessions);
	return JOB_ACT;
}

enum job_state act_next(struct host_job *job)
{
	bool planned = !job->gave_up && settle_what_is_over(job);
	enum job_state next;

	job->then = JOB_DONE;
	if (job->gave_up)
		return JOB_CLOSE;
	if (call_off_is_owed(job))
		return call_off_next(job);
	if (job->farewell)
		return JOB_CLOSE;
	if (planned && warn_next(job, &next))
		return next;
	for (uint32_t i = 0; planned && i < job->session_count; i++)
		if (is_ready(job, &job->sessions[i]))
			return ask(job, &job->sessions[i]);
	if (job_anything_asked(job))
		return tick(job);
	return planned ? wait_for_due(job) : JOB_CLOSE;
}

/* Whether it is as `disconnect` would have it; then it is settled: it was us, or he has done it himself. */
bool act_settle_disconnected(struct host_job *job, struct session_job *session,
			     const struct session_details *details)
{
	if (act_command(job) != FLEET_DISCONNECT || details->state != SESSION_DISCONNECTED)
		return false;
	if (session->asked)
		act_settle_to(job, session, REP_SESSION_DISCONNECTED, 0);
	else
		act_settle_as(job, session, REP_SESSION_SKIPPED, 0,
			      REP_REASON_ALREADY_DISCONNECTED);
	return true;
}

void act_settle(struct host_job *job)
{
	struct fleet *fleet = job->fleet;
	struct rep_host *host = job_host(job);
	struct session_error timeout = fleet_finding(SESSION_FINDING_RUN_TIMEOUT);
	uint16_t stopped = fleet->stop == FLEET_STOP_RUN_TIMEOUT ? fleet_error(fleet, &timeout) : 0;

	for (uint32_t i = 0; i < job->session_count; i++) {
		struct session_job *session = &job->sessions[i];
		uint16_t error = session->error ? session->error
				 : host->error	? host->error
						: stopped;

		if (session->state == SESSION_ASKED)
			act_settle_in_doubt(job, session, error);
		else if (session->state == SESSION_PLANNED && session->asked)
			act_settle_in_doubt(job, session, error);
		else if (session->state == SESSION_PLANNED && host->error)
			act_settle_to(job, session,
				      job->silent ? REP_SESSION_TIMED_OUT : REP_SESSION_FAILED,
				      host->error);
		else if (session->state == SESSION_PLANNED)
			settle_not_attempted(job, session);
	}
	comeback_decide(job); /* closer looks may have been cut off */
	call_off_count(job);
	drain_settle(job);
	host->outcome = (uint8_t)verdict_host(host, !host->error, job->silent);
	journal_done(fleet->options.journal, fleet->record, job->index);
	free(job->sessions);
	job->sessions = NULL;
	job->session_count = 0;
}
