/*
 * inv_testing.h - an inventory as one text, so that a test is one row: what goes in, what it means.
 *
 * Rendered are either all errors as inv_error_format() writes them, one a line, or the hosts, one a
 * line:
 *   NAME [address=A] [probe_port=N] [call_timeout=MS] [protect=P,P] [groups=G,G]
 * with what differs from the defaults, and the notes after either as `note SOURCE:LINE: TEXT`.
 */
#ifndef INV_TESTING_H
#define INV_TESTING_H

#include "inventory.h"
#include "strbuf.h"

struct inv_row {
	const char *name;
	const char *source; /* what it is called; NULL: "in" */
	const char *text;
	size_t len;	  /* 0: strlen(text) */
	const char *more; /* a second source "two", or NULL */
	const char *expect;
};

/* One cmocka test a row. Returns what main() returns. */
int inv_rows_run(const char *group, const struct inv_row *rows, size_t count);

/* A finished inventory, with or without errors. */
struct inventory *inv_load(const char *source, const char *text, size_t len, const char *more);

void inv_render(struct strbuf *out, const struct inventory *inv);
void inv_render_errors(struct strbuf *out, const struct inventory *inv, size_t from);

/* Reads a file of the checkout; fails the test where it cannot. */
void inv_read_path(struct strbuf *out, const char *path);

#endif
