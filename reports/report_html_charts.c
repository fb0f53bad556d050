/* Charts that are counted while the report goes by: how long hosts took, wave by wave, and how long sessions took. The
 * scale is by steps of 1, 2, 5, as times in a fleet go from milliseconds to the hour. */
#include "report_html.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "duration.h"

#define WIDTH	   1000
#define PLOT_LEFT  150
#define PLOT_RIGHT 880
#define ROW	   34  /* of a wave */
#define TALL	   120 /* of the sessions */
#define AXIS	   30

static const struct {
	int64_t below_ms;  /* 0: the last */
	const char *label; /* of its upper edge */
} bins[HTML_BINS] = {
	{ 10, "10 ms" },     { 20, "20 ms" },	 { 50, "50 ms" },   { 100, "100 ms" },
	{ 200, "200 ms" },   { 500, "500 ms" },	 { 1000, "1 s" },   { 2000, "2 s" },
	{ 5000, "5 s" },     { 10000, "10 s" },	 { 20000, "20 s" }, { 30000, "30 s" },
	{ 60000, "1 m" },    { 120000, "2 m" },	 { 300000, "5 m" }, { 600000, "10 m" },
	{ 1800000, "30 m" }, { 3600000, "1 h" }, { 0, "" },
};

static void bins_init(struct html_bins *counted)
{
	memset(counted, 0, sizeof(*counted));
	counted->max_ms = -1;
}

void html_count_init(struct html_counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	bins_init(&counts->sessions);
	for (size_t i = 0; i < HTML_WAVES + 2; i++)
		bins_init(&counts->waves[i]);
}

static void count_duration(struct html_bins *counted, int64_t ms, bool good)
{
	size_t bin = 0;

	if (ms < 0)
		return;
	while (bins[bin].below_ms > 0 && ms >= bins[bin].below_ms)
		bin++;
	counted->count++;
	if (good)
		counted->good[bin]++;
	else
		counted->other[bin]++;
	if (ms > counted->max_ms)
		counted->max_ms = ms;
}

void html_count_host(struct html_counts *counts, const struct rep_host *host)
{
	size_t wave = host->wave > HTML_WAVES ? HTML_WAVES + 1 : host->wave;

	counts->wave_hosts[wave]++;
	if (host->wave > counts->last_wave)
		counts->last_wave = host->wave;
	count_duration(&counts->waves[wave], host->duration_ms,
		       host->outcome == REP_HOST_SUCCEEDED);
}

void html_count_session(struct html_counts *counts, const struct rep_session *session)
{
	enum rep_session_outcome outcome = (enum rep_session_outcome)session->outcome;

	if (session->attempts > 0) /* of those that nobody touched there is nothing to time */
		count_duration(&counts->sessions, session->duration_ms,
			       rep_session_outcome_is_done(outcome));
}

/* -- drawing -- */

struct plot {
	struct strbuf *out;
	size_t first, last; /* the bins that hold anything */
	double bin_width;
};

static uint32_t in_bin(const struct html_bins *counted, size_t bin)
{
	return counted->good[bin] + counted->other[bin];
}

static uint32_t most_in_a_bin(const struct html_bins *counted, size_t count)
{
	uint32_t most = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t bin = 0; bin < HTML_BINS; bin++)
			if (in_bin(&counted[i], bin) > most)
				most = in_bin(&counted[i], bin);
	return most;
}

/* The bins from the first to the last that hold anything, at least eight, so that bars are no blocks. */
static void plot_init(struct plot *plot, struct strbuf *out, const struct html_bins *counted,
		      size_t count)
{
	*plot = (struct plot){ .out = out, .first = HTML_BINS, .last = 0 };
	for (size_t i = 0; i < count; i++) {
		for (size_t bin = 0; bin < HTML_BINS; bin++) {
			if (in_bin(&counted[i], bin) == 0)
				continue;
			plot->first = bin < plot->first ? bin : plot->first;
			plot->last = bin > plot->last ? bin : plot->last;
		}
	}
	while (plot->last - plot->first < 7 && plot->first > 0)
		plot->first--;
	while (plot->last - plot->first < 7)
		plot->last++;
	plot->bin_width = (double)(PLOT_RIGHT - PLOT_LEFT) / (double)(plot->last - plot->first + 1);
}

static void add_rect(struct plot *plot, const char *class_, double x, double y, double width,
		     double height)
{
	strbuf_addf(plot->out,
		    "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
		    "rx=\"1.5\"/>",
		    class_, x, y, width, height);
}

