#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tsts_wire.h"

#define HEAD TSTS_WIRE_FRAME_HEAD

static const uint8_t *body_of(const struct strbuf *frame, size_t *ret_len)
{
	assert_false(frame->failed);
	assert_true(frame->len > HEAD);
	*ret_len = tsts_wire_body_len((const uint8_t *)frame->data);
	assert_int_equal(*ret_len, frame->len - HEAD);
	return (const uint8_t *)frame->data + HEAD;
}

/* --- requests */

static void request__every_type__comes_back(void **state)
{
	(void)state;
	for (int type = TSTS_WIRE_HELLO; type < TSTS_WIRE_TYPE_COUNT; type++) {
		const struct tsts_wire_request sent = {
			.type = (enum tsts_wire_type)type,
			.sequence = 77,
			.version = 1,
			.auth_file = "/a/file",
			.host = "rdsh1",
			.address = "10.0.0.1",
			.port = 1445,
			.id = 3,
			.title = "T",
			.text = "gr\xC3\xBC\xC3\x9F",
			.timeout_s = 60,
		};
		struct tsts_wire_request got;
		struct strbuf frame;
		const uint8_t *body;
		size_t len;

		strbuf_init(&frame);
		tsts_wire_put_request(&frame, &sent);
		body = body_of(&frame, &len);
		assert_int_equal(tsts_wire_get_request(body, len, &got), 0);
		assert_int_equal(got.type, type);
		assert_int_equal(got.sequence, 77);
		if (type == TSTS_WIRE_HELLO)
			assert_string_equal(got.auth_file, "/a/file");
		if (type == TSTS_WIRE_OPEN) {
			assert_string_equal(got.host, "rdsh1");
			assert_string_equal(got.address, "10.0.0.1");
			assert_int_equal(got.port, 1445);
		}
		if (type == TSTS_WIRE_MESSAGE) {
			assert_string_equal(got.text, "gr\xC3\xBC\xC3\x9F");
			assert_int_equal(got.timeout_s, 60);
		}
		if (type >= TSTS_WIRE_AIM && type <= TSTS_WIRE_MESSAGE)
			assert_int_equal(got.id, 3);
		for (size_t cut = 0; cut < len; cut++)
			assert_int_equal(tsts_wire_get_request(body, cut, &got), -1);
		strbuf_addc(&frame, 'x');
		assert_int_equal(
			tsts_wire_get_request((const uint8_t *)frame.data + HEAD, len + 1, &got),
			-1);
		strbuf_release(&frame);
	}
}

