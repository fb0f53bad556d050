/* progress_frame.c - see progress_frame.h. */
#include "progress_frame.h"

#include "paint.h"
#include "text.h"
#include "text_width.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS	"\xe2\x80\xa6"
#define LABEL_COLUMNS	9
#define BAR_MAX		30
#define NARROW_COLUMNS	48   /* no bars, no columns */
#define LEFT_AFTER_MS	3000 /* earlier than that nothing can be said about the rest */
#define PIECES_MAX	48
#define COLUMNS_DEFAULT 80
#define ROWS_DEFAULT	24

/* --- a line of coloured pieces, cut as a whole --- */

struct line {
	struct strbuf text; /* of all pieces */
	struct {
		size_t end; /* in `text` */
		enum paint paint;
	} pieces[PIECES_MAX];
	size_t count;
};

static void line_init(struct line *line)
{
	strbuf_init(&line->text);
	line->count = 0;
}

/* What was added to `text` since the last piece becomes one; those that find no room share the last. */
static void piece_ends(struct line *line, enum paint paint)
{
	if (line->count < PIECES_MAX)
		line->count++;
	line->pieces[line->count - 1].end = line->text.len;
	line->pieces[line->count - 1].paint = paint;
}

static void add(struct line *line, enum paint paint, const char *text)
{
	strbuf_adds(&line->text, text);
	piece_ends(line, paint);
}

static void add_number(struct line *line, enum paint paint, uint32_t number, const char *after)
{
	strbuf_addf(&line->text, "%" PRIu32 "%s", number, after);
	piece_ends(line, paint);
}

static void add_name(struct line *line, const char *name)
{
	text_escape_add(&line->text, name, strlen(name));
	piece_ends(line, PAINT_PLAIN);
}

/* Appends the line with its end, cut to `columns`, and releases it. */
static void line_end(struct line *line, struct strbuf *out, size_t columns, bool colors)
{
	const char *text = strbuf_text(&line->text);
	size_t at = 0, fits = line->text.len;
	bool cut = text_width(text, fits) > columns;

	if (cut)
		fits = text_fit(text, fits, columns - 1, NULL);
	for (size_t i = 0; i < line->count && at < fits; i++) {
		size_t end = line->pieces[i].end < fits ? line->pieces[i].end : fits;

		if (colors)
			paint_begin(out, line->pieces[i].paint);
		strbuf_add(out, text + at, end - at);
		if (colors)
			paint_end(out, line->pieces[i].paint);
		at = end;
	}
	strbuf_adds(out, cut ? ELLIPSIS "\n" : "\n");
	out->failed |= line->text.failed;
	strbuf_release(&line->text);
}

/* --- what there is to say --- */

void progress_clock(int64_t ms, char out[PROGRESS_CLOCK_SIZE])
{
	int64_t s = ms / 1000;

	out[0] = '\0';
	if (ms >= 0 && s < 3600)
		(void)snprintf(out, PROGRESS_CLOCK_SIZE, "%d:%02d", (int)(s / 60), (int)(s % 60));
	else if (ms >= 0)
		(void)snprintf(out, PROGRESS_CLOCK_SIZE, "%" PRId64 ":%02d:%02d", s / 3600,
			       (int)(s % 3600 / 60), (int)(s % 60));
}

static bool is_survey(const struct fleet_progress *run)
{
	return run->phase == FLEET_SURVEY || run->phase == FLEET_GATE;
}

static uint32_t sessions_settled(const struct fleet_progress *run)
{
	uint32_t settled = run->sessions_done + run->sessions_not_done;

	return settled < run->sessions_selected ? settled : run->sessions_selected;
}

int64_t progress_left_ms(const struct fleet_progress *run)
{
	bool by_hosts = is_survey(run) || !run->sessions_selected;
	int64_t done = by_hosts ? run->round_done : sessions_settled(run);
	int64_t all = by_hosts ? run->round_hosts : run->sessions_selected;
	int64_t left_ms;

	if (run->stop != FLEET_STOP_NONE || run->phase_ms < LEFT_AFTER_MS || done <= 0 ||
	    done > all)
		return -1;
	left_ms = run->phase_ms * (all - done) / done;
	return left_ms < 1000
		       ? -1
		       : left_ms; /* then only those are left that do not go on as the others did */
}

