#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sim_state.h"
#include "utc.h"

#define T INT64_C(1767225600123) /* 2026-01-01T00:00:00.123Z */

static const struct golden {
	struct sim_event event;
	const char *line;
} goldens[] = {
	{ { .kind = SIM_EVENT_LOGOFF,
	    .t_ms = T,
	    .host = "rdsh001",
	    .has_session = true,
	    .session = 2,
	    .domain = "CORP",
	    .user = "alice",
	    .logon_at_ms = T - 3600000,
	    .due_ms = T + 800 },
	  "{\"t\":\"2026-01-01T00:00:00.123Z\",\"host\":\"rdsh001\",\"call\":\"logoff\","
	  "\"session\":2,"
	  "\"user\":\"CORP\\\\alice\",\"logon_at\":\"2025-12-31T23:00:00.123Z\",\"effect\":"
	  "\"gone\","
	  "\"due\":\"2026-01-01T00:00:00.923Z\"}\n" },
	{ { .kind = SIM_EVENT_LEAVE,
	    .t_ms = T,
	    .host = "h",
	    .has_session = true,
	    .session = 3,
	    .domain = "D",
	    .user = "u",
	    .logon_at_ms = T,
	    .due_ms = T },
	  "{\"t\":\"2026-01-01T00:00:00.123Z\",\"host\":\"h\",\"call\":\"leave\",\"session\":3,"
	  "\"user\":\"D\\\\u\",\"logon_at\":\"2026-01-01T00:00:00.123Z\",\"effect\":\"gone\","
	  "\"due\":\"2026-01-01T00:00:00.123Z\"}\n" },
	{ { .kind = SIM_EVENT_DISCONNECT,
	    .t_ms = T,
	    .host = "h",
	    .has_session = true,
	    .session = 4,
	    .domain = "",
	    .user = "",
	    .logon_at_ms = UTC_UNKNOWN,
	    .due_ms = UTC_UNKNOWN },
	  "{\"t\":\"2026-01-01T00:00:00.123Z\",\"host\":\"h\",\"call\":\"disconnect\",\"session\":"
	  "4,"
	  "\"user\":null,\"logon_at\":null,\"effect\":\"disconnected\",\"due\":null}\n" },
	{ { .kind = SIM_EVENT_MESSAGE,
	    .t_ms = T,
	    .host = "a\"b",
	    .has_session = true,
	    .session = 5,
	    .domain = "D",
	    .user = "\x1b[31m",
	    .logon_at_ms = T,
	    .due_ms = UTC_UNKNOWN },
	  "{\"t\":\"2026-01-01T00:00:00.123Z\",\"host\":\"a\\\"b\",\"call\":\"message\","
	  "\"session\":5,"
	  "\"user\":\"D\\\\\\u001b[31m\",\"logon_at\":\"2026-01-01T00:00:00.123Z\","
	  "\"effect\":\"messaged\",\"due\":null}\n" },
	{ { .kind = SIM_EVENT_MESSAGE,
	    .t_ms = T,
	    .host = "h",
	    .has_session = true,
	    .session = 5,
	    .domain = "D",
	    .user = "u",
	    .logon_at_ms = T,
	    .due_ms = UTC_UNKNOWN,
	    .text = "\"22:00\"\n" },
	  "{\"t\":\"2026-01-01T00:00:00.123Z\",\"host\":\"h\",\"call\":\"message\","
	  "\"session\":5,\"user\":\"D\\\\u\",\"logon_at\":\"2026-01-01T00:00:00.123Z\","
	  "\"effect\":\"messaged\",\"due\":null,\"text\":\"\\\"22:00\\\"\\n\"}\n" },
	{ { .kind = SIM_EVENT_DRAIN,
	    .t_ms = T,
	    .host = "h",
	    .domain = "",
	    .user = "",
	    .logon_at_ms = UTC_UNKNOWN,
	    .due_ms = UTC_UNKNOWN,
	    .mode = SESSION_DRAIN_RESTART },
	  "{\"t\":\"2026-01-01T00:00:00.123Z\",\"host\":\"h\",\"call\":\"drain\",\"session\":null,"
	  "\"user\":null,\"logon_at\":null,\"effect\":\"drain\",\"due\":null,\"mode\":\"restart\"}"
	  "\n" },
	{ { .kind = SIM_EVENT_RETURN,
	    .t_ms = T,
	    .host = "h",
	    .has_session = true,
	    .session = 65535,
	    .domain = "D",
	    .user = "u",
	    .logon_at_ms = T,
	    .due_ms = UTC_UNKNOWN },
	  "{\"t\":\"2026-01-01T00:00:00.123Z\",\"host\":\"h\",\"call\":\"return\",\"session\":"
	  "65535,"
	  "\"user\":\"D\\\\u\",\"logon_at\":\"2026-01-01T00:00:00.123Z\",\"effect\":\"logged_on\","
	  "\"due\":null}\n" },
};

