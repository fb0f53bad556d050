/*
 * report_html.h - private to reports: the parts of the HTML report.
 *
 * The page is one file that loads nothing and, by its Content-Security-Policy, could not. What stands before the hosts
 * is written from the head; hosts and sessions go by as JSON, which the page's own script (html/report.js) shows as a
 * table; the charts about them are counted meanwhile and follow. Everything but the table is there without a
 * script.
 * Errors:    memory that is short sets `failed` of the buffer.
 * Threads:   one thread at a time.
 */
#ifndef RDSWEEP_REPORT_HTML_H
#define RDSWEEP_REPORT_HTML_H

#include "arena.h"
#include "report_write.h"
#include "strbuf.h"

/* The files of html/, as they are (made by cmake/Embed.cmake). */
struct html_asset {
	const unsigned char *bytes;
	size_t len;
};
extern const struct html_asset html_report_css, html_report_js;

/* The classes of an outcome in the style sheet: "done", "bad", "doubt", "info" or "left". */
const char *html_host_class(enum rep_host_outcome outcome);
const char *html_session_class(enum rep_session_outcome outcome);

/* From the banner to the charts of the head. */
void html_add_summary(struct strbuf *out, const struct rep_head *head);

/* The command line, selection and policy. */
void html_add_asked(struct strbuf *out, const struct rep_run *run);

/* `1,234` */
void html_add_number(struct strbuf *out, uint64_t number);

/* -- what is counted while hosts and sessions go by -- */

#define HTML_BINS  19 /* of durations */
#define HTML_WAVES 24 /* those after them are counted together */

struct html_bins {
	uint32_t good[HTML_BINS], other[HTML_BINS]; /* succeeded or done, and not */
	int64_t max_ms;				    /* -1: none */
	uint32_t count;
};

struct html_counts {
	struct html_bins sessions;
	struct html_bins waves[HTML_WAVES + 2]; /* [0]: in none; [HTML_WAVES + 1]: later ones */
	uint32_t wave_hosts[HTML_WAVES + 2];
	uint32_t last_wave;
};

/* -- when hosts acted (report_html_timeline.c) -- */

#define HTML_TIMES	     1024 /* equal parts of the run that begins and ends are counted in */
#define HTML_TIMELINE_HOSTS  40	  /* up to so many are shown one by one */
#define HTML_TIMELINE_GRADES 3	  /* kinds of outcomes: done, doubt, bad */

struct html_act {
	const char *name;
	int64_t from_ms, to_ms;
	uint32_t wave;
	uint8_t outcome; /* enum rep_host_outcome */
};

/* Its size does not depend on the fleet's. */
struct html_timeline {
	int64_t run_from_ms, run_to_ms; /* UTC_UNKNOWN: nothing is drawn */
	struct html_act acts[HTML_TIMELINE_HOSTS];
	uint32_t count;	  /* of hosts with times; the first of them are in `acts` */
	uint32_t untimed; /* acted, or were to, and have none */
	struct html_timeline_wave {
		/* hosts that began and ended in that part of the run */
		uint32_t began[HTML_TIMELINE_GRADES][HTML_TIMES];
		uint32_t ended[HTML_TIMELINE_GRADES][HTML_TIMES];
		uint32_t hosts[HTML_TIMELINE_GRADES];
		int64_t from_ms, to_ms;
	} waves[HTML_WAVES + 1]; /* [0]: the first; [HTML_WAVES]: later ones */
	uint32_t last_wave;
	struct arena names;
};

void html_timeline_init(struct html_timeline *timeline);
void html_timeline_release(struct html_timeline *timeline);
/* The run's span, before the first host. */
void html_timeline_begin(struct html_timeline *timeline, const struct rep_run *run);
/* 0, or -1 when memory is short. */
int html_timeline_host(struct html_timeline *timeline, const struct rep_host *host);
/* Nothing where nobody acted. */
void html_add_timeline(struct strbuf *out, const struct html_timeline *timeline);

/* Opens an image up to the text of its description, which the caller writes and closes. `id` is unique in the page. */
void html_begin_svg(struct strbuf *out, const char *id, const char *title, int width, int height);

void html_count_init(struct html_counts *counts);
void html_count_host(struct html_counts *counts, const struct rep_host *host);
void html_count_session(struct html_counts *counts, const struct rep_session *session);
/* How long hosts took, wave by wave, and how long sessions took. */
void html_add_charts(struct strbuf *out, const struct html_counts *counts);

#endif
