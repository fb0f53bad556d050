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

#define BEGIN "\x1b[?2026h\r"
#define END   "\x1b[?2026l"
#define K     "\x1b[K"
#define J     "\x1b[J"
#define GONE  "\x1b[2K\x1b[B" /* one row, and on to the next */
#define UP(n) "\x1b[" #n "A"

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
	writer_frame(writer, "[10%]\n", 6, 80);
	writer_frame(writer, "[20%]\n", 6, 80);
	writer_line(writer, "second");
	assert_false(writer_end(writer, 0)); /* and the end does not wait for it */
	for (unsigned i = 0; i < 3; i++)
		uv_sem_post(&terminal.go_on);
	assert_true(writer_end(writer, 60000));
	assert_string_equal(strbuf_text(&terminal.seen),
			    "first\n" BEGIN "second" K "\n[20%]" K "\n" END);
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

static void show_frame(struct writer *writer, const char *text, size_t columns)
{
	writer_frame(writer, text, strlen(text), columns);
	assert_true(writer_settle(writer, 60000));
}

/* What came since the last look. */
static void assert_seen(struct terminal *terminal, const char *wanted)
{
	assert_string_equal(strbuf_text(&terminal->seen), wanted);
	strbuf_clear(&terminal->seen);
}

static void writer__frames__replace_each_other_and_stay_below_lines(void **state)
{
	struct terminal terminal;
	struct writer *writer;

	(void)state;
	terminal_init(&terminal, false);
	writer = writer_create(show, &terminal);
	assert_non_null(writer);
	show_frame(writer, "a\nb\n", 80);
	assert_seen(&terminal, BEGIN "a" K "\nb" K "\n" END);
	show_frame(writer, "c\n", 80);
	assert_seen(&terminal, BEGIN UP(2) "c" K "\n" J END);
	writer_line(writer, "warning");
	assert_true(writer_settle(writer, 60000));
	assert_seen(&terminal, BEGIN UP(1) "warning" K "\nc" K "\n" J END);
	show_frame(writer, "", 80);
	assert_seen(&terminal, BEGIN UP(1) GONE UP(1) END);
	writer_line(writer, "plain");
	assert_true(writer_settle(writer, 60000));
	assert_seen(&terminal, "plain\n");
	assert_true(writer_end(writer, 60000));
	terminal_release(&terminal);
}

static void writer__question__takes_the_place_of_the_frame(void **state)
{
	struct terminal terminal;
	struct writer *writer;

	(void)state;
	terminal_init(&terminal, false);
	writer = writer_create(show, &terminal);
	assert_non_null(writer);
	show_frame(writer, "a\nb\n", 80);
	strbuf_clear(&terminal.seen);
	writer_add(writer, "sure? ", 6);
	assert_true(writer_settle(writer, 60000));
	assert_seen(&terminal, BEGIN UP(2) GONE GONE UP(2) "sure? " K END);
	show_frame(writer, "c\n", 80); /* after the answer: begins where the cursor is */
	assert_seen(&terminal, BEGIN "c" K "\n" END);
	assert_true(writer_end(writer, 60000));
	terminal_release(&terminal);
}

/* Lines of 20 columns take two rows each where only 15 are left; colours take none. */
static void writer__narrower_terminal__clears_all_rows_of_the_old_frame(void **state)
{
	struct terminal terminal;
	struct writer *writer;

	(void)state;
	terminal_init(&terminal, false);
	writer = writer_create(show, &terminal);
	assert_non_null(writer);
	show_frame(writer,
		   "\x1b[31m12345678901234567890\x1b["
		   "0m\nshort\n\xe5\xb1\xb1\xe5\xb1\xb1\xe5\xb1\xb1\xe5\xb1\xb1\n",
		   80);
	strbuf_clear(&terminal.seen);
	show_frame(writer, "x\n", 7); /* 3 + 1 + 2 rows */
	assert_seen(&terminal, BEGIN UP(6) GONE GONE GONE GONE GONE GONE UP(6) "x" K "\n" J END);
	assert_true(writer_end(writer, 60000));
	terminal_release(&terminal);
}

static void writer__forgotten_frame__is_left_where_it_is(void **state)
{
	struct terminal terminal;
	struct writer *writer;

	(void)state;
	terminal_init(&terminal, false);
	writer = writer_create(show, &terminal);
	assert_non_null(writer);
	show_frame(writer, "a\n", 80);
	strbuf_clear(&terminal.seen);
	writer_frame_forget(writer);
	show_frame(writer, "b\n", 80);
	assert_seen(&terminal, BEGIN "b" K "\n" END);
	assert_true(writer_end(writer, 60000));
	terminal_release(&terminal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writer__ended__has_written_everything_in_order),
		cmocka_unit_test(writer__stalled__keeps_last_frame_and_lines_before_it),
		cmocka_unit_test(writer__queue_full__drops_whole_lines_and_says_so),
		cmocka_unit_test(writer__nobody_reads__ends_without_writing_more),
		cmocka_unit_test(writer__frames__replace_each_other_and_stay_below_lines),
		cmocka_unit_test(writer__question__takes_the_place_of_the_frame),
		cmocka_unit_test(writer__narrower_terminal__clears_all_rows_of_the_old_frame),
		cmocka_unit_test(writer__forgotten_frame__is_left_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
