/* test_platform_journal.c - one process at a time, and a failure is never taken for success. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "platform_file.h"
#include "platform_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static char path[128];
static char other[128];

/* The linker turns write into __wrap_write and __real_write into write, and so on. */
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

/* What the next calls do instead: one entry each, 0 ends. A positive entry: only so many bytes are
 * taken; a negative one: -errno. */
static int script[8];
static unsigned script_at;
static unsigned syncs;

static int next_step(void)
{
	return script[script_at] ? script[script_at++] : 0;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
	int step = next_step();

	if (step < 0) {
		errno = -step;
		return -1;
	}
	return __real_write(fd, bytes, step && (size_t)step < len ? (size_t)step : len);
}

int __wrap_fdatasync(int fd)
{
	int step = next_step();

	syncs++;
	if (step < 0) {
		errno = -step;
		return -1;
	}
	return __real_fdatasync(fd);
}

static void play(int first, int second, int third)
{
	memset(script, 0, sizeof(script));
	script_at = 0;
	script[0] = first;
	script[1] = second;
	script[2] = third;
}

static int make_folder(void **state)
{
	(void)state;
	play(0, 0, 0);
	strcpy(folder, "/tmp/rdsweep-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/run.journal.jsonl", folder);
	(void)snprintf(other, sizeof(other), "%s/other", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(other);
	return rmdir(folder);
}

static struct file_journal *create(void)
{
	const char *what = "";
	struct file_journal *file = file_journal_create(path, &what);

	if (!file)
		fail_msg("%s", what);
	return file;
}

static void append(struct file_journal *file, const char *text)
{
	assert_int_equal(file_journal_append(file, text, strlen(text)), 0);
	assert_int_equal(file_journal_sync(file), 0);
}

static void assert_content(const char *expected)
{
	const char *what = "";
	struct strbuf found;

	strbuf_init(&found);
	assert_int_equal(file_read(path, &found, &what), 0);
	assert_string_equal(strbuf_text(&found), expected);
	strbuf_release(&found);
}

static void assert_cannot_open(const char *name, const char *expected)
{
	const char *what = "";

	assert_null(file_journal_open(name, &what));
	assert_string_equal(what, expected);
}

static void assert_cannot_create(const char *expected)
{
	const char *what = "";

	assert_null(file_journal_create(path, &what));
	assert_string_equal(what, expected);
}

static void create__new_name__private_and_appended_to(void **state)
{
	struct file_journal *file = create();
	struct stat about;

	(void)state;
	append(file, "one\n");
	append(file, "two\n");
	assert_int_equal(file_journal_append(file, "", 0), 0);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	file_journal_close(file);
	assert_content("one\ntwo\n");
	file_journal_close(NULL);
}

static void create__name_is_taken__refused_and_left_alone(void **state)
{
	(void)state;
	file_journal_close(create());
	assert_cannot_create("file already exists");
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(other, path), 0); /* to nowhere */
	assert_cannot_create("file already exists");
	assert_int_equal(access(other, F_OK), -1);
}

static void open__what_is_no_journal__refused(void **state)
{
	(void)state;
	assert_cannot_open(path, "no such file or directory");
	assert_cannot_open("/dev/full", "is no regular file");
	assert_cannot_open(folder, "illegal operation on a directory");
	file_journal_close(create());
	assert_int_equal(symlink(path, other), 0);
	assert_cannot_open(other, "is a symbolic link");
}

static void open__written_before__read_cut_and_continued(void **state)
{
	const char *what = "";
	struct file_journal *file = create();
	struct strbuf found;

	(void)state;
	append(file, "one\ntwo\nto");
	file_journal_close(file);
	file = file_journal_open(path, &what);
	assert_non_null(file);
	strbuf_init(&found);
	for (int i = 0; i < 2; i++) { /* from the start each time */
		strbuf_clear(&found);
		assert_int_equal(file_journal_read(file, &found, &what), 0);
		assert_string_equal(strbuf_text(&found), "one\ntwo\nto");
	}
	strbuf_release(&found);
	assert_int_equal(file_journal_cut(file, 8, &what), 0);
	append(file, "three\n");
	file_journal_close(file);
	assert_content("one\ntwo\nthree\n");
}

/* Waits for a byte, or the end, of a pipe. */
static void wait_for(int fd)
{
	char byte;

	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		continue;
}

