/*
 * text_width.h - how many columns a text takes on a terminal, and cutting it to them.
 *
 * East Asian wide characters and emoji take two columns, combining marks none, everything else
 * one, whatever the locale: a table made by width_table.py, so that it is the same on every
 * platform. Meant for texts that text_escape_add() has been through; otherwise what it would escape
 * counts nothing, and a byte that is not UTF-8 one column.
 */
#ifndef RDSWEEP_TEXT_WIDTH_H
#define RDSWEEP_TEXT_WIDTH_H

#include <stddef.h>

#include "strbuf.h"

size_t text_width(const char *text, size_t len);

/* The bytes of the longest beginning that takes at most `columns`, with the marks that stand on its
 * last character. *ret_columns (may be NULL) is what it takes. */
size_t text_fit(const char *text, size_t len, size_t columns, size_t *ret_columns);

/* Appends the text where it fits into `columns`, otherwise its beginning and an ellipsis. Returns
 * the columns that were added. */
size_t text_cut_add(struct strbuf *out, const char *text, size_t len, size_t columns);

#endif
