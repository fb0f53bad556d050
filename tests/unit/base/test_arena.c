#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdalign.h>
#include <string.h>

#include "arena.h"
#include "hash.h"

static void arena__fresh__takes_no_memory(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	assert_null(arena.head);
	assert_int_equal(arena.reserved_bytes, 0);
	arena_release(&arena);
	arena_release(&arena); /* twice is fine */
}

static void alloc__any_size__zeroed_aligned_and_apart(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	static unsigned char *places[2000];
	static size_t sizes[2000];
	uint64_t rng = 1;
	for (size_t i = 0; i < 2000; i++) {
		sizes[i] = (size_t)rng_below(&rng, i % 100 == 0 ? 200000 : 90);
		places[i] = arena_alloc(&arena, sizes[i]);
		assert_non_null(places[i]);
		assert_int_equal((uintptr_t)places[i] % alignof(max_align_t), 0);
		for (size_t byte = 0; byte < sizes[i]; byte++) {
			assert_int_equal(places[i][byte], 0);
		}
		memset(places[i], (int)(i % 251), sizes[i]);
	}
	for (size_t i = 0; i < 2000; i++) { /* nobody wrote over a neighbour */
		for (size_t byte = 0; byte < sizes[i]; byte++) {
			assert_int_equal(places[i][byte], i % 251);
		}
	}
	assert_true(arena.reserved_bytes > 100000);
	arena_release(&arena);
	assert_int_equal(arena.reserved_bytes, 0);
}

static void alloc__nothing__valid_and_distinct(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	void *a = arena_alloc(&arena, 0), *b = arena_alloc(&arena, 0);
	assert_non_null(a);
	assert_non_null(b);
	assert_ptr_not_equal(a, b);
	arena_release(&arena);
}

static void alloc__absurd_size__null_and_usable(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_null(arena_alloc(&arena, SIZE_MAX - 8));
	assert_non_null(arena_alloc(&arena, 8));
	arena_release(&arena);
}

static void alloc__small_pieces__few_bytes_lost(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	for (int i = 0; i < 10000; i++) {
		assert_non_null(arena_alloc(&arena, 64));
	}
	assert_in_range(arena.reserved_bytes, 640000, 640000 + 80000);
	arena_release(&arena);
}

static void alloc__one_string__stays_small(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	assert_non_null(arena_strdup(&arena, "rdsh001.corp.example"));
	assert_in_range(arena.reserved_bytes, 1, 1024);
	arena_release(&arena);
}

static void strdup__text__copied(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	char text[] = "rdsh001";
	char *copy = arena_strdup(&arena, text);
	text[0] = 'X';
	assert_string_equal(copy, "rdsh001");
	assert_string_equal(arena_strdup(&arena, ""), "");
	assert_null(arena_strdup(&arena, NULL));
	arena_release(&arena);
}

static void strndup__part__ends_with_nul(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	assert_string_equal(arena_strndup(&arena, "rdsh001", 4), "rdsh");
	assert_string_equal(arena_strndup(&arena, "rdsh", 0), "");
	assert_string_equal(arena_strndup(&arena, "rdsh", 1000), "rdsh");
	assert_null(arena_strndup(&arena, NULL, 0));
	arena_release(&arena);
}

static void absorb__every_mix__all_texts_live_on(void **state)
{
	(void)state;
	for (int mix = 0; mix < 4; mix++) { /* bit 0: `to` holds something, bit 1: `from` does */
		struct arena to, from;
		arena_init(&to);
		arena_init(&from);
		char *kept[2] = { NULL, NULL };
		for (int i = 0; i < 300; i++) {
			if (mix & 1) {
				kept[0] = arena_strdup(&to, "what was there");
			}
			if (mix & 2) {
				kept[1] = arena_strdup(&from, "what came in");
			}
		}
		size_t total = to.reserved_bytes + from.reserved_bytes;
		arena_absorb(&to, &from);
		assert_int_equal(to.reserved_bytes, total);
		assert_int_equal(from.reserved_bytes, 0);
		assert_null(from.head);
		assert_non_null(arena_strdup(&from, "usable"));
		arena_release(&from);
		for (int i = 0; i < 300; i++) {
			assert_non_null(arena_strdup(&to, "afterwards"));
		}
		if (mix & 1) {
			assert_string_equal(kept[0], "what was there");
		}
		if (mix & 2) {
			assert_string_equal(kept[1], "what came in");
		}
		arena_release(&to);
	}
}

static void absorb__itself__nothing_happens(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	char *text = arena_strdup(&arena, "still here");
	arena_absorb(&arena, &arena);
	assert_string_equal(text, "still here");
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena__fresh__takes_no_memory),
		cmocka_unit_test(alloc__any_size__zeroed_aligned_and_apart),
		cmocka_unit_test(alloc__nothing__valid_and_distinct),
		cmocka_unit_test(alloc__absurd_size__null_and_usable),
		cmocka_unit_test(alloc__small_pieces__few_bytes_lost),
		cmocka_unit_test(alloc__one_string__stays_small),
		cmocka_unit_test(strdup__text__copied),
		cmocka_unit_test(strndup__part__ends_with_nul),
		cmocka_unit_test(absorb__every_mix__all_texts_live_on),
		cmocka_unit_test(absorb__itself__nothing_happens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
