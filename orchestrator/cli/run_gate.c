/* run_gate.c - what would be done, and the question whether to do it. */
#include "host_range.h"
#include "platform_console.h"
#include "run_drain.h"
#include "run_resume.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Patterns from files are shown one by one up to here, then only counted. */
#define FILE_PATTERNS_SHOWN 50
/* of each pattern, those with most sessions */
#define PEOPLE_SHOWN	  20
#define FILE_PEOPLE_SHOWN 4

static const char *plural(uint32_t count)
{
	return count == 1 ? "" : "s";
}

static void show_pattern(struct run *run, const char *option,
			 const struct selection_pattern *pattern)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_addf(&line, "  %s ", option);
	text_escape_add(&line, pattern->text, strlen(pattern->text));
	strbuf_addf(&line, ": %" PRIu32 " session%s", pattern->matched, plural(pattern->matched));
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

/* Who that is: a name can be that of several people. */
static void show_who(struct run *run, const struct selection_pattern *pattern, uint32_t most)
{
	if (pattern->matched && run->call->self->id != COMMAND_SESSIONS)
		run_show_who(run, pattern->text, most);
}

static void show_file_patterns(struct run *run)
{
	const struct selection *selection = &run->who.selection;
	size_t first = run->who.listed_users, count = selection->user_count - first;
	size_t shown = count < FILE_PATTERNS_SHOWN ? count : FILE_PATTERNS_SHOWN;
	size_t without = 0;
	struct strbuf line;

	for (size_t i = 0; i < shown; i++) {
		show_pattern(run, "--user-file", &selection->users[first + i]);
		show_who(run, &selection->users[first + i], FILE_PEOPLE_SHOWN);
	}
	if (shown == count)
		return;
	for (size_t i = shown; i < count; i++)
		without += !selection->users[first + i].matched;
	strbuf_init(&line);
	strbuf_addf(&line, "  --user-file: %lu more patterns, %lu of them match nobody",
		    (unsigned long)(count - shown), (unsigned long)without);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

static bool goes_on(const struct run *run)
{
	return run->resume && run_resume_is_confirmed(run->resume);
}

void run_show_patterns(struct run *run)
{
	const struct selection *selection = &run->who.selection;

	run->plan_shown = true;
	if (goes_on(run))
		return; /* nobody was matched against them this time */
	for (size_t i = 0; !selection->planned && i < run->who.listed_users; i++) {
		show_pattern(run, "--user", &selection->users[i]);
		show_who(run, &selection->users[i], PEOPLE_SHOWN);
	}
	if (!selection->planned)
		show_file_patterns(run);
	for (size_t i = 0; i < selection->not_user_count; i++)
		show_pattern(run, "--not-user", &selection->not_users[i]);
	for (size_t i = 0; i < selection->protect_count; i++)
		show_pattern(run, "--protect", &selection->protect[i]);
}

/* Of a run that goes on: the number counts them too. */
static void show_doubts(struct run *run)
{
	size_t count = goes_on(run) ? run->resume->read.doubt_count : 0;
	struct strbuf line;

	if (!count)
		return;
	strbuf_init(&line);
	if (run->call->self->id == COMMAND_MESSAGE)
		strbuf_addf(&line,
			    "  may have the message already: %lu session%s; they get it once more",
			    (unsigned long)count, plural((uint32_t)count));
	else
		strbuf_addf(&line,
			    "  may have been asked before: %lu session%s; each is looked at first, "
			    "and only asked again when it has had its time",
			    (unsigned long)count, plural((uint32_t)count));
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

/* Of a run that goes on: what they were told before may be long over. */
static void show_warned(struct run *run)
{
	size_t count = goes_on(run) ? run->resume->read.warned_count : 0;
	struct strbuf line;

	if (!count || !run->options->notify)
		return;
	strbuf_init(&line);
	strbuf_addf(&line,
		    "  were warned before: %lu session%s; they are warned anew and have the whole "
		    "grace",
		    (unsigned long)count, plural((uint32_t)count));
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

static void add_hosts(struct strbuf *line, const char *before, uint32_t count, const char *after)
{
	strbuf_addf(line, "%s%" PRIu32 " host%s%s", before, count, plural(count), after);
}

/* What happens to the doors of hosts beside that. */
static void add_drain(struct strbuf *line, const struct run *run, const struct fleet_plan *plan)
{
	static const char *const until[] = {
		[DRAIN_RUN] = " until it ends.",
		[DRAIN_RESTART] = " until they restart.",
		[DRAIN_KEEP] = ", also when it has ended.",
	};

	if (plan->drain_hosts)
		add_hosts(line, " New logons are refused on ", plan->drain_hosts,
			  until[run->options->drain]);
	if (plan->restore_hosts)
		add_hosts(line, " Drain mode is put back on ", plan->restore_hosts, ".");
}

/* Of a run that goes on there may be nobody left but who logs on meanwhile. */
static void question(const struct run *run, struct strbuf *line, const struct fleet_plan *plan)
{
	static const char *const acts[COMMAND_COUNT] = {
		[COMMAND_LOGOFF] = "logs off",
		[COMMAND_DISCONNECT] = "disconnects",
		[COMMAND_MESSAGE] = "sends a message to",
	};

	if (run->call->self->id == COMMAND_DRAIN) {
		strbuf_addf(line, "This %s", run_drain_question(run->options));
		add_hosts(line, " on ", plan->drain_hosts, ".");
		return;
	}
	if (plan->sessions)
		strbuf_addf(line,
			    "This %s %" PRIu32 " session%s of %" PRIu32 " user%s on %" PRIu32
			    " host%s",
			    acts[run->call->self->id], plan->sessions, plural(plan->sessions),
			    plan->users, plural(plan->users), plan->hosts, plural(plan->hosts));
	else if (plan->sweeps)
		strbuf_adds(line, "Everything that was found has been done; this goes on with");
	else
		add_hosts(line, "This puts drain mode back on ", plan->restore_hosts,
			  ", as the run has not done so");
	if (plan->sweeps)
		strbuf_addf(line, "%s up to %" PRIu32 " sweep%s for who logs on meanwhile",
			    plan->sessions ? ", and" : "", plan->sweeps, plural(plan->sweeps));
	strbuf_addc(line, '.');
	if (plan->sessions || plan->sweeps) {
		run_add_courtesy(run, line);
		add_drain(line, run, plan);
	}
}

/* The number that means yes. */
static uint32_t expected(const struct fleet_plan *plan)
{
	if (plan->sessions)
		return plan->sessions;
	if (plan->restore_hosts)
		return plan->restore_hosts;
	return plan->sweeps ? plan->sweeps : plan->drain_hosts;
}

static void say_declined(struct run *run, const char *why)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_addf(&line, "%sdeclined: nothing %swas touched", why, goes_on(run) ? "more " : "");
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

static void answered(struct prompt *prompt, const char *line)
{
	struct run *run = prompt->ctx;
	bool yes = line && prompt_is_number(line, run->expected);

	prompt_stop(prompt);
	if (!line && !console_is_terminal(CONSOLE_IN)) {
		/* Not a "no": there is nobody any more. Its signal may be late, or be somebody else's. */
		run_interrupt(run, FLEET_STOP_SIGHUP, "terminal closed", false);
		return;
	}
	if (!line)
		writer_line(run->writer, "");
	if (!yes)
		say_declined(run, "");
	fleet_answer(run->fleet, yes);
}

static void ask(struct run *run, const struct fleet_plan *plan)
{
	struct strbuf line;

	strbuf_init(&line);
	question(run, &line, plan);
	strbuf_addf(&line, " Type %" PRIu32 " to go on: ", expected(plan));
	writer_add(run->writer, strbuf_text(&line), line.len);
	strbuf_release(&line);
	run->expected = expected(plan);
	run->prompt.answered = answered;
	run->prompt.ctx = run;
	if (prompt_start(&run->prompt, &run->loop) == 0)
		return;
	writer_line(run->writer, "");
	say_declined(run, "rdsweep: the terminal cannot be read: ");
	fleet_answer(run->fleet, false);
}

void run_gate(void *ctx, const struct fleet_plan *plan)
{
	struct run *run = ctx;
	struct strbuf line;

	if (run->options->yes && run->options->quiet) {
		fleet_answer(run->fleet, true);
		return;
	}
	run_show_patterns(run);
	run_show_gaps(run, plan);
	show_doubts(run);
	run_show_courtesy(run);
	show_warned(run);
	if (!run->options->yes) {
		ask(run, plan);
		return;
	}
	strbuf_init(&line);
	question(run, &line, plan);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
	fleet_answer(run->fleet, true);
}
