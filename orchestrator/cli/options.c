/* options.c - see options.h. */
#include "options.h"

#include "duration.h"
#include "option_values.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_MS 1000
#define DAY_MS	  (INT64_C(86400) * 1000)

#define SESSIONS   (1u << COMMAND_SESSIONS)
#define LOGOFF	   (1u << COMMAND_LOGOFF)
#define RESUME	   (1u << COMMAND_RESUME)
#define INVENTORY  (1u << COMMAND_INVENTORY)
#define REPORT	   (1u << COMMAND_REPORT)
#define ERROR	   (1u << COMMAND_ERROR)
#define SELF	   (1u << COMMAND_SELF)
#define DISCONNECT (1u << COMMAND_DISCONNECT)
#define DRAIN	   (1u << COMMAND_DRAIN)
#define ACTS	   COMMANDS_THAT_ACT
#define CHANGES	   COMMANDS_THAT_CHANGE
#define RUNS	   (SESSIONS | ACTS)
#define ASKS	   (RUNS | DRAIN)  /* hosts are asked */
#define GOES_ON	   (ASKS | RESUME) /* what may be another when a run is resumed */
#define ANY	   ((1u << COMMAND_COUNT) - 1)

#define AT(field) offsetof(struct options, field)

static const char *const backends[] = { "windows", "tsts", "sim", NULL };
static const char *const states[] = { "active", "disconnected", NULL };
static const char *const probes[] = { "tcp", "none", NULL };
static const char *const drains[] = { "run", "restart", "keep", NULL };
static const char *const faileds[] = { "skip", "continue", "abort", NULL };
static const char *const formats[] = { "table", "json", "csv", NULL };
static const char *const progresses[] = { "auto", "always", "never", NULL };
static const char *const bys[] = {
	"host", "user", "error", "outcome", "wave", NULL
}; /* enum rep_by */
static const char *const colors[] = { "auto", "always", "never", NULL };

