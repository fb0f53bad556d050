/* cmd_sessions.c - `rdsweep sessions`: lists sessions across the fleet. */
#include "cmd_help.h"
#include "duration.h"
#include "platform_console.h"
#include "report_write.h"
#include "run.h"
#include "table.h"
#include "utc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct table_column columns[] = {
	{ "HOST", false },  { "USER", false }, { "SESSION", false }, { "ID", true },
	{ "STATE", false }, { "IDLE", true },  { "LOGON", false },   { "CLIENT", false },
};

static void add_user(struct table *table, const struct rep_session *session)
{
	struct strbuf text;

	strbuf_init(&text);
	if (*session->user && *session->domain)
		strbuf_addf(&text, "%s\\", session->domain);
	strbuf_adds(&text, session->user);
	table_add(table, strbuf_text(&text));
	strbuf_release(&text);
}

static void add_row(struct table *table, const struct rep_host *host,
		    const struct rep_session *session)
{
	char id[16], idle[DURATION_TEXT_SIZE] = "", logon[UTC_TEXT_SIZE];

	(void)snprintf(id, sizeof(id), "%" PRIu32, session->id);
	if (session->idle_s >= 0)
		duration_format_rough(session->idle_s * 1000, idle);
	utc_format(session->logon_at_ms, logon);
	if (strlen(logon) > 16) { /* to the minute, as quser has it; still UTC */
		logon[10] = ' ';
		memcpy(logon + 16, "Z", 2);
	}
	table_add(table, host->name);
	add_user(table, session);
	table_add(table, session->station);
	table_add(table, id);
	table_add(table, rep_state_name(session->state));
	table_add(table, idle);
	table_add(table, logon);
	table_add(table, session->client);
}

/* What was asked for; with -v also the sessions nobody is logged on to, unless a filter took them
 * out. */
static bool is_shown(const struct run *run, const struct rep_session *session)
{
	if (session->outcome == REP_SESSION_LISTED)
		return *session->user || run->options->verbose;
	return run->options->verbose && !run->who.filtered && !*session->user;
}

static const char *print_table(const struct run *run)
{
	const struct rep_record *record = &run->record;
	const char *why = "out of memory";
	struct table table;
	struct strbuf out;

	table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
	strbuf_init(&out);
	for (size_t i = 0; i < record->host_count; i++) {
		const struct rep_host *host = &record->hosts[i];

		for (uint32_t j = 0; j < host->session_count; j++)
			if (is_shown(run, &host->sessions[j]))
				add_row(&table, host, &host->sessions[j]);
	}
	if (table_print(&table, &out) == 0 &&
	    console_write(CONSOLE_OUT, strbuf_text(&out), out.len, &why) == 0)
		why = NULL;
	strbuf_release(&out);
	table_release(&table);
	return why;
}

static int write_output(void *ctx, const char *bytes, size_t len)
{
	return console_write(CONSOLE_OUT, bytes, len, ctx);
}

static const char *print_report(const struct run *run, enum rep_format format)
{
	const char *why = "out of memory";
	const struct rep_sink sink = { .ctx = &why, .write = write_output };

	return rep_write_record(&run->record, format, &sink) == 0 ? NULL : why;
}

static const char *print_results(const struct run *run)
{
	switch ((enum option_format)run->options->format) {
	case FORMAT_JSON:
		return print_report(run, REP_FORMAT_JSON);
	case FORMAT_CSV:
		return print_report(run, REP_FORMAT_CSV);
	case FORMAT_UNSET:
	case FORMAT_TABLE:
		break;
	}
	return print_table(run);
}

int cmd_sessions(const struct command_call *call)
{
	struct options options;
	int code;

	options_init(&options);
	code = command_options(call, &options);
	if (code == COMMAND_GO_ON)
		code = run_fleet(call, &options, print_results);
	options_release(&options);
	return code;
}
