#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "inv_testing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct inventory *inv_load(const char *source, const char *text, size_t len, const char *more)
{
	struct inventory *inv = inv_create();

	assert_non_null(inv);
	assert_int_equal(inv_add(inv, source, text, len), 0);
	if (more)
		assert_int_equal(inv_add(inv, "two", more, strlen(more)), 0);
	assert_int_equal(inv_finish(inv), 0);
	return inv;
}

void inv_render_errors(struct strbuf *out, const struct inventory *inv, size_t from)
{
	for (size_t i = from; i < inv_error_count(inv); i++) {
		inv_error_format(out, inv_error_at(inv, i));
		strbuf_adds(out, "\n");
	}
}

static void render_host(struct strbuf *out, const struct inventory *inv,
			const struct inv_host *host)
{
	strbuf_adds(out, host->name);
	if (strcmp(host->address, host->name) != 0)
		strbuf_addf(out, " address=%s", host->address);
	if (host->probe_port != INV_PROBE_PORT_DEFAULT)
		strbuf_addf(out, " probe_port=%u", (unsigned)host->probe_port);
	if (host->call_timeout_ms != -1)
		strbuf_addf(out, " call_timeout=%" PRId64, host->call_timeout_ms);
	for (size_t i = 0; i < host->protect_count; i++)
		strbuf_addf(out, "%s%s", i ? "," : " protect=", host->protect[i]);
	for (size_t i = 0; i < host->group_count; i++)
		strbuf_addf(out, "%s%s",
			    i ? "," : " groups=", inv_group_at(inv, host->groups[i])->name);
	strbuf_adds(out, "\n");
}

void inv_render(struct strbuf *out, const struct inventory *inv)
{
	inv_render_errors(out, inv, 0);
	for (size_t i = 0; inv_error_count(inv) == 0 && i < inv_host_count(inv); i++)
		render_host(out, inv, inv_host_at(inv, i));
	for (size_t i = 0; i < inv_note_count(inv); i++) {
		const struct inv_note *note = inv_note_at(inv, i);

		strbuf_addf(out, "note %s:%d: %s\n", note->source, note->line, note->message);
	}
}

static void row_run(void **state)
{
	const struct inv_row *row = *state;
	size_t len = row->len ? row->len : strlen(row->text);
	struct inventory *inv =
		inv_load(row->source ? row->source : "in", row->text, len, row->more);
	struct strbuf out;

	strbuf_init(&out);
	inv_render(&out, inv);
	assert_string_equal(strbuf_text(&out), row->expect);
	strbuf_release(&out);
	inv_free(inv);
}

int inv_rows_run(const char *group, const struct inv_row *rows, size_t count)
{
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	int failed;

	if (!tests)
		return 1;
	for (size_t i = 0; i < count; i++) {
		struct inv_row *row = malloc(sizeof(*row));

		if (!row)
			return 1;
		*row = rows[i];
		tests[i] = (struct CMUnitTest){ .name = row->name,
						.test_func = row_run,
						.initial_state = row };
	}
	failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		free(tests[i].initial_state);
	free(tests);
	return failed;
}

void inv_read_path(struct strbuf *out, const char *path)
{
	FILE *file = fopen(path, "rb");
	char bytes[4096];
	size_t len;

	if (!file)
		fail_msg("%s cannot be opened", path);
	while ((len = fread(bytes, 1, sizeof(bytes), file)) > 0)
		strbuf_add(out, bytes, len);
	fclose(file);
}
