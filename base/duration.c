#include "duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int64_t ms;
} units[] = {
	{ "d", INT64_C(86400000) }, /* largest first: duration_format() takes the first that divides
				     */
	{ "h", 3600000 },	    { "m", 60000 }, { "s", 1000 }, { "ms", 1 },
};
#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

int duration_parse(const char *text, int64_t *ret_ms)
{
	int64_t number = 0;
	const char *at = text;
	for (; *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (*at - '0');
		if (number > DURATION_MAX_MS) {
			return -1;
		}
	}
	if (at == text) {
		return -1;
	}
	const char *name = *at ? at : "s";
	for (size_t i = 0; i < UNIT_COUNT; i++) {
		if (strcmp(name, units[i].name) == 0) {
			if (number > DURATION_MAX_MS / units[i].ms) {
				return -1;
			}
			*ret_ms = number * units[i].ms;
			return 0;
		}
	}
	return -1;
}

void duration_format(int64_t ms, char out[DURATION_TEXT_SIZE])
{
	if (ms < 0) {
		snprintf(out, DURATION_TEXT_SIZE, "-");
		return;
	}
	if (ms == 0) {
		snprintf(out, DURATION_TEXT_SIZE, "0s");
		return;
	}
	size_t i = 0;
	while (ms % units[i].ms != 0) { /* ends at ms, which divides everything */
		i++;
	}
	snprintf(out, DURATION_TEXT_SIZE, "%" PRId64 "%s", ms / units[i].ms, units[i].name);
}

static int64_t rounded(int64_t ms, int64_t unit_ms)
{
	return ms / unit_ms + (ms % unit_ms >= (unit_ms + 1) / 2 ? 1 : 0);
}

void duration_format_rough(int64_t ms, char out[DURATION_TEXT_SIZE])
{
	/* Each step rounds first and then looks whether the result still belongs there: 59.96 s is
	 * 1m 00s. */
	int64_t tenths = rounded(ms, 100), seconds = rounded(ms, 1000);
	int64_t minutes = rounded(ms, 60000), hours = rounded(ms, 3600000);
	if (ms < 0) {
		snprintf(out, DURATION_TEXT_SIZE, "-");
	} else if (ms < 1000) {
		snprintf(out, DURATION_TEXT_SIZE, "%d ms", (int)ms);
	} else if (tenths < 600) {
		snprintf(out, DURATION_TEXT_SIZE, "%d.%d s", (int)tenths / 10, (int)tenths % 10);
	} else if (seconds < 3600) {
		snprintf(out, DURATION_TEXT_SIZE, "%dm %02ds", (int)seconds / 60,
			 (int)seconds % 60);
	} else if (minutes < 1440) {
		snprintf(out, DURATION_TEXT_SIZE, "%dh %02dm", (int)minutes / 60,
			 (int)minutes % 60);
	} else {
		/* At most 106,751,991,167 days. */
		char days[DURATION_TEXT_SIZE - 8];
		/* Whole ones are meant. NOLINTNEXTLINE(bugprone-integer-division) */
		snprintf(days, sizeof(days), "%.0f", (double)(hours / 24));
		snprintf(out, DURATION_TEXT_SIZE, "%sd %dh", days, (int)(hours % 24));
	}
}
