/*
 * report_filter.h - which sessions and hosts of a report are asked for: by outcome, host and user.
 *
 * Outcomes are named as in the report. `failed`, `timed_out` and `not_attempted` are outcomes of hosts and of
 * sessions alike, and mean both.
 * Threads:   no state. Ownership: patterns are borrowed for as long as the filter is used.
 */
#ifndef RDSWEEP_REPORT_FILTER_H
#define RDSWEEP_REPORT_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* Bits 1 << outcome. */
struct rep_outcomes {
	uint32_t hosts, sessions;
};

struct rep_filter {
	bool by_outcome; /* else all of them */
	struct rep_outcomes outcomes;
	const char *const *hosts; /* patterns with * and ? (wildcard.h); none: all */
	size_t host_count;
	const char *const
		*users; /* patterns as in account.h; none: all, and sessions without a user */
	size_t user_count;
};

/* Adds the outcomes of a list such as `failed,timed_out`. 0; -1 with the first part that is none in
 * ret_bad[0..*ret_len), which may be empty. */
int rep_outcomes_parse(const char *list, struct rep_outcomes *outcomes, const char **ret_bad,
		       size_t *ret_len);

bool rep_outcomes_have_host(const struct rep_outcomes *outcomes, enum rep_host_outcome outcome);
bool rep_outcomes_have_session(const struct rep_outcomes *outcomes,
			       enum rep_session_outcome outcome);

/* Whether a host's name is asked for; nothing of another host is. */
bool rep_filter_name(const struct rep_filter *filter, const char *host);
/* Whether a session of such a host is asked for. */
bool rep_filter_session(const struct rep_filter *filter, const struct rep_session *session);
/* Whether such a host itself is: with a pattern for users no host is, only their sessions. */
bool rep_filter_host(const struct rep_filter *filter, const struct rep_host *host);

#endif
