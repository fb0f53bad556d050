#include "report_object.h"

#include "record_names.h"
#include "utc.h"

/* Writing. */

static void put_error(struct rep_building *to, const char *key, const struct rep_error_kind *kind)
{
	struct rep_building error;

	if (!kind) {
		rep_put_null(to, key);
		return;
	}
	error = rep_put_object(to, key);
	rep_put_text(&error, "api", kind->api);
	rep_put_int(&error, "code", kind->code);
	rep_put_text(&error, "name", kind->name);
	rep_put_text(&error, "message", kind->message);
}

static void put_drain(struct rep_building *to, const struct rep_host *host)
{
	struct rep_building object;

	if (host->drain_before == REP_DRAIN_UNKNOWN && host->drain_during == REP_DRAIN_UNKNOWN &&
	    host->drain_after == REP_DRAIN_UNKNOWN) {
		rep_put_null(to, "drain");
		return;
	}
	object = rep_put_object(to, "drain");
	rep_put_text_or_null(&object, "before", rep_names_at(&rep_drain_names, host->drain_before));
	rep_put_text_or_null(&object, "during", rep_names_at(&rep_drain_names, host->drain_during));
	rep_put_text_or_null(&object, "after", rep_names_at(&rep_drain_names, host->drain_after));
}

static void put_wave(struct rep_building *to, const struct rep_host *host)
{
	rep_put_count_or_null(to, "wave", host->wave > 0 ? (int64_t)host->wave : -1);
}

/* Only where they are known: a report of before there were such times is written again as it was. */
static void put_act_times(struct rep_building *to, const struct rep_host *host)
{
	if (host->acted_at_ms != UTC_UNKNOWN)
		rep_put_time(to, "acted_at", host->acted_at_ms);
	if (host->ended_at_ms != UTC_UNKNOWN)
		rep_put_time(to, "ended_at", host->ended_at_ms);
}

void rep_put_host(struct rep_building *to, const struct rep_host *host,
		  const struct rep_error_kind *kind)
{
	rep_put_text(to, "host", host->name);
	rep_put_text_or_null(to, "address", host->address);
	rep_put_texts(to, "groups", host->groups, host->group_count);
	put_wave(to, host);
	rep_put_text_or_null(to, "outcome", rep_names_at(&rep_host_outcome_names, host->outcome));
	put_error(to, "error", kind);
	rep_put_int(to, "attempts", host->attempts);
	rep_put_count_or_null(to, "duration_ms", host->duration_ms);
	put_act_times(to, host);
	put_drain(to, host);
}

void rep_put_session(struct rep_building *to, const struct rep_session *session,
		     const struct rep_error_kind *kind)
{
	rep_put_int(to, "id", session->id);
	rep_put_text_or_null(to, "station", session->station);
	rep_put_text_or_null(to, "user", session->user);
	rep_put_text_or_null(to, "domain", session->domain);
	rep_put_text_or_null(to, "state", rep_names_at(&rep_state_names, session->state));
	rep_put_time(to, "logon_at", session->logon_at_ms);
	rep_put_count_or_null(to, "idle_s", session->idle_s);
	rep_put_text_or_null(to, "client", session->client);
	rep_put_text_or_null(to, "vm", session->vm);
	rep_put_text_or_null(to, "farm", session->farm);
	rep_put_bool(to, "selected", session->selected);
	rep_put_text_or_null(to, "reason", rep_names_at(&rep_reason_names, session->reason));
	rep_put_text_or_null(to, "outcome",
			     rep_names_at(&rep_session_outcome_names, session->outcome));
	put_error(to, "error", kind);
	rep_put_int(to, "attempts", session->attempts);
	rep_put_count_or_null(to, "duration_ms", session->duration_ms);
}

const struct rep_error_kind *rep_kind_at(const struct rep_record *record, size_t index)
{
	return index > 0 && index < record->kind_count ? &record->kinds[index] : NULL;
}

/* What was built goes to `out`, which remembers a failure. */
static void end(struct rep_building *built, struct strbuf *out, size_t cut)
{
	if (rep_build_end(built, out, cut) < 0)
		out->failed = true;
	arena_release(built->build->repaired);
}

