/* farm_truth.c - what the record says, compared with what the fleet was really made to do. */
#include "farm.h"
#include "farm_effect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "json_read.h"

bool farm_effect_read(const char *line, size_t len, struct farm_effect *effect)
{
	struct json_reader *reader = json_reader_create_memory(line, len, 0);
	char key[16] = "";
	enum json_token token;
	int64_t number;

	memset(effect, 0, sizeof(*effect));
	effect->t_ms = effect->logon_at_ms = UTC_UNKNOWN;
	while ((token = json_next(reader)) != JSON_END) {
		const char *text = json_text(reader);

		assert_int_not_equal(token, JSON_ERROR);
		if (token == JSON_KEY) {
			(void)snprintf(key, sizeof(key), "%s", text);
		} else if (token == JSON_NUMBER && strcmp(key, "session") == 0) {
			assert_int_equal(json_int64(reader, &number), 0);
			effect->session = (uint32_t)number;
		} else if (token == JSON_STRING) {
			if (strcmp(key, "call") == 0)
				(void)snprintf(effect->call, sizeof(effect->call), "%s", text);
			else if (strcmp(key, "host") == 0)
				(void)snprintf(effect->host, sizeof(effect->host), "%s", text);
			else if (strcmp(key, "user") == 0)
				(void)snprintf(effect->user, sizeof(effect->user), "%s", text);
			else if (strcmp(key, "effect") == 0)
				(void)snprintf(effect->effect, sizeof(effect->effect), "%s", text);
			else if (strcmp(key, "mode") == 0)
				(void)snprintf(effect->mode, sizeof(effect->mode), "%s", text);
			else if (strcmp(key, "text") == 0)
				(void)snprintf(effect->text, sizeof(effect->text), "%s", text);
			else if (strcmp(key, "t") == 0)
				(void)utc_parse(text, &effect->t_ms);
			else if (strcmp(key, "logon_at") == 0)
				(void)utc_parse(text, &effect->logon_at_ms);
		}
	}
	json_reader_free(reader);
	return strcmp(effect->effect, "gone") == 0;
}

#define OUTCOME(name) (1u << REP_SESSION_##name)
#define COMMAND(name) (1u << FLEET_##name)

/* What calls may do, and what the record may say of those it was done to. */
static const struct {
	const char *call;
	unsigned commands, outcomes;
} allowed[] = {
	{ "logoff", COMMAND(LOGOFF),
	  OUTCOME(LOGGED_OFF) | OUTCOME(IN_DOUBT) | OUTCOME(STILL_PRESENT) | OUTCOME(RETURNED) },
	{ "disconnect", COMMAND(DISCONNECT),
	  OUTCOME(DISCONNECTED) | OUTCOME(IN_DOUBT) | OUTCOME(STILL_PRESENT) },
	/* gone: a run that goes on wanted to send it once more */
	{ "message", COMMAND(MESSAGE),
	  OUTCOME(MESSAGED) | OUTCOME(IN_DOUBT) | OUTCOME(ALREADY_GONE) },
	{ "message", COMMAND(LOGOFF), ~0u }, /* warnings */
};

static unsigned outcomes_after(struct farm *farm, const struct farm_effect *effect)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
		if (strcmp(effect->call, allowed[i].call) == 0 &&
		    allowed[i].commands & 1u << farm->options.command)
			return allowed[i].outcomes;
	fail_msg("%s session %u: a %s that nobody has asked for", effect->host,
		 (unsigned)effect->session, effect->call);
	return 0;
}

static void check_effect(struct farm *farm, const struct farm_effect *effect)
{
	struct rep_host *host = farm_host(farm, effect->host);
	const char *user = strchr(effect->user, '\\');
	unsigned outcomes = outcomes_after(farm, effect);

	for (uint32_t i = 0; i < host->session_count; i++) {
		const struct rep_session *row = &host->sessions[i];

		if (row->id != effect->session || row->logon_at_ms != effect->logon_at_ms)
			continue;
		assert_string_equal(row->user, user ? user + 1 : effect->user);
		if (!row->selected)
			fail_msg("%s session %u had a %s without being selected", effect->host,
				 (unsigned)effect->session, effect->call);
		if (!(outcomes & 1u << row->outcome))
			fail_msg("%s session %u had a %s and is reported %s", effect->host,
				 (unsigned)effect->session, effect->call,
				 rep_session_outcome_name((enum rep_session_outcome)row->outcome));
		return;
	}
	fail_msg("%s session %u of %s had a %s and is not in the record", effect->host,
		 (unsigned)effect->session, effect->user, effect->call);
}

