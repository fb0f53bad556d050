/*
 * fuzz_report.c - a report that is taken is written again, read again and written the same; its
 * CSV holds every row, and its HTML no element that is not ours.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "report_head.h"
#include "report_read.h"
#include "report_text.h"
#include "support.h"

/* The rows of its CSV: one a session, one a host without any or with an error of its own. */
struct counted {
	struct rep_kept_head head;
	size_t rows, sessions;
	bool own_error;
};

static int count_run(void *ctx, const struct rep_run *run)
{
	struct counted *counted = ctx;

	return rep_head_keep_run(&counted->head, run);
}

static int count_totals(void *ctx, const struct rep_totals *totals)
{
	struct counted *counted = ctx;

	return rep_head_keep_totals(&counted->head, totals);
}

static int count_error(void *ctx, const struct rep_error_entry *entry)
{
	struct counted *counted = ctx;

	return rep_head_keep_error(&counted->head, entry);
}

static int count_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct counted *counted = ctx;

	FUZZ_CHECK(host->name && host->outcome < REP_HOST_OUTCOME_COUNT);
	counted->own_error = kind != NULL;
	counted->sessions = 0;
	return 0;
}

static int count_session(void *ctx, const struct rep_session *session,
			 const struct rep_error_kind *kind)
{
	struct counted *counted = ctx;

	(void)kind;
	FUZZ_CHECK(session->user && session->outcome < REP_SESSION_OUTCOME_COUNT);
	counted->sessions++;
	return 0;
}

static int count_host_end(void *ctx)
{
	struct counted *counted = ctx;

	counted->rows += counted->sessions + (counted->own_error || !counted->sessions);
	return 0;
}

static int convert(const char *bytes, size_t len, enum rep_format format, struct strbuf *out)
{
	struct test_source source = { .bytes = bytes, .len = len };
	struct rep_read_error error;

	return test_convert(&source, format, out, &error);
}

static void check_csv(const char *bytes, size_t len, size_t rows)
{
	const struct csv_field *fields;
	struct csv_reader *reader;
	size_t count, found = 0;
	struct strbuf csv;
	int status;

	strbuf_init(&csv);
	FUZZ_CHECK(convert(bytes, len, REP_FORMAT_CSV, &csv) == 0);
	reader = csv_reader_create(strbuf_text(&csv), csv.len);
	FUZZ_CHECK(reader);
	while ((status = csv_next(reader, &fields, &count)) == 1) {
		FUZZ_CHECK(count == 27);
		found++;
	}
	FUZZ_CHECK(status == 0 && found == rows + 1); /* and the header */
	csv_reader_free(reader);
	strbuf_release(&csv);
}

static size_t count_of(const struct strbuf *page, const char *text)
{
	size_t count = 0;

	for (const char *at = strbuf_text(page); (at = strstr(at, text)) != NULL;
	     at += strlen(text))
		count++;
	return count;
}

/* Nothing in a page ends an element of ours or begins one that is not. */
static void check_html(const char *bytes, size_t len)
{
	struct strbuf html;

	strbuf_init(&html);
	FUZZ_CHECK(convert(bytes, len, REP_FORMAT_HTML, &html) == 0);
	FUZZ_CHECK(count_of(&html, "<script") == 2 && count_of(&html, "</script") == 2);
	FUZZ_CHECK(count_of(&html, "<style") == 1 && count_of(&html, "</style") == 1);
	FUZZ_CHECK(count_of(&html, "<!--") == 0 && count_of(&html, "<img") == 0);
	FUZZ_CHECK(count_of(&html, "<meta ") == 6 && count_of(&html, "</main>") == 1);
	for (size_t at = 0; at < html.len; at++) { /* tabs are in style and script */
		size_t piece = strcspn(html.data + at, "\t");

		fuzz_check_shown(html.data + at, piece, true);
		at += piece;
	}
	strbuf_release(&html);
}

static void check_good(const char *bytes, size_t len, const struct counted *counted)
{
	struct strbuf once, twice, text;

	strbuf_init(&once);
	strbuf_init(&twice);
	strbuf_init(&text);
	FUZZ_CHECK(convert(bytes, len, REP_FORMAT_JSON, &once) == 0);
	FUZZ_CHECK(convert(strbuf_text(&once), once.len, REP_FORMAT_JSON, &twice) == 0);
	FUZZ_CHECK(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
	check_csv(bytes, len, counted->rows);
	check_html(bytes, len);
	rep_text_summary(&text, &counted->head.head, 80);
	fuzz_check_shown(strbuf_text(&text), text.len, true);
	strbuf_release(&once);
	strbuf_release(&twice);
	strbuf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct test_source source = { .bytes = (const char *)bytes, .len = len };
	struct counted counted = { 0 };
	const struct rep_visitor visitor = { &counted,	 count_run,	count_totals,  count_error,
					     count_host, count_session, count_host_end };
	struct rep_read_error error = { 0 };
	int status;

	rep_head_init(&counted.head);
	status = rep_read(test_source_read, &source, &visitor, &error);
	if (status == 0) {
		check_good(source.bytes, len, &counted);
	} else {
		FUZZ_CHECK(status == -1 && *error.message);
		FUZZ_CHECK(error.line >= 0 && error.column >= 0);
		fuzz_check_shown(error.message, strlen(error.message), false);
	}
	rep_head_release(&counted.head);
	return 0;
}
