/* run_who.c - who a pattern of --user means: which people, with how many sessions, on which hosts; and, at the end, what
 * is not proven about them. */
#include "account.h"
#include "account_set.h"
#include "report_proof.h"
#include "report_words.h"
#include "run.h"
#include "text.h"
#include "utc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS_COLUMNS  60 /* a list of hosts is cut after about so many */
#define PEOPLE_IN_LINE 4

struct person {
	const char *domain, *user; /* the record's */
	uint32_t sessions, left_alone;
	uint32_t number; /* in order of appearance */
};

struct people {
	struct account_set accounts;
	struct person *items;
	uint32_t count, cap;
	bool failed;
};

static void people_init(struct people *people)
{
	*people = (struct people){ 0 };
	account_set_init(&people->accounts);
}

static void people_release(struct people *people)
{
	account_set_release(&people->accounts);
	free(people->items);
}

static void add_session(struct people *people, const struct rep_session *session)
{
	uint32_t number = account_set_add(&people->accounts, session->domain, session->user);

	if (number == UINT32_MAX) {
		people->failed = true;
		return;
	}
	if (number == people->count && people->count == people->cap) {
		uint32_t cap = people->cap ? people->cap * 2 : 16;
		struct person *items = realloc(people->items, cap * sizeof(*items));

		people->failed |= !items;
		if (!items)
			return;
		people->items = items;
		people->cap = cap;
	}
	if (number == people->count)
		people->items[people->count++] = (struct person){ .domain = session->domain,
								  .user = session->user,
								  .number = number };
	if (number >= people->count)
		return;
	people->items[number].sessions++;
	people->items[number].left_alone += !session->selected;
}

static int by_sessions(const void *a, const void *b)
{
	const struct person *one = a, *other = b;

	if (one->sessions != other->sessions)
		return one->sessions < other->sessions ? 1 : -1;
	return one->number < other->number ? -1 : 1;
}

static void find_people(const struct rep_record *record, const char *pattern, struct people *people)
{
	for (size_t i = 0; i < record->host_count; i++) {
		const struct rep_host *host = &record->hosts[i];

		for (uint32_t row = 0; row < host->session_count; row++) {
			const struct rep_session *session = &host->sessions[row];

			if (account_match(pattern, session->domain, session->user))
				add_session(people, session);
		}
	}
	if (people->count)
		qsort(people->items, people->count, sizeof(*people->items), by_sessions);
}

static void add_name(struct strbuf *line, const struct person *person)
{
	text_escape_add(line, person->domain, strlen(person->domain));
	strbuf_addc(line, '\\');
	text_escape_add(line, person->user, strlen(person->user));
}

static bool is_on_host(const struct rep_host *host, const struct person *person)
{
	for (uint32_t row = 0; row < host->session_count; row++)
		if (account_eq(host->sessions[row].domain, host->sessions[row].user, person->domain,
			       person->user))
			return true;
	return false;
}

static void add_hosts_of(struct strbuf *line, const struct rep_record *record,
			 const struct person *person)
{
	const char **names = calloc(record->host_count + 1, sizeof(*names));
	struct strbuf folded;
	size_t count = 0;

	for (size_t i = 0; names && i < record->host_count; i++)
		if (is_on_host(&record->hosts[i], person))
			names[count++] = record->hosts[i].name;
	strbuf_init(&folded);
	rep_words_host_list(&folded, names, count, HOSTS_COLUMNS);
	strbuf_addf(line, " on %lu host%s: ", (unsigned long)count, count == 1 ? "" : "s");
	text_escape_add(line, strbuf_text(&folded), folded.len);
	strbuf_release(&folded);
	free(names);
}

