/* farm.c - see farm.h. */
#include "farm.h"
#include "farm_effect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "host_range.h"
#include "journal_lines.h"
#include "session_sim.h"
#include "sim_scenario.h"
#include "text.h"

static int add_host(void *ctx, const char *name, size_t len)
{
	struct farm *farm = ctx;
	char *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy, name, len);
	copy[len] = '\0';
	farm->hosts = realloc(farm->hosts, (farm->host_count + 1) * sizeof(*farm->hosts));
	assert_non_null(farm->hosts);
	farm->hosts[farm->host_count++] = (struct fleet_host){
		.name = copy, .address = copy, .probe_port = 445, .call_timeout_ms = -1
	};
	return 0;
}

static void add_hosts(struct farm *farm, const char *hosts)
{
	while (*hosts) {
		size_t len = strcspn(hosts, ",");
		struct host_range_error error;

		assert_int_equal(host_range_expand(hosts, len, add_host, farm, &error), 0);
		hosts += len + (hosts[len] == ',');
	}
}

static void check_intended(struct farm *farm, const char *line, size_t len);

static int keep_state(void *ctx, const char *line, size_t len)
{
	struct farm *farm = ctx;

	strbuf_add(&farm->state, line, len);
	if (farm->journal)
		check_intended(farm, line, len);
	return 0;
}

static void lock(void *ctx)
{
	uv_mutex_lock(ctx);
}

static void unlock(void *ctx)
{
	uv_mutex_unlock(ctx);
}

static void make_backend(struct farm *farm, const char *scenario_text)
{
	struct session_sim_options options = { 0 };
	struct sim_problems problems;
	struct sim_replay replay;
	struct strbuf text;

	strbuf_init(&text);
	strbuf_addf(&text,
		    "{\"schema\": \"rdsweep.sim/1\", \"epoch\": \"2026-01-01T00:00:00Z\"%s%s}",
		    *scenario_text ? ", " : "", scenario_text);
	sim_problems_init(&problems);
	if (sim_scenario_parse(&options.scenario, text.data, text.len, &problems) != 0)
		fail_msg("scenario: %d:%d: %s", problems.items[0].line, problems.items[0].column,
			 problems.items[0].message);
	sim_problems_release(&problems);
	options.clock = &farm->executor->clock;
	options.start_ms = exec_wall_ms(farm->executor);
	if (farm->loop) {
		options.lock = lock;
		options.unlock = unlock;
		options.lock_ctx = &farm->mutex;
	}
	options.state_write = keep_state;
	options.state_ctx = farm;
	options.state_bytes = farm->state.data;
	options.state_len = farm->state.len;
	if (farm->loop)
		options.state_bytes = NULL;
	assert_int_equal(session_sim_create(&farm->backend, &options, &replay), 0);
	strbuf_release(&text);
}

static void on_gate(void *ctx, const struct fleet_plan *plan)
{
	struct farm *farm = ctx;

	farm->gates++;
	farm->plan = *plan;
	fleet_answer(farm->fleet, farm->answer);
}

static void on_warning(void *ctx, const char *text)
{
	struct farm *farm = ctx;

	strbuf_adds(&farm->warnings, text);
	strbuf_addc(&farm->warnings, '\n');
}

static void on_finished(void *ctx)
{
	struct farm *farm = ctx;

	assert_false(farm->finished);
	farm->finished = true;
	farm->calls_left = fleet_calls_out(farm->fleet);
	if (farm->loop) /* calls may be out that never come back: nothing else would end the loop */
		exec_stop(farm->executor);
}

static void init(struct farm *farm, const char *hosts, const char *scenario)
{
	farm->hosts_text = hosts;
	farm->scenario_text = scenario;
	strbuf_init(&farm->warnings);
	strbuf_init(&farm->picture);
	strbuf_init(&farm->journal_bytes);
	add_hosts(farm, hosts);
	assert_non_null(farm->executor);
	make_backend(farm, scenario);
	assert_int_equal(rep_record_init(&farm->record, farm->host_count), 0);
	farm->answer = true;
	farm->selection = (struct selection){
		.all = true, .min_idle_ms = -1, .session_id = -1, .own_domain = "", .own_user = ""
	};
	farm->observer = (struct fleet_observer){
		.ctx = farm, .gate = on_gate, .warning = on_warning, .finished = on_finished
	};
	farm->options = (struct fleet_options){
		.command = FLEET_LOGOFF,
		.executor = farm->executor,
		.backend = farm->backend,
		.hosts = farm->hosts,
		.host_count = farm->host_count,
		.selection = &farm->selection,
		.probe = true,
		.concurrency = 8,
		.pool_threads = 16,
		.connect_timeout_ms = 3000,
		.call_timeout_ms = 30000,
		.host_timeout_ms = 900000,
		.run_timeout_ms = -1,
		.verify_timeout_ms = 180000,
		.verify_interval_ms = 1000,
		.retries = 2,
		.retry_delay_ms = 1000,
		.max_sessions = -1,
		.max_failures = -1,
		.max_closing = -1,
	};
}