static void check_row(struct farm *farm, const struct rep_host *host, const struct rep_session *row)
{
	bool gone =
		row->outcome == REP_SESSION_LOGGED_OFF || row->outcome == REP_SESSION_ALREADY_GONE;
	bool disconnected, present;

	assert_int_not_equal(row->outcome, REP_SESSION_NONE);
	if (!gone && row->outcome != REP_SESSION_DISCONNECTED)
		return;
	present = farm_row_present(farm, host->name, row, &disconnected);
	/* A new process of the simulator swaps in anew, after its first list: until then he is not there. */
	if (gone && present && !(farm->resumed && strcmp(row->user, "mallory") == 0))
		fail_msg("%s session %u is reported gone and is there", host->name,
			 (unsigned)row->id);
	if (!gone && present && !disconnected)
		fail_msg("%s session %u is reported disconnected and is not", host->name,
			 (unsigned)row->id);
}

/* Whether that account has a session that was asked and may be gone by now, for all that is known. */
static bool may_be_going(struct farm *farm, const struct rep_session *of)
{
	for (size_t i = 0; i < farm->record.host_count; i++) {
		const struct rep_host *host = &farm->record.hosts[i];

		for (uint32_t k = 0; k < host->session_count; k++) {
			const struct rep_session *row = &host->sessions[k];

			if ((row->outcome == REP_SESSION_STILL_PRESENT ||
			     row->outcome == REP_SESSION_IN_DOUBT) &&
			    account_eq(row->domain, row->user, of->domain, of->user))
				return true;
		}
	}
	return false;
}

/* A comeback of the simulator stays: who is said to be back is there, and who is there and was seen is
 * said to be back. A run that goes on may have lost what the one before it saw last. */
static void check_comeback(struct farm *farm, const struct rep_host *host, uint32_t row)
{
	const struct rep_session *session = &host->sessions[row];
	bool anywhere = farm->options.sweeps || farm->options.look_again;

	if (session->outcome == REP_SESSION_RETURNED && !may_be_going(farm, session) &&
	    !farm_account_on(farm, anywhere ? NULL : host->name, session->domain, session->user))
		fail_msg("%s session %u is said to be back and is not", host->name,
			 (unsigned)session->id);
	for (uint32_t i = 0; i < host->session_count && !farm->resumed; i++) {
		const struct rep_session *later = &host->sessions[i];

		if (session->outcome == REP_SESSION_LOGGED_OFF && later->reason == REP_REASON_NEW &&
		    account_eq(later->domain, later->user, session->domain, session->user) &&
		    farm_present(farm, host->name, later->id, later->user))
			fail_msg("%s session %u is back as %u, which is not said", host->name,
				 (unsigned)session->id, (unsigned)later->id);
	}
}

void farm_check_truth(struct farm *farm)
{
	const char *line = strbuf_text(&farm->state);

	while (*line) {
		size_t len = strcspn(line, "\n");
		struct farm_effect effect;

		(void)farm_effect_read(line, len, &effect);
		if (strcmp(effect.call, "leave") != 0 && strcmp(effect.call, "return") != 0 &&
		    strcmp(effect.call, "drain") != 0)
			check_effect(farm, &effect);
		line += len + (line[len] == '\n');
	}
	for (size_t i = 0; i < farm->record.host_count; i++) {
		const struct rep_host *host = &farm->record.hosts[i];

		for (uint32_t k = 0; k < host->session_count; k++) {
			check_row(farm, host, &host->sessions[k]);
			check_comeback(farm, host, k);
		}
	}
	farm_check_drain(farm);
}

/* Everything that was done to one session, in the order of the state. */
struct history {
	/* the warning that the grace counts from: the last one, where there is none "again" */
	int64_t warned_ms;
	int64_t logged_off_ms;
	unsigned warnings;
	unsigned calls_off; /* since the last warning */
};

static struct history history_of(struct farm *farm, const struct rep_host *host,
				 const struct rep_session *row)
{
	bool once = farm->options.notify.again_ms < 0;
	struct history history = { .warned_ms = UTC_UNKNOWN, .logged_off_ms = UTC_UNKNOWN };
	const char *line = strbuf_text(&farm->state);

	while (*line) {
		size_t len = strcspn(line, "\n");
		struct farm_effect effect;

		(void)farm_effect_read(line, len, &effect);
		line += len + (line[len] == '\n');
		if (strcmp(effect.host, host->name) != 0 || effect.session != row->id ||
		    effect.logon_at_ms != row->logon_at_ms)
			continue;
		if (strcmp(effect.call, "logoff") == 0) {
			history.logged_off_ms = effect.t_ms;
		} else if (strncmp(effect.text, "not at ", 7) == 0) {
			history.calls_off++;
		} else if (strcmp(effect.call, "message") == 0) {
			if (!history.warnings++ || once)
				history.warned_ms = effect.t_ms;
			history.calls_off = 0;
		}
	}
	return history;
}

/* Whether a line of the journal that ends at `end` has the row in its list. */
static bool names_row(const char *line, const char *end, uint32_t row)
{
	const char *at = strstr(line, "\"rows\":[");

	for (at = at && at < end ? at + 7 : end; at < end && *at != ']'; at += strcspn(at, ",]"))
		if (strtoul(++at, NULL, 10) == row)
			return true;
	return false;
}

