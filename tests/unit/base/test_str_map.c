#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "str_map.h"

#define KEYS 50000

static char keys[KEYS][16];

static int make_keys(void **state)
{
	(void)state;
	for (int i = 0; i < KEYS; i++) {
		snprintf(keys[i], sizeof(keys[i]), "rdsh%05d", i);
	}
	return 0;
}

static void get__empty_map__nothing(void **state)
{
	(void)state;
	struct str_map map;
	str_map_init(&map);
	uint32_t value = 9;
	assert_false(str_map_get(&map, "a", 1, &value));
	assert_int_equal(value, 9);
	str_map_release(&map);
}

static void put__many__each_found_again(void **state)
{
	(void)state;
	struct str_map map;
	str_map_init(&map);
	for (uint32_t i = 0; i < KEYS; i++) {
		assert_int_equal(str_map_put(&map, keys[i], strlen(keys[i]), i), 0);
	}
	assert_int_equal(map.count, KEYS);
	uint32_t value;
	for (uint32_t i = 0; i < KEYS; i++) {
		char copy[16];
		strcpy(copy, keys[i]); /* found by its bytes, not by its address */
		assert_true(str_map_get(&map, copy, strlen(copy), &value));
		assert_int_equal(value, i);
	}
	assert_false(str_map_get(&map, "rdsh50000", 9, &value));
	assert_false(str_map_get(&map, "rdsh0000", 8, &value));
	str_map_release(&map);
	assert_int_equal(map.count, 0);
	assert_false(str_map_get(&map, keys[0], strlen(keys[0]), &value));
}

static void put__same_key__replaces(void **state)
{
	(void)state;
	struct str_map map;
	str_map_init(&map);
	assert_int_equal(str_map_put(&map, "a", 1, 1), 0);
	assert_int_equal(str_map_put(&map, "a", 1, 2), 0);
	uint32_t value = 0;
	assert_true(str_map_get(&map, "a", 1, &value));
	assert_int_equal(value, 2);
	assert_int_equal(map.count, 1);
	str_map_release(&map);
}

static void put_new__key_there__tells_and_keeps(void **state)
{
	(void)state;
	struct str_map map;
	str_map_init(&map);
	uint32_t value = 77;
	assert_int_equal(str_map_put_new(&map, "a", 1, 1, &value), 0);
	assert_int_equal(value, 77); /* written where the key was there only */
	assert_int_equal(str_map_put_new(&map, "a", 1, 2, &value), 1);
	assert_int_equal(value, 1);
	assert_true(str_map_get(&map, "a", 1, &value));
	assert_int_equal(value, 1);
	str_map_release(&map);
}

static void keys__odd_bytes__all_distinct(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
	} odd[] = { { "", 0 },	   { "\0", 1 }, { "\0\0", 2 }, { "a", 1 },	 { "a\0", 2 },
		    { "a\0b", 3 }, { "A", 1 },	{ "\xff", 1 }, { "\xc3\xa4", 2 } };
	struct str_map map;
	str_map_init(&map);
	for (uint32_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		uint32_t value;
		assert_int_equal(str_map_put_new(&map, odd[i].bytes, odd[i].len, i, &value), 0);
	}
	for (uint32_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		uint32_t value;
		assert_true(str_map_get(&map, odd[i].bytes, odd[i].len, &value));
		assert_int_equal(value, i);
	}
	uint32_t value;
	assert_true(str_map_get(&map, NULL, 0, &value)); /* the empty key */
	assert_int_equal(value, 0);
	str_map_release(&map);
}

static void keys__same_start_and_length__told_apart(void **state)
{
	(void)state;
	struct str_map map;
	str_map_init(&map);
	uint32_t value;
	for (uint32_t i = 0; i < 256; i++) {
		static char single[256];
		single[i] = (char)i;
		assert_int_equal(str_map_put_new(&map, &single[i], 1, i, &value), 0);
	}
	assert_int_equal(map.count, 256);
	str_map_release(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get__empty_map__nothing),
		cmocka_unit_test(put__many__each_found_again),
		cmocka_unit_test(put__same_key__replaces),
		cmocka_unit_test(put_new__key_there__tells_and_keeps),
		cmocka_unit_test(keys__odd_bytes__all_distinct),
		cmocka_unit_test(keys__same_start_and_length__told_apart),
	};
	return cmocka_run_group_tests(tests, make_keys, NULL);
}
