/*
 * fuzz_sim_state.c - lines of --sim-state: one that is taken is written the same again, and a
 * fleet replays what it can.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "sim_model.h"

static const struct sim_scenario *scenario(void)
{
	static struct sim_scenario *read;
	struct sim_problems problems;
	const char *text;
	size_t len;

	if (!read) {
		sim_problems_init(&problems);
		text = fuzz_file("tests/data/scenarios/comings-and-goings.json", &len);
		FUZZ_CHECK(sim_scenario_parse(&read, text, len, &problems) == 0);
		sim_problems_release(&problems);
	}
	return read;
}

static void check_line(const char *line)
{
	char message[SIM_EVENT_MESSAGE_SIZE] = "";
	struct sim_event event, again;
	struct strbuf out, twice;
	struct arena arena;

	arena_init(&arena);
	strbuf_init(&out);
	strbuf_init(&twice);
	if (sim_event_parse(&event, &arena, line, strlen(line), message) == 0) {
		FUZZ_CHECK((unsigned)event.kind < SIM_EVENT_KIND_COUNT);
		sim_event_format(&out, &event);
		FUZZ_CHECK(!sim_event_parse(&again, &arena, strbuf_text(&out), out.len, message));
		sim_event_format(&twice, &again);
		FUZZ_CHECK(strcmp(strbuf_text(&out), strbuf_text(&twice)) == 0);
	} else {
		FUZZ_CHECK(*message && memchr(message, '\0', sizeof(message)));
		FUZZ_CHECK(!strchr(message, '\n'));
	}
	strbuf_release(&out);
	strbuf_release(&twice);
	arena_release(&arena);
}

static int check_row(void *ctx, const struct sim_view *view)
{
	int64_t *last_id = ctx;

	FUZZ_CHECK((int64_t)view->id > *last_id);
	*last_id = view->id;
	return 0;
}

static void check_replay(const char *bytes, size_t len)
{
	static const char *const hosts[] = { "h", "a", "rdsh001", "rdsh002" };
	const struct sim_model_options options = { .scenario = scenario() };
	struct sim_model *model;
	struct sim_replay replay;
	uint32_t host, code;

	FUZZ_CHECK(sim_model_create(&model, &options) == 0);
	if (sim_model_replay_all(model, bytes, len, &replay) == 0) {
		FUZZ_CHECK(replay.sound_len <= len);
		FUZZ_CHECK(replay.torn == (replay.sound_len != len));
		for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
			int64_t last_id = -1;

			FUZZ_CHECK(sim_model_host(model, hosts[i], &host) == 0);
			FUZZ_CHECK(!sim_model_sessions_at(model, host, INT64_C(1767225900000),
							  check_row, &last_id, &code));
		}
	} else {
		FUZZ_CHECK(*replay.message && replay.lines >= 1);
	}
	sim_model_free(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const uint8_t *at = bytes;
	size_t left = len;

	while (left) {
		char *line = fuzz_first_line(&at, &left);

		check_line(line);
		free(line);
	}
	check_replay((const char *)bytes, len);
	return 0;
}
