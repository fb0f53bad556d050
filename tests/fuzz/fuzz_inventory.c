/*
 * fuzz_inventory.c - INI, JSON or CSV: a fleet that holds together, or mistakes with their places;
 * and the same in UTF-16.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "inventory.h"
#include "text.h"
#include "wts_text.h"

#define HOSTS_MAX 5000 /* for what is tried host by host */

static struct inventory *read_inventory(const char *bytes, size_t len)
{
	struct inventory *inv = inv_create();

	FUZZ_CHECK(inv && inv_add(inv, "fleet", bytes, len) == 0 && inv_finish(inv) == 0);
	return inv;
}

static void check_messages(const struct inventory *inv)
{
	struct strbuf line;

	strbuf_init(&line);
	for (size_t i = 0; i < inv_error_count(inv); i++) {
		const struct inv_error *error = inv_error_at(inv, i);

		FUZZ_CHECK(error->line >= 0 && error->column >= 0 && *error->message);
		strbuf_clear(&line);
		inv_error_format(&line, error);
		fuzz_check_shown(strbuf_text(&line), line.len, false);
	}
	for (size_t i = 0; i < inv_note_count(inv); i++)
		FUZZ_CHECK(*inv_note_at(inv, i)->message);
	strbuf_release(&line);
}

static void check_hosts(const struct inventory *inv)
{
	size_t count = inv_host_count(inv);

	for (size_t i = 0; i < count; i++) {
		const struct inv_host *host = inv_host_at(inv, i);

		FUZZ_CHECK(*host->name && *host->key && *host->address && host->probe_port);
		FUZZ_CHECK(text_fold_eq(host->name, host->key));
		FUZZ_CHECK(utf8_valid(host->name, strlen(host->name), NULL));
		FUZZ_CHECK(inv_host_find(inv, host->name) == (int64_t)i);
		FUZZ_CHECK(host->call_timeout_ms >= -1);
		for (size_t g = 0; g < host->group_count; g++)
			FUZZ_CHECK(host->groups[g] >= 2 && host->groups[g] < inv_group_count(inv));
	}
	for (size_t g = 0; g < inv_group_count(inv); g++) {
		const struct inv_group *group = inv_group_at(inv, g);

		FUZZ_CHECK(*group->name && group->own_host_count <= group->host_count);
		for (size_t i = 0; i < group->host_count; i++) {
			FUZZ_CHECK(group->hosts[i] < count);
			FUZZ_CHECK(i == 0 || group->hosts[i - 1] < group->hosts[i]);
		}
	}
	FUZZ_CHECK(inv_group_at(inv, 0)->host_count == count);
}

/* All shards together are the fleet, each host once. */
static void check_shards(struct inventory *inv)
{
	size_t count = inv_host_count(inv), seen = 0;
	unsigned char *in = calloc(count + 1, 1);

	FUZZ_CHECK(in);
	for (uint32_t k = 1; k <= 3; k++) {
		const struct inv_narrow narrow = { .shard_k = k, .shard_n = 3 };
		struct inv_selection part;

		FUZZ_CHECK(inv_select(inv, &narrow, &part) == 0);
		for (size_t i = 0; i < part.count; i++)
			FUZZ_CHECK(in[part.hosts[i]]++ == 0);
		seen += part.count;
		free(part.hosts);
	}
	FUZZ_CHECK(seen == count);
	free(in);
}

/* The text as PowerShell 5 would have written it, and whether it means the same. */
static void check_utf16(const struct inventory *inv, const char *bytes, size_t len)
{
	struct inventory *other;
	uint16_t *units = calloc(len + 2, sizeof(*units));
	char *text = fuzz_text((const uint8_t *)bytes, len), *file = malloc(2 + len * 2);
	size_t count;

	FUZZ_CHECK(units && file);
	count = wts_text_units(units, len + 2, text);
	memcpy(file, "\xff\xfe", 2);
	for (size_t i = 0; i < count; i++) {
		file[2 + i * 2] = (char)(units[i] & 0xff);
		file[3 + i * 2] = (char)(units[i] >> 8);
	}
	other = read_inventory(file, 2 + count * 2);
	FUZZ_CHECK(inv_error_count(other) == inv_error_count(inv));
	for (size_t i = 0; i < inv_error_count(inv); i++) {
		FUZZ_CHECK(inv_error_at(other, i)->line == inv_error_at(inv, i)->line);
		FUZZ_CHECK(inv_error_at(other, i)->column == inv_error_at(inv, i)->column);
		FUZZ_CHECK(!strcmp(inv_error_at(other, i)->message, inv_error_at(inv, i)->message));
	}
	FUZZ_CHECK(inv_host_count(other) == inv_host_count(inv));
	for (size_t i = 0; i < inv_host_count(inv); i++)
		FUZZ_CHECK(!strcmp(inv_host_at(other, i)->name, inv_host_at(inv, i)->name));
	inv_free(other);
	free(units);
	free(text);
	free(file);
}

/* Ranges that mean a million hosts are no mistake, and take a second: nothing else would be tried.
 * They multiply, so that the digits of a line tell. */
static bool means_many(const char *text, size_t len)
{
	bool inside = false;
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '[' || text[i] == ']')
			inside = text[i] == '[';
		if (text[i] == '\n') {
			inside = false;
			digits = 0;
		}
		digits += inside && text[i] >= '0' && text[i] <= '9';
		if (digits > 8)
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = (const char *)bytes;
	struct inventory *inv;
	bool is_marked = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;

	if (means_many(text, len))
		return 0;
	inv = read_inventory(text, len);
	check_messages(inv);
	if (utf8_valid(text, len, NULL) && !is_marked)
		check_utf16(inv, text, len);
	if (!inv_error_count(inv)) {
		FUZZ_CHECK(inv_host_count(inv) > 0);
		if (inv_host_count(inv) <= HOSTS_MAX) {
			check_hosts(inv);
			check_shards(inv);
		}
	}
	inv_free(inv);
	return 0;
}
