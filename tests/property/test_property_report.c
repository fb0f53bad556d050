/* test_property_report.c - any record at all: JSON, CSV and counts say the same, and JSON comes back byte by byte. */
#include "property.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "report_fold.h"
#include "support.h"
#include "utc.h"

static const char *const texts[] = {
	"",
	"CORP",
	"alice",
	"=cmd|' /C calc'!A0",
	"a,b\"c\"",
	"line\r\nbreak",
	"\x1b[31m\xe2\x80\xae",
	"b\xc3\xbcro \xf0\x9f\x98\x80",
	"'",
	"\t",
	"<script>alert(1)</script>",
	"\\",
	"{\"a\":1}",
};

static int64_t pick_time(uint64_t *rng)
{
	return pick(rng, 3) ? INT64_C(1767225600000) + (int64_t)pick(rng, 100000000) : UTC_UNKNOWN;
}

static uint16_t pick_error(struct rep_record *record, uint64_t *rng)
{
	return pick(rng, 2) ? 0 : (uint16_t)(1 + pick(rng, record->kind_count - 1));
}

static void add_kinds(struct rep_record *record, uint64_t *rng)
{
	static const char *const apis[] = { "WTSLogoffSession", "rdsweep", "=x" };
	size_t count = 1 + pick(rng, 4);

	for (size_t i = 0; i < count; i++) {
		const struct rep_error_kind kind = {
			.api = PICK_TEXT(rng, apis),
			.code = (uint32_t)pick(rng, 3) * 1722,
			.name = PICK_TEXT(rng, texts),
			.message = PICK_TEXT(rng, texts),
			.class_ = "permanent",
			.remedy = PICK_TEXT(rng, texts),
		};

		assert_int_not_equal(rep_error_kind(record, &kind), 0);
	}
}

static void add_session(struct rep_record *record, struct rep_host *host, uint64_t *rng)
{
	struct rep_session *session = rep_host_add_session(host);

	assert_non_null(session);
	session->id = (uint32_t)rng_next(rng);
	session->user = PICK_TEXT(rng, texts);
	session->domain = PICK_TEXT(rng, texts);
	session->station = PICK_TEXT(rng, texts);
	session->client = PICK_TEXT(rng, texts);
	session->vm = PICK_TEXT(rng, texts);
	session->farm = PICK_TEXT(rng, texts);
	session->logon_at_ms = pick_time(rng);
	session->idle_s = (int64_t)pick(rng, 5000) - 1;
	session->duration_ms = (int32_t)pick(rng, 5000) - 1;
	session->attempts = (uint16_t)pick(rng, 5);
	session->state = (uint8_t)pick(rng, REP_STATE_COUNT);
	session->outcome = (uint8_t)(1 + pick(rng, REP_SESSION_OUTCOME_COUNT - 1));
	session->reason = (uint8_t)pick(rng, REP_REASON_COUNT);
	session->selected = pick(rng, 2) != 0;
	session->error = pick_error(record, rng);
}

static void fill_host(struct rep_record *record, struct rep_host *host, size_t i, uint64_t *rng)
{
	static const char *const groups[] = { "web", "d;b", "=x" };
	char name[32];

	(void)snprintf(name, sizeof(name), "%s%zu", pick(rng, 4) ? "rdsh" : "=h,\"", i);
	host->name = arena_strdup(&record->arena, name);
	assert_non_null(host->name);
	host->address = PICK_TEXT(rng, texts);
	host->groups = groups;
	host->group_count = pick(rng, 4);
	host->wave = (uint32_t)pick(rng, 3);
	host->outcome = (uint8_t)(1 + pick(rng, REP_HOST_OUTCOME_COUNT - 1));
	host->drain_before = (uint8_t)pick(rng, REP_DRAIN_COUNT);
	host->drain_during = (uint8_t)pick(rng, REP_DRAIN_COUNT);
	host->drain_after = (uint8_t)pick(rng, REP_DRAIN_COUNT);
	host->error = pick_error(record, rng);
	host->attempts = (uint16_t)pick(rng, 4);
	host->duration_ms = (int64_t)pick(rng, 5000) - 1;
	host->acted_at_ms = pick_time(rng);
	host->ended_at_ms = pick_time(rng);
	for (size_t k = pick(rng, 5); k > 0; k--)
		add_session(record, host, rng);
}

static void fill_run(struct rep_run *run, uint64_t *rng)
{
	static const char *const arguments[] = { "-i", "farm.ini", "--reason", "=now" };

	run->id = "20260101T000000Z-00000001";
	run->command = "logoff";
	run->arguments = arguments;
	run->argument_count = pick(rng, 5);
	run->dry_run = pick(rng, 2) != 0;
	run->simulated = pick(rng, 2) != 0;
	run->backend = "sim";
	run->operator_ = PICK_TEXT(rng, texts);
	run->machine = PICK_TEXT(rng, texts);
	run->reason = PICK_TEXT(rng, texts);
	run->started_at_ms = pick_time(rng);
	run->finished_at_ms = pick_time(rng);
	run->duration_ms = (int64_t)pick(rng, 100000) - 1;
	run->fleet_sha256 = "";
	run->limit = PICK_TEXT(rng, texts);
	run->shard_k = (uint32_t)pick(rng, 3);
	run->shard_n = run->shard_k ? run->shard_k + 1 : 0;
	run->outcome = (enum rep_run_outcome)(1 + pick(rng, REP_RUN_OUTCOME_COUNT - 1));
	run->stopped_by = PICK_TEXT(rng, texts);
	run->exit_code = (int)pick(rng, 6);
}

