/* host_drain.c - what one host's job decides about the host's drain mode: before sessions are acted
 * on, for the command `drain`, and when the mode is put back. Asked is not done: only a look tells
 * the mode, and after every setting, whatever it answered, there is one.
 *
 *   record       before   during   after
 *   looked at    seen     -        seen       nothing was asked
 *   intended     seen     -        -          it may have been set, or may be yet
 *   drained      seen     mode     - | mode   '-': `--drain run` owes the mode to the host
 *   put back     seen     mode     what the last look showed
 */
#include "fleet_internal.h"

#include "win_error.h"

/* The numbers of TSServerDrainMode as the record has them. */
static enum rep_drain in_record(enum session_drain mode)
{
	static const enum rep_drain modes[] = {
		[SESSION_DRAIN_OFF] = REP_DRAIN_OFF,
		[SESSION_DRAIN_RESTART] = REP_DRAIN_RESTART,
		[SESSION_DRAIN_ON] = REP_DRAIN_ON,
	};

	return modes[mode];
}

static bool is_command(const struct fleet *fleet)
{
	return fleet->options.command == FLEET_DRAIN ||
	       fleet->options.command == FLEET_DRAIN_STATUS;
}

/* What the host is to be set to. */
static enum session_drain target(const struct host_job *job)
{
	const struct fleet_options *options = &job->fleet->options;

	if (job->restoring)
		return SESSION_DRAIN_OFF; /* `run` changes no other */
	if (options->command == FLEET_DRAIN)
		return options->drain_to;
	return options->drain == FLEET_DRAIN_FOR_RESTART ? SESSION_DRAIN_RESTART : SESSION_DRAIN_ON;
}

/* Whether a host in that mode is as it should be. To a logoff a host that refuses logons already is
 * good enough, but for one that would take them again after a restart and should stay closed. */
static bool suffices(const struct host_job *job, enum session_drain mode)
{
	const struct fleet_options *options = &job->fleet->options;

	if (job->restoring || options->command == FLEET_DRAIN || options->drain == FLEET_DRAIN_KEEP)
		return mode == target(job);
	return mode != SESSION_DRAIN_OFF;
}

bool drain_is_owed(const struct fleet *fleet, const struct rep_host *host)
{
	return fleet->options.command == FLEET_LOGOFF &&
	       fleet->options.drain == FLEET_DRAIN_FOR_RUN && rep_host_is_left_drained(host);
}

bool drain_is_in_doubt(const struct rep_host *host)
{
	return host->drain_before != REP_DRAIN_UNKNOWN && host->drain_after == REP_DRAIN_UNKNOWN;
}

bool drain_acts(const struct fleet *fleet, const struct rep_host *host, bool has_sessions)
{
	const struct fleet_options *options = &fleet->options;

	if (options->command == FLEET_DRAIN)
		return host->drain_before != REP_DRAIN_UNKNOWN &&
		       host->drain_after != in_record(options->drain_to) &&
		       (host->outcome == REP_HOST_NONE || host->outcome == REP_HOST_SUCCEEDED ||
			host->outcome == REP_HOST_NOT_ATTEMPTED || drain_is_in_doubt(host));
	if (options->command != FLEET_LOGOFF || options->drain == FLEET_DRAIN_NONE)
		return false;
	/* With everything selected the door of an empty host is closed too. */
	return has_sessions ||
	       (options->selection->all && !options->plan && host->outcome == REP_HOST_SUCCEEDED &&
		host->drain_during == REP_DRAIN_UNKNOWN);
}

enum job_state job_first_call(const struct host_job *job)
{
	const struct fleet *fleet = job->fleet;

	if (job->restoring)
		return JOB_DRAIN_INTENT;
	if (is_command(fleet) || (job->acting && fleet->options.command == FLEET_LOGOFF &&
				  fleet->options.drain != FLEET_DRAIN_NONE))
		return JOB_DRAIN_LOOK;
	return JOB_OPEN;
}

void drain_fill(struct host_job *job, struct fleet_call *call, int64_t not_after_us)
{
	call->drain_order = (struct session_drain_order){
		.from = job->restoring ? SESSION_DRAIN_ON : (enum session_drain)job->drain_seen,
		.to = target(job),
		.not_after_us = not_after_us,
		.permit = &call->permit,
	};
}

