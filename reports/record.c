#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "strbuf.h"
#include "utc.h"

void rep_run_init(struct rep_run *run)
{
	static const struct rep_run unknown = {
		.id = "",
		.command = "",
		.backend = "",
		.operator_ = "",
		.machine = "",
		.reason = "",
		.started_at_ms = UTC_UNKNOWN,
		.finished_at_ms = UTC_UNKNOWN,
		.duration_ms = -1,
		.fleet_sha256 = "",
		.limit = "",
		.stopped_by = "",
	};

	*run = unknown;
}

#define HOST_SESSIONS_MAX                                                                          \
	(UINT32_C(1) << 24) /* far more than a host can hold; keeps sizes in range */

static void host_init(struct rep_host *host)
{
	memset(host, 0, sizeof(*host));
	host->name = "";
	host->address = "";
	host->duration_ms = -1;
	host->acted_at_ms = host->ended_at_ms = UTC_UNKNOWN;
	arena_init(&host->arena);
}

int rep_record_init(struct rep_record *record, size_t host_count)
{
	static const struct rep_error_kind no_error = { "", 0, "", "", "", "" };

	memset(record, 0, sizeof(*record));
	rep_run_init(&record->run);
	arena_init(&record->arena);
	str_map_init(&record->interned);
	str_map_init(&record->kind_map);
	record->kinds = malloc(8 * sizeof(*record->kinds));
	record->hosts = calloc(host_count ? host_count : 1, sizeof(*record->hosts));
	if (!record->kinds || !record->hosts) {
		rep_record_release(record);
		return -1;
	}
	record->kinds[0] = no_error;
	record->kind_count = 1;
	record->kind_cap = 8;
	for (size_t i = 0; i < host_count; i++)
		host_init(&record->hosts[i]);
	record->host_count = host_count;
	return 0;
}

void rep_record_release(struct rep_record *record)
{
	for (size_t i = 0; i < record->host_count; i++) {
		free(record->hosts[i].sessions);
		arena_release(&record->hosts[i].arena);
	}
	free(record->hosts);
	free(record->kinds);
	free(record->interned_texts);
	str_map_release(&record->interned);
	str_map_release(&record->kind_map);
	arena_release(&record->arena);
	memset(record, 0, sizeof(*record));
}

/* Room for one more interned text. */
static int interned_grow(struct rep_record *record)
{
	size_t cap = record->interned_cap ? record->interned_cap * 2 : 64;
	const char **texts;

	if (record->interned_count < record->interned_cap)
		return 0;
	if (cap > SIZE_MAX / sizeof(*texts))
		return -1;
	texts = realloc(record->interned_texts, cap * sizeof(*texts));
	if (!texts)
		return -1;
	record->interned_texts = texts;
	record->interned_cap = cap;
	return 0;
}

const char *rep_intern(struct rep_record *record, const char *text)
{
	size_t len = strlen(text);
	uint32_t index;
	const char *copy;

	if (len == 0)
		return "";
	if (str_map_get(&record->interned, text, len, &index))
		return record->interned_texts[index];
	if (record->interned_count >= UINT32_MAX || interned_grow(record) < 0)
		return NULL;
	copy = arena_strndup(&record->arena, text, len);
	if (!copy ||
	    str_map_put(&record->interned, copy, len, (uint32_t)record->interned_count) < 0)
		return NULL;
	record->interned_texts[record->interned_count++] = copy;
	return copy;
}

/* What makes two kinds the same: everything they say. NULs keep the parts apart. */
static void kind_key(struct strbuf *key, const struct rep_error_kind *kind)
{
	const char *const texts[] = { kind->api, kind->name, kind->message, kind->class_,
				      kind->remedy };

	strbuf_add(key, &kind->code, sizeof(kind->code));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		strbuf_add(key, texts[i], strlen(texts[i]) + 1);
}

static struct rep_error_kind kind_without_null(const struct rep_error_kind *kind)
{
	struct rep_error_kind filled = *kind;
	const char **const texts[] = { &filled.api, &filled.name, &filled.message, &filled.class_,
				       &filled.remedy };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!*texts[i])
			*texts[i] = "";
	return filled;
}

