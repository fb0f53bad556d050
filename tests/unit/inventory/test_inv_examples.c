#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "inv_testing.h"

/* The examples that ship with the program mean what their comments say. */
static const struct example {
	const char *path;
	size_t hosts, groups, notes; /* groups with `all` and `ungrouped` */
	const char *host;	     /* one of them ... */
	const char *means;	     /* ... and some of what is rendered for it */
} examples[] = {
	{ "plain.txt", 23, 2, 0, "rdsh029.corp.example", "rdsh029.corp.example\n" },
	{ "farm.ini", 61, 6, 0, "rdsh021.lis.corp.example",
	  "rdsh021.lis.corp.example address=10.20.0.121 probe_port=3389 call_timeout=90000 "
	  "protect=CORP\\svc_render,CORP\\svc_scan_*,LISBON\\kiosk? groups=lisbon,farm\n" },
	{ "farm.json", 12, 5, 0, "rdsh019.corp.example",
	  "rdsh019.corp.example call_timeout=45000 "
	  "protect=CORP\\svc_scan_*,CORP\\backup,CORP\\svc_render "
	  "groups=office,farm\n" },
	{ "get-rdserver.json", 2, 2, 1, "rdsh02.corp.example", "RDSH02.CORP.EXAMPLE\n" },
	{ "adcomputers.csv", 3, 2, 1, "RDSH03", "rdsh02.corp.example\nRDSH03\n" },
};

static void example_run(void **state)
{
	const struct example *example = *state;
	struct strbuf path, text;
	struct inventory *inv;

	strbuf_init(&path);
	strbuf_init(&text);
	strbuf_addf(&path, "%s/inventory/examples/%s", RDSWEEP_SOURCE_DIR, example->path);
	inv_read_path(&text, strbuf_text(&path));
	inv = inv_load(example->path, strbuf_text(&text), text.len, NULL);
	strbuf_clear(&text);
	inv_render(&text, inv);
	assert_int_equal(inv_error_count(inv), 0);
	assert_int_equal(inv_host_count(inv), example->hosts);
	assert_int_equal(inv_group_count(inv), example->groups);
	assert_int_equal(inv_note_count(inv), example->notes);
	assert_true(inv_host_find(inv, example->host) >= 0);
	assert_non_null(strstr(strbuf_text(&text), example->means));
	strbuf_release(&path);
	strbuf_release(&text);
	inv_free(inv);
}

int main(void)
{
	struct example states[sizeof(examples) / sizeof(examples[0])];
	struct CMUnitTest tests[sizeof(examples) / sizeof(examples[0])];

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		states[i] = examples[i];
		tests[i] = (struct CMUnitTest){ .name = examples[i].path,
						.test_func = example_run,
						.initial_state = &states[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
