#include "report_html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "html_text.h"
#include "record_names.h"
#include "report_drain.h"
#include "report_grow.h"
#include "report_words.h"
#include "report_writer.h"
#include "str_map.h"
#include "utc.h"

struct html_writer {
	struct rep_writer base;	   /* first: the two are cast into each other */
	const struct rep_run *run; /* of the head */
	struct html_counts counts;
	struct html_timeline timeline;
	const char **owed; /* hosts left in drain mode */
	size_t owed_count, owed_cap;
	struct arena keys;     /* and their names */
	struct str_map errors; /* of the head: (code, api, name) to its index */
	struct strbuf key;     /* scratch */
	bool any_host, any_session;
};

static struct html_writer *html_of(struct rep_writer *writer)
{
	return (struct html_writer *)writer;
}

/* -- the policy: nothing is loaded, and only our own style and script are obeyed -- */

static int hex_value(char digit)
{
	return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

static void add_base64(struct strbuf *out, const unsigned char *bytes, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t three = (uint32_t)bytes[i] << 16;

		if (i + 1 < len)
			three |= (uint32_t)bytes[i + 1] << 8;
		if (i + 2 < len)
			three |= bytes[i + 2];
		strbuf_addc(out, digits[three >> 18]);
		strbuf_addc(out, digits[three >> 12 & 63]);
		strbuf_addc(out, i + 1 < len ? digits[three >> 6 & 63] : '=');
		strbuf_addc(out, i + 2 < len ? digits[three & 63] : '=');
	}
}

static void add_hash_source(struct strbuf *out, const struct html_asset *asset)
{
	char hex[SHA256_HEX_SIZE];
	unsigned char sum[SHA256_HEX_SIZE / 2];
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, asset->bytes, asset->len);
	sha256_hex(&sha, hex);
	for (size_t i = 0; i < sizeof(sum); i++)
		sum[i] = (unsigned char)(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
	strbuf_adds(out, "'sha256-");
	add_base64(out, sum, sizeof(sum));
	strbuf_addc(out, '\'');
}

static void add_asset(struct strbuf *out, const char *element, const struct html_asset *asset)
{
	strbuf_addf(out, "<%s>", element);
	strbuf_add(out, asset->bytes, asset->len);
	strbuf_addf(out, "</%s>\n", element);
}

/* -- the head of the page -- */

static void add_title(struct strbuf *out, const struct rep_run *run)
{
	struct strbuf words;

	strbuf_init(&words);
	strbuf_addf(&words, "%s ", run->command);
	rep_words_add(&words, rep_run_outcome_name(run->outcome), false);
	strbuf_adds(&words, " - ");
	rep_words_time(&words, run);
	strbuf_adds(&words, " - rdsweep");
	strbuf_adds(out, "<title>");
	html_add_text(out, strbuf_text(&words));
	strbuf_adds(out, "</title>\n");
	out->failed |= words.failed;
	strbuf_release(&words);
}

/* The run's id comes early: a run that goes on knows its own report by it. */
static void add_page_head(struct strbuf *out, const struct rep_run *run)
{
	strbuf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			 "<meta http-equiv=\"Content-Security-Policy\" content=\""
			 "default-src 'none'; base-uri 'none'; form-action 'none'; style-src ");
	add_hash_source(out, &html_report_css);
	strbuf_adds(out, "; script-src ");
	add_hash_source(out, &html_report_js);
	strbuf_adds(
		out,
		"\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"rdsweep-run\" content=\"");
	html_add_text(out, run->id);
	strbuf_adds(out, "\">\n");
	add_title(out, run);
	add_asset(out, "style", &html_report_css);
	strbuf_adds(
		out,
		"</head>\n<body>\n<a class=\"skip\" href=\"#sessions\">Skip to the sessions</a>\n");
}

/* -- the data of the table -- */

