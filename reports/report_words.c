#include "report_words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "host_range.h"
#include "report_merge.h"
#include "utc.h"

void rep_words_add(struct strbuf *out, const char *name, bool upper)
{
	for (; *name != '\0'; name++) {
		char c = *name == '_' ? ' ' : *name;

		strbuf_addc(out, upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
	}
}

bool rep_words_is_left_alone(enum rep_session_outcome outcome)
{
	return !rep_session_outcome_is_done(outcome) && !rep_session_outcome_is_not_done(outcome);
}

uint32_t rep_words_sum(const struct rep_totals *totals,
		       bool (*belongs)(enum rep_session_outcome outcome))
{
	uint32_t sum = 0;

	for (int i = 1; i < REP_SESSION_OUTCOME_COUNT; i++)
		if (belongs((enum rep_session_outcome)i))
			sum += totals->sessions_by[i];
	return sum;
}

void rep_words_error(struct strbuf *out, const struct rep_error_kind *kind, const char *between)
{
	strbuf_addf(out, "%s%s", kind->api, between);
	if (kind->code != 0)
		strbuf_addf(out, "%" PRIu32 " ", kind->code);
	strbuf_adds(out, kind->name);
}

void rep_words_host_list(struct strbuf *out, const char *const *hosts, size_t host_count,
			 size_t columns)
{
	size_t before = out->len;
	struct strbuf folded;
	const char *item;
	size_t len;
	uint64_t shown = 0;

	strbuf_init(&folded);
	host_range_fold(&folded, hosts, host_count);
	for (item = strbuf_text(&folded); *item != '\0'; item += item[len] == ',' ? len + 1 : len) {
		struct host_range_error error;
		uint64_t count;

		len = strcspn(item, ",");
		if (shown > 0 && out->len - before + len > columns)
			break;
		if (host_range_count(item, len, &count, &error) < 0)
			count = 1;
		if (shown > 0)
			strbuf_addc(out, ',');
		strbuf_add(out, item, len);
		shown += count;
	}
	if (*item != '\0' && shown < host_count)
		strbuf_addf(out, " and %" PRIu64 " more", host_count - shown);
	out->failed |= folded.failed;
	strbuf_release(&folded);
}

void rep_words_hosts(struct strbuf *out, const struct rep_error_entry *entry, size_t columns)
{
	strbuf_addf(out, "%" PRIu64 ": ", (uint64_t)entry->host_count);
	rep_words_host_list(out, entry->hosts, entry->host_count, columns);
}

void rep_words_inventory(struct strbuf *out, const struct rep_run *run)
{
	for (size_t i = 0; i < run->inventory_source_count; i++)
		strbuf_addf(out, "%s%s", i > 0 ? ", " : "", run->inventory_sources[i]);
	strbuf_addf(out, "%s%" PRIu32 " host%s", run->inventory_source_count > 0 ? ": " : "",
		    run->inventory_hosts, run->inventory_hosts == 1 ? "" : "s");
}

void rep_words_shards(struct strbuf *out, const struct rep_run *run)
{
	uint32_t n = run->part_count > 0 ? run->parts[0].shard_n : run->shard_n;

	if (run->part_count == 0 && n > 0) {
		strbuf_addf(out, "%" PRIu32 " of %" PRIu32, run->shard_k, n);
	} else if (n > 0 && run->part_count == n) {
		strbuf_addf(out, "all %" PRIu32 ", merged", n);
	} else if (n > 0) {
		strbuf_addf(out, "%zu of %" PRIu32 ", merged; missing: ", run->part_count, n);
		rep_merge_missing(out, run);
	}
}

void rep_words_operator(struct strbuf *out, const struct rep_run *run)
{
	strbuf_adds(out, run->operator_);
	if (run->machine[0] != '\0')
		strbuf_addf(out, "%son %s", run->operator_[0] != '\0' ? " " : "", run->machine);
}

void rep_words_time(struct strbuf *out, const struct rep_run *run)
{
	char time[UTC_TEXT_SIZE], took[DURATION_TEXT_SIZE];

	utc_format(run->started_at_ms, time);
	if (time[0] != '\0') {
		time[10] = ' '; /* 2026-01-01T22:00:00.000Z, without what nobody reads */
		time[19] = '\0';
		strbuf_addf(out, "%s UTC", time);
	}
	if (run->duration_ms >= 0) {
		duration_format_rough(run->duration_ms, took);
		strbuf_addf(out, "%stook %s", time[0] != '\0' ? ", " : "", took);
	}
}

static int by_hosts(const void *a, const void *b)
{
	const struct rep_error_entry *const *left = a;
	const struct rep_error_entry *const *right = b;

	if ((*left)->host_count != (*right)->host_count)
		return (*left)->host_count < (*right)->host_count ? 1 : -1;
	return *left < *right ? -1 : *left > *right; /* the order of the report: one array */
}

const struct rep_error_entry **rep_words_sorted_errors(const struct rep_head *head)
{
	const struct rep_error_entry **sorted = calloc(head->error_count + 1, sizeof(*sorted));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < head->error_count; i++)
		sorted[i] = &head->errors[i];
	qsort(sorted, head->error_count, sizeof(*sorted), by_hosts);
	return sorted;
}
