/* call.c - see call.h. The functions named work_* run on pool workers. */
#include "call.h"

#include <stdlib.h>
#include <string.h>

static void work_open(struct fleet_call *call)
{
	call->status =
		session_open(call->backend, call->name, call->address, &call->opened, &call->error);
}

static void work_enumerate(struct fleet_call *call)
{
	call->status = session_enumerate(call->connection, &call->list, &call->error);
}

static void work_details(struct fleet_call *call)
{
	call->status = session_details(call->connection, call->id, &call->details, &call->error);
}

static void work_act(struct fleet_call *call)
{
	call->status = session_act_if(call->connection, &call->order, &call->seen, &call->details,
				      &call->error);
}

static void work_drain_get(struct fleet_call *call)
{
	call->status = session_drain_get(call->backend, call->name, call->address,
					 &call->drain_seen, &call->error);
}

static void work_drain_set(struct fleet_call *call)
{
	call->status = session_drain_set_if(call->backend, call->name, call->address,
					    &call->drain_order, &call->drain_seen, &call->error);
}

static void work_close(struct fleet_call *call)
{
	session_close(call->connection);
}

static void (*const work[CALL_KIND_COUNT])(struct fleet_call *call) = {
	[CALL_OPEN] = work_open,	   [CALL_ENUMERATE] = work_enumerate,
	[CALL_DETAILS] = work_details,	   [CALL_ACT] = work_act,
	[CALL_DRAIN_GET] = work_drain_get, [CALL_DRAIN_SET] = work_drain_set,
	[CALL_CLOSE] = work_close,
};

static void work_any(struct exec_call *exec)
{
	struct fleet_call *call = (struct fleet_call *)exec;

	work[call->kind](call);
	atomic_store(&call->ended, true);
}

struct fleet_call *call_create(enum call_kind kind)
{
	struct fleet_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->kind = kind;
	call->exec.work = work_any;
	session_list_init(&call->list);
	session_permit_init(&call->permit);
	atomic_init(&call->ended, false);
	return call;
}

void call_free(struct fleet_call *call)
{
	if (!call)
		return;
	session_list_release(&call->list);
	call_free(call->closer);
	free(call->text);
	free(call);
}

static bool copy_text(char *to, const char *from)
{
	size_t len = strlen(from);

	if (len >= SESSION_TEXT_SIZE)
		return false;
	memcpy(to, from, len + 1);
	return true;
}

void call_set_identity(struct fleet_call *call, const struct session_identity *want)
{
	call->order.want = *want;
	if (!copy_text(call->user, want->user) || !copy_text(call->domain, want->domain))
		call->user[0] = call->domain[0] = '\0'; /* nobody is called that */
	call->order.want.user = call->user;
	call->order.want.domain = call->domain;
	call->order.permit = &call->permit;
}

int call_set_message(struct fleet_call *call, const char *title, struct strbuf *text,
		     uint32_t timeout_s)
{
	size_t len;

	call->text = strbuf_steal(text, &len);
	if (!call->text)
		return -1;
	call->order.message = (struct session_message){ title, call->text, timeout_s };
	return 0;
}
