/*
 * sim_state.h - one line of a simulated fleet's state: an effect that some call had, as JSON.
 *
 *   {"t","host","call","session","user","logon_at","effect","due"}, in this order; a drain has
 * "mode" as well, at the end, and a message has "text".
 *
 * Times are RFC 3339 in UTC with milliseconds. `session`, `user`, `logon_at` and `due` are null
 * where there is none. Only bytes: who keeps the lines, and where, is the caller's matter.
 */
#ifndef RDSWEEP_SIM_STATE_H
#define RDSWEEP_SIM_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "session_api.h"
#include "strbuf.h"

/* What happened. The line says it as the call that did it and the effect it had. */
enum sim_event_kind {
	SIM_EVENT_LOGOFF,     /* logoff, gone: accepted at `t`, disappears at `due` */
	SIM_EVENT_LEAVE,      /* leave, gone: the user left by himself at `t` = `due` */
	SIM_EVENT_DISCONNECT, /* disconnect, disconnected */
	SIM_EVENT_MESSAGE,    /* message, messaged */
	SIM_EVENT_DRAIN,      /* drain, drain: `mode` from `t` on */
	SIM_EVENT_RETURN,     /* return, logged_on: under a new id and logon time */
	SIM_EVENT_KIND_COUNT
};
const char *sim_event_call(enum sim_event_kind kind);
const char *sim_event_effect(enum sim_event_kind kind);

struct sim_event {
	enum sim_event_kind kind;
	int64_t t_ms;
	const char *host;
	bool has_session; /* false for a drain only */
	uint32_t session;
	const char *domain; /* both "" where nobody is logged on */
	const char *user;
	int64_t logon_at_ms; /* UTC_UNKNOWN: null */
	int64_t due_ms;	     /* UTC_UNKNOWN: null */
	enum session_drain mode;
	const char *text; /* of a message; NULL: the line does not tell */
};

/* Appends the line with its newline. Errors are in `out`. */
void sim_event_format(struct strbuf *out, const struct sim_event *event);

#define SIM_EVENT_MESSAGE_SIZE 200

/* Reads one line (with or without its newline). 0, and the strings of *ret live in `arena`; -1 with
 * one line in reterr_message that says what is wrong. */
int sim_event_parse(struct sim_event *ret, struct arena *arena, const char *line, size_t len,
		    char reterr_message[SIM_EVENT_MESSAGE_SIZE]);

#endif
