/* Drain mode in the registry: against functions of the test's own, which answer as badly as the API may, and against the
 * real registry of the machine that the test runs on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wts_registry.h"

#include <string.h>

#include "session_wts.h"

#define PATH	L"SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
#define VALUE	L"TSServerDrainMode"
#define ROOT	((HKEY)(uintptr_t)0x1000)
#define KEY	((HKEY)(uintptr_t)0x2000)
#define RUBBISH ((HKEY)(uintptr_t)0xBAD0)

/* What the functions do, and what was asked of them. */
static struct fake {
	LSTATUS connect, open, query, set;
	bool no_root;
	DWORD type, bytes;
	BYTE data[8];

	int connects, opens, closes_root, closes_key, queries, sets;
	WCHAR machine[64];
	HKEY opened_under;
	REGSAM access;
	DWORD set_value;
} fake;

static LSTATUS WINAPI fake_connect(LPCWSTR machine, HKEY root, PHKEY ret_key)
{
	assert_ptr_equal(root, HKEY_LOCAL_MACHINE);
	assert_non_null(machine);
	fake.connects++;
	lstrcpynW(fake.machine, machine, 64);
	*ret_key = fake.connect ? RUBBISH : fake.no_root ? NULL : ROOT;
	SetLastError(0xDEAD); /* which these functions do not use */
	return fake.connect;
}

static LSTATUS WINAPI fake_open(HKEY key, LPCWSTR path, DWORD options, REGSAM access, PHKEY ret_key)
{
	assert_int_equal(lstrcmpiW(path, PATH), 0);
	assert_int_equal(options, 0);
	fake.opens++;
	fake.opened_under = key;
	fake.access = access;
	*ret_key = fake.open ? RUBBISH : KEY;
	return fake.open;
}

static LSTATUS WINAPI fake_query(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD type,
				 LPBYTE data, LPDWORD bytes)
{
	assert_ptr_equal(key, KEY);
	assert_int_equal(lstrcmpiW(name, VALUE), 0);
	assert_null(reserved);
	assert_int_equal(*bytes, sizeof(DWORD));
	fake.queries++;
	memcpy(data, fake.data, fake.bytes < sizeof(DWORD) ? fake.bytes : sizeof(DWORD));
	*type = fake.type;
	*bytes = fake.bytes;
	return fake.query;
}

static LSTATUS WINAPI fake_set(HKEY key, LPCWSTR name, DWORD reserved, DWORD type, const BYTE *data,
			       DWORD bytes)
{
	assert_ptr_equal(key, KEY);
	assert_int_equal(lstrcmpiW(name, VALUE), 0);
	assert_int_equal(reserved, 0);
	assert_int_equal(type, REG_DWORD);
	assert_int_equal(bytes, sizeof(fake.set_value));
	memcpy(&fake.set_value, data, sizeof(fake.set_value));
	fake.sets++;
	return fake.set;
}

static LSTATUS WINAPI fake_close(HKEY key)
{
	assert_true(key == ROOT || key == KEY); /* never HKEY_LOCAL_MACHINE itself, never rubbish */
	fake.closes_root += key == ROOT;
	fake.closes_key += key == KEY;
	return ERROR_SUCCESS;
}

static const struct wts_registry registry = { fake_connect, fake_open, fake_query, fake_set,
					      fake_close };
static struct wts_self self;

static int set_up(void **state)
{
	(void)state;
	fake = (struct fake){ .type = REG_DWORD, .bytes = sizeof(DWORD) };
	return 0;
}

static void drain__every_number__is_its_mode(void **state)
{
	(void)state;
	for (uint8_t value = 0; value < 3; value++) {
		struct session_error error;
		enum session_drain mode;

		fake.data[0] = value;
		assert_int_equal(
			wts_registry_get(&registry, &self, "rdsh1.corp.example", &mode, &error), 0);
		assert_int_equal(mode, value);
		assert_int_equal(wts_registry_set(&registry, &self, "rdsh1.corp.example",
						  (enum session_drain)value, &error),
				 0);
		assert_int_equal(fake.set_value, value);
	}
	assert_int_equal(lstrcmpW(fake.machine, L"\\\\rdsh1.corp.example"), 0);
	assert_ptr_equal(fake.opened_under, ROOT);
	assert_int_equal(fake.access, KEY_SET_VALUE | KEY_WOW64_64KEY);
	assert_int_equal(fake.closes_root, 6);
	assert_int_equal(fake.closes_key, 6);
}

static void drain_get__no_value__is_off(void **state)
{
	struct session_error error;
	enum session_drain mode = SESSION_DRAIN_ON;

	(void)state;
	fake.query = ERROR_FILE_NOT_FOUND;
	assert_int_equal(wts_registry_get(&registry, &self, "h", &mode, &error), 0);
	assert_int_equal(mode, SESSION_DRAIN_OFF);
	assert_int_equal(fake.access, KEY_QUERY_VALUE | KEY_WOW64_64KEY);
}

