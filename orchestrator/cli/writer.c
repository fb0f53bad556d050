/* writer.c - see writer.h. */
#include "writer.h"

#include "platform_console.h"
#include "strbuf.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

struct writer {
	writer_sink sink;
	void *ctx;
	uv_thread_t thread;
	uv_mutex_t mutex; /* of all below */
	uv_cond_t work;	  /* there is something to write, or it is the end */
	uv_cond_t idle;	  /* the thread has ended */
	struct strbuf lines, frame;
	unsigned lost; /* texts that found no room */
	bool ending, ended;
};

static int to_standard_error(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	return console_write(CONSOLE_ERR, bytes, len, NULL);
}

/* What is next to be written, moved into `piece`; lines go before the frame. */
static bool take(struct writer *writer, struct strbuf *piece)
{
	struct strbuf *from = writer->lines.len ? &writer->lines : &writer->frame;
	struct strbuf emptied;

	if (writer->lost && !writer->lines.len) {
		strbuf_addf(piece, "(%u lines were dropped: the terminal was not read)\n",
			    writer->lost);
		writer->lost = 0;
		return true;
	}
	if (!from->len)
		return false;
	emptied = *piece;
	*piece = *from;
	*from = emptied;
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
			uv_mutex_unlock(&writer->mutex);
			if (readable)
				readable = writer->sink(writer->ctx, strbuf_text(&piece),
							piece.len) == 0;
			uv_mutex_lock(&writer->mutex);
		} else if (writer->ending) {
			break;
		} else {
			uv_cond_wait(&writer->work, &writer->mutex);
		}
	}
	writer->ended = true;
	uv_cond_signal(&writer->idle);
	uv_mutex_unlock(&writer->mutex);
	strbuf_release(&piece);
}

static void writer_free(struct writer *writer)
{
	strbuf_release(&writer->lines);
	strbuf_release(&writer->frame);
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
	strbuf_init(&writer->lines);
	strbuf_init(&writer->frame);
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

void writer_frame(struct writer *writer, const char *text, size_t len)
{
	uv_mutex_lock(&writer->mutex);
	strbuf_clear(&writer->frame);
	strbuf_add(&writer->frame, text, len);
	uv_cond_signal(&writer->work);
	uv_mutex_unlock(&writer->mutex);
}

bool writer_end(struct writer *writer, int64_t patience_ms)
{
	uint64_t until = uv_hrtime() + (uint64_t)patience_ms * 1000000;
	bool ended;

	uv_mutex_lock(&writer->mutex);
	writer->ending = true;
	uv_cond_signal(&writer->work);
	while (!writer->ended) {
		uint64_t now = uv_hrtime();

		if (now >= until)
			break;
		(void)uv_cond_timedwait(&writer->idle, &writer->mutex, until - now);
	}
	ended = writer->ended;
	uv_mutex_unlock(&writer->mutex);
	if (!ended)
		return false;
	(void)uv_thread_join(&writer->thread);
	writer_free(writer);
	return true;
}
