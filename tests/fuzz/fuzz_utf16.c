/* fuzz_utf16.c - UTF-16 to UTF-8 and back, as names and files of Windows go; and folding. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "wts_text.h"

static bool is_high(uint16_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(uint16_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* What must come back: surrogates without their other half are U+FFFD. The number of those. */
static size_t mend(uint16_t *units, size_t count)
{
	size_t lone = 0;

	for (size_t i = 0; i < count; i++) {
		if (is_high(units[i]) && i + 1 < count && is_low(units[i + 1])) {
			i++;
		} else if (is_high(units[i]) || is_low(units[i])) {
			units[i] = 0xfffd;
			lone++;
		}
	}
	return lone;
}

/* `count` units without a zero, and one after them. */
static void check_names(const uint16_t *units, size_t count, const struct strbuf *utf8)
{
	char cut[SESSION_TEXT_SIZE];
	struct arena arena;
	size_t kept;

	arena_init(&arena);
	FUZZ_CHECK(strcmp(wts_text_keep(&arena, units), strbuf_text(utf8)) == 0);
	arena_release(&arena);
	FUZZ_CHECK(wts_text_len(units, count + 1) == count);
	wts_text_copy(cut, units, count);
	kept = strlen(cut);
	FUZZ_CHECK(utf8_valid(cut, kept, NULL));
	FUZZ_CHECK(memcmp(cut, strbuf_text(utf8), kept) == 0);
	FUZZ_CHECK(kept == utf8->len || kept + 4 >= SESSION_TEXT_SIZE);
}

static void check_back(const uint16_t *mended, size_t count, const struct strbuf *utf8)
{
	uint16_t *out = calloc(count + 1, sizeof(*out));

	FUZZ_CHECK(out);
	for (size_t cap = 1; cap <= count + 1; cap += 1 + cap / 4) {
		size_t got = wts_text_units(out, cap, strbuf_text(utf8));

		FUZZ_CHECK(got < cap && out[got] == 0);
		FUZZ_CHECK(memcmp(out, mended, got * sizeof(*out)) == 0);
		FUZZ_CHECK(got + 2 >= cap || got == count);
		FUZZ_CHECK(!got || !is_high(out[got - 1])); /* never half a pair */
	}
	FUZZ_CHECK(wts_text_units(out, count + 1, strbuf_text(utf8)) == count);
	free(out);
}

/* A file with a BOM is taken just where nothing had to be mended. */
static void check_file(const uint8_t *bytes, size_t count, size_t lone, const struct strbuf *utf8)
{
	char *file = malloc(2 + count * 2);
	struct strbuf text;
	const char *what = NULL;
	size_t offset = SIZE_MAX;
	int status;

	FUZZ_CHECK(file);
	memcpy(file, "\xff\xfe", 2);
	memcpy(file + 2, bytes, count * 2);
	strbuf_init(&text);
	status = text_from_file(&text, file, 2 + count * 2, &offset, &what);
	FUZZ_CHECK((status == 0) == (lone == 0));
	if (status == 0)
		FUZZ_CHECK(text.len == utf8->len &&
			   memcmp(strbuf_text(&text), strbuf_text(utf8), text.len) == 0);
	else
		FUZZ_CHECK(what && offset < 2 + count * 2 && text.len == 0);
	strbuf_release(&text);
	free(file);
}

static void check_folding(const struct strbuf *utf8)
{
	struct strbuf once, twice;

	strbuf_init(&once);
	strbuf_init(&twice);
	text_fold_add(&once, strbuf_text(utf8), utf8->len);
	text_fold_add(&twice, strbuf_text(&once), once.len);
	FUZZ_CHECK(utf8_valid(strbuf_text(&once), once.len, NULL));
	FUZZ_CHECK(strcmp(strbuf_text(&once), strbuf_text(&twice)) == 0);
	FUZZ_CHECK(text_fold_eq(strbuf_text(utf8), strbuf_text(&once)));
	strbuf_release(&once);
	strbuf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	size_t count = 0, lone;
	uint16_t *units = calloc(len / 2 + 1, sizeof(*units));
	struct strbuf utf8;

	FUZZ_CHECK(units);
	for (; count < len / 2; count++) {
		units[count] = (uint16_t)(bytes[count * 2] | bytes[count * 2 + 1] << 8);
		if (!units[count])
			break;
	}
	units[count] = 0;
	strbuf_init(&utf8);
	utf8_from_utf16(&utf8, units, count);
	FUZZ_CHECK(!utf8.failed && utf8_valid(strbuf_text(&utf8), utf8.len, NULL));
	check_names(units, count, &utf8);
	lone = mend(units, count);
	check_back(units, count, &utf8);
	check_file(bytes, count, lone, &utf8);
	check_folding(&utf8);
	strbuf_release(&utf8);
	free(units);
	return 0;
}
