/* writer.c - see writer.h. */
#include "writer.h"

#include "platform_console.h"
#include "strbuf.h"
#include "text_width.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

struct writer {
	writer_sink sink;
	void *ctx;
	uv_thread_t thread;
	uv_mutex_t mutex; /* of all below */
	uv_cond_t work;	  /* there is something to write, or it is the end */
	uv_cond_t idle;	  /* everything is written, or the thread has ended */
	struct strbuf lines, frame;
	struct strbuf shown;  /* the frame that stands on the screen */
	bool frame_due;	      /* `frame` is to be shown */
	size_t columns;	      /* of the terminal, as far as known */
	size_t shown_columns; /* when `shown` was written */
	bool cuts_lines;      /* see terminal_cuts_lines() */
	unsigned lost;	      /* texts that found no room */
	bool busy;	      /* the thread is in a write */
	bool ending, ended;
};

/* Marks of a synchronized update; terminals that do not know them show nothing. */
#define UPDATE_BEGIN "\x1b[?2026h"
#define UPDATE_END   "\x1b[?2026l"
#define CLEAR_LINE   "\x1b[K" /* from the cursor on */
#define CLEAR_BELOW  "\x1b[J"

static int to_standard_error(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	return console_write(CONSOLE_ERR, bytes, len, NULL);
}

/* The columns of a frame's line, which may hold colours. */
static size_t line_width(const char *line, size_t len)
{
	size_t width = 0, at = 0;

	while (at < len) {
		const char *escape = memchr(line + at, '\x1b', len - at);
		size_t text = escape ? (size_t)(escape - line) - at : len - at;

		width += text_width(line + at, text);
		at += text;
		while (at < len && line[at] != 'm')
			at++;
		at += at < len;
	}
	return width;
}

/* Terminals that leave lines as they are when the window becomes narrower, and cut them. All others
 * break them anew, and then a frame takes more rows than it has lines. */
static bool terminal_cuts_lines(void)
{
	return getenv("XTERM_VERSION") || getenv("STY");
}

/* How many rows the shown frame takes on a terminal that has become so wide. */
static size_t rows_of(const struct strbuf *shown, size_t columns, bool cuts_lines)
{
	const char *line = strbuf_text(shown), *end;
	size_t rows = 0;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		size_t width = line_width(line, (size_t)(end - line));

		rows += columns && width > columns && !cuts_lines ? (width + columns - 1) / columns
								  : 1;
	}
	return rows;
}

/* Over what was there before: what is left of each old line is cleared behind the new one. */
static void add_over(struct strbuf *piece, const struct strbuf *text)
{
	const char *line = strbuf_text(text), *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		strbuf_add(piece, line, (size_t)(end - line));
		strbuf_adds(piece, CLEAR_LINE "\n");
	}
	if (*line)
		strbuf_addf(piece, "%s" CLEAR_LINE, line);
}

/* To the first row of what is shown. `clears`: each row goes altogether, which also makes terminals that break
 * lines anew forget which they broke. Not all at once: a screen that is cleared as a whole goes into the history
 * of some. */
static void go_over(struct strbuf *piece, size_t rows, bool clears)
{
	strbuf_addf(piece, "\x1b[%luA", (unsigned long)rows);
	if (!clears)
		return;
	for (size_t i = 0; i < rows; i++)
		strbuf_adds(piece, "\x1b[2K\x1b[B");
	strbuf_addf(piece, "\x1b[%luA", (unsigned long)rows);
}

static bool ends_a_line(const struct strbuf *text)
{
	return !text->len || text->data[text->len - 1] == '\n';
}

static void swap(struct strbuf *a, struct strbuf *b)
{
	struct strbuf old = *a;

	*a = *b;
	*b = old;
}

/* What is shown gives way to lines and the next frame. A line without an end is a question: no frame
 * below that. */
static void compose(struct writer *writer, struct strbuf *piece)
{
	struct strbuf *next = writer->frame_due ? &writer->frame : &writer->shown;
	bool below = next->len && ends_a_line(&writer->lines);
	size_t rows = rows_of(&writer->shown, writer->columns, writer->cuts_lines);

	if (rows || below) {
		strbuf_adds(piece, UPDATE_BEGIN "\r");
		if (rows)
			go_over(piece, rows, !below || writer->columns != writer->shown_columns);
		add_over(piece, &writer->lines);
		if (below)
			add_over(piece, next);
		if (rows && below)
			strbuf_adds(piece, CLEAR_BELOW);
		strbuf_adds(piece, UPDATE_END);
	}
	writer->shown_columns = writer->columns;
	/* Where there is no frame, and where memory is short: the lines as they are. */
	if (!(rows || below) || piece->failed)
		swap(piece, &writer->lines);
	strbuf_clear(&writer->lines);
	if (!below)
		strbuf_clear(&writer->shown);
	else if (writer->frame_due)
		swap(&writer->shown, &writer->frame);
	strbuf_clear(&writer->frame);
	writer->frame_due = false;
}

