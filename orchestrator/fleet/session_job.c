/* session_job.c - see session_job.h. */
#include "session_job.h"

#include <assert.h>

#define BIT(state) (1u << (state))

static const struct {
	const char *name;
	unsigned allowed; /* what may follow */
} rows[SESSION_JOB_STATE_COUNT] = {
	[SESSION_PLANNED] = { "planned", BIT(SESSION_ASKED) | BIT(SESSION_SETTLED) },
	[SESSION_ASKED] = { "asked", BIT(SESSION_PLANNED) | BIT(SESSION_SETTLED) },
	[SESSION_SETTLED] = { "settled", 0 },
};

void session_job_move(struct session_job *job, enum session_job_state next)
{
	assert(rows[job->state].allowed & BIT(next));
	job->state = (uint8_t)next;
}
