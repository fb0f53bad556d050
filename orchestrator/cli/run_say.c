/* run_say.c - what a run says on standard error at its start and its end. */
#include "cli_error.h"
#include "platform_console.h"
#include "report_drain.h"
#include "report_fold.h"
#include "report_text.h"
#include "run.h"
#include "run_drain.h"
#include "run_resume.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

void run_say_path(struct run *run, const char *before, const char *path, const char *after)
{
	struct strbuf line;

	if (!run->writer)
		return;
	strbuf_init(&line);
	strbuf_adds(&line, before);
	text_escape_add(&line, path, strlen(path));
	strbuf_adds(&line, after);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

static const char *which_run(const struct run *run)
{
	if (run->options->dry_run)
		return " (dry run)";
	if (!run->resume)
		return "";
	return run_resume_is_settled(run->resume) ? " (finished, left alone)" : " (resumed)";
}

static void say_run(struct run *run)
{
	const struct options *options = run->options;
	struct strbuf line;

	strbuf_init(&line);
	strbuf_addf(&line, "run %s: %s%s%s%s%s %lu host%s", run->record.run.id,
		    run->call->self->name, *options->drain_to ? " " : "", options->drain_to,
		    which_run(run), *options->drain_to ? ":" : " on",
		    (unsigned long)run->host_count, run->host_count == 1 ? "" : "s");
	if (options->verbose && run->fleet)
		strbuf_addf(&line, ", %u calls in flight, %u threads", run->concurrency,
			    run->threads);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

/* Nothing was planned there: whoever reads "done as planned" should know. */
static void say_gaps_of_plan(struct run *run)
{
	uint32_t gaps = run->plan.gaps;
	struct strbuf rest;

	if (!gaps)
		return;
	strbuf_init(&rest);
	strbuf_addf(&rest,
		    "': its dry run did not get to the end of %lu host%s: who was not seen there "
		    "then is left alone",
		    (unsigned long)gaps, gaps == 1 ? "" : "s");
	run_say_path(run, "warning: plan '", run->options->plan ? run->options->plan : "",
		     strbuf_text(&rest));
	strbuf_release(&rest);
}

void run_say_start(struct run *run)
{
	if (run->record.run.simulated)
		run_say_path(run, "SIMULATED: the fleet of '",
			     run->options->sim ? run->options->sim : "",
			     "'; no real host is contacted");
	if (run->resume && run->resume->read.torn)
		run_say_path(run, "warning: journal '", run->resume->path,
			     "': the last line is torn, as a crash leaves it; it is dropped");
	say_gaps_of_plan(run);
	if (run->options->quiet)
		return;
	say_run(run);
	if (run->keep.file)
		run_say_path(run, "journal: ", strbuf_text(&run->keep.path), "");
}

void run_say_reports(struct run *run)
{
	for (size_t i = 0; i < run->outputs.count && !run->options->quiet; i++)
		if (run->outputs.items[i].written)
			run_say_path(run, "report: ", run->outputs.items[i].path, "");
}

/* First of all, and also with -q: their users find the door closed. */
static uint32_t say_owed(struct run *run)
{
	const struct rep_record *record = &run->record;
	const char **names = calloc(record->host_count + 1, sizeof(*names));
	struct strbuf text;
	uint32_t count = 0;

	for (size_t i = 0; i < record->host_count; i++) {
		if (!rep_drain_is_owed(&record->run, &record->hosts[i]))
			continue;
		if (names)
			names[count] = record->hosts[i].name;
		count++;
	}
	strbuf_init(&text);
	if (names)
		rep_text_owed(&text, names, count);
	writer_add(run->writer, strbuf_text(&text), text.len);
	strbuf_release(&text);
	free(names);
	return count;
}

/* Hosts that `drain` has asked, and that have not been seen since. */
static uint32_t count_in_doubt(const struct run *run)
{
	const struct rep_record *record = &run->record;
	uint32_t count = 0;

	for (size_t i = 0; i < record->host_count; i++)
		count += record->hosts[i].drain_before && !record->hosts[i].drain_after;
	return count;
}

static void say_totals(struct run *run, int code)
{
	struct strbuf text;
	struct rep_fold fold;

	if (run->options->quiet)
		return;
	if (run->call->self->id == COMMAND_DRAIN)
		run_drain_say(run);
	if (!run_changes(run) && code == EXIT_DONE && !run->options->verbose)
		return;
	if (rep_fold_record(&fold, &run->record) < 0)
		return;
	strbuf_init(&text);
	rep_text_summary(&text, &fold.head, console_width(CONSOLE_ERR));
	writer_add(run->writer, strbuf_text(&text), text.len);
	strbuf_release(&text);
	rep_fold_release(&fold);
}

void run_say_summary(struct run *run, int code)
{
	run->owed = say_owed(run);
	if (run->call->self->id == COMMAND_DRAIN)
		run->owed = count_in_doubt(run);
	run_say_cut_short(run);
	say_totals(run, code);
	run_say_proof(run);
}

void run_say_resume(struct run *run)
{
	struct rep_totals totals;
	bool over = run->record.run.exit_code == EXIT_DECLINED;

	rep_totals_count(&run->record, &totals);
	over |= !run->record.run.stopped_by[0] && !totals.sessions_by[REP_SESSION_IN_DOUBT];
	over &= !run->owed;
	if (run->options->quiet || !run->keep.file || over || run_keep_failed(run))
		return;
	run_say_path(run, "there may be something left to do: rdsweep resume '",
		     strbuf_text(&run->keep.path), "'");
}
