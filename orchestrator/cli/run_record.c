/* run_record.c - what the report says of the run itself: who, where, with what in force. */
#include "duration.h"
#include "platform_process.h"
#include "run_resume.h"
#include "utc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct values {
	struct arena *arena;
	struct rep_value *items;
	size_t count, cap;
};

static void add(struct values *values, const struct rep_value *value)
{
	if (values->count < values->cap)
		values->items[values->count++] = *value;
}

static void add_bool(struct values *values, const char *name, bool value)
{
	add(values, &(struct rep_value){ .name = name, .kind = REP_VALUE_BOOL, .boolean = value });
}

/* -1 is null. */
static void add_int(struct values *values, const char *name, int64_t value)
{
	add(values, &(struct rep_value){ .name = name,
					 .kind = value < 0 ? REP_VALUE_NULL : REP_VALUE_INT,
					 .integer = value });
}

static void add_text(struct values *values, const char *name, const char *value)
{
	add(values, &(struct rep_value){ .name = name,
					 .kind = value ? REP_VALUE_TEXT : REP_VALUE_NULL,
					 .text = value });
}

static void add_texts(struct values *values, const char *name, const char *const *texts,
		      size_t count)
{
	add(values,
	    &(struct rep_value){
		    .name = name, .kind = REP_VALUE_TEXTS, .texts = texts, .text_count = count });
}

static int add_patterns(struct values *values, const char *name,
			const struct selection_pattern *patterns, size_t count)
{
	const char **texts = arena_alloc(values->arena, count * sizeof(*texts));

	if (!texts)
		return -1;
	for (size_t i = 0; i < count; i++)
		texts[i] = patterns[i].text;
	add_texts(values, name, texts, count);
	return 0;
}

static void add_states(struct values *values, uint32_t states)
{
	static const char *const active[] = { "active" };
	static const char *const disconnected[] = { "disconnected" };
	static const char *const both[] = { "active", "disconnected" };

	if (states == OPTION_STATE_ACTIVE)
		add_texts(values, "states", active, 1);
	else if (states == OPTION_STATE_DISCONNECTED)
		add_texts(values, "states", disconnected, 1);
	else
		add_texts(values, "states", both, states ? 2 : 0);
}

static int describe_selection(struct run *run)
{
	const struct selection *selection = &run->who.selection;
	struct arena *arena = &run->record.arena;
	struct values values = { .arena = arena, .cap = 16 };

	values.items = arena_alloc(arena, values.cap * sizeof(*values.items));
	if (!values.items)
		return -1;
	add_bool(&values, "all", selection->all);
	if (add_patterns(&values, "users", selection->users, selection->user_count) < 0)
		return -1;
	add_states(&values, run->options->states);
	add_int(&values, "idle_ms", selection->min_idle_ms);
	add_int(&values, "session", selection->session_id);
	if (add_patterns(&values, "not_users", selection->not_users, selection->not_user_count) <
		    0 ||
	    add_patterns(&values, "protect", selection->protect, selection->protect_count) < 0)
		return -1;
	add_bool(&values, "include_console", selection->include_console);
	add_bool(&values, "include_vms", selection->include_vms);
	add_text(&values, "plan", run->options->plan);
	run->record.run.selection = values.items;
	run->record.run.selection_count = values.count;
	return 0;
}

static char *amount_text(struct arena *arena, int64_t amount, bool percent)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRId64 "%s", amount, percent ? "%" : "");
	return arena_strdup(arena, text);
}

/* The choice as it is typed; null where it is not given. */
static void add_choice(struct values *values, const char *name, const char *option, int index)
{
	size_t count;
	const struct option *table = options_table(&count);
	const char *text = NULL;

	for (size_t i = 0; index >= 0 && i < count; i++)
		if (strcmp(table[i].name, option) == 0)
			text = table[i].choices[index];
	add_text(values, name, text);
}

