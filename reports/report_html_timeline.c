/* When hosts acted: over the run's time, wave by wave. A few are shown one by one, as bars from the beginning of their
 * act to its end; of many, how many were at work in each slice of time. For that only beginnings and ends are counted
 * while the report goes by, so that a fleet of any size takes the same memory and makes a picture of the same size. */
#include "report_html.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "html_text.h"
#include "report_words.h"
#include "text_width.h"
#include "utc.h"

#define WIDTH	     1000
#define PLOT_LEFT    170
#define PLOT_RIGHT   985
#define TOP	     28 /* the survey's row, and what stands over it */
#define WAVE_ROW     46 /* of many hosts */
#define WAVE_ROOM    32 /* of that for its heights */
#define WAVE_HEAD    26 /* over hosts that are shown one by one */
#define HOST_ROW     20
#define BAR	     10
#define AXIS	     26
#define NAME_COLUMNS 22
#define SLICES	     160 /* at most, of many hosts */
#define TICKS	     8	 /* at most */
#define DAY_MS	     INT64_C(86400000)

static const char *const grade_names[HTML_TIMELINE_GRADES] = { "done", "doubt", "bad" };

static size_t grade_of(uint8_t outcome)
{
	const char *class_ = html_host_class((enum rep_host_outcome)outcome);

	return strcmp(class_, "done") == 0 ? 0 : strcmp(class_, "bad") == 0 ? 2 : 1;
}

/* -- while hosts go by -- */

void html_timeline_init(struct html_timeline *timeline)
{
	memset(timeline, 0, sizeof(*timeline));
	timeline->run_from_ms = timeline->run_to_ms = UTC_UNKNOWN;
	arena_init(&timeline->names);
}

void html_timeline_release(struct html_timeline *timeline)
{
	arena_release(&timeline->names);
}

void html_timeline_begin(struct html_timeline *timeline, const struct rep_run *run)
{
	if (run->started_at_ms == UTC_UNKNOWN || run->finished_at_ms == UTC_UNKNOWN ||
	    run->finished_at_ms <= run->started_at_ms)
		return;
	timeline->run_from_ms = run->started_at_ms;
	timeline->run_to_ms = run->finished_at_ms;
}

/* A clock that was set meanwhile, or a report that lies, may name any time. */
static int64_t within_run(const struct html_timeline *timeline, int64_t ms)
{
	if (ms < timeline->run_from_ms)
		return timeline->run_from_ms;
	return ms > timeline->run_to_ms ? timeline->run_to_ms : ms;
}

static double part_ms(const struct html_timeline *timeline)
{
	return (double)(timeline->run_to_ms - timeline->run_from_ms) / HTML_TIMES;
}

static size_t part_of(const struct html_timeline *timeline, int64_t ms)
{
	double part = floor((double)(ms - timeline->run_from_ms) / part_ms(timeline));

	return part >= HTML_TIMES ? HTML_TIMES - 1 : (size_t)part;
}

static void count_act(struct html_timeline *timeline, const struct html_act *act)
{
	size_t number = act->wave > HTML_WAVES ? HTML_WAVES : act->wave - 1;
	struct html_timeline_wave *wave = &timeline->waves[number];
	size_t grade = grade_of(act->outcome);
	bool first = wave->hosts[0] + wave->hosts[1] + wave->hosts[2] == 0;

	wave->began[grade][part_of(timeline, act->from_ms)]++;
	wave->ended[grade][part_of(timeline, act->to_ms)]++;
	wave->hosts[grade]++;
	if (first || act->from_ms < wave->from_ms)
		wave->from_ms = act->from_ms;
	if (first || act->to_ms > wave->to_ms)
		wave->to_ms = act->to_ms;
}

