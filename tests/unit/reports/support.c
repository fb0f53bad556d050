#include "support.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "report_head.h"

static int sink_write(void *ctx, const char *bytes, size_t len)
{
	struct test_sink *sink = ctx;

	if (++sink->calls == sink->fail_at)
		return -1;
	if (len > sink->largest)
		sink->largest = len;
	strbuf_add(&sink->bytes, bytes, len);
	return sink->bytes.failed ? -1 : 0;
}

struct rep_sink test_sink(struct test_sink *sink)
{
	struct rep_sink made = { sink, sink_write };

	return made;
}

long test_source_read(void *ctx, char *out, size_t cap)
{
	struct test_source *source = ctx;
	size_t len = source->len - source->at;

	if (source->fail_after > 0 && source->at >= source->fail_after)
		return -1;
	if (len > cap)
		len = cap;
	if (source->step > 0 && len > source->step)
		len = source->step;
	if (len > 0)
		memcpy(out, source->bytes + source->at, len);
	source->at += len;
	return (long)len;
}

int test_write(const struct rep_record *record, enum rep_format format, struct strbuf *out)
{
	struct test_sink to = { 0 };
	struct rep_sink sink = test_sink(&to);
	int result = rep_write_record(record, format, &sink);

	strbuf_add(out, strbuf_text(&to.bytes), to.bytes.len);
	strbuf_release(&to.bytes);
	return result < 0 || out->failed ? -1 : 0;
}

struct conversion {
	struct rep_kept_head head;
	struct rep_writer *writer;
	bool begun;
};

static int on_run(void *ctx, const struct rep_run *run)
{
	return rep_head_keep_run(&((struct conversion *)ctx)->head, run);
}

static int on_totals(void *ctx, const struct rep_totals *totals)
{
	return rep_head_keep_totals(&((struct conversion *)ctx)->head, totals);
}

static int on_error(void *ctx, const struct rep_error_entry *entry)
{
	return rep_head_keep_error(&((struct conversion *)ctx)->head, entry);
}

static int begin_once(struct conversion *conversion)
{
	if (conversion->begun)
		return 0;
	conversion->begun = true;
	return rep_writer_begin(conversion->writer, &conversion->head.head);
}

static int on_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct conversion *conversion = ctx;

	if (begin_once(conversion) < 0)
		return -1;
	return rep_writer_host(conversion->writer, host, kind);
}

static int on_session(void *ctx, const struct rep_session *session,
		      const struct rep_error_kind *kind)
{
	return rep_writer_session(((struct conversion *)ctx)->writer, session, kind);
}

static int on_host_end(void *ctx)
{
	return rep_writer_host_end(((struct conversion *)ctx)->writer);
}

int test_convert(struct test_source *source, enum rep_format format, struct strbuf *out,
		 struct rep_read_error *reterr)
{
	struct test_sink to = { 0 };
	struct rep_sink sink = test_sink(&to);
	struct conversion conversion = { .writer = rep_writer_create(format, &sink) };
	const struct rep_visitor visitor = { &conversion, on_run,     on_totals,  on_error,
					     on_host,	  on_session, on_host_end };
	int result = -1;

	rep_head_init(&conversion.head);
	if (conversion.writer)
		result = rep_read(test_source_read, source, &visitor, reterr);
	if (result == 0)
		result = begin_once(&conversion);
	if (result == 0)
		result = rep_writer_end(conversion.writer);
	rep_writer_free(conversion.writer);
	rep_head_release(&conversion.head);
	strbuf_add(out, strbuf_text(&to.bytes), to.bytes.len);
	strbuf_release(&to.bytes);
	return result != 0 || out->failed ? -1 : 0;
}

void test_load(const char *path, struct strbuf *out)
{
	char full[1024], piece[4096];
	size_t len;
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", RDSWEEP_SOURCE_DIR, path);
	file = fopen(full, "rb");
	if (!file)
		fail_msg("'%s' cannot be read", full);
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		strbuf_add(out, piece, len);
	fclose(file);
	assert_false(out->failed);
}

void test_assert_file(const struct strbuf *found, const char *path)
{
	struct strbuf wanted;
	size_t at = 0, line = 1;

	strbuf_init(&wanted);
	test_load(path, &wanted);
	while (at < found->len && at < wanted.len && found->data[at] == wanted.data[at])
		line += found->data[at++] == '\n';
	if (at < found->len || at < wanted.len)
		fail_msg("differs from '%s' in line %zu (byte %zu)", path, line, at);
	strbuf_release(&wanted);
}
