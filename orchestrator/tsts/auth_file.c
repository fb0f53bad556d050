/* auth_file.c - see auth_file.h. Errors never quote what the file says. */
#include "auth_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

#define API			    SESSION_API_OPEN_SERVER_EX
#define WIN32_NO_SUCH_LOGON_SESSION 1312u
#define FILE_MOST		    4096

void auth_file_clear(struct auth_file *file)
{
	explicit_bzero(file, sizeof(*file));
}

static int check_file(int fd, const char *path, struct failure *reterr)
{
	struct stat stat;

	if (fstat(fd, &stat) != 0)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "cannot read auth file '%s': %s", path, strerror(errno));
	if (!S_ISREG(stat.st_mode))
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "auth file '%s' is not a plain file", path);
	if (stat.st_uid != geteuid() && stat.st_uid != 0)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "auth file '%s' belongs to somebody else", path);
	if (stat.st_mode & 077)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "auth file '%s' can be read by others: chmod 600 it", path);
	if (stat.st_size > FILE_MOST)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "auth file '%s' is larger than %d bytes", path, FILE_MOST);
	return 0;
}

/* The whole file into `text`, with a zero behind it. */
static int read_text(const char *path, char text[FILE_MOST + 1], struct failure *reterr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	size_t len = 0;
	ssize_t some = 1;

	if (fd < 0 && errno == ELOOP)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "auth file '%s' is a symbolic link", path);
	if (fd < 0)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "cannot read auth file '%s': %s", path, strerror(errno));
	if (check_file(fd, path, reterr) != 0) {
		(void)close(fd);
		return -1;
	}
	while (len < FILE_MOST && some > 0) {
		some = read(fd, text + len, FILE_MOST - len);
		len += some > 0 ? (size_t)some : 0;
	}
	(void)close(fd);
	text[len] = '\0';
	if (some < 0)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "cannot read auth file '%s'", path);
	if (!utf8_valid(text, len, NULL))
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "auth file '%s' is not UTF-8 text", path);
	return 0;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* `key = value`: blanks around the key and before the value do not count, nor a CR at the end. */
static bool take_line(struct auth_file *file, char *line, bool *ret_long)
{
	struct {
		const char *key;
		char *value;
	} fields[] = { { "username", file->user },
		       { "password", file->password },
		       { "domain", file->domain } };
	char *equals = strchr(line, '='), *value, *end;

	if (!equals)
		return false;
	for (end = equals; end > line && is_blank(end[-1]); end--)
		;
	*end = '\0';
	for (value = equals + 1; is_blank(*value); value++)
		;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcasecmp(line, fields[i].key) != 0)
			continue;
		*ret_long = strlen(value) >= AUTH_TEXT_SIZE;
		if (!*ret_long)
			strcpy(fields[i].value, value);
		return true;
	}
	return false;
}

static int take_lines(struct auth_file *file, char *text, const char *path, struct failure *reterr)
{
	static const char bom[] = "\xEF\xBB\xBF"; /* as Windows' editors write */
	bool has_bom = strncmp(text, bom, sizeof(bom) - 1) == 0;
	char *rest = has_bom ? text + sizeof(bom) - 1 : text;

	for (int number = 1; rest; number++) {
		char *line = rest, *end = strchr(rest, '\n');
		bool too_long = false;

		rest = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		if (*line && line[strlen(line) - 1] == '\r')
			line[strlen(line) - 1] = '\0';
		while (is_blank(*line))
			line++;
		if (!*line || *line == '#' || *line == ';')
			continue;
		if (!take_line(file, line, &too_long))
			return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
					   "%s:%d: expected 'username = ...', 'password = ...' or "
					   "'domain = ...'",
					   path, number);
		if (too_long)
			return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
					   "%s:%d: the value is longer than %d bytes", path, number,
					   AUTH_TEXT_SIZE - 1);
	}
	return 0;
}

/* `DOMAIN\user` in the user's name. */
static int split_user(struct auth_file *file, const char *path, struct failure *reterr)
{
	char *backslash = strchr(file->user, '\\');

	if (strchr(file->user, '@'))
		return failure_say(
			reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
			"auth file '%s': 'username' is a name without '@'; the domain has "
			"a line of its own",
			path);
	if (!backslash)
		return 0;
	if (file->domain[0])
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "auth file '%s' names a domain twice", path);
	memcpy(file->domain, file->user, (size_t)(backslash - file->user));
	file->domain[backslash - file->user] = '\0';
	memmove(file->user, backslash + 1, strlen(backslash + 1) + 1);
	return 0;
}

int auth_file_read(struct auth_file *ret, const char *path, struct failure *reterr)
{
	char text[FILE_MOST + 1];
	int result;

	memset(ret, 0, sizeof(*ret));
	result = read_text(path, text, reterr);
	if (result == 0)
		result = take_lines(ret, text, path, reterr);
	explicit_bzero(text, sizeof(text));
	if (result == 0)
		result = split_user(ret, path, reterr);
	if (result == 0 && !ret->user[0])
		result = failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				     "auth file '%s' has no 'username'", path);
	if (result == 0 && !ret->password[0])
		result = failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				     "auth file '%s' has no 'password'", path);
	return result;
}
