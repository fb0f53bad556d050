/* run_keep.c - the journal of a run: where it is, its first lines, and what becomes of a run that cannot write it. */
#include "cli_error.h"
#include "journal_lines.h"
#include "platform_folder.h"
#include "run.h"
#include "run_journal.h"
#include "run_resume.h"

#include <stdlib.h>
#include <string.h>

#define JOURNAL_SUFFIX ".journal.jsonl"

void run_keep_init(struct run_keep *keep)
{
	*keep = (struct run_keep){ 0 };
	strbuf_init(&keep->path);
}

void run_keep_release(struct run_keep *keep)
{
	file_journal_close(keep->file);
	strbuf_release(&keep->path);
	run_keep_init(keep);
}

bool run_keeps_journal(const struct run *run)
{
	return run_changes(run) && !run->options->dry_run;
}

bool run_keep_failed(const struct run *run)
{
	return journal_failed(run->keep.journal);
}

/* Where it is: as given, beside the first report, or in the user's folder for such things. */
static int find_path(struct run *run)
{
	struct strbuf *path = &run->keep.path;
	const char *why;

	if (run->options->journal) {
		strbuf_adds(path, run->options->journal);
	} else if (run->outputs.count) {
		strbuf_adds(path, run->outputs.items[0].path);
		strbuf_adds(path, JOURNAL_SUFFIX);
	} else {
		if (folder_state(path, &why) < 0)
			return cli_usage(
				"cannot make the folder '%s' for journals: %s; name a file with "
				"--journal",
				strbuf_text(path), why);
		folder_join(path, "rdsweep-");
		strbuf_adds(path, run->record.run.id);
		strbuf_adds(path, JOURNAL_SUFFIX);
	}
	return path->failed ? cli_no_memory() : 0;
}

static int create(struct run *run)
{
	const char *path, *why;
	int code = find_path(run);

	if (code)
		return code;
	path = strbuf_text(&run->keep.path);
	for (size_t i = 0; i < run->outputs.count; i++)
		if (file_same(path, run->outputs.items[i].path))
			return cli_usage("journal '%s' is also a report of this run", path);
	if (file_target_check(path, true, &why) < 0)
		return cli_usage("cannot create journal '%s': %s", path, why);
	if (file_target_check(path, false, &why) < 0)
		return cli_usage("journal '%s' exists already: 'rdsweep resume' settles or "
				 "finishes its run; "
				 "--journal names another file for a new one",
				 path);
	run->keep.file = file_journal_create(path, &why);
	return run->keep.file ? 0 : cli_usage("cannot create journal '%s': %s", path, why);
}

/* The first line */

static const char *absolute(struct run_journal *line, const char *path)
{
	struct strbuf text;
	const char *copy;

	if (!path)
		return NULL;
	strbuf_init(&text);
	folder_absolute(&text, line->folder, path);
	copy = text.failed ? NULL : arena_strdup(&line->arena, strbuf_text(&text));
	strbuf_release(&text);
	return copy;
}

/* The run's own reports, wherever a later process may stand. */
static int take_reports(struct run_journal *line, const struct outputs *outputs)
{
	struct option_texts *reports = &line->options.reports;

	reports->items = arena_alloc(&line->arena, (outputs->count + 1) * sizeof(*reports->items));
	if (!reports->items)
		return -1;
	reports->count = outputs->count;
	for (size_t i = 0; i < outputs->count; i++) {
		reports->items[i] = absolute(line, outputs->items[i].path);
		if (!reports->items[i])
			return -1;
	}
	return 0;
}

/* All patterns of users, whichever way they were given. */
static int take_users(struct run_journal *line, const struct selection *selection)
{
	struct option_texts *users = &line->options.users;

	users->items =
		arena_alloc(&line->arena, (selection->user_count + 1) * sizeof(*users->items));
	if (!users->items)
		return -1;
	users->count = selection->user_count;
	for (size_t i = 0; i < users->count; i++)
		users->items[i] = selection->users[i].text;
	return 0;
}

