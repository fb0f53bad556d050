#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard_policy.h"

struct row {
	const char *name;
	enum guard_stake stake;
	enum guard_voice voice;
	struct guard_verdict want;
};

static const struct row rows[] = {
	{ "guard_decide__nothing_touched_nobody_there__agrees",
	  GUARD_STAKE_NOTHING,
	  GUARD_VOICE_NONE,
	  { .agrees = true } },
	{ "guard_decide__nothing_touched_terminal__asks",
	  GUARD_STAKE_NOTHING,
	  GUARD_VOICE_TERMINAL,
	  { .asks = true } },
	{ "guard_decide__nothing_touched_no__objects", GUARD_STAKE_NOTHING, GUARD_VOICE_NO, { 0 } },
	{ "guard_decide__sessions_nobody_there__objects",
	  GUARD_STAKE_SESSIONS,
	  GUARD_VOICE_NONE,
	  { 0 } },
	{ "guard_decide__sessions_terminal__asks",
	  GUARD_STAKE_SESSIONS,
	  GUARD_VOICE_TERMINAL,
	  { .asks = true } },
	{ "guard_decide__sessions_yes__leaves",
	  GUARD_STAKE_SESSIONS,
	  GUARD_VOICE_YES,
	  { .leaves = true } },
	{ "guard_decide__sessions_no__objects", GUARD_STAKE_SESSIONS, GUARD_VOICE_NO, { 0 } },
	{ "guard_decide__stopping_terminal__leaves_unasked",
	  GUARD_STAKE_ENDING,
	  GUARD_VOICE_TERMINAL,
	  { .leaves = true } },
	{ "guard_decide__stopping_nobody_there__leaves",
	  GUARD_STAKE_ENDING,
	  GUARD_VOICE_NONE,
	  { .leaves = true } },
	{ "guard_decide__stopping_no__objects", GUARD_STAKE_ENDING, GUARD_VOICE_NO, { 0 } },
	{ "guard_decide__finished_no__agrees",
	  GUARD_STAKE_WRITTEN,
	  GUARD_VOICE_NO,
	  { .agrees = true } },
};

static void decides(void **state)
{
	const struct row *row = *state;
	struct guard_verdict got = guard_decide(row->stake, row->voice);

	assert_int_equal(got.agrees, row->want.agrees);
	assert_int_equal(got.asks, row->want.asks);
	assert_int_equal(got.leaves, row->want.leaves);
}

/* Whoever agrees neither asks nor ends the session a second time; sessions that are being logged
 * off never go without a word. */
static void guard_decide__every_cell__makes_sense(void **state)
{
	(void)state;
	for (int stake = 0; stake < GUARD_STAKE_COUNT; stake++) {
		for (int voice = 0; voice < GUARD_VOICE_COUNT; voice++) {
			struct guard_verdict got =
				guard_decide((enum guard_stake)stake, (enum guard_voice)voice);

			assert_true(got.agrees + got.asks + got.leaves <= 1);
			if (stake == GUARD_STAKE_SESSIONS)
				assert_false(got.agrees);
			if (voice != GUARD_VOICE_TERMINAL)
				assert_false(got.asks);
			if (voice == GUARD_VOICE_NO && stake != GUARD_STAKE_WRITTEN)
				assert_false(got.agrees || got.leaves);
		}
	}
}

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

int main(void)
{
	struct CMUnitTest tests[ROW_COUNT + 1] = {
		cmocka_unit_test(guard_decide__every_cell__makes_sense),
	};

	for (size_t i = 0; i < ROW_COUNT; i++) {
		tests[i + 1].name = rows[i].name;
		tests[i + 1].test_func = decides;
		tests[i + 1].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("guard_policy", tests, NULL, NULL);
}
