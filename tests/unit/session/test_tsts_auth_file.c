#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth_file.h"

static char folder[] = "/tmp/rdsweep-auth-XXXXXX";
static char path[64], link_path[64];

static void put(const char *text, size_t len, mode_t mode)
{
	FILE *file;

	(void)unlink(path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void accepted(const char *text, const char *domain, const char *user, const char *password)
{
	struct failure failure = { .text = "" };
	struct auth_file file;

	put(text, strlen(text), 0600);
	if (auth_file_read(&file, path, &failure) != 0)
		fail_msg("%s", failure.text);
	assert_string_equal(file.domain, domain);
	assert_string_equal(file.user, user);
	assert_string_equal(file.password, password);
	auth_file_clear(&file);
	assert_int_equal(file.password[0], 0);
}

static void refused_at(const char *where, const char *wanted)
{
	struct failure failure = { .text = "" };
	struct auth_file file;

	assert_int_equal(auth_file_read(&file, where, &failure), -1);
	if (!strstr(failure.text, wanted))
		fail_msg("'%s' lacks '%s'", failure.text, wanted);
	assert_null(strstr(failure.text, "secret")); /* errors do not quote */
	assert_null(strchr(failure.text, '\n'));
	auth_file_clear(&file);
}

static void refused(const char *text, const char *wanted)
{
	put(text, strlen(text), 0600);
	refused_at(path, wanted);
}

static void read__good_files__are_taken(void **state)
{
	(void)state;
	accepted("username = admin\npassword = s e=c#r;et\ndomain = CORP\n", "CORP", "admin",
		 "s e=c#r;et");
	accepted("# comment\n\n; another\nUserName=admin\r\nPASSWORD=x \r\n", "", "admin", "x ");
	accepted("username=CORP\\admin\npassword=x", "CORP", "admin", "x");
	accepted("  domain =\tCORP\n password = p\xC3\xA4ss\nusername = a", "CORP", "a",
		 "p\xC3\xA4ss");
	accepted("\xEF\xBB\xBFusername = a\r\npassword = b\r\n", "", "a", "b");
}

static void read__bad_files__say_where(void **state)
{
	char text[5000];

	(void)state;
	refused("username = admin\nsecret\n", ":2: expected 'username = ...'");
	refused("username = admin\npasswort = secret\n", ":2: expected 'username = ...'");
	refused("password = secret\n", "has no 'username'");
	refused("username = admin\n", "has no 'password'");
	refused("username = admin\npassword =\n", "has no 'password'");
	refused("", "has no 'username'");
	refused("username = admin@corp.example\npassword = secret\n", "without '@'");
	refused("username = A\\b\ndomain = C\npassword = secret\n", "names a domain twice");
	refused("username = \xFF\npassword = secret\n", "is not UTF-8");
	put("username = a\0dmin\npassword = secret\n", 35, 0600);
	refused_at(path, "is not UTF-8");
	memset(text, 'x', sizeof(text));
	memcpy(text, "password = ", 11);
	text[700] = '\0';
	refused(text, ":1: the value is longer than 511 bytes");
	text[700] = 'x';
	text[4999] = '\0';
	refused(text, "is larger than 4096 bytes");
}

static void read__files_that_others_reach__are_refused(void **state)
{
	static const char text[] = "username = admin\npassword = secret\n";
	static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0610, 0666, 0644 };

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		put(text, sizeof(text) - 1, modes[i]);
		refused_at(path, "can be read by others: chmod 600 it");
	}
	put(text, sizeof(text) - 1, 0600);
	assert_int_equal(symlink(path, link_path), 0);
	refused_at(link_path, "is a symbolic link");
	assert_int_equal(unlink(link_path), 0);
	refused_at(folder, "is not a plain file");
	refused_at("/dev/null", "is not a plain file");
	refused_at("/nonexistent/file", "cannot read auth file '/nonexistent/file'");
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 12345, 12345), 0);
		refused_at(path, "belongs to somebody else");
	}
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/auth", folder);
	(void)snprintf(link_path, sizeof(link_path), "%s/link", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__good_files__are_taken),
		cmocka_unit_test(read__bad_files__say_where),
		cmocka_unit_test(read__files_that_others_reach__are_refused),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
