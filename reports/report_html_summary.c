/* The page down to the charts of the head: what was run, how it ended, what to do about it. */
#include "report_html.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html_text.h"
#include "record_names.h"
#include "report_words.h"

#define HOSTS_COLUMNS 600 /* a list of hosts is cut after so many */
#define ERROR_BARS    12  /* more are counted together */
#define BAR_COLUMNS   1000

const char *html_host_class(enum rep_host_outcome outcome)
{
	static const char *const classes[REP_HOST_OUTCOME_COUNT] = {
		[REP_HOST_NONE] = "left",     [REP_HOST_SUCCEEDED] = "done",
		[REP_HOST_PARTIAL] = "doubt", [REP_HOST_FAILED] = "bad",
		[REP_HOST_TIMED_OUT] = "bad", [REP_HOST_NOT_ATTEMPTED] = "doubt",
	};

	return classes[outcome];
}

const char *html_session_class(enum rep_session_outcome outcome)
{
	if (outcome == REP_SESSION_PLANNED || outcome == REP_SESSION_LISTED)
		return "info";
	if (outcome == REP_SESSION_IN_DOUBT || outcome == REP_SESSION_NOT_ATTEMPTED)
		return "doubt";
	if (rep_session_outcome_is_done(outcome))
		return "done";
	return rep_session_outcome_is_not_done(outcome) ? "bad" : "left";
}

void html_add_number(struct strbuf *out, uint64_t number)
{
	if (number >= 1000) {
		html_add_number(out, number / 1000);
		strbuf_addf(out, ",%03u", (unsigned)(number % 1000));
	} else {
		strbuf_addf(out, "%u", (unsigned)number);
	}
}

static void add_words(struct strbuf *out, const char *name)
{
	rep_words_add(out, name, false);
}

/* -- the banner -- */

static const char *run_class(enum rep_run_outcome outcome)
{
	if (outcome == REP_RUN_SUCCEEDED)
		return "done";
	return outcome == REP_RUN_FAILED || outcome == REP_RUN_ABORTED ? "bad" : "doubt";
}

static void add_banner_title(struct strbuf *out, const struct rep_run *run)
{
	strbuf_adds(
		out,
		"<header class=\"top\"><div class=\"wide\">\n<p class=\"kind\">rdsweep report</p>\n"
		"<div class=\"title\"><h1>");
	html_add_text(out, run->command);
	strbuf_addf(out, "</h1><span class=\"badge %s\">", run_class(run->outcome));
	add_words(out,
		  run->outcome == REP_RUN_NONE ? "no outcome" : rep_run_outcome_name(run->outcome));
	strbuf_adds(out, "</span>");
	if (run->dry_run)
		strbuf_adds(out, "<span class=\"badge note\">dry run: nothing was touched</span>");
	if (run->simulated)
		strbuf_adds(
			out,
			"<span class=\"badge note\">SIMULATED: no real host was contacted</span>");
	strbuf_adds(out, "</div>\n");
}

static void add_fact(struct strbuf *out, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	strbuf_addf(out, "<div><dt>%s</dt><dd>", label);
	html_add_text(out, text);
	strbuf_adds(out, "</dd></div>\n");
}

static void add_worded_fact(struct strbuf *out, const char *label, const struct rep_run *run,
			    void (*words)(struct strbuf *out, const struct rep_run *run))
{
	struct strbuf text;

	strbuf_init(&text);
	words(&text, run);
	add_fact(out, label, strbuf_text(&text));
	out->failed |= text.failed;
	strbuf_release(&text);
}

static void exit_words(struct strbuf *out, const struct rep_run *run)
{
	strbuf_addf(out, "%d", run->exit_code);
	if (run->stopped_by[0] != '\0')
		strbuf_addf(out, ", stopped by %s", run->stopped_by);
}

static void add_banner(struct strbuf *out, const struct rep_run *run)
{
	add_banner_title(out, run);
	strbuf_adds(out, "<dl class=\"facts\">\n");
	add_worded_fact(out, "Started", run, rep_words_time);
	add_worded_fact(out, "By", run, rep_words_operator);
	add_fact(out, "Reason", run->reason);
	add_worded_fact(out, "Inventory", run, rep_words_inventory);
	add_fact(out, "Limit", run->limit);
	add_worded_fact(out, "Shard", run, rep_words_shards);
	add_worded_fact(out, "Exit code", run, exit_words);
	add_fact(out, "Backend", run->backend);
	add_fact(out, "Run", run->id);
	strbuf_adds(out, "</dl>\n</div></header>\n<main class=\"wide\">\n");
}

