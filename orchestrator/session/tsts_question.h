/*
 * tsts_question.h - questions of a host to its connector: a connector for it, a connection where
 * there is none, the question and its answer. For session_tsts.c, whose backend and host these are.
 *
 * Errors:  0, or -1 with *reterr: what the host said, or what a connector that dies means (see
 *          session_tsts.h).
 * Threads: one host serves one worker at a time.
 */
#ifndef RDSWEEP_TSTS_QUESTION_H
#define RDSWEEP_TSTS_QUESTION_H

#include "session_tsts.h"
#include "tsts_pool.h"
#include "tsts_wire.h"

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

/* One question to one connector, as it goes on the wire. */
struct tsts_question {
	struct tsts_wire_request request;
	enum session_api api;	       /* what fails where the connector does */
	struct strbuf *body;	       /* its answer, which `reply` points into */
	struct tsts_wire_reply *reply; /* filled on success only */
};

/* What a pointer of the port's stands for; the heads are first members. */
struct tsts_backend *tsts_of(struct session_backend *backend);
struct tsts_host *tsts_host_of(struct session_host *host);

/* Always -1, so that failing is one line. */
int tsts_fail(struct session_error *reterr, enum session_api api, uint32_t code);

/* Asks: takes a connector, connects it to the host where it is not, and gives it back. A fresh
 * connector is tried where one that waited for work had died meanwhile. */
int tsts_run(struct tsts_host *host, struct tsts_question *question, struct session_error *reterr);

/* A question about a session whose answer tells no more than that it was done. */
int tsts_run_simple(struct session_host *opened, enum tsts_wire_type type, uint32_t id,
		    enum session_api api, struct session_error *reterr);

/* The first question to a connector: its version, and whose its credentials are. `ret` points into
 * `body`; after a failure it is what the connector said, if anything. */
int tsts_greet(struct tsts_backend *tsts, struct tsts_connector *connector, struct strbuf *body,
	       struct tsts_wire_reply *ret, struct session_error *reterr);

/* Tells the connector something and does not wait for the answer. */
enum tsts_child_result tsts_tell(struct tsts_connector *connector,
				 struct tsts_wire_request *request);

#endif
