/*
 * run_guard.c - the session that rdsweep runs in is to end while a run is on.
 *
 * The guard's thread asks, the loop decides and answers within its patience: all state of the run
 * stays on the loop. An end that is objected to is not lost: where the administrator says yes, the
 * run stops in order, writes its report, and then asks for the session's end itself.
 */
#include "cli_error.h"
#include "platform_console.h"
#include "platform_process.h"
#include "run.h"
#include "self_logoff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Says beforehand what the administrator would answer; meant for tests, where nobody sits at a
 * terminal. */
#define ANSWER_VARIABLE "RDSWEEP_GUARD_ANSWER"

int run_guard_check(struct run *run)
{
	const char *answer = process_env(ANSWER_VARIABLE);

	if (!answer || !*answer)
		run->guard.voice =
			console_is_terminal(CONSOLE_IN) ? GUARD_VOICE_TERMINAL : GUARD_VOICE_NONE;
	else if (strcmp(answer, "yes") == 0)
		run->guard.voice = GUARD_VOICE_YES;
	else if (strcmp(answer, "no") == 0)
		run->guard.voice = GUARD_VOICE_NO;
	else
		return cli_usage("environment variable '%s' has to be 'yes' or 'no', not '%s'",
				 ANSWER_VARIABLE, answer);
	return 0;
}

/* The guard's thread */

/* Waits for the loop until `until`; false when that is over. The mutex is held. */
static bool wait_for_loop(struct run_guard *guard, uint64_t until)
{
	uint64_t now = uv_hrtime();

	if (now >= until)
		return false;
	(void)uv_cond_timedwait(&guard->changed, &guard->mutex, until - now);
	return true;
}

static uint64_t from_now(unsigned ms)
{
	return uv_hrtime() + (uint64_t)ms * 1000000;
}

static bool query(void *ctx, char reason[GUARD_REASON_SIZE])
{
	struct run *run = ctx;
	struct run_guard *guard = &run->guard;
	uint64_t until = from_now(GUARD_QUERY_MS);
	bool agrees;

	uv_mutex_lock(&guard->mutex);
	guard->query = RUN_GUARD_ASKED;
	(void)uv_async_send(&guard->wake);
	while (guard->query != RUN_GUARD_ANSWERED && !guard->deaf && wait_for_loop(guard, until))
		;
	agrees = guard->deaf;
	(void)snprintf(reason, GUARD_REASON_SIZE, "rdsweep is busy");
	if (guard->query == RUN_GUARD_ANSWERED) {
		agrees = guard->agrees;
		memcpy(reason, guard->reason, GUARD_REASON_SIZE);
	}
	guard->query = RUN_GUARD_QUIET;
	uv_mutex_unlock(&guard->mutex);
	return agrees;
}

static void end(void *ctx)
{
	struct run *run = ctx;
	struct run_guard *guard = &run->guard;
	uint64_t until = from_now(GUARD_END_MS);

	uv_mutex_lock(&guard->mutex);
	guard->ends = true;
	(void)uv_async_send(&guard->wake);
	while (!guard->written && wait_for_loop(guard, until))
		;
	uv_mutex_unlock(&guard->mutex);
}

/* The loop */

static enum guard_stake stake_of(const struct fleet_progress *progress)
{
	if (progress->phase == FLEET_FINISHED)
		return GUARD_STAKE_WRITTEN;
	if (progress->stop != FLEET_STOP_NONE)
		return GUARD_STAKE_ENDING;
	/* A drain mode that has to be put back is at stake in every phase. */
	return progress->phase == FLEET_ACT || progress->hosts_to_restore ? GUARD_STAKE_SESSIONS
									  : GUARD_STAKE_NOTHING;
}

static void describe_drain(char out[GUARD_REASON_SIZE], const struct fleet_progress *progress)
{
	bool back = progress->phase == FLEET_RESTORE;
	uint32_t hosts = back ? progress->hosts_to_restore : progress->hosts_acting;

	(void)snprintf(out, GUARD_REASON_SIZE, "rdsweep is %s drain mode %s %" PRIu32 " host%s",
		       back ? "putting" : "setting the", back ? "back on" : "of", hosts,
		       hosts == 1 ? "" : "s");
}

