#include "text_width.h"

#include <stdint.h>

#include "text.h"
#include "width_table.h"

#define ELLIPSIS "\xe2\x80\xa6" /* U+2026 */

enum width_kind width_kind_of(uint32_t code_point)
{
	size_t low = 0, high = width_table_count;

	if (code_point >= 0x20 && code_point < 0x7f)
		return WIDTH_ONE;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct width_range *range = &width_table[middle];

		if (code_point < range->first)
			high = middle;
		else if (code_point > range->last)
			low = middle + 1;
		else
			return range->kind;
	}
	return WIDTH_ONE;
}

/* The character at the start of `text`: its bytes, and its columns. */
static size_t step(const char *text, size_t len, size_t *ret_columns)
{
	static const size_t columns[] = {
		[WIDTH_ONE] = 1, [WIDTH_HIDDEN] = 0, [WIDTH_MARK] = 0, [WIDTH_WIDE] = 2
	};
	uint32_t code_point;
	size_t used = utf8_decode(text, len, &code_point);

	*ret_columns = used ? columns[width_kind_of(code_point)] : 1;
	return used ? used : 1;
}

size_t text_fit(const char *text, size_t len, size_t columns, size_t *ret_columns)
{
	size_t at = 0, taken = 0;

	while (at < len) {
		size_t wide, used = step(text + at, len - at, &wide);

		if (taken + wide > columns)
			break;
		taken += wide;
		at += used;
	}
	if (ret_columns)
		*ret_columns = taken;
	return at;
}

size_t text_width(const char *text, size_t len)
{
	size_t columns;

	(void)text_fit(text, len, SIZE_MAX, &columns);
	return columns;
}

size_t text_cut_add(struct strbuf *out, const char *text, size_t len, size_t columns)
{
	size_t taken, fits = text_fit(text, len, columns, &taken);

	if (fits == len || !columns) {
		strbuf_add(out, text, fits);
		return taken;
	}
	fits = text_fit(text, len, columns - 1, &taken);
	strbuf_add(out, text, fits);
	strbuf_adds(out, ELLIPSIS);
	return taken + 1;
}
