/* run_journal.c - see run_journal.h. */
#include "run_journal.h"

#include "journal.h"
#include "json_write.h"
#include "option_values.h"
#include "utc.h"

#include <inttypes.h>
#include <string.h>

#include <cjson/cJSON.h>

#define AT(field) offsetof(struct run_journal, field)

/* Where a member stands in the line. */
enum section { SECTION_TOP, SECTION_RUN, SECTION_INVENTORY, SECTION_OWN, SECTION_COUNT };

static const struct text_field {
	const char *name;
	enum section section;
	size_t at;
	bool may_lack; /* null, which is "" */
} text_fields[] = {
	{ "id", SECTION_RUN, AT(about.id), false },
	{ "command", SECTION_RUN, AT(about.command), false },
	{ "backend", SECTION_RUN, AT(about.backend), false },
	{ "operator", SECTION_RUN, AT(about.operator_), true },
	{ "machine", SECTION_RUN, AT(about.machine), true },
	{ "reason", SECTION_RUN, AT(about.reason), true },
	{ "limit", SECTION_RUN, AT(about.limit), true },
	{ "fleet_sha256", SECTION_INVENTORY, AT(about.fleet_sha256), false },
	{ "folder", SECTION_TOP, AT(folder), false },
	{ "plan_run", SECTION_TOP, AT(plan_run_id), true },
	{ "message", SECTION_TOP, AT(options.message), true },
	{ "drain_to", SECTION_TOP, AT(options.drain_to), true },
	{ "domain", SECTION_OWN, AT(own_domain), true },
	{ "user", SECTION_OWN, AT(own_user), true },
};

