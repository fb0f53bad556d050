/*
 * fuzz_journal.c - a journal is refused with its line, or holds together: fleet, record, doubts,
 * and the run's first line.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "journal_read.h"
#include "run_journal.h"
#include "support.h"
#include "text.h"

static void check_doubts(const struct journal_read *read)
{
	for (size_t i = 0; i < read->doubt_count; i++) {
		const struct journal_doubt *doubt = &read->doubts[i];

		FUZZ_CHECK(doubt->host < read->host_count);
		FUZZ_CHECK(doubt->row < read->record.hosts[doubt->host].session_count);
		FUZZ_CHECK(i == 0 || doubt[-1].host < doubt->host ||
			   (doubt[-1].host == doubt->host && doubt[-1].row < doubt->row));
	}
}

static void check_fleet(const struct journal_read *read)
{
	FUZZ_CHECK(read->record.host_count == read->host_count);
	for (size_t i = 0; i < read->host_count; i++) {
		const struct rep_host *host = &read->record.hosts[i];

		FUZZ_CHECK(*read->hosts[i].name && *read->hosts[i].address);
		FUZZ_CHECK(strcmp(read->hosts[i].name, host->name) == 0);
		for (uint32_t k = 0; k < host->session_count; k++) {
			FUZZ_CHECK(host->sessions[k].error < read->record.kind_count);
			FUZZ_CHECK(host->sessions[k].outcome < REP_SESSION_OUTCOME_COUNT);
		}
	}
}

/* Cut where it is good, as `resume` does, it reads the same and is not torn. */
static void check_cut(const char *bytes, const struct journal_read *read)
{
	struct journal_read_error error;
	struct journal_read again;
	char *sound = malloc(read->sound_bytes + 1);

	FUZZ_CHECK(sound);
	memcpy(sound, bytes, read->sound_bytes);
	FUZZ_CHECK(journal_read(&again, sound, read->sound_bytes, &error) == 0);
	FUZZ_CHECK(!again.torn && again.sound_bytes == read->sound_bytes);
	FUZZ_CHECK(again.host_count == read->host_count);
	FUZZ_CHECK(again.doubt_count == read->doubt_count);
	FUZZ_CHECK(again.confirmed == read->confirmed && again.settled == read->settled);
	journal_read_release(&again);
	free(sound);
}

/* What a run's line is taken for is written as a line that is taken for the same. */
static void check_run_line(const char *line, size_t len)
{
	struct strbuf why, once, twice;
	struct run_journal run, again;

	strbuf_init(&why);
	strbuf_init(&once);
	strbuf_init(&twice);
	if (run_journal_read(&run, line, len, &why) == 0) {
		run_journal_write(&once, &run);
		FUZZ_CHECK(run_journal_read(&again, strbuf_text(&once), once.len, &why) == 0);
		run_journal_write(&twice, &again);
		FUZZ_CHECK(strcmp(strbuf_text(&once), strbuf_text(&twice)) == 0);
		run_journal_release(&again);
		run_journal_release(&run);
	} else {
		FUZZ_CHECK(why.len > 0);
	}
	strbuf_release(&why);
	strbuf_release(&once);
	strbuf_release(&twice);
}

/* Every session and host can be reported, as it is and once it was opened again. */
static void check_record(struct journal_read *read)
{
	struct strbuf out;

	strbuf_init(&out);
	FUZZ_CHECK(test_write(&read->record, REP_FORMAT_JSON, &out) == 0);
	if (!read->settled) {
		FUZZ_CHECK(journal_reopen(read) == 0);
		check_doubts(read);
		strbuf_clear(&out);
		FUZZ_CHECK(test_write(&read->record, REP_FORMAT_CSV, &out) == 0);
	}
	strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct journal_read_error error = { 0 };
	struct journal_read read;

	if (journal_read(&read, (const char *)bytes, len, &error) < 0) {
		FUZZ_CHECK(error.line >= 1 && error.column >= 0 && *error.message);
		fuzz_check_shown(error.message, strlen(error.message), false);
		return 0;
	}
	FUZZ_CHECK(read.sound_bytes <= len && read.torn == (read.sound_bytes != len));
	FUZZ_CHECK(!read.settled || read.ended);
	check_fleet(&read);
	check_doubts(&read);
	check_cut((const char *)bytes, &read);
	check_run_line(read.run_line, read.run_line_len);
	check_record(&read);
	journal_read_release(&read);
	return 0;
}