int html_timeline_host(struct html_timeline *timeline, const struct rep_host *host)
{
	struct html_act act = { .wave = host->wave, .outcome = host->outcome };

	if (timeline->run_from_ms == UTC_UNKNOWN || host->wave == 0)
		return 0;
	if (host->acted_at_ms == UTC_UNKNOWN || host->ended_at_ms == UTC_UNKNOWN) {
		timeline->untimed++;
		return 0;
	}
	act.from_ms = within_run(timeline, host->acted_at_ms);
	act.to_ms = within_run(timeline, host->ended_at_ms);
	if (act.to_ms < act.from_ms)
		act.to_ms = act.from_ms;
	if (host->wave > timeline->last_wave)
		timeline->last_wave = host->wave;
	count_act(timeline, &act);
	if (timeline->count < HTML_TIMELINE_HOSTS) {
		act.name = arena_strdup(&timeline->names, host->name);
		if (!act.name)
			return -1;
		timeline->acts[timeline->count] = act;
	}
	timeline->count++;
	return 0;
}

/* -- what is shown: the act, and of the time before and after it a third of that at most: a question may have
 * waited for long -- */

struct view {
	struct strbuf *out;
	const struct html_timeline *timeline;
	int64_t from_ms, to_ms;		     /* of the axis */
	int64_t acts_from_ms, acts_to_ms;    /* of all waves */
	size_t waves[HTML_WAVES + 1], count; /* those with hosts */
};

static uint32_t wave_hosts(const struct html_timeline_wave *wave)
{
	return wave->hosts[0] + wave->hosts[1] + wave->hosts[2];
}

static void view_init(struct view *view, struct strbuf *out, const struct html_timeline *timeline)
{
	int64_t beside_ms;

	*view = (struct view){ .out = out, .timeline = timeline };
	for (size_t i = 0; i <= HTML_WAVES; i++) {
		const struct html_timeline_wave *wave = &timeline->waves[i];

		if (wave_hosts(wave) == 0)
			continue;
		if (view->count == 0 || wave->from_ms < view->acts_from_ms)
			view->acts_from_ms = wave->from_ms;
		if (view->count == 0 || wave->to_ms > view->acts_to_ms)
			view->acts_to_ms = wave->to_ms;
		view->waves[view->count++] = i;
	}
	beside_ms = (view->acts_to_ms - view->acts_from_ms) / 3 + 1;
	view->from_ms = timeline->run_from_ms;
	view->to_ms = timeline->run_to_ms;
	if (view->acts_from_ms - view->from_ms > beside_ms)
		view->from_ms = view->acts_from_ms - beside_ms;
	if (view->to_ms - view->acts_to_ms > beside_ms)
		view->to_ms = view->acts_to_ms + beside_ms;
}

static double x_at(const struct view *view, double ms)
{
	double part = (ms - (double)view->from_ms) / (double)(view->to_ms - view->from_ms);

	return PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * (part < 0 ? 0 : part > 1 ? 1 : part);
}

static void wave_label(const struct view *view, size_t number, char out[32])
{
	if (number == HTML_WAVES)
		(void)snprintf(out, 32, "waves %d to %" PRIu32, HTML_WAVES + 1,
			       view->timeline->last_wave);
	else
		(void)snprintf(out, 32, "wave %zu", number + 1);
}

/* -- the axis: times of the clock, UTC -- */

static int64_t tick_step(int64_t span_ms)
{
	static const int64_t steps[] = {
		10,	20,	 50,	  100,	   200,	     500,      1000,	 2000,
		5000,	10000,	 15000,	  30000,   60000,    120000,   300000,	 600000,
		900000, 1800000, 3600000, 7200000, 10800000, 21600000, 43200000, 86400000,
	};
	size_t last = sizeof(steps) / sizeof(*steps) - 1;

	for (size_t i = 0; i < last; i++)
		if (span_ms / steps[i] < TICKS)
			return steps[i];
	return (span_ms / TICKS / steps[last] + 1) * steps[last];
}