/* What is next to be written. */
static bool take(struct writer *writer, struct strbuf *piece)
{
	if (writer->lost && !writer->lines.len) {
		strbuf_addf(&writer->lines, "(%u lines were dropped: the terminal was not read)\n",
			    writer->lost);
		writer->lost = 0;
	}
	if (!writer->lines.len && !writer->frame_due)
		return false;
	compose(writer, piece);
	return true;
}

static void run(void *ctx)
{
	struct writer *writer = ctx;
	struct strbuf piece;
	bool readable = true; /* somebody is at the other end */

	strbuf_init(&piece);
	uv_mutex_lock(&writer->mutex);
	for (;;) {
		strbuf_clear(&piece);
		if (take(writer, &piece)) {
			writer->busy = true;
			uv_mutex_unlock(&writer->mutex);
			if (readable && piece.len)
				readable = writer->sink(writer->ctx, strbuf_text(&piece),
							piece.len) == 0;
			uv_mutex_lock(&writer->mutex);
			writer->busy = false;
			uv_cond_broadcast(&writer->idle);
		} else if (writer->ending) {
			break;
		} else {
			uv_cond_wait(&writer->work, &writer->mutex);
		}
	}
	writer->ended = true;
	uv_cond_broadcast(&writer->idle);
	uv_mutex_unlock(&writer->mutex);
	strbuf_release(&piece);
}

static void writer_free(struct writer *writer)
{
	strbuf_release(&writer->lines);
	strbuf_release(&writer->frame);
	strbuf_release(&writer->shown);
	uv_cond_destroy(&writer->idle);
	uv_cond_destroy(&writer->work);
	uv_mutex_destroy(&writer->mutex);
	free(writer);
}

struct writer *writer_create(writer_sink sink, void *ctx)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return NULL;
	writer->sink = sink ? sink : to_standard_error;
	writer->ctx = ctx;
	writer->cuts_lines = terminal_cuts_lines();
	strbuf_init(&writer->lines);
	strbuf_init(&writer->frame);
	strbuf_init(&writer->shown);
	if (uv_mutex_init(&writer->mutex) < 0)
		goto no_mutex;
	if (uv_cond_init(&writer->work) < 0)
		goto no_work;
	if (uv_cond_init(&writer->idle) < 0)
		goto no_idle;
	if (uv_thread_create(&writer->thread, run, writer) == 0)
		return writer;
	uv_cond_destroy(&writer->idle);
no_idle:
	uv_cond_destroy(&writer->work);
no_work:
	uv_mutex_destroy(&writer->mutex);
no_mutex:
	free(writer);
	return NULL;
}

static void queue(struct writer *writer, const char *text, size_t len, bool line)
{
	uv_mutex_lock(&writer->mutex);
	if (writer->lines.len + len + line > WRITER_QUEUE_BYTES) {
		writer->lost++;
	} else {
		strbuf_add(&writer->lines, text, len);
		if (line)
			strbuf_addc(&writer->lines, '\n');
	}
	uv_cond_signal(&writer->work);
	uv_mutex_unlock(&writer->mutex);
}

void writer_add(struct writer *writer, const char *text, size_t len)
{
	queue(writer, text, len, false);
}

void writer_line(struct writer *writer, const char *text)
{
	queue(writer, text, strlen(text), true);
}

void writer_frame(struct writer *writer, const char *text, size_t len, size_t columns)
{
	uv_mutex_lock(&writer->mutex);
	strbuf_clear(&writer->frame);
	strbuf_add(&writer->frame, text, len);
	writer->frame_due = true;
	writer->columns = columns;
	uv_cond_signal(&writer->work);
	uv_mutex_unlock(&writer->mutex);
}

void writer_frame_forget(struct writer *writer)
{
	uv_mutex_lock(&writer->mutex);
	strbuf_clear(&writer->shown);
	uv_mutex_unlock(&writer->mutex);
}

/* Waits for `is_so`, with the mutex held; what it is in the end. */
static bool wait_until(struct writer *writer, bool (*is_so)(const struct writer *writer),
		       int64_t patience_ms)
{
	uint64_t until = uv_hrtime() + (uint64_t)patience_ms * 1000000;

	while (!is_so(writer)) {
		uint64_t now = uv_hrtime();

		if (now >= until)
			break;
		(void)uv_cond_timedwait(&writer->idle, &writer->mutex, until - now);
	}
	return is_so(writer);
}

static bool is_settled(const struct writer *writer)
{
	return !writer->busy && !writer->lines.len && !writer->frame_due && !writer->lost;
}

static bool has_ended(const struct writer *writer)
{
	return writer->ended;
}

bool writer_settle(struct writer *writer, int64_t patience_ms)
{
	bool settled;

	uv_mutex_lock(&writer->mutex);
	settled = wait_until(writer, is_settled, patience_ms);
	uv_mutex_unlock(&writer->mutex);
	return settled;
}

bool writer_end(struct writer *writer, int64_t patience_ms)
{
	bool ended;

	uv_mutex_lock(&writer->mutex);
	writer->ending = true;
	uv_cond_signal(&writer->work);
	ended = wait_until(writer, has_ended, patience_ms);
	uv_mutex_unlock(&writer->mutex);
	if (!ended)
		return false;
	(void)uv_thread_join(&writer->thread);
	writer_free(writer);
	return true;
}