/* "survey", "wave 2/3", "grace", ... */
static void add_phase(struct strbuf *out, const struct fleet_progress *run)
{
	char clock[PROGRESS_CLOCK_SIZE];

	if (run->phase == FLEET_RESTORE) {
		strbuf_addf(out, "drain modes are put back, %" PRIu32 " to go",
			    run->hosts_to_restore);
	} else if (run->stop != FLEET_STOP_NONE) {
		strbuf_addf(out, "stopping (%s)", fleet_stop_name(run->stop));
	} else if (is_survey(run)) {
		if (run->sweep && !run->last_look)
			strbuf_addf(out, "sweep %" PRIu32 ", ", run->sweep);
		strbuf_adds(out, run->last_look ? "last look" : "survey");
	} else if (run->pause_left_ms >= 0) {
		progress_clock(run->pause_left_ms + 999, clock);
		strbuf_addf(out, "pause, wave %" PRIu32 "/%" PRIu32 " in %s", run->wave + 1,
			    run->waves, clock);
	} else {
		progress_clock(run->grace_left_ms < 0 ? -1 : run->grace_left_ms + 999, clock);
		if (run->sweep)
			strbuf_addf(out, "sweep %" PRIu32 ", ", run->sweep);
		if (run->waves > 1)
			strbuf_addf(out, "wave %" PRIu32 "/%" PRIu32, run->wave, run->waves);
		else
			strbuf_adds(out, "act");
		strbuf_addf(out, "%s%s", *clock ? ", grace " : "", clock);
		if (*clock && run->hosts_in_grace)
			strbuf_addf(out, " (%" PRIu32 " host%s)", run->hosts_in_grace,
				    run->hosts_in_grace == 1 ? "" : "s");
	}
}

static void add_times(struct strbuf *out, const struct fleet_progress *run, bool narrow)
{
	char clock[PROGRESS_CLOCK_SIZE];

	progress_clock(run->elapsed_ms, clock);
	strbuf_adds(out, clock);
	progress_clock(progress_left_ms(run), clock);
	if (*clock)
		strbuf_addf(out, narrow ? " ~%s" : ", about %s left", clock);
}

static enum paint paint_of_outcome(enum rep_session_outcome outcome)
{
	if (rep_session_outcome_is_not_done(outcome))
		return outcome == REP_SESSION_FAILED ? PAINT_RED : PAINT_YELLOW;
	return PAINT_PLAIN;
}

/* `timed_out` for people. */
static void add_words(struct strbuf *out, const char *name)
{
	for (; *name; name++)
		strbuf_addc(out, *name == '_' ? ' ' : *name);
}

static void add_count(struct line *line, enum paint paint, uint32_t count, const char *name,
		      const char **comma)
{
	if (!count)
		return;
	add(line, PAINT_PLAIN, *comma);
	strbuf_addf(&line->text, "%" PRIu32 " ", count);
	add_words(&line->text, name);
	piece_ends(line, paint);
	*comma = ", ";
}

