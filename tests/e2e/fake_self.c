/*
 * fake_self.c - stands in for orchestrator/self/: a session that ends when a test says so.
 *
 * RDSWEEP_FAKE_GUARD  a FIFO to read lines from: `query` (the session wants to end), `end` (it
 * ends) RDSWEEP_FAKE_LOG    a file that says what was answered and asked for, a line each
 * RDSWEEP_FAKE_ERROR  the code that self_logoff() fails with RDSWEEP_FAKE_FINAL  set: a closed
 * terminal is the end, as on Windows
 */
#include "guard.h"
#include "self_logoff.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

struct guard {
	struct guard_listener listener;
	uv_thread_t thread;
	int fifo;
};

static void note(const char *format, ...)
{
	const char *path = getenv("RDSWEEP_FAKE_LOG");
	FILE *file = path ? fopen(path, "a") : NULL;
	va_list args;

	if (!file)
		return;
	va_start(args, format);
	(void)vfprintf(file, format, args);
	va_end(args);
	(void)fclose(file);
}

/* One line of at most `cap` - 1 bytes, without its end. */
static void read_line(int fifo, char *line, size_t cap)
{
	size_t len = 0;

	while (len + 1 < cap && read(fifo, line + len, 1) == 1 && line[len] != '\n')
		len++;
	line[len] = '\0';
}

static void run(void *ctx)
{
	struct guard *guard = ctx;
	char reason[GUARD_REASON_SIZE], line[16];

	for (;;) {
		read_line(guard->fifo, line, sizeof(line));
		if (strcmp(line, "query") == 0) {
			bool agrees = guard->listener.query(guard->listener.ctx, reason);

			note(agrees ? "agreed\n" : "objected: %s\n", reason);
		} else if (strcmp(line, "end") == 0) {
			guard->listener.end(guard->listener.ctx);
			note("ended\n");
		} else {
			return;
		}
	}
}

int guard_open(const struct guard_listener *listener, struct guard **ret_guard,
	       uint32_t *reterr_code)
{
	const char *path = getenv("RDSWEEP_FAKE_GUARD");
	struct guard *guard = path ? calloc(1, sizeof(*guard)) : NULL;

	*reterr_code = 1400;
	if (!guard)
		return -1;
	guard->listener = *listener;
	guard->fifo = open(path, O_RDWR);
	if (guard->fifo < 0 || uv_thread_create(&guard->thread, run, guard) < 0)
		abort();
	note("guarding\n");
	*ret_guard = guard;
	return 0;
}

void guard_close(struct guard *guard)
{
	if (!guard)
		return;
	if (write(guard->fifo, "close\n", 6) != 6)
		abort();
	(void)uv_thread_join(&guard->thread);
	(void)close(guard->fifo);
	free(guard);
}

bool guard_hangup_is_final(void)
{
	return getenv("RDSWEEP_FAKE_FINAL");
}

bool self_supported(void)
{
	return true;
}

int self_session_id(uint32_t *ret_id)
{
	*ret_id = 7;
	return 0;
}

int self_logoff(enum self_logoff_way way, struct session_error *reterr)
{
	static const char *const names[SELF_LOGOFF_WAY_COUNT] = { "ask", "force_if_hung", "reset" };
	const char *code = getenv("RDSWEEP_FAKE_ERROR");

	note("logoff: %s\n", names[way]);
	if (!code)
		return 0;
	*reterr = (struct session_error){ way == SELF_LOGOFF_RESET ? SESSION_API_LOGOFF_SESSION
								   : SESSION_API_EXIT_WINDOWS,
					  (uint32_t)strtoul(code, NULL, 10) };
	return -1;
}
