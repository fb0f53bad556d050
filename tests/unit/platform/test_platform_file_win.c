/* test_platform_file_win.c - on Windows too reports appear whole or not at all, under any name,
 * whatever is in their place. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "platform_file.h"
#include "platform_files_open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

#define EURO "\xE2\x82\xAC"	/* in no code page of Western Europe's consoles */
#define FACE "\xF0\x9F\x98\x80" /* a pair of units in UTF-16 */

static char folder[MAX_PATH];
static char target[MAX_PATH + 32];

static const wchar_t *wide(const char *path)
{
	static wchar_t out[2][1024];
	static unsigned next;
	wchar_t *text = out[next++ % 2];

	assert_true(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, text, 1024) > 0);
	return text;
}

static int make_folder(void **state)
{
	wchar_t temporary[MAX_PATH], name[MAX_PATH];

	(void)state;
	if (!GetTempPathW(MAX_PATH, temporary) || !GetTempFileNameW(temporary, L"rds", 0, name) ||
	    !DeleteFileW(name) || !CreateDirectoryW(name, NULL))
		return -1;
	if (!WideCharToMultiByte(CP_UTF8, 0, name, -1, folder, sizeof(folder), NULL, NULL))
		return -1;
	(void)snprintf(target, sizeof(target), "%s\\r" EURO FACE ".json", folder);
	return 0;
}

static const char *inside(const char *name)
{
	static char path[2][MAX_PATH + 64];
	static unsigned next;
	char *out = path[next++ % 2];

	(void)snprintf(out, sizeof(path[0]), "%s\\%s", folder, name);
	return out;
}

/* Entries of the folder; each is removed. */
static unsigned empty_folder(void)
{
	WIN32_FIND_DATAW entry;
	HANDLE find = FindFirstFileW(wide(inside("*")), &entry);
	unsigned count = 0;

	assert_true(find != INVALID_HANDLE_VALUE);
	do {
		wchar_t path[2 * MAX_PATH];

		if (wcscmp(entry.cFileName, L".") == 0 || wcscmp(entry.cFileName, L"..") == 0)
			continue;
		count++;
		(void)swprintf(path, 2 * MAX_PATH, L"%ls\\%ls", wide(folder), entry.cFileName);
		(void)SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
		if (!DeleteFileW(path))
			(void)RemoveDirectoryW(path);
	} while (FindNextFileW(find, &entry));
	(void)FindClose(find);
	return count;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)empty_folder();
	return RemoveDirectoryW(wide(folder)) ? 0 : -1;
}

