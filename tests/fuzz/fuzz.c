/* fuzz.c - see fuzz.h. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

_Noreturn void fuzz_failed(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	(void)fflush(stderr);
	abort();
}

static bool obeyed(const char *at, size_t left)
{
	static const char *const bidi[] = {
		"\xD8\x9C",	/* U+061C */
		"\xE2\x80\x8E", /* U+200E */
		"\xE2\x80\x8F", "\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC",
		"\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA7",
		"\xE2\x81\xA8", "\xE2\x81\xA9", "\xEF\xBB\xBF", /* U+FEFF */
	};
	unsigned char byte = (unsigned char)at[0];

	if (byte < 0x20 || byte == 0x7f)
		return true;
	if (byte == 0xc2 && left > 1 && (unsigned char)at[1] < 0xa0) /* C1 */
		return true;
	for (size_t i = 0; i < sizeof(bidi) / sizeof(bidi[0]); i++)
		if (left >= strlen(bidi[i]) && memcmp(at, bidi[i], strlen(bidi[i])) == 0)
			return true;
	return false;
}

void fuzz_check_shown(const char *text, size_t len, bool lines)
{
	FUZZ_CHECK(utf8_valid(text, len, NULL));
	for (size_t i = 0; i < len; i++)
		FUZZ_CHECK((lines && text[i] == '\n') || !obeyed(text + i, len - i));
}

static char *copy(const void *bytes, size_t len)
{
	char *text = malloc(len + 1);

	FUZZ_CHECK(text);
	if (len)
		memcpy(text, bytes, len);
	text[len] = '\0';
	return text;
}

char *fuzz_text(const uint8_t *bytes, size_t len)
{
	return copy(bytes, len);
}

char *fuzz_first_line(const uint8_t **bytes, size_t *len)
{
	const uint8_t *end = *len ? memchr(*bytes, '\n', *len) : NULL;
	size_t line_len = end ? (size_t)(end - *bytes) : *len;
	char *line = copy(*bytes, line_len);

	*bytes += line_len + (end ? 1 : 0);
	*len -= line_len + (end ? 1 : 0);
	return line;
}

const char *fuzz_file(const char *path, size_t *ret_len)
{
	static char text[1u << 16];
	char full[1024];
	FILE *file;

	(void)snprintf(full, sizeof(full), "%s/%s", RDSWEEP_SOURCE_DIR, path);
	file = fopen(full, "rb");
	FUZZ_CHECK(file);
	*ret_len = fread(text, 1, sizeof(text) - 1, file);
	FUZZ_CHECK(*ret_len > 0 && *ret_len < sizeof(text) - 1);
	(void)fclose(file);
	text[*ret_len] = '\0';
	return text;
}