static void add_host_outcomes(struct line *line, const struct fleet_progress *run,
			      const char *comma)
{
	static const struct {
		enum rep_host_outcome outcome;
		enum paint paint;
	} rows[] = {
		{ REP_HOST_FAILED, PAINT_RED },
		{ REP_HOST_TIMED_OUT, PAINT_RED },
		{ REP_HOST_PARTIAL, PAINT_YELLOW },
		{ REP_HOST_NOT_ATTEMPTED, PAINT_YELLOW },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		add_count(line, rows[i].paint, run->hosts_by[rows[i].outcome],
			  rep_host_outcome_name(rows[i].outcome), &comma);
}

static void add_outcomes_that(struct line *line, const struct fleet_progress *run,
			      bool (*belongs)(enum rep_session_outcome outcome), const char **comma)
{
	for (int i = 0; i < REP_SESSION_OUTCOME_COUNT; i++) {
		enum rep_session_outcome outcome = (enum rep_session_outcome)i;

		if (belongs(outcome))
			add_count(line, paint_of_outcome(outcome), run->sessions_by[i],
				  rep_session_outcome_name(outcome), comma);
	}
}

static void add_session_outcomes(struct line *line, const struct fleet_progress *run,
				 const char *comma)
{
	if (is_survey(run)) {
		add_count(line, PAINT_PLAIN, run->sessions, "seen", &comma);
		add_count(line, PAINT_PLAIN, run->sessions_selected, "selected", &comma);
		return;
	}
	/* What went wrong comes first: the end of the line may be cut. */
	add_outcomes_that(line, run, rep_session_outcome_is_not_done, &comma);
	add_count(line, PAINT_DIM, run->closing, "closing", &comma);
	add_outcomes_that(line, run, rep_session_outcome_is_done, &comma);
}

static void add_age(struct line *line, int64_t age_ms)
{
	char clock[PROGRESS_CLOCK_SIZE];

	progress_clock(age_ms, clock);
	strbuf_addf(&line->text, " %s", clock);
	piece_ends(line, PAINT_YELLOW);
}

static void add_slow(struct line *line, const struct fleet_progress *run)
{
	for (size_t i = 0; i < run->slow_count; i++) {
		add(line, PAINT_PLAIN, i ? ", " : "");
		add_name(line, run->slow[i].name);
		strbuf_addf(&line->text, " %s", run->slow[i].doing);
		piece_ends(line, PAINT_DIM);
		add_age(line, run->slow[i].age_ms);
	}
}

static void add_trouble(struct line *line, const struct progress_view *view,
			const struct fleet_trouble *trouble)
{
	const struct rep_error_kind *kind = &view->kinds[trouble->kind];

	if (strcmp(kind->api, "rdsweep") != 0)
		strbuf_addf(&line->text, "%s %" PRIu32 " ", kind->api, kind->code);
	text_escape_add(&line->text, kind->name, strlen(kind->name));
	piece_ends(line, PAINT_RED);
	strbuf_addf(&line->text, "  %" PRIu32 " host%s: ", trouble->hosts,
		    trouble->hosts == 1 ? "" : "s");
	piece_ends(line, PAINT_PLAIN);
	add_name(line, trouble->last_host);
	if (trouble->hosts > 1)
		strbuf_addf(&line->text, " and %" PRIu32 " more", trouble->hosts - 1);
	piece_ends(line, PAINT_PLAIN);
}

/* --- the frame --- */

struct page {
	struct strbuf *out;
	const struct progress_view *view;
	size_t columns; /* a line may take */
	size_t left;	/* lines that there is still room for */
	bool colors;
};

static void page_line(struct page *page, struct line *line)
{
	if (page->left) {
		page->left--;
		line_end(line, page->out, page->columns, page->colors);
	} else {
		strbuf_release(&line->text);
	}
}

static bool is_narrow(const struct page *page)
{
	return page->columns < NARROW_COLUMNS;
}

static void label(struct page *page, struct line *line, const char *name)
{
	if (is_narrow(page))
		strbuf_addf(&line->text, "%s ", name);
	else
		strbuf_addf(&line->text, "%-*s", LABEL_COLUMNS, name);
	piece_ends(line, PAINT_DIM);
}

static void add_title(struct page *page)
{
	const struct progress_view *view = page->view;
	struct line line;

	line_init(&line);
	if (!is_narrow(page)) {
		add(&line, PAINT_BOLD, view->command);
		add(&line, PAINT_PLAIN, "  ");
	}
	add_phase(&line.text, view->run);
	piece_ends(&line, view->run->stop != FLEET_STOP_NONE ? PAINT_YELLOW : PAINT_BOLD);
	add(&line, PAINT_PLAIN, is_narrow(page) ? " " : "  ");
	add_times(&line.text, view->run, is_narrow(page));
	piece_ends(&line, PAINT_PLAIN);
	if (view->simulated)
		add(&line, PAINT_YELLOW, "  SIMULATED");
	page_line(page, &line);
}

static void add_bar(struct line *line, const struct page *page, uint32_t done, uint32_t all)
{
	size_t size = page->columns < 48	    ? 0
		      : page->columns / 3 > BAR_MAX ? BAR_MAX
						    : page->columns / 3;
	size_t full = all ? (size_t)((uint64_t)size * (done < all ? done : all) / all) : 0;

	if (!size)
		return;
	add(line, PAINT_DIM, "[");
	for (size_t i = 0; i < full; i++)
		strbuf_addc(&line->text, '#');
	piece_ends(line, PAINT_GREEN);
	for (size_t i = full; i < size; i++)
		strbuf_addc(&line->text, '.');
	strbuf_adds(&line->text, "] ");
	piece_ends(line, PAINT_DIM);
}

static void add_part(struct line *line, uint32_t done, uint32_t all)
{
	strbuf_addf(&line->text, "%" PRIu32 "/%" PRIu32, done, all);
	piece_ends(line, PAINT_BOLD);
}

static void add_hosts(struct page *page)
{
	const struct fleet_progress *run = page->view->run;
	struct line line;

	line_init(&line);
	label(page, &line, "hosts");
	add_bar(&line, page, run->round_done, run->round_hosts);
	add_part(&line, run->round_done, run->round_hosts);
	add_host_outcomes(&line, run, is_narrow(page) ? " " : "  ");
	page_line(page, &line);
}

static void add_sessions(struct page *page)
{
	const struct fleet_progress *run = page->view->run;
	struct line line;

	if (!is_survey(run) && !run->sessions_selected)
		return; /* it is about hosts */
	line_init(&line);
	label(page, &line, "sessions");
	if (!is_survey(run)) {
		add_bar(&line, page, sessions_settled(run), run->sessions_selected);
		add_part(&line, sessions_settled(run), run->sessions_selected);
	}
	add_session_outcomes(&line, run, is_survey(run) ? "" : is_narrow(page) ? " " : "  ");
	if (is_survey(run) && !run->sessions)
		add(&line, PAINT_PLAIN, "none seen yet");
	page_line(page, &line);
}

static void add_slow_hosts(struct page *page)
{
	const struct fleet_progress *run = page->view->run;
	struct line line;

	if (!run->slow_count && !run->calls_left_behind)
		return;
	line_init(&line);
	label(page, &line, "slow");
	if (run->calls_left_behind) {
		add_number(&line, PAINT_YELLOW, run->calls_left_behind,
			   run->calls_left_behind == 1 ? " call left behind"
						       : " calls left behind");
		add(&line, PAINT_PLAIN, run->slow_count ? "; " : "");
	}
	add_slow(&line, run);
	page_line(page, &line);
}

static void add_troubles(struct page *page)
{
	const struct fleet_progress *run = page->view->run;

	for (size_t i = 0; i < run->trouble_count; i++) {
		struct line line;

		line_init(&line);
		label(page, &line, !i || is_narrow(page) ? "errors" : "");
		add_trouble(&line, page->view, &run->troubles[i]);
		if (i + 1 == run->trouble_count && run->trouble_kinds > run->trouble_count) {
			size_t others = run->trouble_kinds - run->trouble_count;

			strbuf_addf(&line.text, "; and %lu other kind%s", (unsigned long)others,
				    others == 1 ? "" : "s");
			piece_ends(&line, PAINT_DIM);
		}
		page_line(page, &line);
	}
}

void progress_frame(struct strbuf *out, const struct progress_view *view, size_t columns,
		    size_t rows, bool colors)
{
	struct page page = { .out = out, .view = view, .colors = colors };

	/* One column less, so that no terminal is tempted to wrap; one row less, for the cursor. */
	page.columns = columns ? columns - 1 : COLUMNS_DEFAULT - 1;
	page.left = rows ? rows - 1 : ROWS_DEFAULT - 1;
	if (page.columns < 2)
		return;
	add_title(&page);
	add_hosts(&page);
	add_sessions(&page);
	add_slow_hosts(&page);
	add_troubles(&page);
}

void progress_line(struct strbuf *out, const struct progress_view *view)
{
	const struct fleet_progress *run = view->run;
	struct line line;
	size_t length;

	line_init(&line);
	strbuf_addf(&line.text, "%s: ", view->command);
	add_phase(&line.text, run);
	strbuf_adds(&line.text, ", ");
	add_times(&line.text, run, false);
	strbuf_addf(&line.text, "; hosts %" PRIu32 "/%" PRIu32, run->round_done, run->round_hosts);
	add_host_outcomes(&line, run, ", ");
	strbuf_adds(&line.text, "; sessions");
	if (!is_survey(run))
		strbuf_addf(&line.text, " %" PRIu32 "/%" PRIu32, sessions_settled(run),
			    run->sessions_selected);
	length = line.text.len;
	add_session_outcomes(&line, run, is_survey(run) ? " " : ", ");
	if (is_survey(run) && line.text.len == length)
		strbuf_adds(&line.text, " none seen yet");
	if (run->slow_count) {
		strbuf_adds(&line.text, "; slow: ");
		add_slow(&line, run);
	}
	strbuf_add(out, strbuf_text(&line.text), line.text.len);
	out->failed |= line.text.failed;
	strbuf_release(&line.text);
}
