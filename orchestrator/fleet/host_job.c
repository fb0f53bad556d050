/* host_job.c - the machine of host_job.h: its table, its one mover, sleeps, start and
 * stop. */
#include "fleet_internal.h"

#include <assert.h>
#include <stdlib.h>

#include "hash.h"
#include "utc.h"
#include "win_error.h"

static void enter_next(struct host_job *job);
static void enter_hold(struct host_job *job);
static void enter_intent(struct host_job *job);
static void enter_drain_intent(struct host_job *job);
static void enter_sleep(struct host_job *job);
static void enter_grace(struct host_job *job);
static void enter_close(struct host_job *job);
static void enter_done(struct host_job *job);

#define BIT(state)  (1u << (state))
#define AFTER_DRAIN (BIT(JOB_OPEN) | BIT(JOB_NEXT) | BIT(JOB_CLOSE))

const struct job_row job_rows[JOB_STATE_COUNT] = {
	[JOB_IDLE] = { "idle", NULL, NULL, 0, false, false,
		       BIT(JOB_PROBE) | BIT(JOB_OPEN) | BIT(JOB_CLOSE) | BIT(JOB_DRAIN_LOOK) |
			       BIT(JOB_DRAIN_INTENT) },
	[JOB_PROBE] = { "probe", probe_enter, NULL, 0, true, false,
			BIT(JOB_OPEN) | BIT(JOB_DRAIN_LOOK) | BIT(JOB_DRAIN_INTENT) |
				BIT(JOB_CLOSE) },
	[JOB_DRAIN_LOOK] = { "drain look", job_enter_call, drain_looked, CALL_DRAIN_GET, true, true,
			     BIT(JOB_DRAIN_INTENT) | AFTER_DRAIN },
	[JOB_DRAIN_INTENT] = { "drain intent", enter_drain_intent, NULL, 0, true, false,
			       BIT(JOB_DRAIN_SET) },
	[JOB_DRAIN_SET] = { "drain set", job_enter_call, drain_set, CALL_DRAIN_SET, true, true,
			    BIT(JOB_DRAIN_SET) | BIT(JOB_DRAIN_CHECK) | BIT(JOB_DRAIN_INTENT) |
				    BIT(JOB_BACKOFF) | AFTER_DRAIN },
	[JOB_DRAIN_CHECK] = { "drain check", job_enter_call, drain_checked, CALL_DRAIN_GET, false,
			      false,
			      BIT(JOB_DRAIN_SET) | BIT(JOB_DRAIN_INTENT) | BIT(JOB_BACKOFF) |
				      AFTER_DRAIN },
	[JOB_OPEN] = { "open", job_enter_call, job_opened, CALL_OPEN, true, true,
		       BIT(JOB_ENUMERATE) | BIT(JOB_DETAILS) | BIT(JOB_WARN) | BIT(JOB_ACT) |
			       BIT(JOB_CALL_OFF) | BIT(JOB_NEXT) | BIT(JOB_VERIFY) |
			       BIT(JOB_RECHECK) | BIT(JOB_CLOSE) },
	[JOB_ENUMERATE] = { "enumerate", job_enter_call, job_enumerated, CALL_ENUMERATE, true, true,
			    BIT(JOB_DETAILS) | BIT(JOB_NEXT) | BIT(JOB_CLOSE) },
	[JOB_DETAILS] = { "details", job_enter_call, survey_detailed, CALL_DETAILS, true, true,
			  BIT(JOB_DETAILS) | BIT(JOB_OPEN) | BIT(JOB_CLOSE) },
	[JOB_NEXT] = { "next", enter_next, NULL, 0, false, false,
		       BIT(JOB_INTENT) | BIT(JOB_WARN) | BIT(JOB_GRACE) | BIT(JOB_CALL_OFF) |
			       BIT(JOB_ACT) | BIT(JOB_HOLD) | BIT(JOB_TICK) | BIT(JOB_BACKOFF) |
			       BIT(JOB_CLOSE) },
	[JOB_INTENT] = { "intent", enter_intent, NULL, 0, true, false, BIT(JOB_NEXT) },
	[JOB_WARN] = { "warn", job_enter_call, warn_warned, CALL_ACT, true, true,
		       BIT(JOB_NEXT) | BIT(JOB_OPEN) | BIT(JOB_CLOSE) },
	[JOB_GRACE] = { "grace", enter_grace, NULL, 0, true, false, BIT(JOB_OPEN) },
	[JOB_CALL_OFF] = { "call off", job_enter_call, call_off_told, CALL_ACT, false, false,
			   BIT(JOB_NEXT) | BIT(JOB_OPEN) | BIT(JOB_CLOSE) },
	[JOB_HOLD] = { "hold", enter_hold, NULL, 0, true, false, BIT(JOB_NEXT) },
	[JOB_ACT] = { "act", job_enter_call, act_acted, CALL_ACT, true, true,
		      BIT(JOB_NEXT) | BIT(JOB_OPEN) | BIT(JOB_CLOSE) },
	[JOB_TICK] = { "tick", enter_sleep, NULL, 0, false, false, BIT(JOB_VERIFY) },
	[JOB_VERIFY] = { "verify", job_enter_call, act_verified, CALL_ENUMERATE, false, false,
			 BIT(JOB_RECHECK) | BIT(JOB_NEXT) | BIT(JOB_OPEN) | BIT(JOB_CLOSE) },
	[JOB_RECHECK] = { "recheck", job_enter_call, act_rechecked, CALL_DETAILS, false, false,
			  BIT(JOB_RECHECK) | BIT(JOB_NEXT) | BIT(JOB_OPEN) | BIT(JOB_CLOSE) },
	[JOB_BACKOFF] = { "backoff", enter_sleep, NULL, 0, true, true,
			  BIT(JOB_OPEN) | BIT(JOB_NEXT) | BIT(JOB_DRAIN_LOOK) | BIT(JOB_DRAIN_SET) |
				  BIT(JOB_DRAIN_CHECK) },
	[JOB_CLOSE] = { "close", enter_close, job_closed, CALL_CLOSE, false, false,
			BIT(JOB_DONE) | BIT(JOB_BACKOFF) | BIT(JOB_NEXT) | BIT(JOB_TICK) |
				BIT(JOB_GRACE) | BIT(JOB_HOLD) },
	[JOB_DONE] = { "done", enter_done, NULL, 0, false, false, BIT(JOB_PROBE) | BIT(JOB_OPEN) },
};

