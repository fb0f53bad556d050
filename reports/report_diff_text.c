#include "report_diff_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report_grow.h"
#include "report_words.h"
#include "text.h"

#define COUNT_COLUMNS 36 /* of the rows that end with a number */
#define HOSTS_COLUMNS 200
#define PIECE_BYTES   ((size_t)64 * 1024)

struct telling {
	const struct rep_diff *diff;
	const struct rep_sink *sink;
	size_t most; /* lines of a list */
	struct strbuf out;
	bool failed;
};

/* Long lists go out in pieces. */
static void flush(struct telling *telling, size_t from)
{
	struct strbuf *out = &telling->out;

	if (out->len < from)
		return;
	telling->failed |=
		out->failed || (out->len > 0 &&
				telling->sink->write(telling->sink->ctx, out->data, out->len) != 0);
	strbuf_clear(out);
}

static void add_escaped(struct strbuf *out, const char *text)
{
	text_escape_add(out, text, strlen(text));
}

static void add_count(struct telling *telling, int indent, const char *label, uint32_t count)
{
	strbuf_addf(&telling->out, "%*s%-*s%8" PRIu32 "\n", indent, "", COUNT_COLUMNS - indent,
		    label, count);
}

/* Nothing where there is none. */
static void add_some(struct telling *telling, int indent, const char *label, uint32_t count)
{
	if (count > 0)
		add_count(telling, indent, label, count);
}

/* -- the two runs -- */

static void add_run(struct telling *telling, int side, const char *name)
{
	const struct rep_run *run = &telling->diff->heads[side].run;
	struct strbuf *out = &telling->out;
	struct strbuf words;

	strbuf_init(&words);
	strbuf_addf(out, "%c  ", 'A' + side);
	add_escaped(out, name);
	strbuf_adds(out, "  ");
	add_escaped(out, run->command);
	strbuf_adds(out, "  ");
	rep_words_add(out, rep_run_outcome_name(run->outcome), true);
	strbuf_adds(out, run->dry_run ? "  DRY RUN" : "");
	strbuf_adds(out, run->simulated ? "  SIMULATED" : "");
	strbuf_adds(out, "  ");
	rep_words_time(&words, run);
	add_escaped(out, strbuf_text(&words));
	strbuf_addc(out, '\n');
	telling->failed |= words.failed;
	strbuf_release(&words);
}

/* -- lists of sessions -- */

typedef bool (*session_test)(const struct rep_diff_session *session);

static bool was_planned_and_is_not_done(const struct rep_diff_session *session)
{
	return rep_diff_outcome(session, 0) == REP_SESSION_PLANNED &&
	       !rep_session_outcome_is_done((enum rep_session_outcome)rep_diff_outcome(session, 1));
}

static bool was_done_unplanned(const struct rep_diff_session *session)
{
	return rep_diff_outcome(session, 0) != REP_SESSION_PLANNED &&
	       rep_session_outcome_is_done((enum rep_session_outcome)rep_diff_outcome(session, 1));
}

static bool is_changed(const struct rep_diff_session *session)
{
	return rep_diff_outcome(session, 0) != REP_DIFF_ABSENT &&
	       rep_diff_outcome(session, 1) != REP_DIFF_ABSENT &&
	       rep_diff_outcome(session, 0) != rep_diff_outcome(session, 1);
}

static bool is_only_in_a(const struct rep_diff_session *session)
{
	return rep_diff_outcome(session, 1) == REP_DIFF_ABSENT;
}

static bool is_only_in_b(const struct rep_diff_session *session)
{
	return rep_diff_outcome(session, 0) == REP_DIFF_ABSENT;
}

static void add_outcome(struct strbuf *out, uint8_t outcome)
{
	if (outcome == REP_DIFF_ABSENT)
		strbuf_adds(out, "not seen");
	else
		rep_words_add(out, rep_session_outcome_name((enum rep_session_outcome)outcome),
			      false);
}

static void add_account(struct strbuf *out, const struct rep_diff *diff,
			const struct rep_diff_account *account)
{
	const char *domain = diff->domains[account->domain];

	add_escaped(out, domain);
	strbuf_adds(out, domain[0] != '\0' ? "\\" : "");
	add_escaped(out, account->user);
}

