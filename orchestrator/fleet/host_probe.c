/* host_probe.c - whether a host's port answers, before a worker is spent on it. */
#include "fleet_internal.h"

#include <stdlib.h>

/* a probe that is silent so long does not keep others from starting */
#define PROBE_COUNTS_US 250000

struct job_probe {
	struct exec_probe exec; /* first */
	struct fleet *fleet;
	uint32_t host;
	bool looking_up; /* its look-up is on the ledger, */
	bool lost;	 /* as one that does not come back */
	struct exec_timer lost_timer;
};

void probe_counts_no_more(struct host_job *job)
{
	if (job->probe_counted)
		job->fleet->probing--;
	job->probe_counted = false;
}

static void uncount(struct host_job *job)
{
	exec_timer_stop(job->fleet->options.executor, &job->timer);
	probe_counts_no_more(job);
}

static void on_lost(struct exec_timer *timer)
{
	struct job_probe *probe =
		(struct job_probe *)(void *)((char *)timer -
					     offsetof(struct job_probe, lost_timer));

	probe->lost = true;
	seats_lookup_lost(&probe->fleet->seats);
	fleet_feed(probe->fleet);
}

/* The probe is over and its look-up still holds a thread. A name server that is slow is given as long
 * as a call is. */
static void wait_for_lookup(struct job_probe *probe)
{
	const struct fleet_options *options = &probe->fleet->options;

	probe->lost_timer.fire = on_lost;
	(void)exec_timer_set(options->executor, &probe->lost_timer,
			     exec_now_us(options->executor) + options->call_timeout_ms * 1000);
}

static void done(struct exec_probe *exec, enum exec_probe_result result)
{
	struct job_probe *probe = (struct job_probe *)exec;
	struct host_job *job = &probe->fleet->jobs[probe->host];

	job->probe = NULL;
	uncount(job);
	if (result == EXEC_PROBE_CONNECTED) {
		job->fleet->ready++;
		job->new_counted = true;
	}
	if (probe->looking_up)
		wait_for_lookup(probe);
	job_move(job, survey_probed(job, result));
	fleet_feed(job->fleet);
}

static void lookup_ended(struct job_probe *probe)
{
	exec_timer_stop(probe->fleet->options.executor, &probe->lost_timer);
	if (probe->looking_up)
		seats_lookup_end(&probe->fleet->seats, probe->lost);
	probe->looking_up = false;
}

static void looked_up(struct exec_probe *exec)
{
	struct job_probe *probe = (struct job_probe *)exec;

	lookup_ended(probe);
	fleet_feed(probe->fleet);
}

static void released(struct exec_probe *exec)
{
	struct job_probe *probe = (struct job_probe *)exec;

	lookup_ended(probe);
	probe->fleet->probes_out--;
	free(probe);
}

static struct job_probe *make_probe(struct host_job *job)
{
	const struct fleet_options *options = &job->fleet->options;
	const struct fleet_host *host = &options->hosts[job->index];
	struct job_probe *probe = calloc(1, sizeof(*probe));

	if (!probe)
		return NULL;
	probe->fleet = job->fleet;
	probe->host = job->index;
	probe->exec.address = host->address;
	probe->exec.port = host->probe_port;
	probe->exec.timeout_ms = options->connect_timeout_ms;
	probe->exec.done = done;
	probe->exec.looked_up = looked_up;
	probe->exec.released = released;
	if (options->backend->ops->probe_script) {
		probe->exec.scripted = true;
		options->backend->ops->probe_script(options->backend, host->name,
						    &probe->exec.script);
	}
	return probe;
}

void probe_enter(struct host_job *job)
{
	struct fleet *fleet = job->fleet;
	struct executor *executor = fleet->options.executor;
	struct job_probe *probe = make_probe(job);

	if (!probe || exec_probe(executor, &probe->exec) < 0) {
		free(probe);
		job_out_of_memory(job);
		return;
	}
	/* fleet_feed() has made sure that there is a thread for the look-up. */
	probe->looking_up =
		exec_probe_needs_lookup(&probe->exec) && seats_lookup_begin(&fleet->seats);
	job->probe = probe;
	job->probe_counted = true;
	fleet->probing++;
	fleet->probes_out++;
	(void)exec_timer_set(executor, &job->timer, exec_now_us(executor) + PROBE_COUNTS_US);
}

void probe_give_up(struct host_job *job)
{
	struct job_probe *probe = job->probe;

	if (!probe)
		return;
	uncount(job);
	job->probe = NULL;
	exec_probe_cancel(job->fleet->options.executor, &probe->exec);
}