const char *job_state_name(enum job_state state)
{
	return job_rows[state].name;
}

struct rep_host *job_host(const struct host_job *job)
{
	return &job->fleet->record->hosts[job->index];
}

int64_t job_now_us(const struct host_job *job)
{
	return exec_now_us(job->fleet->options.executor);
}

/* What is owed to a host is not held up by that: restore.c ends it where it has to. */
bool job_stopping(const struct host_job *job)
{
	return job->restoring ? job->fleet->restore_leave : job->fleet->stop != FLEET_STOP_NONE;
}

bool job_is_of_drain(enum job_state state)
{
	return state >= JOB_DRAIN_LOOK && state <= JOB_DRAIN_CHECK;
}

bool job_anything_asked(const struct host_job *job)
{
	for (uint32_t i = 0; i < job->session_count; i++)
		if (job->sessions[i].state == SESSION_ASKED)
			return true;
	return false;
}

/* What it sees to although nothing new is begun any more. */
bool job_owes_anything(const struct host_job *job)
{
	return job->acting && (job_anything_asked(job) || call_off_is_owed(job));
}

/* Where a job goes that may not begin anything any more: to verify what it asked, or to its end. */
enum job_state job_way_out(struct host_job *job)
{
	if (job_owes_anything(job))
		return JOB_NEXT;
	job->gave_up = true;
	job->then = JOB_DONE;
	return JOB_CLOSE;
}

/* Once the run is being stopped nothing new is begun, but what was asked is verified, if need be
 * over a new connection. */
