/* credentials.c - see credentials.h. */
#include "credentials.h"

#include "auth_file.h"
#include "krb_ccache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define API			    SESSION_API_OPEN_SERVER_EX
#define WIN32_NOT_ENOUGH_MEMORY	    8u
#define WIN32_NO_SUCH_LOGON_SESSION 1312u
#define WIN32_CONTEXT_EXPIRED	    1931u
/* Samba takes no ticket that is good for less, and says INVALID_PARAMETER. */
#define LEAST_LEFT_S 300
#define CACHE_MOST   (1 << 20)

static int out_of_memory(struct failure *reterr)
{
	return failure_say(reterr, API, WIN32_NOT_ENOUGH_MEMORY, "out of memory");
}

/* --- a password */

static int use_password(struct credentials *ret, const char *path, struct failure *reterr)
{
	struct auth_file file;
	int result = auth_file_read(&file, path, reterr);

	if (result == 0) {
		bool ok = cli_credentials_set_username(ret->samba, file.user, CRED_SPECIFIED) &&
			  cli_credentials_set_domain(ret->samba, file.domain, CRED_SPECIFIED) &&
			  cli_credentials_set_password(ret->samba, file.password, CRED_SPECIFIED) &&
			  cli_credentials_set_kerberos_state(ret->samba, CRED_USE_KERBEROS_DISABLED,
							     CRED_SPECIFIED);

		(void)snprintf(ret->user, sizeof(ret->user), "%s", file.user);
		(void)snprintf(ret->domain, sizeof(ret->domain), "%s", file.domain);
		result = ok ? 0 : out_of_memory(reterr);
	}
	auth_file_clear(&file);
	return result;
}

/* --- a ticket */

/* The cache in a folder of several: the one that `primary` names. */
static int find_in_folder(char out[CREDENTIALS_TEXT_SIZE], const char *folder,
			  struct failure *reterr)
{
	char path[CREDENTIALS_TEXT_SIZE], name[128] = "tkt";
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/primary", folder);
	file = fopen(path, "re");
	if (file) {
		if (fgets(name, sizeof(name), file))
			name[strcspn(name, "\r\n")] = '\0';
		(void)fclose(file);
	}
	if (!name[0] || strchr(name, '/') || strncmp(name, "tkt", 3) != 0)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "'%s' does not name a credentials cache", path);
	if (snprintf(out, CREDENTIALS_TEXT_SIZE, "%s/%s", folder, name) >= CREDENTIALS_TEXT_SIZE)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "KRB5CCNAME is too long");
	return 0;
}

/* The file that KRB5CCNAME means; where there is none, where kinit puts it by itself. */
static int find_cache(char out[CREDENTIALS_TEXT_SIZE], struct failure *reterr)
{
	const char *name = getenv("KRB5CCNAME");
	const char *path = name;

	if (!name || !*name) {
		(void)snprintf(out, CREDENTIALS_TEXT_SIZE, "/tmp/krb5cc_%u", (unsigned)getuid());
		return 0;
	}
	if (strncmp(name, "DIR::", 5) == 0)
		path = name + 5;
	else if (strncmp(name, "DIR:", 4) == 0)
		return find_in_folder(out, name + 4, reterr);
	else if (strncmp(name, "FILE:", 5) == 0)
		path = name + 5;
	else if (name[0] != '/')
		return failure_say(
			reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
			"the Kerberos cache '%s' cannot be used here: only FILE: and DIR: "
			"can; export KRB5CCNAME=FILE:/path and run kinit",
			name);
	if (snprintf(out, CREDENTIALS_TEXT_SIZE, "%s", path) >= CREDENTIALS_TEXT_SIZE)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "KRB5CCNAME is too long");
	return 0;
}

