/* Runs of every kind, journaled and read back: whole, torn at every byte, with damage, large. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "journal_lines.h"
#include "journal_test.h"
#include "report_write.h"
#include "utc.h"
#include "win_error.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* --- what is known of a run, as a text that can be compared --- */

static int add_bytes(void *ctx, const char *bytes, size_t len)
{
	strbuf_add(ctx, bytes, len);
	return 0;
}

/* The run's section is nothing that the reader fills. */
static void describe_record(struct strbuf *out, struct rep_record *record)
{
	const struct rep_sink sink = { out, add_bytes };
	const struct rep_run run = record->run;

	rep_run_init(&record->run);
	assert_int_equal(rep_write_record(record, REP_FORMAT_JSON, &sink), 0);
	record->run = run;
}

static void describe(struct strbuf *out, struct journal_read *read)
{
	describe_record(out, &read->record);
	for (size_t i = 0; i < read->doubt_count; i++)
		strbuf_addf(out, "doubt %u %u %" PRId64 "\n", (unsigned)read->doubts[i].host,
			    (unsigned)read->doubts[i].row, read->doubts[i].intent_at_ms);
	strbuf_addf(out, "%d %d %d\n", read->confirmed, read->ended, read->settled);
}

/* --- random runs --- */

#define HOSTS_MAX 6
#define ROWS_MAX  64

struct sim {
	uint64_t seed;
	struct rep_record record;
	struct fleet_host hosts[HOSTS_MAX];
	char names[HOSTS_MAX][16];
	int64_t intent_at_ms[HOSTS_MAX][ROWS_MAX]; /* 0: not open */
	bool confirmed, ended, settled;
	int64_t now_ms;
	struct strbuf journal;
	struct strbuf known; /* what is known after the last line */
};

static uint32_t below(struct sim *sim, uint32_t bound)
{
	return (uint32_t)rng_below(&sim->seed, bound);
}

static const char *any_text(struct sim *sim)
{
	static const char *const texts[] = { "",
					     "",
					     "alice",
					     "CORP",
					     "d\xC3\xB6rte",
					     "a\"b",
					     "a\\b\n\t",
					     "\xF0\x9F\x98\x80",
					     "RDP-Tcp#2" };

	return texts[below(sim, COUNT(texts))];
}

/* As the fleet makes them: class and remedy from the table. */
static uint16_t any_error(struct sim *sim)
{
	static const struct session_error errors[] = {
		{ SESSION_API_LOGOFF_SESSION, 5 },
		{ SESSION_API_OPEN_SERVER_EX, 1722 },
		{ SESSION_API_ENUMERATE_SESSIONS_EX, 4294967295 },
		{ SESSION_API_RDSWEEP, SESSION_FINDING_CALL_TIMEOUT },
		{ SESSION_API_RDSWEEP, SESSION_FINDING_SHORT_LIST },
	};
	const struct session_error *error = &errors[below(sim, COUNT(errors))];
	const struct win_error *row = win_error_lookup(error->api, error->code);
	const struct rep_error_kind kind = {
		.api = session_api_name(error->api),
		.code = error->api == SESSION_API_RDSWEEP ? 0 : error->code,
		.name = row->name,
		.message = row->message,
		.class_ = win_error_class_name(row->class_),
		.remedy = row->remedy,
	};

	return below(sim, 2) ? rep_error_kind(&sim->record, &kind) : 0;
}

static void change_session(struct sim *sim, struct rep_session *session)
{
	session->user = any_text(sim);
	session->domain = any_text(sim);
	session->station = any_text(sim);
	session->client = any_text(sim);
	session->vm = any_text(sim);
	session->farm = any_text(sim);
	session->logon_at_ms = below(sim, 3) ? T_MS - below(sim, 1000000) : UTC_UNKNOWN;
	session->idle_s = (int64_t)below(sim, 3) * 3000000000 - 1;
	session->duration_ms = (int32_t)below(sim, 3) * 1000 - 1;
	session->attempts = (uint16_t)below(sim, 65536);
	session->state = (uint8_t)below(sim, REP_STATE_COUNT);
	session->outcome = (uint8_t)below(sim, REP_SESSION_OUTCOME_COUNT);
	session->reason = (uint8_t)below(sim, REP_REASON_COUNT);
	session->selected = below(sim, 2);
	session->error = any_error(sim);
}