/* `line` borrows from the run; only what its arena holds is its own. */
static int describe(struct run_journal *line, const struct run *run, const char *folder)
{
	const struct options *options = run->options;
	bool have_paths;

	*line = (struct run_journal){
		.about = run->record.run,
		.folder = folder,
		.own_domain = run->who.selection.own_domain,
		.own_user = run->who.selection.own_user,
		.plan_run_id = strbuf_text(&run->plan.run_id),
		.members = run->host_count,
		.users_listed = run->who.listed_users,
		.options = *options,
	};
	line->options.sim = absolute(line, options->sim);
	line->options.sim_state = absolute(line, options->sim_state);
	line->options.auth_file = absolute(line, options->auth_file);
	line->options.plan = absolute(line, options->plan);
	have_paths = !options->sim == !line->options.sim &&
		     !options->sim_state == !line->options.sim_state &&
		     !options->auth_file == !line->options.auth_file &&
		     !options->plan == !line->options.plan;
	if (!have_paths || take_reports(line, &run->outputs) < 0)
		return -1;
	return take_users(line, &run->who.selection);
}

static int first_lines(struct run *run, struct strbuf *out)
{
	struct run_journal line;
	struct strbuf folder;
	const char *why;
	int code = 0;

	strbuf_init(&folder);
	if (folder_working(&folder, &why) < 0) {
		code = cli_usage("cannot tell the working folder: %s", why);
	} else {
		code = describe(&line, run, strbuf_text(&folder)) < 0 ? cli_no_memory() : 0;
		if (!code)
			run_journal_write(out, &line);
		arena_release(&line.arena);
	}
	strbuf_release(&folder);
	strbuf_addc(out, '\n');
	for (size_t i = 0; !code && i < run->host_count; i++)
		journal_line_member(out, run->record.run.started_at_ms, &run->hosts[i]);
	return code ? code : out->failed ? cli_no_memory() : 0;
}

/* Before anything else happens, so that whatever happens can be resumed. */
static int write_first_lines(struct run *run)
{
	struct strbuf lines;
	int code;

	strbuf_init(&lines);
	code = first_lines(run, &lines);
	if (!code && (file_journal_append(run->keep.file, lines.data, lines.len) < 0 ||
		      file_journal_sync(run->keep.file) < 0)) {
		(void)cli_usage("cannot write journal '%s': %s", strbuf_text(&run->keep.path),
				file_journal_error(run->keep.file));
		code = EXIT_NOT_WRITTEN;
	}
	strbuf_release(&lines);
	if (code) {
		/* nothing has begun, and what is left of it would only stand in the way */
		file_journal_discard(run->keep.file, strbuf_text(&run->keep.path));
		run->keep.file = NULL;
	}
	return code;
}

/* A run that goes on */

static int take_over(struct run *run)
{
	struct run_resume *resume = run->resume;
	const char *why;

	strbuf_adds(&run->keep.path, resume->path);
	run->keep.file = resume->file;
	resume->file = NULL;
	if (run->keep.path.failed)
		return cli_no_memory();
	if (resume->read.torn &&
	    file_journal_cut(run->keep.file, resume->read.sound_bytes, &why) < 0) {
		(void)cli_usage("cannot write journal '%s': %s", resume->path, why);
		return EXIT_NOT_WRITTEN;
	}
	return 0;
}

static void failed(void *ctx)
{
	struct run *run = ctx;
	struct strbuf after;

	if (run->keep.told)
		return;
	run->keep.told = true;
	strbuf_init(&after);
	strbuf_addf(&after, "': %s; nothing new is started", file_journal_error(run->keep.file));
	run_say_path(run, "rdsweep: cannot write journal '", strbuf_text(&run->keep.path),
		     strbuf_text(&after));
	strbuf_release(&after);
	fleet_stop(run->fleet, FLEET_STOP_JOURNAL);
}

int run_keep_begin(struct run *run)
{
	int code = run->resume ? take_over(run) : create(run);
	struct journal_sink sink = { .append = file_journal_append, .sync = file_journal_sync };

	if (!code && !run->resume)
		code = write_first_lines(run);
	if (code)
		return code;
	sink.ctx = run->keep.file;
	run->keep.journal = journal_create(run->executor, &sink, failed, run);
	return run->keep.journal ? 0 : cli_no_memory();
}

bool run_keep_end(struct run *run)
{
	if (journal_busy(run->keep.journal))
		return false;
	journal_free(run->keep.journal);
	run->keep.journal = NULL;
	return true;
}