/* The bytes of the file, in a buffer to be freed. */
static uint8_t *read_cache(const char *path, size_t *ret_len, struct failure *reterr)
{
	uint8_t *bytes = malloc(CACHE_MOST);
	int fd = bytes ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
	ssize_t some = 1;
	size_t len = 0;

	if (!bytes) {
		(void)out_of_memory(reterr);
		return NULL;
	}
	while (fd >= 0 && len < CACHE_MOST && some > 0) {
		some = read(fd, bytes + len, CACHE_MOST - len);
		len += some > 0 ? (size_t)some : 0;
	}
	if (fd < 0 || some < 0) {
		bool none = errno == ENOENT;

		(void)failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				  none ? "no Kerberos ticket in '%s'%s: run kinit, or give "
					 "--auth-file FILE"
				       : "cannot read the Kerberos ticket in '%s': %s",
				  path, none ? "" : strerror(errno));
		free(bytes);
		bytes = NULL;
	}
	if (fd >= 0)
		(void)close(fd);
	*ret_len = len;
	return bytes;
}

static int look_at_cache(const char *path, struct krb_ccache *ret, struct failure *reterr)
{
	size_t len;
	const char *what;
	uint8_t *bytes = read_cache(path, &len, reterr);
	int result;

	if (!bytes)
		return -1;
	result = krb_ccache_read(bytes, len, ret, &what);
	explicit_bzero(bytes, len);
	free(bytes);
	if (result != 0)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "cannot use the Kerberos ticket in '%s': %s", path, what);
	return 0;
}

static int check_age(const struct krb_ccache *cache, const char *path, struct failure *reterr)
{
	char when[32] = "";
	time_t end = (time_t)cache->good_until_s, now = time(NULL);
	struct tm parts;

	if (cache->good_until_s < 0 || now + LEAST_LEFT_S < end)
		return 0;
	if (gmtime_r(&end, &parts))
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &parts);
	if (now < end)
		return failure_say(
			reterr, API, WIN32_CONTEXT_EXPIRED,
			"the Kerberos ticket of %s@%s in '%s' expires at %s, in less than "
			"%d minutes: run kinit",
			cache->user, cache->realm, path, when, LEAST_LEFT_S / 60);
	return failure_say(reterr, API, WIN32_CONTEXT_EXPIRED,
			   "the Kerberos ticket of %s@%s in '%s' has expired at %s: run kinit",
			   cache->user, cache->realm, path, when);
}

static int use_ticket(struct credentials *ret, struct loadparm_context *lp, struct failure *reterr)
{
	char name[CREDENTIALS_TEXT_SIZE + 8];
	const char *why = NULL;
	struct krb_ccache cache;

	if (find_cache(ret->cache, reterr) != 0 || look_at_cache(ret->cache, &cache, reterr) != 0 ||
	    check_age(&cache, ret->cache, reterr) != 0)
		return -1;
	(void)snprintf(ret->user, sizeof(ret->user), "%s", cache.user);
	(void)snprintf(name, sizeof(name), "FILE:%s", ret->cache);
	if (cli_credentials_set_ccache(ret->samba, lp, name, CRED_SPECIFIED, &why) != 0)
		return failure_say(reterr, API, WIN32_NO_SUCH_LOGON_SESSION,
				   "cannot use the Kerberos ticket in '%s': %s", ret->cache,
				   why ? why : "Samba gives no reason");
	if (!cli_credentials_set_kerberos_state(ret->samba, CRED_USE_KERBEROS_REQUIRED,
						CRED_SPECIFIED))
		return out_of_memory(reterr);
	return 0;
}

int credentials_check(const struct credentials *credentials, struct failure *reterr)
{
	struct krb_ccache cache;

	if (!credentials->cache[0])
		return 0;
	if (look_at_cache(credentials->cache, &cache, reterr) != 0)
		return -1;
	return check_age(&cache, credentials->cache, reterr);
}

int credentials_load(struct credentials *ret, TALLOC_CTX *mem, struct loadparm_context *lp,
		     const char *auth_file, struct failure *reterr)
{
	memset(ret, 0, sizeof(*ret));
	ret->samba = cli_credentials_init(mem);
	if (!ret->samba || !cli_credentials_set_conf(ret->samba, lp))
		return out_of_memory(reterr);
	return auth_file[0] ? use_password(ret, auth_file, reterr) : use_ticket(ret, lp, reterr);
}
