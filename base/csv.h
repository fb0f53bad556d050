/*
 * csv.h - RFC 4180 records, read with places and written safely.
 *
 * The reader takes CRLF or LF, quoted fields over several lines, and says where a quote is wrong.
 * The writer ends records with CRLF and quotes where needed; csv_add_text() also disarms cells that
 * a spreadsheet would take for a formula.
 */
#ifndef RDSWEEP_CSV_H
#define RDSWEEP_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "strbuf.h"

struct csv_field {
	const char *text; /* NUL-terminated, unquoted; borrowed until the next record */
	size_t len;
	int line, column; /* of its first character, from 1; columns in code points */
};

struct csv_reader; /* reads bytes in memory */

/* `text` is kept. NULL when memory is short. */
struct csv_reader *csv_reader_create(const char *text, size_t len);
void csv_reader_free(struct csv_reader *reader); /* NULL is fine */

/* The next record: 1 with the fields (borrowed until the next call), 0 at the end, -1 with
 * csv_error_*(). Lines that are wholly empty are passed over. */
int csv_next(struct csv_reader *reader, const struct csv_field **ret_fields, size_t *ret_count);
const char *csv_error_text(const struct csv_reader *reader);
int csv_error_line(const struct csv_reader *reader);
int csv_error_column(const struct csv_reader *reader);

/* One cell, quoted if it must be. The caller puts commas and CSV_EOL between. */
#define CSV_EOL "\r\n"
void csv_add(struct strbuf *out, const char *cell);

/* A cell of text from outside: one that begins with = + - @ TAB or CR gets a leading ', as
 * spreadsheets take those for formulas. NULL is an empty cell. */
void csv_add_text(struct strbuf *out, const char *cell);

#endif
