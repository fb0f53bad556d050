/* sighting.c - what a look at a host found, into the record: every session that was seen, by
 * identity, once. */
#include "fleet_internal.h"

#include <string.h>

#include "account.h"
#include "utc.h"

void sighting_subject(const struct fleet *fleet, uint32_t host_index, const struct rep_session *row,
		      struct selection_subject *ret)
{
	const struct fleet_host *host = &fleet->options.hosts[host_index];
	struct session_backend *backend = fleet->options.backend;
	uint32_t own = 0;

	memset(ret, 0, sizeof(*ret));
	ret->id = row->id;
	ret->state = (enum session_state)row->state;
	ret->idle_s = row->idle_s;
	ret->station = row->station;
	ret->user = row->user;
	ret->domain = row->domain;
	ret->vm = row->vm;
	ret->protect = host->protect;
	ret->protect_count = host->protect_count;
	ret->own_session = backend->ops->is_self &&
			   backend->ops->is_self(backend, host->name, host->address, &own) &&
			   own == row->id && !row->vm[0];
}

int64_t sighting_find(const struct rep_host *host, const struct session_info *info,
		      uint32_t *cursor)
{
	/* Hosts list their sessions in much the same order each time: begin where the last one
	 * was found. */
	for (uint32_t i = 0; i < host->session_count; i++) {
		uint32_t at = *cursor + i;
		const struct rep_session *row;

		if (at >= host->session_count)
			at -= host->session_count;
		row = &host->sessions[at];
		if (row->id == info->id &&
		    account_eq(row->domain, row->user, info->domain, info->user) &&
		    strcmp(row->vm, info->vm) == 0) {
			*cursor = at + 1 < host->session_count ? at + 1 : 0;
			return at;
		}
	}
	return -1;
}

/* The host's own copy of a text; "" takes no memory. */
static const char *own_text(struct rep_host *host, const char *text)
{
	return text[0] ? arena_strdup(&host->arena, text) : "";
}

static struct rep_session *add_row(struct fleet *fleet, struct rep_host *host, uint32_t id,
				   const char *user, const char *domain, const char *station)
{
	struct rep_session *row = rep_host_add_session(host);

	if (!row)
		return NULL;
	row->id = id;
	row->user = own_text(host, user);
	row->domain = rep_intern(fleet->record, domain);
	row->station = rep_intern(fleet->record, station);
	if (row->user && row->domain && row->station)
		return row;
	host->session_count--;
	return NULL;
}

int64_t sighting_add(struct fleet *fleet, struct rep_host *host, const struct session_info *info)
{
	struct rep_session *row =
		add_row(fleet, host, info->id, info->user, info->domain, info->station);

	if (!row)
		return -1;
	row->state = (uint8_t)info->state;
	row->vm = own_text(host, info->vm);
	row->farm = rep_intern(fleet->record, info->farm);
	if (!row->vm || !row->farm) {
		host->session_count--;
		return -1;
	}
	return (int64_t)host->session_count - 1;
}

void sighting_details(struct fleet *fleet, struct rep_host *host, struct rep_session *row,
		      const struct session_details *details)
{
	const char *client = own_text(host, details->client);

	(void)fleet;
	row->state = (uint8_t)details->state;
	row->logon_at_ms = details->logon_at_ms;
	row->idle_s = details->idle_s;
	if (client) /* without memory for it the client stays unknown; nothing else hangs on it */
		row->client = client;
}

/* A row for somebody who was not there at the survey is never acted on. */
static void leave_alone(struct fleet *fleet, uint32_t host_index, struct rep_session *row)
{
	struct selection_subject subject;
	enum rep_reason reason;

	sighting_subject(fleet, host_index, row, &subject);
	reason = selection_decide(fleet->options.selection, &subject);
	if (reason == REP_REASON_NONE || reason == REP_REASON_NOT_SELECTED)
		reason = REP_REASON_NEW;
	row->outcome = REP_SESSION_SKIPPED;
	row->reason = (uint8_t)reason;
	if (fleet->phase == FLEET_ACT)
		journal_seen(fleet->options.journal, fleet->record, host_index,
			     (uint32_t)(row - fleet->record->hosts[host_index].sessions));
}

int sighting_add_new(struct fleet *fleet, uint32_t host_index, const struct session_list *list)
{
	struct rep_host *host = &fleet->record->hosts[host_index];
	uint32_t cursor = 0;

	for (size_t i = 0; i < list->count; i++) {
		int64_t at = sighting_find(host, &list->items[i], &cursor);

		if (at >= 0)
			continue;
		at = sighting_add(fleet, host, &list->items[i]);
		if (at < 0)
			return -1;
		leave_alone(fleet, host_index, &host->sessions[at]);
	}
	return 0;
}

int64_t sighting_add_other(struct fleet *fleet, uint32_t host_index, uint32_t id,
			   const struct session_details *details)
{
	struct rep_host *host = &fleet->record->hosts[host_index];
	struct rep_session *row;

	for (uint32_t i = 0; i < host->session_count; i++) {
		row = &host->sessions[i];
		if (row->id != id ||
		    !account_eq(row->domain, row->user, details->domain, details->user))
			continue;
		if (row->logon_at_ms == details->logon_at_ms)
			return i;
		if (row->logon_at_ms == UTC_UNKNOWN && row->reason == REP_REASON_NEW) {
			/* Listed before, and now it is known since when. */
			sighting_details(fleet, host, row, details);
			return i;
		}
	}
	row = add_row(fleet, host, id, details->user, details->domain, details->station);
	if (!row)
		return -1;
	sighting_details(fleet, host, row, details);
	leave_alone(fleet, host_index, row);
	return (int64_t)host->session_count - 1;
}
