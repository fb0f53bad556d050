/* fuzz_krb_ccache.c - the file of a Kerberos ticket. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "krb_ccache.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct krb_ccache cache;
	const char *what = NULL;
	uint8_t *file = malloc(len ? len : 1);

	FUZZ_CHECK(file);
	memcpy(file, bytes, len);
	if (krb_ccache_read(file, len, &cache, &what) == 0) {
		FUZZ_CHECK(memchr(cache.user, '\0', sizeof(cache.user)));
		FUZZ_CHECK(memchr(cache.realm, '\0', sizeof(cache.realm)));
		FUZZ_CHECK(cache.good_until_s >= -1 && cache.good_until_s <= UINT32_MAX);
	} else {
		FUZZ_CHECK(what && *what);
	}
	free(file);
	return 0;
}
