/* run_resume.c - see run_resume.h. */
#include "run_resume.h"

#include "cli_error.h"
#include "duration.h"
#include "platform_process.h"

#include <stdlib.h>
#include <string.h>

void run_resume_init(struct run_resume *resume)
{
	*resume = (struct run_resume){ 0 };
	outputs_init(&resume->outputs);
	strbuf_init(&resume->bytes);
}

void run_resume_release(struct run_resume *resume)
{
	if (resume->loaded) {
		journal_read_release(&resume->read);
		run_journal_release(&resume->head);
	}
	file_journal_close(resume->file);
	outputs_release(&resume->outputs);
	free(resume->doubts);
	free(resume->warned);
	free(resume->drain_doubts);
	strbuf_release(&resume->bytes);
	run_resume_init(resume);
}

bool run_resume_is_settled(const struct run_resume *resume)
{
	return resume->read.ended && resume->read.settled;
}

bool run_resume_is_confirmed(const struct run_resume *resume)
{
	return resume->read.confirmed;
}

static int read_failed(const char *path, const struct journal_read_error *error)
{
	if (error->line < 1)
		return cli_usage("journal '%s': %s", path, error->message);
	if (error->column < 1)
		return cli_usage("%s:%d: %s", path, error->line, error->message);
	return cli_usage("%s:%d:%d: %s", path, error->line, error->column, error->message);
}

static int read_head(struct run_resume *resume)
{
	struct strbuf why;
	int code = 0;

	strbuf_init(&why);
	if (run_journal_read(&resume->head, resume->read.run_line, resume->read.run_line_len,
			     &why) < 0)
		code = why.len ? cli_usage("%s:1: %s", resume->path, strbuf_text(&why))
			       : cli_no_memory();
	strbuf_release(&why);
	return code;
}

/* Nothing but the beginning of the first line. */
static bool is_torn_at_once(const struct strbuf *bytes)
{
	static const char start[] = "{\"event\":\"run\"";
	size_t len = bytes->len < sizeof(start) - 1 ? bytes->len : sizeof(start) - 1;

	return !memchr(strbuf_text(bytes), '\n', bytes->len) &&
	       memcmp(strbuf_text(bytes), start, len) == 0;
}

static int read_all(struct run_resume *resume)
{
	struct journal_read_error error = { 0 };
	const char *why;
	int code;

	resume->file = file_journal_open(resume->path, &why);
	if (!resume->file)
		return cli_usage("cannot open journal '%s': %s", resume->path, why);
	if (file_journal_read(resume->file, &resume->bytes, &why) < 0)
		return cli_usage("cannot read journal '%s': %s", resume->path, why);
	if (!resume->bytes.len)
		return cli_usage(
			"journal '%s' is empty: its run had not begun, and the file can be deleted",
			resume->path);
	if (is_torn_at_once(&resume->bytes))
		return cli_usage("journal '%s' has nothing but a torn first line: its run had not "
				 "begun, and the file can be deleted",
				 resume->path);
	if (journal_read(&resume->read, strbuf_text(&resume->bytes), resume->bytes.len, &error) < 0)
		return read_failed(resume->path, &error);
	code = read_head(resume);
	if (!code && resume->head.members != resume->read.host_count) {
		code = cli_usage("journal '%s' has %lu of the %lu hosts of its fleet: its run had "
				 "not begun, and "
				 "the file can be deleted",
				 resume->path, (unsigned long)resume->read.host_count,
				 (unsigned long)resume->head.members);
		run_journal_release(&resume->head);
	}
	if (code)
		journal_read_release(&resume->read);
	resume->loaded = !code;
	return code;
}

static int check_age(const struct run_resume *resume, int64_t max_age_ms)
{
	int64_t age_ms = process_wall_ms() - resume->head.about.started_at_ms;
	char age[DURATION_TEXT_SIZE], most[DURATION_TEXT_SIZE];

	if (age_ms <= max_age_ms)
		return 0;
	duration_format_rough(age_ms, age);
	duration_format(max_age_ms, most);
	return cli_usage(
		"journal '%s' was begun %s ago, more than --max-age %s: who is logged on now "
		"is another matter; begin anew, or raise --max-age",
		resume->path, age, most);
}

/* NULL when memory is short. */
static struct fleet_doubt *copy_doubts(const struct journal_doubt *doubts, size_t count)
{
	struct fleet_doubt *copies = calloc(count + 1, sizeof(*copies));

