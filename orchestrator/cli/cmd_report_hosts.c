/* cmd_report_hosts.c - `rdsweep report hosts FILE...`: the names of the hosts that ended in some way, one a line: what
 * `--limit @FILE` takes. */
#include "cmd_report.h"

#include "cli_error.h"
#include "inventory.h"
#include "report_filter.h"
#include "report_input.h"
#include "str_map.h"
#include "text.h"

#include <string.h>

struct naming {
	struct rep_outcomes outcomes;
	const char *path;
	struct strbuf lines; /* what will be printed */
	struct arena names;
	struct str_map seen;	 /* folded: of several reports each host is named once */
	struct strbuf key, name; /* scratch; the host at hand */
	bool asked_for;
};

static int see_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct naming *naming = ctx;

	(void)kind;
	naming->asked_for =
		rep_outcomes_have_host(&naming->outcomes, (enum rep_host_outcome)host->outcome);
	strbuf_clear(&naming->name);
	strbuf_adds(&naming->name, host->name);
	return naming->name.failed ? REPORT_NO_MEMORY : 0;
}

static int see_session(void *ctx, const struct rep_session *session,
		       const struct rep_error_kind *kind)
{
	struct naming *naming = ctx;

	(void)kind;
	naming->asked_for |= rep_outcomes_have_session(&naming->outcomes,
						       (enum rep_session_outcome)session->outcome);
	return 0;
}

/* Nothing is printed of a report that names what an inventory cannot hold: it was made by something else. */
static int refuse(const struct naming *naming, const char *name)
{
	(void)cli_usage("%s: '%s' is no name that '--limit' could take",
			report_input_name(naming->path), name);
	return REPORT_SAID;
}

static int see_host_end(void *ctx)
{
	struct naming *naming = ctx;
	const char *name = strbuf_text(&naming->name);
	uint32_t index;
	const char *key;
	int seen;

	if (!naming->asked_for)
		return 0;
	if (!inv_name_is_host(name))
		return refuse(naming, name);
	strbuf_clear(&naming->key);
	text_fold_add(&naming->key, name, strlen(name));
	key = naming->key.failed ? NULL : arena_strdup(&naming->names, strbuf_text(&naming->key));
	seen = key ? str_map_put_new(&naming->seen, key, naming->key.len, 0, &index) : -1;
	if (seen < 0)
		return REPORT_NO_MEMORY;
	if (!seen) {
		strbuf_adds(&naming->lines, name);
		strbuf_addc(&naming->lines, '\n');
	}
	return naming->lines.failed ? REPORT_NO_MEMORY : 0;
}

static int read_all(const struct report_call *call, struct naming *naming)
{
	const struct rep_visitor visitor = {
		.ctx = naming, .host = see_host, .session = see_session, .host_end = see_host_end
	};
	int code = 0;

	for (size_t i = 0; i < call->file_count && !code; i++) {
		naming->path = call->files[i];
		code = report_input_read(call->files[i], &visitor);
	}
	return code;
}

int report_hosts(const struct report_call *call)
{
	const char *outcome = call->options->outcome, *bad;
	struct naming naming = { .asked_for = false };
	size_t bad_len;
	int code;

	/* by default all that would have to be done again */
	naming.outcomes.hosts = outcome ? 0 : ~(UINT32_C(1) << REP_HOST_SUCCEEDED);
	if (outcome && rep_outcomes_parse(outcome, &naming.outcomes, &bad, &bad_len) < 0)
		return cli_usage_of(call->command, "option '--outcome': '%.*s' is no outcome",
				    (int)bad_len, bad);
	strbuf_init(&naming.lines);
	strbuf_init(&naming.key);
	strbuf_init(&naming.name);
	arena_init(&naming.names);
	str_map_init(&naming.seen);
	code = read_all(call, &naming);
	if (!code)
		code = cli_output(&naming.lines);
	str_map_release(&naming.seen);
	arena_release(&naming.names);
	strbuf_release(&naming.name);
	strbuf_release(&naming.key);
	strbuf_release(&naming.lines);
	return code;
}
