/* The stubs are typed here by hand, from the tables of [MS-TSTS], and not made by the code under
 * test. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tsts_ndr.h"

/* --- a stub under construction */

struct stub {
	uint8_t bytes[4096];
	size_t len;
};

static void u32(struct stub *stub, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		stub->bytes[stub->len++] = (uint8_t)(value >> (8 * i));
}

static void i64(struct stub *stub, int64_t value)
{
	u32(stub, (uint32_t)((uint64_t)value & 0xFFFFFFFFu));
	u32(stub, (uint32_t)((uint64_t)value >> 32));
}

static void name(struct stub *stub, const char *text, size_t units)
{
	for (size_t i = 0; i < units; i++) {
		stub->bytes[stub->len++] = i < strlen(text) ? (uint8_t)text[i] : 0;
		stub->bytes[stub->len++] = 0;
	}
}

static void row(struct stub *stub, uint32_t level, int32_t id, int32_t state, const char *station)
{
	u32(stub, level);
	u32(stub, 1);
	u32(stub, (uint32_t)id);
	u32(stub, (uint32_t)state);
	name(stub, station, 33);
	stub->bytes[stub->len++] = 0;
	stub->bytes[stub->len++] = 0;
}

/* Every reply is decoded from memory of just its length, so that a sanitizer sees each byte too
 * many, and every shorter one must be refused or be a failure the host tells of. */
static uint8_t *exact(const struct stub *stub, size_t len)
{
	uint8_t *bytes = malloc(len ? len : 1);

	assert_non_null(bytes);
	memcpy(bytes, stub->bytes, len);
	return bytes;
}

/* --- requests */

static void put__session_information__is_id_and_level(void **state)
{
	static const uint8_t wanted[] = { 7, 0, 0, 0, 1, 0, 0, 0 };
	struct tsts_request_stub stub;

	(void)state;
	tsts_put_get_session_information_ex(&stub, 7);
	assert_int_equal(stub.len, sizeof(wanted));
	assert_memory_equal(stub.bytes, wanted, sizeof(wanted));
}

static void put__enum_result__is_handle_and_level(void **state)
{
	struct tsts_handle handle;
	struct tsts_request_stub stub;

	(void)state;
	for (int i = 0; i < TSTS_HANDLE_SIZE; i++)
		handle.bytes[i] = (uint8_t)(i + 1);
	tsts_put_get_enum_result(&stub, &handle);
	assert_int_equal(stub.len, 24);
	assert_memory_equal(stub.bytes, handle.bytes, TSTS_HANDLE_SIZE);
	assert_memory_equal(stub.bytes + 20, "\1\0\0\0", 4);
}

/* From the definition: both strings conformant and varying, each aligned, the flag last. */
static void put__message_box__has_two_aligned_strings(void **state)
{
	static const uint16_t title[] = { 'A', 'b', 0 };      /* 3 units: 6 bytes, padded to 8 */
	static const uint16_t text[] = { 0xD83D, 0xDE00, 0 }; /* a surrogate pair */
	struct tsts_request_stub stub;
	struct tsts_handle handle = { { 9 } };
	struct stub wanted = { .len = 0 };

	(void)state;
	wanted.len = TSTS_HANDLE_SIZE;
	wanted.bytes[0] = 9;
	u32(&wanted, 3);
	u32(&wanted, 0);
	u32(&wanted, 3);
	memcpy(wanted.bytes + wanted.len, "A\0b\0\0\0\0\0", 8);
	wanted.len += 8;
	u32(&wanted, 3);
	u32(&wanted, 0);
	u32(&wanted, 3);
	memcpy(wanted.bytes + wanted.len, "\x3D\xD8\x00\xDE\0\0\0\0", 8);
	wanted.len += 8;
	u32(&wanted, 0x50030);
	u32(&wanted, 60);
	u32(&wanted, 1);
	tsts_put_show_message_box(&stub, &handle, title, text, 0x50030, 60);
	assert_int_equal(stub.len, wanted.len);
	assert_memory_equal(stub.bytes, wanted.bytes, wanted.len);
}

static void put__message_box__longest_texts__fit(void **state)
{
	uint16_t units[TSTS_TEXT_UNITS + 100];
	struct tsts_request_stub stub;
	struct tsts_handle handle = { { 0 } };

	(void)state;
	for (size_t i = 0; i < TSTS_TEXT_UNITS + 100; i++)
		units[i] = 'x'; /* without an end: it is made one */
	tsts_put_show_message_box(&stub, &handle, units, units, 0, 0);
	assert_true(stub.len <= sizeof(stub.bytes));
	assert_int_equal(stub.bytes[20] | stub.bytes[21] << 8, TSTS_TEXT_UNITS);
}

