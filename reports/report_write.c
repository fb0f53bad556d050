#include "report_write.h"

#include <stdlib.h>
#include <string.h>

#include "report_fold.h"
#include "report_object.h"
#include "report_writer.h"
#include "text.h"

#define PIECE_BYTES ((size_t)64 * 1024)

struct rep_writer *rep_writer_create(enum rep_format format, const struct rep_sink *sink)
{
	static struct rep_writer *(*const create[])(void) = {
		[REP_FORMAT_JSON] = rep_json_writer_create,
		[REP_FORMAT_CSV] = rep_csv_writer_create,
		[REP_FORMAT_HTML] = rep_html_writer_create,
	};
	struct rep_writer *writer = create[format]();

	if (!writer)
		return NULL;
	writer->sink = *sink;
	strbuf_init(&writer->out);
	arena_init(&writer->repaired);
	return writer;
}

void rep_writer_free(struct rep_writer *writer)
{
	if (!writer)
		return;
	strbuf_release(&writer->out);
	arena_release(&writer->repaired);
	writer->ops->free(writer);
}

const char *rep_utf8(struct arena *repaired, const char *text)
{
	static const char replacement[] = "\xEF\xBF\xBD";
	size_t len = text ? strlen(text) : 0;
	size_t bad, used = 0;
	char *copy;

	if (len == 0)
		return "";
	if (utf8_valid(text, len, &bad))
		return text;
	copy = len > (SIZE_MAX - 1) / 3 ? NULL : arena_alloc(repaired, len * 3 + 1);
	if (!copy)
		return NULL;
	for (size_t i = 0; i < len;) {
		uint32_t code_point;
		size_t step = utf8_decode(text + i, len - i, &code_point);

		if (step > 0)
			memcpy(copy + used, text + i, step);
		else
			memcpy(copy + used, replacement, 3);
		used += step > 0 ? step : 3;
		i += step > 0 ? step : 1;
	}
	copy[used] = '\0';
	return copy;
}

const char *rep_writer_utf8(struct rep_writer *writer, const char *text)
{
	return rep_utf8(&writer->repaired, text);
}

static int flush(struct rep_writer *writer)
{
	size_t done = 0;

	while (done < writer->out.len) {
		size_t len = writer->out.len - done;

		if (len > PIECE_BYTES)
			len = PIECE_BYTES;
		if (writer->sink.write(writer->sink.ctx, writer->out.data + done, len) != 0)
			return -1;
		done += len;
	}
	strbuf_clear(&writer->out);
	return 0;
}

/* What follows every call of a format: `result` is what it returned. */
static int settle(struct rep_writer *writer, int result)
{
	arena_release(&writer->repaired);
	if (result < 0 || writer->out.failed ||
	    (writer->out.len >= PIECE_BYTES && flush(writer) < 0)) {
		writer->failed = true;
		return -1;
	}
	return 0;
}

int rep_writer_begin(struct rep_writer *writer, const struct rep_head *head)
{
	return writer->failed ? -1 : settle(writer, writer->ops->begin(writer, head));
}

int rep_writer_host(struct rep_writer *writer, const struct rep_host *host,
		    const struct rep_error_kind *kind)
{
	return writer->failed ? -1 : settle(writer, writer->ops->host(writer, host, kind));
}

int rep_writer_session(struct rep_writer *writer, const struct rep_session *session,
		       const struct rep_error_kind *kind)
{
	return writer->failed ? -1 : settle(writer, writer->ops->session(writer, session, kind));
}

int rep_writer_host_end(struct rep_writer *writer)
{
	return writer->failed ? -1 : settle(writer, writer->ops->host_end(writer));
}

int rep_writer_end(struct rep_writer *writer)
{
	if (writer->failed || settle(writer, writer->ops->end(writer)) < 0)
		return -1;
	return settle(writer, flush(writer));
}

static int write_host(struct rep_writer *writer, const struct rep_record *record,
		      const struct rep_host *host)
{
	if (rep_writer_host(writer, host, rep_kind_at(record, host->error)) < 0)
		return -1;
	for (uint32_t i = 0; i < host->session_count; i++) {
		const struct rep_session *session = &host->sessions[i];

		if (rep_writer_session(writer, session, rep_kind_at(record, session->error)) < 0)
			return -1;
	}
	return rep_writer_host_end(writer);
}

int rep_write_record(const struct rep_record *record, enum rep_format format,
		     const struct rep_sink *sink)
{
	struct rep_writer *writer;
	struct rep_fold fold;
	int result = -1;

	if (rep_fold_record(&fold, record) < 0)
		return -1;
	writer = rep_writer_create(format, sink);
	if (!writer || rep_writer_begin(writer, &fold.head) < 0)
		goto out;
	for (size_t i = 0; i < record->host_count; i++)
		if (write_host(writer, record, &record->hosts[i]) < 0)
			goto out;
	result = rep_writer_end(writer);
out:
	rep_writer_free(writer);
	rep_fold_release(&fold);
	return result;
}
