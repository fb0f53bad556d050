/* tally.c - see tally.h. */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

void tally_init(struct tally *tally, const struct rep_record *record)
{
	memset(tally, 0, sizeof(*tally));
	tally->record = record;
}

void tally_release(struct tally *tally)
{
	free(tally->hosts);
	free(tally->changed);
	free(tally->kinds);
	tally_init(tally, tally->record);
}

void tally_mark(struct tally *tally, uint32_t host)
{
	if (!tally->hosts || tally->hosts[host].marked)
		return;
	tally->hosts[host].marked = true;
	tally->changed[tally->changed_count++] = host;
}

void tally_mark_all(struct tally *tally)
{
	tally->all_changed = true;
}

/* The first look: room for everything, and all hosts counted as having nothing yet. */
static int begin(struct tally *tally)
{
	size_t count = tally->record->host_count;

	tally->hosts = calloc(count + 1, sizeof(*tally->hosts));
	tally->changed = calloc(count + 1, sizeof(*tally->changed));
	if (!tally->hosts || !tally->changed) {
		tally_release(tally);
		return -1;
	}
	tally->hosts_by[REP_HOST_NONE] = (uint32_t)count;
	tally->all_changed = true;
	return 0;
}

static int grow_kinds(struct tally *tally)
{
	size_t count = tally->record->kind_count;
	struct tally_kind *kinds;

	if (count <= tally->kind_count)
		return 0;
	kinds = realloc(tally->kinds, count * sizeof(*kinds));
	if (!kinds)
		return -1;
	memset(kinds + tally->kind_count, 0, (count - tally->kind_count) * sizeof(*kinds));
	tally->kinds = kinds;
	tally->kind_count = count;
	return 0;
}

static void look(const struct rep_host *host, struct tally_host *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->outcome = host->outcome;
	ret->kind = host->error;
	ret->sessions = host->session_count;
	for (uint32_t i = 0; i < host->session_count; i++) {
		const struct rep_session *session = &host->sessions[i];

		ret->sessions_by[session->outcome]++;
		ret->selected += session->selected;
		if (!ret->kind)
			ret->kind = session->error;
	}
}

static void recount(struct tally *tally, size_t index, int64_t now_us)
{
	struct tally_host *old = &tally->hosts[index], new;

	look(&tally->record->hosts[index], &new);
	tally->hosts_by[old->outcome]--;
	tally->hosts_by[new.outcome]++;
	tally->sessions += new.sessions - old->sessions; /* modulo 2^32, like all of these */
	tally->selected += new.selected - old->selected;
	for (size_t i = 0; i < REP_SESSION_OUTCOME_COUNT; i++)
		tally->sessions_by[i] += new.sessions_by[i] - old->sessions_by[i];
	if (new.kind != old->kind) {
		tally->kinds[old->kind].hosts--;
		tally->kinds[new.kind].hosts++;
		tally->kinds[new.kind].last_host = (uint32_t)index;
		tally->kinds[new.kind].last_us = now_us;
	}
	*old = new;
}

int tally_count(struct tally *tally, int64_t now_us)
{
	if ((!tally->hosts && begin(tally) < 0) || grow_kinds(tally) < 0)
		return -1;
	if (tally->all_changed)
		for (size_t i = 0; i < tally->record->host_count; i++)
			recount(tally, i, now_us);
	else
		for (size_t i = 0; i < tally->changed_count; i++)
			recount(tally, tally->changed[i], now_us);
	for (size_t i = 0; i < tally->changed_count; i++)
		tally->hosts[tally->changed[i]].marked = false;
	tally->changed_count = 0;
	tally->all_changed = false;
	return 0;
}
