/* journal_read.c - see journal_read.h: a journal replayed line by line; what each event holds
 * and does is a table. */
#include "journal_read.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "journal.h"
#include "record_names.h"
#include "report_object.h"
#include "str_map.h"
#include "utc.h"
#include "win_error.h"

/* What is known of a row beyond its session. */
struct row_mark {
	int64_t intent_at_ms; /* its last intent, if there was one; UTC */
	bool intended;
	bool open;   /* no result has followed */
	bool warned; /* ... and nothing else has followed that */
};

struct journal_marks {
	struct row_mark *rows; /* the first `cap` of the host's rows; later ones have none */
	uint32_t cap;
	int64_t drain_at_ms; /* UTC: the last intent to set its drain mode */
	bool drain_open;     /* ... and no look has followed */
	bool acted;	     /* rows have been named: the host's list must not change any more */
};

/* What a line has said, member by member. */
struct line {
	int64_t t_ms;
	uint32_t host;
	bool host_known;
	uint32_t row;
	struct rep_session_object session;
	struct fleet_host member;
	struct rep_host done; /* what `done` says of its host, and its error */
	struct rep_error_kind done_error;
	uint8_t drain_to; /* enum rep_drain */
	const char *stopped_by;
	int32_t exit_code;
	uint8_t outcome;
	bool settled;
	uint32_t sweep;
	bool acting;
	int64_t until_ms;		  /* of the grace */
	struct rep_error_kind told_error; /* of `warned` and `called_off` */
};

struct replay {
	struct journal_read *read; /* being filled; its host_count are the members so far */
	struct rep_reader reader;
	struct str_map names; /* of members */
	size_t host_cap;
	bool members_over; /* the record is made */
	uint32_t *rows;	   /* scratch: those of an intent */
	size_t row_count, row_cap;
	struct line line;
	struct rep_read_error error; /* of a visitor, whose own would be lost */
	bool visitor_failed;
};

static struct rep_host *host_of(struct replay *replay)
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
static int keep_error(struct replay *replay, const struct rep_error_kind *kind, uint16_t *ret)
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

static int keep_session(struct replay *replay, struct rep_host *host, struct rep_session *at,
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
	    keep_error(replay, kind, &kept.error) < 0)
		return -1;
	*at = kept;
	return 0;
}

static int add_session(struct replay *replay, struct rep_host *host, const struct rep_session *from,
		       const struct rep_error_kind *kind)
{
	struct rep_session *added = rep_host_add_session(host);

	if (!added)
		return rep_read_fail_memory(&replay->reader);
	return keep_session(replay, host, added, from, kind);
}

static void copy_host(struct rep_host *to, const struct rep_host *from, uint16_t error)
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

/* A result clears the doubt; one that is in_doubt is known at least to be so, until
 * journal_reopen(). */
static void mark_result(struct journal_marks *marks, uint32_t row)
{
	if (row < marks->cap)
		marks->rows[row].open = marks->rows[row].warned = false;
}

/* The mark of a row of the line's host; NULL when memory is short. */
static struct row_mark *mark_of(struct replay *replay, uint32_t row)
{
	struct journal_marks *marks = &replay->read->marks[replay->line.host];

	if (row >= marks->cap) {
		uint32_t cap = host_of(replay)->session_cap;
		struct row_mark *rows = realloc(marks->rows, cap * sizeof(*rows));

		if (!rows)
			return NULL;
		memset(rows + marks->cap, 0, (cap - marks->cap) * sizeof(*rows));
		marks->rows = rows;
		marks->cap = cap;
	}
	return &marks->rows[row];
}

static int mark_intent(struct replay *replay, uint32_t row)
{
	const struct row_mark mark = { .intent_at_ms = replay->line.t_ms,
				       .intended = true,
				       .open = true };
	struct row_mark *at = mark_of(replay, row);

	if (!at)
		return rep_read_fail_memory(&replay->reader);
	*at = mark;
	return 0;
}

