/* inv_powershell.c - what an object of Get-RDServer, Get-RDSessionHost or Get-ADComputer says
 * about a host. */
#include "inv_internal.h"

#include <string.h>

#define ROLES_FIELD	  "Roles"
#define ROLE_SESSION_HOST "RDS-RD-SERVER"

const char *const inv_name_fields[INV_NAME_FIELDS] = { "SessionHost", "Server", "DNSHostName",
						       "ComputerName", "Name" };

static char lower(char byte)
{
	return (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

bool inv_field_is(const char *name, size_t len, const char *field)
{
	if (strlen(field) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (lower(name[i]) != lower(field[i]))
			return false;
	return true;
}

int inv_name_field(const char *name, size_t len)
{
	for (int i = 0; i < INV_NAME_FIELDS; i++)
		if (inv_field_is(name, len, inv_name_fields[i]))
			return i;
	return -1;
}

bool inv_is_roles_field(const char *name, size_t len)
{
	return inv_field_is(name, len, ROLES_FIELD);
}

void inv_entry_init(struct inv_entry *entry)
{
	for (int i = 0; i < INV_NAME_FIELDS; i++)
		strbuf_init(&entry->names[i]);
	inv_entry_clear(entry);
}

void inv_entry_clear(struct inv_entry *entry)
{
	for (int i = 0; i < INV_NAME_FIELDS; i++)
		strbuf_clear(&entry->names[i]);
	entry->has_roles = false;
	entry->has_session_host_role = false;
}

void inv_entry_release(struct inv_entry *entry)
{
	for (int i = 0; i < INV_NAME_FIELDS; i++)
		strbuf_release(&entry->names[i]);
}

static bool is_role_byte(char byte)
{
	return (byte >= '0' && byte <= '9') || (lower(byte) >= 'a' && lower(byte) <= 'z') ||
	       byte == '-' || byte == '_';
}

void inv_entry_role(struct inv_entry *entry, const char *text, size_t len)
{
	size_t at = 0;

	/* "RDS-RD-SERVER", "{RDS-RD-SERVER, RDS-WEB-ACCESS}": whatever stands between is no part
	 * of a role */
	while (at < len) {
		size_t start;

		while (at < len && !is_role_byte(text[at]))
			at++;
		start = at;
		while (at < len && is_role_byte(text[at]))
			at++;
		if (inv_field_is(text + start, at - start, ROLE_SESSION_HOST))
			entry->has_session_host_role = true;
	}
}

void inv_entry_add(struct inventory *inv, const struct inv_entry *entry)
{
	char shown[INV_SHOW_SIZE];

	for (int i = 0; i < INV_NAME_FIELDS; i++) {
		const struct strbuf *name = &entry->names[i];

		if (name->failed)
			inv->failed = true;
		if (name->failed || name->len == 0)
			continue;
		if (entry->has_roles && !entry->has_session_host_role)
			inv_note(inv, &entry->place, "%s is left out: its %s lack %s",
				 inv_show(shown, name->data, name->len), ROLES_FIELD,
				 ROLE_SESSION_HOST);
		else
			inv_hosts_add(inv, &entry->name_places[i], name->data, name->len, NULL,
				      INV_NONE);
		return;
	}
	inv_error(inv, &entry->place,
		  "an entry without a name, expected SessionHost, Server, DNSHostName, "
		  "ComputerName or Name");
}