/* --- handles and statuses */

static void get__handle__is_taken(void **state)
{
	struct stub stub = { .len = 0 };
	struct tsts_handle handle;
	uint32_t hresult = 7;
	const char *what;

	(void)state;
	for (int i = 0; i < TSTS_HANDLE_SIZE; i++)
		stub.bytes[stub.len++] = (uint8_t)(100 + i);
	u32(&stub, 0);
	assert_int_equal(tsts_get_handle(stub.bytes, stub.len, &handle, &hresult, &what), 0);
	assert_int_equal(hresult, 0);
	assert_memory_equal(handle.bytes, stub.bytes, TSTS_HANDLE_SIZE);
}

static void get__failing_hresult__is_all_there_is(void **state)
{
	struct stub stub = { .len = 0 };
	struct tsts_handle handle = { { 42 } };
	struct tsts_enum list;
	struct tsts_information information;
	uint32_t hresult;
	const char *what;

	(void)state;
	u32(&stub, 0xDEAD); /* what a host that failed has left of its results */
	u32(&stub, 0x80070005u);
	assert_int_equal(tsts_get_handle(stub.bytes, stub.len, &handle, &hresult, &what), 0);
	assert_int_equal(hresult, 0x80070005u);
	assert_int_equal(handle.bytes[0], 42);
	hresult = 0;
	assert_int_equal(tsts_get_enum(stub.bytes, stub.len, &list, &hresult, &what), 0);
	assert_int_equal(hresult, 0x80070005u);
	hresult = 0;
	assert_int_equal(tsts_get_information(stub.bytes, stub.len, &information, &hresult, &what),
			 0);
	assert_int_equal(hresult, 0x80070005u);
	hresult = 0;
	assert_int_equal(tsts_get_message_box(stub.bytes, stub.len, &hresult, &what), 0);
	assert_int_equal(hresult, 0x80070005u);
}

static void get__status__0x10000000__is_success(void **state)
{
	uint32_t hresult;
	const char *what;

	(void)state;
	assert_int_equal(tsts_get_status((const uint8_t *)"\0\0\0\x10", 4, &hresult, &what), 0);
	assert_true(tsts_hresult_ok(hresult));
	assert_int_equal(tsts_get_status((const uint8_t *)"\0\0\0\x10", 3, &hresult, &what), -1);
	assert_string_equal(what, "the reply ends in the middle");
	assert_int_equal(tsts_get_status((const uint8_t *)"", 0, &hresult, &what), -1);
	assert_int_equal(
		tsts_get_status((const uint8_t *)"\0\0\0\0\0\0\0\0\0\0\0\0", 12, &hresult, &what),
		-1);
	assert_string_equal(what, "the reply goes on after its end");
	/* A few zeros are padding, anything else is not. */
	assert_int_equal(tsts_get_status((const uint8_t *)"\0\0\0\0\0\0\0\0", 8, &hresult, &what),
			 0);
	assert_int_equal(tsts_get_status((const uint8_t *)"\0\0\0\0\1\0\0\0", 8, &hresult, &what),
			 -1);
}

/* --- the list */

static void a_list(struct stub *stub)
{
	stub->len = 0;
	u32(stub, 0x20000); /* referent */
	u32(stub, 3);
	row(stub, 1, 0, 4, "Services");
	row(stub, 1, 2, 0, "RDP-Tcp#2");
	row(stub, 1, 65536, 6, "RDP-Tcp");
	u32(stub, 3);
	u32(stub, 0);
}

static void get__list__rows_are_as_sent(void **state)
{
	static const uint16_t station[] = { 'R', 'D', 'P', '-', 'T', 'c', 'p', '#', '2', 0 };
	struct stub stub;
	struct tsts_enum list;
	struct tsts_enum_row one;
	uint32_t hresult = 1;
	const char *what;

	(void)state;
	a_list(&stub);
	assert_int_equal(tsts_get_enum(stub.bytes, stub.len, &list, &hresult, &what), 0);
	assert_int_equal(hresult, 0);
	assert_int_equal(list.count, 3);
	tsts_enum_row(&list, 1, &one);
	assert_int_equal(one.id, 2);
	assert_int_equal(one.state, 0);
	assert_memory_equal(one.station, station, sizeof(station));
	tsts_enum_row(&list, 2, &one);
	assert_int_equal(one.id, 65536);
	assert_int_equal(one.state, 6);
}

static void get__empty_list__is_one(void **state)
{
	struct stub stub = { .len = 0 };
	struct tsts_enum list;
	uint32_t hresult = 1;
	const char *what;

	(void)state;
	u32(&stub, 0); /* no referent */
	u32(&stub, 0);
	u32(&stub, 0);
	assert_int_equal(tsts_get_enum(stub.bytes, stub.len, &list, &hresult, &what), 0);
	assert_int_equal(list.count, 0);
}

