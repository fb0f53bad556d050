/* tsts_wire.c - see tsts_wire.h. */
#include "tsts_wire.h"

#include <string.h>

#include "text.h"

#define ROW_LEAST (4u + 4u + 3u * 5u) /* id, state, three empty texts */

/* --- writing */

static void put_u8(struct strbuf *out, uint8_t value)
{
	strbuf_addc(out, (char)value);
}

static void put_u32(struct strbuf *out, uint32_t value)
{
	for (int shift = 0; shift < 32; shift += 8)
		put_u8(out, (uint8_t)(value >> shift));
}

static void put_i64(struct strbuf *out, int64_t value)
{
	put_u32(out, (uint32_t)((uint64_t)value & UINT32_MAX));
	put_u32(out, (uint32_t)((uint64_t)value >> 32));
}

static void put_text(struct strbuf *out, const char *text)
{
	size_t len = strlen(text);

	put_u32(out, (uint32_t)len);
	strbuf_add(out, text, len + 1);
}

/* Begins a frame; its length is known at its end. */
static size_t begin(struct strbuf *out, enum tsts_wire_type type, uint32_t sequence)
{
	size_t at = out->len;

	put_u32(out, 0);
	put_u8(out, (uint8_t)type);
	put_u32(out, sequence);
	return at;
}

static void end(struct strbuf *out, size_t at)
{
	size_t len;

	if (out->failed)
		return;
	len = out->len - at - TSTS_WIRE_FRAME_HEAD;
	if (len > TSTS_WIRE_BODY_MOST) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < TSTS_WIRE_FRAME_HEAD; i++)
		out->data[at + i] = (char)(uint8_t)(len >> (8 * i));
}

void tsts_wire_put_request(struct strbuf *out, const struct tsts_wire_request *request)
{
	size_t at = begin(out, request->type, request->sequence);

	if (request->type == TSTS_WIRE_HELLO) {
		put_u32(out, request->version);
		put_text(out, request->auth_file);
	} else if (request->type == TSTS_WIRE_OPEN) {
		put_text(out, request->host);
		put_text(out, request->address);
		put_u32(out, request->port);
	} else if (request->type != TSTS_WIRE_ENUMERATE && request->type != TSTS_WIRE_CLOSE) {
		put_u32(out, request->id);
	}
	if (request->type == TSTS_WIRE_MESSAGE) {
		put_text(out, request->title);
		put_text(out, request->text);
		put_u32(out, request->timeout_s);
	}
	end(out, at);
}

void tsts_wire_put_done(struct strbuf *out, enum tsts_wire_type type, uint32_t sequence)
{
	end(out, begin(out, type, sequence));
}

void tsts_wire_put_failed(struct strbuf *out, uint32_t sequence, const struct session_error *error,
			  const char *text)
{
	size_t at = begin(out, TSTS_WIRE_FAILED, sequence);

	put_u32(out, (uint32_t)error->api);
	put_u32(out, error->code);
	put_text(out, text);
	end(out, at);
}

void tsts_wire_put_hello(struct strbuf *out, uint32_t sequence, const char *domain,
			 const char *user)
{
	size_t at = begin(out, TSTS_WIRE_HELLO, sequence);

	put_u32(out, TSTS_WIRE_VERSION);
	put_text(out, domain);
	put_text(out, user);
	end(out, at);
}

void tsts_wire_put_list(struct strbuf *out, uint32_t sequence, const struct session_info *rows,
			size_t count)
{
	size_t at = begin(out, TSTS_WIRE_ENUMERATE, sequence);

	put_u32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		put_u32(out, rows[i].id);
		put_u32(out, (uint32_t)rows[i].state);
		put_text(out, rows[i].station);
		put_text(out, rows[i].domain);
		put_text(out, rows[i].user);
	}
	end(out, at);
}

void tsts_wire_put_details(struct strbuf *out, uint32_t sequence,
			   const struct session_details *details)
{
	size_t at = begin(out, TSTS_WIRE_DETAILS, sequence);

	put_u32(out, (uint32_t)details->state);
	put_i64(out, details->logon_at_ms);
	put_i64(out, details->idle_s);
	put_text(out, details->station);
	put_text(out, details->domain);
	put_text(out, details->user);
	put_text(out, details->client);
	end(out, at);
}

