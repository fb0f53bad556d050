#include "session_service.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

#include "json_write.h"
#include "np_front.h"
#include "rpc_server.h"
#include "time_of_day.h"
#include "utc.h"

#define HANDLE_LEN		     20
#define HANDLES_MAX		     64
#define LEVEL_1			     1
#define STATION_UNITS		     33
#define DOMAIN_UNITS		     18
#define USER_UNITS		     21
#define REFERENT		     0x00020000u
#define HRESULT_WIN32		     0x80070000u
#define ERROR_FILE_NOT_FOUND	     2u
#define ERROR_ACCESS_DENIED	     5u
#define ERROR_NOT_ENOUGH_MEMORY	     8u
#define ANSWER_ASYNC		     32001u /* IDASYNC: shown, nobody waits */
#define TICKS_PER_MS		     10000
#define MS_1601_TO_1970		     INT64_C(11644473600000)
#define STATUS_OBJECT_NAME_NOT_FOUND 0xc0000034u

enum { ENUMERATION, SESSION, SERVER };
static const struct rpc_interface interfaces[] = {
	[ENUMERATION] = { "TermSrvEnumeration",
			  { 0xd0, 0x3f, 0x14, 0x88, 0x8d, 0xc2, 0x2b, 0x4b, 0x8f, 0xef, 0x8d, 0x88,
			    0x2f, 0x6a, 0x93, 0x90 },
			  1,
			  true },
	[SESSION] = { "TermSrvSession",
		      { 0xd6, 0x09, 0x48, 0x48, 0x39, 0x42, 0x1b, 0x47, 0xb5, 0xbc, 0x61, 0xdf,
			0x8c, 0x23, 0xac, 0x48 },
		      1,
		      true },
	[SERVER] = { "srvsvc",
		     { 0xc8, 0x4f, 0x32, 0x4b, 0x70, 0x16, 0xd3, 0x01, 0x12, 0x78, 0x5a, 0x47, 0xbf,
		       0x6e, 0xe1, 0x88 },
		     3,
		     false },
};

/* A context handle: what a client holds of an enumeration or a session. */
struct handle {
	uint8_t bytes[HANDLE_LEN];
	size_t interface;
	uint32_t id; /* of a session */
};

struct pipe {
	struct session_service *service;
	struct fleet_host *host;
	int fd;
	bool opened; /* the scenario's open is behind us */
	struct handle handles[HANDLES_MAX];
	size_t handle_count;
	/* For the log, of the call under way: */
	int64_t id; /* of a session; -1: none */
	uint32_t hresult;
	struct strbuf title, text; /* of a message */
	uint32_t timeout_s;
};

/* --- context handles */

static bool new_handle(struct pipe *pipe, size_t interface, uint32_t id, struct strbuf *out)
{
	struct handle *handle = &pipe->handles[pipe->handle_count];

	if (pipe->handle_count == HANDLES_MAX)
		return false;
	memset(handle, 0, sizeof(*handle));
	if (getrandom(handle->bytes + 4, HANDLE_LEN - 4, 0) != HANDLE_LEN - 4)
		return false;
	handle->interface = interface;
	handle->id = id;
	pipe->handle_count++;
	strbuf_add(out, handle->bytes, HANDLE_LEN);
	return true;
}

static void put_no_handle(struct strbuf *out)
{
	for (int i = 0; i < HANDLE_LEN; i++)
		ndr_put_u8(out, 0);
}

/* Reads the handle that a call begins with. NULL, with the fault set: it is none of this connection's. */
static struct handle *read_handle(struct pipe *pipe, struct rpc_call *call)
{
	const uint8_t *bytes = ndr_bytes(&call->in, HANDLE_LEN);

	for (size_t i = 0; bytes && i < pipe->handle_count; i++) {
		struct handle *handle = &pipe->handles[i];

		if (handle->interface == call->interface &&
		    memcmp(handle->bytes, bytes, HANDLE_LEN) == 0)
			return handle;
	}
	call->fault = bytes ? RPC_STATUS_CONTEXT_MISMATCH : RPC_STATUS_BAD_STUB;
	return NULL;
}

/* --- answers */

static void put_result(struct pipe *pipe, struct rpc_call *call, bool ok, uint32_t code)
{
	pipe->hresult = ok ? 0 : HRESULT_WIN32 | (code & 0xffff);
	ndr_put_u32(call->out, pipe->hresult);
}

