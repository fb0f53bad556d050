/* cmd_self.c - `rdsweep self logoff`: logs off the session that rdsweep itself runs in. */
#include "cli_error.h"
#include "cmd_help.h"
#include "platform_console.h"
#include "platform_process.h"
#include "prompt.h"
#include "self_logoff.h"
#include "text.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include <uv.h>

static const struct {
	const char *does; /* for --dry-run */
	const char *warns;
} ways[SELF_LOGOFF_WAY_COUNT] = {
	[SELF_LOGOFF_ASK] = { "ExitWindowsEx(EWX_LOGOFF)",
			      "every program is asked and may object" },
	[SELF_LOGOFF_FORCE_IF_HUNG] = { "ExitWindowsEx(EWX_LOGOFF | EWX_FORCEIFHUNG)",
					"programs that do not answer are ended" },
	[SELF_LOGOFF_RESET] = { "WTSLogoffSession(WTS_CURRENT_SESSION)",
				"no program is asked, and what is unsaved is lost" },
};

static enum self_logoff_way chosen_way(const struct options *options)
{
	return options->reset		? SELF_LOGOFF_RESET
	       : options->force_if_hung ? SELF_LOGOFF_FORCE_IF_HUNG
					: SELF_LOGOFF_ASK;
}

static int check(const struct command_call *call, const struct options *options)
{
	const struct option_texts *arguments = &options->arguments;

	if (!arguments->count)
		return cli_usage_of(call->self, "'self' needs what to do: logoff");
	if (strcmp(arguments->items[0], "logoff") != 0)
		return cli_usage_of(call->self, "'self' knows 'logoff', not '%s'",
				    arguments->items[0]);
	if (arguments->count > 1)
		return cli_usage_of(call->self, "'self logoff' takes no argument, but got '%s'",
				    arguments->items[1]);
	if (options->force_if_hung && options->reset)
		return cli_usage_of(call->self,
				    "'--force-if-hung' and '--reset' exclude each other");
	if (!self_supported())
		return cli_usage("'self logoff' works on Windows only: elsewhere, end the session "
				 "with the means of its desktop or shell");
	if (!options->yes && !options->dry_run && !console_is_terminal(CONSOLE_IN))
		return cli_usage(
			"nobody can be asked, as standard input is no terminal: give --yes or "
			"--dry-run");
	return 0;
}

/* `your own session (CORP\admin, session 2)`, as far as it is known. */
static void describe(struct strbuf *out)
{
	struct strbuf operator_, facts;
	uint32_t id;

	strbuf_init(&operator_);
	strbuf_init(&facts);
	process_operator(&operator_);
	text_escape_add(&facts, strbuf_text(&operator_), operator_.len);
	if (self_session_id(&id) == 0)
		strbuf_addf(&facts, "%ssession %" PRIu32, facts.len ? ", " : "", id);
	strbuf_adds(out, "your own session");
	if (facts.len)
		strbuf_addf(out, " (%s)", strbuf_text(&facts));
	strbuf_release(&facts);
	strbuf_release(&operator_);
}

/* The one question of this command, on a loop of its own. */
struct asking {
	struct prompt prompt;
	uv_signal_t interrupt;
	int code; /* COMMAND_GO_ON: yes */
};

static void stop_asking(struct asking *asking, int code)
{
	asking->code = code;
	prompt_stop(&asking->prompt);
	uv_close((uv_handle_t *)&asking->interrupt, NULL);
}

static void answered(struct prompt *prompt, const char *line)
{
	bool yes = line && prompt_is_yes(line);

	if (!line)
		cli_line("");
	if (!yes)
		cli_line("declined: nothing was touched");
	stop_asking(prompt->ctx, yes ? COMMAND_GO_ON : EXIT_DECLINED);
}

static void interrupted(uv_signal_t *signal, int number)
{
	(void)number;
	cli_line("");
	stop_asking(signal->data, EXIT_INTERRUPTED);
}

/* COMMAND_GO_ON, or the exit code. */
static int ask(const struct strbuf *question)
{
	struct asking asking = { .code = EXIT_DECLINED };
	uv_loop_t loop;

	if (question->failed || uv_loop_init(&loop) < 0)
		return cli_no_memory();
	asking.prompt.answered = answered;
	asking.prompt.ctx = &asking;
	asking.interrupt.data = &asking;
	(void)uv_signal_init(&loop, &asking.interrupt);
	(void)uv_signal_start(&asking.interrupt, interrupted, SIGINT);
	uv_unref((uv_handle_t *)&asking.interrupt);
	(void)console_write(CONSOLE_ERR, strbuf_text(question), question->len, NULL);
	if (prompt_start(&asking.prompt, &loop) < 0) {
		cli_line("\nrdsweep: the terminal cannot be read: declined");
		stop_asking(&asking, EXIT_DECLINED);
	}
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	return asking.code;
}

static int confirm(enum self_logoff_way way)
{
	struct strbuf question;
	int code;

	strbuf_init(&question);
	strbuf_adds(&question, "This logs off ");
	describe(&question);
	strbuf_addf(&question, ": %s. Type yes to go on: ", ways[way].warns);
	code = ask(&question);
	strbuf_release(&question);
	return code;
}

static int would_do(enum self_logoff_way way)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_adds(&line, "dry run: would log off ");
	describe(&line);
	strbuf_addf(&line, " by %s: %s", ways[way].does, ways[way].warns);
	cli_line(strbuf_text(&line));
	strbuf_release(&line);
	return EXIT_DONE;
}

static int logoff(const struct command_call *call, const struct options *options)
{
	enum self_logoff_way way = chosen_way(options);
	struct session_error error;
	int code = check(call, options);

	if (code)
		return code;
	if (options->dry_run)
		return would_do(way);
	if (!options->yes) {
		code = confirm(way);
		if (code != COMMAND_GO_ON)
			return code;
	}
	if (self_logoff(way, &error) < 0)
		return cli_api_failed("the session stays", &error);
	return EXIT_DONE;
}

int cmd_self(const struct command_call *call)
{
	struct options options;
	int code;

	options_init(&options);
	code = command_options(call, &options);
	if (code == COMMAND_GO_ON)
		code = logoff(call, &options);
	options_release(&options);
	return code;
}
