#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <iphlpapi.h>

#include "wts_self.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define NAME_UNITS   1024  /* more than any DNS name */
#define ADAPTERS_TRY 15000 /* bytes, as the API's page suggests for a first try */

static void add_name(struct wts_self *self, const char *name)
{
	text_fold_add(&self->names, name, strlen(name));
	strbuf_addc(&self->names, '\0');
}

static void add_computer_name(struct wts_self *self, COMPUTER_NAME_FORMAT format)
{
	WCHAR units[NAME_UNITS];
	DWORD count = NAME_UNITS;
	struct strbuf name;

	/* A machine without a domain has no DNS name of some kinds: nothing to add then. */
	if (!GetComputerNameExW(format, units, &count) || !count)
		return;
	strbuf_init(&name);
	utf8_from_utf16(&name, units, count);
	if (name.failed)
		self->names.failed = true;
	else
		add_name(self, strbuf_text(&name));
	strbuf_release(&name);
}

/* An address in the one spelling that the system gives it. */
static void add_address(struct wts_self *self, const SOCKADDR *address)
{
	char text[INET6_ADDRSTRLEN];
	const void *bytes = NULL;

	if (address->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
	else if (address->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	if (bytes && inet_ntop(address->sa_family, bytes, text, sizeof(text)))
		add_name(self, text);
}

/* Without its addresses a machine still knows its names. */
static void add_addresses(struct wts_self *self)
{
	ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER |
		      GAA_FLAG_SKIP_FRIENDLY_NAME;
	ULONG size = ADAPTERS_TRY;
	IP_ADAPTER_ADDRESSES *adapters = NULL;
	ULONG status = ERROR_BUFFER_OVERFLOW;

	for (int tries = 0; tries < 3 && status == ERROR_BUFFER_OVERFLOW; tries++) {
		free(adapters);
		adapters = malloc(size);
		if (!adapters)
			return;
		status = GetAdaptersAddresses(AF_UNSPEC, flags, NULL, adapters, &size);
	}
	for (const IP_ADAPTER_ADDRESSES *adapter = status == NO_ERROR ? adapters : NULL; adapter;
	     adapter = adapter->Next)
		for (const IP_ADAPTER_UNICAST_ADDRESS *at = adapter->FirstUnicastAddress; at;
		     at = at->Next)
			add_address(self, at->Address.lpSockaddr);
	free(adapters);
}

int wts_self_load(struct wts_self *ret, uint32_t *reterr_code)
{
	static const COMPUTER_NAME_FORMAT formats[] = {
		ComputerNameNetBIOS,
		ComputerNameDnsHostname,
		ComputerNameDnsFullyQualified,
		ComputerNamePhysicalNetBIOS,
		ComputerNamePhysicalDnsHostname,
		ComputerNamePhysicalDnsFullyQualified,
	};
	struct wts_self self;
	DWORD session;

	if (!ProcessIdToSessionId(GetCurrentProcessId(), &session)) {
		*reterr_code = GetLastError();
		return -1;
	}
	self.session = session;
	strbuf_init(&self.names);
	add_name(&self, "localhost");
	add_name(&self, ".");
	add_name(&self, "::1");
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		add_computer_name(&self, formats[i]);
	add_addresses(&self);
	if (self.names.failed) {
		strbuf_release(&self.names);
		*reterr_code = ERROR_NOT_ENOUGH_MEMORY;
		return -1;
	}
	*ret = self;
	return 0;
}

void wts_self_release(struct wts_self *self)
{
	strbuf_release(&self->names);
}

static bool is_known(const struct wts_self *self, const char *folded)
{
	const char *names = strbuf_text(&self->names);
	size_t size;

	for (size_t at = 0; at < self->names.len; at += size) {
		size = strlen(names + at) + 1;
		if (strcmp(names + at, folded) == 0)
			return true;
	}
	return false;
}

/* 1: an address of ours; 0: of somebody else; -1: not an address. */
static int is_own_address(const struct wts_self *self, const char *name)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];
	int family = inet_pton(AF_INET, name, bytes) == 1    ? AF_INET
		     : inet_pton(AF_INET6, name, bytes) == 1 ? AF_INET6
							     : AF_UNSPEC;

	if (family == AF_UNSPEC)
		return -1;
	if (family == AF_INET && bytes[0] == 127)
		return 1;
	return inet_ntop(family, bytes, text, sizeof(text)) && is_known(self, text);
}

bool wts_self_is(const struct wts_self *self, const char *name)
{
	struct strbuf folded;
	size_t len = strlen(name);
	int address = is_own_address(self, name);
	bool known;

	if (address >= 0)
		return address;
	if (len > 1 && name[len - 1] == '.') /* a DNS name that is written to its root */
		len--;
	strbuf_init(&folded);
	text_fold_add(&folded, name, len);
	known = !folded.failed && is_known(self, strbuf_text(&folded));
	strbuf_release(&folded);
	return known;
}