/* -- the numbers -- */

static void add_tile(struct strbuf *out, const char *label, uint32_t number, const char *class_,
		     const char *of)
{
	strbuf_addf(out, "<div class=\"tile\"><dt>%s</dt><dd class=\"number %s\">", label,
		    number > 0 ? class_ : "");
	html_add_number(out, number);
	strbuf_addf(out, "</dd><dd class=\"of\">%s</dd></div>\n", of);
}

/* What it means here that a session is done. */
static const char *done_word(const struct rep_head *head)
{
	const struct rep_totals *totals = head->totals;
	uint32_t done = rep_words_sum(totals, rep_session_outcome_is_done);

	if (done > 0 && totals->sessions_by[REP_SESSION_LISTED] == done)
		return "Listed";
	return head->run->dry_run ? "Planned" : "Done";
}

static void add_tiles(struct strbuf *out, const struct rep_head *head)
{
	const struct rep_totals *totals = head->totals;
	const char *done = done_word(head);
	uint32_t bad_hosts = totals->hosts - totals->hosts_by[REP_HOST_SUCCEEDED];
	struct strbuf of;

	strbuf_init(&of);
	strbuf_adds(&of, bad_hosts ? "" : "all succeeded");
	if (bad_hosts) {
		html_add_number(&of, bad_hosts);
		strbuf_adds(&of, " did not succeed");
	}
	strbuf_adds(out,
		    "<section class=\"numbers\" aria-label=\"In numbers\"><dl class=\"tiles\">\n");
	add_tile(out, "Hosts", totals->hosts, "", strbuf_text(&of));
	out->failed |= of.failed;
	strbuf_clear(&of);
	html_add_number(&of, totals->sessions);
	strbuf_adds(&of, " seen in all");
	add_tile(out, "Sessions selected", totals->selected, "", strbuf_text(&of));
	add_tile(out, done, rep_words_sum(totals, rep_session_outcome_is_done),
		 strcmp(done, "Done") == 0 ? "done" : "", "sessions");
	add_tile(out, "Not done", rep_words_sum(totals, rep_session_outcome_is_not_done), "bad",
		 "sessions");
	add_tile(out, "Left alone", rep_words_sum(totals, rep_words_is_left_alone), "left",
		 "sessions");
	strbuf_adds(out, "</dl></section>\n");
	out->failed |= of.failed;
	strbuf_release(&of);
}

/* -- what to do first -- */

/* What an outcome asks for that no error explains. */
static const char *const advice[REP_SESSION_OUTCOME_COUNT] = {
	[REP_SESSION_IN_DOUBT] =
		"Asked for, and not known whether it happened. 'rdsweep resume' with the run's "
		"journal looks and settles it.",
	[REP_SESSION_RETURNED] =
		"Logged off, and logged on again before the end. Close the hosts for new logons "
		"first.",
	[REP_SESSION_NOT_ATTEMPTED] =
		"The run ended before their turn. 'rdsweep report hosts' prints their hosts "
		"for --limit @FILE.",
};

static void add_class(struct strbuf *out, const char *class_)
{
	if (class_[0] == '\0' || strcmp(class_, "ours") == 0)
		return; /* that it is a finding of rdsweep's own tells nobody what to do */
	strbuf_adds(out, " <span class=\"class\">");
	html_add_text(out, class_);
	strbuf_adds(out, "</span>");
}

static void add_amount(struct strbuf *out, uint64_t number, const char *one, const char *many)
{
	html_add_number(out, number);
	strbuf_addf(out, " %s", number == 1 ? one : many);
}

/* The place where the script puts a button that shows the rows. */
static void add_link(struct strbuf *out, const char *pick, const char *what)
{
	strbuf_addf(out, "<p class=\"amount\" data-pick=\"%s\" data-what=\"", pick);
	html_add_text(out, what);
	strbuf_adds(out, "\">");
}