static void add_session(struct telling *telling, const struct rep_diff_session *session)
{
	const struct rep_diff *diff = telling->diff;
	struct strbuf *out = &telling->out;
	bool in_b = rep_diff_outcome(session, 1) != REP_DIFF_ABSENT;

	strbuf_adds(out, "  ");
	add_escaped(out, diff->hosts[session->host].name);
	strbuf_addf(out, "  %" PRIu32 "  ", session->id);
	add_account(out, diff, &diff->accounts[session->account]);
	strbuf_adds(out, "  ");
	if (rep_diff_outcome(session, 0) != REP_DIFF_ABSENT && in_b) {
		add_outcome(out, rep_diff_outcome(session, 0));
		strbuf_adds(out, " -> ");
	}
	add_outcome(out, rep_diff_outcome(session, in_b));
	if (rep_diff_error_of(session, in_b)) {
		strbuf_adds(out, "  ");
		add_escaped(out, diff->errors[rep_diff_error_of(session, in_b)].name);
	}
	strbuf_addc(out, '\n');
	flush(telling, PIECE_BYTES);
}

static void add_more(struct telling *telling, size_t left)
{
	if (left > 0)
		strbuf_addf(&telling->out, "  ... and %zu more; -v shows all\n", left);
}

static void add_sessions(struct telling *telling, const char *title, session_test belongs)
{
	const struct rep_diff *diff = telling->diff;
	size_t count = 0;

	for (size_t i = 0; i < diff->session_count; i++) {
		if (!belongs(&diff->sessions[i]))
			continue;
		if (count == 0)
			strbuf_addf(&telling->out, "\n%s\n", title);
		if (count++ < telling->most)
			add_session(telling, &diff->sessions[i]);
	}
	add_more(telling, count > telling->most ? count - telling->most : 0);
}

/* -- counts -- */

static void add_plan(struct telling *telling)
{
	const struct rep_diff_counts *counts = &telling->diff->counts;

	add_count(telling, 0, "planned", counts->planned);
	add_count(telling, 2, "and done", counts->planned_done);
	add_some(telling, 2, "and not done", counts->planned_not_done);
	add_some(telling, 2, "and not seen in B", counts->planned_not_seen);
	add_count(telling, 0, "done without having been planned", counts->unplanned_done);
	strbuf_addc(&telling->out, '\n');
}

static void add_moves(struct telling *telling)
{
	const struct rep_diff_counts *counts = &telling->diff->counts;
	struct strbuf label;

	strbuf_init(&label);
	for (unsigned a = 1; a < REP_SESSION_OUTCOME_COUNT; a++) {
		for (unsigned b = 1; b < REP_SESSION_OUTCOME_COUNT; b++) {
			if (a == b || counts->moved[a][b] == 0)
				continue;
			telling->failed |= label.failed;
			strbuf_clear(&label);
			add_outcome(&label, a);
			strbuf_adds(&label, " -> ");
			add_outcome(&label, b);
			add_count(telling, 6, strbuf_text(&label), counts->moved[a][b]);
		}
	}
	telling->failed |= label.failed;
	strbuf_release(&label);
}

static void add_session_counts(struct telling *telling)
{
	const struct rep_diff_counts *counts = &telling->diff->counts;

	add_count(telling, 0, "sessions of users",
		  counts->both + counts->only[0] + counts->only[1]);
	add_count(telling, 2, "in both", counts->both);
	add_some(telling, 4, "with the same outcome", counts->same);
	add_some(telling, 4, "with another outcome", counts->changed);
	add_moves(telling);
	add_some(telling, 2, "only in A", counts->only[0]);
	add_some(telling, 2, "only in B", counts->only[1]);
}

/* -- hosts -- */

/* Their number, and their names as ranges. */
static void add_named(struct telling *telling, const char *label, const char **names, size_t count)
{
	const struct rep_error_entry entry = { .hosts = names, .host_count = count };
	const char *ranges;
	struct strbuf hosts;

	if (count == 0)
		return;
	strbuf_init(&hosts);
	rep_words_hosts(&hosts, &entry, HOSTS_COLUMNS);
	ranges = strchr(strbuf_text(&hosts), ' '); /* after the number */
	add_count(telling, 2, label, (uint32_t)count);
	strbuf_adds(&telling->out, "      ");
	add_escaped(&telling->out, ranges ? ranges + 1 : "");
	strbuf_addc(&telling->out, '\n');
	telling->failed |= hosts.failed;
	strbuf_release(&hosts);
}

