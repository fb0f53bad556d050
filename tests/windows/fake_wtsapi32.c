/* fake_wtsapi32.c - a stand-in for wtsapi32.dll: the API's own entry points in front of the
 * simulated fleet, so that the real backend runs through the real ABI and a scenario means the same
 * as with --sim. It behaves as badly as the API may: a call that succeeds leaves some last error,
 * one that fails leaves rubbish in its outputs, an absent name is NULL or empty. Calls that are no
 * part of the program's use are not there. */
#include "fake_fleet.h"

#include <stdio.h>
#include <string.h>

#include "text.h"
#include "utc.h"
#include "wts_text.h"

#define EXPORT __declspec(dllexport)
#ifdef FAKE_WITHOUT_EX /* as on a system that is too old for them */
#define EXPORT_EX
#else
#define EXPORT_EX EXPORT
#endif
#define TICKS_PER_MS	10000
#define MS_1601_TO_1970 INT64_C(11644473600000)
#define RUBBISH		((void *)(uintptr_t)0xBAD0BAD0u)
#define GUEST_ID	1 /* what a guest calls its own session: an id that the host has as well */

/* Marks the library: a name alone does not tell which one was loaded. */
EXPORT DWORD WINAPI RdsweepFakeMarker(void);
EXPORT LONG64 WINAPI RdsweepFakeCounted(const char *name);
EXPORT_EX HANDLE WINAPI WTSOpenServerExW(LPWSTR name);
EXPORT_EX BOOL WINAPI WTSEnumerateSessionsExW(HANDLE server, DWORD *level, DWORD filter,
					      WTS_SESSION_INFO_1W **rows, DWORD *count);
EXPORT_EX BOOL WINAPI WTSFreeMemoryExW(WTS_TYPE_CLASS type, PVOID memory, ULONG count);

EXPORT DWORD WINAPI RdsweepFakeMarker(void)
{
	return fake_fleet_is_there() ? 0x5EED : 0;
}

EXPORT LONG64 WINAPI RdsweepFakeCounted(const char *name)
{
	return fake_counted(name);
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved);
BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved)
{
	(void)self;
	(void)reserved;
	if (reason == DLL_PROCESS_ATTACH)
		fake_registry_start();
	return TRUE;
}

static BOOL fail(DWORD code)
{
	SetLastError(code);
	return FALSE;
}

/* What a success leaves behind must not be taken for an error. */
static BOOL succeed(void)
{
	SetLastError(ERROR_IO_PENDING);
	return TRUE;
}

/* --- servers */

EXPORT HANDLE WINAPI WTSOpenServerW(LPWSTR name)
{
	if (fake_fleet_is_there())
		return fake_open(name);
	SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
	return NULL;
}

EXPORT_EX HANDLE WINAPI WTSOpenServerExW(LPWSTR name)
{
	if (!fake_ex_is_hidden())
		return WTSOpenServerW(name);
	SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
	return NULL;
}

EXPORT VOID WINAPI WTSCloseServer(HANDLE server)
{
	fake_close(server);
	SetLastError(ERROR_INVALID_HANDLE); /* a close has no result, and leaves this or that */
}

/* --- blocks */

EXPORT VOID WINAPI WTSFreeMemory(PVOID memory)
{
	(void)fake_block_free(memory, false, 0);
	SetLastError(ERROR_INVALID_HANDLE);
}

EXPORT_EX BOOL WINAPI WTSFreeMemoryExW(WTS_TYPE_CLASS type, PVOID memory, ULONG count)
{
	bool freed = type == WTSTypeSessionInfoLevel1 && fake_block_free(memory, true, count);

	SetLastError(ERROR_INVALID_HANDLE);
	return freed;
}

/* --- enumerations: rows first, then their texts, in one block */

struct listing {
	size_t bound;
	size_t count;
	unsigned char *rows;
	uint16_t *units; /* where the next text goes */
	bool plain;
};

#define UNITS_OF_ROW (5 * SESSION_TEXT_SIZE)

static LPWSTR add_text(struct listing *listing, const char *text)
{
	uint16_t *at = listing->units;

	/* An absent name comes as NULL or as an empty one. */
	if (!text[0] && listing->count % 2)
		return NULL;
	listing->units += wts_text_units(at, SESSION_TEXT_SIZE, text) + 1;
	return at;
}

static void fill_plain(struct listing *listing, const struct sim_view *view)
{
	WTS_SESSION_INFOW *row = (WTS_SESSION_INFOW *)(void *)listing->rows + listing->count;

	row->SessionId = view->id;
	row->State = (WTS_CONNECTSTATE_CLASS)view->state;
	row->pWinStationName = add_text(listing, view->station);
}

static void fill_ex(struct listing *listing, const struct sim_view *view)
{
	WTS_SESSION_INFO_1W *row = (WTS_SESSION_INFO_1W *)(void *)listing->rows + listing->count;

	row->ExecEnvId = view->id;
	row->SessionId = view->vm[0] ? GUEST_ID : view->id;
	row->State = (WTS_CONNECTSTATE_CLASS)view->state;
	row->pSessionName = add_text(listing, view->station);
	row->pHostName = add_text(listing, view->vm);
	row->pUserName = add_text(listing, view->user);
	row->pDomainName = add_text(listing, view->domain);
	row->pFarmName = add_text(listing, view->farm);
}

