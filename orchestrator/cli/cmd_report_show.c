/* cmd_report_show.c - `rdsweep report show FILE...`: a finished run as text; counted with --by; the hosts and sessions
 * that --only, --host and --user leave as a table. All of it is read as a stream. */
#include "cmd_report.h"

#include "account.h"
#include "cli_error.h"
#include "duration.h"
#include "platform_console.h"
#include "report_drain.h"
#include "report_groups.h"
#include "report_input.h"
#include "report_proof.h"
#include "report_text.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A table is as wide as its widest cell, so it has to be whole before it is printed: longer ones come in parts, each
 * with its heading. */
#define TABLE_ROWS 2000

/* Names of hosts, copied. */
struct names {
	const char **items;
	size_t count, cap;
};

/* What the summary is made of. */
struct summary {
	struct rep_kept_head kept; /* first: the context of report_keep_*() */
	struct names owed;	   /* hosts left in drain mode */
	struct names not_asked;	   /* of a logoff of named users: hosts of which nothing is known */
};

static int add_name(struct summary *summary, struct names *names, const char *name)
{
	const char *copy = arena_strdup(&summary->kept.texts, name);

	if (names->count == names->cap) {
		size_t cap = names->cap ? names->cap * 2 : 64;
		const char **grown = realloc(names->items, cap * sizeof(*grown));

		if (!grown)
			return REPORT_NO_MEMORY;
		names->items = grown;
		names->cap = cap;
	}
	names->items[names->count++] = copy;
	return copy ? 0 : REPORT_NO_MEMORY;
}

/* Hosts come after the run. */
static int note_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct summary *summary = ctx;
	const struct rep_run *run = &summary->kept.run;
	int status = 0;

	if (rep_drain_is_owed(run, host))
		status = add_name(summary, &summary->owed, host->name);
	if (!status && rep_proof_is_wanted(run) && rep_proof_lacks_host(host, kind))
		status = add_name(summary, &summary->not_asked, host->name);
	return status;
}

static int show_summary(const char *path)
{
	struct summary summary = { .owed = { NULL, 0, 0 } };
	const struct rep_visitor visitor = { .ctx = &summary,
					     .run = report_keep_run,
					     .totals = report_keep_totals,
					     .error = report_keep_error,
					     .host = note_host };
	struct strbuf text;
	int code;

	rep_head_init(&summary.kept);
	strbuf_init(&text);
	code = report_input_read(path, &visitor);
	if (!code) {
		rep_text_owed(&text, summary.owed.items, summary.owed.count);
		rep_text_summary(&text, &summary.kept.head, console_width(CONSOLE_OUT));
		rep_text_not_asked(&text, summary.not_asked.items, summary.not_asked.count);
		code = cli_output(&text);
	}
	strbuf_release(&text);
	free(summary.owed.items);
	free(summary.not_asked.items);
	rep_head_release(&summary.kept);
	return code;
}

struct view {
	const struct table_column *columns;
	size_t column_count;
	const struct table_cut *cuts; /* for narrow terminals */
	size_t cut_count;
};
#define VIEW(columns, cuts)                                                                        \
	{                                                                                          \
		columns, sizeof(columns) / sizeof((columns)[0]), cuts,                             \
			sizeof(cuts) / sizeof((cuts)[0])                                           \
	}

/* A table that is printed every so many rows. */
struct paged {
	const struct view *view;
	bool colors;
	struct table table;
	size_t rows;
	bool any; /* something was printed */
	int code; /* of the first printing that failed */
};

static void paged_init(struct paged *paged, const struct view *view, const struct options *options)
{
	*paged =
		(struct paged){ .view = view, .colors = paint_wanted(options->color, CONSOLE_OUT) };
	table_init(&paged->table, view->columns, view->column_count);
}

static int paged_print(struct paged *paged)
{
	int width = console_width(CONSOLE_OUT);
	struct strbuf out;

	strbuf_init(&out);
	if (paged->any)
		strbuf_addc(&out, '\n');
	if (width > 0)
		table_fit(&paged->table, (size_t)width, paged->view->cuts, paged->view->cut_count);
	paged->table.colors = paged->colors;
	if (table_print(&paged->table, &out) < 0)
		paged->code = cli_no_memory();
	else
		paged->code = cli_output(&out);
	strbuf_release(&out);
	table_release(&paged->table);
	table_init(&paged->table, paged->view->columns, paged->view->column_count);
	paged->rows = 0;
	paged->any = true;
	return paged->code;
}

/* After the last cell of a row. */
static int paged_row_end(struct paged *paged)
{
	return ++paged->rows < TABLE_ROWS ? 0 : paged_print(paged);
}

static int paged_end(struct paged *paged)
{
	return paged->code || (paged->any && paged->rows == 0) ? paged->code : paged_print(paged);
}

static void add_number(struct table *table, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, number);
	table_add(table, text);
}

static void add_took(struct table *table, int64_t ms)
{
	char text[DURATION_TEXT_SIZE] = "";

	if (ms >= 0)
		duration_format_rough(ms, text);
	table_add(table, text);
}

