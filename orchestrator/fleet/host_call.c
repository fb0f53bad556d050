/* host_call.c - the calls of host_job.h's machine: a seat for each, its block, its deadline, its
 * result, and what becomes of one that is left behind. */
#include "fleet_internal.h"

static struct host_job *job_of_seat(struct seat_request *seat)
{
	return (struct host_job *)(void *)((char *)seat - offsetof(struct host_job, seat));
}

void job_not_ready_any_more(struct host_job *job)
{
	if (job->new_counted)
		job->fleet->ready--;
	job->new_counted = false;
}

static int64_t call_timeout_us(struct host_job *job)
{
	const struct fleet_options *options = &job->fleet->options;
	int64_t own_ms = options->hosts[job->index].call_timeout_ms;
	int64_t limit_us = (own_ms > 0 ? own_ms : options->call_timeout_ms) * 1000;

	if ((job->state == JOB_OPEN && call_off_is_owed(job)) || job->state == JOB_CALL_OFF)
		return call_off_left_us(job);
	if (job->state == JOB_ACT && options->wait)
		return options->verify_timeout_ms * 1000;
	if (job_rows[job->state].counts) {
		int64_t left_us = options->host_timeout_ms * 1000 - job->spent_us;

		if (left_us < limit_us)
			limit_us = left_us > 0 ? left_us : 0;
	}
	return limit_us;
}

struct session_error job_timeout_error(const struct host_job *job)
{
	return fleet_finding(job->spent_us >= job->fleet->options.host_timeout_ms * 1000
				     ? SESSION_FINDING_HOST_TIMEOUT
				     : SESSION_FINDING_CALL_TIMEOUT);
}

static void call_finished(struct fleet_call *call);

static int give_order(struct host_job *job, struct fleet_call *call, int64_t not_after_us)
{
	if (job->state == JOB_WARN)
		return order_warn(job, call, not_after_us);
	if (job->state == JOB_CALL_OFF)
		return order_call_off(job, call, not_after_us);
	return order_act(job, call, not_after_us);
}

/* The block for the job's present state; NULL when memory is short. */
static struct fleet_call *make_call(struct host_job *job, int64_t deadline_us)
{
	const struct fleet_host *host = &job->fleet->options.hosts[job->index];
	enum call_kind kind = job_rows[job->state].kind;
	struct fleet_call *call = kind == CALL_CLOSE ? job->closer : call_create(kind);

	if (kind == CALL_CLOSE)
		job->closer = NULL;
	if (kind == CALL_OPEN && call)
		call->closer = call_create(CALL_CLOSE);
	if (!call || (kind == CALL_OPEN && !call->closer)) {
		call_free(call);
		return NULL;
	}
	call->finished = call_finished;
	call->host = job->index;
	call->sequence = ++job->sequence;
	call->backend = job->fleet->options.backend;
	call->name = host->name;
	call->address = host->address;
	call->connection = job->connection;
	if (job->state == JOB_DETAILS)
		call->row = job->row;
	else if (job->state == JOB_RECHECK)
		call->row = job->sessions[job->current].row;
	else if (job->state == JOB_DRAIN_SET)
		drain_fill(job, call, deadline_us);
	if (call->kind == CALL_DETAILS)
		call->id = job_host(job)->sessions[call->row].id;
	if (call->kind == CALL_ACT && give_order(job, call, deadline_us) < 0) {
		call_free(call);
		return NULL;
	}
	return call;
}

static void seat_granted(struct seat_request *seat)
{
	struct host_job *job = job_of_seat(seat);
	struct fleet *fleet = job->fleet;
	int64_t deadline_us = job_now_us(job) + call_timeout_us(job);
	struct fleet_call *call;

	job_not_ready_any_more(job);
	if (job_is_blocked(job, (enum job_state)job->state)) {
		job_move(job, job_way_out(job));
		return;
	}
	call = make_call(job, deadline_us);
	if (!call || seats_start(&fleet->seats, call) < 0) {
		call_free(call);
		job_out_of_memory(job);
		return;
	}
	job->call = call;
	if (call->kind == CALL_OPEN)
		job_host(job)->attempts++;
	(void)exec_timer_set(fleet->options.executor, &job->timer, deadline_us);
	fleet_feed(fleet);
}

void job_refuse(struct host_job *job)
{
	struct fleet *fleet = job->fleet;

	if (!fleet->starved)
		fleet_warn(fleet,
			   "every one of %u worker threads is held by a call or a name look-up "
			   "that does not return: "
			   "the remaining hosts are not attempted",
			   fleet->seats.threads);
	fleet->starved = true;
	/* and no thread to close its connection on: that ends with the process */
	job->gave_up = true;
	job_move(job, JOB_DONE);
}

static void seat_refused(struct seat_request *seat)
{
	struct host_job *job = job_of_seat(seat);

	job_not_ready_any_more(job);
	job_refuse(job);
}

