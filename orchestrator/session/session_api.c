#include "session_api.h"

#include <string.h>

#include "account.h"
#include "utc.h"
#include "win_error.h"

#define ERROR_NOT_SUPPORTED_CODE     50u
#define ERROR_INVALID_PARAMETER_CODE 87u

static const char *const api_names[SESSION_API_COUNT] = {
	[SESSION_API_RDSWEEP] = "rdsweep",
	[SESSION_API_OPEN_SERVER_EX] = "WTSOpenServerEx",
	[SESSION_API_OPEN_SERVER] = "WTSOpenServer",
	[SESSION_API_ENUMERATE_SESSIONS_EX] = "WTSEnumerateSessionsEx",
	[SESSION_API_ENUMERATE_SESSIONS] = "WTSEnumerateSessions",
	[SESSION_API_QUERY_SESSION_INFORMATION] = "WTSQuerySessionInformation",
	[SESSION_API_LOGOFF_SESSION] = "WTSLogoffSession",
	[SESSION_API_DISCONNECT_SESSION] = "WTSDisconnectSession",
	[SESSION_API_SEND_MESSAGE] = "WTSSendMessage",
	[SESSION_API_REG_CONNECT_REGISTRY] = "RegConnectRegistry",
	[SESSION_API_REG_OPEN_KEY] = "RegOpenKeyEx",
	[SESSION_API_REG_QUERY_VALUE] = "RegQueryValueEx",
	[SESSION_API_REG_SET_VALUE] = "RegSetValueEx",
	[SESSION_API_EXIT_WINDOWS] = "ExitWindowsEx",
};

static const char *const state_names[SESSION_STATE_COUNT + 1] = {
	[SESSION_ACTIVE] = "active",
	[SESSION_CONNECTED] = "connected",
	[SESSION_CONNECT_QUERY] = "connect_query",
	[SESSION_SHADOW] = "shadow",
	[SESSION_DISCONNECTED] = "disconnected",
	[SESSION_IDLE] = "idle",
	[SESSION_LISTEN] = "listen",
	[SESSION_RESET] = "reset",
	[SESSION_DOWN] = "down",
	[SESSION_INIT] = "init",
	[SESSION_STATE_UNKNOWN] = "unknown",
};

static const char *const drain_names[] = {
	[SESSION_DRAIN_OFF] = "off",
	[SESSION_DRAIN_RESTART] = "restart",
	[SESSION_DRAIN_ON] = "on",
};

const char *session_api_name(enum session_api api)
{
	return (size_t)api < SESSION_API_COUNT ? api_names[api] : "unknown";
}

bool session_api_parse(const char *name, enum session_api *ret)
{
	for (size_t i = 0; i < SESSION_API_COUNT; i++) {
		if (strcmp(api_names[i], name) == 0) {
			*ret = (enum session_api)i;
			return true;
		}
	}
	return false;
}

const char *session_state_name(enum session_state state)
{
	return state_names[(size_t)state < SESSION_STATE_COUNT ? state : SESSION_STATE_UNKNOWN];
}

const char *session_drain_name(enum session_drain drain)
{
	return (size_t)drain <= SESSION_DRAIN_ON ? drain_names[drain] : "unknown";
}

void session_list_init(struct session_list *list)
{
	list->items = NULL;
	list->count = 0;
	arena_init(&list->arena);
}

void session_list_release(struct session_list *list)
{
	arena_release(&list->arena);
	list->items = NULL;
	list->count = 0;
}

void session_permit_init(struct session_permit *permit)
{
	atomic_init(&permit->state, SESSION_PERMIT_OPEN);
}

static bool permit_move(struct session_permit *permit, enum session_permit_state to)
{
	int expected = SESSION_PERMIT_OPEN;

	return atomic_compare_exchange_strong(&permit->state, &expected, (int)to);
}

bool session_permit_take(struct session_permit *permit)
{
	return permit_move(permit, SESSION_PERMIT_TAKEN);
}

bool session_permit_withdraw(struct session_permit *permit)
{
	return permit_move(permit, SESSION_PERMIT_WITHDRAWN);
}

