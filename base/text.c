#include "text.h"

#include <string.h>

#include "fold_table.h"
#include "width_table.h"

#define REPLACEMENT 0xfffdu

static bool is_surrogate(uint32_t code_point)
{
	return code_point >= 0xd800 && code_point <= 0xdfff;
}

/* How many bytes a lead byte asks for, and what may follow it directly: the narrowed second byte is
 * what keeps out overlong forms, surrogates and everything past U+10FFFF (Unicode, table 3-7). 0:
 * no lead byte. */
static size_t lead_info(unsigned char lead, unsigned char *ret_low, unsigned char *ret_high)
{
	*ret_low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	*ret_high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	if (lead < 0x80) {
		return 1;
	}
	if (lead < 0xc2 || lead > 0xf4) {
		return 0;
	}
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *ret_code_point)
{
	const unsigned char *byte = (const unsigned char *)text;
	if (len == 0) {
		return 0;
	}
	unsigned char low, high;
	size_t need = lead_info(byte[0], &low, &high);
	if (need == 0 || need > len) {
		return 0;
	}
	if (need == 1) {
		*ret_code_point = byte[0];
		return 1;
	}
	if (byte[1] < low || byte[1] > high) {
		return 0;
	}
	uint32_t code_point = byte[0] & (0xffu >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		if ((byte[i] & 0xc0) != 0x80) {
			return 0;
		}
		code_point = code_point << 6 | (byte[i] & 0x3fu);
	}
	*ret_code_point = code_point;
	return need;
}

size_t utf8_encode(uint32_t code_point, char out[4])
{
	if (is_surrogate(code_point) || code_point > 0x10ffff) {
		code_point = REPLACEMENT;
	}
	if (code_point < 0x80) {
		out[0] = (char)code_point;
		return 1;
	}
	size_t bytes = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
	for (size_t i = bytes - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code_point & 0x3f));
		code_point >>= 6;
	}
	out[0] = (char)((0xf00u >> bytes) | code_point);
	return bytes;
}

bool utf8_valid(const char *text, size_t len, size_t *reterr_offset)
{
	size_t at = 0;
	while (at < len) {
		uint32_t code_point;
		size_t used = utf8_decode(text + at, len - at, &code_point);
		if (used == 0 || code_point == 0) {
			if (reterr_offset) {
				*reterr_offset = at;
			}
			return false;
		}
		at += used;
	}
	return true;
}

static void add_code_point(struct strbuf *out, uint32_t code_point)
{
	char bytes[4];
	strbuf_add(out, bytes, utf8_encode(code_point, bytes));
}

/* One code point from one unit or two; units used, 0 for a lone surrogate. */
static size_t utf16_decode(uint16_t unit, bool has_next, uint16_t next, uint32_t *ret_code_point)
{
	if (!is_surrogate(unit)) {
		*ret_code_point = unit;
		return 1;
	}
	if (unit > 0xdbff || !has_next || next < 0xdc00 || next > 0xdfff) {
		return 0;
	}
	*ret_code_point = 0x10000u + ((unit - 0xd800u) << 10) + (next - 0xdc00u);
	return 2;
}

void utf8_from_utf16(struct strbuf *out, const uint16_t *units, size_t count)
{
	for (size_t i = 0; i < count;) {
		uint32_t code_point;
		bool has_next = i + 1 < count;
		size_t used =
			utf16_decode(units[i], has_next, has_next ? units[i + 1] : 0, &code_point);
		add_code_point(out, used ? code_point : REPLACEMENT);
		i += used ? used : 1;
	}
}

uint32_t text_fold(uint32_t code_point)
{
	if (code_point < 0x80) {
		return code_point >= 'A' && code_point <= 'Z' ? code_point + 32 : code_point;
	}
	size_t low = 0, high = fold_table_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct fold_range *range = &fold_table[middle];
		if (code_point < range->first) {
			high = middle;
		} else if (code_point > range->last) {
			low = middle + 1;
		} else if ((code_point - range->first) % (uint32_t)range->stride == 0) {
			return (uint32_t)((int32_t)code_point + range->delta);
		} else {
			break;
		}
	}
	return code_point;
}

/* One step of a text: a folded code point, or a byte as it is where the text is not UTF-8. */
static size_t fold_step(const char *text, size_t len, char out[4], size_t *ret_out_len)
{
	uint32_t code_point;
	size_t used = utf8_decode(text, len, &code_point);
	if (used == 0) {
		out[0] = text[0];
		*ret_out_len = 1;
		return 1;
	}
	*ret_out_len = utf8_encode(text_fold(code_point), out);
	return used;
}

/* Hands out the bytes of a folded text one by one, so that comparing takes no memory. */
struct fold_walk {
	const char *text;
	size_t len;
	char bytes[4];
	size_t at, held;
};

static int fold_walk_next(struct fold_walk *walk) /* a byte; -1 at the end */
{
	if (walk->at == walk->held) {
		if (walk->len == 0) {
			return -1;
		}
		size_t used = fold_step(walk->text, walk->len, walk->bytes, &walk->held);
		walk->text += used;
		walk->len -= used;
		walk->at = 0;
	}
	return (unsigned char)walk->bytes[walk->at++];
}

