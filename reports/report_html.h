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

void html_count_init(struct html_counts *counts);
void html_count_host(struct html_counts *counts, const struct rep_host *host);
void html_count_session(struct html_counts *counts, const struct rep_session *session);
/* How long hosts took, wave by wave, and how long sessions took. */
void html_add_charts(struct strbuf *out, const struct html_counts *counts);

#endif
