/* fake_registry.c - the drain mode of simulated hosts, where the program looks for it: in their registry. The library puts
 * its own functions in the place of the program's imports from advapi32.dll, so that the program needs no seam for tests;
 * keys of real registries go through to the real ones. They behave as badly as the API may: a call that fails leaves rubbish
 * in its outputs. */
#include "fake_fleet.h"

#include <string.h>

#define PATH	L"SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
#define VALUE	L"TSServerDrainMode"
#define RUBBISH 0xBADu

static LSTATUS bad_arguments(void)
{
	fake_count(FAKE_BAD_ARGUMENTS);
	return ERROR_INVALID_PARAMETER;
}

static LSTATUS WINAPI connect(LPCWSTR machine, HKEY root, PHKEY ret_key)
{
	if (!fake_fleet_is_there())
		return ERROR_BAD_NETPATH;
	*ret_key = (HKEY)(uintptr_t)RUBBISH;
	if (root != HKEY_LOCAL_MACHINE)
		return bad_arguments();
	if (!machine || machine[0] != L'\\' || machine[1] != L'\\' || !machine[2] ||
	    machine[2] == L'\\') { /* no name would be this machine */
		fake_count(FAKE_BAD_NAMES);
		return ERROR_INVALID_PARAMETER;
	}
	*ret_key = (HKEY)fake_key(machine + 2);
	return *ret_key ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

static LSTATUS WINAPI open(HKEY key, LPCWSTR path, DWORD options, REGSAM access, PHKEY ret_key)
{
	bool ours = path && lstrcmpiW(path, PATH) == 0 && fake_fleet_is_there() &&
		    (key == HKEY_LOCAL_MACHINE || fake_is_key((HANDLE)key));

	if (!ours)
		return RegOpenKeyExW(key, path, options, access, ret_key);
	*ret_key = (HKEY)(uintptr_t)RUBBISH;
	if (options || !(access & KEY_WOW64_64KEY))
		return bad_arguments();
	*ret_key = (HKEY)(key == HKEY_LOCAL_MACHINE ? fake_key(NULL) : fake_key_again((HANDLE)key));
	return *ret_key ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

static LSTATUS WINAPI query(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD type, LPBYTE data,
			    LPDWORD bytes)
{
	enum session_drain mode;
	struct fake_call call;
	uint32_t code = 0;
	DWORD value;

	if (!fake_is_key((HANDLE)key))
		return RegQueryValueExW(key, name, reserved, type, data, bytes);
	if (lstrcmpiW(name, VALUE) != 0 || reserved || !type || !data || *bytes < sizeof(value))
		return bad_arguments();
	*type = *bytes = RUBBISH;
	if (!fake_call_begin((HANDLE)key, SIM_DRAIN, 0, &call))
		return ERROR_INVALID_HANDLE;
	if (sim_model_drain_get(call.model, call.host, &call.step, call.now_ms, &mode, &code) != 0)
		mode = SESSION_DRAIN_OFF;
	/* A host that never was in drain mode may have no value. */
	if (!code && mode == SESSION_DRAIN_OFF && call.host % 2)
		code = ERROR_FILE_NOT_FOUND;
	fake_call_end();
	if (code)
		return (LSTATUS)code;
	value = (DWORD)mode;
	memcpy(data, &value, sizeof(value));
	*type = REG_DWORD;
	*bytes = sizeof(value);
	return ERROR_SUCCESS;
}

static LSTATUS WINAPI set(HKEY key, LPCWSTR name, DWORD reserved, DWORD type, const BYTE *data,
			  DWORD bytes)
{
	struct fake_call call;
	uint32_t code = 0;
	DWORD value;

	if (!fake_is_key((HANDLE)key))
		return RegSetValueExW(key, name, reserved, type, data, bytes);
	if (lstrcmpiW(name, VALUE) != 0 || reserved || type != REG_DWORD || bytes != sizeof(value))
		return bad_arguments();
	memcpy(&value, data, sizeof(value));
	if (value > SESSION_DRAIN_ON)
		return bad_arguments();
	if (!fake_call_begin((HANDLE)key, SIM_DRAIN, 0, &call))
		return ERROR_INVALID_HANDLE;
	(void)sim_model_drain_set(call.model, call.host, &call.step, call.now_ms,
				  (enum session_drain)value, &code);
	fake_call_end();
	return (LSTATUS)code;
}

static LSTATUS WINAPI close(HKEY key)
{
	if (!fake_is_key((HANDLE)key))
		return RegCloseKey(key);
	fake_key_close((HANDLE)key);
	return ERROR_SUCCESS;
}

static const struct {
	const char *name;
	FARPROC function;
} stand_ins[] = {
	{ "RegConnectRegistryW", (FARPROC)(uintptr_t)connect },
	{ "RegOpenKeyExW", (FARPROC)(uintptr_t)open },
	{ "RegQueryValueExW", (FARPROC)(uintptr_t)query },
	{ "RegSetValueExW", (FARPROC)(uintptr_t)set },
	{ "RegCloseKey", (FARPROC)(uintptr_t)close },
};

static void replace(IMAGE_THUNK_DATA *entry, FARPROC function)
{
	DWORD before;

	if (!VirtualProtect(entry, sizeof(*entry), PAGE_READWRITE, &before))
		return;
	entry->u1.Function = (uintptr_t)function;
	(void)VirtualProtect(entry, sizeof(*entry), before, &before);
}

static void replace_imports(unsigned char *base, const IMAGE_IMPORT_DESCRIPTOR *import)
{
	IMAGE_THUNK_DATA *entry = (IMAGE_THUNK_DATA *)(void *)(base + import->FirstThunk);
	const IMAGE_THUNK_DATA *names =
		(const IMAGE_THUNK_DATA *)(const void *)(base + import->OriginalFirstThunk);

	for (; names->u1.AddressOfData; names++, entry++) {
		const IMAGE_IMPORT_BY_NAME *by_name =
			(const IMAGE_IMPORT_BY_NAME *)(const void *)(base +
								     names->u1.AddressOfData);

		if (IMAGE_SNAP_BY_ORDINAL(names->u1.Ordinal))
			continue;
		for (size_t i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++)
			if (strcmp((const char *)by_name->Name, stand_ins[i].name) == 0)
				replace(entry, stand_ins[i].function);
	}
}

void fake_registry_start(void)
{
	unsigned char *base = (unsigned char *)GetModuleHandleW(NULL);
	const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)(const void *)base;
	const IMAGE_NT_HEADERS *nt = (const IMAGE_NT_HEADERS *)(const void *)(base + dos->e_lfanew);
	const IMAGE_DATA_DIRECTORY *directory =
		&nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
	const IMAGE_IMPORT_DESCRIPTOR *import =
		(const IMAGE_IMPORT_DESCRIPTOR *)(const void *)(base + directory->VirtualAddress);

	for (; directory->VirtualAddress && import->Name; import++)
		if (lstrcmpiA((const char *)(base + import->Name), "advapi32.dll") == 0)
			replace_imports(base, import);
}
