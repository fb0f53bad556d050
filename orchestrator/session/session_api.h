/*
 * session_api.h - the port: the session service of one remote host, as blocking calls.
 *
 * Two sides are meant: the real one (wtsapi32) and the simulated fleet. Nothing above this header
 * knows which one it talks to.
 *
 * Threads:   every call may block for minutes, or for ever, and cannot be interrupted (but see
 *            session_abandon()): call from a pool worker, keep deadlines on the loop. One session_host serves one thread at a time;
 *            different hosts are independent. A backend outlives every call made through it.
 * Errors:    0, or -1 with *reterr filled; no ret_ parameter is then written. On success *reterr is
 *            left as it was.
 * Ownership: what is passed in is borrowed for the call; what a ret_ parameter receives is the
 *            caller's.
 * Text:      UTF-8, valid, without NUL; unpaired surrogates of the API arrive as U+FFFD.
 */
#ifndef RDSWEEP_SESSION_API_H
#define RDSWEEP_SESSION_API_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* Which call failed. The names for reports come from session_api_name(). */
enum session_api {
	SESSION_API_RDSWEEP, /* a finding of our own: `code` is an enum session_finding */
	SESSION_API_OPEN_SERVER_EX,
	SESSION_API_OPEN_SERVER,
	SESSION_API_ENUMERATE_SESSIONS_EX,
	SESSION_API_ENUMERATE_SESSIONS,
	SESSION_API_QUERY_SESSION_INFORMATION,
	SESSION_API_LOGOFF_SESSION,
	SESSION_API_DISCONNECT_SESSION,
	SESSION_API_SEND_MESSAGE,
	SESSION_API_REG_CONNECT_REGISTRY,
	SESSION_API_REG_OPEN_KEY,
	SESSION_API_REG_QUERY_VALUE,
	SESSION_API_REG_SET_VALUE,
	SESSION_API_EXIT_WINDOWS, /* the session rdsweep itself runs in; no backend fails with it */
	SESSION_API_COUNT
};
const char *session_api_name(enum session_api api); /* "rdsweep", "WTSOpenServerEx", ... */
/* The way back. False where there is no such name. */
bool session_api_parse(const char *name, enum session_api *ret);

/* What rdsweep finds out itself; in reports api "rdsweep", code 0 and the name. */
enum session_finding {
	SESSION_FINDING_NONE,
	SESSION_FINDING_CONNECT_TIMEOUT, /* nothing answered the probe in time */
	SESSION_FINDING_CONNECT_REFUSED,
	SESSION_FINDING_CONNECT_FAILED, /* no route, no address family, ... */
	SESSION_FINDING_NAME_UNKNOWN,
	SESSION_FINDING_CALL_TIMEOUT,
	SESSION_FINDING_HOST_TIMEOUT,
	SESSION_FINDING_RUN_TIMEOUT,
	SESSION_FINDING_VERIFY_TIMEOUT,
	SESSION_FINDING_IDENTITY_CHANGED,
	SESSION_FINDING_SHORT_LIST,
	SESSION_FINDING_DRAIN_NOT_SET,	    /* accepted, and a look shows another drain mode */
	SESSION_FINDING_DRAIN_NOT_RESTORED, /* changed by the run and not put back */
	SESSION_FINDING_COUNT
};

/* What happened, and nothing derived: name, class and remedy come from win_error_lookup(). */
struct session_error {
	enum session_api api;
	/* GetLastError as it came, captured on the line after the call; over the wire also an
	 * HRESULT or an NTSTATUS (nt_status.h) */
	uint32_t code;
};

/* WTS_CONNECTSTATE_CLASS, same numbers. */
enum session_state {
	SESSION_ACTIVE,
	SESSION_CONNECTED, /* a client is attached, nobody is logged on */
	SESSION_CONNECT_QUERY,
	SESSION_SHADOW,
	SESSION_DISCONNECTED,
	SESSION_IDLE,
	SESSION_LISTEN,
	SESSION_RESET,
	SESSION_DOWN,
	SESSION_INIT,
	SESSION_STATE_COUNT,
	SESSION_STATE_UNKNOWN = SESSION_STATE_COUNT
};
const char *
session_state_name(enum session_state state); /* "active", "connect_query", ..., "unknown" */

#define SESSION_ID_SERVICES	  0u
#define SESSION_ID_LISTENER_FIRST 65536u

/* One row of an enumeration. A string is never NULL; "" is none. */
struct session_info {
	uint32_t id;
	enum session_state state;
	const char *station; /* "RDP-Tcp#2"; "" once disconnected */
	const char *user;
	const char *domain; /* NetBIOS */
	const char *vm;	    /* the guest of an RD Virtualization Host, else "" */
	const char *farm;
};

struct session_list {
	struct session_info *items; /* in the order the host gave them */
	size_t count;
	struct arena arena; /* owns items and strings */
};
void session_list_init(struct session_list *list);
void session_list_release(struct session_list *list);

#define SESSION_TEXT_SIZE 256 /* longer names are cut at a code point */