static void add_names(struct strbuf *out, const char *key, const struct rep_names *names)
{
	strbuf_addf(out, "\"%s\":[", key);
	for (size_t i = 0; i < names->count; i++)
		strbuf_addf(out, "%s\"%s\"", i > 0 ? "," : "", names->names[i]);
	strbuf_adds(out, "],\n");
}

static void add_classes(struct strbuf *out)
{
	strbuf_adds(out, "\"host_kinds\":[");
	for (int i = 0; i < REP_HOST_OUTCOME_COUNT; i++)
		strbuf_addf(out, "%s\"%s\"", i > 0 ? "," : "",
			    html_host_class((enum rep_host_outcome)i));
	strbuf_adds(out, "],\n\"session_kinds\":[");
	for (int i = 0; i < REP_SESSION_OUTCOME_COUNT; i++)
		strbuf_addf(out, "%s\"%s\"", i > 0 ? "," : "",
			    html_session_class((enum rep_session_outcome)i));
	strbuf_adds(out, "],\n");
}

/* As a row tells it: `ERROR_ACCESS_DENIED (5, WTSLogoffSession)`. */
static void add_error_text(struct strbuf *out, const struct rep_error_kind *kind)
{
	struct strbuf text;

	strbuf_init(&text);
	strbuf_adds(&text, kind->name);
	if (kind->code != 0)
		strbuf_addf(&text, " (%" PRIu32 ", %s)", kind->code, kind->api);
	html_add_json(out, strbuf_text(&text));
	out->failed |= text.failed;
	strbuf_release(&text);
}

static void make_key(struct html_writer *html, const struct rep_error_kind *kind)
{
	strbuf_clear(&html->key);
	strbuf_addf(&html->key, "%" PRIu32 " %s %s", kind->code, kind->api, kind->name);
}

static int add_errors(struct html_writer *html, const struct rep_head *head)
{
	struct strbuf *out = &html->base.out;

	strbuf_adds(out, "\"errors\":[");
	for (size_t i = 0; i < head->error_count; i++) {
		const char *key;

		strbuf_adds(out, i > 0 ? "," : "");
		add_error_text(out, &head->errors[i].kind);
		make_key(html, &head->errors[i].kind);
		key = arena_strdup(&html->keys, strbuf_text(&html->key));
		if (!key || html->key.failed ||
		    str_map_put(&html->errors, key, html->key.len, (uint32_t)i) < 0)
			return -1;
	}
	strbuf_adds(out, "],\n");
	return 0;
}

/* Its index in the head; one that the head does not have as text. */
static void add_error(struct html_writer *html, const struct rep_error_kind *kind)
{
	struct strbuf *out = &html->base.out;
	uint32_t index;

	if (!kind) {
		strbuf_adds(out, ",null");
		return;
	}
	strbuf_addc(out, ',');
	make_key(html, kind);
	out->failed |= html->key.failed;
	if (str_map_get(&html->errors, strbuf_text(&html->key), html->key.len, &index))
		strbuf_addf(out, "%" PRIu32, index);
	else
		add_error_text(out, kind);
}

static void add_text(struct strbuf *out, const char *text)
{
	strbuf_addc(out, ',');
	html_add_json(out, text ? text : "");
}

static void add_count_or_null(struct strbuf *out, int64_t value)
{
	if (value < 0)
		strbuf_adds(out, ",null");
	else
		strbuf_addf(out, ",%" PRId64, value);
}

static int html_begin(struct rep_writer *writer, const struct rep_head *head)
{
	struct html_writer *html = html_of(writer);
	struct strbuf *out = &writer->out;

	html->run = head->run;
	html_timeline_begin(&html->timeline, head->run);
	add_page_head(out, head->run);
	html_add_summary(out, head);
	strbuf_adds(out, "<script type=\"application/json\" id=\"data\">{\n");
	add_names(out, "host_outcomes", &rep_host_outcome_names);
	add_names(out, "session_outcomes", &rep_session_outcome_names);
	add_names(out, "reasons", &rep_reason_names);
	add_names(out, "states", &rep_state_names);
	add_classes(out);
	if (add_errors(html, head) < 0)
		return -1;
	strbuf_adds(out, "\"hosts\":[");
	return 0;
}

