/* comeback.c - who was logged off and is on again.
 *
 * A session that the survey did not have and whose account is that of one which was logged off: that
 * one becomes `returned`, and the new one keeps its own row. What counts is the last look that was
 * good: whoever is gone again by then was logged off, and nothing else is said of him. Where nobody
 * has looked, what was said before stays. */
#include "fleet_internal.h"

#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "account_set.h"
#include "win_error.h"

/* Of a row that is later than the survey's. */
enum later { LATER_UNKNOWN, LATER_ON, LATER_OFF };

bool comeback_was_logged_off(const struct rep_session *row)
{
	return row->outcome == REP_SESSION_LOGGED_OFF || row->outcome == REP_SESSION_RETURNED;
}

/* Every row that is later than the survey's gets its mark. -1 when memory is short. */
static int make_room(struct host_job *job)
{
	uint32_t count = job_host(job)->session_count - job->survey_rows;
	uint8_t *later;

	if (count <= job->later_count)
		return 0;
	later = realloc(job->later, count * sizeof(*later));
	if (!later)
		return -1;
	memset(later + job->later_count, LATER_UNKNOWN, count - job->later_count);
	job->later = later;
	job->later_count = count;
	return 0;
}

void comeback_count_from(struct host_job *job, uint32_t survey_rows)
{
	job->survey_rows = survey_rows;
	free(job->later);
	job->later = NULL;
	job->later_count = 0;
}

static enum later later_of(const struct host_job *job, uint32_t row)
{
	const struct rep_session *session = &job_host(job)->sessions[row];

	/* It was acted on itself, and is gone. */
	if (comeback_was_logged_off(session) || session->outcome == REP_SESSION_ALREADY_GONE ||
	    session->outcome == REP_SESSION_IDENTITY_CHANGED)
		return LATER_OFF;
	if (row - job->survey_rows >= job->later_count)
		return LATER_UNKNOWN;
	return (enum later)job->later[row - job->survey_rows];
}

int64_t comeback_add_other(struct host_job *job, uint32_t id, const struct session_details *details)
{
	int64_t row = sighting_add_other(job->fleet, job->index, id, details);

	if (row < 0 || make_room(job) < 0) {
		fleet_warn(job->fleet, "%s: out of memory", job_host(job)->name);
		return -1;
	}
	if (row >= job->survey_rows)
		job->later[row - job->survey_rows] = LATER_ON;
	return row;
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
		if (later_of(job, i) == LATER_ON && is_twin(host, row, i))
			job->later[i - job->survey_rows] = LATER_OFF;
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

		/* Under the id that he had before, it is the old row that a list shows: a closer
		 * look has told, or will (comeback_rechecked()). */
		if (!on && later_of(job, row) == LATER_ON)
			on = has_twin(host, shown, row);
		job->later[row - job->survey_rows] = on ? LATER_ON : LATER_OFF;
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
		(void)comeback_add_other(job, row->id, &call->details);
	else if (call->status == 0 || gone) /* a look that failed says nothing */
		no_twin(job, session->row);
}

/* Whether anybody of that account is on in a session that the survey did not have: what is known
 * for sure outweighs what is not known. */
static enum later is_back(const struct host_job *job, const struct rep_session *row)
{
	const struct rep_host *host = job_host(job);
	enum later back = LATER_OFF;

	for (uint32_t i = job->survey_rows; i < host->session_count && back != LATER_ON; i++) {
		enum later later = later_of(job, i);

		if (later != LATER_OFF &&
		    account_eq(row->domain, row->user, host->sessions[i].domain,
			       host->sessions[i].user))
			back = later;
	}
	return back;
}

/* Tells whether that was another outcome. */
static bool set_outcome(struct host_job *job, uint32_t row, enum later back)
{
	struct rep_session *session = &job_host(job)->sessions[row];
	uint8_t outcome = back == LATER_ON ? REP_SESSION_RETURNED : REP_SESSION_LOGGED_OFF;

	if (back == LATER_UNKNOWN || session->outcome == outcome)
		return false;
	session->outcome = outcome;
	journal_result(job->fleet->options.journal, job->fleet->record, job->index, row);
	return true;
}

void comeback_decide(struct host_job *job)
{
	const struct rep_host *host = job_host(job);
	bool others_count = job->fleet->sweep || job->fleet->again;

	if (job->survey_rows == host->session_count)
		return;
	for (uint32_t row = 0; row < host->session_count; row++) {
		enum later back;

		if (!comeback_was_logged_off(&host->sessions[row]))
			continue;
		back = is_back(job, &host->sessions[row]);
		if (back == LATER_ON || !others_count)
			(void)set_outcome(job, row, back);
	}
}

struct back {
	struct account_set accounts;
	uint8_t *later; /* of each account */
	uint32_t cap;
};

static void add_back(struct back *back, const struct rep_session *row, enum later later)
{
	uint32_t number = account_set_add(&back->accounts, row->domain, row->user);

	if (number != UINT32_MAX && number >= back->cap) {
		uint32_t cap = back->cap ? back->cap * 2 : 64;
		uint8_t *grown = realloc(back->later, cap);

		back->accounts.failed |= !grown;
		if (!grown)
			return;
		memset(grown + back->cap, LATER_OFF, cap - back->cap);
		back->later = grown;
		back->cap = cap;
	}
	if (number != UINT32_MAX && back->later[number] != LATER_ON)
		back->later[number] = (uint8_t)later;
}

static void find_back(struct fleet *fleet, struct back *back)
{
	for (size_t i = 0; i < fleet->record->host_count; i++) {
		const struct rep_host *host = &fleet->record->hosts[i];
		const struct host_job *job = &fleet->jobs[i];

		for (uint32_t row = job->survey_rows; row < host->session_count; row++) {
			const struct rep_session *session = &host->sessions[row];
			enum later later = later_of(job, row);

			if (later != LATER_OFF && session->user[0])
				add_back(back, session, later);
		}
	}
}

/* Its outcomes from what was found; whether any is another one now. */
static bool decide_host(struct host_job *job, struct back *back)
{
	const struct rep_host *host = job_host(job);
	bool changed = false;

	for (uint32_t row = 0; row < host->session_count; row++) {
		const struct rep_session *session = &host->sessions[row];
		uint32_t number;

		if (!comeback_was_logged_off(session))
			continue;
		number = account_set_find(&back->accounts, session->domain, session->user);
		changed |= set_outcome(job, row,
				       number == UINT32_MAX ? LATER_OFF
							    : (enum later)back->later[number]);
	}
	return changed;
}

void comeback_decide_fleet(struct fleet *fleet)
{
	struct back back = { 0 };

	account_set_init(&back.accounts);
	find_back(fleet, &back);
	if (back.accounts.failed)
		fleet_warn(fleet, "out of memory: it is not told who is on again");
	for (size_t i = 0; i < fleet->record->host_count && !back.accounts.failed; i++) {
		struct rep_host *host = &fleet->record->hosts[i];

		if (!decide_host(&fleet->jobs[i], &back))
			continue;
		host->outcome = (uint8_t)verdict_host(host, !host->error, fleet->jobs[i].silent);
		tally_mark(&fleet->tally, (uint32_t)i);
		journal_done(fleet->options.journal, fleet->record, (uint32_t)i);
	}
	account_set_release(&back.accounts);
	free(back.later);
}
