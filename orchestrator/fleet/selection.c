/* selection.c - see selection.h. */
#include "selection.h"

#include <stddef.h>
#include <string.h>

#include "account.h"
#include "text.h"

static bool matches_any(const struct selection_pattern *patterns, size_t count,
			const struct selection_subject *subject)
{
	for (size_t i = 0; i < count; i++)
		if (account_match(patterns[i].text, subject->domain, subject->user))
			return true;
	return false;
}

static bool is_protected(const struct selection *selection, const struct selection_subject *subject)
{
	if (matches_any(selection->protect, selection->protect_count, subject))
		return true;
	for (size_t i = 0; i < subject->protect_count; i++)
		if (account_match(subject->protect[i], subject->domain, subject->user))
			return true;
	return false;
}

static bool is_own_user(const struct selection *selection, const struct selection_subject *subject)
{
	if (!selection->own_user[0])
		return false;
	/* Where the operator's domain is not known, the name alone has to do: rather one too
	 * many spared. */
	if (!account_eq(selection->own_domain[0] ? selection->own_domain : subject->domain,
			selection->own_user, subject->domain, subject->user))
		return false;
	for (size_t i = 0; i < selection->user_count; i++)
		if (account_pattern_is_exact(selection->users[i].text) &&
		    account_match(selection->users[i].text, subject->domain, subject->user))
			return false;
	return true;
}

static enum rep_reason never_anybody(const struct selection_subject *subject)
{
	if (subject->id == SESSION_ID_SERVICES)
		return REP_REASON_SERVICES;
	if (subject->id >= SESSION_ID_LISTENER_FIRST || subject->state == SESSION_LISTEN)
		return REP_REASON_LISTENER;
	return subject->user[0] ? REP_REASON_NONE : REP_REASON_NO_USER;
}

static enum rep_reason never_touched(const struct selection *selection,
				     const struct selection_subject *subject)
{
	if (subject->own_session)
		return REP_REASON_OWN_SESSION;
	if (is_own_user(selection, subject))
		return REP_REASON_OWN_USER;
	if (!selection->include_console && text_fold_eq(subject->station, "Console"))
		return REP_REASON_CONSOLE;
	if (!selection->include_vms && subject->vm[0])
		return REP_REASON_VM;
	return is_protected(selection, subject) ? REP_REASON_PROTECTED : REP_REASON_NONE;
}

static bool is_selected(const struct selection *selection, const struct selection_subject *subject)
{
	struct session_condition condition = selection_condition(selection);

	if (selection->user_count && !matches_any(selection->users, selection->user_count, subject))
		return false;
	if (selection->session_id >= 0 && (uint32_t)selection->session_id != subject->id)
		return false;
	if (!subject->details_known)
		condition.min_idle_s = -1;
	if (!session_condition_met(&condition, subject->state, subject->idle_s))
		return false;
	return !matches_any(selection->not_users, selection->not_user_count, subject);
}

enum rep_reason selection_decide(const struct selection *selection,
				 const struct selection_subject *subject)
{
	enum rep_reason reason = never_anybody(subject);

	if (reason == REP_REASON_NONE && !selection->listing)
		reason = never_touched(selection, subject);
	if (reason != REP_REASON_NONE)
		return reason;
	if (!is_selected(selection, subject))
		return REP_REASON_NOT_SELECTED;
	if (selection->for_disconnect && subject->state == SESSION_DISCONNECTED)
		return REP_REASON_ALREADY_DISCONNECTED;
	return REP_REASON_NONE;
}

bool selection_would_match(const struct selection *selection,
			   const struct selection_subject *subject, bool *ret_named)
{
	*ret_named = false;
	if (never_anybody(subject) != REP_REASON_NONE || !is_selected(selection, subject))
		return false;
	for (size_t i = 0; i < selection->user_count; i++)
		*ret_named |=
			!strpbrk(selection->users[i].text, "*?") &&
			account_match(selection->users[i].text, subject->domain, subject->user);
	return true;
}

static void count_in(struct selection_pattern *patterns, size_t count,
		     const struct selection_subject *subject)
{
	for (size_t i = 0; i < count; i++)
		if (account_match(patterns[i].text, subject->domain, subject->user))
			patterns[i].matched++;
}

void selection_count(struct selection *selection, const struct selection_subject *subject)
{
	count_in(selection->users, selection->user_count, subject);
	count_in(selection->not_users, selection->not_user_count, subject);
	count_in(selection->protect, selection->protect_count, subject);
}

struct session_condition selection_condition(const struct selection *selection)
{
	struct session_condition condition = { selection->states, -1 };

	if (selection->min_idle_ms >= 0)
		condition.min_idle_s = (selection->min_idle_ms + 999) / 1000;
	return condition;
}

static bool narrow(struct session_condition *condition, uint32_t states)
{
	uint32_t any = (UINT32_C(2) << SESSION_STATE_COUNT) - 1; /* the unknown one too */

	condition->states = (condition->states ? condition->states : any) & states;
	if (condition->states)
		return true;
	condition->min_idle_s = INT64_MAX; /* no bit would mean any state */
	return false;
}

bool selection_not_in(struct session_condition *condition, enum session_state state)
{
	return narrow(condition, ~(UINT32_C(1) << state));
}

bool selection_only_in(struct session_condition *condition, enum session_state state)
{
	return narrow(condition, UINT32_C(1) << state);
}