static bool is_administrator(const struct pipe *pipe, const struct rpc_call *call)
{
	for (const char *const *one = pipe->service->administrators; *one; one++)
		if (strcasecmp(*one, call->user) == 0)
			return true;
	return false;
}

/* Waits for the call's end. False: there is none, as the client has gone. */
static bool begin(struct pipe *pipe, struct rpc_call *rpc, enum sim_call kind, uint32_t id,
		  struct fleet_call *ret)
{
	if (fleet_begin(pipe->service->fleet, pipe->host, kind, id, pipe->fd, ret))
		return true;
	rpc->drops = true;
	return false;
}

/* --- TermSrvEnumeration */

static void open_enum(struct pipe *pipe, struct rpc_call *rpc)
{
	struct fleet_call call;
	uint32_t code = ERROR_ACCESS_DENIED;
	bool ok;

	if (!rpc_call_is_whole(rpc))
		return;
	ok = is_administrator(pipe, rpc);
	if (ok && !pipe->opened) {
		if (!begin(pipe, rpc, SIM_OPEN, 0, &call))
			return;
		ok = sim_model_open(call.model, call.host, &call.step, call.now_ms, &code) == 0;
		fleet_end(&call);
		pipe->opened = ok;
	}
	if (!ok || !new_handle(pipe, ENUMERATION, 0, rpc->out)) {
		put_no_handle(rpc->out);
		code = ok ? ERROR_NOT_ENOUGH_MEMORY : code;
		ok = false;
	}
	put_result(pipe, rpc, ok, code);
}

/* RpcCloseEnum and RpcCloseSession. */
static void close_handle(struct pipe *pipe, struct rpc_call *rpc)
{
	struct handle *handle = read_handle(pipe, rpc);

	if (!handle || !rpc_call_is_whole(rpc))
		return;
	pipe->id = handle->interface == SESSION ? (int64_t)handle->id : -1;
	*handle = pipe->handles[--pipe->handle_count];
	put_no_handle(rpc->out);
	put_result(pipe, rpc, true, 0);
}

struct rows {
	struct fleet_host *host;
	struct strbuf bytes;
	uint32_t count;
};

static int add_row(void *ctx, const struct sim_view *view)
{
	struct rows *rows = ctx;

	if (view->vm[0]) /* a guest is in the lists of RpcGetAllSessionsEx only */
		return 0;
	ndr_put_u32(&rows->bytes, LEVEL_1);
	ndr_put_u32(&rows->bytes, LEVEL_1);
	ndr_put_u32(&rows->bytes, view->id);
	ndr_put_u32(&rows->bytes, (uint32_t)view->state);
	ndr_put_field(&rows->bytes, view->station, STATION_UNITS);
	ndr_put_align(&rows->bytes, 4);
	rows->count++;
	return fleet_listed_add(rows->host, view);
}

static bool list(struct pipe *pipe, struct fleet_call *call, struct rows *rows, uint32_t *ret_code)
{
	if (fleet_listed_start(pipe->host, sim_model_session_bound(call->model, call->host)) != 0)
		return false;
	if (sim_model_enumerate(call->model, call->host, &call->step, call->now_ms, add_row, rows,
				ret_code) == 0)
		return true;
	(void)fleet_listed_start(pipe->host, 0);
	return false;
}

static void get_enum_result(struct pipe *pipe, struct rpc_call *rpc)
{
	struct handle *handle = read_handle(pipe, rpc);
	struct rows rows = { .host = pipe->host };
	uint32_t code = ERROR_NOT_ENOUGH_MEMORY;
	struct fleet_call call;
	bool ok;

	if (!handle)
		return;
	if (ndr_u32(&rpc->in) != LEVEL_1)
		rpc->in.failed = true;
	if (!rpc_call_is_whole(rpc) || !begin(pipe, rpc, SIM_ENUMERATE, 0, &call))
		return;
	strbuf_init(&rows.bytes);
	ok = list(pipe, &call, &rows, &code);
	fleet_end(&call);
	ok = ok && !rows.bytes.failed;
	ndr_put_u32(rpc->out, ok && rows.count ? REFERENT : 0);
	if (ok && rows.count) {
		ndr_put_u32(rpc->out, rows.count);
		strbuf_add(rpc->out, rows.bytes.data, rows.bytes.len);
	}
	ndr_put_u32(rpc->out, ok ? rows.count : 0);
	put_result(pipe, rpc, ok, code);
	strbuf_release(&rows.bytes);
}

