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

/* 0, -1 when memory is short. `left_ms` of the grace; `timeout_s`: 0, the box stays. */
static int fill_text(const struct host_job *job, struct fleet_call *call, const char *template,
		     int64_t left_ms, uint32_t timeout_s)
{
	const struct fleet_options *options = &job->fleet->options;
	int64_t until_ms = exec_wall_ms(options->executor) + left_ms;
	const struct notice_values values = {
		.user = job_host(job)->sessions[call->row].user,
		.host = job_host(job)->name,
		.reason = options->reason,
		.grace = options->command == FLEET_LOGOFF,
		.left_ms = left_ms,
		.until_local_ms =
			until_ms +
			(options->local_offset_ms ? options->local_offset_ms(until_ms) : 0),
	};
	struct strbuf text;
	int status;

	strbuf_init(&text);
	notice_fill(&text, template, &values);
	status = call_set_message(call, NOTICE_TITLE, &text, timeout_s);
	strbuf_release(&text);
	return status;
}

/* A box closes when what it says is over. */
static uint32_t box_s(int64_t left_ms)
{
	int64_t left_s = (left_ms + 999) / 1000;

	return left_s < 1 ? 1 : left_s > UINT32_MAX ? UINT32_MAX : (uint32_t)left_s;
}

int order_warn(struct host_job *job, struct fleet_call *call, int64_t not_after_us)
{
	const struct fleet_notify *notify = &job->fleet->options.notify;
	const struct session_job *session = &job->sessions[job->current];
	int64_t left_ms =
		session->warning == WARNING_NONE
			? notify->grace_ms
			: (session->grace_until_us - exec_now_us(job->fleet->options.executor)) /
				  1000;

	fill_identity(job, call, session);
	call->order.act = SESSION_ACT_MESSAGE;
	call->order.not_after_us = not_after_us;
	if (!notify->disconnected)
		(void)selection_not_in(&call->order.condition, SESSION_DISCONNECTED);
	return fill_text(job, call, notify->text, left_ms, box_s(left_ms));
}

int order_call_off(struct host_job *job, struct fleet_call *call, int64_t not_after_us)
{
	static const struct session_condition any = { 0, -1 };
	const struct fleet_notify *notify = &job->fleet->options.notify;
	const struct session_job *session = &job->sessions[job->current];
	int64_t now = exec_now_us(job->fleet->options.executor);

	fill_identity(job, call, session);
	call->order.act = SESSION_ACT_MESSAGE;
	call->order.not_after_us = not_after_us;
	call->order.condition = any; /* whatever he has done meanwhile, he was told */
	return fill_text(job, call, notify->called_off ? notify->called_off : NOTICE_CALLED_OFF,
			 (session->grace_until_us - now) / 1000, box_s(notify->grace_ms));
}

int order_act(struct host_job *job, struct fleet_call *call, int64_t not_after_us)
{
	struct fleet *fleet = job->fleet;
	struct session_job *session = &job->sessions[job->current];

	fill_identity(job, call, session);
	call->order.act = act_of(&fleet->options);
	call->asked_before = session->asked;
	call->order.not_after_us = not_after_us;
	/* Whoever has disconnected himself meanwhile is left alone. */
	if (fleet->options.command == FLEET_DISCONNECT)
		(void)selection_not_in(&call->order.condition, SESSION_DISCONNECTED);
	/* Without a warning only who is disconnected. */
	if (warn_applies(job) && session->warning == WARNING_NONE)
		(void)selection_only_in(&call->order.condition, SESSION_DISCONNECTED);
	if (fleet->options.command == FLEET_MESSAGE &&
	    fill_text(job, call, fleet->options.message, 0, 0) < 0)
		return -1;
	if (!session->closing && fleet->options.command == FLEET_LOGOFF)
		fleet_closing_changed(fleet, 1);
	session->closing = fleet->options.command == FLEET_LOGOFF;
	if (!session->started_us)
		session->started_us = exec_now_us(fleet->options.executor);
	return 0;
}
