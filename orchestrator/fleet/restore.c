/* restore.c - the phase that puts back the drain mode of every host where this run has changed it for
 * its own time. It follows the act however that ended: a door that stays closed is an outage nobody
 * has ordered. */
#include "fleet_internal.h"

/* When the run's time is up, or someone is in a hurry, so long all the same. */
#define HASTY_CALLS	2    /* times --call-timeout */
#define SESSION_ENDS_MS 1500 /* the terminal is gone: Windows gives a process a few seconds */

uint32_t fleet_count_owed(const struct fleet *fleet)
{
	uint32_t count = 0;

	for (size_t i = 0; i < fleet->record->host_count; i++)
		count += drain_is_owed(fleet, &fleet->record->hosts[i]);
	return count;
}

/* Only the hosts that are out: nothing of this phase is begun any more. */
static void leave(struct fleet *fleet)
{
	fleet->restore_leave = true;
	fleet_stop_jobs(fleet, true);
}

static void on_limit(struct exec_timer *timer)
{
	struct fleet *fleet =
		(struct fleet *)(void *)((char *)timer - offsetof(struct fleet, restore_timer));

	leave(fleet);
}

static void set_limit(struct fleet *fleet)
{
	int64_t limit_ms = fleet->stop == FLEET_STOP_SIGHUP
				   ? SESSION_ENDS_MS
				   : HASTY_CALLS * fleet->options.call_timeout_ms;

	(void)exec_timer_set(fleet->options.executor, &fleet->restore_timer,
			     exec_now_us(fleet->options.executor) + limit_ms * 1000);
}

void fleet_restore_stopped(struct fleet *fleet)
{
	if (fleet->restore_leave)
		leave(fleet);
	else if (fleet->stop_now && !fleet->restore_timer.place)
		set_limit(fleet);
}

void fleet_restore_refused(struct fleet *fleet)
{
	fleet->restore_leave = true;
	/* From the loop: the caller is in the middle of a host's decision. */
	(void)exec_timer_set(fleet->options.executor, &fleet->restore_timer,
			     exec_now_us(fleet->options.executor));
}

/* Until when a call of the run before may still get there. */
static int64_t doubt_until_us(const struct fleet *fleet, uint32_t host)
{
	const struct fleet_options *options = &fleet->options;
	int64_t own_ms = options->hosts[host].call_timeout_ms;
	int64_t patience_ms = own_ms > 0 ? own_ms : options->call_timeout_ms;

	for (size_t i = 0; i < options->drain_doubt_count; i++)
		if (options->drain_doubts[i].host == host)
			return exec_now_us(options->executor) +
			       (options->drain_doubts[i].asked_at_ms + patience_ms -
				exec_wall_ms(options->executor)) *
				       1000;
	return 0;
}

static void begin(struct fleet *fleet)
{
	size_t count = 0;

	for (uint32_t i = 0; i < fleet->record->host_count; i++) {
		struct host_job *job = &fleet->jobs[i];
		bool acted = job->state == JOB_DONE; /* in this process: its error is of now */

		if (!drain_is_owed(fleet, &fleet->record->hosts[i]))
			continue;
		fleet->queue[count++] = i;
		job->doubt_until_us = doubt_until_us(fleet, i);
		job->acting = false;
		job->restoring = true;
		job->state = JOB_IDLE;
		job->spent_us = 0;
		if (fleet->options.resume && !acted)
			fleet->record->hosts[i].error = 0; /* it has another chance */
	}
	if (fleet->stop == FLEET_STOP_CREDENTIALS) {
		/* one host goes first alone once more, and one more refusal is the last */
		fleet_ask_one_by_one(fleet);
	}
	fleet->starved = false;
	fleet->restore_timer.fire = on_limit;
	if (fleet->stop_now) {
		set_limit(fleet);
		fleet_warn(fleet,
			   "drain mode is put back on %u host%s before the end; another interrupt "
			   "leaves them as they are",
			   (unsigned)count, count == 1 ? "" : "s");
	}
	fleet_begin_queue(fleet, FLEET_RESTORE, count);
}

void fleet_wind_up(struct fleet *fleet)
{
	if ((fleet->phase == FLEET_ACT || (fleet->phase == FLEET_SURVEY && fleet->again)) &&
	    fleet_count_owed(fleet))
		begin(fleet);
	else
		fleet_finish(fleet);
}

void fleet_settle_owed(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->record->host_count; i++) {
		struct rep_host *host = &fleet->record->hosts[i];
		bool tried = fleet->jobs[i].restoring && fleet->jobs[i].state == JOB_DONE;

		if (!tried && drain_is_owed(fleet, host))
			drain_not_restored(fleet, host, 0, false);
	}
}