void rep_object_session(struct strbuf *out, const struct rep_record *record,
			const struct rep_session *session)
{
	struct arena repaired = { NULL, 0 };
	struct rep_build build = { &repaired, false };
	struct rep_building object = rep_build_begin(&build);

	rep_put_session(&object, session, rep_kind_at(record, session->error));
	end(&object, out, 0);
}

void rep_object_host(struct strbuf *out, const struct rep_record *record,
		     const struct rep_host *host)
{
	struct arena repaired = { NULL, 0 };
	struct rep_build build = { &repaired, false };
	struct rep_building object = rep_build_begin(&build);

	rep_put_host(&object, host, rep_kind_at(record, host->error));
	end(&object, out, 1); /* without its closing brace: the sessions follow */
	strbuf_adds(out, ",\"sessions\":[");
	for (uint32_t i = 0; i < host->session_count; i++) {
		if (i > 0)
			strbuf_addc(out, ',');
		rep_object_session(out, record, &host->sessions[i]);
	}
	strbuf_adds(out, "]}");
}

void rep_object_host_end(struct strbuf *out, const struct rep_record *record,
			 const struct rep_host *host)
{
	struct arena repaired = { NULL, 0 };
	struct rep_build build = { &repaired, false };
	struct rep_building object = rep_build_begin(&build);
	struct strbuf text;

	rep_put_text_or_null(&object, "outcome",
			     rep_names_at(&rep_host_outcome_names, host->outcome));
	put_error(&object, "error", rep_kind_at(record, host->error));
	put_wave(&object, host);
	rep_put_int(&object, "attempts", host->attempts);
	rep_put_count_or_null(&object, "duration_ms", host->duration_ms);
	put_act_times(&object, host);
	put_drain(&object, host);
	strbuf_init(&text);
	end(&object, &text, 1);
	if (text.failed)
		out->failed = true;
	else
		strbuf_adds(out, strbuf_text(&text) + 1);
	strbuf_release(&text);
}

/* Reading. */

static const struct rep_field error_fields[] = {
	REP_MEMBER(rep_error_kind, "api", REP_FIELD_TEXT, false, api),
	REP_MEMBER(rep_error_kind, "code", REP_FIELD_U32, false, code),
	REP_MEMBER(rep_error_kind, "name", REP_FIELD_TEXT, false, name),
	REP_MEMBER(rep_error_kind, "message", REP_FIELD_TEXT, false, message),
};
static const struct rep_shape error_shape = REP_SHAPE("an error", error_fields);

int rep_object_read_error(struct rep_reader *reader, struct rep_error_kind *ret)
{
	static const struct rep_error_kind none = { NULL, 0, "", "", "", "" };

	*ret = none;
	return rep_read_null(reader) ? 0 : rep_read_object(reader, &error_shape, ret);
}

static const struct rep_error_kind *kind_or_null(const struct rep_error_kind *kind)
{
	return kind->api ? kind : NULL;
}

static int read_session_error(struct rep_reader *reader, void *object)
{
	struct rep_session_object *item = object;

	return rep_object_read_error(reader, &item->kind);
}

#define SESSION(key, kind, nullable, member)                                                       \
	REP_MEMBER(rep_session_object, key, kind, nullable, session.member)

static const struct rep_field session_fields[] = {
	SESSION("id", REP_FIELD_U32, false, id),
	SESSION("station", REP_FIELD_TEXT, true, station),
	SESSION("user", REP_FIELD_TEXT, true, user),
	SESSION("domain", REP_FIELD_TEXT, true, domain),
	REP_MEMBER_NAME(rep_session_object, "state", false, session.state, &rep_state_names),
	SESSION("logon_at", REP_FIELD_TIME, true, logon_at_ms),
	SESSION("idle_s", REP_FIELD_I64, true, idle_s),
	SESSION("client", REP_FIELD_TEXT, true, client),
	SESSION("vm", REP_FIELD_TEXT, true, vm),
	SESSION("farm", REP_FIELD_TEXT, true, farm),
	SESSION("selected", REP_FIELD_BOOL, false, selected),
	REP_MEMBER_NAME(rep_session_object, "reason", true, session.reason, &rep_reason_names),
	REP_MEMBER_OUTCOME(rep_session_object, "outcome", session.outcome,
			   &rep_session_outcome_names),
	REP_MEMBER_OWN("error", read_session_error),
	SESSION("attempts", REP_FIELD_U16, false, attempts),
	SESSION("duration_ms", REP_FIELD_I32, true, duration_ms),
};
static const struct rep_shape session_shape = REP_SHAPE("a session", session_fields);