void farm_init(struct farm *farm, const char *hosts, const char *scenario)
{
	memset(farm, 0, sizeof(*farm));
	strbuf_init(&farm->state);
	farm->executor = executor_virtual_create(FARM_EPOCH_MS);
	init(farm, hosts, scenario);
}

void farm_init_real(struct farm *farm, unsigned threads, const char *hosts, const char *scenario)
{
	memset(farm, 0, sizeof(*farm));
	strbuf_init(&farm->state);
	farm->loop = malloc(sizeof(*farm->loop));
	assert_non_null(farm->loop);
	assert_int_equal(uv_loop_init(farm->loop), 0);
	assert_int_equal(uv_mutex_init(&farm->mutex), 0);
	farm->executor = executor_uv_create(farm->loop, threads);
	init(farm, hosts, scenario);
	farm->options.pool_threads = threads;
}

void farm_start(struct farm *farm)
{
	farm->options.hosts = farm->hosts;
	farm->fleet = fleet_create(&farm->options, &farm->observer, &farm->record);
	assert_non_null(farm->fleet);
	fleet_start(farm->fleet);
}

void farm_finish(struct farm *farm)
{
	assert_int_equal(exec_run(farm->executor), 0);
	assert_true(farm->finished);
	if (!farm->loop)
		return;
	/* What hangs in the simulator is let go, so that every call comes back: only then may
	 * its state be read. */
	executor_uv_release_sleepers(farm->executor);
	assert_int_equal(exec_run(farm->executor), 0);
	assert_int_equal(fleet_calls_out(farm->fleet), 0);
}

void farm_run(struct farm *farm)
{
	farm_start(farm);
	farm_finish(farm);
}

static void close_loop(struct farm *farm)
{
	if (!farm->loop)
		return;
	assert_int_equal(uv_loop_close(farm->loop), 0);
	uv_mutex_destroy(&farm->mutex);
	free(farm->loop);
}

void farm_release(struct farm *farm)
{
	for (size_t i = 0; i < farm->stop_count; i++)
		exec_timer_stop(farm->executor, &farm->stops[i].timer);
	fleet_free(farm->fleet);
	journal_free(farm->journal);
	session_backend_destroy(farm->backend);
	assert_true(exec_destroy(farm->executor));
	close_loop(farm);
	rep_record_release(&farm->record);
	if (farm->resumed)
		journal_read_release(&farm->read);
	free(farm->doubts);
	free(farm->drain_doubts);
	free(farm->warned);
	free(farm->commits);
	strbuf_release(&farm->journal_bytes);
	for (size_t i = 0; i < farm->host_count; i++) {
		union {
			const char *borrowed;
			char *owned;
		} name = { farm->hosts[i].name };

		free(name.owned);
	}
	free(farm->hosts);
	strbuf_release(&farm->warnings);
	strbuf_release(&farm->state);
	strbuf_release(&farm->picture);
}

static const char *picture_mode(uint8_t mode)
{
	return mode ? rep_drain_name((enum rep_drain)mode) : "-";
}

