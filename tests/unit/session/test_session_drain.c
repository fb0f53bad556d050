/* session_drain_set_if: a drain mode is set only where it is what it is thought to be, and not after its time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "session_api.h"

struct fake {
	struct session_backend head;
	enum session_drain mode;
	uint32_t get_code, set_code; /* 0: it succeeds */
	int64_t now_us;
	struct session_permit *withdraw_at_look;
	int looks, sets;
};

static int fake_get(struct session_backend *backend, const char *host, const char *address,
		    enum session_drain *ret_drain, struct session_error *reterr)
{
	struct fake *fake = (struct fake *)(void *)backend;

	assert_string_equal(host, "rdsh1");
	assert_string_equal(address, "10.0.0.1");
	fake->looks++;
	if (fake->withdraw_at_look)
		assert_true(session_permit_withdraw(fake->withdraw_at_look));
	if (fake->get_code) {
		*reterr = (struct session_error){ SESSION_API_REG_QUERY_VALUE, fake->get_code };
		return -1;
	}
	*ret_drain = fake->mode;
	return 0;
}

static int fake_set(struct session_backend *backend, const char *host, const char *address,
		    enum session_drain drain, struct session_error *reterr)
{
	struct fake *fake = (struct fake *)(void *)backend;

	(void)host;
	(void)address;
	fake->sets++;
	if (fake->set_code) {
		*reterr = (struct session_error){ SESSION_API_REG_SET_VALUE, fake->set_code };
		return -1;
	}
	fake->mode = drain;
	return 0;
}

static int64_t fake_now(void *ctx)
{
	return ((struct fake *)ctx)->now_us;
}

static const struct session_ops ops = { .name = "fake",
					.drain_get = fake_get,
					.drain_set = fake_set };

static const struct row {
	const char *name;
	enum session_drain mode; /* of the host; asked is OFF -> ON, until 1000 */
	uint32_t get_code, set_code;
	int64_t now_us;
	bool withdrawn, withdrawn_at_look;
	int status, sets;
	enum session_drain seen, then;
	enum session_api api;
	uint32_t code;
} rows[] = {
	{ "as_thought__is_set", .sets = 1, .seen = SESSION_DRAIN_OFF, .then = SESSION_DRAIN_ON },
	{ "last_moment__is_set", .now_us = 1000, .sets = 1, .then = SESSION_DRAIN_ON },
	{ "set_already__is_left_alone", .mode = SESSION_DRAIN_ON, .seen = SESSION_DRAIN_ON,
	  .then = SESSION_DRAIN_ON },
	{ "another_mode__is_left_alone", .mode = SESSION_DRAIN_RESTART,
	  .seen = SESSION_DRAIN_RESTART, .then = SESSION_DRAIN_RESTART },
	{ "look_fails__asks_nothing", .get_code = 53, .status = -1,
	  .api = SESSION_API_REG_QUERY_VALUE, .code = 53 },
	{ "too_late__asks_nothing", .now_us = 1001, .status = -1, .api = SESSION_API_RDSWEEP,
	  .code = SESSION_FINDING_CALL_TIMEOUT },
	{ "permit_withdrawn__asks_nothing", .withdrawn = true, .status = -1,
	  .api = SESSION_API_RDSWEEP, .code = SESSION_FINDING_CALL_TIMEOUT },
	{ "permit_withdrawn_during_the_look__asks_nothing", .withdrawn_at_look = true, .status = -1,
	  .api = SESSION_API_RDSWEEP, .code = SESSION_FINDING_CALL_TIMEOUT },
	{ "setting_fails__its_error", .set_code = 5, .status = -1, .sets = 1,
	  .api = SESSION_API_REG_SET_VALUE, .code = 5 },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static void set_if__row__as_told(void **state)
{
	const struct row *row = *state;
	struct fake fake = { .mode = row->mode,
			     .get_code = row->get_code,
			     .set_code = row->set_code,
			     .now_us = row->now_us };
	const struct session_clock clock = { .ctx = &fake, .now_us = fake_now };
	struct session_permit permit;
	const struct session_drain_order order = { SESSION_DRAIN_OFF, SESSION_DRAIN_ON, 1000,
						   &permit };
	struct session_error error = { 0 };
	enum session_drain seen = SESSION_DRAIN_OFF;

	fake.head = (struct session_backend){ .ops = &ops, .clock = &clock };
	session_permit_init(&permit);
	if (row->withdrawn)
		assert_true(session_permit_withdraw(&permit));
	fake.withdraw_at_look = row->withdrawn_at_look ? &permit : NULL;
	assert_int_equal(
		session_drain_set_if(&fake.head, "rdsh1", "10.0.0.1", &order, &seen, &error),
		row->status);
	assert_int_equal(fake.looks, 1);
	assert_int_equal(fake.sets, row->sets);
	assert_int_equal(fake.mode, row->then);
	if (row->status == 0) {
		assert_int_equal(seen, row->seen);
		return;
	}
	assert_int_equal(error.api, row->api);
	assert_int_equal(error.code, row->code);
}

static void set_if__no_name_or_no_slot__is_refused(void **state)
{
	static const struct session_ops none = { .name = "none" };
	struct fake fake = { .head = { .ops = &none } };
	struct session_permit permit;
	const struct session_drain_order order = { SESSION_DRAIN_OFF, SESSION_DRAIN_ON, 1000,
						   &permit };
	struct session_error error = { 0 };
	enum session_drain seen;

	(void)state;
	session_permit_init(&permit);
	assert_int_equal(session_drain_set_if(&fake.head, "h", "h", &order, &seen, &error), -1);
	assert_int_equal(error.code, 50);
	fake.head.ops = &ops;
	assert_int_equal(session_drain_set_if(&fake.head, "", "h", &order, &seen, &error), -1);
	assert_int_equal(error.code, 87);
	assert_int_equal(fake.looks + fake.sets, 0);
}

int main(void)
{
	struct CMUnitTest tests[ROW_COUNT + 1];

	for (size_t i = 0; i < ROW_COUNT; i++) {
		union {
			const struct row *row;
			void *state;
		} initial = { &rows[i] };

		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = set_if__row__as_told,
						.initial_state = initial.state };
	}
	tests[ROW_COUNT] =
		(struct CMUnitTest)cmocka_unit_test(set_if__no_name_or_no_slot__is_refused);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
