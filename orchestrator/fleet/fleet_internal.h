/*
 * fleet_internal.h - what the files of the engine share. Loop thread only.
 *
 *   fleet.c         the phases: survey, act by waves; feeding
 *   ending.c        the end: what was not come to, and what is told
 *   credentials.c   what answers say about our account
 *   doubts.c        who may have been asked by an earlier process of a run that goes on
 *   closing.c       --max-closing: who waits, and is woken
 *   gate.c          between them: the plan counted, guards, the answer
 *   stopping.c      what stops a run before its end
 *   host_job.c      one host's machine: the table, the mover, sleeps, retries, start and stop
 *   host_call.c     its calls: seats, deadlines, results, those left behind
 *   host_probe.c    its probe, and the name look-up that may outlast it
 *   host_survey.c   its decisions while the fleet is surveyed
 *   host_act.c      its decisions while sessions are acted on
 *   host_acted.c    what it makes of an act: its result, none, or a late one
 *   host_verify.c   its decisions while they are looked for
 *   host_drain.c    its decisions about the host's drain mode
 *   restore.c       the phase that puts drain modes back
 *   host_order.c    what a call is to do to a session
 *   host_warn.c     its decisions about warnings and grace
 *   host_call_off.c telling those who were warned that the run is stopped
 *   sweep.c         going round again, for who has logged on meanwhile
 *   host_sweep.c    one host surveyed again
 *   sighting.c      what a look found, into the record
 *   tally.c         how hosts and sessions stand, counted as they move
 *   progress.c      a picture of the run, for people
 *   comeback.c      who was logged off and is on again
 *   verdict.c       outcomes: of a host from its sessions, of the run from its hosts
 */
#ifndef RDSWEEP_FLEET_INTERNAL_H
#define RDSWEEP_FLEET_INTERNAL_H

#include "fleet.h"
#include "host_job.h"
#include "seats.h"
#include "strbuf.h"
#include "tally.h"
#include "waves.h"

struct fleet {
	struct fleet_options options;
	struct fleet_observer observer;
	struct rep_record *record;
	struct seats seats;
	struct host_job *jobs; /* one a host, same index */
	enum fleet_phase phase;
	enum fleet_stop stop;
	bool stop_now;		/* leave calls in flight behind */
	uint32_t in_grace;	/* hosts in that state */
	int64_t grace_until_us; /* the latest end of any grace; 0: nobody was warned */
	bool hastened;		/* ... and tell nobody anything any more: a second interrupt */
	bool call_off_over;	/* our credentials are refused: nobody else is told either */
	/* who was warned, stays, and was not told that it is called off */
	uint32_t untold_sessions, untold_hosts;
	bool restore_leave; /* what is not put back by now stays as it is */
	bool feeding;

	/* What is being worked through: the whole fleet, or a wave. */
	uint32_t *queue; /* indices of jobs */
	size_t queue_count, queue_next;
	size_t queue_left;   /* started or not, not done yet */
	unsigned probing;    /* probes that were started lately enough to count */
	unsigned probes_out; /* all that are not released */
	unsigned ready;	     /* probed, waiting for their first seat */

	struct waves waves;
	struct journal_waiter last_words; /* the end is told once the journal has it */
	struct exec_timer pause_timer, run_timer, stop_timer, wake_timer, end_timer, restore_timer;
	struct host_job *holding; /* jobs that wait for --max-closing, first come first served */
	struct host_job **holding_end;
	int64_t closing; /* sessions that were asked and are not gone yet */

	/* Going round again (sweep.c) */
	uint32_t sweep; /* its number, from 1; 0: the first round */
	bool again;	/* the survey that is on, or was the last, is not the first */
	bool last_look; /* ... and nobody is acted on after it */
	/* UTC, of the last survey; and whether anything was begun after it */
	int64_t looked_from_ms, looked_until_ms;
	bool acted_since;
	uint32_t newcomers; /* seen at the last look, and would be selected */

	uint32_t failures;	/* hosts that ended failed, partial or timed out */
	uint32_t wave_failures; /* of them in this wave */
	uint32_t hosts_surveyed, hosts_done;
	bool credentials_proven;
	unsigned credential_errors_in_a_row;
	bool starved; /* said once that no worker is left */
	int64_t started_us;