/* What rdsweep is doing, for the system's screen and for our question. */
static void describe(char out[GUARD_REASON_SIZE], const struct fleet_progress *progress)
{
	switch (stake_of(progress)) {
	case GUARD_STAKE_SESSIONS:
		if (progress->phase == FLEET_RESTORE || !progress->sessions_selected) {
			describe_drain(out, progress);
			return;
		}
		(void)snprintf(out, GUARD_REASON_SIZE,
			       "rdsweep is logging off %" PRIu32 " session%s on %" PRIu32 " host%s",
			       progress->sessions_selected,
			       progress->sessions_selected == 1 ? "" : "s", progress->hosts_acting,
			       progress->hosts_acting == 1 ? "" : "s");
		return;
	case GUARD_STAKE_ENDING:
	case GUARD_STAKE_WRITTEN:
		(void)snprintf(out, GUARD_REASON_SIZE, "rdsweep is stopping and writes its report");
		return;
	case GUARD_STAKE_NOTHING:
	case GUARD_STAKE_COUNT:
	default:
		(void)snprintf(out, GUARD_REASON_SIZE,
			       "rdsweep is looking at %" PRIu32
			       " host%s and has not touched anything",
			       progress->hosts, progress->hosts == 1 ? "" : "s");
	}
}

static void leave(struct run *run, const struct fleet_progress *progress)
{
	run->guard.leaves = true;
	if (progress->stop == FLEET_STOP_NONE)
		run_interrupt(run, FLEET_STOP_SIGHUP, "your session ends after this run", false);
	else
		writer_line(run->writer, "your session ends once the report is written");
}

static void answered(struct prompt *prompt, const char *line)
{
	struct run *run = prompt->ctx;
	struct fleet_progress progress;

	run->guard.asking = false;
	fleet_progress(run->fleet, &progress);
	if (!line) {
		writer_line(run->writer, "");
		run->guard.voice = GUARD_VOICE_NONE; /* nobody will answer again */
	}
	if (line && prompt_is_yes(line))
		leave(run, &progress);
	else
		writer_line(run->writer, "your session stays, and the run goes on");
}

static void ask(struct run *run, const char *what)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_addf(&line,
		    "Your session is to end, but %s. Type yes to stop the run, have its report "
		    "written and end the session: ",
		    what);
	writer_add(run->writer, strbuf_text(&line), line.len);
	strbuf_release(&line);
	run->guard.prompt.answered = answered;
	run->guard.prompt.ctx = run;
	run->guard.asking = prompt_start(&run->guard.prompt, &run->loop) == 0;
	if (run->guard.asking)
		return;
	writer_line(run->writer, "");
	writer_line(run->writer, "rdsweep: the terminal cannot be read: your session stays");
}

static void say_verdict(struct run *run, const struct guard_verdict *verdict, const char *what)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_addf(&line, "your session is to end: %s, as %s",
		    verdict->agrees ? "agreed" : "held up", what);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

static enum guard_voice voice_of(const struct run *run)
{
	/* A question that stands on the terminal already has to be answered first. */
	if (run->guard.voice == GUARD_VOICE_TERMINAL && run->prompt.started)
		return GUARD_VOICE_NONE;
	return run->guard.voice;
}

/* The guard's thread waits: it is answered before anything else is done. */
static void publish(struct run_guard *guard, bool agrees, const char *reason)
{
	uv_mutex_lock(&guard->mutex);
	if (guard->query == RUN_GUARD_TAKEN) {
		guard->query = RUN_GUARD_ANSWERED;
		guard->agrees = agrees;
		(void)snprintf(guard->reason, sizeof(guard->reason), "%s", reason);
		uv_cond_signal(&guard->changed);
	}
	uv_mutex_unlock(&guard->mutex);
}

