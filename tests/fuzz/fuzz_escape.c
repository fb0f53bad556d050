/* fuzz_escape.c - whatever a name holds, a terminal obeys nothing of it, and JSON stays JSON. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "json_read.h"
#include "json_write.h"
#include "text.h"

static void check_terminal(const char *text, size_t len)
{
	struct strbuf once, twice;

	strbuf_init(&once);
	strbuf_init(&twice);
	text_escape_add(&once, text, len);
	fuzz_check_shown(strbuf_text(&once), once.len, false);
	text_escape_add(&twice, strbuf_text(&once), once.len);
	FUZZ_CHECK(once.len == twice.len);
	FUZZ_CHECK(strcmp(strbuf_text(&once), strbuf_text(&twice)) == 0);
	strbuf_release(&once);
	strbuf_release(&twice);
}

/* Read back it is the same text, but for bytes that were no UTF-8. */
static void check_json(const char *text)
{
	struct json_reader *reader;
	struct strbuf json;

	strbuf_init(&json);
	json_add_string(&json, text);
	reader = json_reader_create_memory(strbuf_text(&json), json.len, 0);
	FUZZ_CHECK(reader && json_next(reader) == JSON_STRING);
	if (utf8_valid(text, strlen(text), NULL))
		FUZZ_CHECK(strcmp(json_text(reader), text) == 0);
	FUZZ_CHECK(json_next(reader) == JSON_END);
	json_reader_free(reader);
	for (size_t i = 0; i < json.len; i++)
		FUZZ_CHECK((unsigned char)json.data[i] >= 0x20);
	strbuf_release(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = fuzz_text(bytes, len);

	check_terminal(text, len); /* also past a NUL */
	check_json(text);
	free(text);
	return 0;
}