static int mark_warned(struct replay *replay, uint32_t row, bool warned)
{
	struct row_mark *at = mark_of(replay, row);

	if (!at)
		return rep_read_fail_memory(&replay->reader);
	at->warned = warned;
	return 0;
}

/* Members of lines. */

static int find_host(struct replay *replay, const char *name)
{
	char shown[REP_SHOWN_SIZE];

	if (!str_map_get(&replay->names, name, strlen(name), &replay->line.host))
		return rep_read_fail(&replay->reader, "'%s' is no host of this fleet",
				     rep_read_shown(name, shown));
	replay->line.host_known = true;
	return 0;
}

static int read_host_name(struct rep_reader *reader, void *object)
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
				     rep_read_shown(host_of(replay)->name, shown), (unsigned)row);
	*ret = (uint32_t)row;
	return 0;
}

static int expect_host(struct replay *replay, const char *name)
{
	if (replay->line.host_known)
		return 0;
	return rep_read_fail(&replay->reader, "'%s' stands before the line's 'host'", name);
}

static int read_row(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	(void)reader;
	if (expect_host(replay, "row") < 0)
		return -1;
	return read_row_below(replay, "row", host_of(replay)->session_count, &replay->line.row);
}

/* The row of a session that is new: the next one of its host. */
static int read_new_row(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;
	uint32_t next;

	if (expect_host(replay, "row") < 0)
		return -1;
	next = host_of(replay)->session_count;
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
	return read_row_below(replay, "rows", host_of(replay)->session_count,
			      &replay->rows[replay->row_count++]);
}

static int read_rows(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	replay->row_count = 0;
	if (expect_host(replay, "rows") < 0)
		return -1;
	return rep_read_array(reader, "rows", object, read_one_of_rows);
}

static int read_session(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	return rep_object_read_session(reader, &replay->line.session);
}

static int read_done_error(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	return rep_object_read_error(reader, &replay->line.done_error);
}

static int read_told_error(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	return rep_object_read_error(reader, &replay->line.told_error);
}

static int read_done_drain(struct rep_reader *reader, void *object)
{
	struct replay *replay = object;

	return rep_object_read_drain(reader, &replay->line.done);
}

static int read_schema(struct rep_reader *reader, void *object)
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
static int read_member_host(struct rep_reader *reader, void *object)
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

static int on_host(void *ctx, const struct rep_host *from, const struct rep_error_kind *kind)
{
	struct replay *replay = ctx;
	struct rep_host *host;
	uint16_t error;

	if (find_host(replay, from->name) < 0 || keep_error(replay, kind, &error) < 0)
		return visitor_fails(replay);
	if (replay->read->marks[replay->line.host].acted) {
		(void)rep_read_fail(&replay->reader, "a host that was acted on is surveyed again");
		return visitor_fails(replay);
	}
	host = host_of(replay);
	copy_host(host, from, error);
	host->session_count = 0;
	return 0;
}

static int on_session(void *ctx, const struct rep_session *from, const struct rep_error_kind *kind)
{
	struct replay *replay = ctx;

	if (add_session(replay, host_of(replay), from, kind) < 0)
		return visitor_fails(replay);
	return 0;
}

static int read_surveyed_host(struct rep_reader *reader, void *object)
{
	(void)object;
	return rep_object_read_host(reader);
}

/* What lines do. */

static int grow_hosts(struct replay *replay)
{
	size_t cap = replay->host_cap ? replay->host_cap * 2 : 64;
	struct fleet_host *hosts;

	if (replay->read->host_count < replay->host_cap)
		return 0;
	hosts = cap < UINT32_MAX ? realloc(replay->read->hosts, cap * sizeof(*hosts)) : NULL;
	if (!hosts)
		return rep_read_fail_memory(&replay->reader);
	replay->read->hosts = hosts;
	replay->host_cap = cap;
	return 0;
}

