/*
 * wire_faults.h - what goes wrong on the wire on purpose: a small file beside the scenario, as
 * scenarios know of Windows' errors only.
 *
 * Lines `HOST CALL ACTION[=VALUE] [TIMES]`; HOST may be `*`, CALL is a method's name (RpcLogoff) or
 * `bind`, `#` begins a comment. Actions:
 *   drop             the connection ends instead of an answer
 *   fault=STATUS     an RPC fault of this status instead of an answer; nothing is done
 *   late-drop        what was asked is done, and the connection ends instead of an answer
 *   short=N, long=N  the answer's stub lacks N bytes, or has N too many
 *   set=AT:VALUE     a word of the answer's stub is VALUE instead; AT < 0 counts from its end
 * Numbers as in C. TIMES: only the first so many calls; without it every call.
 *
 * Threads: any, once it is read.
 */
#ifndef SMBD_WIRE_FAULTS_H
#define SMBD_WIRE_FAULTS_H

#include <stdint.h>

#include "strbuf.h"

enum wire_action {
	WIRE_NOTHING,
	WIRE_DROP,
	WIRE_FAULT,
	WIRE_LATE_DROP,
	WIRE_SHORT,
	WIRE_LONG,
	WIRE_SET
};

struct wire_fault {
	enum wire_action action;
	int64_t value;
	int64_t at; /* WIRE_SET */
};

struct wire_faults;
/* NULL, with what is wrong on standard error. `path` NULL: no faults. */
struct wire_faults *wire_faults_read(const char *path);
/* The fault that hits this call, which counts it. */
struct wire_fault wire_faults_hit(struct wire_faults *faults, const char *host, const char *call);
/* What SHORT, LONG and SET do to an answer. */
void wire_fault_apply(const struct wire_fault *fault, struct strbuf *stub);

#endif
