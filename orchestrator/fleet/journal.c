/* journal.c - see journal.h: when lines are written and made durable. */
#include "journal.h"

#include <stdlib.h>

#include "journal_lines.h"
#include "utc.h"

#define COMMIT_APART_US 2000   /* at least, between the starts of two commits */
#define LINGER_US	100000 /* lines that nobody waits for are written after so long */

struct journal {
	struct exec_call call; /* first: the commit in flight */
	struct executor *executor;
	struct journal_sink sink;
	void (*on_failed)(void *ctx);
	void *failed_ctx;
	struct strbuf pending; /* lines that no commit has taken yet */
	/* what the commit in flight writes; the worker's while it is out */
	struct strbuf writing;
	struct journal_waiter *waiting;	  /* for the pending lines */
	struct journal_waiter *in_commit; /* for the commit in flight */
	struct exec_timer timer;
	int64_t last_commit_us;
	bool busy, failed;
	bool told;  /* on_failed was called */
	int status; /* the worker's answer */
};

static void work_commit(struct exec_call *call)
{
	struct journal *journal = (struct journal *)call;

	journal->status = journal->sink.append(journal->sink.ctx, journal->writing.data,
					       journal->writing.len);
	if (journal->status == 0)
		journal->status = journal->sink.sync(journal->sink.ctx);
}

static void call_waiters(struct journal_waiter *waiters)
{
	while (waiters) {
		struct journal_waiter *waiter = waiters;

		waiters = waiter->next;
		waiter->waiting = false;
		waiter->durable(waiter);
	}
}

/* Whoever has to hear of it hears from the loop: this is called in the middle of others'
 * decisions. */
static void fail(struct journal *journal)
{
	journal->failed = true;
	(void)exec_timer_set(journal->executor, &journal->timer, exec_now_us(journal->executor));
}

static void tell_failed(struct journal *journal)
{
	struct journal_waiter *waiters = journal->waiting;

	journal->waiting = NULL;
	if (!journal->told && journal->on_failed)
		journal->on_failed(journal->failed_ctx);
	journal->told = true;
	call_waiters(waiters);
}

/* Sets the time of the next commit: soon where somebody waits, some time where not. */
static void arm(struct journal *journal)
{
	int64_t now_us = exec_now_us(journal->executor), due_us;

	if (journal->failed) {
		fail(journal);
		return;
	}
	if (journal->busy || (!journal->pending.len && !journal->waiting))
		return;
	due_us = journal->waiting ? journal->last_commit_us + COMMIT_APART_US : now_us + LINGER_US;
	if (due_us < now_us)
		due_us = now_us;
	if (journal->timer.place && journal->timer.due_us <= due_us)
		return;
	if (exec_timer_set(journal->executor, &journal->timer, due_us) < 0)
		/* no memory: nobody is called any more, and nothing is asked */
		journal->failed = true;
}

static void commit_done(struct exec_call *call)
{
	struct journal *journal = (struct journal *)call;
	struct journal_waiter *waiters = journal->in_commit;

	journal->busy = false;
	journal->in_commit = NULL;
	strbuf_clear(&journal->writing);
	if (journal->status < 0)
		journal->failed = true;
	call_waiters(waiters); /* they look at journal_failed() */
	arm(journal);
}

static void commit(struct journal *journal)
{
	struct strbuf swap = journal->writing;

	if (journal->busy || journal->failed)
		return;
	if (journal->pending.failed) {
		fail(journal);
		return;
	}
	exec_timer_stop(journal->executor, &journal->timer);
	journal->writing = journal->pending;
	journal->pending = swap;
	journal->in_commit = journal->waiting;
	journal->waiting = NULL;
	journal->last_commit_us = exec_now_us(journal->executor);
	journal->busy = true;
	if (exec_call(journal->executor, &journal->call) == 0)
		return;
	journal->busy = false;
	journal->waiting = journal->in_commit;
	journal->in_commit = NULL;
	fail(journal);
}

static void on_timer(struct exec_timer *timer)
{
	struct journal *journal =
		(struct journal *)(void *)((char *)timer - offsetof(struct journal, timer));

	if (journal->failed)
		tell_failed(journal);
	else
		commit(journal);
}

struct journal *journal_create(struct executor *executor, const struct journal_sink *sink,
			       void (*failed)(void *ctx), void *failed_ctx)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (!journal)
		return NULL;
	journal->executor = executor;
	journal->sink = *sink;
	journal->on_failed = failed;
	journal->failed_ctx = failed_ctx;
	journal->call.work = work_commit;
	journal->call.done = commit_done;
	journal->timer.fire = on_timer;
	journal->last_commit_us = exec_now_us(executor) - COMMIT_APART_US;
	strbuf_init(&journal->pending);
	strbuf_init(&journal->writing);
	return journal;
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	exec_timer_stop(journal->executor, &journal->timer);
	strbuf_release(&journal->pending);
	strbuf_release(&journal->writing);
	free(journal);
}

