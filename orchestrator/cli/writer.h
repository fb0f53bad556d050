/*
 * writer.h - the one thread that writes to standard error while a run is on.
 *
 * A terminal may stall (a selection in its window, Ctrl-S, a pipe nobody reads): the loop must not
 * notice. Lines wait in a bounded queue, and what does not fit is counted and told of later; a
 * frame (progress) has one slot, where the last one wins. A frame stands below all lines, with the
 * cursor on the line after it: what is written later goes in its place, and the frame is drawn
 * again below, all in one write (and between the marks of a synchronized update, where the terminal
 * knows them), so that nothing flickers and a process that is killed leaves nothing but the lines of
 * a frame. Escape sequences are only ever written around frames.
 * Threads: writer_add(), writer_line() and the functions about frames from any thread; none of them
 *          ever blocks on the terminal.
 */
#ifndef RDSWEEP_WRITER_H
#define RDSWEEP_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WRITER_QUEUE_BYTES (256u << 10)

struct writer;

/* Writes all bytes, and may block; -1: nobody reads, nothing more is written. */
typedef int (*writer_sink)(void *ctx, const char *bytes, size_t len);

/* NULL when memory is short or the thread cannot be started. `sink` NULL: standard error. */
struct writer *writer_create(writer_sink sink, void *ctx);

/* Text as it is: escaped already, with its line end where it has one. All of it is queued or none.
 */
void writer_add(struct writer *writer, const char *text, size_t len);

/* One line; the line end is added. */
void writer_line(struct writer *writer, const char *text);

/* The picture that stands after all lines, each of its lines with its end and narrower than the
 * terminal, which has so many `columns` now; replaces one that was not written yet. An empty one takes
 * the last one off the screen. */
void writer_frame(struct writer *writer, const char *text, size_t len, size_t columns);

/* The cursor is not below the last frame any more (the process was stopped, and somebody else wrote):
 * the frame stays where it is, and the next one begins at the cursor. */
void writer_frame_forget(struct writer *writer);

/* Waits until everything is written, at most so long. False: the terminal has not taken it yet. For
 * whoever is going to write to the same terminal by another way. */
bool writer_settle(struct writer *writer, int64_t patience_ms);

/* Waits until everything is written, at most so long. True: all is out, and the writer is freed.
 * False: the thread still sits in a write; writer and thread stay, and the process has to be ended
 * without waiting for them. */
bool writer_end(struct writer *writer, int64_t patience_ms);

#endif
