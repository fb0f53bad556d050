/*
 * host_job.h - one host as a state machine, run twice: once in the survey, once in the act.
 *
 *   survey:  PROBE -> OPEN -> ENUMERATE -> DETAILS* -> CLOSE -> DONE
 *   act:     PROBE -> (drain) -> OPEN -> ENUMERATE -> NEXT -> ( INTENT | WARN | ACT | HOLD | BACKOFF )* -> TICK ->
 *   VERIFY -> RECHECK* -> NEXT ... -> CLOSE -> DONE
 *
 *   grace:   NEXT -> CLOSE -> GRACE -> OPEN -> ENUMERATE -> NEXT (host_warn.c); where the run is stopped
 *   meanwhile: NEXT -> CALL_OFF* (host_call_off.c)
 *
 *   drain:   DRAIN_LOOK -> ( DRAIN_INTENT -> DRAIN_SET -> DRAIN_CHECK )*, before the act of a logoff,
 *            as the whole of the command `drain` (in its survey the look alone), and from DRAIN_INTENT
 *            on where the mode is put back. Needs no connection (host_drain.c).
 *
 *   Any call that fails in a way that may be tried again: CLOSE -> BACKOFF -> OPEN -> where it was.
 *   Any call past its deadline is left behind with its connection; in the act one new connection is
 *   opened to verify.
 *
 * Where it suspends: PROBE until the port answers; OPEN ENUMERATE DETAILS WARN ACT CALL_OFF VERIFY RECHECK CLOSE
 * DRAIN_LOOK _SET _CHECK first for a seat, then for the call; INTENT DRAIN_INTENT until the journal is durable; HOLD for --max-closing;
 * TICK, BACKOFF and GRACE for time. NEXT decides and never suspends.
 * Threads: loop thread; workers see call blocks only.
 */
#ifndef RDSWEEP_HOST_JOB_H
#define RDSWEEP_HOST_JOB_H

#include "call.h"
#include "executor.h"
#include "journal.h"
#include "seats.h"
#include "session_job.h"

enum job_state {
	JOB_IDLE, /* not started in this phase */
	JOB_PROBE,
	JOB_DRAIN_LOOK,
	JOB_DRAIN_INTENT,
	JOB_DRAIN_SET,
	JOB_DRAIN_CHECK,
	JOB_OPEN,
	JOB_ENUMERATE,
	JOB_DETAILS,
	JOB_NEXT,
	JOB_INTENT,
	JOB_WARN,
	JOB_GRACE,
	JOB_CALL_OFF,
	JOB_HOLD,
	JOB_ACT,
	JOB_TICK,
	JOB_VERIFY,
	JOB_RECHECK,
	JOB_BACKOFF,
	JOB_CLOSE,
	JOB_DONE,
	JOB_STATE_COUNT
};

struct fleet;
struct job_probe;