/* What WTSSessionInfo(Ex) and WTSClientName tell of one session. */
struct session_details {
	enum session_state state;
	int64_t logon_at_ms; /* UTC; UTC_UNKNOWN where the host does not say */
	int64_t idle_s;	     /* by the host's own clock; -1 unknown */
	char user[SESSION_TEXT_SIZE];
	char domain[SESSION_TEXT_SIZE];
	char station[SESSION_TEXT_SIZE];
	char client[SESSION_TEXT_SIZE];
};

/* Who is meant. An id alone is never enough: ids are used again. Strings are borrowed. */
struct session_identity {
	uint32_t id;
	const char *domain;
	const char *user;
	/* UTC_UNKNOWN: was not known when the session was seen; then only another unknown
	 * matches */
	int64_t logon_at_ms;
};

/* What a look right before an act found. */
enum session_seen {
	SESSION_SEEN_SAME,
	SESSION_SEEN_GONE,  /* no such session (the look said so: its error was of class gone) */
	SESSION_SEEN_OTHER, /* another identity under the id */
	/* the same identity, but its state or idle time is no longer what was asked for */
	SESSION_SEEN_NO_LONGER_MATCHES,
};

/* The right to act, held by one call block and fought over by two threads: the worker takes it
 * right before the act, the loop withdraws it at the deadline. Whoever comes first wins, so that a
 * look left behind can never log anyone off later. */
enum session_permit_state { SESSION_PERMIT_OPEN, SESSION_PERMIT_TAKEN, SESSION_PERMIT_WITHDRAWN };
struct session_permit {
	atomic_int state; /* enum session_permit_state */
};
void session_permit_init(struct session_permit *permit);
bool session_permit_take(struct session_permit *permit);     /* worker: true = act now */
bool session_permit_withdraw(struct session_permit *permit); /* loop: true = it will never act */

enum session_act {
	SESSION_ACT_LOGOFF,
	SESSION_ACT_LOGOFF_WAIT,
	SESSION_ACT_DISCONNECT,
	SESSION_ACT_MESSAGE /* `message` of the order */
};

/* Conditions that a session must still meet at the look. 0 / -1: none. */
struct session_condition {
	uint32_t states;    /* bits 1 << enum session_state; 0: any */
	int64_t min_idle_s; /* -1: none; an unknown idle time never meets it */
};

/* What WTSSendMessage takes of a text at most: older hosts cap title and text at 1024 bytes each, and
 * the zero counts. Longer ones are cut, never in the middle of a character. */
#define SESSION_MESSAGE_UNITS 511 /* of UTF-16 */

struct session_message {
	const char *title; /* never empty */
	const char *text;
	uint32_t timeout_s; /* the box closes by itself; 0: stays */
};

/* Drain mode, the numbers of TSServerDrainMode. */
enum session_drain { SESSION_DRAIN_OFF, SESSION_DRAIN_RESTART, SESSION_DRAIN_ON };
const char *session_drain_name(enum session_drain drain); /* "off", "restart", "on" */

/* How a simulated host's TCP port behaves. */
enum session_probe_result { SESSION_PROBE_CONNECTED, SESSION_PROBE_REFUSED, SESSION_PROBE_SILENT };
struct session_probe_script {
	enum session_probe_result result;
	int64_t after_us; /* how long it takes (not for SILENT) */
};

/* Time, as a parameter: the real clocks, or a test's virtual ones. Callable from any worker. */
#define SESSION_SLEEP_FOREVER INT64_MAX
struct session_clock {
	void *ctx;
	int64_t (*now_us)(void *ctx);  /* monotonic */
	int64_t (*wall_ms)(void *ctx); /* UTC */
	/* Sleeps, from a worker. SESSION_SLEEP_FOREVER: a call that never comes back. True when the
	 * time has passed; false when there is no coming back (virtual time, or a real clock that
	 * is being shut down): the caller then returns at once with any error and without any
	 * effect. */
	bool (*sleep_us)(void *ctx, int64_t us);
};

struct session_ops;

/* The common head of every backend: its own struct has this as its first member. */
struct session_backend {
	const struct session_ops *ops;
	const struct session_clock *clock; /* kept */
};

/* The common head of every open connection. */
struct session_host {
	struct session_backend *backend;
};