/* --- reading: once something is wrong, everything after it reads as nothing */

struct reader {
	const uint8_t *bytes;
	size_t left;
	bool wrong;
};

static const uint8_t *take(struct reader *reader, size_t size)
{
	const uint8_t *at = reader->bytes;

	if (reader->wrong || reader->left < size) {
		reader->wrong = true;
		return NULL;
	}
	reader->bytes += size;
	reader->left -= size;
	return at;
}

static uint32_t take_u32(struct reader *reader)
{
	const uint8_t *at = take(reader, 4);

	if (!at)
		return 0;
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static int64_t take_i64(struct reader *reader)
{
	uint64_t low = take_u32(reader);

	return (int64_t)(low | (uint64_t)take_u32(reader) << 32);
}

static const char *take_text(struct reader *reader)
{
	uint32_t len = take_u32(reader);
	const uint8_t *at = take(reader, (size_t)len + 1);

	if (at && at[len] == 0 && utf8_valid((const char *)at, len, NULL))
		return (const char *)at;
	reader->wrong = true;
	return "";
}

static void copy_text(struct reader *reader, char out[SESSION_TEXT_SIZE])
{
	const char *text = take_text(reader);
	size_t len = strlen(text);

	if (len >= SESSION_TEXT_SIZE) {
		reader->wrong = true;
		return;
	}
	memcpy(out, text, len + 1);
}

static enum session_state take_state(struct reader *reader)
{
	uint32_t state = take_u32(reader);

	if (state > SESSION_STATE_UNKNOWN)
		reader->wrong = true;
	return reader->wrong ? SESSION_STATE_UNKNOWN : (enum session_state)state;
}

static enum tsts_wire_type take_type(struct reader *reader)
{
	const uint8_t *at = take(reader, 1);

	if (at && *at < TSTS_WIRE_TYPE_COUNT)
		return (enum tsts_wire_type) * at;
	reader->wrong = true;
	return TSTS_WIRE_FAILED;
}

static int done(const struct reader *reader)
{
	return reader->wrong || reader->left ? -1 : 0;
}

uint32_t tsts_wire_body_len(const uint8_t head[TSTS_WIRE_FRAME_HEAD])
{
	struct reader reader = { head, TSTS_WIRE_FRAME_HEAD, false };
	uint32_t len = take_u32(&reader);

	return len <= TSTS_WIRE_BODY_MOST ? len : 0;
}

static void take_message(struct reader *reader, struct tsts_wire_request *request)
{
	request->id = take_u32(reader);
	request->title = take_text(reader);
	request->text = take_text(reader);
	request->timeout_s = take_u32(reader);
}

static void take_open(struct reader *reader, struct tsts_wire_request *request)
{
	uint32_t port;

	request->host = take_text(reader);
	request->address = take_text(reader);
	port = take_u32(reader);
	if (!request->host[0] || !request->address[0] || port < 1 || port > UINT16_MAX)
		reader->wrong = true;
	request->port = (uint16_t)port;
}

int tsts_wire_get_request(const uint8_t *body, size_t len, struct tsts_wire_request *ret)
{
	struct reader reader = { body, len, false };
	struct tsts_wire_request request = {
		.auth_file = "", .host = "", .address = "", .title = "", .text = ""
	};

	request.type = take_type(&reader);
	request.sequence = take_u32(&reader);
	switch (request.type) {
	case TSTS_WIRE_HELLO:
		request.version = take_u32(&reader);
		request.auth_file = take_text(&reader);
		break;
	case TSTS_WIRE_OPEN:
		take_open(&reader, &request);
		break;
	case TSTS_WIRE_AIM:
	case TSTS_WIRE_DETAILS:
	case TSTS_WIRE_LOGOFF:
	case TSTS_WIRE_DISCONNECT:
		request.id = take_u32(&reader);
		break;
	case TSTS_WIRE_MESSAGE:
		take_message(&reader, &request);
		break;
	case TSTS_WIRE_ENUMERATE:
	case TSTS_WIRE_CLOSE:
		break;
	case TSTS_WIRE_FAILED:
	case TSTS_WIRE_TYPE_COUNT:
	default:
		return -1;
	}
	if (done(&reader) != 0)
		return -1;
	*ret = request;
	return 0;
}

static void take_error(struct reader *reader, struct tsts_wire_reply *reply)
{
	uint32_t api = take_u32(reader);

	if (api >= SESSION_API_COUNT)
		reader->wrong = true;
	else
		reply->error.api = (enum session_api)api;
	reply->error.code = take_u32(reader);
	reply->text = take_text(reader);
	/* A finding is rdsweep's own to make. */
	if (reply->error.api == SESSION_API_RDSWEEP && reply->error.code)
		reader->wrong = true;
}

static void take_row(struct reader *reader, struct session_info *row)
{
	row->id = take_u32(reader);
	row->state = take_state(reader);
	row->station = take_text(reader);
	row->domain = take_text(reader);
	row->user = take_text(reader);
	row->vm = row->farm = "";
}

static void take_list(struct reader *reader, struct tsts_wire_reply *reply)
{
	struct session_info row;

	reply->count = take_u32(reader);
	if (reply->count > reader->left / ROW_LEAST)
		reader->wrong = true;
	reply->rows = reader->bytes;
	reply->rows_len = reader->left;
	for (uint32_t i = 0; !reader->wrong && i < reply->count; i++)
		take_row(reader, &row);
}

static void take_details(struct reader *reader, struct session_details *details)
{
	details->state = take_state(reader);
	details->logon_at_ms = take_i64(reader);
	details->idle_s = take_i64(reader);
	if (details->idle_s < -1)
		reader->wrong = true;
	copy_text(reader, details->station);
	copy_text(reader, details->domain);
	copy_text(reader, details->user);
	copy_text(reader, details->client);
}

int tsts_wire_get_reply(const uint8_t *body, size_t len, struct tsts_wire_reply *ret)
{
	struct reader reader = { body, len, false };
	struct tsts_wire_reply reply;

	memset(&reply, 0, sizeof(reply));
	reply.text = reply.domain = reply.user = "";
	reply.type = take_type(&reader);
	reply.sequence = take_u32(&reader);
	if (reply.type == TSTS_WIRE_FAILED) {
		take_error(&reader, &reply);
	} else if (reply.type == TSTS_WIRE_HELLO) {
		reply.version = take_u32(&reader);
		reply.domain = take_text(&reader);
		reply.user = take_text(&reader);
	} else if (reply.type == TSTS_WIRE_ENUMERATE) {
		take_list(&reader, &reply);
	} else if (reply.type == TSTS_WIRE_DETAILS) {
		take_details(&reader, &reply.details);
	}
	if (done(&reader) != 0)
		return -1;
	*ret = reply;
	return 0;
}

/* 0, or -1 when memory is short. */
static int keep_texts(struct arena *arena, struct session_info *row)
{
	const char **const texts[] = { &row->station, &row->domain, &row->user };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!**texts[i]) {
			*texts[i] = "";
			continue;
		}
		*texts[i] = arena_strdup(arena, *texts[i]);
		if (!*texts[i])
			return -1;
	}
	return 0;
}

int tsts_wire_get_list(const struct tsts_wire_reply *reply, struct session_list *ret_list)
{
	struct reader reader = { reply->rows, reply->rows_len, false };
	struct session_list list;

	session_list_init(&list);
	list.items = arena_alloc(&list.arena, (size_t)reply->count * sizeof(*list.items));
	for (uint32_t i = 0; list.items && i < reply->count; i++) {
		take_row(&reader, &list.items[i]);
		if (keep_texts(&list.arena, &list.items[i]) != 0) {
			list.items = NULL;
			break;
		}
		list.count++;
	}
	if (!list.items) {
		session_list_release(&list);
		return -1;
	}
	*ret_list = list;
	return 0;
}