/* A process that holds the journal until `go` is closed or it is killed. */
static pid_t hold(int ready[2], int go[2], bool end_at_once)
{
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		const char *what;
		struct file_journal *file = file_journal_open(path, &what);

		(void)close(go[1]);
		if (!file)
			_exit(9);
		(void)__real_write(ready[1], "r", 1);
		wait_for(go[0]);
		if (end_at_once)
			process_end_now(0);
		_exit(0);
	}
	assert_true(pid > 0);
	(void)close(ready[1]);
	(void)close(go[0]);
	wait_for(ready[0]);
	return pid;
}

static void open__held_by_another_process__refused_until_it_is_gone(void **state)
{
	static const bool killed[] = { true, false };
	const char *what = "";

	(void)state;
	file_journal_close(create());
	for (size_t i = 0; i < 2; i++) {
		struct file_journal *file;
		int ready[2], go[2], status;
		pid_t pid = hold(ready, go, !killed[i]);

		assert_cannot_open(path, "in use by another process");
		assert_cannot_create("file already exists");
		if (killed[i])
			assert_int_equal(kill(pid, SIGKILL), 0);
		(void)close(go[1]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(killed[i] ? WIFSIGNALED(status) : WEXITSTATUS(status) == 0, 1);
		(void)close(ready[0]);
		file = file_journal_open(path, &what);
		assert_non_null(file);
		file_journal_close(file);
	}
}

static void write__interrupted_or_short__goes_on(void **state)
{
	struct file_journal *file = create();

	(void)state;
	play(3, -EINTR, 1);
	assert_int_equal(file_journal_append(file, "one line\n", 9), 0);
	play(-EINTR, 0, 0);
	assert_int_equal(file_journal_sync(file), 0);
	play(-EINVAL, 0, 0); /* a file system that knows no flushing */
	assert_int_equal(file_journal_sync(file), 0);
	file_journal_close(file);
	assert_content("one line\n");
}

static void write__disk_full__fails_for_good(void **state)
{
	struct file_journal *file = create();

	(void)state;
	append(file, "one\n");
	play(2, -ENOSPC, 0);
	assert_int_equal(file_journal_append(file, "two\n", 4), -1);
	assert_string_equal(file_journal_error(file), "no space left on device");
	assert_int_equal(file_journal_append(file, "three\n", 6), -1);
	syncs = 0;
	assert_int_equal(file_journal_sync(file), -1);
	assert_int_equal(syncs, 0);
	file_journal_close(file);
	assert_content("one\ntw"); /* torn, and nothing behind it */
}

static void sync__disk_fails__fails_for_good(void **state)
{
	struct file_journal *file = create();

	(void)state;
	assert_int_equal(file_journal_append(file, "one\n", 4), 0);
	play(-EIO, 0, 0);
	assert_int_equal(file_journal_sync(file), -1);
	assert_string_equal(file_journal_error(file), "i/o error");
	assert_int_equal(file_journal_sync(file), -1);
	assert_int_equal(file_journal_append(file, "two\n", 4), -1);
	file_journal_close(file);
	assert_content("one\n");
}

static void remove_file(void)
{
	assert_int_equal(unlink(path), 0);
}

static void replace_file(void)
{
	int fd = open(other, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(rename(other, path), 0);
}

/* It still exists, but not where anybody would look. */
static void move_file(void)
{
	assert_int_equal(rename(path, other), 0);
}

static void hide_file(void)
{
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
}

static void append__file_is_gone__fails(void **state)
{
	void (*const ways[])(void) = { remove_file, replace_file, move_file, hide_file };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct file_journal *file = create();

		append(file, "one\n");
		ways[i]();
		assert_int_equal(file_journal_append(file, "two\n", 4), -1);
		assert_string_equal(file_journal_error(file), "the file has been removed");
		file_journal_close(file);
		(void)unlink(path);
		(void)unlink(other);

		file = create();
		assert_int_equal(file_journal_append(file, "one\n", 4), 0);
		ways[i]();
		assert_int_equal(file_journal_sync(file), -1);
		assert_string_equal(file_journal_error(file), "the file has been removed");
		file_journal_close(file);
		(void)unlink(path);
		(void)unlink(other);
	}
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(create__new_name__private_and_appended_to),
		EACH(create__name_is_taken__refused_and_left_alone),
		EACH(open__what_is_no_journal__refused),
		EACH(open__written_before__read_cut_and_continued),
		EACH(open__held_by_another_process__refused_until_it_is_gone),
		EACH(write__interrupted_or_short__goes_on),
		EACH(write__disk_full__fails_for_good),
		EACH(sync__disk_fails__fails_for_good),
		EACH(append__file_is_gone__fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
