/* fleet.c - the phases of a run: survey, act wave by wave; and feeding hosts into them. */
#include "fleet_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "nt_status.h"
#include "text.h"
#include "utc.h"
#include "win_error.h"

#define PROBES_AT_ONCE	   256 /* that may still answer quickly */
#define PROBES_MAX_DEFAULT 256
#define FLEET_TIMERS	   16 /* the fleet's own, the ledger's, the journal's: no more than that */

struct session_error fleet_finding(enum session_finding finding)
{
	return (struct session_error){ SESSION_API_RDSWEEP, (uint32_t)finding };
}

/* An NTSTATUS is told as the Windows error that administrators know, and stays in the message. */
uint16_t fleet_error(struct fleet *fleet, const struct session_error *error)
{
	const struct win_error *row = win_error_lookup(error->api, error->code);
	bool ours = error->api == SESSION_API_RDSWEEP;
	uint32_t win32 = ours ? 0 : nt_status_win32(error->code);
	struct rep_error_kind kind = {
		.api = session_api_name(error->api),
		.code = ours	? 0
			: win32 ? win32
				: error->code,
		.name = row->name,
		.message = row->message,
		.class_ = win_error_class_name(row->class_),
		.remedy = row->remedy,
	};
	struct strbuf message;
	uint16_t index;

	strbuf_init(&message);
	if (win32) {
		strbuf_addf(&message, "%s (NTSTATUS 0x%08" PRIX32 ")", row->message, error->code);
		kind.message = message.failed ? row->message : message.data;
	}
	index = rep_error_kind(fleet->record, &kind);
	strbuf_release(&message);
	return index;
}

STRBUF_PRINTF(3, 0)
static void tell(struct fleet *fleet, void (*told)(void *ctx, const char *text), const char *format,
		 va_list args)
{
	struct strbuf raw, line;

	if (!told)
		return;
	strbuf_init(&raw);
	strbuf_init(&line);
	strbuf_vaddf(&raw, format, args);
	text_escape_add(&line, strbuf_text(&raw), raw.len);
	told(fleet->observer.ctx, strbuf_text(&line));
	strbuf_release(&raw);
	strbuf_release(&line);
}

void fleet_warn(struct fleet *fleet, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(fleet, fleet->observer.warning, format, args);
	va_end(args);
}

void fleet_note(struct fleet *fleet, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(fleet, fleet->observer.note, format, args);
	va_end(args);
}

/* Feeding: hosts are started in order, as far ahead as the bounds allow. */

static bool may_start(const struct fleet *fleet)
{
	unsigned probes_max =
		fleet->options.probes_max ? fleet->options.probes_max : PROBES_MAX_DEFAULT;

	if (fleet->queue_next >= fleet->queue_count)
		return false;
	if (fleet->stop != FLEET_STOP_NONE && fleet->phase != FLEET_RESTORE)
		return false;
	if (fleet->ready >= 2 * fleet->options.concurrency)
		return false;
	if (!fleet->options.probe)
		return true;
	return fleet->probing < PROBES_AT_ONCE && fleet->probes_out < probes_max;
}

static bool lookup_possible(struct fleet *fleet, const struct host_job *job)
{
	struct exec_probe probe = { .address = fleet->options.hosts[job->index].address };

	probe.scripted = fleet->options.backend->ops->probe_script != NULL;
	if (!fleet->options.probe || !exec_probe_needs_lookup(&probe))
		return true;
	if (!seats_lookup_begin(&fleet->seats))
		return false;
	fleet->seats.lookups--; /* the probe itself takes it */
	return true;
}

void fleet_feed(struct fleet *fleet)
{
	if (fleet->feeding)
		return; /* the loop below goes on */
	fleet->feeding = true;
	while (may_start(fleet)) {
		struct host_job *job = &fleet->jobs[fleet->queue[fleet->queue_next]];

		/* where nothing can be begun any more they are told so */
		if (!lookup_possible(fleet, job) && !seats_all_lost(&fleet->seats))
			break;
		fleet->queue_next++;
		job_start(job);
	}
	fleet->feeding = false;
}

/* The end of a phase */

static void next_wave(struct fleet *fleet);

static void on_end(struct exec_timer *timer)
{
	struct fleet *fleet =
		(struct fleet *)(void *)((char *)timer - offsetof(struct fleet, end_timer));

	bool to_gate = fleet->phase == FLEET_SURVEY || fleet->phase == FLEET_GATE;

	if (fleet->phase == FLEET_SURVEY) {
		fleet->looked_until_ms = exec_wall_ms(fleet->options.executor);
		fleet->acted_since = false;
	}
	if (fleet->phase == FLEET_SURVEY && fleet->again && fleet->stop == FLEET_STOP_NONE)
		sweep_surveyed(fleet);
	else if (to_gate && fleet->stop == FLEET_STOP_NONE)
		fleet_gate(fleet);
	else if (fleet->phase == FLEET_ACT && fleet->stop == FLEET_STOP_NONE)
		next_wave(fleet);
	else
		fleet_wind_up(fleet);
}

