#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "report_fold.h"

static const struct rep_error_kind denied = { "open", 5, "DENIED", "m", "c", "r" };
static const struct rep_error_kind denied_too = { "open", 5, "DENIED", "other words", "c2", "" };
static const struct rep_error_kind gone = { "open", 7022, "GONE", "m", "c", "r" };
static const struct rep_error_kind denied_elsewhere = { "logoff", 5, "DENIED", "m", "c", "r" };

static void set_session_errors(struct rep_host *host, const uint16_t *errors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct rep_session *session = rep_host_add_session(host);

		assert_non_null(session);
		session->error = errors[i];
	}
}

static void assert_entry(const struct rep_error_entry *entry, const char *api, uint32_t code,
			 const char *message, uint32_t sessions, const char *hosts)
{
	char joined[64] = "";
	size_t used = 0;

	assert_string_equal(entry->kind.api, api);
	assert_int_equal(entry->kind.code, code);
	assert_string_equal(entry->kind.message, message);
	assert_int_equal(entry->sessions, sessions);
	for (size_t i = 0; i < entry->host_count; i++)
		used += (size_t)snprintf(joined + used, sizeof(joined) - used, "%s%s",
					 i > 0 ? "," : "", entry->hosts[i]);
	assert_string_equal(joined, hosts);
}

static void fold__kinds_mixed_over_hosts__grouped_in_fleet_order(void **state)
{
	struct rep_record record;
	struct rep_fold fold;
	uint16_t a, b, c, d;

	(void)state;
	assert_int_equal(rep_record_init(&record, 4), 0);
	a = rep_error_kind(&record, &denied);
	b = rep_error_kind(&record, &denied_too);
	c = rep_error_kind(&record, &gone);
	d = rep_error_kind(&record, &denied_elsewhere);
	record.hosts[0].name = "h0";
	record.hosts[1].name = "h1";
	record.hosts[2].name = "h2";
	record.hosts[3].name = "h3";
	record.hosts[0].error = c;
	set_session_errors(&record.hosts[0], (uint16_t[]){ 0, c, 999 }, 3); /* 999: no such kind */
	set_session_errors(&record.hosts[1], (uint16_t[]){ b, a, b, d }, 4);
	record.hosts[2].error = a;
	record.hosts[3].error = c;
	set_session_errors(&record.hosts[3], (uint16_t[]){ a, c, a }, 3);

	assert_int_equal(rep_fold_record(&fold, &record), 0);
	assert_int_equal(fold.head.error_count, 3);
	assert_entry(&fold.head.errors[0], "open", 7022, "m", 2, "h0,h3");
	assert_entry(&fold.head.errors[1], "open", 5, "other words", 5, "h1,h2,h3");
	assert_entry(&fold.head.errors[2], "logoff", 5, "m", 1, "h1");
	assert_ptr_equal(fold.head.run, &record.run);
	assert_int_equal(fold.head.totals->sessions, 10);
	rep_fold_release(&fold);
	rep_record_release(&record);
}

static void fold__no_errors__has_no_entries(void **state)
{
	struct rep_record record;
	struct rep_fold fold;

	(void)state;
	assert_int_equal(rep_record_init(&record, 0), 0);
	assert_int_equal(rep_error_kind(&record, &denied), 1); /* a kind that nobody has */
	assert_int_equal(rep_fold_record(&fold, &record), 0);
	assert_int_equal(fold.head.error_count, 0);
	rep_fold_release(&fold);
	rep_record_release(&record);
}

/* Quadratic work over hosts or kinds would run into the test's timeout. */
static void fold__many_hosts_and_kinds__is_linear(void **state)
{
	struct rep_record record;
	struct rep_fold fold;

	(void)state;
	assert_int_equal(rep_record_init(&record, 60000), 0);
	for (uint32_t i = 0; i < 60000; i++) {
		struct rep_error_kind kind = { "api", 1 + i, "N", "", "", "" };

		record.hosts[i].name = "host";
		record.hosts[i].error = rep_error_kind(&record, &kind);
		set_session_errors(&record.hosts[i], (uint16_t[]){ 1 }, 1);
	}
	assert_int_equal(rep_fold_record(&fold, &record), 0);
	assert_int_equal(fold.head.error_count, 60000);
	assert_int_equal(fold.head.errors[0].host_count, 60000);
	assert_int_equal(fold.head.errors[0].sessions, 60000);
	assert_int_equal(fold.head.errors[59999].host_count, 1);
	rep_fold_release(&fold);
	rep_record_release(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fold__kinds_mixed_over_hosts__grouped_in_fleet_order),
		cmocka_unit_test(fold__no_errors__has_no_entries),
		cmocka_unit_test(fold__many_hosts_and_kinds__is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