static int apply_member(struct replay *replay)
{
	const struct fleet_host *host = &replay->line.member;
	struct journal_read *read = replay->read;
	char shown[REP_SHOWN_SIZE];
	uint32_t there;

	if (replay->members_over)
		return rep_read_fail(&replay->reader, "a member after the first other event");
	if (grow_hosts(replay) < 0)
		return -1;
	switch (str_map_put_new(&replay->names, host->name, strlen(host->name),
				(uint32_t)read->host_count, &there)) {
	case 0:
		read->hosts[read->host_count++] = *host;
		return 0;
	case 1:
		return rep_read_fail(&replay->reader, "host '%s' is there twice",
				     rep_read_shown(host->name, shown));
	default:
		return rep_read_fail_memory(&replay->reader);
	}
}

/* The rest of it was done as it went by. */
static int apply_surveyed(struct replay *replay)
{
	replay->read->survey_rows[replay->line.host] = host_of(replay)->session_count;
	return 0;
}

static int apply_confirmed(struct replay *replay)
{
	replay->read->confirmed = true;
	return 0;
}

static int apply_sweep(struct replay *replay)
{
	if (replay->line.acting)
		replay->read->sweeps = replay->line.sweep;
	return 0;
}

/* What was known of these sessions before is no longer. */
static int apply_intent(struct replay *replay)
{
	struct rep_host *host = host_of(replay);

	replay->read->marks[replay->line.host].acted = true;
	for (size_t i = 0; i < replay->row_count; i++) {
		struct rep_session *session = &host->sessions[replay->rows[i]];

		if (mark_intent(replay, replay->rows[i]) < 0)
			return -1;
		session->outcome = REP_SESSION_NONE;
		session->reason = REP_REASON_NONE;
		session->error = 0;
	}
	return 0;
}

static int apply_warn(struct replay *replay)
{
	replay->read->marks[replay->line.host].acted = true;
	return 0;
}

/* He counts as warned as long as he has a grace and his end is not known. */
static int apply_warned(struct replay *replay)
{
	bool warned = replay->line.until_ms != UTC_UNKNOWN && !replay->line.told_error.api;

	replay->read->marks[replay->line.host].acted = true;
	return warned ? mark_warned(replay, replay->line.row, true) : 0;
}

static int apply_called_off(struct replay *replay)
{
	replay->read->marks[replay->line.host].acted = true;
	return replay->line.told_error.api ? 0 : mark_warned(replay, replay->line.row, false);
}

static const struct rep_error_kind *line_kind(const struct rep_error_kind *kind)
{
	return kind->api ? kind : NULL;
}

static int apply_seen(struct replay *replay)
{
	const struct rep_session_object *seen = &replay->line.session;

	replay->read->marks[replay->line.host].acted = true;
	return add_session(replay, host_of(replay), &seen->session, line_kind(&seen->kind));
}

static int apply_result(struct replay *replay)
{
	const struct rep_session_object *found = &replay->line.session;
	struct journal_marks *marks = &replay->read->marks[replay->line.host];
	struct rep_host *host = host_of(replay);
	struct rep_session *session = &host->sessions[replay->line.row];

	if (found->session.id != session->id)
		return rep_read_fail(&replay->reader, "row %u is session %u, not %u",
				     (unsigned)replay->line.row, (unsigned)session->id,
				     (unsigned)found->session.id);
	marks->acted = true;
	mark_result(marks, replay->line.row);
	return keep_session(replay, host, session, &found->session, line_kind(&found->kind));
}

/* A call that was left behind: still in doubt. */
static int apply_left(struct replay *replay)
{
	replay->read->marks[replay->line.host].acted = true;
	return 0;
}

static int apply_done(struct replay *replay)
{
	uint16_t error;

	if (keep_error(replay, line_kind(&replay->line.done_error), &error) < 0)
		return -1;
	copy_host(host_of(replay), &replay->line.done, error);
	/* Nobody had been seen there before it was surveyed again. */
	if (!replay->read->survey_rows[replay->line.host])
		replay->read->survey_rows[replay->line.host] = host_of(replay)->session_count;
	return 0;
}

