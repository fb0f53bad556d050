#include "wts_text.h"

#include <string.h>

#include "strbuf.h"
#include "text.h"

#define REPLACEMENT 0xFFFDu

size_t wts_text_len(const uint16_t *units, size_t max)
{
	size_t len = 0;

	while (len < max && units[len])
		len++;
	return len;
}

const char *wts_text_keep(struct arena *arena, const uint16_t *units)
{
	struct strbuf text;
	const char *kept;

	if (!units || !units[0])
		return "";
	strbuf_init(&text);
	utf8_from_utf16(&text, units, wts_text_len(units, SIZE_MAX));
	kept = text.failed ? NULL : arena_strndup(arena, strbuf_text(&text), text.len);
	strbuf_release(&text);
	return kept;
}

static bool is_high(uint32_t unit)
{
	return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(uint32_t unit)
{
	return unit >= 0xDC00 && unit < 0xE000;
}

void wts_text_copy(char out[SESSION_TEXT_SIZE], const uint16_t *units, size_t count)
{
	size_t len = 0;

	for (size_t i = 0; i < count && units[i];) {
		uint32_t point = units[i++];
		char bytes[4];

		if (is_high(point) && i < count && is_low(units[i]))
			point = 0x10000 + ((point - 0xD800) << 10) + (units[i++] - 0xDC00u);
		size_t size = utf8_encode(point, bytes); /* a lone surrogate: U+FFFD */
		if (len + size >= SESSION_TEXT_SIZE)
			break;
		memcpy(out + len, bytes, size);
		len += size;
	}
	out[len] = '\0';
}

size_t wts_text_units(uint16_t *out, size_t cap, const char *text)
{
	size_t left = strlen(text);
	size_t len = 0;

	while (left) {
		uint32_t point;
		size_t used = utf8_decode(text, left, &point);
		size_t wanted;

		if (!used) {
			used = 1;
			point = REPLACEMENT;
		}
		wanted = point >= 0x10000 ? 2 : 1;
		if (len + wanted >= cap)
			break;
		if (wanted == 2) {
			out[len++] = (uint16_t)(0xD800 + ((point - 0x10000) >> 10));
			out[len++] = (uint16_t)(0xDC00 + ((point - 0x10000) & 0x3FF));
		} else {
			out[len++] = (uint16_t)point;
		}
		text += used;
		left -= used;
	}
	out[len] = 0;
	return len;
}