/* The table's texts are sentences without their capital and full stop. */
static void add_sentence(struct strbuf *out, const char *class_, const char *text)
{
	char first[2] = { text[0], '\0' };

	if (text[0] == '\0')
		return;
	if (first[0] >= 'a' && first[0] <= 'z')
		first[0] = (char)(first[0] - 'a' + 'A');
	strbuf_addf(out, "<p class=\"%s\">", class_);
	if ((unsigned char)first[0] < 0x80) {
		html_add_text(out, first);
		text++;
	}
	html_add_text(out, text);
	strbuf_adds(out, ".</p>\n");
}

static void add_error_item(struct strbuf *out, const struct rep_head *head,
			   const struct rep_error_entry *entry)
{
	const struct rep_error_kind *kind = &entry->kind;
	struct strbuf text;
	char pick[32];

	(void)snprintf(pick, sizeof(pick), "error:%zu", (size_t)(entry - head->errors));
	strbuf_adds(out, "<li><h3>");
	html_add_text(out, kind->name);
	strbuf_adds(out, " <span class=\"api\">");
	if (kind->code != 0)
		strbuf_addf(out, "%" PRIu32 " ", kind->code);
	html_add_text(out, strcmp(kind->api, "rdsweep") == 0 ? "" : kind->api);
	strbuf_adds(out, "</span>");
	add_class(out, kind->class_);
	strbuf_adds(out, "</h3>");
	add_link(out, pick, kind->name);
	add_amount(out, entry->host_count, "host", "hosts");
	if (entry->sessions > 0) {
		strbuf_adds(out, ", ");
		add_amount(out, entry->sessions, "session", "sessions");
	}
	strbuf_adds(out, "</p>\n");
	add_sentence(out, "says", kind->message);
	add_sentence(out, "remedy", kind->remedy);
	strbuf_init(&text);
	rep_words_hosts(&text, entry, HOSTS_COLUMNS);
	strbuf_adds(out, "<p class=\"hosts\">");
	html_add_text(out,
		      strchr(strbuf_text(&text), ' ') ? strchr(strbuf_text(&text), ' ') + 1 : "");
	strbuf_adds(out, "</p></li>\n");
	out->failed |= text.failed;
	strbuf_release(&text);
}

static void add_advice_item(struct strbuf *out, enum rep_session_outcome outcome, uint32_t count)
{
	const char *name = rep_session_outcome_name(outcome);
	char pick[48];

	(void)snprintf(pick, sizeof(pick), "session:%s", name);
	strbuf_adds(out, "<li><h3 class=\"outcome\">");
	add_words(out, name);
	strbuf_adds(out, "</h3>");
	add_link(out, pick, name);
	add_amount(out, count, "session", "sessions");
	strbuf_adds(out, "</p>\n<p class=\"remedy\">");
	html_add_text(out, advice[outcome]);
	strbuf_adds(out, "</p></li>\n");
}

static void add_todo_items(struct strbuf *out, const struct rep_head *head,
			   const struct rep_error_entry *const *sorted)
{
	strbuf_adds(out, "<ol class=\"todo\">\n");
	for (int i = 0; i < REP_SESSION_OUTCOME_COUNT; i++)
		if (advice[i] && head->totals->sessions_by[i] > 0)
			add_advice_item(out, (enum rep_session_outcome)i,
					head->totals->sessions_by[i]);
	for (size_t i = 0; i < head->error_count; i++)
		add_error_item(out, head, sorted[i]);
	strbuf_adds(out, "</ol>\n");
}

static void add_todo(struct strbuf *out, const struct rep_head *head,
		     const struct rep_error_entry *const *sorted)
{
	const struct rep_totals *totals = head->totals;
	bool any = head->error_count > 0;

	for (int i = 0; i < REP_SESSION_OUTCOME_COUNT; i++)
		any |= advice[i] && totals->sessions_by[i] > 0;
	strbuf_adds(out,
		    "<section aria-labelledby=\"todo-title\">\n<h2 id=\"todo-title\">What to do "
		    "first</h2>\n");
	if (any)
		add_todo_items(out, head, sorted);
	else if (totals->hosts != totals->hosts_by[REP_HOST_SUCCEEDED])
		strbuf_adds(out, "<p>Some hosts did not succeed, and no error tells why: see the "
				 "table.</p>\n");
	else
		strbuf_addf(out, "<p class=\"good\">Nothing. Every host was reached%s.</p>\n",
			    totals->selected == 0 ? ", and no session was selected"
			    : strcmp(done_word(head), "Done") != 0
				    ? ""
				    : ", and everything that was selected is done");
	strbuf_adds(out, "</section>\n");
}