void drain_intend(struct host_job *job)
{
	struct rep_host *host = job_host(job);

	if (!job->restoring)
		host->drain_during = REP_DRAIN_UNKNOWN;
	host->drain_after = REP_DRAIN_UNKNOWN;
	journal_drain(job->fleet->options.journal, job->fleet->record, job->index,
		      in_record(target(job)));
}

static void tell(const struct host_job *job)
{
	journal_drained(job->fleet->options.journal, job->fleet->record, job->index);
}

static enum job_state end_here(struct host_job *job)
{
	job->then = JOB_DONE;
	return JOB_CLOSE;
}

/* --- how it ended */

static enum job_state go_on(struct host_job *job)
{
	job->resume = JOB_ENUMERATE; /* whatever was tried again before */
	return JOB_OPEN;
}

/* The host is as it should be. */
static enum job_state closed(struct host_job *job, enum session_drain mode)
{
	struct rep_host *host = job_host(job);
	bool changed = drain_is_in_doubt(host) || drain_is_owed(job->fleet, host);

	host->drain_after = (uint8_t)in_record(mode);
	job->tries = 0;
	job->drain_error = 0;
	if (!is_command(job->fleet)) {
		host->drain_during = (uint8_t)in_record(mode);
		if (drain_is_owed(job->fleet, host))
			host->drain_after = REP_DRAIN_UNKNOWN;
	}
	if (changed)
		tell(job);
	return job->session_count ? go_on(job) : end_here(job);
}

static enum job_state put_back(struct host_job *job, enum session_drain mode)
{
	struct rep_host *host = job_host(job);

	if (mode == SESSION_DRAIN_OFF && job->set_late) {
		job->set_late = false;
		return JOB_DRAIN_SET; /* the look may have come before it */
	}
	if (mode == SESSION_DRAIN_OFF && job->set_out) {
		/* it may be set yet, by a call that has not come back */
		struct session_error error = fleet_finding(SESSION_FINDING_CALL_TIMEOUT);

		return drain_failed(job, &error, true);
	}
	host->drain_after = (uint8_t)in_record(mode);
	if (mode != SESSION_DRAIN_OFF)
		fleet_warn(job->fleet,
			   "%s: drain mode is '%s', which somebody else has set since: it is left "
			   "so",
			   host->name, session_drain_name(mode));
	tell(job);
	return end_here(job);
}

static enum job_state arrived(struct host_job *job, enum session_drain mode)
{
	return job->restoring ? put_back(job, mode) : closed(job, mode);
}

/* It could not be done, or not be told. `silent`: there was no answer. */
enum job_state drain_failed(struct host_job *job, const struct session_error *error, bool silent)
{
	struct fleet *fleet = job->fleet;
	bool asked = false;

	job->drain_error = fleet_error(fleet, error);
	if (job->restoring || is_command(fleet)) {
		job->silent = silent;
		job->gave_up = true;
		return end_here(job);
	}
	for (uint32_t i = 0; i < job->session_count; i++)
		asked |= job->sessions[i].state == SESSION_ASKED;
	job->tries = 0;
	switch (fleet->options.drain_failed) {
	case FLEET_FAILED_CONTINUE:
		return job->session_count ? go_on(job) : end_here(job);
	case FLEET_FAILED_ABORT:
		fleet_stop(fleet, FLEET_STOP_DRAIN_FAILED);
		break;
	case FLEET_FAILED_SKIP:
		break;
	}
	/* What a run before this one has asked is still verified. */
	job->not_drained = true;
	job->silent = silent && !asked;
	return asked ? go_on(job) : JOB_NEXT;
}

/* --- results */

/* Nothing of ours is under way on this host. */
static bool is_untouched(const struct host_job *job)
{
	const struct rep_host *host = job_host(job);

	return !drain_is_in_doubt(host) && !drain_is_owed(job->fleet, host);
}

static enum job_state seen(struct host_job *job, enum session_drain mode)
{
	struct rep_host *host = job_host(job);

	job->drain_seen = (uint8_t)mode;
	job->tries = 0;
	if (!is_untouched(job)) {
		job->drain_asked = true; /* by the run that this one goes on with */
	} else {
		/* as an earlier part of the run has left it: then that part knows what was before */
		if (host->drain_after != (uint8_t)in_record(mode))
			host->drain_before = (uint8_t)in_record(mode);
		host->drain_after = (uint8_t)in_record(mode);
		host->drain_during = REP_DRAIN_UNKNOWN;
	}
	if (!job->acting)
		return end_here(job); /* a survey only looks */
	return suffices(job, mode) ? closed(job, mode) : JOB_DRAIN_INTENT;
}