bool journal_failed(const struct journal *journal)
{
	return journal && journal->failed;
}

bool journal_busy(const struct journal *journal)
{
	return journal && journal->busy;
}

void journal_wait(struct journal *journal, struct journal_waiter *waiter)
{
	struct journal_waiter **end = &journal->waiting;

	waiter->waiting = true;
	waiter->next = NULL;
	while (*end)
		end = &(*end)->next;
	*end = waiter;
	arm(journal);
}

static void remove_waiter(struct journal_waiter **list, struct journal_waiter *waiter)
{
	for (; *list; list = &(*list)->next) {
		if (*list != waiter)
			continue;
		*list = waiter->next;
		waiter->waiting = false;
		return;
	}
}

void journal_cancel(struct journal *journal, struct journal_waiter *waiter)
{
	if (!journal || !waiter->waiting)
		return;
	remove_waiter(&journal->waiting, waiter);
	remove_waiter(&journal->in_commit, waiter);
}

void journal_flush(struct journal *journal)
{
	if (journal && journal->pending.len)
		commit(journal);
}

static int64_t now_ms(const struct journal *journal)
{
	return exec_wall_ms(journal->executor);
}

void journal_surveyed(struct journal *journal, const struct rep_record *record, uint32_t host)
{
	if (!journal)
		return;
	journal_line_surveyed(&journal->pending, now_ms(journal), record, host);
	arm(journal);
}

void journal_confirmed(struct journal *journal)
{
	if (!journal)
		return;
	journal_line_confirmed(&journal->pending, now_ms(journal));
	arm(journal);
}

void journal_sweep(struct journal *journal, uint32_t number, bool acting)
{
	if (!journal)
		return;
	journal_line_sweep(&journal->pending, now_ms(journal), number, acting);
	arm(journal);
}

void journal_intent(struct journal *journal, const struct rep_record *record, uint32_t host,
		    const uint32_t *rows, size_t count)
{
	if (!journal)
		return;
	journal_line_intent(&journal->pending, now_ms(journal), record, host, rows, count);
	arm(journal);
}

void journal_warn(struct journal *journal, const struct rep_record *record, uint32_t host,
		  const uint32_t *rows, size_t count)
{
	if (!journal)
		return;
	journal_line_warn(&journal->pending, now_ms(journal), record, host, rows, count);
	arm(journal);
}

void journal_warned(struct journal *journal, const struct rep_record *record, uint32_t host,
		    uint32_t row, int64_t until_ms, uint16_t error)
{
	if (!journal)
		return;
	journal_line_warned(&journal->pending, now_ms(journal), record, host, row, until_ms, error);
	arm(journal);
}

void journal_called_off(struct journal *journal, const struct rep_record *record, uint32_t host,
			uint32_t row, uint16_t error)
{
	if (!journal)
		return;
	journal_line_called_off(&journal->pending, now_ms(journal), record, host, row, error);
	arm(journal);
}

void journal_seen(struct journal *journal, const struct rep_record *record, uint32_t host,
		  uint32_t row)
{
	if (!journal)
		return;
	journal_line_session(&journal->pending, "seen", now_ms(journal), record, host, row);
	arm(journal);
}

void journal_result(struct journal *journal, const struct rep_record *record, uint32_t host,
		    uint32_t row)
{
	if (!journal)
		return;
	journal_line_session(&journal->pending, "result", now_ms(journal), record, host, row);
	arm(journal);
}

void journal_left(struct journal *journal, const struct rep_record *record, uint32_t host,
		  uint32_t row)
{
	if (!journal)
		return;
	journal_line_left(&journal->pending, now_ms(journal), record, host, row);
	arm(journal);
}

void journal_done(struct journal *journal, const struct rep_record *record, uint32_t host)
{
	if (!journal)
		return;
	journal_line_done(&journal->pending, now_ms(journal), record, host);
	arm(journal);
}

void journal_drain(struct journal *journal, const struct rep_record *record, uint32_t host,
		   enum rep_drain to)
{
	if (!journal)
		return;
	journal_line_drain(&journal->pending, now_ms(journal), record, host, to);
	arm(journal);
}

void journal_drained(struct journal *journal, const struct rep_record *record, uint32_t host)
{
	if (!journal)
		return;
	journal_line_drained(&journal->pending, now_ms(journal), record, host);
	arm(journal);
}

void journal_end(struct journal *journal, const struct rep_run *run, bool settled)
{
	if (!journal)
		return;
	/* The report's own time: whoever reads the journal makes the same report. */
	journal_line_end(&journal->pending,
			 run->finished_at_ms != UTC_UNKNOWN ? run->finished_at_ms : now_ms(journal),
			 run, settled);
	arm(journal);
}

void journal_line(struct journal *journal, const char *line, size_t len)
{
	strbuf_add(&journal->pending, line, len);
	strbuf_addc(&journal->pending, '\n');
	arm(journal);
}