static const struct list_field {
	const char *name;
	enum section section;
	size_t at, count_at;
} list_fields[] = {
	{ "arguments", SECTION_RUN, AT(about.arguments), AT(about.argument_count) },
	{ "sources", SECTION_INVENTORY, AT(about.inventory_sources),
	  AT(about.inventory_source_count) },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What is no part of a run that goes on, or stands elsewhere in the line. */
static bool is_kept(const struct option *option)
{
	static const char *const others[] = { "user-file", "dry-run", "max-age",  "journal",
					      "format",	   "color",   "progress", "quiet",
					      "verbose",   "help" };

	if (option->group == OPTION_FLEET || !(option->commands & COMMANDS_THAT_ACT))
		return false;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (strcmp(option->name, others[i]) == 0)
			return false;
	return true;
}

/* Writing */

static void add_key(struct strbuf *out, const char *key)
{
	if (out->len && out->data[out->len - 1] != '{')
		strbuf_addc(out, ',');
	json_add_string(out, key);
	strbuf_addc(out, ':');
}

static void add_time(struct strbuf *out, const char *key, int64_t ms)
{
	char text[UTC_TEXT_SIZE];

	utc_format(ms, text);
	add_key(out, key);
	json_add_string(out, text);
}

static void add_texts(struct strbuf *out, const struct run_journal *run, enum section section)
{
	for (size_t i = 0; i < COUNT_OF(text_fields); i++) {
		const struct text_field *field = &text_fields[i];
		const char *text = *(const char *const *)((const char *)run + field->at);

		if (field->section != section)
			continue;
		add_key(out, field->name);
		json_add_string(out, field->may_lack && !*text ? NULL : text);
	}
}

static void add_lists(struct strbuf *out, const struct run_journal *run, enum section section)
{
	for (size_t i = 0; i < COUNT_OF(list_fields); i++) {
		const struct list_field *field = &list_fields[i];
		const char *base = (const char *)run;
		const char *const *texts = *(const char *const *const *)(base + field->at);
		size_t count = *(const size_t *)(base + field->count_at);

		if (field->section != section)
			continue;
		add_key(out, field->name);
		strbuf_addc(out, '[');
		for (size_t k = 0; k < count; k++) {
			strbuf_adds(out, k ? "," : "");
			json_add_string(out, texts[k]);
		}
		strbuf_addc(out, ']');
	}
}

/* One value, or the list of an option that can have several. */
static void add_option(struct strbuf *out, const struct options *options,
		       const struct option *option)
{
	struct strbuf text;
	size_t count = 0;

	strbuf_init(&text);
	while (option_show(options, option, count, &text)) {
		if (count++ > 0) {
			strbuf_addc(out, ',');
		} else {
			add_key(out, option->name);
			strbuf_adds(out, option_repeats(option) ? "[" : "");
		}
		if (option->kind == OPTION_FLAG)
			strbuf_adds(out, "true");
		else
			json_add_string(out, strbuf_text(&text));
		out->failed |= text.failed;
		strbuf_clear(&text);
	}
	if (count && option_repeats(option))
		strbuf_addc(out, ']');
	strbuf_release(&text);
}

static void add_options(struct strbuf *out, const struct options *options)
{
	size_t count;
	const struct option *table = options_table(&count);

	add_key(out, "options");
	strbuf_addc(out, '{');
	for (size_t i = 0; i < count; i++)
		if (is_kept(&table[i]))
			add_option(out, options, &table[i]);
	strbuf_addc(out, '}');
}

static void add_run(struct strbuf *out, const struct run_journal *run)
{
	const struct rep_run *about = &run->about;

	add_key(out, "run");
	strbuf_addc(out, '{');
	add_texts(out, run, SECTION_RUN);
	add_lists(out, run, SECTION_RUN);
	add_key(out, "simulated");
	strbuf_adds(out, about->simulated ? "true" : "false");
	add_time(out, "started_at", about->started_at_ms);
	add_key(out, "inventory");
	strbuf_addc(out, '{');
	add_texts(out, run, SECTION_INVENTORY);
	add_lists(out, run, SECTION_INVENTORY);
	add_key(out, "hosts");
	strbuf_addf(out, "%" PRIu32 "}", about->inventory_hosts);
	add_key(out, "shard");
	if (about->shard_n)
		strbuf_addf(out, "{\"k\":%" PRIu32 ",\"n\":%" PRIu32 "}", about->shard_k,
			    about->shard_n);
	else
		strbuf_adds(out, "null");
	strbuf_addc(out, '}');
}

void run_journal_write(struct strbuf *out, const struct run_journal *run)
{
	strbuf_adds(out, "{\"event\":\"run\"");
	add_time(out, "t", run->about.started_at_ms);
	add_key(out, "schema");
	json_add_string(out, JOURNAL_SCHEMA);
	add_run(out, run);
	add_texts(out, run, SECTION_TOP);
	add_key(out, "own");
	strbuf_addc(out, '{');
	add_texts(out, run, SECTION_OWN);
	strbuf_addc(out, '}');
	add_key(out, "members");
	strbuf_addf(out, "%lu", (unsigned long)run->members);
	add_key(out, "users_listed");
	strbuf_addf(out, "%lu", (unsigned long)run->users_listed);
	add_options(out, &run->options);
	strbuf_addc(out, '}');
}

/* Reading */

struct reading {
	struct run_journal *run;
	const cJSON *sections[SECTION_COUNT];
	struct strbuf *reterr;
};

static int wrong(struct reading *reading, const char *name, const char *expected)
{
	strbuf_addf(reading->reterr, "the run's '%s' is missing or is not %s", name, expected);
	return -1;
}

static const cJSON *member(const cJSON *object, const char *name)
{
	return object ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

static int read_texts(struct reading *reading)
{
	for (size_t i = 0; i < COUNT_OF(text_fields); i++) {
		const struct text_field *field = &text_fields[i];
		const cJSON *item = member(reading->sections[field->section], field->name);
		const char *text = cJSON_GetStringValue(item);

		if (!text && field->may_lack && cJSON_IsNull(item))
			text = "";
		if (!text || (!*text && !field->may_lack))
			return wrong(reading, field->name, "a text");
		text = arena_strdup(&reading->run->arena, text);
		if (!text)
			return -1;
		*(const char **)((char *)reading->run + field->at) = text;
	}
	return 0;
}

static int read_list(struct reading *reading, const struct list_field *field)
{
	struct run_journal *run = reading->run;
	const cJSON *list = member(reading->sections[field->section], field->name);
	const cJSON *item;
	const char **texts;
	size_t count = 0;

	if (!cJSON_IsArray(list))
		return wrong(reading, field->name, "a list");
	texts = arena_alloc(&run->arena, (size_t)cJSON_GetArraySize(list) * sizeof(*texts));
	if (!texts)
		return -1;
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item))
			return wrong(reading, field->name, "a list of texts");
		texts[count] = arena_strdup(&run->arena, item->valuestring);
		if (!texts[count++])
			return -1;
	}
	*(const char ***)(void *)((char *)run + field->at) = texts;
	*(size_t *)(void *)((char *)run + field->count_at) = count;
	return 0;
}

