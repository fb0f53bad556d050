#include "fake_fleet.h"

#include <stdlib.h>
#include <string.h>

#include "strbuf.h"
#include "text.h"
#include "wts_text.h"

#define LOCAL_HOST	 "localhost" /* what the scenario calls this machine */
#define HANDLES_MAX	 65536
#define HANDLE_BASE	 0x10000u
#define TICKS_PER_MS	 10000
#define MS_1601_TO_1970	 INT64_C(11644473600000)
#define GOES_ON_FOR_EVER INFINITE

/* A handle is the number of a slot; numbers are never given twice, so that a closed one stays known
 * as such. */
static struct {
	uint32_t host;
	bool open;
} slots[HANDLES_MAX];
static uint32_t slot_count;

static SRWLOCK model_lock = SRWLOCK_INIT;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static struct sim_scenario *scenario;
static struct sim_model *model;
static HANDLE state_file = INVALID_HANDLE_VALUE;
static bool hides_ex;

static int64_t wall_ms(void)
{
	FILETIME now;

	GetSystemTimePreciseAsFileTime(&now);
	return (int64_t)((uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime) / TICKS_PER_MS -
	       MS_1601_TO_1970;
}

static HANDLE open_named(const WCHAR *variable, DWORD access, DWORD disposition)
{
	WCHAR path[MAX_PATH];
	DWORD len = GetEnvironmentVariableW(variable, path, MAX_PATH);

	if (!len || len >= MAX_PATH)
		return INVALID_HANDLE_VALUE;
	return CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, disposition,
			   FILE_ATTRIBUTE_NORMAL, NULL);
}

static void read_all(HANDLE file, struct strbuf *out)
{
	char bytes[16384];
	DWORD got = 0;

	while (file != INVALID_HANDLE_VALUE && ReadFile(file, bytes, sizeof(bytes), &got, NULL) &&
	       got)
		strbuf_add(out, bytes, got);
}

static int keep_line(void *ctx, const char *line, size_t len)
{
	DWORD written = 0;

	(void)ctx;
	return WriteFile(state_file, line, (DWORD)len, &written, NULL) && written == len ? 0 : -1;
}

static bool read_scenario(void)
{
	HANDLE file = open_named(L"RDSWEEP_FAKE_SCENARIO", GENERIC_READ, OPEN_EXISTING);
	struct sim_problems problems;
	struct strbuf bytes;
	int result;

	if (file == INVALID_HANDLE_VALUE)
		return false;
	strbuf_init(&bytes);
	sim_problems_init(&problems);
	read_all(file, &bytes);
	CloseHandle(file);
	result = sim_scenario_parse(&scenario, strbuf_text(&bytes), bytes.len, &problems);
	sim_problems_release(&problems);
	strbuf_release(&bytes);
	return result == 0;
}

/* What earlier processes did to this fleet. */
static bool replay_state(void)
{
	HANDLE file = open_named(L"RDSWEEP_FAKE_STATE", GENERIC_READ, OPEN_EXISTING);
	struct sim_replay replay;
	struct strbuf bytes;
	int result;

	if (file == INVALID_HANDLE_VALUE)
		return true;
	strbuf_init(&bytes);
	read_all(file, &bytes);
	CloseHandle(file);
	result = sim_model_replay_all(model, strbuf_text(&bytes), bytes.len, &replay);
	strbuf_release(&bytes);
	return result == 0;
}

static BOOL CALLBACK start(INIT_ONCE *self, void *parameter, void **context)
{
	struct sim_model_options options = { .start_ms = wall_ms() };
	WCHAR hide[8];

	(void)self;
	(void)parameter;
	(void)context;
	fake_ledger_start();
	hides_ex =
		GetEnvironmentVariableW(L"RDSWEEP_FAKE_HIDE_EX", hide, 8) == 1 && hide[0] == L'1';
	state_file = open_named(L"RDSWEEP_FAKE_STATE", FILE_APPEND_DATA | SYNCHRONIZE, OPEN_ALWAYS);
	if (!read_scenario())
		return TRUE;
	options.scenario = scenario;
	options.sink = state_file == INVALID_HANDLE_VALUE ? NULL : keep_line;
	if (sim_model_create(&model, &options) != 0 || !replay_state())
		model = NULL;
	return TRUE;
}

bool fake_fleet_is_there(void)
{
	InitOnceExecuteOnce(&once, start, NULL, NULL);
	return model != NULL;
}

bool fake_ex_is_hidden(void)
{
	(void)fake_fleet_is_there();
	return hides_ex;
}

static void sleep_us(int64_t us)
{
	if (us > 0)
		Sleep((DWORD)((us + 999) / 1000));
}

void fake_wait_until(int64_t until_ms)
{
	fake_count(FAKE_CALLS_ENTERED); /* it is still out */
	if (until_ms == SIM_FOREVER)
		Sleep(GOES_ON_FOR_EVER);
	for (int64_t left = until_ms - wall_ms(); left > 0; left = until_ms - wall_ms())
		Sleep((DWORD)left);
	fake_count(FAKE_CALLS_LEFT);
}

uint32_t fake_session_id(HANDLE server, DWORD id)
{
	DWORD own = id;

	if (server == WTS_CURRENT_SERVER_HANDLE && id == WTS_CURRENT_SESSION)
		(void)ProcessIdToSessionId(GetCurrentProcessId(), &own);
	return own;
}

/* The host of a handle, under the lock. */
static bool host_of(HANDLE server, uint32_t *ret_host)
{
	uint32_t at = (uint32_t)((uintptr_t)server / 4 - HANDLE_BASE);

	if (server == WTS_CURRENT_SERVER_HANDLE) {
		fake_count(FAKE_LOCAL_CALLS);
		return sim_model_host(model, LOCAL_HOST, ret_host) == 0;
	}
	if ((uintptr_t)server % 4 || at >= slot_count || !slots[at].open) {
		fake_count(FAKE_BAD_HANDLES);
		return false;
	}
	*ret_host = slots[at].host;
	return true;
}