/* The queue is through: what is next is decided from the loop, not from within a host's
 * decision. */
void fleet_end_phase(struct fleet *fleet)
{
	if (!fleet->end_timer.place)
		(void)exec_timer_set(fleet->options.executor, &fleet->end_timer,
				     exec_now_us(fleet->options.executor));
}

static bool over_failure_budget(const struct fleet *fleet)
{
	int64_t limit = fleet->options.max_failures;

	if (limit < 0)
		return false;
	if (!fleet->options.max_failures_percent)
		return fleet->failures > limit;
	return (int64_t)fleet->failures * 100 > limit * (int64_t)fleet->options.host_count ||
	       (int64_t)fleet->wave_failures * 100 > limit * (int64_t)fleet->queue_count;
}

static bool is_failure(const struct rep_host *host)
{
	return host->outcome == REP_HOST_FAILED || host->outcome == REP_HOST_PARTIAL ||
	       host->outcome == REP_HOST_TIMED_OUT;
}

void fleet_job_done(struct fleet *fleet, struct host_job *job)
{
	const struct rep_host *host = &fleet->record->hosts[job->index];

	fleet->queue_left--;
	fleet->hosts_done += job->acting;
	if (is_failure(host) && !job->failed_before && !job->restoring) {
		job->failed_before = true;
		fleet->failures++;
		fleet->wave_failures++;
		if (over_failure_budget(fleet))
			fleet_stop(fleet, FLEET_STOP_MAX_FAILURES);
	}
	if (!fleet->queue_left)
		fleet_end_phase(fleet);
	else
		fleet_feed(fleet);
}

/* The survey */

void fleet_begin_queue(struct fleet *fleet, enum fleet_phase phase, size_t count)
{
	fleet->phase = phase;
	if (phase == FLEET_SURVEY)
		fleet->looked_from_ms = exec_wall_ms(fleet->options.executor);
	fleet->queue_count = fleet->queue_left = count;
	fleet->queue_next = 0;
	fleet->wave_failures = 0;
	if (!count)
		fleet_end_phase(fleet);
	fleet_feed(fleet);
}

void fleet_begin_survey(struct fleet *fleet, size_t count)
{
	fleet_begin_queue(fleet, FLEET_SURVEY, count);
}

bool fleet_has_open_sessions(const struct rep_host *host)
{
	for (uint32_t row = 0; row < host->session_count; row++)
		if (host->sessions[row].selected && host->sessions[row].outcome == REP_SESSION_NONE)
			return true;
	return false;
}

void fleet_begin_act(struct fleet *fleet)
{
	size_t count = 0;
	uint32_t *hosts = malloc((fleet->record->host_count + 1) * sizeof(*hosts));
	bool anything = fleet->options.command == FLEET_DRAIN;

	for (size_t i = 0; i < fleet->record->host_count; i++)
		anything |= fleet_has_open_sessions(&fleet->record->hosts[i]);
	if (!hosts) {
		fleet_warn(fleet, "out of memory: nothing %sis touched",
			   fleet->again ? "more " : "");
		fleet_stop_before_act(fleet, FLEET_STOP_DECLINED);
		return;
	}
	for (size_t i = 0; i < fleet->record->host_count; i++) {
		const struct rep_host *host = &fleet->record->hosts[i];
		bool has_sessions = fleet_has_open_sessions(host);

		if (has_sessions || (anything && drain_acts(fleet, host, false)))
			hosts[count++] = (uint32_t)i;
	}
	waves_init(&fleet->waves, hosts, count, fleet->options.waves, fleet->options.wave_count);
	fleet->hosts_done = 0;
	fleet->acted_since = true;
	fleet->phase = FLEET_ACT;
	next_wave(fleet);
}

/* The act */

static void start_wave(struct fleet *fleet)
{
	const uint32_t *hosts = NULL;
	size_t count = waves_next(&fleet->waves, &hosts);

	memcpy(fleet->queue, hosts, count * sizeof(*hosts));
	for (size_t i = 0; i < count; i++) {
		struct host_job *job = &fleet->jobs[hosts[i]];
		struct rep_host *host = &fleet->record->hosts[hosts[i]];

		job->acting = true;
		job->state = JOB_IDLE;
		host->wave = fleet->waves.number;
		/* of an earlier wave, where there was one */
		host->acted_at_ms = host->ended_at_ms = UTC_UNKNOWN;
		if (fleet->options.resume)
			/* of the part before: now it has another chance */
			host->error = 0;
	}
	fleet_begin_queue(fleet, FLEET_ACT, count);
}

