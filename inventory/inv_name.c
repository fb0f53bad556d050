/* inv_name.c - what a name may look like, how names are folded, and IPv6 literals. */
#include "inv_internal.h"

#include <string.h>

#include "text.h"

bool inv_is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' || byte == '\f';
}

void inv_trim(const char **text, size_t *len)
{
	while (*len > 0 && inv_is_blank((*text)[0])) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && inv_is_blank((*text)[*len - 1]))
		(*len)--;
}

size_t inv_fold_next(const char **at, const char *end, char out[4])
{
	unsigned char byte = (unsigned char)**at;
	uint32_t code_point;
	size_t used;

	if (byte < 0x80) {
		out[0] = (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
		(*at)++;
		return 1;
	}
	used = utf8_decode(*at, (size_t)(end - *at), &code_point);
	if (used == 0) {
		out[0] = **at;
		(*at)++;
		return 1;
	}
	*at += used;
	return utf8_encode(text_fold(code_point), out);
}

size_t inv_fold(char out[INV_FOLD_MAX], const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	size_t used = 0;

	while (at < end) {
		if (used + 4 > INV_FOLD_MAX)
			return 0;
		used += inv_fold_next(&at, end, out + used);
	}
	return used;
}

static int hex_digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	if (byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10;
	return -1;
}

/* The dotted end of an IPv6 literal, to its very end. */
static bool ipv4_tail(const char *text, size_t len, unsigned char ret_bytes[4])
{
	size_t at = 0;

	for (int part = 0; part < 4; part++) {
		unsigned value = 0;
		size_t digits = 0;

		if (part > 0 && (at >= len || text[at++] != '.'))
			return false;
		for (; at < len && text[at] >= '0' && text[at] <= '9' && digits < 3; digits++)
			value = value * 10 + (unsigned)(text[at++] - '0');
		if (digits == 0 || value > 255)
			return false;
		ret_bytes[part] = (unsigned char)value;
	}
	return at == len;
}

/* Groups of hex digits between colons, up to the end or to a `::` that was not seen before. */
struct ipv6_scan {
	unsigned char bytes[16];
	size_t count; /* bytes filled */
	size_t gap;   /* where `::` stood; SIZE_MAX: nowhere */
};

static bool ipv6_scan(struct ipv6_scan *scan, const char *text, size_t len)
{
	size_t at = 0;

	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		scan->gap = 0;
		at = 2;
	}
	while (at < len) {
		unsigned value = 0;
		size_t start = at;

		while (at < len && at - start < 4 && hex_digit(text[at]) >= 0)
			value = value * 16 + (unsigned)hex_digit(text[at++]);
		if (at < len && text[at] == '.') {
			if (scan->count > 12 ||
			    !ipv4_tail(text + start, len - start, scan->bytes + scan->count))
				return false;
			scan->count += 4;
			return true;
		}
		if (at == start || scan->count > 14)
			return false;
		scan->bytes[scan->count++] = (unsigned char)(value >> 8);
		scan->bytes[scan->count++] = (unsigned char)(value & 0xFF);
		if (at == len)
			return true;
		if (text[at++] != ':' || at == len)
			return false;
		if (text[at] == ':') {
			if (scan->gap != SIZE_MAX)
				return false;
			scan->gap = scan->count;
			at++;
		}
	}
	return true;
}

bool inv_ipv6_parse(const char *text, size_t len, unsigned char ret_bytes[16], size_t *ret_zone)
{
	struct ipv6_scan scan = { .gap = SIZE_MAX };
	const char *percent = memchr(text, '%', len);
	size_t address = percent ? (size_t)(percent - text) : len;
	size_t after;

	if (percent && address + 1 == len)
		return false;
	if (!memchr(text, ':', address) || !ipv6_scan(&scan, text, address))
		return false;
	if (scan.gap == SIZE_MAX ? scan.count != 16 : scan.count > 14)
		return false;
	memset(ret_bytes, 0, 16);
	if (scan.gap == SIZE_MAX) {
		memcpy(ret_bytes, scan.bytes, 16);
	} else {
		after = scan.count - scan.gap;
		memcpy(ret_bytes, scan.bytes, scan.gap);
		memcpy(ret_bytes + 16 - after, scan.bytes + scan.gap, after);
	}
	*ret_zone = percent ? address + 1 : len;
	return true;
}

bool inv_is_ipv6(const char *text, size_t len)
{
	unsigned char bytes[16];
	size_t zone;

	return len > 0 && inv_ipv6_parse(text, len, bytes, &zone);
}