static void change_host(struct sim *sim, struct rep_host *host)
{
	host->outcome = (uint8_t)below(sim, REP_HOST_OUTCOME_COUNT);
	host->error = any_error(sim);
	host->wave = below(sim, 3);
	host->attempts = (uint16_t)below(sim, 4);
	host->duration_ms = (int64_t)below(sim, 3) * 4000000000 - 1;
	host->acted_at_ms = below(sim, 3) ? T_MS - below(sim, 1000000) : UTC_UNKNOWN;
	host->ended_at_ms = below(sim, 3) ? T_MS + below(sim, 1000000) : UTC_UNKNOWN;
	host->drain_before = (uint8_t)below(sim, REP_DRAIN_COUNT);
	host->drain_during = (uint8_t)below(sim, REP_DRAIN_COUNT);
	host->drain_after = (uint8_t)below(sim, REP_DRAIN_COUNT);
}

/* The session is valid until the next one is added. */
static struct rep_session *sim_add_session(struct sim *sim, struct rep_host *host)
{
	struct rep_session *session = rep_host_add_session(host);

	assert_non_null(session);
	session->id = below(sim, UINT32_MAX);
	change_session(sim, session);
	return session;
}

static void sim_survey(struct sim *sim, uint32_t index)
{
	struct rep_host *host = &sim->record.hosts[index];

	change_host(sim, host);
	host->session_count = 0;
	for (uint32_t count = below(sim, 6); count > 0; count--)
		(void)sim_add_session(sim, host);
	journal_line_surveyed(&sim->journal, sim->now_ms, &sim->record, index);
}

static void sim_intent(struct sim *sim, uint32_t index)
{
	struct rep_host *host = &sim->record.hosts[index];
	uint32_t rows[ROWS_MAX], count = 0;

	for (uint32_t row = 0; row < host->session_count; row++) {
		if (below(sim, 2))
			continue;
		rows[count++] = row;
		sim->intent_at_ms[index][row] = sim->now_ms;
		host->sessions[row].outcome = REP_SESSION_NONE;
		host->sessions[row].reason = REP_REASON_NONE;
		host->sessions[row].error = 0;
	}
	journal_line_intent(&sim->journal, sim->now_ms, &sim->record, index, rows, count);
}

/* One event of the act. */
static void sim_act(struct sim *sim)
{
	uint32_t index = below(sim, (uint32_t)sim->record.host_count);
	struct rep_host *host = &sim->record.hosts[index];
	uint32_t row = host->session_count ? below(sim, host->session_count) : 0;

	switch (below(sim, 8)) {
	case 0:
	case 1:
		sim_intent(sim, index);
		return;
	case 2:
		if (host->session_count == ROWS_MAX)
			return;
		(void)sim_add_session(sim, host);
		journal_line_session(&sim->journal, "seen", sim->now_ms, &sim->record, index,
				     host->session_count - 1);
		return;
	case 3:
		change_host(sim, host);
		journal_line_done(&sim->journal, sim->now_ms, &sim->record, index);
		return;
	case 4:
		if (host->session_count)
			journal_line_left(&sim->journal, sim->now_ms, &sim->record, index, row);
		return;
	default:
		if (!host->session_count)
			return;
		change_session(sim, &host->sessions[row]);
		sim->intent_at_ms[index][row] = 0;
		journal_line_session(&sim->journal, "result", sim->now_ms, &sim->record, index,
				     row);
	}
}

static void sim_init(struct sim *sim, uint64_t seed)
{
	static const char *const groups[] = { "berlin", "farm" };
	size_t count;

	memset(sim, 0, sizeof(*sim));
	sim->seed = seed;
	sim->now_ms = T_MS;
	strbuf_init(&sim->journal);
	strbuf_init(&sim->known);
	count = 1 + below(sim, HOSTS_MAX);
	assert_int_equal(rep_record_init(&sim->record, count), 0);
	for (size_t i = 0; i < count; i++) {
		struct rep_host *host = &sim->record.hosts[i];

		(void)snprintf(sim->names[i], sizeof(sim->names[i]), "rdsh%u", (unsigned)i);
		sim->hosts[i].name = host->name = sim->names[i];
		sim->hosts[i].address = host->address = "10.0.0.1";
		sim->hosts[i].call_timeout_ms = -1;
		sim->hosts[i].groups = host->groups = groups;
		sim->hosts[i].group_count = host->group_count = below(sim, 3);
	}
}