static void drain_get__anything_else__is_not_guessed(void **state)
{
	static const struct {
		LSTATUS status;
		DWORD type, bytes;
		BYTE data[4];
	} rows[] = {
		{ 0, REG_DWORD, 4, { 3 } },
		{ 0, REG_DWORD, 4, { 0, 1 } },
		{ 0, REG_DWORD, 4, { 0, 0, 0, 128 } },
		{ 0, REG_DWORD, 2, { 1 } },
		{ 0, REG_SZ, 4, { '2', 0, 0, 0 } },
		{ 0, REG_BINARY, 4, { 2 } },
		{ 0, REG_QWORD, 8, { 2 } },
		{ 0, REG_NONE, 0, { 0 } },
		{ 0, REG_DWORD_BIG_ENDIAN, 4, { 0, 0, 0, 1 } },
		{ ERROR_MORE_DATA, REG_SZ, 40, { '2' } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session_error error = { 0 };
		enum session_drain mode = SESSION_DRAIN_ON;

		fake.query = rows[i].status;
		fake.type = rows[i].type;
		fake.bytes = rows[i].bytes;
		memcpy(fake.data, rows[i].data, sizeof(rows[i].data));
		assert_int_equal(wts_registry_get(&registry, &self, "h", &mode, &error), -1);
		assert_int_equal(error.api, SESSION_API_REG_QUERY_VALUE);
		assert_int_equal(error.code, ERROR_INVALID_DATA);
		assert_int_equal(mode, SESSION_DRAIN_ON); /* not written */
	}
	assert_int_equal(fake.closes_key, fake.opens);
	assert_int_equal(fake.closes_root, fake.connects);
}

#define FAILS(call, api_, code_)                                                                   \
	do {                                                                                       \
		struct session_error error = { 0 };                                                \
		enum session_drain mode = SESSION_DRAIN_ON;                                        \
		(void)mode;                                                                        \
		assert_int_equal(call, -1);                                                        \
		assert_int_equal(error.api, SESSION_API_##api_);                                   \
		assert_int_equal(error.code, code_);                                               \
	} while (0)

static void drain__each_call_fails__its_own_code_and_nothing_lost(void **state)
{
	(void)state;
	fake.connect = ERROR_BAD_NETPATH;
	FAILS(wts_registry_get(&registry, &self, "h", &mode, &error), REG_CONNECT_REGISTRY, 53);
	FAILS(wts_registry_set(&registry, &self, "h", mode, &error), REG_CONNECT_REGISTRY, 53);
	assert_int_equal(fake.opens, 0);
	fake.connect = 0;
	fake.open = ERROR_ACCESS_DENIED;
	FAILS(wts_registry_get(&registry, &self, "h", &mode, &error), REG_OPEN_KEY, 5);
	FAILS(wts_registry_set(&registry, &self, "h", mode, &error), REG_OPEN_KEY, 5);
	assert_int_equal(fake.closes_root, 2);
	assert_int_equal(fake.queries + fake.sets, 0);
	fake.open = 0;
	fake.query = RPC_S_SERVER_UNAVAILABLE;
	FAILS(wts_registry_get(&registry, &self, "h", &mode, &error), REG_QUERY_VALUE, 1722);
	fake.set = ERROR_ACCESS_DENIED;
	FAILS(wts_registry_set(&registry, &self, "h", mode, &error), REG_SET_VALUE, 5);
	assert_int_equal(fake.closes_root, 4);
	assert_int_equal(fake.closes_key, 2);
}

static void drain__no_name__is_never_this_machine(void **state)
{
	static const char *const names[] = { "", "\\", "\\\\", "\\\\\\" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		FAILS(wts_registry_get(&registry, &self, names[i], &mode, &error),
		      REG_CONNECT_REGISTRY, ERROR_INVALID_PARAMETER);
		FAILS(wts_registry_set(&registry, &self, names[i], mode, &error),
		      REG_CONNECT_REGISTRY, ERROR_INVALID_PARAMETER);
	}
	/* a connect that gives no key is no success either: a NULL key must not get any further */
	fake.no_root = true;
	FAILS(wts_registry_set(&registry, &self, "h", mode, &error), REG_CONNECT_REGISTRY,
	      ERROR_INVALID_HANDLE);
	assert_int_equal(fake.opens, 0);
}

static void drain__names_with_backslashes__exactly_two_are_given(void **state)
{
	struct session_error error;

	(void)state;
	assert_int_equal(
		wts_registry_set(&registry, &self, "\\\\h\xC3\xB6st", SESSION_DRAIN_ON, &error), 0);
	assert_int_equal(lstrcmpW(fake.machine, L"\\\\h\u00F6st"), 0);
}

static void drain__own_names__without_the_network(void **state)
{
	static const char *const names[] = { "localhost", "127.0.0.1", ".", "\\\\LocalHost",
					     "::1" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct session_error error;
		enum session_drain mode;

		assert_int_equal(wts_registry_get(&registry, &self, names[i], &mode, &error), 0);
		assert_ptr_equal(fake.opened_under, HKEY_LOCAL_MACHINE);
	}
	assert_int_equal(fake.connects, 0);
	assert_int_equal(fake.closes_key, sizeof(names) / sizeof(names[0]));
}

/* The registry of this machine: in tests that of Wine's prefix */

static HKEY real_key(void)
{
	HKEY key;

	assert_int_equal(RegCreateKeyExW(HKEY_LOCAL_MACHINE, PATH, 0, NULL, 0,
					 KEY_QUERY_VALUE | KEY_SET_VALUE | KEY_WOW64_64KEY, NULL,
					 &key, NULL),
			 ERROR_SUCCESS);
	return key;
}

static void real__local_machine__set_and_read_back(void **state)
{
	static const enum session_drain modes[] = { SESSION_DRAIN_ON, SESSION_DRAIN_RESTART,
						    SESSION_DRAIN_OFF };
	HKEY key = real_key();

	(void)state;
	(void)RegDeleteValueW(key, VALUE);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct session_error error = { 0 };
		enum session_drain mode;
		DWORD value = 77, bytes = sizeof(value), type = 0;

		if (i == 0) {
			assert_int_equal(wts_registry_get(&wts_registry_system, &self, "localhost",
							  &mode, &error),
					 0);
			assert_int_equal(mode, SESSION_DRAIN_OFF); /* no value yet */
		}
		assert_int_equal(wts_registry_set(&wts_registry_system, &self, "localhost",
						  modes[i], &error),
				 0);
		assert_int_equal(
			wts_registry_get(&wts_registry_system, &self, "localhost", &mode, &error),
			0);
		assert_int_equal(mode, modes[i]);
		/* and seen from outside */
		assert_int_equal(RegQueryValueExW(key, VALUE, NULL, &type, (BYTE *)&value, &bytes),
				 ERROR_SUCCESS);
		assert_int_equal(type, REG_DWORD);
		assert_int_equal(value, modes[i]);
	}
	(void)RegDeleteValueW(key, VALUE);
	RegCloseKey(key);
}

static void real__a_text_in_its_place__is_an_error(void **state)
{
	HKEY key = real_key();

	(void)state;
	assert_int_equal(RegSetValueExW(key, VALUE, 0, REG_SZ, (const BYTE *)L"2", 4),
			 ERROR_SUCCESS);
	FAILS(wts_registry_get(&wts_registry_system, &self, "localhost", &mode, &error),
	      REG_QUERY_VALUE, ERROR_INVALID_DATA);
	assert_int_equal(RegSetValueExW(key, VALUE, 0, REG_SZ, (const BYTE *)L"a longer text", 28),
			 ERROR_SUCCESS);
	FAILS(wts_registry_get(&wts_registry_system, &self, "localhost", &mode, &error),
	      REG_QUERY_VALUE, ERROR_INVALID_DATA);
	(void)RegDeleteValueW(key, VALUE);
	RegCloseKey(key);
}

/* On a machine that cannot reach another one: whatever the code is, this machine is left alone. */
static void real__another_machine__is_never_this_one(void **state)
{
	HKEY key = real_key();
	struct session_error error = { 0 };
	DWORD value, bytes = sizeof(value);

	(void)state;
	(void)RegDeleteValueW(key, VALUE);
	assert_int_equal(wts_registry_set(&wts_registry_system, &self, "no-such-host.invalid",
					  SESSION_DRAIN_ON, &error),
			 -1);
	assert_int_equal(error.api, SESSION_API_REG_CONNECT_REGISTRY);
	assert_int_not_equal(error.code, 0);
	assert_int_equal(RegQueryValueExW(key, VALUE, NULL, NULL, (BYTE *)&value, &bytes),
			 ERROR_FILE_NOT_FOUND);
	RegCloseKey(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(drain__every_number__is_its_mode, set_up),
		cmocka_unit_test_setup(drain_get__no_value__is_off, set_up),
		cmocka_unit_test_setup(drain_get__anything_else__is_not_guessed, set_up),
		cmocka_unit_test_setup(drain__each_call_fails__its_own_code_and_nothing_lost,
				       set_up),
		cmocka_unit_test_setup(drain__no_name__is_never_this_machine, set_up),
		cmocka_unit_test_setup(drain__names_with_backslashes__exactly_two_are_given,
				       set_up),
		cmocka_unit_test_setup(drain__own_names__without_the_network, set_up),
		cmocka_unit_test(real__local_machine__set_and_read_back),
		cmocka_unit_test(real__a_text_in_its_place__is_an_error),
		cmocka_unit_test(real__another_machine__is_never_this_one),
	};
	uint32_t code;
	int failed;

	if (wts_self_load(&self, &code) != 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	wts_self_release(&self);
	return failed;
}
