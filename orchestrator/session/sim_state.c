#include "sim_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json_read.h"
#include "json_write.h"
#include "utc.h"

static const struct event_row {
	const char *call;
	const char *effect;
	bool has_session;
	bool has_due;
} event_rows[SIM_EVENT_KIND_COUNT] = {
	[SIM_EVENT_LOGOFF] = { "logoff", "gone", true, true },
	[SIM_EVENT_LEAVE] = { "leave", "gone", true, true },
	[SIM_EVENT_DISCONNECT] = { "disconnect", "disconnected", true, false },
	[SIM_EVENT_MESSAGE] = { "message", "messaged", true, false },
	[SIM_EVENT_DRAIN] = { "drain", "drain", false, false },
	[SIM_EVENT_RETURN] = { "return", "logged_on", true, false },
};

const char *sim_event_call(enum sim_event_kind kind)
{
	return (size_t)kind < SIM_EVENT_KIND_COUNT ? event_rows[kind].call : "unknown";
}

const char *sim_event_effect(enum sim_event_kind kind)
{
	return (size_t)kind < SIM_EVENT_KIND_COUNT ? event_rows[kind].effect : "unknown";
}

static void add_time(struct strbuf *out, int64_t ms)
{
	char text[UTC_TEXT_SIZE];

	utc_format(ms, text);
	json_add_string(out, *text ? text : NULL);
}

static void add_account(struct strbuf *out, const char *domain, const char *user)
{
	struct strbuf account;

	if (!*user) {
		json_add_string(out, NULL);
		return;
	}
	strbuf_init(&account);
	strbuf_adds(&account, domain);
	strbuf_addc(&account, '\\');
	strbuf_adds(&account, user);
	json_add_string(out, strbuf_text(&account));
	out->failed |= account.failed;
	strbuf_release(&account);
}

void sim_event_format(struct strbuf *out, const struct sim_event *event)
{
	strbuf_adds(out, "{\"t\":");
	add_time(out, event->t_ms);
	strbuf_adds(out, ",\"host\":");
	json_add_string(out, event->host);
	strbuf_addf(out, ",\"call\":\"%s\",\"session\":", sim_event_call(event->kind));
	if (event->has_session)
		strbuf_addf(out, "%" PRIu32, event->session);
	else
		strbuf_adds(out, "null");
	strbuf_adds(out, ",\"user\":");
	add_account(out, event->domain, event->user);
	strbuf_adds(out, ",\"logon_at\":");
	add_time(out, event->logon_at_ms);
	strbuf_addf(out, ",\"effect\":\"%s\",\"due\":", sim_event_effect(event->kind));
	add_time(out, event->due_ms);
	if (event->kind == SIM_EVENT_DRAIN)
		strbuf_addf(out, ",\"mode\":\"%s\"", session_drain_name(event->mode));
	if (event->kind == SIM_EVENT_MESSAGE && event->text) {
		strbuf_adds(out, ",\"text\":");
		json_add_string(out, event->text);
	}
	strbuf_adds(out, "}\n");
}

enum line_key {
	KEY_T,
	KEY_HOST,
	KEY_CALL,
	KEY_SESSION,
	KEY_USER,
	KEY_LOGON_AT,
	KEY_EFFECT,
	KEY_DUE,
	KEY_MODE,
	KEY_TEXT,
	KEY_COUNT
};

static const char *const line_keys[KEY_COUNT] = { "t",	      "host",	"call", "session", "user",
						  "logon_at", "effect", "due",	"mode",	   "text" };

/* The members as they stand: a string, a number, or neither (null or not there). */
struct line {
	const char *text[KEY_COUNT];
	int64_t number[KEY_COUNT];
	bool is_number[KEY_COUNT];
	bool seen[KEY_COUNT];
};

STRBUF_PRINTF(2, 3)
static int wrong(char message[SIM_EVENT_MESSAGE_SIZE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, SIM_EVENT_MESSAGE_SIZE, format, args);
	va_end(args);
	return -1;
}

static int key_index(const char *name)
{
	for (int i = 0; i < KEY_COUNT; i++) {
		if (strcmp(line_keys[i], name) == 0)
			return i;
	}
	return -1;
}

static int wrong_json(char *message, const struct json_reader *json)
{
	return wrong(message, "column %d: %s", json_column(json), json_error_text(json));
}

static int read_member(struct json_reader *json, struct arena *arena, struct line *line,
		       char *message)
{
	int key = key_index(json_text(json));

	if (key < 0)
		return wrong(message, "a key that is not known");
	enum json_token token = json_next(json);
	line->seen[key] = true;
	if (token == JSON_ERROR)
		return wrong_json(message, json);
	if (token == JSON_STRING) {
		line->text[key] = arena_strndup(arena, json_text(json), json_text_len(json));
		return line->text[key] ? 0 : wrong(message, "memory is short");
	}
	if (token == JSON_NUMBER && json_int64(json, &line->number[key]) == 0) {
		line->is_number[key] = true;
		return 0;
	}
	return token == JSON_NULL ? 0
				  : wrong(message, "'%s': expected a string, an integer or null",
					  line_keys[key]);
}