/* `22:04`, with seconds and less, or with the date, as the step wants it: cut from 2026-01-01T22:04:00.000Z. */
static void tick_label(int64_t ms, int64_t step_ms, int64_t span_ms, char out[UTC_TEXT_SIZE])
{
	char text[UTC_TEXT_SIZE];
	size_t first = span_ms > DAY_MS ? 5 : 11;
	size_t end = step_ms >= 60000 ? 16 : step_ms >= 1000 ? 19 : step_ms >= 100 ? 21 : 23;

	utc_format(ms, text);
	if (strlen(text) < end)
		end = first = 0;
	memcpy(out, text + first, end - first);
	out[end - first] = '\0';
	if (first == 5)
		out[5] = ' ';
}

static void add_ticks(struct view *view, double bottom)
{
	int64_t span_ms = view->to_ms - view->from_ms, step_ms = tick_step(span_ms);
	int64_t ms = view->from_ms - view->from_ms % step_ms;
	char label[UTC_TEXT_SIZE];

	for (; ms <= view->to_ms; ms += step_ms) {
		double x = x_at(view, (double)ms);

		if (ms < view->from_ms)
			continue;
		strbuf_addf(view->out, "<path class=\"axis\" d=\"M%.1f %dV%.1f\"/>", x, 4, bottom);
		if (x > PLOT_RIGHT - 18)
			continue; /* its label would be cut off */
		tick_label(ms, step_ms, span_ms, label);
		strbuf_addf(view->out,
			    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n", x,
			    bottom + 18, label);
	}
}

static void add_rect(struct strbuf *out, const char *class_, double from, double to, double y,
		     double height)
{
	strbuf_addf(out,
		    "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
		    "rx=\"2\">",
		    class_, from, y, to - from < 3 ? 3 : to - from, height);
}

static void add_took(struct strbuf *out, int64_t ms)
{
	char text[DURATION_TEXT_SIZE];

	duration_format_rough(ms, text);
	strbuf_adds(out, text);
}

static void add_clock(struct strbuf *out, int64_t ms)
{
	char text[UTC_TEXT_SIZE];

	tick_label(ms, 1000, 0, text);
	strbuf_adds(out, text);
}

/* Before anything was touched: one span. */
static void add_survey(struct view *view)
{
	int64_t took_ms = view->acts_from_ms - view->timeline->run_from_ms;

	strbuf_adds(view->out, "<text class=\"strong\" x=\"0\" y=\"20\">before the act</text>");
	add_rect(view->out, "left", PLOT_LEFT, x_at(view, (double)view->acts_from_ms), 11, BAR);
	strbuf_adds(view->out, "<title>survey and question: ");
	add_took(view->out, took_ms);
	strbuf_addf(view->out, "</title></rect>\n<text x=\"%d\" y=\"20\" text-anchor=\"end\">",
		    PLOT_LEFT - 14);
	add_took(view->out, took_ms);
	strbuf_adds(view->out, "</text>\n");
}

/* -- hosts one by one -- */

