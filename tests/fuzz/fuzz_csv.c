/*
 * fuzz_csv.c - what is written is read back cell by cell, and no cell of a stranger's is a
 * formula.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "csv.h"

/* Writes a record's cells and reads them back. */
static void check_written(const struct csv_field *fields, size_t count, bool as_text)
{
	const struct csv_field *again;
	struct csv_reader *reader;
	size_t again_count;
	struct strbuf out;

	strbuf_init(&out);
	for (size_t i = 0; i < count; i++) {
		strbuf_adds(&out, i ? "," : "");
		if (as_text)
			csv_add_text(&out, fields[i].text);
		else
			csv_add(&out, fields[i].text);
	}
	strbuf_adds(&out, CSV_EOL);
	reader = csv_reader_create(strbuf_text(&out), out.len);
	FUZZ_CHECK(reader);
	if (count == 1 && !fields[0].len) {
		FUZZ_CHECK(csv_next(reader, &again, &again_count) == 0); /* an empty line */
	} else {
		FUZZ_CHECK(csv_next(reader, &again, &again_count) == 1);
		FUZZ_CHECK(again_count == count);
		for (size_t i = 0; i < count; i++) {
			bool disarmed = as_text && strcmp(again[i].text, fields[i].text) != 0;

			FUZZ_CHECK(strcmp(again[i].text + disarmed, fields[i].text) == 0);
			FUZZ_CHECK(!disarmed || again[i].text[0] == '\'');
			if (as_text)
				FUZZ_CHECK(!*again[i].text || !strchr("=+-@\t\r", *again[i].text));
		}
		FUZZ_CHECK(csv_next(reader, &again, &again_count) == 0);
	}
	csv_reader_free(reader);
	strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct csv_reader *reader = csv_reader_create((const char *)bytes, len);
	const struct csv_field *fields;
	int status, line = 0, column = 0;
	size_t count;

	FUZZ_CHECK(reader);
	while ((status = csv_next(reader, &fields, &count)) == 1) {
		FUZZ_CHECK(count >= 1);
		for (size_t i = 0; i < count; i++) {
			FUZZ_CHECK(strlen(fields[i].text) == fields[i].len);
			FUZZ_CHECK(fields[i].line > line ||
				   (fields[i].line == line && fields[i].column > column));
			line = fields[i].line;
			column = fields[i].column;
		}
		check_written(fields, count, false);
		check_written(fields, count, true);
	}
	if (status < 0) {
		FUZZ_CHECK(csv_error_line(reader) >= 1 && csv_error_column(reader) >= 1);
		FUZZ_CHECK(*csv_error_text(reader));
		FUZZ_CHECK(csv_next(reader, &fields, &count) == -1);
	}
	csv_reader_free(reader);
	return 0;
}