static void picture_host(struct farm *farm, const struct rep_host *host)
{
	struct strbuf *out = &farm->picture;
	const char *before = ": ";

	strbuf_addf(out, "%s %s", host->name,
		    rep_host_outcome_name((enum rep_host_outcome)host->outcome));
	if (host->error)
		strbuf_addf(out, " %s", farm_error(farm, host->error));
	if (host->drain_before)
		strbuf_addf(out, " [%s %s %s]", picture_mode(host->drain_before),
			    picture_mode(host->drain_during), picture_mode(host->drain_after));
	for (uint32_t i = 0; i < host->session_count; i++) {
		const struct rep_session *row = &host->sessions[i];

		if (row->reason == REP_REASON_SERVICES || row->reason == REP_REASON_LISTENER ||
		    row->reason == REP_REASON_NO_USER)
			continue;
		strbuf_addf(out, "%s%u %s %s", before, (unsigned)row->id, row->user,
			    rep_session_outcome_name((enum rep_session_outcome)row->outcome));
		if (row->reason)
			strbuf_addf(out, "/%s", rep_reason_name((enum rep_reason)row->reason));
		if (row->error)
			strbuf_addf(out, " %s", farm_error(farm, row->error));
		before = "; ";
	}
	strbuf_addc(out, '\n');
}

const char *farm_picture(struct farm *farm)
{
	strbuf_clear(&farm->picture);
	for (size_t i = 0; i < farm->record.host_count; i++)
		picture_host(farm, &farm->record.hosts[i]);
	return strbuf_text(&farm->picture);
}

static void run_row(void **state)
{
	const struct farm_row *row = *state;
	struct farm farm;

	farm_init(&farm, row->hosts, row->scenario);
	if (row->set)
		row->set(&farm);
	farm_run(&farm);
	if (row->picture)
		assert_string_equal(farm_picture(&farm), row->picture);
	assert_string_equal(farm.record.run.stopped_by, row->stopped_by);
	assert_int_equal(farm.record.run.exit_code, row->exit_code);
	farm_check_truth(&farm);
	if (row->check)
		row->check(&farm);
	farm_release(&farm);
}

int farm_run_table(const char *group, const struct farm_row *rows, size_t count)
{
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	int failed;

	if (!tests)
		return 1;
	for (size_t i = 0; i < count; i++) {
		union {
			const struct farm_row *row;
			void *state;
		} initial = { &rows[i] };

		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = run_row,
						.initial_state = initial.state };
	}
	failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
	free(tests);
	return failed;
}

struct rep_host *farm_host(struct farm *farm, const char *name)
{
	for (size_t i = 0; i < farm->record.host_count; i++)
		if (strcmp(farm->record.hosts[i].name, name) == 0)
			return &farm->record.hosts[i];
	fail_msg("no host %s in the record", name);
	return NULL;
}

struct rep_session *farm_row_of(struct farm *farm, const char *host, uint32_t id, const char *user)
{
	struct rep_host *record = farm_host(farm, host);

	for (uint32_t i = 0; i < record->session_count; i++)
		if (record->sessions[i].id == id &&
		    (!user || strcmp(record->sessions[i].user, user) == 0))
			return &record->sessions[i];
	fail_msg("no session %u of %s on %s in the record", (unsigned)id, user ? user : "anybody",
		 host);
	return NULL;
}

struct rep_session *farm_row(struct farm *farm, const char *host, uint32_t id)
{
	return farm_row_of(farm, host, id, NULL);
}

const char *farm_error(struct farm *farm, uint16_t error)
{
	return error ? farm->record.kinds[error].name : "";
}

struct wanted {
	uint32_t id;
	const char *user;
	int64_t logon_at_ms;
	unsigned users;
	bool found, disconnected;
};

static int look(void *ctx, const struct sim_view *view)
{
	struct wanted *wanted = ctx;

	wanted->users += view->user[0] != '\0';
	if (view->id != wanted->id || !wanted->user || strcmp(view->user, wanted->user) != 0 ||
	    (wanted->logon_at_ms != UTC_UNKNOWN && wanted->logon_at_ms != view->logon_at_ms))
		return 0;
	wanted->found = true;
	wanted->disconnected = view->state == SESSION_DISCONNECTED;
	return 0;
}

static struct wanted look_for(struct farm *farm, const char *host, uint32_t id, const char *user,
			      int64_t logon_at_ms)
{
	struct wanted wanted = { id, user, logon_at_ms, 0, false, false };
	uint32_t code;

	assert_int_equal(session_sim_sessions_at(farm->backend, host, exec_wall_ms(farm->executor),
						 look, &wanted, &code),
			 0);
	return wanted;
}

bool farm_row_present(struct farm *farm, const char *host, const struct rep_session *row,
		      bool *ret_disconnected)
{
	struct wanted wanted = look_for(farm, host, row->id, row->user, row->logon_at_ms);

	*ret_disconnected = wanted.disconnected;
	return wanted.found;
}