enum job_state drain_looked(struct host_job *job, struct fleet_call *call)
{
	if (call->status == 0) {
		fleet_credential_answer(job->fleet, NULL);
		return seen(job, call->drain_seen);
	}
	fleet_credential_answer(job->fleet, &call->error);
	if (job_retry(job, &call->error, JOB_DRAIN_LOOK) == JOB_FAILURE_RETRY)
		return JOB_CLOSE;
	return drain_failed(job, &call->error, false);
}

/* The mode before the call was not what it should have been, so that nothing was asked. */
static enum job_state seen_other(struct host_job *job, enum session_drain mode)
{
	struct rep_host *host = job_host(job);
	int64_t now_us = exec_now_us(job->fleet->options.executor);

	/* A call whose answer never came may still get there. */
	if (mode == SESSION_DRAIN_OFF && job->restoring && job->doubt_until_us > now_us) {
		job->sleep_us = job->doubt_until_us - now_us;
		job->resume = JOB_DRAIN_SET;
		return JOB_BACKOFF;
	}
	if (job->restoring)
		return put_back(job, mode);
	if (!job->drain_asked) { /* not by us, so that it is not ours to put back */
		if (host->drain_during == REP_DRAIN_UNKNOWN)
			host->drain_after = host->drain_before;
		tell(job);
		return seen(job, mode);
	}
	job->drain_seen = (uint8_t)mode;
	return suffices(job, mode) ? closed(job, mode) : JOB_DRAIN_INTENT;
}

enum job_state drain_set(struct host_job *job, struct fleet_call *call)
{
	bool looking = call->status < 0 && call->error.api != SESSION_API_REG_SET_VALUE;

	fleet_credential_answer(job->fleet, call->status < 0 ? &call->error : NULL);
	if (call->status == 0 && call->drain_seen != call->drain_order.from)
		return seen_other(job, call->drain_seen);
	if (looking && !job->drain_asked) {
		struct rep_host *host = job_host(job);

		if (job_retry(job, &call->error, JOB_DRAIN_SET) == JOB_FAILURE_RETRY)
			return JOB_CLOSE;
		if (!job->restoring && host->drain_during == REP_DRAIN_UNKNOWN) {
			host->drain_after = host->drain_before; /* nothing was asked */
			tell(job);
		}
		return drain_failed(job, &call->error, false);
	}
	job->drain_asked = true;
	job->set_failed = call->status < 0;
	job->set_error = call->error;
	job->tries = 0;
	return JOB_DRAIN_CHECK;
}

/* A look after setting it shows the mode of before. */
static enum job_state not_taken(struct host_job *job)
{
	struct fleet *fleet = job->fleet;
	struct session_error error =
		job->set_failed ? job->set_error : fleet_finding(SESSION_FINDING_DRAIN_NOT_SET);
	enum win_error_class class_ = win_error_lookup(error.api, error.code)->class_;
	bool passes =
		!job->set_failed || class_ == WIN_ERROR_TRANSIENT || class_ == WIN_ERROR_AMBIGUOUS;
	struct rep_host *host = job_host(job);

	if (passes && job->set_tries < fleet->options.retries && !job_stopping(job)) {
		job->sleep_us = job_backoff_us(job, ++job->set_tries);
		job->resume = JOB_DRAIN_SET;
		return JOB_BACKOFF;
	}
	/* A call that was left behind may set it yet. */
	if (!job->set_out) {
		if (job->restoring)
			host->drain_after = REP_DRAIN_ON;
		else
			host->drain_after = (uint8_t)in_record((enum session_drain)job->drain_seen);
	}
	tell(job);
	return drain_failed(job, &error, job->set_out);
}

enum job_state drain_checked(struct host_job *job, struct fleet_call *call)
{
	enum session_drain from =
		job->restoring ? SESSION_DRAIN_ON : (enum session_drain)job->drain_seen;

