/* session_tsts.c - see session_tsts.h. */
#include "session_tsts.h"

#include "tsts_pool.h"
#include "tsts_wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Windows errors that this side makes itself. */
#define ERROR_NOT_ENOUGH_MEMORY	    8u
#define ERROR_NOT_SUPPORTED	    50u
#define ERROR_INVALID_PARAMETER	    87u
#define ERROR_OPERATION_ABORTED	    995u
#define ERROR_NO_SUCH_LOGON_SESSION 1312u
#define ERROR_NO_SYSTEM_RESOURCES   1450u
#define RPC_S_CALL_FAILED	    1726u
#define RPC_S_CALL_FAILED_DNE	    1727u

struct tsts_backend {
	struct session_backend head;
	struct tsts_pool pool;
	char *connector, *auth_file; /* "": the ticket */
	char *account;
	struct session_tsts_port *ports; /* by host, for bsearch() */
	size_t port_count;
};

struct tsts_host {
	struct session_host head;
	struct tsts_lease lease;
	bool connected; /* of its present connector */
	bool aimed;	/* at `aimed_id`, over this connection */
	uint32_t aimed_id;
	uint16_t port;
	const char *address; /* in `name`, behind it */
	char name[];
};

/* The heads are first members. */
static struct tsts_backend *tsts_of(struct session_backend *backend)
{
	return (struct tsts_backend *)(void *)backend;
}

static struct tsts_host *host_of(struct session_host *host)
{
	return (struct tsts_host *)(void *)host;
}

static int fail(struct session_error *reterr, enum session_api api, uint32_t code)
{
	*reterr = (struct session_error){ .api = api, .code = code };
	return -1;
}

/* --- questions */

/* One question to one connector, as it goes on the wire. */
struct question {
	struct tsts_wire_request request;
	enum session_api api;	       /* what fails where the connector does */
	struct strbuf *body;	       /* its answer, which `reply` points into */
	struct tsts_wire_reply *reply; /* filled on success only */
};

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

static enum tsts_child_result tell(struct tsts_connector *connector,
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
		result = tell(connector, request);
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

static int greet(struct tsts_backend *tsts, struct tsts_connector *connector, struct strbuf *body,
		 struct tsts_wire_reply *ret, struct session_error *reterr)
{
	struct tsts_wire_request hello = { .type = TSTS_WIRE_HELLO,
					   .version = TSTS_WIRE_VERSION,
					   .auth_file = tsts->auth_file };
	enum tsts_child_result result = ask(connector, &hello, body, ret);

	if (result != TSTS_CHILD_OK)
		return fail(reterr, SESSION_API_OPEN_SERVER_EX, code_of(result));
	if (ret->type == TSTS_WIRE_FAILED)
		return fail(reterr, SESSION_API_OPEN_SERVER_EX,
			    ret->error.code ? ret->error.code : ERROR_NO_SUCH_LOGON_SESSION);
	if (ret->version != TSTS_WIRE_VERSION)
		return fail(reterr, SESSION_API_OPEN_SERVER_EX, RPC_S_CALL_FAILED);
	connector->greeted = true;
	return 0;
}

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

	if (!connector->greeted && greet(tsts, connector, body, &reply, reterr) != 0)
		return STEP_BROKE;
	result = ask(connector, &open, body, &reply);
	if (result != TSTS_CHILD_OK) {
		(void)fail(reterr, SESSION_API_OPEN_SERVER_EX, code_of(result));
		return STEP_BROKE;
	}
	if (reply.type == TSTS_WIRE_FAILED) {
		*reterr = reply.error;
		return STEP_FAILED;
	}
	host->connected = true;
	return STEP_DONE;
}

static enum step ask_host(struct tsts_host *host, struct question *question,
			  struct session_error *reterr)
{
	enum tsts_child_result result =
		ask(host->lease.connector, &question->request, question->body, question->reply);

