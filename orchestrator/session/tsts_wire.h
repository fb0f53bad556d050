/*
 * tsts_wire.h - what rdsweep and its connector process say to each other over a socket pair.
 *
 * rdsweep asks, the connector answers, one at a time. A frame is its length in four bytes, least
 * significant first, and as many bytes of body. A body begins with its type (a byte) and the
 * sequence number of the question (four bytes), which the answer repeats. Numbers are little endian;
 * a text is its length, its bytes, and a zero that the length does not count.
 *
 *   HELLO       version, path of an auth file ("" = the Kerberos ticket)  ->  version, domain, user
 *   OPEN        host, address, port                                   ->  nothing
 *   ENUMERATE                                                         ->  rows
 *   AIM         id: whom an act is going to be about                  ->  nothing
 *   DETAILS     id                                                    ->  details
 *   LOGOFF      id                                                    ->  nothing
 *   DISCONNECT  id                                                    ->  nothing
 *   MESSAGE     id, title, text, timeout                              ->  nothing
 *   CLOSE                                                             ->  nothing
 *
 * Any of them may be answered by FAILED instead: api, code as in struct session_error, and a text
 * for people where there is more to be said (HELLO; else "").
 *
 * Neither side trusts the other's bytes: lengths, counts, texts and types are checked, in both
 * directions. Threads: no state.
 */
#ifndef RDSWEEP_TSTS_WIRE_H
#define RDSWEEP_TSTS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "session_api.h"
#include "strbuf.h"

#define TSTS_WIRE_VERSION    1u
#define TSTS_WIRE_FRAME_HEAD 4u
#define TSTS_WIRE_BODY_MOST  (16u << 20) /* a list of tens of thousands of sessions */

enum tsts_wire_type {
	TSTS_WIRE_FAILED,
	TSTS_WIRE_HELLO,
	TSTS_WIRE_OPEN,
	TSTS_WIRE_ENUMERATE,
	TSTS_WIRE_AIM,
	TSTS_WIRE_DETAILS,
	TSTS_WIRE_LOGOFF,
	TSTS_WIRE_DISCONNECT,
	TSTS_WIRE_MESSAGE,
	TSTS_WIRE_CLOSE,
	TSTS_WIRE_TYPE_COUNT
};

/* Texts are never NULL; those that do not belong to the type are not sent. */
struct tsts_wire_request {
	enum tsts_wire_type type;
	uint32_t sequence;
	uint32_t version;      /* HELLO */
	const char *auth_file; /* HELLO */
	const char *host, *address;
	uint16_t port;
	uint32_t id;
	const char *title, *text;
	uint32_t timeout_s;
};

/* The length that a frame's head tells; 0 where it is none that a body may have. */
uint32_t tsts_wire_body_len(const uint8_t head[TSTS_WIRE_FRAME_HEAD]);

/* Appends the whole frame. Errors: in the buffer. */
void tsts_wire_put_request(struct strbuf *out, const struct tsts_wire_request *request);
/* A body. Texts are borrowed from it. 0, or -1 where it is not a request. */
int tsts_wire_get_request(const uint8_t *body, size_t len, struct tsts_wire_request *ret);

/* Answers: each appends a whole frame. */
void tsts_wire_put_done(struct strbuf *out, enum tsts_wire_type type, uint32_t sequence);
void tsts_wire_put_failed(struct strbuf *out, uint32_t sequence, const struct session_error *error,
			  const char *text);
void tsts_wire_put_hello(struct strbuf *out, uint32_t sequence, const char *domain,
			 const char *user);
void tsts_wire_put_list(struct strbuf *out, uint32_t sequence, const struct session_info *rows,
			size_t count);
void tsts_wire_put_details(struct strbuf *out, uint32_t sequence,
			   const struct session_details *details);

/* An answer, as read. Only what belongs to its type is filled; texts are borrowed from the body,
 * but those of `details` are copies. */
struct tsts_wire_reply {
	enum tsts_wire_type type;
	uint32_t sequence;
	struct session_error error; /* FAILED */
	const char *text;	    /* FAILED */
	uint32_t version;	    /* HELLO */
	const char *domain, *user;  /* HELLO */
	uint32_t count;		    /* ENUMERATE: rows, which tsts_wire_get_list() takes */
	const uint8_t *rows;
	size_t rows_len;
	struct session_details details; /* DETAILS */
};
/* 0, or -1 where the body is not an answer. */
int tsts_wire_get_reply(const uint8_t *body, size_t len, struct tsts_wire_reply *ret);

/* The rows of an ENUMERATE answer, which it has checked, as a list of its own. -1: memory. */
int tsts_wire_get_list(const struct tsts_wire_reply *reply, struct session_list *ret_list);

#endif
