/*
 * fuzz_limit.c - limits of a fixed fleet: what is selected obeys the laws of sets, or the mistake
 * has its place.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "inventory.h"

static const char fleet[] = "gw01\n2001:db8::5\nboth\n[web]\nweb[01:04]\n[db]\nDB01\ndb02\n"
			    "[site:children]\nweb\ndb\n[old]\nweb02\nDB01\n[none]\n[both]\nweb04\n"
			    "[odd]\nSTRASSE\nx-y\n";

/* Hosts as bits; 0: refused, as no limit leaves nothing. */
typedef uint32_t host_bits;

/* A file's name is its content, with line ends for semicolons. */
static int read_file(void *ctx, const char *path, struct strbuf *out, const char **reterr_what)
{
	(void)ctx;
	*reterr_what = "no such file";
	if (strcmp(path, "gone") == 0)
		return -1;
	for (; *path; path++)
		strbuf_addc(out, *path == ';' ? '\n' : *path);
	return 0;
}

static void check_mistakes(const struct inventory *inv)
{
	struct strbuf line;

	FUZZ_CHECK(inv_error_count(inv) > 0);
	strbuf_init(&line);
	for (size_t i = 0; i < inv_error_count(inv); i++) {
		strbuf_clear(&line);
		inv_error_format(&line, inv_error_at(inv, i));
		fuzz_check_shown(strbuf_text(&line), line.len, false);
	}
	strbuf_release(&line);
}

static host_bits selected(const char *limit)
{
	const struct inv_narrow narrow = { .limit = limit, .read_file = read_file };
	struct inventory *inv = inv_create();
	struct inv_selection selection;
	host_bits bits = 0;
	int status;

	FUZZ_CHECK(inv && inv_add(inv, "fleet", fleet, sizeof(fleet) - 1) == 0);
	FUZZ_CHECK(inv_finish(inv) == 0 && inv_error_count(inv) == 0);
	FUZZ_CHECK(inv_host_count(inv) < 32);
	status = inv_select(inv, &narrow, &selection);
	FUZZ_CHECK(status == 0 || status == 1);
	if (status) {
		check_mistakes(inv);
	} else {
		FUZZ_CHECK(selection.count > 0);
		for (size_t i = 0; i < selection.count; i++) {
			FUZZ_CHECK(selection.hosts[i] < inv_host_count(inv));
			FUZZ_CHECK(i == 0 || selection.hosts[i - 1] < selection.hosts[i]);
			bits |= (host_bits)1 << selection.hosts[i];
		}
		free(selection.hosts);
	}
	inv_free(inv);
	return bits;
}

/* `limit` and one term more, which ends at a comma whatever came before. */
static host_bits selected_with(const char *limit, const char *term)
{
	struct strbuf both;
	host_bits bits;

	strbuf_init(&both);
	strbuf_addf(&both, "%s,%s", limit, term);
	bits = selected(strbuf_text(&both));
	strbuf_release(&both);
	return bits;
}

/* A prefix more on a pattern of one term would be another pattern. */
static void check_laws(const char *limit, host_bits all)
{
	static const char *const terms[] = { "web", "old", "gw01", "db0*" };
	host_bits bits = selected(limit);

	if (!bits)
		return;
	FUZZ_CHECK((bits & ~all) == 0);
	FUZZ_CHECK(selected_with(limit, limit) == bits); /* twice is once */
	FUZZ_CHECK(selected_with(limit, "*") != 0 || strchr(limit, '!') || strchr(limit, '&'));
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		char term[16] = "!";
		host_bits of_term = selected(terms[i]);

		strcat(term, terms[i]);
		FUZZ_CHECK(selected_with(limit, term) == (bits & ~of_term)); /* never widens */
		term[0] = '&';
		FUZZ_CHECK(selected_with(limit, term) == (bits & of_term));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *limit = fuzz_text(bytes, len);

	check_laws(limit, selected("*"));
	free(limit);
	return 0;
}