static int add_row(void *ctx, const struct sim_view *view)
{
	struct listing *listing = ctx;

	if (listing->count == listing->bound)
		return -1;
	if (listing->plain)
		fill_plain(listing, view);
	else
		fill_ex(listing, view);
	listing->count++;
	return 0;
}

static int list_sessions(const struct fake_call *call, struct listing *listing,
			 uint32_t *reterr_code)
{
	size_t row_size = listing->plain ? sizeof(WTS_SESSION_INFOW) : sizeof(WTS_SESSION_INFO_1W);

	listing->bound = sim_model_session_bound(call->model, call->host);
	listing->rows = fake_block_new(listing->bound * (row_size + UNITS_OF_ROW * sizeof(WCHAR)));
	if (!listing->rows)
		return -1;
	listing->units = (uint16_t *)(void *)(listing->rows + listing->bound * row_size);
	return sim_model_enumerate(call->model, call->host, &call->step, call->now_ms, add_row,
				   listing, reterr_code);
}

static BOOL enumerate(HANDLE server, bool plain, void **ret_rows, DWORD *ret_count)
{
	struct listing listing = { .plain = plain };
	struct fake_call call;
	uint32_t code = ERROR_NOT_ENOUGH_MEMORY;
	int result;

	*ret_rows = RUBBISH;
	*ret_count = 77;
	if (!fake_call_begin(server, SIM_ENUMERATE, 0, &call))
		return FALSE;
	result = list_sessions(&call, &listing, &code);
	fake_call_end();
	if (result != 0) {
		fake_block_drop(listing.rows);
		return fail(code);
	}
	fake_block_give(listing.rows, !plain, plain ? 0 : (ULONG)listing.count);
	*ret_rows = listing.rows;
	*ret_count = (DWORD)listing.count;
	return succeed();
}

static BOOL bad_arguments(DWORD code)
{
	fake_count(FAKE_BAD_ARGUMENTS);
	return fail(code);
}

EXPORT BOOL WINAPI WTSEnumerateSessionsW(HANDLE server, DWORD reserved, DWORD version,
					 WTS_SESSION_INFOW **rows, DWORD *count)
{
	void *memory;
	BOOL ok;

	if (reserved || version != 1 || !rows || !count)
		return bad_arguments(ERROR_INVALID_PARAMETER);
	ok = enumerate(server, true, &memory, count);
	*rows = memory;
	return ok;
}

EXPORT_EX BOOL WINAPI WTSEnumerateSessionsExW(HANDLE server, DWORD *level, DWORD filter,
					      WTS_SESSION_INFO_1W **rows, DWORD *count)
{
	void *memory;
	BOOL ok;

	if (fake_ex_is_hidden())
		return fail(ERROR_CALL_NOT_IMPLEMENTED);
	if (!level || *level != 1 || filter || !rows || !count)
		return bad_arguments(ERROR_INVALID_LEVEL);
	ok = enumerate(server, false, &memory, count);
	*rows = memory;
	return ok;
}

/* --- one session */

static LONGLONG ticks(int64_t ms)
{
	return ms == UTC_UNKNOWN ? 0 : (ms + MS_1601_TO_1970) * TICKS_PER_MS;
}

/* A fixed field, cut where it is too short, as the API does: also in the middle of a surrogate
 * pair. */
static void fill_field(WCHAR *field, size_t size, const char *text)
{
	WCHAR units[SESSION_TEXT_SIZE];
	size_t len = wts_text_units(units, SESSION_TEXT_SIZE, text);

	if (len >= size)
		len = size - 1;
	memcpy(field, units, len * sizeof(*field));
	field[len] = 0;
}

static void *info_of(const struct sim_view *view, int64_t now_ms, DWORD *ret_bytes)
{
	WTSINFOW *info = fake_block_new(sizeof(*info));
	int64_t since_ms = view->idle_s < 0 ? UTC_UNKNOWN : now_ms - view->idle_s * 1000;

	if (!info)
		return NULL;
	info->State = (WTS_CONNECTSTATE_CLASS)view->state;
	info->SessionId = view->id;
	fill_field(info->WinStationName, WINSTATIONNAME_LENGTH, view->station);
	fill_field(info->UserName, USERNAME_LENGTH + 1, view->user);
	fill_field(info->Domain, DOMAIN_LENGTH, view->domain);
	info->CurrentTime.QuadPart = ticks(now_ms);
	info->LogonTime.QuadPart = ticks(view->logon_at_ms);
	if (view->state == SESSION_DISCONNECTED)
		info->DisconnectTime.QuadPart = ticks(since_ms);
	else
		info->LastInputTime.QuadPart = ticks(since_ms);
	*ret_bytes = sizeof(*info);
	return info;
}