bool job_is_blocked(const struct host_job *job, enum job_state state)
{
	return job_rows[state].begins && job_stopping(job) &&
	       !(state == JOB_OPEN && job_owes_anything(job));
}

static bool may_follow(const struct host_job *job, enum job_state next)
{
	bool leaving = job_stopping(job) && job_rows[job->state].begins &&
		       (next == JOB_CLOSE || next == JOB_NEXT);

	leaving |= job->farewell && next == JOB_NEXT;
	return next == JOB_DONE || leaving || job_rows[job->state].allowed & BIT(next);
}

void job_move(struct host_job *job, enum job_state next)
{
	/* The only place that changes `state`. */
	if (job_is_blocked(job, next)) {
		enum job_state out = job_way_out(job);

		/* NEXT itself must not come back to where it was sent from. */
		next = out == JOB_NEXT && job->state == JOB_NEXT ? JOB_TICK : out;
	} else {
		assert(may_follow(job, next));
	}
	if (job->state == JOB_GRACE) {
		job->fleet->in_grace--;
		job->began_us +=
			job_now_us(job) - job->rests_since_us; /* its time is without waits */
	}
	if (job->state == JOB_GRACE || job->state == JOB_HOLD)
		job->busy_us = job_now_us(job);
	job->state = (uint8_t)next;
	tally_mark(&job->fleet->tally, job->index);
	job_rows[next].enter(job);
}

/* Sleeps */

static struct host_job *job_of_timer(struct exec_timer *timer)
{
	return (struct host_job *)(void *)((char *)timer - offsetof(struct host_job, timer));
}

static bool needs_connection(enum job_state state)
{
	return state != JOB_NEXT && !job_is_of_drain(state);
}

static void on_timer(struct exec_timer *timer)
{
	struct host_job *job = job_of_timer(timer);

	if (job->call) {
		job_overdue(job);
	} else if (job->state == JOB_PROBE) {
		probe_counts_no_more(job);
		fleet_feed(job->fleet);
	} else if (job->state == JOB_TICK) {
		job_move(job, JOB_VERIFY);
	} else if (job->state == JOB_BACKOFF) {
		job->spent_us += job->sleep_us;
		job_move(job, needs_connection((enum job_state)job->resume)
				      ? JOB_OPEN
				      : (enum job_state)job->resume);
	} else if (job->state == JOB_GRACE) {
		job_move(job, JOB_OPEN);
	} else if (job->state == JOB_HOLD) {
		fleet_unhold(job->fleet, job);
		job_move(job, JOB_NEXT);
	}
}

static void enter_sleep(struct host_job *job)
{
	(void)exec_timer_set(job->fleet->options.executor, &job->timer,
			     job_now_us(job) + job->sleep_us);
}

static void enter_grace(struct host_job *job)
{
	job->rests_since_us = job_now_us(job);
	job->fleet->in_grace++;
	(void)exec_timer_set(job->fleet->options.executor, &job->timer, job->wake_us);
}

int64_t job_backoff_us(struct host_job *job, unsigned tries)
{
	struct fleet *fleet = job->fleet;
	uint64_t state = fleet->options.seed ^ ((uint64_t)job->index << 32) ^ job->sequence ^ tries;
	int64_t base_us = fleet->options.retry_delay_ms * 1000;

	for (unsigned i = 1; i < tries && base_us < INT64_C(3600000000); i++)
		base_us *= 2;
	/* Three quarters to five quarters of it, so that hosts which failed together do not come
	 * back together. */
	return (int64_t)((double)base_us * (0.75 + rng_unit(&state) / 2));
}

enum job_failure job_retry(struct host_job *job, const struct session_error *error,
			   enum job_state resume)
{
	struct fleet *fleet = job->fleet;
	enum win_error_class class_ = win_error_lookup(error->api, error->code)->class_;
	bool short_list =
		error->api == SESSION_API_RDSWEEP && error->code == SESSION_FINDING_SHORT_LIST;

