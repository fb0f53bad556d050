/* option_values.c - see option_values.h. */
#include "option_values.h"

#include "duration.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int option_texts_add(struct option_texts *texts, const char *item)
{
	const char **items = realloc(texts->items, (texts->count + 1) * sizeof(*items));

	if (!items)
		return -1;
	items[texts->count] = item;
	texts->items = items;
	texts->count++;
	return 0;
}

int option_integer(const char *text, size_t len, int64_t max, int64_t *ret_value)
{
	int64_t value = 0;

	if (!len)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' || value > (INT64_MAX - 9) / 10)
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	if (value > max)
		return -1;
	*ret_value = value;
	return 0;
}

static void *field(struct options *options, const struct option *option)
{
	return (char *)options + option->offset;
}

static int store_flag(struct options *options, const struct option *option, const char *value,
		      struct strbuf *reterr)
{
	(void)value;
	(void)reterr;
	*(bool *)field(options, option) = true;
	return 0;
}

static int store_text(struct options *options, const struct option *option, const char *value,
		      struct strbuf *reterr)
{
	(void)reterr;
	*(const char **)field(options, option) = value;
	return 0;
}

static int store_texts(struct options *options, const struct option *option, const char *value,
		       struct strbuf *reterr)
{
	(void)reterr;
	return option_texts_add(field(options, option), value);
}

static int store_integer(struct options *options, const struct option *option, const char *value,
			 struct strbuf *reterr)
{
	int64_t number;

	if (option_integer(value, strlen(value), option->max, &number) < 0 ||
	    number < option->min) {
		strbuf_addf(reterr,
			    "must be a whole number from %" PRId64 " to %" PRId64 ", not '%s'",
			    option->min, option->max, value);
		return -1;
	}
	*(int64_t *)field(options, option) = number;
	return 0;
}

static int store_duration(struct options *options, const struct option *option, const char *value,
			  struct strbuf *reterr)
{
	char least[DURATION_TEXT_SIZE], most[DURATION_TEXT_SIZE];
	int64_t ms;

	if (duration_parse(value, &ms) < 0) {
		strbuf_addf(reterr, "must be a duration such as 500ms, 30s, 5m, 2h or 1d, not '%s'",
			    value);
		return -1;
	}
	if (ms < option->min || ms > option->max) {
		duration_format(option->min, least);
		duration_format(option->max, most);
		strbuf_addf(reterr, "must be from %s to %s, not '%s'", least, most, value);
		return -1;
	}
	*(int64_t *)field(options, option) = ms;
	return 0;
}

static int choice_of(const struct option *option, const char *value, struct strbuf *reterr)
{
	for (int i = 0; option->choices[i]; i++)
		if (strcmp(option->choices[i], value) == 0)
			return i;
	strbuf_adds(reterr, "must be ");
	for (int i = 0; option->choices[i]; i++)
		strbuf_addf(reterr, "%s'%s'",
			    i == 0		     ? ""
			    : option->choices[i + 1] ? ", "
						     : " or ",
			    option->choices[i]);
	strbuf_addf(reterr, ", not '%s'", value);
	return -1;
}

static int store_choice(struct options *options, const struct option *option, const char *value,
			struct strbuf *reterr)
{
	int choice = choice_of(option, value, reterr);

	if (choice < 0)
		return -1;
	*(int *)field(options, option) = choice;
	return 0;
}

static int store_choices(struct options *options, const struct option *option, const char *value,
			 struct strbuf *reterr)
{
	int choice = choice_of(option, value, reterr);

	if (choice < 0)
		return -1;
	*(uint32_t *)field(options, option) |= UINT32_C(1) << choice;
	return 0;
}

static int store_shard(struct options *options, const struct option *option, const char *value,
		       struct strbuf *reterr)
{
	struct option_shard *shard = field(options, option);
	const char *slash = strchr(value, '/');
	int64_t k, n;

	if (!slash || option_integer(value, (size_t)(slash - value), option->max, &k) < 0 ||
	    option_integer(slash + 1, strlen(slash + 1), option->max, &n) < 0 || k < 1 || k > n) {
		strbuf_addf(reterr, "must be K/N with K from 1 to N, such as 2/8, not '%s'", value);
		return -1;
	}
	shard->k = (uint32_t)k;
	shard->n = (uint32_t)n;
	return 0;
}

/* `12` or `12%`, the latter at most 100. */
static int amount_of(const char *text, size_t len, int64_t max, int64_t *ret_amount,
		     bool *ret_percent)
{
	bool percent = len && text[len - 1] == '%';

	if (option_integer(text, len - percent, percent ? 100 : max, ret_amount) < 0)
		return -1;
	*ret_percent = percent;
	return 0;
}

static int store_waves(struct options *options, const struct option *option, const char *value,
		       struct strbuf *reterr)
{
	struct option_waves *waves = field(options, option);
	const char *at = value;

	for (;;) {
		size_t len = strcspn(at, ",");
		struct fleet_wave *items;
		int64_t amount;
		bool percent;

		if (amount_of(at, len, option->max, &amount, &percent) < 0 || amount < 1) {
			strbuf_addf(reterr,
				    "must be sizes of waves, each a number or a percentage from 1, "
				    "such "
				    "as 1,10%%,100%%, not '%s'",
				    value);
			return -1;
		}
		items = realloc(waves->items, (waves->count + 1) * sizeof(*items));
		if (!items)
			return -1;
		items[waves->count] = (struct fleet_wave){ (uint32_t)amount, percent };
		waves->items = items;
		waves->count++;
		if (!at[len])
			return 0;
		at += len + 1;
	}
}