static void add_groups(struct strbuf *out, const struct rep_host *host)
{
	struct strbuf joined;

	strbuf_init(&joined);
	for (size_t i = 0; i < host->group_count; i++)
		strbuf_addf(&joined, "%s%s", i > 0 ? " " : "", host->groups[i]);
	add_text(out, strbuf_text(&joined));
	out->failed |= joined.failed;
	strbuf_release(&joined);
}

static int note_owed(struct html_writer *html, const char *name)
{
	const char **owed = rep_grow(html->owed, html->owed_count, &html->owed_cap, sizeof(*owed));

	if (!owed)
		return -1;
	html->owed = owed;
	owed[html->owed_count] = arena_strdup(&html->keys, name);
	return owed[html->owed_count++] ? 0 : -1;
}

/* [host, groups, wave, outcome, error, duration_ms, address, [sessions]] */
static int html_host(struct rep_writer *writer, const struct rep_host *host,
		     const struct rep_error_kind *kind)
{
	struct html_writer *html = html_of(writer);
	struct strbuf *out = &writer->out;

	html_count_host(&html->counts, host);
	if (html_timeline_host(&html->timeline, host) < 0)
		return -1;
	if (rep_drain_is_owed(html->run, host) && note_owed(html, host->name) < 0)
		return -1;
	strbuf_adds(out, html->any_host ? ",\n[" : "\n[");
	html->any_host = true;
	html->any_session = false;
	html_add_json(out, host->name);
	add_groups(out, host);
	strbuf_addf(out, ",%" PRIu32 ",%u", host->wave, (unsigned)host->outcome);
	add_error(html, kind);
	add_count_or_null(out, host->duration_ms);
	add_text(out, host->address);
	strbuf_adds(out, ",[");
	return 0;
}

/* [id, user, domain, state, logon, idle_s, outcome, reason, error, duration_ms, client, station] */
static int html_session(struct rep_writer *writer, const struct rep_session *session,
			const struct rep_error_kind *kind)
{
	struct html_writer *html = html_of(writer);
	struct strbuf *out = &writer->out;

	html_count_session(&html->counts, session);
	strbuf_addf(out, "%s[%" PRIu32, html->any_session ? ",\n" : "\n", session->id);
	html->any_session = true;
	add_text(out, session->user);
	add_text(out, session->domain);
	strbuf_addf(out, ",%u", (unsigned)session->state);
	if (session->logon_at_ms == UTC_UNKNOWN)
		strbuf_adds(out, ",null");
	else
		strbuf_addf(out, ",%" PRId64, session->logon_at_ms);
	add_count_or_null(out, session->idle_s);
	strbuf_addf(out, ",%u,%u", (unsigned)session->outcome, (unsigned)session->reason);
	add_error(html, kind);
	add_count_or_null(out, session->duration_ms);
	add_text(out, session->client);
	add_text(out, session->station);
	strbuf_addc(out, ']');
	return 0;
}

static int html_host_end(struct rep_writer *writer)
{
	strbuf_adds(&writer->out, "]]");
	return 0;
}

/* -- what follows the data -- */

