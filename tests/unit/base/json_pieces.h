/*
 * json_pieces.h - for tests of the JSON reader: a source of bytes in memory that come in pieces.
 */
#ifndef JSON_PIECES_H
#define JSON_PIECES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A source that gives the bytes in pieces and can fail. */
struct pieces {
	const char *bytes;
	size_t len, at;
	size_t piece;	/* bytes a call at most */
	size_t fail_at; /* reading fails here; SIZE_MAX: never */
};

/* A json_source; `ctx` is a struct pieces. */
static inline long read_piece(void *ctx, char *out, size_t cap)
{
	struct pieces *pieces = ctx;
	size_t part = pieces->len - pieces->at;
	if (pieces->at >= pieces->fail_at) {
		return -1;
	}
	part = part < pieces->piece ? part : pieces->piece;
	part = part < cap ? part : cap;
	if (part > pieces->fail_at - pieces->at) {
		part = pieces->fail_at - pieces->at;
	}
	memcpy(out, pieces->bytes + pieces->at, part);
	pieces->at += part;
	return (long)part;
}

#endif