static void add_hosts_moved(struct telling *telling, const char *label, uint8_t a, uint8_t b,
			    const char **names)
{
	const struct rep_diff *diff = telling->diff;
	size_t count = 0;

	for (size_t i = 0; i < diff->host_count; i++)
		if (diff->hosts[i].outcome[0] == a && diff->hosts[i].outcome[1] == b)
			names[count++] = diff->hosts[i].name;
	add_named(telling, label, names, count);
}

static void add_hosts_only(struct telling *telling, int side, const char *label, const char **names)
{
	const struct rep_diff *diff = telling->diff;
	size_t count = 0;

	for (size_t i = 0; i < diff->host_count; i++)
		if (diff->hosts[i].outcome[1 - side] == REP_DIFF_ABSENT)
			names[count++] = diff->hosts[i].name;
	add_named(telling, label, names, count);
}

static void add_hosts(struct telling *telling)
{
	const struct rep_diff *diff = telling->diff;
	const char **names = calloc(diff->host_count + 1, sizeof(*names));
	struct strbuf label;

	if (!names) {
		telling->failed = true;
		return;
	}
	strbuf_init(&label);
	strbuf_addc(&telling->out, '\n');
	add_count(telling, 0, "hosts",
		  diff->counts.hosts_both + diff->counts.hosts_only[0] +
			  diff->counts.hosts_only[1]);
	add_count(telling, 2, "in both", diff->counts.hosts_both);
	add_hosts_only(telling, 0, "only in A", names);
	add_hosts_only(telling, 1, "only in B", names);
	for (unsigned a = 1; a < REP_HOST_OUTCOME_COUNT; a++) {
		for (unsigned b = 1; b < REP_HOST_OUTCOME_COUNT; b++) {
			telling->failed |= label.failed;
			strbuf_clear(&label);
			rep_words_add(&label, rep_host_outcome_name((enum rep_host_outcome)a),
				      false);
			strbuf_adds(&label, " -> ");
			rep_words_add(&label, rep_host_outcome_name((enum rep_host_outcome)b),
				      false);
			if (a != b)
				add_hosts_moved(telling, strbuf_text(&label), a, b, names);
		}
	}
	telling->failed |= label.failed;
	strbuf_release(&label);
	free(names);
}

/* -- errors -- */

static const char *error_change(const struct rep_diff_error *error)
{
	if (error->hosts[0] == 0)
		return "new";
	if (error->hosts[1] == 0)
		return "gone";
	return error->hosts[0] != error->hosts[1] || error->sessions[0] != error->sessions[1]
		       ? "still"
		       : "same";
}

static void add_error(struct telling *telling, const struct rep_diff_error *error)
{
	struct strbuf *out = &telling->out;

	strbuf_addf(out, "  %-6s", error_change(error));
	add_escaped(out, error->name);
	strbuf_addf(out, "  hosts %" PRIu32 " -> %" PRIu32, error->hosts[0], error->hosts[1]);
	if (error->sessions[0] > 0 || error->sessions[1] > 0)
		strbuf_addf(out, ", sessions %" PRIu32 " -> %" PRIu32, error->sessions[0],
			    error->sessions[1]);
	strbuf_addc(out, '\n');
}

static void add_errors(struct telling *telling)
{
	static const char *const changes[] = { "new", "gone", "still", "same" };
	const struct rep_diff *diff = telling->diff;
	bool any = false;

	for (size_t c = 0; c < sizeof(changes) / sizeof(changes[0]); c++) {
		for (size_t i = 1; i < diff->error_count; i++) {
			const struct rep_diff_error *error = &diff->errors[i];

			if (error->hosts[0] == 0 && error->hosts[1] == 0)
				continue; /* of a session, in no entry of `errors`: a report that was not
					     made by us */
			if (strcmp(error_change(error), changes[c]) != 0)
				continue;
			strbuf_adds(&telling->out, any ? "" : "\nerrors\n");
			any = true;
			add_error(telling, error);
		}
	}
}

/* -- accounts and hosts by their number of sessions -- */

struct change {
	const char *name;			/* of the host, or the user */
	const struct rep_diff_account *account; /* NULL: it is a host */
	const uint32_t *sessions;
};

static uint32_t size_of(const struct change *change)
{
	uint32_t a = change->sessions[0], b = change->sessions[1];

	return a > b ? a - b : b - a;
}