/* clang-format off */
static const struct option table[] = {
	{ "inventory", 'i', "FILE", OPTION_TEXTS, OPTION_FLEET, ASKS | INVENTORY, AT(inventories), 0, 0, NULL,
	  "hosts, as INI, JSON or CSV; '-' is standard input; repeatable" },
	{ "limit", 'l', "PATTERN", OPTION_TEXT, OPTION_FLEET, ASKS | INVENTORY, AT(limit), 0, 0, NULL,
	  "only these hosts: names, globs, groups, a,b  :&b  :!b  @FILE" },
	{ "shard", 0, "K/N", OPTION_SHARD, OPTION_FLEET, ASKS | INVENTORY, AT(shard), 1, 1000000, NULL,
	  "the K-th of N parts of the fleet" },

	{ "backend", 0, "windows|tsts|sim", OPTION_CHOICE, OPTION_BACKEND, ASKS, AT(backend), 0, 0, backends,
	  "how hosts are reached" },
	{ "auth-file", 0, "FILE", OPTION_TEXT, OPTION_BACKEND, GOES_ON, AT(auth_file), 0, 0, NULL,
	  "for tsts: username, password, domain, instead of the Kerberos ticket" },
	{ "sim", 0, "SCENARIO.json", OPTION_TEXT, OPTION_BACKEND, ASKS, AT(sim), 0, 0, NULL,
	  "a simulated fleet; implies --backend sim" },
	{ "sim-state", 0, "FILE", OPTION_TEXT, OPTION_BACKEND, ASKS, AT(sim_state), 0, 0, NULL,
	  "what happens to the simulated fleet is kept there" },

	{ "all", 0, NULL, OPTION_FLAG, OPTION_SELECTION, RUNS, AT(all), 0, 0, NULL,
	  "every session that is not protected" },
	{ "user", 'u', "PATTERN", OPTION_TEXTS, OPTION_SELECTION, RUNS | REPORT, AT(users), 0, 0, NULL,
	  "users: user or DOMAIN\\user with * and ?; repeatable" },
	{ "user-file", 0, "FILE", OPTION_TEXTS, OPTION_SELECTION, RUNS, AT(user_files), 0, 0, NULL,
	  "patterns for --user, one a line, # comments; repeatable" },
	{ "state", 0, "active|disconnected", OPTION_CHOICES, OPTION_SELECTION, RUNS, AT(states), 0, 0, states,
	  "sessions in this state; repeatable" },
	{ "idle", 0, "DUR", OPTION_DURATION, OPTION_SELECTION, RUNS, AT(idle_ms), 0, DURATION_MAX_MS, NULL,
	  "idle or disconnected at least so long" },
	{ "session", 0, "ID", OPTION_INTEGER, OPTION_SELECTION, RUNS, AT(session_id), 0, UINT32_MAX, NULL,
	  "this session; only with a fleet of one host" },
	{ "plan", 0, "REPORT.json", OPTION_TEXT, OPTION_SELECTION, ACTS, AT(plan), 0, 0, NULL,
	  "just the sessions that this dry run planned" },
	{ "not-user", 0, "PATTERN", OPTION_TEXTS, OPTION_SELECTION, RUNS, AT(not_users), 0, 0, NULL,
	  "takes these users out again; repeatable" },
	{ "protect", 0, "PATTERN", OPTION_TEXTS, OPTION_SELECTION, RUNS, AT(protect), 0, 0, NULL,
	  "never touches these users, whatever is selected; repeatable" },
	{ "include-console", 0, NULL, OPTION_FLAG, OPTION_SELECTION, RUNS, AT(include_console), 0, 0, NULL,
	  "console sessions too" },
	{ "include-vms", 0, NULL, OPTION_FLAG, OPTION_SELECTION, RUNS, AT(include_vms), 0, 0, NULL,
	  "guests of virtualization hosts too" },

	{ "dry-run", 0, NULL, OPTION_FLAG, OPTION_SAFETY, CHANGES | SELF, AT(dry_run), 0, 0, NULL,
	  "reports what would be done and touches nothing" },
	{ "max-age", 0, "DUR", OPTION_DURATION, OPTION_SAFETY, ACTS | RESUME, AT(max_age_ms), 1, DURATION_MAX_MS, NULL,
	  "of a plan or a journal (24h)" },
	{ "yes", 'y', NULL, OPTION_FLAG, OPTION_SAFETY, CHANGES | RESUME | SELF, AT(yes), 0, 0, NULL,
	  "does not ask" },
	{ "force-if-hung", 0, NULL, OPTION_FLAG, OPTION_SAFETY, SELF, AT(force_if_hung), 0, 0, NULL,
	  "programs that do not answer are ended" },
	{ "reset", 0, NULL, OPTION_FLAG, OPTION_SAFETY, SELF, AT(reset), 0, 0, NULL,
	  "no program is asked: WTSLogoffSession on the current session" },
	{ "max-sessions", 0, "N", OPTION_INTEGER, OPTION_SAFETY, ACTS, AT(max_sessions), 0, UINT32_MAX, NULL,
	  "touches nothing where more are selected" },
	{ "max-failures", 0, "N|P%", OPTION_FAILURES, OPTION_SAFETY, CHANGES, AT(max_failures), 0, 1000000, NULL,
	  "stops when more hosts than this have failed" },
	{ "wave", 0, "N|P%,...", OPTION_WAVES, OPTION_SAFETY, CHANGES, AT(waves), 1, 1000000, NULL,
	  "sizes of successive waves of hosts; the last repeats" },
	{ "wave-pause", 0, "DUR", OPTION_DURATION, OPTION_SAFETY, CHANGES, AT(wave_pause_ms), 0, DAY_MS, NULL,
	  "waits between waves" },
	{ "max-closing", 0, "N", OPTION_INTEGER, OPTION_SAFETY, LOGOFF, AT(max_closing), 1, UINT32_MAX, NULL,
	  "sessions closing at once in the whole fleet" },
	{ "sweep", 0, "N", OPTION_INTEGER, OPTION_SAFETY, LOGOFF, AT(sweep), 0, 1000, NULL,
	  "goes round again for who logs on meanwhile, N times at most" },
	{ "reason", 0, "TEXT", OPTION_TEXT, OPTION_SAFETY, ASKS, AT(reason), 0, 0, NULL,
	  "why; kept in the report" },

	{ "notify", 0, "TEXT", OPTION_TEXT, OPTION_COURTESY, LOGOFF, AT(notify), 0, 0, NULL,
	  "warns users first; {user} {host} {minutes} {time} {reason} are filled in" },
	{ "grace", 0, "DUR", OPTION_DURATION, OPTION_COURTESY, LOGOFF, AT(grace_ms), SECOND_MS, DAY_MS, NULL,
	  "between warning and logoff" },
	{ "notify-again", 0, "DUR", OPTION_DURATION, OPTION_COURTESY, LOGOFF, AT(notify_again_ms), SECOND_MS, DAY_MS, NULL,
	  "warns once more when so much of the grace is left" },
	{ "grace-disconnected", 0, NULL, OPTION_FLAG, OPTION_COURTESY, LOGOFF, AT(grace_disconnected), 0, 0, NULL,
	  "disconnected sessions have the grace too" },
	{ "notify-failed", 0, "skip|continue|abort", OPTION_CHOICE, OPTION_COURTESY, LOGOFF, AT(notify_failed), 0, 0, faileds,
	  "what becomes of a session that cannot be warned (skip)" },
	{ "notify-cancelled", 0, "TEXT", OPTION_TEXT, OPTION_COURTESY, LOGOFF, AT(notify_cancelled), 0, 0, NULL,
	  "what warned users read when the run is stopped" },
	{ "drain", 0, "run|restart|keep", OPTION_CHOICE, OPTION_COURTESY, LOGOFF, AT(drain), 0, 0, drains,
	  "no new logons: put back at the end, until a restart, or to stay" },
	{ "drain-failed", 0, "skip|continue|abort", OPTION_CHOICE, OPTION_COURTESY, LOGOFF, AT(drain_failed), 0, 0, faileds,
	  "hosts that cannot be drained: left alone (skip), or not" },

	{ "concurrency", 'c', "N", OPTION_INTEGER, OPTION_WORK, GOES_ON, AT(concurrency), 1, 1000, NULL,
	  "blocking calls in flight (64)" },
	{ "connect-timeout", 0, "DUR", OPTION_DURATION, OPTION_WORK, GOES_ON, AT(connect_timeout_ms), 1, DAY_MS, NULL,
	  "for the TCP probe of a host (3s)" },
	{ "call-timeout", 0, "DUR", OPTION_DURATION, OPTION_WORK, GOES_ON, AT(call_timeout_ms), 1, DAY_MS, NULL,
	  "for one call (30s)" },
	{ "host-timeout", 0, "DUR", OPTION_DURATION, OPTION_WORK, GOES_ON, AT(host_timeout_ms), 1, DURATION_MAX_MS, NULL,
	  "for all calls and retries of a host (15m)" },
	{ "run-timeout", 0, "DUR", OPTION_DURATION, OPTION_WORK, GOES_ON, AT(run_timeout_ms), 1, DURATION_MAX_MS, NULL,
	  "for the whole run (none)" },
	{ "verify-timeout", 0, "DUR", OPTION_DURATION, OPTION_WORK, LOGOFF | DISCONNECT | RESUME, AT(verify_timeout_ms), 1, DAY_MS, NULL,
	  "for a session to be gone (3m)" },
	{ "verify-interval", 0, "DUR", OPTION_DURATION, OPTION_WORK, LOGOFF | DISCONNECT | RESUME, AT(verify_interval_ms), 10, DAY_MS, NULL,
	  "between looks, growing to 5s (1s)" },
	{ "probe", 0, "tcp|none", OPTION_CHOICE, OPTION_WORK, ASKS, AT(probe), 0, 0, probes,
	  "whether a host's port is tried first (tcp)" },
	{ "wait", 0, NULL, OPTION_FLAG, OPTION_WORK, LOGOFF, AT(wait), 0, 0, NULL,
	  "each logoff call waits for the session's end" },
	{ "retries", 0, "N", OPTION_INTEGER, OPTION_WORK, GOES_ON, AT(retries), 0, 100, NULL,
	  "after errors that may pass (2)" },
	{ "retry-delay", 0, "DUR", OPTION_DURATION, OPTION_WORK, GOES_ON, AT(retry_delay_ms), 0, DAY_MS, NULL,
	  "before the first retry, doubling, jittered (1s)" },

	{ "by", 0, "host|user|error|outcome|wave", OPTION_CHOICE, OPTION_SELECTION, REPORT, AT(by), 0, 0, bys,
	  "'show': counts the sessions so" },
	{ "only", 0, "OUTCOME,...", OPTION_TEXT, OPTION_SELECTION, REPORT, AT(only), 0, 0, NULL,
	  "'show': only hosts and sessions that ended so" },
	{ "host", 0, "PATTERN", OPTION_TEXTS, OPTION_SELECTION, REPORT, AT(hosts), 0, 0, NULL,
	  "'show': only these hosts: names with * and ?; repeatable" },
	{ "outcome", 0, "OUTCOME,...", OPTION_TEXT, OPTION_SELECTION, REPORT, AT(outcome), 0, 0, NULL,
	  "'hosts': that ended so, or have sessions that did (all but succeeded)" },

	{ "report", 'o', "FILE", OPTION_TEXTS, OPTION_OUTPUT, GOES_ON | REPORT, AT(reports), 0, 0, NULL,
	  "writes a report, .json, .csv or .html; repeatable" },
	{ "overwrite", 0, NULL, OPTION_FLAG, OPTION_OUTPUT, GOES_ON | REPORT, AT(overwrite), 0, 0, NULL,
	  "reports may take the place of files that exist" },
	{ "journal", 0, "FILE", OPTION_TEXT, OPTION_OUTPUT, CHANGES, AT(journal), 0, 0, NULL,
	  "where the run is kept for 'resume' (beside the first report)" },
	{ "format", 0, "table|json|csv", OPTION_CHOICE, OPTION_OUTPUT, SESSIONS | DRAIN | INVENTORY | REPORT | ERROR, AT(format), 0, 0, formats,
	  "of standard output" },
	{ "progress", 0, "auto|always|never", OPTION_CHOICE, OPTION_OUTPUT, GOES_ON, AT(progress), 0, 0, progresses,
	  "how the run stands: live on a terminal, else a line now and then (auto)" },
	{ "color", 0, "auto|always|never", OPTION_CHOICE, OPTION_OUTPUT, ANY, AT(color), 0, 0, colors,
	  "colours on a terminal (auto)" },
	{ "quiet", 'q', NULL, OPTION_FLAG, OPTION_OUTPUT, GOES_ON, AT(quiet), 0, 0, NULL,
	  "only errors, warnings and questions" },
	{ "verbose", 'v', NULL, OPTION_FLAG, OPTION_OUTPUT, GOES_ON | REPORT, AT(verbose), 0, 0, NULL,
	  "more detail" },
	{ "help", 'h', NULL, OPTION_FLAG, OPTION_OUTPUT, ANY, AT(help), 0, 0, NULL,
	  "shows this help" },
};
/* clang-format on */

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

