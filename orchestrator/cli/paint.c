/* paint.c - see paint.h. */
#include "paint.h"

#include "options.h"

#include <stdlib.h>

static bool has_no_color(void)
{
	const char *value = getenv("NO_COLOR");

	return value && *value;
}

bool paint_wanted(int color, enum console_stream stream)
{
	bool takes = console_takes_escapes(stream); /* on Windows it also makes the console do so */

	if (color == COLOR_AUTO)
		return takes && !has_no_color();
	return color == COLOR_ALWAYS;
}

void paint_begin(struct strbuf *out, enum paint paint)
{
	static const char *const sequences[PAINT_COUNT] = {
		"", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m",
	};

	strbuf_adds(out, sequences[paint]);
}

void paint_end(struct strbuf *out, enum paint paint)
{
	if (paint != PAINT_PLAIN)
		strbuf_adds(out, "\x1b[0m");
}