bool farm_present(struct farm *farm, const char *host, uint32_t id, const char *user)
{
	return look_for(farm, host, id, user, UTC_UNKNOWN).found;
}

enum session_drain farm_drain_at(struct farm *farm, const char *host, int64_t t_ms)
{
	enum session_drain mode;
	uint32_t code;

	assert_int_equal(session_sim_drain_at(farm->backend, host, t_ms, &mode, &code), 0);
	return mode;
}

bool farm_set_drain(struct farm *farm, const char *host, enum session_drain mode)
{
	struct session_error error;
	int status = session_drain_set(farm->backend, host, host, mode, &error);

	farm->state_start = farm->state.len;
	return status == 0;
}

struct account {
	const char *domain, *user;
	bool found;
};

static int look_for_account(void *ctx, const struct sim_view *view)
{
	struct account *account = ctx;

	account->found |= account_eq(view->domain, view->user, account->domain, account->user);
	return 0;
}

bool farm_account_on(struct farm *farm, const char *host, const char *domain, const char *user)
{
	struct account account = { domain, user, false };
	uint32_t code;

	for (size_t i = 0; i < farm->host_count; i++)
		if (!host || strcmp(farm->hosts[i].name, host) == 0)
			assert_int_equal(session_sim_sessions_at(farm->backend, farm->hosts[i].name,
								 exec_wall_ms(farm->executor),
								 look_for_account, &account, &code),
					 0);
	return account.found;
}

unsigned farm_users_present(struct farm *farm)
{
	unsigned users = 0;

	for (size_t i = 0; i < farm->host_count; i++)
		users += look_for(farm, farm->hosts[i].name, 0, NULL, 0).users;
	return users;
}

/* The journal */

static int append_journal(void *ctx, const char *bytes, size_t len)
{
	struct farm *farm = ctx;
	const struct session_clock *clock = &farm->executor->clock;

	if (++farm->syncs == farm->fail_sync)
		return -1;
	(void)clock->sleep_us(clock->ctx, farm->sync_us);
	strbuf_add(&farm->journal_bytes, bytes, len);
	farm->commits = realloc(farm->commits, (farm->commit_count + 1) * sizeof(*farm->commits));
	assert_non_null(farm->commits);
	/* Virtual time computes this at the start of the sync; durable it is at its end. */
	farm->commits[farm->commit_count++] =
		(struct farm_commit){ farm->journal_bytes.len, clock->now_us(clock->ctx) };
	return 0;
}

size_t farm_durable(struct farm *farm, size_t *ret_lost)
{
	const struct session_clock *clock = &farm->executor->clock;
	size_t durable = 0;

	for (size_t i = 0; i < farm->commit_count; i++)
		if (farm->commits[i].at_us <= clock->now_us(clock->ctx))
			durable = farm->commits[i].end;
	if (ret_lost)
		*ret_lost = farm->journal_bytes.len - durable;
	return durable;
}

static int sync_journal(void *ctx)
{
	(void)ctx;
	return 0;
}

static void journal_has_failed(void *ctx)
{
	fleet_stop(((struct farm *)ctx)->fleet, FLEET_STOP_JOURNAL);
}

void farm_keep_journal(struct farm *farm)
{
	const struct journal_sink sink = { farm, append_journal, sync_journal };

	farm->journal = journal_create(farm->executor, &sink, journal_has_failed, farm);
	assert_non_null(farm->journal);
	farm->options.journal = farm->journal;
	if (farm->resumed)
		return;
	{
		static const char first[] = "{\"event\":\"run\",\"t\":\"2026-01-01T00:00:00.000Z\","
					    "\"schema\":\"rdsweep.journal/1\"}";

		journal_line(farm->journal, first, sizeof(first) - 1);
	}
	for (size_t i = 0; i < farm->host_count; i++) {
		struct strbuf line;

		strbuf_init(&line);
		journal_line_member(&line, FARM_EPOCH_MS, &farm->hosts[i]);
		journal_line(farm->journal, line.data, line.len - 1);
		strbuf_release(&line);
	}
}