/* --- TermSrvSession */

static bool is_there(struct pipe *pipe, uint32_t id)
{
	struct fleet_call call;
	struct sim_view view;
	uint32_t code;
	bool there;

	fleet_peek(pipe->service->fleet, pipe->host, &call);
	there = sim_model_query(call.model, call.host, id, &call.step, call.now_ms, &view, &code) ==
		0;
	fleet_end(&call);
	return there;
}

static void open_session(struct pipe *pipe, struct rpc_call *rpc)
{
	uint32_t id = ndr_u32(&rpc->in);
	uint32_t code = ERROR_FILE_NOT_FOUND;
	bool ok = false;

	if (!rpc_call_is_whole(rpc))
		return;
	pipe->id = id;
	if (!is_administrator(pipe, rpc))
		code = ERROR_ACCESS_DENIED;
	else if (is_there(pipe, id))
		ok = new_handle(pipe, SESSION, id, rpc->out);
	if (!ok)
		put_no_handle(rpc->out);
	put_result(pipe, rpc, ok, code);
}

static void disconnect(struct pipe *pipe, struct rpc_call *rpc)
{
	struct handle *handle = read_handle(pipe, rpc);
	struct fleet_call call;
	uint32_t code = 0;
	bool ok;

	if (!handle || !rpc_call_is_whole(rpc))
		return;
	pipe->id = handle->id;
	if (!begin(pipe, rpc, SIM_DISCONNECT, handle->id, &call))
		return;
	ok = sim_model_disconnect(call.model, call.host, handle->id, &call.step, call.now_ms,
				  &code) == 0;
	fleet_end(&call);
	put_result(pipe, rpc, ok, code);
}

static void logoff(struct pipe *pipe, struct rpc_call *rpc)
{
	struct handle *handle = read_handle(pipe, rpc);
	struct fleet_call call;
	int64_t until_ms;
	uint32_t code = 0;
	bool ok;

	if (!handle || !rpc_call_is_whole(rpc))
		return;
	pipe->id = handle->id;
	if (!begin(pipe, rpc, SIM_LOGOFF, handle->id, &call))
		return;
	ok = sim_model_logoff(call.model, call.host, handle->id, &call.step, call.now_ms, &until_ms,
			      &code) == 0;
	fleet_end(&call);
	put_result(pipe, rpc, ok, code);
}

static void show_message_box(struct pipe *pipe, struct rpc_call *rpc)
{
	struct handle *handle = read_handle(pipe, rpc);
	struct fleet_call call;
	uint32_t code = 0;
	bool ok;

	if (!handle)
		return;
	ndr_wide_string(&rpc->in, &pipe->title);
	ndr_wide_string(&rpc->in, &pipe->text);
	(void)ndr_u32(&rpc->in); /* the style */
	pipe->timeout_s = ndr_u32(&rpc->in);
	if (ndr_u32(&rpc->in) != 1) /* nobody here clicks anything: only who does not wait */
		rpc->in.failed = true;
	if (!rpc_call_is_whole(rpc))
		return;
	pipe->id = handle->id;
	if (!begin(pipe, rpc, SIM_MESSAGE, handle->id, &call))
		return;
	ok = sim_model_message(call.model, call.host, handle->id, strbuf_text(&pipe->text),
			       &call.step, call.now_ms, &code) == 0;
	fleet_end(&call);
	ndr_put_u32(rpc->out, ok ? ANSWER_ASYNC : 0);
	put_result(pipe, rpc, ok, code);
}

static uint64_t ticks(int64_t ms)
{
	return ms == UTC_UNKNOWN ? 0 : (uint64_t)(ms + MS_1601_TO_1970) * TICKS_PER_MS;
}

struct information {
	enum session_state state;
	const char *station, *domain, *user;
	int64_t disconnected_ms, logon_ms, input_ms; /* UTC_UNKNOWN */
};

static void put_information(struct strbuf *out, const struct information *info)
{
	ndr_put_u32(out, LEVEL_1);
	ndr_put_u32(out, LEVEL_1);
	ndr_put_u32(out, (uint32_t)info->state);
	ndr_put_u32(out, 0); /* flags: unknown */
	ndr_put_field(out, info->station, STATION_UNITS);
	ndr_put_field(out, info->domain, DOMAIN_UNITS);
	ndr_put_field(out, info->user, USER_UNITS);
	ndr_put_u64(out, ticks(info->logon_ms)); /* connected when logged on */
	ndr_put_u64(out, ticks(info->disconnected_ms));
	ndr_put_u64(out, ticks(info->logon_ms));
	ndr_put_u64(out, ticks(info->input_ms));
	ndr_put_u32(out, 0); /* the protocol has nothing to add */
	ndr_put_u32(out, 0);
}