static void *text_of(const char *text, DWORD *ret_bytes)
{
	uint16_t *units = fake_block_new(SESSION_TEXT_SIZE * sizeof(*units));

	if (units)
		*ret_bytes = (DWORD)((wts_text_units(units, SESSION_TEXT_SIZE, text) + 1) *
				     sizeof(*units));
	return units;
}

static void *property_of(const struct sim_view *view, WTS_INFO_CLASS class_, int64_t now_ms,
			 DWORD *ret_bytes)
{
	if (class_ == WTSSessionInfo)
		return info_of(view, now_ms, ret_bytes);
	return text_of(class_ == WTSUserName	 ? view->user
		       : class_ == WTSDomainName ? view->domain
						 : view->client,
		       ret_bytes);
}

/* The look itself takes the scenario's time and faults; further properties of the same session are
 * free. */
EXPORT BOOL WINAPI WTSQuerySessionInformationW(HANDLE server, DWORD id, WTS_INFO_CLASS class_,
					       LPWSTR *buffer, DWORD *bytes)
{
	bool known = class_ == WTSSessionInfo || class_ == WTSUserName || class_ == WTSDomainName ||
		     class_ == WTSClientName;
	struct fake_call call;
	struct sim_view view;
	uint32_t code = ERROR_NOT_ENOUGH_MEMORY;
	void *memory = NULL;

	if (!buffer || !bytes || !known)
		return bad_arguments(ERROR_INVALID_PARAMETER);
	*buffer = RUBBISH;
	*bytes = 7777;
	if (class_ == WTSSessionInfo ? !fake_call_begin(server, SIM_QUERY, id, &call)
				     : !fake_call_begin_quick(server, &call))
		return FALSE;
	if (sim_model_query(call.model, call.host, id, &call.step, call.now_ms, &view, &code) == 0)
		memory = property_of(&view, class_, call.now_ms, bytes);
	fake_call_end();
	if (!memory)
		return fail(code);
	fake_block_give(memory, false, 0);
	*buffer = memory;
	return succeed();
}

/* --- acts */

EXPORT BOOL WINAPI WTSLogoffSession(HANDLE server, DWORD id, BOOL wait)
{
	struct fake_call call;
	int64_t until_ms = 0;
	uint32_t code;
	int result;

	id = fake_session_id(server, id);
	if (!fake_call_begin(server, SIM_LOGOFF, id, &call))
		return FALSE;
	fake_count(FAKE_LOGOFFS);
	if (wait)
		fake_count(FAKE_LOGOFFS_WAIT);
	result = sim_model_logoff(call.model, call.host, id, &call.step, call.now_ms, &until_ms,
				  &code);
	fake_call_end();
	if (result != 0)
		return fail(code);
	if (wait)
		fake_wait_until(until_ms);
	return succeed();
}

EXPORT BOOL WINAPI WTSDisconnectSession(HANDLE server, DWORD id, BOOL wait)
{
	struct fake_call call;
	uint32_t code;
	int result;

	(void)wait;
	if (!fake_call_begin(server, SIM_DISCONNECT, id, &call))
		return FALSE;
	result = sim_model_disconnect(call.model, call.host, id, &call.step, call.now_ms, &code);
	fake_call_end();
	return result == 0 ? succeed() : fail(code);
}

/* Bytes of a text as the API wants them: whole units, something to show, and no more than older
 * hosts take. */
static bool is_good_text(const WCHAR *text, DWORD bytes)
{
	return text && bytes && bytes % sizeof(WCHAR) == 0 && bytes <= 1022 &&
	       wts_text_len(text, bytes / sizeof(WCHAR)) == bytes / sizeof(WCHAR);
}

/* As the state keeps it. `size` is enough for whatever older hosts take. */
static void utf8_of(char *out, size_t size, const WCHAR *units, size_t count)
{
	struct strbuf text;

	strbuf_init(&text);
	utf8_from_utf16(&text, units, count);
	(void)snprintf(out, size, "%s", strbuf_text(&text));
	strbuf_release(&text);
}

EXPORT BOOL WINAPI WTSSendMessageW(HANDLE server, DWORD id, LPWSTR title, DWORD title_bytes,
				   LPWSTR text, DWORD text_bytes, DWORD style, DWORD timeout_s,
				   DWORD *response, BOOL wait)
{
	char shown[SESSION_MESSAGE_UNITS * 3 + 1];
	struct fake_call call;
	uint32_t code;
	int result;

	(void)style;
	(void)timeout_s;
	if (wait || !response || !is_good_text(title, title_bytes) ||
	    !is_good_text(text, text_bytes))
		return bad_arguments(RPC_X_BAD_STUB_DATA);
	if (!fake_call_begin(server, SIM_MESSAGE, id, &call))
		return FALSE;
	fake_count(FAKE_MESSAGES);
	utf8_of(shown, sizeof(shown), text, text_bytes / sizeof(WCHAR));
	result =
		sim_model_message(call.model, call.host, id, shown, &call.step, call.now_ms, &code);
	fake_call_end();
	if (result != 0)
		return fail(code);
	*response = 32001; /* IDASYNC: shown, nobody waits */
	return succeed();
}