static int kinds_grow(struct rep_record *record)
{
	size_t cap = record->kind_cap * 2;
	struct rep_error_kind *kinds;

	if (record->kind_count < record->kind_cap)
		return 0;
	kinds = realloc(record->kinds, cap * sizeof(*kinds));
	if (!kinds)
		return -1;
	record->kinds = kinds;
	record->kind_cap = cap;
	return 0;
}

/* Adds a kind whose key is new. Its texts are interned: remedies and messages repeat. */
static uint16_t kind_add(struct rep_record *record, const struct rep_error_kind *kind,
			 const struct strbuf *key)
{
	struct rep_error_kind *added;
	char *kept = NULL;

	if (record->kind_count > UINT16_MAX || kinds_grow(record) < 0)
		return 0;
	added = &record->kinds[record->kind_count];
	added->code = kind->code;
	added->api = rep_intern(record, kind->api);
	added->name = rep_intern(record, kind->name);
	added->message = rep_intern(record, kind->message);
	added->class_ = rep_intern(record, kind->class_);
	added->remedy = rep_intern(record, kind->remedy);
	if (added->api && added->name && added->message && added->class_ && added->remedy)
		kept = arena_alloc(&record->arena, key->len);
	if (!kept)
		return 0;
	memcpy(kept, key->data, key->len);
	if (str_map_put(&record->kind_map, kept, key->len, (uint32_t)record->kind_count) < 0)
		return 0;
	return (uint16_t)record->kind_count++;
}

uint16_t rep_error_kind(struct rep_record *record, const struct rep_error_kind *kind)
{
	struct rep_error_kind wanted = kind_without_null(kind);
	struct strbuf key;
	uint32_t index = 0;

	strbuf_init(&key);
	kind_key(&key, &wanted);
	if (!key.failed && !str_map_get(&record->kind_map, key.data, key.len, &index))
		index = kind_add(record, &wanted, &key);
	strbuf_release(&key);
	return (uint16_t)index;
}

bool rep_host_is_left_drained(const struct rep_host *host)
{
	return host->drain_before == REP_DRAIN_OFF &&
	       (host->drain_after == REP_DRAIN_UNKNOWN || host->drain_after == REP_DRAIN_ON);
}

int rep_host_reserve(struct rep_host *host, size_t more)
{
	struct rep_session *sessions;
	size_t cap = host->session_count + more;

	if (cap <= host->session_cap)
		return 0;
	if (cap > HOST_SESSIONS_MAX)
		return -1;
	sessions = realloc(host->sessions, cap * sizeof(*sessions));
	if (!sessions)
		return -1;
	host->sessions = sessions;
	host->session_cap = (uint32_t)cap;
	return 0;
}

struct rep_session *rep_host_add_session(struct rep_host *host)
{
	static const struct rep_session blank = {
		.user = "",
		.domain = "",
		.station = "",
		.client = "",
		.vm = "",
		.farm = "",
		.logon_at_ms = UTC_UNKNOWN,
		.idle_s = -1,
		.duration_ms = -1,
		.state = REP_STATE_UNKNOWN,
	};
	struct rep_session *session;

	if (host->session_count == host->session_cap &&
	    rep_host_reserve(host, host->session_cap ? host->session_cap : 8) < 0)
		return NULL;
	session = &host->sessions[host->session_count++];
	*session = blank;
	return session;
}

void rep_totals_count(const struct rep_record *record, struct rep_totals *ret)
{
	struct rep_totals totals = { .hosts = (uint32_t)record->host_count };

	for (size_t i = 0; i < record->host_count; i++) {
		const struct rep_host *host = &record->hosts[i];

		if (host->outcome < REP_HOST_OUTCOME_COUNT)
			totals.hosts_by[host->outcome]++;
		totals.sessions += host->session_count;
		for (uint32_t s = 0; s < host->session_count; s++) {
			const struct rep_session *session = &host->sessions[s];

			if (session->outcome < REP_SESSION_OUTCOME_COUNT)
				totals.sessions_by[session->outcome]++;
			totals.selected += session->selected;
		}
	}
	*ret = totals;
}
