#include "utc.h"

#include <stdbool.h>

#define DAY_MS INT64_C(86400000)

/* Days since 1970-01-01 in the proleptic Gregorian calendar. The year is taken to begin in March,
 * so that the leap day is its last; 400 years have 146097 days. Holds for years from 0. */
static int64_t days_from_date(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153; /* from March */
	*ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0));
}

static int64_t first_ms(void)
{
	return days_from_date(1, 1, 1) * DAY_MS;
}

static int64_t last_ms(void)
{
	return days_from_date(10000, 1, 1) * DAY_MS - 1;
}

/* Exactly `count` digits and the byte after them; returns where to go on. */
static char *put_number(char *out, int number, int count, char after)
{
	for (int i = count - 1; i >= 0; i--) {
		out[i] = (char)('0' + number % 10);
		number /= 10;
	}
	out[count] = after;
	return out + count + 1;
}

void utc_format(int64_t ms, char out[UTC_TEXT_SIZE])
{
	out[0] = '\0';
	if (ms < first_ms() || ms > last_ms()) { /* UTC_UNKNOWN too */
		return;
	}
	int64_t days = ms / DAY_MS - (ms % DAY_MS < 0 ? 1 : 0);
	int rest = (int)(ms - days * DAY_MS);
	int year, month, day;
	date_from_days(days, &year, &month, &day);
	char *at = out;
	at = put_number(at, year, 4, '-');
	at = put_number(at, month, 2, '-');
	at = put_number(at, day, 2, 'T');
	at = put_number(at, rest / 3600000, 2, ':');
	at = put_number(at, rest / 60000 % 60, 2, ':');
	at = put_number(at, rest / 1000 % 60, 2, '.');
	at = put_number(at, rest % 1000, 3, 'Z');
	*at = '\0';
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Exactly `count` digits, then *text stands after them. */
static bool take_number(const char **text, int count, int *ret_number)
{
	int number = 0;
	for (int i = 0; i < count; i++) {
		if (!is_digit((*text)[i])) {
			return false;
		}
		number = number * 10 + ((*text)[i] - '0');
	}
	*text += count;
	*ret_number = number;
	return true;
}

static bool take_byte(const char **text, char a, char b)
{
	if (**text != a && **text != b) {
		return false;
	}
	(*text)++;
	return true;
}

/* `.` and 1 to 9 digits, or nothing. */
static bool take_fraction(const char **text, int *ret_ms)
{
	int ms = 0, digits = 0;
	if (**text == '.') {
		(*text)++;
		for (; is_digit(**text); (*text)++, digits++) {
			if (digits < 3) {
				ms = ms * 10 + (**text - '0');
			}
		}
		if (digits == 0 || digits > 9) {
			return false;
		}
		for (; digits < 3; digits++) {
			ms *= 10;
		}
	}
	*ret_ms = ms;
	return true;
}

static bool take_offset(const char **text, int *ret_minutes)
{
	if (take_byte(text, 'Z', 'z')) {
		*ret_minutes = 0;
		return true;
	}
	int hours, minutes;
	int sign = **text == '-' ? -1 : 1;
	if (!take_byte(text, '+', '-') || !take_number(text, 2, &hours) ||
	    !take_byte(text, ':', ':') || !take_number(text, 2, &minutes) || hours > 23 ||
	    minutes > 59) {
		return false;
	}
	*ret_minutes = sign * (hours * 60 + minutes);
	return true;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* `2026-01-01T` to days. */
static bool take_date(const char **text, int64_t *ret_days)
{
	int year, month, day;
	if (!take_number(text, 4, &year) || !take_byte(text, '-', '-') ||
	    !take_number(text, 2, &month) || !take_byte(text, '-', '-') ||
	    !take_number(text, 2, &day) || !take_byte(text, 'T', 't')) {
		return false;
	}
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) {
		return false;
	}
	*ret_days = days_from_date(year, month, day);
	return true;
}

int utc_parse(const char *text, int64_t *ret_ms)
{
	int64_t days;
	int hour, minute, second, fraction_ms, offset_minutes;
	if (!take_date(&text, &days) || !take_number(&text, 2, &hour) ||
	    !take_byte(&text, ':', ':') || !take_number(&text, 2, &minute) ||
	    !take_byte(&text, ':', ':') || !take_number(&text, 2, &second) ||
	    !take_fraction(&text, &fraction_ms) || !take_offset(&text, &offset_minutes) || *text) {
		return -1;
	}
	if (hour > 23 || minute > 59 || second > 60) {
		return -1;
	}
	int64_t minutes = days * 1440 + hour * 60 + minute - offset_minutes;
	int64_t ms = minutes * 60000 + second * 1000 + fraction_ms;
	if (second == 60) {
		/* A leap second ends a UTC day and has no number of its own: it is the first one of
		 * the next. */
		if ((minutes + 1) % 1440 != 0) {
			return -1;
		}
		ms = (minutes + 1) * 60000;
	}
	if (ms < first_ms() || ms > last_ms()) {
		return -1;
	}
	*ret_ms = ms;
	return 0;
}
