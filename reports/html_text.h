/*
 * html_text.h - private to reports: text from outside inside of an HTML page, where it stays text.
 *
 * Control characters, bidi overrides and what nobody sees are shown escaped as on a terminal (text.h), so that a name
 * in the page is the name that `report show` prints.
 * Errors:    memory that is short sets `failed` of the buffer.
 * Threads:   no state.
 */
#ifndef RDSWEEP_HTML_TEXT_H
#define RDSWEEP_HTML_TEXT_H

#include "strbuf.h"

/* Between tags, and inside of a quoted attribute. */
void html_add_text(struct strbuf *out, const char *text);

/* As a JSON string with its quotation marks, inside of a <script>: nothing in it can end the element. */
void html_add_json(struct strbuf *out, const char *text);

#endif
