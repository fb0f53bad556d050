/* The caches are typed here by hand, from the description of the format. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "krb_ccache.h"

struct cache {
	uint8_t bytes[4096];
	size_t len;
};

static void u16(struct cache *cache, uint32_t value)
{
	cache->bytes[cache->len++] = (uint8_t)(value >> 8);
	cache->bytes[cache->len++] = (uint8_t)value;
}

static void u32(struct cache *cache, uint32_t value)
{
	u16(cache, value >> 16);
	u16(cache, value & 0xFFFF);
}

static void data(struct cache *cache, const char *text)
{
	u32(cache, (uint32_t)strlen(text));
	memcpy(cache->bytes + cache->len, text, strlen(text));
	cache->len += strlen(text);
}

static void principal(struct cache *cache, const char *realm, const char *first, const char *second)
{
	u32(cache, 1);
	u32(cache, second ? 2 : 1);
	data(cache, realm);
	data(cache, first);
	if (second)
		data(cache, second);
}

static void ticket(struct cache *cache, const char *service, uint32_t end, bool version_3)
{
	principal(cache, "CORP.EXAMPLE", "admin", NULL);
	principal(cache, "CORP.EXAMPLE", service, "x");
	u16(cache, 18);
	if (version_3)
		u16(cache, 18);
	data(cache, "a key of sixteen");
	u32(cache, 1);
	u32(cache, 1);
	u32(cache, end);
	u32(cache, 0);
	cache->bytes[cache->len++] = 0;
	u32(cache, 0x50000000);
	u32(cache, 1); /* an address */
	u16(cache, 2);
	data(cache, "abcd");
	u32(cache, 0);
	data(cache, "the ticket itself");
	data(cache, "");
}

static void a_cache(struct cache *cache, bool version_3)
{
	cache->len = 0;
	u16(cache, version_3 ? 0x0503 : 0x0504);
	if (!version_3) {
		u16(cache, 12); /* a header: the difference to the KDC's clock */
		u16(cache, 1);
		u16(cache, 8);
		u32(cache, 0);
		u32(cache, 0);
	}
	principal(cache, "CORP.EXAMPLE", "admin", NULL);
	ticket(cache, "X-CACHECONF:", 0, version_3);
	ticket(cache, "krbtgt", 2000, version_3);
	ticket(cache, "krbtgt", 1000, version_3);
	ticket(cache, "cifs", 9000, version_3);
}

static void read__both_versions__tell_whose_and_until_when(void **state)
{
	(void)state;
	for (int version_3 = 0; version_3 < 2; version_3++) {
		struct cache cache;
		struct krb_ccache got;
		const char *what;

		a_cache(&cache, version_3);
		assert_int_equal(krb_ccache_read(cache.bytes, cache.len, &got, &what), 0);
		assert_string_equal(got.user, "admin");
		assert_string_equal(got.realm, "CORP.EXAMPLE");
		assert_int_equal(got.good_until_s, 2000);
	}
}

static void read__no_ticket_granting_ticket__is_minus_1(void **state)
{
	struct cache cache = { .len = 0 };
	struct krb_ccache got;
	const char *what;

	(void)state;
	u16(&cache, 0x0503);
	principal(&cache, "R", "admin", NULL);
	ticket(&cache, "cifs", 9000, true);
	assert_int_equal(krb_ccache_read(cache.bytes, cache.len, &got, &what), 0);
	assert_int_equal(got.good_until_s, -1);
}

static void read__other_bytes__are_refused(void **state)
{
	struct krb_ccache got;
	const char *what;

	(void)state;
	assert_int_equal(krb_ccache_read((const uint8_t *)"", 0, &got, &what), -1);
	assert_int_equal(krb_ccache_read((const uint8_t *)"\x05\x02zz", 4, &got, &what), -1);
	assert_string_equal(what, "it is not a Kerberos credentials cache of version 3 or 4");
	assert_int_equal(krb_ccache_read((const uint8_t *)"username = x", 12, &got, &what), -1);
}

/* Up to the first ticket-granting ticket every cut within a ticket is seen; behind it none matters, as
 * another process may just be writing there. */
static void read__cut_anywhere__stays_inside(void **state)
{
	struct cache cache, start;
	int whole = 0;

	(void)state;
	a_cache(&cache, false);
	start.len = 2 + 2 + 12;
	principal(&start, "CORP.EXAMPLE", "admin", NULL);
	ticket(&start, "X-CACHECONF:", 0, false);
	ticket(&start, "krbtgt", 2000, false);
	for (size_t len = 0; len < cache.len; len++) {
		uint8_t *bytes = malloc(len ? len : 1);
		struct krb_ccache got;
		const char *what;
		int result;

		assert_non_null(bytes);
		memcpy(bytes, cache.bytes, len);
		result = krb_ccache_read(bytes, len, &got, &what);
		if (len >= start.len) {
			assert_int_equal(result, 0);
			assert_int_equal(got.good_until_s, 2000);
		} else {
			whole += result == 0;
		}
		free(bytes);
	}
	assert_int_equal(whole, 2); /* behind the principal, and behind the first ticket */
}

static void read__long_names__are_cut(void **state)
{
	struct cache cache = { .len = 0 };
	struct krb_ccache got;
	char name[301];
	const char *what;

	(void)state;
	memset(name, 'n', 300);
	name[300] = '\0';
	u16(&cache, 0x0503);
	principal(&cache, "R", name, NULL);
	assert_int_equal(krb_ccache_read(cache.bytes, cache.len, &got, &what), 0);
	assert_int_equal(strlen(got.user), KRB_CCACHE_NAME_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__both_versions__tell_whose_and_until_when),
		cmocka_unit_test(read__no_ticket_granting_ticket__is_minus_1),
		cmocka_unit_test(read__other_bytes__are_refused),
		cmocka_unit_test(read__cut_anywhere__stays_inside),
		cmocka_unit_test(read__long_names__are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