static int read_number(struct reading *reading, const cJSON *object, const char *name,
		       uint32_t *ret)
{
	const cJSON *item = member(object, name);
	double value = cJSON_IsNumber(item) ? item->valuedouble : -1;

	if (!(value >= 0 && value <= UINT32_MAX) || (double)(uint32_t)value != value)
		return wrong(reading, name, "a whole number");
	*ret = (uint32_t)value;
	return 0;
}

static int read_about(struct reading *reading)
{
	struct rep_run *about = &reading->run->about;
	const cJSON *run = reading->sections[SECTION_RUN];
	const cJSON *shard = member(run, "shard"), *simulated = member(run, "simulated");
	const char *started = cJSON_GetStringValue(member(run, "started_at"));

	if (!cJSON_IsBool(simulated))
		return wrong(reading, "simulated", "true or false");
	about->simulated = cJSON_IsTrue(simulated);
	if (!started || utc_parse(started, &about->started_at_ms) < 0)
		return wrong(reading, "started_at", "a time");
	if (read_number(reading, reading->sections[SECTION_INVENTORY], "hosts",
			&about->inventory_hosts) < 0)
		return -1;
	if (!shard || cJSON_IsNull(shard))
		return 0;
	if (read_number(reading, shard, "k", &about->shard_k) < 0)
		return -1;
	return read_number(reading, shard, "n", &about->shard_n);
}

static int store(struct reading *reading, const struct option *option, const cJSON *item)
{
	struct run_journal *run = reading->run;
	struct strbuf why;
	const char *value = NULL;
	int status;

	if (option->kind == OPTION_FLAG ? !cJSON_IsTrue(item)
					: !cJSON_IsString(item) || !*item->valuestring)
		return wrong(reading, option->name,
			     option->kind == OPTION_FLAG ? "true" : "a text");
	if (option->kind != OPTION_FLAG) {
		value = arena_strdup(&run->arena, item->valuestring);
		if (!value)
			return -1;
	}
	strbuf_init(&why);
	status = option_store(&run->options, option, value, &why);
	if (status < 0 && why.len)
		strbuf_addf(reading->reterr, "the run's option '--%s' %s", option->name,
			    strbuf_text(&why));
	strbuf_release(&why);
	return status;
}

static const struct option *find(const char *name)
{
	size_t count;
	const struct option *table = options_table(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, name) == 0 && is_kept(&table[i]))
			return &table[i];
	return NULL;
}

static int read_option(struct reading *reading, const cJSON *item)
{
	const struct option *option = find(item->string);
	const cJSON *value;

	if (!option) {
		strbuf_addf(reading->reterr, "the run's option '--%s' is not known to this version",
			    item->string);
		return -1;
	}
	if (!option_repeats(option))
		return store(reading, option, item);
	if (!cJSON_IsArray(item))
		return wrong(reading, option->name, "a list");
	cJSON_ArrayForEach(value, item)
	{
		if (store(reading, option, value) < 0)
			return -1;
	}
	return 0;
}

