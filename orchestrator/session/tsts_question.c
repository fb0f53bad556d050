/* tsts_question.c - see tsts_question.h. */
#include "tsts_question.h"

#include <errno.h>

struct tsts_backend *tsts_of(struct session_backend *backend)
{
	return (struct tsts_backend *)(void *)backend;
}

struct tsts_host *tsts_host_of(struct session_host *host)
{
	return (struct tsts_host *)(void *)host;
}

int tsts_fail(struct session_error *reterr, enum session_api api, uint32_t code)
{
	*reterr = (struct session_error){ .api = api, .code = code };
	return -1;
}

/* --- one question to one connector */

static enum tsts_child_result hear(struct tsts_connector *connector, struct strbuf *body,
				   enum tsts_wire_type type, struct tsts_wire_reply *ret)
{
	enum tsts_child_result result = tsts_child_hear(connector->child, body);

	if (result != TSTS_CHILD_OK)
		return result;
	if (tsts_wire_get_reply((const uint8_t *)body->data, body->len, ret) != 0 ||
	    ret->sequence != connector->sequence ||
	    (ret->type != type && ret->type != TSTS_WIRE_FAILED))
		return TSTS_CHILD_BROKE;
	return TSTS_CHILD_OK;
}

enum tsts_child_result tsts_tell(struct tsts_connector *connector,
				 struct tsts_wire_request *request)
{
	enum tsts_child_result result;
	struct strbuf frame;

	request->sequence = ++connector->sequence;
	strbuf_init(&frame);
	tsts_wire_put_request(&frame, request);
	result = tsts_child_tell(connector->child, &frame);
	strbuf_release(&frame);
	return result;
}

/* Takes what is still to come of what it was told before. */
static enum tsts_child_result settle(struct tsts_connector *connector, struct strbuf *body)
{
	struct tsts_wire_reply reply;

	if (!connector->owes)
		return TSTS_CHILD_OK;
	connector->owes = false;
	/* Whatever is wrong then, the question itself was not asked. */
	return hear(connector, body, TSTS_WIRE_CLOSE, &reply) == TSTS_CHILD_OK ? TSTS_CHILD_OK
									       : TSTS_CHILD_DEAD;
}

static enum tsts_child_result ask(struct tsts_connector *connector,
				  struct tsts_wire_request *request, struct strbuf *body,
				  struct tsts_wire_reply *ret)
{
	enum tsts_child_result result = settle(connector, body);

	if (result == TSTS_CHILD_OK)
		result = tsts_tell(connector, request);
	return result == TSTS_CHILD_OK ? hear(connector, body, request->type, ret) : result;
}

static uint32_t code_of(enum tsts_child_result result)
{
	switch (result) {
	case TSTS_CHILD_DEAD:
		return RPC_S_CALL_FAILED_DNE;
	case TSTS_CHILD_NO_MEMORY:
		return ERROR_NOT_ENOUGH_MEMORY;
	case TSTS_CHILD_BROKE:
	case TSTS_CHILD_OK:
	default:
		return RPC_S_CALL_FAILED;
	}
}

int tsts_greet(struct tsts_backend *tsts, struct tsts_connector *connector, struct strbuf *body,
	       struct tsts_wire_reply *ret, struct session_error *reterr)
{
	struct tsts_wire_request hello = { .type = TSTS_WIRE_HELLO,
					   .version = TSTS_WIRE_VERSION,
					   .auth_file = tsts->auth_file };
	enum tsts_child_result result = ask(connector, &hello, body, ret);

	if (result != TSTS_CHILD_OK)
		return tsts_fail(reterr, SESSION_API_OPEN_SERVER_EX, code_of(result));
	if (ret->type == TSTS_WIRE_FAILED)
		return tsts_fail(reterr, SESSION_API_OPEN_SERVER_EX,
				 ret->error.code ? ret->error.code : ERROR_NO_SUCH_LOGON_SESSION);
	if (ret->version != TSTS_WIRE_VERSION)
		return tsts_fail(reterr, SESSION_API_OPEN_SERVER_EX, RPC_S_CALL_FAILED);
	connector->greeted = true;
	return 0;
}

/* --- a question of a host */

/* What a step over a connector came to. */
enum step {
	STEP_DONE,
	STEP_FAILED, /* the host, or whoever, said no; the connector is fine */
	STEP_BROKE   /* the connector is not */
};

static enum step connect_host(struct tsts_backend *tsts, struct tsts_host *host,
			      struct strbuf *body, struct session_error *reterr)
{
	struct tsts_connector *connector = host->lease.connector;
	struct tsts_wire_request open = { .type = TSTS_WIRE_OPEN,
					  .host = host->name,
					  .address = host->address,
					  .port = host->port };
	struct tsts_wire_reply reply;
	enum tsts_child_result result;