static int compare_acts(const void *left, const void *right)
{
	const struct html_act *a = left, *b = right;

	if (a->wave != b->wave)
		return a->wave < b->wave ? -1 : 1;
	if (a->from_ms != b->from_ms)
		return a->from_ms < b->from_ms ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Cut to the room there is; the whole name is in the bar's title. */
static void add_name(struct strbuf *out, const char *name)
{
	struct strbuf cut;

	strbuf_init(&cut);
	(void)text_cut_add(&cut, name, strlen(name), NAME_COLUMNS);
	html_add_text(out, strbuf_text(&cut));
	out->failed |= cut.failed;
	strbuf_release(&cut);
}

static void add_act(struct view *view, const struct html_act *act, double y)
{
	struct strbuf *out = view->out;
	const char *outcome = rep_host_outcome_name((enum rep_host_outcome)act->outcome);

	strbuf_addf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", PLOT_LEFT - 14, y + 9);
	add_name(out, act->name);
	strbuf_adds(out, "</text>");
	add_rect(out, grade_names[grade_of(act->outcome)], x_at(view, (double)act->from_ms),
		 x_at(view, (double)act->to_ms), y, BAR);
	strbuf_adds(out, "<title>");
	html_add_text(out, act->name);
	strbuf_adds(out, ": ");
	rep_words_add(out, outcome, false);
	strbuf_adds(out, ", ");
	add_clock(out, act->from_ms);
	strbuf_adds(out, " to ");
	add_clock(out, act->to_ms);
	strbuf_adds(out, ", ");
	add_took(out, act->to_ms - act->from_ms);
	strbuf_adds(out, "</title></rect>\n");
}

static void add_acts(struct view *view)
{
	struct html_act acts[HTML_TIMELINE_HOSTS];
	size_t count = view->timeline->count;
	uint32_t wave = 0;
	double y = TOP;

	memcpy(acts, view->timeline->acts, count * sizeof(*acts));
	qsort(acts, count, sizeof(*acts), compare_acts);
	for (size_t i = 0; i < count; i++) {
		if (acts[i].wave != wave) {
			wave = acts[i].wave;
			strbuf_addf(view->out,
				    "<text class=\"strong\" x=\"0\" y=\"%.1f\">wave %" PRIu32
				    "</text>\n",
				    y + 19, wave);
			y += WAVE_HEAD;
		}
		add_act(view, &acts[i], y + 4);
		y += HOST_ROW;
	}
}

/* Waves are as many as hosts may be in waves of their own, also beyond those that are counted apart. */
static int acts_height(const struct html_timeline *timeline)
{
	int height = (int)timeline->count * HOST_ROW;

	for (size_t i = 0; i < timeline->count; i++) {
		size_t before = 0;

		while (before < i && timeline->acts[before].wave != timeline->acts[i].wave)
			before++;
		height += before == i ? WAVE_HEAD : 0;
	}
	return height;
}

/* -- many hosts: how many were at work in each slice -- */

struct slices {
	size_t count, parts; /* each is of so many parts of the run */
	size_t first;	     /* part, where the first slice begins */
	uint32_t most;	     /* hosts in one, in one wave */
};

static void slices_init(struct slices *slices, const struct view *view)
{
	size_t first = part_of(view->timeline, view->acts_from_ms);
	size_t end = part_of(view->timeline, view->acts_to_ms) + 1;

	*slices = (struct slices){ .first = first };
	slices->parts = (end - first + SLICES - 1) / SLICES;
	slices->count = (end - first + slices->parts - 1) / slices->parts;
}

/* At work in a slice: those that began before its end and had not ended before its beginning. */
static void count_at_work(const struct slices *slices, const struct html_timeline_wave *wave,
			  size_t grade, uint32_t at_work[SLICES])
{
	uint32_t on = 0;

	for (size_t i = 0; i < slices->count; i++) {
		size_t first = slices->first + i * slices->parts;
		uint32_t ended = 0;

		for (size_t part = first; part < first + slices->parts && part < HTML_TIMES;
		     part++) {
			on += wave->began[grade][part];
			ended += wave->ended[grade][part];
		}
		at_work[i] = on;
		on -= ended;
	}
}

static double slice_x(const struct view *view, const struct slices *slices, size_t i)
{
	double x = x_at(view, (double)view->timeline->run_from_ms +
				      (double)(slices->first + i * slices->parts) *
					      part_ms(view->timeline));
	double limit = x_at(view, (double)view->acts_to_ms);

	return i == slices->count && x > limit + 3 ? limit + 3 : x;
}

/* The steps of one colour as one path, down to `base` wherever it is nothing. */
static void add_steps(struct view *view, const struct slices *slices, const char *class_,
		      const double heights[SLICES], double base)
{
	struct strbuf *out = view->out;
	double last = 0;

	strbuf_addf(out, "<path class=\"%s\" d=\"", class_);
	for (size_t i = 0; i < slices->count; i++) {
		if (heights[i] == last)
			continue;
		if (last == 0)
			strbuf_addf(out, "M%.1f %.1f", slice_x(view, slices, i), base);
		else
			strbuf_addf(out, "H%.1f", slice_x(view, slices, i));
		strbuf_addf(out, "V%.1f", base - heights[i]);
		last = heights[i];
	}
	if (last != 0)
		strbuf_addf(out, "H%.1fV%.1f", slice_x(view, slices, slices->count), base);
	strbuf_adds(out, "\"/>\n");
}

/* Colours one over the other, the whole height first; heights by the square root, as in the other charts. */
static void add_heights(struct view *view, const struct slices *slices,
			const struct html_timeline_wave *wave, double base)
{
	uint32_t at_work[HTML_TIMELINE_GRADES][SLICES];
	double heights[HTML_TIMELINE_GRADES][SLICES];

	for (size_t grade = 0; grade < HTML_TIMELINE_GRADES; grade++)
		count_at_work(slices, wave, grade, at_work[grade]);
	for (size_t i = 0; i < slices->count; i++) {
		double bad = at_work[2][i], other = bad + at_work[1][i],
		       all = other + at_work[0][i];
		double height = all > 0 ? WAVE_ROOM * sqrt(all / slices->most) : 0;

		height = all > 0 && height < 3 ? 3 : height;
		heights[0][i] = height;
		/* few are not nobody */
		heights[2][i] = bad > 0 ? fmax(height * bad / all, 1.5) : 0;
		heights[1][i] = heights[2][i];
		if (other > bad)
			heights[1][i] = fmax(height * other / all, heights[2][i] + 1.5);
	}
	for (size_t grade = 0; grade < HTML_TIMELINE_GRADES; grade++)
		if (wave->hosts[grade] > 0)
			add_steps(view, slices, grade_names[grade], heights[grade], base);
}

static void find_most(struct slices *slices, const struct view *view)
{
	uint32_t at_work[HTML_TIMELINE_GRADES][SLICES];

	for (size_t w = 0; w < view->count; w++) {
		for (size_t grade = 0; grade < HTML_TIMELINE_GRADES; grade++)
			count_at_work(slices, &view->timeline->waves[view->waves[w]], grade,
				      at_work[grade]);
		for (size_t i = 0; i < slices->count; i++) {
			uint32_t all = at_work[0][i] + at_work[1][i] + at_work[2][i];

			slices->most = all > slices->most ? all : slices->most;
		}
	}
}

static void add_wave(struct view *view, const struct slices *slices, size_t number, double base)
{
	const struct html_timeline_wave *wave = &view->timeline->waves[number];
	char label[32];

	wave_label(view, number, label);
	strbuf_addf(view->out,
		    "<text class=\"strong\" x=\"0\" y=\"%.1f\">%s</text><text x=\"%d\" "
		    "y=\"%.1f\" text-anchor=\"end\">",
		    base - 8, label, PLOT_LEFT - 14, base - 8);
	html_add_number(view->out, wave_hosts(wave));
	strbuf_adds(view->out, "</text>");
	add_heights(view, slices, wave, base);
	strbuf_addf(view->out, "<path class=\"axis\" d=\"M%d %.1fH%d\"/>\n", PLOT_LEFT, base + .5,
		    PLOT_RIGHT);
}

static void add_waves(struct view *view, const struct slices *slices)
{
	for (size_t i = 0; i < view->count; i++)
		add_wave(view, slices, view->waves[i], TOP + WAVE_ROW * (double)(i + 1) - 4);
}

/* -- in words -- */

static void describe(struct view *view)
{
	struct strbuf *out = view->out;
	char label[32];

	strbuf_adds(out, "Survey and question before the first act: ");
	add_took(out, view->acts_from_ms - view->timeline->run_from_ms);
	strbuf_adds(out, ". ");
	for (size_t i = 0; i < view->count; i++) {
		const struct html_timeline_wave *wave = &view->timeline->waves[view->waves[i]];
		uint32_t hosts = wave_hosts(wave);

		wave_label(view, view->waves[i], label);
		strbuf_addf(out, "%s: %" PRIu32 " host%s, ", label, hosts, hosts == 1 ? "" : "s");
		add_clock(out, wave->from_ms);
		strbuf_adds(out, " to ");
		add_clock(out, wave->to_ms);
		strbuf_addf(out, ", %" PRIu32 " succeeded. ", wave->hosts[0]);
	}
	strbuf_adds(out, "</desc>\n");
}

static void add_key(struct strbuf *out, const char *class_, const char *text)
{
	strbuf_addf(out,
		    "<span><svg viewBox=\"0 0 11 11\" aria-hidden=\"true\"><rect class=\"%s\" "
		    "width=\"11\" height=\"11\" rx=\"2\"/></svg>%s</span>",
		    class_, text);
}

static void add_legend(struct view *view)
{
	static const char *const words[HTML_TIMELINE_GRADES] = { "succeeded", "partial",
								 "failed or silent" };

	strbuf_adds(view->out, "<p class=\"legend\">");
	add_key(view->out, "left", "survey and question");
	for (size_t grade = 0; grade < HTML_TIMELINE_GRADES; grade++) {
		uint32_t hosts = 0;

		for (size_t i = 0; i < view->count; i++)
			hosts += view->timeline->waves[view->waves[i]].hosts[grade];
		if (hosts > 0)
			add_key(view->out, grade_names[grade], words[grade]);
	}
	strbuf_adds(view->out, "</p>\n");
}

static void add_notes(struct view *view, const struct slices *slices)
{
	struct strbuf *out = view->out;

	strbuf_adds(out, "<p class=\"note\">Times are UTC.");
	if (slices) {
		strbuf_adds(out, " The height tells how many hosts were at work in a slice of ");
		add_took(out, (int64_t)ceil((double)slices->parts * part_ms(view->timeline)));
		strbuf_adds(out, ", at most ");
		html_add_number(out, slices->most);
		strbuf_adds(out, "; it grows by the square root.");
	}
	if (view->from_ms > view->timeline->run_from_ms)
		strbuf_adds(out, " Of the time before the act only the end is shown.");
	if (view->timeline->untimed > 0) {
		strbuf_adds(out, " Without times, and so not shown: ");
		html_add_number(out, view->timeline->untimed);
		strbuf_addf(out, " host%s.", view->timeline->untimed == 1 ? "" : "s");
	}
	strbuf_adds(out, "</p>\n");
}

void html_add_timeline(struct strbuf *out, const struct html_timeline *timeline)
{
	bool folded = timeline->count > HTML_TIMELINE_HOSTS;
	struct slices slices;
	struct view view;
	int height;

	if (timeline->count == 0)
		return;
	view_init(&view, out, timeline);
	slices_init(&slices, &view);
	find_most(&slices, &view);
	height = TOP + (folded ? (int)view.count * WAVE_ROW : acts_height(timeline)) + 4;
	strbuf_adds(out, "<section aria-labelledby=\"timeline-title\">\n<h2 "
			 "id=\"timeline-title\">When hosts acted</h2>\n<figure>\n");
	html_begin_svg(out, "timeline", "When hosts acted, wave by wave", WIDTH, height + AXIS);
	describe(&view);
	add_ticks(&view, height);
	add_survey(&view);
	if (folded)
		add_waves(&view, &slices);
	else
		add_acts(&view);
	strbuf_adds(out, "</svg></div>\n");
	add_legend(&view);
	add_notes(&view, folded ? &slices : NULL);
	strbuf_adds(out, "</figure></section>\n");
}