static int store_failures(struct options *options, const struct option *option, const char *value,
			  struct strbuf *reterr)
{
	struct option_failures *failures = field(options, option);

	if (amount_of(value, strlen(value), option->max, &failures->amount, &failures->percent) <
	    0) {
		strbuf_addf(
			reterr,
			"must be a number of hosts or a percentage, such as 5 or 10%%, not '%s'",
			value);
		return -1;
	}
	return 0;
}

int option_store(struct options *options, const struct option *option, const char *value,
		 struct strbuf *reterr)
{
	static int (*const store[OPTION_KIND_COUNT])(struct options *, const struct option *,
						     const char *, struct strbuf *) = {
		[OPTION_FLAG] = store_flag,	    [OPTION_TEXT] = store_text,
		[OPTION_TEXTS] = store_texts,	    [OPTION_INTEGER] = store_integer,
		[OPTION_DURATION] = store_duration, [OPTION_CHOICE] = store_choice,
		[OPTION_CHOICES] = store_choices,   [OPTION_SHARD] = store_shard,
		[OPTION_WAVES] = store_waves,	    [OPTION_FAILURES] = store_failures,
	};

	return store[option->kind](options, option, value, reterr);
}

static bool show_flag(const struct option *option, const void *value, size_t index,
		      struct strbuf *out)
{
	(void)option;
	(void)out;
	return index == 0 && *(const bool *)value;
}

static bool show_text(const struct option *option, const void *value, size_t index,
		      struct strbuf *out)
{
	const char *text = *(const char *const *)value;

	(void)option;
	if (index > 0 || !text)
		return false;
	strbuf_adds(out, text);
	return true;
}

static bool show_texts(const struct option *option, const void *value, size_t index,
		       struct strbuf *out)
{
	const struct option_texts *texts = value;

	(void)option;
	if (index >= texts->count)
		return false;
	strbuf_adds(out, texts->items[index]);
	return true;
}

static bool show_integer(const struct option *option, const void *value, size_t index,
			 struct strbuf *out)
{
	int64_t number = *(const int64_t *)value;

	(void)option;
	if (index > 0 || number < 0)
		return false;
	strbuf_addf(out, "%" PRId64, number);
	return true;
}

static bool show_duration(const struct option *option, const void *value, size_t index,
			  struct strbuf *out)
{
	char text[DURATION_TEXT_SIZE];
	int64_t ms = *(const int64_t *)value;

	(void)option;
	if (index > 0 || ms < 0)
		return false;
	duration_format(ms, text);
	strbuf_adds(out, text);
	return true;
}

static bool show_choice(const struct option *option, const void *value, size_t index,
			struct strbuf *out)
{
	int choice = *(const int *)value;

	if (index > 0 || choice < 0)
		return false;
	strbuf_adds(out, option->choices[choice]);
	return true;
}

static bool show_choices(const struct option *option, const void *value, size_t index,
			 struct strbuf *out)
{
	uint32_t choices = *(const uint32_t *)value;

	for (int i = 0; option->choices[i]; i++) {
		if (!(choices & (UINT32_C(1) << i)) || index-- > 0)
			continue;
		strbuf_adds(out, option->choices[i]);
		return true;
	}
	return false;
}

static bool show_shard(const struct option *option, const void *value, size_t index,
		       struct strbuf *out)
{
	const struct option_shard *shard = value;

	(void)option;
	if (index > 0 || !shard->n)
		return false;
	strbuf_addf(out, "%" PRIu32 "/%" PRIu32, shard->k, shard->n);
	return true;
}

static bool show_waves(const struct option *option, const void *value, size_t index,
		       struct strbuf *out)
{
	const struct option_waves *waves = value;

	(void)option;
	if (index > 0 || !waves->count)
		return false;
	for (size_t i = 0; i < waves->count; i++)
		strbuf_addf(out, "%s%" PRIu32 "%s", i ? "," : "", waves->items[i].amount,
			    waves->items[i].percent ? "%" : "");
	return true;
}

static bool show_failures(const struct option *option, const void *value, size_t index,
			  struct strbuf *out)
{
	const struct option_failures *failures = value;

	(void)option;
	if (index > 0 || failures->amount < 0)
		return false;
	strbuf_addf(out, "%" PRId64 "%s", failures->amount, failures->percent ? "%" : "");
	return true;
}

bool option_show(const struct options *options, const struct option *option, size_t index,
		 struct strbuf *out)
{
	static bool (*const show[OPTION_KIND_COUNT])(const struct option *, const void *, size_t,
						     struct strbuf *) = {
		[OPTION_FLAG] = show_flag,	   [OPTION_TEXT] = show_text,
		[OPTION_TEXTS] = show_texts,	   [OPTION_INTEGER] = show_integer,
		[OPTION_DURATION] = show_duration, [OPTION_CHOICE] = show_choice,
		[OPTION_CHOICES] = show_choices,   [OPTION_SHARD] = show_shard,
		[OPTION_WAVES] = show_waves,	   [OPTION_FAILURES] = show_failures,
	};
	const void *value = (const char *)options + option->offset;

	return show[option->kind](option, value, index, out);
}

bool option_repeats(const struct option *option)
{
	return option->kind == OPTION_TEXTS || option->kind == OPTION_CHOICES;
}
