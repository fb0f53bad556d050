/* closing.c - --max-closing: how many sessions are going, and the hosts that wait for that. */
#include "fleet_internal.h"

bool fleet_closing_full(const struct fleet *fleet)
{
	return fleet->options.max_closing >= 0 && fleet->closing >= fleet->options.max_closing;
}

void fleet_hold(struct fleet *fleet, struct host_job *job)
{
	job->hold_next = NULL;
	*fleet->holding_end = job;
	fleet->holding_end = &job->hold_next;
}

void fleet_unhold(struct fleet *fleet, const struct host_job *job)
{
	struct host_job **at = &fleet->holding;

	while (*at && *at != job)
		at = &(*at)->hold_next;
	if (!*at)
		return;
	*at = job->hold_next;
	if (!*at)
		fleet->holding_end = at;
}

void fleet_wake_holding(struct fleet *fleet, bool all)
{
	while (fleet->holding && (all || !fleet_closing_full(fleet))) {
		struct host_job *job = fleet->holding;

		fleet->holding = job->hold_next;
		if (!fleet->holding)
			fleet->holding_end = &fleet->holding;
		job_wake(job);
	}
}

static void on_wake(struct exec_timer *timer)
{
	struct fleet *fleet =
		(struct fleet *)(void *)((char *)timer - offsetof(struct fleet, wake_timer));

	fleet_wake_holding(fleet, false);
}

void fleet_closing_changed(struct fleet *fleet, int by)
{
	fleet->closing += by;
	/* Not from in here: the caller is in the middle of another host's decision. */
	if (by < 0 && fleet->holding && !fleet->wake_timer.place)
		(void)exec_timer_set(fleet->options.executor, &fleet->wake_timer,
				     exec_now_us(fleet->options.executor));
}

void fleet_closing_init(struct fleet *fleet)
{
	fleet->wake_timer.fire = on_wake;
}