	/* progress.c: what it has seen */
	struct tally tally;
	enum fleet_phase seen_phase;
	int64_t seen_phase_us; /* since when */
	uint32_t seen_settled; /* sessions, when the act began */
	bool seen_act;	       /* more than those are settled */
	uint32_t seen_wave;
	size_t queue_done; /* so many at the start of the queue are done */
};

/* One of the jobs has come to an end in this phase. */
void fleet_job_done(struct fleet *fleet, struct host_job *job);
/* Starts hosts as far as the bounds allow. Called whenever one of them may have moved. */
void fleet_feed(struct fleet *fleet);
void fleet_warn(struct fleet *fleet, const char *format, ...) STRBUF_PRINTF(2, 3);
void fleet_note(struct fleet *fleet, const char *format, ...) STRBUF_PRINTF(2, 3);

/* fleet.c: the phases. */
/* Begins a survey of the first `count` of fleet->queue. */
void fleet_begin_survey(struct fleet *fleet, size_t count);
void fleet_begin_act(struct fleet *fleet); /* the first wave of all that is selected */
/* The queue is through: what is next is decided from the loop. Twice is fine. */
void fleet_end_phase(struct fleet *fleet);

bool fleet_has_open_sessions(const struct rep_host *host); /* to be acted on yet */
/* Works through the first `count` of fleet->queue. */
void fleet_begin_queue(struct fleet *fleet, enum fleet_phase phase, size_t count);

/* ending.c */
void fleet_finish(struct fleet *fleet); /* twice is fine */
/* Whoever the run before had warned, and this one does not come to: for rows with that outcome. */
void fleet_count_untold(struct fleet *fleet, enum rep_session_outcome outcome);

/* credentials.c */
/* Until a host has let us in, one is asked at a time. */
void fleet_ask_one_by_one(struct fleet *fleet);
/* An answer of a host about our credentials; NULL is none against them. */
void fleet_credential_answer(struct fleet *fleet, const struct session_error *error);

/* closing.c */
void fleet_closing_init(struct fleet *fleet); /* sets up its timer */
/* A session has been asked, or has been settled. */
void fleet_closing_changed(struct fleet *fleet, int by);
bool fleet_closing_full(const struct fleet *fleet);
void fleet_hold(struct fleet *fleet, struct host_job *job);
void fleet_unhold(struct fleet *fleet, const struct host_job *job);
/* Lets jobs go on that wait for --max-closing: as many as may, or all. */
void fleet_wake_holding(struct fleet *fleet, bool all);

/* restore.c */
void fleet_wind_up(struct fleet *fleet); /* the act is through: puts back what is owed, then ends */
void fleet_restore_stopped(struct fleet *fleet); /* a stop, or another one, while that is on */
/* Our credentials were refused while that is on: trying them on more hosts could lock the account. */
void fleet_restore_refused(struct fleet *fleet);
/* Before the end is told: what is still owed is an error of its host. */
void fleet_settle_owed(struct fleet *fleet);
uint32_t fleet_count_owed(const struct fleet *fleet);

/* host_drain.c: of a host's record. */
/* `--drain run` has changed its mode, or may have, and it is not known to be back. */
bool drain_is_owed(const struct fleet *fleet, const struct rep_host *host);
/* It was asked, and no look has told since. */
bool drain_is_in_doubt(const struct rep_host *host);
/* Whether its drain mode is looked at in the act. `has_sessions`: it has some to be acted on. */
bool drain_acts(const struct fleet *fleet, const struct rep_host *host, bool has_sessions);
void drain_not_restored(struct fleet *fleet, struct rep_host *host, uint16_t error, bool silent);

/* gate.c */
void fleet_gate(struct fleet *fleet);		  /* the survey is through */
bool fleet_only_looks(const struct fleet *fleet); /* a listing, or a dry run */
/* A listing or a dry run that was stopped in its survey: what it has seen by then has its outcome. Of other runs nothing. */
void fleet_keep_seen(struct fleet *fleet);
/* Ends the run with nothing touched; a stop that was given before stays. */
void fleet_stop_before_act(struct fleet *fleet, enum fleet_stop reason);

