#include "report_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "host_range.h"
#include "record_names.h"
#include "text.h"
#include "utc.h"

#define LABEL_COLUMNS  12  /* of the rows about the run */
#define COUNT_COLUMNS  24  /* of the rows that end with a number */
#define DETAIL_COLUMNS 10  /* of the rows about an error */
#define HOSTS_COLUMNS  240 /* a list of hosts is cut after so many */
#define LEAST_COLUMNS  20  /* a narrower column is not wrapped any further */

struct page {
	struct strbuf *out;
	int width; /* 0: unlimited */
};

static int columns_of(const char *text, size_t len)
{
	int columns = 0;

	for (size_t i = 0; i < len; i++)
		columns += ((unsigned char)text[i] & 0xC0) != 0x80;
	return columns;
}

static void add_spaces(struct strbuf *out, int count)
{
	strbuf_addf(out, "%*s", count > 0 ? count : 0, "");
}

/* The length of the word at the start of `text`: up to a space, or to a comma and with it. */
static size_t word_length(const char *text)
{
	size_t len = strcspn(text, " ,");

	return text[len] == ',' ? len + 1 : len;
}

/* Appends a text that needs no escaping from column `indent` on; lines that follow begin there
 * too. */
static void add_wrapped(struct page *page, int indent, const char *text)
{
	int limit = page->width;
	int column = indent;

	if (limit > 0 && limit < indent + LEAST_COLUMNS)
		limit = indent + LEAST_COLUMNS;
	while (*text != '\0') {
		size_t spaces = strspn(text, " ");
		size_t len = word_length(text + spaces);
		int columns = columns_of(text + spaces, len);

		if (limit > 0 && column > indent && column + (int)spaces + columns > limit) {
			strbuf_addc(page->out, '\n');
			add_spaces(page->out, indent);
			column = indent;
			text += spaces; /* not at the start of a line */
			spaces = 0;
		}
		strbuf_add(page->out, text, spaces + len);
		column += (int)spaces + columns;
		text += spaces + len;
	}
	strbuf_addc(page->out, '\n');
}

/* `label` in its column, then a text from outside. */
static void add_row(struct page *page, int indent, int columns, const char *label, const char *text)
{
	struct strbuf escaped;

	strbuf_init(&escaped);
	text_escape_add(&escaped, text, strlen(text));
	add_spaces(page->out, indent);
	strbuf_addf(page->out, "%-*s", columns, label);
	add_wrapped(page, indent + columns, strbuf_text(&escaped));
	page->out->failed |= escaped.failed;
	strbuf_release(&escaped);
}

/* The same with the text in a buffer, which is then freed; nothing for an empty one. */
static void add_row_of(struct page *page, int indent, int columns, const char *label,
		       struct strbuf *text)
{
	if (text->len > 0)
		add_row(page, indent, columns, label, strbuf_text(text));
	page->out->failed |= text->failed;
	strbuf_release(text);
}

static void add_run_row(struct page *page, const char *label, const char *text)
{
	if (text[0] != '\0')
		add_row(page, 2, LABEL_COLUMNS, label, text);
}