/* -- --by -- */

#define COUNTS                                                                                     \
	{ "SESSIONS", true }, { "DONE", true }, { "NOT DONE", true },                              \
	{                                                                                          \
		"LEFT ALONE", true                                                                 \
	}

static const struct table_column host_columns[] = {
	{ "HOST", false }, { "OUTCOME", false }, { "WAVE", true }, COUNTS,
	{ "TOOK", true },  { "ERROR", false },
};
static const struct table_column user_columns[] = { { "USER", false }, { "HOSTS", true }, COUNTS };
static const struct table_column error_columns[] = { { "ERROR", false },
						     { "HOSTS", true },
						     COUNTS };
static const struct table_column outcome_columns[] = { { "OUTCOME", false },
						       { "HOSTS", true },
						       COUNTS };
static const struct table_column wave_columns[] = { { "WAVE", true }, { "HOSTS", true }, COUNTS };

static const struct table_cut host_cuts[] = { { 7, 0, true }, { 8, 12, false }, { 0, 12, false } };
static const struct table_cut name_cuts[] = { { 0, 12, false } };

static const struct view by_views[] = {
	[REP_BY_HOST] = VIEW(host_columns, host_cuts),
	[REP_BY_USER] = VIEW(user_columns, name_cuts),
	[REP_BY_ERROR] = VIEW(error_columns, name_cuts),
	[REP_BY_OUTCOME] = VIEW(outcome_columns, name_cuts),
	[REP_BY_WAVE] = VIEW(wave_columns, name_cuts),
};

static enum paint host_paint(enum rep_host_outcome outcome)
{
	if (outcome == REP_HOST_FAILED || outcome == REP_HOST_TIMED_OUT)
		return PAINT_RED;
	return outcome == REP_HOST_SUCCEEDED ? PAINT_PLAIN : PAINT_YELLOW;
}

static enum paint session_paint(enum rep_session_outcome outcome)
{
	if (outcome == REP_SESSION_IN_DOUBT || outcome == REP_SESSION_NOT_ATTEMPTED)
		return PAINT_YELLOW;
	if (outcome == REP_SESSION_SKIPPED)
		return PAINT_DIM;
	return rep_session_outcome_is_not_done(outcome) ? PAINT_RED : PAINT_PLAIN;
}

static void add_host_outcome(struct table *table, uint8_t outcome)
{
	table_add_painted(table, rep_host_outcome_name((enum rep_host_outcome)outcome),
			  host_paint((enum rep_host_outcome)outcome));
}

static int add_group(struct paged *paged, enum rep_by by, const struct rep_group *group)
{
	struct table *table = &paged->table;

	table_add(table, group->name);
	if (by == REP_BY_HOST) {
		add_host_outcome(table, group->outcome);
		if (group->wave > 0)
			add_number(table, group->wave);
		else
			table_add(table, NULL);
	} else {
		add_number(table, group->hosts);
	}
	add_number(table, group->sessions);
	add_number(table, group->done);
	add_number(table, group->not_done);
	add_number(table, group->left_alone);
	if (by == REP_BY_HOST) {
		add_took(table, group->duration_ms);
		table_add(table, group->error);
	}
	return paged_row_end(paged);
}

static int print_groups(const struct rep_groups *groups, const struct options *options,
			enum rep_by by)
{
	struct paged paged;
	int code = 0;

	paged_init(&paged, &by_views[by], options);
	for (size_t i = 0; i < groups->count && !code; i++)
		code = add_group(&paged, by, &groups->items[i]);
	if (!code)
		code = paged_end(&paged);
	table_release(&paged.table);
	return code;
}

static int show_by(const char *path, const struct options *options, const struct rep_filter *filter)
{
	enum rep_by by = (enum rep_by)options->by;
	struct rep_groups groups;
	struct rep_visitor visitor;
	int code;

	rep_groups_init(&groups, by, filter);
	rep_groups_visitor(&groups, &visitor);
	code = report_input_read(path, &visitor);
	if (!code) {
		rep_groups_sort(&groups);
		code = print_groups(&groups, options, by);
	}
	rep_groups_release(&groups);
	return code;
}

/* -- the rows that a filter leaves: sessions, and hosts without any or with an error of their own, as in CSV -- */

static const struct table_column row_columns[] = {
	{ "HOST", false },    { "USER", false },   { "ID", true },   { "STATE", false },
	{ "OUTCOME", false }, { "REASON", false }, { "TOOK", true }, { "ERROR", false },
};

static const struct table_cut row_cuts[] = {
	{ 6, 0, true },	  { 3, 0, true },   { 5, 8, true },
	{ 7, 12, false }, { 0, 12, false }, { 1, 12, false },
};
static const struct view row_view = VIEW(row_columns, row_cuts);

struct listing {
	const struct rep_filter *filter;
	struct paged paged;
	struct strbuf name, account; /* of the host at hand; scratch */
	struct rep_host host;	     /* without its texts */
	bool passes, written;
};