static const char table_html[] =
	"<section id=\"sessions\" aria-labelledby=\"sessions-title\">\n"
	"<h2 id=\"sessions-title\">Hosts and sessions</h2>\n"
	"<noscript><p>The table of all hosts and sessions needs JavaScript, which is switched off "
	"here. "
	"Everything else on this page is complete; <code>rdsweep report convert REPORT.json -o "
	"REPORT.csv</code> writes the same rows for a spreadsheet.</p></noscript>\n"
	"<div id=\"table\" hidden>\n<div class=\"tools\" role=\"search\">\n"
	"<label class=\"unseen\" for=\"search\">Search hosts, users, groups, clients, outcomes and "
	"errors</label>\n"
	"<input id=\"search\" type=\"search\" placeholder=\"Search: host, user, group, client, "
	"error\" "
	"autocomplete=\"off\" spellcheck=\"false\">\n"
	"<label class=\"unseen\" for=\"pick\">Show only</label>\n"
	"<select id=\"pick\"><option value=\"\">All outcomes</option></select>\n"
	"<button id=\"clear\" type=\"button\">Clear</button>\n"
	"<span id=\"count\" class=\"count-line\" role=\"status\" "
	"aria-live=\"polite\"></span>\n</div>\n"
	"<div id=\"rows\" class=\"rows\" role=\"region\" tabindex=\"0\" aria-label=\"Hosts and "
	"sessions, scrollable\">\n"
	"<table id=\"grid\" class=\"grid\"><caption class=\"unseen\">Hosts and sessions with what "
	"became of "
	"them; the headings sort</caption>\n<thead id=\"head\"></thead>\n<tbody "
	"id=\"body\"></tbody></table>\n"
	"<p id=\"none\" class=\"none\" hidden>Nothing matches.</p>\n</div>\n"
	"<p id=\"unprinted\" class=\"note\" hidden></p>\n</div>\n</section>\n";

static const char footer_html[] = "</main>\n<footer class=\"wide\"><p>Written by rdsweep. Times "
				  "are UTC. This file is complete in "
				  "itself: it loads "
				  "nothing and sends nothing.</p></footer>\n";

/* It is known only now, and the style sheet puts it before all else. */
static void add_owed(struct html_writer *html)
{
	struct strbuf *out = &html->base.out;
	struct strbuf text;
	const char *line;

	if (html->owed_count == 0)
		return;
	strbuf_init(&text);
	rep_text_owed(&text, html->owed, html->owed_count);
	strbuf_adds(out, "<section class=\"owed\" role=\"note\">\n");
	for (line = strbuf_text(&text); *line != '\0';) {
		size_t len = strcspn(line, "\n");
		char *copy = arena_strndup(&html->keys, line, len);

		strbuf_adds(out, "<p>");
		html_add_text(out, copy ? copy : "");
		strbuf_adds(out, "</p>\n");
		out->failed |= !copy;
		line += len + strspn(line + len, "\n");
	}
	strbuf_adds(out, "</section>\n");
	out->failed |= text.failed;
	strbuf_release(&text);
}

static int html_end(struct rep_writer *writer)
{
	struct strbuf *out = &writer->out;

	strbuf_adds(out, "\n]}</script>\n");
	add_owed(html_of(writer));
	html_add_timeline(out, &html_of(writer)->timeline);
	html_add_charts(out, &html_of(writer)->counts);
	strbuf_adds(out, table_html);
	html_add_asked(out, html_of(writer)->run);
	strbuf_adds(out, footer_html);
	add_asset(out, "script", &html_report_js);
	strbuf_adds(out, "</body>\n</html>\n");
	return 0;
}

static void html_free(struct rep_writer *writer)
{
	struct html_writer *html = html_of(writer);

	free(html->owed);
	html_timeline_release(&html->timeline);
	str_map_release(&html->errors);
	arena_release(&html->keys);
	strbuf_release(&html->key);
	free(html);
}

static const struct rep_writer_ops html_ops = {
	html_begin, html_host, html_session, html_host_end, html_end, html_free,
};

struct rep_writer *rep_html_writer_create(void)
{
	struct html_writer *html = calloc(1, sizeof(*html));

	if (!html)
		return NULL;
	html->base.ops = &html_ops;
	html_count_init(&html->counts);
	html_timeline_init(&html->timeline);
	arena_init(&html->keys);
	str_map_init(&html->errors);
	strbuf_init(&html->key);
	return &html->base;
}