static void sim_event_format__every_kind__is_golden_and_reads_back(void **state)
{
	(void)state;
	/* a message with and without its text */
	assert_int_equal(sizeof(goldens) / sizeof(goldens[0]), SIM_EVENT_KIND_COUNT + 1);
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		const struct sim_event *want = &goldens[i].event;
		struct sim_event got;
		struct strbuf out;
		struct arena arena;
		char message[SIM_EVENT_MESSAGE_SIZE] = "";

		strbuf_init(&out);
		arena_init(&arena);
		sim_event_format(&out, want);
		assert_string_equal(strbuf_text(&out), goldens[i].line);
		assert_int_equal(sim_event_parse(&got, &arena, strbuf_text(&out), out.len, message),
				 0);
		assert_int_equal(got.kind, want->kind);
		assert_int_equal(got.t_ms, want->t_ms);
		assert_string_equal(got.host, want->host);
		assert_int_equal(got.has_session, want->has_session);
		assert_int_equal(got.session, want->session);
		assert_string_equal(got.domain, want->domain);
		assert_string_equal(got.user, want->user);
		assert_true(got.logon_at_ms == want->logon_at_ms);
		assert_true(got.due_ms == want->due_ms);
		assert_int_equal(got.mode, want->mode);
		assert_int_equal(got.text != NULL, want->text != NULL);
		if (want->text)
			assert_string_equal(got.text, want->text);
		arena_release(&arena);
		strbuf_release(&out);
	}
}

#define HEAD "{\"t\":\"2026-01-01T00:00:00Z\",\"host\":\"h\","
#define TAIL                                                                                       \
	",\"user\":\"D\\\\u\",\"logon_at\":null,\"effect\":\"gone\",\"due\":\"2026-01-01T00:00:"   \
	"01Z\"}"

static const struct bad {
	const char *line;
	const char *message;
} bads[] = {
	{ "", NULL },
	{ "[]", "expected an object, found an array" },
	{ HEAD "\"call\":\"logoff\",\"session\":2" TAIL " x", NULL },
	{ HEAD "\"call\":\"logoff\",\"session\":2", NULL },
	{ HEAD "\"call\":\"logoff\"" TAIL, "'session' is missing" },
	{ HEAD "\"call\":\"logoff\",\"session\":2,\"extra\":1" TAIL, "a key that is not known" },
	{ HEAD "\"call\":\"logoff\",\"session\":[2]" TAIL,
	  "'session': expected a string, an integer or null" },
	{ HEAD "\"call\":\"logoff\",\"session\":2.5" TAIL,
	  "'session': expected a string, an integer or null" },
	{ HEAD "\"call\":\"logoff\",\"session\":null" TAIL, "'session': expected an id" },
	{ HEAD "\"call\":\"logoff\",\"session\":-1" TAIL, "'session': expected an id" },
	{ HEAD "\"call\":\"logoff\",\"session\":4294967296" TAIL, "'session': expected an id" },
	{ HEAD "\"call\":\"dance\",\"session\":2" TAIL,
	  "'call' and 'effect' do not belong together" },
	{ HEAD "\"call\":\"message\",\"session\":2" TAIL,
	  "'call' and 'effect' do not belong together" },
	{ HEAD "\"call\":\"logoff\",\"session\":2,\"mode\":\"on\"" TAIL,
	  "'mode': only a drain has one" },
	{ HEAD "\"call\":\"logoff\",\"session\":2,\"text\":\"hello\"" TAIL,
	  "'text': only a message has one, a string" },
	{ HEAD "\"call\":\"message\",\"session\":2,\"user\":\"D\\\\u\",\"logon_at\":null,"
	       "\"effect\":\"messaged\",\"due\":null,\"text\":7}",
	  "'text': only a message has one, a string" },
	{ "{\"t\":\"yesterday\",\"host\":\"h\",\"call\":\"logoff\",\"session\":2" TAIL,
	  "'t': expected a time" },
	{ "{\"t\":null,\"host\":\"h\",\"call\":\"logoff\",\"session\":2" TAIL,
	  "'t': expected a time" },
	{ "{\"t\":\"2026-01-01T00:00:00Z\",\"host\":\"\",\"call\":\"logoff\",\"session\":2" TAIL,
	  "'host': expected a name" },
	{ "{\"t\":\"2026-01-01T00:00:00Z\",\"host\":7,\"call\":\"logoff\",\"session\":2" TAIL,
	  "'host': expected a name" },
	{ HEAD
	  "\"call\":\"logoff\",\"session\":2,\"user\":\"u\",\"logon_at\":null,\"effect\":\"gone\","
	  "\"due\":\"2026-01-01T00:00:01Z\"}",
	  "'user': expected DOMAIN\\user, or null" },
	{ HEAD
	  "\"call\":\"logoff\",\"session\":2,\"user\":null,\"logon_at\":null,\"effect\":\"gone\","
	  "\"due\":null}",
	  "'due': expected a time" },
	{ HEAD "\"call\":\"return\",\"session\":2,\"user\":null,\"logon_at\":null,"
	       "\"effect\":\"logged_on\",\"due\":null}",
	  "'logon_at': expected a time" },
	{ HEAD "\"call\":\"drain\",\"session\":null,\"user\":null,\"logon_at\":null,"
	       "\"effect\":\"drain\",\"due\":null}",
	  "'mode': expected one of off, restart, on" },
	{ HEAD "\"call\":\"drain\",\"session\":null,\"user\":null,\"logon_at\":null,"
	       "\"effect\":\"drain\",\"due\":null,\"mode\":\"maybe\"}",
	  "'mode': expected one of off, restart, on" },
};

static void sim_event_parse__bad_line__says_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		struct sim_event event;
		struct arena arena;
		char message[SIM_EVENT_MESSAGE_SIZE] = "";

		arena_init(&arena);
		assert_int_equal(sim_event_parse(&event, &arena, bads[i].line, strlen(bads[i].line),
						 message),
				 -1);
		assert_true(strlen(message) > 0);
		if (bads[i].message)
			assert_string_equal(message, bads[i].message);
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sim_event_format__every_kind__is_golden_and_reads_back),
		cmocka_unit_test(sim_event_parse__bad_line__says_what),
	};

	return cmocka_run_group_tests_name("sim_state", tests, NULL, NULL);
}