static void request__open_without_host_or_port__is_refused(void **state)
{
	static const struct {
		const char *host, *address;
		uint16_t port;
	} wrong[] = { { "", "a", 445 }, { "a", "", 445 }, { "a", "a", 0 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct tsts_wire_request sent = { .type = TSTS_WIRE_OPEN,
							.host = wrong[i].host,
							.address = wrong[i].address,
							.port = wrong[i].port };
		struct tsts_wire_request got;
		struct strbuf frame;
		size_t len;
		const uint8_t *body;

		strbuf_init(&frame);
		tsts_wire_put_request(&frame, &sent);
		body = body_of(&frame, &len);
		assert_int_equal(tsts_wire_get_request(body, len, &got), -1);
		strbuf_release(&frame);
	}
}

static void frame__length_nobody_may_send__is_none(void **state)
{
	(void)state;
	assert_int_equal(tsts_wire_body_len((const uint8_t *)"\0\0\0\0"), 0);
	assert_int_equal(tsts_wire_body_len((const uint8_t *)"\1\0\0\1"), 0);
	assert_int_equal(tsts_wire_body_len((const uint8_t *)"\0\0\0\1"), 16 << 20);
	assert_int_equal(tsts_wire_body_len((const uint8_t *)"\xFF\xFF\xFF\xFF"), 0);
}

/* --- answers */

static void reply__list__comes_back(void **state)
{
	const struct session_info rows[] = {
		{ 0, SESSION_DISCONNECTED, "Services", "", "", "", "" },
		{ 2, SESSION_ACTIVE, "RDP-Tcp#2", "alice", "CORP", "", "" },
		{ 3, SESSION_STATE_UNKNOWN, "", "b\xC3\xB6", "CORP", "", "" },
	};
	struct tsts_wire_reply got;
	struct session_list list;
	struct strbuf frame;
	const uint8_t *body;
	size_t len;

	(void)state;
	strbuf_init(&frame);
	tsts_wire_put_list(&frame, 5, rows, 3);
	body = body_of(&frame, &len);
	assert_int_equal(tsts_wire_get_reply(body, len, &got), 0);
	assert_int_equal(got.type, TSTS_WIRE_ENUMERATE);
	assert_int_equal(got.count, 3);
	assert_int_equal(tsts_wire_get_list(&got, &list), 0);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(tsts_wire_get_reply(body, cut, &got), -1);
	strbuf_release(&frame); /* the list is its own */
	assert_int_equal(list.count, 3);
	assert_int_equal(list.items[1].id, 2);
	assert_string_equal(list.items[1].user, "alice");
	assert_string_equal(list.items[1].domain, "CORP");
	assert_string_equal(list.items[1].station, "RDP-Tcp#2");
	assert_int_equal(list.items[2].state, SESSION_STATE_UNKNOWN);
	assert_string_equal(list.items[2].user, "b\xC3\xB6");
	assert_string_equal(list.items[2].vm, "");
	session_list_release(&list);
}

static void reply__details__come_back(void **state)
{
	struct session_details sent = { .state = SESSION_ACTIVE,
					.logon_at_ms = INT64_C(1767225600123),
					.idle_s = -1,
					.user = "alice",
					.domain = "CORP",
					.station = "RDP-Tcp#2",
					.client = "" };
	struct tsts_wire_reply got;
	struct strbuf frame;
	const uint8_t *body;
	size_t len;

	(void)state;
	strbuf_init(&frame);
	tsts_wire_put_details(&frame, 5, &sent);
	body = body_of(&frame, &len);
	assert_int_equal(tsts_wire_get_reply(body, len, &got), 0);
	assert_int_equal(got.details.state, SESSION_ACTIVE);
	assert_true(got.details.logon_at_ms == INT64_C(1767225600123));
	assert_int_equal(got.details.idle_s, -1);
	assert_string_equal(got.details.user, "alice");
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(tsts_wire_get_reply(body, cut, &got), -1);
	strbuf_release(&frame);
}

static void reply__failure_and_hello__come_back(void **state)
{
	const struct session_error error = { .api = SESSION_API_LOGOFF_SESSION,
					     .code = 0xC0000022u };
	const struct session_error ours = { .api = SESSION_API_RDSWEEP,
					    .code = SESSION_FINDING_CALL_TIMEOUT };
	struct tsts_wire_reply got;
	struct strbuf frame;
	const uint8_t *body;
	size_t len;

	(void)state;
	strbuf_init(&frame);
	tsts_wire_put_failed(&frame, 5, &error, "why");
	body = body_of(&frame, &len);
	assert_int_equal(tsts_wire_get_reply(body, len, &got), 0);
	assert_int_equal(got.error.api, SESSION_API_LOGOFF_SESSION);
	assert_int_equal(got.error.code, 0xC0000022u);
	assert_string_equal(got.text, "why");
	strbuf_clear(&frame);
	tsts_wire_put_hello(&frame, 1, "CORP", "admin");
	body = body_of(&frame, &len);
	assert_int_equal(tsts_wire_get_reply(body, len, &got), 0);
	assert_int_equal(got.version, TSTS_WIRE_VERSION);
	assert_string_equal(got.user, "admin");
	/* A connector does not make rdsweep's own findings. */
	strbuf_clear(&frame);
	tsts_wire_put_failed(&frame, 5, &ours, "");
	body = body_of(&frame, &len);
	assert_int_equal(tsts_wire_get_reply(body, len, &got), -1);
	strbuf_release(&frame);
}

/* Each byte of an answer made another one: it is refused, or it is another answer, and never a read
 * outside of it. */
static void reply__any_byte_changed__is_survived(void **state)
{
	const struct session_info rows[] = { { 2, SESSION_ACTIVE, "RDP", "alice", "CORP", "",
					       "" } };
	struct strbuf frame;
	size_t len;

	(void)state;
	strbuf_init(&frame);
	tsts_wire_put_list(&frame, 5, rows, 1);
	(void)body_of(&frame, &len);
	for (size_t at = 0; at < len; at++) {
		for (int value = 0; value < 256; value++) {
			uint8_t *body = malloc(len);
			struct tsts_wire_reply got;
			struct session_list list;

			assert_non_null(body);
			memcpy(body, frame.data + HEAD, len);
			body[at] = (uint8_t)value;
			if (tsts_wire_get_reply(body, len, &got) == 0 &&
			    got.type == TSTS_WIRE_ENUMERATE) {
				assert_int_equal(tsts_wire_get_list(&got, &list), 0);
				session_list_release(&list);
			}
			free(body);
		}
	}
	strbuf_release(&frame);
}

static void reply__text_that_is_no_utf8__is_refused(void **state)
{
	const struct session_info rows[] = { { 2, SESSION_ACTIVE, "RDP", "al\xFF", "C", "", "" } };
	struct tsts_wire_reply got;
	struct strbuf frame;
	const uint8_t *body;
	size_t len;

	(void)state;
	strbuf_init(&frame);
	tsts_wire_put_list(&frame, 5, rows, 1);
	body = body_of(&frame, &len);
	assert_int_equal(tsts_wire_get_reply(body, len, &got), -1);
	strbuf_release(&frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request__every_type__comes_back),
		cmocka_unit_test(request__open_without_host_or_port__is_refused),
		cmocka_unit_test(frame__length_nobody_may_send__is_none),
		cmocka_unit_test(reply__list__comes_back),
		cmocka_unit_test(reply__details__come_back),
		cmocka_unit_test(reply__failure_and_hello__come_back),
		cmocka_unit_test(reply__any_byte_changed__is_survived),
		cmocka_unit_test(reply__text_that_is_no_utf8__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
