#include "wts_registry.h"

#include <stdlib.h>
#include <string.h>

#include "wts_text.h"

static const WCHAR key_path[] = L"SYSTEM\\CurrentControlSet\\Control\\Terminal Server";
static const WCHAR value_name[] = L"TSServerDrainMode";

_Static_assert(SESSION_DRAIN_OFF == 0 && SESSION_DRAIN_RESTART == 1 && SESSION_DRAIN_ON == 2,
	       "the numbers of TSServerDrainMode");

const struct wts_registry wts_registry_system = {
	.connect = RegConnectRegistryW,
	.open = RegOpenKeyExW,
	.query = RegQueryValueExW,
	.set = RegSetValueExW,
	.close = RegCloseKey,
};

static int fail(struct session_error *reterr, enum session_api api, DWORD code)
{
	*reterr = (struct session_error){ .api = api, .code = code };
	return -1;
}

/* HKEY_LOCAL_MACHINE of another machine; to be closed. */
static int connect_to(const struct wts_registry *registry, const char *bare, HKEY *ret_root,
		      struct session_error *reterr)
{
	size_t size = strlen(bare) + 3; /* two backslashes and the zero */
	WCHAR *machine = calloc(size, sizeof(*machine));
	HKEY root = NULL;
	LSTATUS status;

	if (!machine)
		return fail(reterr, SESSION_API_REG_CONNECT_REGISTRY, ERROR_NOT_ENOUGH_MEMORY);
	machine[0] = machine[1] = L'\\';
	(void)wts_text_units(machine + 2, size - 2, bare);
	status = registry->connect(machine, HKEY_LOCAL_MACHINE, &root);
	free(machine);
	if (status != ERROR_SUCCESS)
		return fail(reterr, SESSION_API_REG_CONNECT_REGISTRY, (DWORD)status);
	if (!root) /* nothing to go on with, and nothing that could be this machine */
		return fail(reterr, SESSION_API_REG_CONNECT_REGISTRY, ERROR_INVALID_HANDLE);
	*ret_root = root;
	return 0;
}

/* The key that has the value; to be closed. */
static int open_key(const struct wts_registry *registry, const struct wts_self *self,
		    const char *address, REGSAM access, HKEY *ret_key, struct session_error *reterr)
{
	const char *bare = address + strspn(address, "\\");
	bool local = wts_self_is(self, bare);
	HKEY root = HKEY_LOCAL_MACHINE;
	LSTATUS status;

	if (!*bare) /* to the API no name is this machine */
		return fail(reterr, SESSION_API_REG_CONNECT_REGISTRY, ERROR_INVALID_PARAMETER);
	if (!local && connect_to(registry, bare, &root, reterr) != 0)
		return -1;
	status = registry->open(root, key_path, 0, access | KEY_WOW64_64KEY, ret_key);
	if (!local)
		(void)registry->close(root);
	if (status != ERROR_SUCCESS)
		return fail(reterr, SESSION_API_REG_OPEN_KEY, (DWORD)status);
	return 0;
}

/* What a query has told. 0, or the code of an error. */
static DWORD take_mode(LSTATUS status, DWORD type, DWORD bytes, DWORD value,
		       enum session_drain *ret_drain)
{
	if (status == ERROR_FILE_NOT_FOUND) { /* never set */
		*ret_drain = SESSION_DRAIN_OFF;
		return 0;
	}
	if (status == ERROR_MORE_DATA)
		return ERROR_INVALID_DATA;
	if (status != ERROR_SUCCESS)
		return (DWORD)status;
	if (type != REG_DWORD || bytes != sizeof(value) || value > SESSION_DRAIN_ON)
		return ERROR_INVALID_DATA;
	*ret_drain = (enum session_drain)value;
	return 0;
}

int wts_registry_get(const struct wts_registry *registry, const struct wts_self *self,
		     const char *address, enum session_drain *ret_drain,
		     struct session_error *reterr)
{
	DWORD type = REG_NONE, value = 0, bytes = sizeof(value), code;
	LSTATUS status;
	HKEY key;

	if (open_key(registry, self, address, KEY_QUERY_VALUE, &key, reterr) != 0)
		return -1;
	status = registry->query(key, value_name, NULL, &type, (BYTE *)&value, &bytes);
	(void)registry->close(key);
	code = take_mode(status, type, bytes, value, ret_drain);
	return code ? fail(reterr, SESSION_API_REG_QUERY_VALUE, code) : 0;
}

int wts_registry_set(const struct wts_registry *registry, const struct wts_self *self,
		     const char *address, enum session_drain drain, struct session_error *reterr)
{
	const DWORD value = (DWORD)drain;
	LSTATUS status;
	HKEY key;

	if (open_key(registry, self, address, KEY_SET_VALUE, &key, reterr) != 0)
		return -1;
	status = registry->set(key, value_name, 0, REG_DWORD, (const BYTE *)&value, sizeof(value));
	(void)registry->close(key);
	return status == ERROR_SUCCESS ? 0 : fail(reterr, SESSION_API_REG_SET_VALUE, (DWORD)status);
}