static void take_drain(struct replay *replay)
{
	const struct rep_host *from = &replay->line.done;
	struct rep_host *host = host_of(replay);

	replay->read->marks[replay->line.host].acted = true;
	host->drain_before = from->drain_before;
	host->drain_during = from->drain_during;
	host->drain_after = from->drain_after;
}

static int apply_drain(struct replay *replay)
{
	struct journal_marks *marks = &replay->read->marks[replay->line.host];

	take_drain(replay);
	marks->drain_at_ms = replay->line.t_ms;
	marks->drain_open = true;
	return 0;
}

static int apply_drained(struct replay *replay)
{
	take_drain(replay);
	replay->read->marks[replay->line.host].drain_open = false;
	return 0;
}

static int apply_end(struct replay *replay)
{
	replay->read->ended = true;
	replay->read->settled = replay->line.settled;
	return 0;
}

static int apply_run(struct replay *replay)
{
	struct journal_read *read = replay->read;

	if (read->started_at_ms != UTC_UNKNOWN)
		return rep_read_fail(&replay->reader,
				     "a second 'run', expected only the first line to be one");
	read->started_at_ms = replay->line.t_ms;
	return 0;
}

#define TIME	       REP_MEMBER(replay, "t", REP_FIELD_TIME, false, line.t_ms)
#define HOST	       REP_MEMBER_OWN("host", read_host_name)
#define LINE(key, ...) REP_MEMBER(replay, key, __VA_ARGS__)

static const struct rep_field run_fields[] = { TIME, REP_MEMBER_OWN("schema", read_schema) };
static const struct rep_field member_fields[] = { TIME, REP_MEMBER_OWN("host", read_member_host) };
static const struct rep_field surveyed_fields[] = { TIME,
						    REP_MEMBER_OWN("host", read_surveyed_host) };
static const struct rep_field confirmed_fields[] = { TIME };
static const struct rep_field sweep_fields[] = {
	TIME,
	LINE("number", REP_FIELD_U32, false, line.sweep),
	LINE("acting", REP_FIELD_BOOL, false, line.acting),
};
static const struct rep_field intent_fields[] = { TIME, HOST, REP_MEMBER_OWN("rows", read_rows) };
static const struct rep_field warned_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_OWN("row", read_row),
	LINE("until", REP_FIELD_TIME, true, line.until_ms),
	REP_MEMBER_OWN("error", read_told_error),
};
static const struct rep_field called_off_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_OWN("row", read_row),
	REP_MEMBER_OWN("error", read_told_error),
};
static const struct rep_field seen_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_OWN("row", read_new_row),
	REP_MEMBER_OWN("session", read_session),
};
static const struct rep_field result_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_OWN("row", read_row),
	REP_MEMBER_OWN("session", read_session),
};
static const struct rep_field left_fields[] = { TIME, HOST, REP_MEMBER_OWN("row", read_row) };
static const struct rep_field done_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_NAME(replay, "outcome", true, line.done.outcome, &rep_host_outcome_names),
	REP_MEMBER_OWN("error", read_done_error),
	LINE("wave", REP_FIELD_U32, true, line.done.wave),
	LINE("attempts", REP_FIELD_U16, false, line.done.attempts),
	LINE("duration_ms", REP_FIELD_I64, true, line.done.duration_ms),
	REP_MEMBER_OPTIONAL(replay, "acted_at", REP_FIELD_TIME, line.done.acted_at_ms),
	REP_MEMBER_OPTIONAL(replay, "ended_at", REP_FIELD_TIME, line.done.ended_at_ms),
	REP_MEMBER_OWN("drain", read_done_drain),
};
static const struct rep_field drain_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_NAME(replay, "to", false, line.drain_to, &rep_drain_names),
	REP_MEMBER_OWN("drain", read_done_drain),
};
static const struct rep_field drained_fields[] = { TIME, HOST,
						   REP_MEMBER_OWN("drain", read_done_drain) };
