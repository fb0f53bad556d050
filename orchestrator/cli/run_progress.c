/* run_progress.c - how a run stands, on standard error while it is on: a live frame on a terminal, lines at growing
 * intervals anywhere else. */
#include "paint.h"
#include "platform_console.h"
#include "progress_frame.h"
#include "run.h"

#include <signal.h>
#include <string.h>

#define FRAME_FIRST_MS	 300 /* a run that is over by then shows none */
#define FRAME_MS	 100
#define LATE_MS		 400 /* so late a frame is left out: see tick() */
#define LINE_FIRST_MS	 10000
#define LINE_INTERVAL_MS 300000 /* they grow up to this */

static enum run_progress_mode mode_of(const struct options *options)
{
	bool terminal = console_is_terminal(CONSOLE_ERR),
	     frames = console_takes_escapes(CONSOLE_ERR);

	if (options->quiet || options->progress == PROGRESS_NEVER)
		return RUN_PROGRESS_NONE;
	if (frames || (options->progress == PROGRESS_ALWAYS && !terminal))
		return RUN_PROGRESS_FRAMES;
	return RUN_PROGRESS_LINES;
}

static struct progress_view view_of(const struct run *run, const struct fleet_progress *now)
{
	return (struct progress_view){
		.command = run->call->self->name,
		.simulated = run->record.run.simulated,
		.run = now,
		.kinds = run->record.kinds,
	};
}

/* Somebody is asked something, or reads elsewhere: the terminal is not ours now. */
static bool is_out_of_the_way(const struct run *run, const struct fleet_progress *now)
{
	return run->prompt.started || run->guard.asking || now->phase == FLEET_FINISHED ||
	       !console_is_foreground(CONSOLE_ERR);
}

static void hide(struct run *run)
{
	struct run_progress *progress = &run->progress;

	if (progress->frame.len)
		writer_frame(run->writer, "", 0, progress->columns);
	strbuf_clear(&progress->frame);
}

/* A frame like the last one is not written again. */
static void draw(struct run *run, const struct fleet_progress *now)
{
	struct run_progress *progress = &run->progress;
	size_t columns = (size_t)console_width(CONSOLE_ERR),
	       rows = (size_t)console_height(CONSOLE_ERR);
	struct progress_view view = view_of(run, now);
	struct strbuf frame;
	bool same;

	strbuf_init(&frame);
	progress_frame(&frame, &view, columns, rows, progress->colors);
	same = progress->columns == columns && progress->frame.len == frame.len &&
	       memcmp(strbuf_text(&progress->frame), strbuf_text(&frame), frame.len) == 0;
	progress->columns = columns;
	if (!same && !frame.failed)
		writer_frame(run->writer, strbuf_text(&frame), frame.len, columns);
	strbuf_release(&progress->frame);
	progress->frame = frame;
}

static void say(struct run *run, const struct fleet_progress *now)
{
	struct progress_view view = view_of(run, now);
	struct strbuf line;

	strbuf_init(&line);
	progress_line(&line, &view);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

static void tick(uv_timer_t *timer)
{
	struct run *run = timer->data;
	struct run_progress *progress = &run->progress;
	bool lines = progress->mode == RUN_PROGRESS_LINES;
	uint64_t at_ms = uv_hrtime() / 1000000;
	bool late = at_ms - progress->ticked_ms > progress->interval_ms + LATE_MS;
	struct fleet_progress now;

	/* Late means a busy machine, or that the process was stopped: then go_on() comes first. */
	progress->ticked_ms = at_ms;
	fleet_progress(run->fleet, &now);
	if (late && !lines) {
		(void)uv_timer_start(timer, tick, progress->interval_ms, 0);
		return;
	}
	if (is_out_of_the_way(run, &now)) {
		if (!lines)
			hide(run);
	} else if (lines) {
		say(run, &now);
	} else {
		draw(run, &now);
	}
	if (lines && progress->interval_ms < LINE_INTERVAL_MS)
		progress->interval_ms = progress->interval_ms * 2 < LINE_INTERVAL_MS
						? progress->interval_ms * 2
						: LINE_INTERVAL_MS;
	(void)uv_timer_start(timer, tick, progress->interval_ms, 0);
}

#ifdef SIGCONT
/* The process was stopped and goes on: whoever had the terminal has written to it. */
static void go_on(uv_signal_t *handle, int number)
{
	struct run *run = handle->data;

	(void)number;
	strbuf_clear(&run->progress.frame);
	writer_frame_forget(run->writer);
}

static void watch_go_on(struct run *run)
{
	(void)uv_signal_init(&run->loop, &run->progress.went_on);
	run->progress.went_on.data = run;
	(void)uv_signal_start(&run->progress.went_on, go_on, SIGCONT);
	uv_unref((uv_handle_t *)&run->progress.went_on);
}
#endif

void run_progress_start(struct run *run)
{
	struct run_progress *progress = &run->progress;

	strbuf_init(&progress->frame);
	progress->mode = mode_of(run->options);
	if (progress->mode == RUN_PROGRESS_NONE || uv_timer_init(&run->loop, &progress->timer) < 0)
		return;
	progress->started = true;
	progress->colors = paint_wanted(run->options->color, CONSOLE_ERR);
	progress->timer.data = run;
	progress->ticked_ms = uv_hrtime() / 1000000;
	progress->interval_ms = progress->mode == RUN_PROGRESS_FRAMES ? FRAME_MS : LINE_FIRST_MS;
	(void)uv_timer_start(&progress->timer, tick,
			     progress->mode == RUN_PROGRESS_FRAMES ? FRAME_FIRST_MS : LINE_FIRST_MS,
			     0);
	uv_unref((uv_handle_t *)&progress->timer); /* alone it is nothing to wait for */
#ifdef SIGCONT
	watch_go_on(run);
#endif
}

void run_progress_stop(struct run *run)
{
	struct run_progress *progress = &run->progress;

	if (!progress->started)
		return;
	progress->started = false;
	hide(run);
	strbuf_release(&progress->frame);
	uv_close((uv_handle_t *)&progress->timer, NULL);
#ifdef SIGCONT
	uv_close((uv_handle_t *)&progress->went_on, NULL);
#endif
}
