/* manual.c - rdsweep.1, in mdoc(7). */
#include "pages.h"

#include <string.h>

#define LINE_LENGTH 60 /* of the source: after so many bytes the next blank ends a line */

/* A text of ours in a line of text or as an argument: nothing in it may be taken for a macro or an escape, hyphens and
 * quotes stay what they are, and each sentence begins a line. `text` may have line ends; they become blanks. */
static void add_escaped(struct strbuf *out, const char *text, bool sentences)
{
	size_t line = out->len; /* where it began */
	bool start = true;

	for (; *text; text++) {
		char c = *text == '\n' ? ' ' : *text;
		bool ends =
			start == false && (text[-1] == '.' || text[-1] == '!' || text[-1] == '?');

		if (c == ' ' && !text[1])
			break;
		if (c == ' ' && sentences &&
		    ((ends && text[1] >= 'A' && text[1] <= 'Z') ||
		     out->len - line >= LINE_LENGTH)) {
			strbuf_addc(out, '\n');
			line = out->len;
			start = true;
			continue;
		}
		if (start && (c == '.' || c == '\''))
			strbuf_adds(out, "\\&");
		start = false;
		switch (c) {
		case '\\':
			strbuf_adds(out, "\\e");
			break;
		case '-':
			strbuf_adds(out, "\\-");
			break;
		case '\'':
			strbuf_adds(out, "\\(aq");
			break;
		case '"':
			strbuf_adds(out, "\\(dq");
			break;
		case '`':
			strbuf_adds(out, "\\(ga");
			break;
		case '~':
			strbuf_adds(out, "\\(ti");
			break;
		case '^':
			strbuf_adds(out, "\\(ha");
			break;
		default:
			strbuf_addc(out, c);
		}
	}
}

static void add_text(struct strbuf *out, const char *text)
{
	add_escaped(out, text, true);
	strbuf_addc(out, '\n');
}

/* An argument of a macro: one word for it, whatever is in it. */
static void add_word(struct strbuf *out, const char *text)
{
	strbuf_adds(out, " \"");
	add_escaped(out, text, false);
	strbuf_addc(out, '"');
}

static void add_item(struct strbuf *out, const char *macro, const char *name)
{
	strbuf_addf(out, ".It %s", macro);
	add_word(out, name);
	strbuf_addc(out, '\n');
}

static void add_synopsis(struct strbuf *out)
{
	size_t count;
	const struct command *commands = command_table(&count);

	strbuf_adds(out, ".Sh SYNOPSIS\n");
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, ".Nm\n.Cm %s\n", commands[i].name);
		if (*commands[i].usage)
			add_text(out, commands[i].usage);
	}
	strbuf_adds(out, ".Nm\n.Fl \\-help | \\-version\n");
}

static void add_commands(struct strbuf *out)
{
	size_t count;
	const struct command *commands = command_table(&count);

	strbuf_adds(out, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, ".It Cm %s No", commands[i].name);
		add_word(out, commands[i].usage);
		strbuf_addc(out, '\n');
		add_text(out, commands[i].about);
	}
	strbuf_adds(out, ".El\n");
}

static void add_option(struct strbuf *out, const struct option *option)
{
	size_t count;
	const struct command *commands = command_table(&count);
	const char *comma = "Of ";
	struct strbuf list;

	strbuf_adds(out, ".It");
	if (option->letter)
		strbuf_addf(out, " Fl %c ,", option->letter);
	strbuf_adds(out, " Fl");
	strbuf_adds(out, " \"\\-");
	add_escaped(out, option->name, false);
	strbuf_addc(out, '"');
	if (option->argument) {
		strbuf_adds(out, " Ar");
		add_word(out, option->argument);
	}
	strbuf_addc(out, '\n');
	add_text(out, option->help);
	strbuf_init(&list);
	for (size_t i = 0; i < count; i++) {
		if (!page_belongs(option, &commands[i]))
			continue;
		strbuf_addf(&list, "%s%s", comma, commands[i].name);
		comma = ", ";
	}
	strbuf_adds(out, ".br\n");
	strbuf_addc(&list, '.');
	add_text(out, strbuf_text(&list));
	strbuf_release(&list);
}

static void add_options(struct strbuf *out)
{
	size_t count;
	const struct option *options = options_table(&count);
	int group = -1;

	strbuf_adds(out, ".Sh OPTIONS\n");
	add_text(out, "Options follow the command. The same word means the same in every command "
		      "that has it. DUR is a "
		      "duration: 500ms, 30s, 5m, 2h, 1d; a bare number is seconds. In parentheses: "
		      "the default.");
	for (size_t i = 0; i < count; i++) {
		if ((int)options[i].group != group) {
			strbuf_addf(out, "%s.Ss %s\n.Bl -tag -width Ds\n", group < 0 ? "" : ".El\n",
				    option_group_name(options[i].group));
			group = (int)options[i].group;
		}
		add_option(out, &options[i]);
	}
	strbuf_adds(out, ".El\n");
}

