/* host_order.c - what a call is to do to a session: the order in its block, by the run's command. */
#include "fleet_internal.h"

#include "notice.h"

static enum session_act act_of(const struct fleet_options *options)
{
	switch (options->command) {
	case FLEET_DISCONNECT:
		return SESSION_ACT_DISCONNECT;
	case FLEET_MESSAGE:
		return SESSION_ACT_MESSAGE;
	case FLEET_SESSIONS:
	case FLEET_LOGOFF:
	case FLEET_DRAIN:
	case FLEET_DRAIN_STATUS:
		break;
	}
	return options->wait ? SESSION_ACT_LOGOFF_WAIT : SESSION_ACT_LOGOFF;
}

/* Whom it is for, and what he must still be. */
static void fill_identity(const struct host_job *job, struct fleet_call *call,
			  const struct session_job *session)
{
	const struct rep_session *row = &job_host(job)->sessions[session->row];
	const struct session_identity want = { row->id, row->domain, row->user, row->logon_at_ms };

	call->row = session->row;
	call_set_identity(call, &want);
	call->order.condition = selection_condition(job->fleet->options.selection);
}

/* The message of the run's command. 0, -1 when memory is short. */
static int fill_message(const struct host_job *job, struct fleet_call *call)
{
	const struct fleet_options *options = &job->fleet->options;
	const struct notice_values values = {
		.user = job_host(job)->sessions[call->row].user,
		.host = job_host(job)->name,
		.reason = options->reason,
	};
	struct strbuf text;
	int status;

	strbuf_init(&text);
	notice_fill(&text, options->message, &values);
	status = call_set_message(call, NOTICE_TITLE, &text, 0);
	strbuf_release(&text);
	return status;
}

int order_act(struct host_job *job, struct fleet_call *call, int64_t not_after_us)
{
	struct fleet *fleet = job->fleet;
	struct session_job *session = &job->sessions[job->current];

	fill_identity(job, call, session);
	call->order.act = act_of(&fleet->options);
	call->order.not_after_us = not_after_us;
	/* Whoever has disconnected himself meanwhile is left alone. */
	if (fleet->options.command == FLEET_DISCONNECT)
		selection_not_in(&call->order.condition, SESSION_DISCONNECTED);
	if (fleet->options.command == FLEET_MESSAGE && fill_message(job, call) < 0)
		return -1;
	if (!session->closing && fleet->options.command == FLEET_LOGOFF)
		fleet_closing_changed(fleet, 1);
	session->closing = fleet->options.command == FLEET_LOGOFF;
	if (!session->started_us)
		session->started_us = exec_now_us(fleet->options.executor);
	return 0;
}