static int largest_first(const void *a, const void *b)
{
	const struct change *left = a, *right = b;
	uint32_t left_size = size_of(left), right_size = size_of(right);

	if (left_size != right_size)
		return left_size < right_size ? 1 : -1;
	return strcmp(left->name, right->name);
}

static void add_changes(struct telling *telling, const char *title, struct change *changes,
			size_t count)
{
	size_t shown = 0, left = 0;

	if (count > 0)
		qsort(changes, count, sizeof(*changes), largest_first);
	for (size_t i = 0; i < count; i++) {
		if (shown == telling->most) {
			left++;
			continue;
		}
		if (shown++ == 0)
			strbuf_addf(&telling->out, "\n%s\n", title);
		strbuf_addf(&telling->out, "  %7" PRIu32 " -> %-7" PRIu32 "  ",
			    changes[i].sessions[0], changes[i].sessions[1]);
		if (changes[i].account)
			add_account(&telling->out, telling->diff, changes[i].account);
		else
			add_escaped(&telling->out, changes[i].name);
		strbuf_addc(&telling->out, '\n');
		flush(telling, PIECE_BYTES);
	}
	add_more(telling, left);
}

/* Only what did change is kept: mostly that is little. */
struct change_list {
	struct change *items;
	size_t count, cap;
	bool failed;
};

static void keep_change(struct change_list *list, const struct change *change)
{
	struct change *items;

	if (list->failed || size_of(change) == 0)
		return;
	items = rep_grow(list->items, list->count, &list->cap, sizeof(*items));
	if (!items) {
		list->failed = true;
		return;
	}
	list->items = items;
	items[list->count++] = *change;
}

/* Where no session is in both, these are what can be compared. */
static void add_totals(struct telling *telling)
{
	const struct rep_diff *diff = telling->diff;
	struct change_list hosts = { .count = 0 }, accounts = { .count = 0 };

	for (size_t i = 0; i < diff->host_count; i++)
		keep_change(&hosts,
			    &(struct change){ diff->hosts[i].name, NULL, diff->hosts[i].sessions });
	for (size_t i = 0; i < diff->account_count; i++)
		keep_change(&accounts, &(struct change){ diff->accounts[i].user, &diff->accounts[i],
							 diff->accounts[i].sessions });
	telling->failed |= hosts.failed || accounts.failed;
	add_changes(telling, "hosts with another number of sessions, A -> B", hosts.items,
		    hosts.count);
	add_changes(telling, "accounts with another number of sessions, A -> B", accounts.items,
		    accounts.count);
	free(hosts.items);
	free(accounts.items);
}

static void add_accounts(struct telling *telling)
{
	const struct rep_diff_counts *counts = &telling->diff->counts;

	strbuf_addc(&telling->out, '\n');
	add_count(telling, 0, "accounts",
		  counts->accounts_both + counts->accounts_only[0] + counts->accounts_only[1]);
	add_count(telling, 2, "in both", counts->accounts_both);
	add_some(telling, 2, "only in A", counts->accounts_only[0]);
	add_some(telling, 2, "only in B", counts->accounts_only[1]);
}

static void add_lists(struct telling *telling)
{
	if (rep_diff_is_plan(telling->diff)) {
		add_sessions(telling, "planned and not done", was_planned_and_is_not_done);
		add_sessions(telling, "done without having been planned", was_done_unplanned);
		return;
	}
	if (telling->diff->counts.both == 0) {
		add_totals(telling);
		return;
	}
	add_sessions(telling, "with another outcome, A -> B", is_changed);
	add_sessions(telling, "only in A", is_only_in_a);
	add_sessions(telling, "only in B", is_only_in_b);
}

int rep_diff_tell(const struct rep_diff *diff, const char *const names[2], bool all,
		  const struct rep_sink *sink)
{
	struct telling telling = { .diff = diff,
				   .sink = sink,
				   .most = all ? SIZE_MAX : REP_DIFF_LINES };

	strbuf_init(&telling.out);
	add_run(&telling, 0, names[0]);
	add_run(&telling, 1, names[1]);
	strbuf_addc(&telling.out, '\n');
	if (rep_diff_is_plan(diff))
		add_plan(&telling);
	add_session_counts(&telling);
	add_hosts(&telling);
	add_accounts(&telling);
	add_errors(&telling);
	add_lists(&telling);
	flush(&telling, 0);
	strbuf_release(&telling.out);
	return telling.failed ? -1 : 0;
}
