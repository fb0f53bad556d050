/*
 * notice.h - what users are told: a text with placeholders, checked once and filled in for each of them.
 *
 * Placeholders: {user} {host} {reason}, and where a grace is running {minutes} (left, rounded up) and {time} (of its
 * end, HH:MM on this machine's clock); {{ and }} stand for braces.
 * Threads:   no state.
 */
#ifndef RDSWEEP_NOTICE_H
#define RDSWEEP_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "session_api.h"
#include "strbuf.h"

/* Above every box: never empty, and nothing in it comes from outside. */
#define NOTICE_TITLE "Message from the administrator"

/* What users read who were told that they will be logged off, and will not be. */
#define NOTICE_CALLED_OFF                                                                          \
	"The logoff that was announced for {time} is called off. You can go on working."

struct notice_values {
	const char *user, *host;
	const char *reason;	/* NULL: none was given, and {reason} is no placeholder */
	bool grace;		/* {minutes} and {time} are placeholders */
	int64_t left_ms;	/* of the grace */
	int64_t until_local_ms; /* its end, as the milliseconds of a clock on the wall */
};

/* Whether a text can be shown, with placeholders as `values` offers them (its other fields are not looked at). 0; -1
 * with *reterr, which goes on from the name of what holds the text: "has an unknown placeholder ...". */
int notice_check(const char *text, const struct notice_values *values, struct strbuf *reterr);

/* Appends the text as it is shown: at most SESSION_MESSAGE_UNITS of UTF-16, cut at a whole character. The text has
 * been checked. */
void notice_fill(struct strbuf *out, const char *text, const struct notice_values *values);

#endif
