/*
 * krb_ccache.h - a Kerberos credentials cache in a file, as MIT and Heimdal write it: whose it is
 * and how long it is good for. No keys and no tickets are looked at.
 *
 * Facts:   MIT Kerberos, "Credential cache file format", versions 3 (0x0503) and 4 (0x0504); the
 *          older two are in the byte order of whoever wrote them, and are not read.
 * Threads: no state.
 */
#ifndef RDSWEEP_KRB_CCACHE_H
#define RDSWEEP_KRB_CCACHE_H

#include <stddef.h>
#include <stdint.h>

#define KRB_CCACHE_NAME_SIZE 256

struct krb_ccache {
	char user[KRB_CCACHE_NAME_SIZE];  /* the principal's first part */
	char realm[KRB_CCACHE_NAME_SIZE]; /* UTF-8, cut at a byte where it is longer */
	/* UTC, seconds: when the last of its ticket-granting tickets ends; -1: it has none */
	int64_t good_until_s;
};

/* 0; -1 with a static text where the bytes are no such cache. What follows a ticket-granting ticket
 * may be torn: other processes add tickets while we read. */
int krb_ccache_read(const uint8_t *bytes, size_t len, struct krb_ccache *ret,
		    const char **reterr_what);

#endif
