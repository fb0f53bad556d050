/*
 * writer.h - the one thread that writes to standard error while a run is on.
 *
 * A terminal may stall (a selection in its window, Ctrl-S, a pipe nobody reads): the loop must not
 * notice. Lines wait in a bounded queue, and what does not fit is counted and told of later; a
 * frame (progress) has one slot, where the last one wins, and is written after all lines.
 * Threads: writer_add(), writer_line() and writer_frame() from any thread; none of them ever blocks
 *          on the terminal.
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

/* The picture that stands after all lines; replaces one that was not written yet. */
void writer_frame(struct writer *writer, const char *text, size_t len);

/* Waits until everything is written, at most so long. True: all is out, and the writer is freed.
 * False: the thread still sits in a write; writer and thread stay, and the process has to be ended
 * without waiting for them. */
bool writer_end(struct writer *writer, int64_t patience_ms);

#endif