/* -- charts of the head: tables, with a bar beside each number -- */

static void add_bar(struct strbuf *out, uint32_t count, uint32_t most, const char *class_)
{
	uint64_t width = most ? (uint64_t)count * BAR_COLUMNS / most : 0;

	if (count > 0 && width < 4)
		width = 4; /* little is not nothing */
	strbuf_addf(out,
		    "<td class=\"bar\"><svg viewBox=\"0 0 %d 14\" preserveAspectRatio=\"none\" "
		    "aria-hidden=\"true\"><rect class=\"track\" width=\"%d\" height=\"14\"/><rect "
		    "class=\"%s\" width=\"%u\" height=\"14\"/></svg></td></tr>\n",
		    BAR_COLUMNS, BAR_COLUMNS, class_, (unsigned)width);
}

static void add_bar_row(struct strbuf *out, const char *name, uint32_t count, uint32_t most,
			const char *class_)
{
	strbuf_adds(out, "<tr><th scope=\"row\">");
	add_words(out, name);
	strbuf_adds(out, "</th><td class=\"count\">");
	html_add_number(out, count);
	strbuf_adds(out, "</td>");
	add_bar(out, count, most, class_);
}

static void begin_bars(struct strbuf *out, const char *caption)
{
	strbuf_addf(out, "<section><table class=\"bars\"><caption>%s</caption>\n", caption);
}

static void add_host_bars(struct strbuf *out, const struct rep_totals *totals)
{
	begin_bars(out, "Hosts by outcome");
	for (int i = 1; i < REP_HOST_OUTCOME_COUNT; i++)
		if (totals->hosts_by[i] > 0 || i == REP_HOST_SUCCEEDED)
			add_bar_row(out, rep_host_outcome_name((enum rep_host_outcome)i),
				    totals->hosts_by[i], totals->hosts,
				    html_host_class((enum rep_host_outcome)i));
	strbuf_adds(out, "</table></section>\n");
}

static void add_session_group(struct strbuf *out, const struct rep_totals *totals, uint32_t most,
			      const char *title, bool (*belongs)(enum rep_session_outcome outcome))
{
	if (rep_words_sum(totals, belongs) == 0)
		return;
	strbuf_addf(out, "<tr class=\"group\"><th colspan=\"3\" scope=\"rowgroup\">%s</th></tr>\n",
		    title);
	for (int i = 1; i < REP_SESSION_OUTCOME_COUNT; i++)
		if (belongs((enum rep_session_outcome)i) && totals->sessions_by[i] > 0)
			add_bar_row(out, rep_session_outcome_name((enum rep_session_outcome)i),
				    totals->sessions_by[i], most,
				    html_session_class((enum rep_session_outcome)i));
}

static void add_session_bars(struct strbuf *out, const struct rep_head *head)
{
	const struct rep_totals *totals = head->totals;
	uint32_t most = 0;

	for (int i = 1; i < REP_SESSION_OUTCOME_COUNT; i++)
		if (totals->sessions_by[i] > most)
			most = totals->sessions_by[i];
	begin_bars(out, "Sessions by outcome");
	if (most == 0)
		strbuf_adds(out, "<tr><td>No session was seen.</td></tr>\n");
	add_session_group(out, totals, most, done_word(head), rep_session_outcome_is_done);
	add_session_group(out, totals, most, "Not done", rep_session_outcome_is_not_done);
	add_session_group(out, totals, most, "Left alone", rep_words_is_left_alone);
	strbuf_adds(out, "</table></section>\n");
}

