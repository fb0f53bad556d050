/* credentials.c - what answers say about our account: one wrong password, tried on every host, locks it. */
#include "fleet_internal.h"
#include "win_error.h"

#define REFUSED_IN_A_ROW 3 /* after a host has let us in */

void fleet_ask_one_by_one(struct fleet *fleet)
{
	fleet->credentials_proven = false;
	fleet->credential_errors_in_a_row = 0;
	fleet->seats.concurrency = 1;
	/* A logon that takes its time must not let the next host try the same password. */
	fleet->seats.strict = true;
}

void fleet_credential_answer(struct fleet *fleet, const struct session_error *error)
{
	bool against =
		error && error->api != SESSION_API_RDSWEEP && win_error_is_credential(error->code);
	/* "Access denied" is an answer to somebody who was let in. */
	bool proven = !error || error->code == 5;

	if (against) {
		bool last = !fleet->credentials_proven ||
			    ++fleet->credential_errors_in_a_row >= REFUSED_IN_A_ROW;

		if (last && fleet->phase == FLEET_RESTORE)
			fleet_restore_refused(fleet);
		else if (last)
			fleet_stop(fleet, FLEET_STOP_CREDENTIALS);
	} else if (proven) {
		fleet->credential_errors_in_a_row = 0;
		if (!fleet->credentials_proven) {
			fleet->credentials_proven = true;
			fleet->seats.concurrency = fleet->options.concurrency;
			fleet->seats.strict = false;
		}
	}
}
