/* test_writer.c - whoever adds never waits, however long the terminal does. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "strbuf.h"
#include "writer.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

/* A terminal that is read only when the test lets it. */
struct terminal {
	struct strbuf seen;
	uv_sem_t entered, go_on;
	bool stalls;
	int status;
};

static int show(void *ctx, const char *bytes, size_t len)
{
	struct terminal *terminal = ctx;

	if (terminal->stalls) {
		uv_sem_post(&terminal->entered);
		uv_sem_wait(&terminal->go_on);
	}
	strbuf_add(&terminal->seen, bytes, len);
	return terminal->status;
}

static void terminal_init(struct terminal *terminal, bool stalls)
{
	*terminal = (struct terminal){ .stalls = stalls };
	strbuf_init(&terminal->seen);
	assert_int_equal(uv_sem_init(&terminal->entered, 0), 0);
	assert_int_equal(uv_sem_init(&terminal->go_on, 0), 0);
}

static void terminal_release(struct terminal *terminal)
{
	strbuf_release(&terminal->seen);
	uv_sem_destroy(&terminal->entered);
	uv_sem_destroy(&terminal->go_on);
}

static void writer__ended__has_written_everything_in_order(void **state)
{
	struct terminal terminal;
	struct writer *writer;

	(void)state;
	terminal_init(&terminal, false);
	writer = writer_create(show, &terminal);
	assert_non_null(writer);
	writer_line(writer, "one");
	writer_add(writer, "two ", 4);
	writer_line(writer, "three");
	assert_true(writer_end(writer, 60000));
	assert_string_equal(strbuf_text(&terminal.seen), "one\ntwo three\n");
	terminal_release(&terminal);
}

static void writer__stalled__keeps_last_frame_and_lines_before_it(void **state)
{
	struct terminal terminal;
	struct writer *writer;

	(void)state;
	terminal_init(&terminal, true);
	writer = writer_create(show, &terminal);
	assert_non_null(writer);
	writer_line(writer, "first");
	uv_sem_wait(&terminal.entered); /* the thread sits in the write */
	writer_frame(writer, "[10%]", 5);
	writer_frame(writer, "[20%]", 5);
	writer_line(writer, "second");
	assert_false(writer_end(writer, 0)); /* and the end does not wait for it */
	for (unsigned i = 0; i < 3; i++)
		uv_sem_post(&terminal.go_on);
	assert_true(writer_end(writer, 60000));
	assert_string_equal(strbuf_text(&terminal.seen), "first\nsecond\n[20%]");
	terminal_release(&terminal);
}

static void writer__queue_full__drops_whole_lines_and_says_so(void **state)
{
	struct terminal terminal;
	struct writer *writer;
	char line[1024];
	const char *seen;

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	terminal_init(&terminal, true);
	writer = writer_create(show, &terminal);
	assert_non_null(writer);
	writer_line(writer, "first");
	uv_sem_wait(&terminal.entered);
	for (unsigned i = 0; i < WRITER_QUEUE_BYTES / sizeof(line) + 5; i++)
		writer_line(writer, line);
	for (unsigned i = 0; i < 3; i++)
		uv_sem_post(&terminal.go_on);
	assert_true(writer_end(writer, 60000));
	seen = strbuf_text(&terminal.seen);
	assert_non_null(strstr(seen, "x\n(5 lines were dropped: the terminal was not read)\n"));
	assert_int_equal(terminal.seen.len,
			 6 + WRITER_QUEUE_BYTES +
				 strlen("(5 lines were dropped: the terminal was not read)\n"));
	terminal_release(&terminal);
}

static void writer__nobody_reads__ends_without_writing_more(void **state)
{
	struct terminal terminal;
	struct writer *writer;

	(void)state;
	terminal_init(&terminal, true);
	terminal.status = -1;
	writer = writer_create(show, &terminal);
	assert_non_null(writer);
	writer_line(writer, "first");
	uv_sem_wait(&terminal.entered);
	writer_line(writer, "second");
	uv_sem_post(&terminal.go_on);
	assert_true(writer_end(writer, 60000));
	assert_string_equal(strbuf_text(&terminal.seen), "first\n");
	terminal_release(&terminal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writer__ended__has_written_everything_in_order),
		cmocka_unit_test(writer__stalled__keeps_last_frame_and_lines_before_it),
		cmocka_unit_test(writer__queue_full__drops_whole_lines_and_says_so),
		cmocka_unit_test(writer__nobody_reads__ends_without_writing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