const struct option *options_table(size_t *ret_count)
{
	*ret_count = TABLE_COUNT;
	return table;
}

const char *option_group_name(enum option_group group)
{
	static const char *const names[OPTION_GROUP_COUNT] = {
		"Fleet", "Backend", "Selection", "Safety", "Courtesy", "Work", "Output",
	};

	return names[group];
}

void options_init(struct options *options)
{
	*options = (struct options){
		.backend = BACKEND_UNSET,
		.message = "",
		.drain_to = "",
		.idle_ms = -1,
		.session_id = -1,
		.max_sessions = -1,
		.max_failures = { .amount = -1 },
		.max_closing = -1,
		.sweep = -1,
		.drain = DRAIN_UNSET,
		.drain_failed = FAILED_UNSET,
		.max_age_ms = -1,
		.grace_ms = -1,
		.notify_again_ms = -1,
		.notify_failed = -1,
		.concurrency = 64,
		.connect_timeout_ms = 3 * SECOND_MS,
		.call_timeout_ms = 30 * SECOND_MS,
		.host_timeout_ms = 15 * 60 * SECOND_MS,
		.run_timeout_ms = -1,
		.verify_timeout_ms = 3 * 60 * SECOND_MS,
		.verify_interval_ms = SECOND_MS,
		.retries = 2,
		.retry_delay_ms = SECOND_MS,
		.format = FORMAT_UNSET,
		.progress = PROGRESS_AUTO,
		.by = -1,
		.color = COLOR_AUTO,
	};
}

