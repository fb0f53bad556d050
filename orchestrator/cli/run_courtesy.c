/* run_courtesy.c - what users are told: the TEXT of `message`, and the warnings of a logoff; checked, shown at the
 * question, and handed to the engine. */
#include "cli_error.h"
#include "duration.h"
#include "notice.h"
#include "platform_process.h"
#include "run.h"
#include "text.h"

#include <string.h>

/* `what` holds the text, for people: "the message", "option '--notify'". 0, or the exit code. */
static int check_text(const struct run *run, const char *what, const char *text, bool grace)
{
	const struct notice_values offered = { .reason = run->options->reason, .grace = grace };
	struct strbuf why;
	int code = 0;

	strbuf_init(&why);
	if (notice_check(text, &offered, &why) < 0)
		code = why.failed ? cli_no_memory() : cli_usage("%s %s", what, strbuf_text(&why));
	strbuf_release(&why);
	return code;
}

int run_take_message(const struct run *run)
{
	struct options *options = run->options;

	if (options->arguments.count != 1)
		return cli_usage_of(run->call->self,
				    options->arguments.count
					    ? "'message' takes one TEXT; put it in quotes"
					    : "'message' needs the TEXT that is to be shown");
	options->message = options->arguments.items[0];
	return check_text(run, "the message", options->message, false);
}

/* Options that mean nothing without a warning. */
static int check_alone(const struct options *options)
{
	if (options->grace_ms >= 0)
		return cli_usage("'--grace' is the time between a warning and the logoff: give "
				 "--notify TEXT too");
	if (options->notify_again_ms >= 0)
		return cli_usage("'--notify-again' repeats a warning: give --notify TEXT and "
				 "--grace DUR too");
	if (options->grace_disconnected)
		return cli_usage("'--grace-disconnected' is about the grace: give --notify TEXT "
				 "and --grace DUR too");
	if (options->notify_failed >= 0)
		return cli_usage("'--notify-failed' is about warnings: give --notify TEXT and "
				 "--grace DUR too");
	if (options->notify_cancelled)
		return cli_usage("'--notify-cancelled' takes a warning back: give --notify TEXT "
				 "and --grace DUR too");
	return 0;
}

static int check_times(const struct options *options)
{
	char grace[DURATION_TEXT_SIZE], other[DURATION_TEXT_SIZE];

	if (options->grace_ms < 0)
		return cli_usage("'--notify' warns, and then users need a time to save their work: "
				 "give --grace DUR too");
	duration_format(options->grace_ms, grace);
	if (options->notify_again_ms >= options->grace_ms) {
		duration_format(options->notify_again_ms, other);
		return cli_usage(
			"'--notify-again %s' must be less than '--grace %s': it is what is "
			"left of it",
			other, grace);
	}
	if (options->run_timeout_ms >= 0 && options->run_timeout_ms <= options->grace_ms) {
		duration_format(options->run_timeout_ms, other);
		return cli_usage("'--run-timeout %s' is over before '--grace %s' is", other, grace);
	}
	return 0;
}

int run_check_notify(const struct run *run)
{
	const struct options *options = run->options;
	int code;

	if (!options->notify)
		return check_alone(options);
	code = check_times(options);
	code = code ? code : check_text(run, "option '--notify'", options->notify, true);
	if (!code && options->notify_cancelled)
		code = check_text(run, "option '--notify-cancelled'", options->notify_cancelled,
				  true);
	return code;
}

struct fleet_notify run_notify(const struct run *run)
{
	const struct options *options = run->options;

	return (struct fleet_notify){
		.text = options->notify,
		.grace_ms = options->grace_ms,
		.again_ms = options->notify_again_ms,
		.disconnected = options->grace_disconnected,
		/* the choices are in the order of the enum */
		.failed = options->notify_failed < 0 ? FLEET_FAILED_SKIP
						     : (enum fleet_failed)options->notify_failed,
		.called_off = options->notify_cancelled,
	};
}

static void show_text(struct run *run, const char *before, const char *text)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_adds(&line, before);
	text_escape_add(&line, text, strlen(text));
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

void run_show_courtesy(struct run *run)
{
	if (*run->options->message)
		show_text(run, "  the message: ", run->options->message);
	if (run->options->notify)
		show_text(run, "  the warning: ", run->options->notify);
}

void run_add_courtesy(const struct run *run, struct strbuf *question)
{
	const struct options *options = run->options;
	char text[DURATION_TEXT_SIZE];

	if (!options->notify)
		return;
	duration_format(options->grace_ms, text);
	strbuf_addf(question, " Users are warned first and have %s", text);
	if (options->notify_again_ms >= 0) {
		duration_format(options->notify_again_ms, text);
		strbuf_addf(question, ", with a second warning %s before", text);
	}
	strbuf_adds(question, options->grace_disconnected ? "; disconnected ones too."
							  : "; disconnected sessions go at once.");
}