static int fail(struct session_error *reterr, enum session_api api, uint32_t code)
{
	*reterr = (struct session_error){ .api = api, .code = code };
	return -1;
}

/* For the API an empty name would mean this machine. */
static bool names_a_host(const char *host, const char *address)
{
	return host && *host && address && *address;
}

int session_open(struct session_backend *backend, const char *host, const char *address,
		 struct session_host **ret_host, struct session_error *reterr)
{
	if (!names_a_host(host, address))
		return fail(reterr, SESSION_API_OPEN_SERVER_EX, ERROR_INVALID_PARAMETER_CODE);
	if (!backend->ops->open)
		return fail(reterr, SESSION_API_OPEN_SERVER_EX, ERROR_NOT_SUPPORTED_CODE);
	return backend->ops->open(backend, host, address, ret_host, reterr);
}

int session_enumerate(struct session_host *host, struct session_list *ret_list,
		      struct session_error *reterr)
{
	const struct session_ops *ops = host->backend->ops;

	if (!ops->enumerate)
		return fail(reterr, SESSION_API_ENUMERATE_SESSIONS_EX, ERROR_NOT_SUPPORTED_CODE);
	return ops->enumerate(host, ret_list, reterr);
}

int session_details(struct session_host *host, uint32_t id, struct session_details *ret_details,
		    struct session_error *reterr)
{
	const struct session_ops *ops = host->backend->ops;

	if (!ops->details)
		return fail(reterr, SESSION_API_QUERY_SESSION_INFORMATION,
			    ERROR_NOT_SUPPORTED_CODE);
	return ops->details(host, id, ret_details, reterr);
}

int session_message(struct session_host *host, uint32_t id, const struct session_message *message,
		    struct session_error *reterr)
{
	const struct session_ops *ops = host->backend->ops;

	if (!ops->message)
		return fail(reterr, SESSION_API_SEND_MESSAGE, ERROR_NOT_SUPPORTED_CODE);
	return ops->message(host, id, message, reterr);
}

void session_close(struct session_host *host)
{
	if (host && host->backend->ops->close)
		host->backend->ops->close(host);
}

void session_abandon(struct session_host *host)
{
	if (host && host->backend->ops->abandon)
		host->backend->ops->abandon(host);
}

int session_drain_get(struct session_backend *backend, const char *host, const char *address,
		      enum session_drain *ret_drain, struct session_error *reterr)
{
	if (!names_a_host(host, address))
		return fail(reterr, SESSION_API_REG_QUERY_VALUE, ERROR_INVALID_PARAMETER_CODE);
	if (!backend->ops->drain_get)
		return fail(reterr, SESSION_API_REG_QUERY_VALUE, ERROR_NOT_SUPPORTED_CODE);
	return backend->ops->drain_get(backend, host, address, ret_drain, reterr);
}

int session_drain_set(struct session_backend *backend, const char *host, const char *address,
		      enum session_drain drain, struct session_error *reterr)
{
	if (!names_a_host(host, address))
		return fail(reterr, SESSION_API_REG_SET_VALUE, ERROR_INVALID_PARAMETER_CODE);
	if (!backend->ops->drain_set)
		return fail(reterr, SESSION_API_REG_SET_VALUE, ERROR_NOT_SUPPORTED_CODE);
	return backend->ops->drain_set(backend, host, address, drain, reterr);
}

/* Until then nothing may happen any more: the time is up, or the caller has turned away. */
static bool may_act(const struct session_clock *clock, int64_t not_after_us,
		    struct session_permit *permit)
{
	return clock->now_us(clock->ctx) <= not_after_us && session_permit_take(permit);
}

int session_drain_set_if(struct session_backend *backend, const char *host, const char *address,
			 const struct session_drain_order *order, enum session_drain *ret_seen,
			 struct session_error *reterr)
{
	enum session_drain seen;