static void decide(struct run *run)
{
	struct guard_verdict verdict;
	struct fleet_progress progress;
	char what[GUARD_REASON_SIZE];

	fleet_progress(run->fleet, &progress);
	describe(what, &progress);
	verdict = guard_decide(stake_of(&progress), voice_of(run));
	if (run->guard.asking && verdict.asks) { /* the answer to the first question counts */
		publish(&run->guard, false, what);
		return;
	}
	publish(&run->guard, verdict.agrees, what);
	if (progress.phase == FLEET_FINISHED)
		return;
	if (verdict.asks)
		ask(run, what);
	else if (!run->guard.leaves)
		say_verdict(run, &verdict, what);
	if (verdict.leaves && !run->guard.leaves)
		leave(run, &progress);
}

static void wake(uv_async_t *async)
{
	struct run *run = async->data;
	struct run_guard *guard = &run->guard;
	bool asked, ends;

	uv_mutex_lock(&guard->mutex);
	asked = guard->query == RUN_GUARD_ASKED;
	if (asked)
		guard->query = RUN_GUARD_TAKEN;
	ends = guard->ends;
	guard->ends = false;
	uv_mutex_unlock(&guard->mutex);
	if (asked)
		decide(run);
	if (!ends)
		return;
	guard->leaves = false; /* the end that was held up has come by itself */
	run_interrupt(run, FLEET_STOP_SIGHUP, "your session ends now", true);
}

static int make_sync(struct run_guard *guard, uv_loop_t *loop)
{
	if (uv_mutex_init(&guard->mutex) < 0)
		return -1;
	if (uv_cond_init(&guard->changed) < 0)
		goto no_cond;
	if (uv_async_init(loop, &guard->wake, wake) < 0)
		goto no_wake;
	uv_unref((uv_handle_t *)&guard->wake);
	return 0;
no_wake:
	uv_cond_destroy(&guard->changed);
no_cond:
	uv_mutex_destroy(&guard->mutex);
	return -1;
}

/* Without a guard the run is as good as with one, until the session ends. */
static void say_unguarded(struct run *run, uint32_t code)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_addf(&line,
		    "warning: an end of your own session would not be held up: no window (error "
		    "%" PRIu32 ")",
		    code);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

void run_guard_start(struct run *run)
{
	const struct guard_listener listener = { run, query, end };
	uint32_t code = 0;

	run->guard.wake.data = run;
	if (make_sync(&run->guard, &run->loop) < 0) {
		say_unguarded(run, code);
		return;
	}
	run->guard.started = true;
	if (guard_open(&listener, &run->guard.guard, &code) < 0)
		say_unguarded(run, code);
}

void run_guard_finished(struct run *run)
{
	struct run_guard *guard = &run->guard;

	if (guard->asking)
		writer_line(run->writer, ""); /* the question stands without its line end */
	guard->asking = false;
	prompt_stop(&guard->prompt);
	if (!guard->started)
		return;
	uv_mutex_lock(&guard->mutex);
	guard->deaf = true;
	uv_cond_signal(&guard->changed);
	uv_mutex_unlock(&guard->mutex);
}

void run_guard_stop(struct run *run)
{
	struct run_guard *guard = &run->guard;

	if (!guard->started)
		return;
	guard->started = false;
	uv_mutex_lock(&guard->mutex);
	guard->deaf = guard->written = true;
	uv_cond_signal(&guard->changed);
	uv_mutex_unlock(&guard->mutex);
	guard_close(guard->guard);
	uv_close((uv_handle_t *)&guard->wake, NULL);
	uv_cond_destroy(&guard->changed);
	uv_mutex_destroy(&guard->mutex);
}

void run_guard_leave(const struct run *run)
{
	struct session_error error;

	if (!run->guard.leaves)
		return;
	if (self_logoff(SELF_LOGOFF_ASK, &error) < 0)
		(void)cli_api_failed("your session stays", &error);
}