static const struct rep_field end_fields[] = {
	TIME,
	REP_MEMBER_NAME(replay, "outcome", true, line.outcome, &rep_run_outcome_names),
	LINE("stopped_by", REP_FIELD_TEXT, true, line.stopped_by),
	LINE("exit_code", REP_FIELD_I32, false, line.exit_code),
	LINE("settled", REP_FIELD_BOOL, false, line.settled),
};

static const struct event {
	const char *name;
	struct rep_shape shape;
	int (*apply)(struct replay *replay);
	bool member; /* stands before all others */
} events[] = {
	{ "result", REP_SHAPE("a result", result_fields), apply_result, false },
	{ "surveyed", REP_SHAPE("a survey", surveyed_fields), apply_surveyed, false },
	{ "intent", REP_SHAPE("an intent", intent_fields), apply_intent, false },
	{ "member", REP_SHAPE("a member", member_fields), apply_member, true },
	{ "done", REP_SHAPE("a host's end", done_fields), apply_done, false },
	{ "seen", REP_SHAPE("a new session", seen_fields), apply_seen, false },
	{ "warn", REP_SHAPE("warnings", intent_fields), apply_warn, false },
	{ "warned", REP_SHAPE("a warning", warned_fields), apply_warned, false },
	{ "called_off", REP_SHAPE("a warning called off", called_off_fields), apply_called_off,
	  false },
	{ "left", REP_SHAPE("a call left behind", left_fields), apply_left, false },
	{ "drain", REP_SHAPE("a drain mode to be set", drain_fields), apply_drain, false },
	{ "drained", REP_SHAPE("a drain mode", drained_fields), apply_drained, false },
	{ "confirmed", REP_SHAPE("the confirmation", confirmed_fields), apply_confirmed, false },
	{ "sweep", REP_SHAPE("a sweep", sweep_fields), apply_sweep, false },
	{ "end", REP_SHAPE("the run's end", end_fields), apply_end, false },
	{ "run", REP_SHAPE("the run", run_fields), apply_run, true },
};

#define EVENT_COUNT (sizeof(events) / sizeof(events[0]))

/* With the last member the record can be made. */
static int end_members(struct replay *replay)
{
	struct journal_read *read = replay->read;

	if (replay->members_over)
		return 0;
	read->marks = calloc(read->host_count + 1, sizeof(*read->marks));
	read->survey_rows =
		arena_alloc(&read->arena, (read->host_count + 1) * sizeof(*read->survey_rows));
	if (!read->marks || !read->survey_rows ||
	    rep_record_init(&read->record, read->host_count) < 0)
		return rep_read_fail_memory(&replay->reader);
	replay->members_over = true;
	for (size_t i = 0; i < read->host_count; i++) {
		struct rep_host *host = &read->record.hosts[i];

		host->name = read->hosts[i].name;
		host->address = read->hosts[i].address;
		host->groups = read->hosts[i].groups;
		host->group_count = read->hosts[i].group_count;
	}
	return 0;
}

/* Takes the beginning of a line, up to its event. *ret_event is NULL where that is unknown. */
static int read_event(struct replay *replay, const struct event **ret_event)
{
	struct rep_reader *reader = &replay->reader;
	enum json_token token = json_next(reader->json);

	if (token == JSON_OBJECT)
		token = json_next(reader->json);
	if (token == JSON_ERROR)
		return rep_read_fail_json(reader);
	if (token != JSON_KEY || strcmp(json_text(reader->json), "event") != 0)
		return rep_read_fail(reader, "expected an object that begins with its 'event'");
	if (rep_read_token(reader, JSON_STRING, "event") < 0)
		return -1;
	*ret_event = NULL;
	for (size_t i = 0; i < EVENT_COUNT && !*ret_event; i++)
		if (strcmp(json_text(reader->json), events[i].name) == 0)
			*ret_event = &events[i];
	return 0;
}

