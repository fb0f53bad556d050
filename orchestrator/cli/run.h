/*
 * run.h - what `sessions`, `logoff` and `resume` have in common: everything from the options to the
 * exit code.
 *
 *   run.c          the order of things, and the end
 *   run_setup.c    inputs checked, threads counted
 *   run_backend.c  which backend, and the simulator's files
 *   run_record.c   what the report says of the run itself
 *   run_gate.c     the plan and the question
 *   run_who.c      who the patterns mean, and what is not proven about them
 *   run_hosts.c    which hosts could not be asked, or are not finished
 *   run_courtesy.c what users are told
 *   run_keep.c     the journal: where it is, its first lines, what becomes of a run without it
 *   run_resume.c   a run that goes on: from its journal to where it was
 *   run_drain.c    what is particular to the command `drain`
 *   run_settled.c  a run that has nothing left to do: its reports once more
 *   run_say.c      what is said on standard error at the start and at the end
 *   run_progress.c how the run stands, while it is on
 *   run_signals.c  Ctrl-C and its relatives
 *   run_guard.c    the end of the session that rdsweep itself runs in
 *
 * Threads: the loop thread; the writer has its own, and so has the guard.
 */
#ifndef RDSWEEP_RUN_H
#define RDSWEEP_RUN_H

#include "fleet.h"
#include "fleet_input.h"
#include "journal.h"
#include "guard.h"
#include "guard_policy.h"
#include "options.h"
#include "outputs.h"
#include "plan_file.h"
#include "platform_file.h"
#include "prompt.h"
#include "record.h"
#include "run_backend.h"
#include "who.h"
#include "writer.h"

#include <uv.h>

#ifdef SIGBREAK /* Ctrl-Break, which only Windows has */
#define RUN_SIGNAL_COUNT 4
#else
#define RUN_SIGNAL_COUNT 3
#endif
#define RUN_WRITER_PATIENCE_MS 500 /* what a stalled terminal gets at the end */
#define RUN_FRAME_PATIENCE_MS  500 /* and what it gets before results go the same way */
#define RUN_CALLS_PATIENCE_MS  250 /* what calls get that were left behind */

struct run_resume;

/* The journal of a run. */
struct run_keep {
	struct file_journal *file; /* NULL: none is kept */
	struct journal *journal;
	struct strbuf path; /* for people: as given, or where the default put it */
	bool told;	    /* that it could not be written */
};

/* What the guard's thread asks of the loop, and what the loop answers. */
struct run_guard {
	struct guard *guard;
	uv_async_t wake; /* the loop, from the guard's thread */
	uv_mutex_t mutex;
	uv_cond_t changed; /* the loop has answered */
	/* under the mutex */
	enum { RUN_GUARD_QUIET, RUN_GUARD_ASKED, RUN_GUARD_TAKEN, RUN_GUARD_ANSWERED } query;
	bool agrees;
	char reason[GUARD_REASON_SIZE];
	bool ends;    /* the session does end */
	bool deaf;    /* the loop does not answer any more: the run has finished */
	bool written; /* the reports are on disk */
	/* the loop's own */
	bool started;
	enum guard_voice voice; /* what was said beforehand; else GUARD_VOICE_TERMINAL or _NONE */
	struct prompt prompt;
	bool asking; /* the question stands on the terminal */
	bool leaves; /* the session ends once the run's report is written */
};

enum run_progress_mode { RUN_PROGRESS_NONE, RUN_PROGRESS_LINES, RUN_PROGRESS_FRAMES };

struct run_progress {
	enum run_progress_mode mode;
	bool started, colors;
	uv_timer_t timer;
	uv_signal_t went_on;		 /* after the process was stopped; not on Windows */
	uint64_t interval_ms, ticked_ms; /* of the ticks; when the last one was */
	struct strbuf frame;		 /* the last one that was drawn; empty: none stands */
	size_t columns;			 /* it was drawn for */
};

struct run {
	const struct command_call *call;
	struct options *options;
	struct run_resume *resume; /* NULL: a run that begins */
	struct fleet_input input;  /* of a run that begins */
	const struct fleet_host *hosts;
	size_t host_count;
	struct plan_file plan;
	struct who who;
	struct run_backend backend;
	struct outputs outputs;
	struct run_keep keep;
	unsigned concurrency; /* calls in flight: what was asked for, as far as hosts and threads go
			       */
	unsigned threads;     /* of the pool */
	unsigned probes;      /* at once: what the limit of open files allows */
	uv_loop_t loop;
	struct executor *executor;
	struct rep_record record;
	struct fleet *fleet;
	struct writer *writer;
	struct run_progress progress;
	struct prompt prompt;
	uv_signal_t signals[RUN_SIGNAL_COUNT];
	bool catching;
	struct run_guard guard;
	bool plan_shown;
	bool ended;	   /* the fleet has said so, or is not listened to any more */
	uint32_t expected; /* the number that means yes */
	uint32_t
		owed; /* hosts whose drain mode was not put back, or is in doubt; known with the summary */
};

