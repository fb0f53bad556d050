/* cmd_resume.c - `rdsweep resume JOURNAL`: settles and finishes a run that was interrupted or killed. */
#include "cli_error.h"
#include "cmd_help.h"
#include "run.h"
#include "run_resume.h"

#include <string.h>

static const struct command *find(const struct command_call *call, const char *name)
{
	for (size_t i = 0; i < call->command_count; i++)
		if (strcmp(call->commands[i].name, name) == 0)
			return &call->commands[i];
	return NULL;
}

/* What was given now takes the place of what the run was started with: read over it once more. */
static int take_options(const struct command_call *call, struct options *options)
{
	struct strbuf text;
	int code = 0;

	strbuf_init(&text);
	if (options_parse(options, call->self, call->commands, call->command_count, call->argc,
			  call->argv, &text) < 0)
		code = text.len ? cli_usage_of(call->self, "%s", strbuf_text(&text))
				: cli_no_memory();
	strbuf_release(&text);
	return code;
}

/* The run's own reports, and those that were asked for now. */
static int take_reports(struct run_resume *resume, const struct options *given)
{
	const struct options *options = &resume->head.options;
	const struct output own = { .overwrite = options->overwrite, .own = true };
	const struct output new = { .overwrite = given->overwrite };

	resume->outputs.run_id = resume->head.about.id;
	if (outputs_add(&resume->outputs, &options->reports, &own) < 0)
		return cli_no_memory();
	if (outputs_add(&resume->outputs, &given->reports, &new) < 0)
		return cli_no_memory();
	return 0;
}

static int go_on(const struct command_call *call, struct run_resume *resume,
		 const struct options *given)
{
	struct options *options = &resume->head.options;
	struct command_call again = *call;
	int code = take_reports(resume, given);

	again.self = find(call, resume->head.about.command);
	if (!again.self || !(COMMANDS_THAT_CHANGE & 1u << again.self->id))
		return cli_usage("journal '%s' is of a run of '%s', which cannot be resumed",
				 resume->path, resume->head.about.command);
	if (!run_resume_is_settled(resume))
		options->yes = false; /* what is left is another question */
	code = code ? code : take_options(call, options);
	return code ? code : run_again(&again, options, resume);
}

static int resume_run(const struct command_call *call, const struct options *given)
{
	struct run_resume resume;
	int code;

	if (given->arguments.count != 1)
		return cli_usage_of(call->self,
				    "'resume' needs one journal, the file that the run named "
				    "when it started");
	run_resume_init(&resume);
	code = run_resume_open(&resume, given->arguments.items[0],
			       given->max_age_ms < 0 ? OPTION_MAX_AGE_MS : given->max_age_ms);
	if (!code)
		code = go_on(call, &resume, given);
	run_resume_release(&resume);
	return code;
}

int cmd_resume(const struct command_call *call)
{
	struct options options;
	int code;

	options_init(&options);
	code = command_options(call, &options);
	if (code == COMMAND_GO_ON)
		code = resume_run(call, &options);
	options_release(&options);
	return code;
}