/* From the plan to the call's end, for a host that is known; takes the lock again. */
static void wait_for_end(struct fake_call *call, enum sim_call kind, uint32_t id)
{
	sim_model_plan(model, call->host, kind, id, wall_ms(), &call->step);
	ReleaseSRWLockExclusive(&model_lock);
	sleep_us(call->step.latency_us);
	if (call->step.hang)
		Sleep(GOES_ON_FOR_EVER);
	call->now_ms = wall_ms();
	AcquireSRWLockExclusive(&model_lock);
}

bool fake_call_begin(HANDLE server, enum sim_call kind, uint32_t id, struct fake_call *ret)
{
	if (!fake_fleet_is_there()) {
		SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
		return false;
	}
	fake_count(FAKE_CALLS_ENTERED);
	*ret = (struct fake_call){ .model = model };
	AcquireSRWLockExclusive(&model_lock);
	if (host_of(server, &ret->host)) {
		wait_for_end(ret, kind, id);
		return true;
	}
	fake_call_end();
	SetLastError(ERROR_INVALID_HANDLE);
	return false;
}

bool fake_call_begin_quick(HANDLE server, struct fake_call *ret)
{
	if (!fake_fleet_is_there()) {
		SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
		return false;
	}
	fake_count(FAKE_CALLS_ENTERED);
	*ret = (struct fake_call){ .model = model, .now_ms = wall_ms() };
	AcquireSRWLockExclusive(&model_lock);
	if (host_of(server, &ret->host))
		return true;
	fake_call_end();
	SetLastError(ERROR_INVALID_HANDLE);
	return false;
}

void fake_call_end(void)
{
	ReleaseSRWLockExclusive(&model_lock);
	fake_count(FAKE_CALLS_LEFT);
}

/* Under the lock. */
static HANDLE new_handle(uint32_t host)
{
	if (slot_count == HANDLES_MAX)
		return NULL;
	slots[slot_count].host = host;
	slots[slot_count].open = true;
	fake_count(FAKE_HANDLES_OPENED);
	return (HANDLE)(uintptr_t)((uintptr_t)(HANDLE_BASE + slot_count++) * 4);
}

HANDLE fake_open(const WCHAR *name)
{
	struct fake_call call = { .model = model };
	struct strbuf text;
	HANDLE server = NULL;
	uint32_t code = ERROR_NOT_ENOUGH_MEMORY;

	if (!name || !name[0] || name[0] == L'\\') {
		fake_count(FAKE_BAD_NAMES);
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	fake_count(FAKE_CALLS_ENTERED);
	strbuf_init(&text);
	utf8_from_utf16(&text, name, wts_text_len(name, SIZE_MAX));
	AcquireSRWLockExclusive(&model_lock);
	if (!text.failed && sim_model_host(model, strbuf_text(&text), &call.host) == 0) {
		wait_for_end(&call, SIM_OPEN, 0);
		if (sim_model_open(model, call.host, &call.step, call.now_ms, &code) == 0)
			server = new_handle(call.host);
	}
	fake_call_end();
	strbuf_release(&text);
	SetLastError(server ? ERROR_IO_PENDING : code); /* a success says nothing */
	return server;
}

static HANDLE key_of(uint32_t host)
{
	HANDLE key;

	AcquireSRWLockExclusive(&model_lock);
	key = new_handle(host);
	ReleaseSRWLockExclusive(&model_lock);
	return key;
}

HANDLE fake_key(const WCHAR *name)
{
	struct strbuf text;
	uint32_t host = 0;
	bool found;

	strbuf_init(&text);
	if (name)
		utf8_from_utf16(&text, name, wts_text_len(name, SIZE_MAX));
	else
		strbuf_adds(&text, LOCAL_HOST);
	AcquireSRWLockExclusive(&model_lock);
	found = !text.failed && sim_model_host(model, strbuf_text(&text), &host) == 0;
	ReleaseSRWLockExclusive(&model_lock);
	strbuf_release(&text);
	return found ? key_of(host) : NULL;
}

bool fake_is_key(HANDLE key)
{
	uint32_t at = (uint32_t)((uintptr_t)key / 4 - HANDLE_BASE);
	bool is;

	AcquireSRWLockExclusive(&model_lock);
	is = (uintptr_t)key % 4 == 0 && (uintptr_t)key / 4 >= HANDLE_BASE && at < slot_count &&
	     slots[at].open;
	ReleaseSRWLockExclusive(&model_lock);
	return is;
}

HANDLE fake_key_again(HANDLE key)
{
	return key_of(slots[(uintptr_t)key / 4 - HANDLE_BASE].host);
}

void fake_key_close(HANDLE key)
{
	AcquireSRWLockExclusive(&model_lock);
	slots[(uintptr_t)key / 4 - HANDLE_BASE].open = false;
	fake_count(FAKE_HANDLES_CLOSED);
	ReleaseSRWLockExclusive(&model_lock);
}

void fake_close(HANDLE server)
{
	struct fake_call call;

	if (server == WTS_CURRENT_SERVER_HANDLE) { /* is not for closing */
		fake_count(FAKE_BAD_HANDLES);
		return;
	}
	if (!fake_call_begin(server, SIM_CLOSE, 0, &call))
		return;
	slots[(uintptr_t)server / 4 - HANDLE_BASE].open = false;
	fake_count(FAKE_HANDLES_CLOSED);
	fake_call_end();
}