static int read_line(struct json_reader *json, struct arena *arena, struct line *line,
		     char *message)
{
	enum json_token token = json_next(json);

	if (token == JSON_OBJECT) {
		while ((token = json_next(json)) == JSON_KEY) {
			if (read_member(json, arena, line, message) != 0)
				return -1;
		}
		if (token == JSON_OBJECT_END)
			token = json_next(json);
	} else if (token != JSON_ERROR) {
		return wrong(message, "expected an object, found %s", json_token_name(token));
	}
	if (token != JSON_END)
		return wrong_json(message, json);
	for (int i = 0; i < KEY_MODE; i++) {
		if (!line->seen[i])
			return wrong(message, "'%s' is missing", line_keys[i]);
	}
	return 0;
}

static int kind_of(const struct line *line, enum sim_event_kind *ret)
{
	if (!line->text[KEY_CALL] || !line->text[KEY_EFFECT])
		return -1;
	for (size_t i = 0; i < SIM_EVENT_KIND_COUNT; i++) {
		if (strcmp(event_rows[i].call, line->text[KEY_CALL]) == 0 &&
		    strcmp(event_rows[i].effect, line->text[KEY_EFFECT]) == 0) {
			*ret = (enum sim_event_kind)i;
			return 0;
		}
	}
	return -1;
}

/* A time, or null where `may_lack`. */
static int time_of(const struct line *line, enum line_key key, bool may_lack, int64_t *ret,
		   char *message)
{
	*ret = UTC_UNKNOWN;
	if (line->is_number[key] || (!line->text[key] && !may_lack) ||
	    (line->text[key] && utc_parse(line->text[key], ret) != 0))
		return wrong(message, "'%s': expected a time", line_keys[key]);
	return 0;
}

/* `user` is DOMAIN\user; cut in place, it is the arena's. */
static int account_of(const struct line *line, struct arena *arena, struct sim_event *event,
		      char *message)
{
	const char *text = line->text[KEY_USER];
	const char *cut = text ? strchr(text, '\\') : NULL;

	event->domain = "";
	event->user = "";
	if (!text && !line->is_number[KEY_USER])
		return 0;
	if (!cut || cut == text || !cut[1] || !event_rows[event->kind].has_session)
		return wrong(message, "'user': expected DOMAIN\\user, or null");
	event->domain = arena_strndup(arena, text, (size_t)(cut - text));
	event->user = cut + 1;
	return event->domain ? 0 : wrong(message, "memory is short");
}

static int mode_of(const struct line *line, struct sim_event *event, char *message)
{
	bool wanted = event->kind == SIM_EVENT_DRAIN;

	if (!wanted && !line->seen[KEY_MODE])
		return 0;
	for (int mode = SESSION_DRAIN_OFF; wanted && mode <= SESSION_DRAIN_ON; mode++) {
		if (line->text[KEY_MODE] &&
		    strcmp(line->text[KEY_MODE], session_drain_name((enum session_drain)mode)) ==
			    0) {
			event->mode = (enum session_drain)mode;
			return 0;
		}
	}
	return wrong(message, wanted ? "'mode': expected one of off, restart, on"
				     : "'mode': only a drain has one");
}

static int text_of(const struct line *line, struct sim_event *event, char *message)
{
	event->text = line->text[KEY_TEXT];
	if (!line->seen[KEY_TEXT] || (event->kind == SIM_EVENT_MESSAGE && event->text))
		return 0;
	return wrong(message, "'text': only a message has one, a string");
}

static int event_of(const struct line *line, struct arena *arena, struct sim_event *event,
		    char *message)
{
	if (kind_of(line, &event->kind) != 0)
		return wrong(message, "'call' and 'effect' do not belong together");
	const struct event_row *row = &event_rows[event->kind];
	event->host = line->text[KEY_HOST];
	if (!event->host || !*event->host)
		return wrong(message, "'host': expected a name");
	event->has_session = line->is_number[KEY_SESSION];
	if (event->has_session != row->has_session || line->number[KEY_SESSION] < 0 ||
	    line->number[KEY_SESSION] > UINT32_MAX)
		return wrong(message, "'session': expected %s",
			     row->has_session ? "an id" : "null");
	event->session = (uint32_t)line->number[KEY_SESSION];
	if (time_of(line, KEY_T, false, &event->t_ms, message) != 0 ||
	    time_of(line, KEY_LOGON_AT, event->kind != SIM_EVENT_RETURN, &event->logon_at_ms,
		    message) != 0 ||
	    time_of(line, KEY_DUE, !row->has_due, &event->due_ms, message) != 0)
		return -1;
	if (account_of(line, arena, event, message) != 0)
		return -1;
	return mode_of(line, event, message) != 0 ? -1 : text_of(line, event, message);
}

int sim_event_parse(struct sim_event *ret, struct arena *arena, const char *bytes, size_t len,
		    char reterr_message[SIM_EVENT_MESSAGE_SIZE])
{
	struct line line = { 0 };
	struct sim_event event = { 0 };
	struct json_reader *json = json_reader_create_memory(bytes, len, 0);

	if (!json)
		return wrong(reterr_message, "memory is short");
	int result = read_line(json, arena, &line, reterr_message);
	json_reader_free(json);
	if (result == 0)
		result = event_of(&line, arena, &event, reterr_message);
	if (result == 0)
		*ret = event;
	return result;
}
