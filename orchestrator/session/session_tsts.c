/* session_tsts.c - see session_tsts.h: the slots of the port, and the backend's life. How a
 * question gets to a host and back is in tsts_question.c. */
#include "session_tsts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsts_question.h"

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
		return tsts_fail(reterr, SESSION_API_OPEN_SERVER_EX, ERROR_NOT_ENOUGH_MEMORY);
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
	struct tsts_question question = { .request = { .type = TSTS_WIRE_ENUMERATE },
					  .api = SESSION_API_ENUMERATE_SESSIONS_EX,
					  .body = &body,
					  .reply = &reply };
	int result;

	tsts_pool_hold(&tsts_of(opened->backend)->pool, &tsts_host_of(opened)->lease, false);
	strbuf_init(&body);
	result = tsts_run(tsts_host_of(opened), &question, reterr);
	if (result == 0 && tsts_wire_get_list(&reply, ret_list) != 0)
		result = tsts_fail(reterr, SESSION_API_ENUMERATE_SESSIONS_EX,
				   ERROR_NOT_ENOUGH_MEMORY);
	strbuf_release(&body);
	return result;
}

static int tsts_details(struct session_host *opened, uint32_t id,
			struct session_details *ret_details, struct session_error *reterr)
{
	struct tsts_wire_reply reply;
	struct strbuf body;
	struct tsts_question question = { .request = { .type = TSTS_WIRE_DETAILS, .id = id },
					  .api = SESSION_API_QUERY_SESSION_INFORMATION,
					  .body = &body,
					  .reply = &reply };
	int result;

	strbuf_init(&body);
	result = tsts_run(tsts_host_of(opened), &question, reterr);
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
	struct tsts_host *host = tsts_host_of(opened);

	if (!is_target(id))
		return tsts_fail(reterr, SESSION_API_QUERY_SESSION_INFORMATION,
				 ERROR_INVALID_PARAMETER);
	host->aimed = false;
	tsts_pool_hold(pool, &host->lease, true); /* until the act, or the next list */
	if (tsts_run_simple(opened, TSTS_WIRE_AIM, id, SESSION_API_QUERY_SESSION_INFORMATION,
			    reterr) != 0) {
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
	struct tsts_host *host = tsts_host_of(opened);
	int result;

	if (!is_target(id))
		return tsts_fail(reterr, api, ERROR_INVALID_PARAMETER);
	result = tsts_run_simple(opened, type, id, api, reterr);
	host->aimed = false;
	tsts_pool_hold(&tsts_of(opened->backend)->pool, &host->lease, false);
	return result;
}

static int tsts_logoff(struct session_host *opened, uint32_t id, bool wait,
		       struct session_error *reterr)
{
	if (wait)
		return tsts_fail(reterr, SESSION_API_LOGOFF_SESSION, ERROR_NOT_SUPPORTED);
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
	struct tsts_question question = {
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
		return tsts_fail(reterr, SESSION_API_SEND_MESSAGE, ERROR_INVALID_PARAMETER);
	strbuf_init(&body);
	result = tsts_run(tsts_host_of(opened), &question, reterr);
	strbuf_release(&body);
	tsts_host_of(opened)->aimed = false;
	tsts_pool_hold(&tsts_of(opened->backend)->pool, &tsts_host_of(opened)->lease, false);
	return result;
}

/* The connector is told, but not waited for: closing must never hang, as nothing could end it. */
static void tsts_close(struct session_host *opened)
{
	struct tsts_host *host = tsts_host_of(opened);
	struct tsts_backend *tsts = tsts_of(opened->backend);
	struct tsts_wire_request close = { .type = TSTS_WIRE_CLOSE };

	if (tsts_pool_begin_kept(&tsts->pool, &host->lease)) {
		struct tsts_connector *connector = host->lease.connector;
		bool broken = connector->owes || tsts_tell(connector, &close) != TSTS_CHILD_OK;

		connector->owes = true;
		tsts_pool_end(&tsts->pool, &host->lease, broken);
	}
	tsts_pool_drop(&tsts->pool, &host->lease);
	free(host);
}

static void tsts_abandon(struct session_host *opened)
{
	struct tsts_backend *tsts = tsts_of(opened->backend);

	tsts_pool_abandon(&tsts->pool, &tsts_host_of(opened)->lease);
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
	result = tsts_greet(tsts, lease.connector, &body, &reply, &error);
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
