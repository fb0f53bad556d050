/*
 * inventory_dump.c - prints what an inventory means, for tests that compare it with somebody else's
 * reading.
 *
 *   inventory_dump [-v] FILE [LIMIT]
 *
 * One host a line in the order of the inventory; with -v also address, probe port, call timeout in
 * ms, patterns of protect and groups, between tabs. Errors go to standard error, exit 2.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inventory.h"

static int read_file(void *ctx, const char *path, struct strbuf *out, const char **reterr_what)
{
	FILE *file = fopen(path, "rb");
	char bytes[4096];
	size_t len;

	(void)ctx;
	if (!file) {
		*reterr_what = "cannot be opened";
		return -1;
	}
	while ((len = fread(bytes, 1, sizeof(bytes), file)) > 0)
		strbuf_add(out, bytes, len);
	fclose(file);
	return 0;
}

static void print_errors(const struct inventory *inv)
{
	struct strbuf line;

	strbuf_init(&line);
	for (size_t i = 0; i < inv_error_count(inv); i++) {
		strbuf_clear(&line);
		inv_error_format(&line, inv_error_at(inv, i));
		fprintf(stderr, "%s\n", strbuf_text(&line));
	}
	strbuf_release(&line);
}

static void print_details(const struct inventory *inv, const struct inv_host *host)
{
	printf("\t%s\t%u\t%" PRId64 "\t", host->address, (unsigned)host->probe_port,
	       host->call_timeout_ms);
	for (size_t i = 0; i < host->protect_count; i++)
		printf("%s%s", i > 0 ? "," : "", host->protect[i]);
	printf("\t");
	for (size_t i = 0; i < host->group_count; i++)
		printf("%s%s", i > 0 ? "," : "", inv_group_at(inv, host->groups[i])->name);
}

static int dump(struct inventory *inv, const char *path, const char *limit, bool details)
{
	struct inv_narrow narrow = { .limit = limit, .read_file = read_file };
	struct inv_selection selection;
	struct strbuf bytes;
	const char *what = "";
	int failed;

	strbuf_init(&bytes);
	failed = read_file(NULL, path, &bytes, &what);
	if (failed)
		fprintf(stderr, "%s: %s\n", path, what);
	else
		failed = inv_add(inv, path, strbuf_text(&bytes), bytes.len) || inv_finish(inv);
	strbuf_release(&bytes);
	if (failed || inv_error_count(inv) > 0 || inv_select(inv, &narrow, &selection))
		return 2;
	for (size_t i = 0; i < selection.count; i++) {
		const struct inv_host *host = inv_host_at(inv, selection.hosts[i]);

		printf("%s", host->name);
		if (details)
			print_details(inv, host);
		printf("\n");
	}
	free(selection.hosts);
	return 0;
}

int main(int argc, char **argv)
{
	bool details = argc > 1 && strcmp(argv[1], "-v") == 0;
	int first = details ? 2 : 1, code;
	struct inventory *inv;

	if (argc <= first || argc > first + 2) {
		fprintf(stderr, "usage: inventory_dump [-v] FILE [LIMIT]\n");
		return 2;
	}
	inv = inv_create();
	if (!inv)
		return 2;
	code = dump(inv, argv[first], argc > first + 1 ? argv[first + 1] : NULL, details);
	print_errors(inv);
	inv_free(inv);
	return code;
}