static int add_safety(struct run *run, struct values *values)
{
	const struct options *options = run->options;
	const char *failures = NULL;
	const char **waves;

	if (options->max_failures.amount >= 0) {
		failures = amount_text(values->arena, options->max_failures.amount,
				       options->max_failures.percent);
		if (!failures)
			return -1;
	}
	waves = arena_alloc(values->arena, options->waves.count * sizeof(*waves));
	if (!waves)
		return -1;
	for (size_t i = 0; i < options->waves.count; i++) {
		waves[i] = amount_text(values->arena, options->waves.items[i].amount,
				       options->waves.items[i].percent);
		if (!waves[i])
			return -1;
	}
	add_bool(values, "yes", options->yes);
	if (*options->drain_to)
		add_text(values, "mode", options->drain_to);
	add_int(values, "max_sessions", options->max_sessions);
	add_text(values, "max_failures", failures);
	add_texts(values, "waves", waves, options->waves.count);
	add_int(values, "wave_pause_ms", options->wave_pause_ms);
	add_int(values, "max_closing", options->max_closing);
	add_int(values, "sweep", options->sweep);
	add_choice(values, "drain", "drain", options->drain);
	if (options->drain != DRAIN_UNSET)
		add_choice(values, "drain_failed", "drain-failed",
			   options->drain_failed == FAILED_UNSET ? FAILED_SKIP
								 : options->drain_failed);
	add_int(values, "verify_timeout_ms", options->verify_timeout_ms);
	add_int(values, "verify_interval_ms", options->verify_interval_ms);
	add_bool(values, "wait", options->wait);
	add_text(values, "message", *options->message ? options->message : NULL);
	add_text(values, "notify", options->notify);
	add_int(values, "grace_ms", options->grace_ms);
	add_int(values, "notify_again_ms", options->notify_again_ms);
	add_bool(values, "grace_disconnected", options->grace_disconnected);
	add_choice(values, "notify_failed", "notify-failed",
		   options->notify && options->notify_failed < 0 ? 0 : options->notify_failed);
	add_text(values, "notify_cancelled", options->notify_cancelled);
	return 0;
}

static int describe_policy(struct run *run)
{
	const struct options *options = run->options;
	struct arena *arena = &run->record.arena;
	struct values values = { .arena = arena, .cap = 48 };

	values.items = arena_alloc(arena, values.cap * sizeof(*values.items));
	if (!values.items)
		return -1;
	add_int(&values, "concurrency", options->concurrency);
	add_int(&values, "connect_timeout_ms", options->connect_timeout_ms);
	add_int(&values, "call_timeout_ms", options->call_timeout_ms);
	add_int(&values, "host_timeout_ms", options->host_timeout_ms);
	add_int(&values, "run_timeout_ms", options->run_timeout_ms);
	add_text(&values, "probe", options->probe == PROBE_NONE ? "none" : "tcp");
	add_int(&values, "retries", options->retries);
	add_int(&values, "retry_delay_ms", options->retry_delay_ms);
	if (run_changes(run) && add_safety(run, &values) < 0)
		return -1;
	run->record.run.policy = values.items;
	run->record.run.policy_count = values.count;
	return 0;
}

/* Sorts by time, and is unique however many runs start in one second. */
static char *make_id(struct arena *arena, int64_t now_ms)
{
	char text[UTC_TEXT_SIZE], id[UTC_TEXT_SIZE + 16];
	unsigned char mark[4] = { 0 };
	size_t len = 0;

	(void)uv_random(NULL, NULL, mark, sizeof(mark), 0, NULL);
	utc_format(now_ms, text);
	for (const char *at = text; *at && *at != '.'; at++)
		if (*at != '-' && *at != ':')
			id[len++] = *at;
	(void)snprintf(id + len, sizeof(id) - len, "Z-%02x%02x%02x%02x", mark[0], mark[1], mark[2],
		       mark[3]);
	return arena_strdup(arena, id);
}

static const char *about_process(struct arena *arena, void (*get)(struct strbuf *))
{
	struct strbuf text;
	char *copy;

	strbuf_init(&text);
	get(&text);
	copy = arena_strdup(arena, strbuf_text(&text));
	strbuf_release(&text);
	return copy;
}

/* What a run that begins is; one that goes on knows it from its journal. */
static int describe_new(struct run *run)
{
	const struct options *options = run->options;
	struct arena *arena = &run->record.arena;
	struct rep_run *about = &run->record.run;
	int64_t now_ms = process_wall_ms();

	about->id = make_id(arena, now_ms);
	about->command = run->call->self->name;
	about->arguments = (const char *const *)run->call->argv;
	about->argument_count = (size_t)run->call->argc;
	about->dry_run = options->dry_run;
	about->simulated = run->backend.backend->ops->simulated;
	about->backend = run->backend.backend->ops->name;
	about->operator_ = about_process(arena, process_operator);
	about->machine = about_process(arena, process_machine);
	about->reason = options->reason ? options->reason : "";
	about->started_at_ms = now_ms;
	about->inventory_sources = options->inventories.items;
	about->inventory_source_count = options->inventories.count;
	about->fleet_sha256 = run->input.sha256;
	about->inventory_hosts = (uint32_t)inv_host_count(run->input.inv);
	about->limit = options->limit ? options->limit : "";
	about->shard_k = options->shard.k;
	about->shard_n = options->shard.n;
	return about->id && about->operator_ && about->machine ? 0 : -1;
}

int run_make_record(struct run *run)
{
	int status = run->resume ? run_resume_record(run->resume, &run->record)
				 : rep_record_init(&run->record, run->host_count);

	if (status < 0 || (!run->resume && describe_new(run) < 0))
		return -1;
	/* `drain` is about hosts */
	if (run->call->self->id != COMMAND_DRAIN && describe_selection(run) < 0)
		return -1;
	return describe_policy(run);
}