struct host_job {
	struct fleet *fleet;
	uint32_t index;	   /* of its host, in options and record */
	uint32_t sequence; /* of the call it waits for; results with another number are late */
	uint8_t state;	   /* enum job_state */
	uint8_t then;	   /* after CLOSE: DONE or BACKOFF */
	uint8_t resume;	   /* after OPEN: the step that wants the connection */
	uint8_t tries;	   /* failures of the present step */
	bool acting;	   /* second time round */
	bool new_counted;  /* it is one of fleet->ready */
	bool probe_counted;
	bool gave_up;	    /* it was left behind twice, or cannot be asked any more: only settle */
	bool silent;	    /* it ended without an answer */
	bool reopened;	    /* its one new connection after a call left behind */
	bool called_off;    /* nobody of it is told any more that the run is stopped */
	bool farewell;	    /* only those are told, and then it ends */
	bool failed_before; /* counted as a failure in the survey already */
	bool restoring;	    /* third time round: its drain mode is put back */
	bool not_drained;   /* so that nothing new may be asked of its sessions */
	bool drain_asked;   /* the mode was set, or may have been */
	bool set_failed;    /* the last setting, with set_error */
	bool set_out;	    /* a setting was left behind and may be done yet */
	bool set_late;	    /* ... and was done while the mode was being put back */
	uint8_t set_tries;  /* settings that did not show and are tried again */
	uint8_t drain_seen; /* enum session_drain: the last look before a setting */
	uint16_t drain_error; /* kind of what went wrong with it; 0 nothing */
	struct session_error set_error;
	int64_t doubt_until_us; /* a call of the run before may get there until then; 0 none */
	struct seat_request seat;
	struct exec_timer timer;
	/* in flight and ours; NULL while waiting for a seat or after leaving it behind */
	struct fleet_call *call;
	struct job_probe *probe; /* in flight and ours */
	struct session_host *connection;
	struct fleet_call *closer; /* the block of the call that will close it */
	int64_t began_us;	   /* of this phase */
	int64_t busy_us;	   /* since when it has not rested (GRACE, HOLD) */
	int64_t spent_us;	   /* in calls and backoffs, against --host-timeout */
	int64_t interval_ms;	   /* of the next tick */
	int64_t sleep_us;	   /* TICK, BACKOFF: how long */
	int64_t wake_us;	   /* GRACE, HOLD: until then; 0 for ever */
	int64_t call_off_until_us; /* 0: not begun */
	int64_t rests_since_us;	   /* GRACE */
	uint8_t warn_round;
	uint32_t row;		      /* DETAILS: the session; */
	uint32_t current;	      /* WARN, ACT, CALL_OFF, RECHECK: index into `sessions` */
	struct session_job *sessions; /* the selected ones; in the act only */
	uint32_t session_count;
	/* Rows from here on were seen for the first time after the survey; */
	uint32_t survey_rows;
	/* what is known of those (comeback.c): enum later; none beyond `later_count` */
	uint8_t *later;
	uint32_t later_count;
	/* Surveyed again (host_sweep.c): the rows that are worth a closer look, */
	uint32_t *looks;
	uint32_t look_count, look_cap, look_next;
	uint32_t rows_before;  /* those it had before, */
	uint16_t error_before; /* its error, */
	uint16_t error_kept;   /* and the one that no look makes good: of its drain mode */
	struct host_job *hold_next;
	struct journal_waiter waiter; /* INTENT */
};

/* Starts the job in the fleet's present phase. */
void job_start(struct host_job *job);
/* The fleet is being stopped: leave what can be left; `now`: leave calls in flight behind too. */
void job_stop(struct host_job *job, bool now);
/* Lets everything go that it has, without a decision. */
void job_forget(struct host_job *job);
/* Woken from HOLD. */
void job_wake(struct host_job *job);

/* What the machine knows of a state. */
struct job_row {
	const char *name;
	void (*enter)(struct host_job *job);
	/* What a result leads to; NULL: not a state of calls. */
	enum job_state (*after)(struct host_job *job, struct fleet_call *call);
	enum call_kind kind;
	bool begins;	  /* begins something: not entered any more once the run is being stopped */
	bool counts;	  /* its time counts against --host-timeout */
	unsigned allowed; /* what may follow; DONE may follow anything when the run ends at once */
};
extern const struct job_row job_rows[JOB_STATE_COUNT];

/* For the other files of the machine: */
void job_move(struct host_job *job, enum job_state next);
int64_t job_now_us(const struct host_job *job);
bool job_is_of_drain(enum job_state state);
bool job_anything_asked(const struct host_job *job);
/* What it sees to although nothing new is begun any more. */
bool job_owes_anything(const struct host_job *job);
/* Where a job goes that may not begin anything any more: to verify what it asked, or to its end. */
enum job_state job_way_out(struct host_job *job);
/* The run is being stopped, and this is nothing that is owed. */
bool job_is_blocked(const struct host_job *job, enum job_state state);
bool job_stopping(const struct host_job *job); /* nothing new may be begun */
struct rep_host *job_host(const struct host_job *job);
const char *job_state_name(enum job_state state);

enum job_failure {
	/* the state to move to was set up: CLOSE, then BACKOFF, then the same step again */
	JOB_FAILURE_RETRY,
	JOB_FAILURE_FINAL
};
/* A call that failed: may it be tried again? If so the job is already prepared, and `CLOSE`
 * comes next. */
enum job_failure job_retry(struct host_job *job, const struct session_error *error,
			   enum job_state resume);