int rep_object_read_session(struct rep_reader *reader, struct rep_session_object *ret)
{
	struct rep_session_object item = { 0 };

	rep_reader_use(reader, &reader->session_texts);
	if (rep_read_object(reader, &session_shape, &item) < 0)
		return -1;
	*ret = item;
	return 0;
}

static int read_session(struct rep_reader *reader, void *object)
{
	const struct rep_visitor *visitor = reader->visitor;
	struct rep_session_object item;

	(void)object;
	if (rep_object_read_session(reader, &item) < 0)
		return -1;
	if (!visitor->session)
		return 0;
	return rep_heed(reader,
			visitor->session(visitor->ctx, &item.session, kind_or_null(&item.kind)));
}

struct host_item {
	struct rep_host host;
	struct rep_error_kind kind;
};

static int read_host_error(struct rep_reader *reader, void *object)
{
	struct host_item *item = object;

	return rep_object_read_error(reader, &item->kind);
}

static const struct rep_field drain_fields[] = {
	REP_MEMBER_NAME(rep_host, "before", true, drain_before, &rep_drain_names),
	REP_MEMBER_NAME(rep_host, "during", true, drain_during, &rep_drain_names),
	REP_MEMBER_NAME(rep_host, "after", true, drain_after, &rep_drain_names),
};
static const struct rep_shape drain_shape = REP_SHAPE("a drain", drain_fields);

int rep_object_read_drain(struct rep_reader *reader, struct rep_host *ret)
{
	ret->drain_before = ret->drain_during = ret->drain_after = REP_DRAIN_UNKNOWN;
	return rep_read_null(reader) ? 0 : rep_read_object(reader, &drain_shape, ret);
}

static int read_drain(struct rep_reader *reader, void *object)
{
	struct host_item *item = object;

	return rep_object_read_drain(reader, &item->host);
}

/* The host is complete here: it is handed on, then its sessions go by. */
static int read_sessions(struct rep_reader *reader, void *object)
{
	const struct rep_visitor *visitor = reader->visitor;
	struct host_item *item = object;

	if (visitor->host && rep_heed(reader, visitor->host(visitor->ctx, &item->host,
							    kind_or_null(&item->kind))) < 0)
		return -1;
	if (rep_read_array(reader, "sessions", NULL, read_session) < 0)
		return -1;
	return visitor->host_end ? rep_heed(reader, visitor->host_end(visitor->ctx)) : 0;
}

#define HOST(key, kind, nullable, member) REP_MEMBER(host_item, key, kind, nullable, host.member)

static const struct rep_field host_fields[] = {
	HOST("host", REP_FIELD_TEXT, false, name),
	HOST("address", REP_FIELD_TEXT, true, address),
	REP_MEMBER_TEXTS(host_item, "groups", host.groups, host.group_count),
	HOST("wave", REP_FIELD_U32, true, wave),
	REP_MEMBER_OUTCOME(host_item, "outcome", host.outcome, &rep_host_outcome_names),
	REP_MEMBER_OWN("error", read_host_error),
	HOST("attempts", REP_FIELD_U16, false, attempts),
	HOST("duration_ms", REP_FIELD_I64, true, duration_ms),
	REP_MEMBER_OPTIONAL(host_item, "acted_at", REP_FIELD_TIME, host.acted_at_ms),
	REP_MEMBER_OPTIONAL(host_item, "ended_at", REP_FIELD_TIME, host.ended_at_ms),
	REP_MEMBER_OWN("drain", read_drain),
	{ .name = "sessions", .kind = REP_FIELD_OWN, .read = read_sessions, .closes = true },
};
static const struct rep_shape host_shape = REP_SHAPE("a host", host_fields);

int rep_object_read_host(struct rep_reader *reader)
{
	struct host_item item = { .host = { .acted_at_ms = UTC_UNKNOWN,
					    .ended_at_ms = UTC_UNKNOWN } };

	rep_reader_use(reader, &reader->texts);
	return rep_read_object(reader, &host_shape, &item);
}
