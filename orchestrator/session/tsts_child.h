/*
 * tsts_child.h - one connector process, from its start to its end: a socket pair, and a process
 * that is ended from another thread when a question takes too long.
 *
 * Not on Windows.
 *
 * Threads:   one thread at a time uses a child; tsts_child_kill() may come from any other as long
 *            as tsts_child_free() has not begun.
 *            A connector dies with the thread that has started it (PR_SET_PDEATHSIG), so that none
 *            outlives rdsweep: start them on threads that last, the main one or the pool's.
 * Signals:   a connector has a process group of its own, and Ctrl-C does not reach it.
 * Ownership: tsts_child_free() ends the process and waits until it is gone: no zombies.
 */
#ifndef RDSWEEP_TSTS_CHILD_H
#define RDSWEEP_TSTS_CHILD_H

#include <stdbool.h>

#include "strbuf.h"

struct tsts_child;

/* Starts `program` with the socket as its standard input and nothing else: no arguments, the
 * environment of this process. NULL with *reterr_errno. */
struct tsts_child *tsts_child_start(const char *program, int *reterr_errno);

enum tsts_child_result {
	TSTS_CHILD_OK,
	TSTS_CHILD_DEAD,  /* it was gone before it had the question */
	TSTS_CHILD_BROKE, /* it has the question, and ended without an answer, or with nonsense */
	TSTS_CHILD_NO_MEMORY
};
/* Sends a whole frame, and does not wait for the answer. */
enum tsts_child_result tsts_child_tell(struct tsts_child *child, const struct strbuf *frame);
/* Waits for an answer's body, for as long as it takes. */
enum tsts_child_result tsts_child_hear(struct tsts_child *child, struct strbuf *ret_body);

/* Ends the process; a question that is being asked then comes back soon. */
void tsts_child_kill(struct tsts_child *child);

void tsts_child_free(struct tsts_child *child); /* NULL is fine */

#endif