int64_t job_backoff_us(struct host_job *job, unsigned tries);
void job_out_of_memory(struct host_job *job);

/* host_call.c */
void job_enter_call(struct host_job *job); /* a state of calls: asks for a seat */
void job_not_ready_any_more(struct host_job *job);
/* What the results of these calls lead to. */
enum job_state job_opened(struct host_job *job, struct fleet_call *call);
enum job_state job_enumerated(struct host_job *job, struct fleet_call *call);
enum job_state job_closed(struct host_job *job, struct fleet_call *call);
/* The job goes on without its call, and without the connection that the call holds. */
void job_leave_behind(struct host_job *job);
void job_overdue(struct host_job *job); /* its call is past its deadline */
/* Closes a connection that no job waits for; `call` is the block for it. */
void job_close_late(struct fleet *fleet, struct session_host *connection, struct fleet_call *call);
/* The error of a call that was left behind: the host's time was up, or the call's. */
struct session_error job_timeout_error(const struct host_job *job);
/* Nothing can be begun with this host any more: every thread is held for good. */
void job_refuse(struct host_job *job);

/* host_probe.c */
void probe_enter(struct host_job *job);		 /* PROBE: starts it */
void probe_give_up(struct host_job *job);	 /* none in flight: fine */
void probe_counts_no_more(struct host_job *job); /* it keeps others waiting no longer */

/* Ends with this error; the sessions that wait get it too. */
enum job_state job_give_up(struct host_job *job, const struct session_error *error, bool silent);

/* host_survey.c: what to do after a result; the next state. */
enum job_state survey_probed(struct host_job *job, enum exec_probe_result result);
enum job_state survey_opened(struct host_job *job, const struct fleet_call *call);
enum job_state survey_enumerated(struct host_job *job, struct fleet_call *call);
enum job_state survey_detailed(struct host_job *job, struct fleet_call *call);
enum job_state survey_overdue(struct host_job *job);
void survey_settle(struct host_job *job);
bool survey_prepare_details(struct host_job *job); /* false: there are none left */

/* host_order.c: what the call is to do to the session `current`. 0, -1 when memory is short. */
int order_act(struct host_job *job, struct fleet_call *call, int64_t not_after_us);
int order_warn(struct host_job *job, struct fleet_call *call, int64_t not_after_us);
int order_call_off(struct host_job *job, struct fleet_call *call, int64_t not_after_us);

/* host_warn.c */
bool warn_applies(const struct host_job *job); /* users are told before they are logged off */
/* When the next step of a session that is planned is due: a warning, or its act. */
int64_t warn_due_us(const struct host_job *job, const struct session_job *session);
bool warn_in_grace(const struct host_job *job, const struct session_job *session);
bool warn_is_wanted(const struct host_job *job, const struct session_job *session);
/* Whether somebody is to be told something now; then *ret_next is how. */
bool warn_next(struct host_job *job, enum job_state *ret_next);
/* Writes the intents of the warnings that are due. -1 when memory is short. */
int warn_intend(struct host_job *job);
/* Takes from a list who is disconnected. */
void warn_listed(struct host_job *job, const struct session_list *list);
/* Whether an act without a warning, as he was disconnected, found that he is not any more. */
bool warn_is_back(struct host_job *job, struct session_job *session,
		  const struct session_details *details);
enum job_state warn_warned(struct host_job *job, struct fleet_call *call);
/* The warning of `current` was left behind; `withdrawn`: it is never shown. */
void warn_abandon(struct host_job *job, bool withdrawn);
/* ... and the run ends: the user counts as warned. */
void warn_may_be_shown(struct host_job *job);
/* Nothing is to be done until then, and nothing stays open. */
enum job_state warn_sleep(struct host_job *job, int64_t until_us);

/* host_call_off.c */
bool call_off_is_owed(
	const struct host_job *job); /* to somebody whom the stop of the run concerns */
enum job_state call_off_next(struct host_job *job); /* one is owed */
int64_t call_off_left_us(struct host_job *job);	    /* of the time for it, which begins now */
enum job_state call_off_told(struct host_job *job, struct fleet_call *call);
void call_off_give_up(struct host_job *job, const struct session_error *error);
enum job_state call_off_overdue(struct host_job *job);
void call_off_count(struct host_job *job); /* whom it was not told, at the host's end */

