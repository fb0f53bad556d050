/* test_platform_file.c - reports appear whole or not at all, whatever is in their place. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "platform_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static char target[128];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/rdsweep-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(target, sizeof(target), "%s/report.json", folder);
	return 0;
}

static const char *inside(const char *name)
{
	static char path[2][512];
	static unsigned next;
	char *out = path[next++ % 2];

	(void)snprintf(out, sizeof(path[0]), "%s/%s", folder, name);
	return out;
}

/* Entries of the folder; each is removed. */
static unsigned empty_folder(void)
{
	DIR *dir = opendir(folder);
	unsigned count = 0;
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		count++;
		if (unlink(inside(entry->d_name)) < 0)
			(void)rmdir(inside(entry->d_name));
	}
	(void)closedir(dir);
	return count;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)empty_folder();
	return rmdir(folder);
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *text)
{
	struct strbuf bytes;
	const char *why;

	strbuf_init(&bytes);
	assert_int_equal(file_read(path, &bytes, &why), 0);
	assert_string_equal(strbuf_text(&bytes), text);
	strbuf_release(&bytes);
}

static void whole__committed__has_bytes_and_private_mode(void **state)
{
	const char *why;
	struct file_whole *file = file_whole_create(target, false, &why);
	struct stat about;

	(void)state;
	assert_non_null(file);
	assert_int_equal(file_whole_write(file, "one ", 4), 0);
	assert_int_equal(access(target, F_OK), -1); /* not before it is whole */
	assert_int_equal(file_whole_write(file, "two", 3), 0);
	assert_int_equal(file_whole_commit(file, &why), 0);
	assert_holds(target, "one two");
	assert_int_equal(stat(target, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	assert_int_equal(empty_folder(), 1);
}

static void whole__abandoned__leaves_nothing(void **state)
{
	const char *why;
	struct file_whole *file = file_whole_create(target, false, &why);

	(void)state;
	assert_non_null(file);
	assert_int_equal(file_whole_write(file, "x", 1), 0);
	file_whole_abandon(file);
	assert_int_equal(empty_folder(), 0);
}

static void whole__target_appears_meanwhile__stays_and_commit_fails(void **state)
{
	const char *why;
	struct file_whole *file = file_whole_create(target, false, &why);

	(void)state;
	assert_non_null(file);
	assert_int_equal(file_whole_write(file, "mine", 4), 0);
	put(target, "theirs");
	assert_int_equal(file_whole_commit(file, &why), -1);
	assert_string_equal(why, "file already exists");
	assert_holds(target, "theirs");
	assert_int_equal(empty_folder(), 1);
}

static void whole__overwrite__replaces_in_one_step(void **state)
{
	const char *why;
	struct file_whole *file;

	(void)state;
	put(target, "old");
	assert_null(file_whole_create(target, false, &why));
	file = file_whole_create(target, true, &why);
	assert_non_null(file);
	assert_int_equal(file_whole_write(file, "new", 3), 0);
	assert_holds(target, "old");
	assert_int_equal(file_whole_commit(file, &why), 0);
	assert_holds(target, "new");
	assert_int_equal(empty_folder(), 1);
}

static void whole__symbolic_link__is_never_followed(void **state)
{
	const char *why;
	struct file_whole *file;
	struct stat about;

	(void)state;
	put(inside("precious"), "precious");
	assert_int_equal(symlink(inside("precious"), target), 0);
	assert_null(file_whole_create(target, false, &why));
	file = file_whole_create(target, true, &why);
	assert_non_null(file);
	assert_int_equal(file_whole_write(file, "new", 3), 0);
	assert_int_equal(file_whole_commit(file, &why), 0);
	assert_int_equal(lstat(target, &about), 0);
	assert_true(S_ISREG(about.st_mode));
	assert_holds(inside("precious"), "precious");
	assert_int_equal(empty_folder(), 2);
}

static void whole__dangling_link__counts_as_existing(void **state)
{
	const char *why;

	(void)state;
	assert_int_equal(symlink(inside("nowhere"), target), 0);
	assert_int_equal(file_target_check(target, false, &why), -1);
	assert_string_equal(why, "file already exists");
	assert_int_equal(empty_folder(), 1);
}

static void target_check__what_is_there__decides(void **state)
{
	const char *why;

	(void)state;
	assert_int_equal(file_target_check(target, false, &why), 0);
	assert_int_equal(file_target_check(inside("none/report.json"), false, &why), -1);
	assert_int_equal(file_target_check(folder, true, &why), -1);
	assert_int_equal(file_target_check(inside(""), true, &why), -1);
	put(target, "x");
	assert_int_equal(file_target_check(target, false, &why), -1);
	assert_int_equal(file_target_check(target, true, &why), 0);
	assert_int_equal(file_target_check("/dev/null", true, &why), -1);
	assert_int_equal(empty_folder(), 1);
}

static void same__other_spelling__is_the_same_file(void **state)
{
	char other[160];

	(void)state;
	(void)snprintf(other, sizeof(other), "%s/./report.json", folder);
	assert_true(file_same(target, other)); /* neither exists */
	assert_false(file_same(target, inside("other.json")));
	put(target, "x");
	assert_true(file_same(target, other));
	assert_int_equal(link(target, inside("other.json")), 0);
	assert_true(file_same(target, inside("other.json")));
	assert_int_equal(empty_folder(), 2);
}

static void lines__appended__stay_and_can_be_cut(void **state)
{
	const char *why;
	struct file_lines *lines = file_lines_open(target, &why);
	struct stat about;

	(void)state;
	assert_non_null(lines);
	assert_int_equal(file_lines_append(lines, "one\n", 4), 0);
	assert_int_equal(file_lines_append(lines, "tw", 2), 0);
	assert_int_equal(file_lines_cut(lines, 4, &why), 0);
	file_lines_close(lines);
	lines = file_lines_open(target, &why);
	assert_non_null(lines);
	assert_int_equal(file_lines_append(lines, "three\n", 6), 0);
	file_lines_close(lines);
	assert_holds(target, "one\nthree\n");
	assert_int_equal(stat(target, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	assert_int_equal(empty_folder(), 1);
}

static void assert_no_lines(const char *path, const char *expected)
{
	const char *why = NULL;

	assert_null(file_lines_open(path, &why));
	assert_string_equal(why, expected);
}

static void lines__no_file_of_ours__refused(void **state)
{
	struct stat about;

	(void)state;
	put(inside("victim"), "x");
	assert_int_equal(symlink(inside("victim"), target), 0);
	assert_no_lines(target, "is a symbolic link");
	assert_int_equal(unlink(target), 0);
	assert_int_equal(symlink(inside("nowhere"), target), 0);
	assert_no_lines(target, "is a symbolic link");
	assert_int_equal(lstat(inside("nowhere"), &about), -1);
	assert_holds(inside("victim"), "x");
	assert_int_equal(mkfifo(inside("fifo"), 0600), 0);
	assert_no_lines(inside("fifo"), "is no regular file"); /* and nobody is waited for */
	assert_no_lines("/dev/null", "is no regular file");
	assert_no_lines(folder, "illegal operation on a directory");
	assert_int_equal(empty_folder(), 3);
}

static void files__no_umask__nobody_else_may_read_them(void **state)
{
	mode_t before = umask(0);
	const char *why;
	struct file_lines *lines = file_lines_open(inside("lines"), &why);
	struct file_journal *journal = file_journal_create(inside("journal"), &why);
	struct file_whole *whole = file_whole_create(target, false, &why);
	static const char *const names[] = { "lines", "journal", "report.json" };
	struct stat about;

	(void)state;
	(void)umask(before);
	assert_true(lines && journal && whole);
	file_lines_close(lines);
	file_journal_close(journal);
	assert_int_equal(file_whole_commit(whole, &why), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(stat(inside(names[i]), &about), 0);
		assert_int_equal(about.st_mode & 07777, 0600);
	}
	assert_int_equal(empty_folder(), 3);
}

static void read__folder_or_missing__is_an_error_with_a_reason(void **state)
{
	struct strbuf bytes;
	const char *why = NULL;

	(void)state;
	strbuf_init(&bytes);
	assert_int_equal(file_read(folder, &bytes, &why), -1);
	assert_non_null(why);
	assert_int_equal(file_read(target, &bytes, &why), -1);
	assert_string_equal(why, "no such file or directory");
	assert_null(file_source_open(target, &why));
	strbuf_release(&bytes);
}

static void source__read_in_pieces__gives_all(void **state)
{
	const char *why;
	struct file_source *source;
	char piece[4];

	(void)state;
	put(target, "abcdef");
	source = file_source_open(target, &why);
	assert_non_null(source);
	assert_int_equal(file_source_read(source, piece, 4), 4);
	assert_int_equal(file_source_read(source, piece, 4), 2);
	assert_memory_equal(piece, "ef", 2);
	assert_int_equal(file_source_read(source, piece, 4), 0);
	assert_null(file_source_error(source));
	file_source_close(source);
	assert_int_equal(empty_folder(), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whole__committed__has_bytes_and_private_mode),
		TEST(whole__abandoned__leaves_nothing),
		TEST(whole__target_appears_meanwhile__stays_and_commit_fails),
		TEST(whole__overwrite__replaces_in_one_step),
		TEST(whole__symbolic_link__is_never_followed),
		TEST(whole__dangling_link__counts_as_existing),
		TEST(target_check__what_is_there__decides),
		TEST(same__other_spelling__is_the_same_file),
		TEST(lines__appended__stay_and_can_be_cut),
		TEST(lines__no_file_of_ours__refused),
		TEST(files__no_umask__nobody_else_may_read_them),
		TEST(read__folder_or_missing__is_an_error_with_a_reason),
		TEST(source__read_in_pieces__gives_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