	if (call->status < 0) {
		fleet_credential_answer(job->fleet, &call->error);
		if (job_retry(job, &call->error, JOB_DRAIN_CHECK) == JOB_FAILURE_RETRY)
			return JOB_CLOSE;
		return drain_failed(job, &call->error, false);
	}
	fleet_credential_answer(job->fleet, NULL);
	if (suffices(job, call->drain_seen) ||
	    (job->restoring && call->drain_seen != SESSION_DRAIN_ON))
		return arrived(job, call->drain_seen);
	if (call->drain_seen == from)
		return not_taken(job);
	job->drain_seen = (uint8_t)call->drain_seen; /* and not by us */
	return JOB_DRAIN_INTENT;
}

/* --- calls left behind */

void drain_abandon(struct host_job *job, bool withdrawn, const struct session_error *error)
{
	struct rep_host *host = job_host(job);

	if (error && (!withdrawn || !job_stopping(job)))
		job->drain_error = fleet_error(job->fleet, error);
	if (job->restoring)
		return; /* it stays owed */
	if (!withdrawn)
		job->set_out = job->drain_asked = true;
	else if (!job->drain_asked && host->drain_during == REP_DRAIN_UNKNOWN)
		host->drain_after = host->drain_before;
}

enum job_state drain_overdue(struct host_job *job, bool withdrawn)
{
	struct session_error error = job_timeout_error(job);

	if (job->state != JOB_DRAIN_SET)
		return drain_failed(job, &error, true);
	drain_abandon(job, withdrawn, &error);
	if (withdrawn)
		return drain_failed(job, &error, true);
	job->set_failed = job->drain_asked = true;
	job->set_error = error;
	job->set_tries = (uint8_t)job->fleet->options.retries; /* no second one beside it */
	job->tries = 0;
	return JOB_DRAIN_CHECK;
}

/* The answer of a call that was left behind, while the record is open: the mode was set after all,
 * maybe after a look had shown that it was not. */
void drain_late(struct fleet *fleet, const struct fleet_call *call)
{
	struct host_job *job = &fleet->jobs[call->host];
	struct rep_host *host = &fleet->record->hosts[call->host];
	bool set = call->status == 0 && call->drain_seen == call->drain_order.from;
	bool to_restore =
		fleet->options.command == FLEET_LOGOFF && call->drain_order.to == SESSION_DRAIN_OFF;

	if (to_restore)
		return; /* it does no harm, and only a look tells */
	job->set_out = false;
	job->set_late = set && job->restoring && job->state != JOB_DONE;
	if (!set || job->state != JOB_DONE)
		return;
	host->drain_after = (uint8_t)in_record(call->drain_order.to);
	if (job->restoring)
		drain_not_restored(fleet, host, 0, false);
	else if (drain_is_owed(fleet, host))
		host->drain_after = REP_DRAIN_UNKNOWN;
	journal_done(fleet->options.journal, fleet->record, call->host);
}

/* --- the end of a job */

void drain_settle(struct host_job *job)
{
	struct rep_host *host = job_host(job);

	if (!host->error)
		host->error = job->drain_error;
}

void drain_settle_command(struct host_job *job)
{
	struct rep_host *host = job_host(job);
	bool there = host->drain_after == (uint8_t)in_record(target(job));

	drain_settle(job);
	if (host->error)
		host->outcome = job->silent ? REP_HOST_TIMED_OUT : REP_HOST_FAILED;
	else if (there)
		host->outcome = REP_HOST_SUCCEEDED;
	else /* an interrupt came while it was asked, or before */
		host->outcome = drain_is_in_doubt(host) ? REP_HOST_FAILED : REP_HOST_NOT_ATTEMPTED;
	journal_done(job->fleet->options.journal, job->fleet->record, job->index);
}

void drain_settle_restored(struct host_job *job)
{
	struct fleet *fleet = job->fleet;
	struct rep_host *host = job_host(job);

	if (drain_is_owed(fleet, host))
		drain_not_restored(fleet, host, job->drain_error, job->silent);
	else if (fleet->options.resume && !host->error)
		host->outcome = (uint8_t)verdict_host(host, !host->error, false);
	journal_done(fleet->options.journal, fleet->record, job->index);
}

void drain_not_restored(struct fleet *fleet, struct rep_host *host, uint16_t error, bool silent)
{
	struct session_error finding = fleet_finding(SESSION_FINDING_DRAIN_NOT_RESTORED);

	host->error = error ? error : fleet_error(fleet, &finding);
	host->outcome = (uint8_t)verdict_host(host, false, silent);
}
