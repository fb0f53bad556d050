/*
 * run_resume.h - a run that goes on: its journal locked and read back.
 *
 * Errors:    printed, one line; the exit code is returned.
 * Ownership: everything lives until run_resume_release(), but for the file, which the run takes (run_keep.c), and the
 *            record of a run that had been confirmed, which becomes the run's.
 */
#ifndef RDSWEEP_RUN_RESUME_H
#define RDSWEEP_RUN_RESUME_H

#include "journal_read.h"
#include "platform_file.h"
#include "run.h"
#include "run_journal.h"

struct run_resume {
	const char *path;
	struct file_journal *file; /* locked: nobody else resumes it now */
	struct journal_read read;
	struct run_journal head;
	struct outputs outputs;		  /* the run's own and those of -o; the run takes them */
	struct fleet_doubt *doubts;	  /* as many as read.doubt_count */
	struct fleet_doubt *warned;	  /* as many as read.warned_count */
	struct fleet_doubt *drain_doubts; /* as many as read.drain_doubt_count */
	bool loaded;			  /* private */
	struct strbuf bytes;		  /* private */
};

void run_resume_init(struct run_resume *resume);
void run_resume_release(struct run_resume *resume);

/* `path` is kept. 0, or the exit code. */
int run_resume_open(struct run_resume *resume, const char *path, int64_t max_age_ms);

/* Nothing is left to do but writing reports. */
bool run_resume_is_settled(const struct run_resume *resume);
/* Its sessions were selected and confirmed: it goes on from there. Otherwise it begins with its survey again. */
bool run_resume_is_confirmed(const struct run_resume *resume);

/* The record as far as the journal has it becomes the run's; without confirmation an empty one. `run` says what the
 * run is, and of a settled one how it ended. 0, -1 when memory is short. */
int run_resume_record(struct run_resume *resume, struct rep_record *record);

/* What the run must not touch any more, as this process runs in that very session. After run_keep_begin(). */
void run_resume_spare_own(struct run *run);

#endif