/* A bar for each bin, standing on `base`; heights by the square root, so that one slow host among hundreds is
 * seen. */
static void add_bars(struct plot *plot, const struct html_bins *counted, double base, double room,
		     uint32_t most)
{
	for (size_t bin = plot->first; bin <= plot->last; bin++) {
		double x = PLOT_LEFT + (double)(bin - plot->first) * plot->bin_width;
		uint32_t all = in_bin(counted, bin);
		double height, other;

		if (all == 0)
			continue;
		height = room * sqrt((double)all / (double)most);
		height = height < 3 ? 3 : height;
		other = height * (double)counted->other[bin] / (double)all;
		if (counted->other[bin] > 0)
			add_rect(plot, "bad", x + 2, base - other, plot->bin_width - 4, other);
		if (counted->good[bin] > 0)
			add_rect(plot, "done", x + 2, base - height, plot->bin_width - 4,
				 height - other);
	}
	strbuf_addf(plot->out, "<path class=\"axis\" d=\"M%d %.1fH%d\"/>\n", PLOT_LEFT, base + .5,
		    PLOT_RIGHT);
}

/* Labels stand at the edges between bins. */
static void add_axis(struct plot *plot, double y)
{
	size_t step = plot->last - plot->first > 12 ? 2 : 1;

	for (size_t bin = plot->first; bin < plot->last; bin += step)
		strbuf_addf(plot->out,
			    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
			    PLOT_LEFT + (double)(bin + 1 - plot->first) * plot->bin_width, y,
			    bins[bin].label);
	strbuf_addc(plot->out, '\n');
}

static void add_longest(struct strbuf *out, int64_t ms, double y)
{
	char text[DURATION_TEXT_SIZE];

	if (ms < 0)
		return;
	duration_format_rough(ms, text);
	strbuf_addf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", WIDTH - 5, y,
		    text);
}

void html_begin_svg(struct strbuf *out, const char *id, const char *title, int width, int height)
{
	strbuf_addf(out,
		    "<div class=\"scroll\"><svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" "
		    "aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">%s</title><desc id=\"%s-d\">",
		    width, height, id, id, id, title, id);
}

static void add_legend(struct strbuf *out, const char *good, const char *other)
{
	strbuf_addf(out,
		    "<p class=\"legend\"><span><svg viewBox=\"0 0 11 11\" "
		    "aria-hidden=\"true\"><rect class=\"done\" "
		    "width=\"11\" height=\"11\" rx=\"2\"/></svg>%s</span><span><svg viewBox=\"0 0 "
		    "11 11\" "
		    "aria-hidden=\"true\"><rect class=\"bad\" width=\"11\" height=\"11\" "
		    "rx=\"2\"/></svg>%s</span>"
		    "<span>Heights grow by the square root, so that few are seen among "
		    "many.</span></p>\n",
		    good, other);
}

/* -- hosts, wave by wave -- */

static void wave_name(const struct html_counts *counts, size_t wave, char out[32])
{
	if (wave == 0 && counts->last_wave == 0)
		(void)snprintf(out, 32, "all hosts");
	else if (wave == 0)
		(void)snprintf(out, 32, "survey only");
	else if (wave == HTML_WAVES + 1)
		(void)snprintf(out, 32, "waves %d to %" PRIu32, HTML_WAVES + 1, counts->last_wave);
	else
		(void)snprintf(out, 32, "wave %zu", wave);
}

/* The waves in the order they were run in; those that acted in none come last. */
static size_t list_waves(const struct html_counts *counts, size_t out[HTML_WAVES + 2])
{
	size_t count = 0;

	for (size_t i = 1; i < HTML_WAVES + 2; i++)
		if (counts->wave_hosts[i] > 0)
			out[count++] = i;
	if (counts->wave_hosts[0] > 0)
		out[count++] = 0;
	return count;
}

static void describe_waves(struct strbuf *out, const struct html_counts *counts,
			   const size_t *waves, size_t count)
{
	char name[32], longest[DURATION_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		const struct html_bins *counted = &counts->waves[waves[i]];

		wave_name(counts, waves[i], name);
		duration_format_rough(counted->max_ms > 0 ? counted->max_ms : 0, longest);
		strbuf_addf(out, "%s: %" PRIu32 " hosts, the longest took %s. ", name,
			    counts->wave_hosts[waves[i]],
			    counted->max_ms >= 0 ? longest : "an unknown time");
	}
	strbuf_adds(out, "</desc>\n");
}

