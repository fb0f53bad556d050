/*
 * paint.h - colours, sparingly: the eight of any terminal, and only where they are wanted.
 *
 * Nothing is told by colour alone.
 * Threads: any.
 */
#ifndef RDSWEEP_PAINT_H
#define RDSWEEP_PAINT_H

#include <stdbool.h>
#include <stddef.h>

#include "platform_console.h"
#include "strbuf.h"

enum paint {
	PAINT_PLAIN,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_RED,
	PAINT_GREEN,
	PAINT_YELLOW,
	PAINT_COUNT
};

/* `color` as --color says (enum option_color). AUTO: the stream is a terminal that takes escape
 * sequences, and the environment has no NO_COLOR (https://no-color.org). */
bool paint_wanted(int color, enum console_stream stream);

/* Appends what switches a colour on or off. */
void paint_begin(struct strbuf *out, enum paint paint);
void paint_end(struct strbuf *out, enum paint paint);

#endif
