/* test_run_journal.c - the first line of a journal: what was written is read back, and nothing else is believed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "option_values.h"
#include "run_journal.h"

#include <string.h>

static const struct command commands[] = { { .id = COMMAND_LOGOFF, .name = "logoff" } };

static struct run_journal back;
static struct strbuf line, reterr;

static int start(void **state)
{
	(void)state;
	strbuf_init(&line);
	strbuf_init(&reterr);
	return 0;
}

static int end(void **state)
{
	(void)state;
	strbuf_release(&line);
	strbuf_release(&reterr);
	return 0;
}

static struct run_journal simple(void)
{
	static const char *const arguments[] = { "--all", "-u", "a\"b\\c\n\u00e9" };
	static const char *const sources[] = { "farm.ini" };
	struct run_journal run = {
		.folder = "/tmp/\u00fcber",
		.own_domain = "CORP",
		.own_user = "",
		.plan_run_id = "",
	};

	rep_run_init(&run.about);
	run.about.id = "20260101T000000Z-00000000";
	run.about.command = "logoff";
	run.about.arguments = arguments;
	run.about.argument_count = 3;
	run.about.backend = "sim";
	run.about.simulated = true;
	run.about.operator_ = "CORP\\admin";
	run.about.machine = "jump";
	run.about.started_at_ms = INT64_C(1767225600123);
	run.about.inventory_sources = sources;
	run.about.inventory_source_count = 1;
	run.about.fleet_sha256 = "00ff";
	run.about.inventory_hosts = 4000000000u;
	run.about.shard_k = 2;
	run.about.shard_n = 8;
	options_init(&run.options);
	return run;
}

/* Arguments are separated by single blanks. `text` is cut up and has to stay. */
static void give(struct options *options, char *text)
{
	char *argv[64];
	int argc = 0;

	for (char *at = strtok(text, " "); at; at = strtok(NULL, " "))
		argv[argc++] = at;
	assert_int_equal(options_parse(options, commands, commands, 1, argc, argv, &reterr), 0);
}

static int write_and_read(const struct run_journal *run)
{
	strbuf_clear(&line);
	run_journal_write(&line, run);
	assert_false(line.failed);
	assert_null(strchr(strbuf_text(&line), '\n'));
	return run_journal_read(&back, strbuf_text(&line), line.len, &reterr);
}

static void run_journal__written__is_read_back(void **state)
{
	struct run_journal run = simple();

	(void)state;
	run.members = 77;
	assert_int_equal(write_and_read(&run), 0);
	assert_string_equal(back.about.id, run.about.id);
	assert_string_equal(back.about.arguments[2], run.about.arguments[2]);
	assert_int_equal(back.about.argument_count, 3);
	assert_string_equal(back.about.operator_, "CORP\\admin");
	assert_string_equal(back.about.reason, "");
	assert_string_equal(back.about.limit, "");
	assert_true(back.about.simulated);
	assert_true(back.about.started_at_ms == run.about.started_at_ms);
	assert_int_equal(back.about.inventory_hosts, 4000000000u);
	assert_int_equal(back.about.shard_k, 2);
	assert_int_equal(back.about.shard_n, 8);
	assert_string_equal(back.folder, "/tmp/\u00fcber");
	assert_string_equal(back.own_domain, "CORP");
	assert_string_equal(back.own_user, "");
	assert_int_equal(back.members, 77);
	run_journal_release(&back);
	options_release(&run.options);
}

/* Every option of a run, by its kind; the table decides which are kept. */
static void run_journal__options__come_back_as_they_were_given(void **state)
{
	char text[] = "--user=a* --user=CORP\\b --state=active --state=disconnected --idle=90m "
		      "--session=0 --not-user=c --protect=d --protect=e --include-console "
		      "--include-vms --plan=p.json --yes --max-sessions=0 --max-failures=10% "
		      "--wave=1,10%,100% --wave-pause=1500ms --max-closing=7 --reason=x\"y\\z "
		      "--concurrency=3 --connect-timeout=1s --call-timeout=2s --host-timeout=3d "
		      "--run-timeout=4h --verify-timeout=5m --verify-interval=60ms --probe=none "
		      "--wait --retries=0 --retry-delay=0 --backend=sim --sim=s.json "
		      "--sim-state=st --report=a.json --report=b.csv --overwrite";
	struct run_journal run = simple();
	struct strbuf a, b;
	size_t count, different = 0;
	const struct option *table = options_table(&count);

	(void)state;
	give(&run.options, text);
	run.users_listed = 1;
	assert_int_equal(write_and_read(&run), 0);
	strbuf_init(&a);
	strbuf_init(&b);
	for (size_t i = 0; i < count; i++) {
		if (!(table[i].commands & (1u << COMMAND_LOGOFF)))
			continue;
		for (size_t k = 0; k < 4; k++) {
			strbuf_clear(&a);
			strbuf_clear(&b);
			assert_int_equal(option_show(&run.options, &table[i], k, &a),
					 option_show(&back.options, &table[i], k, &b));
			assert_string_equal(strbuf_text(&a), strbuf_text(&b));
			different += a.len > 0;
		}
	}
	assert_true(different > 30);
	assert_int_equal(back.users_listed, 1);
	assert_int_equal(back.options.users.count, 2);
	strbuf_release(&a);
	strbuf_release(&b);
	run_journal_release(&back);
	options_release(&run.options);
}

