/* prompt.c - see prompt.h. */
#include "prompt.h"

#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct prompt *prompt = handle->data;
	size_t room = sizeof(prompt->line) - 1 - prompt->len;

	(void)suggested;
	if (!room) { /* goes on reading to the end of the line, but keeps nothing of it */
		prompt->too_long = true;
		prompt->len = 0;
		room = sizeof(prompt->line) - 1;
	}
	*ret = uv_buf_init(prompt->line + prompt->len, (unsigned)room);
}

static void answer(struct prompt *prompt, const char *line)
{
	(void)uv_read_stop((uv_stream_t *)&prompt->tty);
	prompt->answered(prompt, line);
}

static void take_bytes(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct prompt *prompt = stream->data;
	char *end;

	(void)buffer;
	if (got < 0) {
		answer(prompt, NULL);
		return;
	}
	end = memchr(prompt->line + prompt->len, '\n', (size_t)got);
	prompt->len += (size_t)got;
	if (!end)
		return;
	*end = '\0';
	if (end > prompt->line && end[-1] == '\r')
		end[-1] = '\0';
	answer(prompt, prompt->too_long ? "" : prompt->line);
}

int prompt_start(struct prompt *prompt, uv_loop_t *loop)
{
	prompt->len = 0;
	prompt->too_long = false;
	if (!prompt->started && uv_tty_init(loop, &prompt->tty, 0, 1) < 0)
		return -1;
	prompt->tty.data = prompt;
	prompt->started = true;
	if (uv_read_start((uv_stream_t *)&prompt->tty, give_buffer, take_bytes) < 0) {
		prompt_stop(prompt);
		return -1;
	}
	return 0;
}

void prompt_stop(struct prompt *prompt)
{
	if (!prompt->started)
		return;
	prompt->started = false;
	uv_close((uv_handle_t *)&prompt->tty, NULL);
}

bool prompt_is_number(const char *line, uint32_t number)
{
	char wanted[16];
	size_t len;

	(void)snprintf(wanted, sizeof(wanted), "%" PRIu32, number);
	line += strspn(line, " \t");
	len = strlen(wanted);
	return strncmp(line, wanted, len) == 0 && line[len + strspn(line + len, " \t")] == '\0';
}

bool prompt_is_yes(const char *line)
{
	char word[4] = "";

	line += strspn(line, " \t");
	for (size_t i = 0; i < 3 && line[i]; i++)
		word[i] = line[i];
	return text_fold_eq(word, "yes") && line[3 + strspn(line + 3, " \t")] == '\0';
}