/* A NULL slot: the wrapper below fails with ERROR_NOT_SUPPORTED (50) and the slot's API. */
struct session_ops {
	const char *name; /* "windows", "sim": appears in reports */
	bool simulated;
	/* `host` is the inventory's name, `address` what to connect to: never empty. */
	int (*open)(struct session_backend *backend, const char *host, const char *address,
		    struct session_host **ret_host, struct session_error *reterr);
	int (*enumerate)(struct session_host *host, struct session_list *ret_list,
			 struct session_error *reterr);
	/* Makes ready for an act on `id`, so that nothing but the act itself comes after the look at
	 * it. May tell, as a look does, that there is no such session. NULL slot: there is nothing
	 * to make ready. */
	int (*aim)(struct session_host *host, uint32_t id, struct session_error *reterr);
	int (*details)(struct session_host *host, uint32_t id, struct session_details *ret_details,
		       struct session_error *reterr);
	int (*logoff)(struct session_host *host, uint32_t id, bool wait,
		      struct session_error *reterr);
	int (*disconnect)(struct session_host *host, uint32_t id, struct session_error *reterr);
	int (*message)(struct session_host *host, uint32_t id,
		       const struct session_message *message, struct session_error *reterr);
	void (*close)(struct session_host *host);
	/* See session_abandon(). NULL slot: calls cannot be ended. */
	void (*abandon)(struct session_host *host);
	/* Drain is not part of the session connection: it works on a host by name. */
	int (*drain_get)(struct session_backend *backend, const char *host, const char *address,
			 enum session_drain *ret_drain, struct session_error *reterr);
	int (*drain_set)(struct session_backend *backend, const char *host, const char *address,
			 enum session_drain drain, struct session_error *reterr);
	/* Loop thread, does not block. NULL slot: the port is probed with real TCP. `attempt`
	 * counts from 1. */
	void (*probe_script)(struct session_backend *backend, const char *host,
			     struct session_probe_script *ret_script);
	/* Loop thread. True where `host` is the machine this process runs on; *ret_session is
	 * then its own session. NULL slot: never. */
	bool (*is_self)(struct session_backend *backend, const char *host, const char *address,
			uint32_t *ret_session);
	void (*destroy)(struct session_backend *backend); /* after every call has returned */
};

/* The calls, through the table. session_open() refuses an empty name or address with
 * ERROR_INVALID_PARAMETER (87): for the API an empty name would mean this machine. */
int session_open(struct session_backend *backend, const char *host, const char *address,
		 struct session_host **ret_host, struct session_error *reterr);
int session_enumerate(struct session_host *host, struct session_list *ret_list,
		      struct session_error *reterr);
int session_details(struct session_host *host, uint32_t id, struct session_details *ret_details,
		    struct session_error *reterr);
int session_message(struct session_host *host, uint32_t id, const struct session_message *message,
		    struct session_error *reterr);
void session_close(struct session_host *host);
/* Any thread, while another one may be in a call on `host` other than close(); does not block. The
 * call in progress, if there is one, comes back soon with an error (if it has not come back with a
 * result), and so does every later one. What was asked may have been carried out: of an act whose
 * permit was taken nothing is known. The host has still to be closed. Where the backend cannot end
 * calls nothing happens. */
void session_abandon(struct session_host *host);
int session_drain_get(struct session_backend *backend, const char *host, const char *address,
		      enum session_drain *ret_drain, struct session_error *reterr);
int session_drain_set(struct session_backend *backend, const char *host, const char *address,
		      enum session_drain drain, struct session_error *reterr);
/* Sets the drain mode only where it is what it is thought to be: one worker call, as
 * session_act_if().
 *   0 with *ret_seen == order->from: the mode was set.
 *   0 with another *ret_seen: that is the mode, and nothing was asked.
 *   -1: a call failed (the look, or the setting), or the time was up before it was set
 *      (api RDSWEEP, CALL_TIMEOUT; nothing was asked). */
struct session_drain_order {
	enum session_drain from, to;
	int64_t not_after_us;	       /* on the backend's clock: nothing is set after it */
	struct session_permit *permit; /* taken right before the mode is set */
};
int session_drain_set_if(struct session_backend *backend, const char *host, const char *address,
			 const struct session_drain_order *order, enum session_drain *ret_seen,
			 struct session_error *reterr);
void session_backend_destroy(struct session_backend *backend); /* NULL is fine */

/* What to do to whom, and until when. */
struct session_order {
	struct session_identity want;
	struct session_condition condition;
	enum session_act act;
	struct session_message message; /* MESSAGE */
	int64_t not_after_us;		/* on the backend's clock: no act is started after it */
	struct session_permit *permit;	/* taken right before the act */
};

/* Looks at session `order->want.id` and acts on it only if it still is `want` (domain\user, logon
 * time), still meets the condition, `not_after_us` has not passed and the permit can be taken. One
 * worker call: nothing happens between look and act.
 *   0 with *ret_seen SAME: the act was accepted (for LOGOFF_WAIT: has returned).
 *   0 with another *ret_seen: nothing was asked; *ret_details is what the look found (OTHER,
 *  NO_LONGER_MATCHES). -1: a call failed (reterr->api tells whether the look or the act), or the
 *  time was up before the act
 *      (api RDSWEEP, CALL_TIMEOUT; nothing was asked).
 * *ret_details is written whenever the look succeeded, also before an act that fails. */
int session_act_if(struct session_host *host, const struct session_order *order,
		   enum session_seen *ret_seen, struct session_details *ret_details,
		   struct session_error *reterr);

/* True when details and identity are the same person in the same logon. */
bool session_identity_is(const struct session_identity *want,
			 const struct session_details *details);
bool session_condition_met(const struct session_condition *condition, enum session_state state,
			   int64_t idle_s);

#endif
