#include "host_range.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define RANGES_MAX 16 /* in one pattern */

/* Ansible's order of letters: [a:C] goes from a to z and on to A, B, C. */
static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct range {
	size_t open, after; /* offsets of `[` and of what follows `]` */
	bool is_letters;
	uint64_t first, step; /* of letters: their place in `letters` */
	uint64_t count;
	size_t width; /* least number of digits */
};

struct pattern {
	const char *text;
	size_t len;
	struct range ranges[RANGES_MAX];
	size_t range_count;
	uint64_t names;
};

/* A part between `[`, `:` and `]`. */
struct part {
	const char *text;
	size_t len;
	size_t offset;
};

static int fail(struct host_range_error *reterr, size_t offset, const char *message)
{
	reterr->offset = offset;
	snprintf(reterr->message, sizeof(reterr->message), "%s", message);
	return -1;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_number(struct part part)
{
	size_t digits = 0;
	while (digits < part.len && is_digit(part.text[digits])) {
		digits++;
	}
	return digits > 0 && digits == part.len;
}

/* 0 to 51, or -1. */
static int letter_place(struct part part)
{
	const char *place = part.len == 1 && part.text[0] ? strchr(letters, part.text[0]) : NULL;
	return place ? (int)(place - letters) : -1;
}

static int read_number(struct part part, uint64_t *ret_value, struct host_range_error *reterr)
{
	uint64_t value = 0;
	for (size_t i = 0; i < part.len; i++) {
		unsigned digit = (unsigned)(part.text[i] - '0');
		if (value > (UINT64_MAX - digit) / 10) {
			return fail(reterr, part.offset, "the number is too large");
		}
		value = value * 10 + digit;
	}
	*ret_value = value;
	return 0;
}

static int read_ends(struct part first, struct part last, struct range *range, uint64_t *ret_last,
		     struct host_range_error *reterr)
{
	int first_letter = letter_place(first), last_letter = letter_place(last);
	if (first_letter >= 0 && last_letter >= 0) {
		range->is_letters = true;
		range->first = (uint64_t)first_letter;
		*ret_last = (uint64_t)last_letter;
		return 0;
	}
	bool first_ok = is_number(first) || first_letter >= 0;
	if (!first_ok || !(is_number(last) || last_letter >= 0)) {
		return fail(reterr, first_ok ? last.offset : first.offset,
			    "expected a number or a single letter at both ends of the range");
	}
	if (!is_number(first) || !is_number(last)) {
		return fail(reterr, last.offset,
			    "a range goes from number to number or from letter to letter");
	}
	if (first.len > 1 && first.text[0] == '0') {
		if (last.len != first.len) {
			return fail(reterr, last.offset,
				    "the first number has leading zeros, so the last needs as "
				    "many digits");
		}
		range->width = first.len;
	}
	return read_number(first, &range->first, reterr) || read_number(last, ret_last, reterr) ? -1
												: 0;
}

static int read_step(struct part step, struct range *range, struct host_range_error *reterr)
{
	if (!is_number(step)) {
		return fail(reterr, step.offset, "expected a number as the step");
	}
	if (read_number(step, &range->step, reterr) != 0) {
		return -1;
	}
	if (range->step == 0) {
		return fail(reterr, step.offset, "the step must be at least 1");
	}
	return 0;
}

/* Cuts what stands between the brackets at its colons. Returns the number of parts, or -1 when
 * there are too many. */
static int split_parts(const struct pattern *pattern, size_t from, size_t to, struct part parts[3])
{
	int count = 0;
	for (size_t at = from;; at++) {
		if (at == to || pattern->text[at] == ':') {
			if (count == 3) {
				return -1;
			}
			parts[count++] = (struct part){ pattern->text + from, at - from, from };
			from = at + 1;
		}
		if (at == to) {
			return count;
		}
	}
}

static int read_range(const struct pattern *pattern, size_t open, size_t close, struct range *range,
		      struct host_range_error *reterr)
{
	struct part parts[3];
	int count = split_parts(pattern, open + 1, close, parts);
	if (count < 2) {
		return fail(reterr, open, "expected [first:last] or [first:last:step]");
	}
	if (parts[1].len == 0) {
		return fail(reterr, parts[1].offset, "the range has no last value");
	}
	*range = (struct range){ .open = open, .after = close + 1, .step = 1 };
	if (parts[0].len == 0) { /* as in Ansible */
		parts[0].text = "0";
		parts[0].len = 1;
	}
	uint64_t last;
	if (read_ends(parts[0], parts[1], range, &last, reterr) != 0 ||
	    (count == 3 && read_step(parts[2], range, reterr) != 0)) {
		return -1;
	}
	if (range->first > last) {
		return fail(reterr, parts[0].offset,
			    "the range is empty: its first value is after its last");
	}
	uint64_t steps = (last - range->first) / range->step;
	range->count = steps < HOST_RANGE_MAX_NAMES ? steps + 1 : HOST_RANGE_MAX_NAMES + 1;
	return 0;
}

/* Adds one range and multiplies. */
static int add_range(struct pattern *pattern, size_t open, size_t close,
		     struct host_range_error *reterr)
{
	if (pattern->range_count == RANGES_MAX) {
		return fail(reterr, open, "too many ranges in one name");
	}
	struct range *range = &pattern->ranges[pattern->range_count];
	if (read_range(pattern, open, close, range, reterr) != 0) {
		return -1;
	}
	pattern->range_count++;
	pattern->names *= range->count; /* neither is much above 1,000,000 */
	if (pattern->names > HOST_RANGE_MAX_NAMES) {
		reterr->offset = open;
		snprintf(reterr->message, sizeof(reterr->message),
			 "the range gives more than %d names", HOST_RANGE_MAX_NAMES);
		return -1;
	}
	return 0;
}

static int read_pattern(const char *text, size_t len, struct pattern *pattern,
			struct host_range_error *reterr)
{
	pattern->text = text;
	pattern->len = len;
	pattern->range_count = 0;
	pattern->names = 1;
	bool is_open = false;
	size_t open = 0;
	for (size_t at = 0; at < len; at++) {
		if (text[at] == '[') {
			if (is_open) {
				return fail(reterr, at, "'[' inside a range");
			}
			is_open = true;
			open = at;
		} else if (text[at] == ']') {
			if (!is_open) {
				return fail(reterr, at, "']' without a '[' before it");
			}
			is_open = false;
			if (add_range(pattern, open, at, reterr) != 0) {
				return -1;
			}
		}
	}
	return is_open ? fail(reterr, open, "'[' without a ']' after it") : 0;
}

int host_range_count(const char *pattern, size_t len, uint64_t *ret_count,
		     struct host_range_error *reterr)
{
	struct pattern parsed;
	if (read_pattern(pattern, len, &parsed, reterr) != 0) {
		return -1;
	}
	*ret_count = parsed.names;
	return 0;
}

static void add_value(struct strbuf *name, const struct range *range, uint64_t index)
{
	uint64_t value = range->first + index * range->step;
	if (range->is_letters) {
		strbuf_addc(name, letters[value]);
		return;
	}
	char digits[24];
	int count = snprintf(digits, sizeof(digits), "%" PRIu64, value);
	for (size_t i = (size_t)count; i < range->width; i++) {
		strbuf_addc(name, '0');
	}
	strbuf_add(name, digits, (size_t)count);
}

static void build_name(struct strbuf *name, const struct pattern *pattern, const uint64_t *index)
{
	size_t at = 0;
	strbuf_clear(name);
	for (size_t i = 0; i < pattern->range_count; i++) {
		const struct range *range = &pattern->ranges[i];
		strbuf_add(name, pattern->text + at, range->open - at);
		add_value(name, range, index[i]);
		at = range->after;
	}
	strbuf_add(name, pattern->text + at, pattern->len - at);
}

int host_range_expand(const char *pattern, size_t len, host_range_emit emit, void *ctx,
		      struct host_range_error *reterr)
{
	struct pattern parsed;
	if (read_pattern(pattern, len, &parsed, reterr) != 0) {
		return -1;
	}
	uint64_t index[RANGES_MAX] = { 0 };
	struct strbuf name;
	strbuf_init(&name);
	int result = 0;
	for (uint64_t left = parsed.names; left > 0 && result == 0; left--) {
		build_name(&name, &parsed, index);
		if (name.failed) {
			result = fail(reterr, 0, "memory is short");
			break;
		}
		result = emit(ctx, name.data, name.len);
		/* An odometer: the last range turns fastest. */
		for (size_t i = parsed.range_count; i > 0; i--) {
			if (++index[i - 1] < parsed.ranges[i - 1].count) {
				break;
			}
			index[i - 1] = 0;
		}
	}
	strbuf_release(&name);
	return result;
}
