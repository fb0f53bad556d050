/* guard_policy.c - see guard_policy.h. */
#include "guard_policy.h"

#define AGREE                                                                                      \
	{                                                                                          \
		.agrees = true                                                                     \
	}
#define OBJECT                                                                                     \
	{                                                                                          \
		.agrees = false                                                                    \
	}
#define ASK                                                                                        \
	{                                                                                          \
		.asks = true                                                                       \
	}
#define LEAVE                                                                                      \
	{                                                                                          \
		.leaves = true                                                                     \
	}

/* Where nothing is at stake and nobody is there to be asked, the session may go: the report is
 * written while it ends. A run that is stopping anyway leaves nothing to ask: the session ends as
 * soon as the report is there. One that has finished needs no more than the moment that the system
 * grants. */
static const struct guard_verdict verdicts[GUARD_STAKE_COUNT][GUARD_VOICE_COUNT] = {
	/* [stake] = { nobody, terminal, yes, no } */
	[GUARD_STAKE_NOTHING] = { AGREE, ASK, LEAVE, OBJECT },
	[GUARD_STAKE_SESSIONS] = { OBJECT, ASK, LEAVE, OBJECT },
	[GUARD_STAKE_ENDING] = { LEAVE, LEAVE, LEAVE, OBJECT },
	[GUARD_STAKE_WRITTEN] = { AGREE, AGREE, AGREE, AGREE },
};

struct guard_verdict guard_decide(enum guard_stake stake, enum guard_voice voice)
{
	return verdicts[stake][voice];
}
