/* Which hosts a run has left in drain mode, and what is said of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "report_drain.h"

static const struct rep_value for_run = { .name = "drain", .kind = REP_VALUE_TEXT, .text = "run" };
static const struct rep_value keep = { .name = "drain", .kind = REP_VALUE_TEXT, .text = "keep" };
static const struct rep_value none = { .name = "drain", .kind = REP_VALUE_NULL };

static void owed__each_host__only_what_the_run_has_changed(void **state)
{
	static const struct {
		const struct rep_value *policy;
		enum rep_drain before, after;
		bool owed;
	} rows[] = {
		{ &for_run, REP_DRAIN_OFF, REP_DRAIN_ON, true },
		{ &for_run, REP_DRAIN_OFF, REP_DRAIN_UNKNOWN, true },
		{ &for_run, REP_DRAIN_OFF, REP_DRAIN_OFF, false },
		{ &for_run, REP_DRAIN_OFF, REP_DRAIN_RESTART, false }, /* somebody else's */
		{ &for_run, REP_DRAIN_ON, REP_DRAIN_ON, false },
		{ &for_run, REP_DRAIN_RESTART, REP_DRAIN_RESTART, false },
		{ &for_run, REP_DRAIN_UNKNOWN, REP_DRAIN_UNKNOWN, false },
		{ &keep, REP_DRAIN_OFF, REP_DRAIN_ON, false },
		{ &none, REP_DRAIN_OFF, REP_DRAIN_ON, false },
		{ NULL, REP_DRAIN_OFF, REP_DRAIN_ON, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rep_host host = { .drain_before = (uint8_t)rows[i].before,
					       .drain_after = (uint8_t)rows[i].after };
		struct rep_run run;

		rep_run_init(&run);
		run.policy = rows[i].policy;
		run.policy_count = rows[i].policy ? 1 : 0;
		assert_int_equal(rep_drain_is_owed(&run, &host), rows[i].owed);
	}
}

static void owed_text__hosts__are_folded_with_what_to_do(void **state)
{
	static const char *const names[] = { "rdsh001", "rdsh002", "rdsh003", "web\x1b[31m" };
	struct strbuf text;

	(void)state;
	strbuf_init(&text);
	rep_text_owed(&text, names, 0);
	assert_int_equal(text.len, 0);
	rep_text_owed(&text, names, 1);
	assert_string_equal(
		strbuf_text(&text),
		"DRAIN MODE WAS NOT PUT BACK on 1 host: rdsh001\n"
		"  New logons may still be refused there. Go on with 'rdsweep resume', or:\n"
		"  rdsweep drain off -i INVENTORY --limit 'rdsh001'\n\n");
	strbuf_clear(&text);
	rep_text_owed(&text, names, 4);
	assert_non_null(strstr(strbuf_text(&text), "on 4 hosts: rdsh[001:003],web"));
	assert_null(strchr(strbuf_text(&text), '\x1b'));
	strbuf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owed__each_host__only_what_the_run_has_changed),
		cmocka_unit_test(owed_text__hosts__are_folded_with_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
