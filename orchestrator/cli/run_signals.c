/* run_signals.c - Ctrl-C, SIGTERM and a closed terminal stop the fleet in order; a second one
 * hastens it. */
#include "host_range.h"
#include "platform_process.h"
#include "run.h"
#include "text.h"

#include <signal.h>
#include <stdlib.h>

static const struct stop_signal {
	int number;
	enum fleet_stop stop;
	const char *name;
} stops[RUN_SIGNAL_COUNT] = {
	{ SIGINT, FLEET_STOP_SIGINT, "interrupted" },
	{ SIGTERM, FLEET_STOP_SIGTERM, "told to stop (SIGTERM)" },
	{ SIGHUP, FLEET_STOP_SIGHUP, "terminal closed (SIGHUP)" },
#ifdef SIGBREAK
	{ SIGBREAK, FLEET_STOP_SIGINT, "interrupted (Ctrl-Break)" },
#endif
};

static const struct stop_signal *find(int number)
{
	for (size_t i = 0; i < RUN_SIGNAL_COUNT; i++)
		if (stops[i].number == number)
			return &stops[i];
	return NULL;
}

static void name_unfinished(const struct run *run)
{
	size_t count = fleet_unfinished(run->fleet, NULL, 0);
	const char **names = calloc(count ? count : 1, sizeof(*names));
	struct strbuf folded, line;

	if (!names)
		return;
	strbuf_init(&folded);
	strbuf_init(&line);
	count = fleet_unfinished(run->fleet, names, count);
	host_range_fold(&folded, names, count);
	strbuf_addf(&line, "%lu unfinished %s", (unsigned long)count,
		    count == 1 ? "host" : "hosts");
	if (count) {
		strbuf_adds(&line, ": ");
		text_escape_add(&line, strbuf_text(&folded), folded.len);
	}
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
	strbuf_release(&folded);
	free(names);
}

static void say(const struct run *run, const char *name, const struct fleet_progress *now,
		bool at_once)
{
	unsigned calls = now->calls;
	struct strbuf line;

	strbuf_init(&line);
	if (!at_once && now->phase == FLEET_RESTORE)
		strbuf_addf(&line,
			    "%s: drain mode is still put back on %u host%s; press Ctrl-C again to "
			    "leave them as they are",
			    name, (unsigned)now->hosts_to_restore,
			    now->hosts_to_restore == 1 ? "" : "s");
	else if (at_once)
		strbuf_addf(&line, "%s: %u %s left behind", name, calls,
			    calls == 1 ? "call in flight is" : "calls in flight are");
	else
		strbuf_addf(
			&line,
			"%s: nothing new is started; %swaiting for %u %s in flight and verifying; "
			"press Ctrl-C again to leave them behind",
			name,
			now->hosts_in_grace
				? "users who were warned are told that it is called off; "
				: "",
			calls, calls == 1 ? "call" : "calls");
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
	name_unfinished(run);
}

void run_interrupt(struct run *run, enum fleet_stop stop, const char *name, bool at_once)
{
	struct fleet_progress before;

	fleet_progress(run->fleet, &before);
	if (before.phase == FLEET_FINISHED)
		return;
	if ((before.phase == FLEET_GATE && run->prompt.started) || run->guard.asking)
		writer_line(run->writer, ""); /* the question stands without its line end */
	say(run, name, &before, at_once);
	if (at_once && before.stop == FLEET_STOP_NONE)
		fleet_stop(run->fleet, stop); /* the second one hastens */
	fleet_stop(run->fleet, stop);
}

static void stop(uv_signal_t *handle, int number)
{
	struct run *run = handle->data;
	const struct stop_signal *signal = find(number);
	struct fleet_progress before;
	bool again, final;
	struct strbuf name;

	if (run->ended)
		return; /* all that is left is to end */
	fleet_progress(run->fleet, &before);
	if (before.phase == FLEET_FINISHED) {
		exec_stop(
			run->executor); /* the journal's last lines are on their way: not for ever */
		return;
	}
	again = before.stop >= FLEET_STOP_SIGINT;
	final = number == SIGHUP && guard_hangup_is_final();
	strbuf_init(&name);
	strbuf_addf(&name, "%s%s", signal->name, again ? " again" : "");
	run_interrupt(run, signal->stop, strbuf_text(&name), again || final);
	strbuf_release(&name);
}

void run_signals_start(struct run *run)
{
	for (size_t i = 0; i < RUN_SIGNAL_COUNT; i++) {
		(void)uv_signal_init(&run->loop, &run->signals[i]);
		run->signals[i].data = run;
		if (!process_ignores(stops[i].number))
			(void)uv_signal_start(&run->signals[i], stop, stops[i].number);
		uv_unref((uv_handle_t *)&run->signals[i]); /* alone they are nothing to wait for */
	}
	run->catching = true;
}

void run_signals_stop(struct run *run)
{
	if (!run->catching)
		return;
	run->catching = false;
	for (size_t i = 0; i < RUN_SIGNAL_COUNT; i++)
		uv_close((uv_handle_t *)&run->signals[i], NULL);
}
