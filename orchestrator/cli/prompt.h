/*
 * prompt.h - one line from the terminal, asked for while the loop goes on running.
 *
 * Usage:     zero the struct, set `answered` and `ctx`, prompt_start(); `answered` is called once,
 *            then (or earlier) prompt_stop(). The question itself is the caller's to print.
 * Threads:   loop thread.
 * Ownership: the struct stays where it is until the loop has closed its handle.
 */
#ifndef RDSWEEP_PROMPT_H
#define RDSWEEP_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#define PROMPT_LINE_SIZE 256 /* a longer line is no answer to anything we ask */

struct prompt {
	/* `line` without its end; NULL at the end of input or where reading failed. Borrowed for
	 * the call. */
	void (*answered)(struct prompt *prompt, const char *line);
	void *ctx; /* the caller's */
	/* private */
	uv_tty_t tty;
	char line[PROMPT_LINE_SIZE];
	size_t len;
	bool started, too_long;
};

/* Standard input has to be a terminal. 0; -1 when it cannot be read. After an answer it may be
 * started again, without a stop in between, for another line. */
int prompt_start(struct prompt *prompt, uv_loop_t *loop);

/* Ends it, answered or not; later calls change nothing. */
void prompt_stop(struct prompt *prompt);

/* True where the line, without blanks around it, is exactly this number. */
bool prompt_is_number(const char *line, uint32_t number);

/* True where the line, without blanks around it and in any case, is `yes`. */
bool prompt_is_yes(const char *line);

#endif