void job_enter_call(struct host_job *job)
{
	struct fleet *fleet = job->fleet;
	bool first = job->new_counted;

	if (job->state == JOB_DETAILS && !survey_prepare_details(job)) {
		job->then = JOB_DONE;
		job_move(job, JOB_CLOSE);
		return;
	}
	if (!job->connection && job->state != JOB_OPEN &&
	    !job_is_of_drain((enum job_state)job->state)) {
		job->resume = job->state;
		job_move(job, JOB_OPEN);
		return;
	}
	if (job_rows[job->state].counts && job->spent_us >= fleet->options.host_timeout_ms * 1000 &&
	    !job_owes_anything(job)) {
		struct session_error error = fleet_finding(SESSION_FINDING_HOST_TIMEOUT);

		job_move(job, job_give_up(job, &error, true));
		return;
	}
	job->seat.granted = seat_granted;
	job->seat.refused = seat_refused;
	seats_ask(&fleet->seats, &job->seat, first ? SEAT_NEW : SEAT_CONTINUING);
}

void job_close_late(struct fleet *fleet, struct session_host *connection, struct fleet_call *call)
{
	call->finished = call_finished;
	call->host = UINT32_MAX;
	call->connection = connection;
	seats_start_late(&fleet->seats, call);
}

static void call_was_late(struct fleet *fleet, struct fleet_call *call)
{
	struct session_host *connection = call->kind == CALL_OPEN ? call->opened : call->connection;

	if (fleet->phase != FLEET_FINISHED && call->kind == CALL_ACT) {
		act_late(fleet, call);
		tally_mark(&fleet->tally, call->host);
	}
	if (fleet->phase != FLEET_FINISHED && call->kind == CALL_DRAIN_SET) {
		drain_late(fleet, call);
		tally_mark(&fleet->tally, call->host);
	}
	if (connection && call->kind != CALL_CLOSE) {
		job_close_late(fleet, connection, call->closer);
		call->closer = NULL;
	}
}

static void call_finished(struct fleet_call *call)
{
	struct fleet *fleet =
		(struct fleet *)(void *)((char *)call->owner - offsetof(struct fleet, seats));
	struct host_job *job = call->host == UINT32_MAX ? NULL : &fleet->jobs[call->host];

	if (!job || job->call != call || job->sequence != call->sequence) {
		call_was_late(fleet, call);
	} else {
		exec_timer_stop(fleet->options.executor, &job->timer);
		job->call = NULL;
		if (job_rows[job->state].counts)
			job->spent_us += job_now_us(job) - call->started_us;
		job_move(job, job_rows[job->state].after(job, call));
	}
	call_free(call);
}

enum job_state job_opened(struct host_job *job, struct fleet_call *call)
{
	if (call->status < 0 && call_off_is_owed(job))
		call_off_give_up(job, &call->error);
	if (call->status < 0 && job->farewell)
		return JOB_NEXT;
	if (call->status < 0 && job->acting && job_anything_asked(job))
		return act_look_failed(job, &call->error);
	if (call->status == 0) {
		job->closer = call->closer;
		call->closer = NULL;
	}
	return survey_opened(job, call);
}

enum job_state job_enumerated(struct host_job *job, struct fleet_call *call)
{
	return job->acting ? act_enumerated(job, call) : survey_enumerated(job, call);
}

enum job_state job_closed(struct host_job *job, struct fleet_call *call)
{
	(void)call;
	job->connection = NULL;
	return (enum job_state)job->then;
}

/* The job goes on without its call, and without the connection that the call holds. */
void job_leave_behind(struct host_job *job)
{
	struct fleet_call *call = job->call;

	if (job_rows[job->state].counts)
		job->spent_us += job_now_us(job) - call->started_us;
	if (job->state == JOB_ACT)
		journal_left(job->fleet->options.journal, job->fleet->record, job->index,
			     call->row);
	/* Where calls can be ended this one comes back soon, late, and is treated as such. Never a
	 * close: it may be through with the connection. */
	if (call->connection && call->kind != CALL_CLOSE)
		session_abandon(call->connection);
	if (call->kind != CALL_OPEN) {
		call->closer = job->closer;
		job->closer = NULL;
	}
	job->call = NULL;
	job->sequence++;
	job->connection = NULL;
	exec_timer_stop(job->fleet->options.executor, &job->timer);
	seats_leave_behind(&job->fleet->seats, call);
}

void job_overdue(struct host_job *job)
{
	enum job_state state = (enum job_state)job->state;
	bool withdrawn = (job->call->kind == CALL_ACT || state == JOB_DRAIN_SET) &&
			 session_permit_withdraw(&job->call->permit);

	job_leave_behind(job);
	if (state == JOB_CLOSE)
		job_move(job, (enum job_state)job->then);
	else if (job_is_of_drain(state))
		job_move(job, drain_overdue(job, withdrawn));
	else if (!job->acting)
		job_move(job, survey_overdue(job));
	else if (state == JOB_CALL_OFF || (state == JOB_OPEN && call_off_is_owed(job)))
		job_move(job, call_off_overdue(job));
	else
		job_move(job, act_overdue(job, withdrawn));
}
