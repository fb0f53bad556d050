/*
 * session_job.h - what becomes of one selected session while its host is acted on.
 *
 *   PLANNED --accepted--> ASKED --look: gone--> SETTLED
 *      |  ^                 |------ too late --> SETTLED (still present, in doubt)
 *      |  `-- try again ----'   (the act failed in a way that may be tried again)
 *      `---- gone, changed, failed, timed out, not attempted --> SETTLED
 *
 * It suspends nowhere by itself: its host's job (host_job.h) makes the calls and asks what is next.
 * Threads: loop thread.
 */
#ifndef RDSWEEP_SESSION_JOB_H
#define RDSWEEP_SESSION_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

/* What a user was told before his session is logged off. */
enum session_warning {
	WARNING_NONE,
	WARNING_FAILED, /* it could not be shown; he has the grace all the same */
	WARNING_GIVEN,
	WARNING_AGAIN, /* ... and once more, or that is not needed any more */
	WARNING_CALLED_OFF,
	WARNING_NOT_CALLED_OFF, /* the run was stopped, and he could not be told */
};

enum session_job_state { SESSION_PLANNED, SESSION_ASKED, SESSION_SETTLED, SESSION_JOB_STATE_COUNT };

struct session_job {
	uint32_t row;  /* in the host's record */
	uint8_t state; /* enum session_job_state */
	uint8_t tries; /* acts that failed and may be tried again */
	bool asked;    /* the host has, or may have, been asked at some time */
	bool sure;     /* ... and said yes, the last time */
	/* ... and said something ambiguous: ask again if a look still shows it */
	bool again;
	bool refused; /* ... and said that it is in no state for it: one look decides */
	/* asked by the run that this one goes on with: ask again once its verify time is over */
	bool resumed;
	bool disconnected;   /* as it was last listed or looked at */
	bool warned_before;  /* by the run that this one goes on with */
	bool warn_intended;  /* the journal has that it is about to be warned */
	uint8_t warning;     /* enum session_warning */
	uint8_t warn_tries;  /* of the present warning, that failed */
	uint8_t warn_round;  /* those of one round have one grace */
	uint16_t warn_error; /* kind of what stood in the way of a warning; 0 nothing */
	int64_t grace_until_us;
	bool closing;	       /* counts against --max-closing */
	bool present;	       /* the last successful look showed it */
	bool recheck;	       /* the same id and user are still listed: compare the logon time */
	uint16_t error;	       /* kind of the last error */
	int64_t not_before_us; /* PLANNED: when to try again; 0 at once */
	int64_t intent_us;     /* when its intent became durable; 0 not yet */
	int64_t started_us;    /* its first call; 0 none yet */
	int64_t asked_us;      /* the last time it was asked */
};

/* The only place that changes `state`; asserts the table of moves. */
void session_job_move(struct session_job *job, enum session_job_state next);

#endif
