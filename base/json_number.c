/* json_number.c - numbers of a JSON document as numbers. */
#include "json_internal.h"

#include <stdlib.h>
#include <string.h>

struct decimal { /* digits x 10^exponent; neither end of the digits is a 0 */
	bool negative;
	char digits[20];
	size_t count;
	int64_t exponent;
};

/* The exponent's size is cut: beyond that it cannot matter. */
static int64_t exponent_part(const char *text)
{
	bool negative = *text == '-';
	int64_t value = 0;
	text += *text == '-' || *text == '+' ? 1 : 0;
	for (; json_is_digit((unsigned char)*text); text++) {
		if (value < INT64_MAX / 16) {
			value = value * 10 + (*text - '0');
		}
	}
	return negative ? -value : value;
}

/* False where it has more digits than any int64_t. The text is a number of JSON's grammar. */
static bool read_decimal(const char *text, struct decimal *ret)
{
	bool in_fraction = false;
	int64_t zeros =
		0; /* read since the last other digit: they count only if one more follows */
	*ret = (struct decimal){ .negative = *text == '-' };
	text += ret->negative ? 1 : 0;
	for (; json_is_digit((unsigned char)*text) || *text == '.'; text++) {
		if (*text == '.') {
			in_fraction = true;
			continue;
		}
		ret->exponent -= in_fraction ? 1 : 0;
		if (*text == '0') {
			zeros += ret->count ? 1 : 0;
			continue;
		}
		if (zeros > 20 || ret->count + (size_t)zeros + 1 > sizeof(ret->digits)) {
			return false;
		}
		memset(ret->digits + ret->count, '0', (size_t)zeros);
		ret->count += (size_t)zeros;
		ret->digits[ret->count++] = *text;
		zeros = 0;
	}
	ret->exponent += zeros;
	if (*text) {
		ret->exponent += exponent_part(text + 1);
	}
	return true;
}

int json_int64(const struct json_reader *reader, int64_t *ret_value)
{
	struct decimal decimal;
	if (!reader->text_is_number || !read_decimal(strbuf_text(&reader->text), &decimal)) {
		return -1;
	}
	if (decimal.count == 0) {
		*ret_value = 0;
		return 0;
	}
	if (decimal.exponent < 0 || decimal.exponent > 19) {
		return -1;
	}
	uint64_t limit = (uint64_t)INT64_MAX + (decimal.negative ? 1 : 0);
	uint64_t value = 0;
	for (size_t i = 0; i < decimal.count + (size_t)decimal.exponent; i++) {
		uint64_t digit = i < decimal.count ? (uint64_t)(decimal.digits[i] - '0') : 0;
		if (value > (limit - digit) / 10) {
			return -1;
		}
		value = value * 10 + digit;
	}
	*ret_value = decimal.negative ? -(int64_t)(value - 1) - 1 : (int64_t)value;
	return 0;
}

/* The program never calls setlocale(), so strtod() reads a point as a point. */
double json_double(const struct json_reader *reader)
{
	return reader->text_is_number ? strtod(strbuf_text(&reader->text), NULL) : 0.0;
}
