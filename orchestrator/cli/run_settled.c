/* run_settled.c - a run that has nothing left to do: it is left alone, and its reports are written where they are missing or
 * asked for. */
#include "cli_error.h"
#include "platform_process.h"
#include "run_resume.h"

static int write_again(struct run *run)
{
	int code = run_setup_again(run), written;

	if (code)
		return code;
	if (run_make_record(run) < 0)
		return cli_no_memory();
	outputs_drop_settled(&run->outputs, &run->record);
	code = outputs_check(&run->outputs, run->options);
	if (code)
		return code;
	run->writer = writer_create(NULL, NULL);
	if (!run->writer)
		return cli_no_memory();
	code = run->record.run.exit_code;
	run_say_start(run);
	written = outputs_write(&run->outputs, &run->record, run->writer);
	run_say_summary(run, code);
	if (!written)
		run_say_reports(run);
	return written ? EXIT_NOT_WRITTEN : code;
}

int run_settled(struct run *run)
{
	int code = write_again(run);

	if (run->writer && !writer_end(run->writer, RUN_WRITER_PATIENCE_MS))
		process_end_now(code);
	rep_record_release(&run->record);
	return code;
}