/* host_drain.c */
enum job_state job_first_call(const struct host_job *job); /* once its port has answered */
void drain_fill(struct host_job *job, struct fleet_call *call, int64_t not_after_us);
void drain_intend(struct host_job *job); /* writes the intent of setting the mode */
enum job_state drain_looked(struct host_job *job, struct fleet_call *call);
enum job_state drain_set(struct host_job *job, struct fleet_call *call);
enum job_state drain_checked(struct host_job *job, struct fleet_call *call);
enum job_state drain_failed(struct host_job *job, const struct session_error *error, bool silent);
/* The setting was left behind, because of that error, or of an interrupt (NULL); `withdrawn`: its permit was taken back, so
 * that it never sets. */
void drain_abandon(struct host_job *job, bool withdrawn, const struct session_error *error);
enum job_state drain_overdue(struct host_job *job, bool withdrawn);
void drain_late(struct fleet *fleet, const struct fleet_call *call);
void drain_settle(struct host_job *job); /* the host's error, before its outcome is told */
void drain_settle_command(struct host_job *job);
void drain_settle_restored(struct host_job *job);

/* host_act.c */
int act_begin(struct host_job *job); /* -1 when memory is short */
enum job_state act_enumerated(struct host_job *job, struct fleet_call *call);
enum job_state act_next(struct host_job *job);
/* Writes the intents of all that is planned. -1 when memory is short. */
int act_intend(struct host_job *job);
void act_settle(struct host_job *job);
/* For host_warn.c too: gives it its outcome; */
void act_settle_as(struct host_job *job, struct session_job *session,
		   enum rep_session_outcome outcome, uint16_t error, enum rep_reason reason);
/* for host_acted.c: */
struct rep_session *act_row(const struct host_job *job, const struct session_job *session);
enum fleet_command act_command(const struct host_job *job);
/* Settles it with no reason. */
void act_settle_to(struct host_job *job, struct session_job *session,
		   enum rep_session_outcome outcome, uint16_t error);
/* Settles what was asked and is not known; without an error the reason is what stopped the run. */
void act_settle_in_doubt(struct host_job *job, struct session_job *session, uint16_t error);
/* Its id is another session's. */
void act_settle_changed(struct host_job *job, struct session_job *session);
/* and for host_verify.c: */
extern const struct session_error act_out_of_memory;
void act_not_closing(struct host_job *job, struct session_job *session);
void act_settle_gone(struct host_job *job, struct session_job *session);
/* What a session is that is gone, `asked` or not. */
enum rep_session_outcome act_outcome_gone(enum fleet_command command, bool asked);
/* Whether it is as `disconnect` would have it; then it is settled. */
bool act_settle_disconnected(struct host_job *job, struct session_job *session,
			     const struct session_details *details);
int64_t act_verify_until_us(const struct host_job *job, const struct session_job *session);
/* An empty list proves nothing: it is turned into a look that failed. */
bool act_look_is_good(struct fleet_call *call);
/* One flag a row, to be freed; NULL when memory is short. Newcomers get rows. */
bool *act_rows_shown(struct host_job *job, const struct session_list *list);

/* host_acted.c */
enum job_state act_acted(struct host_job *job, struct fleet_call *call);
/* The act of `current` was left behind, because of that error, or of an interrupt (NULL); `withdrawn`: its permit was
 * taken back, so that it never acts. */
void act_abandon(struct host_job *job, bool withdrawn, const struct session_error *error);
enum job_state act_overdue(struct host_job *job, bool withdrawn);
/* For host_warn.c too: what a look found that did not find the same. */
void act_seen_otherwise(struct host_job *job, struct session_job *session, struct fleet_call *call);
/* A result that came after its deadline, while the record is still open. */
void act_late(struct fleet *fleet, struct fleet_call *call);

/* host_verify.c */
enum job_state act_verified(struct host_job *job, struct fleet_call *call);
/* A look that was no good says nothing about who is there. */
enum job_state act_look_failed(struct host_job *job, const struct session_error *error);
enum job_state act_rechecked(struct host_job *job, struct fleet_call *call);

#endif