/* Whether the journal's line that `at` is in tells of that event. */
static bool is_line_of(struct farm *farm, const char *at, const char *event)
{
	char begin[32];

	while (at > farm->journal_bytes.data && at[-1] != '\n')
		at--;
	(void)snprintf(begin, sizeof(begin), "{\"event\":\"%s\"", event);
	return strncmp(at, begin, strlen(begin)) == 0;
}

/* Before `end`. */
static bool holds(const char *line, const char *end, const char *text)
{
	const char *at = strstr(line, text);

	return at && at < end;
}

bool farm_journal_has(const struct farm *farm, const char *event, const char *host,
		      const char *text, const char *more)
{
	const char *at = strbuf_text(&farm->journal_bytes);
	char begin[64], of_host[64];

	(void)snprintf(begin, sizeof(begin), "{\"event\":\"%s\"", event);
	(void)snprintf(of_host, sizeof(of_host), "\"host\":\"%s\"", host);
	for (; *at; at += strcspn(at, "\n") + 1) {
		const char *end = at + strcspn(at, "\n");

		if (strncmp(at, begin, strlen(begin)) == 0 && holds(at, end, of_host) &&
		    holds(at, end, text) && holds(at, end, more))
			return true;
	}
	return false;
}

/* The same of a drain mode: whoever resumes has to know what it was. What is put back goes ahead
 * without, where the journal has failed. */
static void check_drain_intended(struct farm *farm, const struct farm_effect *effect)
{
	const char *at = strbuf_text(&farm->journal_bytes), *end = at + farm_durable(farm, NULL);
	char wanted[160];

	(void)snprintf(wanted, sizeof(wanted),
		       "\"host\":\"%s\",\"to\":\"%s\",\"drain\":{\"before\":\"", effect->host,
		       effect->mode);
	at = strstr(at, wanted);
	if ((!at || at >= end) && !journal_failed(farm->journal))
		fail_msg("%s was set to drain mode '%s' before the intent was durable",
			 effect->host, effect->mode);
}

/* An effect of a logoff on a session is fine only if its host's intent, with its row, is durable
 * by now. */
static void check_intended(struct farm *farm, const char *line, size_t len)
{
	struct farm_effect effect;
	struct rep_host *host;
	const char *at = strbuf_text(&farm->journal_bytes), *end = at + farm_durable(farm, NULL);
	char begin[128], row_text[16] = "";

	if (!farm_effect_read(line, len, &effect) && strcmp(effect.call, "drain") == 0) {
		check_drain_intended(farm, &effect);
		return;
	}
	if (strcmp(effect.effect, "gone") != 0 || strcmp(effect.call, "logoff") != 0)
		return;
	host = farm_host(farm, effect.host);
	for (uint32_t i = 0; i < host->session_count; i++)
		if (host->sessions[i].id == effect.session &&
		    host->sessions[i].logon_at_ms == effect.logon_at_ms)
			(void)snprintf(row_text, sizeof(row_text), "%u", (unsigned)i);
	(void)snprintf(begin, sizeof(begin), "\"host\":\"%s\",\"rows\":[", effect.host);
	while ((at = strstr(at, begin)) != NULL && at < end) {
		bool intent = is_line_of(farm, at, "intent");

		at += strlen(begin);
		for (const char *rows = at; *rows != ']'; rows += *rows == ',') {
			size_t digits = strcspn(rows, ",]");

			if (intent && digits == strlen(row_text) &&
			    strncmp(rows, row_text, digits) == 0)
				return;
			rows += digits;
		}
	}
	fail_msg("%s session %u was logged off before its intent was durable", effect.host,
		 (unsigned)effect.session);
}

static void crash(struct exec_timer *timer)
{
	struct farm *farm =
		(struct farm *)(void *)((char *)timer - offsetof(struct farm, crash_timer));

	exec_stop(farm->executor);
}

static void stop(struct exec_timer *timer)
{
	struct farm_stop *at =
		(struct farm_stop *)(void *)((char *)timer - offsetof(struct farm_stop, timer));

	fleet_stop(at->farm->fleet, at->reason);
}

void farm_stop_at(struct farm *farm, int64_t at_ms, enum fleet_stop reason)
{
	struct farm_stop *at = &farm->stops[farm->stop_count++];

	assert_in_range(farm->stop_count, 1, sizeof(farm->stops) / sizeof(*farm->stops));
	*at = (struct farm_stop){ .timer = { .fire = stop }, .farm = farm, .reason = reason };
	assert_int_equal(exec_timer_set(farm->executor, &at->timer, at_ms * 1000), 0);
}

