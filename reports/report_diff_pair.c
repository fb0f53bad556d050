/* report_diff_pair.c - sessions whose details one of the two reports does not have. */
#include "report_diff_pair.h"

#include <stdlib.h>

#include "utc.h"

static int side_of(const struct rep_diff_session *session)
{
	return rep_diff_outcome(session, 0) == REP_DIFF_ABSENT;
}

static bool is_in_one(const struct rep_diff_session *session)
{
	return (rep_diff_outcome(session, 0) == REP_DIFF_ABSENT) !=
	       (rep_diff_outcome(session, 1) == REP_DIFF_ABSENT);
}

static bool is_undated(const struct rep_diff_session *session)
{
	return session->logon_at_ms == UTC_UNKNOWN;
}

static int order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* Everything but the logon time. */
static int by_place(const struct rep_diff_session *a, const struct rep_diff_session *b)
{
	int host = order(a->host, b->host), id = order(a->id, b->id);

	return host ? host : id ? id : order(a->account, b->account);
}

/* The undated one first: of a place, there is one at most that is in one report only. */
static int undated_first(const void *left, const void *right)
{
	const struct rep_diff_session *a = *(struct rep_diff_session *const *)left;
	const struct rep_diff_session *b = *(struct rep_diff_session *const *)right;
	int place = by_place(a, b);

	return place ? place : (int)is_undated(b) - (int)is_undated(a);
}

/* The first in the array becomes both; the other is left in neither report. */
static void join(struct rep_diff_session *undated, struct rep_diff_session *dated)
{
	struct rep_diff_session *first = undated < dated ? undated : dated;
	struct rep_diff_session *other = first == undated ? dated : undated;
	int side = side_of(other);

	first->logon_at_ms = dated->logon_at_ms;
	first->end[side] = other->end[side];
	other->end[side] = REP_DIFF_ABSENT;
}

static void join_place(struct rep_diff_session *const *sessions, size_t count)
{
	struct rep_diff_session *undated = sessions[0], *found = NULL;

	if (!is_undated(undated))
		return;
	for (size_t i = 1; i < count; i++) {
		if (side_of(sessions[i]) == side_of(undated))
			continue;
		if (found)
			return; /* two that it could be */
		found = sessions[i];
	}
	if (found)
		join(undated, found);
}

static void drop_joined(struct rep_diff *diff)
{
	size_t kept = 0;

	for (size_t i = 0; i < diff->session_count; i++) {
		const struct rep_diff_session *session = &diff->sessions[i];

		if (is_in_one(session) || rep_diff_outcome(session, 0) != REP_DIFF_ABSENT)
			diff->sessions[kept++] = *session;
	}
	diff->session_count = kept;
}

int rep_diff_pair(struct rep_diff *diff)
{
	struct rep_diff_session **alone;
	size_t count = 0, undated = 0, end;

	for (size_t i = 0; i < diff->session_count; i++) {
		count += is_in_one(&diff->sessions[i]);
		undated += is_in_one(&diff->sessions[i]) && is_undated(&diff->sessions[i]);
	}
	if (!undated)
		return 0;
	alone = malloc(count * sizeof(*alone));
	if (!alone)
		return REP_DIFF_NO_MEMORY;
	count = 0;
	for (size_t i = 0; i < diff->session_count; i++)
		if (is_in_one(&diff->sessions[i]))
			alone[count++] = &diff->sessions[i];
	qsort(alone, count, sizeof(struct rep_diff_session *), undated_first);
	for (size_t at = 0; at < count; at = end) {
		end = at + 1;
		while (end < count && by_place(alone[at], alone[end]) == 0)
			end++;
		join_place(alone + at, end - at);
	}
	free(alone);
	drop_joined(diff);
	return 0;
}
