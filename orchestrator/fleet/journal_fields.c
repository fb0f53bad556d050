/* journal_fields.c - see journal_replay.h: the members of lines that are more than a value. */
#include "journal_replay.h"

#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "journal.h"

static int find_host(struct replay *replay, const char *name)
{
	char shown[REP_SHOWN_SIZE];

	if (!str_map_get(&replay->names, name, strlen(name), &replay->line.host))
		return rep_read_fail(&replay->reader, "'%s' is no host of this fleet",
				     rep_read_shown(name, shown));
	replay->line.host_known = true;
	return 0;
}

int replay_read_host_name(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	if (rep_read_token(reader, JSON_STRING, "host") < 0)
		return -1;
	return find_host(replay, json_text(reader->json));
}

/* A row: a place in the list of the host, which the line has named before; from 0 to `end` - 1. */
static int read_row_below(struct replay *replay, const char *name, uint32_t end, uint32_t *ret)
{
	struct rep_reader *reader = &replay->reader;
	char shown[REP_SHOWN_SIZE];
	int64_t row;

	if (rep_read_number(reader, name, UINT32_MAX, &row) < 0)
		return -1;
	if (row >= end)
		return rep_read_fail(reader, "host '%s' has no row %u",
				     rep_read_shown(replay_host(replay)->name, shown),
				     (unsigned)row);
	*ret = (uint32_t)row;
	return 0;
}

static int expect_host(struct replay *replay, const char *name)
{
	if (replay->line.host_known)
		return 0;
	return rep_read_fail(&replay->reader, "'%s' stands before the line's 'host'", name);
}

int replay_read_row(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	(void)reader;
	if (expect_host(replay, "row") < 0)
		return -1;
	return read_row_below(replay, "row", replay_host(replay)->session_count, &replay->line.row);
}

/* The row of a session that is new: the next one of its host. */
int replay_read_new_row(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;
	uint32_t next;

	if (expect_host(replay, "row") < 0)
		return -1;
	next = replay_host(replay)->session_count;
	if (read_row_below(replay, "row", next + 1, &replay->line.row) < 0)
		return -1;
	if (replay->line.row < next)
		return rep_read_fail(reader, "row %u is there already, expected %u",
				     (unsigned)replay->line.row, (unsigned)next);
	return 0;
}

static int read_one_of_rows(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	if (replay->row_count == replay->row_cap) {
		size_t cap = replay->row_cap ? replay->row_cap * 2 : 64;
		uint32_t *rows = realloc(replay->rows, cap * sizeof(*rows));

		if (!rows)
			return rep_read_fail_memory(reader);
		replay->rows = rows;
		replay->row_cap = cap;
	}
	return read_row_below(replay, "rows", replay_host(replay)->session_count,
			      &replay->rows[replay->row_count++]);
}

int replay_read_rows(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	replay->row_count = 0;
	if (expect_host(replay, "rows") < 0)
		return -1;
	return rep_read_array(reader, "rows", object, read_one_of_rows);
}

int replay_read_session(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	return rep_object_read_session(reader, &replay->line.session);
}

int replay_read_done_error(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	return rep_object_read_error(reader, &replay->line.done_error);
}

int replay_read_told_error(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	return rep_object_read_error(reader, &replay->line.told_error);
}

int replay_read_done_drain(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	return rep_object_read_drain(reader, &replay->line.done);
}

int replay_read_schema(struct rep_reader *reader, void *object)
{
	(void)object;
	if (rep_read_token(reader, JSON_STRING, "schema") < 0)
		return -1;
	if (strcmp(json_text(reader->json), JOURNAL_SCHEMA) == 0)
		reader->schema_wanted = NULL;
	return reader->schema_wanted ? rep_read_fail(reader, "another schema") : 0;
}

static const struct rep_field member_host_fields[] = {
	REP_MEMBER(fleet_host, "name", REP_FIELD_TEXT, false, name),
	REP_MEMBER(fleet_host, "address", REP_FIELD_TEXT, false, address),
	REP_MEMBER(fleet_host, "probe_port", REP_FIELD_U16, false, probe_port),
	REP_MEMBER(fleet_host, "call_timeout_ms", REP_FIELD_I64, true, call_timeout_ms),
	REP_MEMBER_TEXTS(fleet_host, "protect", protect, protect_count),
	REP_MEMBER_TEXTS(fleet_host, "groups", groups, group_count),
};
static const struct rep_shape member_host_shape = REP_SHAPE("a member", member_host_fields);

static int check_member(struct rep_reader *reader, const struct fleet_host *host)
{
	char shown[REP_SHOWN_SIZE];

	/* An empty name would mean this machine. */
	if (host->name[0] == '\0' || host->address[0] == '\0')
		return rep_read_fail(reader, "a member without a name or an address");
	for (size_t i = 0; i < host->protect_count; i++) {
		const char *wrong = account_pattern_error(host->protect[i]);

		if (wrong)
			return rep_read_fail(reader, "'%s' in 'protect' %s",
					     rep_read_shown(host->protect[i], shown), wrong);
	}
	return 0;
}

/* Its texts stay: they go to the arena of what is returned. */
int replay_read_member_host(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	reader->arena = &replay->read->arena;
	if (rep_read_object(reader, &member_host_shape, &replay->line.member) < 0)
		return -1;
	return check_member(reader, &replay->line.member);
}

/* The host of `surveyed` goes by as in a report: first itself, then its sessions. */

static int visitor_fails(struct replay *replay)
{
	replay->error = replay->reader.error;
	replay->visitor_failed = true;
	return -1;
}

int replay_on_host(void *ctx, const struct rep_host *from, const struct rep_error_kind *kind)
{
	struct replay *replay = ctx;
	struct rep_host *host;
	uint16_t error;

	if (find_host(replay, from->name) < 0 || replay_keep_error(replay, kind, &error) < 0)
		return visitor_fails(replay);
	if (replay->read->marks[replay->line.host].acted) {
		(void)rep_read_fail(&replay->reader, "a host that was acted on is surveyed again");
		return visitor_fails(replay);
	}
	host = replay_host(replay);
	replay_copy_host(host, from, error);
	host->session_count = 0;
	return 0;
}

int replay_on_session(void *ctx, const struct rep_session *from, const struct rep_error_kind *kind)
{
	struct replay *replay = ctx;

	if (replay_add_session(replay, replay_host(replay), from, kind) < 0)
		return visitor_fails(replay);
	return 0;
}

int replay_read_surveyed_host(struct rep_reader *reader, void *object)
{
	(void)object;
	return rep_object_read_host(reader);
}
