#include "report_filter.h"

#include <string.h>

#include "account.h"
#include "record_names.h"
#include "wildcard.h"

/* The bit of a name that need not end with a NUL, or 0. */
static uint32_t bit_of(const struct rep_names *names, const char *name, size_t len)
{
	for (size_t i = 1; i < names->count; i++)
		if (strlen(names->names[i]) == len && memcmp(names->names[i], name, len) == 0)
			return UINT32_C(1) << i;
	return 0;
}

int rep_outcomes_parse(const char *list, struct rep_outcomes *outcomes, const char **ret_bad,
		       size_t *ret_len)
{
	for (;;) {
		size_t len = strcspn(list, ",");
		uint32_t host = bit_of(&rep_host_outcome_names, list, len);
		uint32_t session = bit_of(&rep_session_outcome_names, list, len);

		if (!host && !session) {
			*ret_bad = list;
			*ret_len = len;
			return -1;
		}
		outcomes->hosts |= host;
		outcomes->sessions |= session;
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

bool rep_outcomes_have_host(const struct rep_outcomes *outcomes, enum rep_host_outcome outcome)
{
	return (outcomes->hosts >> outcome & 1) != 0;
}

bool rep_outcomes_have_session(const struct rep_outcomes *outcomes,
			       enum rep_session_outcome outcome)
{
	return (outcomes->sessions >> outcome & 1) != 0;
}

bool rep_filter_name(const struct rep_filter *filter, const char *host)
{
	for (size_t i = 0; i < filter->host_count; i++)
		if (wildcard_match(filter->hosts[i], host))
			return true;
	return filter->host_count == 0;
}

static bool is_user_asked_for(const struct rep_filter *filter, const struct rep_session *session)
{
	for (size_t i = 0; i < filter->user_count; i++)
		if (account_match(filter->users[i], session->domain, session->user))
			return true;
	return filter->user_count == 0;
}

bool rep_filter_session(const struct rep_filter *filter, const struct rep_session *session)
{
	if (filter->by_outcome &&
	    !rep_outcomes_have_session(&filter->outcomes,
				       (enum rep_session_outcome)session->outcome))
		return false;
	return is_user_asked_for(filter, session);
}

bool rep_filter_host(const struct rep_filter *filter, const struct rep_host *host)
{
	if (filter->user_count > 0)
		return false;
	return !filter->by_outcome ||
	       rep_outcomes_have_host(&filter->outcomes, (enum rep_host_outcome)host->outcome);
}
