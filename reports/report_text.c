#include "report_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "record_names.h"
#include "report_words.h"
#include "text.h"
#include "text_width.h"

#define LABEL_COLUMNS  12  /* of the rows about the run */
#define COUNT_COLUMNS  24  /* of the rows that end with a number */
#define DETAIL_COLUMNS 10  /* of the rows about an error */
#define HOSTS_COLUMNS  240 /* a list of hosts is cut after so many */
#define LEAST_COLUMNS  20  /* a narrower column is not wrapped any further */

struct page {
	struct strbuf *out;
	int width; /* 0: unlimited */
};

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
		int columns = (int)text_width(text + spaces, len);

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

static void add_first_line(struct page *page, const struct rep_run *run)
{
	const char *outcome = rep_run_outcome_name(run->outcome);

	text_escape_add(page->out, run->command, strlen(run->command));
	strbuf_adds(page->out, "  ");
	rep_words_add(page->out, outcome[0] != '\0' ? outcome : "no outcome", true);
	strbuf_addf(page->out, "  (exit %d)", run->exit_code);
	if (run->simulated)
		strbuf_adds(page->out, "  SIMULATED");
	if (run->dry_run)
		strbuf_adds(page->out, "  DRY RUN");
	strbuf_addc(page->out, '\n');
}

/* A row whose words are put together by `words`. */
static void add_worded_row(struct page *page, const char *label, const struct rep_run *run,
			   void (*words)(struct strbuf *out, const struct rep_run *run))
{
	struct strbuf text;

	strbuf_init(&text);
	words(&text, run);
	add_row_of(page, 2, LABEL_COLUMNS, label, &text);
}

static void add_run(struct page *page, const struct rep_run *run)
{
	add_first_line(page, run);
	add_run_row(page, "run", run->id);
	add_worded_row(page, "started", run, rep_words_time);
	add_worded_row(page, "by", run, rep_words_operator);
	add_run_row(page, "reason", run->reason);
	add_worded_row(page, "inventory", run, rep_words_inventory);
	add_run_row(page, "limit", run->limit);
	add_worded_row(page, "shard", run, rep_words_shards);
	add_run_row(page, "backend", run->backend);
	add_run_row(page, "stopped by", run->stopped_by);
}

static void add_count(struct page *page, int indent, const char *name, uint32_t count)
{
	struct strbuf words;

	strbuf_init(&words);
	rep_words_add(&words, name, false);
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

/* The outcomes that belong together, under their sum; nothing where that is 0. */
static void add_outcomes(struct page *page, const struct rep_totals *totals, const char *title,
			 bool (*belongs)(enum rep_session_outcome outcome))
{
	uint32_t sum = rep_words_sum(totals, belongs);

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
	add_outcomes(page, totals, "left alone", rep_words_is_left_alone);
}

static void add_error(struct page *page, const struct rep_error_entry *entry)
{
	const struct rep_error_kind *kind = &entry->kind;
	struct strbuf text;

	strbuf_init(&text);
	rep_words_error(&text, kind, "  ");
	if (kind->class_[0] != '\0')
		strbuf_addf(&text, "  (%s)", kind->class_);
	add_row_of(page, 2, 0, "", &text);
	if (kind->message[0] != '\0')
		add_row(page, 6, 0, "", kind->message);
	strbuf_init(&text);
	rep_words_hosts(&text, entry, HOSTS_COLUMNS);
	add_row_of(page, 6, DETAIL_COLUMNS, "hosts", &text);
	if (entry->sessions > 0) {
		strbuf_init(&text);
		strbuf_addf(&text, "%" PRIu32, entry->sessions);
		add_row_of(page, 6, DETAIL_COLUMNS, "sessions", &text);
	}
	if (kind->remedy[0] != '\0')
		add_row(page, 6, DETAIL_COLUMNS, "remedy", kind->remedy);
}

static void add_errors(struct page *page, const struct rep_head *head)
{
	const struct rep_error_entry **sorted;

	if (head->error_count == 0)
		return;
	sorted = rep_words_sorted_errors(head);
	if (!sorted) {
		page->out->failed = true;
		return;
	}
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
	if (strcmp(head->run->command, "drain") != 0) /* which is about hosts */
		add_sessions(&page, head->totals);
	add_errors(&page, head);
}