void farm_run_until(struct farm *farm, int64_t at_ms)
{
	farm_start(farm);
	farm->crash_timer.fire = crash;
	assert_int_equal(exec_timer_set(farm->executor, &farm->crash_timer, at_ms * 1000), 0);
	assert_int_equal(exec_run(farm->executor), 0);
}

static struct fleet_doubt *copy_doubts(const struct journal_doubt *doubts, size_t count)
{
	struct fleet_doubt *copies = calloc(count + 1, sizeof(*copies));

	assert_non_null(copies);
	for (size_t i = 0; i < count; i++)
		copies[i] = (struct fleet_doubt){ doubts[i].host, doubts[i].row,
						  doubts[i].intent_at_ms, doubts[i].warn_error };
	return copies;
}

void farm_init_resumed(struct farm *farm, struct farm *crashed, size_t keep_bytes)
{
	struct journal_read_error error;

	memset(farm, 0, sizeof(*farm));
	farm->executor = executor_virtual_create(exec_wall_ms(crashed->executor));
	strbuf_init(&farm->state);
	strbuf_add(&farm->state, strbuf_text(&crashed->state), crashed->state.len);
	init(farm, crashed->hosts_text, crashed->scenario_text);
	farm->resumed = true;
	if (journal_read(&farm->read, strbuf_text(&crashed->journal_bytes), keep_bytes, &error) !=
	    0)
		fail_msg("journal: %d:%d: %s", error.line, error.column, error.message);
	strbuf_add(&farm->journal_bytes, strbuf_text(&crashed->journal_bytes),
		   farm->read.sound_bytes);
	farm->commits = calloc(1, sizeof(*farm->commits));
	assert_non_null(farm->commits);
	farm->commits[farm->commit_count++].end = farm->journal_bytes.len;
	if (!farm->read.ended || !farm->read.settled)
		assert_int_equal(journal_reopen(&farm->read), 0);
	farm->options.verify_timeout_ms = crashed->options.verify_timeout_ms;
	farm->options.sweeps = crashed->options.sweeps;
	farm->options.retries = crashed->options.retries;
	farm->options.retry_delay_ms = crashed->options.retry_delay_ms;
	farm->options.wait = crashed->options.wait;
	farm->options.max_closing = crashed->options.max_closing;
	farm->options.waves = crashed->options.waves;
	farm->options.wave_count = crashed->options.wave_count;
	farm->options.wave_pause_ms = crashed->options.wave_pause_ms;
	farm->options.look_again = crashed->options.look_again;
	farm->options.max_sessions = crashed->options.max_sessions;
	farm->options.call_timeout_ms = crashed->options.call_timeout_ms;
	farm->options.command = crashed->options.command;
	farm->options.message = crashed->options.message;
	farm->options.notify = crashed->options.notify;
	farm->selection.for_disconnect = crashed->selection.for_disconnect;
	farm->options.concurrency = crashed->options.concurrency;
	farm->options.pool_threads = crashed->options.pool_threads;
	farm->options.drain = crashed->options.drain;
	farm->options.drain_failed = crashed->options.drain_failed;
	farm->options.drain_to = crashed->options.drain_to;
	farm->state_start = crashed->state_start;
	if (!farm->read.confirmed)
		return; /* nothing was asked: from the start */
	rep_record_release(&farm->record);
	farm->record = farm->read.record;
	memset(&farm->read.record, 0, sizeof(farm->read.record));
	farm->options.resume = true;
	farm->doubts = copy_doubts(farm->read.doubts, farm->read.doubt_count);
	farm->drain_doubts = copy_doubts(farm->read.drain_doubts, farm->read.drain_doubt_count);
	farm->warned = copy_doubts(farm->read.warned, farm->read.warned_count);
	farm->options.warned = farm->warned;
	farm->options.warned_count = farm->read.warned_count;
	farm->options.drain_doubts = farm->drain_doubts;
	farm->options.drain_doubt_count = farm->read.drain_doubt_count;
	farm->options.survey_rows = farm->read.survey_rows;
	farm->options.sweeps_begun = farm->read.sweeps;
	farm->options.doubts = farm->doubts;
	farm->options.doubt_count = farm->read.doubt_count;
}
