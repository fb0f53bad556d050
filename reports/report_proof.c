#include "report_proof.h"

#include <inttypes.h>
#include <string.h>

#include "report_words.h"
#include "text.h"

#define HOSTS_COLUMNS 240 /* a list of hosts is cut after so many */

bool rep_proof_is_wanted(const struct rep_run *run)
{
	bool named = false;

	if (strcmp(run->command, "logoff") != 0 || run->dry_run)
		return false;
	for (size_t i = 0; i < run->selection_count; i++) {
		const struct rep_value *value = &run->selection[i];

		/* A plan holds identities, whoever was named when it was made. */
		if (strcmp(value->name, "plan") == 0 && value->kind != REP_VALUE_NULL)
			return false;
		if (strcmp(value->name, "users") == 0)
			named = value->text_count > 0;
	}
	return named;
}

/* Its drain mode could not be set or told: that says nothing about who is on. */
static bool is_of_drain(const struct rep_error_kind *kind)
{
	return strncmp(kind->api, "Reg", 3) == 0 || strncmp(kind->name, "DRAIN_", 6) == 0;
}

bool rep_proof_lacks_host(const struct rep_host *host, const struct rep_error_kind *kind)
{
	if (kind)
		return !is_of_drain(kind);
	return host->outcome == REP_HOST_NOT_ATTEMPTED || host->outcome == REP_HOST_TIMED_OUT;
}

void rep_text_not_asked(struct strbuf *out, const char *const *names, size_t count)
{
	struct strbuf folded;

	if (!count)
		return;
	strbuf_init(&folded);
	rep_words_host_list(&folded, names, count, HOSTS_COLUMNS);
	strbuf_addf(out, "not proven: %" PRIu64 " host%s could not be looked at to the end: ",
		    (uint64_t)count, count == 1 ? "" : "s");
	text_escape_add(out, strbuf_text(&folded), folded.len);
	strbuf_addc(out, '\n');
	out->failed |= folded.failed;
	strbuf_release(&folded);
}