static void put(const char *path, const char *text)
{
	HANDLE file = CreateFileW(wide(path), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	DWORD done;

	assert_true(file != INVALID_HANDLE_VALUE);
	assert_true(WriteFile(file, text, (DWORD)strlen(text), &done, NULL));
	assert_true(CloseHandle(file));
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

static bool exists(const char *path)
{
	return GetFileAttributesW(wide(path)) != INVALID_FILE_ATTRIBUTES;
}

static void whole__committed__has_the_bytes_under_its_name(void **state)
{
	const char *why;
	struct file_whole *file = file_whole_create(target, false, &why);

	(void)state;
	assert_non_null(file);
	assert_int_equal(file_whole_write(file, "one\n", 4), 0);
	assert_false(exists(target)); /* not before it is whole */
	assert_int_equal(file_whole_write(file, "two\x1A\r\n", 6), 0);
	assert_int_equal(file_whole_commit(file, &why), 0);
	assert_true(exists(target));
	assert_holds(target, "one\ntwo\x1A\r\n");
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
	assert_string_equal(why, "file already exists");
	file = file_whole_create(target, true, &why);
	assert_non_null(file);
	assert_int_equal(file_whole_write(file, "new", 3), 0);
	assert_holds(target, "old");
	assert_int_equal(file_whole_commit(file, &why), 0);
	assert_holds(target, "new");
	assert_int_equal(empty_folder(), 1);
}

static void whole__long_name__fits(void **state)
{
	char name[300], path[2 * MAX_PATH];
	const char *why;
	struct file_whole *file;

	(void)state;
	memset(name, 'x', 240);
	strcpy(name + 240, ".json");
	(void)snprintf(path, sizeof(path), "%s\\%s", folder, name);
	file = file_whole_create(path, false, &why);
	assert_non_null(file);
	assert_int_equal(file_whole_write(file, "x", 1), 0);
	assert_int_equal(file_whole_commit(file, &why), 0);
	assert_holds(path, "x");
	(void)snprintf(path, sizeof(path), "\\\\?\\%s\\%s", folder, name);
	assert_true(DeleteFileW(wide(path)));
	assert_int_equal(empty_folder(), 0);
}

/* What ends the process at once must not leave temporary files behind. Here in a process of its
 * own, as nothing may be opened afterwards: the test's last one. */
static void end__file_half_written__is_gone(void **state)
{
	const char *why;
	struct file_whole *file = file_whole_create(target, false, &why);
	struct file_lines *lines = file_lines_open(inside("state"), &why);

	(void)state;
	assert_non_null(file);
	assert_non_null(lines);
	assert_int_equal(file_whole_write(file, "x", 1), 0);
	assert_int_equal(file_lines_append(lines, "kept\n", 5), 0);
	files_open_end();
	assert_false(exists(target));
	assert_true(exists(inside("state")));
	assert_int_equal(empty_folder(), 1);
}

static void target_check__what_is_there__decides(void **state)
{
	static const struct {
		const char *name;
		bool overwrite;
		const char *why; /* NULL: fine */
	} rows[] = {
		{ "new.json", false, NULL },
		{ "none\\report.json", false, "no such file or directory" },
		{ "", true, "illegal operation on a directory" },
		{ ".", true, "illegal operation on a directory" },
		{ "sub", true, "illegal operation on a directory" },
		{ "old.json", false, "file already exists" },
		{ "OLD.JSON", false, "file already exists" },
		{ "old.json", true, NULL },
		{ "readonly.json", true, "permission denied" },
		{ "old.json:stream", true, "is no regular file" },
		{ "a?b.json", false, "not a valid file name" },
		{ "\xC3.json", false, "not a valid file name" },
	};
	const char *why;

	(void)state;
	assert_true(CreateDirectoryW(wide(inside("sub")), NULL));
	put(inside("old.json"), "x");
	put(inside("readonly.json"), "x");
	assert_true(SetFileAttributesW(wide(inside("readonly.json")), FILE_ATTRIBUTE_READONLY));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status;

		why = NULL;
		status = file_target_check(inside(rows[i].name), rows[i].overwrite, &why);
		if (status != (rows[i].why ? -1 : 0) || (why && strcmp(why, rows[i].why) != 0))
			fail_msg("'%s': %d '%s'", rows[i].name, status, why ? why : "");
	}
	assert_int_equal(file_target_check("NUL", true, &why), -1);
	assert_string_equal(why, "is no regular file");
	assert_int_equal(file_target_check("", true, &why), -1);
	assert_int_equal(empty_folder(), 3);
}

static void same__other_spelling__is_the_same_file(void **state)
{
	char other[2 * MAX_PATH];

	(void)state;
	(void)snprintf(other, sizeof(other), "%s/./R" EURO FACE ".JSON", folder);
	assert_true(file_same(target, other)); /* neither exists */
	assert_false(file_same(target, inside("other.json")));
	put(target, "x");
	assert_true(file_same(target, other));
	assert_true(CreateHardLinkW(wide(inside("other.json")), wide(target), NULL));
	assert_true(file_same(target, inside("other.json")));
	assert_false(file_same(target, inside("third.json")));
	assert_int_equal(empty_folder(), 2);
}

static void lines__appended__stay_and_can_be_cut(void **state)
{
	const char *why;
	struct file_lines *lines = file_lines_open(target, &why), *again;

	(void)state;
	assert_non_null(lines);
	assert_int_equal(file_lines_append(lines, "one\n", 4), 0);
	assert_int_equal(file_lines_append(lines, "tw", 2), 0);
	assert_int_equal(file_lines_cut(lines, 4, &why), 0);
	/* Two that write to one file never write over each other. */
	again = file_lines_open(target, &why);
	assert_non_null(again);
	assert_int_equal(file_lines_append(again, "two\n", 4), 0);
	assert_int_equal(file_lines_append(lines, "three\n", 6), 0);
	file_lines_close(again);
	file_lines_close(lines);
	assert_holds(target, "one\ntwo\nthree\n");
	assert_int_equal(empty_folder(), 1);
}

static void read__folder_or_missing__is_an_error_with_a_reason(void **state)
{
	struct strbuf bytes;
	const char *why = NULL;

	(void)state;
	strbuf_init(&bytes);
	assert_int_equal(file_read(folder, &bytes, &why), -1);
	assert_string_equal(why, "illegal operation on a directory");
	assert_int_equal(file_read(target, &bytes, &why), -1);
	assert_string_equal(why, "no such file or directory");
	assert_int_equal(file_read("", &bytes, &why), -1);
	assert_null(file_source_open(target, &why));
	strbuf_release(&bytes);
}

static void source__read_in_pieces__gives_all(void **state)
{
	const char *why;
	struct file_source *source;
	char piece[4];

	(void)state;
	put(target, "ab\r\nef");
	source = file_source_open(target, &why);
	assert_non_null(source);
	assert_int_equal(file_source_read(source, piece, 4), 4);
	assert_memory_equal(piece, "ab\r\n", 4);
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
		TEST(whole__committed__has_the_bytes_under_its_name),
		TEST(whole__abandoned__leaves_nothing),
		TEST(whole__target_appears_meanwhile__stays_and_commit_fails),
		TEST(whole__overwrite__replaces_in_one_step),
		TEST(whole__long_name__fits),
		TEST(target_check__what_is_there__decides),
		TEST(same__other_spelling__is_the_same_file),
		TEST(lines__appended__stay_and_can_be_cut),
		TEST(read__folder_or_missing__is_an_error_with_a_reason),
		TEST(source__read_in_pieces__gives_all),
		TEST(end__file_half_written__is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