static int read_options(struct reading *reading, const cJSON *options)
{
	const cJSON *item;
	uint32_t listed, members;

	if (!cJSON_IsObject(options))
		return wrong(reading, "options", "an object");
	cJSON_ArrayForEach(item, options)
	{
		if (read_option(reading, item) < 0)
			return -1;
	}
	if (read_number(reading, reading->sections[SECTION_TOP], "users_listed", &listed) < 0 ||
	    read_number(reading, reading->sections[SECTION_TOP], "members", &members) < 0)
		return -1;
	if (listed > reading->run->options.users.count)
		return wrong(reading, "users_listed", "a number of its users");
	reading->run->users_listed = listed;
	reading->run->members = members;
	return 0;
}

static int read_all(struct reading *reading)
{
	const cJSON *top = reading->sections[SECTION_TOP];
	const char *schema = cJSON_GetStringValue(member(top, "schema"));

	if (!schema || strcmp(schema, JOURNAL_SCHEMA) != 0)
		return wrong(reading, "schema", "'" JOURNAL_SCHEMA "'");
	reading->sections[SECTION_RUN] = member(top, "run");
	reading->sections[SECTION_INVENTORY] = member(reading->sections[SECTION_RUN], "inventory");
	reading->sections[SECTION_OWN] = member(top, "own");
	if (read_texts(reading) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(list_fields); i++)
		if (read_list(reading, &list_fields[i]) < 0)
			return -1;
	return read_about(reading) < 0 ? -1 : read_options(reading, member(top, "options"));
}

int run_journal_read(struct run_journal *ret, const char *line, size_t len, struct strbuf *reterr)
{
	cJSON *top = cJSON_ParseWithLength(line, len);
	struct reading reading = { .run = ret, .reterr = reterr };
	int status;

	if (!top) {
		strbuf_adds(reterr, "the first line is not the run's");
		return -1;
	}
	memset(ret, 0, sizeof(*ret));
	rep_run_init(&ret->about);
	options_init(&ret->options);
	arena_init(&ret->arena);
	reading.sections[SECTION_TOP] = top;
	status = read_all(&reading);
	cJSON_Delete(top);
	if (status < 0)
		run_journal_release(ret);
	return status;
}

static int read_end(struct rep_run *run, struct arena *arena, const cJSON *top)
{
	const char *outcome = cJSON_GetStringValue(member(top, "outcome"));
	const char *t = cJSON_GetStringValue(member(top, "t"));
	const char *stopped_by = cJSON_GetStringValue(member(top, "stopped_by"));
	const cJSON *code = member(top, "exit_code");
	const cJSON *duration = member(top, "duration_ms");

	if (!outcome || rep_run_outcome_parse(outcome, &run->outcome) < 0 || !t ||
	    utc_parse(t, &run->finished_at_ms) < 0 || !cJSON_IsNumber(code) ||
	    !(code->valuedouble >= 0 && code->valuedouble <= 255))
		return 1;
	run->exit_code = (int)code->valuedouble;
	if (cJSON_IsNumber(duration) && duration->valuedouble >= 0 &&
	    duration->valuedouble <= INT32_MAX * 1000.0)
		run->duration_ms = (int64_t)duration->valuedouble;
	else
		run->duration_ms = run->finished_at_ms - run->started_at_ms;
	run->stopped_by = arena_strdup(arena, stopped_by ? stopped_by : "");
	return run->stopped_by ? 0 : -1;
}

int run_journal_read_end(struct rep_run *ret, struct arena *arena, const char *line, size_t len,
			 struct strbuf *reterr)
{
	cJSON *top = cJSON_ParseWithLength(line, len);
	int status = top ? read_end(ret, arena, top) : 1;

	cJSON_Delete(top);
	if (status > 0)
		strbuf_adds(reterr, "the last line is not the run's end");
	return status ? -1 : 0;
}

void run_journal_release(struct run_journal *run)
{
	options_release(&run->options);
	arena_release(&run->arena);
}
