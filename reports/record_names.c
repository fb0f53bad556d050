#include "record_names.h"

#include <stdint.h>
#include <string.h>

#include "record.h"

static const char *const run_outcomes[REP_RUN_OUTCOME_COUNT] = {
	[REP_RUN_NONE] = "",	       [REP_RUN_SUCCEEDED] = "succeeded",
	[REP_RUN_PARTIAL] = "partial", [REP_RUN_FAILED] = "failed",
	[REP_RUN_ABORTED] = "aborted", [REP_RUN_INTERRUPTED] = "interrupted",
};

static const char *const host_outcomes[REP_HOST_OUTCOME_COUNT] = {
	[REP_HOST_NONE] = "",
	[REP_HOST_SUCCEEDED] = "succeeded",
	[REP_HOST_PARTIAL] = "partial",
	[REP_HOST_FAILED] = "failed",
	[REP_HOST_TIMED_OUT] = "timed_out",
	[REP_HOST_NOT_ATTEMPTED] = "not_attempted",
};

static const char *const session_outcomes[REP_SESSION_OUTCOME_COUNT] = {
	[REP_SESSION_NONE] = "",
	[REP_SESSION_LOGGED_OFF] = "logged_off",
	[REP_SESSION_ALREADY_GONE] = "already_gone",
	[REP_SESSION_DISCONNECTED] = "disconnected",
	[REP_SESSION_MESSAGED] = "messaged",
	[REP_SESSION_PLANNED] = "planned",
	[REP_SESSION_LISTED] = "listed",
	[REP_SESSION_FAILED] = "failed",
	[REP_SESSION_TIMED_OUT] = "timed_out",
	[REP_SESSION_IN_DOUBT] = "in_doubt",
	[REP_SESSION_STILL_PRESENT] = "still_present",
	[REP_SESSION_IDENTITY_CHANGED] = "identity_changed",
	[REP_SESSION_RETURNED] = "returned",
	[REP_SESSION_NOT_ATTEMPTED] = "not_attempted",
	[REP_SESSION_SKIPPED] = "skipped",
};

static const char *const reasons[REP_REASON_COUNT] = {
	[REP_REASON_NONE] = "",
	[REP_REASON_SERVICES] = "services",
	[REP_REASON_LISTENER] = "listener",
	[REP_REASON_OWN_SESSION] = "own_session",
	[REP_REASON_OWN_USER] = "own_user",
	[REP_REASON_NO_USER] = "no_user",
	[REP_REASON_CONSOLE] = "console",
	[REP_REASON_VM] = "vm",
	[REP_REASON_PROTECTED] = "protected",
	[REP_REASON_NOT_SELECTED] = "not_selected",
	[REP_REASON_NEW] = "new",
	[REP_REASON_NO_LONGER_MATCHES] = "no_longer_matches",
	[REP_REASON_ALREADY_DISCONNECTED] = "already_disconnected",
	[REP_REASON_DECLINED] = "declined",
	[REP_REASON_MAX_SESSIONS] = "max_sessions",
	[REP_REASON_MAX_FAILURES] = "max_failures",
	[REP_REASON_CREDENTIALS] = "credentials",
	[REP_REASON_RUN_TIMEOUT] = "run_timeout",
	[REP_REASON_HOST_TIMEOUT] = "host_timeout",
	[REP_REASON_INTERRUPTED] = "interrupted",
	[REP_REASON_NO_WORKERS] = "no_workers",
	[REP_REASON_JOURNAL] = "journal",
	[REP_REASON_NOT_WARNED] = "not_warned",
	[REP_REASON_NOT_DRAINED] = "not_drained",
	[REP_REASON_DRAIN_FAILED] = "drain_failed",
	[REP_REASON_NOTIFY_FAILED] = "notify_failed",
};