static void sim_release(struct sim *sim)
{
	rep_record_release(&sim->record);
	strbuf_release(&sim->journal);
	strbuf_release(&sim->known);
}

/* The next line of a run; false after the last one. `step` counts from 0. */
static bool sim_step(struct sim *sim, size_t step, size_t act_lines)
{
	size_t hosts = sim->record.host_count;

	sim->now_ms += below(sim, 1000);
	sim->ended = sim->settled = false;
	if (step == 0) {
		strbuf_adds(&sim->journal, RUN_LINE);
	} else if (step <= hosts) {
		journal_line_member(&sim->journal, sim->now_ms, &sim->hosts[step - 1]);
	} else if (step <= 2 * hosts) {
		sim_survey(sim, (uint32_t)(step - hosts - 1));
	} else if (step == 2 * hosts + 1) {
		journal_line_confirmed(&sim->journal, sim->now_ms);
		sim->confirmed = true;
	} else if (step <= 2 * hosts + 1 + act_lines) {
		sim_act(sim);
	} else if (step == 2 * hosts + 2 + act_lines) {
		sim->ended = true;
		sim->settled = below(sim, 2);
		journal_line_end(&sim->journal, sim->now_ms, &sim->record.run, sim->settled);
	} else {
		return false;
	}
	return true;
}

/* What a reader should know now. While members are coming in, only they are known. */
static void sim_describe(struct sim *sim, size_t step)
{
	size_t hosts = sim->record.host_count;

	strbuf_clear(&sim->known);
	sim->record.host_count = step < hosts ? step : hosts;
	describe_record(&sim->known, &sim->record);
	sim->record.host_count = hosts;
	for (size_t i = 0; i < hosts; i++)
		for (size_t row = 0; row < ROWS_MAX; row++)
			if (sim->intent_at_ms[i][row])
				strbuf_addf(&sim->known, "doubt %zu %zu %" PRId64 "\n", i, row,
					    sim->intent_at_ms[i][row]);
	strbuf_addf(&sim->known, "%d %d %d\n", sim->confirmed, sim->ended, sim->settled);
}

static void assert_known(struct sim *sim, size_t len, bool torn, size_t sound_bytes)
{
	struct journal_read read;
	struct strbuf found;

	strbuf_init(&found);
	read_ok(&read, sim->journal.data, len);
	describe(&found, &read);
	assert_string_equal(strbuf_text(&found), strbuf_text(&sim->known));
	assert_int_equal(read.torn, torn);
	assert_int_equal(read.sound_bytes, sound_bytes);
	journal_read_release(&read);
	strbuf_release(&found);
}

static void read__random_runs__as_they_were_journaled(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 150; seed++) {
		struct sim sim;
		size_t step = 0;

		sim_init(&sim, seed);
		while (sim_step(&sim, step, 40))
			step++;
		assert_false(sim.journal.failed);
		sim.ended = true; /* the step that did nothing has cleared them */
		sim.settled = memcmp(sim.journal.data + sim.journal.len - 6, "true", 4) == 0;
		sim_describe(&sim, step);
		assert_known(&sim, sim.journal.len, false, sim.journal.len);
		sim_release(&sim);
	}
}

/* A crash may tear the last line anywhere: what the lines before it say is known, and no more. */
static void read__torn_at_every_byte__lines_before_it_count(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct sim sim;
		struct sim next;

		sim_init(&sim, seed * 7);
		sim_init(&next, seed * 7);
		for (size_t step = 0; sim_step(&next, step, 8); step++) {
			size_t sound = sim.journal.len;

			/* `next` is one line ahead of what is known. */
			for (size_t len = sound; len < next.journal.len && step > 0; len++) {
				size_t kept = sim.journal.len;

				strbuf_add(&sim.journal, next.journal.data + kept, len - kept);
				assert_known(&sim, len, len > sound, sound);
			}
			sim.journal.len = sound;
			assert_true(sim_step(&sim, step, 8));
			sim_describe(&sim, step);
		}
		sim_release(&sim);
		sim_release(&next);
	}
}

