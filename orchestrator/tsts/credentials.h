/*
 * credentials.h - as whom the hosts are asked: a file with a password, or a Kerberos ticket.
 *
 * A password is tried as it is and once: with NTLM only, so that no second try follows a first one
 * that failed. A ticket means Kerberos only. The password lives in this process, which leaves no
 * core and cannot be looked into by others, and nowhere else.
 */
#ifndef RDSWEEP_TSTS_CREDENTIALS_H
#define RDSWEEP_TSTS_CREDENTIALS_H

#include <stdbool.h>

#include <credentials.h>
#include <param.h>
#include <talloc.h>

#include "failure.h"

#define CREDENTIALS_TEXT_SIZE 512

struct credentials {
	struct cli_credentials *samba;
	char domain[CREDENTIALS_TEXT_SIZE]; /* NetBIOS; "" where it is not known */
	char user[CREDENTIALS_TEXT_SIZE];
	char cache[CREDENTIALS_TEXT_SIZE]; /* the file of the ticket; "" with a password */
};

/* `auth_file` "": the ticket. Belongs to `mem`. 0, or -1. */
int credentials_load(struct credentials *ret, TALLOC_CTX *mem, struct loadparm_context *lp,
		     const char *auth_file, struct failure *reterr);

/* Whether the ticket is still good. 0, or -1. */
int credentials_check(const struct credentials *credentials, struct failure *reterr);

#endif