/* A 32-bit word of a reply made another, and what is said of it. */
struct lie {
	size_t at;
	uint32_t value;
	const char *what;
};

static void put_lie(struct stub *stub, const struct lie *lie)
{
	size_t len = stub->len;

	stub->len = lie->at;
	u32(stub, lie->value);
	stub->len = len;
}

static void get__list_that_lies__is_refused(void **state)
{
	static const struct lie lies[] = {
		{ 4, 0xFFFFFFFFu, "the list says that it has more rows than the reply holds" },
		{ 4, 0x30C30C4u, "the list says that it has more rows than the reply holds" },
		{ 4, 4, "the list says that it has more rows than the reply holds" },
		{ 4, 2, "the list has another number of rows than the reply says" },
		{ 8 + 84, 2, "a row of the list is of another level" },
		{ 8 + 4, 2, "a row of the list is of another level" },
		{ 8 + 3 * 84, 2, "the list has another number of rows than the reply says" },
		{ 0, 0, "the list has another number of rows than the reply says" },
	};
	struct tsts_enum list;
	uint32_t hresult;
	const char *what;

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct stub stub;
		uint8_t *bytes;

		a_list(&stub);
		put_lie(&stub, &lies[i]);
		bytes = exact(&stub, stub.len);
		what = NULL;
		assert_int_equal(tsts_get_enum(bytes, stub.len, &list, &hresult, &what), -1);
		assert_string_equal(what, lies[i].what);
		free(bytes);
	}
}

static void get__list__name_without_end__is_refused(void **state)
{
	struct stub stub;
	struct tsts_enum list;
	uint32_t hresult;
	const char *what = NULL;

	(void)state;
	a_list(&stub);
	for (size_t i = 0; i < 66; i++)
		stub.bytes[8 + 84 + 16 + i] = 'x';
	assert_int_equal(tsts_get_enum(stub.bytes, stub.len, &list, &hresult, &what), -1);
	assert_string_equal(what, "a name in the reply has no end");
}

static void get__list__cut_anywhere__is_refused(void **state)
{
	struct stub stub;
	struct tsts_enum list;
	uint32_t hresult = 0;
	const char *what;

	(void)state;
	a_list(&stub);
	for (size_t len = 0; len < stub.len; len++) {
		uint8_t *bytes = exact(&stub, len);

		assert_int_equal(tsts_get_enum(bytes, len, &list, &hresult, &what), -1);
		free(bytes);
	}
}

/* --- one session */

static void a_session(struct stub *stub, uint32_t data)
{
	stub->len = 0;
	u32(stub, 1);
	u32(stub, 1);
	u32(stub, 0);
	u32(stub, 1);
	name(stub, "RDP-Tcp#2", 33);
	name(stub, "CORP", 18);
	name(stub, "alice", 21);
	i64(stub, 11);
	i64(stub, 22);
	i64(stub, INT64_C(134117952000000000));
	i64(stub, -5);
	u32(stub, data);
	u32(stub, data ? 0x20004 : 0);
	if (data) {
		u32(stub, data);
		for (uint32_t i = 0; i < (data + 3) / 4 * 4; i++)
			stub->bytes[stub->len++] = (uint8_t)i;
	}
	u32(stub, 0);
}

static void get__session__fields_are_as_sent(void **state)
{
	static const uint16_t user[] = { 'a', 'l', 'i', 'c', 'e', 0 };
	static const uint16_t domain[] = { 'C', 'O', 'R', 'P', 0 };
	struct stub stub;
	struct tsts_information information;
	uint32_t hresult = 1;
	const char *what;

	(void)state;
	for (uint32_t data = 0; data < 6; data++) {
		a_session(&stub, data);
		assert_int_equal(
			tsts_get_information(stub.bytes, stub.len, &information, &hresult, &what),
			0);
		assert_int_equal(hresult, 0);
		assert_int_equal(information.state, 0);
		assert_int_equal(information.flags, 1);
		assert_memory_equal(information.user, user, sizeof(user));
		assert_memory_equal(information.domain, domain, sizeof(domain));
		assert_int_equal(information.connect_time, 11);
		assert_int_equal(information.disconnect_time, 22);
		assert_true(information.logon_time == INT64_C(134117952000000000));
		assert_int_equal(information.last_input_time, -5);
	}
}

