/* run_hosts.c - hosts of which not everything is known: those that could not be asked, and those that did not come to
 * an end. */
#include "host_range.h"
#include "run.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* It has told something of itself. A row of unknown state comes from a plan, not from the host. */
static bool has_answered(const struct rep_host *host)
{
	for (uint32_t i = 0; i < host->session_count; i++)
		if (host->sessions[i].state != REP_STATE_UNKNOWN)
			return true;
	return host->drain_before != REP_DRAIN_UNKNOWN;
}

/* What its sessions came to says nothing about whether it was asked: only an error of its own does. */
static bool could_not_be_asked(const struct rep_host *host)
{
	bool failed = host->outcome == REP_HOST_FAILED || host->outcome == REP_HOST_TIMED_OUT;

	return failed && host->error && !has_answered(host);
}

/* It was not come to, or left in the middle of it. */
static bool is_not_finished(const struct rep_host *host)
{
	if (host->outcome == REP_HOST_NOT_ATTEMPTED || (host->error && has_answered(host)))
		return true;
	for (uint32_t i = 0; i < host->session_count; i++)
		if (host->sessions[i].outcome == REP_SESSION_NOT_ATTEMPTED)
			return true;
	return false;
}

/* It will be asked (again). */
static bool is_to_be_acted_on(const struct rep_host *host)
{
	for (uint32_t i = 0; i < host->session_count; i++)
		if (host->sessions[i].selected && host->sessions[i].outcome == REP_SESSION_NONE)
			return true;
	return false;
}

static bool is_left_open(const struct rep_host *host)
{
	return is_not_finished(host) && !is_to_be_acted_on(host);
}

/* Appends `before`, how many hosts those are, and their names; nothing where there are none. */
static uint32_t add_hosts(struct strbuf *line, const struct rep_record *record, const char *before,
			  bool (*is_so)(const struct rep_host *host))
{
	const char **names = calloc(record->host_count + 1, sizeof(*names));
	struct strbuf folded;
	uint32_t count = 0;

	for (size_t i = 0; i < record->host_count; i++) {
		if (!is_so(&record->hosts[i]))
			continue;
		if (names)
			names[count] = record->hosts[i].name;
		count++;
	}
	strbuf_init(&folded);
	if (names && count)
		host_range_fold(&folded, names, count);
	if (count)
		strbuf_addf(line, "%s%" PRIu32 " host%s%s", before, count, count == 1 ? "" : "s",
			    folded.len ? ": " : "");
	text_escape_add(line, strbuf_text(&folded), folded.len);
	strbuf_release(&folded);
	free(names);
	return count;
}

static bool is_stopped(const struct run *run)
{
	return run->record.run.stopped_by[0] && run->record.run.exit_code != EXIT_DECLINED;
}

void run_add_gaps(const struct run *run, struct strbuf *line)
{
	add_hosts(line, &run->record, "; could not be asked: ", could_not_be_asked);
	if (!is_stopped(run)) /* else run_say_cut_short() */
		add_hosts(line, &run->record, "; not finished: ", is_not_finished);
}

static void show_gap(struct run *run, const struct fleet_plan *plan, const char *before,
		     bool (*is_so)(const struct rep_host *host))
{
	struct strbuf line;

	strbuf_init(&line);
	if (add_hosts(&line, &run->record, before, is_so)) {
		if (plan->sweeps)
			strbuf_adds(&line, " (a sweep asks again, and acts on who is found there)");
		writer_line(run->writer, strbuf_text(&line));
	}
	strbuf_release(&line);
}

void run_show_gaps(struct run *run, const struct fleet_plan *plan)
{
	show_gap(run, plan, "  could not be asked: ", could_not_be_asked);
	show_gap(run, plan, "  not finished: ", is_left_open);
}

void run_say_cut_short(struct run *run)
{
	bool lists = run->call->self->id == COMMAND_SESSIONS;
	struct strbuf line;

	if (!is_stopped(run) || (!lists && !run->options->dry_run))
		return;
	strbuf_init(&line);
	strbuf_addf(&line, "cut short (%s): not finished: ", run->record.run.stopped_by);
	if (add_hosts(&line, &run->record, "", is_not_finished)) {
		if (!lists)
			strbuf_adds(&line, "; nothing is planned there");
		writer_line(run->writer, strbuf_text(&line));
	}
	strbuf_release(&line);
}