	if (class_ != WIN_ERROR_TRANSIENT && class_ != WIN_ERROR_AMBIGUOUS && !short_list)
		return JOB_FAILURE_FINAL;
	if (job->tries >= fleet->options.retries || job_stopping(job) ||
	    job->spent_us >= fleet->options.host_timeout_ms * 1000)
		return JOB_FAILURE_FINAL;
	job->sleep_us = job_backoff_us(job, ++job->tries);
	job->resume = (uint8_t)resume;
	job->then = JOB_BACKOFF;
	return JOB_FAILURE_RETRY;
}

enum job_state job_give_up(struct host_job *job, const struct session_error *error, bool silent)
{
	struct rep_host *host = job_host(job);

	job->gave_up = true;
	job->silent = silent;
	if (!host->error)
		host->error = fleet_error(job->fleet, error);
	job->then = JOB_DONE;
	return JOB_CLOSE;
}

void job_out_of_memory(struct host_job *job)
{
	/* ERROR_NOT_ENOUGH_MEMORY */
	struct session_error error = { SESSION_API_OPEN_SERVER_EX, 8 };

	fleet_warn(job->fleet, "%s: out of memory", job_host(job)->name);
	job_move(job, job_give_up(job, &error, false));
}

/* The other states */

static void enter_next(struct host_job *job)
{
	job_move(job, act_next(job));
}

static void enter_hold(struct host_job *job)
{
	fleet_hold(job->fleet, job);
	if (job->wake_us)
		(void)exec_timer_set(job->fleet->options.executor, &job->timer, job->wake_us);
}

static void on_durable(struct journal_waiter *waiter)
{
	struct host_job *job =
		(struct host_job *)(void *)((char *)waiter - offsetof(struct host_job, waiter));

	if (journal_failed(job->fleet->options.journal))
		fleet_stop(job->fleet, FLEET_STOP_JOURNAL);
	job_move(job, JOB_NEXT);
}

static void enter_intent(struct host_job *job)
{
	if (warn_intend(job) < 0 || act_intend(job) < 0) {
		/* nothing was intended, and out of memory leads on from there */
		job->state = JOB_NEXT;
		job_out_of_memory(job);
		return;
	}
	job->waiter.durable = on_durable;
	journal_wait(job->fleet->options.journal, &job->waiter);
}

static void on_drain_durable(struct journal_waiter *waiter)
{
	struct host_job *job =
		(struct host_job *)(void *)((char *)waiter - offsetof(struct host_job, waiter));

	if (journal_failed(job->fleet->options.journal))
		fleet_stop(job->fleet, FLEET_STOP_JOURNAL);
	job_move(job, JOB_DRAIN_SET);
}

static void enter_drain_intent(struct host_job *job)
{
	drain_intend(job);
	if (!job->fleet->options.journal) {
		job_move(job, JOB_DRAIN_SET);
		return;
	}
	job->waiter.durable = on_drain_durable;
	journal_wait(job->fleet->options.journal, &job->waiter);
}

void job_wake(struct host_job *job)
{
	if (job->state != JOB_HOLD)
		return;
	exec_timer_stop(job->fleet->options.executor, &job->timer);
	job_move(job, JOB_NEXT);
}

static void enter_close(struct host_job *job)
{
	if (job->connection)
		job_enter_call(job);
	else
		job_move(job, (enum job_state)job->then);
}

static void enter_done(struct host_job *job)
{
	struct rep_host *host = job_host(job);
	int64_t took_ms = (job_now_us(job) - job->began_us) / 1000;

	job_not_ready_any_more(job); /* it may have given up before it had a seat */
	host->duration_ms = (host->duration_ms < 0 ? 0 : host->duration_ms) + took_ms;
	if (job->acting && host->acted_at_ms != UTC_UNKNOWN)
		host->ended_at_ms = exec_wall_ms(job->fleet->options.executor);
	if (job->restoring)
		drain_settle_restored(job);
	else if (job->acting && job->fleet->options.command == FLEET_DRAIN)
		drain_settle_command(job);
	else if (job->acting)
		act_settle(job);
	else
		survey_settle(job);
	fleet_job_done(job->fleet, job);
}

