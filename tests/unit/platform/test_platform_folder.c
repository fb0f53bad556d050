/* test_platform_folder.c - paths that stay valid, and the folder for state. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "platform_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static int make_root(void **state)
{
	(void)state;
	(void)snprintf(root, sizeof(root), "/tmp/rdsweep-folder-%ld-XXXXXX", (long)getpid());
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	static const char *const made[] = {
		"a/b/rdsweep",	     "a/b",	    "a",    "home/.local/state/rdsweep",
		"home/.local/state", "home/.local", "home", "file"
	};
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", root, made[i]);
		(void)remove(path);
	}
	return remove(root);
}

static void absolute__path__is_put_behind_the_folder_or_left(void **state)
{
	static const struct {
		const char *folder, *path, *wanted;
	} rows[] = {
		{ "/a", "b", "/a/b" },	    { "/a", "/b", "/b" },      { "/", "b", "/b" },
		{ "/a/", "b/c", "/a/b/c" }, { "/a", "./b", "/a/./b" }, { "/a", "../b", "/a/../b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf out;

		strbuf_init(&out);
		folder_absolute(&out, rows[i].folder, rows[i].path);
		assert_string_equal(strbuf_text(&out), rows[i].wanted);
		strbuf_release(&out);
	}
}

static void working__folder__is_absolute(void **state)
{
	struct strbuf out;
	const char *why;

	(void)state;
	strbuf_init(&out);
	assert_int_equal(folder_working(&out, &why), 0);
	assert_int_equal(strbuf_text(&out)[0], '/');
	strbuf_release(&out);
}

/* `variable` is set to a path below the root; where the folder then is. */
static void expect_state(const char *xdg, const char *home, const char *wanted)
{
	char path[128], expected[160];
	const char *why;
	struct strbuf out;
	struct stat about;

	(void)snprintf(path, sizeof(path), "%s/%s", root, home);
	assert_int_equal(setenv("HOME", path, 1), 0);
	assert_int_equal(setenv("XDG_STATE_HOME", xdg, 1), 0);
	(void)snprintf(expected, sizeof(expected), "%s/%s", root, wanted);
	for (int times = 0; times < 2; times++) { /* made, then found */
		strbuf_init(&out);
		assert_int_equal(folder_state(&out, &why), 0);
		assert_string_equal(strbuf_text(&out), expected);
		strbuf_release(&out);
	}
	assert_int_equal(stat(expected, &about), 0);
	assert_true(S_ISDIR(about.st_mode));
	assert_int_equal(about.st_mode & 07777, 0700);
}

static void state__folder__is_made_for_this_user_alone(void **state)
{
	char xdg[128];

	(void)state;
	(void)snprintf(xdg, sizeof(xdg), "%s/a/b", root);
	expect_state(xdg, "home", "a/b/rdsweep");
	expect_state("", "home", "home/.local/state/rdsweep");
	expect_state("not/absolute", "home", "home/.local/state/rdsweep");
}

static void state__something_in_the_way__is_an_error(void **state)
{
	char path[128];
	const char *why = NULL;
	struct strbuf out;
	FILE *file;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/file", root);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(setenv("XDG_STATE_HOME", path, 1), 0);
	strbuf_init(&out);
	assert_int_equal(folder_state(&out, &why), -1);
	assert_string_equal(why, "not a directory");
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absolute__path__is_put_behind_the_folder_or_left),
		cmocka_unit_test(working__folder__is_absolute),
		cmocka_unit_test(state__folder__is_made_for_this_user_alone),
		cmocka_unit_test(state__something_in_the_way__is_an_error),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
