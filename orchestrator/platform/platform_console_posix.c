/* platform_console_posix.c - see platform_console.h. */
#include "platform_console.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <uv.h>

static int descriptor(enum console_stream stream)
{
	return stream == CONSOLE_IN    ? STDIN_FILENO
	       : stream == CONSOLE_OUT ? STDOUT_FILENO
				       : STDERR_FILENO;
}

bool console_is_terminal(enum console_stream stream)
{
	return isatty(descriptor(stream)) == 1;
}

int console_width(enum console_stream stream)
{
	struct winsize size;

	if (ioctl(descriptor(stream), TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

int console_height(enum console_stream stream)
{
	struct winsize size;

	if (ioctl(descriptor(stream), TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_row;
}

bool console_takes_escapes(enum console_stream stream)
{
	const char *term = getenv("TERM");

	return console_is_terminal(stream) && term && *term && strcmp(term, "dumb") != 0;
}

bool console_is_foreground(enum console_stream stream)
{
	pid_t group = tcgetpgrp(descriptor(stream));

	return group < 0 || group == getpgrp();
}

int console_write(enum console_stream stream, const char *bytes, size_t len,
		  const char **reterr_what)
{
	int fd = descriptor(stream);

	while (len) {
		ssize_t done = write(fd, bytes, len);

		if (done >= 0) {
			bytes += done;
			len -= (size_t)done;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			/* Someone who shares the stream made it non-blocking. */
			struct pollfd ready = { .fd = fd, .events = POLLOUT };

			(void)poll(&ready, 1, -1);
		} else if (errno != EINTR) {
			if (reterr_what)
				*reterr_what = uv_strerror(uv_translate_sys_error(errno));
			return -1;
		}
	}
	return 0;
}
