/* farm_truth_drain.c - what the record says of drain modes, compared with what hosts were really set to. */
#include "farm.h"
#include "farm_effect.h"

#include <string.h>

static const enum rep_drain modes[] = {
	[SESSION_DRAIN_OFF] = REP_DRAIN_OFF,
	[SESSION_DRAIN_RESTART] = REP_DRAIN_RESTART,
	[SESSION_DRAIN_ON] = REP_DRAIN_ON,
};

static bool was_set(struct farm *farm, const char *host)
{
	const char *begin = strbuf_text(&farm->state) + farm->state_start, *at = begin;
	struct farm_effect effect;

	/* Only lines that can tell of it are read: there are ten thousand of others. */
	while ((at = strstr(at, "\"call\":\"drain\"")) != NULL) {
		const char *line = at;

		while (line > begin && line[-1] != '\n')
			line--;
		(void)farm_effect_read(line, strcspn(line, "\n"), &effect);
		if (strcmp(effect.call, "drain") == 0 && strcmp(effect.host, host) == 0)
			return true;
		at++;
	}
	return false;
}

static void check_drain(struct farm *farm, const struct rep_host *host)
{
	const struct rep_run *run = &farm->record.run;
	bool ended = run->finished_at_ms != UTC_UNKNOWN; /* else nothing was left to do */
	/* What is on its way may come later; nothing of it may have been called done. */
	enum rep_drain then = modes[farm_drain_at(
		farm, host->name, ended ? run->finished_at_ms : exec_wall_ms(farm->executor))];
	enum rep_drain now = modes[farm_drain_at(farm, host->name, exec_wall_ms(farm->executor))];
	bool for_the_run =
		farm->options.command == FLEET_LOGOFF && farm->options.drain == FLEET_DRAIN_FOR_RUN;
	bool late;

	if (!host->drain_before && was_set(farm, host->name))
		fail_msg("%s was set to a drain mode, and the record does not know", host->name);
	/* Not put back as far as was seen, and a call of then was still on its way. */
	late = farm->resumed && host->error && host->drain_after == REP_DRAIN_ON &&
	       then == host->drain_before;
	if (host->drain_after && host->drain_after != then && !late)
		fail_msg("%s is reported in drain mode '%s' and is in '%s'", host->name,
			 rep_drain_name((enum rep_drain)host->drain_after), rep_drain_name(then));
	if (for_the_run && host->drain_before && host->drain_before != now &&
	    (!host->error || (ended && !run->exit_code) || host->drain_after == host->drain_before))
		fail_msg("%s was in drain mode '%s', is in '%s', and that is no error", host->name,
			 rep_drain_name((enum rep_drain)host->drain_before), rep_drain_name(now));
}

/* Before anybody is asked to go the door is closed. */
static void check_door(struct farm *farm, const struct farm_effect *effect)
{
	const struct rep_host *host = farm_host(farm, effect->host);
	bool in_doubt = false; /* its call was left behind: it may get there at any time */

	if (farm->options.command != FLEET_LOGOFF || farm->options.drain == FLEET_DRAIN_NONE ||
	    farm->options.drain_failed == FLEET_FAILED_CONTINUE)
		return;
	for (uint32_t i = 0; i < host->session_count; i++)
		in_doubt |= host->sessions[i].id == effect->session &&
			    (host->sessions[i].outcome == REP_SESSION_IN_DOUBT ||
			     host->sessions[i].outcome == REP_SESSION_STILL_PRESENT);
	if (in_doubt)
		return;
	/* ... as it may in a run that goes on and knows by now what became of it; so may one that put the mode back. */
	if (farm->resumed && (farm_journal_has(farm, "left", effect->host, "") ||
			      farm_journal_has(farm, "result", effect->host, "\"in_doubt\"") ||
			      farm_journal_has(farm, "drain", effect->host, "\"to\":\"off\"")))
		return;
	if (farm_drain_at(farm, effect->host, effect->t_ms) == SESSION_DRAIN_OFF)
		fail_msg("%s session %u was logged off while the host took new logons",
			 effect->host, (unsigned)effect->session);
}

void farm_check_drain(struct farm *farm)
{
	const char *line = strbuf_text(&farm->state);

	for (; *line; line += strcspn(line, "\n") + 1) {
		struct farm_effect effect;

		if (farm_effect_read(line, strcspn(line, "\n"), &effect) &&
		    strcmp(effect.call, "logoff") == 0)
			check_door(farm, &effect);
	}
	for (size_t i = 0; i < farm->record.host_count; i++)
		check_drain(farm, &farm->record.hosts[i]);
}
