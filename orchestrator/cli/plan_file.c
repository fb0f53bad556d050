/* plan_file.c - see plan_file.h. The report is read as a stream. */
#include "plan_file.h"

#include "account.h"
#include "cli_error.h"
#include "duration.h"
#include "options.h"
#include "platform_file.h"
#include "report_read.h"
#include "text.h"
#include "utc.h"

#include <string.h>

/* What a visitor stops the reading with. */
enum { GO_ON, NO_MEMORY, REFUSED };

struct reading {
	struct plan_file *file;
	const char *path;
	const struct plan_file_want *want;
	struct strbuf host;
};

void plan_file_init(struct plan_file *file)
{
	*file = (struct plan_file){ .idle_ms = -1 };
	strbuf_init(&file->run_id);
	arena_init(&file->arena);
}

void plan_file_release(struct plan_file *file)
{
	plan_free(file->plan);
	strbuf_release(&file->run_id);
	arena_release(&file->arena);
	plan_file_init(file);
}

static int refuse(const struct reading *reading, const char *what)
{
	(void)cli_usage("plan '%s' %s", reading->path, what);
	return REFUSED;
}

static int refuse_pair(const struct reading *reading, const char *what, const char *found,
		       const char *wanted)
{
	(void)cli_usage("plan '%s' was made %s '%s', and this run is %s '%s'", reading->path, what,
			found, what, wanted);
	return REFUSED;
}

static int check_age(const struct reading *reading, const struct rep_run *run)
{
	const struct plan_file_want *want = reading->want;
	char age[DURATION_TEXT_SIZE], most[DURATION_TEXT_SIZE];

	if (run->finished_at_ms == UTC_UNKNOWN)
		return refuse(reading, "does not say when its run was finished");
	if (want->max_age_ms < 0 || want->now_ms - run->finished_at_ms <= want->max_age_ms)
		return GO_ON;
	duration_format_rough(want->now_ms - run->finished_at_ms, age);
	duration_format(want->max_age_ms, most);
	(void)cli_usage("plan '%s' is %s old, more than --max-age %s: make a new one",
			reading->path, age, most);
	return REFUSED;
}

static int check_run(const struct reading *reading, const struct rep_run *run)
{
	const struct plan_file_want *want = reading->want;

	if (!run->dry_run)
		return refuse(reading,
			      "is the report of a run that was carried out, not of a dry run");
	if (strcmp(run->command, want->command) != 0)
		return refuse_pair(reading, "for the command", run->command, want->command);
	if (strcmp(run->backend, want->backend) != 0)
		return refuse_pair(reading, "on the backend", run->backend, want->backend);
	if (run->simulated != want->simulated)
		return refuse(reading, run->simulated ? "was made on a simulated fleet"
						      : "was made on a real fleet");
	if (!text_fold_eq(run->fleet_sha256, want->fleet_sha256))
		return refuse(reading,
			      "was made for another fleet: inventory, --limit and --shard have to "
			      "give the same hosts as then");
	if (*want->run_id && strcmp(run->id, want->run_id) != 0)
		return refuse(reading, "is not the one that the run was started with");
	return check_age(reading, run);
}

static bool is_set(const struct rep_value *value, const char *name)
{
	return strcmp(value->name, name) == 0 && value->kind == REP_VALUE_BOOL && value->boolean;
}

static uint32_t states_of(const struct rep_value *value)
{
	uint32_t states = 0;

	for (size_t i = 0; i < value->text_count; i++) {
		if (strcmp(value->texts[i], "active") == 0)
			states |= OPTION_STATE_ACTIVE;
		if (strcmp(value->texts[i], "disconnected") == 0)
			states |= OPTION_STATE_DISCONNECTED;
	}
	return states;
}