static void add_error_bars(struct strbuf *out, const struct rep_head *head,
			   const struct rep_error_entry *const *sorted)
{
	size_t shown = head->error_count < ERROR_BARS ? head->error_count : ERROR_BARS;

	if (head->error_count < 2)
		return; /* one is told of above */
	begin_bars(out, "Errors by the number of hosts that met them");
	for (size_t i = 0; i < shown; i++) {
		const struct rep_error_entry *entry = sorted[i];

		strbuf_adds(out, "<tr><th scope=\"row\" class=\"long\">");
		if (entry->kind.code != 0)
			strbuf_addf(out, "%" PRIu32 " ", entry->kind.code);
		html_add_text(out, entry->kind.name);
		strbuf_adds(out, "</th><td class=\"count\">");
		html_add_number(out, entry->host_count);
		strbuf_adds(out, "</td>");
		add_bar(out, (uint32_t)entry->host_count, (uint32_t)sorted[0]->host_count, "bad");
	}
	strbuf_adds(out, "</table>\n");
	if (shown < head->error_count)
		strbuf_addf(out,
			    "<p class=\"note\">and %zu further errors, each on fewer hosts</p>\n",
			    head->error_count - shown);
	strbuf_adds(out, "</section>\n");
}

/* -- what was asked and in force -- */

static void add_value(struct strbuf *out, const struct rep_value *value)
{
	strbuf_adds(out, "<div><dt>");
	html_add_text(out, value->name);
	strbuf_adds(out, "</dt><dd>");
	switch (value->kind) {
	case REP_VALUE_NULL:
		strbuf_adds(out, "none");
		break;
	case REP_VALUE_BOOL:
		strbuf_adds(out, value->boolean ? "yes" : "no");
		break;
	case REP_VALUE_INT:
		strbuf_addf(out, "%" PRId64, value->integer);
		break;
	case REP_VALUE_TEXT:
		html_add_text(out, value->text);
		break;
	case REP_VALUE_TEXTS:
		for (size_t i = 0; i < value->text_count; i++) {
			strbuf_adds(out, i > 0 ? ", " : "");
			html_add_text(out, value->texts[i]);
		}
		strbuf_adds(out, value->text_count == 0 ? "none" : "");
		break;
	}
	strbuf_adds(out, "</dd></div>\n");
}

static void add_values(struct strbuf *out, const char *title, const struct rep_value *values,
		       size_t count)
{
	if (count == 0)
		return;
	strbuf_addf(out, "<h3>%s</h3><dl>\n", title);
	for (size_t i = 0; i < count; i++)
		add_value(out, &values[i]);
	strbuf_adds(out, "</dl>\n");
}

/* As a POSIX shell takes it. */
static void add_argument(struct strbuf *out, const char *argument)
{
	bool plain =
		argument[0] != '\0' && !argument[strcspn(argument, " \t\n'\"\\*?[]$&|;<>()`!#~")];
	struct strbuf quoted;

	strbuf_init(&quoted);
	strbuf_adds(&quoted, plain ? " " : " '");
	for (const char *at = argument; *at != '\0'; at++) {
		if (*at == '\'')
			strbuf_adds(&quoted, "'\\''");
		else
			strbuf_addc(&quoted, *at);
	}
	strbuf_adds(&quoted, plain ? "" : "'");
	html_add_text(out, strbuf_text(&quoted));
	out->failed |= quoted.failed;
	strbuf_release(&quoted);
}

void html_add_asked(struct strbuf *out, const struct rep_run *run)
{
	strbuf_adds(
		out,
		"<section aria-labelledby=\"asked-title\">\n<h2 id=\"asked-title\">What was asked "
		"for</h2>\n<p class=\"command\">rdsweep ");
	html_add_text(out, run->command);
	for (size_t i = 0; i < run->argument_count; i++)
		add_argument(out, run->arguments[i]);
	strbuf_adds(
		out,
		"</p>\n<details><summary>Selection and policy as they were in force</summary>\n");
	add_values(out, "Selection", run->selection, run->selection_count);
	add_values(out, "Policy", run->policy, run->policy_count);
	strbuf_adds(out, "</details>\n</section>\n");
}

void html_add_summary(struct strbuf *out, const struct rep_head *head)
{
	const struct rep_error_entry **sorted = rep_words_sorted_errors(head);

	if (!sorted) {
		out->failed = true;
		return;
	}
	add_banner(out, head->run);
	add_tiles(out, head);
	add_todo(out, head, sorted);
	strbuf_adds(out, "<div class=\"pair\">\n");
	add_host_bars(out, head->totals);
	add_session_bars(out, head);
	strbuf_adds(out, "</div>\n");
	add_error_bars(out, head, sorted);
	free(sorted);
}
