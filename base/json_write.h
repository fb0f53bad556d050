/*
 * json_write.h - JSON text, written piece by piece into a buffer.
 *
 * Threads: no state. Errors: as strbuf.h says, in the buffer.
 */
#ifndef RDSWEEP_JSON_WRITE_H
#define RDSWEEP_JSON_WRITE_H

#include "strbuf.h"

/* Appends `text` as a JSON string with its quotation marks (RFC 8259); NULL as `null`. Control
 * characters are escaped, everything else stays UTF-8; a byte that is not well-formed UTF-8 becomes
 * U+FFFD, so that the result is always JSON. */
void json_add_string(struct strbuf *out, const char *text);

#endif
