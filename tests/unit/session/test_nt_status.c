#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "nt_status.h"
#include "win_error.h"

/* Typed from [MS-ERREF], apart from the table; those at its ends too. */
static const struct expected {
	uint32_t status, win32;
} expected[] = {
	{ 0xC0000001u, 31 },   { 0xC0000022u, 5 },    { 0xC0000034u, 2 },    { 0xC000006Du, 1326 },
	{ 0xC000006Eu, 1327 }, { 0xC0000071u, 1330 }, { 0xC0000072u, 1331 }, { 0xC0000224u, 1907 },
	{ 0xC0000234u, 1909 }, { 0xC00000B5u, 1460 }, { 0xC000020Cu, 64 },   { 0xC0000236u, 1225 },
	{ 0xC000005Eu, 1311 }, { 0xC0000133u, 1398 }, { 0xC0020017u, 1722 }, { 0xC002001Bu, 1726 },
	{ 0xC002002Eu, 1745 }, { 0xC003000Cu, 1783 }, { 0xC00A0015u, 7022 }, { 0xC0000418u, 1937 },
};

static void nt_status_win32__known__is_its_windows_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_int_equal(nt_status_win32(expected[i].status), expected[i].win32);
}

static void nt_status_win32__others__have_none(void **state)
{
	(void)state;
	assert_int_equal(nt_status_win32(0), 0);
	assert_int_equal(nt_status_win32(5), 0);
	assert_int_equal(nt_status_win32(0xC0000000u), 0);
	assert_int_equal(nt_status_win32(0xFFFFFFFFu), 0);
	assert_int_equal(nt_status_win32(0x80070005u), 0);
}

/* Every status that has a Windows error leads to a row of the one table. */
static void win_error_lookup__nt_status__is_its_windows_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_ptr_equal(win_error_lookup(SESSION_API_LOGOFF_SESSION, expected[i].status),
				 win_error_lookup(SESSION_API_LOGOFF_SESSION, expected[i].win32));
	assert_true(win_error_is_credential(0xC000006Du));
	assert_true(win_error_is_credential(0xC0000234u));
	assert_false(win_error_is_credential(0xC0000022u));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nt_status_win32__known__is_its_windows_error),
		cmocka_unit_test(nt_status_win32__others__have_none),
		cmocka_unit_test(win_error_lookup__nt_status__is_its_windows_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