static int read_line(struct replay *replay, const char *bytes, size_t len, bool first)
{
	static const struct rep_shape unknown = { "an event", NULL, 0 };
	struct rep_reader *reader = &replay->reader;
	const struct event *event = NULL;

	json_reader_restart(reader->json, bytes, len);
	rep_reader_use(reader, &reader->texts);
	replay->line.host_known = false;
	replay->line.done.acted_at_ms = replay->line.done.ended_at_ms = UTC_UNKNOWN;
	replay->read->ended = replay->read->settled = false;
	if (read_event(replay, &event) < 0)
		return -1;
	if (first && (!event || event->apply != apply_run))
		return rep_read_fail(reader, "another event");
	if (event && !event->member && end_members(replay) < 0)
		return -1;
	if (rep_read_members(reader, event ? &event->shape : &unknown, replay) < 0)
		return -1;
	if (json_next(reader->json) != JSON_END)
		return rep_read_fail_json(reader);
	return event ? event->apply(replay) : 0;
}

static int keep_run_line(struct replay *replay, const char *bytes, size_t len)
{
	replay->read->run_line = arena_strndup(&replay->read->arena, bytes, len);
	replay->read->run_line_len = len;
	return replay->read->run_line ? 0 : rep_read_fail_memory(&replay->reader);
}

static void fill_error(const struct replay *replay, int line, struct journal_read_error *reterr)
{
	const struct rep_read_error *error =
		replay->visitor_failed ? &replay->error : &replay->reader.error;

	reterr->line = line;
	reterr->column = error->line > 0 ? error->column : 0;
	snprintf(reterr->message, sizeof(reterr->message), "%s", error->message);
}

/* Every line that has its end. What follows the last line end was torn by a crash. */
static int read_lines(struct replay *replay, const char *bytes, size_t len,
		      struct journal_read_error *reterr)
{
	int line = 0;
	size_t at = 0;

	while (at < len) {
		const char *end = memchr(bytes + at, '\n', len - at);
		size_t line_len;

		if (!end)
			break;
		line_len = (size_t)(end - (bytes + at));
		line += line < INT_MAX;
		if (read_line(replay, bytes + at, line_len, at == 0) < 0 ||
		    (at == 0 && keep_run_line(replay, bytes, line_len) < 0)) {
			fill_error(replay, line, reterr);
			return -1;
		}
		at += line_len + 1;
	}
	replay->read->torn = at < len;
	replay->read->sound_bytes = at;
	if (at == 0)
		(void)rep_read_fail(&replay->reader, "the first line is missing");
	if (at == 0 || end_members(replay) < 0) {
		fill_error(replay, 1, reterr);
		return -1;
	}
	return 0;
}

/* Users who were told that they will be logged off, and of whom nothing else is known. */
static void count_warned(struct journal_read *read)
{
	read->warned_count = 0;
	for (size_t i = 0; i < read->host_count; i++)
		for (uint32_t row = 0; row < read->marks[i].cap; row++)
			read->warned_count += read->marks[i].rows[row].warned;
}

/* The rows that are open, in order of host and row. 0, -1 when memory is short. */
static int list_doubts(struct journal_read *read)
{
	struct journal_doubt *doubts;
	size_t count = 0;

	count_warned(read);
	for (size_t i = 0; i < read->host_count; i++)
		for (uint32_t row = 0; row < read->marks[i].cap; row++)
			count += read->marks[i].rows[row].open;
	doubts = arena_alloc(&read->arena, count * sizeof(*doubts));
	if (!doubts)
		return -1;
	read->doubts = doubts;
	read->doubt_count = count;
	for (size_t i = 0; i < read->host_count; i++) {
		for (uint32_t row = 0; row < read->marks[i].cap; row++) {
			const struct row_mark *mark = &read->marks[i].rows[row];

			if (!mark->open)
				continue;
			doubts->host = (uint32_t)i;
			doubts->row = row;
			doubts->intent_at_ms = mark->intent_at_ms;
			doubts++;
		}
	}
	return 0;
}