/* He was in doubt when he was warned last: a call of before may get there at any time. */
static bool in_doubt_when_warned(const struct farm *farm, const struct rep_host *host, uint32_t row)
{
	bool intended = false, when_warned = false;
	char of_host[64];

	(void)snprintf(of_host, sizeof(of_host), "\"host\":\"%s\"", host->name);
	for (const char *at = strbuf_text(&farm->journal_bytes); *at; at += strcspn(at, "\n") + 1) {
		const char *end = at + strcspn(at, "\n"), *named = strstr(at, of_host);

		if (!named || named > end || !names_row(at, end, row))
			continue;
		if (strncmp(at, "{\"event\":\"warn\"", 15) == 0)
			when_warned = intended;
		else
			intended = true;
	}
	return when_warned;
}

static void check_warned(struct farm *farm, const struct rep_host *host,
			 const struct rep_session *row, const struct history *history)
{
	const struct fleet_notify *notify = &farm->options.notify;
	bool grace = row->state != REP_STATE_DISCONNECTED || notify->disconnected;

	/* A warning that failed stays visible, but for whom a later survey finds gone after all. */
	bool unwarned = notify->failed == FLEET_FAILED_CONTINUE &&
			(row->error || farm->options.sweeps || farm->options.look_again);

	if (history->logged_off_ms == UTC_UNKNOWN || !grace || unwarned)
		return;
	if (history->warned_ms == UTC_UNKNOWN)
		fail_msg("%s session %u was logged off without a warning", host->name,
			 (unsigned)row->id);
	if (history->logged_off_ms - history->warned_ms < notify->grace_ms &&
	    !in_doubt_when_warned(farm, host, (uint32_t)(row - host->sessions)))
		fail_msg("%s session %u was logged off %lld ms after its warning", host->name,
			 (unsigned)row->id,
			 (long long)(history->logged_off_ms - history->warned_ms));
}

static void check_called_off(struct farm *farm, const struct rep_host *host,
			     const struct rep_session *row, const struct history *history,
			     bool strict)
{
	bool stays = row->outcome == REP_SESSION_NOT_ATTEMPTED && history->warnings;
	bool stopped = farm->record.run.stopped_by[0] != '\0';
	bool disconnected;

	/* Whoever could not be warned anew by a run that goes on with that is logged off all the same, if that is wanted. */
	if (history->calls_off && history->logged_off_ms != UTC_UNKNOWN &&
	    !(farm->resumed && farm->options.notify.failed == FLEET_FAILED_CONTINUE))
		fail_msg("%s session %u was told that it is called off, and was logged off",
			 host->name, (unsigned)row->id);
	/* A warning that was left behind may have been shown: he is told too. */
	if (history->calls_off && ((!stopped && !farm->resumed) || (strict && !history->warnings) ||
				   history->calls_off > 1))
		fail_msg("%s session %u was told %u times that it is called off", host->name,
			 (unsigned)row->id, history->calls_off);
	if (strict && stays && row->reason != REP_REASON_NOT_WARNED && !history->calls_off &&
	    farm_row_present(farm, host->name, row, &disconnected))
		fail_msg("%s session %u was warned, stays and was not told", host->name,
			 (unsigned)row->id);
}

void farm_check_courtesy(struct farm *farm, bool strict)
{
	for (size_t i = 0; i < farm->record.host_count; i++) {
		const struct rep_host *host = &farm->record.hosts[i];

		for (uint32_t k = 0; k < host->session_count; k++) {
			const struct rep_session *row = &host->sessions[k];
			struct history history = history_of(farm, host, row);

			check_warned(farm, host, row, &history);
			check_called_off(farm, host, row, &history, strict);
		}
	}
}

/* How many the run says were warned and not told that it is called off. */
static unsigned untold_of(const struct farm *farm)
{
	const char *at = strbuf_text(&farm->warnings);
	unsigned count = 0;

	for (; *at; at += strcspn(at, "\n") + 1) {
		const char *what = strstr(at, "warned and not told that it is called off");

		if (what && what < at + strcspn(at, "\n"))
			count += (unsigned)strtoul(at, NULL, 10);
	}
	return count;
}

void farm_check_untold(struct farm *farm)
{
	unsigned expecting = 0;

	for (size_t i = 0; i < farm->record.host_count; i++) {
		const struct rep_host *host = &farm->record.hosts[i];

		for (uint32_t k = 0; k < host->session_count; k++) {
			const struct rep_session *row = &host->sessions[k];
			struct history history = history_of(farm, host, row);
			bool disconnected;

			/* Of whom the record says that the warning got no answer: it is told already. */
			if (row->reason == REP_REASON_NOT_WARNED)
				continue;
			expecting += row->outcome == REP_SESSION_NOT_ATTEMPTED &&
				     history.warnings && !history.calls_off &&
				     farm_row_present(farm, host->name, row, &disconnected);
		}
	}
	if (farm->record.run.stopped_by[0] && untold_of(farm) < expecting)
		fail_msg("%u users still expect to be logged off, and the run speaks of %u",
			 expecting, untold_of(farm));
}