static void add_error(struct table *table, const struct rep_error_kind *kind)
{
	char code[16];
	struct strbuf text;

	strbuf_init(&text);
	if (kind) {
		(void)snprintf(code, sizeof(code), "%" PRIu32 " ", kind->code);
		strbuf_addf(&text, "%s%s", kind->code ? code : "", kind->name);
	}
	table_add(table, strbuf_text(&text));
	strbuf_release(&text);
}

static int list_host_row(struct listing *listing, const struct rep_error_kind *kind)
{
	struct table *table = &listing->paged.table;

	listing->written = true;
	if (!rep_filter_host(listing->filter, &listing->host))
		return 0;
	table_add(table, strbuf_text(&listing->name));
	table_add(table, NULL);
	table_add(table, NULL);
	table_add(table, NULL);
	add_host_outcome(table, listing->host.outcome);
	table_add(table, NULL);
	add_took(table, listing->host.duration_ms);
	add_error(table, kind);
	return paged_row_end(&listing->paged) ? REPORT_ENOUGH : 0;
}

static int list_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct listing *listing = ctx;

	listing->passes = rep_filter_name(listing->filter, host->name);
	listing->written = false;
	listing->host = *host;
	strbuf_clear(&listing->name);
	strbuf_adds(&listing->name, host->name);
	if (listing->name.failed)
		return REPORT_NO_MEMORY;
	return listing->passes && kind ? list_host_row(listing, kind) : 0;
}

static int list_session(void *ctx, const struct rep_session *session,
			const struct rep_error_kind *kind)
{
	struct listing *listing = ctx;
	struct table *table = &listing->paged.table;

	listing->written = true;
	if (!listing->passes || !rep_filter_session(listing->filter, session))
		return 0;
	strbuf_clear(&listing->account);
	if (session->domain[0] != '\0')
		strbuf_addf(&listing->account, "%s\\", session->domain);
	strbuf_adds(&listing->account, session->user);
	if (listing->account.failed)
		return REPORT_NO_MEMORY;
	table_add(table, strbuf_text(&listing->name));
	table_add(table, session->user[0] != '\0' ? strbuf_text(&listing->account) : NULL);
	add_number(table, session->id);
	table_add(table, rep_state_name((enum rep_state)session->state));
	table_add_painted(table,
			  rep_session_outcome_name((enum rep_session_outcome)session->outcome),
			  session_paint((enum rep_session_outcome)session->outcome));
	table_add(table, rep_reason_name((enum rep_reason)session->reason));
	add_took(table, session->duration_ms);
	add_error(table, kind);
	return paged_row_end(&listing->paged) ? REPORT_ENOUGH : 0;
}

static int list_host_end(void *ctx)
{
	struct listing *listing = ctx;

	return listing->passes && !listing->written ? list_host_row(listing, NULL) : 0;
}

static int show_rows(const char *path, const struct options *options,
		     const struct rep_filter *filter)
{
	struct listing listing = { .filter = filter };
	const struct rep_visitor visitor = { .ctx = &listing,
					     .host = list_host,
					     .session = list_session,
					     .host_end = list_host_end };
	int code;

	paged_init(&listing.paged, &row_view, options);
	strbuf_init(&listing.name);
	strbuf_init(&listing.account);
	code = report_input_read(path, &visitor);
	if (!code)
		code = listing.paged.code ? listing.paged.code : paged_end(&listing.paged);
	strbuf_release(&listing.account);
	strbuf_release(&listing.name);
	table_release(&listing.paged.table);
	return code;
}

/* -- what was asked for -- */

static int make_filter(const struct report_call *call, struct rep_filter *filter)
{
	const struct options *options = call->options;
	const char *bad;
	size_t bad_len;

	*filter = (struct rep_filter){ .by_outcome = options->only != NULL,
				       .hosts = options->hosts.items,
				       .host_count = options->hosts.count,
				       .users = options->users.items,
				       .user_count = options->users.count };
	if (options->only &&
	    rep_outcomes_parse(options->only, &filter->outcomes, &bad, &bad_len) < 0)
		return cli_usage_of(call->command, "option '--only': '%.*s' is no outcome",
				    (int)bad_len, bad);
	for (size_t i = 0; i < options->users.count; i++) {
		const char *why = account_pattern_error(options->users.items[i]);

		if (why)
			return cli_usage_of(call->command, "option '--user': pattern '%s' %s",
					    options->users.items[i], why);
	}
	return 0;
}

static int show(const char *path, const struct options *options, const struct rep_filter *filter)
{
	if (options->by >= 0)
		return show_by(path, options, filter);
	if (filter->by_outcome || filter->host_count > 0 || filter->user_count > 0)
		return show_rows(path, options, filter);
	return show_summary(path);
}

int report_show(const struct report_call *call)
{
	struct rep_filter filter;
	int first = make_filter(call, &filter);

	for (size_t i = 0; i < call->file_count && first != EXIT_USAGE; i++) {
		int code = show(call->files[i], call->options, &filter);

		first = first ? first : code;
	}
	return first;
}