/* sweep.c */
/* The act is through: surveys again, or finishes. */
void sweep_next(struct fleet *fleet);
/* A survey that was not the first is through: acts on who was found, or finishes. */
void sweep_surveyed(struct fleet *fleet);
/* Whether a run without anything to act on (any more) still has the fleet to look at. */
bool sweep_is_due(const struct fleet *fleet);
/* Sessions of a sweep that would be more than --max-sessions in all are not attempted; tells
 * whether there were any. */
bool sweep_over_limit(struct fleet *fleet);

/* host_sweep.c: one host surveyed again. In place of host_survey.c's; same meaning. */
void sweep_start(struct host_job *job);
int sweep_listed(struct host_job *job, const struct session_list *list);
bool sweep_prepare_details(struct host_job *job);
enum job_state sweep_detailed(struct host_job *job, const struct fleet_call *call);
void sweep_settle(struct host_job *job);

/* stopping.c */
void fleet_stopping_init(struct fleet *fleet); /* sets up its timers */
enum rep_reason fleet_stop_reason(enum fleet_stop stop);
void fleet_stop_jobs(struct fleet *fleet, bool now); /* those of the queue */

/* doubts.c */
/* Where those of that host begin in a list in order of host. */
size_t fleet_doubts_of(const struct fleet_doubt *doubts, size_t count, uint32_t host);
/* The run before may have asked it, and nobody has looked since; else NULL. */
const struct fleet_doubt *fleet_doubt_of(const struct fleet *fleet, uint32_t host, uint32_t row);

/* The record's index of an error. */
uint16_t fleet_error(struct fleet *fleet, const struct session_error *error);
struct session_error fleet_finding(enum session_finding finding);

/* sighting.c: the record's rows. */
/* Adds a row for an enumerated session; its index, or -1 when memory is short. */
int64_t sighting_add(struct fleet *fleet, struct rep_host *host, const struct session_info *info);
/* The row of (id, account, vm), looked for from *cursor on; -1 none. */
int64_t sighting_find(const struct rep_host *host, const struct session_info *info,
		      uint32_t *cursor);
void sighting_details(struct fleet *fleet, struct rep_host *host, struct rep_session *row,
		      const struct session_details *details);
/* Everything listed that has no row yet gets one: skipped, as new or as what is never touched. */
int sighting_add_new(struct fleet *fleet, uint32_t host_index, const struct session_list *list);
/* The identity that a look found under an id whose session was another one: its row, or -1 when
 * memory is short. */
int64_t sighting_add_other(struct fleet *fleet, uint32_t host_index, uint32_t id,
			   const struct session_details *details);
void sighting_subject(const struct fleet *fleet, uint32_t host_index, const struct rep_session *row,
		      struct selection_subject *ret);

/* comeback.c: who was logged off and is on again. */
/* The host's rows before this one are those of its survey. */
void comeback_count_from(struct host_job *job, uint32_t survey_rows);
/* What a good look at the host has shown: one flag a row. */
void comeback_look(struct host_job *job, const bool *shown);
/* Who a closer look found under an id that was another session's: the row, or -1 when memory is
 * short. */
int64_t comeback_add_other(struct host_job *job, uint32_t id,
			   const struct session_details *details);
/* Whether only a closer look tells who it is that a list shows under the id and account of a session
 * that was logged off; and what that look has told. */
bool comeback_wants_recheck(const struct host_job *job, const struct session_job *session);
void comeback_rechecked(struct host_job *job, const struct session_job *session,
			const struct fleet_call *call);
/* `returned` or `logged_off`, for every session of the host that was logged off, from looks at this
 * host; once there are sweeps that looks at others may outweigh, only the first. */
void comeback_decide(struct host_job *job);
/* The same for all hosts, from what was seen anywhere in the fleet. */
void comeback_decide_fleet(struct fleet *fleet);
/* Either of them. */
bool comeback_was_logged_off(const struct rep_session *row);

/* verdict.c */
enum rep_host_outcome verdict_host(const struct rep_host *host, bool reached, bool silent);

#endif
