#include "report_build.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "report_writer.h"
#include "utc.h"

#define VALUE_BYTES 1024 /* a usual session; cJSON grows it where it is not enough */

struct rep_building rep_build_begin(struct rep_build *build)
{
	struct rep_building object = { build, cJSON_CreateObject() };

	build->failed = !object.object;
	return object;
}

/* Takes `item`, which may be NULL after a failure. Keys are constants or outlive the object. */
static void put(struct rep_building *to, const char *key, cJSON *item)
{
	if (item && cJSON_AddItemToObjectCS(to->object, key, item))
		return;
	cJSON_Delete(item);
	to->build->failed = true;
}

/* Texts are borrowed: they outlive the object, which lives for one call of the writer. */
static cJSON *text_item(struct rep_building *to, const char *text)
{
	const char *utf8 = rep_utf8(to->build->repaired, text);

	return utf8 ? cJSON_CreateStringReference(utf8) : NULL;
}

void rep_put_null(struct rep_building *to, const char *key)
{
	put(to, key, cJSON_CreateNull());
}

void rep_put_text(struct rep_building *to, const char *key, const char *text)
{
	put(to, key, text_item(to, text));
}

void rep_put_text_or_null(struct rep_building *to, const char *key, const char *text)
{
	if (text && text[0] != '\0')
		rep_put_text(to, key, text);
	else
		rep_put_null(to, key);
}

void rep_put_bool(struct rep_building *to, const char *key, bool value)
{
	put(to, key, cJSON_CreateBool(value));
}

/* cJSON's numbers are doubles and print with an exponent when large: those go in as they are
 * written. */
void rep_put_int(struct rep_building *to, const char *key, int64_t value)
{
	char digits[24];

	if (value >= INT_MIN && value <= INT_MAX) {
		put(to, key, cJSON_CreateNumber((double)value));
		return;
	}
	snprintf(digits, sizeof(digits), "%" PRId64, value);
	put(to, key, cJSON_CreateRaw(digits));
}

void rep_put_count_or_null(struct rep_building *to, const char *key, int64_t value)
{
	if (value >= 0)
		rep_put_int(to, key, value);
	else
		rep_put_null(to, key);
}

void rep_put_time(struct rep_building *to, const char *key, int64_t ms)
{
	char text[UTC_TEXT_SIZE];

	utc_format(ms, text);
	if (text[0] != '\0')
		put(to, key, cJSON_CreateString(text));
	else
		rep_put_null(to, key);
}

void rep_put_texts(struct rep_building *to, const char *key, const char *const *texts, size_t count)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; array && i < count; i++) {
		cJSON *item = text_item(to, texts[i]);

		if (item && cJSON_AddItemToArray(array, item))
			continue;
		cJSON_Delete(item);
		cJSON_Delete(array);
		array = NULL;
	}
	put(to, key, array);
}

/* An object inside of an object. */
struct rep_building rep_put_object(struct rep_building *to, const char *key)
{
	struct rep_building inner = { to->build, cJSON_CreateObject() };

	if (!inner.object || !cJSON_AddItemToObjectCS(to->object, key, inner.object)) {
		cJSON_Delete(inner.object);
		inner.object = NULL;
		to->build->failed = true;
	}
	return inner;
}

struct rep_building rep_put_array(struct rep_building *to, const char *key)
{
	struct rep_building inner = { to->build, cJSON_CreateArray() };

	if (!inner.object || !cJSON_AddItemToObjectCS(to->object, key, inner.object)) {
		cJSON_Delete(inner.object);
		inner.object = NULL;
		to->build->failed = true;
	}
	return inner;
}

struct rep_building rep_put_element(struct rep_building *array)
{
	struct rep_building inner = { array->build, cJSON_CreateObject() };

	if (!inner.object || !cJSON_AddItemToArray(array->object, inner.object)) {
		cJSON_Delete(inner.object);
		inner.object = NULL;
		array->build->failed = true;
	}
	return inner;
}

/* Appends a value on one line; `cut` leaves its last byte out. */
static int add_value(struct strbuf *out, const cJSON *value, size_t cut)
{
	char *text = cJSON_PrintBuffered(value, VALUE_BYTES, false);
	size_t len;

	if (!text)
		return -1;
	len = strlen(text);
	strbuf_add(out, text, len - cut);
	cJSON_free(text);
	return 0;
}

static int add_key(struct strbuf *out, const char *key)
{
	cJSON *text = cJSON_CreateStringReference(key);
	int result = text ? add_value(out, text, 0) : -1;

	cJSON_Delete(text);
	strbuf_adds(out, ": ");
	return result;
}

/* An object with a line for each member, objects inside of it too. They nest three deep at most. */
static int add_lines(struct strbuf *out, const cJSON *object, int depth)
{
	const cJSON *member;
	const char *before = "";

	strbuf_addc(out, '{');
	cJSON_ArrayForEach(member, object)
	{
		strbuf_addf(out, "%s\n%*s", before, 2 * depth, "");
		before = ",";
		if (add_key(out, member->string) < 0)
			return -1;
		if (cJSON_IsObject(member) && member->child) {
			if (add_lines(out, member, depth + 1) < 0)
				return -1;
		} else if (add_value(out, member, 0) < 0) {
			return -1;
		}
	}
	if (object->child)
		strbuf_addf(out, "\n%*s", 2 * (depth - 1), "");
	strbuf_addc(out, '}');
	return 0;
}

int rep_build_end(struct rep_building *built, struct strbuf *out, size_t cut)
{
	int result = built->build->failed ? -1 : add_value(out, built->object, cut);

	cJSON_Delete(built->object);
	return result;
}

int rep_build_end_lines(struct rep_building *built, struct strbuf *out)
{
	int result = built->build->failed ? -1 : add_lines(out, built->object, 2);

	cJSON_Delete(built->object);
	return result;
}
