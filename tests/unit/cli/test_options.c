/* test_options.c - one table, one meaning of each word, and clear words for mistakes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "options.h"

#include <string.h>

static const struct command commands[] = {
	{ .id = COMMAND_SESSIONS, .name = "sessions" },
	{ .id = COMMAND_LOGOFF, .name = "logoff" },
	{ .id = COMMAND_ERROR, .name = "error" },
};

static struct options options;
static struct strbuf reterr;

static int start(void **state)
{
	(void)state;
	options_init(&options);
	strbuf_init(&reterr);
	return 0;
}

static int end(void **state)
{
	(void)state;
	options_release(&options);
	strbuf_release(&reterr);
	return 0;
}

/* Arguments are separated by single blanks; `~` stands for an empty one. */
static int parse(enum command_id id, const char *line)
{
	static char text[512];
	char *argv[32];
	int argc = 0;
	const struct command *command = commands;

	while (command->id != id)
		command++;
	options_release(&options);
	strbuf_clear(&reterr);
	strcpy(text, line);
	for (char *at = strtok(text, " "); at; at = strtok(NULL, " ")) {
		if (strcmp(at, "~") == 0)
			*at = '\0';
		argv[argc++] = at;
	}
	return options_parse(&options, command, commands, 3, argc, argv, &reterr);
}

static void options__nothing_given__are_the_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse(COMMAND_LOGOFF, ""), 0);
	assert_int_equal(options.concurrency, 64);
	assert_int_equal(options.connect_timeout_ms, 3000);
	assert_int_equal(options.call_timeout_ms, 30000);
	assert_int_equal(options.host_timeout_ms, 900000);
	assert_int_equal(options.run_timeout_ms, -1);
	assert_int_equal(options.verify_timeout_ms, 180000);
	assert_int_equal(options.verify_interval_ms, 1000);
	assert_int_equal(options.retries, 2);
	assert_int_equal(options.retry_delay_ms, 1000);
	assert_int_equal(options.max_failures.amount, -1);
	assert_int_equal(options.max_sessions, -1);
	assert_int_equal(options.backend, BACKEND_UNSET);
	assert_int_equal(options.format, FORMAT_UNSET);
	assert_false(options.yes);
}

static void options__every_spelling__means_the_same(void **state)
{
	static const char *const lines[] = { "--user CORP\\a*", "--user=CORP\\a*", "-u CORP\\a*",
					     "-uCORP\\a*" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(parse(COMMAND_LOGOFF, lines[i]), 0);
		assert_int_equal(options.users.count, 1);
		assert_string_equal(options.users.items[0], "CORP\\a*");
	}
}

static void options__values__are_read(void **state)
{
	(void)state;
	assert_int_equal(
		parse(COMMAND_LOGOFF,
		      "-i a -i - --shard 2/8 --state active --state disconnected --idle 2h "
		      "--session 4294967295 --wave 1,10%,100% --max-failures 5% -y -c 7 "
		      "--probe none --retries 0 --verify-interval 250ms -o x.json -o=y.csv"),
		0);
	assert_int_equal(options.inventories.count, 2);
	assert_string_equal(options.inventories.items[1], "-");
	assert_int_equal(options.shard.k, 2);
	assert_int_equal(options.shard.n, 8);
	assert_int_equal(options.states, OPTION_STATE_ACTIVE | OPTION_STATE_DISCONNECTED);
	assert_int_equal(options.idle_ms, 7200000);
	assert_int_equal(options.session_id, UINT32_MAX);
	assert_int_equal(options.waves.count, 3);
	assert_false(options.waves.items[0].percent);
	assert_int_equal(options.waves.items[1].amount, 10);
	assert_true(options.waves.items[2].percent);
	assert_int_equal(options.max_failures.amount, 5);
	assert_true(options.max_failures.percent);
	assert_true(options.yes);
	assert_int_equal(options.concurrency, 7);
	assert_int_equal(options.probe, PROBE_NONE);
	assert_int_equal(options.retries, 0);
	assert_int_equal(options.verify_interval_ms, 250);
	assert_int_equal(options.reports.count, 2);
}

static void options__arguments__may_be_mixed_in_and_end_them(void **state)
{
	(void)state;
	assert_int_equal(parse(COMMAND_ERROR, "5 --format json -2147024891 -- --all"), 0);
	assert_int_equal(options.arguments.count, 3);
	assert_string_equal(options.arguments.items[1], "-2147024891");
	assert_string_equal(options.arguments.items[2], "--all");
	assert_int_equal(options.format, FORMAT_JSON);
}

static void options__help__stops_the_reading(void **state)
{
	(void)state;
	assert_int_equal(parse(COMMAND_LOGOFF, "--help --nonsense"), 0);
	assert_true(options.help);
}