static const char *const states[REP_STATE_COUNT] = {
	[REP_STATE_ACTIVE] = "active",
	[REP_STATE_CONNECTED] = "connected",
	[REP_STATE_CONNECT_QUERY] = "connect_query",
	[REP_STATE_SHADOW] = "shadow",
	[REP_STATE_DISCONNECTED] = "disconnected",
	[REP_STATE_IDLE] = "idle",
	[REP_STATE_LISTEN] = "listen",
	[REP_STATE_RESET] = "reset",
	[REP_STATE_DOWN] = "down",
	[REP_STATE_INIT] = "init",
	[REP_STATE_UNKNOWN] = "unknown",
};

static const char *const drains[REP_DRAIN_COUNT] = {
	[REP_DRAIN_UNKNOWN] = "",
	[REP_DRAIN_OFF] = "off",
	[REP_DRAIN_RESTART] = "restart",
	[REP_DRAIN_ON] = "on",
};

#define NAMES(table, what)                                                                         \
	{                                                                                          \
		table, sizeof(table) / sizeof((table)[0]), what                                    \
	}

const struct rep_names rep_run_outcome_names = NAMES(run_outcomes, "an outcome of a run");
const struct rep_names rep_host_outcome_names = NAMES(host_outcomes, "an outcome of a host");
const struct rep_names rep_session_outcome_names =
	NAMES(session_outcomes, "an outcome of a session");
const struct rep_names rep_reason_names = NAMES(reasons, "a reason");
const struct rep_names rep_state_names = NAMES(states, "a state of a session");
const struct rep_names rep_drain_names = NAMES(drains, "a drain mode");

const char *rep_names_at(const struct rep_names *names, size_t value)
{
	return value < names->count ? names->names[value] : "";
}

int rep_names_find(const struct rep_names *names, const char *name)
{
	if (name[0] == '\0')
		return -1;
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->names[i], name) == 0)
			return (int)i;
	return -1;
}

/* The public pair of one enum: rep_X_name() and rep_X_parse(). */
#define NAME_AND_PARSE(prefix)                                                                     \
	const char *prefix##_name(enum prefix value)                                               \
	{                                                                                          \
		return rep_names_at(&prefix##_names, (size_t)value);                               \
	}                                                                                          \
	int prefix##_parse(const char *name, enum prefix *ret)                                     \
	{                                                                                          \
		int value = rep_names_find(&prefix##_names, name);                                 \
		if (value < 0)                                                                     \
			return -1;                                                                 \
		*ret = (enum prefix)value;                                                         \
		return 0;                                                                          \
	}

NAME_AND_PARSE(rep_run_outcome)
NAME_AND_PARSE(rep_host_outcome)
NAME_AND_PARSE(rep_session_outcome)
NAME_AND_PARSE(rep_reason)
NAME_AND_PARSE(rep_state)
NAME_AND_PARSE(rep_drain)

enum { LEFT_ALONE, DONE, NOT_DONE }; /* NONE is neither done nor not done */

static const uint8_t verdicts[REP_SESSION_OUTCOME_COUNT] = {
	[REP_SESSION_LOGGED_OFF] = DONE,
	[REP_SESSION_ALREADY_GONE] = DONE,
	[REP_SESSION_DISCONNECTED] = DONE,
	[REP_SESSION_MESSAGED] = DONE,
	[REP_SESSION_PLANNED] = DONE,
	[REP_SESSION_LISTED] = DONE,
	[REP_SESSION_FAILED] = NOT_DONE,
	[REP_SESSION_TIMED_OUT] = NOT_DONE,
	[REP_SESSION_IN_DOUBT] = NOT_DONE,
	[REP_SESSION_STILL_PRESENT] = NOT_DONE,
	[REP_SESSION_IDENTITY_CHANGED] = NOT_DONE,
	[REP_SESSION_RETURNED] = NOT_DONE,
	[REP_SESSION_NOT_ATTEMPTED] = NOT_DONE,
};

bool rep_session_outcome_is_done(enum rep_session_outcome outcome)
{
	return (size_t)outcome < REP_SESSION_OUTCOME_COUNT && verdicts[outcome] == DONE;
}

bool rep_session_outcome_is_not_done(enum rep_session_outcome outcome)
{
	return (size_t)outcome < REP_SESSION_OUTCOME_COUNT && verdicts[outcome] == NOT_DONE;
}