	if (!connector->greeted && tsts_greet(tsts, connector, body, &reply, reterr) != 0)
		return STEP_BROKE;
	result = ask(connector, &open, body, &reply);
	if (result != TSTS_CHILD_OK) {
		(void)tsts_fail(reterr, SESSION_API_OPEN_SERVER_EX, code_of(result));
		return STEP_BROKE;
	}
	if (reply.type == TSTS_WIRE_FAILED) {
		*reterr = reply.error;
		return STEP_FAILED;
	}
	host->connected = true;
	return STEP_DONE;
}

static enum step ask_host(struct tsts_host *host, struct tsts_question *question,
			  struct session_error *reterr)
{
	enum tsts_child_result result =
		ask(host->lease.connector, &question->request, question->body, question->reply);

	if (result != TSTS_CHILD_OK) {
		(void)tsts_fail(reterr, question->api, code_of(result));
		return STEP_BROKE;
	}
	if (question->reply->type == TSTS_WIRE_FAILED) {
		*reterr = question->reply->error;
		return STEP_FAILED;
	}
	return STEP_DONE;
}

static int no_connector(enum tsts_pool_result result, int error, struct session_error *reterr)
{
	if (result == TSTS_POOL_ABANDONED)
		return tsts_fail(reterr, SESSION_API_OPEN_SERVER_EX, ERROR_OPERATION_ABORTED);
	return tsts_fail(reterr, SESSION_API_OPEN_SERVER_EX,
			 error == ENOMEM ? ERROR_NOT_ENOUGH_MEMORY : ERROR_NO_SYSTEM_RESOURCES);
}

/* An act is only made over the connection that was aimed with. */
static bool wants_aim(const struct tsts_question *question)
{
	return question->request.type == TSTS_WIRE_LOGOFF ||
	       question->request.type == TSTS_WIRE_DISCONNECT;
}

static bool is_aimed(const struct tsts_host *host, const struct tsts_question *question)
{
	return host->connected && host->aimed && host->aimed_id == question->request.id;
}

/* With a connector: everything up to the answer. */
static enum step converse(struct tsts_backend *tsts, struct tsts_host *host,
			  struct tsts_question *question, bool kept, bool *ret_stale,
			  struct session_error *reterr)
{
	enum step step = STEP_DONE;

	*ret_stale = false;
	if (!kept)
		host->connected = host->aimed = false;
	if (wants_aim(question) && !is_aimed(host, question)) {
		(void)tsts_fail(reterr, question->api, RPC_S_CALL_FAILED_DNE);
		return STEP_FAILED;
	}
	if (!host->connected) {
		step = connect_host(tsts, host, question->body, reterr);
		/* One that has waited for work may have died meanwhile. */
		*ret_stale = step == STEP_BROKE && reterr->code == RPC_S_CALL_FAILED_DNE &&
			     host->lease.connector->used;
	}
	return step == STEP_DONE ? ask_host(host, question, reterr) : step;
}

int tsts_run(struct tsts_host *host, struct tsts_question *question, struct session_error *reterr)
{
	struct tsts_backend *tsts = tsts_of(host->head.backend);
	struct session_error error;
	bool stale;
	enum step step;

	do {
		int why = 0;
		enum tsts_pool_result begun = tsts_pool_begin(&tsts->pool, &host->lease, &why);

		if (begun == TSTS_POOL_ABANDONED || begun == TSTS_POOL_NONE)
			return no_connector(begun, why, reterr);
		step = converse(tsts, host, question, begun == TSTS_POOL_KEPT, &stale, &error);
		if (step == STEP_BROKE)
			host->connected = host->aimed = false;
		tsts_pool_end(&tsts->pool, &host->lease, step == STEP_BROKE);
	} while (stale && !tsts_pool_is_abandoned(&tsts->pool, &host->lease));
	if (step == STEP_DONE)
		return 0;
	if (step == STEP_BROKE && tsts_pool_is_abandoned(&tsts->pool, &host->lease))
		error.code = ERROR_OPERATION_ABORTED;
	*reterr = error;
	return -1;
}

int tsts_run_simple(struct session_host *opened, enum tsts_wire_type type, uint32_t id,
		    enum session_api api, struct session_error *reterr)
{
	struct tsts_wire_reply reply;
	struct strbuf body;
	struct tsts_question question = {
		.request = { .type = type, .id = id }, .api = api, .body = &body, .reply = &reply
	};
	int result;

	strbuf_init(&body);
	result = tsts_run(tsts_host_of(opened), &question, reterr);
	strbuf_release(&body);
	return result;
}