int text_fold_cmp(const char *a, const char *b)
{
	struct fold_walk walk_a = { .text = a, .len = strlen(a) };
	struct fold_walk walk_b = { .text = b, .len = strlen(b) };
	for (;;) {
		int byte_a = fold_walk_next(&walk_a);
		int byte_b = fold_walk_next(&walk_b);
		if (byte_a != byte_b) {
			return byte_a < byte_b ? -1 : 1;
		}
		if (byte_a < 0) {
			return 0;
		}
	}
}

bool text_fold_eq(const char *a, const char *b)
{
	return text_fold_cmp(a, b) == 0;
}

void text_fold_add(struct strbuf *out, const char *text, size_t len)
{
	while (len) {
		char bytes[4];
		size_t count;
		size_t used = fold_step(text, len, bytes, &count);
		strbuf_add(out, bytes, count);
		text += used;
		len -= used;
	}
}

/* Marks in a row on one character; more of them would be drawn over the lines above and below. */
#define MARKS_MAX 8

/* Whether a terminal would obey it, not show it at all, or draw it where it does not belong. `marks`
 * counts those on the character before: SIZE_MAX where there is none. */
static bool must_escape(uint32_t code_point, size_t *marks)
{
	switch (width_kind_of(code_point)) {
	case WIDTH_HIDDEN:
		*marks = SIZE_MAX;
		return true;
	case WIDTH_MARK:
		if (*marks >= MARKS_MAX) {
			*marks = SIZE_MAX;
			return true;
		}
		++*marks;
		return false;
	case WIDTH_ONE:
	case WIDTH_WIDE:
		break;
	}
	*marks = 0;
	return false;
}

void text_escape_add(struct strbuf *out, const char *text, size_t len)
{
	size_t plain = 0; /* bytes that are passed on as they are, not yet added */
	size_t marks = SIZE_MAX;
	for (size_t at = 0; at < len;) {
		uint32_t code_point;
		size_t used = utf8_decode(text + at, len - at, &code_point);
		if (used && !must_escape(code_point, &marks)) {
			at += used;
			plain += used;
			continue;
		}
		strbuf_add(out, text + at - plain, plain);
		plain = 0;
		if (used == 0 || code_point < 0x80) {
			strbuf_addf(out, "\\x%02x", (unsigned)(unsigned char)text[at]);
			at++;
			marks = SIZE_MAX;
		} else {
			strbuf_addf(out, "\\u{%04x}", (unsigned)code_point);
			at += used;
		}
	}
	strbuf_add(out, text + len - plain, plain);
}

static uint16_t load_le16(const char *bytes)
{
	return (uint16_t)((unsigned char)bytes[0] | (unsigned)(unsigned char)bytes[1] << 8);
}

/* Without the BOM; `out` is left alone unless all of it is good. */
static int from_utf16le(struct strbuf *out, const char *bytes, size_t len, size_t *reterr_offset,
			const char **reterr_what)
{
	for (int pass = 0; pass < 2; pass++) { /* look, then convert */
		for (size_t at = 0; at < len;) {
			uint32_t code_point = 0;
			bool has_next = len - at >= 4;
			size_t used = 0;
			if (len - at >= 2) {
				used = utf16_decode(load_le16(bytes + at), has_next,
						    has_next ? load_le16(bytes + at + 2) : 0,
						    &code_point);
			}
			if (used == 0 || code_point == 0) {
				*reterr_offset = at;
				*reterr_what = len - at < 2 ? "half a UTF-16 unit at the end"
					       : used	    ? "NUL is not allowed in text"
							    : "a lone UTF-16 surrogate";
				return -1;
			}
			if (pass == 1) {
				add_code_point(out, code_point);
			}
			at += used * 2;
		}
	}
	return 0;
}

static int from_utf8(struct strbuf *out, const char *bytes, size_t len, size_t *reterr_offset,
		     const char **reterr_what)
{
	size_t bad;
	if (!utf8_valid(bytes, len, &bad)) {
		*reterr_offset = bad;
		*reterr_what = bytes[bad] == '\0' ? "NUL is not allowed in text"
						  : "neither UTF-8 nor UTF-16LE with a BOM";
		return -1;
	}
	strbuf_add(out, bytes, len);
	return 0;
}

int text_from_file(struct strbuf *out, const char *bytes, size_t len, size_t *reterr_offset,
		   const char **reterr_what)
{
	size_t bom = 0;
	int failed;
	if (len >= 2 && memcmp(bytes, "\xff\xfe", 2) == 0) {
		bom = 2;
		failed = from_utf16le(out, bytes + bom, len - bom, reterr_offset, reterr_what);
	} else {
		bom = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
		failed = from_utf8(out, bytes ? bytes + bom : "", len - bom, reterr_offset,
				   reterr_what);
	}
	if (failed) {
		*reterr_offset += bom;
	} else if (out->failed) {
		*reterr_offset = 0;
		*reterr_what = "memory is short";
		failed = -1;
	}
	return failed;
}
