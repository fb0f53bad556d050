/* journal_events.c - see journal_replay.h: what each event holds and does is a table. */
#include "journal_replay.h"

#include <stdlib.h>
#include <string.h>

#include "record_names.h"
#include "utc.h"

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
	replay->read->survey_rows[replay->line.host] = replay_host(replay)->session_count;
	return 0;
}

/* By every process that acts: warnings of one before it that was killed may have been shown, and none of its own results
 * tells. */
static int apply_confirmed(struct replay *replay)
{
	replay_keep_warnings(replay->read);
	replay_forget_listed(replay->read);
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
	struct rep_host *host = replay_host(replay);

	replay->read->marks[replay->line.host].acted = true;
	for (size_t i = 0; i < replay->row_count; i++) {
		struct rep_session *session = &host->sessions[replay->rows[i]];

		if (replay_mark_intent(replay, replay->rows[i]) < 0)
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
	for (size_t i = 0; i < replay->row_count; i++)
		if (replay_mark_warning(replay, replay->rows[i]) < 0)
			return -1;
	return 0;
}

/* He counts as warned as long as he has a grace and his end is not known. What could not be told takes nothing back. */
static int apply_warned(struct replay *replay)
{
	replay->read->marks[replay->line.host].acted = true;
	if (replay->line.told_error.api)
		return replay_mark_not_warned(replay, replay->line.row);
	return replay_mark_warned(replay, replay->line.row, replay->line.until_ms != UTC_UNKNOWN);
}

static int apply_called_off(struct replay *replay)
{
	replay->read->marks[replay->line.host].acted = true;
	return replay->line.told_error.api ? 0
					   : replay_mark_warned(replay, replay->line.row, false);
}

static const struct rep_error_kind *line_kind(const struct rep_error_kind *kind)
{
	return kind->api ? kind : NULL;
}

static int apply_seen(struct replay *replay)
{
	const struct rep_session_object *seen = &replay->line.session;

	replay->read->marks[replay->line.host].acted = true;
	return replay_add_session(replay, replay_host(replay), &seen->session,
				  line_kind(&seen->kind));
}

static int apply_result(struct replay *replay)
{
	const struct rep_session_object *found = &replay->line.session;
	struct journal_marks *marks = &replay->read->marks[replay->line.host];
	struct rep_host *host = replay_host(replay);
	struct rep_session *session = &host->sessions[replay->line.row];

	if (found->session.id != session->id)
		return rep_read_fail(&replay->reader, "row %u is session %u, not %u",
				     (unsigned)replay->line.row, (unsigned)session->id,
				     (unsigned)found->session.id);
	marks->acted = true;
	replay_mark_result(marks, replay->line.row, found->session.outcome);
	return replay_keep_session(replay, host, session, &found->session, line_kind(&found->kind));
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

	if (replay_keep_error(replay, line_kind(&replay->line.done_error), &error) < 0)
		return -1;
	replay_copy_host(replay_host(replay), &replay->line.done, error);
	/* Nobody had been seen there before it was surveyed again. */
	if (!replay->read->survey_rows[replay->line.host])
		replay->read->survey_rows[replay->line.host] = replay_host(replay)->session_count;
	return 0;
}

static void take_drain(struct replay *replay)
{
	const struct rep_host *from = &replay->line.done;
	struct rep_host *host = replay_host(replay);

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
#define HOST	       REP_MEMBER_OWN("host", replay_read_host_name)
#define LINE(key, ...) REP_MEMBER(replay, key, __VA_ARGS__)

static const struct rep_field run_fields[] = { TIME, REP_MEMBER_OWN("schema", replay_read_schema) };
static const struct rep_field member_fields[] = { TIME,
						  REP_MEMBER_OWN("host", replay_read_member_host) };
static const struct rep_field surveyed_fields[] = {
	TIME, REP_MEMBER_OWN("host", replay_read_surveyed_host)
};
static const struct rep_field confirmed_fields[] = { TIME };
static const struct rep_field sweep_fields[] = {
	TIME,
	LINE("number", REP_FIELD_U32, false, line.sweep),
	LINE("acting", REP_FIELD_BOOL, false, line.acting),
};
static const struct rep_field intent_fields[] = { TIME, HOST,
						  REP_MEMBER_OWN("rows", replay_read_rows) };
static const struct rep_field warned_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_OWN("row", replay_read_row),
	LINE("until", REP_FIELD_TIME, true, line.until_ms),
	REP_MEMBER_OWN("error", replay_read_told_error),
};
static const struct rep_field called_off_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_OWN("row", replay_read_row),
	REP_MEMBER_OWN("error", replay_read_told_error),
};
static const struct rep_field seen_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_OWN("row", replay_read_new_row),
	REP_MEMBER_OWN("session", replay_read_session),
};
static const struct rep_field result_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_OWN("row", replay_read_row),
	REP_MEMBER_OWN("session", replay_read_session),
};
static const struct rep_field left_fields[] = { TIME, HOST,
						REP_MEMBER_OWN("row", replay_read_row) };
static const struct rep_field done_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_NAME(replay, "outcome", true, line.done.outcome, &rep_host_outcome_names),
	REP_MEMBER_OWN("error", replay_read_done_error),
	LINE("wave", REP_FIELD_U32, true, line.done.wave),
	LINE("attempts", REP_FIELD_U16, false, line.done.attempts),
	LINE("duration_ms", REP_FIELD_I64, true, line.done.duration_ms),
	REP_MEMBER_OPTIONAL(replay, "acted_at", REP_FIELD_TIME, line.done.acted_at_ms),
	REP_MEMBER_OPTIONAL(replay, "ended_at", REP_FIELD_TIME, line.done.ended_at_ms),
	REP_MEMBER_OWN("drain", replay_read_done_drain),
};
static const struct rep_field drain_fields[] = {
	TIME,
	HOST,
	REP_MEMBER_NAME(replay, "to", false, line.drain_to, &rep_drain_names),
	REP_MEMBER_OWN("drain", replay_read_done_drain),
};
static const struct rep_field drained_fields[] = {
	TIME, HOST, REP_MEMBER_OWN("drain", replay_read_done_drain)
};
static const struct rep_field end_fields[] = {
	TIME,
	REP_MEMBER_NAME(replay, "outcome", true, line.outcome, &rep_run_outcome_names),
	LINE("stopped_by", REP_FIELD_TEXT, true, line.stopped_by),
	LINE("exit_code", REP_FIELD_I32, false, line.exit_code),
	REP_MEMBER_OPTIONAL(replay, "duration_ms", REP_FIELD_I64, line.run_duration_ms),
	LINE("settled", REP_FIELD_BOOL, false, line.settled),
};

static const struct journal_event events[] = {
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

const struct journal_event *journal_event_find(const char *name)
{
	for (size_t i = 0; i < EVENT_COUNT; i++)
		if (strcmp(name, events[i].name) == 0)
			return &events[i];
	return NULL;
}
