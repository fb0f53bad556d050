#include "html_text.h"

#include <string.h>

#include "json_write.h"
#include "text.h"

static const char *entity_of(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_add_text(struct strbuf *out, const char *text)
{
	struct strbuf escaped;

	strbuf_init(&escaped);
	text_escape_add(&escaped, text, strlen(text));
	for (size_t i = 0; i < escaped.len; i++) {
		const char *entity = entity_of(escaped.data[i]);

		if (entity)
			strbuf_adds(out, entity);
		else
			strbuf_addc(out, escaped.data[i]);
	}
	out->failed |= escaped.failed;
	strbuf_release(&escaped);
}

/* `<` and `>` stand in no JSON syntax, so that those found are inside of strings. */
void html_add_json(struct strbuf *out, const char *text)
{
	struct strbuf escaped, json;

	strbuf_init(&escaped);
	strbuf_init(&json);
	text_escape_add(&escaped, text, strlen(text));
	json_add_string(&json, strbuf_text(&escaped));
	for (size_t i = 0; i < json.len; i++) {
		char byte = json.data[i];

		if (byte == '<' || byte == '>' || byte == '&')
			strbuf_addf(out, "\\u%04x", (unsigned)byte);
		else
			strbuf_addc(out, byte);
	}
	out->failed |= escaped.failed || json.failed;
	strbuf_release(&json);
	strbuf_release(&escaped);
}