	if (result != TSTS_CHILD_OK) {
		(void)fail(reterr, question->api, code_of(result));
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
		return fail(reterr, SESSION_API_OPEN_SERVER_EX, ERROR_OPERATION_ABORTED);
	return fail(reterr, SESSION_API_OPEN_SERVER_EX,
		    error == ENOMEM ? ERROR_NOT_ENOUGH_MEMORY : ERROR_NO_SYSTEM_RESOURCES);
}

/* An act is only made over the connection that was aimed with. */
static bool wants_aim(const struct question *question)
{
	return question->request.type == TSTS_WIRE_LOGOFF ||
	       question->request.type == TSTS_WIRE_DISCONNECT;
}

static bool is_aimed(const struct tsts_host *host, const struct question *question)
{
	return host->connected && host->aimed && host->aimed_id == question->request.id;
}

/* With a connector: everything up to the answer. */
static enum step converse(struct tsts_backend *tsts, struct tsts_host *host,
			  struct question *question, bool kept, bool *ret_stale,
			  struct session_error *reterr)
{
	enum step step = STEP_DONE;

	*ret_stale = false;
	if (!kept)
		host->connected = host->aimed = false;
	if (wants_aim(question) && !is_aimed(host, question)) {
		(void)fail(reterr, question->api, RPC_S_CALL_FAILED_DNE);
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

static int run(struct tsts_host *host, struct question *question, struct session_error *reterr)
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

/* A question about a session whose answer tells no more than that it was done. */
static int run_simple(struct session_host *opened, enum tsts_wire_type type, uint32_t id,
		      enum session_api api, struct session_error *reterr)
{
	struct tsts_wire_reply reply;
	struct strbuf body;
	struct question question = {
		.request = { .type = type, .id = id }, .api = api, .body = &body, .reply = &reply
	};
	int result;

	strbuf_init(&body);
	result = run(host_of(opened), &question, reterr);
	strbuf_release(&body);
	return result;
}

/* --- the port */

static int compare_ports(const void *a, const void *b)
{
	const struct session_tsts_port *left = a, *right = b;

	return strcmp(left->host, right->host);
}

static uint16_t port_of(const struct tsts_backend *tsts, const char *host)
{
	const struct session_tsts_port wanted = { host, 0 };
	const struct session_tsts_port *found =
		tsts->port_count ? bsearch(&wanted, tsts->ports, tsts->port_count,
					   sizeof(*tsts->ports), compare_ports)
				 : NULL;

	return found ? found->port : SESSION_TSTS_PORT;
}

static int tsts_open(struct session_backend *backend, const char *name, const char *address,
		     struct session_host **ret_host, struct session_error *reterr)
{
	size_t name_size = strlen(name) + 1, address_size = strlen(address) + 1;
	struct tsts_host *host = calloc(1, sizeof(*host) + name_size + address_size);

	if (!host)
		return fail(reterr, SESSION_API_OPEN_SERVER_EX, ERROR_NOT_ENOUGH_MEMORY);
	host->head.backend = backend;
	host->port = port_of(tsts_of(backend), name);
	memcpy(host->name, name, name_size);
	memcpy(host->name + name_size, address, address_size);
	host->address = host->name + name_size;
	*ret_host = &host->head;
	return 0;
}

static int tsts_enumerate(struct session_host *opened, struct session_list *ret_list,
			  struct session_error *reterr)
{
	struct tsts_wire_reply reply;
	struct strbuf body;
	struct question question = { .request = { .type = TSTS_WIRE_ENUMERATE },
				     .api = SESSION_API_ENUMERATE_SESSIONS_EX,
				     .body = &body,
				     .reply = &reply };
	int result;

	tsts_pool_hold(&tsts_of(opened->backend)->pool, &host_of(opened)->lease, false);
	strbuf_init(&body);
	result = run(host_of(opened), &question, reterr);
	if (result == 0 && tsts_wire_get_list(&reply, ret_list) != 0)
		result = fail(reterr, SESSION_API_ENUMERATE_SESSIONS_EX, ERROR_NOT_ENOUGH_MEMORY);
	strbuf_release(&body);
	return result;
}

static int tsts_details(struct session_host *opened, uint32_t id,
			struct session_details *ret_details, struct session_error *reterr)
{
	struct tsts_wire_reply reply;
	struct strbuf body;
	struct question question = { .request = { .type = TSTS_WIRE_DETAILS, .id = id },
				     .api = SESSION_API_QUERY_SESSION_INFORMATION,
				     .body = &body,
				     .reply = &reply };
	int result;

	strbuf_init(&body);
	result = run(host_of(opened), &question, reterr);
	if (result == 0)
		*ret_details = reply.details;
	strbuf_release(&body);
	return result;
}

/* Ids that no act may ever name: the services, listeners, and what means "my own" or "any". */
static bool is_target(uint32_t id)
{
	return id != SESSION_ID_SERVICES && id < SESSION_ID_LISTENER_FIRST;
}

static int tsts_aim(struct session_host *opened, uint32_t id, struct session_error *reterr)
{
	struct tsts_pool *pool = &tsts_of(opened->backend)->pool;
	struct tsts_host *host = host_of(opened);

	if (!is_target(id))
		return fail(reterr, SESSION_API_QUERY_SESSION_INFORMATION, ERROR_INVALID_PARAMETER);
	host->aimed = false;
	tsts_pool_hold(pool, &host->lease, true); /* until the act, or the next list */
	if (run_simple(opened, TSTS_WIRE_AIM, id, SESSION_API_QUERY_SESSION_INFORMATION, reterr) !=
	    0) {
		tsts_pool_hold(pool, &host->lease, false);
		return -1;
	}
	host->aimed = true;
	host->aimed_id = id;
	return 0;
}

static int act(struct session_host *opened, enum tsts_wire_type type, uint32_t id,
	       enum session_api api, struct session_error *reterr)
{
	struct tsts_host *host = host_of(opened);
	int result;

	if (!is_target(id))
		return fail(reterr, api, ERROR_INVALID_PARAMETER);
	result = run_simple(opened, type, id, api, reterr);
	host->aimed = false;
	tsts_pool_hold(&tsts_of(opened->backend)->pool, &host->lease, false);
	return result;
}

static int tsts_logoff(struct session_host *opened, uint32_t id, bool wait,
		       struct session_error *reterr)
{
	if (wait)
		return fail(reterr, SESSION_API_LOGOFF_SESSION, ERROR_NOT_SUPPORTED);
	return act(opened, TSTS_WIRE_LOGOFF, id, SESSION_API_LOGOFF_SESSION, reterr);
}

static int tsts_disconnect(struct session_host *opened, uint32_t id, struct session_error *reterr)
{
	return act(opened, TSTS_WIRE_DISCONNECT, id, SESSION_API_DISCONNECT_SESSION, reterr);
}

static int tsts_message(struct session_host *opened, uint32_t id,
			const struct session_message *message, struct session_error *reterr)
{
	struct tsts_wire_reply reply;
	struct strbuf body;
	struct question question = {
		.request = { .type = TSTS_WIRE_MESSAGE,
			     .id = id,
			     .title = message->title && message->title[0] ? message->title : " ",
			     .text = message->text,
			     .timeout_s = message->timeout_s },
		.api = SESSION_API_SEND_MESSAGE,
		.body = &body,
		.reply = &reply
	};
	int result;

	if (!is_target(id))
		return fail(reterr, SESSION_API_SEND_MESSAGE, ERROR_INVALID_PARAMETER);
	strbuf_init(&body);
	result = run(host_of(opened), &question, reterr);
	strbuf_release(&body);
	host_of(opened)->aimed = false;
	tsts_pool_hold(&tsts_of(opened->backend)->pool, &host_of(opened)->lease, false);
	return result;
}

/* The connector is told, but not waited for: closing must never hang, as nothing could end it. */
static void tsts_close(struct session_host *opened)
{
	struct tsts_host *host = host_of(opened);
	struct tsts_backend *tsts = tsts_of(opened->backend);
	struct tsts_wire_request close = { .type = TSTS_WIRE_CLOSE };

	if (tsts_pool_begin_kept(&tsts->pool, &host->lease)) {
		struct tsts_connector *connector = host->lease.connector;
		bool broken = connector->owes || tell(connector, &close) != TSTS_CHILD_OK;

		connector->owes = true;
		tsts_pool_end(&tsts->pool, &host->lease, broken);
	}
	tsts_pool_drop(&tsts->pool, &host->lease);
	free(host);
}

static void tsts_abandon(struct session_host *opened)
{
	struct tsts_backend *tsts = tsts_of(opened->backend);

	tsts_pool_abandon(&tsts->pool, &host_of(opened)->lease);
}

static void tsts_destroy(struct session_backend *backend)
{
	struct tsts_backend *tsts = tsts_of(backend);

	tsts_pool_release(&tsts->pool);
	free(tsts->connector);
	free(tsts->auth_file);
	free(tsts->account);
	free(tsts->ports);
	free(tsts);
}

static const struct session_ops tsts_ops = {
	.name = "tsts",
	.open = tsts_open,
	.enumerate = tsts_enumerate,
	.aim = tsts_aim,
	.details = tsts_details,
	.logoff = tsts_logoff,
	.disconnect = tsts_disconnect,
	.message = tsts_message,
	.close = tsts_close,
	.abandon = tsts_abandon,
	.destroy = tsts_destroy,
};

/* --- the beginning */

/* `DOMAIN\user`; NULL when memory is short. */
static char *join_account(const char *domain, const char *user)
{
	struct strbuf text;

	strbuf_init(&text);
	strbuf_addf(&text, "%s\\%s", domain, user);
	return strbuf_steal(&text, NULL);
}

static void why_not(char reterr_why[SESSION_TSTS_WHY_SIZE], const struct tsts_backend *tsts,
		    const struct tsts_wire_reply *reply)
{
	if (reply->type == TSTS_WIRE_FAILED && reply->text[0])
		(void)snprintf(reterr_why, SESSION_TSTS_WHY_SIZE, "%s", reply->text);
	else if (reply->type == TSTS_WIRE_HELLO && reply->version != TSTS_WIRE_VERSION)
		(void)snprintf(reterr_why, SESSION_TSTS_WHY_SIZE,
			       "connector '%s' is of another version than this program",
			       tsts->connector);
	else
		(void)snprintf(reterr_why, SESSION_TSTS_WHY_SIZE,
			       "connector '%s' ended at once or does not speak to this program: "
			       "is it the right one, with all its libraries?",
			       tsts->connector);
}

/* The first connector looks at the credentials; it waits for work from then on. */
static int first_connector(struct tsts_backend *tsts, char reterr_why[SESSION_TSTS_WHY_SIZE])
{
	struct tsts_lease lease = { 0 };
	struct tsts_wire_reply reply = { .type = TSTS_WIRE_CLOSE, .text = "" };
	struct session_error error;
	struct strbuf body;
	int why = 0, result;

	if (tsts_pool_begin(&tsts->pool, &lease, &why) != TSTS_POOL_NEW) {
		(void)snprintf(reterr_why, SESSION_TSTS_WHY_SIZE, "cannot start '%s': %s",
			       tsts->connector, strerror(why));
		return -1;
	}
	strbuf_init(&body);
	result = greet(tsts, lease.connector, &body, &reply, &error);
	if (result == 0) {
		tsts->account = join_account(reply.domain, reply.user);
		result = tsts->account ? 0 : -1;
	}
	if (result != 0)
		why_not(reterr_why, tsts, &reply);
	strbuf_release(&body);
	tsts_pool_end(&tsts->pool, &lease, result != 0);
	tsts_pool_drop(&tsts->pool, &lease);
	return result;
}

static int copy_options(struct tsts_backend *tsts, const struct session_tsts_options *options)
{
	size_t size = options->port_count * sizeof(*options->ports);

	tsts->connector = strdup(options->connector);
	tsts->auth_file = strdup(options->auth_file ? options->auth_file : "");
	if (size) {
		tsts->ports = malloc(size);
		if (!tsts->ports)
			return -1;
		memcpy(tsts->ports, options->ports, size);
		qsort(tsts->ports, options->port_count, sizeof(*tsts->ports), compare_ports);
		tsts->port_count = options->port_count;
	}
	return tsts->connector && tsts->auth_file ? 0 : -1;
}

int session_tsts_create(struct session_backend **ret, const struct session_tsts_options *options,
			char reterr_why[SESSION_TSTS_WHY_SIZE])
{
	struct tsts_backend *tsts = calloc(1, sizeof(*tsts));

	if (!tsts || copy_options(tsts, options) != 0 ||
	    tsts_pool_init(&tsts->pool, tsts->connector, options->connectors) != 0) {
		(void)snprintf(reterr_why, SESSION_TSTS_WHY_SIZE, "out of memory");
		if (tsts) {
			free(tsts->connector);
			free(tsts->auth_file);
			free(tsts->ports);
		}
		free(tsts);
		return -1;
	}
	tsts->head = (struct session_backend){ .ops = &tsts_ops, .clock = options->clock };
	if (first_connector(tsts, reterr_why) != 0) {
		tsts_destroy(&tsts->head);
		return -1;
	}
	*ret = &tsts->head;
	return 0;
}

const char *session_tsts_account(const struct session_backend *backend)
{
	return ((const struct tsts_backend *)(const void *)backend)->account;
}

unsigned session_tsts_connectors(struct session_backend *backend)
{
	return tsts_pool_live(&tsts_of(backend)->pool);
}
