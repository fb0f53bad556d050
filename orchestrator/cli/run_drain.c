/* run_drain.c - what is particular to the command `drain`: the mode that hosts are to have, and what is said of it. */
#include "run_drain.h"

#include "cli_error.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host_range.h"
#include "text.h"

static const struct mode {
	const char *name;
	enum session_drain mode;
	const char *question; /* "This ... on 57 hosts." */
} modes[] = {
	{ "on", SESSION_DRAIN_ON, "turns drain mode on" },
	{ "off", SESSION_DRAIN_OFF, "turns drain mode off" },
	{ "restart", SESSION_DRAIN_RESTART, "turns drain mode on until the next restart" },
	{ "status", SESSION_DRAIN_OFF, "" }, /* only looks */
};

static const struct mode *find(const struct options *options)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i].name, options->drain_to) == 0)
			return &modes[i];
	return NULL;
}

bool run_drain_is_status(const struct run *run)
{
	return run->call->self->id == COMMAND_DRAIN &&
	       strcmp(run->options->drain_to, "status") == 0;
}

enum session_drain run_drain_mode(const struct options *options)
{
	const struct mode *mode = find(options);

	return mode ? mode->mode : SESSION_DRAIN_OFF;
}

const char *run_drain_question(const struct options *options)
{
	const struct mode *mode = find(options);

	return mode ? mode->question : "";
}

/* What only makes sense where something is changed; NULL: none of it was given. */
static const char *given_in_vain(const struct options *options)
{
	return options->dry_run			   ? "dry-run"
	       : options->yes			   ? "yes"
	       : options->journal		   ? "journal"
	       : options->waves.count		   ? "wave"
	       : options->wave_pause_ms		   ? "wave-pause"
	       : options->max_failures.amount >= 0 ? "max-failures"
						   : NULL;
}

int run_drain_check(const struct run *run)
{
	struct options *options = run->options;
	const struct command *self = run->call->self;
	const char *vain;

	if (options->arguments.count != 1)
		return cli_usage_of(self, "'drain' needs one of 'on', 'off', 'restart', 'status'");
	options->drain_to = options->arguments.items[0];
	if (!find(options))
		return cli_usage_of(self,
				    "'drain' knows 'on', 'off', 'restart', 'status', not '%s'",
				    options->drain_to);
	vain = run_drain_is_status(run) ? given_in_vain(options) : NULL;
	if (vain)
		return cli_usage_of(
			self, "'drain status' changes nothing: '--%s' does not go with it", vain);
	if (!run_drain_is_status(run) && options->format != FORMAT_UNSET)
		return cli_usage_of(self, "'--format' goes with 'drain status'");
	return 0;
}

int run_drain_check_again(const struct run *run)
{
	if (find(run->options) && !run_drain_is_status(run))
		return 0;
	return cli_usage("journal '%s' does not say which drain mode hosts were to have",
			 run->resume ? strbuf_text(&run->keep.path) : "");
}

/* Hosts for whom it is so, as one line; nothing where there are none. */
static void say_hosts(struct run *run, const char *what,
		      bool (*is_so)(const struct run *run, const struct rep_host *host, int mode),
		      int mode)
{
	const struct rep_record *record = &run->record;
	const char **names = calloc(record->host_count + 1, sizeof(*names));
	struct strbuf folded, line;
	uint32_t count = 0;

	strbuf_init(&folded);
	strbuf_init(&line);
	for (size_t i = 0; names && i < record->host_count; i++)
		if (is_so(run, &record->hosts[i], mode))
			names[count++] = record->hosts[i].name;
	if (count) {
		host_range_fold(&folded, names, count);
		strbuf_addf(&line, "%s: %" PRIu32 " host%s: ", what, count, count == 1 ? "" : "s");
		text_escape_add(&line, strbuf_text(&folded), folded.len);
		writer_line(run->writer, strbuf_text(&line));
	}
	strbuf_release(&folded);
	strbuf_release(&line);
	free(names);
}

static bool is_in_mode(const struct run *run, const struct rep_host *host, int mode)
{
	(void)run;
	return host->drain_after == mode;
}

static bool would_change(const struct run *run, const struct rep_host *host, int mode)
{
	static const enum rep_drain wanted[] = {
		[SESSION_DRAIN_OFF] = REP_DRAIN_OFF,
		[SESSION_DRAIN_RESTART] = REP_DRAIN_RESTART,
		[SESSION_DRAIN_ON] = REP_DRAIN_ON,
	};

	(void)mode;
	return host->drain_after && host->drain_after != wanted[run_drain_mode(run->options)];
}

void run_drain_say(struct run *run)
{
	say_hosts(run, "drain mode on", is_in_mode, REP_DRAIN_ON);
	say_hosts(run, "drain mode until the next restart", is_in_mode, REP_DRAIN_RESTART);
	say_hosts(run, "drain mode off", is_in_mode, REP_DRAIN_OFF);
	say_hosts(run, "drain mode not known", is_in_mode, REP_DRAIN_UNKNOWN);
	if (run->options->dry_run)
		say_hosts(run, "would be changed", would_change, 0);
}