/* Start and stop */

void job_start(struct host_job *job)
{
	struct fleet *fleet = job->fleet;

	job->timer.fire = on_timer;
	job->began_us = job->busy_us = job_now_us(job);
	job->tries = 0;
	if (!job->acting && !job->restoring && fleet->again)
		sweep_start(job);
	job->gave_up = job->silent = job->reopened = false;
	job->called_off = job->farewell = false;
	job->not_drained = job->drain_asked = job->set_failed = false;
	job->set_tries = 0;
	job->drain_error = 0;
	job->resume = JOB_ENUMERATE;
	job->then = JOB_DONE;
	job->state = JOB_IDLE;
	if (job->acting && act_begin(job) < 0) {
		job->gave_up = true;
		job_out_of_memory(job);
		return;
	}
	if (seats_all_lost(&fleet->seats)) {
		job_refuse(job);
		return;
	}
	if (job->acting)
		job_host(job)->acted_at_ms = exec_wall_ms(fleet->options.executor);
	if (fleet->options.probe) {
		job_move(job, JOB_PROBE);
		return;
	}
	fleet->ready++;
	job->new_counted = true;
	job_move(job, job_first_call(job));
}

static void stop_waiting(struct host_job *job)
{
	struct fleet *fleet = job->fleet;

	seats_cancel(&fleet->seats, &job->seat);
	journal_cancel(fleet->options.journal, &job->waiter);
	job_not_ready_any_more(job);
	probe_give_up(job);
	exec_timer_stop(fleet->options.executor, &job->timer);
}

void job_forget(struct host_job *job)
{
	if (!job->fleet)
		return; /* never set up */
	stop_waiting(job);
	if (job->connection && !job->call) /* else the call has it */
		session_close(job->connection);
	job->connection = NULL;
	call_free(job->closer);
	job->closer = NULL;
	free(job->sessions);
	job->sessions = NULL;
	free(job->later);
	job->later = NULL;
	free(job->looks);
	job->looks = NULL;
}

static void stop_at_once(struct host_job *job)
{
	struct session_error timeout = fleet_finding(SESSION_FINDING_RUN_TIMEOUT);
	/* An interrupt is no error, least of all the host's. */
	const struct session_error *error =
		job->fleet->stop == FLEET_STOP_RUN_TIMEOUT ? &timeout : NULL;

	if (job->state == JOB_CALL_OFF && job->call && !job->fleet->hastened) {
		job->farewell = true; /* it is at it, and that has its own end */
		return;
	}
	stop_waiting(job);
	if (job->call) {
		bool withdrawn = (job->call->kind == CALL_ACT || job->state == JOB_DRAIN_SET) &&
				 session_permit_withdraw(&job->call->permit);

		if (job->state == JOB_ACT)
			act_abandon(job, withdrawn, error);
		else if (job->state == JOB_WARN && !withdrawn)
			warn_may_be_shown(job);
		else if (job->state == JOB_DRAIN_SET)
			drain_abandon(job, withdrawn, error);
		job_leave_behind(job);
	} else if (job->connection) {
		job_close_late(job->fleet, job->connection, job->closer);
		job->connection = NULL;
		job->closer = NULL;
	}
	/* The time of the run is up, but those who were warned are told; a second interrupt waits for
	 * nothing. */
	job->farewell = !job->fleet->hastened && call_off_is_owed(job);
	job->gave_up = !job->farewell;
	job_move(job, job->farewell ? JOB_NEXT : JOB_DONE);
}

void job_stop(struct host_job *job, bool now)
{
	bool idle = job->state == JOB_IDLE || job->state == JOB_DONE;

	if (idle)
		return;
	if (now) {
		stop_at_once(job);
		return;
	}
	if (job->call || !job_is_blocked(job, (enum job_state)job->state))
		return; /* what is in flight comes back first; what verifies goes on */
	stop_waiting(job);
	if (job->state != JOB_HOLD) /* those are woken by their queue */
		job_move(job, job_way_out(job));
}