/* What is no part of the run, but of how one process was started. */
static void run_journal__options_of_the_process__stay_behind(void **state)
{
	char text[] = "--dry-run --journal=j --color=always --quiet --verbose --user-file=f "
		      "--inventory=i --limit=l --shard=1/2 --max-age=1h";
	struct run_journal run = simple();

	(void)state;
	give(&run.options, text);
	assert_int_equal(write_and_read(&run), 0);
	assert_false(back.options.dry_run || back.options.quiet || back.options.verbose);
	assert_null(back.options.journal);
	assert_null(back.options.limit);
	assert_int_equal(back.options.user_files.count + back.options.inventories.count, 0);
	assert_int_equal(back.options.color, COLOR_AUTO);
	assert_true(back.options.max_age_ms < 0);
	run_journal_release(&back);
	options_release(&run.options);
}

static void run_journal__another_line__is_refused(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} rows[] = {
		{ "{\"event\"", "[\"event\"", "not the run's" },
		{ "rdsweep.journal/1", "rdsweep.journal/9", "'schema'" },
		{ "\"id\":\"2", "\"ib\":\"2", "'id'" },
		{ "\"command\":\"logoff\"", "\"command\":7", "'command'" },
		{ "\"simulated\":true", "\"simulated\":1", "'simulated'" },
		{ "\"started_at\":\"2", "\"started_at\":\"x", "'started_at'" },
		{ "\"arguments\":[\"", "\"arguments\":[7,\"", "'arguments'" },
		{ "\"hosts\":4000000000", "\"hosts\":40000000000", "'hosts'" },
		{ "\"hosts\":4000000000", "\"hosts\":1.5", "'hosts'" },
		{ "\"k\":2", "\"k\":-1", "'k'" },
		{ "\"members\":0", "\"members\":\"0\"", "'members'" },
		{ "\"users_listed\":0", "\"users_listed\":1", "'users_listed'" },
		{ "\"concurrency\":\"64\"", "\"concurrency\":\"5000\"", "'--concurrency' must be" },
		{ "\"concurrency\":\"64\"", "\"concurrency\":\"\"", "'concurrency'" },
		{ "\"concurrency\":\"64\"", "\"limit\":\"x\"", "'--limit' is not known" },
		{ "\"probe\":\"tcp\"", "\"probe\":\"udp\"", "'--probe' must be" },
		{ "\"call-timeout\":\"30s\"", "\"call-timeout\":\"-1\"",
		  "'--call-timeout' must be" },
		{ "\"options\":{", "\"options\":[],\"x\":{", "'options'" },
	};
	struct run_journal run = simple();
	struct strbuf changed;

	(void)state;
	strbuf_init(&changed);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *at;

		strbuf_clear(&line);
		strbuf_clear(&changed);
		strbuf_clear(&reterr);
		run_journal_write(&line, &run);
		at = strstr(strbuf_text(&line), rows[i].from);
		assert_non_null(at);
		strbuf_add(&changed, line.data, (size_t)(at - line.data));
		strbuf_adds(&changed, rows[i].to);
		strbuf_adds(&changed, at + strlen(rows[i].from));
		assert_int_equal(
			run_journal_read(&back, strbuf_text(&changed), changed.len, &reterr), -1);
		assert_non_null(strstr(strbuf_text(&reterr), rows[i].says));
	}
	strbuf_release(&changed);
	options_release(&run.options);
}

static void run_journal__end__is_read(void **state)
{
	static const char good[] =
		"{\"event\":\"end\",\"t\":\"2026-01-01T00:00:00.000Z\",\"outcome\":\"aborted\","
		"\"stopped_by\":\"declined\",\"exit_code\":5,\"settled\":true}";
	static const char told[] =
		"{\"event\":\"end\",\"t\":\"2026-01-01T00:00:00.000Z\",\"outcome\":\"aborted\","
		"\"exit_code\":5,\"duration_ms\":1007,\"settled\":true}";
	static const char *const bad[] = {
		"", "{}",
		"{\"t\":\"2026-01-01T00:00:00.000Z\",\"outcome\":\"x\","
		"\"exit_code\":5}",
		"{\"t\":\"2026-01-01T00:00:00.000Z\",\"outcome\":\"failed\","
		"\"exit_code\":1e99}"
	};
	struct rep_run run;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	rep_run_init(&run);
	run.started_at_ms = INT64_C(1767225600000) - 1003;
	assert_int_equal(run_journal_read_end(&run, &arena, good, strlen(good), &reterr), 0);
	assert_int_equal(run.outcome, REP_RUN_ABORTED);
	assert_string_equal(run.stopped_by, "declined");
	assert_int_equal(run.exit_code, 5);
	assert_true(run.finished_at_ms == INT64_C(1767225600000));
	assert_int_equal(run.duration_ms, 1003); /* an older journal does not tell */
	assert_int_equal(run_journal_read_end(&run, &arena, told, strlen(told), &reterr), 0);
	assert_int_equal(run.duration_ms, 1007);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			run_journal_read_end(&run, &arena, bad[i], strlen(bad[i]), &reterr), -1);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(run_journal__written__is_read_back, start, end),
		cmocka_unit_test_setup_teardown(run_journal__options__come_back_as_they_were_given,
						start, end),
		cmocka_unit_test_setup_teardown(run_journal__options_of_the_process__stay_behind,
						start, end),
		cmocka_unit_test_setup_teardown(run_journal__another_line__is_refused, start, end),
		cmocka_unit_test_setup_teardown(run_journal__end__is_read, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
