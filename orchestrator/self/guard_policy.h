/*
 * guard_policy.h - what is answered when the session of a run is about to end: a table, without any
 * system call.
 */
#ifndef RDSWEEP_GUARD_POLICY_H
#define RDSWEEP_GUARD_POLICY_H

#include <stdbool.h>

/* Where the run stands. */
enum guard_stake {
	GUARD_STAKE_NOTHING,  /* survey, question, listing, dry run: nothing was touched */
	GUARD_STAKE_SESSIONS, /* sessions are being logged off */
	GUARD_STAKE_ENDING,   /* the run is stopping, by whatever; its report comes soon */
	GUARD_STAKE_WRITTEN,  /* the run has finished: nothing is left but to write the report */
	GUARD_STAKE_COUNT
};

/* Who can say what the administrator wants. */
enum guard_voice {
	GUARD_VOICE_NONE,     /* nobody can be asked */
	GUARD_VOICE_TERMINAL, /* there is a terminal, and no other question stands on it */
	GUARD_VOICE_YES,      /* the answer was given beforehand: end it */
	GUARD_VOICE_NO,	      /* the answer was given beforehand: stay */
	GUARD_VOICE_COUNT
};

struct guard_verdict {
	bool agrees; /* the session may end; else the end is objected to */
	bool asks;   /* the administrator is asked now */
	bool leaves; /* the run stops in order, and then ends the session itself */
};

struct guard_verdict guard_decide(enum guard_stake stake, enum guard_voice voice);

#endif
