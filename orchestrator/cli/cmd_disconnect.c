/* cmd_disconnect.c - `rdsweep disconnect`: disconnects sessions across the fleet. */
#include "cli_error.h"
#include "cmd_help.h"
#include "run.h"

int cmd_disconnect(const struct command_call *call)
{
	struct options options;
	int code;

	options_init(&options);
	code = command_options(call, &options);
	if (code == COMMAND_GO_ON)
		code = run_fleet(call, &options, NULL);
	options_release(&options);
	return code;
}
