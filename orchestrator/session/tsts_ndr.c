/* tsts_ndr.c - see tsts_ndr.h. */
#include "tsts_ndr.h"

#include <string.h>

#define LEVEL_1		 1u
#define ENUM_ROW_SIZE	 84u /* 82 and two to the next row */
#define ENUM_ROW_STATION 16u /* level, switch, id, state before it */
#define PADDING_MOST	 7u  /* zeros that may follow a reply */
/* Replies that hold nothing but what is always there. */
#define HANDLE_REPLY	  (TSTS_HANDLE_SIZE + 4u)
#define MESSAGE_REPLY	  8u
#define EMPTY_LIST_REPLY  12u
#define SESSION_REPLY	  204u
#define CUT_SHORT	  "the reply ends in the middle"
#define TICKS_PER_SECOND  INT64_C(10000000)
#define TICKS_PER_10_MS	  INT64_C(100000)
#define FROM_1601_TO_1970 INT64_C(11644473600) /* s */

bool tsts_hresult_ok(uint32_t hresult)
{
	return hresult < UINT32_C(0x80000000);
}

/* --- requests */

static void put_bytes(struct tsts_request_stub *stub, const void *bytes, size_t len)
{
	memcpy(stub->bytes + stub->len, bytes, len);
	stub->len += len;
}

static void put_u32(struct tsts_request_stub *stub, uint32_t value)
{
	for (int shift = 0; shift < 32; shift += 8)
		stub->bytes[stub->len++] = (uint8_t)(value >> shift);
}

static void put_align(struct tsts_request_stub *stub, size_t to)
{
	while (stub->len % to)
		stub->bytes[stub->len++] = 0;
}

void tsts_put_handle(struct tsts_request_stub *stub, const struct tsts_handle *handle)
{
	stub->len = 0;
	put_bytes(stub, handle->bytes, sizeof(handle->bytes));
}

void tsts_put_get_enum_result(struct tsts_request_stub *stub, const struct tsts_handle *handle)
{
	tsts_put_handle(stub, handle);
	put_u32(stub, LEVEL_1);
}

void tsts_put_open_session(struct tsts_request_stub *stub, uint32_t id)
{
	stub->len = 0;
	put_u32(stub, id);
}

void tsts_put_get_session_information_ex(struct tsts_request_stub *stub, uint32_t id)
{
	stub->len = 0;
	put_u32(stub, id);
	put_u32(stub, LEVEL_1);
}

/* A conformant and varying string: how many units there could be, the first, how many there are. */
static void put_string(struct tsts_request_stub *stub, const uint16_t *units)
{
	uint32_t count = 0;

	while (count < TSTS_TEXT_UNITS - 1 && units[count])
		count++;
	put_align(stub, 4);
	put_u32(stub, count + 1);
	put_u32(stub, 0);
	put_u32(stub, count + 1);
	for (uint32_t i = 0; i <= count; i++) {
		uint16_t unit = i < count ? units[i] : 0;

		stub->bytes[stub->len++] = (uint8_t)(unit & 0xFF);
		stub->bytes[stub->len++] = (uint8_t)(unit >> 8);
	}
}

void tsts_put_show_message_box(struct tsts_request_stub *stub, const struct tsts_handle *handle,
			       const uint16_t *title, const uint16_t *text, uint32_t style,
			       uint32_t timeout_s)
{
	tsts_put_handle(stub, handle);
	put_string(stub, title);
	put_string(stub, text);
	put_align(stub, 4);
	put_u32(stub, style);
	put_u32(stub, timeout_s);
	put_u32(stub, 1); /* bDoNotWait */
}

void tsts_put_time_of_day(struct tsts_request_stub *stub)
{
	stub->len = 0;
	put_u32(stub, 0); /* no server name: a unique pointer that is NULL */
}

/* --- replies */

/* Reads from the front; once something is missing, everything after it reads as 0. */
struct reader {
	const uint8_t *bytes;
	size_t len, at;
	const char *wrong; /* the first thing that was; NULL */
};

static void refuse(struct reader *reader, const char *what)
{
	if (!reader->wrong)
		reader->wrong = what;
}

/* The next `size` bytes; NULL where they are not there. */
static const uint8_t *take(struct reader *reader, size_t size)
{
	const uint8_t *at = reader->bytes + reader->at;

	if (reader->wrong || reader->len - reader->at < size) {
		refuse(reader, CUT_SHORT);
		return NULL;
	}
	reader->at += size;
	return at;
}