/* Signs that patterns, paths, files and shells use; none of them is in a name that Windows or
 * DNS would take. */
static const char forbidden_signs[] = "*?!&@~/,[]=\"';#<>|${}";

/* Code points nobody sees: a name that was copied with one of them would look like another one. */
static const struct {
	uint32_t first, last;
	const char *what;
} unseen[] = {
	{ 0x00, 0x1F, "a control character" },
	{ 0x20, 0x20, "whitespace" },
	{ 0x7F, 0x84, "a control character" },
	{ 0x85, 0x85, "whitespace" },
	{ 0x86, 0x9F, "a control character" },
	{ 0xA0, 0xA0, "whitespace" },
	{ 0xAD, 0xAD, "an invisible character" },
	{ 0x1680, 0x1680, "whitespace" },
	{ 0x2000, 0x200A, "whitespace" },
	{ 0x200B, 0x200F, "an invisible character" },
	{ 0x2028, 0x2029, "whitespace" },
	{ 0x202A, 0x202E, "an invisible character" },
	{ 0x202F, 0x202F, "whitespace" },
	{ 0x205F, 0x205F, "whitespace" },
	{ 0x2060, 0x206F, "an invisible character" },
	{ 0x3000, 0x3000, "whitespace" },
	{ 0xFEFF, 0xFEFF, "an invisible character" },
};

static const char *unseen_what(uint32_t code_point)
{
	if (code_point == '\t' || (code_point >= '\n' && code_point <= '\r'))
		return "whitespace";
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (code_point >= unseen[i].first && code_point <= unseen[i].last)
			return unseen[i].what;
	return NULL;
}

/* What is wrong with one code point of a name, said; false then. */
static bool sign_check(struct inventory *inv, const struct inv_place *place, const char *what,
		       const char *shown, uint32_t code_point)
{
	const char *hidden = unseen_what(code_point);

	if (hidden) {
		inv_error(inv, place, "%s %s holds %s", what, shown, hidden);
	} else if (code_point == '\\') {
		inv_error(inv, place, "%s %s holds a backslash: write the name without '\\\\'",
			  what, shown);
	} else if (code_point < 0x80 && strchr(forbidden_signs, (char)code_point)) {
		inv_error(inv, place, "%s %s holds '%c', which no name has", what, shown,
			  (char)code_point);
	} else if (code_point == ':' || code_point == '%') {
		inv_error(inv, place, "%s %s holds '%c', which only IPv6 addresses have", what,
			  shown, (char)code_point);
	} else {
		return true;
	}
	return false;
}

bool inv_name_is_host(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > INV_NAME_MAX || !utf8_valid(name, len, NULL) ||
	    strpbrk(name, forbidden_signs))
		return false;
	for (size_t i = 0; i < len;) {
		uint32_t code_point;

		i += utf8_decode(name + i, len - i, &code_point);
		if (unseen_what(code_point))
			return false;
	}
	return true;
}

/* The bytes of a bracketed range at text[0], 0 where there is none. */
static size_t range_len(const char *text, size_t len)
{
	const char *end = text[0] == '[' ? memchr(text, ']', len) : NULL;

	return end ? (size_t)(end - text) + 1 : 0;
}

bool inv_name_check(struct inventory *inv, const struct inv_place *place, const char *what,
		    enum inv_name_rules rules, const char *text, size_t len)
{
	char shown[INV_SHOW_SIZE];
	size_t used;

	if (len == 0) {
		inv_error(inv, place, "%s is empty", what);
		return false;
	}
	inv_show(shown, text, len);
	if (rules == INV_NAME_PLAIN && len > INV_NAME_MAX) {
		inv_error(inv, place, "%s %s is longer than %d bytes", what, shown, INV_NAME_MAX);
		return false;
	}
	if (inv_is_ipv6(text, len))
		return true;
	for (size_t at = 0; at < len; at += used) {
		uint32_t code_point;

		used = rules == INV_NAME_RANGES ? range_len(text + at, len - at) : 0;
		if (used > 0)
			continue;
		used = utf8_decode(text + at, len - at, &code_point);
		if (used == 0) {
			inv_error(inv, place, "%s %s is not valid UTF-8", what, shown);
			return false;
		}
		/* host_range.h says it better where a bracket stands alone */
		if (rules == INV_NAME_RANGES && (code_point == '[' || code_point == ']'))
			break;
		if (!sign_check(inv, place, what, shown, code_point))
			return false;
	}
	return true;
}
