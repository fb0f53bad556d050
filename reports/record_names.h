/*
 * record_names.h - the names of the record's enums as tables, index = value.
 */
#ifndef RDSWEEP_RECORD_NAMES_H
#define RDSWEEP_RECORD_NAMES_H

#include <stddef.h>

struct rep_names {
	const char *const *names; /* "" where the report has null */
	size_t count;
	const char *what; /* "an outcome of a session": for messages */
};

extern const struct rep_names rep_run_outcome_names;
extern const struct rep_names rep_host_outcome_names;
extern const struct rep_names rep_session_outcome_names;
extern const struct rep_names rep_reason_names;
extern const struct rep_names rep_state_names;
extern const struct rep_names rep_drain_names;

/* The name of a value; "" for one outside of the table. */
const char *rep_names_at(const struct rep_names *names, size_t value);

/* The value of a name, or -1; "" is no name. */
int rep_names_find(const struct rep_names *names, const char *name);

#endif