void options_release(struct options *options)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		char *field = (char *)options + table[i].offset;

		if (table[i].kind == OPTION_TEXTS)
			free(((struct option_texts *)field)->items);
		else if (table[i].kind == OPTION_WAVES)
			free(((struct option_waves *)field)->items);
	}
	free(options->arguments.items);
	options_init(options);
}

struct parse {
	struct options *options;
	const struct command *command;
	const struct command *commands;
	size_t command_count;
	int argc;
	char **argv;
	int at; /* the next argument */
	bool seen[TABLE_COUNT];
	struct strbuf *reterr;
};

static bool belongs(const struct option *option, const struct command *command)
{
	return option->commands & (1u << command->id);
}

/* How many letters must be typed, dropped or changed to make `b` of `a[0..a_len)`; long names are
 * not compared. */
static size_t distance(const char *a, size_t a_len, const char *b)
{
	size_t row[33], b_len = strlen(b);

	if (a_len > 32 || b_len > 32)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[b_len];
}

static const struct option *nearest(const struct parse *parse, const char *name, size_t len)
{
	const struct option *best = NULL;
	size_t best_distance = len / 3 + 2; /* farther is no misspelling but another word */

	for (size_t i = 0; i < TABLE_COUNT; i++) {
		size_t d = distance(name, len, table[i].name);

		if (!belongs(&table[i], parse->command))
			continue;
		if (len >= 3 && strncmp(name, table[i].name, len) == 0)
			d = 1; /* the start of a name */
		if (d < best_distance) {
			best = &table[i];
			best_distance = d;
		}
	}
	return best;
}