/* Writes the results of a finished run to standard output: NULL, or a static text that says why it
 * could not. */
typedef const char *(*run_results)(const struct run *run);

/* Does it all: `options` are parsed, and `--plan` adds to them. Returns the exit code, or ends the
 * process where calls or the terminal never come back. */
int run_fleet(const struct command_call *call, struct options *options, run_results results);

/* The same for a run that goes on (run_resume.h): `call` is that run's, `options` are its own with
 * what is another now. */
int run_again(const struct command_call *call, struct options *options, struct run_resume *resume);

/* run_setup.c: everything that can be found wrong before a host is contacted. 0, or the exit code
 * with the errors printed. */
int run_setup(struct run *run);

/* The part of it that concerns a run that goes on, but not its hosts. */
int run_setup_again(struct run *run);

/* How many threads a fleet of `hosts` wants with so many calls in flight: a reserve stands in for
 * those that do not come back. *concurrency is cut to what the fleet can use. */
unsigned run_pool_size(size_t hosts, unsigned *concurrency);

/* Whether this command changes anything: `sessions` and `drain status` do not. */
bool run_changes(const struct run *run);

/* Whether this run keeps a journal: those that change nothing do not. */
bool run_keeps_journal(const struct run *run);

/* run_record.c: makes the record, or takes it from the journal, and fills its run section but for the
 * end. 0, -1 when memory is short. */
int run_make_record(struct run *run);

/* run_settled.c: a run that goes on and has nothing left to do. Returns the exit code. */
int run_settled(struct run *run);

/* run_gate.c: the observer's slots, and the lines that also stand where nothing was asked. */
void run_gate(void *ctx, const struct fleet_plan *plan);
void run_show_patterns(struct run *run);

/* run_who.c: the people that a pattern matches in the record, at most so many of them by name; lines for the writer. */
void run_show_who(struct run *run, const char *pattern, uint32_t most);
/* After the summary: who matches and may not be touched; of a logoff of named users what else is not proven about them,
 * also with -q, or that they are nowhere. */
void run_say_proof(struct run *run);

/* run_hosts.c: hosts that could not be asked, and hosts that are not finished. Added to a line about sessions; as lines before
 * the question; and, also with -q, at the end of a listing or a dry run that was stopped. */
void run_add_gaps(const struct run *run, struct strbuf *line);
void run_show_gaps(struct run *run, const struct fleet_plan *plan);
void run_say_cut_short(struct run *run);

/* run_courtesy.c: the TEXT of `message`, and the options of warnings. 0, or the exit code with the error printed. */
int run_take_message(const struct run *run);
int run_check_notify(const struct run *run);
struct fleet_notify run_notify(const struct run *run);
void run_show_courtesy(struct run *run); /* before the question: the texts */
void run_add_courtesy(const struct run *run, struct strbuf *question);

/* run_keep.c */
void run_keep_init(struct run_keep *keep);
/* The journal of a run that begins is made, with the lines that say what the run is; that of a run that
 * goes on is mended where a crash has torn it. After run_make_record(). 0, or the exit code. */
int run_keep_begin(struct run *run);
bool run_keep_failed(const struct run *run); /* it could not be written */
/* After fleet_free(). False: a worker still writes, and everything has to stay as it is. */
bool run_keep_end(struct run *run);
/* The same, once the executor is gone. */
void run_keep_release(struct run_keep *keep);

/* run_say.c: lines for the writer, and what -q leaves out. */
void run_say_start(struct run *run);
void run_say_path(struct run *run, const char *before, const char *path, const char *after);
void run_say_reports(struct run *run);
void run_say_summary(struct run *run, int code);
void run_say_resume(struct run *run); /* where there is something left to resume */

/* run_progress.c */
void run_progress_start(struct run *run);
void run_progress_stop(
	struct run *run); /* takes the frame away; not started, or stopped before: fine */

/* run_signals.c */
void run_signals_start(struct run *run);
void run_signals_stop(struct run *run); /* not started, or stopped before: fine */
/* The same as a signal does, for whatever else ends a run: `name` begins the line that says so.
 * `at_once`: calls in flight are left behind. After the run's end: nothing. */
void run_interrupt(struct run *run, enum fleet_stop stop, const char *name, bool at_once);

/* run_guard.c: what the environment says beforehand. 0, or the exit code with the error printed. */
int run_guard_check(struct run *run);
void run_guard_start(struct run *run);
void run_guard_finished(struct run *run); /* the loop will not answer any more */
void run_guard_stop(struct run *run); /* the reports are written; not started, or stopped before:
					 fine */
/* Ends our session, where the administrator said so while the run was on; the last thing a run
 * does. */
void run_guard_leave(const struct run *run);

#endif