/* `timed_out` for people. */
static void add_words(struct strbuf *out, const char *name, bool upper)
{
	for (; *name != '\0'; name++) {
		char c = *name == '_' ? ' ' : *name;

		strbuf_addc(out, upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
	}
}

static void add_first_line(struct page *page, const struct rep_run *run)
{
	const char *outcome = rep_run_outcome_name(run->outcome);

	text_escape_add(page->out, run->command, strlen(run->command));
	strbuf_adds(page->out, "  ");
	add_words(page->out, outcome[0] != '\0' ? outcome : "no outcome", true);
	strbuf_addf(page->out, "  (exit %d)", run->exit_code);
	if (run->simulated)
		strbuf_adds(page->out, "  SIMULATED");
	if (run->dry_run)
		strbuf_adds(page->out, "  DRY RUN");
	strbuf_addc(page->out, '\n');
}

static void add_time(struct page *page, const struct rep_run *run)
{
	char time[UTC_TEXT_SIZE], took[DURATION_TEXT_SIZE];
	struct strbuf text;

	strbuf_init(&text);
	utc_format(run->started_at_ms, time);
	if (time[0] != '\0') {
		time[10] = ' '; /* 2026-01-01T22:00:00.000Z, without what nobody reads */
		time[19] = '\0';
		strbuf_addf(&text, "%s UTC", time);
	}
	if (run->duration_ms >= 0) {
		duration_format_rough(run->duration_ms, took);
		strbuf_addf(&text, "%stook %s", text.len > 0 ? ", " : "", took);
	}
	add_row_of(page, 2, LABEL_COLUMNS, "started", &text);
}

static void add_operator(struct page *page, const struct rep_run *run)
{
	struct strbuf text;

	strbuf_init(&text);
	strbuf_adds(&text, run->operator_);
	if (run->machine[0] != '\0')
		strbuf_addf(&text, "%son %s", text.len > 0 ? " " : "", run->machine);
	add_row_of(page, 2, LABEL_COLUMNS, "by", &text);
}

static void add_inventory(struct page *page, const struct rep_run *run)
{
	struct strbuf text;

	strbuf_init(&text);
	for (size_t i = 0; i < run->inventory_source_count; i++)
		strbuf_addf(&text, "%s%s", i > 0 ? ", " : "", run->inventory_sources[i]);
	strbuf_addf(&text, "%s%" PRIu32 " host%s", text.len > 0 ? ": " : "", run->inventory_hosts,
		    run->inventory_hosts == 1 ? "" : "s");
	add_row_of(page, 2, LABEL_COLUMNS, "inventory", &text);
}

static void add_run(struct page *page, const struct rep_run *run)
{
	struct strbuf text;

	add_first_line(page, run);
	add_run_row(page, "run", run->id);
	add_time(page, run);
	add_operator(page, run);
	add_run_row(page, "reason", run->reason);
	add_inventory(page, run);
	add_run_row(page, "limit", run->limit);
	if (run->shard_n > 0) {
		strbuf_init(&text);
		strbuf_addf(&text, "%" PRIu32 " of %" PRIu32, run->shard_k, run->shard_n);
		add_row_of(page, 2, LABEL_COLUMNS, "shard", &text);
	}
	add_run_row(page, "backend", run->backend);
	add_run_row(page, "stopped by", run->stopped_by);
}

static void add_count(struct page *page, int indent, const char *name, uint32_t count)
{
	struct strbuf words;

	strbuf_init(&words);
	add_words(&words, name, false);
	add_spaces(page->out, indent);
	strbuf_addf(page->out, "%-*s%8" PRIu32, COUNT_COLUMNS - indent, strbuf_text(&words), count);
	page->out->failed |= words.failed;
	strbuf_release(&words);
}

static void add_count_line(struct page *page, int indent, const char *name, uint32_t count)
{
	add_count(page, indent, name, count);
	strbuf_addc(page->out, '\n');
}

static void add_hosts(struct page *page, const struct rep_totals *totals)
{
	strbuf_addc(page->out, '\n');
	add_count_line(page, 0, "hosts", totals->hosts);
	for (size_t i = 1; i < rep_host_outcome_names.count; i++)
		if (totals->hosts_by[i] > 0)
			add_count_line(page, 2, rep_host_outcome_names.names[i],
				       totals->hosts_by[i]);
}

static bool is_left_alone(enum rep_session_outcome outcome)
{
	return !rep_session_outcome_is_done(outcome) && !rep_session_outcome_is_not_done(outcome);
}

/* The outcomes that belong together, under their sum; nothing where that is 0. */
static void add_outcomes(struct page *page, const struct rep_totals *totals, const char *title,
			 bool (*belongs)(enum rep_session_outcome outcome))
{
	uint32_t sum = 0;

	for (size_t i = 1; i < rep_session_outcome_names.count; i++)
		if (belongs((enum rep_session_outcome)i))
			sum += totals->sessions_by[i];
	if (sum == 0)
		return;
	add_count_line(page, 2, title, sum);
	for (size_t i = 1; i < rep_session_outcome_names.count; i++)
		if (belongs((enum rep_session_outcome)i) && totals->sessions_by[i] > 0)
			add_count_line(page, 4, rep_session_outcome_names.names[i],
				       totals->sessions_by[i]);
}

static void add_sessions(struct page *page, const struct rep_totals *totals)
{
	strbuf_addc(page->out, '\n');
	add_count(page, 0, "sessions", totals->sessions);
	strbuf_addf(page->out, "   (%" PRIu32 " selected)\n", totals->selected);
	add_outcomes(page, totals, "done", rep_session_outcome_is_done);
	add_outcomes(page, totals, "not done", rep_session_outcome_is_not_done);
	add_outcomes(page, totals, "left alone", is_left_alone);
}

/* `12: rdsh[001:008],web01 and 3 more`. */
static void add_host_list(struct strbuf *out, const struct rep_error_entry *entry)
{
	struct strbuf folded;
	const char *item;
	size_t len;
	uint64_t shown = 0;

	strbuf_init(&folded);
	host_range_fold(&folded, entry->hosts, entry->host_count);
	strbuf_addf(out, "%" PRIu64 ": ", (uint64_t)entry->host_count);
	for (item = strbuf_text(&folded); *item != '\0'; item += item[len] == ',' ? len + 1 : len) {
		struct host_range_error error;
		uint64_t count;

		len = strcspn(item, ",");
		if (shown > 0 && out->len + len > HOSTS_COLUMNS)
			break;
		if (host_range_count(item, len, &count, &error) < 0)
			count = 1;
		if (shown > 0)
			strbuf_addc(out, ',');
		strbuf_add(out, item, len);
		shown += count;
	}
	if (*item != '\0' && shown < entry->host_count)
		strbuf_addf(out, " and %" PRIu64 " more", entry->host_count - shown);
	out->failed |= folded.failed;
	strbuf_release(&folded);
}

static void add_error(struct page *page, const struct rep_error_entry *entry)
{
	const struct rep_error_kind *kind = &entry->kind;
	struct strbuf text;

	strbuf_init(&text);
	strbuf_addf(&text, "%s  ", kind->api);
	if (kind->code != 0)
		strbuf_addf(&text, "%" PRIu32 " ", kind->code);
	strbuf_adds(&text, kind->name);
	if (kind->class_[0] != '\0')
		strbuf_addf(&text, "  (%s)", kind->class_);
	add_row_of(page, 2, 0, "", &text);
	if (kind->message[0] != '\0')
		add_row(page, 6, 0, "", kind->message);
	strbuf_init(&text);
	add_host_list(&text, entry);
	add_row_of(page, 6, DETAIL_COLUMNS, "hosts", &text);
	if (entry->sessions > 0) {
		strbuf_init(&text);
		strbuf_addf(&text, "%" PRIu32, entry->sessions);
		add_row_of(page, 6, DETAIL_COLUMNS, "sessions", &text);
	}
	if (kind->remedy[0] != '\0')
		add_row(page, 6, DETAIL_COLUMNS, "remedy", kind->remedy);
}

static int by_hosts(const void *a, const void *b)
{
	const struct rep_error_entry *const *left = a;
	const struct rep_error_entry *const *right = b;

	if ((*left)->host_count != (*right)->host_count)
		return (*left)->host_count < (*right)->host_count ? 1 : -1;
	return *left < *right ? -1 : *left > *right; /* the order of the report: one array */
}

static void add_errors(struct page *page, const struct rep_head *head)
{
	const struct rep_error_entry **sorted;

	if (head->error_count == 0)
		return;
	sorted = malloc(head->error_count * sizeof(*sorted));
	if (!sorted) {
		page->out->failed = true;
		return;
	}
	for (size_t i = 0; i < head->error_count; i++)
		sorted[i] = &head->errors[i];
	qsort(sorted, head->error_count, sizeof(*sorted), by_hosts);
	strbuf_adds(page->out, "\nerrors, most hosts first\n");
	for (size_t i = 0; i < head->error_count; i++)
		add_error(page, sorted[i]);
	free(sorted);
}

void rep_text_summary(struct strbuf *out, const struct rep_head *head, int width)
{
	struct page page = { out, width };

	add_run(&page, head->run);
	add_hosts(&page, head->totals);
	add_sessions(&page, head->totals);
	add_errors(&page, head);
}