static int foreign_option(const struct parse *parse, const struct option *option)
{
	const char *comma = "";

	strbuf_addf(parse->reterr, "option '--%s' belongs to ", option->name);
	for (size_t i = 0; i < parse->command_count; i++) {
		if (!belongs(option, &parse->commands[i]))
			continue;
		strbuf_addf(parse->reterr, "%s'%s'", comma, parse->commands[i].name);
		comma = ", ";
	}
	strbuf_addf(parse->reterr, ", not to '%s'", parse->command->name);
	return -1;
}

static int store(struct parse *parse, const struct option *option, const char *value)
{
	struct strbuf why;
	int status;

	if (value && !*value) {
		strbuf_addf(parse->reterr, "option '--%s' needs a %s that is not empty",
			    option->name, option->argument);
		return -1;
	}
	if (parse->seen[option - table] && option->kind != OPTION_TEXTS &&
	    option->kind != OPTION_CHOICES) {
		strbuf_addf(parse->reterr, "option '--%s' is given twice", option->name);
		return -1;
	}
	parse->seen[option - table] = true;
	strbuf_init(&why);
	status = option_store(parse->options, option, value, &why);
	if (status < 0 && why.len)
		strbuf_addf(parse->reterr, "option '--%s' %s", option->name, strbuf_text(&why));
	strbuf_release(&why);
	return status;
}