static void on_pause_over(struct exec_timer *timer)
{
	start_wave((struct fleet *)(void *)((char *)timer - offsetof(struct fleet, pause_timer)));
}

static void next_wave(struct fleet *fleet)
{
	const struct fleet_options *options = &fleet->options;

	if (fleet->waves.next >= fleet->waves.count)
		sweep_next(fleet);
	else if (fleet->waves.number && options->wave_pause_ms > 0)
		(void)exec_timer_set(options->executor, &fleet->pause_timer,
				     exec_now_us(options->executor) +
					     options->wave_pause_ms * 1000);
	else
		start_wave(fleet);
}

/* Life */

static int fill_hosts(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->options.host_count; i++) {
		const struct fleet_host *from = &fleet->options.hosts[i];
		struct rep_host *to = &fleet->record->hosts[i];

		to->name = from->name;
		to->address = from->address;
		to->groups = from->groups;
		to->group_count = from->group_count;
		if (!fleet->options.resume)
			to->duration_ms = -1;
		else
			fleet->jobs[i].survey_rows = fleet->options.survey_rows[i];
		fleet->jobs[i].fleet = fleet;
		fleet->jobs[i].index = (uint32_t)i;
		fleet->queue[i] = (uint32_t)i;
	}
	return 0;
}

struct fleet *fleet_create(const struct fleet_options *options,
			   const struct fleet_observer *observer, struct rep_record *record)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	if (!fleet)
		return NULL;
	fleet->options = *options;
	fleet->observer = *observer;
	fleet->record = record;
	fleet->jobs = calloc(options->host_count + 1, sizeof(*fleet->jobs));
	fleet->queue = calloc(options->host_count + 1, sizeof(*fleet->queue));
	/* For each host its own timer and those of its probe, and the fleet's: a deadline
	 * that could not be set would let a stuck call hold the run. */
	if (!fleet->jobs || !fleet->queue ||
	    exec_timer_reserve(options->executor, 3 * options->host_count + FLEET_TIMERS) < 0) {
		fleet_free(fleet);
		return NULL;
	}
	seats_init(&fleet->seats, options->executor, options->concurrency, options->pool_threads);
	fleet->holding_end = &fleet->holding;
	fleet->pause_timer.fire = on_pause_over;
	fleet_stopping_init(fleet);
	fleet_closing_init(fleet);
	fleet->end_timer.fire = on_end;
	fleet->credentials_proven = !options->one_host_first;
	tally_init(&fleet->tally, record);
	fleet->sweep = options->sweeps_begun;
	(void)fill_hosts(fleet);
	return fleet;
}

void fleet_start(struct fleet *fleet)
{
	struct rep_run *run = &fleet->record->run;
	const struct fleet_options *options = &fleet->options;

	fleet->started_us = fleet->seen_phase_us = exec_now_us(options->executor);
	if (!options->resume || run->started_at_ms == UTC_UNKNOWN)
		run->started_at_ms = exec_wall_ms(options->executor);
	if (!fleet->credentials_proven)
		fleet_ask_one_by_one(fleet);
	if (options->run_timeout_ms >= 0)
		(void)exec_timer_set(options->executor, &fleet->run_timer,
				     fleet->started_us + options->run_timeout_ms * 1000);
	if (options->resume) {
		fleet_count_untold(fleet, REP_SESSION_NOT_ATTEMPTED); /* settled before */
		fleet->hosts_surveyed = (uint32_t)options->host_count;
		fleet->phase = FLEET_GATE;
		fleet_end_phase(fleet);
	} else {
		fleet_begin_queue(fleet, FLEET_SURVEY, options->host_count);
	}
}

unsigned fleet_calls_out(const struct fleet *fleet)
{
	return seats_used(&fleet->seats);
}

/* Where the run was broken off: nothing of it may be left in the executor. */
static void forget(struct fleet *fleet)
{
	struct exec_timer *timers[] = { &fleet->run_timer,  &fleet->pause_timer,
					&fleet->stop_timer, &fleet->wake_timer,
					&fleet->end_timer,  &fleet->restore_timer };

	for (size_t i = 0; i < sizeof(timers) / sizeof(*timers); i++)
		exec_timer_stop(fleet->options.executor, timers[i]);
	for (size_t i = 0; i < fleet->options.host_count; i++)
		job_forget(&fleet->jobs[i]);
}

void fleet_free(struct fleet *fleet)
{
	if (!fleet)
		return;
	if (fleet->seats.executor) {
		forget(fleet);
		seats_release(&fleet->seats, session_close);
	}
	waves_release(&fleet->waves);
	tally_release(&fleet->tally);
	free(fleet->jobs);
	free(fleet->queue);
	free(fleet);
}
