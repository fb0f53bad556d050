/* notice.c - see notice.h. */
#include "notice.h"

#include <inttypes.h>
#include <string.h>

#include "text.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS	  INT64_C(86400000)

static void add_user(struct strbuf *out, const struct notice_values *values)
{
	strbuf_adds(out, values->user);
}

static void add_host(struct strbuf *out, const struct notice_values *values)
{
	strbuf_adds(out, values->host);
}

static void add_minutes(struct strbuf *out, const struct notice_values *values)
{
	int64_t left_ms = values->left_ms > 0 ? values->left_ms : 0;

	strbuf_addf(out, "%" PRId64, (left_ms + MINUTE_MS - 1) / MINUTE_MS);
}

static void add_time(struct strbuf *out, const struct notice_values *values)
{
	int64_t of_day_ms = (values->until_local_ms % DAY_MS + DAY_MS) % DAY_MS;
	int minutes = (int)(of_day_ms / MINUTE_MS);

	strbuf_addf(out, "%02d:%02d", minutes / 60, minutes % 60);
}

static void add_reason(struct strbuf *out, const struct notice_values *values)
{
	strbuf_adds(out, values->reason);
}

static const struct placeholder {
	const char *name; /* with its braces */
	void (*add)(struct strbuf *out, const struct notice_values *values);
	bool of_grace, of_reason; /* there only where there is one */
} placeholders[] = {
	{ "{user}", add_user, false, false },	   { "{host}", add_host, false, false },
	{ "{minutes}", add_minutes, true, false }, { "{time}", add_time, true, false },
	{ "{reason}", add_reason, false, true },
};

#define PLACEHOLDER_COUNT (sizeof(placeholders) / sizeof(placeholders[0]))

static const struct placeholder *find(const char *text)
{
	for (size_t i = 0; i < PLACEHOLDER_COUNT; i++)
		if (strncmp(text, placeholders[i].name, strlen(placeholders[i].name)) == 0)
			return &placeholders[i];
	return NULL;
}

static bool is_offered(const struct placeholder *placeholder, const struct notice_values *values)
{
	return (!placeholder->of_grace || values->grace) &&
	       (!placeholder->of_reason || values->reason);
}

static size_t units_of(uint32_t point)
{
	return point >= 0x10000 ? 2 : 1;
}

/* Checking */

static void add_offered(struct strbuf *out, const struct notice_values *values)
{
	strbuf_adds(out, "; there are");
	for (size_t i = 0; i < PLACEHOLDER_COUNT; i++)
		if (is_offered(&placeholders[i], values))
			strbuf_addf(out, " %s", placeholders[i].name);
	strbuf_adds(out, ", and {{ and }} stand for braces");
}

/* What is wrong with the brace at `text`, the `at`-th character. */
static int wrong_brace(const char *text, size_t at, const struct notice_values *values,
		       struct strbuf *reterr)
{
	const char *end = text + 1 + strcspn(text + 1, "{}");
	const struct placeholder *known = find(text);

	if (*text == '}')
		strbuf_addf(reterr, "has a '}' without its '{' at character %lu",
			    (unsigned long)at);
	else if (known && known->of_reason)
		strbuf_addf(reterr, "has {reason} at character %lu, but there is no --reason",
			    (unsigned long)at);
	else if (known)
		strbuf_addf(reterr, "has %s at character %lu, but there is no grace that ends",
			    known->name, (unsigned long)at);
	else if (*end == '}')
		strbuf_addf(reterr, "has an unknown placeholder '%.*s' at character %lu",
			    (int)(end + 1 - text), text, (unsigned long)at);
	else
		strbuf_addf(reterr, "has a placeholder that is not closed at character %lu",
			    (unsigned long)at);
	add_offered(reterr, values);
	return -1;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

int notice_check(const char *text, const struct notice_values *values, struct strbuf *reterr)
{
	size_t left = strlen(text), at = 0, units = 0, used;

	if (is_blank(text)) {
		strbuf_adds(reterr, "is empty: there is nothing to show");
		return -1;
	}
	for (; left; text += used, left -= used) {
		const struct placeholder *placeholder = *text == '{' ? find(text) : NULL;
		uint32_t point = '?';

		at++;
		if (placeholder && is_offered(placeholder, values)) {
			used = strlen(placeholder->name);
			at += used - 1;
			continue;
		}
		used = utf8_decode(text, left, &point);
		used = used ? used : 1;
		if (*text == '{' || *text == '}') {
			if (text[1] != *text)
				return wrong_brace(text, at, values, reterr);
			used = 2;
			at++;
		}
		units += units_of(point);
	}
	if (units <= SESSION_MESSAGE_UNITS)
		return 0;
	strbuf_addf(reterr, "is too long: %lu UTF-16 units, and a message box takes %d",
		    (unsigned long)units, SESSION_MESSAGE_UNITS);
	return -1;
}

/* Filling in */

static void add_cut(struct strbuf *out, const struct strbuf *text)
{
	const char *at = strbuf_text(text);
	size_t left = text->len, units = 0;

	while (left) {
		uint32_t point = '?';
		size_t used = utf8_decode(at, left, &point);

		used = used ? used : 1;
		units += units_of(point);
		if (units > SESSION_MESSAGE_UNITS)
			break;
		at += used;
		left -= used;
	}
	strbuf_add(out, strbuf_text(text), text->len - left);
	out->failed |= text->failed;
}

void notice_fill(struct strbuf *out, const char *text, const struct notice_values *values)
{
	struct strbuf whole;

	strbuf_init(&whole);
	while (*text) {
		size_t plain = strcspn(text, "{}");
		const struct placeholder *placeholder;

		strbuf_add(&whole, text, plain);
		text += plain;
		placeholder = *text == '{' ? find(text) : NULL;
		if (placeholder && is_offered(placeholder, values)) {
			placeholder->add(&whole, values);
			text += strlen(placeholder->name);
		} else if (*text) {
			strbuf_addc(&whole, *text);
			text += text[1] == *text ? 2 : 1;
		}
	}
	add_cut(out, &whole);
	strbuf_release(&whole);
}