static void add_wave_rows(struct plot *plot, const struct html_counts *counts, const size_t *waves,
			  size_t count)
{
	uint32_t most = most_in_a_bin(counts->waves, HTML_WAVES + 2);
	char name[32];

	strbuf_addf(plot->out, "<text x=\"%d\" y=\"14\" text-anchor=\"end\">longest</text>\n",
		    WIDTH - 5);
	for (size_t i = 0; i < count; i++) {
		double base = AXIS + ROW * (double)(i + 1) - 8;

		wave_name(counts, waves[i], name);
		strbuf_addf(plot->out, "<text class=\"strong\" x=\"0\" y=\"%.1f\">%s</text>",
			    base - 8, name);
		strbuf_addf(plot->out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
			    PLOT_LEFT - 14, base - 8);
		html_add_number(plot->out, counts->wave_hosts[waves[i]]);
		strbuf_adds(plot->out, "</text>");
		add_bars(plot, &counts->waves[waves[i]], base, ROW - 10, most);
		add_longest(plot->out, counts->waves[waves[i]].max_ms, base - 8);
	}
}

static void add_waves(struct strbuf *out, const struct html_counts *counts)
{
	size_t waves[HTML_WAVES + 2];
	size_t count = list_waves(counts, waves);
	struct plot plot;

	if (most_in_a_bin(counts->waves, HTML_WAVES + 2) == 0)
		return;
	plot_init(&plot, out, counts->waves, HTML_WAVES + 2);
	strbuf_adds(out, "<section aria-labelledby=\"waves-title\">\n<h2 id=\"waves-title\">");
	strbuf_adds(out, counts->last_wave > 0
				 ? "Wave by wave: how long hosts took</h2>\n<figure>\n"
				 : "How long hosts took</h2>\n<figure>\n");
	html_begin_svg(out, "waves", "How long hosts took, wave by wave", WIDTH,
		       AXIS + ROW * (int)count + 24);
	describe_waves(out, counts, waves, count);
	add_wave_rows(&plot, counts, waves, count);
	add_axis(&plot, AXIS + ROW * (double)count + 12);
	strbuf_adds(out, "</svg></div>\n");
	add_legend(out, "succeeded", "did not succeed");
	strbuf_adds(out, "<p class=\"note\">A host's time is that of its calls and retries, "
			 "without the waits "
			 "between.</p>\n</figure></section>\n");
}

/* -- sessions -- */

static void add_amounts(struct plot *plot, const struct html_bins *counted, double base,
			double room, uint32_t most)
{
	for (size_t bin = plot->first; bin <= plot->last; bin++) {
		double height = room * sqrt((double)in_bin(counted, bin) / (double)most);

		if (in_bin(counted, bin) == 0)
			continue;
		strbuf_addf(plot->out,
			    "<text class=\"strong\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
			    PLOT_LEFT + ((double)(bin - plot->first) + .5) * plot->bin_width,
			    base - (height < 3 ? 3 : height) - 6);
		html_add_number(plot->out, in_bin(counted, bin));
		strbuf_adds(plot->out, "</text>");
	}
}

static void add_sessions(struct strbuf *out, const struct html_bins *counted)
{
	uint32_t most = most_in_a_bin(counted, 1);
	char longest[DURATION_TEXT_SIZE];
	struct plot plot;

	if (most == 0)
		return;
	duration_format_rough(counted->max_ms, longest);
	plot_init(&plot, out, counted, 1);
	strbuf_adds(out, "<section aria-labelledby=\"durations-title\">\n<h2 "
			 "id=\"durations-title\">How long "
			 "sessions took</h2>\n<figure>\n");
	html_begin_svg(out, "durations",
		       "How long sessions took, from the first call to the outcome", WIDTH,
		       TALL + 50);
	strbuf_addf(out, "%" PRIu32 " sessions, the longest took %s.</desc>\n", counted->count,
		    longest);
	strbuf_adds(out, "<text class=\"strong\" x=\"0\" y=\"120\">sessions</text>");
	strbuf_addf(out, "<text x=\"%d\" y=\"14\" text-anchor=\"end\">longest</text>\n", WIDTH - 5);
	add_longest(out, counted->max_ms, 32);
	add_bars(&plot, counted, TALL + 20, TALL - 10, most);
	add_amounts(&plot, counted, TALL + 20, TALL - 10, most);
	add_axis(&plot, TALL + 42);
	strbuf_adds(out, "</svg></div>\n");
	add_legend(out, "done", "not done");
	strbuf_adds(out, "</figure></section>\n");
}

void html_add_charts(struct strbuf *out, const struct html_counts *counts)
{
	add_waves(out, counts);
	add_sessions(out, &counts->sessions);
}