/* Whatever bytes a disk has made of it: it is read or refused, and nothing is touched that should
 * not be (the sanitizers watch). */
static void read__damaged_anywhere__read_or_refused(void **state)
{
	uint64_t seed = 5;
	struct sim sim;
	size_t step = 0, refused = 0;

	(void)state;
	sim_init(&sim, 11);
	while (sim_step(&sim, step, 30))
		step++;
	for (unsigned i = 0; i < 2000; i++) {
		size_t at = (size_t)rng_below(&seed, sim.journal.len);
		char before = sim.journal.data[at];
		struct journal_read_error error;
		struct journal_read read;

		sim.journal.data[at] = (char)rng_below(&seed, 256);
		if (journal_read(&read, sim.journal.data, sim.journal.len, &error) == 0) {
			assert_int_equal(journal_reopen(&read), 0);
			journal_read_release(&read);
		} else {
			assert_true(error.line > 0 && error.message[0] != '\0');
			refused++;
		}
		sim.journal.data[at] = before;
	}
	assert_true(refused > 500);
	sim_release(&sim);
}

static void read__large_fleet__every_session(void **state)
{
	enum { HOSTS = 1000, SESSIONS = 30 };
	struct rep_record record;
	struct rep_totals totals;
	struct journal_read read;
	struct strbuf journal;
	char(*names)[16] = calloc(HOSTS, sizeof(*names));

	(void)state;
	assert_non_null(names);
	strbuf_init(&journal);
	strbuf_adds(&journal, RUN_LINE);
	assert_int_equal(rep_record_init(&record, HOSTS), 0);
	for (uint32_t i = 0; i < HOSTS; i++) {
		struct fleet_host host = { .name = names[i],
					   .address = "a",
					   .call_timeout_ms = -1 };

		(void)snprintf(names[i], sizeof(names[i]), "rdsh%05u", (unsigned)i);
		record.hosts[i].name = names[i];
		journal_line_member(&journal, T_MS, &host);
	}
	for (uint32_t i = 0; i < HOSTS; i++) {
		for (uint32_t row = 0; row < SESSIONS; row++) {
			struct rep_session *session = rep_host_add_session(&record.hosts[i]);

			assert_non_null(session);
			session->id = row + 2;
			session->user = names[i];
			session->domain = "CORP";
			session->station = "RDP-Tcp#2";
			session->logon_at_ms = T_MS;
			session->state = REP_STATE_ACTIVE;
			session->selected = true;
		}
		journal_line_surveyed(&journal, T_MS, &record, i);
	}
	for (uint32_t i = 0; i < HOSTS; i++) {
		uint32_t rows[SESSIONS];

		for (uint32_t row = 0; row < SESSIONS; row++)
			rows[row] = row;
		journal_line_intent(&journal, T_MS, &record, i, rows, SESSIONS);
		for (uint32_t row = 0; row < SESSIONS; row++) {
			record.hosts[i].sessions[row].outcome = REP_SESSION_LOGGED_OFF;
			if (row > 0)
				journal_line_session(&journal, "result", T_MS, &record, i, row);
		}
		journal_line_done(&journal, T_MS, &record, i);
	}
	assert_false(journal.failed);
	read_ok(&read, journal.data, journal.len);
	rep_totals_count(&read.record, &totals);
	assert_int_equal(totals.sessions, HOSTS * SESSIONS);
	assert_int_equal(totals.sessions_by[REP_SESSION_LOGGED_OFF], HOSTS * (SESSIONS - 1));
	assert_int_equal(read.doubt_count, HOSTS);
	assert_int_equal(read.doubts[HOSTS - 1].host, HOSTS - 1);
	journal_read_release(&read);
	rep_record_release(&record);
	strbuf_release(&journal);
	free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__random_runs__as_they_were_journaled),
		cmocka_unit_test(read__torn_at_every_byte__lines_before_it_count),
		cmocka_unit_test(read__damaged_anywhere__read_or_refused),
		cmocka_unit_test(read__large_fleet__every_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
