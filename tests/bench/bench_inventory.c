/*
 * bench_inventory.c - how long inventories of N hosts take to load, in each format.
 *
 *   bench_inventory [N...]        default: 10000 100000 200000
 *
 * Prints milliseconds of processor time: decode, parse, resolve, and a limit with a glob and an
 * exclusion.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "inventory.h"

static void make_range(struct strbuf *out, int n)
{
	strbuf_addf(out, "[farm]\nrdsh[000001:%06d].corp.example\n[farm:vars]\nprotect=CORP\\svc\n",
		    n);
}

static void make_plain(struct strbuf *out, int n)
{
	strbuf_adds(out, "[farm]\n");
	for (int i = 1; i <= n; i++)
		strbuf_addf(out, "rdsh%06d.corp.example address=10.%d.%d.%d probe_port=3389\n", i,
			    i >> 16, i >> 8 & 255, i & 255);
}

static void make_json(struct strbuf *out, int n)
{
	strbuf_adds(out, "{\"hosts\": {");
	for (int i = 1; i <= n; i++)
		strbuf_addf(out, "%s\n\"rdsh%06d.corp.example\": {\"probe_port\": 3389}",
			    i > 1 ? "," : "", i);
	strbuf_adds(out, "}, \"groups\": {\"farm\": {\"hosts\": [");
	for (int i = 1; i <= n; i++)
		strbuf_addf(out, "%s\"rdsh%06d.corp.example\"", i > 1 ? "," : "", i);
	strbuf_adds(out, "]}}}");
}

static void make_powershell(struct strbuf *out, int n)
{
	strbuf_adds(out, "[");
	for (int i = 1; i <= n; i++)
		strbuf_addf(
			out,
			"%s{\"Server\": \"rdsh%06d.corp.example\", \"Roles\": [\"RDS-RD-SERVER\"]}",
			i > 1 ? ",\r\n" : "", i);
	strbuf_adds(out, "]");
}

static void make_csv(struct strbuf *out, int n)
{
	strbuf_adds(out, "host,address,probe_port\r\n");
	for (int i = 1; i <= n; i++)
		strbuf_addf(out, "rdsh%06d.corp.example,10.%d.%d.%d,3389\r\n", i, i >> 16,
			    i >> 8 & 255, i & 255);
}

/* one chain of ten groups, and every host in two of them */
static void make_groups(struct strbuf *out, int n)
{
	for (int g = 0; g < 10; g++) {
		strbuf_addf(out, "[g%d]\n", g);
		for (int i = 1; i <= n; i++)
			if (i % 10 == g || i % 9 == g)
				strbuf_addf(out, "rdsh%06d\n", i);
		if (g < 9)
			strbuf_addf(out, "[g%d:children]\ng%d\n", g, g + 1);
	}
}

static const struct {
	const char *name;
	void (*make)(struct strbuf *out, int n);
} formats[] = {
	{ "ini, one range", make_range },	   { "ini, a line each", make_plain },
	{ "ini, nested groups", make_groups },	   { "json", make_json },
	{ "json, Get-RDServer", make_powershell }, { "csv", make_csv },
};

static double elapsed_ms(clock_t since)
{
	return (double)(clock() - since) * 1000.0 / CLOCKS_PER_SEC;
}

static int run(const char *name, const struct strbuf *text, int n)
{
	struct inv_narrow narrow = { .limit = "rdsh*:!*9*" };
	struct inv_selection selection = { .hosts = NULL };
	clock_t start = clock();
	struct inventory *inv = inv_create();
	double load_ms;
	int failed = 1;

	if (!inv || inv_add(inv, name, strbuf_text(text), text->len) || inv_finish(inv) ||
	    inv_error_count(inv) > 0 || inv_host_count(inv) != (size_t)n)
		goto out;
	load_ms = elapsed_ms(start);
	start = clock();
	if (inv_select(inv, &narrow, &selection))
		goto out;
	printf("%-20s %8d hosts %8.1f ms load %8.1f ms limit\n", name, n, load_ms,
	       elapsed_ms(start));
	failed = 0;
out:
	if (failed)
		printf("%-20s %8d hosts FAILED\n", name, n);
	free(selection.hosts);
	inv_free(inv);
	return failed;
}

static int run_all(int n)
{
	int failed = 0;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct strbuf text;

		strbuf_init(&text);
		formats[i].make(&text, n);
		failed |= text.failed || run(formats[i].name, &text, n);
		strbuf_release(&text);
	}
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 2)
		return run_all(10000) | run_all(100000) | run_all(200000);
	for (int i = 1; i < argc; i++)
		failed |= run_all((int)strtol(argv[i], NULL, 10));
	return failed;
}
