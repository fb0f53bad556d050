/* journal_keep.c - see journal_replay.h: what a line has said, into the record and the marks. */
#include "journal_replay.h"

#include <stdlib.h>
#include <string.h>

#include "win_error.h"

struct rep_host *replay_host(struct replay *replay)
{
	return &replay->read->record.hosts[replay->line.host];
}

/* Sessions and errors, from what was read into the record. */

/* What the table of errors says of a kind: the journal has only what identifies it. */
static void classify(struct rep_error_kind *kind)
{
	const struct win_error *row = NULL;
	enum session_api api;

	kind->class_ = win_error_class_name(WIN_ERROR_AMBIGUOUS);
	kind->remedy = "";
	if (!session_api_parse(kind->api, &api))
		return;
	if (api != SESSION_API_RDSWEEP)
		row = win_error_lookup(api, kind->code);
	for (uint32_t i = 0; api == SESSION_API_RDSWEEP && i < SESSION_FINDING_COUNT; i++)
		if (strcmp(win_error_lookup(api, i)->name, kind->name) == 0)
			row = win_error_lookup(api, i);
	if (!row)
		return;
	kind->class_ = win_error_class_name(row->class_);
	kind->remedy = row->remedy;
}

/* `kind` may be NULL: no error. */
int replay_keep_error(struct replay *replay, const struct rep_error_kind *kind, uint16_t *ret)
{
	struct rep_error_kind known;
	uint16_t index = 0;

	if (kind) {
		known = *kind;
		classify(&known);
		index = rep_error_kind(&replay->read->record, &known);
		if (!index)
			return rep_read_fail_memory(&replay->reader);
	}
	*ret = index;
	return 0;
}

/* Puts a copy in place of *at, unless it says the same already. */
static int keep_text(struct replay *replay, struct arena *arena, const char **at, const char *text)
{
	const char *copy;

	if (strcmp(*at, text) == 0)
		return 0;
	if (text[0] == '\0')
		copy = "";
	else
		copy = arena ? arena_strdup(arena, text) : rep_intern(&replay->read->record, text);
	if (!copy)
		return rep_read_fail_memory(&replay->reader);
	*at = copy;
	return 0;
}

int replay_keep_session(struct replay *replay, struct rep_host *host, struct rep_session *at,
			const struct rep_session *from, const struct rep_error_kind *kind)
{
	struct rep_session kept = *from;

	kept.user = at->user;
	kept.domain = at->domain;
	kept.station = at->station;
	kept.client = at->client;
	kept.vm = at->vm;
	kept.farm = at->farm;
	if (keep_text(replay, &host->arena, &kept.user, from->user) < 0 ||
	    keep_text(replay, NULL, &kept.domain, from->domain) < 0 ||
	    keep_text(replay, NULL, &kept.station, from->station) < 0 ||
	    keep_text(replay, &host->arena, &kept.client, from->client) < 0 ||
	    keep_text(replay, &host->arena, &kept.vm, from->vm) < 0 ||
	    keep_text(replay, NULL, &kept.farm, from->farm) < 0 ||
	    replay_keep_error(replay, kind, &kept.error) < 0)
		return -1;
	*at = kept;
	return 0;
}

int replay_add_session(struct replay *replay, struct rep_host *host, const struct rep_session *from,
		       const struct rep_error_kind *kind)
{
	struct rep_session *added = rep_host_add_session(host);

	if (!added)
		return rep_read_fail_memory(&replay->reader);
	return replay_keep_session(replay, host, added, from, kind);
}

void replay_copy_host(struct rep_host *to, const struct rep_host *from, uint16_t error)
{
	to->wave = from->wave;
	to->outcome = from->outcome;
	to->error = error;
	to->attempts = from->attempts;
	to->duration_ms = from->duration_ms;
	to->acted_at_ms = from->acted_at_ms;
	to->ended_at_ms = from->ended_at_ms;
	to->drain_before = from->drain_before;
	to->drain_during = from->drain_during;
	to->drain_after = from->drain_after;
}

/* A result clears the doubt, and who was not come to has still been warned; one that is in_doubt is known at least to be so, until
 * journal_reopen(). */
void replay_mark_result(struct journal_marks *marks, uint32_t row, uint8_t outcome)
{
	if (row >= marks->cap)
		return;
	marks->rows[row].open = marks->rows[row].warning = false;
	/* The run was stopped before it came to him: he waits for it until he is told otherwise. */
	marks->rows[row].warned &= outcome == REP_SESSION_NOT_ATTEMPTED;
}

/* The mark of a row of the line's host; NULL when memory is short. */
static struct row_mark *mark_of(struct replay *replay, uint32_t row)
{
	struct journal_marks *marks = &replay->read->marks[replay->line.host];

	if (row >= marks->cap) {
		uint32_t cap = replay_host(replay)->session_cap;
		struct row_mark *rows = realloc(marks->rows, cap * sizeof(*rows));

		if (!rows)
			return NULL;
		memset(rows + marks->cap, 0, (cap - marks->cap) * sizeof(*rows));
		marks->rows = rows;
		marks->cap = cap;
	}
	return &marks->rows[row];
}

int replay_mark_intent(struct replay *replay, uint32_t row)
{
	struct row_mark *at = mark_of(replay, row);

	if (!at)
		return rep_read_fail_memory(&replay->reader);
	at->intent_at_ms = replay->line.t_ms;
	at->intended = at->open = true; /* and still warned, where nothing comes of it */
	return 0;
}

int replay_mark_warned(struct replay *replay, uint32_t row, bool warned)
{
	struct row_mark *at = mark_of(replay, row);

	if (!at)
		return rep_read_fail_memory(&replay->reader);
	at->warned = warned;
	at->warning = false;
	return 0;
}

void replay_keep_warnings(struct journal_read *read)
{
	for (size_t i = 0; i < read->host_count; i++) {
		for (uint32_t row = 0; row < read->marks[i].cap; row++) {
			struct row_mark *mark = &read->marks[i].rows[row];

			mark->warned |= mark->warning;
			mark->warning = false;
		}
	}
}

int replay_mark_warning(struct replay *replay, uint32_t row)
{
	struct row_mark *at = mark_of(replay, row);

	if (!at)
		return rep_read_fail_memory(&replay->reader);
	at->warning = true;
	return 0;
}

int replay_mark_not_warned(struct replay *replay, uint32_t row)
{
	struct row_mark *at = mark_of(replay, row);

	if (!at)
		return rep_read_fail_memory(&replay->reader);
	at->warning = false;
	return replay_keep_error(replay, &replay->line.told_error, &at->warn_error);
}
