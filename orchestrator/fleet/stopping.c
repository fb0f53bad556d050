/* stopping.c - what stops a run before its end, and how its jobs are told. */
#include "fleet_internal.h"

static const struct {
	const char *name;
	enum rep_reason reason; /* of what was not come to */
	bool signal;
} stop_rows[FLEET_STOP_COUNT] = {
	[FLEET_STOP_NONE] = { "", REP_REASON_NONE, false },
	[FLEET_STOP_MAX_FAILURES] = { "max_failures", REP_REASON_MAX_FAILURES, false },
	[FLEET_STOP_CREDENTIALS] = { "credentials", REP_REASON_CREDENTIALS, false },
	[FLEET_STOP_DECLINED] = { "declined", REP_REASON_DECLINED, false },
	[FLEET_STOP_MAX_SESSIONS] = { "max_sessions", REP_REASON_MAX_SESSIONS, false },
	[FLEET_STOP_RUN_TIMEOUT] = { "run_timeout", REP_REASON_RUN_TIMEOUT, false },
	[FLEET_STOP_DRAIN_FAILED] = { "drain_failed", REP_REASON_DRAIN_FAILED, false },
	[FLEET_STOP_NOTIFY_FAILED] = { "notify_failed", REP_REASON_NOTIFY_FAILED, false },
	[FLEET_STOP_JOURNAL] = { "journal", REP_REASON_JOURNAL, false },
	[FLEET_STOP_SIGINT] = { "SIGINT", REP_REASON_INTERRUPTED, true },
	[FLEET_STOP_SIGTERM] = { "SIGTERM", REP_REASON_INTERRUPTED, true },
	[FLEET_STOP_SIGHUP] = { "SIGHUP", REP_REASON_INTERRUPTED, true },
};

const char *fleet_stop_name(enum fleet_stop stop)
{
	return stop_rows[stop].name;
}

enum rep_reason fleet_stop_reason(enum fleet_stop stop)
{
	return stop_rows[stop].reason;
}

void fleet_stop_jobs(struct fleet *fleet, bool now)
{
	size_t unstarted = fleet->queue_count - fleet->queue_next;

	fleet->queue_next = fleet->queue_count;
	fleet->queue_left -= unstarted;
	for (size_t i = 0; i < fleet->queue_count - unstarted; i++)
		job_stop(&fleet->jobs[fleet->queue[i]], now);
	fleet_wake_holding(fleet, true);
	if (!fleet->queue_left)
		fleet_end_phase(fleet);
}

static void on_stop(struct exec_timer *timer)
{
	struct fleet *fleet =
		(struct fleet *)(void *)((char *)timer - offsetof(struct fleet, stop_timer));
	bool in_queue = fleet->phase == FLEET_SURVEY || fleet->phase == FLEET_ACT;

	if (fleet->phase == FLEET_FINISHED)
		return;
	exec_timer_stop(fleet->options.executor, &fleet->pause_timer);
	if (fleet->stop == FLEET_STOP_CREDENTIALS)
		fleet->seats.concurrency = 1; /* what is still to be said, one by one */
	if (fleet->phase == FLEET_RESTORE)
		fleet_restore_stopped(fleet);
	else if (in_queue)
		fleet_stop_jobs(fleet, fleet->stop_now);
	else
		fleet_finish(fleet); /* at the question */
}

void fleet_stop(struct fleet *fleet, enum fleet_stop reason)
{
	bool hasten = stop_rows[reason].signal && fleet->stop != FLEET_STOP_NONE;

	if (fleet->phase == FLEET_FINISHED || (fleet->stop != FLEET_STOP_NONE && !hasten))
		return;
	/* An interrupt outweighs what stopped the run before it: the exit code says so. */
	if (fleet->stop == FLEET_STOP_NONE || !stop_rows[fleet->stop].signal)
		fleet->stop = reason;
	fleet->hastened |= hasten;
	fleet->restore_leave |= hasten && fleet->phase == FLEET_RESTORE;
	fleet->stop_now = hasten || reason == FLEET_STOP_RUN_TIMEOUT;
	/* From the loop: the caller may be in the middle of a host's decision. */
	(void)exec_timer_set(fleet->options.executor, &fleet->stop_timer,
			     exec_now_us(fleet->options.executor));
}

static void on_run_timeout(struct exec_timer *timer)
{
	struct fleet *fleet =
		(struct fleet *)(void *)((char *)timer - offsetof(struct fleet, run_timer));

	fleet_stop(fleet, FLEET_STOP_RUN_TIMEOUT);
}

void fleet_stopping_init(struct fleet *fleet)
{
	fleet->run_timer.fire = on_run_timeout;
	fleet->stop_timer.fire = on_stop;
}
