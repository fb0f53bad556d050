/* platform_process_posix.c - see platform_process.h. */
#include "platform_process.h"

#include "platform_files_open.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <uv.h>

#include "utc.h"

void process_prepare(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	int fd;

	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore,
			NULL); /* a report over the size limit fails like a full disk */
	/* No file of ours may take the place of a standard stream that is closed. What is written to one still fails, as the
	 * stand-in is only to be read. */
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		(void)close(fd);
}

int process_arguments(int argc, char **argv, char ***ret_argv)
{
	char **copy = calloc((size_t)argc + 1, sizeof(*copy));

	if (!copy)
		return -1;
	memcpy(copy, argv, (size_t)argc * sizeof(*copy));
	*ret_argv = copy;
	return 0;
}

void process_arguments_free(char **argv)
{
	free(argv);
}

void process_machine(struct strbuf *out)
{
	char name[UV_MAXHOSTNAMESIZE];
	size_t size = sizeof(name);

	if (uv_os_gethostname(name, &size) == 0)
		strbuf_adds(out, name);
}

void process_operator(struct strbuf *out)
{
	uv_passwd_t account;

	if (uv_os_get_passwd(&account) < 0)
		return;
	if (account.username)
		strbuf_adds(out, account.username);
	uv_os_free_passwd(&account);
}

unsigned process_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 256;
	if (limit.rlim_cur < limit.rlim_max) {
		struct rlimit raised = { limit.rlim_max, limit.rlim_max };

		if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
			limit = raised;
	}
	return limit.rlim_cur > UINT_MAX ? UINT_MAX : (unsigned)limit.rlim_cur;
}

int process_set_env(const char *name, const char *value)
{
	return setenv(name, value, 1);
}

const char *process_env(const char *name)
{
	return getenv(name);
}

bool process_ignores(int signal)
{
	struct sigaction now;

	return sigaction(signal, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void process_ignore_stops(void)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		(void)sigaction(stops[i], &ignore, NULL);
}

int64_t process_wall_ms(void)
{
	struct timespec now;

	if (timespec_get(&now, TIME_UTC) != TIME_UTC)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t process_local_offset_ms(int64_t utc_ms)
{
	time_t at = (time_t)(utc_ms / 1000);
	char text[UTC_TEXT_SIZE];
	int64_t shown_ms;
	struct tm local;

	/* Read back as if it were UTC: the difference is what was looked for. */
	if (!localtime_r(&at, &local) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &local) ||
	    utc_parse(text, &shown_ms) < 0)
		return 0;
	return shown_ms - (int64_t)at * 1000;
}

void process_end_now(int exit_code)
{
	files_open_end();
	_exit(exit_code);
}
