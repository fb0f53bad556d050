/* journal_read.c - see journal_read.h: a journal replayed line by line. */
#include "journal_replay.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "utc.h"

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
static int read_event(struct replay *replay, const struct journal_event **ret_event)
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
	*ret_event = journal_event_find(json_text(reader->json));
	return 0;
}

static int read_line(struct replay *replay, const char *bytes, size_t len, bool first)
{
	static const struct rep_shape unknown = { "an event", NULL, 0 };
	struct rep_reader *reader = &replay->reader;
	const struct journal_event *event = NULL;

	json_reader_restart(reader->json, bytes, len);
	rep_reader_use(reader, &reader->texts);
	replay->line.host_known = false;
	replay->line.done.acted_at_ms = replay->line.done.ended_at_ms = UTC_UNKNOWN;
	replay->read->ended = replay->read->settled = false;
	if (read_event(replay, &event) < 0)
		return -1;
	if (first && (!event || strcmp(event->name, "run") != 0))
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

static bool is_open(const struct row_mark *mark)
{
	return mark->open;
}

static bool is_warned(const struct row_mark *mark)
{
	return !mark->open && (mark->warned || mark->warning);
}

/* The rows that are so, in order of host and row; NULL when memory is short. */
static struct journal_doubt *list_rows(struct journal_read *read,
				       bool (*is)(const struct row_mark *), size_t *ret_count)
{
	struct journal_doubt *rows;
	size_t count = 0;

	for (size_t i = 0; i < read->host_count; i++)
		for (uint32_t row = 0; row < read->marks[i].cap; row++)
			count += is(&read->marks[i].rows[row]);
	rows = arena_alloc(&read->arena, count * sizeof(*rows));
	if (!rows)
		return NULL;
	*ret_count = count;
	count = 0;
	for (size_t i = 0; i < read->host_count; i++) {
		for (uint32_t row = 0; row < read->marks[i].cap; row++) {
			const struct row_mark *mark = &read->marks[i].rows[row];

			if (is(mark))
				rows[count++] = (struct journal_doubt){
					.host = (uint32_t)i,
					.row = row,
					.intent_at_ms = mark->intent_at_ms,
					.warn_error = mark->warn_error,
				};
		}
	}
	return rows;
}

/* Who is in doubt, and who was told that he will be logged off. 0, -1 when memory is short. */
static int list_doubts(struct journal_read *read)
{
	read->doubts = list_rows(read, is_open, &read->doubt_count);
	read->warned = list_rows(read, is_warned, &read->warned_count);
	return read->doubts && read->warned ? 0 : -1;
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
					     .host = replay_on_host,
					     .session = replay_on_session };
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

/* Whom a sweep had listed and not looked at closely, nobody knows well enough to act on. */
static bool is_listed_only(const struct journal_read *read, size_t host, uint32_t row)
{
	const struct rep_session *session = &read->record.hosts[host].sessions[row];

	return row >= read->survey_rows[host] && session->logon_at_ms == UTC_UNKNOWN &&
	       session->outcome == REP_SESSION_NOT_ATTEMPTED && ends_with_the_run(session->reason);
}

void replay_forget_listed(struct journal_read *read)
{
	for (size_t i = 0; i < read->host_count; i++) {
		for (uint32_t row = read->survey_rows[i]; row < read->record.hosts[i].session_count;
		     row++) {
			struct rep_session *session = &read->record.hosts[i].sessions[row];

			if (!is_listed_only(read, i, row))
				continue;
			session->selected = false;
			session->outcome = REP_SESSION_SKIPPED;
			session->reason = REP_REASON_NEW;
			session->error = 0;
		}
	}
}

int journal_reopen(struct journal_read *read)
{
	replay_forget_listed(read);
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
