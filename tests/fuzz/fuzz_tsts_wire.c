/*
 * fuzz_tsts_wire.c - what rdsweep and its connector tell each other, read by the other side: one
 * that is taken is written the same again.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "tsts_wire.h"

static void check_text(const char *text)
{
	FUZZ_CHECK(text && utf8_valid(text, strlen(text), NULL));
}

static void check_same(const struct strbuf *frame, const uint8_t *body, size_t len)
{
	FUZZ_CHECK(!frame->failed && frame->len == TSTS_WIRE_FRAME_HEAD + len);
	FUZZ_CHECK(tsts_wire_body_len((const uint8_t *)frame->data) == len);
	FUZZ_CHECK(memcmp(frame->data + TSTS_WIRE_FRAME_HEAD, body, len) == 0);
}

static void check_request(const uint8_t *body, size_t len)
{
	struct tsts_wire_request request;
	struct strbuf frame;

	if (tsts_wire_get_request(body, len, &request) != 0)
		return;
	check_text(request.auth_file);
	check_text(request.host);
	check_text(request.address);
	check_text(request.title);
	check_text(request.text);
	strbuf_init(&frame);
	tsts_wire_put_request(&frame, &request);
	check_same(&frame, body, len);
	strbuf_release(&frame);
}

static void check_rows(struct strbuf *frame, const struct tsts_wire_reply *reply)
{
	struct session_list list;

	FUZZ_CHECK(tsts_wire_get_list(reply, &list) == 0);
	FUZZ_CHECK(list.count == reply->count);
	for (size_t i = 0; i < list.count; i++) {
		FUZZ_CHECK((unsigned)list.items[i].state <= SESSION_STATE_UNKNOWN);
		check_text(list.items[i].station);
		check_text(list.items[i].user);
		check_text(list.items[i].domain);
	}
	tsts_wire_put_list(frame, reply->sequence, list.items, list.count);
	session_list_release(&list);
}

static void check_reply(const uint8_t *body, size_t len)
{
	struct tsts_wire_reply reply;
	struct strbuf frame;

	if (tsts_wire_get_reply(body, len, &reply) != 0)
		return;
	strbuf_init(&frame);
	if (reply.type == TSTS_WIRE_ENUMERATE)
		check_rows(&frame, &reply);
	else if (reply.type == TSTS_WIRE_DETAILS)
		tsts_wire_put_details(&frame, reply.sequence, &reply.details);
	else if (reply.type == TSTS_WIRE_FAILED)
		tsts_wire_put_failed(&frame, reply.sequence, &reply.error, reply.text);
	else if (reply.type != TSTS_WIRE_HELLO)
		tsts_wire_put_done(&frame, reply.type, reply.sequence);
	else if (reply.version == TSTS_WIRE_VERSION)
		tsts_wire_put_hello(&frame, reply.sequence, reply.domain, reply.user);
	if (frame.len)
		check_same(&frame, body, len);
	check_text(reply.text);
	check_text(reply.domain);
	check_text(reply.user);
	strbuf_release(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t *body = malloc(len ? len : 1);

	FUZZ_CHECK(body);
	memcpy(body, bytes, len);
	check_request(body, len);
	check_reply(body, len);
	free(body);
	return 0;
}
