/*
 * auth_file.h - username, password and domain from a file, as `smbclient -A` takes it:
 *
 *   username = admin
 *   password = secret
 *   domain = CORP
 *
 * Refused if anyone but its owner can read or write it, if it is not ours, or if it is anything
 * else than a plain file. Lines that begin with # or ; are comments.
 */
#ifndef RDSWEEP_TSTS_AUTH_FILE_H
#define RDSWEEP_TSTS_AUTH_FILE_H

#include "failure.h"

#define AUTH_TEXT_SIZE 512

struct auth_file {
	char user[AUTH_TEXT_SIZE];
	char password[AUTH_TEXT_SIZE];
	char domain[AUTH_TEXT_SIZE]; /* "" where the file has none */
};

/* 0, or -1. Clear it in any case. */
int auth_file_read(struct auth_file *ret, const char *path, struct failure *reterr);
void auth_file_clear(struct auth_file *file); /* not even a compiler leaves the password out */

#endif
