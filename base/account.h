/*
 * account.h - patterns for accounts: `user`, `DOMAIN\user`, with `*` and `?`.
 *
 * With a backslash the left part is matched against the NetBIOS domain and the right against the
 * user; without one the user is matched in every domain. Sessions carry NetBIOS domains, so a
 * pattern with `@` cannot match and is refused rather than left to match nobody. Letters compare by
 * simple case folding.
 */
#ifndef RDSWEEP_ACCOUNT_H
#define RDSWEEP_ACCOUNT_H

#include <stdbool.h>

/* NULL when the pattern can be used, else a static text that says why not ("is empty", ...): empty,
 * an empty part beside the backslash, a second backslash, an `@`, a control character. */
const char *account_pattern_error(const char *pattern);

/* `domain` may be "" or NULL (matched by a pattern without a backslash or with `*` before it). A
 * session without a user (NULL or "") matches no pattern at all. */
bool account_match(const char *pattern, const char *domain, const char *user);

/* True for a full account without wildcards: `DOMAIN\user`. */
bool account_pattern_is_exact(const char *pattern);

/* True when both parts are equal under folding; NULL and "" are the same. */
bool account_eq(const char *domain_a, const char *user_a, const char *domain_b, const char *user_b);

#endif