/* Hosts whose drain mode is open. 0, -1 when memory is short. */
static int list_drain_doubts(struct journal_read *read)
{
	size_t count = 0;

	for (size_t i = 0; i < read->host_count; i++)
		count += read->marks[i].drain_open;
	read->drain_doubts = arena_alloc(&read->arena, count * sizeof(*read->drain_doubts));
	if (!read->drain_doubts)
		return -1;
	for (size_t i = 0; i < read->host_count; i++)
		if (read->marks[i].drain_open)
			read->drain_doubts[read->drain_doubt_count++] = (struct journal_doubt){
				.host = (uint32_t)i, .intent_at_ms = read->marks[i].drain_at_ms
			};
	return 0;
}

static int replay_all(struct replay *replay, const char *bytes, size_t len,
		      struct journal_read_error *reterr)
{
	if (!replay->reader.json)
		(void)rep_read_fail_memory(&replay->reader);
	else if (read_lines(replay, bytes, len, reterr) < 0)
		return -1;
	else if (list_doubts(replay->read) == 0 && list_drain_doubts(replay->read) == 0)
		return 0;
	else
		(void)rep_read_fail_memory(&replay->reader);
	fill_error(replay, 1, reterr);
	return -1;
}

int journal_read(struct journal_read *ret, const char *bytes, size_t len,
		 struct journal_read_error *reterr)
{
	struct journal_read read = { .started_at_ms = UTC_UNKNOWN };
	struct replay replay = { .read = &read };
	const struct rep_visitor visitor = { .ctx = &replay,
					     .host = on_host,
					     .session = on_session };
	int result;

	arena_init(&read.arena);
	str_map_init(&replay.names);
	rep_reader_init(&replay.reader, json_reader_create_memory("", 0, 0), &visitor,
			JOURNAL_SCHEMA);
	replay.reader.unfinished = true;
	result = replay_all(&replay, bytes, len, reterr);
	json_reader_free(replay.reader.json);
	rep_reader_release(&replay.reader);
	str_map_release(&replay.names);
	free(replay.rows);
	if (result < 0)
		journal_read_release(&read);
	else
		*ret = read;
	return result;
}

void journal_read_release(struct journal_read *read)
{
	for (size_t i = 0; read->marks && i < read->host_count; i++)
		free(read->marks[i].rows);
	free(read->marks);
	free(read->hosts);
	rep_record_release(&read->record);
	arena_release(&read->arena);
	memset(read, 0, sizeof(*read));
}

/* Reasons that speak of the run having ended too early, not of the session or its host. */
static bool ends_with_the_run(uint8_t reason)
{
	static const bool reopened[REP_REASON_COUNT] = {
		[REP_REASON_MAX_FAILURES] = true,  [REP_REASON_CREDENTIALS] = true,
		[REP_REASON_RUN_TIMEOUT] = true,   [REP_REASON_INTERRUPTED] = true,
		[REP_REASON_NO_WORKERS] = true,	   [REP_REASON_JOURNAL] = true,
		[REP_REASON_NOTIFY_FAILED] = true, [REP_REASON_NOT_WARNED] = true,
		[REP_REASON_DRAIN_FAILED] = true,
	};

	return reason < REP_REASON_COUNT && reopened[reason];
}

int journal_reopen(struct journal_read *read)
{
	for (size_t i = 0; i < read->host_count; i++) {
		struct journal_marks *marks = &read->marks[i];

		for (uint32_t row = 0; row < read->record.hosts[i].session_count; row++) {
			struct rep_session *session = &read->record.hosts[i].sessions[row];
			bool in_doubt = session->outcome == REP_SESSION_IN_DOUBT &&
					row < marks->cap && marks->rows[row].intended;

			if (in_doubt)
				marks->rows[row].open = true;
			else if (session->outcome != REP_SESSION_NOT_ATTEMPTED ||
				 !ends_with_the_run(session->reason))
				continue;
			session->outcome = REP_SESSION_NONE;
			session->reason = REP_REASON_NONE;
			session->error = 0;
		}
	}
	return list_doubts(read);
}