static void add_exit_codes(struct strbuf *out)
{
	size_t count;
	const struct exit_code_row *rows = exit_code_table(&count);

	strbuf_adds(out, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, ".It %d\n", rows[i].code);
		add_text(out, rows[i].meaning);
	}
	strbuf_adds(out, ".El\n");
	add_text(out, "The first of 70, 129, 130, 143, 4, 5, 1, 3, 0 that applies.");
}

static const struct entry {
	const char *name, *text;
} environment[] = {
	{ "NO_COLOR", "Where it is set and not empty there are no colours, unless --color always is given." },
	{ "TERM", "A terminal that is not named, or named dumb, gets plain lines instead of live progress." },
	{ "XDG_STATE_HOME", "Where journals go that no option names, in rdsweep/; otherwise ~/.local/state." },
	{ "KRB5CCNAME", "The Kerberos ticket that the tsts backend uses, where there is no --auth-file." },
}, files[] = {
	{ "FILE.journal.jsonl", "The journal of a run whose first report is FILE; what \"resume\" takes. Without a report: "
				"rdsweep/rdsweep-RUNID.journal.jsonl in the user's state folder." },
	{ "rdsweep.report-1.schema.json", "The JSON Schema of reports, with the documentation." },
}, examples[] = {
	{ "rdsweep sessions -i farm.ini -u 'CORP\\alice'", "Where alice is logged on." },
	{ "rdsweep logoff -i farm.ini --all --dry-run -o plan.json", "What a mass logoff would do. Nothing is touched." },
	{ "rdsweep logoff -i farm.ini --plan plan.json -o night.json", "Just that, after a question." },
	{ "rdsweep logoff -i farm.ini -l 'rdsh:!rdsh013' --idle 2h --wave 1,10%,100% --max-failures 5%",
	  "Sessions idle for two hours, one host first, then a tenth of them, then the rest; stops when too many fail." },
	{ "rdsweep resume night.json.journal.jsonl", "Finishes a run that was interrupted or killed." },
	{ "rdsweep logoff --sim scenario.json -i farm.ini --all --yes", "A rehearsal on a simulated fleet." },
};

static void add_entries(struct strbuf *out, const char *title, const char *macro,
			const struct entry *entries, size_t count)
{
	strbuf_addf(out, ".Sh %s\n.Bl -tag -width Ds\n", title);
	for (size_t i = 0; i < count; i++) {
		add_item(out, macro, entries[i].name);
		add_text(out, entries[i].text);
	}
	strbuf_adds(out, ".El\n");
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void page_manual(struct strbuf *out)
{
	strbuf_adds(out,
		    ".\\\" Made from the program's own tables by rdsweep_pages: do not edit.\n"
		    ".Dd November 30, 2026\n.Dt RDSWEEP 1\n.Os\n"
		    ".Sh NAME\n.Nm rdsweep\n"
		    ".Nd list and log off user sessions across a fleet of Remote Desktop hosts\n");
	add_synopsis(out);
	strbuf_adds(out, ".Sh DESCRIPTION\n.Nm\n");
	add_text(out, "works on hundreds of Windows Remote Desktop Session Hosts at once. A run "
		      "has two phases. The survey "
		      "asks every host who is logged on; the plan that comes of it is shown and "
		      "has to be confirmed by "
		      "typing the number of sessions. Then the selected sessions are acted on, "
		      "wave by wave: each is looked "
		      "at once more right before its own call, and counts as done only when a "
		      "later look has verified it.");
	strbuf_adds(out, ".Pp\n");
	add_text(out,
		 "A call that does not come back is left behind at its deadline and delays nobody "
		 "else. Every session "
		 "that was seen and every host of the fleet is in the report once, with its "
		 "outcome. Services, "
		 "listeners, protected accounts and the very session rdsweep runs in are never "
		 "touched; consoles and your other sessions only if you say so.");
	strbuf_adds(out, ".Pp\n");
	add_text(out, "Results go to standard output; progress, questions and errors to standard "
		      "error. The first Ctrl-C "
		      "starts nothing new, lets calls in flight finish and writes the report; a "
		      "second one leaves them "
		      "behind.");
	add_commands(out);
	add_options(out);
	add_entries(out, "ENVIRONMENT", "Ev", environment, COUNT(environment));
	add_entries(out, "FILES", "Pa", files, COUNT(files));
	add_exit_codes(out); /* where mdoc(7) has it */
	add_entries(out, "EXAMPLES", "Li", examples, COUNT(examples));
	strbuf_adds(out, ".Sh SEE ALSO\n");
	add_text(out, "README.md and the pages in docs, which come with the program.");
}
