/*
 * support.h - what the tests of reports share: reports in memory, sinks that fail, sources that
 * come in drops.
 */
#ifndef RDSWEEP_TEST_REPORTS_SUPPORT_H
#define RDSWEEP_TEST_REPORTS_SUPPORT_H

#include <stddef.h>

#include "report_read.h"
#include "report_write.h"
#include "strbuf.h"

/* A sink into `bytes` whose call number `fail_at` (from 1; 0: none) fails. */
struct test_sink {
	struct strbuf bytes;
	size_t calls, fail_at, largest;
};
struct rep_sink test_sink(struct test_sink *sink);

/* A source of bytes in memory that gives at most `step` at a time (0: as many as fit); fails
 * after `fail_after` bytes. */
struct test_source {
	const char *bytes;
	size_t len, at, step, fail_after;
};
long test_source_read(void *ctx, char *out, size_t cap);

/* A record as text. 0 or -1. */
int test_write(const struct rep_record *record, enum rep_format format, struct strbuf *out);

/* Reads a report and writes it again. 0 or -1 (*reterr is filled where the reading failed). */
int test_convert(struct test_source *source, enum rep_format format, struct strbuf *out,
		 struct rep_read_error *reterr);

/* A whole file of the source tree, `path` relative to it. Fails the test where it cannot be
 * read. */
void test_load(const char *path, struct strbuf *out);

/* Asserts that a text is byte-equal to a file of the source tree; says where they part. */
void test_assert_file(const struct strbuf *found, const char *path);

#endif
