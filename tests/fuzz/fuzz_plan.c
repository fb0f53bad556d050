/*
 * fuzz_plan.c - `--plan`: a report is refused, or gives just the sessions that it says were
 * planned, by identity.
 *
 * The first line says whose plan is wanted; the report follows.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan_file.h"
#include "report_read.h"
#include "support.h"

struct expected {
	const struct plan_file *file;
	struct strbuf host;
	size_t planned;
};

static int expect_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct expected *expected = ctx;

	(void)kind;
	strbuf_clear(&expected->host);
	strbuf_adds(&expected->host, host->name);
	return 0;
}

static int expect_session(void *ctx, const struct rep_session *session,
			  const struct rep_error_kind *kind)
{
	struct expected *expected = ctx;
	struct plan_entry entry = {
		.host = strbuf_text(&expected->host),
		.id = session->id,
		.domain = session->domain,
		.user = session->user,
		.station = session->station,
		.vm = session->vm,
		.logon_at_ms = session->logon_at_ms,
	};

	(void)kind;
	if (session->outcome != REP_SESSION_PLANNED)
		return 0;
	expected->planned++;
	FUZZ_CHECK(plan_has(expected->file->plan, &entry));
	FUZZ_CHECK(plan_may_have(expected->file->plan, entry.host, entry.id, entry.domain,
				 entry.user));
	return 0;
}

static void check_plan(const struct plan_file *file, const char *bytes, size_t len)
{
	struct expected expected = { .file = file };
	const struct rep_visitor visitor = { .ctx = &expected,
					     .host = expect_host,
					     .session = expect_session };
	struct test_source source = { .bytes = bytes, .len = len };
	struct rep_read_error error;

	strbuf_init(&expected.host);
	FUZZ_CHECK(rep_read(test_source_read, &source, &visitor, &error) == 0);
	FUZZ_CHECK(plan_count(file->plan) > 0 && plan_count(file->plan) <= expected.planned);
	strbuf_release(&expected.host);
}

static void write_file(const char *path, const uint8_t *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	FUZZ_CHECK(file && fwrite(bytes, 1, len, file) == len);
	FUZZ_CHECK(fclose(file) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char path[] = "fuzz_plan.tmp";
	struct plan_file_want want = { .command = "logoff",
				       .backend = "sim",
				       .simulated = true,
				       .max_age_ms = -1,
				       .run_id = "" };
	char *sha256 = fuzz_first_line(&bytes, &len);
	struct plan_file file;

	want.fleet_sha256 = sha256;
	write_file(path, bytes, len);
	plan_file_init(&file);
	if (plan_file_load(&file, path, &want) == 0)
		check_plan(&file, (const char *)bytes, len);
	plan_file_release(&file);
	(void)remove(path);
	free(sha256);
	return 0;
}
