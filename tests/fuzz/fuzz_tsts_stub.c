/*
 * fuzz_tsts_stub.c - replies of a session host that may be anybody's. The first byte says what was
 * asked; a reply that is taken holds only what its bytes bear out.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "tsts_ndr.h"

static bool has_end(const uint16_t *units, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!units[i])
			return true;
	return false;
}

static void check_list(const uint8_t *bytes, size_t len, uint32_t *hresult, const char **what)
{
	struct tsts_enum list = { NULL, 0 };
	struct tsts_enum_row row;

	if (tsts_get_enum(bytes, len, &list, hresult, what) != 0 || !tsts_hresult_ok(*hresult))
		return;
	FUZZ_CHECK((size_t)list.count * 84 <= len);
	for (uint32_t i = 0; i < list.count; i++) {
		tsts_enum_row(&list, i, &row);
		FUZZ_CHECK(has_end(row.station, TSTS_STATION_SIZE));
	}
}

static void check_information(const uint8_t *bytes, size_t len, uint32_t *hresult,
			      const char **what)
{
	struct tsts_information information;

	if (tsts_get_information(bytes, len, &information, hresult, what) != 0 ||
	    !tsts_hresult_ok(*hresult))
		return;
	FUZZ_CHECK(len >= 204); /* the least that a session takes */
	FUZZ_CHECK(has_end(information.station, TSTS_STATION_SIZE));
	FUZZ_CHECK(has_end(information.domain, TSTS_DOMAIN_SIZE));
	FUZZ_CHECK(has_end(information.user, TSTS_USER_SIZE));
}

static void check_time(const uint8_t *bytes, size_t len, uint32_t *status, const char **what)
{
	int64_t time = -1;

	if (tsts_get_time_of_day(bytes, len, &time, status, what) == 0 && *status == 0)
		FUZZ_CHECK(time >= INT64_C(116444736000000000)); /* 1970 */
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct tsts_handle handle;
	uint32_t hresult = 0;
	const char *what = NULL;
	uint8_t *reply;
	uint8_t asked;

	if (!len)
		return 0;
	/* Memory of just the reply's size: a byte too many is seen. */
	asked = bytes[0] % 6;
	len--;
	reply = malloc(len ? len : 1);
	FUZZ_CHECK(reply);
	memcpy(reply, bytes + 1, len);
	if (asked == 0)
		check_list(reply, len, &hresult, &what);
	else if (asked == 1)
		check_information(reply, len, &hresult, &what);
	else if (asked == 2)
		check_time(reply, len, &hresult, &what);
	else if (asked == 3)
		(void)tsts_get_handle(reply, len, &handle, &hresult, &what);
	else if (asked == 4)
		(void)tsts_get_status(reply, len, &hresult, &what);
	else
		(void)tsts_get_message_box(reply, len, &hresult, &what);
	FUZZ_CHECK(!what || *what);
	free(reply);
	return 0;
}