static int take_users(struct reading *reading, const struct rep_value *value)
{
	struct plan_file *file = reading->file;

	file->users = arena_alloc(&file->arena, (value->text_count + 1) * sizeof(*file->users));
	if (!file->users)
		return NO_MEMORY;
	for (size_t i = 0; i < value->text_count; i++) {
		const char *why = account_pattern_error(value->texts[i]);

		if (why) {
			(void)cli_usage("plan '%s' was made with the pattern '%s', which %s",
					reading->path, value->texts[i], why);
			return REFUSED;
		}
		file->users[i] = arena_strdup(&file->arena, value->texts[i]);
		if (!file->users[i])
			return NO_MEMORY;
	}
	file->user_count = value->text_count;
	return GO_ON;
}

static int take_run(void *ctx, const struct rep_run *run)
{
	struct reading *reading = ctx;
	struct plan_file *file = reading->file;
	int status = check_run(reading, run);

	for (size_t i = 0; !status && i < run->selection_count; i++) {
		const struct rep_value *value = &run->selection[i];

		file->include_console |= is_set(value, "include_console");
		file->include_vms |= is_set(value, "include_vms");
		if (strcmp(value->name, "states") == 0 && value->kind == REP_VALUE_TEXTS)
			file->states = states_of(value);
		if (strcmp(value->name, "idle_ms") == 0 && value->kind == REP_VALUE_INT)
			file->idle_ms = value->integer;
		if (strcmp(value->name, "users") == 0 && value->kind == REP_VALUE_TEXTS)
			status = take_users(reading, value);
	}
	strbuf_adds(&file->run_id, run->id);
	return status;
}

static int take_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct reading *reading = ctx;

	reading->file->gaps += kind || host->outcome == REP_HOST_NOT_ATTEMPTED;
	strbuf_clear(&reading->host);
	strbuf_adds(&reading->host, host->name);
	return reading->host.failed ? NO_MEMORY : GO_ON;
}

static int take_session(void *ctx, const struct rep_session *session,
			const struct rep_error_kind *kind)
{
	struct reading *reading = ctx;
	const struct plan_entry entry = {
		.host = strbuf_text(&reading->host),
		.id = session->id,
		.domain = session->domain,
		.user = session->user,
		.station = session->station,
		.vm = session->vm,
		.logon_at_ms = session->logon_at_ms,
	};

	(void)kind;
	if (session->outcome != REP_SESSION_PLANNED)
		return GO_ON;
	return plan_add(reading->file->plan, &entry) < 0 ? NO_MEMORY : GO_ON;
}

static int read_failed(const char *path, const struct file_source *source,
		       const struct rep_read_error *error)
{
	const char *why = file_source_error(source);

	if (why)
		return cli_usage("cannot read plan '%s': %s", path, why);
	if (error->line > 0)
		return cli_usage("%s:%d:%d: is no report of a dry run: %s", path, error->line,
				 error->column, error->message);
	return cli_usage("plan '%s' is no report of a dry run: %s", path, error->message);
}

static int read_source(struct reading *reading, struct file_source *source)
{
	const struct rep_visitor visitor = {
		.ctx = reading, .run = take_run, .host = take_host, .session = take_session
	};
	struct rep_read_error error = { 0 };
	int status = rep_read(file_source_read, source, &visitor, &error);

	if (status == NO_MEMORY || reading->file->run_id.failed)
		return cli_no_memory();
	if (status == REFUSED)
		return EXIT_USAGE;
	if (status < 0)
		return read_failed(reading->path, source, &error);
	if (!plan_count(reading->file->plan))
		return cli_usage("plan '%s' holds no session that was planned", reading->path);
	return 0;
}

int plan_file_load(struct plan_file *file, const char *path, const struct plan_file_want *want)
{
	struct reading reading = { .file = file, .path = path, .want = want };
	struct file_source *source;
	const char *why;
	int code;

	file->plan = plan_create();
	if (!file->plan)
		return cli_no_memory();
	source = file_source_open(path, &why);
	if (!source)
		return cli_usage("cannot read plan '%s': %s", path, why);
	strbuf_init(&reading.host);
	code = read_source(&reading, source);
	strbuf_release(&reading.host);
	file_source_close(source);
	return code;
}