	if (session_drain_get(backend, host, address, &seen, reterr) != 0)
		return -1;
	if (seen == order->from) {
		if (!may_act(backend->clock, order->not_after_us, order->permit))
			return fail(reterr, SESSION_API_RDSWEEP, SESSION_FINDING_CALL_TIMEOUT);
		if (session_drain_set(backend, host, address, order->to, reterr) != 0)
			return -1;
	}
	*ret_seen = seen;
	return 0;
}

void session_backend_destroy(struct session_backend *backend)
{
	if (backend && backend->ops->destroy)
		backend->ops->destroy(backend);
}

bool session_identity_is(const struct session_identity *want, const struct session_details *details)
{
	return want->logon_at_ms == details->logon_at_ms &&
	       account_eq(want->domain, want->user, details->domain, details->user);
}

bool session_condition_met(const struct session_condition *condition, enum session_state state,
			   int64_t idle_s)
{
	if (condition->states && !(condition->states & UINT32_C(1) << (unsigned)state))
		return false;
	/* An unknown idle time is -1 and so never enough, also for a minimum of 0. */
	return condition->min_idle_s < 0 || idle_s >= condition->min_idle_s;
}

static int act(struct session_host *host, const struct session_order *order,
	       struct session_error *reterr)
{
	const struct session_ops *ops = host->backend->ops;

	if (order->act == SESSION_ACT_MESSAGE)
		return ops->message(host, order->want.id, &order->message, reterr);
	if (order->act == SESSION_ACT_DISCONNECT)
		return ops->disconnect(host, order->want.id, reterr);
	return ops->logoff(host, order->want.id, order->act == SESSION_ACT_LOGOFF_WAIT, reterr);
}

/* Is there a slot for what is asked? Known before the look, so that no permit is taken in vain. */
static int act_is_offered(const struct session_host *host, enum session_act what,
			  struct session_error *reterr)
{
	const struct session_ops *ops = host->backend->ops;
	enum session_api api = SESSION_API_LOGOFF_SESSION;
	bool offered = ops->logoff != NULL;

	if (what == SESSION_ACT_DISCONNECT) {
		api = SESSION_API_DISCONNECT_SESSION;
		offered = ops->disconnect != NULL;
	} else if (what == SESSION_ACT_MESSAGE) {
		api = SESSION_API_SEND_MESSAGE;
		offered = ops->message != NULL;
	}
	return offered ? 0 : fail(reterr, api, ERROR_NOT_SUPPORTED_CODE);
}

/* Everything that can be done before the act, the look last. */
static int aim_and_look(struct session_host *host, uint32_t id, struct session_details *ret_details,
			struct session_error *reterr)
{
	const struct session_ops *ops = host->backend->ops;

	if (ops->aim && ops->aim(host, id, reterr) != 0)
		return -1;
	return session_details(host, id, ret_details, reterr);
}

int session_act_if(struct session_host *host, const struct session_order *order,
		   enum session_seen *ret_seen, struct session_details *ret_details,
		   struct session_error *reterr)
{
	const struct session_clock *clock = host->backend->clock;
	struct session_error error;

	if (act_is_offered(host, order->act, reterr) != 0)
		return -1;
	if (aim_and_look(host, order->want.id, ret_details, &error) != 0) {
		if (win_error_lookup(error.api, error.code)->class_ != WIN_ERROR_GONE) {
			*reterr = error;
			return -1;
		}
		*ret_seen = SESSION_SEEN_GONE;
		return 0;
	}
	if (!session_identity_is(&order->want, ret_details)) {
		*ret_seen = SESSION_SEEN_OTHER;
		return 0;
	}
	if (!session_condition_met(&order->condition, ret_details->state, ret_details->idle_s)) {
		*ret_seen = SESSION_SEEN_NO_LONGER_MATCHES;
		return 0;
	}
	/* From here to the call nothing may come in between. */
	if (!may_act(clock, order->not_after_us, order->permit))
		return fail(reterr, SESSION_API_RDSWEEP, SESSION_FINDING_CALL_TIMEOUT);
	if (act(host, order, reterr) != 0)
		return -1;
	*ret_seen = SESSION_SEEN_SAME;
	return 0;
}
