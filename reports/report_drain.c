#include "report_drain.h"

#include <inttypes.h>
#include <string.h>

#include "host_range.h"
#include "text.h"

static bool was_for_the_run(const struct rep_run *run)
{
	for (size_t i = 0; i < run->policy_count; i++)
		if (strcmp(run->policy[i].name, "drain") == 0)
			return run->policy[i].kind == REP_VALUE_TEXT &&
			       strcmp(run->policy[i].text, "run") == 0;
	return false;
}

bool rep_drain_is_owed(const struct rep_run *run, const struct rep_host *host)
{
	return rep_host_is_left_drained(host) && was_for_the_run(run);
}

void rep_text_owed(struct strbuf *out, const char *const *names, size_t count)
{
	struct strbuf folded, shown;

	if (!count)
		return;
	strbuf_init(&folded);
	strbuf_init(&shown);
	host_range_fold(&folded, names, count);
	text_escape_add(&shown, strbuf_text(&folded), folded.len);
	strbuf_addf(out, "DRAIN MODE WAS NOT PUT BACK on %" PRIu64 " host%s: %s\n", (uint64_t)count,
		    count == 1 ? "" : "s", strbuf_text(&shown));
	strbuf_addf(out,
		    "  New logons may still be refused there. Go on with 'rdsweep resume', or:\n"
		    "  rdsweep drain off -i INVENTORY --limit '%s'\n\n",
		    strbuf_text(&shown));
	out->failed |= folded.failed || shown.failed;
	strbuf_release(&folded);
	strbuf_release(&shown);
}