static void options__mistakes__are_named(void **state)
{
	static const struct {
		enum command_id command;
		const char *line, *wanted;
	} rows[] = {
		{ COMMAND_LOGOFF, "--concurency 5",
		  "unknown option '--concurency'; did you mean '--concurrency'?" },
		{ COMMAND_LOGOFF, "--verify 5",
		  "unknown option '--verify'; did you mean '--verify-timeout'?" },
		{ COMMAND_LOGOFF, "--zzzzzz", "unknown option '--zzzzzz'" },
		{ COMMAND_LOGOFF, "--xyzzyx=x", "unknown option '--xyzzyx'" },
		{ COMMAND_LOGOFF, "-x", "unknown option '-x'" },
		{ COMMAND_SESSIONS, "--dry-run",
		  "option '--dry-run' belongs to 'logoff', not to 'sessions'" },
		{ COMMAND_ERROR, "-u x",
		  "option '--user' belongs to 'sessions', 'logoff', not to 'error'" },
		{ COMMAND_LOGOFF, "--yes -y", "option '--yes' is given twice" },
		{ COMMAND_LOGOFF, "-l a -l b", "option '--limit' is given twice" },
		{ COMMAND_LOGOFF, "-l", "option '--limit' needs a value: PATTERN" },
		{ COMMAND_LOGOFF, "-l --yes",
		  "option '--limit' needs a value and is followed by '--yes'; write "
		  "'--limit=--yes' if that "
		  "is the value" },
		{ COMMAND_LOGOFF, "-u ~", "option '--user' needs a PATTERN that is not empty" },
		{ COMMAND_LOGOFF,
		  "--limit=", "option '--limit' needs a PATTERN that is not empty" },
		{ COMMAND_LOGOFF, "--yes=1", "option '--yes' takes no value" },
		{ COMMAND_LOGOFF, "-yq", "option '-y' takes no value, but is followed by 'q'" },
		{ COMMAND_LOGOFF, "-c 0",
		  "option '--concurrency' must be a whole number from 1 to 1000, not '0'" },
		{ COMMAND_LOGOFF, "-c 64x",
		  "option '--concurrency' must be a whole number from 1 to 1000, not '64x'" },
		{ COMMAND_LOGOFF, "--retries 99999999999999999999",
		  "option '--retries' must be a whole number from 0 to 100, not "
		  "'99999999999999999999'" },
		{ COMMAND_LOGOFF, "--idle 1w",
		  "option '--idle' must be a duration such as 500ms, 30s, 5m, 2h or 1d, not '1w'" },
		{ COMMAND_LOGOFF, "--call-timeout 0",
		  "option '--call-timeout' must be from 1ms to 1d, not '0'" },
		{ COMMAND_LOGOFF, "--state idle",
		  "option '--state' must be 'active' or 'disconnected', not 'idle'" },
		{ COMMAND_LOGOFF, "--backend wts",
		  "option '--backend' must be 'windows', 'tsts' or 'sim', not 'wts'" },
		{ COMMAND_LOGOFF, "--shard 0/3",
		  "option '--shard' must be K/N with K from 1 to N, such as 2/8, not '0/3'" },
		{ COMMAND_LOGOFF, "--shard 4/3",
		  "option '--shard' must be K/N with K from 1 to N, such as 2/8, not '4/3'" },
		{ COMMAND_LOGOFF, "--shard 3",
		  "option '--shard' must be K/N with K from 1 to N, such as 2/8, not '3'" },
		{ COMMAND_LOGOFF, "--max-failures 101%",
		  "option '--max-failures' must be a number of hosts or a percentage, such as 5 or "
		  "10%, not "
		  "'101%'" },
		{ COMMAND_LOGOFF, "--wave 1,,2",
		  "option '--wave' must be sizes of waves, each a number or a percentage from 1, "
		  "such as "
		  "1,10%,100%, not '1,,2'" },
		{ COMMAND_LOGOFF, "--wave 0",
		  "option '--wave' must be sizes of waves, each a number or a percentage from 1, "
		  "such as "
		  "1,10%,100%, not '0'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i].command, rows[i].line), -1);
		assert_string_equal(strbuf_text(&reterr), rows[i].wanted);
	}
}

static void table__every_row__can_be_helped_with(void **state)
{
	size_t count;
	const struct option *table = options_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(*table[i].name && *table[i].help && table[i].commands);
		assert_int_equal(table[i].kind == OPTION_FLAG, table[i].argument == NULL);
		assert_true(table[i].offset < sizeof(struct options));
		if (table[i].kind == OPTION_CHOICE || table[i].kind == OPTION_CHOICES)
			assert_non_null(table[i].choices);
		if (table[i].kind == OPTION_INTEGER || table[i].kind == OPTION_DURATION)
			assert_true(table[i].min < table[i].max);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(table[i].name, table[j].name);
			assert_true(!table[i].letter || table[i].letter != table[j].letter);
			assert_true(table[i].offset != table[j].offset);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(options__nothing_given__are_the_defaults),
		TEST(options__every_spelling__means_the_same),
		TEST(options__values__are_read),
		TEST(options__arguments__may_be_mixed_in_and_end_them),
		TEST(options__help__stops_the_reading),
		TEST(options__mistakes__are_named),
		TEST(table__every_row__can_be_helped_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
