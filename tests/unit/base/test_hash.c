#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "hash.h"

static uint64_t fnv(const char *text)
{
	return fnv1a_64(FNV1A_64_START, text, strlen(text));
}

/* The test vectors of draft-eastlake-fnv. */
static void fnv1a__published_vectors__as_published(void **state)
{
	(void)state;
	assert_true(fnv("") == UINT64_C(0xcbf29ce484222325));
	assert_true(fnv("a") == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(fnv("b") == UINT64_C(0xaf63df4c8601f1a5));
	assert_true(fnv("foo") == UINT64_C(0xdcb27518fed9d577));
	assert_true(fnv("foobar") == UINT64_C(0x85944171f73967e8));
}

static void fnv1a__in_pieces__the_same(void **state)
{
	(void)state;
	uint64_t hash = fnv1a_64(FNV1A_64_START, "foo", 3);
	hash = fnv1a_64(hash, "", 0);
	assert_true(fnv1a_64(hash, "bar", 3) == fnv("foobar"));
}

static void check_sha(const char *text, size_t len, size_t piece, const char *expected)
{
	struct sha256 sha;
	char hex[SHA256_HEX_SIZE];
	sha256_init(&sha);
	for (size_t at = 0; at < len; at += piece) {
		sha256_add(&sha, text + at, len - at < piece ? len - at : piece);
	}
	sha256_hex(&sha, hex);
	assert_string_equal(hex, expected);
}

/* FIPS 180-4's examples. */
static void sha256__published_vectors__as_published(void **state)
{
	(void)state;
	static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	check_sha("", 0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_sha("abc", 3, 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_sha(two_blocks, 56, 56,
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	static char million[1000000];
	memset(million, 'a', sizeof(million));
	check_sha(million, sizeof(million), sizeof(million),
		  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void sha256__every_length_and_piece__the_same_sum(void **state)
{
	(void)state;
	char text[200];
	memset(text, 'x', sizeof(text));
	for (size_t len = 0; len <= sizeof(text); len++) {
		struct sha256 sha;
		char whole[SHA256_HEX_SIZE];
		sha256_init(&sha);
		sha256_add(&sha, text, len);
		sha256_hex(&sha, whole);
		check_sha(text, len, 1, whole);
		check_sha(text, len, 7, whole);
		check_sha(text, len, 63, whole);
		check_sha(text, len, 65, whole);
	}
}

/* As Vigna's splitmix64.c gives them. */
static void rng__known_seeds__known_numbers(void **state)
{
	(void)state;
	uint64_t zero = 0, other = 1234567;
	assert_true(rng_next(&zero) == UINT64_C(0xe220a8397b1dcdaf));
	assert_true(rng_next(&zero) == UINT64_C(0x6e789e6aa1b965f4));
	assert_true(rng_next(&other) == UINT64_C(6457827717110365317));
	assert_true(rng_next(&other) == UINT64_C(3203168211198807973));
}

static void rng_below__any_bound__within_and_even(void **state)
{
	(void)state;
	uint64_t rng = 3;
	assert_true(rng_below(&rng, 0) == 0);
	assert_true(rng_below(&rng, 1) == 0);
	int counts[10] = { 0 };
	for (int i = 0; i < 100000; i++) {
		counts[rng_below(&rng, 10)]++;
	}
	for (int i = 0; i < 10; i++) {
		assert_in_range(counts[i], 9500, 10500);
	}
	/* With a bound of 3/4 of the range, a plain modulo would give the lower third half of all
	 * draws. */
	uint64_t bound = UINT64_C(3) << 62;
	int lower_third = 0;
	for (int i = 0; i < 10000; i++) {
		uint64_t drawn = rng_below(&rng, bound);
		assert_true(drawn < bound);
		lower_third += drawn < bound / 3;
	}
	assert_in_range(lower_third, 3000, 3700);
}

static void rng_unit__many__from_0_below_1(void **state)
{
	(void)state;
	uint64_t rng = 9;
	double sum = 0;
	for (int i = 0; i < 100000; i++) {
		double unit = rng_unit(&rng);
		assert_true(unit >= 0.0 && unit < 1.0);
		sum += unit;
	}
	assert_true(sum > 49000 && sum < 51000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fnv1a__published_vectors__as_published),
		cmocka_unit_test(fnv1a__in_pieces__the_same),
		cmocka_unit_test(sha256__published_vectors__as_published),
		cmocka_unit_test(sha256__every_length_and_piece__the_same_sum),
		cmocka_unit_test(rng__known_seeds__known_numbers),
		cmocka_unit_test(rng_below__any_bound__within_and_even),
		cmocka_unit_test(rng_unit__many__from_0_below_1),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
