/*
 * call.h - one blocking call to a host: the block that a pool worker sees, and nothing else does it
 * see.
 *
 * A block holds its inputs by value and its outputs. It names the job it was made for by index and
 * sequence, never by pointer: when it comes back too late, the job may be doing something else or
 * be over. Until it comes back it owns the connection it works on, if it was left behind with it.
 * Threads:   inputs are written before the start, outputs read after the end; in between only
 *            `permit` and `ended` are shared.
 */
#ifndef RDSWEEP_CALL_H
#define RDSWEEP_CALL_H

#include <stdatomic.h>

#include "executor.h"
#include "session_api.h"
#include "strbuf.h"

enum call_kind {
	CALL_OPEN,
	CALL_ENUMERATE,
	CALL_DETAILS,
	CALL_ACT,
	CALL_DRAIN_GET,
	CALL_DRAIN_SET,
	CALL_CLOSE,
	CALL_KIND_COUNT
};

struct fleet_call {
	struct exec_call exec; /* first: the executor's head */
	enum call_kind kind;
	uint32_t host, sequence; /* whose it is */
	uint32_t row;		 /* the session's row in the host's record (DETAILS, ACT) */

	/* inputs */
	struct session_backend *backend;
	/* OPEN, DRAIN: of the fleet's options, which outlive every call */
	const char *name, *address;
	struct session_host *connection;
	struct session_order order; /* ACT; its texts are in `user`, `domain` and `text` */
	bool asked_before;	    /* ACT: an earlier call has asked, or may have */
	struct session_permit permit;
	char user[SESSION_TEXT_SIZE], domain[SESSION_TEXT_SIZE];
	char *text;				/* of the order's message; the block's own */
	uint32_t id;				/* DETAILS */
	struct session_drain_order drain_order; /* DRAIN_SET */

	/* What closes `connection`, or what OPEN brings, where the call was left behind with it: had
	 * before the connection is, so that memory that is short never keeps one open. */
	struct fleet_call *closer;

	/* outputs */
	int status; /* 0, or -1 with `error` */
	struct session_error error;
	struct session_host *opened;
	struct session_list list;
	struct session_details details;
	enum session_seen seen;
	enum session_drain drain_seen; /* DRAIN_SET: before it was set, or not */
	atomic_bool ended;	       /* the worker is through: a result is on its way */

	/* the ledger's (seats.c) */
	void (*finished)(struct fleet_call *call); /* loop thread, once */
	void *owner;				   /* for `finished` */
	int64_t started_us;
	bool lent, left_behind, late_close;
	struct fleet_call *prev, *next;
};

/* A zeroed block of that kind with its worker function, NULL when memory is short. */
struct fleet_call *call_create(enum call_kind kind);
/* Frees the block and what it holds, but for connections: those have to be closed by a call. */
void call_free(struct fleet_call *call);

/* Copies the identity into the block and points the order at it. Texts that do not fit make an
 * identity that matches nobody. */
void call_set_identity(struct fleet_call *call, const struct session_identity *want);

/* The order's message: takes the buffer's text; `title` is a constant. 0, -1 when memory is short. */
int call_set_message(struct fleet_call *call, const char *title, struct strbuf *text,
		     uint32_t timeout_s);

#endif