/* A negative number is no option: error codes are written so. */
static bool is_option(const char *text)
{
	return text[0] == '-' && text[1] && !(text[1] >= '0' && text[1] <= '9');
}

/* The argument after an option; one that looks like an option is more likely a value that was
 * forgotten. */
static int take_next(struct parse *parse, const struct option *option)
{
	const char *value = parse->at < parse->argc ? parse->argv[parse->at] : NULL;

	if (!value) {
		strbuf_addf(parse->reterr, "option '--%s' needs a value: %s", option->name,
			    option->argument);
		return -1;
	}
	if (is_option(value)) {
		strbuf_addf(
			parse->reterr,
			"option '--%s' needs a value and is followed by '%s'; write '--%s=%s' if "
			"that is the value",
			option->name, value, option->name, value);
		return -1;
	}
	parse->at++;
	return store(parse, option, value);
}

/* `attached` is what came with the option itself, or NULL. */
static int take(struct parse *parse, const struct option *option, const char *attached)
{
	if (!belongs(option, parse->command))
		return foreign_option(parse, option);
	if (!option->argument) {
		if (attached) {
			strbuf_addf(parse->reterr, "option '--%s' takes no value", option->name);
			return -1;
		}
		return store(parse, option, NULL);
	}
	if (attached)
		return store(parse, option, attached);
	return take_next(parse, option);
}

static int take_long(struct parse *parse, const char *text)
{
	size_t len = strcspn(text, "=");
	const struct option *like;

	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (strlen(table[i].name) == len && memcmp(table[i].name, text, len) == 0)
			return take(parse, &table[i], text[len] ? text + len + 1 : NULL);
	like = nearest(parse, text, len);
	strbuf_addf(parse->reterr, "unknown option '--%.*s'", (int)len, text);
	if (like)
		strbuf_addf(parse->reterr, "; did you mean '--%s'?", like->name);
	return -1;
}

static int take_short(struct parse *parse, const char *text)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (table[i].letter != text[0])
			continue;
		if (text[1] && !table[i].argument && belongs(&table[i], parse->command)) {
			strbuf_addf(parse->reterr,
				    "option '-%c' takes no value, but is followed by '%s'", text[0],
				    text + 1);
			return -1;
		}
		return take(parse, &table[i], text[1] ? text + 1 : NULL);
	}
	strbuf_addf(parse->reterr, "unknown option '-%s'", text);
	return -1;
}

static int parse_all(struct parse *parse)
{
	bool ended = false;

	while (parse->at < parse->argc && !parse->options->help) {
		const char *text = parse->argv[parse->at++];
		int status;

		if (ended || !is_option(text))
			status = option_texts_add(&parse->options->arguments, text);
		else if (strcmp(text, "--") == 0) {
			ended = true;
			status = 0;
		} else if (text[1] == '-')
			status = take_long(parse, text + 2);
		else
			status = take_short(parse, text + 1);
		if (status < 0)
			return -1;
	}
	return 0;
}

int options_parse(struct options *options, const struct command *command,
		  const struct command *commands, size_t command_count, int argc, char **argv,
		  struct strbuf *reterr)
{
	struct parse parse = {
		.options = options,
		.command = command,
		.commands = commands,
		.command_count = command_count,
		.argc = argc,
		.argv = argv,
		.reterr = reterr,
	};

	return parse_all(&parse);
}