static void show_person(struct run *run, const struct person *person)
{
	struct strbuf line;

	strbuf_init(&line);
	strbuf_adds(&line, "    ");
	add_name(&line, person);
	strbuf_addf(&line, ": %" PRIu32 " session%s", person->sessions,
		    person->sessions == 1 ? "" : "s");
	if (person->left_alone)
		strbuf_addf(&line, " (%" PRIu32 " left alone)", person->left_alone);
	add_hosts_of(&line, &run->record, person);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

static void show_rest(struct run *run, const struct people *people, uint32_t shown)
{
	uint32_t sessions = 0;
	struct strbuf line;

	if (shown >= people->count)
		return;
	for (uint32_t i = shown; i < people->count; i++)
		sessions += people->items[i].sessions;
	strbuf_init(&line);
	strbuf_addf(&line, "    and %" PRIu32 " more with %" PRIu32 " session%s",
		    people->count - shown, sessions, sessions == 1 ? "" : "s");
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

/* One name, as it was written, and it is that of several people. */
static void show_namesakes(struct run *run, const char *pattern, const struct people *people)
{
	uint32_t shown = people->count < PEOPLE_IN_LINE ? people->count : PEOPLE_IN_LINE;
	struct strbuf line;

	if (people->count < 2 || strpbrk(pattern, "*?\\"))
		return;
	strbuf_init(&line);
	strbuf_adds(&line, "  ");
	text_escape_add(&line, pattern, strlen(pattern));
	strbuf_addf(&line, " matches %" PRIu32 " different people: ", people->count);
	for (uint32_t i = 0; i < shown; i++) {
		bool last = i + 1 == shown && shown == people->count;

		strbuf_adds(&line, i == 0 ? "" : last ? " and " : ", ");
		add_name(&line, &people->items[i]);
		strbuf_addf(&line, i ? " (%" PRIu32 ")" : " (%" PRIu32 " session%s)",
			    people->items[i].sessions, people->items[i].sessions == 1 ? "" : "s");
	}
	if (shown < people->count)
		strbuf_addf(&line, " and %" PRIu32 " more", people->count - shown);
	strbuf_adds(&line, "; DOMAIN\\user means one of them");
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

void run_show_who(struct run *run, const char *pattern, uint32_t most)
{
	struct people people;

	people_init(&people);
	find_people(&run->record, pattern, &people);
	for (uint32_t i = 0; i < people.count && i < most; i++)
		show_person(run, &people.items[i]);
	show_rest(run, &people, most);
	show_namesakes(run, pattern, &people);
	if (people.failed)
		writer_line(run->writer, "    out of memory: these are not all");
	people_release(&people);
}

/* At the end */

static bool say_not_asked(struct run *run)
{
	const struct rep_record *record = &run->record;
	const char **names = calloc(record->host_count + 1, sizeof(*names));
	struct strbuf text;
	size_t count = 0;

	for (size_t i = 0; names && i < record->host_count; i++) {
		const struct rep_host *host = &record->hosts[i];

		if (rep_proof_lacks_host(host, host->error ? &record->kinds[host->error] : NULL))
			names[count++] = host->name;
	}
	strbuf_init(&text);
	if (names)
		rep_text_not_asked(&text, names, count);
	writer_add(run->writer, strbuf_text(&text), text.len);
	strbuf_release(&text);
	free(names);
	return count > 0;
}

static void say_sessions(struct run *run, const char *claim, uint32_t count, const char *what)
{
	struct strbuf line;

	if (!count)
		return;
	strbuf_init(&line);
	strbuf_addf(&line, "%s: %" PRIu32 " matching session%s %s", claim, count,
		    count == 1 ? "" : "s", what);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

static void say_proven(struct run *run, const struct fleet_proof *proof)
{
	char from[UTC_TEXT_SIZE], until[UTC_TEXT_SIZE];
	struct strbuf line;

	utc_format(proof->looked_from_ms, from);
	utc_format(proof->looked_until_ms, until);
	strbuf_init(&line);
	strbuf_addf(&line,
		    "proven: nobody who is selected was on any of the %lu host%s when they were "
		    "looked at, from "
		    "%.8s to %.8s UTC",
		    (unsigned long)run->host_count, run->host_count == 1 ? "" : "s", from + 11,
		    until + 11);
	writer_line(run->writer, strbuf_text(&line));
	strbuf_release(&line);
}

/* Whoever matches and is never touched: why it is not 0, or not 3. */
static void say_spared(struct run *run, const struct fleet_proof *proof, uint32_t selected)
{
	const char *may_not =
		run->who.selection.min_idle_ms < 0
			? "may not be touched: the report has the reason"
			: "(idle times are not known) may not be touched: the report has the "
			  "reason";
	bool is_logoff = run->call->self->id == COMMAND_LOGOFF;
	bool explains = !selected || run->who.selection.user_count || run->who.selection.planned;

	say_sessions(run, is_logoff ? "not proven" : "not done", proof->spared, may_not);
	if (explains && !run->options->quiet)
		say_sessions(run, "left alone", proof->left_alone, may_not);
}

static bool is_good(const struct run *run)
{
	const struct rep_run *about = &run->record.run;

	return (about->exit_code == EXIT_DONE || about->exit_code == EXIT_NO_MATCH) &&
	       !about->stopped_by[0];
}

void run_say_proof(struct run *run)
{
	struct fleet_proof proof = { 0 };
	struct rep_totals totals;
	bool lacks;

	if (run->record.run.exit_code == EXIT_DECLINED)
		return;
	if (run->fleet)
		fleet_proof(run->fleet, &proof);
	rep_totals_count(&run->record, &totals);
	if (!rep_proof_is_wanted(&run->record.run)) {
		say_spared(run, &proof, totals.selected);
		return;
	}
	lacks = say_not_asked(run);
	say_sessions(run, "not proven", proof.newcomers,
		     "began too late to be confirmed: left alone");
	say_spared(run, &proof, totals.selected);
	if (!lacks && proof.looked_last && is_good(run) && !run->options->quiet &&
	    (totals.selected || !proof.left_alone))
		say_proven(run, &proof);
}