static uint32_t u32_at(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static uint32_t take_u32(struct reader *reader)
{
	const uint8_t *at = take(reader, 4);

	return at ? u32_at(at) : 0;
}

static int64_t take_i64(struct reader *reader)
{
	const uint8_t *at = take(reader, 8);

	return at ? (int64_t)((uint64_t)u32_at(at) | (uint64_t)u32_at(at + 4) << 32) : 0;
}

static void take_align(struct reader *reader, size_t to)
{
	size_t over = reader->at % to;

	if (over)
		(void)take(reader, to - over);
}

static uint16_t u16_at(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static bool is_terminated(const uint8_t *at, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (u16_at(at + 2 * i) == 0)
			return true;
	return false;
}

static void copy_units(uint16_t *out, const uint8_t *at, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = u16_at(at + 2 * i);
}

/* A name in a field of fixed size. */
static void take_name(struct reader *reader, uint16_t *out, size_t count)
{
	const uint8_t *at = take(reader, 2 * count);

	if (!at)
		return;
	if (!is_terminated(at, count)) {
		refuse(reader, "a name in the reply has no end");
		return;
	}
	copy_units(out, at, count);
}

/* Whether what is left is no more than padding. */
static bool is_padding(const struct reader *reader)
{
	for (size_t at = reader->at; at < reader->len; at++)
		if (reader->bytes[at])
			return false;
	return reader->len - reader->at <= PADDING_MOST;
}

static int done(const struct reader *reader, const char **reterr_what)
{
	const char *wrong = reader->wrong;

	if (!wrong && !is_padding(reader))
		wrong = "the reply goes on after its end";
	if (!wrong)
		return 0;
	*reterr_what = wrong;
	return -1;
}

/* The HRESULT is a reply's last word: where it tells of a failure, the rest, which is no longer than
 * one that has nothing to tell, means nothing. */
static bool has_failed(const uint8_t *bytes, size_t len, size_t longest, uint32_t *ret_hresult)
{
	uint32_t last;

	if (len < 4 || len % 4 || len > longest)
		return false;
	last = u32_at(bytes + len - 4);
	if (tsts_hresult_ok(last))
		return false;
	*ret_hresult = last;
	return true;
}

int tsts_get_handle(const uint8_t *bytes, size_t len, struct tsts_handle *ret_handle,
		    uint32_t *ret_hresult, const char **reterr_what)
{
	struct reader reader = { bytes, len, 0, NULL };
	const uint8_t *handle;
	uint32_t hresult;

	if (has_failed(bytes, len, HANDLE_REPLY, ret_hresult))
		return 0;
	handle = take(&reader, TSTS_HANDLE_SIZE);
	hresult = take_u32(&reader);
	if (done(&reader, reterr_what) != 0)
		return -1;
	memcpy(ret_handle->bytes, handle, TSTS_HANDLE_SIZE);
	*ret_hresult = hresult;
	return 0;
}

int tsts_get_status(const uint8_t *bytes, size_t len, uint32_t *ret_hresult,
		    const char **reterr_what)
{
	struct reader reader = { bytes, len, 0, NULL };
	uint32_t hresult = take_u32(&reader);

	if (done(&reader, reterr_what) != 0)
		return -1;
	*ret_hresult = hresult;
	return 0;
}

int tsts_get_message_box(const uint8_t *bytes, size_t len, uint32_t *ret_hresult,
			 const char **reterr_what)
{
	struct reader reader = { bytes, len, 0, NULL };
	uint32_t hresult;

	if (has_failed(bytes, len, MESSAGE_REPLY, ret_hresult))
		return 0;
	(void)take_u32(&reader); /* IDASYNC */
	hresult = take_u32(&reader);
	if (done(&reader, reterr_what) != 0)
		return -1;
	*ret_hresult = hresult;
	return 0;
}

/* Level, switch and the end of the name of every row. */
static void check_rows(struct reader *reader, const uint8_t *rows, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *row = rows + (size_t)i * ENUM_ROW_SIZE;

		if (u32_at(row) != LEVEL_1 || u32_at(row + 4) != LEVEL_1)
			refuse(reader, "a row of the list is of another level");
		else if (!is_terminated(row + ENUM_ROW_STATION, TSTS_STATION_SIZE))
			refuse(reader, "a name in the reply has no end");
	}
}

int tsts_get_enum(const uint8_t *bytes, size_t len, struct tsts_enum *ret, uint32_t *ret_hresult,
		  const char **reterr_what)
{
	struct reader reader = { bytes, len, 0, NULL };
	const uint8_t *rows = NULL;
	uint32_t count = 0, said, hresult;

	if (has_failed(bytes, len, EMPTY_LIST_REPLY, ret_hresult))
		return 0;
	if (take_u32(&reader)) { /* the referent */
		count = take_u32(&reader);
		if (!reader.wrong && count > (len - reader.at) / ENUM_ROW_SIZE)
			refuse(&reader, "the list says that it has more rows than the reply holds");
		rows = take(&reader, (size_t)count * ENUM_ROW_SIZE);
		if (rows)
			check_rows(&reader, rows, count);
	}
	said = take_u32(&reader);
	if (said != count)
		refuse(&reader, "the list has another number of rows than the reply says");
	hresult = take_u32(&reader);
	if (done(&reader, reterr_what) != 0)
		return -1;
	*ret = (struct tsts_enum){ rows, count };
	*ret_hresult = hresult;
	return 0;
}

void tsts_enum_row(const struct tsts_enum *list, uint32_t index, struct tsts_enum_row *ret)
{
	const uint8_t *row = list->rows + (size_t)index * ENUM_ROW_SIZE;

	ret->id = u32_at(row + 8);
	ret->state = (int32_t)u32_at(row + 12);
	copy_units(ret->station, row + ENUM_ROW_STATION, TSTS_STATION_SIZE);
}

/* Data of the session's protocol, which only its own driver understands. */
static void skip_protocol_data(struct reader *reader, uint32_t size, uint32_t referent)
{
	uint32_t count;

	if (!referent) {
		if (size)
			refuse(reader, "the reply announces data that it does not hold");
		return;
	}
	count = take_u32(reader);
	if (count != size)
		refuse(reader, "the reply tells two sizes of one piece of data");
	(void)take(reader, count);
	take_align(reader, 4);
}

int tsts_get_information(const uint8_t *bytes, size_t len, struct tsts_information *ret,
			 uint32_t *ret_hresult, const char **reterr_what)
{
	struct reader reader = { bytes, len, 0, NULL };
	struct tsts_information information;
	uint32_t size, referent, hresult;

	if (has_failed(bytes, len, SESSION_REPLY, ret_hresult))
		return 0;
	memset(&information, 0, sizeof(information));
	/* Two of them, one after the other. NOLINTNEXTLINE(misc-redundant-expression) */
	if (take_u32(&reader) != LEVEL_1 || take_u32(&reader) != LEVEL_1)
		refuse(&reader, "the session's information is of another level");
	information.state = (int32_t)take_u32(&reader);
	information.flags = (int32_t)take_u32(&reader);
	take_name(&reader, information.station, TSTS_STATION_SIZE);
	take_name(&reader, information.domain, TSTS_DOMAIN_SIZE);
	take_name(&reader, information.user, TSTS_USER_SIZE);
	take_align(&reader, 8);
	information.connect_time = take_i64(&reader);
	information.disconnect_time = take_i64(&reader);
	information.logon_time = take_i64(&reader);
	information.last_input_time = take_i64(&reader);
	size = take_u32(&reader);
	referent = take_u32(&reader);
	skip_protocol_data(&reader, size, referent);
	hresult = take_u32(&reader);
	if (done(&reader, reterr_what) != 0)
		return -1;
	*ret = information;
	*ret_hresult = hresult;
	return 0;
}

int tsts_get_time_of_day(const uint8_t *bytes, size_t len, int64_t *ret_time, uint32_t *ret_status,
			 const char **reterr_what)
{
	struct reader reader = { bytes, len, 0, NULL };
	bool told = take_u32(&reader) != 0;
	uint32_t seconds = 0, hundredths = 0, status;

	if (told) {
		seconds = take_u32(&reader); /* since 1970 */
		(void)take(&reader, 4 * 4);  /* milliseconds since some start; h, m, s */
		hundredths = take_u32(&reader);
		(void)take(&reader, 6 * 4); /* zone, tick, and the date once more */
	}
	status = take_u32(&reader);
	if (!told && !status)
		refuse(&reader, "the reply succeeds without a time");
	if (hundredths >= 100)
		refuse(&reader, "the reply tells an impossible time");
	if (done(&reader, reterr_what) != 0)
		return -1;
	*ret_status = status;
	if (!status)
		*ret_time = ((int64_t)seconds + FROM_1601_TO_1970) * TICKS_PER_SECOND +
			    (int64_t)hundredths * TICKS_PER_10_MS;
	return 0;
}