#define NO_INFORMATION                                                                             \
	{                                                                                          \
		.state = SESSION_ACTIVE, .station = "", .domain = "", .user = "",                  \
		.disconnected_ms = UTC_UNKNOWN, .logon_ms = UTC_UNKNOWN, .input_ms = UTC_UNKNOWN   \
	}

/* What it was listed as. */
static bool tell_listed(struct pipe *pipe, struct rpc_call *rpc, uint32_t id)
{
	struct information info = NO_INFORMATION;
	struct fleet_listed listed;

	if (!fleet_listed_take(pipe->service->fleet, pipe->host, id, &listed))
		return false;
	info.state = listed.state;
	info.station = listed.station;
	info.domain = listed.domain;
	info.user = listed.user;
	put_information(rpc->out, &info);
	put_result(pipe, rpc, true, 0);
	fleet_listed_release(&listed);
	return true;
}

static void tell_now(struct pipe *pipe, struct rpc_call *rpc, uint32_t id)
{
	struct information info = NO_INFORMATION;
	struct fleet_call call;
	struct sim_view view;
	uint32_t code = 0;
	bool ok;

	if (!begin(pipe, rpc, SIM_QUERY, id, &call))
		return;
	ok = sim_model_query(call.model, call.host, id, &call.step, call.now_ms, &view, &code) == 0;
	if (ok) {
		/* The middle of that second, as clients know our clock to 10 ms only. */
		int64_t since_ms =
			view.idle_s < 0 ? UTC_UNKNOWN : call.now_ms - view.idle_s * 1000 - 500;

		info.state = view.state;
		info.station = view.station;
		info.domain = view.domain;
		info.user = view.user;
		info.logon_ms = view.logon_at_ms;
		if (view.state == SESSION_DISCONNECTED)
			info.disconnected_ms = since_ms;
		else
			info.input_ms = since_ms;
	}
	put_information(rpc->out, &info);
	fleet_end(&call);
	put_result(pipe, rpc, ok, code);
}

static void get_session_information(struct pipe *pipe, struct rpc_call *rpc)
{
	struct information nothing = NO_INFORMATION;
	uint32_t id = ndr_u32(&rpc->in);

	if (ndr_u32(&rpc->in) != LEVEL_1)
		rpc->in.failed = true;
	if (!rpc_call_is_whole(rpc))
		return;
	pipe->id = id;
	if (!is_administrator(pipe, rpc)) {
		put_information(rpc->out, &nothing);
		put_result(pipe, rpc, false, ERROR_ACCESS_DENIED);
	} else if (!tell_listed(pipe, rpc, id)) {
		tell_now(pipe, rpc, id);
	}
}

/* --- srvsvc: NetrRemoteTOD, which any user may ask */

static void remote_time_of_day(struct pipe *pipe, struct rpc_call *rpc)
{
	if (ndr_u32(&rpc->in))
		ndr_wide_string(&rpc->in, &pipe->title); /* the server's name */
	if (!rpc_call_is_whole(rpc))
		return;
	ndr_put_u32(rpc->out, REFERENT);
	time_of_day_put(rpc->out, fleet_now_ms());
	ndr_put_u32(rpc->out, 0);
	pipe->hresult = 0;
}

/* --- calls */

static const struct method {
	size_t interface;
	uint16_t opnum;
	const char *name;
	void (*run)(struct pipe *pipe, struct rpc_call *call);
} methods[] = {
	{ ENUMERATION, 0, "RpcOpenEnum", open_enum },
	{ ENUMERATION, 1, "RpcCloseEnum", close_handle },
	{ ENUMERATION, 5, "RpcGetEnumResult", get_enum_result },
	{ SESSION, 0, "RpcOpenSession", open_session },
	{ SESSION, 1, "RpcCloseSession", close_handle },
	{ SESSION, 3, "RpcDisconnect", disconnect },
	{ SESSION, 4, "RpcLogoff", logoff },
	{ SESSION, 9, "RpcShowMessageBox", show_message_box },
	{ SESSION, 17, "RpcGetSessionInformationEx", get_session_information },
	{ SERVER, 28, "NetrRemoteTOD", remote_time_of_day },
};