static void get__session_that_lies__is_refused(void **state)
{
	static const struct lie lies[] = {
		{ 0, 2, "the session's information is of another level" },
		{ 4, 2, "the session's information is of another level" },
		{ 192, 5, "the reply tells two sizes of one piece of data" },
		{ 196, 0, "the reply announces data that it does not hold" },
		{ 200, 0xFFFFFFFFu, "the reply tells two sizes of one piece of data" },
	};
	struct tsts_information information;
	uint32_t hresult;
	const char *what;

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct stub stub;
		uint8_t *bytes;

		a_session(&stub, 4);
		put_lie(&stub, &lies[i]);
		bytes = exact(&stub, stub.len);
		what = NULL;
		assert_int_equal(
			tsts_get_information(bytes, stub.len, &information, &hresult, &what), -1);
		assert_string_equal(what, lies[i].what);
		free(bytes);
	}
}

static void get__session__names_without_end__are_refused(void **state)
{
	static const struct {
		size_t at, units;
	} names[] = { { 16, 33 }, { 16 + 66, 18 }, { 16 + 66 + 36, 21 } };
	struct tsts_information information;
	uint32_t hresult;
	const char *what;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct stub stub;

		a_session(&stub, 0);
		memset(stub.bytes + names[i].at, 'y', 2 * names[i].units);
		what = NULL;
		assert_int_equal(
			tsts_get_information(stub.bytes, stub.len, &information, &hresult, &what),
			-1);
		assert_string_equal(what, "a name in the reply has no end");
	}
}

static void get__session__cut_anywhere__is_refused(void **state)
{
	struct tsts_information information;
	struct stub stub;
	uint32_t hresult = 0;
	const char *what;

	(void)state;
	a_session(&stub, 6);
	for (size_t len = 0; len < stub.len; len++) {
		uint8_t *bytes = exact(&stub, len);
		int result = tsts_get_information(bytes, len, &information, &hresult, &what);

		/* Some end in the middle of a negative time: as a failure of the host would. */
		if (result == 0)
			assert_false(tsts_hresult_ok(hresult));
		free(bytes);
	}
}

/* --- the host's clock */

static void a_time(struct stub *stub, uint32_t seconds, uint32_t hundredths, uint32_t status)
{
	stub->len = 0;
	u32(stub, 0x20000);
	u32(stub, seconds);
	for (int i = 0; i < 4; i++)
		u32(stub, 1);
	u32(stub, hundredths);
	for (int i = 0; i < 6; i++)
		u32(stub, 1);
	u32(stub, status);
}

static void get__time_of_day__is_since_1601(void **state)
{
	struct stub stub;
	int64_t time = 0;
	uint32_t status = 1;
	const char *what;

	(void)state;
	a_time(&stub, 1767225600u, 50, 0); /* 2026-01-01T00:00:00.5Z */
	assert_int_equal(tsts_get_time_of_day(stub.bytes, stub.len, &time, &status, &what), 0);
	assert_int_equal(status, 0);
	assert_true(time == INT64_C(134116992005000000));
	a_time(&stub, 1767225600u, 100, 0);
	assert_int_equal(tsts_get_time_of_day(stub.bytes, stub.len, &time, &status, &what), -1);
	assert_string_equal(what, "the reply tells an impossible time");
	stub.len = 0;
	u32(&stub, 0);
	u32(&stub, 5);
	assert_int_equal(tsts_get_time_of_day(stub.bytes, stub.len, &time, &status, &what), 0);
	assert_int_equal(status, 5);
	stub.len = 4;
	u32(&stub, 0);
	assert_int_equal(tsts_get_time_of_day(stub.bytes, stub.len, &time, &status, &what), -1);
	assert_string_equal(what, "the reply succeeds without a time");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put__session_information__is_id_and_level),
		cmocka_unit_test(put__enum_result__is_handle_and_level),
		cmocka_unit_test(put__message_box__has_two_aligned_strings),
		cmocka_unit_test(put__message_box__longest_texts__fit),
		cmocka_unit_test(get__handle__is_taken),
		cmocka_unit_test(get__failing_hresult__is_all_there_is),
		cmocka_unit_test(get__status__0x10000000__is_success),
		cmocka_unit_test(get__list__rows_are_as_sent),
		cmocka_unit_test(get__empty_list__is_one),
		cmocka_unit_test(get__list_that_lies__is_refused),
		cmocka_unit_test(get__list__name_without_end__is_refused),
		cmocka_unit_test(get__list__cut_anywhere__is_refused),
		cmocka_unit_test(get__session__fields_are_as_sent),
		cmocka_unit_test(get__session_that_lies__is_refused),
		cmocka_unit_test(get__session__names_without_end__are_refused),
		cmocka_unit_test(get__session__cut_anywhere__is_refused),
		cmocka_unit_test(get__time_of_day__is_since_1601),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
