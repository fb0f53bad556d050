/* fuzz_duration.c - a DUR is what a second, simpler reader takes it for, and comes back as such. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "duration.h"

/* The number of milliseconds, or -1. */
static int64_t read_simply(const char *text)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "", 1000 },   { "ms", 1 },	{ "s", 1000 },
		      { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
	size_t digits = strspn(text, "0123456789");
	int64_t value = 0;

	if (!digits)
		return -1;
	for (size_t i = 0; i < digits; i++) {
		value = value * 10 + (text[i] - '0');
		if (value > DURATION_MAX_MS)
			return -1;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(text + digits, units[i].unit) == 0)
			return value <= DURATION_MAX_MS / units[i].ms ? value * units[i].ms : -1;
	return -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = fuzz_text(bytes, len);
	char shown[DURATION_TEXT_SIZE], rough[DURATION_TEXT_SIZE];
	int64_t ms = -7, again = -7;
	int status = duration_parse(text, &ms);

	FUZZ_CHECK(status == (read_simply(text) < 0 ? -1 : 0));
	if (status == 0) {
		FUZZ_CHECK(ms == read_simply(text));
		duration_format(ms, shown);
		FUZZ_CHECK(duration_parse(shown, &again) == 0 && again == ms);
	} else {
		FUZZ_CHECK(ms == -7); /* written on success only */
		if (len >= sizeof(ms))
			memcpy(&ms, bytes, sizeof(ms)); /* any number can be shown */
		duration_format(ms, shown);
	}
	duration_format_rough(ms, rough);
	FUZZ_CHECK(memchr(shown, '\0', sizeof(shown)) && memchr(rough, '\0', sizeof(rough)));
	FUZZ_CHECK(*shown && *rough);
	free(text);
	return 0;
}