static void make_record(struct rep_record *record, uint64_t *rng)
{
	size_t count = pick(rng, 6);

	assert_int_equal(rep_record_init(record, count), 0);
	fill_run(&record->run, rng);
	add_kinds(record, rng);
	for (size_t i = 0; i < count; i++)
		fill_host(record, &record->hosts[i], i, rng);
}

static void convert(const struct strbuf *json, enum rep_format format, struct strbuf *out)
{
	struct test_source source = { .bytes = strbuf_text(json), .len = json->len };
	struct rep_read_error error = { 0 };

	if (test_convert(&source, format, out, &error) != 0)
		fail_msg("%d:%d: %s", error.line, error.column, error.message);
}

/* --- JSON --- */

static void check_round_trip(uint64_t *rng)
{
	struct strbuf written, again, csv, csv_again;
	struct rep_record record;

	strbuf_init(&written);
	strbuf_init(&again);
	strbuf_init(&csv);
	strbuf_init(&csv_again);
	make_record(&record, rng);
	assert_int_equal(test_write(&record, REP_FORMAT_JSON, &written), 0);
	convert(&written, REP_FORMAT_JSON, &again);
	assert_string_equal(strbuf_text(&written), strbuf_text(&again));
	assert_int_equal(test_write(&record, REP_FORMAT_CSV, &csv), 0);
	convert(&written, REP_FORMAT_CSV, &csv_again);
	assert_string_equal(strbuf_text(&csv), strbuf_text(&csv_again));
	rep_record_release(&record);
	strbuf_release(&written);
	strbuf_release(&again);
	strbuf_release(&csv);
	strbuf_release(&csv_again);
}

static void report__read_and_written_again__byte_equal(void **state)
{
	(void)state;
	property_each(600, check_round_trip);
}

/* --- CSV --- */

enum { COLUMN_HOST = 1, COLUMN_HOST_OUTCOME = 4, COLUMN_SESSION = 5, COLUMN_OUTCOME = 15 };

struct counts {
	struct rep_totals totals;
	char host[64];
};

static void count_row(struct counts *counts, const struct csv_field *fields)
{
	enum rep_host_outcome host;
	enum rep_session_outcome session;

	if (strcmp(counts->host, fields[COLUMN_HOST].text) != 0) {
		(void)snprintf(counts->host, sizeof(counts->host), "%s", fields[COLUMN_HOST].text);
		assert_int_equal(rep_host_outcome_parse(fields[COLUMN_HOST_OUTCOME].text, &host),
				 0);
		counts->totals.hosts++;
		counts->totals.hosts_by[host]++;
	}
	if (!*fields[COLUMN_SESSION].text)
		return; /* the host's own row */
	assert_int_equal(rep_session_outcome_parse(fields[COLUMN_OUTCOME].text, &session), 0);
	counts->totals.sessions++;
	counts->totals.sessions_by[session]++;
}

static void count_csv(struct counts *counts, const struct strbuf *csv)
{
	struct csv_reader *reader = csv_reader_create(strbuf_text(csv), csv->len);
	const struct csv_field *fields;
	size_t count;

	assert_non_null(reader);
	assert_int_equal(csv_next(reader, &fields, &count), 1);
	assert_string_equal(fields[COLUMN_HOST_OUTCOME].text, "host_outcome");
	assert_string_equal(fields[COLUMN_SESSION].text, "session_id");
	assert_string_equal(fields[COLUMN_OUTCOME].text, "outcome");
	while (csv_next(reader, &fields, &count) == 1) {
		assert_int_equal(count, 27);
		count_row(counts, fields);
	}
	assert_string_equal(csv_error_text(reader), "");
	csv_reader_free(reader);
}

static void check_counts(uint64_t *rng)
{
	struct counts counts = { .host = "" };
	struct rep_record record;
	struct rep_totals totals;
	struct strbuf csv;

	strbuf_init(&csv);
	make_record(&record, rng);
	assert_int_equal(test_write(&record, REP_FORMAT_CSV, &csv), 0);
	count_csv(&counts, &csv);
	rep_totals_count(&record, &totals);
	totals.selected = 0;
	assert_memory_equal(&counts.totals, &totals, sizeof(totals));
	rep_record_release(&record);
	strbuf_release(&csv);
}

static void csv__counted_by_outcome__what_the_totals_say(void **state)
{
	(void)state;
	property_each(600, check_counts);
}

/* --- folded errors --- */

static void check_fold(uint64_t *rng)
{
	struct rep_record record;
	struct rep_fold fold;
	size_t with_error = 0, folded = 0;

	make_record(&record, rng);
	assert_int_equal(rep_fold_record(&fold, &record), 0);
	for (size_t i = 0; i < record.host_count; i++)
		for (uint32_t k = 0; k < record.hosts[i].session_count; k++)
			with_error += record.hosts[i].sessions[k].error != 0;
	for (size_t i = 0; i < fold.head.error_count; i++) {
		const struct rep_error_entry *entry = &fold.head.errors[i];

		folded += entry->sessions;
		assert_true(entry->host_count >= 1 && entry->host_count <= record.host_count);
		for (size_t h = 1; h < entry->host_count; h++)
			assert_string_not_equal(entry->hosts[h - 1], entry->hosts[h]);
	}
	assert_int_equal(folded, with_error);
	rep_fold_release(&fold);
	rep_record_release(&record);
}

static void errors__folded__every_session_counts_once(void **state)
{
	(void)state;
	property_each(600, check_fold);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(report__read_and_written_again__byte_equal),
		cmocka_unit_test(csv__counted_by_outcome__what_the_totals_say),
		cmocka_unit_test(errors__folded__every_session_counts_once),
	};

	return property_main(argc, argv, "report", tests, sizeof(tests) / sizeof(tests[0]));
}
