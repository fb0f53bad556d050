/* cli_error.c - see cli_error.h. */
#include "cli_error.h"

#include "platform_console.h"
#include "text.h"
#include "win_error.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static void print(const char *format, va_list args) STRBUF_PRINTF(1, 0);
static void print(const char *format, va_list args)
{
	struct strbuf raw, line;

	strbuf_init(&raw);
	strbuf_init(&line);
	strbuf_vaddf(&raw, format, args);
	strbuf_adds(&line, "rdsweep: ");
	text_escape_add(&line, strbuf_text(&raw), raw.len);
	cli_line(raw.failed || line.failed ? "rdsweep: out of memory" : strbuf_text(&line));
	strbuf_release(&raw);
	strbuf_release(&line);
}

void cli_line(const char *text)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_adds(&line, text);
	strbuf_addc(&line, '\n');
	if (line.failed) {
		strbuf_clear(&line); /* in two pieces, as long as there is no memory for one */
		(void)console_write(CONSOLE_ERR, text, strlen(text), NULL);
		(void)console_write(CONSOLE_ERR, "\n", 1, NULL);
	}
	/* Where standard error cannot be written to, there is nobody left to tell. */
	(void)console_write(CONSOLE_ERR, strbuf_text(&line), line.len, NULL);
	strbuf_release(&line);
}

int cli_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
	return EXIT_USAGE;
}

int cli_usage_of(const struct command *command, const char *format, ...)
{
	struct strbuf hint;
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
	strbuf_init(&hint);
	strbuf_addf(&hint, "rdsweep: see 'rdsweep help %s'", command->name);
	cli_line(strbuf_text(&hint));
	strbuf_release(&hint);
	return EXIT_USAGE;
}

int cli_no_memory(void)
{
	cli_line("rdsweep: out of memory");
	return EXIT_UNFINISHED;
}

int cli_failed(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
	return EXIT_UNFINISHED;
}

int cli_api_failed(const char *what, const struct session_error *error)
{
	const struct win_error *row = win_error_lookup(error->api, error->code);
	struct strbuf remedy;

	(void)cli_failed("%s: %s failed: %" PRIu32 " %s: %s", what, session_api_name(error->api),
			 error->code, row->name, row->message);
	strbuf_init(&remedy);
	strbuf_addf(&remedy, "  remedy: %s", row->remedy);
	if (*row->remedy)
		cli_line(strbuf_text(&remedy));
	strbuf_release(&remedy);
	return EXIT_UNFINISHED;
}

static void say_not_written(const char *format, ...) STRBUF_PRINTF(1, 2);
static void say_not_written(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
}

int cli_not_written(const char *name, const char *why)
{
	say_not_written("cannot write '%s': %s", name, why);
	return EXIT_NOT_WRITTEN;
}

int cli_output(const struct strbuf *data)
{
	const char *why;

	if (data->failed)
		return cli_no_memory();
	if (console_write(CONSOLE_OUT, strbuf_text(data), data->len, &why) < 0) {
		say_not_written("cannot write standard output: %s", why);
		return EXIT_NOT_WRITTEN;
	}
	return EXIT_DONE;
}