static void add_answer(const struct pipe *pipe, const struct rpc_call *call, struct strbuf *line)
{
	if (call->drops)
		strbuf_adds(line, "\"dropped\"");
	else if (call->fault)
		strbuf_addf(line, "\"fault 0x%08" PRIx32 "\"", call->fault);
	else
		strbuf_addf(line, "\"0x%08" PRIx32 "\"", pipe->hresult);
}

static void log_call(struct pipe *pipe, const struct rpc_call *call, const char *name)
{
	struct strbuf line;
	char now[UTC_TEXT_SIZE];

	if (!pipe->service->log)
		return;
	utc_format(fleet_now_ms(), now);
	strbuf_init(&line);
	strbuf_addf(&line, "{\"t\":\"%s\",\"host\":", now);
	json_add_string(&line, fleet_host_name(pipe->host));
	strbuf_addf(&line, ",\"call\":\"%s\",\"session\":", name);
	if (pipe->id >= 0)
		strbuf_addf(&line, "%" PRId64, pipe->id);
	else
		strbuf_adds(&line, "null");
	strbuf_adds(&line, ",\"user\":");
	json_add_string(&line, call->user);
	strbuf_adds(&line, ",\"by\":");
	json_add_string(&line, call->mechanism);
	strbuf_adds(&line, ",\"answer\":");
	add_answer(pipe, call, &line);
	if (pipe->text.len) {
		strbuf_adds(&line, ",\"title\":");
		json_add_string(&line, strbuf_text(&pipe->title));
		strbuf_adds(&line, ",\"text\":");
		json_add_string(&line, strbuf_text(&pipe->text));
		strbuf_addf(&line, ",\"timeout_s\":%" PRIu32, pipe->timeout_s);
	}
	strbuf_adds(&line, "}\n");
	/* One write a line: the stream has no buffer. */
	(void)fwrite(line.data, 1, line.failed ? 0 : line.len, pipe->service->log);
	strbuf_release(&line);
}

static void run(struct pipe *pipe, const struct method *method, struct rpc_call *call)
{
	struct wire_fault fault =
		wire_faults_hit(pipe->service->faults, fleet_host_name(pipe->host), method->name);

	if (fault.action == WIRE_DROP)
		call->drops = true;
	else if (fault.action == WIRE_FAULT)
		call->fault = (uint32_t)fault.value;
	else
		method->run(pipe, call);
	if (fault.action == WIRE_LATE_DROP)
		call->drops = true;
	wire_fault_apply(&fault, call->out);
}

static void handle_call(void *ctx, struct rpc_call *call)
{
	struct pipe *pipe = ctx;
	const char *name = "?";

	pipe->id = -1;
	pipe->hresult = 0;
	strbuf_clear(&pipe->title);
	strbuf_clear(&pipe->text);
	call->fault = RPC_STATUS_OUT_OF_RANGE;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (methods[i].interface != call->interface || methods[i].opnum != call->opnum)
			continue;
		call->fault = 0;
		name = methods[i].name;
		run(pipe, &methods[i], call);
		break;
	}
	log_call(pipe, call, name);
}

static bool handle_bind(void *ctx, size_t interface)
{
	struct pipe *pipe = ctx;
	struct wire_fault fault =
		wire_faults_hit(pipe->service->faults, fleet_host_name(pipe->host), "bind");

	(void)interface;
	return fault.action == WIRE_NOTHING;
}

static const struct rpc_handler handler = {
	.interfaces = interfaces,
	.interface_count = sizeof(interfaces) / sizeof(interfaces[0]),
	.call = handle_call,
	.bind = handle_bind,
};

void session_service_pipe(struct session_service *service, int fd)
{
	struct pipe *pipe = calloc(1, sizeof(*pipe));
	struct np_peer peer;

	if (pipe && np_greeting_read(fd, &peer) == 0) {
		pipe->service = service;
		pipe->host = fleet_host_at(service->fleet, peer.server_address);
		pipe->fd = fd;
		if (!pipe->host)
			(void)np_greeting_answer(fd, STATUS_OBJECT_NAME_NOT_FOUND);
		else if (np_greeting_answer(fd, 0) == 0)
			rpc_serve(fd, &handler, pipe);
		strbuf_release(&pipe->title);
		strbuf_release(&pipe->text);
	}
	free(pipe); /* handles that are still open run down with it */
	(void)close(fd);
}
