#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "record.h"
#include "sample_model.h"
#include "utc.h"

/* 300,000 of them must fit into a small machine. */
_Static_assert(sizeof(struct rep_session) <= 96, "a session has grown");

/* One body for six enums: every value but the nameless one goes there and back. */
#define ROUND_TRIP(prefix, first, count)                                                           \
	static void prefix##_names__every_value__round_trips(void **state)                         \
	{                                                                                          \
		(void)state;                                                                       \
		for (int value = (first); value < (int)(count); value++) {                         \
			enum prefix parsed = (enum prefix)(value == 0);                            \
			const char *name = prefix##_name((enum prefix)value);                      \
			assert_true(name[0] != '\0');                                              \
			assert_int_equal(prefix##_parse(name, &parsed), 0);                        \
			assert_int_equal((int)parsed, value);                                      \
		}                                                                                  \
		if ((first) > 0)                                                                   \
			assert_string_equal(prefix##_name((enum prefix)0), "");                    \
		assert_string_equal(prefix##_name((enum prefix)(count)), "");                      \
	}                                                                                          \
	static void prefix##_parse__no_such_name__is_refused(void **state)                         \
	{                                                                                          \
		static const char *const wrong[] = { "", "FAILED", "failed ", "none", "null" };    \
		(void)state;                                                                       \
		for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {                    \
			enum prefix parsed = (enum prefix)1;                                       \
			assert_int_equal(prefix##_parse(wrong[i], &parsed), -1);                   \
			assert_int_equal((int)parsed, 1);                                          \
		}                                                                                  \
	}

ROUND_TRIP(rep_run_outcome, 1, REP_RUN_OUTCOME_COUNT)
ROUND_TRIP(rep_host_outcome, 1, REP_HOST_OUTCOME_COUNT)
ROUND_TRIP(rep_session_outcome, 1, REP_SESSION_OUTCOME_COUNT)
ROUND_TRIP(rep_reason, 1, REP_REASON_COUNT)
ROUND_TRIP(rep_state, 0, REP_STATE_COUNT)
ROUND_TRIP(rep_drain, 1, REP_DRAIN_COUNT)

static void session_outcome__each__has_one_verdict(void **state)
{
	int done = 0, not_done = 0;

	(void)state;
	for (int i = 0; i < REP_SESSION_OUTCOME_COUNT; i++) {
		bool is_done = rep_session_outcome_is_done((enum rep_session_outcome)i);
		bool is_not_done = rep_session_outcome_is_not_done((enum rep_session_outcome)i);

		assert_false(is_done && is_not_done);
		done += is_done;
		not_done += is_not_done;
	}
	assert_int_equal(done, 6);
	assert_int_equal(not_done, 7);
	assert_true(rep_session_outcome_is_done(REP_SESSION_ALREADY_GONE));
	assert_true(rep_session_outcome_is_not_done(REP_SESSION_IN_DOUBT));
	assert_false(rep_session_outcome_is_not_done(REP_SESSION_SKIPPED));
}

static void record_intern__same_text__same_pointer(void **state)
{
	struct rep_record record;
	char text[32];
	const char *first;

	(void)state;
	assert_int_equal(rep_record_init(&record, 0), 0);
	assert_string_equal(rep_intern(&record, ""), "");
	first = rep_intern(&record, "text 0");
	for (int i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "text %d", i % 10000);
		assert_string_equal(rep_intern(&record, text), text);
	}
	assert_ptr_equal(rep_intern(&record, "text 0"), first);
	assert_int_equal(record.interned_count, 10000);
	rep_record_release(&record);
}

static void record_error_kind__any_part_differs__is_another(void **state)
{
	const struct rep_error_kind base = { "api", 5, "NAME", "message", "class", "remedy" };
	struct rep_error_kind others[] = { base, base, base, base, base, base };
	struct rep_record record;

	(void)state;
	others[0].api = "apiN";
	others[0].name = "AME"; /* the same bytes, cut elsewhere */
	others[1].code = 6;
	others[2].name = "OTHER";
	others[3].message = "";
	others[4].class_ = NULL;
	others[5].remedy = "x";
	assert_int_equal(rep_record_init(&record, 0), 0);
	assert_int_equal(rep_error_kind(&record, &base), 1);
	for (uint16_t i = 0; i < 6; i++)
		assert_int_equal(rep_error_kind(&record, &others[i]), i + 2);
	for (uint16_t i = 0; i < 6; i++)
		assert_int_equal(rep_error_kind(&record, &others[i]), i + 2);
	assert_int_equal(rep_error_kind(&record, &base), 1);
	assert_string_equal(record.kinds[6].class_, "");
	assert_string_equal(record.kinds[7].remedy, "x");
	rep_record_release(&record);
}

static void record_error_kind__more_than_fit_an_index__is_refused(void **state)
{
	struct rep_error_kind kind = { "api", 0, "NAME", "", "", "" };
	struct rep_record record;

	(void)state;
	assert_int_equal(rep_record_init(&record, 0), 0);
	for (uint32_t code = 1; code <= UINT16_MAX; code++) {
		kind.code = code;
		assert_int_equal(rep_error_kind(&record, &kind), code);
	}
	kind.code = UINT16_MAX + 1;
	assert_int_equal(rep_error_kind(&record, &kind), 0);
	kind.code = 7;
	assert_int_equal(rep_error_kind(&record, &kind), 7);
	rep_record_release(&record);
}

static void record_init__new_hosts__know_nothing(void **state)
{
	struct rep_record record;

	(void)state;
	assert_int_equal(rep_record_init(&record, 2), 0);
	assert_int_equal(record.host_count, 2);
	assert_string_equal(record.hosts[1].name, "");
	assert_string_equal(record.hosts[1].address, "");
	assert_int_equal(record.hosts[1].duration_ms, -1);
	assert_int_equal(record.hosts[1].outcome, REP_HOST_NONE);
	assert_string_equal(record.run.stopped_by, "");
	assert_true(record.run.started_at_ms == UTC_UNKNOWN);
	rep_record_release(&record);
	assert_null(record.hosts);
}

static void host_add_session__ten_thousand__all_stay(void **state)
{
	struct rep_record record;
	struct rep_host *host;

	(void)state;
	assert_int_equal(rep_record_init(&record, 1), 0);
	host = &record.hosts[0];
	for (uint32_t i = 0; i < 10000; i++) {
		struct rep_session *session = rep_host_add_session(host);

		assert_non_null(session);
		assert_string_equal(session->vm, "");
		assert_true(session->logon_at_ms == UTC_UNKNOWN);
		assert_int_equal(session->idle_s, -1);
		assert_int_equal(session->duration_ms, -1);
		assert_int_equal(session->outcome, REP_SESSION_NONE);
		session->id = i;
	}
	assert_int_equal(host->session_count, 10000);
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(host->sessions[i].id, i);
	rep_record_release(&record);
}

static void totals_count__sample__adds_up(void **state)
{
	struct rep_record record;
	struct rep_totals totals;
	uint32_t hosts = 0, sessions = 0;

	(void)state;
	assert_int_equal(sample_example(&record), 0);
	rep_totals_count(&record, &totals);
	assert_int_equal(totals.hosts, 5);
	assert_int_equal(totals.hosts_by[REP_HOST_SUCCEEDED], 2);
	assert_int_equal(totals.hosts_by[REP_HOST_TIMED_OUT], 1);
	assert_int_equal(totals.sessions, 14);
	assert_int_equal(totals.selected, 4);
	assert_int_equal(totals.sessions_by[REP_SESSION_SKIPPED], 10);
	assert_int_equal(totals.sessions_by[REP_SESSION_LOGGED_OFF], 1);
	for (int i = 0; i < REP_HOST_OUTCOME_COUNT; i++)
		hosts += totals.hosts_by[i];
	for (int i = 0; i < REP_SESSION_OUTCOME_COUNT; i++)
		sessions += totals.sessions_by[i];
	assert_int_equal(hosts, totals.hosts);
	assert_int_equal(sessions, totals.sessions);
	rep_record_release(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rep_run_outcome_names__every_value__round_trips),
		cmocka_unit_test(rep_host_outcome_names__every_value__round_trips),
		cmocka_unit_test(rep_session_outcome_names__every_value__round_trips),
		cmocka_unit_test(rep_reason_names__every_value__round_trips),
		cmocka_unit_test(rep_state_names__every_value__round_trips),
		cmocka_unit_test(rep_drain_names__every_value__round_trips),
		cmocka_unit_test(rep_run_outcome_parse__no_such_name__is_refused),
		cmocka_unit_test(rep_host_outcome_parse__no_such_name__is_refused),
		cmocka_unit_test(rep_session_outcome_parse__no_such_name__is_refused),
		cmocka_unit_test(rep_reason_parse__no_such_name__is_refused),
		cmocka_unit_test(rep_state_parse__no_such_name__is_refused),
		cmocka_unit_test(rep_drain_parse__no_such_name__is_refused),
		cmocka_unit_test(session_outcome__each__has_one_verdict),
		cmocka_unit_test(record_intern__same_text__same_pointer),
		cmocka_unit_test(record_error_kind__any_part_differs__is_another),
		cmocka_unit_test(record_error_kind__more_than_fit_an_index__is_refused),
		cmocka_unit_test(record_init__new_hosts__know_nothing),
		cmocka_unit_test(host_add_session__ten_thousand__all_stay),
		cmocka_unit_test(totals_count__sample__adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