	for (size_t i = 0; copies && i < count; i++)
		copies[i] = (struct fleet_doubt){
			.host = doubts[i].host,
			.row = doubts[i].row,
			.asked_at_ms = doubts[i].intent_at_ms,
			.warn_error = doubts[i].warn_error,
		};
	return copies;
}

static int take_doubts(struct run_resume *resume)
{
	const struct journal_read *read = &resume->read;

	resume->doubts = copy_doubts(read->doubts, read->doubt_count);
	resume->warned = copy_doubts(read->warned, read->warned_count);
	resume->drain_doubts = copy_doubts(read->drain_doubts, read->drain_doubt_count);
	return resume->doubts && resume->warned && resume->drain_doubts ? 0 : -1;
}

/* How a settled run ended: its last line. */
static int read_end(struct run_resume *resume)
{
	const char *bytes = strbuf_text(&resume->bytes);
	size_t end = resume->read.sound_bytes - 1, start = end;
	struct strbuf why;
	int code = 0;

	while (start > 0 && bytes[start - 1] != '\n')
		start--;
	strbuf_init(&why);
	if (run_journal_read_end(&resume->head.about, &resume->head.arena, bytes + start,
				 end - start, &why) < 0)
		code = why.len ? cli_usage("journal '%s': %s", resume->path, strbuf_text(&why))
			       : cli_no_memory();
	strbuf_release(&why);
	return code;
}

int run_resume_open(struct run_resume *resume, const char *path, int64_t max_age_ms)
{
	int code;

	resume->path = path;
	code = read_all(resume);
	if (code)
		return code;
	if (run_resume_is_settled(resume))
		return read_end(resume); /* at any age: nobody is looked for any more */
	code = check_age(resume, max_age_ms);
	if (code)
		return code;
	if (journal_reopen(&resume->read) < 0 || take_doubts(resume) < 0)
		return cli_no_memory();
	return 0;
}

/* What a run that ended before its act had selected was not come to, for the reason that ended it. */
static void settle_selected(struct rep_record *record)
{
	enum rep_reason reason = REP_REASON_INTERRUPTED;

	(void)rep_reason_parse(record->run.stopped_by, &reason);
	for (size_t i = 0; i < record->host_count; i++) {
		struct rep_host *host = &record->hosts[i];

		for (uint32_t row = 0; row < host->session_count; row++) {
			struct rep_session *session = &host->sessions[row];

			if (!session->selected || session->outcome != REP_SESSION_NONE)
				continue;
			session->outcome = REP_SESSION_NOT_ATTEMPTED;
			session->reason = (uint8_t)reason;
		}
		if (host->outcome == REP_HOST_NONE)
			host->outcome = REP_HOST_NOT_ATTEMPTED;
	}
}

int run_resume_record(struct run_resume *resume, struct rep_record *record)
{
	bool settled = run_resume_is_settled(resume);

	if (!run_resume_is_confirmed(resume) && !settled) {
		if (rep_record_init(record, resume->read.host_count) < 0)
			return -1;
	} else {
		*record = resume->read.record;
		memset(&resume->read.record, 0, sizeof(resume->read.record));
	}
	record->run = resume->head.about;
	if (settled)
		settle_selected(record);
	return 0;
}

static bool is_in_doubt(const struct run_resume *resume, uint32_t host, uint32_t row)
{
	for (size_t i = 0; i < resume->read.doubt_count; i++)
		if (resume->read.doubts[i].host == host && resume->read.doubts[i].row == row)
			return true;
	return false;
}

static void spare(struct run *run, uint32_t host, uint32_t own)
{
	struct rep_host *to = &run->record.hosts[host];

	for (uint32_t row = 0; row < to->session_count; row++) {
		struct rep_session *session = &to->sessions[row];

		if (session->id != own || session->vm[0] || !session->selected ||
		    session->outcome != REP_SESSION_NONE)
			continue;
		if (is_in_doubt(run->resume, host, row)) {
			session->outcome = REP_SESSION_IN_DOUBT;
			session->reason = REP_REASON_OWN_SESSION;
		} else {
			session->selected = false;
			session->outcome = REP_SESSION_SKIPPED;
			session->reason = REP_REASON_OWN_SESSION;
		}
		journal_result(run->keep.journal, &run->record, host, row);
	}
}

void run_resume_spare_own(struct run *run)
{
	struct session_backend *backend = run->backend.backend;
	uint32_t own;

	for (size_t i = 0; backend->ops->is_self && i < run->host_count; i++)
		if (backend->ops->is_self(backend, run->hosts[i].name, run->hosts[i].address, &own))
			spare(run, (uint32_t)i, own);
}
