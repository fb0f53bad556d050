#include "json_write.h"

#include <stdint.h>
#include <string.h>

#include "text.h"

/* The letter after the backslash for the characters that have a short escape, else 0. */
static char short_escape(unsigned char byte)
{
	switch (byte) {
	case '"':
	case '\\':
		return (char)byte;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

static void add_escaped_byte(struct strbuf *out, unsigned char byte)
{
	char letter = short_escape(byte);

	if (letter) {
		strbuf_addc(out, '\\');
		strbuf_addc(out, letter);
	} else {
		strbuf_addf(out, "\\u%04x", (unsigned)byte);
	}
}

void json_add_string(struct strbuf *out, const char *text)
{
	if (!text) {
		strbuf_adds(out, "null");
		return;
	}
	size_t len = strlen(text);
	size_t done = 0; /* everything before it is written */
	strbuf_addc(out, '"');
	for (size_t i = 0; i < len;) {
		unsigned char byte = (unsigned char)text[i];
		uint32_t code_point;
		size_t used = byte < 0x80 ? 1 : utf8_decode(text + i, len - i, &code_point);
		if (used > 0 && byte >= 0x20 && byte != '"' && byte != '\\') {
			i += used;
			continue;
		}
		strbuf_add(out, text + done, i - done);
		if (used == 0)
			strbuf_adds(out, "\xEF\xBF\xBD");
		else
			add_escaped_byte(out, byte);
		done = ++i;
	}
	strbuf_add(out, text + done, len - done);
	strbuf_addc(out, '"');
}
